#!/bin/bash
# Runs every fuzzer for FUZZ_SECONDS (60) each, under the address and undefined-behaviour sanitizers, starting
# from the committed corpus. With clang that is libFuzzer, which explores; without it the corpus is replayed.
# What it finds that is new and interesting stays in build/fuzz/found; a crash ends the run and names its file.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${FUZZ_SECONDS:-60}

preset=asan
compiler=$(command -v clang++ || true)
if [[ -n $compiler ]] && echo 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }' |
  "$compiler" -fsanitize=fuzzer,address -x c++ - -o /dev/null 2>/dev/null; then
  preset=fuzz
fi
cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" -j "$(nproc)" --target fuzzers
if [[ $preset == asan ]]; then
  echo "clang with libFuzzer is not installed (tools/deps.sh --all): replaying the corpus only."
  exec ctest --preset asan -L fuzz
fi

shopt -s nullglob
ran=0
for fuzzer in build/fuzz/fuzzers/*; do
  [[ -x $fuzzer && -f $fuzzer ]] || continue
  name=$(basename "$fuzzer")
  corpus=tests/fuzz/corpus/$name
  found=build/fuzz/found/$name
  mkdir -p "$found" build/fuzz/crashes
  echo "== $name"
  dictionary=()
  [[ -f tests/fuzz/$name.dict ]] && dictionary=(-dict="tests/fuzz/$name.dict")
  "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
    -artifact_prefix="build/fuzz/crashes/$name-" "${dictionary[@]}" "$found" "$corpus" 2>&1 | tail -n 12
  ran=$((ran + 1))
done
((ran)) || { echo "No fuzzer was built." >&2; exit 1; }
echo "$ran fuzzers, $seconds s each, no crash."
