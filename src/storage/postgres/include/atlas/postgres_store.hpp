#pragma once
// The PostgreSQL store: many hosts, row locks, row-level security as a second wall between tenants.

#include <memory>
#include <string>

#include "atlas/store.hpp"

namespace atlas {

/// Where the store is and how it is reached.
struct PostgresOptions {
  /// libpq connection string or URL. Never appears in a message.
  std::string connection;
  /// Schema that holds the tables; created when missing. Lower-case letters, digits, `_`.
  std::string schema = "atlas";
  /// Connections kept open at most.
  unsigned connections = 8;
  /// A durable transaction lets go of its locks before its commit is on disk; its own answer still waits
  /// for that. Writers of one organisation, who queue for the head of its chain, then share a sync instead of
  /// waiting for one each. The price: for these milliseconds others see, and may pass on, what a crash of the
  /// server would take back.
  bool early_release = false;
};

/// Opens or creates the store in a database of PostgreSQL 13 or newer whose encoding is UTF8. Any number of
/// hosts may open it at once, each through the role that made it or a member of that role.
///
/// - Every tenant table begins with `org_id`, in its primary key and in each key. Every statement names the
///   organisation, and row-level security, forced also on the owner, compares it once more. A superuser or a
///   role with BYPASSRLS passes by that second wall: give the store a role of its own that is neither
///   (check() tells).
/// - Writing is READ COMMITTED with row locks and advisory locks, reading is one snapshot. A statement that
/// waits for a
///   lock longer than 30 s, and a caller that waits as long for a connection, get storage_busy.
/// - Connections keep prepared statements and settings: a pooler between must work by session, not by
/// transaction.
/// - A lost connection is storage_unavailable to the transaction that had it; the next one gets another.
/// - Backups are the database's own (a superuser's pg_dump, or base backups); erased rows leave the pages
/// when
///   PostgreSQL vacuums them, which maintain() asks for where a table is `secure`, and the log when it is
///   recycled.
/// - U+0000 cannot be in a text (invalid_argument). Search words are told apart by their first 200 bytes.
///
/// Errors: invalid_argument (schema's name), storage_unavailable, storage_not_a_store, storage_full,
/// storage_read_only, storage_newer_version, storage_needs_migration, storage_io.
std::unique_ptr<Store> open_postgres(const PostgresOptions& options, const StoreOpening& opening);

}  // namespace atlas
