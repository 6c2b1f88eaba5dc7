#pragma once
// Rules of reference data: pure, no storage.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/reference.hpp"
#include "atlas/reference_codes.hpp"

namespace atlas::reference_data {

/// A–Z, 0–9 and _, 1 to 64 of them.
bool is_code_text(std::string_view code) noexcept;

/// Where one of reference_seeds() stands in its dictionary: 10, 20, 30 …
std::int64_t seed_order(const ReferenceSeed& seed) noexcept;

/// In the language of `locale` ("fr-MA"), else French, English, Arabic, else `code`.
std::string label_in(const Labels& labels, std::string_view locale, std::string_view code);

/// A code as the organisation has it. Either may be null, not both; an archived row counts as none.
Item merged(const ReferenceSeed* seed, const ReferenceCode* row, std::string_view locale);

/// Drops what is as the seed has it. False when nothing of a change is left.
bool keep_differences(const ReferenceSeed& seed, ReferenceCode& row);

/// By dictionary in the order of reference_dictionaries(), then sort_order, then code.
void sort_items(std::vector<Item>& items);

/// What is wrong with the row of an import, by paths below `path`; `now` is the code as it is, if it is.
void check_row(const Row& row, const Item* now, const std::string& path, std::vector<FieldError>& errors);

/// The row of an import laid over a code.
void apply_row(const Row& row, ReferenceCode& code);

/// As CSV: the columns of Import, then origin. Cells that a spreadsheet would run get an apostrophe.
std::string write_csv(const std::vector<Row>& rows);

/// A row of CSV, and the number of its record, the header being 1.
struct CsvRow {
  Row row;
  std::size_t record = 0;
};
/// Wrong cells are named "/csv/RECORD/COLUMN". Throws invalid_argument when it is no CSV at all.
std::vector<CsvRow> read_csv(std::string_view text, std::vector<FieldError>& errors);

}  // namespace atlas::reference_data
