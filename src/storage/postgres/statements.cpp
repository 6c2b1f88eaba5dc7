#include "statements.hpp"

#include <algorithm>

#include "atlas/query.hpp"

namespace atlas::postgres {

namespace {

using sql::quoted;

// Empty is what a setting of an ended transaction leaves behind. Nothing set: no rows.
constexpr std::string_view tenant_condition =
    "org_id = NULLIF(current_setting('atlas.org_id', true), '')::uuid";

std::string primary_columns(const Table& table, std::string_view suffix = {}) {
  std::string out;
  for (unsigned i = 0; i < table.primary; ++i) {
    out.append(i > 0 ? ", " : "").append(quoted(table.columns[i].name)).append(suffix);
  }
  return out;
}

std::string equal_to(const Table& table, std::span<const unsigned> columns) {
  std::string out;
  unsigned number = 0;
  const auto condition = [&](const std::string& name) {
    out.append(number++ > 0 ? " AND " : "");
    out.append(name).append(" = $").append(std::to_string(number));
  };
  if (table.tenant) condition("org_id");
  for (const unsigned column : columns) condition(quoted(table.columns.at(column).name));
  return out;
}

std::string numbered(unsigned from, unsigned to) {
  std::string out;
  for (unsigned i = from; i < to; ++i) out.append(i > from ? ", $" : "$").append(std::to_string(i));
  return out;
}

}  // namespace

const sql::Dialect& dialect() noexcept {
  static constexpr sql::Dialect postgres{
      .parameter = "$",
      .tenant_column = "org_id",
      .tenant_type = "uuid",
      .row_column = "",
      .row_type = "",
      .integer_type = "bigint",
      .text_type = "text COLLATE \"C\"",
      .blob_type = "bytea",
      .empty_text = "''",
      .empty_blob = "'\\x'",
      .contains = "strpos",
      .index_hints = false,
      .row_locks = true,
      .split_sums = false,
  };
  return postgres;
}

std::string words_table(const Table& table) {
  Table words;
  words.name = table.name;
  words.keys.push_back({"~words", {}, false});
  return sql::index_name(words, 0);  // bounded in length
}

std::string words_order_index(const Table& table) {
  Table order;
  order.name = table.name;
  order.keys.push_back({"~words_order", {}, false});
  return sql::index_name(order, 0);
}

std::vector<std::string> create_policy(std::string_view table_name, bool tenant) {
  const std::string name = quoted(table_name);
  const std::string condition(tenant_condition);
  std::vector<std::string> out{
      "ALTER TABLE " + name + " ENABLE ROW LEVEL SECURITY",
      "ALTER TABLE " + name + " FORCE ROW LEVEL SECURITY",
  };
  out.push_back(tenant ? "CREATE POLICY atlas_tenant ON " + name + " USING (" + condition + ") WITH CHECK (" +
                             condition + ")"
                       : "CREATE POLICY atlas_directory ON " + name + " TO CURRENT_USER USING (true)");
  return out;
}

std::vector<std::string> create_table(const Table& table) {
  std::vector<std::string> out = sql::create_table(dialect(), table);
  const std::string primary = quoted(sql::index_name(table, Query::primary_key));
  out.push_back("ALTER TABLE " + quoted(table.name) + " ADD CONSTRAINT " + primary +
                " PRIMARY KEY USING INDEX " + primary);
  for (std::string& text : create_policy(table.name, table.tenant)) out.push_back(std::move(text));
  if (table.full_text) {
    for (std::string& text : create_words_table(table)) out.push_back(std::move(text));
  }
  return out;
}

std::vector<std::string> create_words_table(const Table& table) {
  Table primary = table;
  primary.columns.resize(table.primary);
  const std::string name = words_table(table);
  std::string text = "CREATE TABLE " + quoted(name) + " (";
  if (table.tenant) text += "org_id uuid NOT NULL, ";
  for (const Column& column : primary.columns) {
    const std::string_view type = column.type == ColumnType::integer ? dialect().integer_type
                                  : column.type == ColumnType::text  ? dialect().text_type
                                                                     : dialect().blob_type;
    text.append(quoted(column.name)).append(" ").append(type).append(" NOT NULL, ");
  }
  const std::string tenant = table.tenant ? "org_id, " : "";
  text += "\"~word\" text COLLATE \"C\" NOT NULL, PRIMARY KEY (" + tenant + primary_columns(table) +
          ", \"~word\"))";
  std::vector<std::string> out{std::move(text), "CREATE INDEX " + quoted(words_order_index(table)) + " ON " +
                                                    quoted(name) + " (" + tenant + "\"~word\", " +
                                                    primary_columns(table) + ")"};
  for (std::string& policy : create_policy(name, table.tenant)) out.push_back(std::move(policy));
  return out;
}

RowStatements::RowStatements(const Table& table) {
  for (const RowLock lock : {RowLock::none, RowLock::update, RowLock::update_skip_locked}) {
    get[static_cast<std::size_t>(lock)] = sql::get_row(dialect(), table, lock);
  }
  insert = sql::insert_row(dialect(), table) + " ON CONFLICT DO NOTHING";
  erase = sql::delete_row(dialect(), table);

  std::vector<unsigned> columns;
  for (unsigned i = 0; i < table.primary; ++i) columns.push_back(i);
  const std::string select = "SELECT 1 FROM " + quoted(table.name) + " WHERE ";
  unique.push_back(
      {"primary", sql::index_name(table, Query::primary_key), columns, select + equal_to(table, columns)});
  for (std::size_t i = 0; i < table.keys.size(); ++i) {
    const TableKey& key = table.keys[i];
    if (!key.unique) continue;
    unique.push_back({key.name, sql::index_name(table, static_cast<int>(i)), key.columns,
                      select + equal_to(table, key.columns)});
  }

  if (table.full_text) {
    const std::string words = quoted(words_table(table));
    const unsigned primary = table.primary + (table.tenant ? 1 : 0);
    forget_text = "DELETE FROM " + words + " WHERE " + equal_to(table, columns);
    index_text = "INSERT INTO " + words + " (" + (table.tenant ? "org_id, " : "") + primary_columns(table) +
                 ", \"~word\") SELECT " + numbered(1, primary + 1) + ", word FROM unnest($" +
                 std::to_string(primary + 1) + ") AS word ON CONFLICT DO NOTHING";
  }
}

}  // namespace atlas::postgres
