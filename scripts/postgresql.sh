#!/bin/sh
# A PostgreSQL of its own for the tests of the ledger, in a temporary folder, reached through a socket in it. It does not
# wait for the disk: tests kill writers, never the server. Not for a ledger that is to last.
#
#   sh scripts/postgresql.sh start    install it if it is missing (Debian, Ubuntu; as root), start it, print its URL
#   sh scripts/postgresql.sh stop URL
#
# Use it as: KAREZ_TEST_POSTGRESQL=$(sh scripts/postgresql.sh start) make test
set -eu

programs() {
    command -v pg_ctl 2>/dev/null && return
    ls -d /usr/lib/postgresql/*/bin/pg_ctl /usr/local/opt/postgresql*/bin/pg_ctl 2>/dev/null | sort -V | tail -n 1
}

# PostgreSQL refuses to run as root; its package brings a user for it.
as_owner() {
    if [ "$(id -u)" -eq 0 ]; then
        runuser -u postgres -- "$@"
    else
        "$@"
    fi
}

install_it() {
    [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 1
    export DEBIAN_FRONTEND=noninteractive
    timeout 120 apt-get -qq update >/dev/null 2>&1 || true
    timeout 240 apt-get -qq install -y --no-install-recommends postgresql >/dev/null 2>&1
}

start() {
    if [ -z "$(programs)" ]; then
        install_it || { echo "PostgreSQL is not there and cannot be installed here" >&2; exit 1; }
    fi
    bin=$(dirname "$(programs)")
    folder=$(mktemp -d "${TMPDIR:-/tmp}/karez-pg.XXXXXX")
    if [ "$(id -u)" -eq 0 ]; then
        chown postgres "$folder"
    fi
    cd "$folder"
    as_owner "$bin/initdb" -D "$folder/data" -U karez -A trust -E UTF8 --locale=C >"$folder.log" 2>&1
    as_owner "$bin/pg_ctl" -D "$folder/data" -w -t 60 -l "$folder/server.log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$folder' -c max_connections=60 -c fsync=off -c full_page_writes=off" start >>"$folder.log" 2>&1
    chmod 755 "$folder"
    rm -f "$folder.log"
    echo "postgresql://karez@/postgres?host=$folder"
}

stop() {
    folder=${1##*host=}
    case "$folder" in *karez-pg.*) ;; *) echo "not a PostgreSQL of this script: $1" >&2; exit 2 ;; esac
    bin=$(dirname "$(programs)")
    cd /
    as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate -w -t 30 stop >/dev/null 2>&1 || true
    rm -rf "$folder"
}

case "${1:-}" in
    start) start ;;
    stop) stop "${2:?URL}" ;;
    *) sed -n 's/^#   //p' "$0" >&2; exit 2 ;;
esac
