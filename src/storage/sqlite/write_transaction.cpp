#include <algorithm>

#include "atlas/error.hpp"
#include "savepoints.hpp"
#include "store.hpp"
#include "text_log.hpp"

namespace atlas {

namespace {

bool fits(const Column& column, const Value& value) {
  switch (value.type()) {
    case ValueType::integer:
      return column.type == ColumnType::integer;
    case ValueType::text:
      return column.type == ColumnType::text;
    case ValueType::blob:
      return column.type == ColumnType::blob;
    case ValueType::null:
      break;
  }
  return column.nullable;
}

// SQLite would convert, or say it in words that name the value.
void require_fit(const Column& column, const Value& value) {
  if (!fits(column, value))
    throw Error(ErrorCode::internal, "Column " + column.name + " is given what it cannot hold.");
}

class SqliteWrite final : public Reads<WriteTransaction> {
 public:
  SqliteWrite(SqliteStore& store, Connection& connection)
      : Reads(store.core(), connection, true),
        store_(store),
        connection_(connection),
        savepoints_(connection, store.core().catalog),
        text_(connection, store.core().plans) {}
  ~SqliteWrite() override {
    if (!ended_) end();
  }

  void search_text(TableId table, std::span<const std::string> words, bool prefix_last,
                   const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) override {
    if (text_.waits()) {
      require_open();
      savepoints_.before_change();
      text_.flush(false);
    }
    Reads::search_text(table, words, prefix_last, after, limit, sink);
  }

  void insert(TableId id, RowView row) override {
    const Table& table = change(id);
    if (row.size() != table.columns.size())
      throw Error(ErrorCode::internal, "A row has another size than its table.");
    for (std::size_t i = 0; i < row.size(); ++i) require_fit(table.columns[i], row[i]);
    const std::int64_t tenant = writing_tenant(table);
    const TablePlan& plan = store_.core().plans[id];
    Use use = connection_.use(slot_of(id, TableSlot::insert), [&] { return plan.insert; });
    if (table.tenant) use.bind(tenant);
    use.bind(row);
    finish(use, plan, "inserting a row");
    const std::int64_t number = sqlite3_last_insert_rowid(connection_.db());
    savepoints_.inserted(id, number);
    if (table.full_text) text_.inserted(id, number);
  }

  bool update(TableId id, RowView primary, std::span<const unsigned> columns, RowView values) override {
    const Table& table = change(id);
    Reading::check_primary(table, primary);
    if (columns.size() != values.size())
      throw Error(ErrorCode::internal, "An update has other values than columns.");
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] < table.primary || columns[i] >= table.columns.size()) {
        throw Error(ErrorCode::internal, "An update names a column that cannot be set.");
      }
      require_fit(table.columns[columns[i]], values[i]);
    }
    if (reading_.tenant(table) == unknown_tenant) return false;
    if (columns.empty()) return exists(id, primary);
    savepoints_.before_change();
    std::string name(reinterpret_cast<const char*>(&id), sizeof id);
    name.append(reinterpret_cast<const char*>(columns.data()), columns.size_bytes());
    Use use = connection_.use(name, [&] { return sql::update_row(sqlite_dialect, table, columns); });
    if (table.tenant) use.bind(reading_.tenant());
    use.bind(primary).bind(values);
    finish(use, store_.core().plans[id], "updating a row");
    return sqlite3_changes(connection_.db()) > 0;
  }

  bool erase(TableId id, RowView primary) override {
    const Table& table = change(id);
    Reading::check_primary(table, primary);
    const std::int64_t tenant = reading_.tenant(table);
    if (tenant == unknown_tenant) return false;
    savepoints_.before_change();
    const TablePlan& plan = store_.core().plans[id];
    Use use = connection_.use(slot_of(id, TableSlot::erase), [&] { return plan.erase; });
    if (table.tenant) use.bind(tenant);
    use.bind(primary);
    if (!table.full_text) {
      use.step();
      return sqlite3_changes(connection_.db()) > 0;
    }
    if (!use.step()) return false;
    const std::int64_t row = use.number(0);
    use.step();
    text_.erased(id, tenant, primary, row);
    if (table.secure) store_.text_erased();
    return true;
  }

  void index_text(TableId id, RowView primary, std::string_view tokens) override {
    const Table& table = change(id);
    Reading::check_primary(table, primary);
    if (!table.full_text) throw Error(ErrorCode::internal, "The table has no full text.");
    text_.put(id, writing_tenant(table), primary, tokens);
  }

  void lock_names(std::span<const std::string>) override {}  // there is one writer

  void savepoint() override {
    require_open();
    savepoints_.mark();
    text_.mark();
    tenants_.push_back(reading_.tenant());
  }

  void release() override {
    check_savepoint();
    savepoints_.release();
    text_.release();
    tenants_.pop_back();
  }

  void rollback_to() override {
    check_savepoint();
    savepoints_.undo();
    text_.undo();
    reading_.set_tenant(tenants_.back());
    tenants_.pop_back();
  }

  void commit() override {
    require_open();
    try {
      text_.flush(true);
      connection_.use(slot_of(CommonSlot::commit), [] { return "COMMIT"; }).step();
    } catch (...) {
      end();
      throw;
    }
    if (reading_.tenant() != unknown_tenant) {
      store_.core().tenants.remember(*reading_.organisation(), reading_.tenant());
    }
    end();
  }

 private:
  // After some failures (no room, a read error) SQLite has undone the whole transaction; a statement would
  // then be one of its own.
  void require_open() const {
    if (ended_) throw Error(ErrorCode::internal, "A transaction was used after its end.");
    if (!connection_.in_transaction()) {
      throw Error(ErrorCode::storage_io, "The transaction was undone by an earlier failure.");
    }
  }

  const Table& change(TableId table) const {
    require_open();
    return reading_.reach(table);
  }

  // The organisation's number, given to it by its first write.
  std::int64_t writing_tenant(const Table& table) {
    if (table.tenant && reading_.tenant() == unknown_tenant) {
      reading_.set_tenant(add_tenant(connection_, *reading_.organisation()));
      savepoints_.inserted(Savepoints::tenants, reading_.tenant());
    }
    return reading_.tenant(table);
  }

  void finish(Use& use, const TablePlan& plan, std::string_view doing) {
    const int result = use.try_step();
    if (result == SQLITE_DONE) return;
    if (result == SQLITE_CONSTRAINT_UNIQUE) throw unique_conflict(plan, sqlite3_errmsg(connection_.db()));
    use.fail(result, doing);
  }

  void check_savepoint() const {
    require_open();
    if (tenants_.empty()) throw Error(ErrorCode::internal, "There is no savepoint to return to.");
  }

  void end() noexcept {
    ended_ = true;
    connection_.roll_back();
    store_.give_writer();
  }

  SqliteStore& store_;
  Connection& connection_;
  Savepoints savepoints_;
  TextLog text_;
  std::vector<std::int64_t> tenants_;  ///< What was known at each savepoint.
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<WriteTransaction> begin_write(SqliteStore& store, Connection& connection,
                                              Durability durability) {
  // Cannot change within a transaction. With FULL the log is synced at each commit, and with it all before.
  connection.set_durable(durability == Durability::durable);
  // A deferred one would fail, not wait, where another writer came between its first read and its first
  // write.
  connection.use(slot_of(CommonSlot::begin_write), [] { return "BEGIN IMMEDIATE"; }).step();
  try {
    check_version(connection, store.schema_version());
    return std::make_unique<SqliteWrite>(store, connection);
  } catch (...) {
    connection.roll_back();
    throw;
  }
}

}  // namespace atlas
