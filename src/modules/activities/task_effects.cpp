// Tasks that steps of a workflow bring, and what its rules may ask of tasks.

#include <map>

#include "atlas/activities.hpp"
#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/users.hpp"
#include "atlas/workflow_effects.hpp"
#include "tasks.hpp"

namespace atlas::activities {
namespace {

constexpr std::size_t tasks_looked_at = 200;

/// Who has left gets no new task.
std::optional<Uuid> active(Context& cx, const std::optional<Uuid>& user) {
  if (!user) return std::nullopt;
  const auto found = cx.all<User>().find(*user);
  return found && found->status_code == "USER_ACTIVE" ? user : std::nullopt;
}

void create_task_of(Context& cx, const workflow::StepTaken& step, const workflow::TransitionEffect& effect,
                    std::string_view) {
  if (step.owner != &schema_of<Dossier>())
    throw Error(ErrorCode::not_supported, "tasks are about dossiers").with("kind_code", effect.kind_code);
  const auto& dossier = *static_cast<const Dossier*>(step.record);
  const std::string assign_to = effect.assign_to.value_or("ASSIGNEE");
  Task t;
  t.dossier_id = step.owner_id;
  t.subject_id = step.subject_id;
  t.category_code = effect.category_code.value_or("OTHER");
  t.title = effect.title.value_or(t.category_code);
  if (const auto delay = parse_duration(effect.delay.value_or(""))) t.due_at = cx.now() + *delay;
  if (assign_to == "ASSIGNEE") t.assigned_to_user_id = active(cx, dossier.assigned_to_user_id);
  if (assign_to == "ACTOR") t.assigned_to_user_id = active(cx, step.by);
  cx.all<Task>().insert(t);
}

/// The dossier's tasks, as far as rules ask: how many, and of what kind those are that are left to do.
std::string count_tasks_of(Context& cx, const Uuid& dossier) {
  auto all = cx.all<Task>();
  std::int64_t open = 0, overdue = 0, done = 0;
  std::map<std::string, std::int64_t> by_category;
  for (const Task& t : all.where({.where = Predicate::equals(all.column("dossier_id"), Value::id(dossier)),
                       .key = "by_dossier",
                       .order = {{all.column("created_at"), true}},
                       .limit = tasks_looked_at})) {
    if (t.archived_at || t.status_code == "TASK_CANCELLED") continue;
    if (t.status_code == "TASK_DONE") {
      ++done;
      continue;
    }
    ++open;
    ++by_category[t.category_code];
    if (t.due_at && *t.due_at < cx.now()) ++overdue;
  }
  std::string out;
  JsonWriter w(out);
  w.begin_object().key("open").number(open).key("overdue").number(overdue).key("done").number(done);
  w.key("open_by_category").begin_object();
  for (const auto& [category, count] : by_category) w.key(category).number(count);
  w.end_object().end_object();
  return out;
}

}  // namespace

void register_task_effects(Registry& registry) {
  registry.fact("dossier", "tasks", count_tasks_of);
  registry.part<workflow::EffectHandlers>().add("CREATE_TASK", {.run = create_task_of});
}

}  // namespace atlas::activities
