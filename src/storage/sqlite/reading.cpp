#include "reading.hpp"

#include <algorithm>

#include "atlas/error.hpp"
#include "text_log.hpp"

namespace atlas {

namespace {

bool reaches_tenant(const Catalog& catalog, const Predicate& where) {
  if (where.kind == Predicate::Kind::exists && where.table < catalog.tables.size() &&
      catalog[where.table].tenant) {
    return true;
  }
  for (const Predicate& child : where.children) {
    if (reaches_tenant(catalog, child)) return true;
  }
  return false;
}

// What of a query decides its text, for most queries: all but the values. Those are bound in the order in
// which the text has them.
class Shape {
 public:
  /// False where the text depends on values, or begins with another parameter than the tenant.
  bool read(const Table& table, const Query& query) {
    if (!table.tenant || query.after || !add(query.where)) return false;
    put(query.table);
    put(static_cast<std::uint32_t>(query.key));
    for (const Order& order : query.order) put(order.column << 1 | (order.descending ? 1U : 0U));
    limited = query.limit < static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    put(limited ? 1 : 0);
    return true;
  }

  std::string text;
  std::vector<Value> values;
  bool limited = false;

 private:
  void put(std::uint32_t number) { text.append(reinterpret_cast<const char*>(&number), sizeof number); }

  bool add(const Predicate& p) {
    using Kind = Predicate::Kind;
    put(p.column << 8 | static_cast<std::uint32_t>(p.kind));
    switch (p.kind) {
      case Kind::in:
      case Kind::prefix:
      case Kind::contains:
        return false;
      case Kind::exists:
        put(p.table);
        put(static_cast<std::uint32_t>(p.on.size()));
        for (const auto& [mine, theirs] : p.on) put(mine << 16 | theirs);
        [[fallthrough]];
      case Kind::all:
      case Kind::any:
      case Kind::negation:
        put(static_cast<std::uint32_t>(p.children.size()));
        return std::all_of(p.children.begin(), p.children.end(),
                           [&](const Predicate& child) { return add(child); });
      case Kind::always:
      case Kind::never:
      case Kind::is_null:
        return true;
      default:
        break;
    }
    if (p.values.empty() || p.values[0].is_null()) return false;
    values.push_back(p.values[0].view());
    put(static_cast<std::uint32_t>(values.back().type()));
    return true;
  }
};

bool deliver(const Use& statement, std::vector<Value>& row, ScanSink sink) {
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = statement.cell(static_cast<int>(i));
  return sink(row);
}

}  // namespace

void Reading::enter(const Uuid& organisation) {
  if (organisation_) {
    if (*organisation_ == organisation) return;
    throw Error(ErrorCode::internal, "A transaction belongs to one organisation.");
  }
  tenant_ = core_.tenants.find(connection_, organisation, !writes_);
  organisation_ = organisation;
}

const Table& Reading::reach(TableId table) const {
  if (table >= core_.catalog.tables.size()) throw Error(ErrorCode::internal, "There is no such table.");
  const Table& found = core_.catalog[table];
  if (found.tenant && !organisation_) {
    throw Error(ErrorCode::internal, "A tenant table was used before the organisation was entered.");
  }
  return found;
}

void Reading::check_primary(const Table& table, RowView primary) {
  if (primary.size() != table.primary) throw Error(ErrorCode::internal, "A primary key has another size.");
}

Use Reading::run(const sql::Statement& statement, std::size_t limit) {
  Use use = connection_.use(statement.text);
  for (std::size_t i = 0; i < statement.parameters.size(); ++i) {
    const sql::Parameter& parameter = statement.parameters[i];
    if (parameter.tenant) {
      use.bind(tenant_);
    } else if (static_cast<int>(i) == statement.limit) {
      use.bind(static_cast<std::int64_t>(limit));
    } else {
      use.bind(parameter.value);
    }
  }
  return use;
}

bool Reading::get(TableId id, RowView primary, RowSink sink, RowLock lock) {
  const Table& table = reach(id);
  check_primary(table, primary);
  if (lock != RowLock::none && !writes_) {
    throw Error(ErrorCode::internal, "A row can be locked in a write transaction only.");
  }
  Use use = connection_.use(slot_of(id, TableSlot::get), [&] { return core_.plans[id].get; });
  if (table.tenant) use.bind(tenant_);
  if (!use.bind(primary).step()) return false;
  std::vector<Value> row(table.columns.size());
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = use.cell(static_cast<int>(i));
  sink(row);
  return true;
}

void Reading::scan(const Query& query, ScanSink sink) {
  const Table& table = reach(query.table);
  if (!table.tenant && !organisation_ && reaches_tenant(core_.catalog, query.where)) {
    throw Error(ErrorCode::internal, "A tenant table was used before the organisation was entered.");
  }
  if (query.lock != RowLock::none && !writes_) {
    throw Error(ErrorCode::internal, "Rows can be locked in a write transaction only.");
  }
  std::size_t left = query.limit;
  std::vector<Value> row(table.columns.size());
  Shape shape;
  const bool shaped = shape.read(table, query);
  const Connection::Family* family = shaped ? connection_.family(shape.text) : nullptr;
  if (shaped && family == nullptr) {
    std::vector<std::string_view> texts;
    const std::vector<sql::Statement> statements = sql::scan(sqlite_dialect, core_.catalog, query);
    for (const sql::Statement& statement : statements) texts.push_back(statement.text);
    family = connection_.keep_family(shape.text, texts);
  }
  if (family != nullptr) {
    for (const auto& prepared : *family) {
      if (left == 0) return;
      Use use = connection_.use(*prepared);
      use.bind(tenant_).bind(shape.values);
      if (shape.limited) use.bind(static_cast<std::int64_t>(left));
      while (use.step()) {
        --left;
        if (!deliver(use, row, sink)) return;
      }
    }
    return;
  }
  for (const sql::Statement& statement : sql::scan(sqlite_dialect, core_.catalog, query)) {
    if (left == 0) return;
    Use use = run(statement, left);
    while (use.step()) {
      --left;
      if (!deliver(use, row, sink)) return;
    }
  }
}

std::int64_t Reading::count(TableId id, const Predicate& where, std::int64_t limit, int key) {
  const Table& table = reach(id);
  if (!table.tenant && !organisation_ && reaches_tenant(core_.catalog, where)) {
    throw Error(ErrorCode::internal, "A tenant table was used before the organisation was entered.");
  }
  const sql::Statement statement = sql::count(sqlite_dialect, core_.catalog, id, where, limit, key);
  Use use = run(statement, 0);
  use.step();
  return use.number(0);
}

void Reading::aggregate(TableId id, const Predicate& where, std::span<const unsigned> group,
                        std::span<const unsigned> sums, ScanSink sink) {
  const Table& table = reach(id);
  if (!table.tenant && !organisation_ && reaches_tenant(core_.catalog, where)) {
    throw Error(ErrorCode::internal, "A tenant table was used before the organisation was entered.");
  }
  const sql::Statement statement = sql::aggregate(sqlite_dialect, core_.catalog, id, where, group, sums);
  Use use = run(statement, 0);
  const std::size_t plain = group.size() + 1;
  std::vector<Value> row(plain + sums.size());
  while (use.step()) {
    for (std::size_t i = 0; i < plain; ++i) row[i] = use.cell(static_cast<int>(i));
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const int at = static_cast<int>(plain + 2 * i);
      const Value high = use.cell(at);
      row[plain + i] = high.is_null() ? Value::null()
                                      : Value::integer(sql::join_sum(high.as_integer(), use.number(at + 1)));
    }
    if (!sink(row)) return;
  }
}

