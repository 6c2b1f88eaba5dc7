// Rows of advertisements read into the columns that the listings' model knows.

#include "listing_table.hpp"

#include <algorithm>
#include <array>

#include "atlas/text.hpp"
#include "forms.hpp"
#include "listing_columns.hpp"
#include "told.hpp"

namespace atlas::matching {
namespace {

// What portals write where nothing was said.
constexpr auto no_zone = std::to_array<std::string_view>(
    {"toute la ville", "autre", "autres", "autre secteur", "non precise", "non specifie", "n/a", "na",
     "other", "unknown", "-", "inconnu", "all", "اخري"});

std::int64_t number_in(std::string_view cell) { return read_number(folded_cell(cell)).value_or(0); }

std::string join(const std::vector<std::int64_t>& numbers) {
  std::string out;
  for (const std::int64_t n : numbers) {
    if (!out.empty()) out += value_separator;
    out += std::to_string(n);
  }
  return out;
}

constexpr std::size_t at_title = role_at("title"), at_description = role_at("description"),
                      at_price = role_at("price"), at_surface = role_at("surface_m2"),
                      at_rooms = role_at("rooms"), at_floor = role_at("floor"), at_city = role_at("city"),
                      at_zone = role_at("zone"), at_bedrooms = role_at("bedrooms"),
                      at_bathrooms = role_at("bathrooms");
constexpr double square_foot = 0.092903;

// Reads the rows of one table into the columns that have roles.
class Reader {
 public:
  Reader(const Table& table, std::span<const std::size_t> by_role) : table_(table), by_role_(by_role) {
    const std::size_t surface = by_role_[at_surface];
    if (surface != no_column) {
      const auto words = words_of_header(table.header()[surface]);
      feet_ = among(words, "sqft") || among(words, "feet") || among(words, "ft");
    }
  }

  void read(std::size_t row, std::vector<std::string>& out) const {
    std::array<std::string_view, listing_roles.size()> cells;
    for (std::size_t r = 0; r < listing_roles.size(); ++r)
      cells[r] = by_role_[r] == no_column ? std::string_view() : trim(table_.cell(row, by_role_[r]));
    const std::string title = folded_cell(cells[at_title]), text = folded_cell(cells[at_description]);
    const Told in_title = told_in(title), in_text = told_in(text);
    for (std::size_t r = 0; r < listing_roles.size(); ++r) out.emplace_back(cells[r]);
    // What stands in columns of their own is not told again by the words.
    std::vector<std::string> own;
    for (const std::size_t r : {at_city, at_zone})
      for (std::string& word : tokens_of(folded_cell(cells[r]))) own.push_back(std::move(word));
    out[at_title] = words_beside(title, own);
    out[at_description] = words_beside(text, own);
    out[at_price] = price(cells[at_price]);
    out[at_surface] = surface(cells[at_surface], in_title, in_text);
    const auto number = [&](std::size_t r, std::optional<std::int64_t> first,
                            std::optional<std::int64_t> second, bool zero) {
      const std::string cell = folded_cell(cells[r]);
      const auto read = read_number(cell);
      if (read && (*read > 0 || (zero && *read == 0))) return;
      out[r].clear();
      const Told in_cell = told_in(cell);
      if (zero && (in_cell.floor || cell.starts_with("rez"))) {
        out[r] = std::to_string(in_cell.floor.value_or(0));
        return;
      }
      if (!first) first = second;
      if (first) out[r] = std::to_string(*first);
    };
    number(at_rooms, in_title.rooms, in_text.rooms, false);
    number(at_floor, in_title.floor, in_text.floor, true);
    number(at_bedrooms, in_title.bedrooms, in_text.bedrooms, false);
    number(at_bathrooms, in_title.bathrooms, in_text.bathrooms, false);
    if (among(no_zone, folded_cell(cells[at_zone]))) out[at_zone].clear();
  }

 private:
  static std::string words_beside(const std::string& text, const std::vector<std::string>& own) {
    const std::string plain = without_measures(text);
    if (own.empty() || plain.empty()) return plain;
    std::string out;
    for (std::size_t i = 0; i < plain.size();) {
      const std::size_t end = std::min(plain.find(' ', i), plain.size());
      const std::string_view word = std::string_view(plain).substr(i, end - i);
      i = end + 1;
      if (among(own, word)) continue;
      if (!out.empty()) out += ' ';
      out += word;
    }
    return out;
  }

  // "1,2 MDH", "250k", "Prix à consulter"
  static std::string price(std::string_view cell) {
    const std::string text = folded_cell(cell);
    const auto number = read_number(text);
    constexpr std::int64_t one = 1000, thousand = 1000, million = 1'000'000, most = 1'000'000'000'000;
    // Nobody sells for a unit: the field had to be filled.
    if (!number || *number <= one) return {};
    std::string_view unit = std::string_view(text).substr(text.find_last_of("0123456789") + 1);
    while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
    std::int64_t factor = 1;
    if (unit == "k" || unit.starts_with("k€") || unit.starts_with("kdh") || unit.starts_with("ke"))
      factor = thousand;
    if (unit == "m" || unit.starts_with("m€") || unit.starts_with("mdh") || unit.starts_with("million"))
      factor = million;
    if (factor == 1 || *number > most) return std::string(cell);
    return std::to_string(*number / one * factor + *number % one * factor / one);
  }

