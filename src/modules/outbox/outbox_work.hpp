#pragma once
// The three transactions of sending, and what passes between them.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atlas/channel_store.hpp"
#include "atlas/message_moves.hpp"
#include "atlas/outbox.hpp"
#include "atlas/worker.hpp"

namespace atlas::outbox {

/// At most so many messages under one lease, one start and one record.
inline constexpr std::size_t group_size = 32;

/// A place that we hold under a lease.
struct Claimed {
  Uuid message;
  std::int64_t token = 0;
};

/// A message whose start has committed: it is to be handed over, once.
struct Started {
  Uuid message;
  Uuid attempt;
  std::int64_t token = 0;
  Uuid account;
  Envelope envelope;
  std::shared_ptr<Transport> transport;
};

/// The answer to one of them.
struct Answered {
  const Started* started = nullptr;
  Outcome outcome;
  Timestamp at;
  /// The lease's end came before the first byte: nothing was asked of the provider.
  bool in_vain = false;
};

const Ports& ports_of(Context& cx);

/// Takes what is due (claim), and what leases left behind.
class SendingWorker final : public Worker {
 public:
  Taken take(Context& cx) override;
};

/// The account as a transport sees it: its secrets are read here, in the transaction, and revealed while the
/// transport is called, outside of any.
SendingAccount sending_account_of(Context& cx, const ChannelAccount& account, Secrets* host);

/// One durable transaction for the group: what may leave is SENDING after it.
std::vector<Started> start_group(Context& cx, const std::vector<Claimed>& claimed, Secrets* host);
/// A message that no start gets through: a dead letter with the reason.
void bury(Context& cx, const Claimed& claimed, std::string_view reason);

/// Records an answer on its own attempt, however late; moves the message only upwards.
void finish(Context& cx, const Answered& answered, messages::HourTally& tally);

/// The lease of a message ended before its answer came.
void lose_lease(Context& cx, const OutboundMessage& place, messages::HourTally& tally);

/// UNCERTAIN, or queued again where the provider takes our token for the same message once.
void become_uncertain(Context& cx, messages::Tracked& t, std::string_view event, bool takes_token,
                      std::string_view payload, messages::HourTally& tally);

/// A wait after `spent` attempts, with the context's randomness.
std::optional<std::int64_t> next_wait(Context& cx, std::int64_t spent);

void register_operations(Registry& registry);
void register_watch(Registry& registry);
void register_upkeep(Registry& registry);

}  // namespace atlas::outbox
