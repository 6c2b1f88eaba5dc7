// Sets with a known truth: floors a bit under what was measured, so that a change that costs quality is seen.

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "atlas/csv.hpp"
#include "atlas/dedup.hpp"

using namespace atlas::matching;

namespace {

using Ids = std::pair<std::string, std::string>;

Table read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  INFO(path);
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  std::optional<Table> table;
  atlas::CsvReader reader(',', [&](std::size_t, const std::vector<std::string>& record) {
    if (table)
      table->add(record);
    else
      table.emplace(record);
  });
  reader.feed(text.str());
  reader.finish();
  REQUIRE(table);
  return std::move(*table);
}

Ids ids_in_order(std::string a, std::string b) {
  if (b < a) std::swap(a, b);
  return {std::move(a), std::move(b)};
}

std::set<Ids> pairs_of(const Table& table) {
  std::set<Ids> out;
  for (std::size_t r = 0; r < table.rows(); ++r)
    out.insert(ids_in_order(std::string(table.cell(r, 0)), std::string(table.cell(r, 1))));
  return out;
}

// Counted here and not by judge(), which is part of what is judged.
struct Counts {
  double f1 = 0, compared = 0;
};

Counts counts_of(const DedupResult& result, const std::set<Ids>& truth) {
  double found = 0, right = 0;
  for (const FoundPair& pair : result.pairs) {
    if (!pair.same) continue;
    ++found;
    right += truth.contains(ids_in_order(result.ids[pair.a], result.ids[pair.b])) ? 1 : 0;
  }
  double compared = 0;
  for (const std::uint64_t code : result.candidates)
    compared += truth.contains(ids_in_order(result.ids[code >> 32], result.ids[code & 0xffffffff])) ? 1 : 0;
  const auto all = static_cast<double>(truth.size());
  return {2 * right / (found + all), compared / all};
}

DedupResult run(const Table& records) {
  DedupOptions options;
  options.keep_candidates = true;
  return dedup(records, nullptr, options);
}

// What share of the true pairs has a stored key in common that few enough records have, and the most keys of
// one record.
std::pair<double, std::size_t> found_by_keys(const DedupResult& result, const Table& table,
                                             const std::set<Ids>& truth) {
  const Model& model = result.model.value();
  std::map<std::string, std::vector<std::uint64_t>> keys;
  std::map<std::uint64_t, std::size_t> shared_by;
  std::size_t most = 0;
  for (std::uint32_t row = 0; row < table.rows(); ++row) {
    Record record;
    for (const std::size_t column : result.columns_first)
      record.values.emplace_back(column < table.columns() ? table.cell(row, column) : "");
    const std::string region = row < result.regions.size() ? result.regions[row] : "ZZ";
    const auto& made = keys[result.ids[row]] = keys_of(record, model, region);
    for (const std::uint64_t key : made) ++shared_by[key];
    most = std::max(most, made.size());
  }
  double found = 0;
  for (const auto& [a, b] : truth) {
    const auto& other = keys.at(b);
    found += std::any_of(keys.at(a).begin(), keys.at(a).end(), [&](std::uint64_t key) {
      return shared_by[key] <= key_cap && std::find(other.begin(), other.end(), key) != other.end();
    });
  }
  return {found / static_cast<double>(truth.size()), most};
}

}  // namespace

