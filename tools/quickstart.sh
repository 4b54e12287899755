#!/usr/bin/env bash
# Installs avreg into .venv and runs the main job: generates AVWorld, trains one model jointly on all benchmarks, tests it.
# Usage: bash tools/quickstart.sh [arguments of tools/train.py]
set -euo pipefail
CDPATH= cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
bash tools/setup_venv.sh
# bf16 saves about a fifth of a training step on processors that have instructions for it; others would imitate them.
amp=()
if [ ! -e /dev/nvidia0 ] && grep -q -m 1 -w -E 'avx512_bf16|amx_bf16' /proc/cpuinfo 2>/dev/null; then
    amp=(--amp)
    echo 'this processor has instructions for bf16: training in mixed precision (train.py --amp)'
fi
# The test follows at once: validating the last iteration would say nothing more.
exec .venv/bin/python tools/train.py configs/avunified/all_tasks.py --no-validate ${amp[@]+"${amp[@]}"} "$@"
