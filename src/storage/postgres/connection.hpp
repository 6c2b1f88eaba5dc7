#pragma once
// One connection to the server: statements sent in a row, results read together, statements prepared once.

#include <libpq-fe.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "atlas/postgres_store.hpp"
#include "atlas/value.hpp"
#include "errors.hpp"
#include "parameters.hpp"

namespace atlas::postgres {

/// The rows of a statement, in binary. Values borrow from it.
class Result {
 public:
  Result() = default;
  explicit Result(PGresult* result) : result_(result, &PQclear) {}
  const PGresult* get() const { return result_.get(); }
  int rows() const { return PQntuples(result_.get()); }
  /// Rows that an INSERT, UPDATE or DELETE changed.
  std::int64_t changed() const;
  Value value(int row, int column, ColumnType type) const;
  std::int64_t integer(int row, int column) const {
    return value(row, column, ColumnType::integer).as_integer();
  }
  std::string_view text(int row, int column) const { return value(row, column, ColumnType::text).bytes(); }
  /// The command's name, such as "COMMIT".
  std::string_view command() const { return PQcmdStatus(result_.get()); }

 private:
  std::unique_ptr<PGresult, decltype(&PQclear)> result_{nullptr, &PQclear};
};

/// A connection in pipeline mode. A statement that is only sent travels with the next that is run; its
/// failure is that one's failure. One thread at a time.
class Connection {
 public:
  /// Connects and sets what every session of ours needs. Throws storage_unavailable, storage_not_a_store (a
  /// server that is too old or does not speak UTF-8).
  Connection(const PostgresOptions& options, bool read_only);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Sends without waiting. Statements with parameters are prepared on first use and kept. Those without,
  /// which are the commands of a transaction, are not, nor what is sent `once`.
  void send(const std::string& text, Parameters& parameters);
  void send(const std::string& text);
  void send_once(const std::string& text, Parameters& parameters);
  /// Sends, waits for everything that was sent, and gives the last one's rows. Throws the first failure.
  Result run(const std::string& text, Parameters& parameters);
  Result run(const std::string& text);
  Result run_once(const std::string& text, Parameters& parameters);
  /// Waits for everything that was sent.
  Result finish();
  /// Sends on its way what was sent, without waiting; finish() or settle() reads the answers some time.
  void depart();

  /// Reads outstanding answers and forgets their errors. False when the connection is of no more use: broken,
  /// or the server has said goodbye meanwhile.
  bool settle() noexcept;
  bool lost() const noexcept { return lost_ || PQstatus(connection_.get()) == CONNECTION_BAD; }
  /// The name of the constraint or index that the last failure names; "" for none.
  const std::string& failed_constraint() const { return failed_constraint_; }
  const std::string& failed_state() const { return failed_state_; }

 private:
  enum class Sent : std::uint8_t { preparation, statement, sync };
  struct Expected {
    Sent kind;
    std::uint64_t prepared = 0;  // Number of the prepared statement, for a preparation.
  };
  struct Prepared {
    std::uint64_t number = 0;
    std::uint64_t used = 0;
  };

  void check_sent(int ok);
  void make_room();
  Result read_answers();
  void forget(std::uint64_t number);

  std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
  std::unordered_map<std::string, Prepared> prepared_;
  std::deque<Expected> expected_;
  std::uint64_t numbers_ = 0, uses_ = 0;
  std::string failed_constraint_, failed_state_;
  bool lost_ = false;
};

}  // namespace atlas::postgres
