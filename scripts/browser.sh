#!/bin/sh
# Prints the path of a Chromium for the browser tests, and installs one if there is none.
#   browser.sh          find or install
#   browser.sh --find   find only; exit 1 if there is none
# CHROMIUM=/path/to/browser names one by hand.
set -eu
cd "$(dirname "$0")/.."
. scripts/apt.sh

find_browser() {
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
        "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
        [ -n "$name" ] || continue
        path=$(command -v "$name" 2>/dev/null) || continue
        # A stub (Ubuntu's transitional package, a version manager's shim) is found but does not run.
        "$path" --version >/dev/null 2>&1 || continue
        echo "$path"
        return 0
    done
    [ -x .venv/bin/python ] || return 1
    .venv/bin/python - <<'PY'
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    path = playwright.chromium.executable_path
if not Path(path).exists():
    sys.exit(1)
print(path)
PY
}

find_browser && exit 0
[ "${1:-}" != "--find" ] || exit 1

if install_with_apt Chromium chromium fonts-dejavu-core; then
    find_browser && exit 0
fi

echo "Installing Chromium with playwright" >&2
.venv/bin/playwright install chromium >&2 || true
find_browser && exit 0

echo "No Chromium could be found or installed, so the browser tests cannot run." >&2
echo "Install chromium or Google Chrome, or set CHROMIUM=/path/to/browser." >&2
exit 1
