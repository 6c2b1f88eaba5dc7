#pragma once
// Nudges: a task that comes up after a while, unless the record has moved on.

#include "atlas/context.hpp"
#include "atlas/workflow_effects.hpp"

namespace atlas::workflow {

/// The row that waits goes with the step; the due work is asked for.
void schedule_nudge(Context& cx, const StepTaken& step, const TransitionEffect& effect, AttachedRows& rows);

/// The entity, and its due work.
void register_nudges(Registry& registry);

}  // namespace atlas::workflow
