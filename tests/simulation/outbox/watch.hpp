#pragma once
// What really reaches the disk, commit by commit: the judge's eyes below the library, and below whatever
// spoils it.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/store.hpp"
#include "atlas/time.hpp"

namespace atlas::simulation::post {

/// One row that was written, with those of its cells that somebody looks at.
struct Change {
  std::string_view table;
  Uuid org;
  Uuid id;  ///< nil where the primary key is no id
  bool inserted = false;
  std::map<std::string_view, OwnedValue> cells;

  bool has(std::string_view column) const { return cells.contains(column); }
  /// "" or 0 or nil where the column was not written, or is null.
  std::string text(std::string_view column) const;
  std::int64_t number(std::string_view column) const;
  Uuid uuid(std::string_view column) const;
};

/// A transaction that was committed: its rows in the order of writing, and the clock as it began.
struct Commit {
  std::vector<Change> changes;
  Timestamp began;
};

using CommitSink = std::function<void(const Commit&)>;

/// `inner`, telling `sink` of each commit, after it. Borrows `clock`.
std::unique_ptr<Store> watch_commits(std::unique_ptr<Store> inner, Clock& clock, CommitSink sink);

}  // namespace atlas::simulation::post
