// Finish: an answer, however late, is recorded on its own attempt; the message only ever moves upwards.

#include <algorithm>

#include "atlas/forget.hpp"
#include "atlas/json.hpp"
#include "atlas/machines.hpp"
#include "outbox_asking.hpp"
#include "outbox_paces.hpp"
#include "outbox_rules.hpp"
#include "outbox_work.hpp"

namespace atlas::outbox {
namespace {

using messages::HourTally;
using messages::step;
using messages::store;
using messages::Tracked;

constexpr std::int64_t account_wait = 15 * micros_per_minute;
constexpr std::size_t most_strays = 100;

std::optional<std::string> text_or_nothing(const std::string& text, std::size_t most) {
  std::string clean = sanitised(text, most);
  if (clean.empty()) return std::nullopt;
  return clean;
}

std::string payload_of(const OutboundAttempt& a) {
  std::string payload;
  JsonWriter w(payload);
  w.begin_object().key("attempt").number(a.number).key("outcome").string(a.status_code);
  if (a.reason) w.key("reason").string(*a.reason);
  if (a.error_code) w.key("error_code").string(*a.error_code);
  if (a.provider_message_id) w.key("provider_message_id").string(*a.provider_message_id);
  if (a.retry_at) w.key("retry_at").string(format_timestamp(*a.retry_at));
  if (a.late) w.key("late").boolean(true);
  w.end_object();
  return payload;
}

unsigned seen_before(Context& cx, const OutboundAttempt& attempt, const std::string& code) {
  if (code.empty()) return 0;
  auto all = cx.all<OutboundAttempt>();
  const auto earlier =
      all.where({.where = Predicate::equals(all.column("message_id"), Value::id(attempt.message_id)),
                 .key = "by_message",
                 .limit = 1000});
  return static_cast<unsigned>(std::count_if(earlier.begin(), earlier.end(), [&](const OutboundAttempt& a) {
    return a.number < attempt.number && a.error_code == code;
  }));
}

/// Does another message have the provider's id already? Then the provider tells nonsense, and reports of it
/// must not move this one.
bool is_taken(Context& cx, const OutboundAttempt& attempt, const std::string& provider_id) {
  auto all = cx.all<OutboundAttempt>();
  const auto same = all.where(
      {.where = Predicate::all_of(
           {Predicate::equals(all.column("provider_message_id"), Value::text(provider_id)),
            attempt.account_id ? Predicate::equals(all.column("account_id"), Value::id(*attempt.account_id))
                               : Predicate::absent(all.column("account_id"))}),
       .key = "by_provider",
       .limit = 2});
  return std::any_of(same.begin(), same.end(),
                     [&](const OutboundAttempt& a) { return a.message_id != attempt.message_id; });
}

void fail(Tracked& t, const OutboundAttempt& a, Timestamp at) {
  t.message.error_code = a.error_code ? a.error_code : a.reason;
  t.message.error_text = a.error_text;
  if (!t.message.failed_at || at < *t.message.failed_at) t.message.failed_at = at;
}

/// Reports that came before we knew what the provider calls the message.
void apply_strays(Context& cx, Tracked& t, const OutboundAttempt& attempt, HourTally& tally) {
  if (!attempt.provider_message_id || !attempt.account_id) return;
  auto all = cx.all<StrayReport>();
  const auto strays = all.where(
      {.where = Predicate::all_of(
           {Predicate::equals(all.column("provider_message_id"), Value::text(*attempt.provider_message_id)),
            Predicate::equals(all.column("account_id"), Value::id(*attempt.account_id))}),
       .key = "by_provider",
       .limit = most_strays});
  for (const StrayReport& s : strays) {
    messages::apply_report(
        cx, t, {s.state, s.at, s.error_code.value_or(""), s.error_text.value_or(""), s.failure.value_or("")},
        tally);
    forget<StrayReport>(cx, s.id);
  }
}

/// The answer to the attempt that is on its way.
void move(Context& cx, Tracked& t, const Answered& in, const Outcome& o, OutboundAttempt& a,
          HourTally& tally) {
  const std::int64_t now = cx.now().micros;
  const auto queue_again = [&](std::int64_t wait) {
    step(t, "not_taken");
    t.place.next_at = {now + std::max<std::int64_t>(wait, 0)};
    a.retry_at = t.place.next_at;
    t.keeps_line = true;
    tally.retried();
    store(cx, t, "message.retried", payload_of(a));
  };
  const auto dead = [&](std::string_view event) {
    step(t, event);
    fail(t, a, in.at);
    tally.failed(t.message.error_code.value_or(""));
    store(cx, t, "message.failed", payload_of(a));
    messages::alert(cx, &t.message, "dead_letter", t.message.error_code.value_or(""));
  };
  if (o.kind != OutcomeKind::later) t.place.later_since.reset();
  switch (o.kind) {
    case OutcomeKind::accepted:
      step(t, "accepted");
      t.message.provider_message_id = a.provider_message_id;
      if (!t.message.sent_at || in.at < *t.message.sent_at) t.message.sent_at = in.at;
      tally.sent(t.message.created_at, in.at);
      store(cx, t, "message.sent", payload_of(a));
      break;
    case OutcomeKind::not_taken: {
      if (in.in_vain) {
        queue_again(0);
        break;
      }
      a.spent = true;
      const auto wait = next_wait(cx, ++t.place.spent);
      if (wait)
        queue_again(std::max(*wait, std::min(o.retry_after_us.value_or(0), longest_later)));
      else
        dead("attempts_spent");
      break;
    }
    case OutcomeKind::later: {
      if (!t.place.later_since) t.place.later_since = cx.now();
      const std::int64_t wait =
          std::clamp<std::int64_t>(o.retry_after_us.value_or(default_later), least_later, longest_later);
      if (now + wait > t.place.later_since->micros + longest_later)
        dead("attempts_spent");
      else
        queue_again(wait);
      break;
    }
    case OutcomeKind::account:
      if (a.account_id) {
        channels::pause_account(cx, *a.account_id, o.reason.empty() ? "provider" : o.reason);
        t.place.waits_for = format_uuid(*a.account_id);
      }
      queue_again(account_wait);
      break;
    case OutcomeKind::rejected:
    case OutcomeKind::unreachable:
    case OutcomeKind::opted_out:
      a.spent = true;
      ++t.place.spent;
      dead("rejected");
      if (o.kind == OutcomeKind::opted_out) messages::withdraw_by_provider(cx, t.message, o.provider_code);
      break;
    case OutcomeKind::unknown:
      a.spent = true;
      ++t.place.spent;
      become_uncertain(cx, t, "no_answer", in.started->transport->takes_idempotency_token(), payload_of(a),
                       tally);
      break;
  }
}

/// Not before `until`, although it was due sooner: what a provider asks for holds for the next attempt too.
void postpone(Context& cx, Tracked& t, OutboundAttempt& a, Timestamp until) {
  if (until <= t.place.next_at && t.place.status_code == "QUEUED") return;
  if (t.place.status_code == "LEASED") step(t, "defer");
  t.place.next_at = until;
  t.place.waits_for.reset();
  a.retry_at = until;
  t.keeps_line = true;
  store(cx, t, "message.retried", payload_of(a));
}

/// The lease was lost: nobody knew. What is known now counts as a report would, unless a newer attempt has to
/// be waited for.
void move_late(Context& cx, Tracked& t, const Answered& in, const Outcome& o, OutboundAttempt& a,
               HourTally& tally) {
  const std::string status = t.place.status_code;
  const bool is_last = a.number == t.place.attempts;
  const bool waits = status == "QUEUED" || status == "LEASED";
  const bool no = o.kind == OutcomeKind::rejected || o.kind == OutcomeKind::unreachable ||
                  o.kind == OutcomeKind::opted_out;
  const auto note = [&] {
    cx.note(schema_of<Message>(), t.message.id, t.message.subject_id, "message.reported", payload_of(a));
  };
  if (o.kind == OutcomeKind::accepted) {
    const bool news = !t.message.sent_at || in.at < *t.message.sent_at;
    if (news) t.message.sent_at = in.at;
    if (step(t, status == "UNCERTAIN" ? "accepted" : "report_sent")) {
      if (!t.message.provider_message_id) t.message.provider_message_id = a.provider_message_id;
      tally.sent(t.message.created_at, in.at);
      store(cx, t, "message.sent", payload_of(a));
    } else if (news) {
      // A report was quicker than the answer; or it was stopped, and has left all the same.
      store(cx, t, "message.reported", payload_of(a));
      if (status == "CANCELLED") messages::alert(cx, &t.message, "report_for_cancelled", "accepted");
    } else {
      note();
    }
  } else if (no && is_last && (waits || status == "UNCERTAIN")) {
    step(t, waits ? "report_failed" : "rejected");
    fail(t, a, in.at);
    tally.failed(t.message.error_code.value_or(""));
    store(cx, t, "message.failed", payload_of(a));
    messages::alert(cx, &t.message, "dead_letter", t.message.error_code.value_or(""));
  } else if (waits && o.retry_after_us &&
             (o.kind == OutcomeKind::later || o.kind == OutcomeKind::not_taken)) {
    const std::int64_t now = cx.now().micros;
    if (!t.place.later_since) t.place.later_since = cx.now();
    const std::int64_t wait = std::clamp<std::int64_t>(*o.retry_after_us, least_later, longest_later);
    postpone(cx, t, a, {std::min(now + wait, t.place.later_since->micros + longest_later)});
    note();
  } else {
    note();
  }
  if (o.kind == OutcomeKind::opted_out) messages::withdraw_by_provider(cx, t.message, o.provider_code);
  if (o.kind == OutcomeKind::account && a.account_id)
    channels::pause_account(cx, *a.account_id, o.reason.empty() ? "provider" : o.reason);
}

}  // namespace

std::optional<std::int64_t> next_wait(Context& cx, std::int64_t spent) {
  std::array<std::uint8_t, 2> bytes{};
  cx.random(bytes);
  return retry_wait(spent, static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]));
}

