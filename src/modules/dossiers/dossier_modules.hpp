#pragma once
// The parts of the dossiers room: what they share, and how they register.

#include <memory>
#include <string>

#include "atlas/dossiers.hpp"
#include "atlas/registry.hpp"

namespace atlas::dossiers {

/// The workflow that a dossier runs on.
std::shared_ptr<const workflow::Definition> definition_of(Context& cx, const Dossier& dossier);
/// The one that a new dossier takes; throws invalid_argument (/case_type_code) when there is none.
std::shared_ptr<const workflow::Definition> definition_for_new(Context& cx, const std::string& case_type);

/// The dossier with the changes of an update, not saved. Throws as dossiers.update.
Dossier changed_by(Context& cx, const Dossier& before, const Update& in);

Dossier retype(Context& cx, const SetCaseType& in);
TimeByState measure_states(Context& cx, const TimeByStateInput& in);

void register_status(Registry& registry);
void register_parties_of(Registry& registry);

/// A party, a link, a status change is assigned to me if its dossier is.
void register_party_scopes(Registry& registry, TableId dossiers, const ScopeRule& mine);

}  // namespace atlas::dossiers
