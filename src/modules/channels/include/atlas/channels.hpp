#pragma once
// Channel accounts: the numbers and addresses that an organisation sends from and is written to, how
// providers reach it, and where their secrets lie.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Context;
class Registry;

inline constexpr std::array<std::string_view, 6> account_providers{"TWILIO", "META",   "SMTP",
                                                                   "FILE",   "MEMORY", "HOST"};
inline constexpr std::array<std::string_view, 2> account_states{"ACCOUNT_ACTIVE", "ACCOUNT_PAUSED"};
/// What WhatsApp lets a business reach outside of windows in 24 hours.
inline constexpr std::array<std::string_view, 5> messaging_tiers{"TIER_250", "TIER_2K", "TIER_10K",
                                                                 "TIER_100K", "TIER_UNLIMITED"};
inline constexpr std::array<std::string_view, 4> account_qualities{"GREEN", "YELLOW", "RED", "UNKNOWN"};
/// What an account has secrets for: to send, to check signatures (the one before is good as well while it is
/// being replaced), to answer Meta's question whether an endpoint is ours.
inline constexpr std::array<std::string_view, 4> secret_slots{"send", "signing", "signing_previous",
                                                              "verify_token"};

/// Where each secret lies, never what it is: a name of the host's (see Secrets), or `sealed:…` for one that
/// is kept in the store under the organisation's key; what follows the colon says only that it is another
/// one.
struct SecretRefs {
  std::optional<std::string> send;
  std::optional<std::string> signing;
  std::optional<std::string> signing_previous;
  std::optional<std::string> verify_token;
};
template <>
struct Describe<SecretRefs> {
  using T = SecretRefs;
  static constexpr std::string_view name = "secret_refs";
  static constexpr Rules reference = line(1, 200);
  static constexpr std::array fields{field<&T::send>("send", reference),
                                     field<&T::signing>("signing", reference),
                                     field<&T::signing_previous>("signing_previous", reference),
                                     field<&T::verify_token>("verify_token", reference)};
};

/// How fast the account may send: messages in a second, seconds between two to the same address, messages in
/// a day. Absent: as fast as the library's own limits for the provider allow.
struct SendingLimits {
  std::optional<std::int64_t> per_second;
  std::optional<std::int64_t> per_pair_seconds;
  std::optional<std::int64_t> per_day;
};
template <>
struct Describe<SendingLimits> {
  using T = SendingLimits;
  static constexpr std::string_view name = "sending_limits";
  static constexpr std::array fields{field<&T::per_second>("per_second", range(1, 100'000)),
                                     field<&T::per_pair_seconds>("per_pair_seconds", range(0, 86'400)),
                                     field<&T::per_day>("per_day", range(1, 1'000'000'000))};
};

/// One number or address on one channel at one provider. `sender`: a telephone number in E.164 or a messaging
/// service (TWILIO), a phone_number_id (META), an e-mail address (SMTP). `business_id`: the provider's name
/// for the account (Twilio's AccountSid, the WhatsApp business account); where given, a delivery for another
/// is refused. `endpoint` is the random last part of the path that the provider calls;
/// `endpoint_previous` leads here as well until the next rotation. `public_url` is the whole address as the
/// provider was given it, for hosts behind proxies: signatures are checked against it.
struct ChannelAccount : Entity {
  std::string channel_code;
  std::string provider;
  std::string sender;
  std::optional<std::string> business_id;
  std::string endpoint;
  std::optional<std::string> endpoint_previous;
  std::optional<std::string> public_url;
  std::optional<std::string> base_url;  ///< where the provider is reached: a relay (SMTP)
  SecretRefs secret_refs;
  SendingLimits limits;
  std::optional<std::string> messaging_tier;
  std::optional<std::string> quality;
  std::string status_code = "ACCOUNT_ACTIVE";
  std::optional<std::string> pause_reason;
};
template <>
struct Describe<ChannelAccount> {
  using T = ChannelAccount;
  static constexpr std::string_view name = "channel_account";
  // The tokens of endpoints are no secrets, but nobody needs them in clear in an audit that is for ever.
  static constexpr std::array fields{
      field<&T::channel_code>("channel_code", code("CHANNEL_TYPE"), filterable),
      field<&T::provider>("provider", one_of(account_providers), filterable),
      field<&T::sender>("sender", line(1, 254), updatable | filterable),
      field<&T::business_id>("business_id", line(1, 128), updatable | filterable),
      field<&T::endpoint>("endpoint", text(1, 64), free_text),
      field<&T::endpoint_previous>("endpoint_previous", text(1, 64), free_text),
      field<&T::public_url>("public_url", line(1, 1000), updatable | free_text),
      field<&T::base_url>("base_url", line(1, 500), updatable),
      field<&T::secret_refs>("secret_refs"),
      field<&T::limits>("limits", {}, updatable),
      field<&T::messaging_tier>("messaging_tier", one_of(messaging_tiers), updatable | filterable),
      field<&T::quality>("quality", one_of(account_qualities), updatable | filterable),
      field<&T::status_code>("status_code", one_of(account_states), filterable),
      field<&T::pause_reason>("pause_reason", line(1, 200))};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_channel", {"channel_code", "created_at"}},
                                   KeyDeclaration{"by_status", {"status_code", "created_at"}}};
};

}  // namespace atlas

#include "atlas/channel_operations.hpp"
