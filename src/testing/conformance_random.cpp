// Random tables of rows, random questions, and a model that answers them the slow and obvious way. The model
// shares no code with the stores: it has its own predicates, order and sums.

#include <algorithm>
#include <map>
#include <random>
#include <variant>

#include "conformance_case.hpp"

namespace atlas::testing {

namespace {

using Kind = Predicate::Kind;
using Cell = std::optional<std::variant<std::int64_t, std::string>>;
using Row = std::vector<Cell>;

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t below(std::uint64_t n) { return engine_() % n; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::mt19937_64 engine_;
};

Cell cell_of(const Value& value) {
  if (value.is_null()) return std::nullopt;
  if (value.type() == ValueType::integer) return value.as_integer();
  return std::string(value.bytes());
}

Row row_of(RowView view) {
  Row row;
  for (const Value& value : view) row.push_back(cell_of(value));
  return row;
}

OwnedValue value_of(const Cell& cell, ColumnType type) {
  if (!cell) return null();
  if (type == ColumnType::integer) return number(std::get<std::int64_t>(*cell));
  const std::string& bytes = std::get<std::string>(*cell);
  return type == ColumnType::text ? text(bytes) : blob(bytes);
}

bool less(const Cell& a, const Cell& b) {
  if (a->index() == 0) return std::get<0>(*a) < std::get<0>(*b);
  const auto& left = std::get<1>(*a);
  const auto& right = std::get<1>(*b);
  return std::lexicographical_compare(
      left.begin(), left.end(), right.begin(), right.end(),
      [](char x, char y) { return static_cast<unsigned char>(x) < static_cast<unsigned char>(y); });
}

/// One organisation's rows, by table.
struct Model {
  std::map<TableId, std::vector<Row>> tables;

  bool true_for(const Predicate& p, const Row& row) const {
    if (p.kind == Kind::always) return true;
    if (p.kind == Kind::never) return false;
    if (p.kind == Kind::negation) return !true_for(p.children[0], row);
    if (p.kind == Kind::all || p.kind == Kind::any) {
      bool every = true;
      bool some = false;
      for (const Predicate& child : p.children) {
        const bool holds = true_for(child, row);
        every = every && holds;
        some = some || holds;
      }
      return p.kind == Kind::all ? every : some;
    }
    if (p.kind == Kind::exists) {
      const auto table = tables.find(p.table);
      if (table == tables.end()) return false;
      for (const Row& other : table->second) {
        bool joined = true;
        for (const auto& [mine, theirs] : p.on)
          joined = joined && row[mine] && other[theirs] && row[mine] == other[theirs];
        if (joined && true_for(p.children[0], other)) return true;
      }
      return false;
    }
    const Cell& cell = row[p.column];
    if (p.kind == Kind::is_null) return !cell;
    if (!cell) return false;
    if (p.kind == Kind::in) {
      for (const OwnedValue& value : p.values) {
        if (cell_of(value.view()) == cell) return true;
      }
      return false;
    }
    const Cell operand = cell_of(p.values[0].view());
    const auto found = [&] { return std::get<1>(*cell).find(std::get<1>(*operand)); };
    switch (p.kind) {
      case Kind::equal:
        return cell == operand;
      case Kind::not_equal:
        return cell != operand;
      case Kind::less:
        return less(cell, operand);
      case Kind::less_equal:
        return !less(operand, cell);
      case Kind::greater:
        return less(operand, cell);
      case Kind::greater_equal:
        return !less(cell, operand);
      case Kind::prefix:
        return found() == 0;
      default:
        return found() != std::string::npos;
    }
  }

  static std::vector<Order> full_order(const Table& table, const std::vector<Order>& order) {
    std::vector<Order> full = order;
    for (unsigned i = 0; i < table.primary; ++i)
      full.push_back({i, !order.empty() && order.back().descending});
    return full;
  }
  static bool before(const std::vector<Order>& order, const Row& a, const Row& b) {
    for (const auto& [column, descending] : order) {
      if (a[column] == b[column]) continue;
      if (!a[column] || !b[column]) return a[column].has_value();
      return less(a[column], b[column]) != descending;
    }
    return false;
  }

