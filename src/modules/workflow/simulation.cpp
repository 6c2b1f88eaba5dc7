// A definition tried out: where the records there are would stand, and what it would have said to the steps
// that were taken. Reads only.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "atlas/context.hpp"
#include "atlas/json.hpp"
#include "atlas/rule.hpp"
#include "atlas/status_changes.hpp"
#include "atlas/workflow_simulation.hpp"
#include "definitions.hpp"
#include "moving.hpp"
#include "steps/choosing.hpp"

namespace atlas::workflow {
namespace {

constexpr std::size_t most_stranded = 100, most_named = 5, most_judged = 500, most_lines = 1'000;

/// What a step says of itself in the history, and may be judged by.
constexpr std::array<std::string_view, 6> recorded_facts{"comment", "reason_code", "to",
                                                         "now",     "status_code", "id"};

struct Verdict {
  std::string_view verdict = "allowed";
  const char* why = nullptr;
};
constexpr Verdict refused(const char* why) { return {"refused", why}; }
constexpr Verdict undecided(const char* why) { return {"undecided", why}; }

int rank(const Verdict& v) { return v.verdict == "allowed" ? 2 : v.verdict == "undecided" ? 1 : 0; }

class Judge {
 public:
  Judge(Context& cx, const Definition& d, const std::vector<Mapping>& mapping)
      : cx_(cx), d_(d), mapping_(mapping) {}

  /// `previous`: the state before the one that the step left.
  Verdict of(const StatusChange& step, const std::optional<std::string>& previous) const {
    const std::string from = present(*step.from_code), to = present(step.to_code);
    const State *here = d_.state(from), *there = d_.state(to);
    if (!here || !there) return refused("unknown_state");
    if (from == to && *step.from_code != step.to_code) return {};  // one state now: nothing to be taken
    if (here->terminal) return refused("ended");
    const auto back = previous ? std::optional(present(*previous)) : std::nullopt;
    std::optional<Verdict> best;
    for (const Transition& t : d_.transitions) {
      if (t.from != from || (t.to == previous_state ? back != to : t.to != to)) continue;
      const bool takes_reason = there->reason_dictionary || needs_reason(t);
      const Verdict v = step.reason_code && !takes_reason ? refused("reason_unasked") : asked(t, step, to);
      if (!best || rank(v) > rank(*best)) best = v;
    }
    if (!best) return refused("no_transition");
    if (there->reason_dictionary) {
      if (!step.reason_code) return refused("reason_missing");
      if (!cx_.knows_code(*there->reason_dictionary, *step.reason_code)) return refused("reason_unknown");
    }
    return *best;
  }

 private:
  std::string present(const std::string& state) const {
    if (d_.state(state)) return state;
    for (const Mapping& m : mapping_)
      if (m.from == state) return m.to;
    return state;
  }

  Verdict asked(const Transition& t, const StatusChange& step, const std::string& to) const {
    Verdict worst;
    for (const std::string& need : t.needs) {
      if (need != "comment")
        worst = undecided("needs_not_recorded");
      else if (!step.comment)
        return refused("comment_missing");
    }
    if (!t.guard) return worst;
    const Json rule = parse_json(*t.guard);
    for (const std::string& name : names_of_rule(rule).facts)
      if (std::find(recorded_facts.begin(), recorded_facts.end(), name) == recorded_facts.end())
        return undecided("guard_not_recorded");
    const auto text = [](const std::optional<std::string>& v) { return v ? Json(*v) : Json(); };
    const Json facts{{"comment", text(step.comment)},
                     {"reason_code", text(step.reason_code)},
                     {"to", to},
                     {"now", format_timestamp(step.at)},
                     {"status_code", *step.from_code},
                     {"id", format_uuid(step.owner_id)}};
    if (!is_truthy(evaluate_rule(rule, facts))) return refused("guard");
    return worst;
  }

  Context& cx_;
  const Definition& d_;
  const std::vector<Mapping>& mapping_;
};

class Simulation {
 public:
  Simulation(Context& cx, const SimulateInput& in)
      : cx_(cx), in_(in), definition_(tried(cx, in)), records_(cx, in.case_type_code) {
    out_.case_type_code = in.case_type_code;
    std::vector<FieldError> errors;
    for (std::size_t i = 0; i < in.mapping.size(); ++i) {
      if (definition_.state(in.mapping[i].to)) continue;
      errors.push_back({"/mapping/" + std::to_string(i) + "/to", std::string(field_code::not_a_code),
                        in.mapping[i].to + " is no state of the definition"});
    }
    throw_if_any(std::move(errors));
  }

