# Sourced by the scripts that find or install a program for the tests.

# install_with_apt NAME PACKAGE...: install Debian packages where that can be done without asking.
# What apt says is shown only where it fails. False where there is no apt or no right to use it.
install_with_apt() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    echo "Installing $1 with apt-get" >&2
    shift
    log=$(mktemp)
    export DEBIAN_FRONTEND=noninteractive
    # Lists that are there may name what is gone from the archive: only then are they renewed.
    apt-get install -y --no-install-recommends "$@" >"$log" 2>&1 </dev/null ||
        { apt-get update && apt-get install -y --no-install-recommends "$@"; } \
            >"$log" 2>&1 </dev/null || cat "$log" >&2
    rm -f "$log"
}
