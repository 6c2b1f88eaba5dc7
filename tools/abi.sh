#!/bin/bash
# abi.sh BUILD_DIR [--write]: compares libatlas.so with what the last release promised (capi/atlas.abi, and the
# reviewed list of exports, capi/atlas.symbols). Additions pass, and are told; whatever breaks a program that
# was linked before fails, and so does a missing baseline. --write makes the baseline anew, at a release.
# Ends with 77 (skipped) where libabigail is not installed, unless in CI.
set -uo pipefail
library=$(realpath -e "$1/lib/libatlas.so") || exit 1
cd "$(dirname "$0")/.." || exit 1
baseline=capi/atlas.abi
symbols=capi/atlas.symbols
header=capi/atlas.h  # named as the debug information names it, else its types are taken for private ones

if ! command -v abidw >/dev/null; then
  echo "SKIPPED: abigail-tools is not installed (tools/deps.sh --all)"
  [[ -n ${CI:-} ]] && exit 1
  exit 77
fi
if [[ ${2:-} == --write ]]; then
  abidw --no-corpus-path --no-comp-dir-path --no-elf-needed --type-id-style hash \
    --exported-interfaces-only --drop-undefined-syms --drop-private-types --header-file "$header" \
    --out-file "$baseline" "$library" || exit 1
  nm -D --defined-only "$library" | awk '{print $3}' | LC_ALL=C sort >"$symbols"
  echo "Written: $(wc -l <"$symbols") exports"
  exit 0
fi
for file in "$baseline" "$symbols"; do
  [[ -s $file ]] || { echo "There is no baseline: $file"; exit 1; }
done
compare=(abidiff --exported-interfaces-only --drop-private-types --header-file2 "$header")
"${compare[@]}" "$baseline" "$library"
code=$?
# Bits of abidiff: 1 error, 2 usage, 4 changed, 8 changed incompatibly. A change is let through when nothing of it
# is left once added functions are not counted.
if ((code & 11)) || { ((code & 4)) && ! "${compare[@]}" --no-added-syms "$baseline" "$library" >/dev/null; }; then
  echo "The ABI is broken (abidiff $code)."
  exit 1
fi
((code)) && echo "Only additions."
exit 0
