// The trainer against parameters that are known, and the traps of training without labels.

#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <vector>

#include "em.hpp"

using namespace atlas::matching;

namespace {

struct Known {
  int agree[3];
  double pairs, probability;
};
// 4,000 compared pairs drawn from lambda = 0.5, m = 0.70 0.90 0.95, u = 0.10 0.025 0.20.
constexpr Known known[] = {
    {{0, 0, 0}, 1407, 0.0021321961620469083}, {{0, 0, 1}, 408, 0.13970588235294115},
    {{0, 1, 0}, 63, 0.4285714285714287},      {{0, 1, 1}, 522, 0.9827586206896552},
    {{1, 0, 0}, 163, 0.04294478527607363},    {{1, 0, 1}, 172, 0.7732558139534884},
    {{1, 1, 0}, 67, 0.9402985074626868},      {{1, 1, 1}, 1198, 0.9991652754590986},
};

// Three comparisons of two levels: 0 agrees, 1 does not. `order` has two levels and no other meaning here.
ModelData three(double m, double u, double prior) {
  ModelData model;
  for (int i = 0; i < 3; ++i) {
    Comparison comparison;
    comparison.comparator = Comparator::order;
    comparison.m = {m, 1 - m};
    comparison.u = {u, 1 - u};
    for (Shares& r : comparison.r) r = {0.5, 0.5};
    comparison.refresh();
    model.comparisons.push_back(comparison);
  }
  model.prior_same = prior;
  return model;
}

AgreementRow row(int a, int b, int c, double count) {
  AgreementRow out;
  out.count = count;
  const int agree[3] = {a, b, c};
  for (std::size_t i = 0; i < 3; ++i) out.outcomes[i].level = agree[i] != 0 ? 0 : 1;
  return out;
}

std::vector<AgreementRow> rows_of(double lambda, const double (&m)[3], const double (&u)[3], double pairs) {
  std::vector<AgreementRow> rows;
  for (int pattern = 0; pattern < 8; ++pattern) {
    double same = lambda, strangers = 1 - lambda;
    for (int i = 0; i < 3; ++i) {
      const bool agrees = (pattern >> i & 1) != 0;
      same *= agrees ? m[i] : 1 - m[i];
      strangers *= agrees ? u[i] : 1 - u[i];
    }
    rows.push_back(row(pattern & 1, pattern >> 1 & 1, pattern >> 2 & 1, pairs * (same + strangers)));
  }
  return rows;
}

const EmOptions free_of_beliefs{.all_pairs = 0,
                                .belief = 0,
                                .most_same = 1e300,
                                .related = false,
                                .learn_strangers = true,
                                .rounds = 2000,
                                .enough = 1e-12};

}  // namespace

TEST_CASE("the trainer finds known parameters from any start") {
  constexpr double m[3] = {0.70, 0.90, 0.95}, u[3] = {0.10, 0.025, 0.20};
  std::vector<AgreementRow> rows;
  for (const Known& k : known) rows.push_back(row(k.agree[0], k.agree[1], k.agree[2], k.pairs));
  for (const auto& [m0, u0, prior] :
       {std::array{0.9, 0.1, 0.3}, std::array{0.6, 0.4, 0.1}, std::array{0.8, 0.3, 0.7}}) {
    ModelData model = three(m0, u0, prior);
    learn(model, rows, free_of_beliefs);
    CHECK(std::abs(model.prior_same - 0.5) < 1e-4);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(std::abs(model.comparisons[i].m[0] - m[i]) < 1e-4);
      CHECK(std::abs(model.comparisons[i].u[0] - u[i]) < 1e-4);
    }
    // And the probabilities of patterns that somebody else worked out.
    for (const Known& pattern : known) {
      Outcomes outcomes;
      for (std::size_t i = 0; i < 3; ++i) outcomes[i].level = pattern.agree[i] != 0 ? 0 : 1;
      Evidence evidence;
      weigh(model, outcomes, evidence);
      CHECK(std::abs(probability_of_weight(total_weight(model, evidence).total) - pattern.probability) <
            1e-4);
    }
  }
}

TEST_CASE("a share of nothing can come back") {
  constexpr double m[3] = {0.70, 0.90, 0.95}, u[3] = {0.10, 0.025, 0.20};
  ModelData model = three(0.9, 0.1, 0.3);
  model.comparisons[0].m = {1e-300, 1};
  model.comparisons[1].u = {1e-300, 1};
  for (Comparison& comparison : model.comparisons) comparison.refresh();
  learn(model, rows_of(0.5, m, u, 4000), free_of_beliefs);
  CHECK(std::abs(model.comparisons[0].m[0] - 0.70) < 1e-3);
  CHECK(std::abs(model.comparisons[1].u[0] - 0.025) < 1e-3);
}

TEST_CASE("a level that nobody reaches leaves every share a number") {
  ModelData model = three(0.9, 0.1, 0.3);
  for (Comparison& comparison : model.comparisons) {
    comparison.m = {1, 0};
    comparison.u = {0, 1};
    for (Shares& r : comparison.r) r = {1, 0};
    comparison.refresh();
  }
  EmOptions options = free_of_beliefs;
  options.related = true;
  learn(model, std::vector{row(1, 1, 1, 50), row(0, 0, 0, 950)}, options);
  for (const Comparison& comparison : model.comparisons)
    for (std::size_t k = 0; k < 2; ++k) {
      CHECK(comparison.m[k] > 0);
      CHECK(comparison.u[k] > 0);
      CHECK(std::isfinite(comparison.m_bits[k]));
    }
  CHECK(model.prior_same > 0);
  Evidence evidence;
  weigh(model, row(1, 0, 1, 1).outcomes, evidence);
  CHECK(std::isfinite(total_weight(model, evidence).total));
}

TEST_CASE("no comparison says more against a pair, or for it, than others can outweigh") {
  const ModelData model = three(1 - 1e-14, 1e-14, 0.1);
  Evidence evidence;
  weigh(model, row(0, 1, 0, 1).outcomes, evidence);
  CHECK(evidence.bits[0] == Approx(-7));
  CHECK(evidence.bits[1] > 20);
  CHECK(evidence.bits[1] < 22.1);
}

TEST_CASE("the prior is the chance among all pairs of the file, not among those compared") {
  constexpr double m[3] = {0.70, 0.90, 0.95}, u[3] = {1e-4, 1e-4, 1e-3};
  ModelData model = three(0.9, 0.1, 1e-4);
  for (std::size_t i = 0; i < 3; ++i) model.comparisons[i].u = {u[i], 1 - u[i]};
  for (Comparison& comparison : model.comparisons) comparison.refresh();
  EmOptions options = free_of_beliefs;
  options.all_pairs = 1e8;
  options.learn_strangers = false;
  // 2,000 true pairs among candidates; the other 10⁸ pairs were never compared.
  const EmResult result = learn(model, rows_of(1.0, m, u, 2000), options);
  CHECK(result.same > 1000);
  CHECK(model.prior_same < 2.1e-5);
  CHECK(model.prior_same > 1e-5);
}

TEST_CASE("a worse level never speaks more for a match than a better one") {
  Comparison comparison;
  comparison.comparator = Comparator::city;
  comparison.m = {0.5, 0.1, 0.3, 0.1};
  comparison.u = {0.05, 0.05, 0.01, 0.89};
  make_monotonic(comparison);
  for (std::size_t k = 1; k < 4; ++k)
    CHECK(comparison.m[k] / comparison.u[k] <= comparison.m[k - 1] / comparison.u[k - 1] * (1 + 1e-12));
}
