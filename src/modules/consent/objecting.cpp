// Objections: by person, to everything.

#include "atlas/dossiers.hpp"
#include "recording.hpp"

namespace atlas::consents {
namespace {

Error no_such_party() {
  return Error(ErrorCode::invalid_argument, "no such party")
      .field("/party_id", field_code::unknown_reference, "no such party");
}

Party party_of(Context& cx, const Uuid& named) {
  const Uuid id = cx.stands_for<Party>(named);
  if (!cx.readable<Party>("CONSENT_RECORD", "", id)) throw no_such_party();
  auto party = cx.all<Party>().find(id, RowLock::update);
  if (!party) throw no_such_party();
  return std::move(*party);
}

std::optional<Objection> in_force(Context& cx, const Uuid& party) {
  auto all = cx.all<Objection>();
  auto found =
      all.where({.where = Predicate::all_of({Predicate::equals(all.column("in_force"), Value::integer(1)),
                                             Predicate::equals(all.column("party_id"), Value::id(party))}),
                 .key = "by_force",
                 .limit = 1,
                 .lock = RowLock::update});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

/// Each address that the person has now is suppressed too: that outlives the person's data.
void suppress_addresses(Context& cx, const Party& party, Timestamp at) {
  std::vector<std::string> phones, all = party.emails;
  for (const std::string& phone : party.phones) {
    if (auto address = normal_address("CHAN_PHONE", phone, cx.access().default_country))
      phones.push_back(std::move(*address));
  }
  all.insert(all.end(), phones.begin(), phones.end());
  lock_addresses(cx, all);
  for (const std::string& phone : phones)
    for (const std::string& channel : channels_like("CHAN_PHONE"))
      suppress(cx, channel, phone, every_purpose, "objected", at);
  for (const std::string& email : party.emails)
    suppress(cx, "CHAN_EMAIL", email, every_purpose, "objected", at);
}

Objection record_objection(Context& cx, const Object& in) {
  Objection o;
  copy_fields(in, o);
  o.at = time_of(cx, in.at);
  std::vector<FieldError> errors;
  check_evidence(in.evidence, errors);
  throw_if_any(std::move(errors));
  const Party party = party_of(cx, in.party_id);
  suppress_addresses(cx, party, o.at);
  if (auto there = in_force(cx, party.id)) return std::move(*there);
  o.subject_id = party.subject_id;
  cx.repo<Objection>().insert(o, {.action = "consent.objected"});
  return o;
}

Objection take_back(Context& cx, const LiftObjection& in) {
  std::vector<FieldError> errors;
  if (!is_positive_act(in.source_code)) {
    errors.push_back(
        {"/source_code", std::string(field_code::out_of_range), "only the person takes an objection back"});
  }
  if (!in.wording)
    errors.push_back({"/wording", std::string(field_code::required), "what the person agreed to"});
  if (!in.evidence || !in.evidence->kind || !in.evidence->reference || !in.evidence->sha256)
    errors.push_back({"/evidence", std::string(field_code::required), "kind, reference and sha256"});
  check_evidence(in.evidence, errors);
  throw_if_any(std::move(errors));
  const Party party = party_of(cx, in.party_id);
  std::optional<Objection> lifted;
  // More than one where two parties who had objected were merged.
  while (const auto before = in_force(cx, party.id)) {
    Objection after = *before;
    after.in_force = false;
    after.lifted_at = cx.now();
    after.lifted_source_code = in.source_code;
    after.lifted_wording = in.wording;
    after.lifted_evidence = in.evidence;
    cx.repo<Objection>().save(*before, after, {.action = "consent.objection_lifted"});
    if (!lifted) lifted = std::move(after);
  }
  if (!lifted) throw Error(ErrorCode::not_found, "no objection is in force");
  return std::move(*lifted);
}

}  // namespace

void register_objecting(Registry& registry) {
  registry.operation(object, record_objection);
  registry.operation(lift_objection, take_back);
  registry.operation(objections,
                     [](Context& cx, const ListInput& in) { return cx.repo<Objection>().list(in); });
}

}  // namespace atlas::consents
