#!/bin/sh
# Prints the newest Python (3.11 or later, with venv and pip's installer) that is on this machine.
set -u

usable() {
    "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    if [ -n "$candidate" ] && usable "$candidate"; then
        echo "$candidate"
        exit 0
    fi
done

{
    echo "gepnet needs Python 3.11 or later with its venv and ensurepip modules; none was found."
    echo "  looked for: ${PYTHON:-}${PYTHON:+ }python3.13 python3.12 python3.11 python3"
    echo "  python3 is: $(python3 --version 2>&1 || true)"
    echo "On Debian and Ubuntu: apt-get install python3 python3-venv"
    echo "Another interpreter:  make PYTHON=/path/to/python3.12 ..."
} >&2
exit 1
