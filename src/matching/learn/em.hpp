#pragma once
// Learning from agreement patterns without labels: expectation and maximisation over three kinds of pairs,
// the same, related, and strangers.

#include <cstdint>
#include <span>
#include <vector>

#include "model_data.hpp"

namespace atlas::matching {

/// Pairs with equal outcomes, and how many they are.
struct AgreementRow {
  Outcomes outcomes;
  double count = 0;
  bool strangers = false;  ///< Known to be neither the same nor related.
};

struct EmOptions {
  /// Pairs of the whole file. Those that no row stands for are strangers.
  double all_pairs = 0;
  /// As many pairs as this believe in the shares the model begins with; 0 = the data alone.
  double belief = 40;
  /// And a part of how many there seem to be: whatever the data say, a share stays in sight of the belief, so
  /// that no cloud of like strangers can pass for copies.
  double same_belief = 0;
  /// The same for related pairs, as a part of how many there seem to be.
  double related_belief = 1;
  /// No more pairs than this are the same.
  double most_same = 1e300;
  /// In doubt whether two of one name are the same or namesakes, they are namesakes this often.
  double namesakes = 0.25;
  bool related = true;           ///< Is there such a kind of pairs at all?
  bool learn_strangers = false;  ///< Are the shares among strangers learnt too? Else they only rise.
  int rounds = 60;
  double enough = 1e-4;  ///< Ends when no share moves more.
};

struct EmResult {
  int rounds = 0;
  double same = 0, related = 0;  ///< Expected pairs of each kind among the rows.
};

/// Improves the shares m, r (and u) and the priors of `model`. Deterministic; the order of the rows changes
/// sums by rounding only, so give them sorted.
EmResult learn(ModelData& model, std::span<const AgreementRow> rows, const EmOptions& options);

/// Makes evidence fall from level to level: a worse level never speaks more for a match than a better one.
void make_monotonic(Comparison& comparison);

}  // namespace atlas::matching
