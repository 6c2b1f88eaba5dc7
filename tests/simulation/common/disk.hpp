#pragma once
// What outlives the hosts: the bytes that they share.

#include <functional>
#include <memory>
#include <string>

#include "atlas/store.hpp"

namespace atlas::simulation {

/// Faults put into the disk on purpose, to see whether the judges notice.
struct DiskFaults {
  bool loses_last_commit = false;  ///< A crash takes the newest commit with it.
  bool writers_overlap = false;    ///< A writer does not wait, and overwrites what the other committed.
  bool forgets_a_commit = false;   ///< Now and then a commit is acknowledged and not kept.
};

/// Where a store lies. Everything happens on one thread: a writer that would have to wait gets storage_busy.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual std::unique_ptr<Store> open(const StoreOpening& opening) = 0;
  /// A host died.
  virtual void crashed() {}
  /// Called before each write below the Store port, while a store is opened: there it is made and migrated.
  /// Empty: none.
  virtual void watch(std::function<void(std::string_view call)>) {}
};

/// Ordered bytes in memory, which lie there when every host is gone.
std::unique_ptr<Disk> make_memory_disk(const DiskFaults& faults);
/// An SQLite file in `directory`, which exists and is empty.
std::unique_ptr<Disk> make_sqlite_disk(const std::string& directory);

}  // namespace atlas::simulation
