#include "tasks.hpp"

#include "atlas/activities.hpp"
#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/users.hpp"

namespace atlas::activities {
namespace {

void require_assignee(Context& cx, const std::optional<Uuid>& user) {
  if (!user) return;
  const auto found = cx.all<User>().find(*user);
  if (found && found->status_code == "USER_ACTIVE") return;
  throw Error(ErrorCode::invalid_argument, "no such active user")
      .field("/assigned_to_user_id", field_code::unknown_reference, "no such active user");
}

Task create_task(Context& cx, const AddTask& in) {
  const Dossier d = cx.repo<Dossier>().get(in.id, RowLock::update);
  dossiers::require_unarchived(d);
  require_assignee(cx, in.assigned_to_user_id);
  Task t;
  t.dossier_id = d.id;
  t.subject_id = d.subject_id;
  t.title = in.title;
  t.category_code = in.category_code;
  t.due_at = in.due_at;
  t.assigned_to_user_id = in.assigned_to_user_id ? in.assigned_to_user_id : d.assigned_to_user_id;
  cx.repo<Task>().insert(t);
  return t;
}

Task change_task(Context& cx, const UpdateTask& in) {
  auto tasks = cx.repo<Task>();
  const Task before = tasks.get_for_update(in.id, in.version);
  std::vector<FieldError> errors;
  check_clearable(schema_of<UpdateTask>(), &in, schema_of<Task>(), errors);
  throw_if_any(std::move(errors));
  if (const Uuid* user = in.assigned_to_user_id.get()) require_assignee(cx, *user);
  Task after = before;
  copy_fields(in, after);
  tasks.save(before, after, {.action = before.status_code != after.status_code ? "task.status_changed" : ""});
  return after;
}

}  // namespace

void register_tasks(Registry& registry) {
  registry.operation(add_task, create_task);
  registry.operation(get_task, [](Context& cx, const GetInput& in) { return cx.repo<Task>().get(in.id); });
  registry.operation(update_task, change_task);
  registry.operation(list_tasks, [](Context& cx, const ListInput& in) { return cx.repo<Task>().list(in); });
  registry.operation(count_tasks,
                     [](Context& cx, const CountInput& in) { return cx.repo<Task>().count(in); });
  register_task_effects(registry);
}

}  // namespace atlas::activities
