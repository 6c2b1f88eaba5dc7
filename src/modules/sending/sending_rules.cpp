#include "atlas/sending_rules.hpp"

#include <algorithm>

namespace atlas::sending {
namespace {

bool is_no(const ConsentEvent& e) { return e.kind == "REFUSED" || e.kind == "WITHDRAWN"; }

Judgement refused(ErrorCode error, std::string_view detail,
                  std::optional<consents::StandingEvent> event = {}) {
  Judgement j;
  j.error = error;
  j.detail = detail;
  j.event = event;
  return j;
}

Judgement allowed(std::string_view evidence, std::optional<consents::StandingEvent> event) {
  Judgement j;
  j.allowed = true;
  j.error = ErrorCode::ok;
  j.evidence = evidence;
  j.event = event;
  return j;
}

ErrorCode error_of(std::string_view reason) {
  if (reason == "consent_withdrawn") return ErrorCode::consent_withdrawn;
  if (reason == "consent_expired") return ErrorCode::consent_expired;
  if (reason == "objected") return ErrorCode::objected;
  return ErrorCode::consent_missing;
}

Judgement of_ledger(const Situation& s) {
  if (s.ledger.allowed) return allowed("consent", s.ledger.event);
  Judgement j = refused(error_of(s.ledger.reason), s.ledger.detail, s.ledger.event);
  j.objection = s.ledger.objection;
  return j;
}

/// The request by form or message that has not been answered by a no since.
Judgement opt_in_request(const Situation& s) {
  if (s.ledger.objection) return of_ledger(s);
  if (s.ledger.allowed) return refused(ErrorCode::consent_missing, "granted_already", s.ledger.event);
  std::optional<consents::StandingEvent> asked;
  std::optional<Timestamp> refused_at;
  for (const ConsentEvent& e : s.facts.events) {
    const bool own_act = e.evidence || e.message_id;
    // A grant's own first event shows what the person saw; it asks for nothing.
    if (e.kind == "REQUESTED" && own_act && e.token_hash) asked = consents::as_standing(e);
    if (is_no(e)) asked.reset();
    if (e.kind == "REFUSED") refused_at = std::max(refused_at.value_or(e.at), e.at);
  }
  if (!asked) {
    if (s.ledger.reason == "consent_withdrawn") return of_ledger(s);
    return refused(ErrorCode::consent_missing, "no_request");
  }
  for (const Suppression& suppression : s.facts.suppressions)
    if (suppression.at >= asked->at) return refused(ErrorCode::consent_withdrawn, "suppressed", asked);
  // Who was asked and said no is left in peace, though they may have filled in another form.
  if (refused_at && s.now < *refused_at + opt_in_request_days * micros_per_day)
    return refused(ErrorCode::frequency_cap, "refused_within_30_days", asked);
  if (s.last_request && s.now < *s.last_request + opt_in_request_days * micros_per_day)
    return refused(ErrorCode::frequency_cap, "asked_within_30_days", asked);
  return allowed("opt_in_request", asked);
}

/// One for each withdrawal, as long as it stands.
Judgement opt_out_confirmation(const Situation& s) {
  std::optional<consents::StandingEvent> no;
  for (const ConsentEvent& e : s.facts.events) {
    if (is_no(e)) no = consents::as_standing(e);
    if (e.kind == "GRANTED") no.reset();
  }
  if (!no && !s.ledger.objection) return refused(ErrorCode::consent_missing, "nothing_withdrawn");
  const Timestamp at = no ? no->at : s.ledger.objection->at;
  if (s.last_confirmed && at <= *s.last_confirmed)
    return refused(ErrorCode::frequency_cap, "confirmed_already", no);
  Judgement j = allowed("opt_out_confirmation", no);
  j.objection = no ? nullptr : s.ledger.objection;
  return j;
}

/// What WhatsApp asks besides: an approved template, or the person's own message.
bool fits_whatsapp(const Situation& s, bool window_open) {
  return s.channel_code != "CHAN_WHATSAPP" || s.category != SendTemplate::none || window_open;
}

}  // namespace

std::optional<Timestamp> last_no_at(const consents::Facts& facts) {
  std::optional<Timestamp> last;
  const auto take = [&](Timestamp t) { last = std::max(last.value_or(t), t); };
  const auto said =
      facts.standing ? facts.standing->last_no_at : consents::standing_of(facts.events).last_no_at;
  if (said) take(*said);
  for (const Suppression& s : facts.suppressions) take(s.at);
  for (const Objection& o : facts.objections)
    if (o.in_force) take(o.at);
  return last;
}

bool is_window_open(const Situation& s) {
  if (!s.last_message || s.now >= *s.last_message + session_length) return false;
  const auto no = last_no_at(s.facts);
  return !no || *no < *s.last_message;
}

Judgement judge(const Situation& s) {
  if (s.channel_code == "CHAN_PHONE") return refused(ErrorCode::consent_missing, "calls_are_not_sent");
  if (s.category == SendTemplate::marketing && s.purpose_code != "CONSENT_MARKETING")
    return refused(ErrorCode::template_invalid, "marketing_for_other_purpose");
  if (s.channel_code == "CHAN_WHATSAPP" && s.category != SendTemplate::none && !s.approved)
    return refused(ErrorCode::template_invalid, "not_approved");
  const bool open = is_window_open(s);
  if (s.kind == SendKind::opt_out_confirmation) {
    if (s.category == SendTemplate::marketing)
      return refused(ErrorCode::template_invalid, "marketing_for_other_purpose");
    return opt_out_confirmation(s);
  }
  Judgement j = s.kind == SendKind::opt_in_request ? opt_in_request(s) : of_ledger(s);
  j.window_open = open;
  const bool reply = s.kind == SendKind::ordinary && s.purpose_code == "CONSENT_CONTACT" &&
                     s.category == SendTemplate::none && open && !s.ledger.objection;
  if (!j.allowed && reply) {
    j = allowed("session", {});
    j.window_open = true;
  }
  j.free_reply = j.allowed && reply;
  if (!j.allowed) return j;
  if (!fits_whatsapp(s, open)) {
    Judgement no = refused(ErrorCode::outside_session_window, "needs_template", j.event);
    no.window_open = open;
    return no;
  }
  if (s.kind == SendKind::ordinary && !j.free_reply && s.reached)
    return refused(ErrorCode::frequency_cap, "too_many_messages", j.event);
  return j;
}

std::optional<Hold> call_hold(std::span<const Call> before, const AllowedHours& allowed,
                              std::string_view zone, const Days& days, Timestamp at) {
  const Date today = local_time(zone, at).date;
  std::optional<Date> first;
  const char* why = "";
  std::vector<Date> attempts;
  for (const Call& call : before) {
    if (call.at > at) continue;
    const Date day = local_time(zone, call.at).date;
    attempts.push_back(day);
    // Sixty whole days: the day of the refusal is not one of them.
    const Date again{day.days + call_refusal_days + 1};
    if (call.refused && again > today && (!first || again > *first)) {
      first = again;
      why = "refused_within_60_days";
    }
  }
  std::sort(attempts.begin(), attempts.end());
  if (attempts.size() >= call_attempts) {
    const Date again{attempts[attempts.size() - call_attempts].days + call_period_days};
    if (again > today && (!first || again > *first)) {
      first = again;
      why = "four_calls_in_30_days";
    }
  }
  const Timestamp from = first ? instant_of(zone, *first, 0) : at;
  const auto hours = hold_at(allowed, zone, days, from);
  if (first) return Hold{hours ? hours->until : from, why};
  return hours;
}

}  // namespace atlas::sending
