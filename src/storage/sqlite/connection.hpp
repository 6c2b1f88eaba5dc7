#pragma once
// One connection to the store's file, with the statements it has prepared. One thread at a time.

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "atlas/value.hpp"
#include "failure.hpp"
#include "store_key.hpp"

namespace atlas {

/// Every text that was prepared, for the tests that ask SQLite for its plan. Thread-safe, bounded.
class StatementLog {
 public:
  void add(std::string_view text);
  std::vector<std::string> texts() const;

 private:
  static constexpr std::size_t most = 4'096;
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> texts_;
};

/// A prepared statement of a connection's cache.
struct Prepared {
  sqlite3_stmt* statement = nullptr;
  bool in_use = false;
};

class Connection;

/// A prepared statement while it is in use: reset at the end, so that no snapshot stays pinned. Values are
/// bound by reference and must live until then.
class Use {
 public:
  Use(Connection& connection, Prepared& prepared)
      : connection_(&connection), prepared_(&prepared), statement_(prepared.statement) {
    prepared.in_use = true;
  }
  /// For one that is nobody's: finalised at the end.
  Use(Connection& connection, sqlite3_stmt* statement) : connection_(&connection), statement_(statement) {}
  ~Use() {
    if (prepared_ == nullptr) {
      sqlite3_finalize(statement_);
    } else {
      sqlite3_reset(statement_);
      prepared_->in_use = false;
    }
  }
  Use(Use&& other) noexcept
      : connection_(other.connection_),
        prepared_(std::exchange(other.prepared_, nullptr)),
        statement_(std::exchange(other.statement_, nullptr)),
        bound_(other.bound_) {}
  Use& operator=(const Use&) = delete;

  Use& bind(const Value& value) {
    const int result = bind_at(++bound_, value);
    if (result != SQLITE_OK) fail(result, "binding values");
    return *this;
  }
  Use& bind(std::int64_t number) { return bind(Value::integer(number)); }
  Use& bind(RowView values) {
    for (const Value& value : values) bind(value);
    return *this;
  }

  /// True while there is a row. Throws on failure.
  bool step() {
    const int result = sqlite3_step(statement_);
    if (result == SQLITE_ROW) return true;
    if (result != SQLITE_DONE) fail(result, "running a statement");
    return false;
  }
  /// The plain result, for callers that make something of a constraint.
  int try_step() { return sqlite3_step(statement_); }
  [[noreturn]] void fail(int result, std::string_view doing) const;

  /// A cell of the row, valid until the next step.
  Value cell(int i) const {
    switch (sqlite3_column_type(statement_, i)) {
      case SQLITE_INTEGER:
        return Value::integer(sqlite3_column_int64(statement_, i));
      case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, i));
        return Value::text({text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, i))});
      }
      case SQLITE_BLOB: {
        const auto* blob = static_cast<const char*>(sqlite3_column_blob(statement_, i));
        return Value::blob({blob, static_cast<std::size_t>(sqlite3_column_bytes(statement_, i))});
      }
      default:
        return Value::null();
    }
  }
  std::int64_t number(int i) const { return sqlite3_column_int64(statement_, i); }
  int columns() const { return sqlite3_column_count(statement_); }

 private:
  int bind_at(int i, const Value& value) {
    // A pointer to nothing would bind null.
    const std::string_view bytes = value.bytes().data() == nullptr ? std::string_view("", 0) : value.bytes();
    switch (value.type()) {
      case ValueType::integer:
        return sqlite3_bind_int64(statement_, i, value.as_integer());
      case ValueType::text:
        return sqlite3_bind_text64(statement_, i, bytes.data(), bytes.size(), SQLITE_STATIC, SQLITE_UTF8);
      case ValueType::blob:
        return sqlite3_bind_blob64(statement_, i, bytes.data(), bytes.size(), SQLITE_STATIC);
      case ValueType::null:
        break;
    }
    return sqlite3_bind_null(statement_, i);
  }

  Connection* connection_;
  Prepared* prepared_ = nullptr;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

