// Files whose first line is a record already.

#include <algorithm>
#include <cctype>

#include "atlas/dedup.hpp"
#include "atlas/text.hpp"
#include "forms.hpp"
#include "header_words.hpp"

namespace atlas::matching {
namespace {

// A value, not the name of a column: an address of mail, a date, a number that counts no columns.
bool is_value(std::string_view cell) {
  constexpr std::size_t most_bytes = 200, most_letters = 3, least_digits = 4;
  cell = trim(cell).substr(0, most_bytes);
  if (!is_utf8(cell)) return false;
  const std::string text = fold(cell);
  if (is_email(text)) return true;
  const auto digits = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }));
  const auto letters = static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return c >= 'a' && c <= 'z'; }));
  if (digits == 0 || letters > most_letters) return false;
  if (digits >= least_digits) return true;
  return text.find('.') != std::string::npos && letters == 0;  // 12.5
}

// The name of a column that is known: few words and no figures but a number behind.
bool is_known_name(std::string_view cell) {
  constexpr std::size_t most_bytes = 40, most_words = 4;
  cell = trim(cell);
  if (cell.empty() || cell.size() > most_bytes || !is_utf8(cell) || is_value(cell)) return false;
  const std::vector<std::string> words = tokens_of(fold(cell));
  if (words.empty() || words.size() > most_words) return false;
  if (std::all_of(words[0].begin(), words[0].end(), [](char c) { return c >= '0' && c <= '9'; }))
    return false;
  return meaning_of_header(cell).has_value();
}

bool is_record(const Table& table) {
  std::size_t known = 0, values = 0, again = 0;
  for (std::size_t c = 0; c < table.columns(); ++c) {
    const std::string& cell = table.header()[c];
    const bool name = is_known_name(cell);
    known += name ? 1 : 0;
    values += is_value(cell) ? 1 : 0;
    // What stands in the column again is a value of it.
    constexpr std::size_t looked_at = 2000;
    for (std::size_t row = 0; !name && !trim(cell).empty() && row < std::min(table.rows(), looked_at); ++row)
      if (table.cell(row, c) == cell) {
        ++again;
        break;
      }
  }
  if (known >= 2 || (known == 1 && table.columns() <= 2)) return false;
  return values > 0 ? values >= known : again > known && again * 3 >= table.columns();
}

}  // namespace

Table with_header(Table table, std::optional<bool> has_header) {
  if (table.columns() == 0 || has_header.value_or(!is_record(table))) return table;
  std::vector<std::string> names;
  for (std::size_t c = 0; c < table.columns(); ++c) names.push_back("column_" + std::to_string(c + 1));
  Table out(std::move(names));
  out.add(table.header());
  std::vector<std::string> cells;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    cells.clear();
    for (std::size_t c = 0; c < table.columns(); ++c) cells.emplace_back(table.cell(row, c));
    out.add(cells);
  }
  return out;
}

}  // namespace atlas::matching
