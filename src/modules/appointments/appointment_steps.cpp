// Steps: the compiled machine, what each step changes, the history.

#include "appointment_modules.hpp"
#include "appointment_rules.hpp"
#include "atlas/function_ref.hpp"
#include "atlas/json.hpp"
#include "atlas/machines.hpp"
#include "atlas/registry.hpp"

namespace atlas::appointments {
namespace {

using machines::Machine;

/// An event of the machine, and what the audit calls it.
struct Step {
  std::string_view event, action;
};
constexpr Step confirmed{"confirm", "appointment.confirmed"};
constexpr Step rescheduled{"reschedule", "appointment.rescheduled"};
constexpr Step took_place{"done", "appointment.done"};
constexpr Step missed{"no_show", "appointment.no_show"};
constexpr Step called_off{"cancel", "appointment.cancelled"};

Error not_allowed(const Appointment& a) {
  std::string possible;
  JsonWriter w(possible);
  w.begin_array();
  for (const std::string_view event : machines::possible_events(Machine::appointment, a.status_code))
    w.string(event);
  w.end_array();
  return Error(ErrorCode::transition_not_allowed, "the appointment's present state does not allow this")
      .with("from", a.status_code)
      .with_json("possible", possible);
}

/// Row, history, audit and the dossier's freshness of one step. A step that changes nothing writes nothing.
Appointment take_step(Context& cx, const StepInput& in, const Step& step,
                      FunctionRef<void(Appointment&)> change) {
  auto appointments = cx.repo<Appointment>();
  const Appointment before = appointments.get_for_update(in.id, in.version);
  const auto to = machines::advance(Machine::appointment, before.status_code, step.event);
  if (!to) throw not_allowed(before);
  Appointment after = before;
  after.status_code = *to;
  if (in.comment) after.comment = in.comment;
  change(after);
  if (to_json(after) == to_json(before)) return before;
  StatusChange why;
  why.transition_code = step.event;
  why.comment = in.comment;
  AttachedRows rows;
  rows.add(workflow::complete(cx, std::move(why), "appointment", before.id, before.status_code, *to,
                              workflow::last_change(cx, before.id)));
  appointments.save(before, after, {.action = step.action, .attach = &rows});
  touch_dossier(cx, after.dossier_id);
  return after;
}

Appointment finish(Context& cx, const Done& in) {
  return take_step(
      cx, {.id = in.id, .version = in.version, .comment = in.comment}, took_place, [&](Appointment& a) {
        if (!is_outcome_of_done(in.outcome_code)) {
          throw Error(ErrorCode::invalid_argument, "this is no outcome of an appointment that took place")
              .field("/outcome_code", field_code::out_of_range, "use appointments.cancel or .no_show");
        }
        a.outcome_code = in.outcome_code;
      });
}

}  // namespace

Appointment move_appointment(Context& cx, const Reschedule& in) {
  return take_step(cx, {.id = in.id, .version = in.version, .comment = in.comment}, rescheduled,
                   [&](Appointment& a) {
                     const Timestamp started = a.starts_at, ended = a.ends_at;
                     a.starts_at = in.starts_at;
                     a.ends_at = in.ends_at.value_or(in.starts_at + (ended.micros - started.micros));
                     if (in.time_zone) a.time_zone = *in.time_zone;
                     std::vector<FieldError> errors;
                     check_times(a, in.ends_at.has_value(), errors);
                     throw_if_any(std::move(errors));
                     if (a.starts_at != started || a.ends_at != ended) a.confirm_status_code = "APPT_PENDING";
                   });
}

Appointment cancel_appointment(Context& cx, const StepInput& in) {
  return take_step(cx, in, called_off, [](Appointment& a) { a.outcome_code = "OUTCOME_CANCELLED"; });
}

void register_steps(Registry& registry) {
  registry.operation(confirm, [](Context& cx, const StepInput& in) {
    return take_step(cx, in, confirmed, [](Appointment& a) { a.confirm_status_code = "APPT_CONFIRMED"; });
  });
  registry.operation(reschedule, move_appointment);
  registry.operation(done, finish);
  registry.operation(no_show, [](Context& cx, const StepInput& in) {
    return take_step(cx, in, missed, [](Appointment& a) { a.outcome_code = "OUTCOME_NO_SHOW"; });
  });
  registry.operation(cancel, cancel_appointment);
  registry.operation(history, [](Context& cx, const HistoryInput& in) {
    const Appointment a = cx.repo<Appointment>().get(in.id);
    return workflow::history_of(cx, a.id, in.limit, in.after);
  });
}

}  // namespace atlas::appointments
