#include <algorithm>

#include "atlas/error.hpp"
#include "atlas/predicate.hpp"
#include "render.hpp"

namespace atlas::sql {

namespace {

using Kind = Predicate::Kind;

constexpr std::string_view main_alias = "t";

// One column of a scan's full order.
struct Step {
  unsigned column = 0;
  bool descending = false;
  bool may_be_absent = false;
  Value after;
};

bool is_comparison(Kind kind) { return kind >= Kind::equal && kind <= Kind::less_equal; }

// Does `where` hold only for rows whose `column` is present?
bool implies_present(const Predicate& where, unsigned column) {
  if (where.kind == Kind::all) {
    return std::any_of(where.children.begin(), where.children.end(),
                       [&](const Predicate& child) { return implies_present(child, column); });
  }
  if (where.kind == Kind::negation && where.children.at(0).kind == Kind::is_null) {
    return where.children[0].column == column;
  }
  return where.column == column && (is_comparison(where.kind) || where.kind == Kind::in ||
                                    where.kind == Kind::prefix || where.kind == Kind::contains);
}

bool implies_absent(const Predicate& where, unsigned column) {
  if (where.kind == Kind::all) {
    return std::any_of(where.children.begin(), where.children.end(),
                       [&](const Predicate& child) { return implies_absent(child, column); });
  }
  return where.kind == Kind::is_null && where.column == column;
}

// A key that lacks some of the rows, those whose first column is absent, gives way to the primary key.
// `present` is a column that the statement itself says is not absent.
int whole_key(const Table& table, int key, const Predicate& where, std::optional<unsigned> present) {
  if (key < 0) return key;
  const unsigned first = table.keys.at(static_cast<std::size_t>(key)).columns.at(0);
  const bool whole = !column_of(table, first).nullable || present == first || implies_present(where, first);
  return whole ? key : Query::primary_key;
}

// FROM and WHERE. An index that leaves absent values out is used by SQLite only where the statement says in
// so many words that there are none.
void append_source(const Dialect& dialect, const Catalog& catalog, const Table& table, int key,
                   const Predicate& where, Statement& out) {
  out.text.append(" FROM ").append(quoted(table.name)).append(" AS ").append(main_alias);
  if (dialect.index_hints && key != Query::any_key) {
    out.text.append(" INDEXED BY ").append(quoted(index_name(table, key)));
  }
  out.text += " WHERE ";
  bool first = true;
  const auto next = [&] {
    if (!first) out.text += " AND ";
    first = false;
  };
  if (table.tenant) {
    next();
    out.text.append(main_alias).append(".").append(quoted(dialect.tenant_column)).append(" = ");
    append_tenant(dialect, out);
  }
  if (dialect.index_hints && key >= 0) {
    const unsigned column = table.keys[static_cast<std::size_t>(key)].columns[0];
    if (column_of(table, column).nullable) {
      next();
      out.text.append(reference(table, main_alias, column)).append(" IS NOT NULL");
    }
  }
  if (first || where.kind != Kind::always) {
    next();
    append_where(dialect, catalog, table, main_alias, where, out);
  }
}

std::vector<Step> steps_of(const Table& table, const Query& query) {
  std::vector<Step> steps;
  for (const Order& order : query.order) {
    steps.push_back({order.column, order.descending, column_of(table, order.column).nullable, {}});
  }
  const bool descending = !query.order.empty() && query.order.back().descending;
  for (unsigned i = 0; i < table.primary; ++i) steps.push_back({i, descending, false, {}});
  if (query.after) {
    if (query.after->size() != steps.size()) {
      throw Error(ErrorCode::internal, "A scan continues after a row of another shape.");
    }
    for (std::size_t i = 0; i < steps.size(); ++i) steps[i].after = (*query.after)[i].view();
  }
  // A column that was ordered by already decides nothing further on.
  for (std::size_t i = 0; i < steps.size();) {
    const bool again = std::any_of(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(i),
                                   [&](const Step& earlier) { return earlier.column == steps[i].column; });
    if (again) {
      steps.erase(steps.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return steps;
}

// The condition that a row comes after another in the order of `steps`.
class After {
 public:
  After(const Dialect& dialect, const Table& table, std::span<const Step> steps, Statement& out)
      : dialect_(dialect), table_(table), steps_(steps), out_(out), numbers_(steps.size(), 0) {}

  void render() {
    const Step& first = steps_[0];
    if (plain()) return row_value();
    if (!first.after.is_null() && !first.may_be_absent && steps_.size() > 1) {
      // Says the same as the first comparison below, in a form that an index can begin with.
      column(0, first.descending ? " <= " : " >= ");
      out_.text += " AND ";
    }
    alternatives(0);
  }

 private:
  bool plain() const {
    return std::all_of(steps_.begin(), steps_.end(), [&](const Step& step) {
      return !step.may_be_absent && step.descending == steps_[0].descending && !step.after.is_null();
    });
  }

  void value(std::size_t i) {
    if (numbers_[i] == 0) {
      append_value(dialect_, table_, steps_[i].column, steps_[i].after, out_);
      numbers_[i] = out_.parameters.size();
    } else {
      out_.text.append(dialect_.parameter).append(std::to_string(numbers_[i]));
    }
  }

  void column(std::size_t i, std::string_view comparison) {
    out_.text.append(reference(table_, main_alias, steps_[i].column)).append(comparison);
    value(i);
  }

  void row_value() {
    if (steps_.size() == 1) return column(0, steps_[0].descending ? " < " : " > ");
    out_.text += '(';
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      out_.text.append(i > 0 ? ", " : "").append(reference(table_, main_alias, steps_[i].column));
    }
    out_.text += steps_[0].descending ? ") < (" : ") > (";
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (i > 0) out_.text += ", ";
      value(i);
    }
    out_.text += ')';
  }

  void alternatives(std::size_t i) {
    const Step& step = steps_[i];
    const bool last = i + 1 == steps_.size();
    const std::string name = reference(table_, main_alias, step.column);
    if (step.after.is_null()) {  // absent is last: only an equal one can be followed
      out_.text.append("(").append(name).append(" IS NULL");
      out_.text += " AND ";
      if (last) {
        out_.text += "FALSE";
      } else {
        alternatives(i + 1);
      }
      out_.text += ')';
      return;
    }
    out_.text += '(';
    column(i, step.descending ? " < " : " > ");
    if (step.may_be_absent) out_.text.append(" OR ").append(name).append(" IS NULL");
    if (!last) {
      out_.text += " OR (";
      column(i, " = ");
      out_.text += " AND ";
      alternatives(i + 1);
      out_.text += ')';
    }
    out_.text += ')';
  }

  const Dialect& dialect_;
  const Table& table_;
  std::span<const Step> steps_;
  Statement& out_;
  std::vector<std::size_t> numbers_;
};

void append_order(const Table& table, std::span<const Step> steps, Statement& out) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    out.text.append(i > 0 ? ", " : " ORDER BY ").append(reference(table, main_alias, steps[i].column));
    if (steps[i].descending) out.text += " DESC";
    if (steps[i].may_be_absent) out.text += " NULLS LAST";
  }
}

// What the first order column is in the rows of one statement.
enum class First { as_declared, present, absent };

Statement select(const Dialect& dialect, const Catalog& catalog, const Query& query, std::vector<Step> steps,
                 First first, bool say_so) {
  const Table& table = catalog[query.table];
  const int key = whole_key(table, query.key, query.where,
                            first == First::present ? std::optional(steps[0].column) : std::nullopt);
  Statement out;
  out.text.reserve(512);
  out.text = "SELECT " + column_list(table, std::string(main_alias) + ".");
  append_source(dialect, catalog, table, key, query.where, out);
  const bool said = first == First::present && dialect.index_hints && key >= 0 &&
                    table.keys[static_cast<std::size_t>(key)].columns[0] == steps[0].column;
  if (say_so && !said) {
    out.text.append(" AND ").append(reference(table, main_alias, steps[0].column));
    out.text += first == First::present ? " IS NOT NULL" : " IS NULL";
  }
  bool after = query.after.has_value();
  if (first == First::present) steps[0].may_be_absent = false;
  if (first == First::absent) {
    if (!steps[0].after.is_null()) after = false;  // all of them come after a present one
    steps.erase(steps.begin());
  }
  if (after) {
    out.text += " AND ";
    After(dialect, table, steps, out).render();
  }
  append_order(table, steps, out);
  if (query.limit < static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max())) {
    out.text += " LIMIT ";
    out.limit = static_cast<int>(out.parameters.size());
    append_parameter(dialect, out, ColumnType::integer,
                     Value::integer(static_cast<std::int64_t>(query.limit)));
  }
  if (dialect.row_locks && query.lock != RowLock::none) {
    out.text.append(" FOR UPDATE OF ").append(main_alias);
    if (query.lock == RowLock::update_skip_locked) out.text += " SKIP LOCKED";
  }
  return out;
}

}  // namespace

