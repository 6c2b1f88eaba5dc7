// Questions to the ledger.

#include <algorithm>

#include "atlas/consent_ledger.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/list_contains.hpp"
#include "atlas/send_policy.hpp"
#include "objectors.hpp"
#include "recording.hpp"

namespace atlas::consents {
namespace {

/// Whose objections count: of those whom the ledger and the question name, and whoever has the address.
struct Whose {
  std::string_view channel_code;
  const std::string& address;
  std::vector<Uuid> named;  ///< and those whom they were merged into
};

/// Those of them that were merged into another: one query, however many are named.
std::vector<Uuid> merged_of(Context& cx, const std::vector<Uuid>& ids) {
  if (ids.size() == 1) return ids;
  auto parties = cx.all<Party>();
  Predicate named{.kind = Predicate::Kind::in, .column = parties.column("id")};
  for (const Uuid& id : ids) named.values.emplace_back(Value::id(id));
  Predicate merged{.kind = Predicate::Kind::negation};
  merged.children.push_back(Predicate::absent(parties.column("merged_into")));
  std::vector<Uuid> out;
  for (const Party& p : parties.where(
           {.where = Predicate::all_of({std::move(named), std::move(merged)}), .limit = ids.size()}))
    out.push_back(p.id);
  return out;
}

Whose whose_of(Context& cx, std::string_view channel, const std::string& address,
               const std::optional<Uuid>& asked, const std::optional<Consent>& consent,
               const std::vector<ConsentEvent>& events) {
  Whose whose{channel, address, {}};
  std::vector<Uuid>& ids = whose.named;
  if (asked) ids.push_back(*asked);
  if (consent && consent->named_parties) {
    for (const std::string& id : *consent->named_parties)
      if (const auto party = parse_uuid(id)) ids.push_back(*party);
  }
  for (const ConsentEvent& e : events)
    if (e.party_id) ids.push_back(*e.party_id);
  if (ids.empty()) return whose;
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  // The ledger names them as they were then; what they object to now is said of whom they were merged into.
  for (const Uuid& id : merged_of(cx, ids)) ids.push_back(cx.stands_for<Party>(id));
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return whose;
}

/// False: nobody of them objects. True: the store has to be asked.
bool may_object(Context& cx, const Whose& whose) {
  const auto objectors = Objectors::of(cx);
  if (!objectors) return true;
  if (objectors->none()) return false;
  return objectors->has_address(whose.address) ||
         std::any_of(whose.named.begin(), whose.named.end(),
                     [&](const Uuid& id) { return objectors->has_party(id); });
}

/// Nobody objects to anything: then it need not be asked who is meant, which is a query for each of them.
bool nobody_objects(Context& cx) {
  if (const auto objectors = Objectors::of(cx)) return objectors->none();
  auto all = cx.all<Objection>();
  return all
      .where({.where = Predicate::equals(all.column("in_force"), Value::integer(1)),
              .key = "by_force",
              .limit = 1})
      .empty();
}

/// Objections of whoever has the address: a party that lists it, the contact of a dossier that has it, or who
/// is named.
std::vector<Objection> objections_at(Context& cx, const Whose& who, bool lifted_too) {
  if (!lifted_too && !may_object(cx, who)) return {};
  const std::string& address = who.address;
  auto all = cx.all<Objection>();
  auto parties = cx.all<Party>();
  auto dossiers = cx.all<Dossier>();
  const bool is_email = who.channel_code == "CHAN_EMAIL";
  const unsigned of_party = all.column("party_id");
  const char* const list = is_email ? "emails" : "phones";
  const char* const single = is_email ? "email" : "phone";
  Predicate has_it{.kind = Predicate::Kind::exists,
                   .table = cx.registry_entity(schema_of<Party>()).table,
                   .on = {{of_party, 0}}};
  has_it.children.push_back(list_contains(parties.column(list), address));
  Predicate is_contact{.kind = Predicate::Kind::exists,
                       .table = cx.registry_entity(schema_of<Dossier>()).table,
                       .on = {{of_party, dossiers.column("party_id")}}};
  is_contact.children.push_back(Predicate::equals(dossiers.column(single), Value::text(address)));
  std::vector<Predicate> whose{std::move(has_it), std::move(is_contact)};
  if (!who.named.empty()) {
    std::vector<OwnedValue> named;
    for (const Uuid& id : who.named) named.emplace_back(Value::id(id));
    whose.push_back({.kind = Predicate::Kind::in, .column = of_party, .values = std::move(named)});
  }
  const Predicate theirs = Predicate::any_of(std::move(whose));
  std::vector<Objection> out;
  for (const int state : {1, 0}) {
    if (state == 0 && !lifted_too) break;
    for (Objection& o :
         all.where({.where = Predicate::all_of(
                        {Predicate::equals(all.column("in_force"), Value::integer(state)), theirs}),
         .key = "by_force",
         .limit = 100}))
      out.push_back(std::move(o));
  }
  return out;
}

Ledger surroundings(Context& cx, std::string_view channel, const std::string& address,
                    std::string_view purpose, const std::optional<Uuid>& party_id,
                    std::optional<Consent> consent, Events events, bool lifted_too) {
  Ledger out;
  out.consent = std::move(consent);
  if (out.consent && (events == Events::always || !standing_of(*out.consent)))
    out.events = events_of(cx, out.consent->id);
  out.suppressions = suppressions_of(cx, channel, address, purpose);
  if (!lifted_too && nobody_objects(cx)) return out;
  out.objections =
      objections_at(cx, whose_of(cx, channel, address, party_id, out.consent, out.events), lifted_too);
  return out;
}

/// Consent is not all that a call needs: hours, holidays, how often.
void keep_call_rules(Context& cx, const Check& in, std::string_view agreed_hours, Checked& out) {
  SendQuestion question;
  question.channel_code = in.channel_code;
  question.address = out.address;
  question.purpose_code = in.purpose_code;
  question.party_id = in.party_id;
  question.dossier_id = in.dossier_id;
  question.agreed_hours = agreed_hours;
  const SendAnswer answer = send_policy(cx).decide_call(cx, question, out.at);
  if (answer.verdict != SendVerdict::defer) return;
  out.allowed = false;
  out.reason = answer.error == ErrorCode::frequency_cap ? "frequency_cap" : "quiet_hours";
  out.detail = answer.detail;
  out.rule = answer.rule;
  out.not_before = answer.not_before;
}

Checked check_consent(Context& cx, const Check& in) {
  check_links(cx, in.party_id, in.dossier_id, false);
  Checked out;
  copy_fields(in, out);
  out.at = in.at.value_or(cx.now());
  out.address = read_address(cx, in.channel_code, in.address, in.phone_region);
  auto consent = find_consent(cx, in.channel_code, out.address, in.purpose_code);
  // Who has no reach learns nothing: not even that there is something.
  if (!in_reach(cx, consent ? consent->id : Uuid{}, out.address, in.party_id, in.dossier_id)) {
    out.reason = "consent_missing";
    out.detail = "never_asked";
    return out;
  }
  std::optional<Timestamp> known_by;
  if (in.at && *in.at < cx.now()) known_by = in.at;
  const Ledger ledger =
      surroundings(cx, in.channel_code, out.address, in.purpose_code, in.party_id, std::move(consent),
                   known_by ? Events::always : Events::if_needed, known_by.has_value());
  const Decision d =
      decide({in.channel_code, in.purpose_code, out.at, known_by, in.dossier_id}, ledger.facts());
  out.allowed = d.allowed;
  if (!d.allowed) {
    out.reason = std::string(d.reason);
    out.detail = std::string(d.detail);
  }
  out.state = d.state;
  if (ledger.consent) out.consent_id = ledger.consent->id;
  if (d.event) {
    out.event_id = d.event->id;
    out.event_hash = d.event->hash;
    out.event_kind = d.event->kind;
    out.event_at = d.event->at;
    out.expires_at = d.event->expires_at;
  }
  if (d.objection) out.objection_id = d.objection->id;
  out.suppressed = d.suppression != nullptr;
  if (out.allowed && in.channel_code == "CHAN_PHONE") keep_call_rules(cx, in, d.event->hours, out);
  return out;
}

History read_history(Context& cx, const HistoryInput& in) {
  const Consent consent = cx.repo<Consent>().get(in.id);
  auto all = cx.all<ConsentEvent>();
  const unsigned number = all.column("number");
  History out;
  out.items =
      all.where({.where = Predicate::all_of(
                     {Predicate::equals(all.column("consent_id"), Value::id(consent.id)),
                      Predicate::compare(Predicate::Kind::greater, number, Value::integer(in.after))}),
                 .key = "by_consent",
                 .order = {{number, false}},
                 .limit = static_cast<std::size_t>(in.limit) + 1});
  if (out.items.size() > static_cast<std::size_t>(in.limit)) {
    out.items.pop_back();
    out.next = out.items.back().number;
  }
  return out;
}

}  // namespace

Facts Ledger::facts() const {
  return {events, suppressions, objections, consent ? standing_of(*consent) : Standing{}};
}

Ledger ledger_of(Context& cx, std::string_view channel, const std::string& address, std::string_view purpose,
                 const std::optional<Uuid>& party_id, Events events) {
  return surroundings(cx, channel, address, purpose, party_id, find_consent(cx, channel, address, purpose),
                      events, false);
}

void hold_addresses(Context& cx, const std::vector<std::string>& addresses) { lock_addresses(cx, addresses); }

std::string normal_form(Context& cx, std::string_view channel, std::string_view raw,
                        const std::optional<std::string>& region) {
  return read_address(cx, channel, raw, region);
}

bool may_ask(Context& cx, std::string_view channel, const std::string& address, std::string_view purpose,
             const std::optional<Uuid>& party_id, const std::optional<Uuid>& dossier_id) {
  if (reaches(cx.operation_scope(), scope_all)) return true;
  const auto consent = find_consent(cx, channel, address, purpose);
  return in_reach(cx, consent ? consent->id : Uuid{}, address, party_id, dossier_id);
}

void register_checking(Registry& registry) {
  registry.operation(check, check_consent);
  registry.operation(history, read_history);
  registry.operation(get, [](Context& cx, const GetInput& in) { return cx.repo<Consent>().get(in.id); });
  registry.operation(list, [](Context& cx, const ListInput& in) { return cx.repo<Consent>().list(in); });
  registry.operation(count, [](Context& cx, const CountInput& in) { return cx.repo<Consent>().count(in); });
}

}  // namespace atlas::consents
