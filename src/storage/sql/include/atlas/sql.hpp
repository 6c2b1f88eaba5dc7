#pragma once
// SQL text for the backends that speak it: names, table definitions, row statements, predicates, keyset
// scans. What differs between the engines is in a Dialect. Values never enter the text; they are parameters.
// All functions are pure and thread-safe.

#include <forward_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/catalog.hpp"
#include "atlas/query.hpp"

namespace atlas::sql {

/// How one engine spells what all can do. Constant data; outlives whatever is rendered with it.
struct Dialect {
  std::string_view parameter;      ///< Before the number, which begins at 1: "?" or "$".
  std::string_view tenant_column;  ///< The column that each tenant table has first.
  std::string_view tenant_type;
  std::string_view
      row_column;             ///< The number of the row that each table has before all else, or "" for none.
  std::string_view row_type;  ///< "INTEGER PRIMARY KEY".
  std::string_view integer_type, text_type, blob_type;  ///< With the collation by bytes.
  std::string_view empty_text, empty_blob;              ///< Literals for a new column of existing rows.
  std::string_view table_suffix;                        ///< After CREATE TABLE (…): " STRICT" or "".
  std::string_view contains;  ///< Function (text, part) that gives a position from 1.
  bool index_hints = false;   ///< INDEXED BY: the engine is held to the key that a query declares.
  bool row_locks = false;     ///< FOR UPDATE [SKIP LOCKED].
  /// Each sum as two columns, sum(x >> 32) and sum(x & 0xffffffff), for an engine that adds in 64 bits (see
  /// join_sum); else one column, cast to 64 bits, whose overflow the engine reports.
  bool split_sums = false;
};

/// A value to bind, in the order of the numbers. The tenant's is filled in by the backend.
struct Parameter {
  bool tenant = false;
  ColumnType type = ColumnType::integer;
  Value value;  ///< Borrowed from the query, or from Statement::owned.
};

/// A statement and what to bind. Lives no longer than the query it was rendered from.
struct Statement {
  std::string text;
  std::vector<Parameter> parameters;
  int limit = -1;  ///< Position in `parameters` of the LIMIT, which the backend may lower; -1 without one.
  std::forward_list<std::string> owned;
};

// Names. Identifiers come from a catalog and are quoted all the same.

/// "identifier", with its double quotes doubled.
std::string quoted(std::string_view identifier);
/// Name of the index of a key (not quoted), at most 63 bytes; `Query::primary_key` for the primary key's.
std::string index_name(const Table& table, int key);
/// "a", "b", … of all columns, each behind `prefix`.
std::string column_list(const Table& table, std::string_view prefix = {});

// Definitions. A table has an explicit unique index for its primary key (`index_name`), and its other keys
// each theirs: tenant column, the key's columns, then (unless unique) the primary key's that are missing. An
// index whose first column may be absent leaves those rows out.

/// CREATE TABLE alone, then one CREATE INDEX for each key, the primary first.
std::vector<std::string> create_table(const Dialect& dialect, const Table& table);
std::string create_index(const Dialect& dialect, const Table& table, int key);
std::string drop_index(const Table& table, const TableKey& key);
/// For the last column of `table`; one that may not be absent is 0 or empty in existing rows.
std::string add_column(const Dialect& dialect, const Table& table, unsigned column);

// Statements on one row. Parameters: the tenant (tenant tables only), then as said.

/// All columns of the row: the primary key's values.
std::string get_row(const Dialect& dialect, const Table& table, RowLock lock);
/// Every column's value in order.
std::string insert_row(const Dialect& dialect, const Table& table);
/// The primary key's values, then those of `columns`.
std::string update_row(const Dialect& dialect, const Table& table, std::span<const unsigned> columns);
/// The primary key's values.
std::string delete_row(const Dialect& dialect, const Table& table);

// Statements on many rows. A predicate is rendered two-valued: negations are carried down to the comparisons,
// which say there what an absent cell means. Errors: internal for a value of another type than its column's
// or a column that is not there.

/// The scan as one statement, or two to be run one after the other while rows are wanted: those whose first
/// order column is present, then those where it is absent (so that an index can serve both). Columns: all, in
/// order. A declared key that may lack rows of interest, their first column being absent, gives way to the
/// primary key.
std::vector<Statement> scan(const Dialect& dialect, const Catalog& catalog, const Query& query);

/// One row with the number of rows, counted up to `limit`.
Statement count(const Dialect& dialect, const Catalog& catalog, TableId table, const Predicate& where,
                std::int64_t limit, int key);

/// One row per group: the group's columns, the count, the sums (see Dialect::split_sums); by the group's
/// values, absent ones last.
Statement aggregate(const Dialect& dialect, const Catalog& catalog, TableId table, const Predicate& where,
                    std::span<const unsigned> group, std::span<const unsigned> sums);

/// The sum out of its two halves; throws invalid_argument (out_of_range) beyond 64 bits.
std::int64_t join_sum(std::int64_t high, std::int64_t low);

/// Appends a predicate to a statement, for what a backend writes by itself. `alias` is that of `table`'s row
/// in the text so far.
void append_where(const Dialect& dialect, const Catalog& catalog, const Table& table, std::string_view alias,
                  const Predicate& where, Statement& out);

/// Appends a parameter's text and value.
void append_parameter(const Dialect& dialect, Statement& out, ColumnType type, const Value& value);
/// Appends the tenant's parameter: the same number each time.
void append_tenant(const Dialect& dialect, Statement& out);

/// The least text above every text that begins with `prefix`, by bytes; valid UTF-8 if the prefix is. Empty
/// when there is none.
std::string after_prefix(std::string_view prefix);

}  // namespace atlas::sql
