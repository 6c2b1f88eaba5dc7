#include <algorithm>
#include <cstdint>

#include "atlas/error.hpp"
#include "atlas/sql.hpp"

namespace atlas::sql {

namespace {

std::string_view type_name(const Dialect& dialect, ColumnType type) {
  switch (type) {
    case ColumnType::text:
      return dialect.text_type;
    case ColumnType::blob:
      return dialect.blob_type;
    case ColumnType::integer:
      break;
  }
  return dialect.integer_type;
}

std::string_view empty_literal(const Dialect& dialect, ColumnType type) {
  switch (type) {
    case ColumnType::text:
      return dialect.empty_text;
    case ColumnType::blob:
      return dialect.empty_blob;
    case ColumnType::integer:
      break;
  }
  return "0";
}

std::string column_definition(const Dialect& dialect, const Column& column) {
  std::string out = quoted(column.name);
  out.append(" ").append(type_name(dialect, column.type));
  if (!column.nullable) out += " NOT NULL";
  return out;
}

// PostgreSQL cuts names at 63 bytes without asking; a longer one ends in a hash of the whole.
std::string bounded(std::string name) {
  constexpr std::size_t limit = 63;
  if (name.size() <= limit) return name;
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  constexpr std::string_view digits = "0123456789abcdef";
  name.resize(limit - 17);
  name += '_';
  for (int shift = 60; shift >= 0; shift -= 4) name += digits[(hash >> shift) & 15];
  return name;
}

std::string index_name(const Table& table, std::string_view key_name) {
  return bounded(table.name + "__" + std::string(key_name));
}

}  // namespace

std::string index_name(const Table& table, int key) {
  // A key is named by a letter first, so this name is free.
  if (key == Query::primary_key) return index_name(table, "_pk");
  return index_name(table, table.keys.at(static_cast<std::size_t>(key)).name);
}

std::vector<std::string> create_table(const Dialect& dialect, const Table& table) {
  std::string text = "CREATE TABLE " + quoted(table.name) + " (";
  auto member = [&, first = true](const std::string& definition) mutable {
    if (!first) text += ", ";
    first = false;
    text += definition;
  };
  if (!dialect.row_column.empty()) {
    member(quoted(dialect.row_column).append(" ").append(dialect.row_type));
  }
  if (table.tenant) {
    member(quoted(dialect.tenant_column).append(" ").append(dialect.tenant_type).append(" NOT NULL"));
  }
  for (const Column& column : table.columns) member(column_definition(dialect, column));
  std::vector<std::string> out;
  out.push_back(text.append(")").append(dialect.table_suffix));
  out.push_back(create_index(dialect, table, Query::primary_key));
  for (std::size_t i = 0; i < table.keys.size(); ++i) {
    out.push_back(create_index(dialect, table, static_cast<int>(i)));
  }
  return out;
}

std::string create_index(const Dialect& dialect, const Table& table, int key) {
  const bool primary = key == Query::primary_key;
  std::vector<unsigned> columns;
  if (!primary) columns = table.keys.at(static_cast<std::size_t>(key)).columns;
  const bool unique = primary || table.keys[static_cast<std::size_t>(key)].unique;
  if (primary || !unique) {
    for (unsigned i = 0; i < table.primary; ++i) {
      if (std::find(columns.begin(), columns.end(), i) == columns.end()) columns.push_back(i);
    }
  }
  std::string out = unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  out += quoted(index_name(table, key)) + " ON " + quoted(table.name) + " (";
  if (table.tenant) out += quoted(dialect.tenant_column);
  for (const unsigned column : columns) {
    if (out.back() != '(') out += ", ";
    out += quoted(table.columns.at(column).name);
  }
  out += ")";
  const Column& first = table.columns.at(columns.at(0));
  if (first.nullable) out += " WHERE " + quoted(first.name) + " IS NOT NULL";
  return out;
}

std::string drop_index(const Table& table, const TableKey& key) {
  return "DROP INDEX " + quoted(index_name(table, key.name));
}

std::string add_column(const Dialect& dialect, const Table& table, unsigned column) {
  const Column& added = table.columns.at(column);
  std::string out = "ALTER TABLE " + quoted(table.name) + " ADD COLUMN " + column_definition(dialect, added);
  if (!added.nullable) out.append(" DEFAULT ").append(empty_literal(dialect, added.type));
  return out;
}

}  // namespace atlas::sql
