#include <algorithm>

#include "atlas/json.hpp"
#include "atlas/workflow.hpp"

namespace atlas::workflow {
namespace {

constexpr std::string_view previous_state = "@previous";

std::optional<std::string> target(const Transition& t, const Step& step) {
  if (t.to != previous_state) return t.to;
  if (!step.previous) return std::nullopt;
  return std::string(*step.previous);
}

Error not_allowed(const Definition& d, const Step& step) {
  std::string possible;
  JsonWriter w(possible);
  w.begin_array();
  for (const Transition& t : d.transitions)
    if (t.from == step.from) w.string(t.code);
  w.end_array();
  return Error(ErrorCode::transition_not_allowed, "the workflow does not allow this from the present state")
      .with("from", step.from)
      .with_json("possible", possible);
}

}  // namespace

const State* Definition::state(std::string_view code) const noexcept {
  for (const State& s : states)
    if (s.code == code) return &s;
  return nullptr;
}

const State& Definition::initial() const {
  for (const State& s : states)
    if (s.initial) return s;
  throw Error(ErrorCode::internal, "a workflow has no initial state");
}

bool allowed(const Transition& t, const std::vector<std::string>& roles) noexcept {
  return std::any_of(roles.begin(), roles.end(), [&](const std::string& r) {
    return std::find(t.roles.begin(), t.roles.end(), r) != t.roles.end();
  });
}

Decision decide(const Definition& d, const Step& step, const std::vector<std::string>& roles,
                FunctionRef<bool(std::string_view, std::string_view)> is_code) {
  Decision found;
  for (const Transition& t : d.transitions) {
    if (t.from != step.from || (step.transition_code && t.code != *step.transition_code)) continue;
    const auto to = target(t, step);
    if (!to || (step.to && *to != *step.to)) continue;
    found = {&t, *to};
    if (allowed(t, roles)) break;
  }
  if (!found.transition || (!step.transition_code && !step.to)) throw not_allowed(d, step);
  if (!allowed(*found.transition, roles)) {
    throw Error(ErrorCode::forbidden, "your roles may not take this transition")
        .with("reason", "role")
        .with("transition_code", found.transition->code);
  }
  const State* state = d.state(found.to);
  if (!state) throw Error(ErrorCode::internal, "a transition leads to an unknown state");
  if (state->reason_dictionary) {
    if (!step.reason_code) {
      throw Error(ErrorCode::fields_missing, "closing needs a reason")
          .field("/reason_code", field_code::required, "a code of " + *state->reason_dictionary);
    }
    if (!is_code(*state->reason_dictionary, *step.reason_code)) {
      throw Error(ErrorCode::invalid_argument, "not a reason of this kind")
          .field("/reason_code", field_code::not_a_code, "a code of " + *state->reason_dictionary);
    }
  }
  return found;
}

}  // namespace atlas::workflow
