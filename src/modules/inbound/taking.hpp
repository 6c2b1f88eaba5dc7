#pragma once
// One thing of a delivery after the other, each in a savepoint of its own.

#include <functional>
#include <string>
#include <vector>

#include "atlas/channels.hpp"
#include "atlas/inbound.hpp"
#include "atlas/webhook.hpp"

namespace atlas {

class Context;

namespace inbound {

/// What became of a delivery.
struct Tally {
  std::int64_t messages = 0, statuses = 0, duplicates = 0;
  std::vector<Rejected> rejected;
};

/// Takes what `wanted` says of a delivery (by index). `again`: a person asked for it, so that its age does
/// not matter.
Tally take_delivery(Context& cx, const ChannelAccount& account, const Delivery& delivery, bool again,
                    const std::function<bool(std::int64_t index)>& wanted);

/// The parts, which throw what the item is rejected for. `message`: true when it was there already.
bool take_message(Context& cx, const ChannelAccount& account, const InboundMessage& message, bool again);
bool take_report(Context& cx, const ChannelAccount& account, const DeliveryReport& report);
void take_preference(Context& cx, const ChannelAccount& account, const PreferenceChange& change);
void take_notice(Context& cx, const ChannelAccount& account, const AccountNotice& notice);

/// An item that cannot be taken, and the stable word for why.
Error unfit(std::string_view reason, const char* message);

/// How an inbound message of this channel is told of in the ledger; LEAD_SOURCE_ and CONSENT_SRC_ codes.
std::string_view lead_source(std::string_view channel_code);
std::string_view consent_source(std::string_view channel_code);

}  // namespace inbound
}  // namespace atlas