  std::vector<Row> scan(const Table& table, const Query& query, const Row* after) const {
    const std::vector<Order> order = full_order(table, query.order);
    std::vector<Row> rows;
    const auto found = tables.find(query.table);
    if (found == tables.end()) return rows;
    for (const Row& row : found->second) {
      if (true_for(query.where, row) && (after == nullptr || before(order, *after, row))) rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return before(order, a, b); });
    if (rows.size() > query.limit) rows.resize(query.limit);
    return rows;
  }
};

class Trial {
 public:
  Trial(Case& c, std::uint64_t seed)
      : case_(c), dice_(seed), org_(numbered(0xC0000000 + seed)), things_(c.things()), parts_(c.parts()) {}

  void run() {
    for (int round = 0; round < 12; ++round) {
      change();
      for (int i = 0; i < 12; ++i) ask();
    }
  }

 private:
  const Table& table(TableId id) { return case_.store().catalog()[id]; }

  Cell any_cell(TableId id, unsigned column) {
    const Column& definition = table(id).columns[column];
    if (definition.nullable && dice_.one_in(4)) return std::nullopt;
    static const std::vector<std::string> texts = {"",   "a",  "A",  "ab",  "b",  "é",          "%",     "_",
                                                   "a%", "zz", "\\", "a b", "وك", "\U0001F3E0", "ab\"c", "'"};
    static constexpr std::int64_t numbers[] = {0, 1, 2, 3, -1, -2, 10, 255, 256, 1'000'000'000'000};
    if (id == things_ && column == thing::id) return std::string(numbered(dice_.below(25) + 1).view());
    if (id == parts_ && column == part::thing_id) return std::string(numbered(dice_.below(25) + 1).view());
    if (definition.type == ColumnType::integer) return numbers[dice_.below(std::size(numbers))];
    if (definition.type == ColumnType::text) return texts[dice_.below(texts.size())];
    std::string bytes;
    for (std::uint64_t i = dice_.below(4); i-- > 0;) bytes.push_back("\x00\x01\x7F\x80\xFF"[dice_.below(5)]);
    return bytes;
  }

  OwnedValue any_value(TableId id, unsigned column) {
    Cell cell = any_cell(id, column);
    while (!cell) cell = any_cell(id, column);
    return value_of(cell, table(id).columns[column].type);
  }

  // Changes: a transaction of several steps, some undone, on the store and on the model.
  void change() {
    const bool commits = !dice_.one_in(4);
    Model draft = model_;
    const auto tx = case_.store().write(Durability::fast);
    tx->enter(org_);
    std::vector<Model> marks;
    for (std::uint64_t i = dice_.below(24); i-- > 0;) {
      step(*tx, draft);
      if (dice_.one_in(5)) {
        tx->savepoint();
        marks.push_back(draft);
      } else if (!marks.empty() && dice_.one_in(4)) {
        if (dice_.one_in(2)) {
          tx->rollback_to();
          draft = marks.back();
        } else {
          tx->release();
        }
        marks.pop_back();
      }
    }
    compare(*tx, draft, Query{.table = things_});
    if (!commits) return;
    for (; !marks.empty(); marks.pop_back()) tx->release();
    tx->commit();
    model_ = std::move(draft);
  }

