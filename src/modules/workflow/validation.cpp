// What is wrong with a definition: its states and the ways between them. Pure; all findings at once.

#include "validation.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "atlas/permission.hpp"
#include "atlas/schema_io.hpp"
#include "atlas/workflow_definitions.hpp"

namespace atlas::workflow {
namespace {

constexpr std::string_view coop = "COOP_", shared_pause = "CRM_ON_HOLD";

std::string at(const char* list, std::size_t i) { return "/" + std::string(list) + "/" + std::to_string(i); }

class Checker {
 public:
  Checker(const Definition& d, const Knowledge& known) : d_(d), known_(known) {}

  std::vector<Finding> run() {
    if (!known_.is_code("CASE_TYPE", d_.case_type_code))
      out_.error("unknown_code", "/case_type_code", d_.case_type_code + " is no case type");
    if (d_.states.size() > static_cast<std::size_t>(max_states) ||
        d_.transitions.size() > static_cast<std::size_t>(max_transitions) ||
        to_json(d_).size() > max_definition_bytes) {
      out_.error("too_large", "", "at most 64 states, 512 transitions, 256 KiB");
      return out_.take();
    }
    states();
    for (std::size_t i = 0; i < d_.transitions.size(); ++i) transition(i);
    alike();
    ways();
    return out_.take();
  }

 private:
  void states() {
    std::set<std::string> seen;
    std::size_t initials = 0;
    for (std::size_t i = 0; i < d_.states.size(); ++i) {
      const State& s = d_.states[i];
      if (!seen.insert(s.code).second)
        out_.error("duplicate_state", at("states", i) + "/code", s.code + " stands there twice");
      state(s, at("states", i));
      initials += s.initial ? 1 : 0;
    }
    if (d_.states.empty())
      out_.error("no_states", "/states", "a workflow has states");
    else if (initials == 0)
      out_.error("no_initial", "/states", "no state is the first");
    if (initials > 1) out_.error("several_initials", "/states", "more than one state is the first");
  }

  void state(const State& s, const std::string& path) {
    if (!known_.is_code("CASE_STATUS", s.code))
      out_.error("unknown_code", path + "/code", s.code + " is no status");
    const bool of_coop = d_.case_type_code.starts_with(coop);
    if (of_coop != s.code.starts_with(coop) && !(of_coop && s.code == shared_pause))
      out_.error("coop_purity", path + "/code",
                 "a co-operative's workflow has states of its own and CRM_ON_HOLD");
    if (std::find(categories.begin(), categories.end(), s.category) == categories.end())
      out_.error("unknown_category", path + "/category", s.category + " is no category");
    if (s.reason_dictionary && std::find(reason_dictionaries.begin(), reason_dictionaries.end(),
                                         *s.reason_dictionary) == reason_dictionaries.end())
      out_.error("unknown_reasons", path + "/reason_dictionary", "no dictionary of reasons");
    if (s.initial && s.terminal) out_.error("initial_ends", path, "the first state cannot be an end");
    if (s.terminal && s.category == "LOST" && !s.reason_dictionary && !of_coop)
      out_.warning("no_reason", path, "nobody will say why it was lost");
  }

  void transition(std::size_t i) {
    const Transition& t = d_.transitions[i];
    const std::string path = at("transitions", i);
    if (!is_plain_code(t.code, 128) || t.code == override_transition || t.code == retyped_transition)
      out_.error("bad_code", path + "/code",
                 "A to Z, 0 to 9 and _, at most 128 of them; not OVERRIDE or SET_CASE_TYPE");
    const State* from = d_.state(t.from);
    if (!from) out_.error("unknown_state", path + "/from", t.from + " is no state of it");
    if (from && from->terminal) out_.error("leaves_terminal", path + "/from", t.from + " is an end");
    if (t.to != previous_state && !d_.state(t.to))
      out_.error("unknown_state", path + "/to", t.to + " is no state of it");
    for (std::size_t r = 0; r < t.roles.size(); ++r) {
      if (!is_role(t.roles[r]))
        out_.error("unknown_role", path + "/roles/" + std::to_string(r), t.roles[r] + " is no role");
    }
    if (t.roles.empty()) out_.warning("nobody", path + "/roles", "no role may take it");
    check_asked(t, d_.state(t.to), path, known_, out_);
  }

  /// A caller says a code, or from where to where: each must find one.
  void alike() {
    std::map<std::string, std::size_t> codes;
    for (std::size_t i = 0; i < d_.transitions.size(); ++i) {
      const Transition& t = d_.transitions[i];
      const std::string path = at("transitions", i);
      const auto [same, fresh] = codes.emplace(t.from + " " + t.code, i);
      if (!fresh) out_.error("duplicate_code", path + "/code", t.code + " leaves " + t.from + " twice");
      for (std::size_t j = 0; j < i; ++j) {
        const Transition& other = d_.transitions[j];
        if (other.from == t.from && other.to == t.to && allowed(other, t.roles)) {
          out_.error("alike", path, t.code + " and " + other.code + " cannot be told apart");
          break;
        }
      }
    }
  }

  /// States that a search along the transitions finds; backwards it begins at the ends. A way back leads to
  /// whatever leads to its state.
  std::set<std::string_view> found(std::set<std::string_view> begin, bool backwards) const {
    for (bool more = true; more;) {
      more = false;
      for (const Transition& t : d_.transitions) {
        if (t.to == previous_state) {
          if (!backwards) continue;
          for (const Transition& in : d_.transitions)
            if (in.to == t.from && begin.count(in.from) && begin.insert(t.from).second) more = true;
          continue;
        }
        const std::string_view here = backwards ? t.to : t.from, there = backwards ? t.from : t.to;
        if (begin.count(here) && begin.insert(there).second) more = true;
      }
    }
    return begin;
  }

  /// Everything must be reached from the first state, and every state that is no end must be left.
  void ways() {
    std::set<std::string_view> first, ends;
    for (const State& s : d_.states) {
      if (s.initial) first.insert(s.code);
      if (s.terminal) ends.insert(s.code);
    }
    if (ends.empty() && !d_.states.empty())
      out_.warning("no_ending", "/states", "no state is an end: nothing is ever closed");
    const bool has_ends = !ends.empty();
    const auto reached = found(std::move(first), false), ending = found(std::move(ends), true);
    for (std::size_t i = 0; i < d_.states.size(); ++i) {
      const State& s = d_.states[i];
      const std::string path = at("states", i);
      if (!reached.count(s.code)) out_.error("unreachable_state", path, "nothing leads to " + s.code);
      if (s.terminal) continue;
      const bool left = std::any_of(d_.transitions.begin(), d_.transitions.end(), [&](const Transition& t) {
        return t.from == s.code && t.to != s.code && !(s.initial && t.to == previous_state);
      });
      if (!left)
        out_.error("dead_end", path, s.code + " is no end, and nothing leaves it");
      else if (has_ends && !ending.count(s.code))
        out_.warning("endless", path, "from " + s.code + " no end can be reached");
    }
  }

  const Definition& d_;
  const Knowledge& known_;
  Findings out_;
};

}  // namespace

bool is_plain_code(std::string_view code, std::size_t longest) noexcept {
  return !code.empty() && code.size() <= longest && std::all_of(code.begin(), code.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::vector<Finding> findings_of(const Definition& definition, const Knowledge& known) {
  return Checker(definition, known).run();
}

std::vector<Finding> findings_of(const Definition& definition,
                                 FunctionRef<bool(std::string_view, std::string_view)> is_code) {
  return findings_of(definition, Knowledge{is_code});
}

}  // namespace atlas::workflow
