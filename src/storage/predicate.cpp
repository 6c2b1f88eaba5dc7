#include "atlas/predicate.hpp"

#include <algorithm>

#include "atlas/error.hpp"

namespace atlas {

namespace {

using Kind = Predicate::Kind;

bool compares(const Predicate& p, const Value& cell) {
  const Value operand = p.values[0].view();
  if (cell.is_null() || operand.is_null()) return false;
  const int order = compare(cell, operand);
  switch (p.kind) {
    case Kind::equal:
      return order == 0;
    case Kind::not_equal:
      return order != 0;
    case Kind::greater:
      return order > 0;
    case Kind::greater_equal:
      return order >= 0;
    case Kind::less:
      return order < 0;
    default:
      return order <= 0;
  }
}

ValueType value_type(ColumnType type) {
  return type == ColumnType::integer ? ValueType::integer
         : type == ColumnType::text  ? ValueType::text
                                     : ValueType::blob;
}

[[noreturn]] void unfit(const char* what) {
  throw Error(ErrorCode::internal, std::string("A predicate does not fit its table: ") + what + ".");
}

void require_operands(const Table& table, const Predicate& p) {
  if (p.column >= table.columns.size()) unfit("no such column");
  const ColumnType type = table.columns[p.column].type;
  for (const OwnedValue& value : p.values) {
    const ValueType given = value.view().type();
    if (given != ValueType::null && given != value_type(type)) unfit("an operand of another type");
  }
  if (p.kind == Kind::is_null || p.kind == Kind::in) return;
  if (p.values.size() != 1) unfit("not one operand");
  if ((p.kind == Kind::prefix || p.kind == Kind::contains) && type != ColumnType::text) unfit("not text");
}

void require_valid_at(const Catalog& catalog, TableId table, const Predicate& p, int depth) {
  if (depth > 64) unfit("nested too deep");
  switch (p.kind) {
    case Kind::always:
    case Kind::never:
      return;
    case Kind::negation:
      if (p.children.size() != 1) unfit("a negation of other than one");
      [[fallthrough]];
    case Kind::all:
    case Kind::any:
      for (const Predicate& child : p.children) require_valid_at(catalog, table, child, depth + 1);
      return;
    case Kind::exists: {
      if (p.table >= catalog.tables.size() || p.children.size() != 1) unfit("an exists without a table");
      const Table& here = catalog[table];
      const Table& there = catalog[p.table];
      for (const auto& [mine, theirs] : p.on) {
        if (mine >= here.columns.size() || theirs >= there.columns.size() ||
            here.columns[mine].type != there.columns[theirs].type) {
          unfit("columns that do not pair");
        }
      }
      require_valid_at(catalog, p.table, p.children[0], depth + 1);
      return;
    }
    default:
      require_operands(catalog[table], p);
  }
}

}  // namespace

bool matches(const Predicate& p, RowView row, ExistsLookup lookup) {
  switch (p.kind) {
    case Kind::always:
      return true;
    case Kind::never:
      return false;
    case Kind::all:
      return std::all_of(p.children.begin(), p.children.end(),
                         [&](const Predicate& child) { return matches(child, row, lookup); });
    case Kind::any:
      return std::any_of(p.children.begin(), p.children.end(),
                         [&](const Predicate& child) { return matches(child, row, lookup); });
    case Kind::negation:
      return !matches(p.children[0], row, lookup);
    case Kind::in:
      return !row[p.column].is_null() &&
             std::any_of(p.values.begin(), p.values.end(), [&](const OwnedValue& value) {
               return !value.is_null() && compare(row[p.column], value.view()) == 0;
             });
    case Kind::is_null:
      return row[p.column].is_null();
    case Kind::prefix:
      return !row[p.column].is_null() && !p.values[0].is_null() &&
             row[p.column].bytes().starts_with(p.values[0].view().bytes());
    case Kind::contains:
      return !row[p.column].is_null() && !p.values[0].is_null() &&
             row[p.column].bytes().find(p.values[0].view().bytes()) != std::string_view::npos;
    case Kind::exists:
      return lookup(p, row);
    default:
      return compares(p, row[p.column]);
  }
}

bool matches(const Predicate& predicate, RowView row) {
  return matches(predicate, row, [](const Predicate&, RowView) -> bool {
    throw Error(ErrorCode::internal, "A predicate over another table needs a store.");
  });
}

void require_valid(const Catalog& catalog, TableId table, const Predicate& predicate) {
  if (table >= catalog.tables.size()) throw Error(ErrorCode::internal, "There is no such table.");
  require_valid_at(catalog, table, predicate, 0);
}

}  // namespace atlas
