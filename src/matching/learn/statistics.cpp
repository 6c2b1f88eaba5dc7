// What is counted before anything is learnt.

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "batch.hpp"
#include "similarity.hpp"

namespace atlas::matching {

namespace {

// Belongs to one person or thing, unless it is shared.
bool is_personal(Comparator comparator) {
  return comparator == Comparator::email || comparator == Comparator::phone ||
         comparator == Comparator::identifier;
}

}  // namespace

constexpr float few_holders = 4;

void count_frequencies(Batch& batch, std::span<const std::uint32_t> groups) {
  const std::size_t n = batch.records, width = batch.model.comparisons.size();
  // Members of groups of two or more, together.
  std::vector<std::uint32_t> grouped;
  double things = 0;
  if (!groups.empty()) {
    std::vector<std::uint32_t> sizes(n);
    for (const std::uint32_t g : groups) ++sizes[g];
    for (std::uint32_t r = 0; r < n; ++r) {
      if (groups[r] == r) ++things;
      if (sizes[groups[r]] > 1) grouped.push_back(r);
    }
    std::sort(grouped.begin(), grouped.end(), [&](std::uint32_t a, std::uint32_t b) {
      return groups[a] != groups[b] ? groups[a] < groups[b] : a < b;
    });
  }
  for (std::size_t c = 0; c < width; ++c) {
    Comparison& comparison = batch.model.comparisons[c];
    comparison.counts.clear();
    double filled = 0;
    std::unordered_map<const Value*, float> uses;
    for (std::size_t r = 0; r < n; ++r) {
      const Value* value = batch.row(r)[c];
      if (value == nullptr || !value->present) continue;
      ++filled;
      ++uses[value];
    }
    // Twice what one thing says is said once.
    std::vector<std::uint64_t> seen;
    double repeated = 0;
    for (std::size_t i = 0; i < grouped.size();) {
      std::size_t j = i;
      seen.clear();
      std::size_t filled_here = 0;
      for (; j < grouped.size() && groups[grouped[j]] == groups[grouped[i]]; ++j) {
        const Value* value = batch.row(grouped[j])[c];
        if (value == nullptr || !value->present) continue;
        ++filled_here;
        std::vector<std::uint64_t> own;
        for_each_counted(*value, [&](std::uint64_t h) { own.push_back(h); });
        std::sort(own.begin(), own.end());
        own.erase(std::unique(own.begin(), own.end()), own.end());
        seen.insert(seen.end(), own.begin(), own.end());
      }
      if (filled_here > 1) repeated += static_cast<double>(filled_here - 1);
      std::sort(seen.begin(), seen.end());
      for (std::size_t k = 0; k < seen.size();) {
        std::size_t l = k;
        while (l < seen.size() && seen[l] == seen[k]) ++l;
        if (l - k > 1) comparison.counts.add(seen[k], -static_cast<float>(l - k - 1));
        k = l;
      }
      i = j;
    }
    for (const Value& value : batch.pools[c]) {
      const auto it = uses.find(&value);
      if (it == uses.end()) continue;
      for_each_counted(value, [&](std::uint64_t h) { comparison.counts.add(h, it->second); });
    }
    // A number that few records have is taken for one person's: those who left nothing else cannot be known
    // to be the same before it counts.
    // So is a name where nothing but the name tells.
    if (groups.empty() && batch.model.name_alone && comparison.comparator == Comparator::title)
      comparison.counts.forget_rare(few_holders);
    if (is_personal(comparison.comparator)) comparison.counts.forget_rare(groups.empty() ? 8 : 2);
    comparison.total = std::max(1.0, filled - repeated);
    for (Value& value : batch.pools[c]) assign_bits(value, comparison);
  }
}

void measure_strangers(Batch& batch, std::span<const std::uint32_t> groups, std::size_t pairs) {
  const std::size_t n = batch.records, width = batch.model.comparisons.size();
  if (n < 2) return;
  std::vector<Shares> seen(width);
  std::vector<double> total(width);
  Outcomes outcomes;
  // How often a word is met hardly moves the levels that people reach: they are compared once, and kept in
  // the order in which they are asked for.
  std::vector<std::int8_t>& levels_of = batch.stranger_levels;
  if (batch.stranger_pairs != pairs) levels_of.clear();
  batch.stranger_pairs = pairs;
  const bool kept = batch.model.people, known = kept && !levels_of.empty();
  std::size_t asked = 0;
  const auto look_at = [&](std::uint32_t a, std::uint32_t b, double times) {
    const std::size_t at = width * asked++;
    if (!batch.admits(a, b)) {
      if (kept && !known) levels_of.resize(at + width, -1);
      return;
    }
    if (!known) {
      compare_rows(batch.model, batch.row(a), batch.row(b), outcomes);
      for (std::size_t c = 0; kept && c < width; ++c) levels_of.push_back(outcomes[c].level);
    }
    if (!groups.empty() && groups[a] == groups[b]) return;
    for (std::size_t c = 0; c < width; ++c) {
      const int level = known ? levels_of[at + c] : outcomes[c].level;
      if (level < 0) continue;
      seen[c][static_cast<std::size_t>(level)] += times;
      total[c] += times;
    }
  };
  // Where there are no more pairs than would be drawn, each is looked at once and counts for as many.
  const double all = static_cast<double>(n) * static_cast<double>(n - 1) / 2;
  if (all <= static_cast<double>(pairs)) {
    for (std::uint32_t a = 0; a < n; ++a)
      for (std::uint32_t b = a + 1; b < n; ++b) look_at(a, b, static_cast<double>(pairs) / all);
  } else {
    for (std::uint64_t k = 0; k < pairs; ++k) {
      const auto a = static_cast<std::uint32_t>(mix(2 * k + 1) % n),
                 b = static_cast<std::uint32_t>(mix(2 * k + 2) % n);
      if (a != b) look_at(a, b, 1);
    }
  }
  for (std::size_t c = 0; c < width; ++c) {
    Comparison& comparison = batch.model.comparisons[c];
    const auto& levels = info_of(comparison.comparator).levels;
    const double belief = std::max(200.0, 0.02 * total[c]);
    double sum = 0;
    if (groups.empty() && is_personal(comparison.comparator)) seen[c] = {}, total[c] = 0;
    for (std::size_t k = 0; k < levels.size(); ++k) {
      comparison.u[k] = (seen[c][k] + belief * levels[k].u) / (total[c] + belief);
      sum += comparison.u[k];
    }
    for (std::size_t k = 0; k < levels.size(); ++k) comparison.u[k] /= sum;
    // Strangers hardly ever have names that agree crosswise; those whose names agree do so either way.
    if (comparison.comparator == Comparator::order) comparison.u[1] = 0.03, comparison.u[0] = 0.97;
    comparison.set_related_shares();
  }
}

std::vector<AgreementRow> patterns_of(const Batch& batch, std::span<const PairCode> pairs, double scale,
                                      const std::vector<bool>& strangers) {
  struct Key {
    std::array<std::int8_t, 2 * max_comparisons + 1> part{};
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Key& k) const {
      return hash_of(std::string_view(reinterpret_cast<const char*>(k.part.data()), k.part.size()));
    }
  };
  const std::size_t width = batch.model.comparisons.size();
  std::unordered_map<Key, double, Hash> counts;
  Outcomes outcomes;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const PairCode code = pairs[i];
    compare_rows(batch.model, batch.row(code >> 32), batch.row(code & 0xffffffff), outcomes);
    Key key;
    for (std::size_t c = 0; c < width; ++c) {
      key.part[2 * c] = outcomes[c].level;
      key.part[2 * c + 1] = static_cast<std::int8_t>(
          outcomes[c].bits < 0 ? -1 : std::min(100.0, std::round(outcomes[c].bits / 2.0)));
    }
    if (i < strangers.size() && strangers[i]) key.part.back() = 1;
    counts[key] += scale;
  }
  std::vector<std::pair<Key, double>> sorted(counts.begin(), counts.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const auto& a, const auto& b) { return a.first.part < b.first.part; });
  std::vector<AgreementRow> rows;
  rows.reserve(sorted.size());
  for (const auto& [key, count] : sorted) {
    AgreementRow row;
    row.count = count;
    row.strangers = key.part.back() != 0;
    for (std::size_t c = 0; c < width; ++c) {
      row.outcomes[c].level = key.part[2 * c];
      row.outcomes[c].bits = key.part[2 * c + 1] < 0 ? -1.f : 2.f * static_cast<float>(key.part[2 * c + 1]);
    }
    rows.push_back(row);
  }
  return rows;
}

}  // namespace atlas::matching
