#pragma once
// `where` objects of the contracts as predicates over an entity's table.

#include <string>
#include <string_view>
#include <vector>

#include "atlas/context.hpp"

namespace atlas {

/// What one call's `where` says. Throws invalid_argument that names every wrong member by its path.
/// `hidden`: fields with one of these flags may not be asked about.
Predicate parse_where(const EntityInfo& info, std::string_view json, const Context& cx, FieldFlags hidden);

struct OrderTerm {
  const EntityInfo::ColumnRef* column;
  bool descending;
};
/// At most two sort fields, "-" in front for descending; default "-created_at".
std::vector<OrderTerm> parse_order(const EntityInfo& info, const std::vector<std::string>& order,
                                   FieldFlags hidden);

/// Column that orders a field (the folded shadow of a text, the amount of money).
unsigned order_column(const EntityInfo::ColumnRef& ref);

/// The key that serves a query; nothing when none does. `scope` may bind columns but need not.
std::optional<int> choose_key(const Table& table, const Predicate& asked, const Predicate& scope,
                              const std::vector<Order>& order);

}  // namespace atlas
