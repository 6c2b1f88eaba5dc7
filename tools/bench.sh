#!/bin/bash
# bench.sh BUILD_DIR [PROGRAM…]: runs the benchmarks one after the other, with nothing else beside them; those that
# need a PostgreSQL get one of their own.
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
shift
shopt -s nullglob
programs=("$@")
((${#programs[@]})) || programs=("$build"/bin/bench_*)
((${#programs[@]})) || { echo "No benchmark was built." >&2; exit 1; }
for program in "${programs[@]}"; do
  echo "== $(basename "$program")"
  if [[ $program == *postgres* ]]; then tests/postgres/with_server.sh "$program"; else "$program"; fi
done
