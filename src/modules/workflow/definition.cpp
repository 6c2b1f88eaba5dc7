#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "atlas/workflow.hpp"
#include "steps/choosing.hpp"

namespace atlas::workflow {
namespace {

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

/// A member of an object, an element of a list; null when there is none.
const Json* inside(const Json& value, std::string_view name) {
  if (value.is_object()) {
    const auto it = value.find(std::string(name));
    return it == value.end() ? nullptr : &*it;
  }
  std::size_t index = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(name.data(), end, index);
  const bool found = value.is_array() && error == std::errc() && stop == end && index < value.size();
  return found ? &value[index] : nullptr;
}

}  // namespace

std::string pointer_of(std::string_view need) {
  std::string pointer = "/" + std::string(need.substr(0, need.find('=')));
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  return pointer;
}

bool fulfils(const Json& facts, std::string_view need) {
  const auto equals = need.find('=');
  const Json* here = &facts;
  for (std::string_view path = need.substr(0, equals); here && !path.empty();) {
    const auto dot = path.find('.');
    here = inside(*here, path.substr(0, dot));
    path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  }
  const bool there =
      here && !here->is_null() && *here != "" && !((here->is_array() || here->is_object()) && here->empty());
  if (!there || equals == std::string_view::npos) return there;
  const std::string_view value = need.substr(equals + 1);
  return here->is_string() ? *here == value : here->dump() == value;
}

std::vector<std::string> unfulfilled(const Transition& t, const std::string& facts) {
  std::vector<std::string> missing;
  const Json all = Json::parse(facts);
  for (const std::string& need : t.needs)
    if (!fulfils(all, need)) missing.push_back(need);
  return missing;
}

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

bool leads_back(const Definition& d, std::optional<std::string_view> previous) noexcept {
  const State* state = previous ? d.state(*previous) : nullptr;
  return state && !state->terminal;
}

Decision choose(const Definition& d, const Step& step, const std::vector<std::string>& roles) {
  Decision found;
  for (const Transition& t : d.transitions) {
    if (t.from != step.from || (step.transition_code && t.code != *step.transition_code)) continue;
    const auto to = target(t, step);
    if (!to || (step.to && *to != *step.to)) continue;
    if (t.to == previous_state && !leads_back(d, *to)) continue;
    found = {&t, *to};
    if (allowed(t, roles)) break;
  }
  if (!found.transition || (!step.transition_code && !step.to)) throw not_allowed(d, step);
  if (!allowed(*found.transition, roles)) {
    throw Error(ErrorCode::forbidden, "your roles may not take this transition")
        .with("reason", "role")
        .with("transition_code", found.transition->code);
  }
  if (!d.state(found.to)) throw Error(ErrorCode::internal, "a transition leads to an unknown state");
  return found;
}

bool needs_reason(const Transition& t) noexcept {
  return std::any_of(t.needs.begin(), t.needs.end(), [](const std::string& need) {
    return std::string_view(need).substr(0, need.find('=')) == "reason_code";
  });
}

void demand(const Definition& d, const Decision& choice, std::optional<std::string_view> reason_code,
            const std::vector<Missing>& missing,
            FunctionRef<bool(std::string_view, std::string_view)> is_code) {
  const auto& reasons = d.state(choice.to)->reason_dictionary;
  std::vector<FieldError> errors;
  for (const Missing& m : missing)
    errors.push_back({m.path, std::string(field_code::required), "this transition needs " + m.need});
  if (reasons && !reason_code)
    errors.push_back({"/reason_code", std::string(field_code::required), "a code of " + *reasons});
  if (!errors.empty())
    throw Error(ErrorCode::fields_missing, "this transition needs more").fields(std::move(errors));
  if (!reason_code) return;
  const bool fits = reasons
                        ? is_code(*reasons, *reason_code)
                        : needs_reason(*choice.transition) &&
                              std::any_of(reason_dictionaries.begin(), reason_dictionaries.end(),
                                          [&](std::string_view any) { return is_code(any, *reason_code); });
  if (fits) return;
  throw Error(ErrorCode::invalid_argument, "not a reason of this kind")
      .field("/reason_code", field_code::not_a_code,
             reasons                            ? "a code of " + *reasons
             : needs_reason(*choice.transition) ? "a code of a dictionary of reasons"
                                                : "entering this state takes no reason");
}

Decision decide(const Definition& d, const Step& step, const std::vector<std::string>& roles,
                FunctionRef<bool(std::string_view, std::string_view)> is_code,
                FunctionRef<std::string()> facts) {
  const Decision found = choose(d, step, roles);
  std::vector<Missing> missing;
  if (!found.transition->needs.empty()) {
    for (std::string& need : unfulfilled(*found.transition, facts())) {
      std::string path = pointer_of(need);
      missing.push_back({std::move(need), std::move(path)});
    }
  }
  demand(d, found, step.reason_code, missing, is_code);
  return found;
}

}  // namespace atlas::workflow
