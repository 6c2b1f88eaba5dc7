#pragma once
// The audit chain of one organisation in its store: append, read, prove, verify. docs/format.md has the
// bytes.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "atlas/audit_entry.hpp"
#include "atlas/checkpoint.hpp"
#include "atlas/context.hpp"
#include "atlas/merkle.hpp"
#include "system_tables.hpp"

namespace atlas {

struct ChainHead {
  std::uint64_t size = 0;
  Hash hash{};
  merkle::Frontier frontier;
};

/// Nothing when the organisation has no chain.
std::optional<ChainHead> read_head(ReadTransaction& tx, const SystemTables& t, RowLock lock = RowLock::none);

/// Starts the chain of a new organisation.
void create_head(WriteTransaction& tx, const SystemTables& t);

/// Writes the head as it is: a commit that must be durable has something to sync, and with it all before.
void touch_head(WriteTransaction& tx, const SystemTables& t);

/// Numbers, chains and writes the entries, and moves the head: its lock is the last thing a transaction
/// takes.
/// Returns the new size of the chain; 0 when there was nothing to append.
std::uint64_t append_entries(WriteTransaction& tx, const SystemTables& t, std::vector<AuditEntry>& entries);

/// The entry in a row of the audit table.
StoredEntry entry_of(RowView row, const Uuid& org);

/// Root of the complete subtree, from kept nodes and leaf hashes.
Hash subtree(ReadTransaction& tx, const SystemTables& t, unsigned level, std::uint64_t index);

}  // namespace atlas
