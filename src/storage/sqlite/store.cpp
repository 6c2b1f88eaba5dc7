#include "store.hpp"

#include <algorithm>
#include <chrono>

#include "atlas/error.hpp"
#include "sqlite_statements.hpp"

namespace atlas {

namespace {

// A transaction that reads: a snapshot from its first moment on.
class SqliteRead final : public Reads<ReadTransaction> {
 public:
  SqliteRead(SqliteStore& store, std::unique_ptr<Connection> connection)
      : Reads(store.core(), *connection, false), store_(store), connection_(std::move(connection)) {
    try {
      connection_->use(slot_of(CommonSlot::begin_read), [] { return "BEGIN"; }).step();
      check_version(*connection_, store.schema_version());  // takes the snapshot too, which BEGIN does not
    } catch (...) {
      end();
      throw;
    }
  }
  ~SqliteRead() override { end(); }

 private:
  void end() noexcept {
    try {
      // What was only read is committed by a statement that is prepared already.
      if (connection_->in_transaction())
        connection_->use(slot_of(CommonSlot::commit), [] { return "COMMIT"; }).try_step();
    } catch (...) {  // the connection is broken
    }
    connection_->roll_back();
    store_.give_reader(std::move(connection_));
  }

  SqliteStore& store_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

void check_version(Connection& connection, int expected) {
  Use query = connection.use(slot_of(CommonSlot::version), [] { return "PRAGMA user_version"; });
  query.step();
  if (query.number(0) != expected) {
    throw Error(ErrorCode::storage_newer_version, "The store was migrated by another process.");
  }
}

void TurnQueue::enter() {
  std::unique_lock lock(mutex_);
  if (!taken_) {
    taken_ = true;
    return;
  }
  Waiter me;
  waiting_.push_back(&me);
  me.turn.wait(lock, [&] { return me.called; });
}

bool TurnQueue::enter_within(int ms) {
  std::unique_lock lock(mutex_);
  if (!taken_) {
    taken_ = true;
    return true;
  }
  Waiter me;
  waiting_.push_back(&me);
  if (me.turn.wait_for(lock, std::chrono::milliseconds(ms), [&] { return me.called; })) return true;
  waiting_.erase(std::find(waiting_.begin(), waiting_.end(), &me));
  return false;
}

void TurnQueue::leave() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    taken_ = false;
    return;
  }
  Waiter* next = waiting_.front();
  waiting_.pop_front();
  next->called = true;
  next->turn.notify_one();
}

std::size_t TurnQueue::waiting() {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

SqliteStore::SqliteStore(OpenedStore opened)
    : options_(std::move(opened.options)),
      entropy_(opened.opening.entropy),
      version_(opened.version),
      key_(std::move(opened.key)),
      read_only_(opened.opening.read_only),
      immutable_(opened.immutable),
      log_(std::move(opened.log)),
      writer_(std::move(opened.writer)) {
  core_.catalog = std::move(opened.catalog);
  core_.plans = plans_of(core_.catalog);
  core_.clock = opened.opening.clock;
  capabilities_.name = key_ ? "sqlcipher" : "sqlite";
  capabilities_.many_processes = true;
  capabilities_.encrypted = key_.has_value();
  capabilities_.backup = true;
  options_.readers = std::max(options_.readers, 1U);
  if (opened.reader) idle_.push_back(std::move(opened.reader));
}

std::optional<Key> sqlite_vault_key(Store& store) {
  auto* sqlite = dynamic_cast<SqliteStore*>(&store);
  return sqlite == nullptr ? std::nullopt : sqlite->vault_key();
}

std::optional<Key> SqliteStore::vault_key() {
  const std::lock_guard lock(readers_mutex_);
  return key_ ? std::optional(key_->vault()) : std::nullopt;
}

SqliteStore::~SqliteStore() {
  idle_.clear();
  // Last of all connections it moves the log into the file.
  writer_.reset();
}

ConnectionSpec SqliteStore::spec() const {
  ConnectionSpec out;
  out.path = options_.path;
  out.key = key_ ? &*key_ : nullptr;
  out.read_only = read_only_;
  out.immutable = immutable_;
  out.busy_ms = options_.busy_ms;
  return out;
}

Connection& SqliteStore::writer() {
  if (read_only_) throw Error(ErrorCode::storage_read_only, "The store was opened to be read only.");
  if (writer_ && writer_->broken()) writer_.reset();
  if (!writer_) {
    ConnectionSpec writing = spec();
    writing.cache_kib = writer_cache_kib;
    auto connection = std::make_unique<Connection>(writing, log_);
    set_up_writer(*connection, core_.catalog);
    writer_ = std::move(connection);
  }
  return *writer_;
}

std::unique_ptr<Connection> SqliteStore::take_reader() {
  {
    std::unique_lock lock(readers_mutex_);
    readers_changed_.wait(lock, [&] { return !readers_shut_; });
    ++reading_;
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  try {
    return std::make_unique<Connection>(spec(), log_);
  } catch (...) {
    leave_reader();
    throw;
  }
}

void SqliteStore::leave_reader() noexcept {
  const std::lock_guard lock(readers_mutex_);
  --reading_;
  readers_changed_.notify_all();
}

void SqliteStore::give_reader(std::unique_ptr<Connection> connection) noexcept {
  {
    const std::lock_guard lock(readers_mutex_);
    if (idle_.size() < options_.readers && !readers_shut_ && !connection->broken())
      idle_.push_back(std::move(connection));
  }
  connection.reset();
  leave_reader();
}

std::unique_ptr<ReadTransaction> SqliteStore::read() {
  return std::make_unique<SqliteRead>(*this, take_reader());
}

std::unique_ptr<WriteTransaction> SqliteStore::write(Durability durability) {
  turns_.enter();
  try {
    return begin_write(*this, writer(), durability);
  } catch (...) {
    turns_.leave();
    throw;
  }
}

std::vector<StatementPlan> sqlite_statements(Store& store) {
  auto& sqlite = dynamic_cast<SqliteStore&>(store);
  std::unique_ptr<Connection> connection = sqlite.take_reader();
  std::vector<StatementPlan> out;
  for (const std::string& text : sqlite.log()->texts()) {
    StatementPlan plan{text, {}};
    sqlite3_stmt* statement = nullptr;
    const std::string explain = "EXPLAIN QUERY PLAN " + text;
    if (sqlite3_prepare_v2(connection->db(), explain.c_str(), -1, &statement, nullptr) == SQLITE_OK) {
      Use rows(*connection, statement);
      while (rows.try_step() == SQLITE_ROW) plan.steps.emplace_back(rows.cell(3).bytes());
    } else {
      sqlite3_finalize(statement);
    }
    out.push_back(std::move(plan));
  }
  sqlite.give_reader(std::move(connection));
  return out;
}

}  // namespace atlas
