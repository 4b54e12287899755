#!/usr/bin/env bash
# Installs avreg into .venv and runs the main job: generates AVWorld, trains one model jointly on all benchmarks, tests it.
# Usage: bash tools/quickstart.sh [arguments of tools/train.py]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash tools/setup_venv.sh
# The test follows at once: validating the last iteration would say nothing more.
exec .venv/bin/python tools/train.py configs/avunified/all_tasks.py --no-validate "$@"
