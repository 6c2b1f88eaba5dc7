// What stands somewhere and what is known by a year alone: branches of one chain are not one place, a first
// of January is no birthday, and a rare name brings together what nothing else does.

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "atlas/dedup.hpp"
#include "em.hpp"
#include "model_data.hpp"

using namespace atlas::matching;

namespace {

using Cells = std::vector<std::string>;
using Pairs = std::set<std::pair<std::string, std::string>>;

struct Dice {
  std::uint64_t state;
  std::size_t below(std::size_t n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33) % n;
  }
  bool one_in(std::size_t n) { return below(n) == 0; }
  std::string code() {
    std::string out;
    for (int i = 0; i < 2; ++i) out += static_cast<char>('A' + below(20));
    return out + std::to_string(100 + below(900));
  }
  std::string word(int syllables) {
    constexpr const char* parts[] = {"bra", "ton", "wick", "den", "mar", "lor", "ham", "sel",
                                     "kin", "vor", "gar",  "bel", "fin", "hol", "cas", "dun"};
    std::string out;
    for (int i = 0; i < syllables; ++i) out += parts[below(16)];
    return out;
  }
};

struct Found {
  double precision = 1, recall = 1;
};
Found found(const DedupResult& result, const Pairs& truth) {
  double pairs = 0, right = 0;
  for (const FoundPair& pair : result.pairs) {
    if (!pair.same) continue;
    ++pairs;
    right += truth.contains({result.ids[pair.a], result.ids[pair.b]}) ? 1 : 0;
  }
  return {pairs > 0 ? right / pairs : 1, right / static_cast<double>(truth.size())};
}

std::string towns_of(std::size_t n) { return std::string(1, static_cast<char>('a' + n)) + "ville"; }
std::string id_of(std::size_t n) { return std::to_string(100000 + n); }

// The level that two dates reach where `share` of all dates are the first of January.
std::string level(std::string_view a, std::string_view b, float share) {
  ModelData model;
  Comparison comparison;
  comparison.comparator = Comparator::date;
  comparison.fields = {0};
  comparison.total = 1000;
  comparison.set_default_shares();
  const auto read = [](std::string_view text) {
    return make_value(Comparator::date, std::array{text}, "ZZ");
  };
  const Value first = read("1850-01-01");
  comparison.counts.add(first.key_hash(), share * 1000);
  model.comparisons.push_back(comparison);
  Value x = read(a), y = read(b);
  assign_bits(x, comparison);
  assign_bits(y, comparison);
  const Value *row_x = &x, *row_y = &y;
  Outcomes one, other;
  compare_rows(model, &row_x, &row_y, one);
  compare_rows(model, &row_y, &row_x, other);
  CHECK(one[0].level == other[0].level);
  return std::string(info_of(Comparator::date).levels[static_cast<std::size_t>(one[0].level)].code);
}

}  // namespace

TEST_CASE("a first of January that comes too often tells the year alone", "[dedup]") {
  struct Row {
    std::string_view a, b, often, seldom;
  };
  constexpr Row rows[] = {
      {"1850-01-01", "1850-01-01", "part", "exact"},          {"1850-01-01", "1850-07-12", "part", "near"},
      {"1850-01-01", "1851-01-01", "near", "similar"},        {"1850-01-01", "1860-01-01", "near", "similar"},
      {"1850-01-01", "1897-01-01", "different", "part"},      {"1850-07-12", "1850-07-12", "exact", "exact"},
      {"1850-01-01", "1899-07-12", "different", "different"},
  };
  for (const Row& row : rows) {
    INFO(row.a << " " << row.b);
    CHECK(level(row.a, row.b, 0.2f) == row.often);
    CHECK(level(row.a, row.b, 0.003f) == row.seldom);
  }
}

TEST_CASE("branches of a chain and like places of one town are not one place", "[dedup]") {
  Dice dice{11};
  constexpr const char* towns[] = {"Casablanca", "Rabat", "Paris", "Lyon", "Marseille", "Tanger"};
  constexpr const char* kinds[] = {"Pharmacie", "Restaurant", "Boulangerie", "Hotel", "Librairie"};
  Cells own, streets;
  for (int i = 0; i < 400; ++i) own.push_back(dice.word(3));
  for (int i = 0; i < 300; ++i) streets.push_back(dice.word(3));
  std::vector<Cells> rows;
  Pairs truth;
  for (std::size_t n = 0; n < 1300; ++n) {
    const std::size_t kind = dice.below(5), town = dice.below(6);
    const std::string name = dice.one_in(8) ? "Chaine " + own[dice.below(6)] : own[dice.below(400)];
    const std::string street = std::to_string(1 + dice.below(150)) + " rue " + streets[dice.below(300)];
    const std::string code = std::to_string(10000 + town * 10000 + dice.below(12) * 100);
    for (std::size_t copy = 0, copies = 1 + dice.below(3) / 2; copy < copies; ++copy) {
      Cells row{id_of(rows.size()),           (dice.one_in(2) ? std::string(kinds[kind]) + " " : "") + name,
                dice.one_in(4) ? "" : street, towns[town],
                dice.one_in(3) ? "" : code,   kinds[kind]};
      if (copy > 0) truth.emplace(id_of(rows.size() - 1), id_of(rows.size()));
      rows.push_back(row);
    }
  }
  Table table({"id", "enseigne", "adresse", "ville", "cp", "categorie"});
  for (const Cells& row : rows) table.add(row);
  const Found quality = found(dedup(table, nullptr, {}), truth);
  CHECK(quality.precision > 0.7);
  CHECK(quality.recall > 0.9);
}

