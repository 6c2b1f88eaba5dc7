// What is told of the groups: every pair of them, and those that a person should look at.

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "atlas/text.hpp"
#include "listing_table.hpp"
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
  const std::size_t fields = model.fields().size();
  const auto given = [&](std::uint32_t row, std::size_t f) {
    const bool two = row >= first.rows();
    const std::size_t column = two ? result.columns_second[f] : result.columns_first[f];
    if (column == no_column) return std::string_view();
    return (two ? *second : first).cell(two ? row - first.rows() : row, column);
  };
  const auto read = [&](std::uint32_t row) {
    const bool two = row >= first.rows();
    Record record;
    for (std::size_t f = 0; f < fields; ++f) {
      if (!result.read) {
        record.values.emplace_back(given(row, f));
        continue;
      }
      const FieldColumns& columns = result.read->fields[f];
      const Table& table = two ? *result.read->second : result.read->first;
      record.values.emplace_back(
          table.cell(two ? row - first.rows() : row, two ? columns.second : columns.first));
    }
    const std::string region = row < result.regions.size() ? result.regions[row] : "ZZ";
    return PreparedRecord(record, model, region);
  };
  Score out = score(read(a), read(b), model);
  if (!result.read) return out;
  // Shown as given, where it was given.
  for (std::size_t c = 0; c < model.data().comparisons.size(); ++c) {
    const auto& of = model.data().comparisons[c].fields;
    if (of.size() != 1) continue;
    if (const std::string_view cell = trim(given(a, of[0])); !cell.empty())
      out.contributions[c].value_a = cell.substr(0, value_bytes);
    if (const std::string_view cell = trim(given(b, of[0])); !cell.empty())
      out.contributions[c].value_b = cell.substr(0, value_bytes);
  }
  return out;
}

}  // namespace atlas::matching