std::vector<Statement> scan(const Dialect& dialect, const Catalog& catalog, const Query& query) {
  require_valid(catalog, query.table, query.where);
  const Table& table = catalog[query.table];
  std::vector<Step> steps = steps_of(table, query);
  std::vector<Statement> out;
  if (!steps[0].may_be_absent) {
    out.push_back(select(dialect, catalog, query, std::move(steps), First::as_declared, false));
    return out;
  }
  const unsigned column = steps[0].column;
  const bool only_present = implies_present(query.where, column);
  const bool only_absent = !only_present && implies_absent(query.where, column);
  const bool past_present = query.after && steps[0].after.is_null();
  if (!only_absent && !past_present) {
    out.push_back(select(dialect, catalog, query, steps, First::present, !only_present));
  }
  if (!only_present) {
    out.push_back(select(dialect, catalog, query, std::move(steps), First::absent, !only_absent));
  }
  return out;
}

Statement count(const Dialect& dialect, const Catalog& catalog, TableId id, const Predicate& where,
                std::int64_t limit, int key) {
  require_valid(catalog, id, where);
  const Table& table = catalog[id];
  Statement out;
  out.text = "SELECT count(*) FROM (SELECT 1";
  append_source(dialect, catalog, table, whole_key(table, key, where, std::nullopt), where, out);
  out.text += " LIMIT ";
  append_parameter(dialect, out, ColumnType::integer, Value::integer(std::max<std::int64_t>(limit, 0)));
  out.text += ") AS counted";
  return out;
}