  Simulated run() {
    std::optional<Uuid> after;
    if (in_.after) {
      after = parse_uuid(*in_.after);
      if (!after)
        throw Error(ErrorCode::invalid_argument, "not the end of a page")
            .field("/after", field_code::not_an_id, "what `next` of the page before said");
    } else {
      standing();
    }
    if (in_.history) history(after);
    return std::move(out_);
  }

 private:
  static Definition tried(Context& cx, const SimulateInput& in) {
    if (!in.definition) return *require_definition(cx, in.case_type_code, in.version);
    if (in.definition->case_type_code != in.case_type_code)
      throw Error(ErrorCode::invalid_argument, "the definition is of another case type")
          .field("/definition/case_type_code", field_code::not_a_code, in.case_type_code);
    const auto findings = findings_of(cx, *in.definition);
    for (const Finding& f : findings) {
      // Guards are run and states walked: only what holds together is tried.
      if (f.severity == "error")
        throw Error(ErrorCode::definition_invalid, "a definition that has errors is not tried")
            .with("finding", f.code)
            .with("path", f.path);
    }
    return *in.definition;
  }

  void standing() {
    for (const auto& [where, count] : records_.standing()) {
      const auto own = definition_for(cx_, in_.case_type_code, where.first);
      const State* state = own ? own->state(where.second) : nullptr;
      Standing s{where.first, where.second, state && state->terminal, count, {}};
      if (!s.terminal) {
        out_.records += count;
        // How a record came to its state may matter where it is left backwards only: any state would do.
        const auto goes = move_of(definition_, in_.mapping, s.state, definition_.initial().code);
        if (goes)
          s.goes_to = goes->state;
        else
          stranded(s);
      }
      out_.standing.push_back(std::move(s));
    }
  }

  void stranded(const Standing& s) {
    out_.stranded += s.count;
    if (out_.stranded_records.size() >= most_stranded) return;
    for (const auto& r : records_.page({}, most_stranded - out_.stranded_records.size(),
                                       {records_.stands(s.version, s.state)}))
      out_.stranded_records.push_back(format_uuid(r.id()));
  }

  void history(const std::optional<Uuid>& after) {
    const auto page = records_.page(after, static_cast<std::size_t>(in_.limit));
    const Judge judge(cx_, definition_, in_.mapping);
    auto changes = cx_.all<StatusChange>();
    for (const auto& r : page) {
      const auto lines =
          changes.where({.where = Predicate::equals(changes.column("owner_id"), Value::id(r.id())),
                         .key = "by_owner",
                         .order = {{changes.column("owner_id")}, {changes.column("at")}},
                         .limit = most_lines});
      // What it did while it was of another case type says nothing of this one.
      const auto retyped = std::find_if(lines.rbegin(), lines.rend(), [](const StatusChange& line) {
        return line.transition_code == retyped_transition;
      });
      std::optional<std::string> previous;
      for (auto line = retyped.base(); line != lines.end(); ++line) {
        // An override and a move are no steps of a workflow.
        if (line->transition_code && line->from_code && line->transition_code != moved_transition &&
            line->transition_code != override_transition)
          note(*line, judge.of(*line, previous));
        if (line->from_code != line->to_code) previous = line->from_code;
      }
      ++out_.judged_records;
    }
    if (page.size() == static_cast<std::size_t>(in_.limit)) out_.next = format_uuid(page.back().id());
  }

  void note(const StatusChange& line, const Verdict& v) {
    ++out_.steps;
    ++(v.verdict == "allowed" ? out_.allowed : v.verdict == "refused" ? out_.refused : out_.undecided);
    if (v.verdict == "allowed") return;
    const std::string record = format_uuid(line.owner_id);
    for (Judged& j : out_.judged) {
      if (j.from != *line.from_code || j.to != line.to_code || j.transition_code != line.transition_code ||
          j.verdict != v.verdict || j.why != v.why)
        continue;
      ++j.count;
      if (j.records.size() < most_named && j.records.back() != record) j.records.push_back(record);
      return;
    }
    if (out_.judged.size() < most_judged)
      out_.judged.push_back({*line.from_code,
                             line.to_code,
                             line.transition_code,
                             std::string(v.verdict),
                             std::string(v.why),
                             1,
                             {record}});
  }

  Context& cx_;
  const SimulateInput& in_;
  Definition definition_;
  Records records_;
  Simulated out_;
};

}  // namespace

void register_simulation(Registry& registry) {
  registry.operation(simulate, [](Context& cx, const SimulateInput& in) { return Simulation(cx, in).run(); });
}

}  // namespace atlas::workflow
