#!/usr/bin/env bash
# Usage: bash tools/dist_train.sh CONFIG PROCESSES [arguments of tools/train.py]
# NNODES, NODE_RANK, MASTER_ADDR and PORT as for torchrun.
set -euo pipefail
CONFIG=$1
PROCESSES=$2
exec "${PYTHON:-python}" -m torch.distributed.run --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --nproc_per_node="$PROCESSES" --master_port="${PORT:-29500}" "$(dirname "$0")/train.py" "$CONFIG" --launcher pytorch "${@:3}"
