#pragma once
// Predicates evaluated in memory: by stores without a query language, and on rows already at hand.

#include "atlas/function_ref.hpp"
#include "atlas/query.hpp"

namespace atlas {

/// Answers Predicate::Kind::exists for `row`: has the other table a row that fits?
using ExistsLookup = FunctionRef<bool(const Predicate& exists, RowView row)>;

/// Does `row` fulfil `predicate`? Two-valued, see Predicate. The predicate must fit the row (see
/// require_valid). What `lookup` throws passes through.
bool matches(const Predicate& predicate, RowView row, ExistsLookup lookup);

/// The same for a predicate without `exists`, which is Error(internal).
bool matches(const Predicate& predicate, RowView row);

/// Throws Error(internal) when `predicate` names a column that `table` has not, compares it with a value of
/// another type, lacks an operand, or is nested deeper than 64.
void require_valid(const Catalog& catalog, TableId table, const Predicate& predicate);

}  // namespace atlas