Statement aggregate(const Dialect& dialect, const Catalog& catalog, TableId id, const Predicate& where,
                    std::span<const unsigned> group, std::span<const unsigned> sums) {
  require_valid(catalog, id, where);
  const Table& table = catalog[id];
  Statement out;
  out.text = "SELECT ";
  for (const unsigned column : group) out.text += reference(table, main_alias, column) + ", ";
  out.text += "count(*)";
  for (const unsigned column : sums) {
    if (column_of(table, column).type != ColumnType::integer) {
      throw Error(ErrorCode::internal, "Only integer columns have a sum.");
    }
    const std::string name = reference(table, main_alias, column);
    if (dialect.split_sums) {
      out.text += ", sum(" + name + " >> 32), sum(" + name + " & 4294967295)";
    } else {
      out.text += ", CAST(sum(" + name + ") AS " + std::string(dialect.integer_type) + ")";
    }
  }
  append_source(dialect, catalog, table, Query::any_key, where, out);
  if (group.empty()) {
    out.text += " HAVING count(*) > 0";
    return out;
  }
  std::string by;
  std::string order;
  for (const unsigned column : group) {
    const std::string name = reference(table, main_alias, column);
    by += (by.empty() ? "" : ", ") + name;
    order += (order.empty() ? "" : ", ") + name;
    if (column_of(table, column).nullable) order += " NULLS LAST";
  }
  out.text += " GROUP BY " + by + " ORDER BY " + order;
  return out;
}

}  // namespace atlas::sql
