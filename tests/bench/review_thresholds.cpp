// How many pairs people would be shown of a labelled set of persons, and how many of them are true ones, from
// which probability on: what the store's own review threshold is chosen from. Candidates are those of the
// store: pairs under a key among whose first twenty holders both are.
//
//   review_thresholds RECORDS.csv PAIRS.csv [--dossiers] [--trained] [--gaps PERCENT]
//
// --dossiers: as dossiers (a name, a telephone, a mailbox, a city); else as parties. --trained: by a model
// learnt from the records, else by the built-in one. --gaps: so many of telephones and mailboxes are not
// there.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "atlas/csv.hpp"
#include "atlas/error.hpp"
#include "atlas/matching.hpp"
#include "atlas/phone.hpp"

namespace {

using namespace atlas;
using Row = std::map<std::string, std::string>;

constexpr std::size_t most_namesakes = 20;
constexpr double thresholds[] = {0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.9};

std::vector<Row> rows_of(const char* path) {
  std::ifstream file(path);
  if (!file) throw Error(ErrorCode::invalid_argument, "the file cannot be read").with("path", path);
  std::stringstream all;
  all << file.rdbuf();
  std::vector<std::string> header;
  std::vector<Row> rows;
  CsvReader reader(',', [&](std::size_t record, const std::vector<std::string>& fields) {
    if (record == 1) {
      header = fields;
      return;
    }
    Row& row = rows.emplace_back();
    for (std::size_t i = 0; i < std::min(header.size(), fields.size()); ++i) row[header[i]] = fields[i];
  });
  reader.feed(all.str());
  reader.finish();
  return rows;
}

bool is_gap(std::size_t row, unsigned which, long percent) {
  std::uint64_t n = (row * 2 + which + 1) * 0x9e3779b97f4a7c15u;
  n = (n ^ n >> 29) * 0xd6e8feb86659fd93u;
  return static_cast<long>((n ^ n >> 32) % 100) < percent;
}

struct Asked {
  bool dossiers = false, trained = false;
  long gaps = 0;
};

matching::Record record_of(Row& row, std::size_t at, const Asked& asked) {
  const std::string country = row["country"].empty() ? "MA" : row["country"];
  std::string phone = row["phone"];
  if (const auto read = phone_e164(phone, country)) phone = *read;
  std::string email = row["email"];
  if (is_gap(at, 0, asked.gaps)) phone.clear();
  if (is_gap(at, 1, asked.gaps)) email.clear();
  if (asked.dossiers) return {{row["given_name"] + " " + row["family_name"], phone, email, row["city"]}};
  return {{row["given_name"], row["family_name"], "", phone, email, row["street"], row["birth_date"],
           row["national_id"]}};
}

void measure(const char* records_path, const char* pairs_path, const Asked& asked) {
  std::vector<Row> rows = rows_of(records_path);
  std::map<std::string, std::size_t> by_id;
  std::vector<matching::Record> records;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    by_id[rows[i]["id"]] = i;
    records.push_back(record_of(rows[i], i, asked));
  }
  std::set<std::pair<std::size_t, std::size_t>> truth;
  for (Row& pair : rows_of(pairs_path)) {
    const auto [a, b] = std::minmax(by_id.at(pair["id_a"]), by_id.at(pair["id_b"]));
    truth.insert({a, b});
  }
  const matching::Model built_in =
      asked.dossiers ? matching::Model::for_dossiers() : matching::Model::for_parties();
  const matching::Model model =
      asked.trained ? matching::train(built_in, records, {.phone_region = "MA"}) : built_in;
  std::map<std::uint64_t, std::vector<std::size_t>> holders;
  std::vector<matching::PreparedRecord> prepared;
  for (std::size_t i = 0; i < records.size(); ++i) {
    for (const std::uint64_t key : matching::keys_of(records[i], built_in)) holders[key].push_back(i);
    prepared.emplace_back(records[i], model, "MA");
  }
  std::set<std::pair<std::size_t, std::size_t>> candidates;
  for (auto& [key, all] : holders) {
    if (all.size() > most_namesakes) all.resize(most_namesakes);
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t k = i + 1; k < all.size(); ++k) candidates.insert({all[i], all[k]});
  }
  std::vector<std::pair<double, bool>> scored;
  for (const auto& pair : candidates) {
    const double weight = matching::weight_of(prepared[pair.first], prepared[pair.second], model);
    scored.emplace_back(matching::probability_of_weight(weight), truth.contains(pair));
  }
  std::printf("%zu records, %zu true pairs, %zu compared; same from %.3f, automatic from %.3f\n", rows.size(),
              truth.size(), scored.size(), model.same_threshold(), model.automatic_threshold());
  std::printf("%10s %10s %10s %16s %10s %12s\n", "from", "shown", "true", "shown per true", "recall",
              "band: 1 in");
  double above = 2;
  for (std::size_t t = std::size(thresholds); t-- > 0;) {
    std::size_t shown = 0, right = 0, in_band = 0, right_in_band = 0;
    for (const auto& [p, is_true] : scored) {
      if (p < thresholds[t]) continue;
      ++shown, right += is_true;
      if (p < above) ++in_band, right_in_band += is_true;
    }
    std::printf("%10.2f %10zu %10zu %16.3f %10.4f %12.1f\n", thresholds[t], shown, right,
                right == 0 ? 0.0 : static_cast<double>(shown) / static_cast<double>(right),
                static_cast<double>(right) / static_cast<double>(truth.size()),
                right_in_band == 0 ? 0.0 : static_cast<double>(in_band) / static_cast<double>(right_in_band));
    above = thresholds[t];
  }
}

}  // namespace

int main(int argc, char** argv) {
  Asked asked;
  std::vector<const char*> files;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--dossiers") == 0)
      asked.dossiers = true;
    else if (std::strcmp(argv[i], "--trained") == 0)
      asked.trained = true;
    else if (std::strcmp(argv[i], "--gaps") == 0 && i + 1 < argc)
      asked.gaps = std::atol(argv[++i]);
    else
      files.push_back(argv[i]);
  }
  if (files.size() != 2) {
    std::fprintf(stderr,
                 "review_thresholds RECORDS.csv PAIRS.csv [--dossiers] [--trained] [--gaps PERCENT]\n");
    return 2;
  }
  try {
    measure(files[0], files[1], asked);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
