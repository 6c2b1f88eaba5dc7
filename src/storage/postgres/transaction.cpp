#include "transaction.hpp"

#include <algorithm>
#include <limits>

#include "atlas/crypto.hpp"

namespace atlas::postgres {

namespace {

// Scans that may give more rows than this are read through a cursor, this many at a time.
constexpr std::size_t page = 1'000;

// A 64-bit name for an advisory lock. They are shared by all that use the database: the schema is part of it,
// and so is the organisation. Two names that meet in one number only wait for each other.
std::int64_t lock_number(const std::string& schema, const std::optional<Uuid>& organisation,
                         const std::string& name) {
  std::string all = "atlas lock\n" + schema + "\n";
  if (organisation) all.append(organisation->view());
  all.append("\n").append(name);
  const Hash hash = sha256(all);
  return read_integer(reinterpret_cast<const char*>(hash.data()));
}

std::string mark_name(unsigned depth) { return "m" + std::to_string(depth); }

}  // namespace

Transaction::~Transaction() {
  try {
    if (state_ != State::open || connection_.lost()) return;
    if (kind_ == Kind::reading) {
      connection_.send("COMMIT");  // nobody waits for the end of a read
      connection_.depart();
    } else {
      connection_.run("ROLLBACK");
    }
  } catch (...) {
    // The connection is broken and the server has rolled back, or will when it notices.
  }
}

void Transaction::begin() {
  if (state_ == State::open) return;
  if (state_ == State::ended) throw Error(ErrorCode::internal, "A transaction was used after its end.");
  state_ = State::open;
  connection_.send(kind_ == Kind::reading ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
                                          : "BEGIN ISOLATION LEVEL READ COMMITTED");
  if (kind_ == Kind::fast) connection_.send("SET LOCAL synchronous_commit = off");
  send_organisation();
}

void Transaction::send_organisation() {
  if (!organisation_) return;
  const std::string text = format_uuid(*organisation_);
  Parameters parameters;
  parameters.text(text);
  connection_.send("SELECT set_config('atlas.org_id', $1, true)", parameters);
}

template <class Ask>
Result Transaction::watched(Ask ask) {
  begin();
  try {
    return ask();
  } catch (const Error& error) {
    // "In a failed transaction", "no such savepoint": what failed before is the better answer.
    const std::string& state = connection_.failed_state();
    if (failure_ && !connection_.lost() && (state == "25P02" || state == "3B001")) throw Error(*failure_);
    if (!failure_) failure_ = error;
    throw;
  }
}

void Transaction::send(const std::string& text, Parameters& parameters) {
  watched([&] {
    connection_.send(text, parameters);
    return Result();
  });
}

void Transaction::send(const std::string& text) {
  watched([&] {
    connection_.send(text);
    return Result();
  });
}

Result Transaction::run(const std::string& text) {
  return watched([&] { return connection_.run(text); });
}

Result Transaction::run(const std::string& text, Parameters& parameters) {
  return watched([&] { return connection_.run(text, parameters); });
}

Result Transaction::run_once(const std::string& text, Parameters& parameters) {
  return watched([&] { return connection_.run_once(text, parameters); });
}

void Transaction::enter(const Uuid& organisation) {
  if (organisation_ == organisation) return;
  if (organisation_) throw Error(ErrorCode::internal, "A transaction belongs to one organisation.");
  organisation_ = organisation;
  if (state_ == State::open) {
    watched([&] {
      send_organisation();
      return Result();
    });
  }
}

const Table& Transaction::reach(TableId id) const {
  if (id >= shared_.catalog.tables.size()) throw Error(ErrorCode::internal, "There is no such table.");
  const Table& table = shared_.catalog[id];
  if (table.tenant && !organisation_) {
    throw Error(ErrorCode::internal, "A tenant table was used before an organisation was entered.");
  }
  return table;
}

void Transaction::check_lock(RowLock lock) const {
  if (lock != RowLock::none && kind_ == Kind::reading) {
    throw Error(ErrorCode::internal, "A transaction that only reads locks no rows.");
  }
}

void Transaction::add_tenant(const Table& table, Parameters& out) const {
  if (table.tenant) out.id(*organisation_);
}

void Transaction::add_primary(const Table& table, RowView primary, Parameters& out) const {
  if (primary.size() != table.primary) throw Error(ErrorCode::internal, "A primary key is of another shape.");
  for (unsigned i = 0; i < table.primary; ++i) out.cell(table.columns[i].type, primary[i]);
}

Parameters Transaction::bind(const sql::Statement& statement) const {
  Parameters out;
  for (const sql::Parameter& parameter : statement.parameters) {
    if (!parameter.tenant) {
      out.cell(parameter.type, parameter.value);
    } else if (organisation_) {
      out.id(*organisation_);
    } else {
      throw Error(ErrorCode::internal, "A tenant table was used before an organisation was entered.");
    }
  }
  return out;
}

bool Transaction::get(TableId id, RowView primary, RowSink sink, RowLock lock) {
  const Table& table = reach(id);
  check_lock(lock);
  Parameters parameters;
  add_tenant(table, parameters);
  add_primary(table, primary, parameters);
  const Result result = run(shared_.rows[id].get[static_cast<std::size_t>(lock)], parameters);
  std::size_t given = 0;
  give(result, table.columns, given, [&](RowView row) {
    sink(row);
    return true;
  });
  return given > 0;
}

bool Transaction::give(const Result& result, std::span<const Column> columns, std::size_t& given,
                       ScanSink sink) {
  row_.resize(columns.size());
  for (int row = 0; row < result.rows(); ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      row_[i] = result.value(row, static_cast<int>(i), columns[i].type);
    }
    ++given;
    if (!sink(row_)) return false;
  }
  return true;
}

