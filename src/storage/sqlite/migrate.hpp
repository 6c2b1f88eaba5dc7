#pragma once
// Tables made and changed.

#include <functional>
#include <span>

#include "atlas/store.hpp"
#include "connection.hpp"

namespace atlas {

/// Versions and kind of a file, as its header tells.
struct StoreState {
  std::int64_t application = 0;
  std::int64_t version = 0;
  bool empty = true;  ///< No tables, and no word of whose it is: a store may be made of it.
  bool ours() const;
};
StoreState state_of(Connection& connection);

/// Makes a new store of an empty file: the write-ahead log, then all tables in one transaction, statistics
/// for the planner before there are rows. Does nothing when another process was first.
void create_store(Connection& connection, const StoreOpening& opening, int busy_ms);

/// Brings a store to the newest version in one transaction. `keep` is called first, under the write lock,
/// with the version that the store has. Does nothing when another process was first.
void migrate_store(Connection& connection, const StoreOpening& opening, const std::function<void(int)>& keep);

/// Of the newest migration; 0 without any.
int newest_version(std::span<const Migration> migrations);

}  // namespace atlas
