// What providers report, whenever and however often they do.

#include <algorithm>

#include "atlas/json.hpp"
#include "atlas/machines.hpp"
#include "atlas/message_moves.hpp"
#include "atlas/message_store.hpp"

namespace atlas::messages {
namespace {

struct StateEvent {
  std::string_view state, event, action;
};
/// What a provider has queued it has, whatever its answer was.
constexpr StateEvent state_events[] = {{"queued", "report_sent", "message.sent"},
                                       {"sent", "report_sent", "message.sent"},
                                       {"delivered", "report_delivered", "message.delivered"},
                                       {"read", "report_read", "message.read"},
                                       {"failed", "report_failed", "message.failed"}};

/// The earliest that anybody told, so that the order of telling does not matter. Nothing lies in the future.
bool note_time(std::optional<Timestamp>& known, Timestamp told) {
  if (known && *known <= told) return false;
  known = told;
  return true;
}

std::optional<std::string> text_or_nothing(std::string_view text, std::size_t most) {
  if (text.empty()) return std::nullopt;
  return sanitised(text, most);
}

Predicate of_provider_id(Context& cx, const EntityInfo& info, const Uuid& account, std::string_view id) {
  static_cast<void>(cx);
  return Predicate::all_of({Predicate::equals(info.column("provider_message_id")->first, Value::text(id)),
                            Predicate::equals(info.column("account_id")->first, Value::id(account))});
}

std::optional<OutboundAttempt> attempt_of(Context& cx, const Uuid& account, std::string_view id) {
  const EntityInfo& info = cx.registry_entity(schema_of<OutboundAttempt>());
  auto found = cx.all<OutboundAttempt>().where(
      {.where = of_provider_id(cx, info, account, id), .key = "by_provider", .limit = 1});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

/// The attempts of the token's message by that account, oldest first.
std::vector<OutboundAttempt> attempts_by_token(Context& cx, const Uuid& account, std::string_view token) {
  const auto message = message_of_token(token);
  if (!message) return {};
  auto attempts = cx.all<OutboundAttempt>();
  auto all = attempts.where({.where = Predicate::equals(attempts.column("message_id"), Value::id(*message)),
                             .key = "by_message",
                             .order = {{attempts.column("number"), false}},
                             .limit = 100});
  std::erase_if(all, [&](const OutboundAttempt& a) { return a.account_id != account; });
  return all;
}

/// Nobody has told yet what the provider calls it, and it may have taken it.
bool is_nameless(const OutboundAttempt& a) {
  return !a.provider_message_id && (a.status_code == "STARTED" || a.status_code == "unknown");
}

/// Is there a message on its way whose answer may still name it? An account may have other users than us, and
/// what is reported of theirs must not pile up.
bool is_answer_awaited(Context& cx) {
  auto places = cx.all<OutboundMessage>();
  const Predicate leased =
      Predicate::compare(Predicate::Kind::greater, places.column("lease_until"), Value::integer(INT64_MIN));
  if (!places.where({.where = leased, .key = "by_lease", .limit = 1}).empty()) return true;
  auto all = cx.all<Message>();
  return !all.where({.where = Predicate::equals(all.column("status_code"), Value::text("UNCERTAIN")),
                     .key = "by_status",
                     .limit = 1})
              .empty();
}

std::string payload_of(const ReportedFact& fact, std::string_view provider_id) {
  std::string payload;
  JsonWriter w(payload);
  w.begin_object().key("report").string(fact.state);
  if (!provider_id.empty()) w.key("provider_message_id").string(provider_id);
  if (fact.at) w.key("at").string(format_timestamp(*fact.at));
  if (!fact.error_code.empty()) w.key("error_code").string(fact.error_code);
  w.end_object();
  return payload;
}

/// `before`: the status from which the report moved it; what had not left for all we knew has left now.
void count(HourTally& tally, std::string_view before, const Message& m, const ReportedFact& fact,
           Timestamp at) {
  const std::string_view state = fact.state;
  const bool had_left = before == "SENT" || before == "FAILED" || before == "DELIVERED";
  if (!had_left && state != "failed") tally.sent(m.created_at, m.sent_at.value_or(at));
  if (state == "delivered" && m.delivered_at) tally.delivered(m.sent_at, *m.delivered_at);
  if (state == "read") tally.read();
  if (state == "failed") tally.failed(fact.error_code);
}

}  // namespace

ReportEffect apply_report(Context& cx, Tracked& t, const ReportedFact& fact, HourTally& tally) {
  const StateEvent* const known = std::find_if(std::begin(state_events), std::end(state_events),
                                               [&](const StateEvent& e) { return e.state == fact.state; });
  const std::string id = t.message.provider_message_id.value_or("");
  if (known == std::end(state_events)) return ReportEffect::repeated;
  Message& m = t.message;
  const Timestamp at = std::min(fact.at.value_or(cx.now()), cx.now());
  bool news = false;
  if (fact.state == "sent" || fact.state == "queued") news = note_time(m.sent_at, at);
  if (fact.state == "delivered") news = note_time(m.delivered_at, at);
  if (fact.state == "read") news = note_time(m.read_at, at);
  const bool cancelled = t.place.status_code == "CANCELLED";
  if (fact.state == "failed") {
    const bool first = !m.failed_at;
    news = note_time(m.failed_at, at);
    // Why it was stopped stays what it says of itself.
    if (!cancelled && (first || (news && !fact.error_code.empty()))) {
      m.error_code = text_or_nothing(fact.error_code, 64);
      m.error_text = text_or_nothing(fact.error_text, 200);
    }
    if (first && fact.failure == "opted_out") withdraw_by_provider(cx, m, fact.error_code);
  }
  if (cancelled) {
    // Told twice it is one alarm.
    if (!news) return ReportEffect::repeated;
    store(cx, t, "message.reported", payload_of(fact, id));
    alert(cx, &t.message, "report_for_cancelled", fact.state);
    return ReportEffect::alarmed;
  }
  const std::string before = t.place.status_code;
  if (step(t, known->event)) {
    store(cx, t, known->action, payload_of(fact, id));
    count(tally, before, m, fact, at);
    catch_up(cx, t);
    return ReportEffect::moved;
  }
  if (!news) return ReportEffect::repeated;
  store(cx, t, "message.reported", payload_of(fact, id));
  return ReportEffect::noted;
}

ReportResult report(Context& cx, const Uuid& account, const DeliveryReport& in,
                    const std::optional<Outcome>& failure) {
  if (in.provider_id.empty() || in.provider_id.size() > 255)
    throw Error(ErrorCode::invalid_argument, "a report names the provider's id of its message");
  const std::string_view state = to_text(in.state);
  auto attempt = attempt_of(cx, account, in.provider_id);
  if (!attempt) {
    const auto of_token = attempts_by_token(cx, account, in.token);
    const auto nameless = std::find_if(of_token.begin(), of_token.end(), is_nameless);
    if (nameless != of_token.end()) {
      // The answer of this attempt never came, or has yet to come: now we know what the provider calls it.
      attempt = *nameless;
      const auto place = cx.all<OutboundMessage>().find(attempt->message_id, RowLock::update);
      const OutboundAttempt before = cx.all<OutboundAttempt>().get(attempt->id, RowLock::update);
      OutboundAttempt after = before;
      after.provider_message_id = in.provider_id;
      if (place) cx.all<OutboundAttempt>().save(before, after);
    } else if (!of_token.empty()) {
      // Of an attempt that goes by another name: it is of this message nevertheless.
      attempt = of_token.back();
    }
  }
  if (!attempt && !is_answer_awaited(cx)) return ReportResult::unknown;
  if (!attempt) {
    StrayReport stray;
    stray.account_id = account;
    stray.provider_message_id = in.provider_id;
    stray.state = state;
    stray.at = in.at;
    stray.error_code = text_or_nothing(in.error_code, 64);
    stray.error_text = text_or_nothing(in.error_text, 200);
    if (failure) stray.failure = std::string(to_text(failure->kind));
    cx.all<StrayReport>().insert(stray);
    cx.schedule(purging_work, cx.now() + stray_retention);
    return ReportResult::kept;
  }
  Tracked t = track(cx, attempt->message_id);
  if (!t.message.provider_message_id) t.message.provider_message_id = in.provider_id;
  HourTally tally;
  const ReportEffect effect = apply_report(
      cx, t,
      {state, in.at, in.error_code, in.error_text, failure ? to_text(failure->kind) : std::string_view()},
      tally);
  tally.write(cx);
  switch (effect) {
    case ReportEffect::moved:
      return ReportResult::moved;
    case ReportEffect::noted:
      return ReportResult::noted;
    case ReportEffect::alarmed:
      return ReportResult::alarmed;
    case ReportEffect::repeated:
      break;
  }
  return ReportResult::repeated;
}

bool is_recorded(Context& cx, const Uuid& account, std::string_view provider_id) {
  const EntityInfo& info = cx.registry_entity(schema_of<Message>());
  return !cx.all<Message>()
              .where(
                  {.where = of_provider_id(cx, info, account, provider_id), .key = "by_provider", .limit = 1})
              .empty();
}

std::optional<Message> find_by_provider_id(Context& cx, const Uuid& account, std::string_view provider_id) {
  const EntityInfo& info = cx.registry_entity(schema_of<Message>());
  auto found = cx.all<Message>().where(
      {.where = of_provider_id(cx, info, account, provider_id), .key = "by_provider", .limit = 1});
  if (!found.empty()) return std::move(found.front());
  const auto attempt = attempt_of(cx, account, provider_id);
  if (!attempt) return std::nullopt;
  return cx.all<Message>().find(attempt->message_id);
}

std::string token_of(const Uuid& message) { return format_uuid(message); }

std::optional<Uuid> message_of_token(std::string_view token) { return parse_uuid(token); }

}  // namespace atlas::messages
