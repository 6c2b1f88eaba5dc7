// Rounds of learning, each from what the last one joined; and the scores that come of it.

#include <algorithm>
#include <cmath>

#include "pipeline.hpp"
#include "similarity.hpp"

namespace atlas::matching {

Scored score_pairs(const Batch& batch, std::span<const PairCode> pairs, double least) {
  Scored out;
  Outcomes outcomes;
  Evidence evidence;
  for (const PairCode code : pairs) {
    compare_rows(batch.model, batch.row(code >> 32), batch.row(code & 0xffffffff), outcomes);
    weigh(batch.model, outcomes, evidence);
    const double weight = total_weight(batch.model, evidence).total;
    if (weight >= least) out.emplace_back(code, static_cast<float>(weight));
  }
  return out;
}

std::vector<std::uint32_t> group_records(const Batch& batch,
                                         std::span<const std::pair<PairCode, float>> scored, double threshold,
                                         bool one_to_one) {
  std::vector<WeightedPair> pairs;
  pairs.reserve(scored.size());
  for (const auto& [code, weight] : scored)
    pairs.push_back({static_cast<std::uint32_t>(code >> 32), static_cast<std::uint32_t>(code), weight});
  ClusterOptions options;
  options.threshold = threshold;
  options.one_to_one = one_to_one;
  return cluster(batch.records, pairs, options);
}

namespace {

// Where things have numbers of their own (televisions, parts), those of one make and kind have like titles
// and other numbers: neighbours that share the title's words as well.
void know_siblings(Batch& batch) {
  const std::size_t width = batch.model.comparisons.size();
  std::size_t title = width, codes = width;
  for (std::size_t c = 0; c < width; ++c) {
    if (batch.model.comparisons[c].comparator == Comparator::title && title == width) title = c;
    if (batch.model.comparisons[c].comparator == Comparator::codes) codes = c;
  }
  if (title == width || codes == width) return;
  double coded = 0;
  for (std::size_t r = 0; r < batch.records; ++r) coded += batch.row(r)[codes] != nullptr ? 1 : 0;
  if (coded < 0.25 * static_cast<double>(batch.records)) return;
  constexpr Shares siblings{.01, .03, .10, .16, .22, .18, .15, .15};
  Comparison& comparison = batch.model.comparisons[title];
  comparison.r[neighbour] = siblings;
  comparison.refresh();
  // One figure or letter apart is the next model.
  constexpr Shares numbered{.02, .35, .63};
  batch.model.comparisons[codes].r[neighbour] = numbered;
  batch.model.comparisons[codes].refresh();
}

// How many pairs groups hold.
double pairs_within(std::span<const std::uint32_t> groups) {
  std::vector<double> sizes(groups.size());
  for (const std::uint32_t g : groups) ++sizes[g];
  double pairs = 0;
  for (const double size : sizes) pairs += size * (size - 1) / 2;
  return pairs;
}

// Weights that mean something to groups; and such as no later turn brings near to that.
constexpr double least_told = -8, least_hope = -24, least_begun = -32;

// What nobody has checked is as sure as what it assumes holds: over lists of people that were not looked at,
// of a hundred told to be so sure up to three are wrong.
constexpr double learnt_automatic = 0.99;

// Nobody is met again more than a few times.
constexpr double most_copies = 6, most_offers = 1;

}  // namespace

void train_batch(Batch& batch, std::span<const PairCode> candidates, const Progress& progress) {
  const double all = batch.all_pairs();
  const std::size_t random_pairs = static_cast<std::size_t>(std::min(200'000.0, std::max(20'000.0, all)));
  // A part of the candidates is enough to learn from; which part follows from their numbers.
  constexpr std::size_t enough = 400'000;
  std::vector<PairCode> sample;
  double scale = 1;
  if (candidates.size() > enough) {
    scale = static_cast<double>(candidates.size()) / enough;
    const double share = 1 / scale;
    for (const PairCode code : candidates)
      if (static_cast<double>(mix(code) >> 11) * 0x1p-53 < share) sample.push_back(code);
    scale =
        static_cast<double>(candidates.size()) / static_cast<double>(std::max<std::size_t>(1, sample.size()));
  }
  std::span<const PairCode> used = sample.empty() ? candidates : std::span<const PairCode>(sample);
  const auto look_at = [&](const Scored& scored) {
    std::vector<PairCode> left;
    left.reserve(scored.size());
    for (const auto& [code, weight] : scored) left.push_back(code);
    sample = std::move(left);
    used = sample;
  };
  std::vector<std::uint32_t> groups;
  const double ones = static_cast<double>(std::count(batch.side.begin(), batch.side.end(), std::uint8_t{1}));
  const int turns = scale > 1 ? 2 : 3;
  const std::vector<Comparison> beliefs = batch.model.comparisons;
  for (int turn = 0; turn < turns; ++turn) {
    if (progress) progress("learning", static_cast<double>(turn) / turns);
    if (turn > 0) {
      count_frequencies(batch, groups);
      for (std::size_t c = 0; c < beliefs.size(); ++c) {
        batch.model.comparisons[c].m = beliefs[c].m;
      }
    }
    measure_strangers(batch, groups, random_pairs);
    know_siblings(batch);
    const double n = static_cast<double>(batch.records);
    batch.model.prior_same = std::min(0.2, 0.1 * n / all);
    batch.model.prior_related.fill(std::min(0.1, 0.03 * n / all));
    // Most candidates are strangers beyond doubt, and need no second look to be counted as such.
    if (turn == 0 && batch.model.people) look_at(score_pairs(batch, used, least_begun));
    const std::vector<AgreementRow> rows = patterns_of(batch, used, scale);
    EmOptions options;
    options.all_pairs = all;
    // People are told by fields that hardly overlap; advertisements by many that do.
    // One list of people holds many of one name; across two lists the better partner tells them apart.
    if (batch.model.people && !batch.across_only) options.namesakes = 0.75;
    options.same_belief = batch.model.people ? 0.05 : batch.model.offers ? 1 : 0.3;
    // Across two lists hardly anybody is met more than once.
    const double copies = batch.model.offers ? most_offers : most_copies;
    options.most_same = batch.across_only ? std::min(ones, n - ones) : copies * n;
    learn(batch.model, rows, options);
    for (Comparison& comparison : batch.model.comparisons)
      if (comparison.comparator != Comparator::order) make_monotonic(comparison);
    if (turn + 1 < turns) {
      Scored scored = score_pairs(batch, used, least_hope);
      if (batch.model.people) look_at(scored);
      std::erase_if(scored, [](const auto& pair) { return pair.second < least_told; });
      groups = group_records(batch, scored, turn == 0 ? 0.15 : 0.25, false);
      // What joins more than anybody is met again is no copy, and must not be taken out of what is counted:
      // it would look the rarer for it, and join the more.
      if (pairs_within(groups) > copies * n) groups.clear();
    }
  }
  batch.model.records = batch.records;
  if (batch.model.people) batch.model.automatic = learnt_automatic;
}

// Where probabilities hold, F1 is the greatest at the half of what it comes to.
double best_threshold(std::span<const std::pair<PairCode, float>> scored, std::size_t records) {
  std::vector<double> chances;
  double all = 0;
  for (const auto& [code, weight] : scored) {
    chances.push_back(probability_of_weight(weight));
    all += chances.back();
  }
  std::sort(chances.begin(), chances.end(), std::greater<>());
  double found = 0, best = 0;
  for (std::size_t i = 0; i < chances.size(); ++i) {
    found += chances[i];
    best = std::max(best, 2 * found / (static_cast<double>(i + 1) + all));
  }
  // Where everybody is met again many times a record is vouched for by several others, and what one pair
  // cannot know the group does.
  const double met_again = 2 * all / static_cast<double>(records);
  return std::max(0.08, std::clamp(best / 2, 0.3, 0.5) / std::max(1.0, met_again / 1.5));
}

}  // namespace atlas::matching
