#pragma once
// Which model a kind's records are compared by, and what other rooms add to the search.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "atlas/context.hpp"
#include "matched_values.hpp"

namespace atlas::duplicates {

/// A model with its version at hand.
struct InForce {
  explicit InForce(matching::Model m) : model(std::move(m)), version(model.version()) {}
  matching::Model model;
  std::string version;
};

/// What does not depend on an organisation: the registry's part.
struct Search {
  Search();
  std::array<std::shared_ptr<const InForce>, 3> built_in;
  std::array<std::vector<Extension>, 3> extensions;
};
const Search& search_of(const Context& cx);

/// The fields of the kind's model, with what other rooms know of the record.
matching::Record all_values_of(Context& cx, std::size_t kind, const void* record);

/// The row of the kind, or one that says what goes without a row.
DuplicateSetup setup_of(Context& cx, std::size_t kind, RowLock lock = RowLock::none);
/// The same, read once in a transaction where nobody else can change it meanwhile.
DuplicateSetup setup_in_transaction(Context& cx, std::size_t kind);
/// Kept between calls.
std::shared_ptr<const InForce> model_in_force(Context& cx, std::size_t kind, const DuplicateSetup& row);
inline std::shared_ptr<const InForce> model_in_force(Context& cx, std::size_t kind) {
  return model_in_force(cx, kind, setup_of(cx, kind));
}

/// From which probability on people are shown a pair: the organisation's choice, else that of the kind; never
/// more than that from which the model takes two for one.
double review_threshold_of(const DuplicateSetup& row, const matching::Model& model);
/// Nothing: that of the kind again.
void set_review_threshold(DuplicateSetup& row, std::optional<Decimal> probability);

/// Writes the row, a new one where there is none.
void save_setup(Context& cx, const DuplicateSetup& before, DuplicateSetup& after);

/// Six decimals of a probability, three of a weight.
Decimal probability_units(double probability);
Decimal weight_units(double bits);

Setup told(const DuplicateSetup& row, const InForce& in_force);

/// duplicates.train, .models, .get_model, .adopt, .configure, .setup.
void register_models(Registry& registry);

}  // namespace atlas::duplicates
