#pragma once
// What PostgreSQL's errors mean to a caller of the Store port.

#include <libpq-fe.h>

#include <string_view>

#include "atlas/error.hpp"

namespace atlas::postgres {

/// The error of a result that failed, by its SQLSTATE, which is a detail of it ("sqlstate"). The server's own
/// words are not repeated: they may hold values.
Error error_of(const PGresult* result);
Error error_of_state(std::string_view sqlstate);

/// storage_unavailable: no server answers, or it refuses this role or database.
Error not_reached();
/// storage_unavailable: the connection broke.
Error connection_lost();

}  // namespace atlas::postgres
