#include "atlas/consent_rules.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "atlas/crypto.hpp"
#include "atlas/json.hpp"
#include "atlas/machines.hpp"
#include "atlas/phone.hpp"
#include "atlas/text.hpp"
#include "atlas/week_hours.hpp"

namespace atlas::consents {
namespace {

constexpr std::string_view machine_event(std::string_view kind) {
  if (kind == "REQUESTED") return "request";
  if (kind == "GRANTED") return "grant";
  if (kind == "REFUSED") return "refuse";
  if (kind == "WITHDRAWN") return "withdraw";
  return "lapse";
}

bool is_no(const ConsentEvent& e) { return e.kind == "REFUSED" || e.kind == "WITHDRAWN"; }

/// The last event of those that fit; null when none does.
template <class Fits>
const ConsentEvent* last_of(std::span<const ConsentEvent> events, Fits fits) {
  const auto it = std::find_if(events.rbegin(), events.rend(), fits);
  return it == events.rend() ? nullptr : &*it;
}

const ConsentEvent* last_grant(std::span<const ConsentEvent> events) {
  return last_of(events, [](const ConsentEvent& e) { return e.kind == "GRANTED"; });
}

/// What the ledger knew at that moment. Where the clock went back, rather one event too many.
std::span<const ConsentEvent> known_by(std::span<const ConsentEvent> events,
                                       const std::optional<Timestamp>& at) {
  while (at && !events.empty() && events.back().created_at > *at) events = events.first(events.size() - 1);
  return events;
}

Decision refused(Decision d, std::string_view reason, std::string_view detail) {
  d.allowed = false;
  d.reason = reason;
  d.detail = detail;
  return d;
}

bool wins_over(const Suppression& s, Timestamp granted_at, std::string_view source) {
  return s.at > granted_at || !is_positive_act(source);
}

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

template <class T>
Json or_null(const std::optional<T>& value) {
  if (!value) return nullptr;
  if constexpr (std::is_same_v<T, Uuid>)
    return format_uuid(*value);
  else if constexpr (std::is_same_v<T, Timestamp>)
    return format_timestamp(*value);
  else
    return *value;
}

}  // namespace

bool is_positive_act(std::string_view source) noexcept {
  return source == "CONSENT_SRC_FORM" || source == "CONSENT_SRC_DOUBLE_OPT_IN" ||
         source == "CONSENT_SRC_WHATSAPP_INBOUND" || source == "CONSENT_SRC_SMS_INBOUND" ||
         source == "CONSENT_SRC_PAPER";
}

std::string_view replay(std::span<const ConsentEvent> events) {
  std::string_view state = "none";
  for (const ConsentEvent& e : events) {
    if (const auto next = machines::advance(machines::Machine::consent, state, machine_event(e.kind)))
      state = *next;
  }
  return state;
}

std::optional<std::string> normal_address(std::string_view channel, std::string_view raw,
                                          std::string_view region) {
  if (channel != "CHAN_EMAIL") return phone_e164(raw, region);
  std::string folded = fold_email(raw);
  return folded.empty() ? std::nullopt : std::optional(std::move(folded));
}

StandingEvent as_standing(const ConsentEvent& e) {
  const std::string_view source = e.source_code ? std::string_view(*e.source_code) : "";
  const std::string_view hours = e.hours ? std::string_view(*e.hours) : "";
  return {e.id, e.kind, e.at, e.expires_at, source, e.dossier_id, e.hash, hours};
}

Standing standing_of(std::span<const ConsentEvent> events) {
  Standing s;
  s.state = replay(events);
  for (const ConsentEvent& e : events)
    if (is_no(e)) s.last_no_at = std::max(s.last_no_at.value_or(e.at), e.at);
  const ConsentEvent* decides =
      last_of(events, [](const ConsentEvent& e) { return e.kind == "GRANTED" || is_no(e); });
  if (!decides && !events.empty()) decides = &events.back();
  if (decides) s.event = as_standing(*decides);
  return s;
}

std::optional<Standing> standing_of(const Consent& c) {
  const bool whole = c.standing_id && c.standing_kind && c.standing_at && c.standing_hash;
  if (!whole) return c.events == 0 ? std::optional(Standing{}) : std::nullopt;
  Standing s;
  s.state = c.state;
  s.last_no_at = c.last_no_at;
  const std::string_view source = c.standing_source ? std::string_view(*c.standing_source) : "";
  const auto expires = *c.standing_kind == "GRANTED" ? c.expires_at : std::nullopt;
  const std::string_view hours = c.standing_hours ? std::string_view(*c.standing_hours) : "";
  s.event = StandingEvent{*c.standing_id, *c.standing_kind,      *c.standing_at,   expires,
                          source,         c.standing_dossier_id, *c.standing_hash, hours};
  return s;
}

void keep_standing(Consent& c, std::span<const ConsentEvent> events) {
  const Standing s = standing_of(events);
  c.state = s.state;
  c.last_no_at = s.last_no_at;
  if (!s.event) return;
  c.standing_id = s.event->id;
  c.standing_kind = s.event->kind;
  c.standing_at = s.event->at;
  const auto or_absent = [](std::string_view text) {
    return text.empty() ? std::nullopt : std::optional<std::string>(text);
  };
  c.standing_source = or_absent(s.event->source_code);
  c.standing_hours = or_absent(s.event->hours);
  c.standing_dossier_id = s.event->dossier_id;
  c.standing_hash = s.event->hash;
  std::set<std::string> parties;
  for (const ConsentEvent& e : events)
    if (e.party_id) parties.insert(format_uuid(*e.party_id));
  c.named_parties.reset();
  if (!parties.empty()) c.named_parties.emplace(parties.begin(), parties.end());
}

Decision decide(const Question& q, const Facts& facts) {
  Decision d;
  const bool by_row = facts.standing && !q.known_by;
  const Standing standing = by_row ? *facts.standing : standing_of(known_by(facts.events, q.known_by));
  d.state = standing.state;
  for (const Objection& o : facts.objections) {
    if (q.known_by ? o.created_at > *q.known_by || (o.lifted_at && *o.lifted_at <= *q.known_by) : !o.in_force)
      continue;
    d.objection = &o;
    return refused(d, "objected", "party");
  }
  const auto& last = standing.event;
  if (last && (last->kind == "REFUSED" || last->kind == "WITHDRAWN")) {
    d.event = last;
    return refused(d, "consent_withdrawn", "opted_out");
  }
  const StandingEvent* const given = last && last->kind == "GRANTED" ? &*last : nullptr;
  for (const Suppression& s : facts.suppressions) {
    if (q.known_by && s.at > *q.known_by) continue;
    if (given && !wins_over(s, given->at, given->source_code)) continue;
    if (given) d.event = *given;
    d.suppression = &s;
    return refused(d, "consent_withdrawn", "suppressed");
  }
  if (!given) {
    d.event = last;
    return refused(d, "consent_missing", last ? "not_answered" : "never_asked");
  }
  d.event = *given;
  if (d.state == "expired" || (given->expires_at && *given->expires_at <= q.at)) {
    d.state = "expired";
    return refused(d, "consent_expired", "time_over");
  }
  const bool for_one_request = q.channel_code == "CHAN_PHONE" && q.purpose_code == "CONSENT_CONTACT";
  if (for_one_request && given->dossier_id && q.dossier_id && *given->dossier_id != *q.dossier_id)
    return refused(d, "consent_missing", "other_request");
  d.allowed = true;
  return d;
}

std::optional<GrantRefusal> refuses_grant(Timestamp at, std::string_view source,
                                          std::span<const ConsentEvent> events,
                                          std::span<const Suppression> suppressions) {
  const ConsentEvent* const given = last_grant(events);
  bool said_no = false;
  for (const ConsentEvent& e : events) {
    if (!is_no(e)) continue;
    if (e.at > at) return GrantRefusal::older;
    said_no = said_no || !given || e.number > given->number;
  }
  for (const Suppression& s : suppressions) {
    if (s.at > at) return GrantRefusal::older;
    said_no = said_no || !given || wins_over(s, given->at, given->source_code.value_or(""));
  }
  if (said_no && !is_positive_act(source)) return GrantRefusal::no_positive_act;
  return std::nullopt;
}

void check_proof(const ConsentEvent& given, std::vector<FieldError>& errors) {
  const auto missing = [&](const char* path, const char* what) {
    errors.push_back({path, std::string(field_code::required), what});
  };
  const std::string_view source = given.source_code ? std::string_view(*given.source_code) : "";
  if (source.empty()) missing("/source_code", "where the consent comes from");
  if (!given.wording) missing("/wording", "the exact wording that the person saw");
  if (!given.wording_version) missing("/wording_version", "the version of the wording");
  if (!given.language) missing("/language", "the language of the wording");
  if (given.hours && !read_week_hours(*given.hours)) {
    errors.push_back({"/hours", std::string(field_code::out_of_range),
                      "days and hours such as \"Mo-Fr 18:00-21:00; Sa 10:00-12:00\""});
  }
  // Other hours need the person's express consent, not somebody's word for it.
  if (given.hours && !source.empty() && !is_positive_act(source))
    errors.push_back({"/hours", std::string(field_code::out_of_range), "only by the person's own act"});
  if (source == "CONSENT_SRC_DOUBLE_OPT_IN") return;
  if (source == "CONSENT_SRC_WHATSAPP_INBOUND" || source == "CONSENT_SRC_SMS_INBOUND") {
    if (!given.message_id) missing("/message_id", "the person's message is the evidence");
    return;
  }
  const ConsentEvidence e = given.evidence.value_or(ConsentEvidence{});
  if (!e.kind) missing("/evidence/kind", "what the evidence is");
  if (!e.reference) missing("/evidence/reference", "where the evidence is kept");
  if (!e.sha256)
    missing("/evidence/sha256", "the SHA-256 of the evidence");
  else if (!is_sha256_hex(*e.sha256))
    errors.push_back({"/evidence/sha256", std::string(field_code::wrong_type),
                      "a SHA-256 as 64 lower-case hexadecimal digits"});
}

std::string canonical_event(const Consent& consent, const ConsentEvent& e) {
  Json evidence;
  if (e.evidence) {
    evidence = {{"kind", or_null(e.evidence->kind)},
                {"reference", or_null(e.evidence->reference)},
                {"sha256", or_null(e.evidence->sha256)}};
  }
  Json event{{"format", "libatlas/consent-event/1"},
             {"organisation", format_uuid(e.org_id)},
             {"consent_id", format_uuid(e.consent_id)},
             {"channel_code", consent.channel_code},
             {"address", or_null(consent.address)},
             {"purpose_code", consent.purpose_code},
             {"id", format_uuid(e.id)},
             {"number", e.number},
             {"kind", e.kind},
             {"at", format_timestamp(e.at)},
             {"recorded_at", format_timestamp(e.created_at)},
             {"source_code", or_null(e.source_code)},
             {"wording", or_null(e.wording)},
             {"wording_version", or_null(e.wording_version)},
             {"language", or_null(e.language)},
             {"evidence", evidence},
             {"actor", {{"kind", e.actor_kind}, {"id", or_null(e.actor_id)}}},
             {"ip", or_null(e.ip)},
             {"device", or_null(e.device)},
             {"message_id", or_null(e.message_id)},
             {"party_id", or_null(e.party_id)},
             {"dossier_id", or_null(e.dossier_id)},
             {"request_id", or_null(e.request_id)},
             {"expires_at", or_null(e.expires_at)},
             {"nonce", e.nonce},
             {"previous", e.previous_hash}};
  // Not known to the first stores: an event without it is hashed as it was then.
  if (e.hours) event["hours"] = *e.hours;
  return canonical_json(event);
}

std::string event_hash(const Consent& consent, const ConsentEvent& e) {
  return hex(as_view(sha256(canonical_event(consent, e))));
}

}  // namespace atlas::consents
