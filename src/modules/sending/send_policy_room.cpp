// The SendPolicy: reads what is known, lets the pure rules judge, tells the evidence.

#include <algorithm>

#include "atlas/consent_ledger.hpp"
#include "atlas/crypto.hpp"
#include "atlas/json.hpp"
#include "atlas/parties.hpp"
#include "sending_parts.hpp"

namespace atlas::sending {
namespace {

/// Longest that the rules of calls look back.
constexpr std::int64_t call_memory = 62 * micros_per_day;

Place place_of(Context& cx, const SendQuestion& q) {
  const bool is_number = q.channel_code != "CHAN_EMAIL";
  Place place = (is_number ? place_of_number(q.address) : std::nullopt)
                    .value_or(Place{cx.access().default_country, "", cx.access().time_zone});
  if (place.zone.empty()) place.zone = cx.access().time_zone;
  if (!q.party_id) return place;
  const auto party = cx.all<Party>().find(*q.party_id);
  if (!party) return place;
  if (party->time_zone) place.zone = *party->time_zone;
  if (place.country == "FR" && place.region.empty() && party->address && is_alsace_moselle(*party->address))
    place.region = "AM";
  return place;
}

Days days_in(Context& cx, const Place& place) {
  return [&cx, &place](int year) { return days_of(cx, place.country, place.region, year); };
}

std::string session_hash(const SessionWindow& w) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("format").string("libatlas/session-window/1");
  json.key("id").string(format_uuid(w.id)).key("channel_code").string(w.channel_code);
  json.key("address").string(w.address_hash).key("sender").string(w.sender);
  json.key("at").string(format_timestamp(*w.last_at));
  json.key("message").string(w.reference.value_or("")).end_object();
  return hex(as_view(sha256(text)));
}

std::string objection_hash(const Objection& o) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("format").string("libatlas/objection/1");
  json.key("id").string(format_uuid(o.id)).key("party_id").string(format_uuid(o.party_id));
  json.key("at").string(format_timestamp(o.at)).end_object();
  return hex(as_view(sha256(text)));
}

class Policy final : public SendPolicy {
 public:
  void hold(Context& cx, std::span<const SendQuestion> questions) const override {
    std::vector<std::string> addresses;
    for (const SendQuestion& q : questions) addresses.emplace_back(q.address);
    std::sort(addresses.begin(), addresses.end());
    addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
    consents::hold_addresses(cx, addresses);
  }

  SendAnswer decide(Context& cx, const SendQuestion& q) const override;

  void note_sent(Context& cx, const SendQuestion& q, const SendAnswer& answer) const override {
    ContactCount count;
    count.address_hash = AddressHashes(cx, q.address).of_address;
    count.channel_code = q.channel_code;
    count.purpose_code = q.purpose_code;
    count.kind = q.kind != SendKind::ordinary        ? to_string(q.kind)
                 : answer.evidence.kind == "session" ? "session"
                                                     : "ordinary";
    if (!q.message_id.is_nil()) count.message_id = q.message_id;
    count.party_id = q.party_id;
    if (q.kind == SendKind::opt_out_confirmation) count.evidence_at = answer.evidence.at;
    count.at = cx.now();
    count_contact(cx, std::move(count));
  }

  void open_window(Context& cx, const SessionOpening& opening) const override {
    consents::hold_addresses(cx, {std::string(opening.address)});
    move_window(cx, AddressHashes(cx, opening.address), opening);
  }

  void close_window(Context& cx, std::string_view channel, std::string_view address,
                    Timestamp at) const override {
    consents::hold_addresses(cx, {std::string(address)});
    shut_windows(cx, AddressHashes(cx, address), channel, at);
  }

  SendAnswer decide_call(Context& cx, const SendQuestion& q, Timestamp at) const override;

  void note_call(Context& cx, const CallNote& note) const override {
    if (std::find(call_outcomes.begin(), call_outcomes.end(), note.outcome) == call_outcomes.end())
      throw Error(ErrorCode::invalid_argument, "no such outcome of a call")
          .field("/outcome", field_code::not_a_code, "answered, no_answer, busy, failed or refused");
    ContactCount count;
    count.address_hash = AddressHashes(cx, note.address).of_address;
    count.channel_code = "CHAN_PHONE";
    count.purpose_code = note.purpose_code;
    count.kind = note.attempted ? "call" : "refusal";
    count.outcome = std::string(note.outcome);
    if (!note.message_id.is_nil()) count.message_id = note.message_id;
    count.party_id = note.party_id;
    count.at = note.at;
    count_contact(cx, std::move(count));
  }
};

