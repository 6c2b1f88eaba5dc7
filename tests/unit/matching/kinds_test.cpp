// Tables of other kinds than the usual: registers, catalogues, advertisements, two files with other headers.
// What is found must follow from what the records are, not from what nearly all of them share.

#include <catch2/catch.hpp>

#include <array>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "atlas/dedup.hpp"
#include "comparators.hpp"

using namespace atlas::matching;

namespace {

using Cells = std::vector<std::string>;
using Pairs = std::set<std::pair<std::string, std::string>>;

struct Dice {
  std::uint64_t state;
  std::uint64_t next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
  }
  std::size_t below(std::size_t n) { return next() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::string word(int syllables) {
    constexpr const char* parts[] = {"bra", "ton", "wick", "den", "mar", "lor", "ham", "sel",
                                     "kin", "vor", "gar",  "bel", "fin", "hol", "cas", "dun"};
    std::string out;
    for (int i = 0; i < syllables; ++i) out += parts[below(16)];
    return out;
  }
  std::string digits(std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += static_cast<char>('0' + below(10));
    return out;
  }
};

struct Set {
  Cells header;
  std::vector<Cells> rows;
  Pairs truth;
};

Table table_of(const Cells& header, const std::vector<Cells>& rows) {
  Table table(header);
  for (const Cells& row : rows) table.add(row);
  return table;
}

struct Found {
  double precision = 1, recall = 1;
  std::size_t pairs = 0;
};

Found found(const DedupResult& result, const Pairs& truth) {
  std::size_t pairs = 0, right = 0;
  for (const FoundPair& pair : result.pairs) {
    if (!pair.same) continue;
    ++pairs;
    right += truth.contains({result.ids[pair.a], result.ids[pair.b]}) ? 1 : 0;
  }
  Found out;
  out.pairs = pairs;
  if (pairs > 0) out.precision = double(right) / double(pairs);
  if (!truth.empty()) out.recall = double(right) / double(truth.size());
  return out;
}

FieldKind kind_of(const std::vector<Column>& columns, std::string_view name) {
  for (const Column& column : columns)
    if (column.name == name) return column.kind;
  return FieldKind::ignored;
}

// Names of companies: half a word of their own, half what hundreds are called.
Set companies(std::size_t n, std::uint64_t seed) {
  Dice dice{seed};
  constexpr const char* trades[] = {"et Associes", "Transports",   "Conseil",  "Construction",
                                    "et Fils",     "Distribution", "Services", "Immobilier"};
  constexpr const char* forms[] = {"SARL", "SAS", "SA", ""};
  Set out{{"id", "Raison sociale", "Ville", "Pays", "Site web"}, {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    const std::string own = dice.word(4), name = own + " " + trades[dice.below(8)];
    const std::string town = dice.word(2), site = "www." + own + dice.word(1) + ".fr";
    const auto row = [&](std::string id) {
      return Cells{std::move(id), name + " " + forms[dice.below(4)], dice.one_in(3) ? "" : town, "France",
                   dice.one_in(2) ? "" : site};
    };
    const std::string a = "a" + std::to_string(10'000 + i), b = "b" + std::to_string(10'000 + i);
    out.rows.push_back(row(a));
    if (i % 5 != 0) continue;
    out.rows.push_back(row(b));
    out.truth.emplace(a, b);
  }
  return out;
}

// A catalogue: makes and kinds are few, what tells things apart is a number inside the title.
Set catalogue(std::size_t n, std::uint64_t seed) {
  Dice dice{seed};
  constexpr const char* makes[] = {"Sonex", "Panaflex", "Kyotra", "Veltron", "Domari", "Britex"};
  constexpr const char* kinds[] = {"Cordless Phone", "Digital Camera", "Laser Printer", "Car Speakers"};
  constexpr const char* sizes[] = {"DECT 6.0", "10 Megapixel", "22 ppm", "200 Watts"};
  Set out{{"id", "libellé", "prix"}, {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t kind = dice.below(4);
    const std::string make = makes[dice.below(6)], number = dice.word(1).substr(0, 2) + dice.digits(4);
    const std::size_t price = 20 + dice.below(900);
    const std::string a = "a" + std::to_string(10'000 + i), b = "b" + std::to_string(10'000 + i);
    out.rows.push_back({a, make + " " + kinds[kind] + " " + number, std::to_string(price) + " EUR"});
    if (i % 4 != 0) continue;
    out.rows.push_back({b, number + " - " + make + " " + sizes[kind] + " " + kinds[kind],
                        std::to_string(price + dice.below(20)) + " EUR"});
    out.truth.emplace(a, b);
  }
  return out;
}

// Flats by templates: the words of all advertisements are alike, and sizes are few.
Set flats(std::size_t n, std::uint64_t seed) {
  Dice dice{seed};
  constexpr const char* good[] = {"lumineux", "calme",      "balcon",   "parking", "cave",    "ascenseur",
                                  "terrasse", "traversant", "digicode", "gardien", "parquet", "box"};
  Set out{{"id", "titre", "description", "prix", "surface", "pièces", "ville"}, {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t rooms = 1 + dice.below(5), surface = rooms * 18 + dice.below(15);
    const std::size_t price = surface * (2'000 + dice.below(6'000)) / 1000 * 1000;
    const std::string town = "Ville" + std::to_string(dice.below(60));
    std::set<std::string> has;
    while (has.size() < 5) has.insert(good[dice.below(12)]);
    const auto row = [&](std::string id, bool again) {
      std::string text = again ? "En vente, bel appartement de " : "Exclusivité : appartement de ";
      text += std::to_string(surface) + " m² ";
      for (const std::string& word : has)
        if (!dice.one_in(4)) text += word + ", ";
      const std::string title = again ? "À vendre " + std::to_string(rooms) + "P " + *has.begin()
                                      : "Appartement " + std::to_string(surface) + " m²";
      const std::size_t asked = again && dice.one_in(3) ? price * 97 / 100 : price;
      return Cells{std::move(id),         title, text, std::to_string(asked) + " €", std::to_string(surface),
                   std::to_string(rooms), town};
    };
    const std::string a = "a" + std::to_string(10'000 + i), b = "b" + std::to_string(10'000 + i);
    out.rows.push_back(row(a, false));
    if (i % 4 != 0) continue;
    out.rows.push_back(row(b, true));
    out.truth.emplace(a, b);
  }
  return out;
}

}  // namespace

TEST_CASE("companies of one trade are not one company") {
  const Set set = companies(1'500, 21);
  const DedupResult result = dedup(table_of(set.header, set.rows), nullptr, {});
  CHECK(kind_of(result.columns, "Raison sociale") == FieldKind::title);
  CHECK(kind_of(result.columns, "Site web") == FieldKind::identifier);
  const Found f = found(result, set.truth);
  UNSCOPED_INFO("precision " << f.precision << ", recall " << f.recall);
  CHECK(f.precision >= 0.97);
  CHECK(f.recall >= 0.95);
}

TEST_CASE("things of one make and kind are told apart by their numbers") {
  const Set set = catalogue(1'200, 22);
  const DedupResult result = dedup(table_of(set.header, set.rows), nullptr, {});
  CHECK(kind_of(result.columns, "libellé") == FieldKind::title);
  const Found f = found(result, set.truth);
  UNSCOPED_INFO("precision " << f.precision << ", recall " << f.recall);
  CHECK(f.precision >= 0.95);
  CHECK(f.recall >= 0.95);
}

TEST_CASE("advertisements by one template are not one flat") {
  const Set set = flats(1'200, 23);
  const DedupResult result = dedup(table_of(set.header, set.rows), nullptr, {});
  const Found f = found(result, set.truth);
  UNSCOPED_INFO("precision " << f.precision << ", recall " << f.recall << ", pairs " << f.pairs);
  // A third of what is found is not the same flat: all that is said of small flats is alike. It was one in
  // fifty.
  CHECK(f.precision >= 0.6);
  CHECK(f.recall >= 0.95);
}

TEST_CASE("where nobody is met twice, nothing is found") {
  Dice dice{24};
  std::vector<Cells> rows;
  for (std::size_t home = 0; home < 500; ++home) {
    const std::string family = dice.word(2),
                      street = std::to_string(1 + dice.below(90)) + " rue " + dice.word(2);
    const std::string town = dice.word(1);
    for (std::size_t i = 0; i < 1 + dice.below(3); ++i)
      rows.push_back({std::to_string(rows.size()), dice.word(2), family, street, town,
                      std::to_string(1930 + dice.below(80)) + "-0" + std::to_string(1 + dice.below(9)) +
                          "-1" + dice.digits(1)});
  }
  const DedupResult result =
      dedup(table_of({"id", "prénom", "nom", "adresse", "ville", "né le"}, rows), nullptr, {});
  CHECK(found(result, {}).pairs <= 2);
}

TEST_CASE("two files are matched whatever their columns are called") {
  Dice dice{25};
  std::vector<Cells> ours, theirs;
  Pairs truth;
  for (std::size_t i = 0; i < 400; ++i) {
    const std::string given = dice.word(2), family = dice.word(3);
    const std::string phone = "06" + dice.digits(8), mail = family + dice.digits(2) + "@example.com";
    const std::string a = "a" + std::to_string(i), b = "b" + std::to_string(i);
    if (i % 4 != 3) ours.push_back({a, given, family, phone, mail});
    if (i % 4 != 0)
      theirs.push_back({b, family + " " + given, dice.one_in(3) ? "" : "+33" + phone.substr(1),
                        dice.one_in(3) ? "" : mail});
    if (i % 4 != 3 && i % 4 != 0) truth.emplace(a, b);
  }
  const Table whole = table_of({"id", "client", "mobile", "e-mail"}, theirs),
              parts = table_of({"id", "prenom", "nom", "telephone", "courriel"}, ours);
  DedupOptions options;
  options.phone_region = "FR";
  options.kinds["client"] = FieldKind::full_name;
  DedupOptions plain;
  plain.phone_region = "FR";
  const DedupResult result = dedup(parts, &whole, plain);
  const Found f = found(result, truth);
  UNSCOPED_INFO("precision " << f.precision << ", recall " << f.recall);
  CHECK(f.precision >= 0.99);
  CHECK(f.recall >= 0.97);
  // Names in parts and a whole name are compared, and an explanation shows them.
  REQUIRE_FALSE(result.pairs.empty());
  const Score score = explain(result, parts, &whole, result.pairs[0].a, result.pairs[0].b);
  REQUIRE_FALSE(score.contributions.empty());
  CHECK(score.contributions[0].value_b.find(' ') != std::string::npos);
  // The other way round.
  Pairs turned;
  for (const auto& [a, b] : truth) turned.emplace(b, a);
  const Found back = found(dedup(whole, &parts, options), turned);
  CHECK(back.precision >= 0.99);
  CHECK(back.recall >= 0.97);
}

TEST_CASE("a whole name in the field of the family name is found") {
  std::vector<Cells> rows;
  Dice dice{26};
  for (int i = 0; i < 300; ++i)
    rows.push_back({"r" + std::to_string(i), dice.word(2), dice.word(3), "06" + dice.digits(8)});
  Cells& one = rows[7];
  rows.push_back({"x", "", one[2] + " " + one[1], one[3]});
  const DedupResult result = dedup(table_of({"id", "prénom", "nom", "tél"}, rows), nullptr, {});
  REQUIRE(result.pairs.size() == 1);
  CHECK(result.ids[result.pairs[0].b] == "x");
}

TEST_CASE("columns are told by their words and by what stands in them") {
  const Table table = [] {
    Table t({"label", "url", "site", "Tarif", "Superficie", "Nb pièces", "Descriptif", "numero"});
    for (int i = 0; i < 40; ++i)
      t.add(Cells{"Villa " + std::string(1, static_cast<char>('a' + i % 26)) + "bel",
                  "https://example.com/annonce/" + std::to_string(i),
                  "agence" + std::to_string(i % 9) + ".ma", std::to_string(100 + i) + "000 €",
                  std::to_string(40 + i), std::to_string(1 + i % 5),
                  "Bel appartement au calme avec une grande terrasse et une vue sur la mer, numéro " +
                      std::to_string(i),
                  "AB" + std::to_string(1000 + i)});
    return t;
  }();
  const std::vector<Column> columns = guess_columns(table);
  const std::map<std::string, FieldKind> expected{
      {"label", FieldKind::title},    {"url", FieldKind::ignored},       {"site", FieldKind::identifier},
      {"Tarif", FieldKind::money},    {"Superficie", FieldKind::number}, {"Nb pièces", FieldKind::number},
      {"Descriptif", FieldKind::text}};
  for (const auto& [name, kind] : expected) {
    INFO(name);
    CHECK(to_string(kind_of(columns, name)) == to_string(kind));
  }
}

TEST_CASE("what people write beside their names is no name of a thing") {
  Dice dice{5};
  const auto table_with = [&](const std::string& header) {
    Table t({"id", "Prénom", "Nom", "GSM", header});
    for (int i = 0; i < 60; ++i)
      t.add(Cells{std::to_string(i), dice.word(2), dice.word(3), "06" + dice.digits(8),
                  "je cherche " + dice.word(1) + " " + dice.word(2) + " merci"});
    return t;
  };
  for (const char* header : {"Texte", "Observations", "الرسالة", "xq7"}) {
    INFO(header);
    CHECK(to_string(kind_of(guess_columns(table_with(header)), header)) == "text");
  }
}

TEST_CASE("the other half of a name is known beside the first, unless it repeats it") {
  Dice dice{6};
  const auto kinds = [&](const Cells& header, bool repeats) {
    Table t(header);
    for (int i = 0; i < 60; ++i) {
      const std::string first = dice.word(2), second = dice.word(3);
      t.add(Cells{first, repeats ? first + " " + second : second, "06" + dice.digits(8)});
    }
    const std::vector<Column> columns = guess_columns(t);
    return std::string(to_string(columns[0].kind)) + "+" + std::string(to_string(columns[1].kind));
  };
  CHECK(kinds({"prenom_client", "nom_client", "tel"}, false) == "given_name+family_name");
  CHECK(kinds({"First name", "Customer name", "tel"}, false) == "given_name+family_name");
  CHECK(kinds({"Surname", "Client name", "tel"}, false) == "family_name+given_name");
  CHECK(kinds({"First name", "Client name", "tel"}, true) == "given_name+full_name");
}

TEST_CASE("columns of people are known by the headers that exports give them") {
  std::ifstream file(ATLAS_TEST_DATA "/column_headers.tsv");
  REQUIRE(file);
  Dice dice{7};
  std::vector<Cells> rows;
  for (int i = 0; i < 200; ++i) {
    const std::string given = dice.word(2), family = dice.word(3);
    rows.push_back({given, family, "06" + dice.digits(8), given + "." + family + "@example.com",
                    std::to_string(1 + dice.below(90)) + " rue " + dice.word(3),
                    std::array{"Fès", "Rabat", "Tanger", "Lyon"}[dice.below(4)], "3" + dice.digits(4),
                    "19" + std::to_string(50 + dice.below(50)) + "-0" + std::to_string(1 + dice.below(9)) +
                        "-1" + dice.digits(1)});
  }
  const Cells kinds{"given_name", "family_name", "phone", "email", "street", "city", "postcode", "date"};
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    ++lines;
    Cells header;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, '\t');) header.push_back(cell);
    REQUIRE(header.size() == kinds.size());
    const std::vector<Column> columns = guess_columns(table_of(header, rows));
    for (std::size_t c = 0; c < kinds.size(); ++c) {
      INFO(header[c]);
      CHECK(to_string(columns[c].kind) == kinds[c]);
    }
  }
  CHECK(lines == 20);
}

TEST_CASE("every comparison and every level has words in three languages") {
  for (std::size_t c = 0; c < comparator_count; ++c) {
    const ComparatorInfo& info = info_of(static_cast<Comparator>(c));
    std::vector<std::string_view> codes{info.code, "missing", "related", "likely", "unlikely"};
    for (const Level& level : info.levels) codes.push_back(level.code);
    for (const std::string_view code : codes) {
      INFO(code);
      for (const std::string_view language : {"en", "fr", "ar"}) {
        INFO(language);
        CHECK_FALSE(label(code, language).empty());
      }
      CHECK(label(code, "ar") != code);
      CHECK(label(code, "ar") != label(code, "fr"));
    }
  }
}
