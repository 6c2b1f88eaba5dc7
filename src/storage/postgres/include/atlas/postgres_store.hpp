#pragma once
// The PostgreSQL store: many hosts, row locks, row-level security as a second wall between tenants.

#include <memory>
#include <string>

#include "atlas/store.hpp"

namespace atlas {

struct PostgresOptions {
  /// libpq connection string or URL. Never appears in a message.
  std::string connection;
  /// Schema that holds the tables; created when missing. Lower-case letters, digits, `_`.
  std::string schema = "atlas";
  /// Connections kept open at most.
  unsigned connections = 8;
};

/// Opens or creates the store in a database. Errors: storage_unavailable, storage_not_a_store, storage_full,
/// storage_read_only, storage_newer_version, storage_needs_migration, storage_io.
std::unique_ptr<Store> open_postgres(const PostgresOptions& options, const StoreOpening& opening);

}  // namespace atlas
