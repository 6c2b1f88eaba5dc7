#pragma once
// The operations of channel accounts. Included by channels.hpp.

#include "atlas/channels.hpp"

namespace atlas::channels {

/// A new account gets an endpoint of its own. `secret_refs` may name secrets of the host's; those that the
/// store is to keep come by channels.set_secret. `base_url` of other providers than SMTP is the host's to set
/// (a session of the system).
struct Create {
  std::string channel_code;
  std::string provider;
  std::string sender;
  std::optional<std::string> business_id;
  std::optional<std::string> public_url;
  std::optional<std::string> base_url;
  SecretRefs secret_refs;
  SendingLimits limits;
  std::optional<std::string> messaging_tier;
  std::optional<std::string> quality;
  std::string meta = "{}";
};

/// An absent member is unchanged, null clears; `limits` are replaced whole.
struct Update {
  Uuid id;
  std::int64_t version = 0;
  Change<std::string> sender;
  Change<std::string> business_id;
  Change<std::string> public_url;
  Change<std::string> base_url;
  Change<SendingLimits> limits;
  Change<std::string> messaging_tier;
  Change<std::string> quality;
  Change<std::string> meta;
};

/// Nothing is sent from a paused account; what comes in is kept as ever.
struct Pause {
  Uuid id;
  std::int64_t version = 0;
  std::string reason;
};

/// `keep_previous`: the endpoint until now goes on leading here, until the next rotation.
struct RotateEndpoint {
  Uuid id;
  std::int64_t version = 0;
  bool keep_previous = false;
};

/// Puts a secret in its slot: `value` is sealed in the store, `ref` names one of the host's; with neither the
/// slot is emptied.
struct SetSecret {
  Uuid id;
  std::int64_t version = 0;
  std::string slot;
  std::optional<std::string> value;
  std::optional<std::string> ref;
};

/// A new signing secret; the one until now stays good as signing_previous until it is emptied or replaced.
struct RotateSecret {
  Uuid id;
  std::int64_t version = 0;
  std::optional<std::string> value;
  std::optional<std::string> ref;
};

}  // namespace atlas::channels

namespace atlas {

template <>
struct Describe<channels::Create> {
  using In = channels::Create;
  static constexpr std::string_view name = "channels.create";
  static constexpr std::array fields{like<&In::channel_code, ChannelAccount>("channel_code", required),
                                     like<&In::provider, ChannelAccount>("provider", required),
                                     like<&In::sender, ChannelAccount>("sender", required),
                                     like<&In::business_id, ChannelAccount>("business_id"),
                                     like<&In::public_url, ChannelAccount>("public_url"),
                                     like<&In::base_url, ChannelAccount>("base_url"),
                                     like<&In::secret_refs, ChannelAccount>("secret_refs"),
                                     like<&In::limits, ChannelAccount>("limits"),
                                     like<&In::messaging_tier, ChannelAccount>("messaging_tier"),
                                     like<&In::quality, ChannelAccount>("quality"),
                                     field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<channels::Update> {
  using In = channels::Update;
  static constexpr std::string_view name = "channels.update";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::sender, ChannelAccount>("sender"),
                                     like<&In::business_id, ChannelAccount>("business_id"),
                                     like<&In::public_url, ChannelAccount>("public_url"),
                                     like<&In::base_url, ChannelAccount>("base_url"),
                                     like<&In::limits, ChannelAccount>("limits"),
                                     like<&In::messaging_tier, ChannelAccount>("messaging_tier"),
                                     like<&In::quality, ChannelAccount>("quality"),
                                     field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<channels::Pause> {
  using In = channels::Pause;
  static constexpr std::string_view name = "channels.pause";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     field<&In::reason>("reason", line(1, 200), required)};
};
template <>
struct Describe<channels::RotateEndpoint> {
  using In = channels::RotateEndpoint;
  static constexpr std::string_view name = "channels.rotate_endpoint";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     field<&In::keep_previous>("keep_previous")};
};
template <>
struct Describe<channels::SetSecret> {
  using In = channels::SetSecret;
  static constexpr std::string_view name = "channels.set_secret";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required), field<&In::version>("version", range(1, INT64_MAX), required),
      field<&In::slot>("slot", one_of(secret_slots), required),
      field<&In::value>("value", text(1, 4096), personal), field<&In::ref>("ref", line(1, 200))};
};
template <>
struct Describe<channels::RotateSecret> {
  using In = channels::RotateSecret;
  static constexpr std::string_view name = "channels.rotate_secret";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required), field<&In::version>("version", range(1, INT64_MAX), required),
      field<&In::value>("value", text(1, 4096), personal), field<&In::ref>("ref", line(1, 200))};
};

namespace channels {

inline constexpr Operation<Create, ChannelAccount> create{
    {.name = "channels.create",
     .permission = "CHANNEL_MANAGE",
     .effect = Effect::writes,
     .summary = "Adds a number or address to send from and be written to."}};
inline constexpr Operation<GetInput, ChannelAccount> get{
    {.name = "channels.get", .permission = "CHANNEL_MANAGE", .summary = "One channel account."}};
inline constexpr Operation<ListInput, Page<ChannelAccount>> list{
    {.name = "channels.list", .permission = "CHANNEL_MANAGE", .summary = "Channel accounts, page by page."}};
inline constexpr Operation<Update, ChannelAccount> update{{.name = "channels.update",
                                                           .permission = "CHANNEL_MANAGE",
                                                           .effect = Effect::writes,
                                                           .summary = "Changes a channel account."}};
inline constexpr Operation<ArchiveInput, ChannelAccount> archive{
    {.name = "channels.archive",
     .permission = "CHANNEL_MANAGE",
     .effect = Effect::writes,
     .summary = "Ends a channel account: its endpoints lead nowhere, its secrets are gone.",
     .while_suspended = true}};
inline constexpr Operation<Pause, ChannelAccount> pause{
    {.name = "channels.pause",
     .permission = "CHANNEL_MANAGE",
     .effect = Effect::writes,
     .summary = "Stops sending from a channel account; messages wait.",
     .while_suspended = true}};
inline constexpr Operation<ArchiveInput, ChannelAccount> resume{
    {.name = "channels.resume",
     .permission = "CHANNEL_MANAGE",
     .effect = Effect::writes,
     .summary = "Lets a paused channel account send again."}};
inline constexpr Operation<RotateEndpoint, ChannelAccount> rotate_endpoint{
    {.name = "channels.rotate_endpoint",
     .permission = "CHANNEL_MANAGE",
     .effect = Effect::writes,
     .summary = "Gives a channel account another endpoint."}};
inline constexpr Operation<SetSecret, ChannelAccount> set_secret{
    {.name = "channels.set_secret",
     .permission = "CHANNEL_MANAGE",
     .effect = Effect::writes,
     .summary = "Puts a secret of a channel account in its place, or takes it away."}};
inline constexpr Operation<RotateSecret, ChannelAccount> rotate_secret{
    {.name = "channels.rotate_secret",
     .permission = "CHANNEL_MANAGE",
     .effect = Effect::writes,
     .summary = "Replaces the signing secret; the one before stays good beside it."}};

/// Registers channel accounts.
void register_channels(Registry& registry);

}  // namespace channels
}  // namespace atlas
