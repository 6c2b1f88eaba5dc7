#pragma once
// The outbox: messages leave in groups, each under a lease, each start durable before the first byte; what is
// not known stays uncertain and is never sent again blindly. See docs/guide/messages.md.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/outbox_records.hpp"
#include "atlas/page.hpp"
#include "atlas/transport.hpp"

namespace atlas {

class Context;
class Registry;

namespace outbox {

/// What the outbox stands on besides the store: a part of the registry, filled by the composition root.
struct Ports {
  std::shared_ptr<const Transports> transports;
  std::int64_t lease_us = 120 * micros_per_second;
  /// The longest that one message may take to be handed over.
  std::int64_t send_us = 30 * micros_per_second;
  /// No byte leaves in the last part of a lease.
  std::int64_t lease_margin_us = 10 * micros_per_second;
  /// Answers wait at most so long for others before they are recorded together.
  std::int64_t gather_us = 200 * micros_per_ms;
};

/// One message with its place in the queue and its attempts, oldest first.
struct Entry {
  std::optional<Message> message;
  std::optional<OutboundMessage> place;
  std::vector<OutboundAttempt> attempts;
};

/// Every attempt of one message, oldest first.
struct Attempts {
  std::vector<OutboundAttempt> items;
};

/// What an operator decides about a message of which nobody knows whether it left.
inline constexpr std::array<std::string_view, 2> settlements{"resend", "give_up"};
struct Settle {
  Uuid id;
  std::int64_t version = 0;
  std::string choice;
};

/// How the outbox did in the hours from `from` until now (at most 31 days, default 24 hours).
struct ReportInput {
  std::optional<Timestamp> from;
};
struct ReportRow {
  Timestamp hour;
  std::int64_t sent = 0, delivered = 0, read = 0, failed = 0, uncertain = 0, blocked = 0, retries = 0,
               signature_failures = 0;
};
struct Report {
  std::vector<ReportRow> rows;
};

/// How often an error code ended a message.
struct CodeCount {
  std::string code;
  std::int64_t count = 0;
};
/// Depths are of now and exact to 10,000; the rest is of the last 24 hours. Latencies in milliseconds: the
/// upper bound of the bucket in which the quantile lies, absent without any message; failure_rate in
/// thousandths of what ended.
struct OutboxMetrics {
  std::int64_t queued = 0, sending = 0, uncertain = 0, dead_letters = 0;
  std::optional<std::int64_t> oldest_due_ms;
  std::int64_t sent = 0, delivered = 0, read = 0, failed = 0, blocked = 0, retries = 0,
               signature_failures = 0;
  std::int64_t failure_rate = 0;
  std::optional<std::int64_t> queued_to_sent_p50_ms, queued_to_sent_p99_ms, sent_to_delivered_p50_ms,
      sent_to_delivered_p99_ms;
  std::vector<CodeCount> errors;  ///< most frequent first, at most 10
};

/// Why the outbox is not well: a code (`dead_letters`, `uncertain`, `failure_rate`, `signature_failures`,
/// `account_paused`, `backlog`) and what it is about.
struct HealthReason {
  std::string code;
  std::int64_t count = 0;
  std::optional<Uuid> account_id;
};
struct Health {
  bool healthy = true;
  std::vector<HealthReason> reasons;
};

}  // namespace outbox

template <>
struct Describe<outbox::Entry> {
  using Out = outbox::Entry;
  static constexpr std::string_view name = "outbox.entry";
  static constexpr std::array fields{field<&Out::message>("message", {}, flatten),
                                     field<&Out::place>("place"), field<&Out::attempts>("attempts_made")};
};
template <>
struct Describe<outbox::Attempts> {
  static constexpr std::string_view name = "outbox.attempts";
  static constexpr std::array fields{field<&outbox::Attempts::items>("items")};
};
template <>
struct Describe<outbox::Settle> {
  using In = outbox::Settle;
  static constexpr std::string_view name = "outbox.settle";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     field<&In::choice>("choice", one_of(outbox::settlements), required)};
};
template <>
struct Describe<outbox::ReportInput> {
  static constexpr std::string_view name = "outbox.report";
  static constexpr std::array fields{field<&outbox::ReportInput::from>("from")};
};
template <>
struct Describe<outbox::ReportRow> {
  using Out = outbox::ReportRow;
  static constexpr std::string_view name = "outbox.report_row";
  static constexpr std::array fields{field<&Out::hour>("hour"),
                                     field<&Out::sent>("sent"),
                                     field<&Out::delivered>("delivered"),
                                     field<&Out::read>("read"),
                                     field<&Out::failed>("failed"),
                                     field<&Out::uncertain>("uncertain"),
                                     field<&Out::blocked>("blocked"),
                                     field<&Out::retries>("retries"),
                                     field<&Out::signature_failures>("signature_failures")};
};
template <>
struct Describe<outbox::Report> {
  static constexpr std::string_view name = "outbox.report_result";
  static constexpr std::array fields{field<&outbox::Report::rows>("rows")};
};
template <>
struct Describe<outbox::CodeCount> {
  static constexpr std::string_view name = "outbox.code_count";
  static constexpr std::array fields{field<&outbox::CodeCount::code>("code"),
                                     field<&outbox::CodeCount::count>("count")};
};
template <>
struct Describe<outbox::OutboxMetrics> {
  using Out = outbox::OutboxMetrics;
  static constexpr std::string_view name = "outbox.metrics";
  static constexpr std::array fields{field<&Out::queued>("queued"),
                                     field<&Out::sending>("sending"),
                                     field<&Out::uncertain>("uncertain"),
                                     field<&Out::dead_letters>("dead_letters"),
                                     field<&Out::oldest_due_ms>("oldest_due_ms"),
                                     field<&Out::sent>("sent"),
                                     field<&Out::delivered>("delivered"),
                                     field<&Out::read>("read"),
                                     field<&Out::failed>("failed"),
                                     field<&Out::blocked>("blocked"),
                                     field<&Out::retries>("retries"),
                                     field<&Out::signature_failures>("signature_failures"),
                                     field<&Out::failure_rate>("failure_rate"),
                                     field<&Out::queued_to_sent_p50_ms>("queued_to_sent_p50_ms"),
                                     field<&Out::queued_to_sent_p99_ms>("queued_to_sent_p99_ms"),
                                     field<&Out::sent_to_delivered_p50_ms>("sent_to_delivered_p50_ms"),
                                     field<&Out::sent_to_delivered_p99_ms>("sent_to_delivered_p99_ms"),
                                     field<&Out::errors>("errors")};
};
template <>
struct Describe<outbox::HealthReason> {
  using Out = outbox::HealthReason;
  static constexpr std::string_view name = "outbox.health_reason";
  static constexpr std::array fields{field<&Out::code>("code"), field<&Out::count>("count"),
                                     field<&Out::account_id>("account_id")};
};
template <>
struct Describe<outbox::Health> {
  static constexpr std::string_view name = "outbox.health_result";
  static constexpr std::array fields{field<&outbox::Health::healthy>("healthy"),
                                     field<&outbox::Health::reasons>("reasons")};
};

