#pragma once
// A transaction on a lent connection: READ COMMITTED with row locks for writing, one snapshot for reading.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atlas/store.hpp"
#include "pool.hpp"
#include "statements.hpp"

namespace atlas::postgres {

/// What all transactions of a store share. Constant once the store is open.
struct Shared {
  PostgresOptions options;
  Catalog catalog;
  std::vector<RowStatements> rows;  ///< By TableId.
};

/// Both kinds of transaction; a reading one is handed out as ReadTransaction only.
class Transaction final : public WriteTransaction {
 public:
  enum class Kind : std::uint8_t { reading, durable, fast };

  Transaction(const Shared& shared, std::unique_ptr<Pool::Lease> lease, Kind kind)
      : shared_(shared), lease_(std::move(lease)), connection_(**lease_), kind_(kind) {}
  ~Transaction() override;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  void enter(const Uuid& organisation) override;
  bool get(TableId table, RowView primary, RowSink sink, RowLock lock) override;
  void scan(const Query& query, ScanSink sink) override;
  std::int64_t count(TableId table, const Predicate& where, std::int64_t limit, int key) override;
  void aggregate(TableId table, const Predicate& where, std::span<const unsigned> group,
                 std::span<const unsigned> sums, ScanSink sink) override;
  void search_text(TableId table, std::span<const std::string> words, bool prefix_last,
                   const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) override;
  Timestamp now() override;

  void insert(TableId table, RowView row) override;
  bool update(TableId table, RowView primary, std::span<const unsigned> columns, RowView values) override;
  bool erase(TableId table, RowView primary) override;
  void index_text(TableId table, RowView primary, std::string_view tokens) override;
  void lock_names(std::span<const std::string> names) override;
  void savepoint() override;
  void release() override;
  void rollback_to() override;
  void commit() override;

 private:
  enum class State : std::uint8_t { fresh, open, ended };

  /// Sends BEGIN and the organisation with the first statement, so that they cost no journey of their own.
  void begin();
  void send_organisation();
  void send(const std::string& text);
  void send(const std::string& text, Parameters& parameters);
  Result run(const std::string& text);
  Result run(const std::string& text, Parameters& parameters);
  Result run_once(const std::string& text, Parameters& parameters);
  template <class Ask>
  Result watched(Ask ask);

  /// The table, once it may be reached: a tenant table only after enter().
  const Table& reach(TableId table) const;
  void check_lock(RowLock lock) const;
  void add_tenant(const Table& table, Parameters& out) const;
  void add_primary(const Table& table, RowView primary, Parameters& out) const;
  Parameters bind(const sql::Statement& statement) const;

  bool scan_one(sql::Statement& statement, const Table& table, std::size_t limit, std::size_t& given,
                ScanSink sink);
  bool give(const Result& result, std::span<const Column> columns, std::size_t& given, ScanSink sink);
  [[noreturn]] void fail_unique(const std::string& key) const;
  bool update_guarded(const std::string& text, Parameters& parameters, TableId table);

  const Shared& shared_;
  std::unique_ptr<Pool::Lease> lease_;
  Connection& connection_;
  const Kind kind_;
  State state_ = State::fresh;
  std::optional<Uuid> organisation_;
  unsigned marks_ = 0;
  std::optional<Error> failure_;  // The server answers nothing more until a rollback.
  std::vector<Value> row_;
};

/// A word as it is stored: cut to `longest_word` bytes at a character's end.
std::string_view stored_word(std::string_view word) noexcept;

}  // namespace atlas::postgres
