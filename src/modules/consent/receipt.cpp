// A consent as a self-contained record, after ISO/IEC TS 27560, with the proof that it is in the audit.

#include <nlohmann/json.hpp>

#include "atlas/audit_trail.hpp"
#include "atlas/crypto.hpp"
#include "atlas/organisations.hpp"
#include "recording.hpp"

namespace atlas::consents {
namespace {

/// What an organisation says of itself in `settings.consent`; the rest has defaults.
class Settings {
 public:
  explicit Settings(const Organisation& organisation) {
    const Json all = parse_json(organisation.settings);
    if (const auto it = all.find("consent"); it != all.end() && it->is_object()) settings_ = *it;
  }
  Json text(const char* name, Json otherwise) const {
    const auto it = settings_.find(name);
    return it != settings_.end() && it->is_string() ? *it : otherwise;
  }
  Json texts(const char* name, Json otherwise) const {
    const auto it = settings_.find(name);
    if (it == settings_.end() || !it->is_array()) return otherwise;
    for (const Json& element : *it)
      if (!element.is_string()) return otherwise;
    return *it;
  }

 private:
  Json settings_ = Json::object();
};

/// As easy as giving consent was (GDPR art. 7.3).
std::string_view withdrawal_method(std::string_view channel) {
  if (channel == "CHAN_EMAIL") return "the link in every message, or an answer to it";
  if (channel == "CHAN_PHONE") return "a word to whoever calls, or a message to the controller";
  return "STOP in answer to any message";
}

Json event_json(const Consent& consent, const ConsentEvent& e) {
  Json event = Json::parse(canonical_event(consent, e));
  return {{"event", std::move(event)}, {"hash", e.hash}};
}

Json notice_of(const std::vector<ConsentEvent>& events) {
  for (auto e = events.rbegin(); e != events.rend(); ++e) {
    if (!e->wording_version) continue;
    return {{"version", *e->wording_version},
            {"language", e->language ? Json(*e->language) : Json()},
            {"wording", e->wording ? Json(*e->wording) : Json()}};
  }
  return nullptr;
}

Json record_of(Context& cx, const Consent& consent, const std::vector<ConsentEvent>& events) {
  const Organisation org = cx.all<Organisation>().get(cx.organisation());
  const Settings settings(org);
  const bool morocco = org.default_country == "MA";
  Json told = Json::array();
  for (const ConsentEvent& e : events) told.push_back(event_json(consent, e));
  const Json controller{{"id", format_uuid(org.id)},
                        {"name", org.name},
                        {"country", org.default_country},
                        {"contact", settings.text("controller_contact", nullptr)}};
  const Json processing{
      {"purpose", consent.purpose_code},
      {"channel", consent.channel_code},
      {"lawful_basis", morocco ? "consent (loi 09-08, art. 4 and 10)" : "consent (GDPR art. 6(1)(a) and 7)"},
      {"personal_data",
       Json::array({consent.channel_code == "CHAN_EMAIL" ? "e-mail address" : "telephone number"})},
      {"notice", notice_of(events)},
      {"controller", controller},
      {"storage_locations", settings.texts("storage_locations", Json::array({org.default_country}))},
      {"retention_period", settings.text("retention_period", "P3Y")},
      {"jurisdiction", settings.text("jurisdiction", org.default_country)},
      {"recipients", settings.texts("recipients", Json::array())},
      {"withdrawal_method",
       settings.text("withdrawal_method", std::string(withdrawal_method(consent.channel_code)))}};
  return {{"schema_version", "libatlas/consent-receipt/1"},
          {"record_id", format_uuid(consent.id)},
          {"issued_at", format_timestamp(cx.now())},
          {"principal",
           {{"address", *consent.address},
            {"party_id", consent.party_id ? Json(format_uuid(*consent.party_id)) : Json()}}},
          {"processing", processing},
          {"state", consent.state},
          {"valid_until", consent.expires_at ? Json(format_timestamp(*consent.expires_at)) : Json()},
          {"events", std::move(told)}};
}

/// The audit entry that the last event came with, its place in the tree, and a note over the tree's head.
std::string audit_proof(Context& cx, const Consent& consent, const ConsentEvent& last) {
  AuditTrail trail(cx);
  std::optional<StoredEntry> found;
  const std::string mark = "\"hash\":\"" + last.hash + "\"";
  trail.entries({.limit = 1000, .descending = true, .entity_id = consent.id}, [&](StoredEntry&& s) {
    if (s.entry.diff.find(mark) == std::string::npos) return true;
    found = std::move(s);
    return false;
  });
  if (!found) throw Error(ErrorCode::storage_corrupt, "the consent's last event is not in the audit");
  const std::int64_t seq = found->entry.seq, size = trail.head().size;
  if (seq > 1) found->entry.previous = trail.leaf(seq - 1);
  Json path = Json::array();
  for (const Hash& h : trail.inclusion(seq, size)) path.push_back(base64(as_view(h)));
  return canonical_json({{"entry", export_line(found->entry)},
                         {"index", seq - 1},
                         {"size", size},
                         {"root", base64(as_view(trail.root(size)))},
                         {"inclusion", std::move(path)},
                         {"checkpoint", trail.checkpoint()}});
}

Receipt make_receipt(Context& cx, const GetInput& in) {
  const Consent consent = cx.repo<Consent>().get(in.id);
  const auto events = events_of(cx, consent.id);
  if (!consent.address || events.empty())
    throw Error(ErrorCode::conflict, "the person's data was erased").with("reason", "erased");
  Receipt out;
  out.record = canonical_json(record_of(cx, consent, events));
  out.sha256 = hex(as_view(sha256(out.record)));
  out.audit = audit_proof(cx, consent, events.back());
  out.signature = AuditTrail(cx).sign("libatlas/consent-receipt/" + format_uuid(cx.organisation()) + "\n" +
                                      format_uuid(consent.id) + "\n" + out.sha256 + "\n");
  cx.note(schema_of<Consent>(), consent.id, consent.subject_id, "consent.exported");
  return out;
}

}  // namespace

void register_receipt(Registry& registry) { registry.operation(receipt, make_receipt); }

}  // namespace atlas::consents