void Transaction::scan(const Query& query, ScanSink sink) {
  const Table& table = reach(query.table);
  check_lock(query.lock);
  std::vector<sql::Statement> statements = sql::scan(dialect(), shared_.catalog, query);
  std::size_t given = 0;
  for (sql::Statement& statement : statements) {
    if (given >= query.limit || !scan_one(statement, table, query.limit - given, given, sink)) return;
  }
}

// False when the sink wants no more.
bool Transaction::scan_one(sql::Statement& statement, const Table& table, std::size_t limit,
                           std::size_t& given, ScanSink sink) {
  if (statement.limit >= 0) {
    const auto most = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    statement.parameters[static_cast<std::size_t>(statement.limit)].value =
        Value::integer(static_cast<std::int64_t>(std::min(limit, most)));
  }
  Parameters parameters = bind(statement);
  if (statement.limit >= 0 && limit <= page)
    return give(run(statement.text, parameters), table.columns, given, sink);

  watched([&] {
    connection_.send_once("DECLARE atlas_scan NO SCROLL CURSOR FOR " + statement.text, parameters);
    return Result();
  });
  bool wanted = true;
  bool more = true;
  const std::string fetch = "FETCH FORWARD " + std::to_string(page) + " FROM atlas_scan";
  const auto close = [&] {
    if (failure_ || connection_.lost()) return;
    connection_.send("CLOSE atlas_scan");
  };
  try {
    while (wanted && more) {
      Parameters none;
      const Result rows = run_once(fetch, none);
      more = rows.rows() == static_cast<int>(page);
      wanted = give(rows, table.columns, given, sink);
    }
  } catch (...) {
    close();
    throw;
  }
  close();
  return wanted;
}

std::int64_t Transaction::count(TableId id, const Predicate& where, std::int64_t limit, int key) {
  reach(id);
  const sql::Statement statement = sql::count(dialect(), shared_.catalog, id, where, limit, key);
  Parameters parameters = bind(statement);
  return run(statement.text, parameters).integer(0, 0);
}

void Transaction::aggregate(TableId id, const Predicate& where, std::span<const unsigned> group,
                            std::span<const unsigned> sums, ScanSink sink) {
  const Table& table = reach(id);
  const sql::Statement statement = sql::aggregate(dialect(), shared_.catalog, id, where, group, sums);
  Parameters parameters = bind(statement);
  send("SAVEPOINT atlas_sum");  // a sum that does not fit does not end the transaction
  Result result;
  try {
    result = connection_.run(statement.text, parameters);
    send("RELEASE atlas_sum");
  } catch (const Error& error) {
    if (connection_.lost() || connection_.failed_state() != "22003") {
      if (!failure_) failure_ = error;
      throw;
    }
    send("ROLLBACK TO atlas_sum");
    send("RELEASE atlas_sum");
    throw Error(ErrorCode::invalid_argument, "A sum is beyond 64 bits.")
        .field("", field_code::out_of_range, "The sum does not fit.");
  }
  std::vector<Column> columns;
  for (const unsigned column : group) columns.push_back(table.columns.at(column));
  columns.resize(group.size() + 1 + sums.size());
  std::size_t given = 0;
  give(result, columns, given, sink);
}

Timestamp Transaction::now() {
  return {run("SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint").integer(0, 0)};
}

void Transaction::fail_unique(const std::string& key) const {
  throw Error(ErrorCode::conflict, "Another row has the same key.").with("reason", "unique").with("key", key);
}

void Transaction::insert(TableId id, RowView row) {
  const Table& table = reach(id);
  if (row.size() != table.columns.size()) throw Error(ErrorCode::internal, "A row is of another shape.");
  const RowStatements& statements = shared_.rows[id];
  // A row that was in the way may be gone by the time one looks; then there is another try.
  for (int attempt = 0; attempt < 10; ++attempt) {
    Parameters parameters;
    add_tenant(table, parameters);
    for (std::size_t i = 0; i < row.size(); ++i) parameters.cell(table.columns[i].type, row[i]);
    if (run(statements.insert, parameters).changed() == 1) return;
    for (const RowStatements::Unique& unique : statements.unique) {
      const auto absent = [&](unsigned column) { return row[column].is_null(); };
      if (std::any_of(unique.columns.begin(), unique.columns.end(), absent)) continue;
      Parameters key;
      add_tenant(table, key);
      for (const unsigned column : unique.columns) key.cell(table.columns[column].type, row[column]);
      if (run(unique.text, key).rows() > 0) fail_unique(unique.key);
    }
  }
  throw Error(ErrorCode::storage_conflict, "Other transactions insert and erase the same row.");
}

