#pragma once
// What SQLite's result codes mean to callers.

#include <string_view>

#include "atlas/error.hpp"
#include "atlas_sqlite3.h"

namespace atlas {

/// The error of a failed call. `doing` ends the sentence "… while …", such as "reading"; no text of SQLite's
/// own is passed on: it may quote SQL. The extended result code is in the details.
Error sqlite_error(int result, std::string_view doing);

/// The same, thrown; `db` gives the extended code when `result` is a plain one.
[[noreturn]] void fail(sqlite3* db, int result, std::string_view doing);

/// Throws unless `result` is SQLITE_OK.
inline void check_ok(sqlite3* db, int result, std::string_view doing) {
  if (result != SQLITE_OK) fail(db, result, doing);
}

}  // namespace atlas