/// How to open the file.
struct ConnectionSpec {
  std::string path;
  const StoreKey* key = nullptr;  ///< Null = plain SQLite.
  bool create = false;
  bool read_only = false;
  bool immutable = false;  ///< Nobody writes, and nobody could: a read-only folder.
  int busy_ms = 0;
  int cache_kib = 8'192;
};

class Connection {
 public:
  /// Opens the file and proves that the key in force opens its first page.
  Connection(const ConnectionSpec& spec, std::shared_ptr<StatementLog> log);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* db() const { return db_; }

  /// Statement number `slot`, its text made when it is first wanted.
  template <class MakeText>
  Use use(std::size_t slot, MakeText&& text) {
    if (slot >= slots_.size()) slots_.resize(slot + 1);
    if (!slots_[slot]) slots_[slot] = std::make_unique<Prepared>(Prepared{prepare(text(), true), false});
    return use(*slots_[slot], text);
  }

  /// A statement that is kept under `name`.
  template <class MakeText>
  Use use(std::string_view name, MakeText&& text) {
    auto found = named_.find(name);
    if (found == named_.end()) {
      make_room();
      found = named_.emplace(std::string(name), Prepared{prepare(text(), true), false}).first;
    }
    return use(found->second, text);
  }
  Use use(std::string_view text) {
    return use(text, [text] { return text; });
  }

  /// Statements that are kept together.
  using Family = std::vector<std::unique_ptr<Prepared>>;
  /// Those of `name`; null when there are none yet.
  const Family* family(std::string_view name) const {
    const auto found = families_.find(name);
    return found == families_.end() ? nullptr : &found->second;
  }
  /// Prepares and keeps them; null where too many are kept already.
  const Family* keep_family(std::string name, const std::vector<std::string_view>& texts);
  Use use(Prepared& prepared) {
    return use(prepared, [&] { return std::string_view(sqlite3_sql(prepared.statement)); });
  }

  /// Runs statements without rows and values; not kept.
  void run(const std::string& text, std::string_view doing = "running a statement");
  /// The first cell of the first row as text; "" when there is none.
  std::string ask(const std::string& text, std::string_view doing = "asking the store");
  /// The first column of all rows as text.
  std::vector<std::string> ask_all(const std::string& text);
  std::int64_t ask_number(const std::string& text);

  /// Sync at each commit from now on, or not. Outside a transaction.
  void set_durable(bool durable) {
    if (durable_ == (durable ? 1 : 0)) return;
    run(durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    durable_ = durable ? 1 : 0;
  }

  /// Throws what `result` means on this connection.
  [[noreturn]] void fail(int result, std::string_view doing);
  /// Has it met what it does not recover from? SQLCipher gives up a connection for good after one page that
  /// it cannot decrypt.
  bool broken() const { return broken_; }

  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
  /// Ends a transaction, if there is one; never throws.
  void roll_back() noexcept;
  /// Was the file replaced or removed since it was opened?
  bool moved() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  static constexpr std::size_t most_named = 256;
  static constexpr std::size_t most_families = 256;

  template <class MakeText>
  Use use(Prepared& prepared, MakeText&& text) {
    if (prepared.in_use) return Use(*this, prepare(text(), false));  // asked from within its own rows
    return Use(*this, prepared);
  }
  sqlite3_stmt* prepare(std::string_view text, bool keep);
  void make_room();
  void set_up(const ConnectionSpec& spec);
  void close() noexcept;

  sqlite3* db_ = nullptr;
  int durable_ = -1;  ///< Not set yet.
  bool encrypted_;
  bool broken_ = false;
  std::shared_ptr<StatementLog> log_;
  std::vector<std::unique_ptr<Prepared>> slots_;
  std::unordered_map<std::string, Prepared, Hash, std::equal_to<>> named_;
  std::unordered_map<std::string, Family, Hash, std::equal_to<>> families_;
};

}  // namespace atlas
