#!/bin/bash
# Everything that is too long for every change: sanitizers, coverage, ABI, fuzzing, a long simulation, mutants.
# Each part runs whatever the others did; the figures are told at the end. ONLY="asan tsan" picks parts.
set -uo pipefail
cd "$(dirname "$0")/.."
jobs=$(nproc)
tools/deps.sh --all || exit 1
mkdir -p build/check-all
results=()
failed=0

part() {
  local name=$1
  shift
  [[ -z ${ONLY:-} || " $ONLY " == *" $name "* ]] || return 0
  local start=$SECONDS log=build/check-all/$name.log verdict=ok
  echo "== $name"
  if ! "$@" >"$log" 2>&1; then
    verdict=FAILED
    failed=1
    tail -n 40 "$log"
  fi
  local figure
  figure=$(grep -hE '^[0-9]+% tests passed|^lines: |^[0-9]+ fuzzers|seeds|mutants' "$log" | tail -n 2 | paste -sd' ')
  results+=("$(printf '%-10s %-7s %5d s  %s' "$name" "$verdict" $((SECONDS - start)) "$figure")")
}

suite() {
  cmake --preset "$1" && cmake --build --preset "$1" -j "$jobs" && ctest --preset "$1" "${@:2}"
}
coverage() {
  find build/coverage -name '*.gcda' -delete 2>/dev/null
  suite coverage -LE 'consumer|abi|layering' || return 1
  gcovr -r . -j "$jobs" --filter 'src/' --gcov-ignore-parse-errors --print-summary \
    --html-details build/check-all/coverage.html --fail-under-line 90 build/coverage
}
simulation() {
  cmake --preset release && cmake --build --preset release -j "$jobs" --target simulation &&
    build/release/bin/simulation --seeds "${SEEDS:-20000}" --profile all
}

export ATLAS_EACH_HEADER=1  # the consumer tests then try each installed header alone
part release suite release
part lint tools/lint.sh
part asan suite asan
part tsan suite tsan
part coverage coverage
part fuzz tools/fuzz.sh
part simulation simulation
part mutants tools/mutants.py

echo
printf '%s\n' "${results[@]}"
exit "$failed"
