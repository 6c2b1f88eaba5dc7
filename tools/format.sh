#!/bin/bash
# Formats every C and C++ source; with --check only tells which are not formatted, and fails.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=(-i)
[[ ${1:-} == --check ]] && mode=(--dry-run -Werror)
git ls-files -z --cached --others --exclude-standard -- '*.cpp' '*.hpp' '*.c' '*.h' |
  xargs -0 -r -n 20 -P "$(nproc)" clang-format "${mode[@]}"
