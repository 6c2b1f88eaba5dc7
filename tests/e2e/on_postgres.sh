#!/bin/bash
# Runs a program with one more argument: the URL of the server that tests/postgres/with_server.sh started.
set -euo pipefail
server=$ATLAS_TEST_POSTGRES
if [[ $server != *://* ]]; then
  declare -A part
  for pair in $server; do part[${pair%%=*}]=${pair#*=}; done
  server="postgresql:///${part[dbname]}?host=${part[host]}&user=${part[user]}"
fi
exec "$@" "$server"
