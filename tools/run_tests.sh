#!/usr/bin/env bash
# Runs the tests, in .venv (made if need be).
# Usage: bash tools/run_tests.sh [arguments of pytest; all tests unless given]
set -euo pipefail
CDPATH= cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
bash tools/setup_venv.sh test
if [ $# -eq 0 ]; then
    # A process a core, a file of tests in each; more threads would only wait for one another.
    export OMP_NUM_THREADS=1
    set -- -n auto --dist loadfile tests plugins
fi
exec .venv/bin/python -m pytest --durations=10 "$@"
