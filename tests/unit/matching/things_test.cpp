// Things that are no people: advertisements in a portal's columns, lists without a header, clean lists that
// match one to one, and what must stay bounded.

#include <catch2/catch.hpp>

#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "atlas/dedup.hpp"
#include "told.hpp"

using namespace atlas::matching;

namespace {

using Rows = std::vector<std::vector<std::string>>;

Table table(const std::vector<std::string>& header, const Rows& rows) {
  Table out(header);
  for (const auto& row : rows) out.add(row);
  return out;
}

DedupResult search(const Table& first, const Table* second, const DedupOptions& options = {}) {
  return dedup(first, second, options);
}

std::set<std::pair<std::string, std::string>> same(const DedupResult& result) {
  std::set<std::pair<std::string, std::string>> out;
  for (const FoundPair& pair : result.pairs)
    if (pair.same) out.emplace(result.ids[pair.a], result.ids[pair.b]);
  return out;
}

const FoundPair* pair_of(const DedupResult& result, const std::string& a, const std::string& b) {
  for (const FoundPair& pair : result.pairs)
    if (result.ids[pair.a] == a && result.ids[pair.b] == b) return &pair;
  return nullptr;
}

std::string number(unsigned n) { return std::to_string(n); }

constexpr const char* towns[] = {"Rabat", "Kenitra", "Tanger", "Agadir", "Fes", "Meknes", "Oujda", "Settat"};
constexpr const char* quarters[] = {"Agdal", "Hassan", "Centre", "Plage", "Gare", "Souissi", "Medina"};
constexpr const char* words[] = {"lumineux", "traversant", "balcon", "cave", "terrasse", "garage", "jardin"};

/// A flat by its number: no two alike.
struct Flat {
  unsigned n;
  unsigned rooms() const { return 1 + n * 7 % 5; }
  unsigned surface() const { return 25 + rooms() * 18 + n * 13 % 17; }
  unsigned price() const { return surface() * (9000 + n * 37 % 41 * 150); }
  std::string town() const { return towns[n * 5 % 8]; }
  std::string quarter() const { return quarters[n * 11 % 7]; }
  std::string text() const {
    return std::string("Appartement ") + words[n % 7] + " et " + words[n * 3 % 7 == n % 7 ? 0 : n * 3 % 7];
  }
};

Rows ours(unsigned count) {
  Rows out;
  for (unsigned n = 0; n < count; ++n) {
    const Flat flat{n};
    out.push_back({"a" + number(n), flat.text(), number(flat.price()) + " DH", number(flat.surface()),
                   number(flat.rooms()), flat.town(), flat.quarter()});
  }
  return out;
}

}  // namespace

TEST_CASE("what the words of an advertisement tell of a property", "[listings]") {
  struct Row {
    const char* text;
    std::int64_t surface, rooms, bedrooms, floor;  // −1 = not said
  };
  for (const Row& row :
       {Row{"appartement t3 de 92 m2 au 3e etage", 92, 3, -1, 3},
        Row{"villa 5 pieces, 180m2, trois chambres", 180, 5, 3, -1},
        Row{"studio au rez de chaussee", -1, 1, -1, 0},
        Row{"2 bedroom flat, 75 sqm, 4th floor", 75, -1, 2, 4},
        Row{"شقه 120 متر الطابق الثاني", 120, -1, -1, 2},
        Row{"immeuble de 4 etages, terrain 99999999 m2", -1, -1, -1, -1}, Row{"", -1, -1, -1, -1}}) {
    CAPTURE(row.text);
    const Told told = told_in(row.text);
    CHECK((told.surfaces.empty() ? -1 : told.surfaces[0]) == row.surface);
    CHECK(told.rooms.value_or(-1) == row.rooms);
    CHECK(told.bedrooms.value_or(-1) == row.bedrooms);
    CHECK(told.floor.value_or(-1) == row.floor);
  }
  CHECK(without_measures("bel appartement t3 de 92 m2 avec balcon") == "bel appartement de avec balcon");
}