TEST_CASE("a rare family name brings people together whose given names, days and towns do not", "[dedup]") {
  Dice dice{5};
  constexpr const char* given[] = {"john", "mary", "george", "anne", "henry", "jane", "thomas", "ellen"};
  constexpr const char* called[] = {"jack", "molly", "geo", "nancy", "harry", "jenny", "tom", "nell"};
  Table table({"id", "name", "birth_date", "birth_place"});
  std::size_t records = 0;
  const auto add = [&](const std::string& name, const std::string& date, const std::string& town) {
    table.add(Cells{id_of(records++), name, date, town});
  };
  std::vector<std::pair<std::string, std::string>> twins;
  for (int n = 0; n < 1500; ++n) {
    const std::size_t who = dice.below(8);
    const std::string family = dice.word(4), date = std::to_string(1800 + dice.below(90)) + "-0" +
                                                    std::to_string(1 + dice.below(9)) + "-1" +
                                                    std::to_string(dice.below(10));
    add(std::string(given[who]) + " " + family, date, "");
    if (n % 10 != 0) continue;
    twins.emplace_back(id_of(records - 1), id_of(records));
    add(std::string(called[who]) + " " + family, "", towns_of(dice.below(9)));
  }
  DedupOptions options;
  options.keep_candidates = true;
  const DedupResult result = dedup(table, nullptr, options);
  std::size_t met = 0;
  for (const auto& [a, b] : twins) {
    const auto row = [&](const std::string& id) {
      return static_cast<std::uint64_t>(std::find(result.ids.begin(), result.ids.end(), id) -
                                        result.ids.begin());
    };
    met +=
        std::binary_search(result.candidates.begin(), result.candidates.end(), row(a) << 32 | row(b)) ? 1 : 0;
  }
  CHECK(met * 100 >= twins.size() * 98);
}

TEST_CASE("two of a series are not one, whatever else their names share", "[dedup]") {
  struct Row {
    std::string_view a, b;
    bool series;
  };
  constexpr Row rows[] = {
      {"Crown Batiment I SAS", "Crown Batiment III", true},
      {"Labadie Emmanuel 1 EURL", "Labadie Emmanuel 2", true},
      {"Graphics Suite 4.2 academic", "Graphics Suite 10.2 academic", true},
      {"World Atlas v2.2", "World Atlas 3", true},
      {"World Atlas 2005", "World Atlas 2006", true},
      // Said by one alone, said alike, a measure, a part of a model's number.
      {"Crown Batiment", "Crown Batiment III", false},
      {"World Atlas 3.0", "World Atlas v3 deluxe", false},
      {"World Atlas II", "World Atlas 2 deluxe", false},
      {"Sonex 26 inch Dishwasher", "Sonex 24 inch Dishwasher", false},
      {"Sonex 26 kg Freezer", "Sonex 24 kg Freezer", false},
      {"Sonex Receiver 7.1 channel", "Sonex Receiver 120 watts", false},
      {"Sonex Receiver DR-22", "Sonex Receiver DR-23", false},
      {"Sonex LCD TV 42\"", "Sonex LCD TV 37\"", false},
  };
  ModelData model;
  Comparison comparison;
  comparison.comparator = Comparator::title;
  comparison.fields = {0};
  comparison.total = 1000;
  comparison.set_default_shares();
  model.comparisons.push_back(comparison);
  model.index();
  constexpr int near = 6;
  for (const Row& row : rows) {
    INFO(row.a << " / " << row.b);
    Value x = make_value(Comparator::title, std::array{row.a}, "ZZ"),
          y = make_value(Comparator::title, std::array{row.b}, "ZZ");
    assign_bits(x, comparison);
    assign_bits(y, comparison);
    const Value *row_x = &x, *row_y = &y;
    Outcomes one, other;
    compare_rows(model, &row_x, &row_y, one);
    compare_rows(model, &row_y, &row_x, other);
    CHECK(one[0].level == other[0].level);
    CHECK((one[0].level == near) == row.series);
  }
}

