#pragma once
// The effects of a transition around a step: those that take what the caller gave, and those that follow.

#include <map>
#include <string>
#include <string_view>

#include "atlas/context.hpp"
#include "atlas/workflow_effects.hpp"

namespace atlas::workflow {

/// A step's `fields`, parted: what the record takes, and what its effects take by name.
struct Given {
  std::string own;  ///< a JSON object; "" when nothing of the record was given
  std::map<std::string, std::string, std::less<>> taken;
};
Given part_fields(const std::string& fields, const Transition& transition, const EffectHandlers& handlers);

/// Effects that take what was given. True when one ran: the record may have changed.
bool run_first(Context& cx, const StepTaken& step, const Transition& transition, const Given& given,
               const EffectHandlers& handlers);
/// The rows that effects leave for later.
void attach_later(Context& cx, const StepTaken& step, const Transition& transition, AttachedRows& rows);
/// All others, in their order.
void run_after(Context& cx, const StepTaken& step, const Transition& transition,
               const EffectHandlers& handlers);

/// An error about something inside `prefix` ("/fields").
Error moved_under(const Error& error, std::string_view prefix);

/// The kinds that need no room above, and the nudges' due work.
void register_effects(Registry& registry);

}  // namespace atlas::workflow
