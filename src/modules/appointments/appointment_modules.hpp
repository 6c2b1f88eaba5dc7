#pragma once
// The parts of the appointments room: what they share, and how they register.

#include "atlas/appointments.hpp"
#include "atlas/context.hpp"

namespace atlas::appointments {

/// A dossier is as fresh as the last thing done to it.
void touch_dossier(Context& cx, const Uuid& id);

void register_steps(Registry& registry);

}  // namespace atlas::appointments
