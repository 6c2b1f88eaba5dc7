// What is told of the groups: every pair of them, and those that a person should look at.

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "pairing.hpp"
#include "pipeline.hpp"

namespace atlas::matching {

void report_pairs(DedupResult& result, const Batch& batch, const Grouping& grouping, bool review) {
  const std::span<const std::uint32_t> groups = grouping.groups, order = grouping.order;
  std::map<std::uint32_t, std::vector<std::uint32_t>> members;
  {
    std::vector<std::uint32_t> sizes(groups.size());
    for (const std::uint32_t g : groups) ++sizes[g];
    for (std::uint32_t r = 0; r < groups.size(); ++r)
      if (sizes[groups[r]] > 1) members[groups[r]].push_back(r);
  }
  result.clusters = members.size();
  // Every pair of a group, scored where it was no candidate.
  std::unordered_map<PairCode, float> known;
  for (const auto& [code, weight] : grouping.scored)
    if (groups[code >> 32] == groups[code & 0xffffffff]) known.emplace(code, weight);
  const bool two_tables = result.first_rows < result.ids.size();
  const auto put = [&](std::uint32_t a, std::uint32_t b, double weight, std::uint32_t group, bool same) {
    FoundPair pair;
    pair.a = order[a];
    pair.b = order[b];
    const bool turn = two_tables ? pair.a > pair.b : result.ids[pair.b] < result.ids[pair.a];
    if (turn) std::swap(pair.a, pair.b);
    pair.weight = weight;
    pair.probability = probability_of_weight(weight);
    pair.cluster = group;
    pair.same = same;
    result.pairs.push_back(pair);
  };
  for (const auto& [group, in] : members) {
    std::uint32_t name = order[in[0]];
    for (const std::uint32_t r : in)
      if (result.ids[order[r]] < result.ids[name]) name = order[r];
    for (std::size_t i = 0; i < in.size(); ++i) {
      for (std::size_t j = i + 1; j < in.size(); ++j) {
        if (!batch.admits(in[i], in[j])) continue;
        const PairCode code = pair_code(in[i], in[j]);
        const auto it = known.find(code);
        const double weight = it != known.end() ? it->second : [&] {
          const auto one = score_pairs(batch, std::span(&code, 1), -1e9);
          return double(one[0].second);
        }();
        put(in[i], in[j], weight, name, true);
      }
    }
  }
  if (review) {
    const double from = std::log2(batch.model.review / (1 - batch.model.review));
    for (const auto& [code, weight] : grouping.scored) {
      const auto a = static_cast<std::uint32_t>(code >> 32), b = static_cast<std::uint32_t>(code);
      if (weight < from || groups[a] == groups[b]) continue;
      put(a, b, weight, order[a], false);
    }
  }
  std::sort(result.pairs.begin(), result.pairs.end(), [&](const FoundPair& x, const FoundPair& y) {
    if (result.ids[x.a] != result.ids[y.a]) return result.ids[x.a] < result.ids[y.a];
    return result.ids[x.b] < result.ids[y.b];
  });
}

Score explain(const DedupResult& result, const Table& first, const Table* second, std::uint32_t a,
              std::uint32_t b) {
  const Model& model = result.model.value();
  const auto read = [&](std::uint32_t row) {
    const bool two = row >= first.rows();
    const Table& table = two ? *second : first;
    const std::size_t r = two ? row - first.rows() : row;
    Record record;
    for (std::size_t f = 0; f < model.fields().size(); ++f) {
      const std::size_t column = two ? result.columns_second[f] : result.columns_first[f];
      record.values.emplace_back(column == no_column ? std::string_view() : table.cell(r, column));
    }
    const std::string region = row < result.regions.size() ? result.regions[row] : "ZZ";
    return PreparedRecord(record, model, region);
  };
  return score(read(a), read(b), model);
}

}  // namespace atlas::matching
