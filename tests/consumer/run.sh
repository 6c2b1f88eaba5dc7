#!/bin/bash
# The consumer tests; what each is for stands in CMakeLists.txt, which sets the environment.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
rm -rf "$ATLAS_WORK"
mkdir -p "$ATLAS_WORK"
cd "$ATLAS_WORK"
export PKG_CONFIG_PATH=$ATLAS_PREFIX/$ATLAS_LIBDIR/pkgconfig
export LD_LIBRARY_PATH=$ATLAS_PREFIX/$ATLAS_LIBDIR
read -ra flags <<<"$ATLAS_FLAGS"

fail() { echo "FAILED: $*" >&2; exit 1; }

# What lies on the disk afterwards is judged from outside: the plain store was written by our SQLite, whose number
# is at offset 96 of the file; in the store with a key neither SQLite's mark nor the contact's name is to be read.
judge_stores() {
  [[ -s plain.db && -s sealed.db ]] || fail "a store was not written"
  [[ $(head -c 15 plain.db) == "SQLite format 3" ]] || fail "the plain store is not an SQLite file"
  local number=$((16#$(od -An -tx1 -j 96 -N 4 plain.db | tr -d ' ')))
  echo "our SQLite, as the plain store tells: $number"
  if [[ $ATLAS_SQLITE_NUMBER != system ]] && ((number != ATLAS_SQLITE_NUMBER)); then
    fail "the store was written by another SQLite than ours ($ATLAS_SQLITE_NUMBER)"
  fi
  grep -q "Zineb Consumer" plain.db* || fail "the contact is not in the plain store: the next search proves nothing"
  ! grep -q -e "SQLite format 3" -e "Zineb Consumer" sealed.db* || fail "the store with a key can be read on the disk"
}

# compile LANGUAGE OUTPUT EXTRA…
compile() {
  local language=$1 output=$2
  shift 2
  if [[ $language == c ]]; then
    "$CC" -std=c99 -pedantic -Wall -Wextra -Werror "${flags[@]}" "$here/project/consumer.c" "$@" -o "$output"
  else
    "$CXX" -std=c++20 -Wall -Wextra -Wno-missing-field-initializers -Werror "${flags[@]}" "$here/project/consumer.cpp" "$@" -o "$output"
  fi
}

package() { [[ $1 == c ]] && echo atlas || echo atlas-cpp; }

case $1 in
  headers)
    # All installed headers together, from either end. ATLAS_EACH_HEADER=1 tries each alone, which takes a minute.
    find "$ATLAS_PREFIX/include/atlas" -name '*.hpp' -printf '#include <atlas/%P>\n' | sort >headers
    [[ -s headers ]] || fail "no header was installed"
    try=("$CXX" -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I"$ATLAS_PREFIX/include" -x c++)
    "${try[@]}" headers
    tac headers | "${try[@]}" -
    if [[ -n ${ATLAS_EACH_HEADER:-} ]]; then
      while read -r line; do "${try[@]}" - <<<"$line" || fail "$line"; done <headers
    fi
    echo "$(wc -l <headers) headers"
    if [[ -e $ATLAS_PREFIX/include/atlas.h ]]; then
      echo '#include <atlas.h>' | "$CC" -std=c99 -pedantic -Wall -Wextra -Werror -fsyntax-only \
        -I"$ATLAS_PREFIX/include" -x c -
      echo '#include <atlas.h>' | "$CXX" -std=c++11 -pedantic -Wall -Wextra -Werror -fsyntax-only \
        -I"$ATLAS_PREFIX/include" -x c++ -
    fi
    ;;
  symbols_cpp)
    # No global symbol of SQLite's, renamed or not; nothing strong outside namespace atlas.
    library=$ATLAS_PREFIX/$ATLAS_LIBDIR/libatlas_cpp.a
    nm -g --defined-only "$library" | awk 'NF == 3' >symbols
    [[ $(wc -l <symbols) -gt 100 ]] || fail "hardly a symbol was found in $library"
    ! grep -iE 'sqlite3_|sqlcipher' symbols | grep -vE '_Z|__odr_asan' || fail "SQLite shows in $library"
    ! awk '$2 !~ /^[WVu]$/ && $3 !~ /^_Z.*5atlas/ && $3 !~ /^__(odr_)?asan|^__odr/' symbols | grep . ||
      fail "strong symbols outside namespace atlas"
    if [[ $ATLAS_SQLITE_NUMBER != system ]]; then
      # The rename header against the library: what it missed would be global here under its own name.
      nm -g --defined-only "$ATLAS_LIB/libatlas_sqlcipher.a" | awk 'NF == 3 {print $3}' >sqlite
      [[ $(wc -l <sqlite) -gt 250 ]] || fail "hardly a symbol was found in SQLCipher"
      ! grep -vE '^atlas_|^__(odr_)?asan|^__odr' sqlite || fail "not renamed"
    fi
    ;;
  symbols_c)
    # Exactly the reviewed exports, and no other SQLite needed.
    library=$ATLAS_PREFIX/$ATLAS_LIBDIR/libatlas.so
    nm -D --defined-only "$library" | awk '{print $3}' | LC_ALL=C sort >exports
    grep -q . exports || fail "nothing is exported"
    ! grep -vE '^atlas_[a-z0-9_]+$' exports || fail "exports that are not atlas_*"
    ! grep -iE 'sqlite|sqlcipher' exports || fail "SQLite is exported"
    diff "$ATLAS_SOURCE/capi/atlas.symbols" exports || fail "the exports are not those of capi/atlas.symbols"
    readelf -d "$library" >dynamic
    grep -q 'SONAME.*\[libatlas.so.0\]' dynamic || fail "the soname is not libatlas.so.0"
    [[ $ATLAS_SQLITE_NUMBER == system ]] || ! grep -E 'NEEDED.*(sqlite|sqlcipher)' dynamic || fail "another SQLite"
    ;;
  find_package)
    cmake -S "$here/project" -B build -G Ninja -DCMAKE_PREFIX_PATH="$ATLAS_PREFIX" -DCMAKE_BUILD_TYPE=Release \
      -DCMAKE_C_COMPILER="$CC" -DCMAKE_CXX_COMPILER="$CXX" \
      -DCMAKE_C_FLAGS="$ATLAS_FLAGS" -DCMAKE_CXX_FLAGS="$ATLAS_FLAGS" >configure.log || { cat configure.log; exit 1; }
    cmake --build build
    for program in build/consumer_*; do
      rm -f ./*.db*
      "$program"
      judge_stores
    done
    ;;
  pkg_config)
    read -ra package <<<"$(pkg-config --cflags --libs "$(package "$2")")"
    compile "$2" consumer "${package[@]}"
    ./consumer
    judge_stores
    ;;
  sqlite)
    read -ra package <<<"$(pkg-config --cflags --libs "$(package "$2")")"
    if [[ $3 == before ]]; then
      order=(-DWITH_SQLITE -Wl,--no-as-needed -lsqlite3 "${package[@]}")
    else
      order=(-DWITH_SQLITE -Wl,--no-as-needed "${package[@]}" -lsqlite3)
    fi
    compile "$2" consumer "${order[@]}"
    readelf -d consumer | grep -q 'NEEDED.*libsqlite3' || fail "the system's SQLite is not linked"
    ./consumer | tee output
    # The host's SQLite is still the host's.
    wanted=$(pkg-config --modversion sqlite3)
    grep -qx "host's SQLite: $wanted" output || fail "the host no longer gets its own SQLite $wanted"
    judge_stores
    ;;
  *) fail "unknown: $1" ;;
esac