void Reading::search_text(TableId id, std::span<const std::string> words, bool prefix_last,
                          const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) {
  const Table& table = reach(id);
  if (!table.full_text) throw Error(ErrorCode::internal, "The table has no full text.");
  if (words.size() > 16) throw Error(ErrorCode::internal, "More than 16 words are searched.");
  std::string match;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t before = match.size();
    for_each_word(words[i], [&](std::string_view word) {
      if (!match.empty()) match += " AND ";
      match += sql::quoted(indexed_word(tenant(table), word));
    });
    if (prefix_last && i + 1 == words.size() && match.size() > before) match += " *";
  }
  if (match.empty() || limit == 0 || tenant(table) == unknown_tenant) return;

  sql::Statement statement;
  const std::string text = sql::quoted(text_table(table));
  std::string primary;
  std::string order;
  for (unsigned i = 0; i < table.primary; ++i) {
    const std::string column = "t." + sql::quoted(table.columns[i].name);
    primary += (i > 0 ? ", " : "") + column;
    order += (i > 0 ? ", " : "") + column + " DESC";
  }
  statement.text = "SELECT " + primary + " FROM " + text + " AS f CROSS JOIN " + sql::quoted(table.name) +
                   " AS t ON t.\"_rid\" = f.rowid WHERE f." + text + " MATCH ";
  sql::append_parameter(sqlite_dialect, statement, ColumnType::text, Value::text(match));
  if (table.tenant) {
    statement.text += " AND t.\"_org\" = ";
    sql::append_tenant(sqlite_dialect, statement);
  }
  if (after) {
    if (after->size() != table.primary) throw Error(ErrorCode::internal, "A primary key has another size.");
    statement.text += " AND (" + primary + ") < (";
    for (unsigned i = 0; i < table.primary; ++i) {
      if (i > 0) statement.text += ", ";
      sql::append_parameter(sqlite_dialect, statement, table.columns[i].type, (*after)[i].view());
    }
    statement.text += ')';
  }
  statement.text += " ORDER BY " + order + " LIMIT ";
  statement.limit = static_cast<int>(statement.parameters.size());
  sql::append_parameter(sqlite_dialect, statement, ColumnType::integer, Value::null());
  constexpr std::size_t most = std::numeric_limits<std::int64_t>::max();
  Use use = run(statement, std::min(limit, most));
  std::vector<Value> row(table.primary);
  while (use.step()) {
    if (!deliver(use, row, sink)) return;
  }
}

}  // namespace atlas
