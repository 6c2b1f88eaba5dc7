// A dossier is told what kind of case it is.

#include "atlas/context.hpp"
#include "atlas/json.hpp"
#include "atlas/workflow_definitions.hpp"
#include "dossier_modules.hpp"
#include "meeting.hpp"

namespace atlas::dossiers {
namespace {

/// Keys are per case type: of one person, one open dossier of the new type is enough.
void refuse_second(Context& cx, const Dossier& wanted) {
  const auto meeting = meet(cx, wanted);
  if (!meeting) return;
  std::string on;
  JsonWriter w(on);
  w.begin_array();
  for (const std::string& key : meeting->matched_on) w.string(key);
  w.end_array();
  Error e(ErrorCode::conflict, "the person has an open dossier of this case type");
  static_cast<void>(
      std::move(e).with("reason", "unique").with("field", "case_type_code").with_json("matched_on", on));
  if (cx.readable<Dossier>("DOSSIER_READ_ASSIGNED", "DOSSIER_READ_ORG", meeting->dossier.id))
    static_cast<void>(std::move(e).with("dossier_id", format_uuid(meeting->dossier.id)));
  throw e;
}

}  // namespace

Dossier retype(Context& cx, const SetCaseType& in) {
  auto dossiers = cx.repo<Dossier>();
  const Dossier before = dossiers.get_for_update(in.id, in.version);
  const auto from = definition_of(cx, before);
  const auto to = definition_for_new(cx, in.case_type_code);
  if (before.case_type_code == in.case_type_code) return before;
  const workflow::State* state = from->state(before.status_code);
  if (!state || !state->initial || before.archived_at) {
    throw Error(ErrorCode::conflict, "a dossier that has begun keeps its case type")
        .with("reason", "state")
        .with("status_code", before.status_code);
  }
  Dossier after = before;
  after.case_type_code = in.case_type_code;
  after.status_code = to->initial().code;
  after.workflow_version = to->version;
  after.last_activity_at = cx.now();
  refuse_second(cx, after);
  StatusChange why;
  why.transition_code = workflow::retyped_transition;
  why.comment = in.comment;
  AttachedRows rows;
  rows.add(workflow::complete(cx, std::move(why), "dossier", before.id, before.status_code, after.status_code,
                              workflow::last_change(cx, before.id)));
  std::string payload;
  JsonWriter(payload)
      .begin_object()
      .key("from")
      .string(before.case_type_code)
      .key("to")
      .string(after.case_type_code)
      .end_object();
  dossiers.save(before, after,
                {.action = "dossier.case_type_changed", .payload = std::move(payload), .attach = &rows});
  return after;
}

}  // namespace atlas::dossiers
