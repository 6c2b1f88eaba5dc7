#pragma once
// The statements on one row of each table, made once per store, and the names that only this backend knows.

#include <string>
#include <utility>
#include <vector>

#include "atlas/sql.hpp"
#include "atlas/store.hpp"

namespace atlas {

/// Every table: "_rid" (the row's number, which its search tokens go by), then "_org" (the organisation's
/// number in the table "_tenant") unless it belongs to the directory. No name of a catalog begins with an
/// underscore.
extern const sql::Dialect sqlite_dialect;

inline constexpr int sqlite_application_id = 0x61746c73;  // "atls"

/// Places in a connection's cache: a few statements of all, then some per table.
enum class CommonSlot : std::size_t {
  begin_read,
  begin_write,
  version,
  commit,
  savepoint,
  release,
  undo,
  count
};
enum class TableSlot : std::size_t { get, insert, erase, remove, find_row, text_put, text_drop, count };

constexpr std::size_t slot_of(CommonSlot slot) { return static_cast<std::size_t>(slot); }
constexpr std::size_t slot_of(TableId table, TableSlot slot) {
  return static_cast<std::size_t>(CommonSlot::count) + table * static_cast<std::size_t>(TableSlot::count) +
         static_cast<std::size_t>(slot);
}

/// At the end of an index's statistics: SQLite never passes over the organisation to use later columns.
inline constexpr const char* no_skip_scan = " noskipscan";

struct TablePlan {
  std::string get, insert;
  std::string erase;     ///< With full text it answers the row's number.
  std::string find_row;  ///< The number of the row with a primary key.
  std::string text_put, text_drop;
  /// What SQLite calls the columns of each unique key, and the key's name.
  std::vector<std::pair<std::string, std::string>> unique;
};

std::vector<TablePlan> plans_of(const Catalog& catalog);

/// Name of the full-text index of a table (not quoted).
std::string text_table(const Table& table);
std::string create_text_table(const Table& table);

/// conflict (unique), with the key that `message`, SQLite's text, is about.
Error unique_conflict(const TablePlan& plan, std::string_view message);

}  // namespace atlas
