include_guard(GLOBAL)
# atlas_sqlcipher: SQLCipher 4.6 or newer, static, every public symbol renamed (sqlite3_x becomes
# atlas_sqlite3_x), so that a host with an SQLite of its own is undisturbed and, worse, cannot take the place
# of ours: a plain SQLite ignores the key and writes in the clear. Users include "atlas_sqlite3.h".
# In order of preference:
#   1. the system's sqlcipher, if it is 4.6 or newer. A library that is linked as it is cannot be renamed:
#      there the shared library's export map and the check at open (cipher_version) are what remains;
#   2. ATLAS_SQLCIPHER_SOURCE_DIR, a folder with the amalgamation (sqlite3.c, sqlite3.h);
#   3. the amalgamation inside an npm package, pinned by hash and kept in the user's cache folder.
set(ATLAS_SQLCIPHER_SOURCE_DIR "" CACHE PATH "Folder with SQLCipher's sqlite3.c and sqlite3.h")
option(ATLAS_SYSTEM_SQLCIPHER "Use the system's sqlcipher if it is new enough" ON)
set(ATLAS_SQLCIPHER_PACKAGE "@journeyapps/sqlcipher@6.0.0")
# Base64 of the same: sha512-YmWSQIR4cnv+5L38lYJoS/dIF/+bEZBaACATbeTyq4XKjMHcxdIlFnElBLiIqa9rwseOIimIYjudgOOCovud3Q==
string(CONCAT ATLAS_SQLCIPHER_SHA512
  "626592408478727bfee4bdfc9582684bf74817ff9b11905a0020136de4f2ab85"
  "ca8cc1dcc5d22516712504b888a9af6bc2c78e222988623b9d80e382a2fb9ddd")

# The tarball in the cache folder, fetched if need be. Several builds may be configured at once: the download
# goes to a folder of its own, is checked, and is then renamed into place.
function(atlas_fetch_sqlcipher out_tarball)
  if(DEFINED ENV{XDG_CACHE_HOME})
    set(cache "$ENV{XDG_CACHE_HOME}/libatlas")
  else()
    set(cache "$ENV{HOME}/.cache/libatlas")
  endif()
  set(tarball "${cache}/sqlcipher-6.0.0.tgz")
  set(${out_tarball} "${tarball}" PARENT_SCOPE)
  if(EXISTS "${tarball}")
    file(SHA512 "${tarball}" found)
    if(found STREQUAL ATLAS_SQLCIPHER_SHA512)
      return()
    endif()
    message(WARNING "${tarball} is not what it should be and is fetched anew.")
  endif()
  string(RANDOM LENGTH 12 suffix)
  set(temporary "${cache}/fetch-${suffix}")
  file(MAKE_DIRECTORY "${temporary}")
  find_program(ATLAS_NPM npm)
  mark_as_advanced(ATLAS_NPM)
  set(error "npm was not found")
  if(ATLAS_NPM)
    foreach(try RANGE 2)
      execute_process(COMMAND ${ATLAS_NPM} pack ${ATLAS_SQLCIPHER_PACKAGE} --silent
        WORKING_DIRECTORY "${temporary}" RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE error)
      if(NOT failed)
        break()
      endif()
    endforeach()
  endif()
  file(GLOB fetched "${temporary}/*.tgz")
  if(NOT fetched)
    file(REMOVE_RECURSE "${temporary}")
    message(FATAL_ERROR "SQLCipher's source could not be fetched (${error}). Give ATLAS_SQLCIPHER_SOURCE_DIR, "
      "a folder with its amalgamation, or install sqlcipher 4.6 or newer.")
  endif()
  file(SHA512 "${fetched}" found)
  if(NOT found STREQUAL ATLAS_SQLCIPHER_SHA512)
    file(REMOVE_RECURSE "${temporary}")
    message(FATAL_ERROR "The fetched SQLCipher source has another hash than the pinned one and is refused.")
  endif()
  file(RENAME "${fetched}" "${tarball}")
  file(REMOVE_RECURSE "${temporary}")
endfunction()

