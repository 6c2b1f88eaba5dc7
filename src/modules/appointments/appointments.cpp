#include "atlas/appointments.hpp"

#include "appointment_modules.hpp"
#include "appointment_rules.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/listings.hpp"
#include "atlas/machines.hpp"
#include "atlas/parties.hpp"
#include "atlas/registry.hpp"
#include "atlas/users.hpp"

namespace atlas::appointments {
namespace {

void unknown(std::vector<FieldError>& errors, std::string path, const char* message) {
  errors.push_back({std::move(path), std::string(field_code::unknown_reference), message});
}

bool is_active(Context& cx, const Uuid& user) {
  const auto found = cx.all<User>().find(user);
  return found && found->status_code == "USER_ACTIVE";
}

/// A party out of the caller's reach is as unknown as one that is not there.
void check_parties(Context& cx, const std::vector<Attendee>& attendees, std::vector<FieldError>& errors) {
  for (std::size_t i = 0; i < attendees.size(); ++i) {
    const auto& party = attendees[i].party_id;
    if (party && !cx.readable<Party>("PARTY_READ", "", *party))
      unknown(errors, "/attendees/" + std::to_string(i) + "/party_id", "no such party");
  }
}

Appointment update_appointment(Context& cx, const Update& in) {
  auto appointments = cx.repo<Appointment>();
  const Appointment before = appointments.get_for_update(in.id, in.version);
  std::vector<FieldError> errors;
  check_clearable(schema_of<Update>(), &in, schema_of<Appointment>(), errors);
  Appointment after = before;
  copy_fields(schema_of<Update>(), &in, schema_of<Appointment>(), &after, true);
  if (in.attendees.get()) {
    normalise(after.attendees, cx.access().default_country);
    check_parties(cx, after.attendees, errors);
  }
  const Uuid* user = in.assigned_to_user_id.get();
  if (user && !is_active(cx, *user)) unknown(errors, "/assigned_to_user_id", "no such active user");
  throw_if_any(std::move(errors));
  if (after.confirm_status_code == before.confirm_status_code) {
    appointments.save(before, after);
    return after;
  }
  if (machines::possible_events(machines::Machine::appointment, before.status_code).empty()) {
    throw Error(ErrorCode::conflict, "an appointment that is over is no longer confirmed")
        .with("reason", "state");
  }
  appointments.save(before, after, {.action = "appointment.confirmation_changed"});
  touch_dossier(cx, after.dossier_id);
  return after;
}

}  // namespace

Appointment create_appointment(Context& cx, const Create& in) {
  Appointment a;
  copy_fields(in, a);
  a.ends_at = in.ends_at.value_or(in.starts_at + default_length);
  if (!in.time_zone) a.time_zone = cx.access().time_zone;
  normalise(a.attendees, cx.access().default_country);
  std::vector<FieldError> errors;
  check_times(a, in.ends_at.has_value(), errors);
  const auto dossier = cx.repo<Dossier>().find(in.dossier_id, RowLock::update);
  if (!dossier) unknown(errors, "/dossier_id", "no such dossier");
  if (a.listing_id && !cx.all<Listing>().find(*a.listing_id))
    unknown(errors, "/listing_id", "no such listing");
  if (a.assigned_to_user_id && !is_active(cx, *a.assigned_to_user_id))
    unknown(errors, "/assigned_to_user_id", "no such active user");
  check_parties(cx, a.attendees, errors);
  throw_if_any(std::move(errors));
  dossiers::require_unarchived(*dossier);
  // Who has left keeps the dossier until somebody else gets it, but comes to no meeting.
  if (!a.assigned_to_user_id && dossier->assigned_to_user_id && is_active(cx, *dossier->assigned_to_user_id))
    a.assigned_to_user_id = dossier->assigned_to_user_id;
  a.subject_id = dossier->subject_id;
  cx.repo<Appointment>().insert(a);
  touch_dossier(cx, a.dossier_id);
  return a;
}

void touch_dossier(Context& cx, const Uuid& id) {
  auto dossiers = cx.all<Dossier>();
  const Dossier before = dossiers.get(id, RowLock::update);
  Dossier after = before;
  after.last_activity_at = cx.now();
  dossiers.save(before, after);
}

void register_appointments(Registry& registry) {
  const EntityInfo& appointment = registry.entity<Appointment>();
  const EntityInfo& dossier = registry.entity(schema_of<Dossier>());
  // Mine when its dossier is.
  const unsigned column = appointment.column("dossier_id")->first;
  for (const auto& [scope, rule] : dossier.scopes) {
    registry.scope(
        "appointment", scope,
        [column, table = dossier.table, rule = rule](const Principal& p, const Access& a) {
          Predicate in_dossier{.kind = Predicate::Kind::exists, .table = table, .on = {{column, 0}}};
          in_dossier.children.push_back(rule(p, a));
          return in_dossier;
        });
  }
  register_workflow_part(registry);
  registry.operation(create, create_appointment);
  registry.operation(get, [](Context& cx, const GetInput& in) { return cx.repo<Appointment>().get(in.id); });
  registry.operation(update, update_appointment);
  registry.operation(list, [](Context& cx, const ListInput& in) { return cx.repo<Appointment>().list(in); });
  registry.operation(count,
                     [](Context& cx, const CountInput& in) { return cx.repo<Appointment>().count(in); });
  register_steps(registry);
}

}  // namespace atlas::appointments
