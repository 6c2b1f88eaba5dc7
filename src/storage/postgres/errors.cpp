#include "errors.hpp"

#include <algorithm>
#include <array>

namespace atlas::postgres {

namespace {

struct Meaning {
  std::string_view state;  // A whole SQLSTATE, or the two characters of its class.
  ErrorCode code;
  std::string_view message;
};

// The first that fits counts; whole states therefore come before their class.
// Source: PostgreSQL 15, appendix A, "PostgreSQL Error Codes".
constexpr std::array meanings{
    Meaning{"40001", ErrorCode::storage_conflict, "Another transaction changed the same data."},
    Meaning{"40P01", ErrorCode::storage_conflict, "Two transactions waited for each other."},
    Meaning{"40003", ErrorCode::storage_unavailable,
            "It is not known whether the statement was carried out."},
    Meaning{"40", ErrorCode::storage_conflict, "The database rolled the transaction back."},
    Meaning{"55P03", ErrorCode::storage_busy, "A lock was not free in time."},
    Meaning{"57014", ErrorCode::storage_busy,
            "The database's administrator or a time limit stopped the statement."},
    Meaning{"53100", ErrorCode::storage_full, "The database's disk is full."},
    Meaning{"53", ErrorCode::storage_unavailable, "The database server is short of memory or connections."},
    Meaning{"25006", ErrorCode::storage_read_only, "The database takes no writes."},
    Meaning{"25P02", ErrorCode::internal, "A transaction was used after one of its statements had failed."},
    Meaning{"42501", ErrorCode::storage_read_only,
            "The database role lacks a privilege that the store needs."},
    Meaning{"22021", ErrorCode::invalid_argument, "A text is not valid UTF-8."},
    Meaning{"22P05", ErrorCode::invalid_argument, "A text has a character that the database cannot keep."},
    Meaning{"54", ErrorCode::invalid_argument,
            "A value is too long for the database, as a key or altogether."},
    Meaning{"58P01", ErrorCode::storage_corrupt, "A file of the database is missing."},
    Meaning{"58", ErrorCode::storage_io, "The database server could not read or write its files."},
    Meaning{"XX001", ErrorCode::storage_corrupt, "The database found damaged data."},
    Meaning{"XX002", ErrorCode::storage_corrupt, "The database found a damaged index."},
    Meaning{"3F", ErrorCode::storage_not_a_store, "The store's schema is not there."},
    Meaning{"42P01", ErrorCode::storage_corrupt, "A table of the store is missing."},
    Meaning{"42703", ErrorCode::storage_corrupt, "A column of the store is missing."},
    Meaning{"08", ErrorCode::storage_unavailable, "The connection to the database was lost."},
    Meaning{"57P", ErrorCode::storage_unavailable, "The database server is stopping or starting."},
    Meaning{"28", ErrorCode::storage_unavailable, "The database server refused this role."},
    Meaning{"3D", ErrorCode::storage_unavailable, "There is no such database."},
};

}  // namespace

Error error_of_state(std::string_view sqlstate) {
  const auto* found = std::find_if(meanings.begin(), meanings.end(),
                                   [&](const Meaning& m) { return sqlstate.starts_with(m.state); });
  if (found == meanings.end()) {
    return Error(ErrorCode::internal, "The database refused a statement.").with("sqlstate", sqlstate);
  }
  return Error(found->code, std::string(found->message)).with("sqlstate", sqlstate);
}

Error error_of(const PGresult* result) {
  const char* state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  return state != nullptr ? error_of_state(state) : connection_lost();
}

Error not_reached() {
  return Error(ErrorCode::storage_unavailable,
               "The database could not be reached, or it refused the connection; its log says why.");
}

Error connection_lost() {
  return Error(ErrorCode::storage_unavailable, "The connection to the database was lost.");
}

}  // namespace atlas::postgres