# Writes the header that renames every public symbol of the amalgamation in `source`.
function(atlas_write_sqlite_names source header)
  set(kinds "sqlite3_[a-z0-9_]+|sqlcipher[a-zA-Z_]+|sqlite3pager_[a-z_]+|xoshiro_next")
  file(STRINGS "${source}/sqlite3.c" lines REGEX
    "^SQLITE_API .*sqlite3_|^[a-zA-Z].*(sqlcipher[a-zA-Z_]+|sqlite3pager_[a-z_]+|xoshiro_next) ?\\(")
  string(REGEX REPLACE "[][=;]" "(" lines "${lines}")  # a name ends there, and lists dislike brackets
  string(REGEX MATCHALL "(${kinds}) ?\\(" names "${lines}")
  list(TRANSFORM names REPLACE " ?\\($" "")
  list(REMOVE_DUPLICATES names)
  list(SORT names)
  list(LENGTH names count)
  if(count LESS 250)
    message(FATAL_ERROR "Only ${count} public symbols were found in ${source}/sqlite3.c.")
  endif()
  set(text "/* Generated: the public symbols of SQLCipher under names that no other library has. */\n")
  string(APPEND text "#ifndef ATLAS_SQLITE3_NAMES_H\n#define ATLAS_SQLITE3_NAMES_H\n")
  foreach(name IN LISTS names)
    string(APPEND text "#define ${name} atlas_${name}\n")
  endforeach()
  file(WRITE "${header}.new" "${text}#endif\n")
  file(COPY_FILE "${header}.new" "${header}" ONLY_IF_DIFFERENT)
endfunction()

# Asks an installed sqlcipher for its version: its pkg-config file may tell SQLite's instead.
function(atlas_system_sqlcipher_version out_version)
  set(${out_version} "" PARENT_SCOPE)
  set(probe "${CMAKE_BINARY_DIR}/sqlcipher-probe.c")
  file(WRITE "${probe}" [[
#include <sqlite3.h>
#include <stdio.h>
static int show(void* unused, int n, char** values, char** names) {
  (void)unused; (void)names;
  if (n == 1 && values[0]) printf("%s", values[0]);
  return 0;
}
int main(void) {
  sqlite3* db = 0;
  return sqlite3_open(":memory:", &db) || sqlite3_exec(db, "PRAGMA cipher_version", show, 0, 0);
}
]])
  try_run(ran compiled "${CMAKE_BINARY_DIR}/sqlcipher-probe" "${probe}"
    LINK_LIBRARIES PkgConfig::ATLAS_SQLCIPHER RUN_OUTPUT_VARIABLE version)
  if(compiled AND ran EQUAL 0 AND version MATCHES "^[0-9]+\\.[0-9]+\\.[0-9]+")
    set(${out_version} "${CMAKE_MATCH_0}" PARENT_SCOPE)
  endif()
endfunction()

set(ATLAS_SQLCIPHER_GENERATED ${CMAKE_BINARY_DIR}/sqlcipher/include)
file(MAKE_DIRECTORY ${ATLAS_SQLCIPHER_GENERATED})
set(ATLAS_SQLCIPHER_RENAMED ON)
if(ATLAS_SYSTEM_SQLCIPHER AND NOT ATLAS_SQLCIPHER_SOURCE_DIR)
  pkg_check_modules(ATLAS_SQLCIPHER QUIET IMPORTED_TARGET sqlcipher)
  if(ATLAS_SQLCIPHER_FOUND)
    atlas_system_sqlcipher_version(version)
    if(version VERSION_GREATER_EQUAL 4.6)
      set(ATLAS_SQLCIPHER_RENAMED OFF)
    else()
      message(STATUS "SQLCipher: the system's (${version}) is older than 4.6 and is left alone")
    endif()
  endif()
endif()

if(NOT ATLAS_SQLCIPHER_RENAMED)
  message(STATUS "SQLCipher: the system's, ${version}")
  add_library(atlas_sqlcipher INTERFACE)
  target_link_libraries(atlas_sqlcipher INTERFACE PkgConfig::ATLAS_SQLCIPHER OpenSSL::Crypto)
  target_include_directories(atlas_sqlcipher SYSTEM INTERFACE ${ATLAS_SQLCIPHER_GENERATED})
  target_compile_definitions(atlas_sqlcipher INTERFACE SQLITE_HAS_CODEC)
  file(WRITE ${ATLAS_SQLCIPHER_GENERATED}/atlas_sqlite3.h.new "#pragma once\n#include <sqlite3.h>\n")
