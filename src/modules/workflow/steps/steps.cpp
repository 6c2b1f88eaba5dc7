// Steps: one record, its definition, what the caller asks for.

#include <algorithm>
#include <set>

#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "atlas/status_changes.hpp"
#include "atlas/workflow_steps.hpp"
#include "choosing.hpp"
#include "guards.hpp"
#include "state_labels.hpp"
#include "step_effects.hpp"

namespace atlas::workflow {
namespace {

/// What documents earlier steps asked for is looked up this far back.
constexpr std::size_t changes_looked_at = 200;

/// The members that the schema of such an entity has.
template <class T>
T& member(const AnyStepRules& rules, const void* record, std::string_view name) {
  const Field* field = rules.info->schema->find(name);
  if (!field)
    throw Error(ErrorCode::internal, "an entity with a workflow lacks a member").with("field", name);
  return *static_cast<T*>(field->address(const_cast<void*>(record)));
}

const Entity& head_of(const void* record) { return *static_cast<const Entity*>(record); }

/// A record on its workflow.
struct Subject {
  Subject(Context& cx, const AnyStepRules& rules, const void* r)
      : record(r),
        status_code(member<std::string>(rules, r, "status_code")),
        definition(definition_for(cx, member<std::string>(rules, r, "case_type_code"),
                                  member<std::int64_t>(rules, r, "workflow_version"))),
        last(last_change(cx, head_of(r).id)),
        previous(state_before(cx, status_code, last)) {
    if (!definition) throw Error(ErrorCode::internal, "a record runs on an unknown workflow");
  }
  const void* record;
  std::string status_code;
  std::shared_ptr<const Definition> definition;
  std::optional<StatusChange> last;
  std::optional<std::string> previous;
};

const std::vector<std::string>& roles_of(Context& cx) {
  static const std::vector<std::string> system_roles{"ADMIN_ORG", "MANAGER", "AGENT"};
  return cx.principal().kind == PrincipalKind::system ? system_roles : cx.access().roles;
}

Json or_null(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

/// The facts of a step: those of the record, and what the caller says.
void add_step_facts(Context& cx, Facts& facts, const std::optional<std::string>& reason,
                    const std::optional<std::string>& comment, const std::string& fields) {
  const Principal& who = cx.principal();
  facts.set("actor", {{"kind", std::string(to_string(who.kind))},
                      {"id", who.id.is_nil() ? Json() : Json(format_uuid(who.id))},
                      {"roles", roles_of(cx)}});
  facts.set("now", format_timestamp(cx.now()));
  facts.set("reason_code", or_null(reason));
  facts.set("comment", or_null(comment));
  facts.set("fields", fields.empty() ? Json::object() : Json::parse(fields));
}

/// Documents that earlier steps of the record asked for; each is a need of every later step, but of those
/// that give up, pause, or go back.
std::vector<std::string> required_documents(Context& cx, const Subject& subject) {
  std::set<std::pair<std::string_view, std::string_view>> asking;
  for (const Transition& t : subject.definition->transitions)
    for (const TransitionEffect& e : t.effects)
      if (e.kind_code == "REQUIRE_DOCUMENT" && e.document_type_code) asking.emplace(t.from, t.code);
  std::vector<std::string> needs;
  if (asking.empty() || !subject.last) return needs;
  auto changes = cx.all<StatusChange>();
  const auto lines = changes.where(
      {.where = Predicate::equals(changes.column("owner_id"), Value::id(head_of(subject.record).id)),
       .key = "by_owner",
       .order = {{changes.column("at"), true}},
       .limit = changes_looked_at});
  for (const StatusChange& line : lines) {
    if (!line.from_code || !line.transition_code || !asking.count({*line.from_code, *line.transition_code}))
      continue;
    for (const Transition& t : subject.definition->transitions) {
      if (t.from != *line.from_code || t.code != *line.transition_code) continue;
      for (const TransitionEffect& e : t.effects) {
        if (e.kind_code != "REQUIRE_DOCUMENT" || !e.document_type_code) continue;
        std::string need = "documents." + *e.document_type_code;
        if (std::find(needs.begin(), needs.end(), need) == needs.end()) needs.push_back(std::move(need));
      }
    }
  }
  return needs;
}

bool waits_for_documents(const Transition& t, const State* to) {
  return t.to != previous_state && (!to || (to->category != "LOST" && to->category != "PAUSED"));
}

/// Where the call says what a need asks for: with the record's own fields, and what effects take, under
/// `fields`. What cannot be said by a step (documents, a date of another record) stands by its name.
std::string path_of(const AnyStepRules& rules, const Transition& t, const EffectHandlers& handlers,
                    const std::string& need) {
  const std::string_view root = std::string_view(need).substr(0, need.find_first_of(".="));
  const bool taken = std::any_of(t.effects.begin(), t.effects.end(), [&](const TransitionEffect& e) {
    const EffectHandler* handler = handlers.find(e.kind_code);
    return handler && handler->takes == root;
  });
  const bool own = rules.takes && rules.takes->find(root) && root != "id" && root != "version";
  return (own || taken ? "/fields" : "") + pointer_of(need);
}

std::vector<std::string> missing_for(const Transition& t, const State* to,
                                     const std::vector<std::string>& documents, Facts& facts) {
  std::vector<std::string> missing = lacking(t.needs, facts);
  if (waits_for_documents(t, to)) {
    for (std::string& need : lacking(documents, facts)) missing.push_back(std::move(need));
  }
  return missing;
}

/// Nobody can have said it before the step is taken.
bool is_said_with_step(std::string_view need) {
  const std::string_view root = need.substr(0, need.find_first_of(".="));
  return root == "comment" || root == "reason_code" || root == "fields";
}

std::string explanation_json(const std::vector<FailedClause>& clauses, bool with_facts) {
  std::string out;
  JsonWriter w(out);
  w.begin_array();
  for (const FailedClause& c : clauses) {
    w.begin_object().key("pointer").string(c.pointer).key("clause").raw(c.clause);
    w.key("facts").raw(with_facts ? c.facts : "{}").end_object();
  }
  w.end_array();
  return out;
}

/// Who may not see how to reach the person is not told the facts either.
bool may_see_facts(Context& cx) {
  return reaches(cx.operation_scope(), scope_all | scope_assigned | scope_group);
}

/// `after`: the record as the step would leave it.
void require_everything(Context& cx, const AnyStepRules& rules, const Subject& subject,
                        const Decision& choice, const StepInput& in, const void* after) {
  const Transition& t = *choice.transition;
  const auto documents = required_documents(cx, subject);
  Facts facts(cx, *rules.info, after);
  // Most transitions ask for nothing.
  if (!t.needs.empty() || t.guard || !documents.empty()) {
    add_step_facts(cx, facts, in.reason_code, in.comment, in.fields);
    facts.set("to", choice.to);
  }
  const auto& handlers = *cx.registry().find_part<EffectHandlers>();
  std::vector<Missing> missing;
  for (std::string& need : missing_for(t, subject.definition->state(choice.to), documents, facts)) {
    std::string path = path_of(rules, t, handlers, need);
    missing.push_back({std::move(need), std::move(path)});
  }
  demand(*subject.definition, choice, in.reason_code, missing,
         [&](std::string_view dictionary, std::string_view code) { return cx.is_code(dictionary, code); });
  if (!t.guard) return;
  const auto clauses = failing(*cx.registry().find_part<GuardBook>()->get(*t.guard), facts);
  if (clauses.empty()) return;
  throw Error(ErrorCode::guard_failed, "the condition of this transition does not hold")
      .with("transition_code", t.code)
      .with_json("explanation", explanation_json(clauses, may_see_facts(cx)));
}

/// The record with the caller's fields, as its update would leave it.
void change_record(Context& cx, const AnyStepRules& rules, const void* before, const std::string& fields,
                   void* after) {
  if (!cx.is_readable(*rules.info, rules.change_fields, "", head_of(before).id)) {
    throw Error(ErrorCode::forbidden, "your roles may not change the record")
        .with("permission", rules.change_fields);
  }
  try {
    rules.change(cx, before, fields, after);
  } catch (const Error& e) {
    if (e.code() != ErrorCode::invalid_argument) throw;
    throw moved_under(e, "/fields");
  }
}

void load_at(Context& cx, const AnyStepRules& rules, const StepInput& in, void* out) {
  const std::string_view name = rules.info->schema->name;
  if (!cx.load(*rules.info, in.id, out, RowLock::update, true))
    throw Error(ErrorCode::not_found, std::string(name) + " not found");
  if (head_of(out).version != in.version) {
    throw Error(ErrorCode::conflict, "the record has changed since it was read")
        .with("reason", "stale_version")
        .with("current", head_of(out).version);
  }
  if (head_of(out).archived_at)
    throw Error(ErrorCode::conflict, std::string("the ") + std::string(name) + " is archived")
        .with("reason", "state");
}

/// What is wrong in several parts of a call, told at once.
class Together {
 public:
  void run(FunctionRef<void()> part) {
    try {
      part();
    } catch (const Error& e) {
      if (e.code() != ErrorCode::invalid_argument) throw;
      fields_.insert(fields_.end(), e.fields().begin(), e.fields().end());
      if (!first_) first_ = e;
      ++parts_;
    }
  }
  void tell() {
    if (first_ && (parts_ == 1 || fields_.empty())) throw Error(*first_);
    throw_if_any(std::move(fields_));
  }

 private:
  std::optional<Error> first_;
  std::vector<FieldError> fields_;
  int parts_ = 0;
};

/// A code that is no status at all is an error of its own: no workflow could lead there.
void require_status(Context& cx, const Definition& definition, const std::optional<std::string>& to) {
  if (!to || definition.state(*to) || cx.knows_code("CASE_STATUS", *to)) return;
  throw Error(ErrorCode::invalid_argument, "there is no such status")
      .field("/to", field_code::not_a_code, "a code of CASE_STATUS");
}

}  // namespace

void take_step(Context& cx, const AnyStepRules& rules, const StepInput& in, void* result) {
  if (!in.transition_code && !in.to) {
    throw Error(ErrorCode::invalid_argument, "say which transition, or which state")
        .field("/to", field_code::required, "or transition_code");
  }
  const auto& handlers = *cx.registry().find_part<EffectHandlers>();
  const auto before = rules.info->make();
  load_at(cx, rules, in, before.get());
  const Subject subject(cx, rules, before.get());
  require_status(cx, *subject.definition, in.to);
  const Decision choice = choose(
      *subject.definition, {subject.status_code, in.transition_code, in.to, subject.previous, in.reason_code},
      roles_of(cx));
  const Transition& t = *choice.transition;
  const Given given = part_fields(in.fields, t, handlers);

  StatusChange why;
  why.id = cx.new_id();
  why.transition_code = t.code;
  why.reason_code = in.reason_code;
  why.comment = in.comment;
  StatusChange line = complete(cx, std::move(why), rules.info->schema->name, in.id, subject.status_code,
                               choice.to, subject.last);
  StepTaken step{.owner = rules.info->schema,
                 .record = before.get(),
                 .owner_id = in.id,
                 .subject_id = head_of(before.get()).subject_id,
                 .transition_code = t.code,
                 .from = subject.status_code,
                 .to = choice.to,
                 .change_id = line.id,
                 .at = line.at,
                 .by = {}};
  if (cx.principal().kind == PrincipalKind::user) step.by = cx.principal().id;
  const auto after = rules.info->make();
  Together given_along;
  given_along.run([&] {
    // What these did may have touched the record itself.
    if (run_first(cx, step, t, given, handlers))
      cx.load(*rules.info, in.id, before.get(), RowLock::update, true);
  });
  rules.copy(before.get(), after.get());
  if (!given.own.empty())
    given_along.run([&] { change_record(cx, rules, before.get(), given.own, after.get()); });
  given_along.tell();
  require_everything(cx, rules, subject, choice, in, after.get());

  member<std::string>(rules, after.get(), "status_code") = choice.to;
  rules.enter(cx, {*subject.definition->state(choice.to), in.reason_code}, after.get());
  step.record = after.get();
  AttachedRows rows;
  rows.add(std::move(line));
  attach_later(cx, step, t, rows);
  cx.save(*rules.info, before.get(), after.get(), {.action = rules.action, .attach = &rows}, true);
  run_after(cx, step, t, handlers);
  rules.copy(after.get(), result);
}

Ways ways_of(Context& cx, const AnyStepRules& rules, const WaysInput& in) {
  const auto record = rules.info->make();
  if (!cx.load(*rules.info, in.id, record.get(), RowLock::none, true))
    throw Error(ErrorCode::not_found, std::string(rules.info->schema->name) + " not found");
  const Subject subject(cx, rules, record.get());
  const Definition& definition = *subject.definition;
  const auto& handlers = *cx.registry().find_part<EffectHandlers>();
  const auto& guards = *cx.registry().find_part<GuardBook>();
  const StateLabels labels(cx, in.locale.value_or(cx.access().locale));
  const bool system = cx.principal().kind == PrincipalKind::system;
  const bool archived = head_of(record.get()).archived_at.has_value();
  const bool with_facts = may_see_facts(cx);
  std::optional<std::vector<std::string>> documents;
  std::optional<Facts> facts;
  const auto all_facts = [&]() -> Facts& {
    if (!facts) {
      facts.emplace(cx, *rules.info, record.get());
      add_step_facts(cx, *facts, std::nullopt, std::nullopt, "");
    }
    return *facts;
  };

  Ways out;
  out.status_code = subject.status_code;
  out.version = head_of(record.get()).version;
  if (const State* here = definition.state(subject.status_code)) out.status_label = labels.of(*here);
  for (const Transition& t : definition.transitions) {
    if (t.from != subject.status_code) continue;
    Way way;
    way.code = t.code;
    way.to = t.to;
    if (archived) way.closed_by = "archived";
    if (t.to == previous_state) {
      if (subject.previous) way.to = *subject.previous;
      if (!way.closed_by && !leads_back(definition, subject.previous)) way.closed_by = "previous";
    }
    const State* to = definition.state(way.to);
    if (to) {
      way.to_label = labels.of(*to);
      way.reason_dictionary = to->reason_dictionary;
    }
    way.label = labels.of(t, way.to_label);
    for (const TransitionEffect& e : t.effects) {
      const EffectHandler* handler = handlers.find(e.kind_code);
      if (handler && !handler->takes.empty()) way.takes.push_back(handler->takes);
    }
    if (!archived && !system && !allowed(t, roles_of(cx))) way.closed_by = "role";
    if (!documents) documents = required_documents(cx, subject);
    if (!t.needs.empty() || !documents->empty()) {
      way.missing = missing_for(t, to, *documents, all_facts());
      // What the caller says along with the step is not missing yet.
      if (!way.closed_by && std::any_of(way.missing.begin(), way.missing.end(),
                                        [](const std::string& need) { return !is_said_with_step(need); }))
        way.closed_by = "fields";
    }
    if (t.guard) {
      all_facts().set("to", way.to);
      for (FailedClause& c : failing(*guards.get(*t.guard), all_facts())) {
        way.explanation.push_back(
            {std::move(c.pointer), std::move(c.clause), with_facts ? std::move(c.facts) : "{}"});
      }
      if (!way.closed_by && !way.explanation.empty()) way.closed_by = "guard";
    }
    way.open = !way.closed_by;
    out.items.push_back(std::move(way));
  }
  return out;
}

}  // namespace atlas::workflow
