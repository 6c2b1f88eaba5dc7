#pragma once
// How PostgreSQL spells the store: the dialect, what a tenant table has besides its columns, statements on
// one row.

#include <string>
#include <vector>

#include "atlas/catalog.hpp"
#include "atlas/sql.hpp"

namespace atlas::postgres {

const sql::Dialect& dialect() noexcept;

/// The table of a table's search tokens: one row for each word of each row. Postings and not a tsvector,
/// because the operators of tsvector are not leak-proof: behind a row-level policy the planner may not use
/// them on an index. Longer words are cut to `longest_word` bytes, where stored and where looked up.
std::string words_table(const Table& table);
std::string words_order_index(const Table& table);
inline constexpr std::size_t longest_word = 200;

/// Everything that makes the table: itself, its primary key and keys, policies, search tokens.
std::vector<std::string> create_table(const Table& table);
std::vector<std::string> create_words_table(const Table& table);
/// Row-level security for a table: forced, also on its owner. A tenant table shows the rows of the
/// organisation of the transaction and no others; a table of the directory is open to the role that made the
/// store.
std::vector<std::string> create_policy(std::string_view table_name, bool tenant);

/// The statements on one row of one table, and what an insert that met another row asks to learn which key.
struct RowStatements {
  std::string get[3];  ///< By RowLock.
  std::string insert;
  std::string erase;
  std::string index_text, forget_text;
  struct Unique {
    std::string key;  ///< "primary" or the key's name.
    std::string index;
    std::vector<unsigned> columns;
    std::string text;
  };
  std::vector<Unique> unique;

  explicit RowStatements(const Table& table);
};

}  // namespace atlas::postgres
