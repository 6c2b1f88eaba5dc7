#!/bin/bash
# check.sh COMPILER INCLUDES_FILE SOURCE_DIR ALLOWED FORBIDDEN: see CMakeLists.txt.
set -uo pipefail
compiler=$1 includes=$2 source=$3 allowed=$4 forbidden=$5

try() { echo "#include \"$1\"" | "$compiler" -std=c++20 -fsyntax-only "@$includes" -x c++ - 2>&1; }

if ! output=$(try "$allowed"); then
  echo "The control, $allowed, does not compile:"
  echo "$output"
  exit 1
fi
if [[ -z $(find "$source"/{src,capi,include} -path "*/$forbidden" -print -quit) ]]; then
  echo "$forbidden does not exist, so that refusing it would prove nothing."
  exit 1
fi
if output=$(try "$forbidden"); then
  echo "$forbidden compiles, though it lies above."
  exit 1
fi
if [[ $output != *"fatal error: $forbidden: No such file"* ]]; then
  echo "$forbidden was refused for another reason:"
  echo "$output"
  exit 1
fi
echo "$allowed is seen, $forbidden is not."
