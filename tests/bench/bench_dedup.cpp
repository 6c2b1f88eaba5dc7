// Duplicates in whole tables: time, its growth and memory by the number of people, and how good the result is
// on the development sets, where ATLAS_DATA_DIR says where they are.
//
//   bench_dedup [--sizes 100000,250000,500000,1000000] [--no-sets] [--no-people]

#include <sys/resource.h>
#include <time.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <unordered_set>
#include <vector>

#include "atlas/csv.hpp"
#include "atlas/dedup.hpp"
#include "atlas/error.hpp"

namespace {

using namespace atlas;
using namespace atlas::matching;

double cpu_seconds() {
  timespec t{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) / 1e9;
}

double peak_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::uint64_t mixed(std::uint64_t n) {
  n = (n ^ n >> 31) * 0x9e3779b97f4a7c15u;
  n = (n ^ n >> 27) * 0xd6e8feb86659fd93u;
  return n ^ n >> 32;
}

/// A word of syllables, the n-th as frequent as 1/n.
std::string word(std::uint64_t random, double words) {
  static constexpr const char* syllables[] = {"ba", "dri", "han", "ka", "lou", "mar", "ni",  "ous",
                                              "ra", "sal", "ti",  "va", "yem", "zo",  "gue", "fer"};
  const double u = static_cast<double>(random % 1'000'003) / 1'000'003;
  auto n = mixed(static_cast<std::uint64_t>(std::exp(u * std::log(words))));
  std::string out;
  for (int i = 0; i < 4; ++i, n /= 16) out += syllables[n % 16];
  return out;
}

/// The first `count` of endlessly many people; every tenth row is another's again, with a slip in the name.
Table people(std::size_t count) {
  Table out({"given_name", "family_name", "birth_date", "city", "phone", "email"});
  std::vector<std::string> cells;
  for (std::size_t n = 0; n < count; ++n) {
    const bool again = n % 10 == 9;
    const std::uint64_t who = again ? n - 1 - mixed(n) % 8 : n;
    const std::uint64_t r = mixed(who * 31 + 7);
    char date[16], phone[16];
    std::snprintf(date, sizeof date, "%04u-%02u-%02u", static_cast<unsigned>(1940 + r % 65),
                  static_cast<unsigned>(1 + r / 65 % 12), static_cast<unsigned>(1 + r / 780 % 28));
    std::snprintf(phone, sizeof phone, "06%08u", static_cast<unsigned>(mixed(r) % 100'000'000));
    std::string given = word(mixed(who + 11), 3'000), family = word(mixed(who + 77'777), 60'000);
    if (again && n % 20 == 9) family.erase(family.size() / 2, 1);
    cells = {given,
             family,
             date,
             word(mixed(who + 5), 400),
             again && n % 30 == 19 ? "" : phone,
             who % 3 == 0 ? "" : given + "." + family + std::to_string(r % 1'000'000) + "@example.ma"};
    out.add(cells);
  }
  return out;
}

std::optional<Table> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::ostringstream bytes;
  bytes << file.rdbuf();
  std::optional<Table> table;
  CsvReader reader(',', [&](std::size_t, const std::vector<std::string>& record) {
    if (table)
      table->add(record);
    else
      table.emplace(record);
  });
  reader.feed(bytes.str());
  reader.finish();
  return table;
}

/// |mean probability − observed share| over ten bins of probability, weighted by pairs; the lowest bin, where
/// nearly all candidates are, left out.
double calibration(const DedupResult& result, const Table& truth) {
  std::unordered_set<std::string> right;
  for (std::size_t r = 0; r < truth.rows(); ++r)
    right.insert(std::string(truth.cell(r, 0)) + "\n" + std::string(truth.cell(r, 1)));
  std::array<double, 10> expected{}, seen{};
  double pairs = 0, off = 0;
  for (const auto& [code, weight] : result.scored) {
    const double p = probability_of_weight(weight);
    const auto bin = std::min<std::size_t>(9, static_cast<std::size_t>(p * 10));
    if (bin == 0) continue;
    const std::string &a = result.ids[code >> 32], &b = result.ids[code & 0xffffffff];
    expected[bin] += p;
    seen[bin] += right.contains(a + "\n" + b) || right.contains(b + "\n" + a) ? 1 : 0;
    ++pairs;
  }
  for (std::size_t bin = 1; bin < 10; ++bin) off += std::abs(expected[bin] - seen[bin]);
  return pairs > 0 ? off / pairs : 0;
}

void measure_people(const std::vector<std::size_t>& sizes) {
  std::printf("%-12s %10s %10s %10s %12s\n", "people", "cpu s", "exponent", "peak MB", "pairs");
  double last_seconds = 0;
  std::size_t last_size = 0;
  for (const std::size_t size : sizes) {
    const Table table = people(size);
    const double from = cpu_seconds();
    const DedupResult result = dedup(table, nullptr, {});
    const double seconds = cpu_seconds() - from;
    char exponent[16] = "";
    if (last_size > 0)
      std::snprintf(exponent, sizeof exponent, "%.2f",
                    std::log(seconds / last_seconds) /
                        std::log(static_cast<double>(size) / static_cast<double>(last_size)));
    std::printf("%-12zu %10.1f %10s %10.0f %12zu\n", size, seconds, exponent, peak_megabytes(),
                result.pairs.size());
    std::fflush(stdout);
    last_seconds = seconds;
    last_size = size;
  }
}

void measure_sets() {
  const char* folder = std::getenv("ATLAS_DATA_DIR");
  if (folder == nullptr) {
    std::printf("development sets: skipped, ATLAS_DATA_DIR does not say where they are\n");
    return;
  }
  std::printf("%-16s %8s %8s %8s %8s %10s %8s\n", "set", "rows", "F1", "best F1", "blocking", "calibration",
              "cpu s");
  for (const char* name : {"febrl1", "febrl2", "fake1000", "people/people"}) {
    const std::string base = std::string(folder) + "/dedup/" + name;
    const auto records = read(base + ".records.csv"), truth = read(base + ".pairs.csv");
    if (!records || !truth) {
      std::printf("%-16s skipped, it is not there\n", name);
      continue;
    }
    DedupOptions options;
    options.keep_candidates = true;
    const double from = cpu_seconds();
    const DedupResult result = dedup(*records, nullptr, options);
    const double seconds = cpu_seconds() - from;
    const Judgement judged = judge(result, *truth);
    std::printf("%-16s %8zu %8.4f %8.4f %8.4f %10.3f %8.1f\n", name, records->rows(), judged.at_default.f1,
                judged.best.f1, judged.blocking_recall, calibration(result, *truth), seconds);
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::size_t> sizes{100'000, 250'000, 500'000, 1'000'000};
  bool sets = true, of_people = true;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--no-sets") == 0) {
      sets = false;
    } else if (std::strcmp(argv[i], "--no-people") == 0) {
      of_people = false;
    } else if (std::strcmp(argv[i], "--sizes") == 0 && i + 1 < argc) {
      sizes.clear();
      std::istringstream list(argv[++i]);
      for (std::string size; std::getline(list, size, ',');) sizes.push_back(std::stoul(size));
    } else {
      std::fprintf(stderr, "bench_dedup [--sizes N,N,…] [--no-sets] [--no-people]\n");
      return 2;
    }
  }
  try {
    if (sets) measure_sets();
    if (of_people) measure_people(sizes);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