  void step(WriteTransaction& tx, Model& draft) {
    const TableId id = dice_.one_in(3) ? parts_ : things_;
    const Table& definition = table(id);
    std::vector<Row>& rows = draft.tables[id];
    Row row;
    for (unsigned column = 0; column < definition.columns.size(); ++column)
      row.push_back(any_cell(id, column));
    const auto same = std::find_if(rows.begin(), rows.end(), [&](const Row& other) {
      return std::equal(row.begin(), row.begin() + definition.primary, other.begin());
    });
    const bool there = same != rows.end();
    OwnedRow values;
    for (unsigned column = 0; column < row.size(); ++column)
      values.push_back(value_of(row[column], definition.columns[column].type));
    const std::vector<Value> view = views(values);
    const RowView primary = RowView(view).first(definition.primary);

    if (dice_.one_in(8)) {
      require(tx.erase(id, primary) == there, say("erase() says whether the row was there"));
      if (there) rows.erase(same);
      return;
    }
    Row after = there ? *same : row;
    std::vector<unsigned> columns;
    std::vector<Value> changed;
    const bool update = dice_.one_in(2);
    if (update) {
      for (unsigned column = definition.primary; column < row.size(); ++column) {
        if (!dice_.one_in(2)) continue;
        columns.push_back(column);
        changed.push_back(view[column]);
        after[column] = row[column];
      }
      if (columns.empty()) return;
    }
    const bool taken =
        id == things_ && after[thing::label] && std::any_of(rows.begin(), rows.end(), [&](const Row& other) {
          return other[thing::label] == after[thing::label] && other[thing::id] != after[thing::id];
        });
    const bool refused = update ? there && taken : there || taken;
    try {
      if (update) {
        require(tx.update(id, primary, columns, changed) == there,
                say("update() says whether the row was there"));
      } else {
        tx.insert(id, view);
      }
      require(!refused, say("a unique key refuses a second row"));
      if (update && there) *same = after;
      if (!update) rows.push_back(after);
    } catch (const Error& error) {
      require(error.code() == ErrorCode::conflict && refused, say("a conflict only where there is one"));
    }
  }

  // Questions.
  Predicate any_predicate(TableId id, int depth) {
    const std::uint64_t kind = dice_.below(depth > 0 ? 16 : 10);
    const auto column = static_cast<unsigned>(dice_.below(table(id).columns.size()));
    if (kind >= 10) {
      if (kind == 10) return Predicate::no(any_predicate(id, depth - 1));
      if (kind == 11) {
        const TableId other = id == things_ ? parts_ : things_;
        std::vector<std::pair<unsigned, unsigned>> on = {{0, 0}};
        if (dice_.one_in(4))
          on = {{id == things_ ? thing::score : part::amount, id == things_ ? part::amount : thing::score}};
        return {Kind::exists, 0, {}, {any_predicate(other, depth - 1)}, other, on};
      }
      std::vector<Predicate> children;
      for (std::uint64_t i = dice_.below(4); i-- > 0;) children.push_back(any_predicate(id, depth - 1));
      return kind < 15 ? Predicate::all_of(std::move(children)) : Predicate::any_of(std::move(children));
    }
    if (kind == 0) return dice_.one_in(6) ? Predicate{Kind::never, 0, {}, {}, 0, {}} : Predicate{};
    if (kind == 1) return Predicate::absent(column);
    if (kind == 2) {
      Predicate in{Kind::in, column, {}, {}, 0, {}};
      for (std::uint64_t i = dice_.below(5); i-- > 0;) in.values.push_back(any_value(id, column));
      return in;
    }
    if (kind == 3 && table(id).columns[column].type == ColumnType::text) {
      return {dice_.one_in(2) ? Kind::prefix : Kind::contains, column, {any_value(id, column)}, {}, 0, {}};
    }
    static constexpr Kind comparisons[] = {Kind::equal,         Kind::equal, Kind::not_equal, Kind::greater,
                                           Kind::greater_equal, Kind::less,  Kind::less_equal};
    return {comparisons[dice_.below(std::size(comparisons))], column, {any_value(id, column)}, {}, 0, {}};
  }

