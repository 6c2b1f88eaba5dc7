#pragma once
// What can be asked of a table: predicates and keyset scans.

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "atlas/catalog.hpp"
#include "atlas/value.hpp"

namespace atlas {

/// A condition on a row. Two-valued: a comparison with an absent (null) cell is false, and `negation` of it
/// is true. Columns are positions in the table that the predicate is applied to.
struct Predicate {
  enum class Kind : std::uint8_t {
    always,
    never,
    all,       ///< every one of `children` (empty: true)
    any,       ///< at least one of `children` (empty: false)
    negation,  ///< not `children[0]`
    equal,
    not_equal,
    greater,
    greater_equal,
    less,
    less_equal,  ///< `column` against `values[0]`
    in,          ///< `column` is one of `values`
    is_null,     ///< `column` is absent
    prefix,      ///< text `column` begins with the bytes of `values[0]`
    contains,    ///< text `column` contains the bytes of `values[0]`
    exists,  ///< `table` has a row r with r[pair.second] = this[pair.first] for each of `on`, and children[0]
  };
  Kind kind = Kind::always;
  unsigned column = 0;
  std::vector<OwnedValue> values;
  std::vector<Predicate> children;
  TableId table = 0;
  std::vector<std::pair<unsigned, unsigned>> on;

  static Predicate compare(Kind kind, unsigned column, const Value& value) {
    return {kind, column, {value}, {}, 0, {}};
  }
  static Predicate equals(unsigned column, const Value& value) { return compare(Kind::equal, column, value); }
  static Predicate absent(unsigned column) { return {Kind::is_null, column, {}, {}, 0, {}}; }
  static Predicate all_of(std::vector<Predicate> children) {
    return {Kind::all, 0, {}, std::move(children), 0, {}};
  }
  static Predicate any_of(std::vector<Predicate> children) {
    return {Kind::any, 0, {}, std::move(children), 0, {}};
  }
  static Predicate no(Predicate child) { return {Kind::negation, 0, {}, {std::move(child)}, 0, {}}; }
};

/// One term of an order.
struct Order {
  unsigned column = 0;
  bool descending = false;
};

/// What a read does to the rows that it finds.
enum class RowLock : std::uint8_t {
  none,
  update,              ///< The rows read do not change before this transaction ends.
  update_skip_locked,  ///< The same; rows that another transaction holds are left out (claims).
};

/// A keyset scan. Rows come in `order` (absent values last in either direction), ties by primary key in the
/// direction of the last order column (ascending when there is none); every row at most once.
struct Query {
  TableId table = 0;
  Predicate where;
  std::vector<Order> order;
  /// Start after this row: the values of the order columns, then of the primary key.
  std::optional<OwnedRow> after;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  /// The key that serves the scan: position in Table::keys, or `primary_key`, or `any_key` (the backend
  /// chooses; only for scans that may read everything). A backend holds itself to it. A key that may lack
  /// rows of the result (its first column is nullable, and `where` does not ask for it to be present) serves
  /// nothing: then the backend reads by the primary key. The result never depends on the key.
  int key = any_key;
  RowLock lock = RowLock::none;

  static constexpr int primary_key = -1;
  static constexpr int any_key = -2;
};

}  // namespace atlas
