// Cases: opened, decided, and what a decision does.

#include "atlas/moderation.hpp"

#include "atlas/registry.hpp"
#include "moderation_modules.hpp"

namespace atlas::moderation {
namespace {

struct Decision {
  std::string_view name;  ///< the machine's event too
  bool against;
  std::string_view action;
};
constexpr std::array<Decision, 3> decisions{{{"approve", false, "moderation_case.approved"},
                                             {"reject", true, "moderation_case.rejected"},
                                             {"suspend", true, "moderation_case.suspended"}}};

const Decision& decision_of(std::string_view name) {
  for (const Decision& d : decisions)
    if (d.name == name) return d;
  throw Error(ErrorCode::internal, "a decision that the schema lets through is unknown");
}

std::optional<Uuid> me(const Context& cx) {
  const Uuid& id = cx.principal().user();
  return id.is_nil() ? std::nullopt : std::optional(id);
}

bool has_case(Context& cx, const Uuid& entity) {
  auto cases = cx.all<ModerationCase>();
  return !cases
              .where({.where = Predicate::equals(cases.column("entity_id"), Value::id(entity)),
                      .key = "by_entity",
                      .limit = 1})
              .empty();
}

/// What a moderator may open a case about: what lies in the moderation scope, what is public, and what there
/// was a case about before (to approve later what was decided against).
Uuid subject_of_case(Context& cx, const Open& in) {
  if (in.entity_id.has_value() == in.report_id.has_value()) {
    throw Error(ErrorCode::invalid_argument, "either a report or an entity is named")
        .field("/entity_id", field_code::required, "this or report_id, not both");
  }
  if (in.entity_id) {
    const Uuid id = cx.stands_for<Listing>(*in.entity_id);
    const auto listing = cx.all<Listing>().find(id);
    if (!listing || !has_case(cx, id)) visible_listing(cx, id);
    return id;
  }
  const ListingReport report = cx.all<ListingReport>().get(*in.report_id);
  if (report.status_code != "REPORT_IN_REVIEW") {
    throw Error(ErrorCode::conflict, "only a report under review opens a case")
        .with("reason", "state")
        .with("status_code", report.status_code);
  }
  return report.listing_id;
}

ModerationCase open_case(Context& cx, const Open& in) {
  const Uuid entity = subject_of_case(cx, in);
  cx.lock({lock_of(entity)});
  if (const auto pending = cases_of(cx, entity, "MOD_PENDING"); !pending.empty()) {
    throw Error(ErrorCode::conflict, "a case about this is open already")
        .with("reason", "state")
        .with("current", format_uuid(pending.front().id));
  }
  ModerationCase c;
  c.entity_kind = in.entity_kind;
  c.entity_id = entity;
  c.reason_code = in.reason_code;
  c.comment = in.comment;
  c.opened_by = me(cx);
  cx.repo<ModerationCase>().insert(c, {.action = "moderation_case.opened"});
  if (in.report_id) {
    auto reports = cx.all<ListingReport>();
    const ListingReport before = reports.get(*in.report_id, RowLock::update);
    ListingReport after = before;
    after.case_id = c.id;
    reports.save(before, after);
  }
  return c;
}

/// What was decided against before is approved now.
void lift_blocks(Context& cx, const Uuid& entity) {
  auto cases = cx.all<ModerationCase>();
  for (const char* status : {"MOD_REJECTED", "MOD_SUSPENDED"}) {
    for (const ModerationCase& before : cases_of(cx, entity, status)) {
      if (!before.blocks) continue;
      ModerationCase after = before;
      after.blocks = false;
      cases.save(before, after, {.action = "moderation_case.lifted"});
    }
  }
}

void take_off(Context& cx, const ModerationCase& decided) {
  const auto listing = cx.all<Listing>().find(decided.entity_id, RowLock::update);
  if (!listing || listing->status_code != "ANN_PUBLISHED") return;
  listings::take_step(cx, *listing, "ANN_T_SUSPEND", decided.reason_code, decided.justification);
}

ModerationCase decide_case(Context& cx, const Decide& in) {
  const Decision& decision = decision_of(in.decision);
  auto cases = cx.repo<ModerationCase>();
  cx.lock({lock_of(cases.get(in.id).entity_id)});
  const ModerationCase before = cases.get_for_update(in.id, in.version);
  ModerationCase after = before;
  after.status_code = step(machines::Machine::moderation, before.status_code, decision.name);
  if (in.reason_code) after.reason_code = *in.reason_code;
  after.justification = in.justification;
  after.decided_by = me(cx);
  after.decided_at = cx.now();
  after.blocks = decision.against;
  cases.save(before, after, {.action = decision.action});
  if (decision.against)
    take_off(cx, after);
  else
    lift_blocks(cx, after.entity_id);
  close_reports(cx, after.entity_id, after.id, decision.against ? "FOUNDED" : "UNFOUNDED");
  return after;
}

}  // namespace

std::string lock_of(const Uuid& entity) { return "moderation:" + format_uuid(entity); }

std::vector<ModerationCase> cases_of(Context& cx, const Uuid& entity, std::string_view status) {
  auto cases = cx.all<ModerationCase>();
  return cases.where(
      {.where = Predicate::all_of({Predicate::equals(cases.column("entity_id"), Value::id(entity)),
                                   Predicate::equals(cases.column("status_code"), Value::text(status))}),
       .key = "by_entity",
       .order = {{cases.column("created_at"), false}},
       .limit = 1'000});
}

void register_moderation(Registry& registry) {
  registry.entity<ModerationCase>();
  register_reports(registry);
  register_rules(registry);
  registry.operation(open, open_case);
  registry.operation(get,
                     [](Context& cx, const GetInput& in) { return cx.repo<ModerationCase>().get(in.id); });
  registry.operation(list,
                     [](Context& cx, const ListInput& in) { return cx.repo<ModerationCase>().list(in); });
  registry.operation(count,
                     [](Context& cx, const CountInput& in) { return cx.repo<ModerationCase>().count(in); });
  registry.operation(decide, decide_case);
}

}  // namespace atlas::moderation
