// Which kind each column is, from its header and its cells.

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_set>

#include "atlas/dedup.hpp"
#include "atlas/error.hpp"
#include "atlas/text.hpp"
#include "forms.hpp"
#include "header_words.hpp"
#include "similarity.hpp"
#include "well_formed.hpp"

namespace atlas::matching {
namespace {

// Cells looked at closely, of the rows whose hashes are the smallest: the same whatever their order.
constexpr std::size_t looked_at = 2000;

struct Look {
  std::size_t filled = 0, distinct = 0;  // of all rows
  double email = 0, phone = 0, date = 0, number = 0, alpha = 0, address = 0, given = 0, filler = 0;
  double web = 0, path = 0, road = 0;
  double words = 0, length = 0, single = 0;
};

bool looks_like_phone(std::string_view s) {
  std::size_t digits = 0, other = 0, marks = 0;
  for (const char c : s) {
    if (c >= '0' && c <= '9')
      ++digits;
    else if (c == ' ' || c == '.' || c == '-' || c == '(' || c == ')' || c == '+' || c == '/')
      ++marks;
    else
      ++other;
  }
  return digits >= 8 && digits <= 15 && other <= 4 && (marks > 0 || s[0] == '0' || s[0] == '+');
}

bool looks_like_number(std::string_view s) {
  std::size_t digits = 0, letters = 0;
  for (const char c : s) {
    if (c >= '0' && c <= '9') ++digits;
    if ((c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80) ++letters;
  }
  return digits > 0 && letters <= 3 && s.size() <= 24;
}

// https://www.example.com/flat-12, example.fr
bool looks_like_web(std::string_view s) {
  if (s.starts_with("http") || s.starts_with("www.")) return true;
  const std::size_t dot = s.rfind('.', s.find('/'));
  return dot != std::string_view::npos && dot > 1 && dot + 2 < s.size() &&
         s.find(' ') == std::string_view::npos && s.find('@') == std::string_view::npos &&
         std::all_of(s.begin() + static_cast<std::ptrdiff_t>(dot) + 1,
                     s.begin() + static_cast<std::ptrdiff_t>(std::min(s.size(), s.find('/'))),
                     [](char c) { return c >= 'a' && c <= 'z'; });
}

bool has_path(std::string_view s) {
  const std::size_t from = s.find("://");
  const std::size_t slash = s.find('/', from == std::string_view::npos ? 0 : from + 3);
  return slash != std::string_view::npos && slash + 1 < s.size();
}

bool is_road(std::string_view word) {
  constexpr std::string_view roads[] = {
      "avenue", "boulevard", "rue",      "street",      "road",    "drive",    "lane",
      "court",  "place",     "square",   "highway",     "parkway", "crescent", "circuit",
      "circle", "residence", "immeuble", "chemin",      "allee",   "impasse",  "route",
      "quai",   "quartier",  "faubourg", "lotissement", "way",     "hay",      "derb",
      "calle",  "strasse",   "via",      "cours",       "close",   "grove"};
  return std::find(std::begin(roads), std::end(roads), street_word(word)) != std::end(roads);
}

Look look_at(const Table& table, std::size_t column, std::span<const std::uint32_t> sample) {
  Look look;
  std::unordered_set<std::uint64_t> seen;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string_view cell = trim(table.cell(row, column));
    if (cell.empty()) continue;
    ++look.filled;
    if (seen.size() < 2'000'000) seen.insert(hash_of(cell));
  }
  look.distinct = seen.size();
  double n = 0;
  for (const std::uint32_t row : sample) {
    std::string_view cell = beginning_of(trim(table.cell(row, column)), 1000);
    if (cell.empty() || !is_utf8(cell)) continue;
    const std::string text = fold(cell);
    if (text.empty()) continue;
    ++n;
    const std::vector<std::string> words = tokens_of(romanised(text));
    look.words += static_cast<double>(words.size());
    look.length += static_cast<double>(text.size());
    const bool at = text.find('@') != std::string::npos;
    look.email += at ? 1 : 0;
    const bool web = looks_like_web(text);
    look.web += web ? 1 : 0;
    look.path += web && has_path(text) ? 1 : 0;
    look.road +=
        std::any_of(words.begin(), words.end(), [](const std::string& w) { return is_road(w); }) ? 1 : 0;
    look.phone += looks_like_phone(text) ? 1 : 0;
    const std::optional<std::int64_t> date = read_date(text);
    look.date += date && *date % 10000 != 0 && text.size() <= 32 && !looks_like_phone(text) ? 1
                 : date && *date % 10000 != 0 && text.size() == 10                          ? 1
                                                                                            : 0;
    look.number += looks_like_number(text) ? 1 : 0;
    const bool digits = std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
    look.alpha += digits ? 0 : 1;
    look.address += digits && words.size() >= 2 && words.size() <= 12 ? 1 : 0;
    look.single += words.size() == 1 ? 1 : 0;
    look.given +=
        std::any_of(words.begin(), words.end(), [](const std::string& w) { return is_common_given_name(w); })
            ? 1
            : 0;
    look.filler +=
        std::any_of(words.begin(), words.end(),
                    [](const std::string& w) { return w.size() > 2 && is_filler(w) && !is_particle(w); })
            ? 1
            : 0;
  }
  if (n > 0)
    for (double* share :
         {&look.email, &look.phone, &look.date, &look.number, &look.alpha, &look.address, &look.given,
          &look.filler, &look.words, &look.length, &look.single, &look.web, &look.path, &look.road})
      *share /= n;
  return look;
}

FieldKind by_content(const Look& look, std::size_t rows) {
  if (look.email >= 0.6) return FieldKind::email;
  // Addresses of pages name a page, not what it is about; those of sites name who has it.
  if (look.web >= 0.6) return look.path >= 0.5 ? FieldKind::ignored : FieldKind::identifier;
  if (look.date >= 0.8) return FieldKind::date;
  if (look.phone >= 0.7) return FieldKind::phone;
  const bool few = look.distinct <= std::max<std::size_t>(30, rows / 100);
  if (look.number >= 0.9) {
    if (few && look.length <= 3) return FieldKind::number;
    return look.length >= 6 && look.distinct * 2 >= look.filled ? FieldKind::identifier : FieldKind::number;
  }
  if (few && look.words <= 4) return FieldKind::category;
  if (look.words >= 10) return FieldKind::text;
  if (look.address >= 0.6 && look.words < 2.5) return FieldKind::identifier;
  if (look.address >= 0.5 && look.road >= 0.3) return FieldKind::street;
  if (look.given >= 0.3 && look.words >= 1.6) return FieldKind::full_name;
  if (look.single >= 0.8) return look.alpha >= 0.8 ? FieldKind::city : FieldKind::identifier;
  return FieldKind::title;
}

// Does what the header says fit what the cells hold?
bool fits(FieldKind kind, const Look& look) {
  switch (kind) {
    case FieldKind::email:
      return look.email >= 0.4;
    case FieldKind::phone:
      return look.alpha <= 0.6;
    case FieldKind::date:
      return look.date >= 0.4 || (look.number >= 0.6 && look.length >= 4);
    case FieldKind::money:
    case FieldKind::number:
    case FieldKind::latitude:
    case FieldKind::longitude:
      return look.alpha <= 0.7;
    case FieldKind::house_number:
      return look.number >= 0.4;
    case FieldKind::given_name:
    case FieldKind::family_name:
      return look.email < 0.3 && look.words <= 5 && look.number < 0.7;
    case FieldKind::category:
      return look.words <= 6;
    default:
      return true;
  }
}

// Do the cells of `whole` hold what those of `part` say, oftener than by chance or slip?
bool repeats(const Table& table, std::span<const std::uint32_t> sample, std::size_t part, std::size_t whole) {
  std::size_t both = 0, held = 0;
  for (const std::uint32_t row : sample) {
    const std::vector<std::string> words = tokens_of(fold(table.cell(row, part)));
    const std::vector<std::string> all = tokens_of(fold(table.cell(row, whole)));
    if (words.empty() || all.empty()) continue;
    ++both;
    held += std::find(all.begin(), all.end(), words.front()) != all.end() ? 1 : 0;
  }
  return held * 4 >= both;
}

}  // namespace

std::uint64_t content_hash(const Table& table, std::size_t row) {
  std::uint64_t h = 0;
  for (std::size_t c = 0; c < table.columns(); ++c) h = mix(h ^ hash_of(table.cell(row, c), c));
  return h;
}

std::vector<std::uint32_t> rows_by_content(const Table& table, std::size_t most) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> rows;
  rows.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row)
    rows.emplace_back(content_hash(table, row), static_cast<std::uint32_t>(row));
  if (rows.size() > most) {
    std::nth_element(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(most), rows.end());
    rows.resize(most);
  }
  std::sort(rows.begin(), rows.end());
  std::vector<std::uint32_t> out;
  for (const auto& row : rows) out.push_back(row.second);
  return out;
}