  void ask() {
    Query query;
    query.table = dice_.one_in(4) ? parts_ : things_;
    const Table& definition = table(query.table);
    query.where = any_predicate(query.table, static_cast<int>(dice_.below(4)));
    for (std::uint64_t i = dice_.below(3); i-- > 0;) {
      const auto column = static_cast<unsigned>(dice_.below(definition.columns.size()));
      if (query.order.empty() || query.order[0].column != column)
        query.order.push_back({column, dice_.one_in(2)});
    }
    query.key = static_cast<int>(dice_.below(definition.keys.size() + 2)) - 2;
    if (dice_.one_in(3)) query.limit = dice_.below(8);
    const auto tx = case_.store().read();
    tx->enter(org_);
    compare(*tx, model_, query);

    const auto matching = static_cast<std::int64_t>(
        model_.scan(definition, Query{.table = query.table, .where = query.where}, nullptr).size());
    require(tx->count(query.table, query.where, 1000, query.key) == matching,
            say("count() and the model agree"));
    compare_groups(*tx, query);
  }

  void compare(ReadTransaction& tx, const Model& model, Query query) {
    const Table& definition = table(query.table);
    const std::vector<Row> all = model.scan(definition, query, nullptr);
    require_rows(tx, query, all);
    if (all.empty()) return;
    const Row start = all[dice_.below(all.size())];
    query.after.emplace();
    for (const Order& order : Model::full_order(definition, query.order)) {
      query.after->push_back(value_of(start[order.column], definition.columns[order.column].type));
    }
    require_rows(tx, query, model.scan(definition, query, &start));
  }

  void require_rows(ReadTransaction& tx, const Query& query, const std::vector<Row>& expected) {
    std::vector<Row> given;
    tx.scan(query, [&](RowView row) {
      given.push_back(row_of(row));
      return true;
    });
    require(given == expected, say("a scan and the model agree"));
  }

  void compare_groups(ReadTransaction& tx, const Query& query) {
    const Table& definition = table(query.table);
    const auto group = static_cast<unsigned>(dice_.below(definition.columns.size()));
    const unsigned sum = query.table == things_ ? thing::score : part::amount;
    std::map<Cell, Row, bool (*)(const Cell&, const Cell&)> groups(
        [](const Cell& a, const Cell& b) { return a && b ? less(a, b) : a.has_value() && !b.has_value(); });
    for (const Row& row :
         model_.scan(definition, Query{.table = query.table, .where = query.where}, nullptr)) {
      Row& of = groups.try_emplace(row[group], Row{row[group], std::int64_t{0}, std::nullopt}).first->second;
      ++std::get<0>(*of[1]);
      if (row[sum]) of[2] = (of[2] ? std::get<0>(*of[2]) : 0) + std::get<0>(*row[sum]);
    }
    std::vector<Row> expected;
    for (const auto& [cell, row] : groups) expected.push_back(row);
    std::vector<Row> given;
    tx.aggregate(query.table, query.where, {&group, 1}, {&sum, 1}, [&](RowView row) {
      given.push_back(row_of(row));
      return true;
    });
    require(given == expected, say("aggregate() and the model agree"));
  }

  std::string say(std::string_view what) const {
    return std::string(what) + ", organisation " + format_uuid(org_);
  }

  Case& case_;
  Dice dice_;
  Uuid org_;
  TableId things_;
  TableId parts_;
  Model model_;
};

template <std::uint64_t First>
void seeds(Case& c) {
  for (std::uint64_t seed = First; seed < First + 10; ++seed) Trial(c, seed).run();
  require(c.store().check().empty(), "check() finds nothing wrong");
}

constexpr StoreCase cases[] = {
    {{"random.seeds_1", "random changes and questions agree with a naive model"}, seeds<1>},
    {{"random.seeds_11", "random changes and questions agree with a naive model"}, seeds<11>},
    {{"random.seeds_21", "random changes and questions agree with a naive model"}, seeds<21>},
};

}  // namespace

std::span<const StoreCase> random_cases() { return cases; }

}  // namespace atlas::testing
