// What operators see and do.

#include <algorithm>

#include "atlas/accepting.hpp"
#include "outbox_rules.hpp"
#include "outbox_work.hpp"

namespace atlas::outbox {
namespace {

using messages::step;
using messages::Tracked;

std::vector<OutboundAttempt> attempts_of(Context& cx, const Uuid& message) {
  auto all = cx.all<OutboundAttempt>();
  return all.where({.where = Predicate::equals(all.column("message_id"), Value::id(message)),
                    .key = "by_message",
                    .order = {{all.column("number"), false}},
                    .limit = 1000});
}

/// An outgoing message within the caller's scope.
Message outgoing(Context& cx, const Uuid& id) {
  Message m = cx.repo<Message>().get(id);
  if (!m.status_code) throw Error(ErrorCode::not_found, "message not found");
  return m;
}

Predicate is_outgoing(Context::Repository<Message>& all) {
  return Predicate::equals(all.column("entry"), Value::text("SENT"));
}

/// The place first, as everywhere; then the message at the version that the operator saw.
Tracked track(Context& cx, const Uuid& id, std::int64_t version) {
  outgoing(cx, id);
  const auto place = cx.all<OutboundMessage>().find(id, RowLock::update);
  Tracked t;
  t.was = t.message = cx.repo<Message>().get_for_update(id, version);
  if (place) t.place_was = t.place = *place;
  return t;
}

[[noreturn]] void refuse_state(const Message& m, const char* message) {
  throw Error(ErrorCode::conflict, message).with("reason", "state").with("status_code", *m.status_code);
}

Message write_cancel(Context& cx, const ArchiveInput& in) {
  Tracked t = track(cx, in.id, in.version);
  if (*t.message.status_code == "FAILED") {
    if (t.message.settled_at) return t.message;
    t.message.settled_at = cx.now();
    cx.repo<Message>().save(t.was, t.message, {.action = "message.settled"});
    return t.message;
  }
  if (!step(t, "cancel")) refuse_state(t.message, "it is no longer in the queue");
  t.message.error_code = "cancelled";
  messages::store(cx, t, "message.cancelled");
  return t.message;
}

/// The dead letter stays what it is; what is sent is another message, under the rules of today.
Message send_anew(Context& cx, Tracked& t) {
  const Message& m = t.was;
  if (m.settled_at)
    throw Error(ErrorCode::conflict, "this dead letter was dealt with").with("reason", "state");
  messages::Send in;
  in.dossier_id = m.dossier_id;
  in.party_id = m.party_id;
  in.channel_code = m.channel_code;
  in.address = m.address;
  in.purpose_code = m.purpose_code.value_or("");
  in.template_code = m.template_code;
  in.locale = m.locale;
  in.variables = m.variables.value_or("{}");
  if (!m.template_code) {
    in.subject = m.subject;
    in.body = m.body;
  }
  in.media = m.media;
  in.kind = m.kind.value_or("ordinary");
  in.urgent = m.urgent;
  in.priority = m.priority.value_or(2);
  in.reply_to_id = m.reply_to_id;
  in.account_id = m.account_id;
  messages::Sent sent = messages::accept(cx, in, {.retry_of = m.id, .normal_address = true});
  t.message.settled_at = cx.now();
  cx.repo<Message>().save(t.was, t.message, {.action = "message.settled"});
  return std::move(*sent.message);
}

Message write_retry(Context& cx, const ArchiveInput& in) {
  Tracked t = track(cx, in.id, in.version);
  if (*t.message.status_code == "FAILED") return send_anew(cx, t);
  // Asked for later: not before that. What a time rule alone holds is asked about again at its start.
  const bool is_early = t.message.held_reason && t.message.held_reason->starts_with("scheduled") &&
                        t.message.not_before && *t.message.not_before > cx.now();
  if (t.place.status_code != "QUEUED" || is_early)
    refuse_state(t.message, "it does not wait to be tried again");
  if (t.place.parked || t.place.next_at <= cx.now()) return t.message;
  t.place.next_at = cx.now();
  t.keeps_line = t.place.spent > 0;
  messages::store_place(cx, t.place_was, t.place, t.keeps_line);
  cx.note(schema_of<Message>(), t.message.id, t.message.subject_id, "message.retried",
          R"({"reason":"operator"})");
  return t.message;
}

Message write_settlement(Context& cx, const Settle& in) {
  Tracked t = track(cx, in.id, in.version);
  if (*t.message.status_code != "UNCERTAIN") refuse_state(t.message, "it is not uncertain");
  if (in.choice == "resend") {
    step(t, "resend");
    t.message.resent = true;
    t.place.next_at = cx.now();
    t.place.spent = std::min(t.place.spent, most_attempts - 1);
    messages::store(cx, t, "message.resent");
  } else {
    step(t, "give_up");
    t.message.error_code = "given_up";
    t.message.failed_at = cx.now();
    t.message.settled_at = cx.now();
    messages::HourTally tally;
    tally.failed("given_up");
    messages::store(cx, t, "message.failed", R"({"reason":"given_up"})");
    tally.write(cx);
  }
  return t.message;
}

}  // namespace

void register_operations(Registry& registry) {
  registry.operation(list, [](Context& cx, const ListInput& in) {
    auto all = cx.repo<Message>();
    return all.list(in, is_outgoing(all));
  });
  registry.operation(get, [](Context& cx, const GetInput& in) {
    Entry e;
    e.message = outgoing(cx, in.id);
    e.place = cx.all<OutboundMessage>().find(in.id);
    e.attempts = attempts_of(cx, in.id);
    return e;
  });
  registry.operation(attempts, [](Context& cx, const GetInput& in) {
    outgoing(cx, in.id);
    return Attempts{attempts_of(cx, in.id)};
  });
  registry.operation(retry, write_retry);
  registry.operation(cancel, write_cancel);
  registry.operation(settle, write_settlement);
}

}  // namespace atlas::outbox
