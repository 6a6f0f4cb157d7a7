#!/bin/sh
# Prints the folder with initdb and postgres for the tests of the store, and installs them if there
# are none.
#   postgresql.sh          find or install
#   postgresql.sh --find   find only; exit 1 if there are none
# POSTGRESQL=/path/to/bin names the folder by hand.
set -eu

find_postgresql() {
    for folder in "${POSTGRESQL:-}" \
        $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5 -rn) \
        "$(pg_config --bindir 2>/dev/null || true)" \
        /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
        [ -n "$folder" ] && [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] || continue
        "$folder/postgres" --version >/dev/null 2>&1 || continue
        echo "$folder"
        return 0
    done
    return 1
}

find_postgresql && exit 0
[ "${1:-}" != "--find" ] || exit 1

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing PostgreSQL with apt-get" >&2
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    # The package would start a server of its own: the tests start theirs, on a free port.
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        mkdir -p /etc/postgresql-common
        echo "create_main_cluster = false" >/etc/postgresql-common/createcluster.conf
    fi
    { apt-get update && apt-get install -y --no-install-recommends postgresql; } \
        >"$log" 2>&1 </dev/null || cat "$log" >&2
    rm -f "$log"
    find_postgresql && exit 0
fi

echo "No PostgreSQL could be found or installed, so its tests cannot run." >&2
echo "Install PostgreSQL, or set POSTGRESQL=/path/to/bin." >&2
exit 1
