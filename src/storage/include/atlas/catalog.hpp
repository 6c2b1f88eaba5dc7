#pragma once
// Tables as data: what a backend creates, and the frozen migrations that lead to it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atlas {

/// What a column holds: 64-bit integers, UTF-8 texts, bytes.
enum class ColumnType : std::uint8_t { integer, text, blob };

/// A column of a table.
struct Column {
  std::string name;
  ColumnType type = ColumnType::integer;
  bool nullable = false;
  friend bool operator==(const Column&, const Column&) = default;
};

/// A secondary key: columns by position, in order. The primary key's columns follow implicitly as the
/// tie-break. A row whose first key column is null is not in the key (partial index); a unique key ignores
/// rows with any null in it.
struct TableKey {
  std::string name;
  std::vector<unsigned> columns;
  bool unique = false;
  friend bool operator==(const TableKey&, const TableKey&) = default;
};

/// A table. A tenant table has one more column that is not listed here, the organisation: the backend fills
/// it from the transaction (WriteTransaction::enter) and puts it first in every key. A table that is no
/// tenant table belongs to the directory, which holds no personal data.
struct Table {
  std::string name;
  bool tenant = true;
  std::vector<Column> columns;
  unsigned primary = 1;  ///< The first `primary` columns are the primary key; never null.
  std::vector<TableKey> keys;
  bool full_text = false;  ///< Rows may carry search tokens (WriteTransaction::index_text).
  bool secure = false;     ///< Deleted content is overwritten (keys, personal data).
  friend bool operator==(const Table&, const Table&) = default;

  /// Position of a column; throws internal when there is none.
  unsigned column(std::string_view column_name) const;
  /// Position of a key; throws internal when there is none.
  unsigned key(std::string_view key_name) const;
};

/// A table's position in the catalog.
using TableId = std::uint16_t;

/// All tables of one schema version, in the order in which they were created.
struct Catalog {
  std::vector<Table> tables;
  TableId id(std::string_view name) const;  ///< Throws internal when there is none.
  const Table& operator[](TableId id) const { return tables[id]; }
  friend bool operator==(const Catalog&, const Catalog&) = default;
};

/// One step between two schema versions.
struct MigrationStep {
  enum class Kind : std::uint8_t { create_table, add_column, add_key, drop_key, set_full_text };
  Kind kind = Kind::create_table;
  TableId table = 0;      ///< In the catalog after the step.
  unsigned position = 0;  ///< add_column: of the column; add_key: of the key.
  TableKey dropped;       ///< drop_key: what it was.
  Table after;            ///< The table as this step leaves it; later steps may change it further.
};

/// A numbered, frozen change. Its text never changes once released:
///
///     table NAME [directory] [secure] [full_text]
///       NAME integer|text|blob [null]
///       primary NAME [NAME …]            (must be the first columns, in order)
///       key NAME COLUMN [COLUMN …]
///       unique NAME COLUMN [COLUMN …]
///     add column TABLE NAME TYPE [null]  (not null: existing rows get 0 or empty)
///     add key|unique TABLE NAME COLUMN [COLUMN …]
///     drop key TABLE NAME
///     add full_text TABLE
///
/// Lines of a table's body are indented, others are not. Lines that begin with # are comments. Names:
/// lower-case letters, digits and `_`, a letter first, at most 40.
struct Migration {
  int number;  ///< 1, 2, 3 … without a gap.
  std::string_view name;
  std::string_view text;
};

/// The catalog before any migration: the table store_meta alone (see store.hpp), as TableId 0.
Catalog initial_catalog();

/// Applies one migration to `catalog` and lists its steps. Throws internal on a text that does not parse or
/// fit.
std::vector<MigrationStep> apply(Catalog& catalog, const Migration& migration);

/// The catalog after all of `migrations`, beginning with initial_catalog(). Throws internal when their
/// numbers are not 1, 2, 3 …
Catalog catalog_of(std::span<const Migration> migrations);

}  // namespace atlas
