// Status: steps along the workflow, the override, the history.

#include <nlohmann/json.hpp>

#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/listings.hpp"
#include "atlas/registry.hpp"
#include "dossier_modules.hpp"

namespace atlas::dossiers {
namespace {

/// What the dossier keeps of the reason that its state was entered for.
void enter_state(Context& cx, const workflow::Entering& entering, Dossier& d) {
  d.last_activity_at = cx.now();
  d.loss_reason_code.reset();
  d.won_reason_code.reset();
  const auto& dictionary = entering.state.reason_dictionary;
  if (dictionary == "LOSS_REASON") d.loss_reason_code = entering.reason_code;
  if (dictionary == "WON_REASON") d.won_reason_code = entering.reason_code;
}

/// A dossier with the changes that came with a step, under the rules of dossiers.update.
Dossier with_fields(Context& cx, const Dossier& before, std::string_view fields) {
  Json all = Json::parse(fields);
  std::vector<FieldError> errors;
  for (const char* given : {"id", "version", "idempotency_key"}) {
    if (all.erase(given) > 0)
      errors.push_back(
          {std::string("/") + given, std::string(field_code::unknown_member), "the step itself says that"});
  }
  all["id"] = format_uuid(before.id);
  all["version"] = before.version;
  Update update;
  std::vector<FieldError> unread;
  read_object(schema_of<Update>(), all.dump(), &update, unread);
  if (unread.empty()) {
    validate(schema_of<Update>(), &update, unread, [&](std::string_view dictionary, std::string_view code) {
      return cx.is_code(dictionary, code);
    });
    check_clearable(schema_of<Update>(), &update, schema_of<Dossier>(), unread);
  }
  errors.insert(errors.end(), unread.begin(), unread.end());
  throw_if_any(std::move(errors));
  return changed_by(cx, before, update);
}

Dossier override_terminal(Context& cx, const OverrideStatus& in) {
  const Dossier before = cx.repo<Dossier>().get_for_update(in.id, in.version);
  require_unarchived(before);
  const auto definition = definition_of(cx, before);
  const workflow::State* from = definition->state(before.status_code);
  if (from && !from->terminal) {
    throw Error(ErrorCode::conflict, "only a terminal state is overridden; take a transition")
        .with("reason", "state");
  }
  const workflow::State* to = definition->state(in.to);
  if (!to || in.to == before.status_code) {
    throw Error(ErrorCode::invalid_argument, "not another state of this workflow")
        .field("/to", field_code::not_a_code, "not another state of this workflow");
  }
  if (to->reason_dictionary && !in.reason_code) {
    throw Error(ErrorCode::fields_missing, "entering this state needs a reason")
        .field("/reason_code", field_code::required, "a code of " + *to->reason_dictionary);
  }
  if (in.reason_code && (!to->reason_dictionary || !cx.is_code(*to->reason_dictionary, *in.reason_code))) {
    throw Error(ErrorCode::invalid_argument, "not a reason of this kind")
        .field("/reason_code", field_code::not_a_code,
               to->reason_dictionary ? "a code of " + *to->reason_dictionary : "this state takes no reason");
  }
  StatusChange why;
  why.transition_code = "OVERRIDE";
  why.reason_code = in.reason_code;
  why.comment = in.justification;
  AttachedRows rows;
  rows.add(workflow::complete(cx, std::move(why), "dossier", before.id, before.status_code, in.to,
                              workflow::last_change(cx, before.id)));
  Dossier after = before;
  after.status_code = in.to;
  enter_state(cx, {*to, in.reason_code}, after);
  cx.repo<Dossier>().save(before, after, {.action = "dossier.status_overridden", .attach = &rows});
  return after;
}

}  // namespace

std::shared_ptr<const workflow::Definition> definition_of(Context& cx, const Dossier& d) {
  auto definition = workflow::definition_for(cx, d.case_type_code, d.workflow_version);
  if (!definition) throw Error(ErrorCode::internal, "a dossier runs on an unknown workflow");
  return definition;
}

std::shared_ptr<const workflow::Definition> definition_for_new(Context& cx, const std::string& case_type) {
  auto definition = workflow::owner_kind_of(case_type) == schema_of<Dossier>().name
                        ? workflow::active_definition(cx, case_type)
                        : nullptr;
  if (definition) return definition;
  throw Error(ErrorCode::invalid_argument, "no workflow is defined for this case type")
      .field("/case_type_code", field_code::not_a_code, "no workflow is defined for this case type");
}

void register_status(Registry& registry) {
  workflow::register_steps<Dossier>(registry,
                                    {.action = "dossier.status_changed",
                                     .change_fields = "DOSSIER_UPDATE",
                                     .takes = &schema_of<Update>(),
                                     .change = with_fields,
                                     .enter = enter_state},
                                    transition, transitions, time_in_state);
  registry.fact("dossier", "listing", [](Context& cx, const Uuid&, const void* record) {
    const auto& listing_id = static_cast<const Dossier*>(record)->listing_id;
    const auto listing = listing_id ? cx.all<Listing>().find(*listing_id) : std::nullopt;
    return listing ? to_json(*listing) : std::string("null");
  });
  registry.operation(override_status, override_terminal);
  registry.operation(set_case_type, retype);
  registry.operation(time_by_state, measure_states);
  registry.operation(history, [](Context& cx, const HistoryInput& in) {
    const Dossier d = cx.repo<Dossier>().get(in.id);
    return workflow::history_of(cx, d.id, in.limit, in.after);
  });
}

}  // namespace atlas::dossiers
