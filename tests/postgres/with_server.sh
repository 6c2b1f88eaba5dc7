#!/bin/sh
# with_server.sh COMMAND [ARGUMENT…]
#
# Runs COMMAND beside a PostgreSQL server of its own and stops the server afterwards; the answer is COMMAND's.
# The server lives in a temporary directory, listens on a Unix socket in it and nowhere else, and syncs to disk
# unless ATLAS_TEST_POSTGRES_FSYNC=off. Any number may run at once. COMMAND finds in its environment
#
#   ATLAS_TEST_POSTGRES        connection string of a role that is no superuser and owns the database
#   ATLAS_TEST_POSTGRES_ADMIN  the same database as superuser
#   ATLAS_TEST_POSTGRES_PID    the server's process
#
# Where ATLAS_TEST_POSTGRES is set already, that server is used and none is started. Without PostgreSQL's server
# programs (ATLAS_POSTGRES_BIN, pg_config, Debian's folder, PATH) the test is skipped with 77, or failed when CI is
# set. As root the server runs as `postgres` or, where there is none, as `nobody`.
set -u

if [ $# -eq 0 ]; then
  echo "usage: with_server.sh COMMAND [ARGUMENT…]" >&2
  exit 2
fi
if [ -n "${ATLAS_TEST_POSTGRES:-}" ]; then
  exec "$@"
fi

find_bin() {
  for dir in "${ATLAS_POSTGRES_BIN:-}" "$(pg_config --bindir 2>/dev/null)" \
      $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t/ -k5,5nr) \
      "$(dirname "$(command -v postgres 2>/dev/null || echo /nowhere/postgres)")"; do
    if [ -n "$dir" ] && [ -x "$dir/postgres" ] && [ -x "$dir/initdb" ] && [ -x "$dir/psql" ]; then
      echo "$dir"
      return
    fi
  done
}
bin=$(find_bin)
if [ -z "$bin" ]; then
  echo "SKIPPED: PostgreSQL's server programs are not installed (Debian: postgresql)." >&2
  [ -n "${CI:-}" ] && [ "${CI}" != false ] && exit 1
  exit 77
fi

# The path of a socket may have 107 bytes.
base=${TMPDIR:-/tmp}
[ ${#base} -gt 60 ] && base=/tmp
dir=$(mktemp -d "$base/atlas-pg.XXXXXX") || exit 1
server=
child=
clean_up() {
  trap - EXIT INT TERM HUP
  [ -n "$child" ] && kill -TERM "$child" 2>/dev/null
  if [ -n "$server" ]; then
    kill -QUIT "$server" 2>/dev/null  # at once: nothing is to be kept
    wait "$server" 2>/dev/null
  fi
  rm -rf "$dir"
}
trap clean_up EXIT
trap 'clean_up; exit 129' HUP
trap 'clean_up; exit 130' INT
trap 'clean_up; exit 143' TERM

fail() {
  echo "with_server.sh: $1" >&2
  [ -f "$dir/log" ] && tail -n 20 "$dir/log" >&2
  exit 1
}

# PostgreSQL refuses to run as root. Should this script be killed, the server is told to stop where setpriv can.
as_server=
if [ "$(id -u)" -eq 0 ]; then
  user=postgres
  id "$user" >/dev/null 2>&1 || user=nobody
  chown "$user" "$dir" || fail "the directory could not be handed to $user"
  if command -v setpriv >/dev/null 2>&1; then
    as_server="setpriv --reuid=$(id -u $user) --regid=$(id -g $user) --clear-groups"
  else
    as_server="runuser -u $user --"
  fi
fi
guarded=$as_server
if command -v setpriv >/dev/null 2>&1 && setpriv --pdeathsig QUIT true 2>/dev/null; then
  guarded="${as_server:-setpriv} --pdeathsig QUIT"
fi

cd "$dir" || exit 1  # a working directory that the server's user may enter
$as_server "$bin/initdb" -D "$dir/data" -U admin -A trust -E UTF8 --locale=C --no-sync >"$dir/initdb.log" 2>&1 ||
  { cat "$dir/initdb.log" >&2; fail "initdb failed"; }
: >"$dir/log"
$guarded "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c max_connections=200 \
  -c shared_buffers=64MB -c deadlock_timeout=100ms -c fsync="${ATLAS_TEST_POSTGRES_FSYNC:-on}" -c autovacuum_naptime=10min \
  >>"$dir/log" 2>&1 </dev/null &
server=$!

tries=0
until "$bin/psql" -X -q -h "$dir" -U admin -d postgres -c 'SELECT 1' >/dev/null 2>&1; do
  kill -0 "$server" 2>/dev/null || { server=; fail "the server did not start"; }
  tries=$((tries + 1))
  [ "$tries" -gt 600 ] && fail "the server did not answer within a minute"
  sleep 0.1
done
"$bin/psql" -X -q -v ON_ERROR_STOP=1 -h "$dir" -U admin -d postgres >>"$dir/log" 2>&1 <<'SQL' || fail "no database"
CREATE ROLE atlas LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS;
CREATE DATABASE atlas OWNER atlas;
SQL
cd "$OLDPWD" || exit 1

ATLAS_TEST_POSTGRES="host=$dir user=atlas dbname=atlas"
ATLAS_TEST_POSTGRES_ADMIN="host=$dir user=admin dbname=atlas"
ATLAS_TEST_POSTGRES_PID=$server
export ATLAS_TEST_POSTGRES ATLAS_TEST_POSTGRES_ADMIN ATLAS_TEST_POSTGRES_PID
"$@" &
child=$!
wait "$child"
answer=$?
child=
exit "$answer"