std::vector<Column> guess_columns(const Table& table) {
  const std::vector<std::uint32_t> sample = rows_by_content(table, looked_at);
  std::vector<Column> columns(table.columns());
  std::vector<Look> looks(table.columns());
  std::vector<bool> vague(table.columns());
  for (std::size_t c = 0; c < table.columns(); ++c) {
    Column& column = columns[c];
    column.name = table.header()[c];
    const Look& look = looks[c] = look_at(table, c, sample);
    const auto header = meaning_of_header(column.name);
    if (look.filled == 0) {
      column.why = "empty";
    } else if (header && header->meta) {
      column.why = "id";
    } else if (look.distinct <= 1 && table.rows() > 20) {
      column.why = "constant";
    } else if (header && !header->vague && fits(header->kind, look)) {
      column.kind = header->kind;
      column.why = "header";
    } else {
      vague[c] = header.has_value() && header->vague;
      column.kind = vague[c] ? header->kind : by_content(look, table.rows());
      column.why = "content";
      const bool unique = look.distinct == look.filled && look.filled == table.rows() && table.rows() > 20;
      if (!vague[c] && unique && (column.kind == FieldKind::number || column.kind == FieldKind::identifier)) {
        column.kind = FieldKind::ignored;
        column.why = "unique";
      }
    }
  }
  const auto has = [&](FieldKind kind) {
    return std::any_of(columns.begin(), columns.end(), [&](const Column& c) { return c.kind == kind; });
  };
  bool given = false;
  for (std::size_t c = 0; c < columns.size(); ++c)
    given = given || (columns[c].kind == FieldKind::given_name && !vague[c]);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    Column& column = columns[c];
    const Look& look = looks[c];
    if (!vague[c]) continue;
    const FieldKind said = column.kind;
    if (said == FieldKind::date) {
      column.kind = look.date >= 0.5 ? FieldKind::date : by_content(look, table.rows());
    } else if (said == FieldKind::family_name && given) {
      // "nom" beside "prénom"
    } else if (said == FieldKind::given_name && has(FieldKind::family_name)) {
      // "nombre" beside "apellidos"
    } else if (said == FieldKind::identifier) {
      // "url", "numero", "site"
      column.kind = by_content(look, table.rows());
      const bool numbers = column.kind == FieldKind::number;
      if (numbers) column.kind = FieldKind::identifier;
      if (column.kind == FieldKind::ignored) column.why = "id";
    } else if (said == FieldKind::number) {
      column.kind = look.number >= 0.5 ? FieldKind::number : FieldKind::city;
    } else if (said == FieldKind::city) {
      column.kind = look.number >= 0.6 ? by_content(look, table.rows()) : FieldKind::city;
    } else if (look.number >= 0.8) {
      // The "label" or "name" of a row that is a number names no thing.
      column.kind = FieldKind::ignored;
      column.why = "id";
    } else {
      // A name: of a person, or of something else?
      const bool person =
          has(FieldKind::date) || look.given >= 0.2 || (has(FieldKind::email) && look.given >= 0.08);
      const bool thing = look.filler >= 0.15 || look.words >= 4 || look.alpha < 0.8;
      column.kind = person && !thing ? FieldKind::full_name : FieldKind::title;
    }
  }
  // Five digits beside a town or a street are the postcode's.
  if (!has(FieldKind::postcode) && (has(FieldKind::city) || has(FieldKind::street)))
    for (std::size_t c = 0; c < columns.size(); ++c)
      if (columns[c].kind == FieldKind::number && columns[c].why == "content" && !vague[c] &&
          std::abs(looks[c].length - 5) < 0.1 && looks[c].distinct > 20) {
        columns[c].kind = FieldKind::postcode;
        break;
      }
  // "Nom client" beside "prénom client", "name" beside "surname": the other half, unless it repeats the
  // first.
  const auto complete = [&](FieldKind half, FieldKind other) {
    std::size_t first = columns.size(), whole = columns.size();
    for (std::size_t c = columns.size(); c-- > 0;) {
      if (columns[c].kind == other) return;
      if (columns[c].kind == half) first = c;
      if (columns[c].kind == FieldKind::full_name || (vague[c] && columns[c].kind == FieldKind::title))
        whole = c;
    }
    if (first < columns.size() && whole < columns.size() && !repeats(table, sample, first, whole))
      columns[whole].kind = other;
  };
  complete(FieldKind::given_name, FieldKind::family_name);
  complete(FieldKind::family_name, FieldKind::given_name);
  // Beside people's names words are what somebody wrote, not what a thing is called.
  const bool people = given || has(FieldKind::full_name) || has(FieldKind::family_name);
  for (std::size_t c = 0; people && c < columns.size(); ++c)
    if (columns[c].kind == FieldKind::title && columns[c].why == "content" && !vague[c] &&
        looks[c].words >= 3)
      columns[c].kind = FieldKind::text;
  // A whole name that only repeats its parts would count twice.
  std::size_t parts_given = columns.size(), parts_family = columns.size();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].kind == FieldKind::given_name && parts_given == columns.size()) parts_given = c;
    if (columns[c].kind == FieldKind::family_name && parts_family == columns.size()) parts_family = c;
  }
  const bool whole_only = looks.empty() || parts_given == columns.size() || parts_family == columns.size();
  bool whole_taken = false;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].kind != FieldKind::full_name) continue;
    if ((!whole_only && looks[parts_family].filled * 2 >= looks[c].filled) || whole_taken) {
      columns[c].kind = FieldKind::ignored;
      columns[c].why = "copy";
    } else {
      whole_taken = true;
    }
  }
  return columns;
}

}  // namespace atlas::matching
