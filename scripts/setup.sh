#!/bin/sh
# Makes the virtual environment VENV with the locked dependencies and the project, editable.
#
#   scripts/setup.sh VENV [PYTHON]
#
# Uses uv where it is on the PATH, else the pip that venv brings. Hashes are required either way, and the build backend of the
# project is one of the locked packages. owlready2 comes as source alone: building it fetches setuptools and Cython, which the
# lock does not pin; a C compiler makes it faster and is not needed.
set -eu
venv=$1
here=$(dirname "$0")
python=${2:-$(sh "$here/pythons.sh" first)}

if ! sh "$here/pythons.sh" version "$venv/bin/python" >/dev/null; then
    echo "Making $venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
fi
if command -v uv >/dev/null 2>&1; then
    echo "Installing the locked dependencies with uv"
    uv pip install --quiet --python "$venv/bin/python" --require-hashes -r requirements.lock
    uv pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation -e .
else
    echo "Installing the locked dependencies with pip"
    pip="$venv/bin/python -m pip --disable-pip-version-check --quiet"
    $pip install --require-hashes --no-deps -r requirements.lock
    $pip install --no-deps --no-build-isolation -e .
fi
touch "$venv/.installed"
