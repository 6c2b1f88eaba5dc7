#pragma once
// Tasks register themselves with the room.

#include "atlas/registry.hpp"

namespace atlas::activities {

void register_tasks(Registry& registry);

}  // namespace atlas::activities
