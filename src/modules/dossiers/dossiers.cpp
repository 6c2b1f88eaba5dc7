#include "atlas/dossiers.hpp"

#include "atlas/context.hpp"
#include "atlas/listings.hpp"
#include "atlas/phone.hpp"
#include "atlas/registry.hpp"
#include "atlas/text.hpp"
#include "atlas/users.hpp"
#include "dossier_modules.hpp"
#include "dossier_rules.hpp"
#include "meeting.hpp"

namespace atlas::dossiers {
namespace {

/// Reads a telephone number as written; an unreadable one is kept raw.
bool read_phone(Context& cx, Dossier& d, const std::string& raw, const std::optional<std::string>& region) {
  d.phone_raw = std::string(trim(raw));
  const bool carries_country = d.phone_raw->starts_with('+') || d.phone_raw->starts_with("00");
  d.phone = phone_e164(*d.phone_raw, region.value_or(cx.access().default_country));
  d.phone_region_source = std::string(to_string(carries_country ? PhoneRegionSource::number
                                                : region        ? PhoneRegionSource::payload
                                                                : PhoneRegionSource::organisation));
  return d.phone.has_value();
}

void require_user(Context& cx, const Uuid& id, const char* path) {
  const auto user = cx.all<User>().find(id);
  if (user && user->status_code == "USER_ACTIVE") return;
  throw Error(ErrorCode::invalid_argument, "no such active user")
      .field(path, field_code::unknown_reference, "no such active user");
}

void wrong(std::vector<FieldError>& errors, const char* path, std::string_view code, const char* message) {
  errors.push_back({path, std::string(code), message});
}

void check_budget(const Dossier& d, std::vector<FieldError>& errors) {
  if (!d.budget_min || !d.budget_max) return;
  if (d.budget_min->currency != d.budget_max->currency || d.budget_min->amount > d.budget_max->amount)
    wrong(errors, "/budget_max", field_code::out_of_range, "at least budget_min, in its currency");
}

void check_references(Context& cx, const Dossier& d, const Dossier& before, std::vector<FieldError>& errors) {
  if (d.party_id && d.party_id != before.party_id && !cx.all<Party>().find(*d.party_id))
    wrong(errors, "/party_id", field_code::unknown_reference, "no such party");
  if (d.listing_id && d.listing_id != before.listing_id && !cx.all<Listing>().find(*d.listing_id))
    wrong(errors, "/listing_id", field_code::unknown_reference, "no such listing");
}

std::int64_t opened_this_month(Context& cx) {
  const std::string month = format_timestamp(cx.now()).substr(0, 8) + "01T00:00:00Z";
  return cx.all<Dossier>()
      .count({.where = R"({"created_at":{"gte":")" + month + "\"}}", .archived = true})
      .count;
}

void assign_creator(Context& cx, const Create& in, Dossier& d) {
  const bool agent_only = !reaches(cx.scope_of("DOSSIER_ASSIGN"), scope_all);
  const Uuid& me = cx.principal().user();
  if (in.assigned_to_user_id && agent_only && *in.assigned_to_user_id != me) cx.require("DOSSIER_ASSIGN");
  if (in.assigned_to_user_id)
    require_user(cx, *in.assigned_to_user_id, "/assigned_to_user_id");
  else if (agent_only && !me.is_nil())
    d.assigned_to_user_id = me;
}

/// The dossier met notes the attempt and takes what it lacked.
Opened note_meeting(Context& cx, Meeting& meeting, const Dossier& wanted) {
  Dossier after = meeting.dossier;
  fill_absent(wanted, after);
  after.last_activity_at = cx.now();
  std::string payload = R"({"matched_on":[)";
  for (const std::string& key : meeting.matched_on)
    payload += (payload.back() == '[' ? "\"" : ",\"") + key + "\"";
  payload += R"(],"source_code":)" + json_string(wanted.source_code) + "}";
  cx.all<Dossier>().save(meeting.dossier, after, {.action = "dossier.duplicate_met", .payload = payload});
  return {.dossier = std::move(after),
          .matched_on = std::move(meeting.matched_on),
          .also = std::move(meeting.also)};
}

/// `by_caller`: the new dossier is the caller's, as far as the caller's permissions go.
Opened open_dossier(Context& cx, const Create& in, bool by_caller) {
  const auto definition = definition_for_new(cx, in.case_type_code);
  Dossier d;
  copy_fields(in, d);
  std::vector<std::string> warnings;
  std::vector<FieldError> errors;
  if (in.email) d.email = fold_email(*in.email);
  if (in.phone && !read_phone(cx, d, *in.phone, in.phone_region)) {
    if (in.strict || !in.email)
      wrong(errors, "/phone", field_code::not_a_phone_number, "not a telephone number");
    warnings = {"phone_unreadable"};
  }
  if (!in.phone && !in.email) {
    wrong(errors, "/phone", field_code::required, "a phone or an email");
    wrong(errors, "/email", field_code::required, "a phone or an email");
  }
  check_budget(d, errors);
  check_references(cx, d, {}, errors);
  throw_if_any(std::move(errors));
  if (plan_limit(cx.access().plan_key, "limits.dossiers.monthly_max"))
    cx.require_quota("limits.dossiers.monthly_max", opened_this_month(cx));
  if (by_caller) assign_creator(cx, in, d);
  if (auto meeting = meet(cx, d)) {
    Opened out = note_meeting(cx, *meeting, d);
    out.warnings = std::move(warnings);
    return out;
  }
  d.status_code = definition->initial().code;
  d.workflow_version = definition->version;
  d.last_activity_at = cx.now();
  (by_caller ? cx.repo<Dossier>() : cx.all<Dossier>()).insert(d);
  return {.dossier = std::move(d), .created = true, .warnings = std::move(warnings)};
}

Created create_dossier(Context& cx, const Create& in) {
  Opened opened = open_dossier(cx, in, true);
  Created out;
  out.created = opened.created;
  out.matched_on = std::move(opened.matched_on);
  if (!opened.warnings.empty()) out.warnings = std::move(opened.warnings);
  const auto seen = [&](const Uuid& id) {
    return cx.readable<Dossier>("DOSSIER_READ_ASSIGNED", "DOSSIER_READ_ORG", id);
  };
  // Of one met outside the caller's scope it is known only that somebody has it.
  if (out.created || seen(opened.dossier.id)) {
    // Nor are the others named that the caller could not read.
    std::erase_if(opened.also, [&](const std::string& id) { return !seen(*parse_uuid(id)); });
    if (!opened.also.empty()) out.also = std::move(opened.also);
    out.dossier = std::move(opened.dossier);
  }
  const auto* resemblance = cx.registry().find_part<Resemblance>();
  if (out.created && resemblance && resemblance->of) {
    auto like = resemblance->of(cx, out.dossier->id);
    std::erase_if(like, [&](const PossibleDuplicate& d) { return !seen(d.id); });
    if (!like.empty()) out.possible_duplicates = std::move(like);
  }
  return out;
}

Dossier update_dossier(Context& cx, const Update& in) {
  auto dossiers = cx.repo<Dossier>();
  const Dossier before = dossiers.get_for_update(in.id, in.version);
  require_unarchived(before);
  Dossier after = changed_by(cx, before, in);
  if (after.phone == before.phone && after.email == before.email && !in.phone.get() &&
      to_json(after) == to_json(before))
    return before;
  dossiers.save(before, after);
  return after;
}

Dossier assign_dossier(Context& cx, const Assign& in) {
  auto dossiers = cx.repo<Dossier>();
  const Dossier before = dossiers.get_for_update(in.id, in.version);
  require_unarchived(before);
  if (in.user_id) require_user(cx, *in.user_id, "/user_id");
  Dossier after = before;
  after.assigned_to_user_id = in.user_id;
  if (after.assigned_to_user_id == before.assigned_to_user_id) return before;
  after.last_activity_at = cx.now();
  dossiers.save(before, after, {.action = "dossier.assigned"});
  return after;
}

}  // namespace

