#!/usr/bin/env bash
# Runs the tests, in .venv (made if need be).
# Usage: bash tools/run_tests.sh [arguments of pytest]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash tools/setup_venv.sh test
exec .venv/bin/python -m pytest --durations=10 "$@"
