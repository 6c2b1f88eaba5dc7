// Two lists of which neither has anything twice: a record has one partner in the other list or none.

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "pipeline.hpp"

namespace atlas::matching {
namespace {

// More than one sure partner, each about as good as the best, speaks against one to one.
double share_of_multiple(const Batch& batch, const Scored& scored) {
  std::vector<float> best(batch.records, -1e9f);
  for (const auto& [code, weight] : scored)
    for (const auto r : {static_cast<std::uint32_t>(code >> 32), static_cast<std::uint32_t>(code)})
      best[r] = std::max(best[r], weight);
  std::unordered_map<std::uint32_t, std::uint32_t> partners;
  std::size_t sure = 0;
  for (const auto& [code, weight] : scored) {
    const auto a = static_cast<std::uint32_t>(code >> 32), b = static_cast<std::uint32_t>(code);
    if (weight < 6 || weight < std::max(best[a], best[b]) - 3) continue;
    ++sure;
    ++partners[a];
    ++partners[b];
  }
  double multiple = 0;
  for (const auto& [record, count] : partners) multiple += count > 1 ? count - 1 : 0;
  return sure > 0 ? multiple / static_cast<double>(sure) : 0;
}

}  // namespace

// Two clean lists match across, one to one.
bool is_one_to_one(DedupResult& result, const Batch& batch, const Scored& scored, bool two_tables,
                   std::optional<bool> within_asked) {
  double within = 0, across = 0;
  for (const auto& [code, weight] : scored)
    (batch.side[code >> 32] != batch.side[code & 0xffffffff] ? across : within) +=
        probability_of_weight(weight);
  result.lists_reason = "expected matches across " + std::to_string(std::llround(across)) + ", within " +
                        std::to_string(std::llround(within));
  if (within_asked) return !*within_asked;
  return two_tables ? share_of_multiple(batch, scored) < 0.25 : across > 5 * within && across >= 3;
}

Scored beside_rivals(const Batch& batch, const Scored& scored) {
  // Messages along the edges of the graph of pairs, both ways: how likely one end is to be had by the other,
  // as far as all its other neighbours leave it. They settle whatever the graph.
  constexpr int rounds = 16;
  constexpr float most_bits = 40;
  std::vector<double> odds, to_first, to_second;
  odds.reserve(scored.size());
  for (const auto& [code, weight] : scored) odds.push_back(std::exp2(std::min(weight, most_bits)));
  to_first = to_second = odds;
  std::vector<double> claims(batch.records);
  for (int round = 0; round < rounds; ++round) {
    std::fill(claims.begin(), claims.end(), 0);
    for (std::size_t i = 0; i < scored.size(); ++i) {
      claims[scored[i].first >> 32] += to_first[i];
      claims[scored[i].first & 0xffffffff] += to_second[i];
    }
    for (std::size_t i = 0; i < scored.size(); ++i) {
      const double others_first = std::max(0.0, claims[scored[i].first >> 32] - to_first[i]);
      const double others_second = std::max(0.0, claims[scored[i].first & 0xffffffff] - to_second[i]);
      to_second[i] = odds[i] / (1 + others_first);
      to_first[i] = odds[i] / (1 + others_second);
    }
  }
  Scored out;
  out.reserve(scored.size());
  for (std::size_t i = 0; i < scored.size(); ++i)
    out.emplace_back(scored[i].first, static_cast<float>(std::log2(to_first[i] / odds[i] * to_second[i])));
  return out;
}

double threshold_of_partners(const Batch& batch, const Scored& beside) {
  constexpr double least = 0.15, alone = 0.45, few = 0.15, falls = 1.5;
  double found = 0;
  for (const auto& [code, weight] : beside) found += probability_of_weight(weight);
  const auto ones = static_cast<double>(std::count(batch.side.begin(), batch.side.end(), std::uint8_t{1}));
  const double shorter = std::max(1.0, std::min(ones, static_cast<double>(batch.records) - ones));
  return std::clamp(alone - falls * (found / shorter - few), least, alone);
}

}  // namespace atlas::matching
