#!/bin/sh
# Renews the pictures of the demo report in the documentation.
#   make demo && sh scripts/docs_screenshots.sh demo/report.html
set -eu
report=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")/.."
browser=$(sh scripts/browser.sh --find)

shoot() { # anchor, width, height, file
    profile=$(mktemp -d)
    "$browser" --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
        --disable-component-update --disable-sync --user-data-dir="$profile" --hide-scrollbars \
        --window-size="$2,$3" --screenshot="$4" "file://$report$1" >/dev/null 2>&1
    rm -rf "$profile"
    echo "$4"
}

shoot "" 1280 1200 docs/assets/report-summary.png
shoot "#SI02-dp2" 1280 1200 docs/assets/report-case.png