Dossier changed_by(Context& cx, const Dossier& before, const Update& in) {
  std::vector<FieldError> errors;
  check_clearable(schema_of<Update>(), &in, schema_of<Dossier>(), errors);
  throw_if_any(std::move(errors));
  errors = {};
  Dossier after = before;
  copy_fields(schema_of<Update>(), &in, schema_of<Dossier>(), &after, true);
  if (const std::string* phone = in.phone.get()) {
    after.phone.reset();
    if (!read_phone(cx, after, *phone, std::nullopt) && !after.email)
      wrong(errors, "/phone", field_code::not_a_phone_number, "not a telephone number");
  } else if (in.phone.is_clear()) {
    after.phone_raw.reset();
    after.phone_region_source.reset();
  }
  if (const std::string* email = in.email.get()) after.email = fold_email(*email);
  if (!after.phone_raw && !after.email) wrong(errors, "/phone", field_code::required, "a phone or an email");
  check_budget(after, errors);
  check_references(cx, after, before, errors);
  throw_if_any(std::move(errors));
  after.last_activity_at = cx.now();
  return after;
}

Opened open_or_meet(Context& cx, const Create& in) { return open_dossier(cx, in, false); }

void register_dossiers(Registry& registry) {
  const EntityInfo& info = registry.entity<Dossier>();
  registry.entity<PartyLink>();
  registry.match_keys("dossier", [](const void* entity, const Normaliser& n, std::vector<MatchKey>& out) {
    match_keys(*static_cast<const Dossier*>(entity), n, out);
  });
  const unsigned assignee = info.column("assigned_to_user_id")->first;
  const ScopeRule mine = [assignee](const Principal& p, const Access&) {
    return Predicate::equals(assignee, Value::id(p.user()));
  };
  registry.scope("dossier", scope_assigned, mine);
  register_party_scopes(registry, info.table, mine);
  // An owner's dossiers are those on the owner's listings.
  const unsigned listing = info.column("listing_id")->first;
  registry.scope("dossier", scope_own, [&registry, listing](const Principal& p, const Access& a) {
    const EntityInfo& listings = registry.entity("listing");
    Predicate on_own{.kind = Predicate::Kind::exists, .table = listings.table, .on = {{listing, 0}}};
    on_own.children.push_back(listings.scopes.at(scope_own)(p, a));
    return on_own;
  });

  registry.operation(create, create_dossier);
  registry.operation(get, [](Context& cx, const GetInput& in) { return cx.repo<Dossier>().get(in.id); });
  registry.operation(update, update_dossier);
  registry.operation(archive, [](Context& cx, const ArchiveInput& in) {
    return cx.repo<Dossier>().archive(in.id, in.version);
  });
  registry.operation(list, [](Context& cx, const ListInput& in) { return cx.repo<Dossier>().list(in); });
  registry.operation(count, [](Context& cx, const CountInput& in) { return cx.repo<Dossier>().count(in); });
  registry.operation(assign, assign_dossier);
  register_status(registry);
  register_parties_of(registry);
}

}  // namespace atlas::dossiers
