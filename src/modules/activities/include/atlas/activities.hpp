#pragma once
// The timeline of a dossier, notes on it, and tasks.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Context;
class Registry;
struct Dossier;

inline constexpr std::array<std::string_view, 2> visibilities{"INTERNAL", "CLIENT_VISIBLE"};

/// One line of a timeline. System lines are written by the library with the change they tell of; notes by
/// people.
struct Activity : Entity {
  Uuid dossier_id;
  std::string type_code;
  std::string visibility = "INTERNAL";
  std::optional<std::string> body;
  std::string payload = "{}";  ///< what happened, in codes
  std::string actor_kind;
  std::optional<Uuid> actor_id;
  Timestamp occurred_at;
};
template <>
struct Describe<Activity> {
  static constexpr std::string_view name = "activity";
  static constexpr std::array fields{
      field<&Activity::dossier_id>("dossier_id", reference("dossier"), filterable),
      field<&Activity::type_code>("type_code", code("ACTIVITY_TYPE"), filterable),
      field<&Activity::visibility>("visibility", one_of(visibilities), filterable),
      field<&Activity::body>("body", body(), free_text),
      field<&Activity::payload>("payload", json_object(), free_text),
      field<&Activity::actor_kind>("actor_kind", line(1, 32), filterable),
      field<&Activity::actor_id>("actor_id", {}, filterable),
      field<&Activity::occurred_at>("occurred_at", {}, filterable | sortable)};
  static constexpr std::array keys{KeyDeclaration{"by_dossier", {"dossier_id", "occurred_at"}}};
};

/// Something to do on a dossier, by somebody, perhaps until a time.
struct Task : Entity {
  Uuid dossier_id;
  std::string category_code = "OTHER";
  std::string title;
  std::optional<Timestamp> due_at;
  std::optional<Uuid> assigned_to_user_id;
  std::string status_code = "TASK_TODO";
};
template <>
struct Describe<Task> {
  static constexpr std::string_view name = "task";
  static constexpr std::array fields{
      field<&Task::dossier_id>("dossier_id", reference("dossier"), filterable),
      field<&Task::category_code>("category_code", code("TASK_CATEGORY"), updatable | filterable),
      field<&Task::title>("title", line(1, 500), updatable | free_text),
      field<&Task::due_at>("due_at", {}, updatable | filterable | sortable),
      field<&Task::assigned_to_user_id>("assigned_to_user_id", reference("user"), updatable | filterable),
      field<&Task::status_code>("status_code", code("TASK_STATUS"), updatable | filterable)};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_dossier", {"dossier_id", "created_at"}},
                                   KeyDeclaration{"by_due", {"due_at"}},
                                   KeyDeclaration{"by_assignee", {"assigned_to_user_id", "due_at"}}};
};

namespace activities {

/// A dossier's timeline, newest first. Filters add up.
struct Timeline {
  Uuid dossier_id;
  std::vector<std::string> type_codes;
  std::optional<std::string> visibility;
  std::optional<Uuid> actor_id;
  std::optional<Timestamp> from;
  std::optional<Timestamp> until;
  std::int64_t limit = 100;
  std::optional<std::string> after;
  bool oldest_first = false;
};

/// A note on the dossier `id`: at most 20,000 characters, internal unless said otherwise.
struct AddNote {
  Uuid id;
  std::string body;
  std::string visibility = "INTERNAL";
};

/// A task on the dossier `id`; without an assignee it goes to the dossier's.
struct AddTask {
  Uuid id;
  std::string title;
  std::string category_code = "OTHER";
  std::optional<Timestamp> due_at;
  std::optional<Uuid> assigned_to_user_id;
};

/// An absent member is unchanged, null clears.
struct UpdateTask {
  Uuid id;
  std::int64_t version = 0;
  Change<std::string> title;
  Change<std::string> category_code;
  Change<Timestamp> due_at;
  Change<Uuid> assigned_to_user_id;
  Change<std::string> status_code;
};

}  // namespace activities

template <>
struct Describe<activities::Timeline> {
  using In = activities::Timeline;
  static constexpr std::string_view name = "activities.timeline";
  static constexpr std::array fields{field<&In::dossier_id>("dossier_id", reference("dossier"), required),
                                     field<&In::type_codes>("type_codes", code("ACTIVITY_TYPE")),
                                     like<&In::visibility, Activity>("visibility"),
                                     field<&In::actor_id>("actor_id"),
                                     field<&In::from>("from"),
                                     field<&In::until>("until"),
                                     field<&In::limit>("limit", range(1, 1000)),
                                     field<&In::after>("after", text(1, 4096)),
                                     field<&In::oldest_first>("oldest_first")};
};
template <>
struct Describe<activities::AddNote> {
  using In = activities::AddNote;
  static constexpr std::string_view name = "dossiers.add_note";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     like<&In::body, Activity>("body", required),
                                     like<&In::visibility, Activity>("visibility")};
};
template <>
struct Describe<activities::AddTask> {
  using In = activities::AddTask;
  static constexpr std::string_view name = "dossiers.add_task";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required), like<&In::title, Task>("title", required),
      like<&In::category_code, Task>("category_code"), like<&In::due_at, Task>("due_at"),
      like<&In::assigned_to_user_id, Task>("assigned_to_user_id")};
};
template <>
struct Describe<activities::UpdateTask> {
  using In = activities::UpdateTask;
  static constexpr std::string_view name = "tasks.update";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::title, Task>("title"),
                                     like<&In::category_code, Task>("category_code"),
                                     like<&In::due_at, Task>("due_at"),
                                     like<&In::assigned_to_user_id, Task>("assigned_to_user_id"),
                                     like<&In::status_code, Task>("status_code")};
};

namespace activities {

inline constexpr Operation<Timeline, Page<Activity>> timeline{
    {.name = "activities.timeline",
     .permission = "ACTIVITY_READ",
     .summary = "What happened to a dossier, with filters.",
     .feature = "core.timeline"}};
inline constexpr Operation<AddNote, Activity> add_note{{.name = "dossiers.add_note",
                                                        .permission = "DOSSIER_ADD_NOTE",
                                                        .effect = Effect::writes,
                                                        .summary = "Writes a note on a dossier."}};
inline constexpr Operation<AddTask, Task> add_task{{.name = "dossiers.add_task",
                                                    .permission = "DOSSIER_ADD_TASK",
                                                    .effect = Effect::writes,
                                                    .summary = "Adds a task to a dossier."}};
inline constexpr Operation<GetInput, Task> get_task{
    {.name = "tasks.get", .permission = "TASK_READ", .summary = "One task."}};
inline constexpr Operation<UpdateTask, Task> update_task{{.name = "tasks.update",
                                                          .permission = "TASK_WRITE",
                                                          .effect = Effect::writes,
                                                          .summary = "Changes a task, its status included."}};
inline constexpr Operation<ListInput, Page<Task>> list_tasks{
    {.name = "tasks.list", .permission = "TASK_READ", .summary = "Tasks, page by page."}};
inline constexpr Operation<CountInput, Count> count_tasks{
    {.name = "tasks.count", .permission = "TASK_READ", .summary = "How many tasks."}};

/// Writes a note (visibility, body, payload; an id that is set is kept) on a dossier as the store has it now,
/// within no scope: the caller has authorised it.
Activity add_note_to(Context& cx, const Dossier& dossier, Activity note);

/// Registers timeline, notes and tasks. After register_dossiers.
void register_activities(Registry& registry);

}  // namespace activities
}  // namespace atlas
