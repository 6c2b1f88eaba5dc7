#pragma once
// The parts of the moderation room among each other.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/context.hpp"
#include "atlas/listings.hpp"
#include "atlas/machines.hpp"
#include "atlas/moderation.hpp"

namespace atlas::moderation {

/// The listing as whoever reports or opens a case may see it: in the caller's scope, or public. Throws
/// not_found.
Listing visible_listing(Context& cx, const Uuid& id);

/// The state after `event`; throws transition_not_allowed (from, possible events).
std::string step(machines::Machine machine, std::string_view state, std::string_view event);

/// Cases of an entity in a state, oldest first, at most 1,000.
std::vector<ModerationCase> cases_of(Context& cx, const Uuid& entity, std::string_view status);

/// Closes every report about a listing that is not closed yet.
void close_reports(Context& cx, const Uuid& listing, const Uuid& case_id, std::string_view resolution);

/// Held by whoever opens or decides a case of the entity.
std::string lock_of(const Uuid& entity);

void register_reports(Registry& registry);
void register_rules(Registry& registry);

}  // namespace atlas::moderation
