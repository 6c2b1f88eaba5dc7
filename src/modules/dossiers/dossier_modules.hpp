#pragma once
// The parts of the dossiers room that register themselves.

#include "atlas/registry.hpp"

namespace atlas::dossiers {

void register_status(Registry& registry);
void register_parties_of(Registry& registry);

/// A party, a link, a status change is assigned to me if its dossier is.
void register_party_scopes(Registry& registry, TableId dossiers, const ScopeRule& mine);

}  // namespace atlas::dossiers
