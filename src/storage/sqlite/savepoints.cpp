#include "savepoints.hpp"

#include <algorithm>

namespace atlas {

void Savepoints::mark() { marks_.push_back({added_.size(), false, 0}); }

void Savepoints::make_real() {
  for (Mark& mark : marks_) {
    if (mark.real) continue;
    connection_.use(slot_of(CommonSlot::savepoint), [] { return "SAVEPOINT s"; }).step();
    mark.real = true;
    mark.covered = added_.size();
  }
}

void Savepoints::release() {
  if (marks_.back().real) connection_.use(slot_of(CommonSlot::release), [] { return "RELEASE s"; }).step();
  marks_.pop_back();
  if (marks_.empty()) {
    added_.clear();
  } else if (marks_.back().real) {
    added_.resize(marks_.back().covered);
  }
}

void Savepoints::undo() {
  const Mark mark = marks_.back();
  try {
    if (mark.real) {
      connection_.use(slot_of(CommonSlot::undo), [] { return "ROLLBACK TO s"; }).step();
      connection_.use(slot_of(CommonSlot::release), [] { return "RELEASE s"; }).step();
    }
    for (std::size_t i = mark.real ? mark.covered : added_.size(); i-- > mark.added;) remove(added_[i]);
  } catch (...) {
    connection_.roll_back();
    throw;
  }
  marks_.pop_back();
  // Rows that were noted before an outer savepoint of SQLite's come back when that is rolled back to.
  const std::size_t kept = !marks_.empty() && marks_.back().real ? marks_.back().covered : 0;
  added_.resize(std::max(mark.added, kept));
}

void Savepoints::remove(const Added& added) {
  if (added.table == tenants) {
    connection_.use("DELETE FROM \"_tenant\" WHERE num = ?1").bind(added.row).step();
    return;
  }
  Use drop = connection_.use(slot_of(added.table, TableSlot::remove), [&] {
    return "DELETE FROM " + sql::quoted(catalog_[added.table].name) + " WHERE \"_rid\" = ?1";
  });
  drop.bind(added.row).step();
}

}  // namespace atlas
