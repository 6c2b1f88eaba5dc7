// What steps of a workflow do to appointments, and what its rules may ask of them.

#include <algorithm>

#include "appointment_modules.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/registry.hpp"
#include "atlas/workflow_effects.hpp"

namespace atlas::appointments {

/// The member `appointment` of a step's fields. With `id` a scheduled appointment of the dossier is linked;
/// else one is made, of the effect's type unless it says another.
struct StepAppointment {
  std::optional<Uuid> id;
  std::optional<std::string> type_code;
  std::optional<Timestamp> starts_at;
  std::optional<Timestamp> ends_at;
  std::optional<std::string> time_zone;
  std::optional<Uuid> listing_id;
  std::optional<std::string> location_text;
  std::optional<Uuid> assigned_to_user_id;
  std::vector<Attendee> attendees;
  std::optional<std::string> comment;
};

}  // namespace atlas::appointments

namespace atlas {
template <>
struct Describe<appointments::StepAppointment> {
  using In = appointments::StepAppointment;
  static constexpr std::string_view name = "step_appointment";
  static constexpr std::array fields{field<&In::id>("id"),
                                     like<&In::type_code, Appointment>("type_code"),
                                     field<&In::starts_at>("starts_at"),
                                     field<&In::ends_at>("ends_at"),
                                     like<&In::time_zone, Appointment>("time_zone"),
                                     like<&In::listing_id, Appointment>("listing_id"),
                                     like<&In::location_text, Appointment>("location_text"),
                                     like<&In::assigned_to_user_id, Appointment>("assigned_to_user_id"),
                                     like<&In::attendees, Appointment>("attendees"),
                                     like<&In::comment, Appointment>("comment")};
};
}  // namespace atlas

namespace atlas::appointments {
namespace {

using workflow::StepTaken;
using workflow::TransitionEffect;

constexpr std::size_t facts_at_most = 50;

StepAppointment read(Context& cx, std::string_view given) {
  StepAppointment in;
  std::vector<FieldError> errors;
  read_object(schema_of<StepAppointment>(), given, &in, errors);
  if (errors.empty()) {
    validate(
        schema_of<StepAppointment>(), &in, errors,
        [&](std::string_view dictionary, std::string_view code) { return cx.is_code(dictionary, code); });
  }
  throw_if_any(std::move(errors));
  return in;
}

[[noreturn]] void wrong(const char* path, std::string_view code, const char* message) {
  throw Error(ErrorCode::invalid_argument, message).field(path, code, message);
}

Timestamp start_of(const StepAppointment& in) {
  if (!in.starts_at) wrong("/starts_at", field_code::required, "when it begins");
  return *in.starts_at;
}

/// The dossier's appointments, the latest first.
std::vector<Appointment> of_dossier(Context& cx, const Uuid& dossier, bool open_only, std::size_t limit) {
  auto all = cx.all<Appointment>();
  std::vector<Predicate> where{Predicate::equals(all.column("dossier_id"), Value::id(dossier))};
  if (open_only)
    where.push_back(Predicate::equals(all.column("status_code"), Value::text("APPOINT_SCHEDULED")));
  return all.where({.where = Predicate::all_of(std::move(where)),
                    .key = "by_dossier",
                    .order = {{all.column("starts_at"), true}},
                    .limit = limit});
}

void create_or_link(Context& cx, const StepTaken& step, const TransitionEffect& effect,
                    std::string_view given) {
  const StepAppointment in = read(cx, given);
  if (in.id) {
    const auto found = cx.all<Appointment>().find(*in.id);
    if (!found || found->dossier_id != step.owner_id || found->status_code != "APPOINT_SCHEDULED")
      wrong("/id", field_code::unknown_reference, "no scheduled appointment of this dossier");
    return;
  }
  Create made{.dossier_id = step.owner_id,
              .listing_id = in.listing_id,
              .type_code = in.type_code.value_or(effect.appointment_type_code.value_or("APPOINT_CALL")),
              .starts_at = start_of(in),
              .ends_at = in.ends_at,
              .time_zone = in.time_zone,
              .location_text = in.location_text,
              .assigned_to_user_id = in.assigned_to_user_id,
              .attendees = in.attendees,
              .comment = in.comment};
  create_appointment(cx, made);
}

void move(Context& cx, const StepTaken& step, const TransitionEffect&, std::string_view given) {
  const StepAppointment in = read(cx, given);
  if (in.type_code || in.listing_id || in.location_text || in.assigned_to_user_id || !in.attendees.empty())
    wrong("", field_code::unknown_member, "moving an appointment changes its times alone");
  const auto open = of_dossier(cx, step.owner_id, true, facts_at_most);
  const auto it =
      in.id ? std::find_if(open.begin(), open.end(), [&](const Appointment& a) { return a.id == *in.id; })
            : open.begin();
  if (it == open.end())
    wrong(in.id ? "/id" : "", field_code::unknown_reference, "no scheduled appointment of this dossier");
  const Appointment moved = move_appointment(cx, {.id = it->id,
                                                  .version = it->version,
                                                  .starts_at = start_of(in),
                                                  .ends_at = in.ends_at,
                                                  .time_zone = in.time_zone,
                                                  .comment = in.comment});
  if (moved.starts_at == it->starts_at && moved.ends_at == it->ends_at && moved.time_zone == it->time_zone)
    wrong("/starts_at", field_code::out_of_range, "the appointment stands there already");
}

void cancel_open(Context& cx, const StepTaken& step, const TransitionEffect&, std::string_view) {
  for (const Appointment& a : of_dossier(cx, step.owner_id, true, facts_at_most))
    cancel_appointment(cx, {.id = a.id, .version = a.version, .comment = {}});
}

/// The dossier's appointment: the one that is to come, else the latest that was not called off; null without
/// one.
std::string latest_of(Context& cx, const Uuid& dossier) {
  if (const auto open = of_dossier(cx, dossier, true, 1); !open.empty()) return to_json(open.front());
  auto all = cx.all<Appointment>();
  const auto rows = all.where(
      {.where = Predicate::all_of({Predicate::equals(all.column("dossier_id"), Value::id(dossier)),
                                   Predicate::compare(Predicate::Kind::not_equal, all.column("status_code"),
                                                      Value::text("APPOINT_CANCELLED"))}),
       .key = "by_dossier",
       .order = {{all.column("starts_at"), true}},
       .limit = 1});
  return rows.empty() ? "null" : to_json(rows.front());
}

std::string list_of(Context& cx, const Uuid& dossier) {
  std::string out;
  JsonWriter w(out);
  w.begin_array();
  for (const Appointment& a : of_dossier(cx, dossier, false, facts_at_most)) w.raw(to_json(a));
  w.end_array();
  return out;
}

}  // namespace

void register_workflow_part(Registry& registry) {
  registry.fact("dossier", "appointment", latest_of);
  registry.fact("dossier", "appointments", list_of);
  auto& handlers = registry.part<workflow::EffectHandlers>();
  handlers.add("CREATE_APPOINTMENT", {.run = create_or_link, .takes = "appointment"});
  handlers.add("MOVE_APPOINTMENT", {.run = move, .takes = "appointment"});
  handlers.add("CANCEL_APPOINTMENT", {.run = cancel_open});
}

}  // namespace atlas::appointments
