// Status: transitions, override, history.

#include <algorithm>

#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/registry.hpp"
#include "dossier_modules.hpp"

namespace atlas::dossiers {
namespace {

const workflow::Definition& definition_of(const Dossier& d) {
  const auto* definition = workflow::seeded(d.case_type_code);
  if (!definition) throw Error(ErrorCode::internal, "a dossier runs on an unknown workflow");
  return *definition;
}

/// The state before the present one, for "@previous".
std::optional<std::string> before_last(const std::optional<StatusChange>& last) {
  return last ? last->from_code : std::nullopt;
}

/// Row, history, audit and timeline of one change of status, in this transaction.
Dossier change_status(Context& cx, const Dossier& before, const std::string& to, const StatusChange& why,
                      const std::optional<StatusChange>& last) {
  const workflow::State* state = definition_of(before).state(to);
  Dossier after = before;
  after.status_code = to;
  after.last_activity_at = cx.now();
  after.loss_reason_code.reset();
  after.won_reason_code.reset();
  if (state && state->reason_dictionary == "LOSS_REASON") after.loss_reason_code = why.reason_code;
  if (state && state->reason_dictionary == "WON_REASON") after.won_reason_code = why.reason_code;
  AttachedRows rows;
  rows.add(workflow::complete(cx, why, "dossier", before.id, before.status_code, to, last));
  cx.repo<Dossier>().save(before, after, {.action = "dossier.status_changed", .attach = &rows});
  return after;
}

/// The dossier's facts with what the caller says of this step.
std::string facts_of(Context& cx, const Dossier& d, const std::optional<std::string>& comment) {
  std::string facts = cx.facts_of(d);
  facts.back() = ',';
  facts += R"("comment":)" + (comment ? json_string(*comment) : "null") + "}";
  return facts;
}

Dossier take_transition(Context& cx, const TransitionInput& in) {
  if (!in.transition_code && !in.to) {
    throw Error(ErrorCode::invalid_argument, "say which transition, or which state")
        .field("/to", field_code::required, "or transition_code");
  }
  const Dossier before = cx.repo<Dossier>().get_for_update(in.id, in.version);
  const auto last = workflow::last_change(cx, before.id);
  const auto previous = before_last(last);
  const auto& roles = cx.access().roles;
  const workflow::Step step{before.status_code, in.transition_code, in.to, previous, in.reason_code};
  static const std::vector<std::string> system_roles{"ADMIN_ORG", "MANAGER", "AGENT"};
  const auto decision = workflow::decide(
      definition_of(before), step, cx.principal().kind == PrincipalKind::system ? system_roles : roles,
      [&](std::string_view dictionary, std::string_view code) { return cx.is_code(dictionary, code); },
      [&] { return facts_of(cx, before, in.comment); });
  StatusChange why;
  why.transition_code = decision.transition->code;
  why.reason_code = in.reason_code;
  why.comment = in.comment;
  return change_status(cx, before, decision.to, why, last);
}

Ways list_transitions(Context& cx, const GetInput& in) {
  const Dossier d = cx.repo<Dossier>().get(in.id);
  const auto& definition = definition_of(d);
  Ways out;
  out.status_code = d.status_code;
  out.version = d.version;
  std::optional<std::string> facts;
  for (const workflow::Transition& t : definition.transitions) {
    if (t.from != d.status_code) continue;
    Way way;
    way.code = t.code;
    way.to = t.to;
    if (t.to == "@previous") {
      const auto previous = before_last(workflow::last_change(cx, d.id));
      if (previous)
        way.to = *previous;
      else
        way.closed_by = "previous";
    }
    if (!workflow::allowed(t, cx.access().roles) && cx.principal().kind != PrincipalKind::system)
      way.closed_by = "role";
    if (!t.needs.empty()) {
      if (!facts) facts = facts_of(cx, d, std::nullopt);
      way.missing = workflow::unfulfilled(t, *facts);
      // What the caller says along with the step is not missing yet.
      if (!way.closed_by && std::any_of(way.missing.begin(), way.missing.end(),
                                        [](const std::string& need) { return need != "comment"; }))
        way.closed_by = "fields";
    }
    if (const auto* state = definition.state(way.to)) way.reason_dictionary = state->reason_dictionary;
    way.open = !way.closed_by;
    out.items.push_back(std::move(way));
  }
  return out;
}

Dossier override_terminal(Context& cx, const OverrideStatus& in) {
  const Dossier before = cx.repo<Dossier>().get_for_update(in.id, in.version);
  const auto& definition = definition_of(before);
  const auto* from = definition.state(before.status_code);
  if (from && !from->terminal) {
    throw Error(ErrorCode::conflict, "only a terminal state is overridden; take a transition")
        .with("reason", "state");
  }
  if (!definition.state(in.to)) {
    throw Error(ErrorCode::invalid_argument, "not a state of this workflow")
        .field("/to", field_code::not_a_code, "not a state of this workflow");
  }
  StatusChange why;
  why.comment = in.justification;
  return change_status(cx, before, in.to, why, workflow::last_change(cx, before.id));
}

}  // namespace

void register_status(Registry& registry) {
  registry.operation(transition, take_transition);
  registry.operation(transitions, list_transitions);
  registry.operation(override_status, override_terminal);
  registry.operation(history, [](Context& cx, const HistoryInput& in) {
    const Dossier d = cx.repo<Dossier>().get(in.id);
    return workflow::history_of(cx, d.id, in.limit, in.after);
  });
}

}  // namespace atlas::dossiers
