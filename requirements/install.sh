#!/bin/sh
# Makes .venv in the checkout and installs karez into it, with pinned and hashed dependencies.
# Uses uv where it is on the PATH, else venv and pip. PYTHON names the interpreter; left empty, the first one
# that is new enough is taken.
set -eu
cd "$(dirname "$0")/.."
venv=.venv

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        new_enough "$PYTHON" && echo "$PYTHON"
        return
    fi
    for name in python3 python3.13 python3.12 python3.11 python; do
        if new_enough "$name"; then
            echo "$name"
            return
        fi
    done
}

python=$(find_python) || true

if command -v uv >/dev/null 2>&1; then
    echo "karez: setting up $venv with uv"
    uv venv --quiet --allow-existing --python "${python:->=3.11}" "$venv"
    uv pip install --quiet --python "$venv/bin/python" --require-hashes -r requirements/dev.txt
    uv pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation --editable .
else
    if [ -z "$python" ]; then
        echo "karez: needs Python 3.11 or newer; none found. Install it, or say where: make setup PYTHON=/path/to/python3" >&2
        exit 1
    fi
    echo "karez: setting up $venv with $("$python" --version) and pip (a few minutes, once)"
    if ! "$python" -m venv "$venv"; then
        echo "karez: '$python -m venv' failed. On Debian and Ubuntu install the package python3-venv, then try again." >&2
        exit 1
    fi
    PIP_DISABLE_PIP_VERSION_CHECK=1
    export PIP_DISABLE_PIP_VERSION_CHECK
    # Not compiled ahead: scgraph_data is tens of megabytes of Python, which takes minutes and gigabytes to compile.
    "$venv/bin/python" -m pip install -qq --no-compile --require-hashes -r requirements/dev.txt
    "$venv/bin/python" -m pip install -qq --no-deps --no-build-isolation --editable .
fi
echo "karez: ready in $venv; the command is $venv/bin/karez"
