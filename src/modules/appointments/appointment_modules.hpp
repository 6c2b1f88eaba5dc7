#pragma once
// The parts of the appointments room: what they share, and how they register.

#include "atlas/appointments.hpp"
#include "atlas/context.hpp"

namespace atlas::appointments {

/// A dossier is as fresh as the last thing done to it.
void touch_dossier(Context& cx, const Uuid& id);

/// As the operations of these names, under the scope of the call in hand.
Appointment create_appointment(Context& cx, const Create& in);
Appointment move_appointment(Context& cx, const Reschedule& in);
Appointment cancel_appointment(Context& cx, const StepInput& in);

void register_steps(Registry& registry);
/// What workflows ask of appointments, and do to them.
void register_workflow_part(Registry& registry);

}  // namespace atlas::appointments
