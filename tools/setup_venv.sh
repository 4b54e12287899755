#!/usr/bin/env bash
# Makes .venv in the checkout with avreg installed in it (editable), unless it is already there and up to date.
# Usage: bash tools/setup_venv.sh [EXTRA]...     e.g. bash tools/setup_venv.sh test
# PYTHON chooses the interpreter (3.10 to 3.12); TORCH_INDEX_URL another package index for torch.
set -euo pipefail
CDPATH= cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."

supported() { "$1" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; }
# Debian's Python has venv, but not what it takes pip from.
makes_environments() { supported "$1" && "$1" -c 'import ensurepip, venv' 2>/dev/null; }

extras="$(IFS=,; echo "$*")"
# What the environment was made from, and where (it points to this checkout): if this changes, it is brought up to date.
want="$(cat setup.py avreg/__init__.py tools/setup_venv.sh | cksum) ${PWD} ${extras}"
if [ -f .venv/avreg_installed ] && grep -qxF "$want" .venv/avreg_installed; then
    exit 0
fi
# One that was broken off before it had pip is made anew.
if ! supported .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=""
    for candidate in ${PYTHON:-python3.12 python3.11 python3.10 python3 python}; do
        if makes_environments "$candidate"; then python="$candidate"; break; fi
    done
    if [ -z "$python" ]; then
        echo "avreg needs Python 3.10, 3.11 or 3.12 with the modules venv and ensurepip (Debian, Ubuntu: apt install python3-venv); none of these is one: ${PYTHON:-python3.12 python3.11 python3.10 python3 python}" >&2
        echo "Name one with PYTHON=/path/to/python bash $0" >&2
        exit 2
    fi
    rm -rf .venv
    "$python" -m venv .venv
fi
echo "Installing avreg into .venv (about two minutes the first time) ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip 'setuptools<82' wheel
.venv/bin/python -m pip install --quiet --disable-pip-version-check ${TORCH_INDEX_URL:+--extra-index-url "$TORCH_INDEX_URL"} --editable ".${extras:+[$extras]}"
echo "$want" >> .venv/avreg_installed
