#include "schema.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "atlas/crypto.hpp"

namespace atlas::postgres {

namespace {

using sql::quoted;

constexpr std::string_view version_name = "schema_version";

// Answers of small queries to the system's tables.
Result ask(Connection& connection, const std::string& text,
           std::initializer_list<std::string_view> texts = {}) {
  Parameters parameters;
  for (const std::string_view s : texts) parameters.text(s);
  return connection.run_once(text, parameters);
}

void send(Connection& connection, const std::string& text) {
  Parameters none;
  connection.send_once(text, none);
}

// The version of the store in the schema; nothing when there is none. One statement looks for it, by the
// tables of the catalog and not by to_regclass(), which may answer from before another host's commit.
std::optional<int> read_version(Connection& connection, const std::string& schema) {
  const Result there = ask(connection,
                           "SELECT (c.relname = 'store_meta')::int::bigint FROM pg_class AS c"
                           " JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = $1"
                           " ORDER BY (c.relname = 'store_meta') DESC LIMIT 1",
                           {schema});
  if (there.rows() == 0) return std::nullopt;
  if (there.integer(0, 0) == 0) {
    throw Error(ErrorCode::storage_not_a_store, "The schema in the database holds something else.");
  }
  const std::string meta = quoted(schema) + ".\"store_meta\"";
  const Result row = ask(connection, "SELECT value FROM " + meta + " WHERE name = $1", {version_name});
  const std::string_view text = row.rows() == 1 ? row.text(0, 0) : "";
  int version = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || version > 1'000'000) version = -1;
    if (version >= 0) version = version * 10 + (c - '0');
  }
  if (version < 1 && text != "0") {
    throw Error(ErrorCode::storage_not_a_store,
                "The schema in the database says no version, or this role does not own the store.");
  }
  return version;
}

void write_version(Connection& connection, int version) {
  Parameters parameters;
  const std::string text = std::to_string(version);
  parameters.text(version_name).text(text);
  connection.send_once(
      "INSERT INTO \"store_meta\" (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = "
      "excluded.value",
      parameters);
}

bool contains(const std::vector<TableKey>& keys, const TableKey& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

// What leads from one form of a table to a later one. A key names its columns by position, and positions
// stay.
void change_table(Connection& connection, const Table& before, const Table& after) {
  for (const TableKey& key : before.keys) {
    if (!contains(after.keys, key)) send(connection, sql::drop_index(before, key));
  }
  for (std::size_t i = before.columns.size(); i < after.columns.size(); ++i) {
    send(connection, sql::add_column(dialect(), after, static_cast<unsigned>(i)));
  }
  for (std::size_t i = 0; i < after.keys.size(); ++i) {
    if (!contains(before.keys, after.keys[i])) {
      send(connection, sql::create_index(dialect(), after, static_cast<int>(i)));
    }
  }
  if (after.full_text && !before.full_text) {
    for (const std::string& text : create_words_table(after)) send(connection, text);
  }
}

// Sends what leads from `version` to the newest.
void migrate(Connection& connection, const StoreOpening& opening, int version) {
  const auto known = static_cast<std::size_t>(version);
  Catalog catalog = catalog_of(opening.migrations.first(known));
  const std::size_t steps = opening.migrations.size() - known;
  for (std::size_t step = 0; step < steps; ++step) {
    if (opening.progress) opening.progress(step + 1, steps);
    const Catalog before = catalog;
    apply(catalog, opening.migrations[known + step]);
    for (std::size_t i = 0; i < catalog.tables.size(); ++i) {
      if (i < before.tables.size()) {
        change_table(connection, before.tables[i], catalog.tables[i]);
      } else {
        for (const std::string& text : create_table(catalog.tables[i])) send(connection, text);
      }
    }
    connection.finish();
  }
  write_version(connection, static_cast<int>(opening.migrations.size()));
}

void create_schema(Connection& connection, const std::string& schema) {
  // IF NOT EXISTS would want the privilege to create even where there is nothing to do.
  if (ask(connection, "SELECT 1 FROM pg_namespace WHERE nspname = $1", {schema}).rows() == 0) {
    send(connection, "CREATE SCHEMA " + quoted(schema));
  }
  for (const std::string& text : create_table(initial_catalog()[store_meta_table])) send(connection, text);
}

// True when the store may be used as it is; false when it is to be made or brought up to date.
bool fits(std::optional<int> version, const StoreOpening& opening) {
  const int newest = static_cast<int>(opening.migrations.size());
  if (!version) {
    if (opening.create && !opening.read_only) return false;
    throw Error(ErrorCode::storage_not_a_store, "There is no store in this schema of the database.");
  }
  if (*version > newest) {
    throw Error(ErrorCode::storage_newer_version, "The store was written by a newer version of the library.")
        .with("store_version", *version)
        .with("library_version", newest);
  }
  if (*version == newest) return true;
  if (opening.migrate && !opening.read_only) return false;
  throw Error(ErrorCode::storage_needs_migration, "The store was written by an older version of the library.")
      .with("store_version", *version)
      .with("library_version", newest);
}

}  // namespace

void prepare_schema(Connection& connection, const PostgresOptions& options, const StoreOpening& opening) {
  if (fits(read_version(connection, options.schema), opening)) return;
  Parameters lock;
  const Hash hash = sha256("atlas schema\n" + options.schema);
  lock.integer(read_integer(reinterpret_cast<const char*>(hash.data())));
  send(connection, "BEGIN ISOLATION LEVEL READ COMMITTED");
  try {
    connection.run_once("SELECT pg_advisory_xact_lock($1)", lock);
    // Another host may have done it meanwhile.
    const std::optional<int> version = read_version(connection, options.schema);
    if (!fits(version, opening)) {
      if (!version) create_schema(connection, options.schema);
      migrate(connection, opening, version.value_or(0));
    }
    send(connection, "COMMIT");
    connection.finish();
  } catch (...) {
    if (!connection.lost()) {
      send(connection, "ROLLBACK");
      connection.settle();
    }
    throw;
  }
}

