#include "kv_transactions.hpp"

#include <algorithm>
#include <set>

#include "kv_codec.hpp"

namespace atlas::kv {

namespace {

[[noreturn]] void not_unique(std::string_view key) {
  throw Error(ErrorCode::conflict, "There is a record with the same key.")
      .with("reason", "unique")
      .with("key", key);
}

bool fits(const Column& column, const Value& value) {
  switch (value.type()) {
    case ValueType::null:
      return column.nullable;
    case ValueType::integer:
      return column.type == ColumnType::integer;
    case ValueType::text:
      return column.type == ColumnType::text;
    case ValueType::blob:
      return column.type == ColumnType::blob;
  }
  return false;
}

std::set<std::string_view> split_tokens(std::string_view tokens) {
  std::set<std::string_view> words;
  while (!tokens.empty()) {
    const std::size_t end = std::min(tokens.find(' '), tokens.size());
    if (end > 0) words.insert(tokens.substr(0, end));
    tokens.remove_prefix(std::min(end + 1, tokens.size()));
  }
  return words;
}

class Reader final : public ReadTransaction {
 public:
  Reader(std::unique_ptr<KvTransaction> kv, const Schema& schema, Clock& clock)
      : view_(std::move(kv), schema), clock_(clock) {}

  void enter(const Uuid& organisation) override { view_.enter(organisation); }
  bool get(TableId table, RowView primary, RowSink sink, RowLock lock) override {
    refuse(lock);
    return view_.get(table, primary, sink);
  }
  void scan(const Query& query, ScanSink sink) override {
    refuse(query.lock);
    view_.scan(query, sink);
  }
  std::int64_t count(TableId table, const Predicate& where, std::int64_t limit, int key) override {
    return view_.count(table, where, limit, key);
  }
  void aggregate(TableId table, const Predicate& where, std::span<const unsigned> group,
                 std::span<const unsigned> sums, ScanSink sink) override {
    view_.aggregate(table, where, group, sums, sink);
  }
  void search_text(TableId table, std::span<const std::string> words, bool prefix_last,
                   const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) override {
    view_.search_text(table, words, prefix_last, after, limit, sink);
  }
  Timestamp now() override { return clock_.now(); }

 private:
  static void refuse(RowLock lock) {
    if (lock != RowLock::none) throw Error(ErrorCode::internal, "A read transaction locks a row.");
  }
  View view_;
  Clock& clock_;
};

/// There is one writer, so that rows and names need no locks.
class Writer final : public WriteTransaction {
 public:
  Writer(std::unique_ptr<KvTransaction> kv, const Schema& schema, Clock& clock, Durability durability)
      : view_(std::move(kv), schema), clock_(clock), durability_(durability) {}

  void enter(const Uuid& organisation) override { view_.enter(organisation); }
  bool get(TableId table, RowView primary, RowSink sink, RowLock) override {
    return view_.get(table, primary, sink);
  }
  void scan(const Query& query, ScanSink sink) override { view_.scan(query, sink); }
  std::int64_t count(TableId table, const Predicate& where, std::int64_t limit, int key) override {
    return view_.count(table, where, limit, key);
  }
  void aggregate(TableId table, const Predicate& where, std::span<const unsigned> group,
                 std::span<const unsigned> sums, ScanSink sink) override {
    view_.aggregate(table, where, group, sums, sink);
  }
  void search_text(TableId table, std::span<const std::string> words, bool prefix_last,
                   const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) override {
    view_.search_text(table, words, prefix_last, after, limit, sink);
  }
  Timestamp now() override { return clock_.now(); }

  void insert(TableId id, RowView row) override {
    const Table& table = view_.table(id);
    if (row.size() != table.columns.size())
      throw Error(ErrorCode::internal, "A row of another shape is inserted.");
    for (std::size_t i = 0; i < row.size(); ++i) require_fit(table.columns[i], row[i]);
    const std::string key = view_.row_key(id, row);
    if (view_.kv().get(key, scratch_)) not_unique("primary");
    for (unsigned i = 0; i < table.keys.size(); ++i) {
      require_unique(view_.kv(), table, table.keys[i], prefix_of(id, i), row);
    }
    put(key, encode_row(row));
    for (unsigned i = 0; i < table.keys.size(); ++i) {
      if (in_key(table.keys[i], row)) put(entry(id, i, row), {});
    }
  }

