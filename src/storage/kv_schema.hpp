#pragma once
// Where KvBackend puts things: each table's rows, keys, tokens and postings in a stretch of keys of its own.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atlas/catalog.hpp"
#include "atlas/value.hpp"

namespace atlas::kv {

/// A stretch of a table: 0 is its rows, 1 and up its keys by the number each got when it was made (numbers
/// are not used again after a key is dropped), the last ones its full text.
using Section = std::uint16_t;
inline constexpr Section rows_section = 0;
inline constexpr Section tokens_section = 0xFFFD;    ///< Primary key → tokens.
inline constexpr Section postings_section = 0xFFFE;  ///< Word, primary key → nothing.

/// The catalog with the section of every key.
struct Schema {
  Catalog catalog = initial_catalog();
  std::vector<std::vector<Section>> sections = {{}};  ///< By table, by position in Table::keys.
  std::vector<Section> next_section = {1};

  /// Applies a migration; `each` is called after each step with the schema as the step leaves it.
  template <class Each>
  void migrate(const Migration& migration, Each each) {
    Catalog final_catalog = catalog;
    for (const MigrationStep& step : apply(final_catalog, migration)) {
      follow(step);
      each(step);
    }
    catalog = std::move(final_catalog);
  }

  /// Section of a key that drop_key removes, before follow() forgets it.
  Section dropped_section = 0;

 private:
  void follow(const MigrationStep& step);
};

/// Beginning of every key of one section: table, section, and in a tenant table the organisation.
std::string section_prefix(TableId table, Section section, const std::optional<Uuid>& organisation);

/// The primary key of `row` (or of just the primary columns), encoded.
void append_primary(std::string& out, const Table& table, RowView row);
/// The columns of one key of `row`, encoded, without the primary key that follows.
void append_columns(std::string& out, const TableKey& key, RowView row);
/// Is the row in the key at all?
inline bool in_key(const TableKey& key, RowView row) { return !row[key.columns[0]].is_null(); }
/// Does the unique key look at the row? Not with a null in it.
bool judged_unique(const TableKey& key, RowView row);

}  // namespace atlas::kv
