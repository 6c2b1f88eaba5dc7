#include "connection.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace atlas::postgres {

namespace {

constexpr std::size_t most_prepared = 256;
constexpr int oldest_server = 130000;

std::string name_of(std::uint64_t number) { return "s" + std::to_string(number); }

// Settings of every session. Times in a unit of their own would depend on the server's; all are given.
//   synchronous_commit: a server that is set to `off` would break Durability::durable.
//   plan_cache_mode: one plan for each statement, so that a statement's speed does not depend on who asked
//   first; all
//     of ours begin with the organisation and name their key's columns.
//   enable_seqscan, enable_sort: a scan is held to a key that gives its order.
//   jit: compiling costs more than any statement of ours takes, and the settings above would provoke it.
constexpr std::string_view session_settings =
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = "
    "'off';"
    "SELECT set_config('search_path', $schema$, false), set_config('client_min_messages', 'error', false),"
    " set_config('plan_cache_mode', 'force_generic_plan', false), set_config('enable_seqscan', 'off', false),"
    " set_config('enable_sort', 'off', false), set_config('jit', 'off', false),"
    " set_config('lock_timeout', '30s', false), set_config('bytea_output', 'hex', false)";

std::string settings_for(const std::string& schema) {
  std::string text(session_settings);
  constexpr std::string_view mark = "$schema$";
  // The name was checked to be of lower-case letters, digits and `_`.
  return text.replace(text.find(mark), mark.size(), "'\"" + schema + "\", pg_temp'");
}

std::string field_of(const PGresult* result, int code) {
  const char* text = result != nullptr ? PQresultErrorField(result, code) : nullptr;
  return text != nullptr ? text : "";
}

// Did the server end the session with this failure? (57P01 to 57P05: shutdown, crash, start-up, dropped
// database.)
bool ends_session(const PGresult* result) {
  const std::string state = field_of(result, PG_DIAG_SQLSTATE);
  return state.starts_with("57P") || state.starts_with("08");
}

}  // namespace

