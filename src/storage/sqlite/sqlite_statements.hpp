#pragma once
// For the tests: what a store has asked SQLite, and how SQLite answers it.

#include <string>
#include <vector>

#include "atlas/store.hpp"

namespace atlas {

struct StatementPlan {
  std::string text;
  std::vector<std::string> steps;  ///< The lines of EXPLAIN QUERY PLAN.
};

/// Every statement that was prepared since the store (opened by open_sqlite) was opened, with its plan.
std::vector<StatementPlan> sqlite_statements(Store& store);

}  // namespace atlas
