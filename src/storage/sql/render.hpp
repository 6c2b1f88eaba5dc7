#pragma once
// Pieces that predicates and scans share.

#include "atlas/sql.hpp"

namespace atlas::sql {

/// Throws internal when there is no such column.
const Column& column_of(const Table& table, unsigned column);

/// alias."name"
std::string reference(const Table& table, std::string_view alias, unsigned column);

/// Appends a parameter for a value of `column`; throws internal when it is of another type or absent.
void append_value(const Dialect& dialect, const Table& table, unsigned column, const Value& value,
                  Statement& out);

}  // namespace atlas::sql
