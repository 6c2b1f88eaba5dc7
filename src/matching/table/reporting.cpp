// What is told of the groups: every pair of them, and those that a person should look at.

#include <algorithm>
#include <cmath>
#include <map>

#include "atlas/text.hpp"
#include "listing_table.hpp"
#include "pairing.hpp"
#include "pipeline.hpp"
#include "well_formed.hpp"

namespace atlas::matching {

namespace {

// A row of a group, and the record of the batch that it is or is word for word the same as.
struct Member {
  std::uint32_t row, record;
};

class Reporter {
 public:
  Reporter(DedupResult& result, const Batch& batch, const Grouping& grouping)
      : result_(result), batch_(batch), grouping_(grouping) {}

  void groups() {
    std::map<std::uint32_t, std::vector<Member>> members;
    const auto& groups = grouping_.groups;
    std::vector<std::uint32_t> sizes(groups.size());
    for (const std::uint32_t g : groups) ++sizes[g];
    for (std::uint32_t r = 0; r < groups.size(); ++r)
      if (sizes[groups[r]] > 1) members[groups[r]].push_back({grouping_.order[r], r});
    // The others of a crowd are one where the two that stand for it are.
    std::vector<std::vector<Member>> parts;
    for (const Crowd& crowd : grouping_.crowds) {
      if (groups[crowd.record] != groups[crowd.record + 1]) continue;
      std::vector<Member>* part = &members[groups[crowd.record]];
      for (const std::uint32_t row : crowd.rows) {
        if (part->size() >= most_alike) part = &parts.emplace_back();
        part->push_back({row, crowd.record});
      }
    }
    for (const auto& [group, in] : members) parts.push_back(in);
    for (const std::vector<Member>& in : parts) tell(in);
  }

  void to_review() {
    const double from = std::log2(batch_.model.review / (1 - batch_.model.review));
    for (const auto& [code, weight] : grouping_.scored) {
      const auto a = static_cast<std::uint32_t>(code >> 32), b = static_cast<std::uint32_t>(code);
      if (weight < from || grouping_.groups[a] == grouping_.groups[b]) continue;
      put({grouping_.order[a], a}, {grouping_.order[b], b}, grouping_.order[a], false);
    }
  }

 private:
  void tell(const std::vector<Member>& in) {
    if (in.size() < 2) return;
    ++result_.clusters;
    std::uint32_t name = in[0].row;
    for (const Member& m : in)
      if (result_.ids[m.row] < result_.ids[name]) name = m.row;
    for (std::size_t i = 0; i < in.size(); ++i)
      for (std::size_t j = i + 1; j < in.size(); ++j)
        if (batch_.admits(in[i].record, in[j].record)) put(in[i], in[j], name, true);
  }

  void put(const Member& a, const Member& b, std::uint32_t group, bool same) {
    FoundPair pair{.a = a.row, .b = b.row, .cluster = group, .same = same};
    const bool two_tables = result_.first_rows < result_.ids.size();
    if (two_tables ? pair.a > pair.b : result_.ids[pair.b] < result_.ids[pair.a]) std::swap(pair.a, pair.b);
    // Anew, and to the last digit: candidates keep a short weight, and not every pair of a group was one.
    compare_rows(batch_.model, batch_.row(a.record), batch_.row(b.record), outcomes_);
    weigh(batch_.model, outcomes_, evidence_);
    pair.weight = total_weight(batch_.model, evidence_).total;
    pair.probability = probability_of_weight(pair.weight);
    result_.pairs.push_back(pair);
  }

  DedupResult& result_;
  const Batch& batch_;
  const Grouping& grouping_;
  Outcomes outcomes_;
  Evidence evidence_;
};

}  // namespace

void report_pairs(DedupResult& result, const Batch& batch, const Grouping& grouping, bool review) {
  Reporter reporter(result, batch, grouping);
  reporter.groups();
  if (review) reporter.to_review();
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
      out.contributions[c].value_a = well_formed(beginning_of(cell, value_bytes));
    if (const std::string_view cell = trim(given(b, of[0])); !cell.empty())
      out.contributions[c].value_b = well_formed(beginning_of(cell, value_bytes));
  }
  return out;
}

}  // namespace atlas::matching
