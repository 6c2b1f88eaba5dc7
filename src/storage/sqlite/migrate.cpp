#include "migrate.hpp"

#include <chrono>
#include <thread>

#include "atlas/error.hpp"
#include "plans.hpp"
#include "tenants.hpp"

namespace atlas {

namespace {

// What a table is guessed to hold while nobody has counted: enough rows and tenants that an index is worth
// it.
constexpr std::int64_t guessed_rows = 1'000'000;
constexpr std::int64_t guessed_rows_per_tenant = 50'000;

void seed_statistics(Connection& connection, const Table& table, int key) {
  std::size_t columns = table.primary;
  bool unique = true;
  if (key >= 0) {
    const TableKey& declared = table.keys[static_cast<std::size_t>(key)];
    unique = declared.unique;
    columns = declared.columns.size();
    if (!unique) {
      for (unsigned i = 0; i < table.primary; ++i) {
        bool named = false;
        for (const unsigned column : declared.columns) named = named || column == i;
        if (!named) ++columns;
      }
    }
  }
  // "rows, then rows per distinct value of the first column, of the first two, …": each column divides by
  // ten.
  std::int64_t per_value = table.tenant ? guessed_rows_per_tenant : guessed_rows;
  std::string stat = std::to_string(guessed_rows);
  if (table.tenant) stat += " " + std::to_string(per_value);
  for (std::size_t i = 1; i <= columns; ++i) {
    per_value = i == columns ? 1 : std::max<std::int64_t>(per_value / 10, 2);
    stat += " " + std::to_string(per_value);
  }
  stat += no_skip_scan;
  const std::string index = sql::index_name(table, key);
  Use insert = connection.use("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?1, ?2, ?3)");
  insert.bind(Value::text(table.name)).bind(Value::text(index)).bind(Value::text(stat)).step();
}

void make_table(Connection& connection, const Table& table) {
  for (const std::string& text : sql::create_table(sqlite_dialect, table))
    connection.run(text, "making a table");
  if (table.full_text) connection.run(create_text_table(table), "making a table");
  seed_statistics(connection, table, Query::primary_key);
  for (std::size_t i = 0; i < table.keys.size(); ++i) seed_statistics(connection, table, static_cast<int>(i));
}

void take_step(Connection& connection, const MigrationStep& step) {
  using Kind = MigrationStep::Kind;
  switch (step.kind) {
    case Kind::create_table:
      return make_table(connection, step.after);
    case Kind::add_column:
      return connection.run(sql::add_column(sqlite_dialect, step.after, step.position), "changing a table");
    case Kind::add_key: {
      const int key = static_cast<int>(step.position);
      connection.run(sql::create_index(sqlite_dialect, step.after, key), "changing a table");
      return seed_statistics(connection, step.after, key);
    }
    case Kind::drop_key:
      return connection.run(sql::drop_index(step.after, step.dropped), "changing a table");
    case Kind::set_full_text:
      return connection.run(create_text_table(step.after), "changing a table");
  }
}

// Runs the migrations after `version` inside the transaction that is open.
void run_migrations(Connection& connection, const StoreOpening& opening, int version) {
  Catalog catalog = initial_catalog();
  std::vector<MigrationStep> steps;
  for (const Migration& migration : opening.migrations) {
    std::vector<MigrationStep> of = apply(catalog, migration);
    if (migration.number <= version) continue;
    for (MigrationStep& step : of) steps.push_back(std::move(step));
  }
  for (std::size_t i = 0; i < steps.size(); ++i) {
    take_step(connection, steps[i]);
    if (opening.progress) opening.progress(i + 1, steps.size());
  }
  const int newest = newest_version(opening.migrations);
  connection.run("PRAGMA user_version = " + std::to_string(newest));
  const std::string number = std::to_string(newest);
  Use note = connection.use(
      "INSERT INTO store_meta (name, value) VALUES ('schema_version', ?1) "
      "ON CONFLICT (name) DO UPDATE SET value = excluded.value");
  note.bind(Value::text(number)).step();
}

// Changing to the write-ahead log needs the file alone for a moment, and does not wait by itself.
void start_log(Connection& connection, int busy_ms) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_ms);
  for (;;) {
    try {
      if (connection.ask("PRAGMA journal_mode = WAL") == "wal") return;
      throw Error(ErrorCode::storage_io, "The file system cannot hold a store: it has no shared memory.");
    } catch (const Error& error) {
      if (error.code() != ErrorCode::storage_busy || std::chrono::steady_clock::now() > deadline) throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

// Runs `work` in one durable transaction.
template <class Work>
void in_transaction(Connection& connection, Work&& work) {
  connection.set_durable(true);
  connection.run("BEGIN IMMEDIATE", "waiting to write");
  try {
    work();
    connection.run("COMMIT", "committing");
  } catch (...) {
    connection.roll_back();
    throw;
  }
}

}  // namespace

bool StoreState::ours() const { return application == sqlite_application_id; }

StoreState state_of(Connection& connection) {
  StoreState state;
  state.application = connection.ask_number("PRAGMA application_id");
  state.version = connection.ask_number("PRAGMA user_version");
  state.empty = state.application == 0 && state.version == 0 &&
                connection.ask_number("SELECT count(*) FROM sqlite_schema") == 0;
  return state;
}

int newest_version(std::span<const Migration> migrations) {
  return migrations.empty() ? 0 : migrations.back().number;
}

void create_store(Connection& connection, const StoreOpening& opening, int busy_ms) {
  start_log(connection, busy_ms);
  in_transaction(connection, [&] {
    if (!state_of(connection).empty) return;
    connection.run("PRAGMA application_id = " + std::to_string(sqlite_application_id));
    connection.run(create_tenant_table, "making a table");
    connection.run("ANALYZE", "making a table");  // makes sqlite_stat1
    make_table(connection, initial_catalog()[store_meta_table]);
    run_migrations(connection, opening, 0);
  });
}

void migrate_store(Connection& connection, const StoreOpening& opening,
                   const std::function<void(int)>& keep) {
  start_log(connection, 0);
  in_transaction(connection, [&] {
    const auto version = static_cast<int>(state_of(connection).version);
    if (version >= newest_version(opening.migrations)) return;
    keep(version);
    run_migrations(connection, opening, version);
  });
}

}  // namespace atlas
