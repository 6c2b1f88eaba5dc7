#include "failure.hpp"

#include <cerrno>
#include <string>

namespace atlas {

namespace {

struct Meaning {
  ErrorCode code;
  std::string_view what;
};

Meaning meaning_of(int result) {
  switch (result) {
    case SQLITE_BUSY_SNAPSHOT:
      return {ErrorCode::storage_conflict, "Another writer was first"};
    case SQLITE_IOERR_NOMEM:
      return {ErrorCode::internal, "There is not enough memory"};
    case SQLITE_READONLY_DBMOVED:
      return {ErrorCode::storage_busy, "The store's file was replaced"};
    default:
      break;
  }
  switch (result & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::storage_busy, "The store is in use by another process"};
    case SQLITE_FULL:
      return {ErrorCode::storage_full, "There is no room left for the store"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {ErrorCode::storage_read_only, "The store cannot be written"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::storage_corrupt, "The store is damaged"};
    case SQLITE_IOERR:
      return {ErrorCode::storage_io, "The store could not be read or written"};
    case SQLITE_CANTOPEN:
      return {ErrorCode::storage_io, "A file of the store cannot be opened"};
    case SQLITE_PROTOCOL:
      return {ErrorCode::storage_busy, "The store's locks could not be had"};
    case SQLITE_INTERRUPT:
      return {ErrorCode::cancelled, "The work was interrupted"};
    case SQLITE_TOOBIG:
      return {ErrorCode::invalid_argument, "A value is too large for the store"};
    case SQLITE_SCHEMA:
      return {ErrorCode::storage_conflict, "The store's tables were changed meanwhile"};
    case SQLITE_NOMEM:
      return {ErrorCode::internal, "There is not enough memory"};
    case SQLITE_CONSTRAINT:
      return {ErrorCode::internal, "A row breaks a rule of its table"};
    default:
      return {ErrorCode::internal, "The store refused a statement"};
  }
}

}  // namespace

Error sqlite_error(int result, std::string_view doing) {
  const Meaning meaning = meaning_of(result);
  return Error(meaning.code, std::string(meaning.what) + " (while " + std::string(doing) + ").")
      .with("sqlite", std::int64_t{result});
}

void fail(sqlite3* db, int result, std::string_view doing) {
  if (db != nullptr && result == (result & 0xff)) {
    const int extended = sqlite3_extended_errcode(db);
    if ((extended & 0xff) == result) result = extended;
  }
  const int kind = result & 0xff;
  if (db != nullptr && (kind == SQLITE_IOERR || kind == SQLITE_CANTOPEN)) {
    // SQLite tells a full disk, but neither a quota nor a limit on files, nor why a file cannot be opened.
    switch (sqlite3_system_errno(db)) {
      case ENOSPC:
      case EDQUOT:
      case EFBIG:
        throw sqlite_error(SQLITE_FULL, doing);
      case EROFS:
      case EACCES:
      case EPERM:
        throw sqlite_error(SQLITE_READONLY, doing);
      default:
        break;
    }
  }
  throw sqlite_error(result, doing);
}

}  // namespace atlas