TEST_CASE("two portals' columns are read as advertisements, in three languages", "[listings]") {
  constexpr unsigned flats = 160, both = 60;
  const Table first = table({"id", "titre", "prix", "surface", "pièces", "ville", "quartier"}, ours(flats));
  struct Names {
    std::vector<std::string> header;
  };
  for (const Names& names : {Names{{"id", "title", "price", "size sqm", "rooms", "city", "neighbourhood"}},
                             Names{{"id", "العنوان", "السعر", "المساحة", "عدد pieces", "المدينة", "الحي"}}}) {
    Rows theirs;
    for (unsigned n = 0; n < both; ++n) {
      const Flat flat{n * 2};
      // The words are another portal's; the surface stands in the title only.
      theirs.push_back({"b" + number(n * 2),
                        "A vendre T" + number(flat.rooms()) + " " + number(flat.surface()) + " m2",
                        number(flat.price()), "", number(flat.rooms()), flat.town(), flat.quarter()});
    }
    const Table second = table(names.header, theirs);
    const DedupResult result = search(first, &second);
    CHECK(result.listings);
    CHECK(result.one_to_one);
    std::size_t right = 0;
    for (const auto& [a, b] : same(result)) right += a.substr(1) == b.substr(1) ? 1 : 0;
    CHECK(right >= both * 9 / 10);
    CHECK(same(result).size() <= right + 3);
    // The parts add up, and what is shown is what was given.
    const FoundPair& pair = result.pairs.at(0);
    const Score score = explain(result, first, &second, pair.a, pair.b);
    double sum = score.prior;
    for (const Contribution& part : score.contributions) sum += part.bits;
    CHECK(std::abs(sum - score.weight) < 1e-9);
    CHECK(std::abs(score.weight - pair.weight) < 1e-4);
    for (const Contribution& part : score.contributions)
      if (part.field == "prix") CHECK(part.value_a.ends_with(" DH"));
    DedupOptions as_any;
    as_any.listings = false;
    CHECK_FALSE(search(first, &second, as_any).listings);
  }
}

TEST_CASE("people who look for a flat, goods with a price and venues are no advertisements", "[listings]") {
  Rows leads, goods, venues;
  for (unsigned n = 0; n < 60; ++n) {
    const Flat flat{n};
    leads.push_back({"Karim" + number(n), "Alaoui" + number(n * 7), "k" + number(n) + "@example.ma",
                     number(flat.price()), number(flat.surface()), flat.town(), "cherche appartement"});
    goods.push_back({"Drill KX" + number(1000 + n * 13), "Brand" + number(n % 5), number(20 + n * 7) + " €",
                     number(n % 9)});
    venues.push_back({"Cafe " + flat.text(), number(n) + " rue de la Gare", flat.town(),
                      "0522" + number(100000 + n * 77)});
  }
  CHECK_FALSE(
      search(table({"prenom", "nom", "email", "budget", "surface", "ville", "message"}, leads), nullptr)
          .listings);
  CHECK_FALSE(search(table({"name", "brand", "price", "stock"}, goods), nullptr).listings);
  CHECK_FALSE(search(table({"name", "address", "city", "phone"}, venues), nullptr).listings);
}

TEST_CASE("a file without a header is known by its first row", "[dedup]") {
  struct Row {
    std::vector<std::string> first;
    bool header;
  };
  const Rows rows{{"Karim Alaoui", "karim@example.ma", "0661223344", "Rabat"},
                  {"Leila Tazi", "leila@example.ma", "0661998877", "Fes"}};
  for (const Row& row : {Row{{"nom", "email", "telephone", "ville"}, true}, Row{{"a", "b", "c", "d"}, true},
                         Row{{"col1", "col2", "col3", "col4"}, true}, Row{{"0", "1", "2", "3"}, true},
                         Row{{"الاسم", "البريد", "الهاتف", "المدينة"}, true},
                         Row{{"Omar Idrissi", "omar@example.ma", "0661000111", "Rabat"}, false},
                         Row{{"Omar Idrissi", "", "0661 00 01 11", "Rabat"}, false}}) {
    CAPTURE(row.first);
    const Table read = with_header(table(row.first, rows));
    CHECK(read.rows() == rows.size() + (row.header ? 0 : 1));
    CHECK(read.header()[0] == (row.header ? row.first[0] : "column_1"));
    CHECK(with_header(table(row.first, rows), true).rows() == rows.size());
    CHECK(with_header(table(row.first, rows), false).rows() == rows.size() + 1);
  }
}

