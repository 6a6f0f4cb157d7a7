#!/bin/sh
# Prints the folder with initdb and postgres for the tests of the store, and installs them if there
# are none.
#   postgresql.sh          find or install
#   postgresql.sh --find   find only; exit 1 if there are none
# POSTGRESQL=/path/to/bin names the folder by hand.
set -eu
. "$(dirname "$0")/apt.sh"

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

# The package would start a server of its own: the tests start theirs, on a free port.
settings=/etc/postgresql-common
if [ "$(id -u)" = 0 ] && [ ! -e $settings/createcluster.conf ]; then
    mkdir -p $settings
    echo "create_main_cluster = false" >$settings/createcluster.conf
fi
if install_with_apt PostgreSQL postgresql; then
    find_postgresql && exit 0
fi

echo "No PostgreSQL could be found or installed, so its tests cannot run." >&2
echo "Install PostgreSQL, or set POSTGRESQL=/path/to/bin." >&2
exit 1