namespace {

class Checker {
 public:
  Checker(Connection& connection, const Shared& shared)
      : connection_(connection), shared_(shared), schema_(quoted(shared.options.schema)) {}

  std::vector<StoreFinding> run() {
    read_policies();
    read_columns();
    read_indexes();
    for (const Table& table : shared_.catalog.tables) {
      check_table(table);
      if (table.full_text) check_words(table);
    }
    check_server();
    return std::move(findings_);
  }

 private:
  void found(std::string_view where, std::string what) {
    findings_.push_back({std::string(where), std::move(what)});
  }

  void read_policies() {
    const Result rows =
        ask(connection_,
            "SELECT c.relname::text, (c.relrowsecurity AND c.relforcerowsecurity)::int::bigint,"
            " COALESCE((SELECT string_agg(p.polname::text, ' ') FROM pg_policy AS p"
            "  WHERE p.polrelid = c.oid), '')"
            " FROM pg_class AS c WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r'",
            {schema_});
    for (int i = 0; i < rows.rows(); ++i) {
      tables_[std::string(rows.text(i, 0))] = {rows.integer(i, 1) == 1, std::string(rows.text(i, 2))};
    }
  }

  void read_columns() {
    const Result rows = ask(
        connection_,
        "SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod)"
        " || CASE WHEN a.attcollation = 'pg_catalog.\"C\"'::regcollation THEN ' COLLATE \"C\"' ELSE '' END"
        " || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END"
        " FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid"
        " WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r' AND a.attnum > 0 AND NOT "
        "a.attisdropped",
        {schema_});
    for (int i = 0; i < rows.rows(); ++i) columns_[std::string(rows.text(i, 0))] = rows.text(i, 1);
  }

  void read_indexes() {
    const Result rows =
        ask(connection_,
            "SELECT c.relname::text, (i.indisvalid AND i.indisready AND i.indislive)::int::bigint"
            " FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid"
            " WHERE c.relnamespace = to_regnamespace($1)",
            {schema_});
    for (int i = 0; i < rows.rows(); ++i) indexes_[std::string(rows.text(i, 0))] = rows.integer(i, 1) == 1;
  }

  // Any further policy would open what ours closes, for policies add up.
  bool check_policies(const std::string& name, bool tenant) {
    const auto found_table = tables_.find(name);
    if (found_table == tables_.end()) {
      found(name, "The table is missing.");
      return false;
    }
    if (!found_table->second.forced) found(name, "Row-level security is not forced.");
    if (found_table->second.policies != (tenant ? "atlas_tenant" : "atlas_directory")) {
      found(name, "The row-level policy is missing, or there are others beside it.");
    }
    return true;
  }

  void check_column(const std::string& table, const std::string& column, std::string expected) {
    const auto found_column = columns_.find(table + "." + column);
    if (found_column == columns_.end()) return found(table, "The column " + column + " is missing.");
    if (found_column->second != expected) found(table, "The column " + column + " is of another type.");
  }

  void check_index(const std::string& table, const std::string& index) {
    const auto found_index = indexes_.find(index);
    if (found_index == indexes_.end()) return found(table, "The index " + index + " is missing.");
    if (!found_index->second) found(table, "The index " + index + " is not valid.");
  }

  static std::string type_of(const Column& column) {
    const std::string_view type = column.type == ColumnType::integer ? dialect().integer_type
                                  : column.type == ColumnType::text  ? dialect().text_type
                                                                     : dialect().blob_type;
    return std::string(type) + (column.nullable ? "" : " NOT NULL");
  }

  void check_table(const Table& table) {
    if (!check_policies(table.name, table.tenant)) return;
    if (table.tenant) check_column(table.name, "org_id", "uuid NOT NULL");
    for (const Column& column : table.columns) check_column(table.name, column.name, type_of(column));
    check_index(table.name, sql::index_name(table, Query::primary_key));
    for (std::size_t i = 0; i < table.keys.size(); ++i) {
      check_index(table.name, sql::index_name(table, static_cast<int>(i)));
    }
  }

  void check_words(const Table& table) {
    const std::string name = words_table(table);
    if (!check_policies(name, table.tenant)) return;
    if (table.tenant) check_column(name, "org_id", "uuid NOT NULL");
    for (unsigned i = 0; i < table.primary; ++i)
      check_column(name, table.columns[i].name, type_of(table.columns[i]));
    check_column(name, "~word", std::string(dialect().text_type) + " NOT NULL");
    check_index(name, words_order_index(table));
  }

  void check_server() {
    if (ask(connection_, "SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)")
            .rows() > 0) {
      found("role",
            "The role passes by row-level security: between organisations stands one wall instead of two.");
    }
    const Result damage = ask(connection_,
                              "SELECT COALESCE(checksum_failures, 0)::bigint FROM pg_stat_database"
                              " WHERE datname = current_database()");
    if (damage.rows() == 1 && damage.integer(0, 0) > 0) {
      found("database", "The server has met damaged pages.");
    }
  }

  struct Walls {
    bool forced = false;
    std::string policies;
  };
  Connection& connection_;
  const Shared& shared_;
  const std::string schema_;
  std::map<std::string, Walls> tables_;
  std::map<std::string, std::string> columns_;
  std::map<std::string, bool> indexes_;
  std::vector<StoreFinding> findings_;
};

}  // namespace

std::vector<StoreFinding> check_schema(Connection& connection, const Shared& shared) {
  return Checker(connection, shared).run();
}

}  // namespace atlas::postgres