TEST_CASE("an inbox: the same people are found, look-alikes stay apart, a probability is a share") {
  const std::string people = std::string(ATLAS_EXAMPLES) + "/data/people.";
  const Table records = read(people + "records.csv");
  const DedupResult result = run(records);
  const Table truth_table = read(people + "pairs.csv");
  const std::set<Ids> truth = pairs_of(truth_table);
  const Counts counts = counts_of(result, truth);
  CHECK(counts.f1 >= 0.995);
  CHECK(counts.compared >= 0.99);
  const auto [by_keys, most_keys] = found_by_keys(result, records, truth);
  CHECK(by_keys >= 0.99);
  CHECK(most_keys <= 4);

  const Judgement judgement = judge(result, truth_table);
  CHECK(judgement.at_default.f1 == Approx(counts.f1));
  CHECK(judgement.blocking_recall == Approx(counts.compared));
  CHECK(judgement.best.f1 >= judgement.at_default.f1);

  // Ten bins of probability: what was promised in each, and what came true.
  std::array<double, 10> promised{}, true_ones{}, pairs{};
  double all = 0;
  for (const auto& [code, weight] : result.scored) {
    const double p = probability_of_weight(weight);
    const auto bin = static_cast<std::size_t>(std::min(9.0, p * 10));
    promised[bin] += p;
    true_ones[bin] +=
        truth.contains(ids_in_order(result.ids[code >> 32], result.ids[code & 0xffffffff])) ? 1 : 0;
    ++pairs[bin];
    ++all;
  }
  double off = 0, off_in_doubt = 0, in_doubt = 0;
  for (std::size_t bin = 0; bin < pairs.size(); ++bin) {
    off += std::abs(promised[bin] - true_ones[bin]);
    if (bin == 0) continue;
    off_in_doubt += std::abs(promised[bin] - true_ones[bin]);
    in_doubt += pairs[bin];
  }
  UNSCOPED_INFO("weighted error " << off / all << ", from a probability of 0.1 on "
                                  << off_in_doubt / in_doubt);
  CHECK(all > static_cast<double>(truth.size()));
  CHECK(off / all <= 0.05);
  CHECK(off_in_doubt / in_doubt <= 0.05);

  std::set<Ids> found;
  for (const FoundPair& pair : result.pairs)
    if (pair.same) found.insert(ids_in_order(result.ids[pair.a], result.ids[pair.b]));
  std::map<std::string, std::pair<int, int>> joined;  // by reason: joined, of how many
  int in_all = 0, of_all = 0;
  const Table lookalikes = read(people + "lookalikes.csv");
  for (std::size_t r = 0; r < lookalikes.rows(); ++r) {
    const bool one =
        found.contains(ids_in_order(std::string(lookalikes.cell(r, 0)), std::string(lookalikes.cell(r, 1))));
    auto& [so_far, of] = joined[std::string(lookalikes.cell(r, 2))];
    so_far += one ? 1 : 0;
    in_all += one ? 1 : 0;
    ++of;
    ++of_all;
  }
  for (const auto& [why, count] : joined)
    UNSCOPED_INFO(why << ": " << count.first << " of " << count.second << " joined");
  CHECK(of_all == 687);
  // Six of them are of one name, at one address, with one telephone.
  CHECK(in_all <= 8);
}

TEST_CASE("public sets, where they are at hand") {
  struct Floor {
    const char* name;
    double f1, compared, by_keys;
  };
  constexpr Floor floors[] = {
      {"febrl1", 0.995, 0.99, 0.99}, {"febrl2", 0.995, 0.99, 0.99}, {"fake1000", 0.97, 0.99, 0.7}};
  const char* folder = std::getenv("ATLAS_DATA_DIR");
  if (folder == nullptr) {
    WARN("not run: ATLAS_DATA_DIR does not say where dedup/febrl1.records.csv and the others are");
    return;
  }
  for (const Floor& floor : floors) {
    INFO(floor.name);
    const std::string set = std::string(folder) + "/dedup/" + floor.name;
    const Table records = read(set + ".records.csv");
    const std::set<Ids> truth = pairs_of(read(set + ".pairs.csv"));
    const DedupResult result = run(records);
    const Counts counts = counts_of(result, truth);
    CHECK(counts.f1 >= floor.f1);
    CHECK(counts.compared >= floor.compared);
    const auto [by_keys, most_keys] = found_by_keys(result, records, truth);
    CHECK(by_keys >= floor.by_keys);
    CHECK(most_keys <= 4);
  }
}
