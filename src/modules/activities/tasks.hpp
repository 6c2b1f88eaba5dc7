#pragma once
// Tasks register themselves with the room.

#include "atlas/registry.hpp"

namespace atlas::activities {

void register_tasks(Registry& registry);
/// What workflows ask of tasks, and the tasks that their steps bring.
void register_task_effects(Registry& registry);

}  // namespace atlas::activities