TEST_CASE("in two clean lists nobody has two partners, and the better one leaves the other", "[dedup]") {
  Rows first, second;
  for (unsigned n = 0; n < 120; ++n) {
    const std::string make = "Maker" + number(n * 7 % 40), model = "QX" + number(2000 + n * 31);
    first.push_back({"a" + number(n), make + " " + model + " speaker " + (n % 3 == 0 ? "black" : "white"),
                     number(40 + n * 3)});
    if (n % 2 == 0)
      second.push_back({"b" + number(n), model + " wireless speaker by " + make, number(41 + n * 3)});
  }
  const std::vector<std::string> header{"id", "name", "price"};
  const Table a = table(header, first), b = table(header, second);
  const DedupResult result = search(a, &b);
  CHECK(result.one_to_one);
  std::set<std::string> left, right;
  std::size_t good = 0;
  for (const auto& [x, y] : same(result)) {
    CHECK(left.insert(x).second);
    CHECK(right.insert(y).second);
    good += x.substr(1) == y.substr(1) ? 1 : 0;
  }
  CHECK(good >= 54);
  CHECK(same(result).size() <= good + 2);
  // The same whatever the order of the rows and of the lists.
  const Table turned = table(header, Rows(first.rbegin(), first.rend()));
  CHECK(same(search(turned, &b)) == same(result));
  const DedupResult other = search(b, &a);
  std::set<std::pair<std::string, std::string>> swapped;
  for (const auto& [y, x] : same(other)) swapped.emplace(x, y);
  CHECK(swapped == same(result));
}

TEST_CASE("advertisements in another order are the same pairs", "[listings]") {
  Rows rows = ours(150);
  for (unsigned n = 0; n < 40; ++n) {
    std::vector<std::string> again = rows[n * 3];
    again[0] = "again" + number(n * 3);
    again[1] = "A vendre " + again[1];
    rows.push_back(again);
  }
  const std::vector<std::string> header{"id", "titre", "prix", "surface", "pièces", "ville", "quartier"};
  const DedupResult result = search(table(header, rows), nullptr);
  CHECK(result.listings);
  CHECK(pair_of(result, "a0", "again0") != nullptr);
  CHECK(same(result) == same(search(table(header, Rows(rows.rbegin(), rows.rend())), nullptr)));
}

TEST_CASE("hostile tables stay bounded", "[dedup]") {
  // One name of a megabyte among others.
  Rows rows;
  for (unsigned n = 0; n < 40; ++n) rows.push_back({"Maison " + number(n), number(n * 1000), "Rabat"});
  rows[7][0] = std::string(1u << 20, 'x');
  rows[8][0] = rows[7][0] + "y";
  const DedupResult large = search(table({"title", "price", "city"}, rows), nullptr);
  CHECK(large.ids.size() == 40);
  // Every plane of Unicode.
  rows.clear();
  for (unsigned plane = 0; plane <= 16; ++plane) {
    std::string text;
    for (unsigned i = 0; i < 64; ++i) {
      const unsigned c = plane * 0x10000 + 0x400 + i * 97;
      if (c >= 0xd800 && c <= 0xdfff) continue;
      if (c < 0x10000) {
        text += static_cast<char>(0xe0 | c >> 12);
      } else {
        text += static_cast<char>(0xf0 | c >> 18);
        text += static_cast<char>(0x80 | (c >> 12 & 0x3f));
      }
      text += static_cast<char>(0x80 | (c >> 6 & 0x3f));
      text += static_cast<char>(0x80 | (c & 0x3f));
    }
    rows.push_back({text, "1"});
    rows.push_back({text, "2"});
  }
  CHECK(search(table({"name", "code"}, rows), nullptr).ids.size() == 34);
  // Many with one telephone: candidates do not grow with the square.
  rows.clear();
  constexpr unsigned many = 10'000;
  for (unsigned n = 0; n < many; ++n) rows.push_back({"Shop" + number(n * 7919), "0522112233"});
  DedupOptions asked;
  asked.kinds = {{"name", FieldKind::title}, {"phone", FieldKind::phone}};
  const DedupResult shared = search(table({"name", "phone"}, rows), nullptr, asked);
  CHECK(shared.candidate_count < std::uint64_t{many} * 400);
}
