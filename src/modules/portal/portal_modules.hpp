#pragma once
// The parts of the public side among each other.

#include "atlas/context.hpp"
#include "atlas/portal.hpp"

namespace atlas::portal {

/// A listing that anybody may see. Throws not_found.
Listing public_listing(Context& cx, const Uuid& id);

void register_listings(Registry& registry);
void register_leads(Registry& registry);
void register_counting(Registry& registry);

}  // namespace atlas::portal
