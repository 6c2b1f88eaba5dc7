#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "atlas/dedup.hpp"
#include "atlas/error.hpp"
#include "pipeline.hpp"

namespace atlas::matching {
namespace {

Quality quality(std::uint64_t pairs, std::uint64_t right, std::uint64_t truth, double threshold) {
  Quality q{pairs, right, truth, 0, 0, 0, threshold};
  q.precision = pairs > 0 ? static_cast<double>(right) / static_cast<double>(pairs) : 1;
  q.recall = truth > 0 ? static_cast<double>(right) / static_cast<double>(truth) : 1;
  q.f1 = q.precision + q.recall > 0 ? 2 * q.precision * q.recall / (q.precision + q.recall) : 0;
  return q;
}

}  // namespace

Judgement judge(const DedupResult& result, const Table& truth) {
  if (truth.columns() < 2) throw Error(ErrorCode::invalid_argument, "the truth has no id_a and id_b");
  const std::size_t column_a = truth.column("id_a").value_or(0), column_b = truth.column("id_b").value_or(1);
  std::unordered_map<std::string_view, std::uint32_t> first, second;
  for (std::uint32_t r = 0; r < result.ids.size(); ++r)
    (r < result.first_rows ? first : second).emplace(result.ids[r], r);
  const auto row_of = [&](std::string_view id, bool of_second) {
    auto& here = of_second && !second.empty() ? second : first;
    const auto it = here.find(id);
    if (it == here.end())
      throw Error(ErrorCode::invalid_argument, "the truth names an id that is not in the file");
    return it->second;
  };
  std::unordered_set<std::uint64_t> pairs;
  for (std::size_t r = 0; r < truth.rows(); ++r) {
    const std::uint32_t a = row_of(truth.cell(r, column_a), false), b = row_of(truth.cell(r, column_b), true);
    if (a != b) pairs.insert(pair_code(a, b));
  }
  Judgement out;
  std::uint64_t found = 0, right = 0;
  for (const FoundPair& pair : result.pairs) {
    if (!pair.same) continue;
    ++found;
    right += pairs.contains(pair_code(pair.a, pair.b)) ? 1 : 0;
  }
  out.at_default = quality(found, right, pairs.size(), result.threshold);
  if (!result.candidates.empty()) {
    std::uint64_t reached = 0;
    for (const std::uint64_t code : pairs)
      reached += std::binary_search(result.candidates.begin(), result.candidates.end(), code) ? 1 : 0;
    out.blocking_recall =
        pairs.empty() ? 1 : static_cast<double>(reached) / static_cast<double>(pairs.size());
  }
  // The best threshold, each tried with its own grouping.
  out.best = out.at_default;
  std::vector<WeightedPair> graph;
  for (const auto& [code, weight] : result.scored)
    graph.push_back({static_cast<std::uint32_t>(code >> 32), static_cast<std::uint32_t>(code), weight});
  for (double bits = -6; bits <= 16; bits += 0.5) {
    ClusterOptions options;
    options.threshold = probability_of_weight(bits);
    options.one_to_one = result.one_to_one;
    const std::vector<std::uint32_t> groups = cluster(result.ids.size(), graph, options);
    std::vector<std::uint32_t> order(groups.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      return groups[a] != groups[b] ? groups[a] < groups[b] : a < b;
    });
    found = right = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      for (std::size_t j = i + 1; j < order.size() && groups[order[j]] == groups[order[i]]; ++j) {
        if (!second.empty() && (order[i] < result.first_rows) == (order[j] < result.first_rows)) continue;
        ++found;
        right += pairs.contains(pair_code(order[i], order[j])) ? 1 : 0;
      }
    }
    const Quality q = quality(found, right, pairs.size(), options.threshold);
    if (q.f1 > out.best.f1) out.best = q;
  }
  return out;
}

}  // namespace atlas::matching
