#include "kv_plan.hpp"

#include <algorithm>

#include "kv_codec.hpp"

namespace atlas::kv {

namespace {

using Kind = Predicate::Kind;

/// At most so many pieces from `in` terms; beyond, the key's further columns are filtered.
constexpr std::size_t max_pieces = 1024;

/// What the condition says of one column in every case.
struct Terms {
  std::optional<Value> equal;  ///< May be null (is_null).
  const std::vector<OwnedValue>* in = nullptr;
  std::optional<Value> lower, upper;
  bool lower_open = false, upper_open = false;
  std::optional<std::string_view> prefix;
  bool present = false;

  bool bounded() const { return lower || upper || prefix || present; }
};

/// False when no row can fulfil it.
bool collect(const Predicate& p, std::vector<Terms>& terms) {
  if (p.kind == Kind::all) {
    return std::all_of(p.children.begin(), p.children.end(),
                       [&](const Predicate& child) { return collect(child, terms); });
  }
  if (p.kind == Kind::is_null) terms[p.column].equal = Value::null();
  if (p.kind == Kind::negation && p.children[0].kind == Kind::is_null)
    terms[p.children[0].column].present = true;
  if (p.kind == Kind::in) {
    terms[p.column].in = &p.values;
    terms[p.column].present = true;
    return true;
  }
  if (p.values.empty()) return p.kind != Kind::never;
  Terms& t = terms[p.column];
  const Value value = p.values[0].view();
  if (value.is_null()) return false;
  t.present = true;
  switch (p.kind) {
    case Kind::equal:
      t.equal = value;
      break;
    case Kind::greater:
    case Kind::greater_equal:
      if (!t.lower || compare(value, *t.lower) >= 0) {
        t.lower_open = p.kind == Kind::greater || (t.lower && t.lower_open && compare(value, *t.lower) == 0);
        t.lower = value;
      }
      break;
    case Kind::less:
    case Kind::less_equal:
      if (!t.upper || compare(value, *t.upper) <= 0) {
        t.upper_open = p.kind == Kind::less || (t.upper && t.upper_open && compare(value, *t.upper) == 0);
        t.upper = value;
      }
      break;
    case Kind::prefix:
      t.prefix = value.bytes();
      break;
    default:
      break;
  }
  return true;
}

void narrow(Piece& piece, const Terms& t) {
  std::string begin = piece.prefix;
  std::string end = piece.prefix;
  if (t.lower) {
    append_key(begin, *t.lower);
    if (t.lower_open) begin = successor(std::move(begin));
  } else {
    begin.push_back(present_tag);
  }
  if (t.upper) {
    append_key(end, *t.upper);
    if (!t.upper_open) end = successor(std::move(end));
  } else {
    end.push_back(null_tag);
  }
  if (t.prefix) {
    std::string first = piece.prefix;
    append_key_prefix(first, *t.prefix);
    begin = std::max(begin, first);
    // All bytes 0xFF would carry into the tag, which is an end as well.
    end = std::min(end, successor(std::move(first)));
  }
  piece.begin = std::move(begin);
  piece.end = std::move(end);
}

/// How well a key serves the terms: leading columns that are constant count most.
int rating(const std::vector<unsigned>& columns, const std::vector<Terms>& terms) {
  int points = 0;
  for (const unsigned column : columns) {
    const Terms& t = terms[column];
    if (t.equal || t.in != nullptr) {
      points += 4;
      continue;
    }
    return t.lower || t.upper || t.prefix ? points + 2 : points;
  }
  return points + 1;  // every column: at most one row of a unique key
}

std::vector<unsigned> columns_of(const Table& table, int key) {
  std::vector<unsigned> columns;
  if (key != Query::primary_key) columns = table.keys[static_cast<std::size_t>(key)].columns;
  for (unsigned i = 0; i < table.primary; ++i) columns.push_back(i);
  return columns;
}

/// Are all rows that fulfil the terms in the key?
bool complete(const Table& table, const TableKey& key, const std::vector<Terms>& terms) {
  const unsigned first = key.columns[0];
  if (!table.columns[first].nullable) return true;
  const Terms& t = terms[first];
  return t.present && !(t.equal && t.equal->is_null());
}

int choose(const Table& table, int key, const std::vector<Terms>& terms) {
  if (key >= 0) {
    return complete(table, table.keys[static_cast<std::size_t>(key)], terms) ? key : Query::primary_key;
  }
  if (key == Query::primary_key) return key;
  int best = Query::primary_key;
  int points = rating(columns_of(table, best), terms);
  for (std::size_t i = 0; i < table.keys.size(); ++i) {
    const int candidate = rating(table.keys[i].columns, terms);
    if (candidate > points && complete(table, table.keys[i], terms)) {
      best = static_cast<int>(i);
      points = candidate;
    }
  }
  return best;
}

/// The values of an `in`, in order, each once.
std::vector<Value> points_of(const std::vector<OwnedValue>& values) {
  std::vector<Value> points;
  for (const OwnedValue& value : values) {
    if (!value.is_null()) points.push_back(value.view());
  }
  std::sort(points.begin(), points.end(), [](const Value& a, const Value& b) { return compare(a, b) < 0; });
  points.erase(std::unique(points.begin(), points.end()), points.end());
  return points;
}

}  // namespace

Plan make_plan(const Schema& schema, TableId table_id, const std::optional<Uuid>& organisation, int key,
               const Condition& condition) {
  const Table& table = schema.catalog[table_id];
  std::vector<Terms> terms(table.columns.size());
  const bool possible = collect(condition.where, terms);
  for (const Constant& equal : condition.equals) {
    terms[equal.column].equal = equal.value;
    terms[equal.column].present = true;
  }
  Plan plan;
  plan.key = choose(table, key, terms);
  plan.columns = columns_of(table, plan.key);
  if (!possible) return plan;

  Piece first;
  const Section section = plan.key == Query::primary_key
                              ? rows_section
                              : schema.sections[table_id][static_cast<std::size_t>(plan.key)];
  first.prefix = section_prefix(table_id, section, organisation);
  for (unsigned column = 0; column < terms.size(); ++column) {
    if (terms[column].equal) first.constants.push_back({column, *terms[column].equal});
  }
  plan.pieces.push_back(std::move(first));

  const Terms* range = nullptr;
  for (const unsigned column : plan.columns) {
    const Terms& t = terms[column];
    if (plan.pieces.empty()) break;
    if (plan.pieces[0].constant(column) != nullptr) {  // then every piece has one
      for (Piece& piece : plan.pieces) {
        append_key(piece.prefix, *piece.constant(column));
        ++piece.prefix_columns;
      }
      continue;
    }
    const std::vector<Value> points = t.in != nullptr ? points_of(*t.in) : std::vector<Value>{};
    if (t.in == nullptr || points.size() * plan.pieces.size() > max_pieces) {
      if (t.bounded()) range = &t;
      break;
    }
    std::vector<Piece> split;
    split.reserve(points.size() * plan.pieces.size());
    for (const Piece& piece : plan.pieces) {
      for (const Value& point : points) {
        Piece& one = split.emplace_back(piece);
        append_key(one.prefix, point);
        ++one.prefix_columns;
        one.constants.push_back({column, point});
      }
    }
    plan.pieces = std::move(split);
  }
  for (Piece& piece : plan.pieces) {
    piece.begin = piece.prefix;
    piece.end = successor(piece.prefix);
    if (range != nullptr) narrow(piece, *range);
  }
  std::erase_if(plan.pieces, [](const Piece& piece) { return piece.begin >= piece.end; });
  return plan;
}

}  // namespace atlas::kv