/// The first cap that is reached; nothing when none is.
std::optional<Reached> reached_cap(Context& cx, const SendQuestion& q, const AddressHashes& hashes) {
  const auto rules = OwnRules::of(cx);
  const auto& caps = rules->settings().caps;
  // A cap is of the last so many hours, the message that left just that long ago not counted.
  const auto since = [&](const Cap& cap) { return cx.now() + (1 - cap.hours * micros_per_hour); };
  std::optional<Timestamp> first;
  for (const Cap& cap : caps)
    if (cap.purpose_code == "*" || cap.purpose_code == q.purpose_code)
      first = std::min(first.value_or(since(cap)), since(cap));
  if (!first) return std::nullopt;
  const auto sent = sent_since(cx, hashes, q.party_id, *first, q.message_id);
  for (const Cap& cap : caps) {
    if (cap.purpose_code != "*" && cap.purpose_code != q.purpose_code) continue;
    const auto count = std::count_if(sent.begin(), sent.end(), [&](const ContactCount& row) {
      return row.at >= since(cap) && (cap.purpose_code == "*" || row.purpose_code == cap.purpose_code);
    });
    if (count >= cap.most) return Reached{cap, count};
  }
  return std::nullopt;
}

/// The law's hours, the organisation's own within them, and those to which the person agreed.
AllowedHours hours_of(Context& cx, const Place& place, std::string_view channel, std::string_view purpose,
                      std::string_view agreed, Timestamp at) {
  AllowedHours out;
  out.rule = hours_rule(place.country, channel, purpose, at);
  const auto rules = OwnRules::of(cx);
  if (!rules->settings().hours.empty())
    out.own = rules->settings().hours_for(place.country, channel, purpose);
  if (!agreed.empty()) out.agreed = read_week_hours(agreed).value_or(WeekHours{});
  return out;
}

std::string name_of_rule(const AllowedHours& hours, std::string_view otherwise) {
  return std::string(hours.rule ? hours.rule->name : otherwise);
}

/// Holds a lawful message at hours that are not for it.
void keep_hours(Context& cx, const SendQuestion& q, std::string_view agreed, SendAnswer& answer) {
  const Place place = place_of(cx, q);
  const AllowedHours hours = hours_of(cx, place, q.channel_code, q.purpose_code, agreed, cx.now());
  const auto hold = hold_at(hours, place.zone, days_in(cx, place), cx.now());
  if (!hold) return;
  answer.verdict = SendVerdict::defer;
  answer.not_before = hold->until;
  answer.detail = hold->why;
  answer.rule = name_of_rule(hours, "ORGANISATION");
  answer.expires_first = q.expires_at && *q.expires_at <= hold->until;
}

/// What the answer stands on, for the audit and for whoever asks why: ids, codes and numbers, no person.
std::string looked_at(const SendQuestion& q, const Situation& s, const Judgement& j,
                      const std::optional<Uuid>& consent, const SendAnswer& answer) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("channel_code").string(q.channel_code).key("purpose_code").string(q.purpose_code);
  json.key("kind").string(to_string(q.kind)).key("state").string(s.ledger.state);
  if (consent) json.key("consent_id").string(format_uuid(*consent));
  if (j.event) {
    json.key("event").begin_object().key("id").string(format_uuid(j.event->id));
    json.key("kind").string(j.event->kind).key("hash").string(j.event->hash).end_object();
  }
  if (const Objection* o = j.objection ? j.objection : s.ledger.objection)
    json.key("objection_id").string(format_uuid(o->id));
  if (s.ledger.suppression) json.key("suppressed").boolean(true);
  if (s.last_message) {
    json.key("window_until").string(format_timestamp(*s.last_message + session_length));
    json.key("window_open").boolean(j.window_open);
  }
  if (s.reached) {
    json.key("cap").begin_object().key("purpose_code").string(s.reached->cap.purpose_code);
    json.key("hours").number(s.reached->cap.hours).key("most").number(s.reached->cap.most);
    json.key("count").number(s.reached->count).end_object();
  }
  if (!answer.rule.empty()) json.key("rule").string(answer.rule);
  if (answer.not_before) json.key("not_before").string(format_timestamp(*answer.not_before));
  json.end_object();
  return text;
}

