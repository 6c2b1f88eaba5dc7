#pragma once
// What providers bring: messages of people and reports about ours, through the endpoints of channel accounts.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Registry;

namespace inbound {

/// One thing of a delivery that could not be taken, by its place in it, and a stable reason.
struct Rejected {
  std::int64_t index = 0;
  std::string reason;
};

}  // namespace inbound

template <>
struct Describe<inbound::Rejected> {
  using T = inbound::Rejected;
  static constexpr std::string_view name = "inbound.rejected";
  static constexpr std::array fields{field<&T::index>("index"), field<&T::reason>("reason", line(1, 64))};
};

inline constexpr std::array<std::string_view, 3> failure_states{"FAILURE_OPEN", "FAILURE_SOLVED",
                                                                "FAILURE_EXPIRED"};

/// A delivery of which something could not be taken. The body is kept sealed, for 30 days or until a retry
/// takes all of it; nothing shows it.
struct InboundFailure : Entity {
  Uuid account_id;
  std::string provider;
  std::string status_code = "FAILURE_OPEN";
  std::vector<inbound::Rejected> items;
  std::int64_t size = 0;  ///< of the body, bytes
  std::int64_t tries = 1;
  std::string sealed;  ///< base64; "" once solved or expired
};
template <>
struct Describe<InboundFailure> {
  using T = InboundFailure;
  static constexpr std::string_view name = "inbound_failure";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{
      field<&T::account_id>("account_id", reference("channel_account"), filterable),
      field<&T::provider>("provider", line(1, 32), filterable),
      field<&T::status_code>("status_code", one_of(failure_states), filterable),
      field<&T::items>("items", range(0, 1000)),
      field<&T::size>("size"),
      field<&T::tries>("tries"),
      field<&T::sealed>("sealed", text(0, 8 << 20), internal)};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_status", {"status_code", "created_at"}}};
};

namespace inbound {

/// One header of a request, as it came.
struct Header {
  std::string name;
  std::string value;
};

/// A request to an endpoint, whole: `url` as the caller saw it (or the part after the host; the account's
/// `public_url` stands in for the rest), the body's raw bytes in base64.
struct Receive {
  std::string endpoint;
  std::string method;
  std::string url;
  std::vector<Header> headers;
  std::string body_base64;
};

/// What the host sends back, and what was in the delivery: messages and statuses taken, duplicates among
/// what came (each counted here alone), things that could not be taken.
struct Response {
  std::int64_t status = 200;
  std::string content_type = "text/plain";
  std::string body;
  std::int64_t messages = 0;
  std::int64_t statuses = 0;
  std::int64_t duplicates = 0;
  std::vector<Rejected> rejected;
};

/// What a retry came to; the failure's own members are as they stand now.
struct Retried {
  std::optional<InboundFailure> failure;
  std::int64_t messages = 0;
  std::int64_t statuses = 0;
  std::int64_t duplicates = 0;
};

/// Refused requests to an endpoint since the last note, by reason.
struct NoteRefused {
  std::string reason;
  std::int64_t count = 1;
};

}  // namespace inbound

template <>
struct Describe<inbound::Header> {
  using T = inbound::Header;
  static constexpr std::string_view name = "inbound.header";
  static constexpr std::array fields{field<&T::name>("name", text(1, 256), required),
                                     field<&T::value>("value", text(0, 8192), personal | required)};
};
template <>
struct Describe<inbound::Receive> {
  using In = inbound::Receive;
  static constexpr std::string_view name = "inbound.receive";
  static constexpr std::array fields{field<&In::endpoint>("endpoint", text(1, 128), required),
                                     field<&In::method>("method", line(1, 16), required),
                                     field<&In::url>("url", text(0, 8192), personal | required),
                                     field<&In::headers>("headers", range(0, 200)),
                                     field<&In::body_base64>("body_base64", text(0, 5 << 20), personal)};
};
template <>
struct Describe<inbound::Response> {
  using Out = inbound::Response;
  static constexpr std::string_view name = "inbound.response";
  static constexpr std::array fields{
      field<&Out::status>("status"),     field<&Out::content_type>("content_type"),
      field<&Out::body>("body"),         field<&Out::messages>("messages"),
      field<&Out::statuses>("statuses"), field<&Out::duplicates>("duplicates"),
      field<&Out::rejected>("rejected")};
};
template <>
struct Describe<inbound::Retried> {
  using Out = inbound::Retried;
  static constexpr std::string_view name = "inbound.retried";
  static constexpr std::array fields{field<&Out::failure>("failure", {}, flatten),
                                     field<&Out::messages>("messages"), field<&Out::statuses>("statuses"),
                                     field<&Out::duplicates>("duplicates")};
};
template <>
struct Describe<inbound::NoteRefused> {
  using In = inbound::NoteRefused;
  static constexpr std::string_view name = "inbound.note_refused";
  static constexpr std::array fields{field<&In::reason>("reason", line(1, 64), required),
                                     field<&In::count>("count", range(1, INT64_MAX))};
};

namespace inbound {

/// Called through Engine::inbound, which finds the organisation; alone, not in a batch. The principal is the
/// provider, its id the channel account's.
inline constexpr Operation<Receive, Response> receive{
    {.name = "inbound.receive",
     .permission = "PROVIDER",
     .effect = Effect::writes,
     .summary = "Takes what a provider's webhook brings, under its signature.",
     .always_durable = true,
     .while_suspended = true}};
inline constexpr Operation<NoteRefused, Nothing> note_refused{
    {.name = "inbound.note_refused",
     .permission = "PROVIDER",
     .effect = Effect::writes,
     .summary = "Raises the alarm about requests whose signature is not right.",
     .while_suspended = true}};
inline constexpr Operation<ListInput, Page<InboundFailure>> failures{
    {.name = "inbound.failures",
     .permission = "OUTBOX_READ",
     .summary = "Deliveries of which something could not be taken, page by page."}};
inline constexpr Operation<GetInput, Retried> retry{
    {.name = "inbound.retry",
     .permission = "OUTBOX_OPERATE",
     .effect = Effect::writes,
     .summary = "Tries again to take what a delivery brought.",
     .always_durable = true,
     .while_suspended = true}};

/// Registers the way in. After channel accounts, consents, messages and the send policy.
void register_inbound(Registry& registry);

}  // namespace inbound
}  // namespace atlas
