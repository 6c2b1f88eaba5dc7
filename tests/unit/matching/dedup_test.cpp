// Whole tables: what is found follows from the records alone, and the traps stay shut.

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "atlas/dedup.hpp"
#include "atlas/error.hpp"
#include "atlas/text.hpp"
#include "model_data.hpp"
#include "well_formed.hpp"

using namespace atlas::matching;

namespace {

using Cells = std::vector<std::string>;
using Found = std::map<std::pair<std::string, std::string>, double>;

// Numbers that look thrown, the same on every platform.
struct Dice {
  std::uint64_t state;
  std::uint64_t next() {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return state >> 33;
  }
  std::size_t below(std::size_t n) { return next() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }
};

constexpr const char* given_names[] = {"Amina",  "Karim", "Sophie", "Julien",  "Nadia", "Omar",
                                       "Claire", "Hugo",  "Salma",  "Rachid",  "Manon", "Pierre",
                                       "Zineb",  "Hamza", "Lucie",  "Driss",   "Ghita", "Adil",
                                       "Elise",  "Marc",  "Imane",  "Yassine", "Laure", "Denis"};
constexpr const char* syllables[] = {"ba",  "ro", "mi", "ta", "len", "dou",
                                     "kar", "ne", "si", "vo", "ghe", "lam"};
constexpr const char* towns[] = {"Rabat", "Fès", "Lyon", "Nice", "Tanger", "Agadir", "Paris", "Toulon"};

struct People {
  std::vector<Cells> rows;
  std::set<std::pair<std::string, std::string>> truth;
};

// `n` people; every second is met again with a slip, a missing value, a number written otherwise.
People people(std::size_t n, std::uint64_t seed) {
  Dice dice{seed};
  People out;
  for (std::size_t i = 0; i < n; ++i) {
    const std::string given = given_names[dice.below(24)];
    std::string family;
    for (int k = 0; k < 3; ++k) family += syllables[dice.below(12)];
    family[0] = static_cast<char>(family[0] & ~0x20);
    const std::string digits = "6" + std::to_string(10'000'000 + dice.below(89'999'999));
    const std::string mail = given + "." + family + std::to_string(dice.below(100)) + "@example.com";
    const std::string town = towns[dice.below(8)];
    const std::string year = std::to_string(1940 + dice.below(60));
    const std::string born =
        year + "-0" + std::to_string(1 + dice.below(9)) + "-" + std::to_string(10 + dice.below(18));
    const std::string id = "r" + std::to_string(100'000 + 2 * i);
    out.rows.push_back({id, given, family, "0" + digits, mail, town, born});
    if (i % 2 != 0) continue;
    std::string slip = family;
    if (dice.one_in(3)) std::swap(slip[1], slip[2]);
    const std::string again = "r" + std::to_string(100'001 + 2 * i);
    out.rows.push_back({again, given, slip, dice.one_in(5) ? "" : "+212" + digits, dice.one_in(4) ? "" : mail,
                        dice.one_in(6) ? "" : town, dice.one_in(4) ? "" : born});
    out.truth.emplace(std::min(id, again), std::max(id, again));
  }
  return out;
}

const Cells header{"id", "given_name", "family_name", "phone", "email", "city", "birth_date"};

Table table_of(const Cells& names, const std::vector<Cells>& rows) {
  Table table(names);
  for (const Cells& row : rows) table.add(row);
  return table;
}

Found found(const DedupResult& result) {
  Found out;
  for (const FoundPair& pair : result.pairs)
    if (pair.same) out[{result.ids[pair.a], result.ids[pair.b]}] = pair.weight;
  return out;
}

DedupResult run(const std::vector<Cells>& rows, const DedupOptions& options = {}) {
  return dedup(table_of(header, rows), nullptr, options);
}

}  // namespace

TEST_CASE("people who were written down twice are found, and nobody else") {
  const People set = people(400, 1);
  const DedupResult result = run(set.rows);
  const Found pairs = found(result);
  std::size_t right = 0;
  for (const auto& pair : pairs) right += set.truth.contains(pair.first) ? 1 : 0;
  const double precision = double(right) / double(pairs.size()),
               recall = double(right) / double(set.truth.size());
  CHECK(precision > 0.99);
  CHECK(recall > 0.97);
  for (const FoundPair& pair : result.pairs) {
    CHECK(result.ids[pair.a] < result.ids[pair.b]);
    CHECK(pair.probability == Approx(probability_of_weight(pair.weight)).margin(1e-12));
  }
}

TEST_CASE("neither the order of the rows nor their ids decide anything") {
  // Enough for candidates by keys and strangers by chance.
  People set = people(760, 2);
  const Found first = found(run(set.rows));
  Dice dice{9};
  for (int turn = 0; turn < 2; ++turn) {
    for (std::size_t i = set.rows.size() - 1; i > 0; --i) std::swap(set.rows[i], set.rows[dice.below(i + 1)]);
    CHECK(found(run(set.rows)) == first);
  }
  // Other ids: the same pairs with the same weights under their new names.
  std::vector<Cells> renamed = set.rows;
  std::map<std::string, std::string> names;
  for (Cells& row : renamed) {
    const std::string name = "x" + std::to_string(999'999 - std::stol(row[0].substr(1)));
    names[row[0]] = name;
    row[0] = name;
  }
  Found expected;
  for (const auto& [pair, weight] : first)
    expected[{std::min(names[pair.first], names[pair.second]),
              std::max(names[pair.first], names[pair.second])}] = weight;
  CHECK(found(run(renamed)) == expected);
}

TEST_CASE("contributions and prior add up to the weight, seen from either side") {
  const People set = people(200, 3);
  const Table table = table_of(header, set.rows);
  const DedupResult result = dedup(table, nullptr, {});
  Dice dice{4};
  std::map<std::pair<std::string, std::string>, double> known = found(result);
  for (int i = 0; i < 300; ++i) {
    const auto a = static_cast<std::uint32_t>(dice.below(table.rows())),
               b = static_cast<std::uint32_t>(dice.below(table.rows()));
    if (a == b) continue;
    const Score one = explain(result, table, nullptr, a, b), other = explain(result, table, nullptr, b, a);
    double sum = one.prior;
    for (const Contribution& part : one.contributions) sum += part.bits;
    CHECK(std::abs(sum - one.weight) < 1e-9);
    CHECK(std::abs(one.probability - std::exp2(one.weight) / (1 + std::exp2(one.weight))) < 1e-12);
    CHECK(one.weight == other.weight);
    REQUIRE(one.contributions.size() == other.contributions.size());
    for (std::size_t k = 0; k < one.contributions.size(); ++k) {
      CHECK(one.contributions[k].bits == other.contributions[k].bits);
      CHECK(one.contributions[k].value_a == other.contributions[k].value_b);
      if (one.contributions[k].level == "missing") CHECK(one.contributions[k].bits == 0);
    }
  }
  DedupOptions review;
  review.review = true;
  const DedupResult more = dedup(table, nullptr, review);
  CHECK(more.pairs.size() >= result.pairs.size());
  for (const FoundPair& pair : more.pairs) {
    CHECK(std::abs(explain(more, table, nullptr, pair.a, pair.b).weight - pair.weight) < 1e-9);
    CHECK(std::abs(pair.probability - std::exp2(pair.weight) / (1 + std::exp2(pair.weight))) < 1e-12);
  }
}

TEST_CASE("names written in the other order weigh the same, whichever record is named first") {
  const Model model = Model::for_parties();
  const std::vector<Record> records = {{{"Fatima", "El Idrissi", "", "+212661000001"}},
                                       {{"El Idrissi", "Fatima", "", "+212661000001"}},
                                       {{"", "Fatima El Idrissi"}},
                                       {{"Idrissi", "Fatema"}},
                                       {{"Karim", "Benali", "", "", "k@b.example"}},
                                       {{"Ben Ali", "Kareem"}},
                                       {{"Amina Zahra", "Tazi"}},
                                       {{"Tazi", "A. Zahra"}}};
  for (const Record& a : records)
    for (const Record& b : records) {
      const Score one = score(a, b, model), other = score(b, a, model);
      CHECK(one.weight == other.weight);
      REQUIRE(one.contributions.size() == other.contributions.size());
      for (std::size_t k = 0; k < one.contributions.size(); ++k)
        CHECK(one.contributions[k].bits == other.contributions[k].bits);
    }
}

TEST_CASE("blank values gather nobody") {
  CHECK(similarity(FieldKind::phone, "0000000000", "0000000000").level == 0);
  CHECK(similarity(FieldKind::phone, "0661234567", "0661234567", "MA").level > 0);
  std::vector<Cells> rows = people(200, 5).rows;
  const Found before = found(run(rows));
  for (int i = 0; i < 50; ++i) rows.push_back({"z" + std::to_string(i), "", "", "", "", "", ""});
  rows.push_back({"z90", "", "", "", "", "Rabat", ""});
  rows.push_back({"z91", "", "", "", "", "Rabat", ""});
  for (const auto& [pair, weight] : found(run(rows))) {
    CHECK(pair.first[0] != 'z');
    CHECK(pair.second[0] != 'z');
  }
}

TEST_CASE("the levels of strangers are not those of copies") {
  std::vector<Cells> rows;
  for (const Cells& one : people(60, 25).rows)
    for (int copy = 0; copy < 4; ++copy) {
      if (one[0].back() % 2 != 0) break;
      rows.push_back(one);
      rows.back()[0] += std::to_string(copy);
    }
  // In one pair of a hundred the two are one; hardly any two strangers were born on one day.
  const DedupResult result = run(rows);
  CHECK(result.pairs.size() >= 300);
  for (const Comparison& comparison : result.model.value().data().comparisons)
    if (comparison.comparator == Comparator::date) CHECK(comparison.u[0] < 0.004);
}

TEST_CASE("no single field vetoes what all others say") {
  std::vector<Cells> rows = people(140, 6).rows;
  // The same but for one field, each in turn.
  const Cells one{"a1", "Ghita", "Zaroualvek", "0661234567", "gz@example.org", "Rabat", "1971-03-14"};
  const Cells wrong{"", "Denis", "Mikarsivo", "0537000111", "other@example.net", "Nice", "1944-11-25"};
  for (std::size_t field = 2; field < one.size(); ++field) {
    std::vector<Cells> with = rows;
    Cells other = one;
    other[0] = "a2";
    other[field] = wrong[field];
    with.push_back(one);
    with.push_back(other);
    INFO(header[field]);
    CHECK(found(run(with)).contains({"a1", "a2"}));
  }
}

TEST_CASE("a rare name is not made common by its own duplicates") {
  std::vector<Cells> rows = people(300, 7).rows;
  // One person of a rare name, met six times; by name and birth alone.
  for (int i = 0; i < 6; ++i)
    rows.push_back(
        {"q" + std::to_string(i), "Quirinus", "Xylander", "", "", "", "1966-06-0" + std::to_string(6)});
  const Found pairs = found(run(rows));
  for (int i = 0; i < 6; ++i)
    for (int j = i + 1; j < 6; ++j) CHECK(pairs.contains({"q" + std::to_string(i), "q" + std::to_string(j)}));
}

TEST_CASE("the prior of a file is the chance of two of its rows, compared or not") {
  // 2,500 people, a third of the rows second ones: far too many pairs for each to be compared.
  const People set = people(1700, 21);
  const Table table = table_of(header, set.rows);
  const DedupResult result = dedup(table, nullptr, {});
  const double n = static_cast<double>(set.rows.size()), all = n * (n - 1) / 2;
  CHECK(static_cast<double>(result.candidate_count) < all / 2);
  const double expected = std::log2(static_cast<double>(set.truth.size()) / all);
  CHECK(std::abs(explain(result, table, nullptr, 0, 1).prior - expected) < 1);
}

TEST_CASE("a crowd of one row hides nobody and is told in parts") {
  People set = people(500, 22);
  const Found alone = found(run(set.rows));
  for (int i = 0; i < 2000; ++i)
    set.rows.push_back({"t" + std::to_string(10'000 + i), "Test", "Test", "0600000000", "test@test.example",
                        "Rabat", "1990-01-01"});
  Found with = found(run(set.rows));
  std::size_t crowd = 0, mixed = 0;
  for (auto it = with.begin(); it != with.end();) {
    const bool a = it->first.first[0] == 't', b = it->first.second[0] == 't';
    crowd += a && b ? 1 : 0;
    mixed += a != b ? 1 : 0;
    it = a || b ? with.erase(it) : std::next(it);
  }
  CHECK(mixed == 0);
  // Every one of them is found, and not two million pairs.
  CHECK(crowd > 100'000);
  CHECK(crowd < 400'000);
  std::size_t lost = 0;
  for (const auto& [pair, weight] : alone) lost += with.contains(pair) ? 0 : 1;
  CHECK(lost * 50 <= alone.size());
  CHECK(with.size() <= alone.size() + alone.size() / 50);
  std::reverse(set.rows.begin(), set.rows.end());
  std::size_t again = 0;
  for (const auto& pair : found(run(set.rows))) again += pair.first.first[0] == 't' ? 1 : 0;
  CHECK(again == crowd);
}

TEST_CASE("a row of neither list makes two lists one") {
  const People set = people(200, 23);
  Cells names = header;
  names.push_back("source");
  std::vector<Cells> all;
  for (const Cells& row : set.rows) {
    all.push_back(row);
    all.back().push_back(std::stol(row[0].substr(1)) % 2 == 0 ? "portal" : "office");
  }
  CHECK(dedup(table_of(names, all), nullptr, {}).one_to_one);
  all[7].back() = " ";
  const DedupResult result = dedup(table_of(names, all), nullptr, {});
  CHECK_FALSE(result.two_lists);
  CHECK(result.pairs.size() > set.truth.size() * 9 / 10);
  for (Cells& row : all)
    if (row.back() == "office") row.back().clear();
  CHECK_FALSE(dedup(table_of(names, all), nullptr, {}).two_lists);
}

TEST_CASE("a family under one roof stays apart") {
  People set = people(400, 8);
  std::size_t homes = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    // Somebody else at home: family name, telephone and town are shared.
    Cells other = set.rows[i * 5];
    other[0] = "h" + std::to_string(i);
    other[1] = other[1] == "Laure" ? "Adil" : "Laure";
    other[4] =
        std::string(syllables[i % 12]) + "lau" + syllables[i / 12] + std::to_string(i * 37) + "@example.net";
    other[6] = std::to_string(1950 + i) + "-0" + std::to_string(1 + i % 9) + "-2" + std::to_string(i * 7 % 9);
    set.rows.push_back(other);
    ++homes;
  }
  std::size_t joined = 0;
  for (const auto& [pair, weight] : found(run(set.rows)))
    joined += pair.first[0] == 'h' || pair.second[0] == 'h' ? 1 : 0;
  CHECK(homes == 40);
  CHECK(joined <= 1);
}

TEST_CASE("two clean lists are matched one to one") {
  const People set = people(180, 10);
  std::vector<Cells> first, second;
  for (const Cells& row : set.rows) (std::stol(row[0].substr(1)) % 2 == 0 ? first : second).push_back(row);
  const Table a = table_of(header, first), b = table_of(header, second);
  const DedupResult result = dedup(a, &b, {});
  CHECK(result.one_to_one);
  std::set<std::uint32_t> used;
  for (const FoundPair& pair : result.pairs) {
    CHECK(pair.a < result.first_rows);
    CHECK(pair.b >= result.first_rows);
    CHECK(used.insert(pair.a).second);
    CHECK(used.insert(pair.b).second);
  }
  CHECK(result.pairs.size() > set.truth.size() * 95 / 100);
  // The same in one file with a column `source`.
  Cells names = header;
  names.push_back("source");
  std::vector<Cells> all;
  for (const Cells& row : set.rows) {
    all.push_back(row);
    all.back().push_back(std::stol(row[0].substr(1)) % 2 == 0 ? "portal" : "office");
  }
  const DedupResult one = dedup(table_of(names, all), nullptr, {});
  CHECK(one.two_lists);
  CHECK(one.one_to_one);
  DedupOptions within;
  within.within = true;
  CHECK_FALSE(dedup(table_of(names, all), nullptr, within).one_to_one);
}

TEST_CASE("a number that ten thousand share costs little and joins nobody") {
  std::vector<Cells> rows;
  Dice dice{11};
  for (std::size_t i = 0; i < 10'000; ++i) {
    std::string family;
    for (int k = 0; k < 4; ++k) family += syllables[dice.below(12)];
    rows.push_back({"r" + std::to_string(i), given_names[dice.below(24)], family, "0522000111",
                    family + std::to_string(i) + "@example.com", "", ""});
  }
  const DedupResult result = run(rows);
  CHECK(result.candidate_count < 400 * rows.size());
  CHECK(result.pairs.size() < 1000);
}

TEST_CASE("whatever stands in the cells, it ends") {
  std::vector<Cells> rows = people(60, 12).rows;
  rows.push_back({"m1", std::string(1u << 20, 'a'), "b", "c", "d", "e", "f"});
  rows.push_back({"m2", std::string(1u << 20, 'a'), "b", std::string(1u << 20, '9'), "@", "e", "1-1-1"});
  std::size_t n = 0;
  for (const char32_t plane :
       {0x41u, 0x5d0u, 0x4e00u, 0xffffu, 0x10ffffu, 0x1f600u, 0x20000u, 0xe0001u, 0xf0000u}) {
    std::string text;
    text += static_cast<char>(0xf0 | plane >> 18);
    text += static_cast<char>(0x80 | (plane >> 12 & 0x3f));
    text += static_cast<char>(0x80 | (plane >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (plane & 0x3f));
    rows.push_back(
        {"u" + std::to_string(n++), text + text, text, text, text + "@" + text + ".fr", text, text});
    rows.push_back(
        {"v" + std::to_string(n++), "\xff\xfe\x80", "\xc0", std::string("a\0b", 3), "\xed\xa0\x80", "", ""});
  }
  const DedupResult result = run(rows);
  CHECK(result.ids.size() == rows.size());
}

TEST_CASE("no character is cut in two, and what is none is not told") {
  CHECK(beginning_of("aé", 2) == "a");
  CHECK(beginning_of("é", 2) == "é");
  CHECK(beginning_of("\xf0\x9f\x8f\xa0", 3).empty());
  const Model model = Model::for_listings();
  // Arabic words to beyond what is compared, an odd byte before them or not: the same words.
  std::string text;
  for (int i = 0; text.size() < value_bytes + 200; ++i) text += "شقة" + std::to_string(i % 7) + " ";
  const Record a{{text, text}}, b{{"a " + text, "a " + text}}, broken{{"\xff\xfeVilla \xed\xa0\x80", "\xc3"}};
  for (const Record& other : {b, broken}) {
    const Score one = score(a, other, model);
    for (const Contribution& part : one.contributions)
      for (const std::string& value : {part.value_a, part.value_b}) {
        CHECK(atlas::is_utf8(value));
        CHECK(value.size() <= value_bytes);
      }
  }
  const Score one = score(a, b, model);
  CHECK(one.contributions.front().level != "missing");
  CHECK(one.contributions.front().bits > 1);

  TableReader reader;
  reader.feed("name,to\xffwn\nA\xc3,b\n");
  const Table table = reader.finish();
  CHECK(table.header()[1] == "to\xef\xbf\xbdwn");
  CHECK(table.cell(0, 0) == "A\xef\xbf\xbd");
}

TEST_CASE("text comes in pieces of any size") {
  std::string text = "id;name;city\n";
  for (int i = 0; i < 4000; ++i) text += std::to_string(i) + ";\"N\"\"" + std::to_string(i) + "\";Fès\r\n";
  for (const std::size_t piece : {std::size_t{7}, std::size_t{65'536}, text.size()}) {
    TableReader reader;
    for (std::size_t i = 0; i < text.size(); i += piece) reader.feed(std::string_view(text).substr(i, piece));
    const Table table = reader.finish();
    CHECK(table.rows() == 4000);
    REQUIRE(table.columns() == 3);
    CHECK(table.cell(3999, 1) == "N\"3999");
    CHECK(table.cell(17, 2) == "Fès");
  }
  TableReader empty;
  CHECK_THROWS_AS(empty.finish(), atlas::Error);
}

TEST_CASE("a result is judged by the truth") {
  const People set = people(120, 24);
  const Table table = table_of(header, set.rows);
  DedupOptions options;
  options.keep_candidates = true;
  const DedupResult result = dedup(table, nullptr, options);
  Table truth({"id_a", "id_b"});
  std::size_t given = 0, once = 0, right = 0;
  for (const auto& [a, b] : set.truth) {
    if (given++ % 3 == 0) continue;  // a third is not known to be true
    // Either way round, and some twice.
    truth.add(given % 2 == 0 ? Cells{b, a} : Cells{a, b});
    if (given % 5 == 0) truth.add(Cells{a, b});
    ++once;
    right += found(result).contains({a, b}) ? 1 : 0;
  }
  const Judgement judged = judge(result, truth);
  const double known = static_cast<double>(once), told = static_cast<double>(result.pairs.size());
  const double precision = static_cast<double>(right) / told, recall = static_cast<double>(right) / known;
  CHECK(judged.at_default.truth == once);
  CHECK(judged.at_default.precision == Approx(precision));
  CHECK(judged.at_default.recall == Approx(recall));
  CHECK(judged.at_default.f1 == Approx(2 * precision * recall / (precision + recall)));
  CHECK(judged.at_default.threshold == result.threshold);
  CHECK(judged.best.f1 >= judged.at_default.f1);
  CHECK(judged.blocking_recall == 1);
  truth.add(Cells{"r100000", "nobody"});
  CHECK_THROWS_AS(judge(result, truth), atlas::Error);

  options.threshold = 0.999999;
  const DedupResult sure = dedup(table, nullptr, options);
  CHECK(sure.threshold == 0.999999);
  CHECK(sure.pairs.size() < result.pairs.size());
}

TEST_CASE("what cannot be is refused") {
  CHECK_THROWS_AS(run({{"a", "x", "y", "", "", "", ""}, {"a", "x", "y", "", "", "", ""}}), atlas::Error);
  CHECK_THROWS_AS(run({{"", "x", "y", "", "", "", ""}}), atlas::Error);
  DedupOptions options;
  options.id = "number";
  CHECK_THROWS_AS(run({{"a", "x", "y", "", "", "", ""}}, options), atlas::Error);
  CHECK(run({}).pairs.empty());
}

TEST_CASE("a weak bridge does not join two strong groups") {
  // 0-1-2 and 3-4-5 are each sure; 2-3 is hardly likely, and the rest speaks against it.
  std::vector<WeightedPair> pairs{{0, 1, 12}, {0, 2, 11}, {1, 2, 13}, {3, 4, 12}, {3, 5, 11},
                                  {4, 5, 13}, {2, 3, 1},  {0, 3, -8}, {1, 4, -8}};
  std::vector<std::uint32_t> groups = cluster(7, pairs);
  CHECK(groups == std::vector<std::uint32_t>{0, 0, 0, 3, 3, 3, 6});
  std::reverse(pairs.begin(), pairs.end());
  for (WeightedPair& pair : pairs) std::swap(pair.a, pair.b);
  CHECK(cluster(7, pairs) == groups);
  // One to one nobody has two partners, and the surer one comes first.
  ClusterOptions partners;
  partners.one_to_one = true;
  const std::vector<WeightedPair> rivals{{0, 2, 5}, {1, 2, 9}, {0, 3, 4}, {1, 3, 8}};
  CHECK(cluster(4, rivals, partners) == std::vector<std::uint32_t>{0, 1, 1, 0});
  // A chain whose ends were never compared holds while its links are strong.
  const std::vector<WeightedPair> chain{{0, 1, 12}, {1, 2, 12}};
  CHECK(cluster(3, chain) == std::vector<std::uint32_t>{0, 0, 0});
  CHECK(path(0, 2, chain, cluster(3, chain)) == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(path(0, 1, chain, std::vector<std::uint32_t>{0, 1, 1}).empty());
  // The way is the one whose weakest step is the strongest, not the shortest.
  const std::vector<WeightedPair> detour{{0, 2, 1}, {0, 1, 12}, {1, 2, 11}};
  CHECK(path(0, 2, detour, cluster(3, detour)) == std::vector<std::uint32_t>{0, 1, 2});
  // Pairs that nobody compared speak against a bridge, as pairs do that were.
  const std::vector<WeightedPair> unseen{{0, 1, 12}, {0, 2, 11}, {1, 2, 13}, {3, 4, 12},
                                         {3, 5, 11}, {4, 5, 13}, {2, 3, 6}};
  CHECK(cluster(6, unseen) == std::vector<std::uint32_t>{0, 0, 0, 3, 3, 3});
  const std::vector<WeightedPair> against{{0, 1, 12}, {2, 3, 12}, {1, 2, 9},
                                          {0, 2, -9}, {0, 3, -9}, {1, 3, -9}};
  CHECK(cluster(4, against) == std::vector<std::uint32_t>{0, 0, 2, 2});
}

TEST_CASE("models are versions, and read back as they were") {
  for (const Model& model : {Model::for_dossiers(), Model::for_parties(), Model::for_listings()}) {
    const std::string json = model.to_json();
    const Model again = Model::from_json(json);
    CHECK(again.to_json() == json);
    CHECK(again.version() == model.version());
    CHECK_THROWS_AS(Model::from_json(json.substr(0, json.size() / 2)), atlas::Error);
    CHECK_THROWS_AS(Model::from_json("{}"), atlas::Error);
  }
  const Model dossiers = Model::for_dossiers();
  const Record a{{"Youssef El Alaoui", "0661234567", "y.alaoui@gmail.com", "Rabat"}};
  const Record b{{"EL ALAOUI Youssef", "+212 661 23 45 67", "", "rabat"}};
  const Record c{{"Sophie Lambert", "0661999888", "", "Rabat"}};
  CHECK(score(a, b, dossiers, "MA").probability > 0.9);
  CHECK(score(a, c, dossiers, "MA").probability < 0.01);
  const auto keys_a = keys_of(a, dossiers, "MA"), keys_b = keys_of(b, dossiers, "MA");
  CHECK(keys_a.size() <= max_stored_keys);
  std::size_t common = 0;
  for (const std::uint64_t key : keys_a) common += std::count(keys_b.begin(), keys_b.end(), key);
  CHECK(common >= 2);
  CHECK(keys_of(Record{}, dossiers).empty());
  // Whatever somebody leaves: name, numbers, mailboxes, an authority's number, a birth, a house.
  const Record many{{"Youssef", "Tazi", "", "+212661000001\x1f+212662000002\x1f+212663000003", "y@a.example",
                     "12 rue Atlas", "1980-05-06", "AB123456"}};
  CHECK(keys_of(many, Model::for_parties(), "MA").size() == max_stored_keys);
  CHECK_FALSE(what_would_change(score(a, c, dossiers, "MA"), dossiers, dossiers.same_threshold()).empty());
  for (const Change& change :
       what_would_change(score(a, c, dossiers, "MA"), dossiers, dossiers.same_threshold()))
    CHECK(change.probability >= dossiers.same_threshold());
  CHECK_THROWS_AS(score(Record{Cells(9)}, a, dossiers), atlas::Error);
}

TEST_CASE("training is a function of the records, and stays near what is believed when there are few") {
  std::vector<Record> records;
  for (const Cells& row : people(200, 13).rows)
    records.push_back({{row[1] + " " + row[2], row[3], row[4], row[5]}});
  const Model prior = Model::for_dossiers();
  const Model model = train(prior, records);
  CHECK(model.version() != prior.version());
  std::reverse(records.begin(), records.end());
  CHECK(train(prior, records).version() == model.version());
  CHECK(train(prior, std::span(records).first(10)).version() == prior.version());
}

TEST_CASE("every code of an explanation has words in three languages") {
  const Score one =
      score(Record{{"A B", "0661234567"}}, Record{{"A C", "0661234568"}}, Model::for_dossiers(), "MA");
  for (const Contribution& part : one.contributions) {
    for (const std::string& code : {part.kind, part.level}) {
      INFO(code);
      CHECK(label(code, "fr") != code);
      CHECK(label(code, "ar") != code);
    }
    CHECK(sentence(part, "en").find(" bits)") != std::string::npos);
  }
}

TEST_CASE("a telephone whose country is guessed weighs less than one that says it") {
  const Model model = Model::for_dossiers();
  const auto bits = [&](const char* a, const char* b, const char* region) {
    return score(Record{{"", a}}, Record{{"", b}}, model, region).contributions.at(2).bits;
  };
  const double told = bits("+212661234567", "00212661234567", "ZZ");
  CHECK(bits("0661234567", "0661 23 45 67", "MA") == Approx(told));
  CHECK(bits("0661234567", "0661 23 45 67", "MA?") < told - 1);
  CHECK(bits("0661234567", "+212661234567", "MA?") < told - 1);
  CHECK(bits("+212661234567", "212661234567", "MA?") == Approx(told));

  // Where nobody told the country of a table it is guessed from the numbers that say theirs.
  const People set = people(60, 5);
  const auto phone_bits = [&](const DedupOptions& options) {
    const Table table = table_of(header, set.rows);
    const DedupResult result = dedup(table, nullptr, options);
    for (const FoundPair& pair : result.pairs)
      for (const Contribution& part : explain(result, table, nullptr, pair.a, pair.b).contributions)
        if (part.kind == "phone" && part.level == "exact") return part.bits;
    return -1.0;
  };
  DedupOptions known;
  known.phone_region = "MA";
  CHECK(phone_bits({}) > 0);
  CHECK(phone_bits({}) < phone_bits(known) - 1);
}