std::int64_t Result::changed() const {
  const std::string_view text = PQcmdTuples(const_cast<PGresult*>(result_.get()));
  std::int64_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

Value Result::value(int row, int column, ColumnType type) const {
  const PGresult* result = result_.get();
  if (PQgetisnull(result, row, column) != 0) return Value::null();
  const char* bytes = PQgetvalue(result, row, column);
  const auto size = static_cast<std::size_t>(PQgetlength(result, row, column));
  switch (type) {
    case ColumnType::text:
      return Value::text({bytes, size});
    case ColumnType::blob:
      return Value::blob({bytes, size});
    case ColumnType::integer:
      break;
  }
  if (size != 8)
    throw Error(ErrorCode::storage_corrupt, "A column of the store is of another type than it was.");
  return Value::integer(read_integer(bytes));
}

Connection::Connection(const PostgresOptions& options, bool read_only) : connection_(nullptr, &PQfinish) {
  // What comes before `dbname` may be overridden by the connection string that it holds.
  const std::array keywords{"connect_timeout", "tcp_user_timeout", "fallback_application_name",
                            "dbname",          "client_encoding",  static_cast<const char*>(nullptr)};
  const std::array values{
      "10", "60000", "libatlas", options.connection.c_str(), "UTF8", static_cast<const char*>(nullptr)};
  connection_.reset(PQconnectdbParams(keywords.data(), values.data(), 1));
  PGconn* connection = connection_.get();
  if (connection == nullptr || PQstatus(connection) != CONNECTION_OK) throw not_reached();
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
  if (PQserverVersion(connection) < oldest_server) {
    throw Error(ErrorCode::storage_not_a_store, "The database server is older than PostgreSQL 13.");
  }
  const char* encoding = PQparameterStatus(connection, "server_encoding");
  if (encoding == nullptr || std::string_view(encoding) != "UTF8") {
    throw Error(ErrorCode::storage_not_a_store, "The database's encoding is not UTF8.");
  }
  std::string settings = settings_for(options.schema);
  if (read_only) settings += ", set_config('default_transaction_read_only', 'on', false)";
  const Result set(PQexec(connection, settings.c_str()));
  if (PQresultStatus(set.get()) != PGRES_TUPLES_OK) throw error_of(set.get());
  if (PQenterPipelineMode(connection) != 1) throw connection_lost();
}

void Connection::check_sent(int ok) {
  if (ok == 1) return;
  lost_ = true;
  throw connection_lost();
}

void Connection::forget(std::uint64_t number) {
  const auto found = std::find_if(prepared_.begin(), prepared_.end(),
                                  [&](const auto& item) { return item.second.number == number; });
  if (found != prepared_.end()) prepared_.erase(found);
}

void Connection::make_room() {
  if (prepared_.size() < most_prepared) return;
  const auto oldest = std::min_element(prepared_.begin(), prepared_.end(), [](const auto& a, const auto& b) {
    return a.second.used < b.second.used;
  });
  const std::string text = "DEALLOCATE " + name_of(oldest->second.number);
  prepared_.erase(oldest);
  Parameters none;
  send_once(text, none);
}

void Connection::send(const std::string& text, Parameters& parameters) {
  if (lost()) throw connection_lost();
  auto found = prepared_.find(text);
  if (found == prepared_.end()) {
    make_room();
    const std::uint64_t number = ++numbers_;
    check_sent(PQsendPrepare(connection_.get(), name_of(number).c_str(), text.c_str(), parameters.size(),
                             parameters.types()));
    expected_.push_back({Sent::preparation, number});
    found = prepared_.emplace(text, Prepared{number, 0}).first;
  }
  found->second.used = ++uses_;
  check_sent(PQsendQueryPrepared(connection_.get(), name_of(found->second.number).c_str(), parameters.size(),
                                 parameters.values(), parameters.lengths(), parameters.formats(), 1));
  expected_.push_back({Sent::statement});
}

void Connection::send(const std::string& text) {
  Parameters none;
  send_once(text, none);
}

void Connection::send_once(const std::string& text, Parameters& parameters) {
  if (lost()) throw connection_lost();
  check_sent(PQsendQueryParams(connection_.get(), text.c_str(), parameters.size(), parameters.types(),
                               parameters.values(), parameters.lengths(), parameters.formats(), 1));
  expected_.push_back({Sent::statement});
}

Result Connection::run(const std::string& text, Parameters& parameters) {
  send(text, parameters);
  return finish();
}

Result Connection::run(const std::string& text) {
  Parameters none;
  return run_once(text, none);
}

Result Connection::run_once(const std::string& text, Parameters& parameters) {
  send_once(text, parameters);
  return finish();
}

void Connection::depart() {
  if (expected_.empty() || expected_.back().kind == Sent::sync) return;
  check_sent(PQpipelineSync(connection_.get()));
  expected_.push_back({Sent::sync});
}

Result Connection::finish() {
  depart();
  return read_answers();
}

Result Connection::read_answers() {
  PGconn* connection = connection_.get();
  Result last, failed;
  failed_constraint_.clear();
  failed_state_.clear();
  for (; !expected_.empty() && !lost_; expected_.pop_front()) {
    const Expected expected = expected_.front();
    Result result(PQgetResult(connection));
    const ExecStatusType status = PQresultStatus(result.get());
    if (expected.kind == Sent::sync) {
      lost_ = status != PGRES_PIPELINE_SYNC;
      continue;
    }
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
      if (expected.kind == Sent::statement) last = std::move(result);
    } else if (result.get() != nullptr) {
      if (expected.kind == Sent::preparation) forget(expected.prepared);
      if (status != PGRES_PIPELINE_ABORTED && failed.get() == nullptr) failed = std::move(result);
    } else {
      lost_ = true;  // one answer for each statement, or the line is broken
      break;
    }
    while (Result(PQgetResult(connection)).get() != nullptr) {
    }
    lost_ = ends_session(failed.get()) || PQstatus(connection) == CONNECTION_BAD;
  }
  if (lost_) {
    expected_.clear();
    // The server's farewell, if it said one, tells more than the broken line.
    throw ends_session(failed.get()) ? error_of(failed.get()) : connection_lost();
  }
  if (failed.get() != nullptr) {
    failed_constraint_ = field_of(failed.get(), PG_DIAG_CONSTRAINT_NAME);
    failed_state_ = field_of(failed.get(), PG_DIAG_SQLSTATE);
    throw error_of(failed.get());
  }
  return last;
}

bool Connection::settle() noexcept {
  try {
    if (lost()) return false;
    if (!expected_.empty()) {
      try {
        finish();
      } catch (const Error&) {
        // The transaction that it belonged to is over; only the connection's health matters here.
      }
      if (lost() || PQtransactionStatus(connection_.get()) != PQTRANS_IDLE) return false;
    }
    // Nothing is to come now, unless the server ends the session or has other news: then one asks.
    pollfd descriptor{PQsocket(connection_.get()), POLLIN, 0};
    if (poll(&descriptor, 1, 0) == 0) return true;
    Parameters none;
    run_once("SELECT 1", none);
    return !lost();
  } catch (...) {
    return false;
  }
}

}  // namespace atlas::postgres
