#pragma once
// Which stretches of keys a query has to read.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "atlas/query.hpp"
#include "kv_schema.hpp"

namespace atlas::kv {

/// A column that has one value in every row of interest.
struct Constant {
  unsigned column;
  Value value;
};

/// What rows must fulfil: `where` and `equals`. Borrowed.
struct Condition {
  const Predicate& where;
  std::span<const Constant> equals = {};
};

/// One stretch of a key, begin ≤ k < end. Its keys begin with `prefix`, which is the first `prefix_columns`
/// columns of the key, all constant.
struct Piece {
  std::string begin;
  std::string end;
  std::string prefix;
  unsigned prefix_columns = 0;
  std::vector<Constant> constants;  ///< Of the condition and of this piece.

  const Value* constant(unsigned column) const {
    for (const Constant& c : constants) {
      if (c.column == column) return &c.value;
    }
    return nullptr;
  }
};

/// The key (position or Query::primary_key) and its pieces, which do not overlap. Every row that fulfils the
/// condition is in one of them.
struct Plan {
  int key = Query::primary_key;
  std::vector<unsigned> columns;  ///< The key's, then the primary key's: as they stand in an entry.
  std::vector<Piece> pieces;
};

/// `key` as in Query; a key that may lack rows of interest (its first column null) gives way to the primary
/// key.
Plan make_plan(const Schema& schema, TableId table, const std::optional<Uuid>& organisation, int key,
               const Condition& condition);

}  // namespace atlas::kv