TEST_CASE("of two names that both say more than what they share, the rest counts", "[dedup]") {
  const auto level_of = [](std::string_view a, std::string_view b, FieldKind beside) {
    ModelData model;
    model.fields = {{"name", FieldKind::title}, {"beside", beside}};
    for (const Comparator kind :
         {Comparator::title, beside == FieldKind::street ? Comparator::street : Comparator::region}) {
      Comparison comparison;
      comparison.comparator = kind;
      comparison.fields = {static_cast<std::uint8_t>(model.comparisons.size())};
      comparison.total = 1000;
      comparison.set_default_shares();
      model.comparisons.push_back(comparison);
    }
    model.index();
    Value x = make_value(Comparator::title, std::array{a}, "ZZ"),
          y = make_value(Comparator::title, std::array{b}, "ZZ");
    assign_bits(x, model.comparisons[0]);
    assign_bits(y, model.comparisons[0]);
    const Value *row_x[] = {&x, nullptr}, *row_y[] = {&y, nullptr};
    Outcomes out;
    compare_rows(model, row_x, row_y, out);
    return static_cast<int>(out[0].level);
  };
  // Two companies of one family; one of them named in full.
  CHECK(level_of("Bati Plus Trust", "Bati Plus Foods", FieldKind::region) >
        level_of("Bati Plus Trust", "Bati Plus", FieldKind::region));
  // Where the street tells which one, "restaurant" and "cafe" are habits.
  CHECK(level_of("Bati Plus Soleil Trust", "Bati Plus Soleil Foods", FieldKind::region) >
        level_of("Bati Plus Soleil Trust", "Bati Plus Soleil Foods", FieldKind::street));
}

TEST_CASE("goods with other numbers of models are other goods, however alike their titles", "[dedup]") {
  Dice dice{23};
  constexpr const char* makes[] = {"Sonex", "Kyotra", "Veltron", "Domari", "Britex"};
  constexpr const char* kinds[] = {"Range", "Freezer", "Receiver", "Camera", "Printer", "Washer"};
  constexpr const char* colours[] = {"White", "Black", "Silver"};
  Table first({"id", "name", "manufacturer"}), second({"id", "name", "manufacturer"});
  Pairs truth;
  for (std::size_t n = 0; n < 700; ++n) {
    const std::string make = makes[dice.below(5)], kind = kinds[dice.below(6)],
                      colour = colours[dice.below(3)];
    const std::string code = dice.code(), other = dice.code();
    first.add(Cells{id_of(n), make + " " + kind + " " + colour + " " + code, make});
    if (dice.one_in(3)) {
      second.add(Cells{id_of(n), make + " " + kind + " " + colour + " " + other, make});
      continue;
    }
    second.add(Cells{
        id_of(n), dice.one_in(2) ? make + " " + code + " " + kind : kind + " " + make + " - " + code, make});
    truth.emplace(id_of(n), id_of(n));
  }
  const DedupResult result = dedup(first, &second, {});
  const Found quality = found(result, truth);
  CHECK(result.one_to_one);
  CHECK(quality.precision > 0.75);
  CHECK(quality.recall > 0.9);
}

TEST_CASE("whatever is learnt, a thing stands where it stands and has its own number", "[dedup]") {
  ModelData model;
  for (const Comparator kind :
       {Comparator::title, Comparator::street, Comparator::place, Comparator::codes}) {
    Comparison comparison;
    comparison.comparator = kind;
    comparison.fields = {static_cast<std::uint8_t>(model.comparisons.size())};
    comparison.set_default_shares();
    model.comparisons.push_back(comparison);
  }
  model.index();
  const auto row = [](std::array<int, 4> levels, double count) {
    AgreementRow out;
    for (std::size_t c = 0; c < 4; ++c) out.outcomes[c].level = static_cast<std::int8_t>(levels[c]);
    out.count = count;
    return out;
  };
  // What looks like one but for the street, and but for the number: a chain, a series, and no one thing.
  const std::vector<AgreementRow> rows{row({0, 6, -1, 0}, 2000), row({0, 0, 0, 2}, 2000),
                                       row({0, -1, 3, 0}, 2000), row({0, 0, 0, 0}, 200),
                                       row({7, 0, 0, 2}, 300),   row({7, 6, 3, 2}, 50'000)};
  EmOptions options;
  options.all_pairs = 1e6;
  learn(model, rows, options);
  constexpr double rounding = 1e-6;
  CHECK(model.comparisons[1].m[6] <= 0.1 + rounding);
  CHECK(model.comparisons[2].m[3] <= 0.03 + rounding);
  CHECK(model.comparisons[2].m[4] <= 0.015 + rounding);
  CHECK(model.comparisons[3].m[2] <= 0.1 + rounding);
  // Who shares the town shares no street; who is next door is a neighbour.
  CHECK(model.comparisons[1].r[household][0] < 0.15);
  CHECK(model.comparisons[1].r[neighbour][0] > 0.3);
}