bool Transaction::update(TableId id, RowView primary, std::span<const unsigned> columns, RowView values) {
  const Table& table = reach(id);
  if (columns.size() != values.size()) throw Error(ErrorCode::internal, "A row is of another shape.");
  if (columns.empty()) return exists(id, primary);
  Parameters parameters;
  add_tenant(table, parameters);
  add_primary(table, primary, parameters);
  bool in_unique = false;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const unsigned column = columns[i];
    if (column < table.primary) throw Error(ErrorCode::internal, "A primary key does not change.");
    if (column >= table.columns.size()) throw Error(ErrorCode::internal, "There is no such column.");
    parameters.cell(table.columns[column].type, values[i]);
    in_unique =
        in_unique || std::any_of(table.keys.begin(), table.keys.end(), [&](const TableKey& key) {
          return key.unique && std::find(key.columns.begin(), key.columns.end(), column) != key.columns.end();
        });
  }
  const std::string text = sql::update_row(dialect(), table, columns);
  return in_unique ? update_guarded(text, parameters, id) : run(text, parameters).changed() > 0;
}

// An update that may meet another row's key: behind a savepoint, since an error ends PostgreSQL's
// transaction.
bool Transaction::update_guarded(const std::string& text, Parameters& parameters, TableId id) {
  send("SAVEPOINT atlas_update");
  bool changed = false;
  try {
    changed = connection_.run(text, parameters).changed() > 0;
  } catch (const Error& error) {
    if (connection_.lost() || connection_.failed_state() != "23505") {
      if (!failure_) failure_ = error;
      throw;
    }
    const std::string index = connection_.failed_constraint();
    send("ROLLBACK TO atlas_update");
    send("RELEASE atlas_update");
    for (const RowStatements::Unique& unique : shared_.rows[id].unique) {
      if (unique.index == index) fail_unique(unique.key);
    }
    throw Error(ErrorCode::storage_corrupt, "A key that the store does not know forbids a row.");
  }
  send("RELEASE atlas_update");
  return changed;
}

bool Transaction::erase(TableId id, RowView primary) {
  const Table& table = reach(id);
  Parameters parameters;
  add_tenant(table, parameters);
  add_primary(table, primary, parameters);
  if (table.full_text) send(shared_.rows[id].forget_text, parameters);
  return run(shared_.rows[id].erase, parameters).changed() > 0;
}

void Transaction::lock_names(std::span<const std::string> names) {
  if (names.empty()) return;
  std::vector<std::int64_t> numbers;
  for (const std::string& name : names)
    numbers.push_back(lock_number(shared_.options.schema, organisation_, name));
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  Parameters parameters;
  parameters.integers(numbers);
  run("SELECT pg_advisory_xact_lock(number) FROM unnest($1) AS number", parameters);
}

void Transaction::savepoint() {
  send("SAVEPOINT " + mark_name(marks_ + 1));
  ++marks_;
}

void Transaction::release() {
  if (marks_ == 0) throw Error(ErrorCode::internal, "There is no savepoint to release.");
  send("RELEASE " + mark_name(marks_));
  --marks_;
}

void Transaction::rollback_to() {
  if (marks_ == 0) throw Error(ErrorCode::internal, "There is no savepoint to return to.");
  const std::string name = mark_name(marks_--);
  send("ROLLBACK TO " + name);
  run("RELEASE " + name);
  failure_.reset();
  send_organisation();  // in case it was entered after the mark
}

void Transaction::commit() {
  if (state_ == State::ended) throw Error(ErrorCode::internal, "A transaction was used after its end.");
  if (failure_) throw Error(*failure_);
  const bool anything = state_ == State::open;
  if (!anything) {
    state_ = State::ended;
    return;
  }
  if (connection_.lost()) throw connection_lost();
  const bool early = kind_ == Kind::durable && shared_.options.early_release;
  try {
    if (early) connection_.send("SET LOCAL synchronous_commit = off");
    const Result result = connection_.run("COMMIT");
    state_ = State::ended;
    if (result.command() != "COMMIT") {
      throw Error(ErrorCode::storage_conflict, "The database rolled the transaction back.");
    }
    // A later commit that waits for the disk has waited for all earlier ones. The message is for nobody.
    if (early) connection_.run("SELECT pg_logical_emit_message(true, 'atlas', '')");
  } catch (Error& error) {
    if (connection_.lost()) {
      throw Error(std::move(error)).with("outcome", "unknown");
    }
    throw;
  }
}

}  // namespace atlas::postgres
