#pragma once
// Savepoints that cost little where rows are only added. A savepoint of SQLite's copies every page that is
// changed after it, a fifth of the time of a batch. So added rows are noted by number and deleted again when
// they are to be undone; a savepoint of SQLite's is made at the first change of another kind.

#include <cstdint>
#include <vector>

#include "connection.hpp"
#include "plans.hpp"

namespace atlas {

class Savepoints {
 public:
  Savepoints(Connection& connection, const Catalog& catalog) : connection_(connection), catalog_(catalog) {}

  bool empty() const { return marks_.empty(); }
  void mark();
  void release();
  /// Undoes everything since the latest mark. When that fails the whole transaction is rolled back.
  void undo();

  /// After a row was added.
  void inserted(TableId table, std::int64_t row) {
    if (!marks_.empty() && !marks_.back().real) added_.push_back({table, row});
  }
  /// Before anything is changed in another way.
  void before_change() {
    if (!marks_.empty() && !marks_.back().real) make_real();
  }

  /// Stands for the table of organisations, which is in no catalog.
  static constexpr TableId tenants = 0xffff;

 private:
  struct Added {
    TableId table;
    std::int64_t row;
  };
  /// Real ones come first: SQLite's savepoints nest as the marks do.
  struct Mark {
    std::size_t added;    ///< Rows noted before it.
    bool real = false;    ///< SQLite has a savepoint, made when …
    std::size_t covered;  ///< … so many rows were noted; later ones are in it.
  };

  void make_real();
  void remove(const Added& added);

  Connection& connection_;
  const Catalog& catalog_;
  std::vector<Added> added_;
  std::vector<Mark> marks_;
};

}  // namespace atlas
