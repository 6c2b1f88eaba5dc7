#pragma once
// The outbox's own notes on its work: the place of each message in the queue, its attempts, what was counted.
// Bookkeeping without audit entries: what happens to a message is audited with the message.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/messages.hpp"
#include "atlas/schema.hpp"

namespace atlas {

/// A message's place in the queue; `id` is the message's. `ready` is its priority while it may be claimed at
/// `next_at`; asked_place while nobody knows whether it left and its provider is to be asked then; or
/// done_place once it is on its way no more: then `next_at` is when the place and its attempts are cleared
/// away. `waits_for`: it cannot leave before that account (its id, or a channel's code for any of
/// the channel) may send; it is looked at again when that is resumed, at `next_at` at the latest. `lane` is
/// who it goes to (a hash of channel and address): at most one of a lane is on its way
/// (`in_flight`), and within a priority none passes one that waits to be tried again (`in_line`). What is
/// found behind another is `parked` until that one has left.
struct OutboundMessage : Entity {
  std::string status_code = "QUEUED";
  std::int64_t priority = 2;
  std::optional<std::int64_t> ready;
  Timestamp next_at;
  std::string lane;
  std::optional<std::string> in_flight;
  std::optional<std::string> in_line;
  std::optional<std::string> parked;
  std::int64_t token = 0;
  std::optional<Timestamp> lease_until;  ///< by the store's clock
  std::int64_t attempts = 0;             ///< started, of which…
  std::int64_t spent = 0;                ///< …those that count for the schedule
  std::optional<Timestamp> later_since;  ///< the first answer of `later` in a row
  std::optional<std::string> waits_for;
};
inline constexpr std::int64_t asked_place = 8;
inline constexpr std::int64_t done_place = 9;
template <>
struct Describe<OutboundMessage> {
  using T = OutboundMessage;
  static constexpr std::string_view name = "outbound_message";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{
      field<&T::status_code>("status_code", one_of(message_states), filterable),
      field<&T::priority>("priority", range(1, 3)),
      field<&T::ready>("ready"),
      field<&T::next_at>("next_at"),
      field<&T::lane>("lane", text(1, 64), internal),
      field<&T::in_flight>("in_flight", text(1, 64), internal),
      field<&T::in_line>("in_line", text(1, 66), internal),
      field<&T::parked>("parked", text(1, 64), internal),
      field<&T::token>("token"),
      field<&T::lease_until>("lease_until"),
      field<&T::attempts>("attempts"),
      field<&T::spent>("spent"),
      field<&T::later_since>("later_since"),
      field<&T::waits_for>("waits_for", text(1, 64))};
  static constexpr std::array keys{KeyDeclaration{"by_ready", {"ready", "next_at"}},
                                   KeyDeclaration{"by_lease", {"lease_until"}},
                                   KeyDeclaration{"by_flight", {"in_flight"}, true},
                                   KeyDeclaration{"by_line", {"in_line"}, true},
                                   KeyDeclaration{"by_parked", {"parked", "priority", "next_at"}},
                                   KeyDeclaration{"by_waits", {"waits_for", "next_at"}}};
};

/// How an attempt stands: STARTED without an answer, else the outcome's kind.
inline constexpr std::array<std::string_view, 9> attempt_states{"STARTED",   "accepted", "not_taken",
                                                                "later",     "rejected", "unreachable",
                                                                "opted_out", "account",  "unknown"};

/// One handing over to a provider. Its start commit is the instant of sending; the answer is recorded here
/// however late it comes.
struct OutboundAttempt : Entity {
  Uuid message_id;
  std::int64_t number = 0;
  std::int64_t token = 0;
  std::optional<Uuid> account_id;
  std::string provider;
  std::string status_code = "STARTED";
  Timestamp started_at;
  std::optional<Timestamp> finished_at;
  bool late = false;   ///< the message had gone on before the answer came
  bool spent = false;  ///< counts for the schedule of retries
  std::optional<std::string> provider_message_id;
  std::optional<std::string> reason;      ///< ours: `template_paused`
  std::optional<std::string> error_code;  ///< the provider's: `63016`
  std::optional<std::string> error_text;  ///< sanitised
  std::optional<Timestamp> retry_at;
};
template <>
struct Describe<OutboundAttempt> {
  using T = OutboundAttempt;
  static constexpr std::string_view name = "outbound_attempt";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{
      field<&T::message_id>("message_id", reference("message"), filterable),
      field<&T::number>("number"),
      field<&T::token>("token"),
      field<&T::account_id>("account_id"),
      field<&T::provider>("provider", text(0, 32)),
      field<&T::status_code>("status_code", one_of(attempt_states), filterable),
      field<&T::started_at>("started_at"),
      field<&T::finished_at>("finished_at"),
      field<&T::late>("late"),
      field<&T::spent>("spent"),
      field<&T::provider_message_id>("provider_message_id", line(1, 255)),
      field<&T::reason>("reason", line(1, 64)),
      field<&T::error_code>("error_code", line(1, 64)),
      field<&T::error_text>("error_text", line(1, 200)),
      field<&T::retry_at>("retry_at")};
  static constexpr std::array keys{KeyDeclaration{"by_message", {"message_id", "number"}, true},
                                   KeyDeclaration{"by_provider", {"provider_message_id", "account_id"}}};
};

/// A provider's report that came before the answer of the attempt that it is about.
struct StrayReport : Entity {
  Uuid account_id;
  std::string provider_message_id;
  std::string state;
  std::optional<Timestamp> at;
  std::optional<std::string> error_code;
  std::optional<std::string> error_text;
  std::optional<std::string> failure;  ///< kind of outcome that the provider's table makes of the code
};
template <>
struct Describe<StrayReport> {
  using T = StrayReport;
  static constexpr std::string_view name = "stray_report";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{field<&T::account_id>("account_id"),
                                     field<&T::provider_message_id>("provider_message_id", line(1, 255)),
                                     field<&T::state>("state", line(1, 16)),
                                     field<&T::at>("at"),
                                     field<&T::error_code>("error_code", line(1, 64)),
                                     field<&T::error_text>("error_text", line(1, 200)),
                                     field<&T::failure>("failure", line(1, 16))};
  static constexpr std::array keys{KeyDeclaration{"by_provider", {"provider_message_id", "account_id"}},
                                   KeyDeclaration{"by_created", {"created_at"}}};
};

/// How fast something may go: `gauge` names an account, an account and a lane, or `hold:` and an account that
/// its provider wants to hear nothing of before `free_at`. Otherwise `free_at` is when the next message would
/// leave if they left evenly; `day` and `count` are of the limit per day.
struct SendingPace : Entity {
  std::string gauge;
  Timestamp free_at;
  std::int64_t day = 0;
  std::int64_t count = 0;
};
template <>
struct Describe<SendingPace> {
  using T = SendingPace;
  static constexpr std::string_view name = "sending_pace";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{field<&T::gauge>("gauge", text(1, 128)), field<&T::free_at>("free_at"),
                                     field<&T::day>("day"), field<&T::count>("count")};
  static constexpr std::array keys{KeyDeclaration{"by_gauge", {"gauge"}, true}};
};

/// What the outbox did in an hour. Latencies are counts by buckets (see outbox_rules.hpp), errors counts by
/// code, at most 50 of them.
struct OutboxHour : Entity {
  std::int64_t hour = 0;  ///< since 1970
  std::int64_t sent = 0;
  std::int64_t delivered = 0;
  std::int64_t read = 0;
  std::int64_t failed = 0;
  std::int64_t uncertain = 0;
  std::int64_t blocked = 0;
  std::int64_t retries = 0;
  std::int64_t signature_failures = 0;
  std::string queued_to_sent = "{}";
  std::string sent_to_delivered = "{}";
  std::string errors = "{}";
};
template <>
struct Describe<OutboxHour> {
  using T = OutboxHour;
  static constexpr std::string_view name = "outbox_hour";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{field<&T::hour>("hour"),
                                     field<&T::sent>("sent"),
                                     field<&T::delivered>("delivered"),
                                     field<&T::read>("read"),
                                     field<&T::failed>("failed"),
                                     field<&T::uncertain>("uncertain"),
                                     field<&T::blocked>("blocked"),
                                     field<&T::retries>("retries"),
                                     field<&T::signature_failures>("signature_failures"),
                                     field<&T::queued_to_sent>("queued_to_sent", json_object()),
                                     field<&T::sent_to_delivered>("sent_to_delivered", json_object()),
                                     field<&T::errors>("errors", json_object())};
  static constexpr std::array keys{KeyDeclaration{"by_hour", {"hour"}, true}};
};

}  // namespace atlas
