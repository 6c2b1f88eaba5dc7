#pragma once
// What a model holds.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "atlas/matching.hpp"
#include "comparators.hpp"
#include "counts.hpp"
#include "values.hpp"

namespace atlas::matching {

inline constexpr std::size_t max_comparisons = 24;
using Shares = std::array<double, max_levels>;

/// Pairs of different things that are no strangers: of one household or building, of one name, and such as
/// share all but what tells them apart.
inline constexpr std::size_t related_kinds = 3;
inline constexpr std::size_t household = 0, namesake = 1, neighbour = 2;

/// One way in which the records of a model are compared.
struct Comparison {
  Comparator comparator = Comparator::category;
  std::vector<std::uint8_t> fields;       ///< Which fields it takes together.
  Shares m{}, u{};                        ///< Share of each level among true and random pairs.
  std::array<Shares, related_kinds> r{};  ///< The same among related pairs of each kind.
  Counts counts;                          ///< How many different things have a value or a word.
  double total = 0;                       ///< Of how many.
  double floor = 0;          ///< No value is taken to be rarer than this; 0 = what the comparator says.
  double shared = 0.5;       ///< How often a household has one value in common; while learning.
  bool own_related = false;  ///< The shares `r` are the model's own, not made of m and u nor learnt.

  std::size_t levels() const { return info_of(comparator).levels.size(); }
  /// −log2 of the chance that somebody else has what `hash` stands for.
  float bits_of(std::uint64_t hash) const;
  void set_default_shares();
  /// What related pairs are believed to be like, by the shares m and u at hand.
  void set_related_shares();
  /// To be called when m, u or r changed.
  void refresh();
  Shares m_bits{}, u_bits{};
  std::array<Shares, related_kinds> r_bits{};  ///< log2 of the shares, by refresh()
};

/// What one comparison of a pair came to.
struct Outcome {
  std::int8_t level = -1;  ///< −1 = missing
  float bits = -1;  ///< −log2 of the frequency of what both have, where that is known; else negative.
};
using Outcomes = std::array<Outcome, max_comparisons>;

class ModelData {
 public:
  std::vector<Field> fields;
  std::vector<Comparison> comparisons;
  double prior_same = 1e-4;  ///< λ: the chance that two records of the whole file are the same.
  std::array<double, related_kinds> prior_related{1e-5, 1e-5, 1e-6};  ///< The same for related ones.
  double same = 0.35, automatic = 0.95, review = 0.05;
  std::string phone_region = "ZZ";
  std::uint64_t records = 0;  ///< That it was learnt from.
  // Which comparisons stand for given and family name and their order; −1 = none.
  int given = -1, family = -1, order = -1;
  // What the records are: people; or flats, houses, things at a place that are offered at a price.
  bool people = false, offers = false;
  // Things that no street or place tells: their names have to say it alone.
  bool name_alone = false;

  void index();
  /// 1 − the priors.
  double prior_strangers() const;
};

/// Fills in how much each part of the value says.
void assign_bits(Value& value, const Comparison& comparison);

/// One value per comparison, nullptr or absent = missing.
using Row = const Value* const*;
void compare_rows(const ModelData& model, Row a, Row b, Outcomes& out);

/// What the outcomes say, in bits.
struct Evidence {
  double same = 0;                              ///< log2 of P(outcomes | same) / P(outcomes | strangers)
  std::array<double, related_kinds> related{};  ///< The same for related ones.
  std::array<double, max_comparisons> bits{};   ///< Parts of `same`.
};
void weigh(const ModelData& model, const Outcomes& outcomes, Evidence& out);
/// Prior, evidence and what related records take away: the weight in bits, and its parts.
struct Weight {
  double total = 0, prior = 0, related = 0;
};
Weight total_weight(const ModelData& model, const Evidence& evidence);

}  // namespace atlas::matching