else()
  if(ATLAS_SQLCIPHER_SOURCE_DIR)
    set(source "${ATLAS_SQLCIPHER_SOURCE_DIR}")
  else()
    atlas_fetch_sqlcipher(tarball)
    set(source ${CMAKE_BINARY_DIR}/sqlcipher/package/deps/sqlcipher-amalgamation)
    if(NOT EXISTS ${source}/sqlite3.c OR "${tarball}" IS_NEWER_THAN ${source}/sqlite3.c)
      file(ARCHIVE_EXTRACT INPUT "${tarball}" DESTINATION ${CMAKE_BINARY_DIR}/sqlcipher
        PATTERNS package/deps/sqlcipher-amalgamation/* package/LICENSE TOUCH)
    endif()
  endif()
  foreach(file sqlite3.c sqlite3.h)
    if(NOT EXISTS "${source}/${file}")
      message(FATAL_ERROR "${source} has no ${file}.")
    endif()
  endforeach()
  if(NOT EXISTS ${ATLAS_SQLCIPHER_GENERATED}/atlas_sqlite3_names.h
     OR "${source}/sqlite3.c" IS_NEWER_THAN ${ATLAS_SQLCIPHER_GENERATED}/atlas_sqlite3_names.h.new
     OR "${CMAKE_CURRENT_LIST_FILE}" IS_NEWER_THAN ${ATLAS_SQLCIPHER_GENERATED}/atlas_sqlite3_names.h.new)
    atlas_write_sqlite_names("${source}" ${ATLAS_SQLCIPHER_GENERATED}/atlas_sqlite3_names.h)
  endif()
  file(STRINGS "${source}/sqlite3.c" version REGEX "^#define CIPHER_VERSION_NUMBER +")
  string(REGEX MATCH "[0-9.]+[0-9]" version "${version}")
  message(STATUS "SQLCipher: ${version} from ${source}")
  if(version VERSION_LESS 4.6)
    message(FATAL_ERROR "SQLCipher 4.6 or newer is needed.")
  endif()
  file(WRITE ${ATLAS_SQLCIPHER_GENERATED}/atlas_sqlite3.h.new
    "#pragma once\n#include \"atlas_sqlite3_names.h\"\n#include \"${source}/sqlite3.h\"\n")

  set(ATLAS_SQLCIPHER_AMALGAMATION "${source}")
  add_library(atlas_sqlcipher STATIC "${source}/sqlite3.c")
  set_target_properties(atlas_sqlcipher PROPERTIES C_EXTENSIONS ON)
  target_include_directories(atlas_sqlcipher SYSTEM INTERFACE ${ATLAS_SQLCIPHER_GENERATED})
  target_compile_definitions(atlas_sqlcipher
    INTERFACE SQLITE_HAS_CODEC
    PRIVATE _GNU_SOURCE HAVE_STDINT_H=1 SQLITE_HAS_CODEC SQLCIPHER_CRYPTO_OPENSSL SQLITE_TEMP_STORE=2
            SQLITE_THREADSAFE=1 SQLITE_ENABLE_FTS5 SQLITE_EXTRA_INIT=sqlcipher_extra_init
            SQLITE_EXTRA_SHUTDOWN=sqlcipher_extra_shutdown
            # A commit syncs data and size, not the time of the last change: a log that is written over again
            # costs no entry of the file system's own journal.
            HAVE_FDATASYNC=1
            # What a savepoint puts by stays in memory up to 1 MiB; beyond 64 KiB, sixteen pages, it would be a
            # file: two calls to the system for each page.
            SQLITE_STMTJRNL_SPILL=1048576 SQLITE_DEFAULT_MEMSTATUS=0)
  # Its own tests are its own: optimised in every build type, no warnings, no coverage, no undefined-behaviour checks.
  target_compile_options(atlas_sqlcipher PRIVATE -w -O2
    -include ${ATLAS_SQLCIPHER_GENERATED}/atlas_sqlite3_names.h)
  if(ATLAS_SANITIZE MATCHES undefined)
    target_compile_options(atlas_sqlcipher PRIVATE -fno-sanitize=undefined)
  endif()
  if(ATLAS_COVERAGE)
    target_compile_options(atlas_sqlcipher PRIVATE -fno-profile-arcs -fno-test-coverage)
  endif()
  target_link_libraries(atlas_sqlcipher PRIVATE OpenSSL::Crypto Threads::Threads ${CMAKE_DL_LIBS} m)
endif()
file(COPY_FILE ${ATLAS_SQLCIPHER_GENERATED}/atlas_sqlite3.h.new ${ATLAS_SQLCIPHER_GENERATED}/atlas_sqlite3.h ONLY_IF_DIFFERENT)
