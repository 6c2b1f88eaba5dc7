#pragma once
// Records as lines of CSV or JSON. Pure.

#include <string>

#include "atlas/schema.hpp"

namespace atlas::exports {

/// The header of a schema's CSV, with its line break: a column a field, two for money (amount in major units,
/// then NAME_currency). What is never shown is left out.
std::string csv_header(const Schema& schema);

/// One record as CSV (RFC 4180). Lists and objects are JSON in their cell. A text that a spreadsheet would
/// run (it begins with = + - @ tab or CR) gets an apostrophe before it; numbers stay numbers.
std::string csv_line(const Schema& schema, const void* record);

/// One record as a line of JSON, as operations answer it.
std::string json_line(const Schema& schema, const void* record);

}  // namespace atlas::exports
