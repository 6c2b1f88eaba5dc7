#pragma once
// The store's tables in the database: made, brought up to date, checked.

#include <vector>

#include "connection.hpp"
#include "transaction.hpp"

namespace atlas::postgres {

/// Makes the store or brings it up to date as `opening` allows, in one transaction under an advisory lock, so
/// that any number of hosts may open it at once. Errors: storage_not_a_store, storage_newer_version,
/// storage_needs_migration, storage_read_only.
void prepare_schema(Connection& connection, const PostgresOptions& options, const StoreOpening& opening);

/// Tables, columns, indexes and policies that are missing or not as they were made; a role that row-level
/// security does not bind; damage that the server has noticed.
std::vector<StoreFinding> check_schema(Connection& connection, const Shared& shared);

}  // namespace atlas::postgres
