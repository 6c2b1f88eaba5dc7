#include "atlas/sql.hpp"

#include "atlas/error.hpp"

namespace atlas::sql {

namespace {

void append_conditions(const Dialect& dialect, const Table& table, unsigned& number, std::string& out) {
  out += " WHERE ";
  const auto condition = [&](std::string_view column) {
    if (number > 0) out += " AND ";
    out.append(quoted(column)).append(" = ").append(dialect.parameter).append(std::to_string(++number));
  };
  if (table.tenant) condition(dialect.tenant_column);
  for (unsigned i = 0; i < table.primary; ++i) condition(table.columns[i].name);
}

/// Names with a quote in them are rare: the others go over in one piece.
void append_quoted(std::string_view identifier, std::string& out) {
  out += '"';
  if (identifier.find('"') == std::string_view::npos) {
    out += identifier;
  } else {
    for (const char c : identifier) {
      if (c == '"') out += '"';
      out += c;
    }
  }
  out += '"';
}

}  // namespace

std::string quoted(std::string_view identifier) {
  std::string out;
  out.reserve(identifier.size() + 2);
  append_quoted(identifier, out);
  return out;
}

std::string column_list(const Table& table, std::string_view prefix) {
  std::string out;
  std::size_t size = 0;
  for (const Column& column : table.columns) size += column.name.size() + prefix.size() + 4;
  out.reserve(size);
  for (const Column& column : table.columns) {
    if (!out.empty()) out += ", ";
    out.append(prefix);
    append_quoted(column.name, out);
  }
  return out;
}

std::string get_row(const Dialect& dialect, const Table& table, RowLock lock) {
  std::string out = "SELECT " + column_list(table) + " FROM " + quoted(table.name);
  unsigned number = 0;
  append_conditions(dialect, table, number, out);
  if (dialect.row_locks && lock != RowLock::none) {
    out += lock == RowLock::update ? " FOR UPDATE" : " FOR UPDATE SKIP LOCKED";
  }
  return out;
}

std::string insert_row(const Dialect& dialect, const Table& table) {
  std::string out = "INSERT INTO " + quoted(table.name) + " (";
  if (table.tenant) out += quoted(dialect.tenant_column) + ", ";
  out += column_list(table) + ") VALUES (";
  const std::size_t count = table.columns.size() + (table.tenant ? 1 : 0);
  for (std::size_t i = 1; i <= count; ++i) {
    out.append(i > 1 ? ", " : "").append(dialect.parameter).append(std::to_string(i));
  }
  return out += ")";
}

std::string update_row(const Dialect& dialect, const Table& table, std::span<const unsigned> columns) {
  std::string out = "UPDATE " + quoted(table.name) + " SET ";
  unsigned number = table.primary + (table.tenant ? 1 : 0);
  bool first = true;
  for (const unsigned column : columns) {
    out.append(first ? "" : ", ").append(quoted(table.columns.at(column).name)).append(" = ");
    out.append(dialect.parameter).append(std::to_string(++number));
    first = false;
  }
  number = 0;
  append_conditions(dialect, table, number, out);
  return out;
}

std::string delete_row(const Dialect& dialect, const Table& table) {
  std::string out = "DELETE FROM " + quoted(table.name);
  unsigned number = 0;
  append_conditions(dialect, table, number, out);
  return out;
}

std::int64_t join_sum(std::int64_t high, std::int64_t low) {
  // high·2³² + low, where low is a sum of up to 2³¹ numbers below 2³² and therefore not negative.
  std::int64_t carried = 0;
  std::int64_t scaled = 0;
  if (__builtin_add_overflow(high, low >> 32, &carried) ||
      __builtin_mul_overflow(carried, std::int64_t{1} << 32, &scaled)) {
    throw Error(ErrorCode::invalid_argument, "A sum is beyond 64 bits.")
        .field("", field_code::out_of_range, "The sum does not fit.");
  }
  return scaled + (low & 0xffffffff);  // the low bits of `scaled` are zero: no overflow
}

}  // namespace atlas::sql
