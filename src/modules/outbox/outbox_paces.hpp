#pragma once
// How fast an account may go, and to one address; and how long a provider wants to hear nothing of it.

#include <map>
#include <optional>
#include <string>

#include "atlas/channels.hpp"
#include "atlas/context.hpp"
#include "atlas/outbox_records.hpp"

namespace atlas::outbox {

/// The longest that a provider's word holds a whole account: then one message asks again.
inline constexpr std::int64_t longest_hold = micros_per_hour;
/// How long a gauge that tells nothing any more is kept: hosts' clocks differ.
inline constexpr std::int64_t pace_retention = micros_per_day;

/// Read once per transaction, written once.
class Paces {
 public:
  explicit Paces(Context& cx) : cx_(cx) {}

  /// When the message may leave; nothing: now.
  std::optional<Timestamp> wait(const ChannelAccount& account, const std::string& lane);
  /// One leaves now.
  void go(const ChannelAccount& account, const std::string& lane);
  void write();

 private:
  struct Entry {
    SendingPace was, now;
    bool is_new = false;
  };
  Entry& of(const std::string& gauge);

  Context& cx_;
  std::map<std::string, Entry> paces_;
  std::map<Uuid, std::optional<Timestamp>> held_;
};

/// A provider has asked for a pause of the whole account: nothing starts from it before `until`, and no
/// earlier word shortens that. At most longest_hold.
void hold_account(Context& cx, const Uuid& account, Timestamp until);
/// Until when the account is held; nothing: it is not.
std::optional<Timestamp> held_until(Context& cx, const Uuid& account);

}  // namespace atlas::outbox
