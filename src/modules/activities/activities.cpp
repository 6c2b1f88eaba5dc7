#include "atlas/activities.hpp"

#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/registry.hpp"
#include "tasks.hpp"
#include "timeline_rules.hpp"

namespace atlas::activities {
namespace {

/// A dossier is as fresh as the last thing done to it.
void touch(Context& cx, const Dossier& before) {
  Dossier after = before;
  after.last_activity_at = cx.now();
  cx.all<Dossier>().save(before, after);
}

Activity write_note(Context& cx, const AddNote& in) {
  const Dossier d = cx.repo<Dossier>().get(in.id, RowLock::update);
  dossiers::require_unarchived(d);
  Activity a;
  a.visibility = in.visibility;
  a.body = in.body;
  return add_note_to(cx, d, std::move(a));
}

Page<Activity> read_timeline(Context& cx, const Timeline& in) {
  // Who may read every timeline need not be one who may read dossiers; the dossier must exist all the same.
  const Uuid dossier = cx.stands_for<Dossier>(in.dossier_id);
  const bool there = cx.operation_scope() == scope_all
                         ? cx.all<Dossier>().find(dossier).has_value()
                         : cx.readable<Dossier>("DOSSIER_READ_ASSIGNED", "DOSSIER_READ_ORG", dossier);
  if (!there) throw Error(ErrorCode::not_found, "dossier not found");
  auto lines = cx.repo<Activity>();
  std::vector<Predicate> extra;
  if (!in.type_codes.empty()) {
    Predicate types{.kind = Predicate::Kind::in, .column = lines.column("type_code")};
    for (const std::string& t : in.type_codes) types.values.emplace_back(Value::text(t));
    extra.push_back(std::move(types));
  }
  using Op = Predicate::Kind;
  if (in.visibility)
    extra.push_back(Predicate::equals(lines.column("visibility"), Value::text(*in.visibility)));
  if (in.actor_id) extra.push_back(Predicate::equals(lines.column("actor_id"), Value::id(*in.actor_id)));
  if (in.from)
    extra.push_back(
        Predicate::compare(Op::greater_equal, lines.column("occurred_at"), Value::integer(in.from->micros)));
  if (in.until)
    extra.push_back(
        Predicate::compare(Op::less, lines.column("occurred_at"), Value::integer(in.until->micros)));
  return lines.list({.where = R"({"dossier_id":")" + format_uuid(dossier) + "\"}",
                     .order = {in.oldest_first ? "occurred_at" : "-occurred_at"},
                     .limit = in.limit,
                     .after = in.after},
                    Predicate::all_of(std::move(extra)));
}

}  // namespace

Activity add_note_to(Context& cx, const Dossier& dossier, Activity note) {
  note.dossier_id = dossier.id;
  note.subject_id = dossier.subject_id;
  note.type_code = "ACT_NOTE";
  note.actor_kind = to_string(cx.principal().kind);
  if (!cx.principal().id.is_nil()) note.actor_id = cx.principal().id;
  note.occurred_at = cx.now();
  cx.all<Activity>().insert(note, {.action = "activity.note_added"});
  touch(cx, dossier);
  return note;
}

void register_activities(Registry& registry) {
  const EntityInfo& activity = registry.entity<Activity>();
  const EntityInfo& task = registry.entity<Task>();
  const EntityInfo& dossier = registry.entity(schema_of<Dossier>());
  // Mine when their dossier is.
  for (const EntityInfo* info : {&activity, &task}) {
    const unsigned column = info->column("dossier_id")->first;
    for (const auto& [scope, rule] : dossier.scopes) {
      registry.scope(
          info->schema->name, scope,
          [column, table = dossier.table, rule = rule](const Principal& p, const Access& a) {
            Predicate in_dossier{.kind = Predicate::Kind::exists, .table = table, .on = {{column, 0}}};
            in_dossier.children.push_back(rule(p, a));
            return in_dossier;
          });
    }
  }
  registry.attach(timeline_line);
  registry.operation(timeline, read_timeline);
  registry.operation(add_note, write_note);
  register_tasks(registry);
}

}  // namespace atlas::activities