SendAnswer Policy::decide(Context& cx, const SendQuestion& q) const {
  const consents::Ledger ledger = consents::ledger_of(
      cx, q.channel_code, std::string(q.address), q.purpose_code, q.party_id,
      q.kind == SendKind::ordinary ? consents::Events::if_needed : consents::Events::always);
  Situation s;
  s.kind = q.kind;
  s.channel_code = q.channel_code;
  s.purpose_code = q.purpose_code;
  s.category = q.category;
  s.approved = q.approved;
  s.now = cx.now();
  s.facts = ledger.facts();
  s.ledger =
      consents::decide({q.channel_code, q.purpose_code, cx.now(), std::nullopt, q.dossier_id}, s.facts);
  const AddressHashes hashes(cx, q.address);
  std::optional<SessionWindow> window;
  const bool replies = q.purpose_code == "CONSENT_CONTACT" || q.channel_code == "CHAN_WHATSAPP";
  if (replies && q.kind != SendKind::opt_out_confirmation)
    window = window_of(cx, hashes, q.channel_code, q.sender);
  if (window) s.last_message = window->last_at;
  if (q.kind == SendKind::opt_in_request) {
    if (const auto last = last_of_kind(cx, hashes, "opt_in_request", q.purpose_code, "", q.message_id))
      s.last_request = last->at;
  } else if (q.kind == SendKind::opt_out_confirmation) {
    if (const auto last = last_of_kind(cx, hashes, "opt_out_confirmation", "", q.channel_code, q.message_id))
      s.last_confirmed = last->evidence_at.value_or(last->at);
  }
  const bool urgent = q.urgent && q.purpose_code == "CONSENT_CONTACT";
  Judgement j = judge(s);
  // What is refused anyway, and a reply, need no counting.
  if (j.allowed && q.kind == SendKind::ordinary && !j.free_reply && !urgent) {
    s.reached = reached_cap(cx, q, hashes);
    if (s.reached) j = judge(s);
  }
  SendAnswer answer;
  answer.error = j.error;
  answer.detail = std::string(j.detail);
  std::optional<Uuid> consent;
  if (ledger.consent) consent = ledger.consent->id;
  if (j.allowed) {
    answer.verdict = SendVerdict::allow;
    answer.evidence.kind = std::string(j.evidence);
    if (j.evidence == "session") {
      answer.evidence.event_id = window->id;
      answer.evidence.hash = session_hash(*window);
      answer.evidence.at = *window->last_at;
    } else if (j.event) {
      answer.evidence.consent_id = consent;
      answer.evidence.event_id = j.event->id;
      answer.evidence.hash = j.event->hash;
      answer.evidence.at = j.event->at;
    } else if (j.objection) {
      answer.evidence.event_id = j.objection->id;
      answer.evidence.hash = objection_hash(*j.objection);
      answer.evidence.at = j.objection->at;
    }
    const std::string_view agreed = j.evidence == "consent" && j.event ? j.event->hours : std::string_view();
    if (!j.free_reply && !urgent && q.kind != SendKind::opt_out_confirmation)
      keep_hours(cx, q, agreed, answer);
  }
  answer.looked_at = looked_at(q, s, j, consent, answer);
  return answer;
}

SendAnswer Policy::decide_call(Context& cx, const SendQuestion& q, Timestamp at) const {
  SendAnswer answer;
  answer.verdict = SendVerdict::allow;
  answer.error = ErrorCode::ok;
  // A call that answers a request is no prospecting: the law of hours and numbers is about that.
  if (q.purpose_code != "CONSENT_MARKETING") return answer;
  SendQuestion question = q;
  question.channel_code = "CHAN_PHONE";
  const Place place = place_of(cx, question);
  const AllowedHours hours = hours_of(cx, place, "CHAN_PHONE", q.purpose_code, q.agreed_hours, at);
  const auto before =
      calls_since(cx, AddressHashes(cx, q.address), q.party_id, q.purpose_code, at + -call_memory);
  const auto hold = call_hold(before, hours, place.zone, days_in(cx, place), at);
  if (!hold) return answer;
  const bool counted = hold->why == "four_calls_in_30_days" || hold->why == "refused_within_60_days";
  answer.verdict = SendVerdict::defer;
  answer.error = counted ? ErrorCode::frequency_cap : ErrorCode::ok;
  answer.detail = hold->why;
  answer.not_before = hold->until;
  answer.rule = name_of_rule(hours, "PHONE.MARKETING");
  return answer;
}

}  // namespace

std::unique_ptr<SendPolicy> make_policy() { return std::make_unique<Policy>(); }

}  // namespace atlas::sending
