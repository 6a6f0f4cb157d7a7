#!/bin/sh
# Prints the java that Spark runs on in the tests, and installs one if there is none.
#   java.sh          find or install
#   java.sh --find   find only; exit 1 if there is none
# JAVA_HOME names one by hand. Spark 4 needs Java 17 or later.
set -eu
. "$(dirname "$0")/apt.sh"

find_java() {
    for name in "${JAVA_HOME:+$JAVA_HOME/bin/java}" java /usr/lib/jvm/java-17-openjdk-*/bin/java; do
        [ -n "$name" ] || continue
        path=$(command -v "$name" 2>/dev/null) || continue
        version=$("$path" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -1)
        [ "${version:-0}" -ge 17 ] || continue
        echo "$path"
        return 0
    done
    return 1
}

find_java && exit 0
[ "${1:-}" != "--find" ] || exit 1

if install_with_apt Java openjdk-17-jre-headless; then
    find_java && exit 0
fi

echo "No Java 17 could be found or installed, so Spark cannot run." >&2
echo "Install openjdk-17-jre-headless, or set JAVA_HOME." >&2
exit 1