  bool update(TableId id, RowView primary, std::span<const unsigned> columns, RowView values) override {
    const Table& table = view_.table(id);
    const std::string key = view_.row_key(id, primary);
    std::string bytes;
    if (!view_.kv().get(key, bytes)) return false;
    std::vector<Value> before;
    decode_row(bytes, table, before);
    std::vector<Value> after = before;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] < table.primary || columns[i] >= table.columns.size() || i >= values.size()) {
        throw Error(ErrorCode::internal, "An update names a column that cannot change.");
      }
      require_fit(table.columns[columns[i]], values[i]);
      after[columns[i]] = values[i];
    }
    std::vector<unsigned> changed;
    for (unsigned i = 0; i < table.keys.size(); ++i) {
      const std::vector<unsigned>& of = table.keys[i].columns;
      if (std::any_of(of.begin(), of.end(), [&](unsigned c) { return before[c] != after[c]; }))
        changed.push_back(i);
    }
    for (const unsigned i : changed)
      require_unique(view_.kv(), table, table.keys[i], prefix_of(id, i), after);
    put(key, encode_row(after));
    for (const unsigned i : changed) {
      if (in_key(table.keys[i], before)) drop(entry(id, i, before));
      if (in_key(table.keys[i], after)) put(entry(id, i, after), {});
    }
    return true;
  }

  bool erase(TableId id, RowView primary) override {
    const Table& table = view_.table(id);
    const std::string key = view_.row_key(id, primary);
    std::string bytes;
    if (!view_.kv().get(key, bytes)) return false;
    std::vector<Value> row;
    decode_row(bytes, table, row);
    if (table.full_text) index_text(id, primary, {});
    for (unsigned i = 0; i < table.keys.size(); ++i) {
      if (in_key(table.keys[i], row)) drop(entry(id, i, row));
    }
    drop(key);
    return true;
  }

  void index_text(TableId id, RowView primary, std::string_view tokens) override {
    const Table& table = view_.table(id);
    if (!table.full_text) throw Error(ErrorCode::internal, "The table has no full text.");
    std::string encoded;
    append_primary(encoded, table, primary);
    const std::string key = section_prefix(id, tokens_section, view_.scope(id)) + encoded;
    std::string earlier;
    if (!view_.kv().get(key, earlier)) earlier.clear();
    const std::set<std::string_view> before = split_tokens(earlier);
    const std::set<std::string_view> after = split_tokens(tokens);
    const auto posting = [&](std::string_view word) {
      std::string out = section_prefix(id, postings_section, view_.scope(id));
      append_key(out, Value::text(word));
      return out + encoded;
    };
    for (const std::string_view word : before) {
      if (!after.contains(word)) drop(posting(word));
    }
    for (const std::string_view word : after) {
      if (!before.contains(word)) put(posting(word), {});
    }
    if (!after.empty()) {
      put(key, tokens);
    } else if (!before.empty()) {
      drop(key);
    }
  }

  void lock_names(std::span<const std::string>) override {}

  void savepoint() override { marks_.push_back(undo_.size()); }
  void release() override {
    require_mark();
    marks_.pop_back();
    if (marks_.empty()) undo_.clear();
  }
  void rollback_to() override {
    require_mark();
    const std::size_t mark = marks_.back();
    marks_.pop_back();
    while (undo_.size() > mark) {
      const Undo& last = undo_.back();
      last.value ? view_.kv().put(last.key, *last.value) : view_.kv().erase(last.key);
      undo_.pop_back();
    }
  }
  void commit() override { view_.kv().commit(durability_); }

 private:
  /// What a key held before it was changed within a savepoint.
  struct Undo {
    std::string key;
    std::optional<std::string> value;
  };

  static void require_fit(const Column& column, const Value& value) {
    if (!fits(column, value))
      throw Error(ErrorCode::internal, "Column " + column.name + " is given what it cannot hold.");
  }
  void require_mark() const {
    if (marks_.empty()) throw Error(ErrorCode::internal, "There is no savepoint.");
  }
  std::string prefix_of(TableId id, unsigned key) const {
    return section_prefix(id, view_.schema().sections[id][key], view_.scope(id));
  }
  std::string entry(TableId id, unsigned key, RowView row) const {
    const Table& table = view_.table(id);
    std::string out = prefix_of(id, key);
    append_columns(out, table.keys[key], row);
    append_primary(out, table, row);
    return out;
  }
  void put(const std::string& key, std::string_view value) {
    remember(key);
    view_.kv().put(key, value);
  }
  void drop(const std::string& key) {
    remember(key);
    view_.kv().erase(key);
  }
  void remember(const std::string& key) {
    if (marks_.empty()) return;
    Undo& undo = undo_.emplace_back();
    undo.key = key;
    if (std::string value; view_.kv().get(key, value)) undo.value = std::move(value);
  }

  View view_;
  Clock& clock_;
  Durability durability_;
  std::vector<Undo> undo_;
  std::vector<std::size_t> marks_;
  std::string scratch_;
};

}  // namespace

void require_unique(KvTransaction& kv, const Table& table, const TableKey& key, const std::string& prefix,
                    RowView row) {
  if (!judged_unique(key, row)) return;
  std::string begin = prefix;
  append_columns(begin, key, row);
  std::string own = begin;
  append_primary(own, table, row);
  bool found = false;
  kv.scan(begin, successor(begin), false, [&](std::string_view entry, std::string_view) {
    found = entry != own;
    return !found;
  });
  if (found) not_unique(key.name);
}

std::unique_ptr<ReadTransaction> make_read(std::unique_ptr<KvTransaction> kv, const Schema& schema,
                                           Clock& clock) {
  return std::make_unique<Reader>(std::move(kv), schema, clock);
}

std::unique_ptr<WriteTransaction> make_write(std::unique_ptr<KvTransaction> kv, const Schema& schema,
                                             Clock& clock, Durability durability) {
  return std::make_unique<Writer>(std::move(kv), schema, clock, durability);
}

}  // namespace atlas::kv
