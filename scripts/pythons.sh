#!/bin/sh
# Finds the Pythons of this machine that can run sitgraph.
#
#   scripts/pythons.sh first         the one to use: PYTHON if set, else the first that will do
#   scripts/pythons.sh list          one line for each version: "3.12 PATH"
#   scripts/pythons.sh version EXE   "3.12", or nothing
#
# Each candidate is run, not only found: a shim of a version manager is on the PATH for versions it then refuses to start, and
# Debian's python3 may lack venv. The range is that of requires-python in pyproject.toml.
set -eu

version() {
    "$1" -c 'import sys, venv, ensurepip; v = sys.version_info
if not (3, 11) <= v[:2] < (3, 14): raise SystemExit(1)
print("%d.%d" % v[:2])' 2>/dev/null
}

# Every python3 and python3.N on the PATH (not only the first: it may be a shim that fails), then those kept by pyenv.
candidates() {
    for name in python3 python3.13 python3.12 python3.11; do
        ( IFS=:; for dir in $PATH; do [ -x "$dir/$name" ] && echo "$dir/$name"; done; true )
    done
    root=$(pyenv root 2>/dev/null) || return 0
    for exe in "$root"/versions/*/bin/python3; do [ -x "$exe" ] && echo "$exe"; done
    true
}

working() {
    candidates | while IFS= read -r exe; do
        found=$(version "$exe") && echo "$found $exe"
    done
    true
}

case "${1:-}" in
first)
    if [ -n "${PYTHON:-}" ]; then
        version "$PYTHON" >/dev/null && { command -v "$PYTHON"; exit 0; }
        echo "PYTHON=$PYTHON cannot be used: it must start, be a Python 3.11, 3.12 or 3.13, and have venv and ensurepip." >&2
        exit 1
    fi
    exe=$(working | head -n 1 | cut -d ' ' -f 2-)
    [ -n "$exe" ] && { echo "$exe"; exit 0; }
    {
        echo "No usable Python found. sitgraph needs Python 3.11, 3.12 or 3.13 with venv and pip."
        echo "On Debian: apt-get install python3 python3-venv. For one that is elsewhere: make demo PYTHON=PATH"
    } >&2
    exit 1
    ;;
list) working | sort -s -u -k 1,1 ;;
version) version "$2" ;;
*) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