namespace outbox {

inline constexpr Operation<ListInput, Page<Message>> list{
    {.name = "outbox.list", .permission = "OUTBOX_READ", .summary = "Outgoing messages, page by page."}};
inline constexpr Operation<GetInput, Entry> get{
    {.name = "outbox.get",
     .permission = "OUTBOX_READ",
     .summary = "One outgoing message with its place in the queue and its attempts."}};
inline constexpr Operation<GetInput, Attempts> attempts{
    {.name = "outbox.attempts",
     .permission = "OUTBOX_READ",
     .summary = "Every attempt to send a message, oldest first."}};
inline constexpr Operation<ArchiveInput, Message> retry{
    {.name = "outbox.retry",
     .permission = "OUTBOX_OPERATE",
     .effect = Effect::writes,
     .summary = "Tries a waiting message now, or sends a dead letter anew as another message."}};
inline constexpr Operation<ArchiveInput, Message> cancel{
    {.name = "outbox.cancel",
     .permission = "OUTBOX_OPERATE",
     .effect = Effect::writes,
     .summary = "Stops a message that has not left, or lays a dead letter aside.",
     .while_suspended = true}};
inline constexpr Operation<Settle, Message> settle{
    {.name = "outbox.settle",
     .permission = "OUTBOX_OPERATE",
     .effect = Effect::writes,
     .summary = "Decides about a message of which nobody knows whether it left."}};
inline constexpr Operation<ReportInput, Report> report{{.name = "outbox.report",
                                                        .permission = "OUTBOX_OPERATE",
                                                        .summary = "What the outbox did, by the hour."}};
inline constexpr Operation<Nothing, OutboxMetrics> metrics{
    {.name = "outbox.metrics",
     .permission = "OUTBOX_OPERATE",
     .summary = "Depths, latencies, failures and retries of the outbox."}};
inline constexpr Operation<Nothing, Health> health{{.name = "outbox.health",
                                                    .permission = "OUTBOX_OPERATE",
                                                    .summary = "Is sending well, and if not, why?"}};

/// What one organisation's outbox tells.
struct Told {
  Uuid organisation;
  OutboxMetrics metrics;
  Health health;
};
/// Prometheus text (version 0.0.4) of all of them: each series once with its help and type, a line for each
/// organisation, labelled with its id.
std::string metrics_text(const std::vector<Told>& organisations);

/// Registers the operations, the worker that sends, the watch that alerts, and the queue for rules. After
/// register_messages; `ports` are read when work is done, so that a host may set them until then.
void register_outbox(Registry& registry);

}  // namespace outbox
}  // namespace atlas