  std::string surface(std::string_view cell, const Told& in_title, const Told& in_text) const {
    const std::int64_t given = number_in(cell);
    constexpr std::int64_t one = 1000;
    std::vector<std::int64_t> out;
    if (given >= one) {
      const double metres = static_cast<double>(given) / 1000 * (feet_ ? square_foot : 1);
      out.push_back(static_cast<std::int64_t>(metres + 0.5));
    } else if (!in_title.surfaces.empty()) {
      out = in_title.surfaces;
    } else {
      out = in_text.surfaces;
    }
    return join(out);
  }

  const Table& table_;
  std::span<const std::size_t> by_role_;
  bool feet_ = false;
};

std::vector<std::size_t> columns_by_role(std::span<const std::string_view> roles) {
  std::vector<std::size_t> out(listing_roles.size(), no_column);
  for (std::size_t c = 0; c < roles.size(); ++c)
    for (std::size_t r = 0; r < listing_roles.size(); ++r)
      if (roles[c] == listing_roles[r].name) out[r] = c;
  return out;
}

Table read_table(const Table& table, std::span<const std::size_t> by_role,
                 std::span<const std::size_t> others) {
  std::vector<std::string> header;
  for (const ListingRole& role : listing_roles) header.emplace_back(role.name);
  for (const std::size_t c : others) header.push_back(table.header()[c]);
  Table out(header);
  const Reader reader(table, by_role);
  std::vector<std::string> cells;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    cells.clear();
    reader.read(row, cells);
    for (const std::size_t c : others) cells.emplace_back(table.cell(row, c));
    out.add(cells);
  }
  return out;
}

// The columns without a role, for pairing those of two tables.
std::vector<Column> without_roles(std::span<const Column> columns, std::span<const std::string_view> roles) {
  std::vector<Column> out(columns.begin(), columns.end());
  for (std::size_t c = 0; c < out.size(); ++c) {
    const FieldKind kind = out[c].kind;
    const bool name = kind == FieldKind::given_name || kind == FieldKind::family_name ||
                      kind == FieldKind::full_name || kind == FieldKind::email || kind == FieldKind::date;
    if (!roles[c].empty() || name) out[c].kind = FieldKind::ignored;
  }
  return out;
}

bool has_any(const Table& table, std::size_t column) {
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (!table.cell(row, column).empty()) return true;
  return false;
}

}  // namespace

std::optional<ListingTables> as_listings(const Table& first, std::span<const Column> columns,
                                         const Table* second, std::span<const Column> columns2,
                                         std::optional<bool> asked) {
  if (asked && !*asked) return std::nullopt;
  const ListingColumns reading = read_listing_columns(first, columns);
  if (!reading.listings && !asked) return std::nullopt;
  ListingColumns reading2;
  if (second != nullptr) {
    reading2 = read_listing_columns(*second, columns2);
    if (!reading2.listings && !asked) return std::nullopt;
  }
  ListingTables out;
  const std::vector<std::size_t> by_role = columns_by_role(reading.roles);
  const std::vector<std::size_t> by_role2 = second != nullptr
                                                ? columns_by_role(reading2.roles)
                                                : std::vector<std::size_t>(listing_roles.size(), no_column);
  const std::vector<FieldColumns> others =
      pair_columns(first, without_roles(columns, reading.roles), second,
                   second != nullptr ? without_roles(columns2, reading2.roles) : std::vector<Column>());
  std::vector<std::size_t> more, more2;
  for (const FieldColumns& other : others) {
    more.push_back(other.first);
    if (second != nullptr) more2.push_back(other.second);
  }
  out.first = read_table(first, by_role, more);
  if (second != nullptr) out.second = read_table(*second, by_role2, more2);
  for (std::size_t r = 0; r < listing_roles.size(); ++r) {
    const bool in_first = has_any(out.first, r), in_second = second != nullptr && has_any(*out.second, r);
    if (second != nullptr ? !in_first || !in_second : !in_first) continue;
    std::string name =
        by_role[r] != no_column ? first.header()[by_role[r]] : std::string(listing_roles[r].name);
    out.fields.push_back({{std::move(name), listing_roles[r].kind}, r, second != nullptr ? r : no_column});
    out.roles.push_back(listing_roles[r].name);
    out.given_first.push_back(by_role[r]);
    out.given_second.push_back(by_role2[r]);
  }
  for (std::size_t i = 0; i < others.size(); ++i) {
    const std::size_t column = listing_roles.size() + i;
    out.fields.push_back({others[i].field, column, second != nullptr ? column : no_column});
    out.roles.push_back({});
    out.given_first.push_back(others[i].first);
    out.given_second.push_back(others[i].second);
  }
  return out;
}

}  // namespace atlas::matching
