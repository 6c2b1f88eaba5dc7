#pragma once
// Whose message is it: the person, and the dossier.

#include <optional>
#include <string>
#include <vector>

#include "atlas/channels.hpp"
#include "atlas/id.hpp"
#include "atlas/webhook.hpp"

namespace atlas {

class Context;
class Registry;

namespace inbound {

/// Where a message goes.
struct Route {
  std::optional<Uuid> dossier_id;
  std::optional<Uuid> party_id;
  Uuid subject_id;            ///< whose personal data it is; nil while it is nobody's
  std::vector<Uuid> holders;  ///< every party that lists the address
};

/// The dossier of the message that it answers; else of the open ones whose contact or party has the address
/// the one that wrote to it in the last 30 days, else the one with the latest activity.
Route find_route(Context& cx, const ChannelAccount& account, const InboundMessage& message,
                 const std::string& address, bool thorough);

/// Fills in what find_route left open: a new dossier, linked to the party that has the address, or to a new
/// one. Where the plan's dossiers are spent the message stays without.
void open_route(Context& cx, const InboundMessage& message, const std::string& address, Route& route);

}  // namespace inbound
}  // namespace atlas
