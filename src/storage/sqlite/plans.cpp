#include "plans.hpp"

#include "atlas/error.hpp"

namespace atlas {

const sql::Dialect sqlite_dialect{
    .parameter = "?",
    .tenant_column = "_org",
    .tenant_type = "INTEGER",
    .row_column = "_rid",
    .row_type = "INTEGER PRIMARY KEY",
    .integer_type = "INTEGER",
    .text_type = "TEXT",
    .blob_type = "BLOB",
    .empty_text = "''",
    .empty_blob = "x''",
    .table_suffix = " STRICT",
    .contains = "instr",
    .index_hints = true,
    .row_locks = false,
    .split_sums = true,
};

namespace {

// As SQLite says it: table.column, table.column.
std::string message_columns(const Table& table, std::span<const unsigned> columns) {
  std::string out;
  const auto add = [&](std::string_view column) {
    if (!out.empty()) out += ", ";
    out.append(table.name).append(".").append(column);
  };
  if (table.tenant) add(sqlite_dialect.tenant_column);
  for (const unsigned column : columns) add(table.columns[column].name);
  return out;
}

TablePlan plan_of(const Table& table) {
  TablePlan plan;
  plan.get = sql::get_row(sqlite_dialect, table, RowLock::none);
  plan.insert = sql::insert_row(sqlite_dialect, table);
  plan.erase = sql::delete_row(sqlite_dialect, table);
  const std::string conditions = plan.erase.substr(plan.erase.find(" FROM "));
  plan.find_row = "SELECT \"_rid\"" + conditions;
  if (table.full_text) {
    plan.erase += " RETURNING \"_rid\"";
    const std::string text = sql::quoted(text_table(table));
    plan.text_put = "INSERT INTO " + text + " (rowid, words) VALUES (?1, ?2)";
    plan.text_drop = "DELETE FROM " + text + " WHERE rowid = ?1";
  }
  std::vector<unsigned> primary;
  for (unsigned i = 0; i < table.primary; ++i) primary.push_back(i);
  plan.unique.emplace_back(message_columns(table, primary), "primary");
  for (const TableKey& key : table.keys) {
    if (key.unique) plan.unique.emplace_back(message_columns(table, key.columns), key.name);
  }
  return plan;
}

}  // namespace

std::vector<TablePlan> plans_of(const Catalog& catalog) {
  std::vector<TablePlan> plans;
  plans.reserve(catalog.tables.size());
  for (const Table& table : catalog.tables) plans.push_back(plan_of(table));
  return plans;
}

std::string text_table(const Table& table) { return table.name + "__text"; }

std::string create_text_table(const Table& table) {
  // Words come folded and separated by single spaces. The ascii tokenizer with all printable punctuation as
  // part of words splits at exactly those, whatever the script; no positions are kept.
  return "CREATE VIRTUAL TABLE " + sql::quoted(text_table(table)) +
         " USING fts5(words, content = '', contentless_delete = 1, detail = none, "
         "tokenize = \"ascii tokenchars '!\"\"#$%&''''()*+,-./:;<=>?@[\\]^_`{|}~'\")";
}

Error unique_conflict(const TablePlan& plan, std::string_view message) {
  const std::size_t colon = message.find(": ");
  const std::string_view columns = colon == std::string_view::npos ? message : message.substr(colon + 2);
  for (const auto& [text, key] : plan.unique) {
    if (text == columns) {
      return Error(ErrorCode::conflict, "There is a row with the same values in a unique key.")
          .with("reason", "unique")
          .with("key", std::string_view(key));
    }
  }
  return Error(ErrorCode::internal, "A row breaks a rule of its table.");
}

}  // namespace atlas
