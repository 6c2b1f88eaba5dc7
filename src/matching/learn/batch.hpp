#pragma once
// A whole set of records made ready: values read once each, one row of values per record, in an order that
// follows from the records' content alone.

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "em.hpp"
#include "model_data.hpp"

namespace atlas::matching {

/// Two records that may be the same, the smaller number first: a << 32 | b.
using PairCode = std::uint64_t;
constexpr PairCode pair_code(std::uint32_t a, std::uint32_t b) noexcept {
  return a < b ? std::uint64_t{a} << 32 | b : std::uint64_t{b} << 32 | a;
}

struct Batch {
  ModelData model;
  std::size_t records = 0;
  std::size_t first_rows = 0;        ///< With two tables: records below are of the first. In canonical order
                                     ///< this is told by `side`.
  std::vector<std::uint8_t> side;    ///< 0 or 1 by record; empty = one list.
  std::vector<const Value*> values;  ///< records × comparisons
  std::vector<std::deque<Value>> pools;  ///< Distinct values by comparison.
  const Value* const* row(std::size_t record) const {
    return values.data() + record * model.comparisons.size();
  }
  /// What measure_strangers() saw, pairs × comparisons, when it was asked for so many.
  std::vector<std::int8_t> stranger_levels;
  std::size_t stranger_pairs = 0;
  /// May these two be compared: not within one list when matches are only across.
  bool across_only = false;
  bool admits(std::uint32_t a, std::uint32_t b) const { return !across_only || side[a] != side[b]; }
  double all_pairs() const;
};

/// Fills counts and bits from all records; `groups` (by record, smallest member) count once.
void count_frequencies(Batch& batch, std::span<const std::uint32_t> groups);
/// Shares of the levels among random pairs, those of one group left out.
void measure_strangers(Batch& batch, std::span<const std::uint32_t> groups, std::size_t pairs);

struct RuleChosen {
  std::string name;
  std::uint64_t pairs = 0;
};
struct Candidates {
  std::vector<PairCode> pairs;  ///< Sorted, each once.
  std::vector<RuleChosen> rules;
};
/// Chooses rules from the data and brings together what shares a key.
Candidates find_candidates(const Batch& batch, std::size_t per_record);

/// Patterns of the pairs (those marked in `strangers` apart) and how often each occurs, sorted.
std::vector<AgreementRow> patterns_of(const Batch& batch, std::span<const PairCode> pairs, double scale,
                                      const std::vector<bool>& strangers = {});

}  // namespace atlas::matching
