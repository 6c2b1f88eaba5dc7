#pragma once
// What a step of a workflow brings about besides the status. Rooms register how a kind of effect is done;
// which effects a transition has is data.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/id.hpp"
#include "atlas/time.hpp"
#include "atlas/workflow.hpp"

namespace atlas {

class Context;
struct Schema;

namespace workflow {

/// The step as its effects see it. The views and the record outlive the call.
struct StepTaken {
  const Schema* owner = nullptr;
  const void* record = nullptr;  ///< a struct of `owner`: as it is after the step; before it for `takes`
  Uuid owner_id;
  Uuid subject_id;
  std::string_view transition_code, from, to;
  Uuid change_id;  ///< the line that the history gets
  Timestamp at;
  std::optional<Uuid> by;  ///< the user who takes it
};

/// How one kind of effect is done: in the transaction of the step. What it throws refuses the step.
struct EffectHandler {
  /// `given`: the member of the step's `fields` that the effect takes, as JSON; "" when it was not given.
  std::function<void(Context& cx, const StepTaken& step, const TransitionEffect& effect,
                     std::string_view given)>
      run;
  /// The member of `fields` that it takes ("appointment"); "": none. An effect that takes one runs before the
  /// transition's needs and guard are looked at, so that they see what it did; the others run after the
  /// status has changed. Wrong members are told with paths from that member on ("/starts_at").
  std::string takes = {};
};

/// The kinds that this build can do: Registry::part<EffectHandlers>(). A kind that nobody does is refused
/// when a definition is published, and refuses the step.
class EffectHandlers {
 public:
  /// Throws internal when there is one already.
  void add(std::string kind, EffectHandler handler);
  /// Null when nobody does it.
  const EffectHandler* find(std::string_view kind) const noexcept;

 private:
  std::map<std::string, EffectHandler, std::less<>> all_;
};

}  // namespace workflow
}  // namespace atlas
