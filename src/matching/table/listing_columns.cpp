// Which columns tell what of a property, and whether the rows are advertisements at all.

#include <algorithm>
#include <array>
#include <map>

#include "atlas/text.hpp"
#include "forms.hpp"
#include "listing_columns.hpp"
#include "told.hpp"
#include "well_formed.hpp"

namespace atlas::matching {
namespace {

constexpr std::size_t looked_at = 1000;

// Words of headers, as `fold` leaves them; the first row that has one counts.
struct HeaderWord {
  std::string_view word, role;
};
constexpr auto header_words = std::to_array<HeaderWord>({{"bathrooms", "bathrooms"},
                                                         {"bathroom", "bathrooms"},
                                                         {"baths", "bathrooms"},
                                                         {"bath", "bathrooms"},
                                                         {"bain", "bathrooms"},
                                                         {"bains", "bathrooms"},
                                                         {"sdb", "bathrooms"},
                                                         {"nbsdb", "bathrooms"},
                                                         {"الحمامات", "bathrooms"},
                                                         {"حمامات", "bathrooms"},
                                                         {"bedrooms", "bedrooms"},
                                                         {"bedroom", "bedrooms"},
                                                         {"beds", "bedrooms"},
                                                         {"chambres", "bedrooms"},
                                                         {"chambre", "bedrooms"},
                                                         {"nbchambres", "bedrooms"},
                                                         {"nbbedrooms", "bedrooms"},
                                                         {"الغرف", "bedrooms"},
                                                         {"غرف", "bedrooms"},
                                                         {"النوم", "bedrooms"},
                                                         {"rooms", "rooms"},
                                                         {"pieces", "rooms"},
                                                         {"nbpieces", "rooms"},
                                                         {"nbrooms", "rooms"},
                                                         {"piece", "rooms"},
                                                         {"etage", "floor"},
                                                         {"floor", "floor"},
                                                         {"الطابق", "floor"},
                                                         {"طابق", "floor"},
                                                         {"surface", "surface_m2"},
                                                         {"superficie", "surface_m2"},
                                                         {"area", "surface_m2"},
                                                         {"sqm", "surface_m2"},
                                                         {"sqft", "surface_m2"},
                                                         {"m2", "surface_m2"},
                                                         {"size", "surface_m2"},
                                                         {"carrez", "surface_m2"},
                                                         {"habitable", "surface_m2"},
                                                         {"المساحه", "surface_m2"},
                                                         {"مساحه", "surface_m2"},
                                                         {"quartier", "zone"},
                                                         {"district", "zone"},
                                                         {"secteur", "zone"},
                                                         {"zone", "zone"},
                                                         {"neighbourhood", "zone"},
                                                         {"neighborhood", "zone"},
                                                         {"arrondissement", "zone"},
                                                         {"الحي", "zone"},
                                                         {"suburb", "zone"},
                                                         {"city", "city"},
                                                         {"ville", "city"},
                                                         {"commune", "city"},
                                                         {"town", "city"},
                                                         {"المدينه", "city"},
                                                         {"مدينه", "city"},
                                                         {"localite", "city"}});

// Of several columns for one role, one with these words is rather not meant.
constexpr auto rather_not = std::to_array<std::string_view>(
    {"terrain", "land",   "lot",      "plot",     "total",   "totale",  "terrasse", "balcon",
     "jardin",  "garden", "per",      "par",      "au",      "charges", "fees",     "honoraires",
     "old",     "ancien", "original", "depot",    "deposit", "syndic",  "taxe",     "nombre",
     "max",     "min",    "immeuble", "building", "etages",  "floors"});
constexpr auto never = std::to_array<std::string_view>({"etages", "floors", "per", "annee", "year"});

constexpr auto advertisers = std::to_array<std::string_view>(
    {"seller", "agent", "agence", "agency", "vendeur", "annonceur", "host", "owner", "proprietaire",
     "contact", "broker", "advertiser", "publisher", "posted", "البائع", "المعلن"});

// What the cells of a column look like.
struct Cells {
  double filled = 0, property = 0, measured = 0, currency = 0, numeric = 0, median = 0, least = 0, sale = 0;
  std::size_t distinct = 0;
};

Cells look_at_cells(const Table& table, std::size_t column, std::span<const std::uint32_t> sample) {
  constexpr auto currencies = std::to_array<std::string_view>(
      {"€", "eur", "euros", "dh", "dhs", "mad", "$", "usd", "£", "gbp", "درهم", "د.م."});
  constexpr auto transactions =
      std::to_array<std::string_view>({"vente", "vendre", "sale", "sell", "rent", "rental", "location",
                                       "louer", "achat", "للبيع", "للكراء", "بيع", "كراء", "ايجار"});
  Cells out;
  std::vector<double> numbers;
  std::map<std::string, int> seen;
  for (const std::uint32_t row : sample) {
    const std::string text = folded_cell(table.cell(row, column)).substr(0, 600);
    if (text.empty()) continue;
    ++out.filled;
    if (seen.size() < 200) ++seen[text];
    const std::vector<std::string> words = tokens_of(text);
    bool property = false, sale = false;
    for (const std::string& word : words) {
      property = property || is_property_word(word);
      sale = sale || among(transactions, word);
    }
    out.property += property ? 1 : 0;
    out.sale += sale ? 1 : 0;
    const bool digits = text.find_first_of("0123456789") != std::string::npos;
    if (text.size() > 40 || !digits) continue;
    const Told told = told_in(text);
    out.measured += !told.surfaces.empty() ? 1 : 0;
    for (const std::string_view currency : currencies)
      if (text.find(currency) != std::string::npos) {
        ++out.currency;
        break;
      }
    std::size_t letters = 0;
    for (const char c : text) letters += c >= 'a' && c <= 'z' ? 1 : 0;
    if (letters > 4 || words.size() > 4) continue;
    numbers.push_back(static_cast<double>(read_number(text).value_or(0)) / 1000);
  }
  out.distinct = seen.size();
  if (out.filled == 0) return out;
  out.numeric = static_cast<double>(numbers.size()) / out.filled;
  for (double* share : {&out.property, &out.measured, &out.currency, &out.sale}) *share /= out.filled;
  if (!numbers.empty()) {
    std::sort(numbers.begin(), numbers.end());
    out.median = numbers[numbers.size() / 2];
    out.least = numbers[numbers.size() / 20];
  }
  return out;
}

}  // namespace

std::vector<std::string> words_of_header(std::string_view header) {
  if (!is_utf8(header)) return {};
  std::string plain;
  for (std::size_t i = 0; i < header.size(); ++i) {
    const char c = header[i];
    if (c >= 'A' && c <= 'Z' && i > 0 && header[i - 1] >= 'a' && header[i - 1] <= 'z') plain.push_back(' ');
    plain.push_back(c == '_' || c == '-' || c == '.' ? ' ' : c);
  }
  return tokens_of(fold(plain));
}

std::string folded_cell(std::string_view cell) {
  cell = beginning_of(trim(cell), value_bytes);
  return is_utf8(cell) ? fold(cell) : std::string();
}

ListingColumns read_listing_columns(const Table& table, std::span<const Column> columns) {
  ListingColumns out;
  out.roles.resize(columns.size());
  const std::vector<std::uint32_t> sample = rows_by_content(table, looked_at);
  std::vector<Cells> cells(columns.size());
  std::vector<std::vector<std::string>> headers(columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c) {
    cells[c] = look_at_cells(table, c, sample);
    headers[c] = words_of_header(columns[c].name);
  }
  const auto usable = [&](std::size_t c) {
    return out.roles[c].empty() && columns[c].kind != FieldKind::ignored && cells[c].filled > 0;
  };
  // The column that serves best; later ones must serve better.
  const auto give = [&](std::string_view role, auto&& serves) {
    std::size_t best = columns.size();
    double most = 0;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (!usable(c)) continue;
      double worth = serves(c);
      if (worth <= 0) continue;
      for (const std::string& word : headers[c]) worth *= among(rather_not, word) ? 0.5 : 1;
      worth *= 0.5 + cells[c].filled / static_cast<double>(sample.size());
      if (worth > most) most = worth, best = c;
    }
    if (best < columns.size()) out.roles[best] = role;
    return best;
  };
  const auto by_header = [&](std::size_t c, std::string_view role) {
    for (const std::string& word : headers[c])
      if (among(never, word)) return 0.0;
    for (const HeaderWord& known : header_words)
      if (among(headers[c], known.word)) return known.role == role ? 1.0 : 0.0;
    return 0.0;
  };
  const auto numeric = [&](std::size_t c) {
    const FieldKind kind = columns[c].kind;
    return cells[c].numeric >= 0.4 &&
           (kind == FieldKind::number || kind == FieldKind::money || kind == FieldKind::identifier ||
            kind == FieldKind::category || kind == FieldKind::title || kind == FieldKind::text);
  };
  constexpr std::string_view sizes[] = {"surface_m2", "rooms", "bedrooms", "bathrooms"};
  give("price", [&](std::size_t c) {
    for (const std::string& word : headers[c])
      if (word == "m2" || word == "sqm" || among(never, word)) return 0.0;
    return columns[c].kind == FieldKind::money ? 1.0 : 0.0;
  });
  for (const std::string_view role : sizes)
    give(role, [&](std::size_t c) { return numeric(c) ? by_header(c, role) : 0.0; });
  // "Rez de chaussée" is a floor, too.
  give("floor", [&](std::size_t c) { return by_header(c, "floor"); });
  double words = 0;
  for (const Cells& look : cells) words = std::max(words, look.property);
  const auto has = [&](std::string_view role) { return among(out.roles, role); };
  give("surface_m2",
       [&](std::size_t c) { return !has("surface_m2") && numeric(c) ? cells[c].measured - 0.5 : 0.0; });
  // Cells alone: what most advertisements say of themselves.
  constexpr double surely_property = 0.5;
  if (words >= surely_property) {
    const auto by_cells = [&](std::size_t c) {
      return columns[c].why == "content" && numeric(c) && columns[c].kind != FieldKind::title;
    };
    if (!has("price"))
      give("price", [&](std::size_t c) {
        return by_cells(c) ? std::max(cells[c].currency, cells[c].median >= 10'000 ? 0.8 : 0.0) : 0.0;
      });
    if (!has("surface_m2"))
      give("surface_m2", [&](std::size_t c) {
        return by_cells(c) && cells[c].median >= 20 && cells[c].median <= 400 && cells[c].distinct >= 15
                   ? 1.0
                   : 0.0;
      });
    if (!has("rooms") && !has("bedrooms"))
      give("rooms", [&](std::size_t c) {
        return by_cells(c) && cells[c].median >= 1 && cells[c].median <= 8 && cells[c].distinct <= 20 ? 1.0
                                                                                                      : 0.0;
      });
  }
  const auto kind_of = [&](FieldKind kind) {
    return [&columns, kind](std::size_t c) { return columns[c].kind == kind ? 1.0 : 0.0; };
  };
  give("city",
       [&](std::size_t c) { return columns[c].kind == FieldKind::city ? by_header(c, "city") : 0.0; });
  give("zone", [&](std::size_t c) {
    return columns[c].kind == FieldKind::city || columns[c].kind == FieldKind::region ? by_header(c, "zone")
                                                                                      : 0.0;
  });
  if (!has("city")) give("city", kind_of(FieldKind::city));
  // Without headers a town is a name that comes again and again beside advertisements.
  if (!has("city") && words >= surely_property)
    give("city", [&](std::size_t c) {
      const bool name = columns[c].kind == FieldKind::title || columns[c].kind == FieldKind::category;
      return columns[c].why == "content" && name && cells[c].property < 0.1 && cells[c].numeric < 0.1 &&
                     cells[c].distinct >= 8 && static_cast<double>(cells[c].distinct) * 2 < cells[c].filled
                 ? 1.0
                 : 0.0;
    });
  if (!has("zone")) give("zone", kind_of(FieldKind::city));
  give("address_text", kind_of(FieldKind::street));
  give("lat", kind_of(FieldKind::latitude));
  give("lng", kind_of(FieldKind::longitude));
  give("contact_phone", kind_of(FieldKind::phone));
  give("photos", kind_of(FieldKind::photos));
  const auto is_category = [&](std::size_t c) {
    const FieldKind kind = columns[c].kind;
    return (kind == FieldKind::category || kind == FieldKind::city || kind == FieldKind::title) &&
           cells[c].distinct <= 60;
  };
  give("property_type_code",
       [&](std::size_t c) { return is_category(c) ? cells[c].property - cells[c].sale * 0.5 - 0.3 : 0.0; });
  give("transaction_type_code", [&](std::size_t c) { return is_category(c) ? cells[c].sale - 0.5 : 0.0; });
  give("title",
       [&](std::size_t c) { return columns[c].kind == FieldKind::title ? 1 + cells[c].property : 0.0; });
  give("description",
       [&](std::size_t c) { return columns[c].kind == FieldKind::text ? 1 + cells[c].property : 0.0; });
  if (!has("title")) give("title", kind_of(FieldKind::text));
  if (!has("description")) give("description", kind_of(FieldKind::title));
  const bool placed = has("city") || has("zone") || has("address_text") || has("lat") ||
                      std::any_of(columns.begin(), columns.end(),
                                  [](const Column& c) { return c.kind == FieldKind::postcode; });
  const bool sized = has("surface_m2") || has("rooms") || has("bedrooms");
  const bool written = has("title") || has("description");
  constexpr double some_property = 0.2;
  out.listings = placed &&
                 ((has("price") && sized) || (words >= surely_property && (has("price") || sized))) &&
                 (words >= some_property || (has("surface_m2") && has("price")));
  // People who look for a flat are people.
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const FieldKind kind = columns[c].kind;
    if (kind != FieldKind::given_name && kind != FieldKind::family_name && kind != FieldKind::full_name &&
        kind != FieldKind::date)
      continue;
    const bool of_advertiser = std::any_of(headers[c].begin(), headers[c].end(),
                                           [](const std::string& w) { return among(advertisers, w); });
    if (kind != FieldKind::date && !(of_advertiser && written)) out.listings = false;
  }
  return out;
}

}  // namespace atlas::matching
