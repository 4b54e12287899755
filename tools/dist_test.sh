#!/usr/bin/env bash
# Usage: bash tools/dist_test.sh CONFIG CHECKPOINT PROCESSES [arguments of tools/test.py]
# NNODES, NODE_RANK, MASTER_ADDR and PORT as for torchrun.
set -euo pipefail
CONFIG=$1
CHECKPOINT=$2
PROCESSES=$3
exec "${PYTHON:-python}" -m torch.distributed.run --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --nproc_per_node="$PROCESSES" --master_port="${PORT:-29500}" "$(dirname "$0")/test.py" "$CONFIG" "$CHECKPOINT" --launcher pytorch "${@:4}"