void become_uncertain(Context& cx, Tracked& t, std::string_view event, bool takes_token,
                      std::string_view payload, HourTally& tally) {
  step(t, event);
  t.message.uncertain = true;
  tally.uncertain();
  if (!takes_token) ask_later(cx, t);
  store(cx, t, "message.uncertain", std::string(payload));
  messages::catch_up(cx, t);
  if (t.place.status_code != "UNCERTAIN") return;  // an earlier attempt is known to have left
  if (!takes_token) {
    messages::alert(cx, &t.message, "uncertain");
    return;
  }
  // The same token once more: the provider knows whether it has the message already.
  const auto wait = next_wait(cx, t.place.spent);
  if (!wait) return;
  step(t, "resend");
  t.place.next_at = cx.now() + *wait;
  // As long as it was uncertain it held nobody up; now it waits to be tried again.
  t.place.in_line = messages::line_of(t.place);
  t.keeps_line = true;
  tally.retried();
  store(cx, t, "message.retried", R"({"reason":"same_token"})");
}

void finish(Context& cx, const Answered& in, HourTally& tally) {
  const Started& s = *in.started;
  Tracked t = messages::track(cx, s.message);
  const OutboundAttempt was = cx.all<OutboundAttempt>().get(s.attempt, RowLock::update);
  if (was.status_code != "STARTED") return;  // recorded already
  OutboundAttempt a = was;
  const Outcome o = bounded(in.outcome, seen_before(cx, was, in.outcome.provider_code));
  const bool live = t.place.token == s.token && t.place.status_code == "SENDING";
  a.status_code = to_text(o.kind);
  a.finished_at = in.at;
  a.late = !live;
  a.reason = text_or_nothing(o.reason, 64);
  a.error_code = text_or_nothing(o.provider_code, 64);
  a.error_text = text_or_nothing(o.provider_text, 200);
  if (!o.provider_id.empty() && !a.provider_message_id) {
    if (is_taken(cx, a, o.provider_id))
      messages::alert(cx, &t.message, "provider_id_repeated");
    else
      a.provider_message_id = o.provider_id;
  }
  if (live)
    move(cx, t, in, o, a, tally);
  else
    move_late(cx, t, in, o, a, tally);
  messages::catch_up(cx, t);
  // However late: it is the account that is to be left alone, whatever became of this message.
  const bool asks_for_rest = o.kind == OutcomeKind::later || o.kind == OutcomeKind::not_taken;
  if (asks_for_rest && o.whole_account && o.retry_after_us && a.account_id)
    hold_account(cx, *a.account_id, cx.now() + *o.retry_after_us);
  cx.all<OutboundAttempt>().save(was, a);
  if (o.alarm)
    messages::alert(cx, &t.message, o.reason.empty() ? to_text(o.kind) : o.reason, o.provider_code);
  apply_strays(cx, t, a, tally);
}

void lose_lease(Context& cx, const OutboundMessage& place, HourTally& tally) {
  if (place.status_code == "LEASED") {
    // It was never started, so it never left.
    OutboundMessage after = place;
    after.status_code = "QUEUED";
    const auto next = machines::advance(machines::Machine::outbound_message, place.status_code, "lease_lost");
    if (next) after.status_code = *next;
    messages::store_place(cx, place, after, place.attempts > 0);
    return;
  }
  if (place.status_code != "SENDING") return;
  Tracked t = messages::track(cx, place);
  ++t.place.spent;
  bool takes_token = false;
  if (const auto account =
          t.message.account_id ? cx.all<ChannelAccount>().find(*t.message.account_id) : std::nullopt) {
    const auto& transports = ports_of(cx).transports;
    const auto transport = transports ? transports->find(account->provider, account->channel_code) : nullptr;
    takes_token = transport && transport->takes_idempotency_token();
  }
  become_uncertain(cx, t, "lease_lost", takes_token, R"({"reason":"lease_lost"})", tally);
}

}  // namespace atlas::outbox
