#pragma once
// One consent with all that was recorded of it; the only writer of the ledger.

#include <string>
#include <string_view>
#include <vector>

#include "atlas/consent.hpp"
#include "atlas/context.hpp"

namespace atlas::consents {

/// A clock of somebody else's may be ahead of ours by this much.
inline constexpr std::int64_t clock_skew = 5 * micros_per_minute;

/// In normal form; throws invalid_argument at /address.
std::string read_address(Context& cx, std::string_view channel, std::string_view raw,
                         const std::optional<std::string>& region);

/// When it happened: now unless said, not in the future.
Timestamp time_of(Context& cx, const std::optional<Timestamp>& at);

/// Holds the addresses to the end of the transaction: whoever records about one of them comes after us.
void lock_addresses(Context& cx, const std::vector<std::string>& addresses);

/// Channels that an address of this channel's kind has.
std::vector<std::string> channels_like(std::string_view channel);

std::optional<Consent> find_consent(Context& cx, std::string_view channel, std::string_view address,
                                    std::string_view purpose);
std::vector<ConsentEvent> events_of(Context& cx, const Uuid& consent);

/// Of the purpose and of every one.
std::vector<Suppression> suppressions_of(Context& cx, std::string_view channel, std::string_view address,
                                         std::string_view purpose);
void suppress(Context& cx, std::string_view channel, std::string_view address, std::string_view purpose,
              std::string_view reason, Timestamp at);

/// Opened under the lock of its address; events are added, then written together with the state that they add
/// up to: one audit entry, whatever their number.
class Account {
 public:
  Account(Context& cx, std::string_view channel, std::string_view address, std::string_view purpose);
  Account(Context& cx, Consent consent);

  const Consent& consent() const { return consent_; }
  const std::vector<ConsentEvent>& events() const { return events_; }
  std::string_view state() const;
  /// Completes the event: number, actor, hash.
  const ConsentEvent& add(ConsentEvent event);
  /// Ends a grant whose time is over.
  void lapse_if_over();
  void write();

 private:
  Context& cx_;
  Consent before_, consent_;
  std::vector<ConsentEvent> events_;
  std::size_t stored_ = 0;
};

}  // namespace atlas::consents
