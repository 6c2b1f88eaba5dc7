#pragma once
// What is compared of a record. Pure.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/duplicates.hpp"
#include "atlas/matching.hpp"
#include "atlas/registry.hpp"

namespace atlas::duplicates {

inline constexpr std::size_t dossier_kind = 0, party_kind = 1, listing_kind = 2;
/// Its place in `kinds`.
std::size_t number_of(std::string_view kind);

/// The model that each kind begins with.
matching::Model built_in_model(std::size_t kind);

/// The fields of the kind's model, in its order, as far as the record holds them.
matching::Record values_of(std::size_t kind, const void* record);

/// Which of these values is a telephone whose country nobody told, so that it was taken for the
/// organisation's; such a number weighs less. Nothing where there is none.
std::optional<std::size_t> guessed_phone_of(std::size_t kind, const void* record);

/// Records that differ in this are never one: dossiers of two case types.
std::string_view gate_of(std::size_t kind, const void* record);

/// What must differ for a change to be material: every compared value, folded, and the gate.
std::string compared_text(std::size_t kind, const void* record);

/// Match keys beside the exact ones that `out` holds already, up to 4 in all. Of the built-in model, whatever
/// model is in force: keys belong to the rules of the library, not to a training.
void append_keys(std::size_t kind, const matching::Model& built_in, const void* record,
                 std::vector<MatchKey>& out);

}  // namespace atlas::duplicates
