#include "nudges.hpp"

#include "atlas/registry.hpp"
#include "atlas/status_changes.hpp"
#include "atlas/workflow_definitions.hpp"
#include "atlas/workflow_nudges.hpp"

namespace atlas::workflow {
namespace {

constexpr std::string_view due_kind = "workflow.nudges";
constexpr std::size_t nudges_at_once = 100;

/// Still where the step led, and never away since?
bool still_there(Context& cx, const EntityInfo& owner, const WorkflowNudge& n, void* record) {
  if (!cx.load(owner, n.owner_id, record, RowLock::update, false)) return false;
  if (static_cast<const Entity*>(record)->archived_at) return false;
  const Field* status = owner.schema->find("status_code");
  if (!status || *static_cast<const std::string*>(status->address(record)) != n.status_code) return false;
  // A move to another version of the workflow does not count as leaving.
  auto changes = cx.all<StatusChange>();
  for (const StatusChange& line :
       changes.where({.where = Predicate::equals(changes.column("owner_id"), Value::id(n.owner_id)),
       .key = "by_owner",
       .order = {{changes.column("at"), true}},
       .limit = 20})) {
    if (line.transition_code != moved_transition || line.at == n.since) return line.at == n.since;
  }
  return false;
}

void bring_up(Context& cx, const EffectHandlers& handlers, const EntityInfo& owner, const WorkflowNudge& n,
              const void* record) {
  const EffectHandler* create_task = handlers.find("CREATE_TASK");
  if (!create_task) throw Error(ErrorCode::not_supported, "no room keeps tasks");
  TransitionEffect effect;
  effect.kind_code = "CREATE_TASK";
  effect.title = n.title;
  effect.category_code = n.category_code;
  effect.assign_to = n.assign_to;
  const StepTaken step{.owner = owner.schema,
                       .record = record,
                       .owner_id = n.owner_id,
                       .subject_id = static_cast<const Entity*>(record)->subject_id,
                       .transition_code = n.transition_code,
                       .from = n.status_code,
                       .to = n.status_code,
                       .change_id = n.id,
                       .at = cx.now(),
                       .by = n.taken_by};
  create_task->run(cx, step, effect, "");
}

/// What fails is dropped: the record has its story all the same, and the others wait for nobody.
void settle(Context& cx, const EffectHandlers& handlers, const WorkflowNudge& before) {
  const auto& entities = cx.registry().entities();
  const auto owner = entities.find(before.owner_kind);
  WorkflowNudge after = before;
  after.nudge_state = "DROPPED";
  after.settled_at = cx.now();
  if (owner != entities.end()) {
    const auto record = owner->second.make();
    if (still_there(cx, owner->second, before, record.get()) &&
        !cx.tried([&] { bring_up(cx, handlers, owner->second, before, record.get()); }))
      after.nudge_state = "DONE";
  }
  cx.all<WorkflowNudge>().save(
      before, after,
      {.action = after.nudge_state == "DONE" ? "workflow_nudge.done" : "workflow_nudge.dropped"});
}

std::optional<Timestamp> settle_due(Context& cx, const EffectHandlers& handlers) {
  auto nudges = cx.all<WorkflowNudge>();
  const Predicate waiting = Predicate::equals(nudges.column("nudge_state"), Value::text("WAITING"));
  const auto due =
      nudges.where({.where = Predicate::all_of(
                        {waiting, Predicate::compare(Predicate::Kind::less_equal, nudges.column("due_at"),
                                                     Value::integer(cx.now().micros))}),
                    .key = "by_due",
                    .order = {{nudges.column("due_at"), false}},
                    .limit = nudges_at_once,
                    .lock = RowLock::update});
  for (const WorkflowNudge& n : due) settle(cx, handlers, n);
  const auto next = nudges.where(
      {.where = waiting, .key = "by_due", .order = {{nudges.column("due_at"), false}}, .limit = 1});
  if (next.empty()) return std::nullopt;
  return std::max(next.front().due_at, cx.now());
}

}  // namespace

void schedule_nudge(Context& cx, const StepTaken& step, const TransitionEffect& effect, AttachedRows& rows) {
  WorkflowNudge n;
  n.owner_kind = step.owner->name;
  n.owner_id = step.owner_id;
  n.status_code = step.to;
  n.since = step.at;
  n.transition_code = step.transition_code;
  n.title = effect.title;
  n.category_code = effect.category_code;
  n.assign_to = effect.assign_to;
  n.taken_by = step.by;
  n.due_at = cx.now() + parse_duration(effect.delay.value_or("")).value_or(0);
  // It holds nothing of the person, and is settled also when the person's data is gone.
  n.subject_id = cx.access().org_subject;
  cx.schedule(due_kind, n.due_at);
  rows.add(std::move(n));
}

void register_nudges(Registry& registry) {
  registry.entity<WorkflowNudge>();
  const auto& handlers = registry.part<EffectHandlers>();
  registry.due(std::string(due_kind), [&handlers](Context& cx) { return settle_due(cx, handlers); });
}

}  // namespace atlas::workflow
