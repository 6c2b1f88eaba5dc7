// Records go over to a published version, some in each transaction.

#include "moving.hpp"

#include <algorithm>
#include <set>

#include "atlas/context.hpp"
#include "atlas/status_changes.hpp"
#include "definitions.hpp"

namespace atlas::workflow {
namespace {

/// In one transaction: records read, of which many may have ended, and (about) records moved.
constexpr std::size_t seen_at_once = 4'000, page_size = 100;

const Mapping* find(const std::vector<Mapping>& mapping, std::string_view from) {
  const auto it =
      std::find_if(mapping.begin(), mapping.end(), [&](const Mapping& m) { return m.from == from; });
  return it == mapping.end() ? nullptr : &*it;
}

/// Is there a way out of `state`, when `previous` was the one before?
bool is_left(const Definition& d, std::string_view state, const std::optional<std::string>& previous) {
  return std::any_of(d.transitions.begin(), d.transitions.end(), [&](const Transition& t) {
    if (t.from != state) return false;
    return t.to == previous_state ? previous && d.state(*previous) : t.to != state;
  });
}

/// The work on one published version, in one transaction.
class Mover {
 public:
  Mover(Context& cx, const WorkflowDefinition& row)
      : cx_(cx), row_(row), after_(row), to_(definition_of(row)), records_(cx, row.case_type_code) {}

  /// True when there is more to do.
  bool run() {
    std::size_t seen = 0, moved = 0;
    bool ended = !records_.exist();
    while (!ended && moved < moved_at_once && seen < seen_at_once) {
      if (!after_.move_after) after_.kept = 0;
      const auto page = records_.page(after_.move_after, page_size, {records_.on_older_than(to_.version)});
      for (const auto& r : page) moved += move(r.id()) ? 1 : 0;
      seen += page.size();
      ended = page.size() < page_size;
      if (!page.empty()) after_.move_after = page.back().id();
    }
    after_.moved += static_cast<std::int64_t>(moved);
    after_.pass_moved += static_cast<std::int64_t>(moved);
    if (ended) {
      // Whoever came in meanwhile on an older version is met by another pass.
      if (after_.pass_moved == 0) after_.move_status = "DONE";
      after_.pass_moved = 0;
      after_.move_after.reset();
    }
    cx_.all<WorkflowDefinition>().save(row_, after_, {.action = "workflow_definition.moved_records"});
    return after_.move_status == "RUNNING";
  }

 private:
  bool move(const Uuid& id) {
    const Records::Record before = records_.hold(id), after = records_.hold(id);
    if (before.case_type() != row_.case_type_code || before.workflow_version() >= to_.version) return false;
    const auto from = definition_for(cx_, row_.case_type_code, before.workflow_version());
    const State* state = from ? from->state(before.status()) : nullptr;
    if (state && state->terminal) return false;
    const auto last = last_change(cx_, id);
    const auto previous = state_before(cx_, before.status(), last);
    const auto goes = move_of(to_, row_.mapping, before.status(), previous);
    if (!goes) {
      ++after_.kept;
      return false;
    }
    after.status() = goes->state;
    after.workflow_version() = to_.version;
    AttachedRows rows;
    const bool steps = goes->state != before.status();
    if (steps || goes->previous != previous) {
      StatusChange why;
      why.transition_code = moved_transition;
      // Where only the state before has another name now, the history gets a line that says so.
      const std::string& came = steps || !goes->previous ? before.status() : *goes->previous;
      rows.add(complete(cx_, why, records_.info().schema->name, id, came, goes->state, last));
    }
    const std::string kind(records_.info().schema->name);
    const std::string payload = R"({"from_version":)" + std::to_string(before.workflow_version()) +
                                R"(,"to_version":)" + std::to_string(to_.version) + "}";
    const std::string action = kind + (steps ? ".status_changed" : ".workflow_moved");
    cx_.save(records_.info(), before.entity(), after.entity(),
             {.action = action, .payload = payload, .attach = &rows}, false);
    return true;
  }

  Context& cx_;
  const WorkflowDefinition& row_;
  WorkflowDefinition after_;
  Definition to_;
  Records records_;
};

std::optional<Timestamp> move_some(Context& cx) {
  auto all = cx.all<WorkflowDefinition>();
  const auto rows = all.where({.where = Predicate::equals(all.column("move_status"), Value::text("RUNNING")),
                               .key = "by_number",
                               .order = {{all.column("case_type_code")}, {all.column("number")}},
                               .limit = 2,
                               .lock = RowLock::update});
  if (rows.empty()) return std::nullopt;
  const bool more = Mover(cx, rows.front()).run() || rows.size() > 1;
  return more ? std::optional(cx.now()) : std::nullopt;
}

/// Each state that some record may stand in, or have stood in before, and that is no place to be any more.
void check_dropped(const std::vector<const Definition*>& left, const Definition& to,
                   const std::vector<Mapping>& mapping, std::vector<Finding>& out) {
  std::set<std::string_view> told;
  for (const Definition* d : left) {
    for (const State& s : d->states) {
      const State* same = to.state(s.code);
      if (s.terminal || (same && !same->terminal) || find(mapping, s.code) || !told.insert(s.code).second)
        continue;
      out.push_back({"error", "mapping_missing", "/mapping",
                     s.code + (same ? " is an end now: where do those go that stand there?"
                                    : " is gone: where do those go that stand there?")});
    }
  }
}

}  // namespace

void check_mapping(const std::vector<const Definition*>& left, const Definition& to,
                   const std::vector<Mapping>& mapping, std::vector<Finding>& out) {
  check_dropped(left, to, mapping, out);
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < mapping.size(); ++i) {
    const Mapping& m = mapping[i];
    const std::string path = "/mapping/" + std::to_string(i);
    const State* target = to.state(m.to);
    if (!seen.insert(m.from).second)
      out.push_back({"error", "mapping_twice", path + "/from", m.from + " is mapped already"});
    if (!target)
      out.push_back({"error", "mapping_target", path + "/to", m.to + " is no state of the new version"});
    else if (target->terminal)
      out.push_back({"error", "mapping_ends", path + "/to", "nothing is closed by a move"});
    else if (!is_left(to, m.to, std::nullopt))
      out.push_back({"error", "mapping_previous", path + "/to", m.to + " is left only for the state before"});
    const bool known = std::any_of(left.begin(), left.end(), [&](const Definition* d) {
      const State* s = d->state(m.from);
      return s && !s->terminal;
    });
    if (!known)
      out.push_back({"warning", "mapping_unused", path + "/from", "no running record can be in " + m.from});
  }
}

std::optional<Move> move_of(const Definition& to, const std::vector<Mapping>& mapping, std::string_view state,
                            const std::optional<std::string>& previous) {
  Move out{std::string(state), previous};
  if (const Mapping* m = find(mapping, state)) {
    if (m->to != state) out.previous = std::string(state);
    out.state = m->to;
  }
  if (out.previous && !to.state(*out.previous)) {
    if (const Mapping* m = find(mapping, *out.previous)) out.previous = m->to;
  }
  const State* there = to.state(out.state);
  if (!there || there->terminal || !is_left(to, out.state, out.previous)) return std::nullopt;
  return out;
}

void register_moving(Registry& registry) { registry.due(std::string(moving_work), move_some); }

}  // namespace atlas::workflow
