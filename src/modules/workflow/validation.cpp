// What is wrong with a definition: pure rules, all findings at once.

#include <algorithm>
#include <map>
#include <set>

#include "atlas/permission.hpp"
#include "atlas/workflow_operations.hpp"

namespace atlas::workflow {
namespace {

constexpr std::string_view coop = "COOP_", shared_pause = "CRM_ON_HOLD";

class Checker {
 public:
  Checker(const Definition& d, FunctionRef<bool(std::string_view, std::string_view)> is_code)
      : d_(d), is_code_(is_code) {}

  std::vector<Finding> run() {
    if (!is_code_("CASE_TYPE", d_.case_type_code))
      error("unknown_code", "/case_type_code", d_.case_type_code + " is no case type");
    states();
    for (std::size_t i = 0; i < d_.transitions.size(); ++i) transition(i);
    alike();
    ways();
    return std::move(findings_);
  }

 private:
  void add(const char* severity, const char* code, std::string path, std::string message) {
    findings_.push_back({severity, code, std::move(path), std::move(message)});
  }
  void error(const char* code, std::string path, std::string message) {
    add("error", code, std::move(path), std::move(message));
  }

  void states() {
    std::set<std::string> seen;
    std::size_t initials = 0;
    for (std::size_t i = 0; i < d_.states.size(); ++i) {
      const State& s = d_.states[i];
      const std::string path = "/states/" + std::to_string(i);
      if (!seen.insert(s.code).second)
        error("duplicate_state", path + "/code", s.code + " stands there twice");
      if (!is_code_("CASE_STATUS", s.code)) error("unknown_code", path + "/code", s.code + " is no status");
      const bool of_coop = d_.case_type_code.starts_with(coop);
      if (of_coop != s.code.starts_with(coop) && !(of_coop && s.code == shared_pause))
        error("coop_purity", path + "/code",
              "a co-operative's workflow has states of its own and CRM_ON_HOLD");
      if (s.reason_dictionary && *s.reason_dictionary != "LOSS_REASON" &&
          *s.reason_dictionary != "WON_REASON" && *s.reason_dictionary != "B2B_LOST_REASON")
        error("unknown_reasons", path + "/reason_dictionary", "no dictionary of reasons");
      if (s.terminal && s.category == "LOST" && !s.reason_dictionary && !of_coop)
        add("warning", "no_reason", path, "nobody will say why it was lost");
      initials += s.initial ? 1 : 0;
    }
    if (initials == 0) error("no_initial", "/states", "no state is the first");
    if (initials > 1) error("several_initials", "/states", "more than one state is the first");
  }

  void transition(std::size_t i) {
    const Transition& t = d_.transitions[i];
    const std::string path = "/transitions/" + std::to_string(i);
    const State* from = d_.state(t.from);
    if (!from) error("unknown_state", path + "/from", t.from + " is no state of it");
    if (from && from->terminal) error("leaves_terminal", path + "/from", t.from + " is an end");
    if (t.to != previous_state && !d_.state(t.to))
      error("unknown_state", path + "/to", t.to + " is no state of it");
    for (std::size_t r = 0; r < t.roles.size(); ++r) {
      if (!is_role(t.roles[r]))
        error("unknown_role", path + "/roles/" + std::to_string(r), t.roles[r] + " is no role");
    }
    if (t.roles.empty()) add("warning", "nobody", path + "/roles", "no role may take it");
  }

  /// A caller says a code, or from where to where: each must find one.
  void alike() {
    std::map<std::string, std::size_t> codes;
    for (std::size_t i = 0; i < d_.transitions.size(); ++i) {
      const Transition& t = d_.transitions[i];
      const std::string path = "/transitions/" + std::to_string(i);
      const auto [same, fresh] = codes.emplace(t.from + " " + t.code, i);
      if (!fresh) error("duplicate_code", path + "/code", t.code + " leaves " + t.from + " twice");
      for (std::size_t j = 0; j < i; ++j) {
        const Transition& other = d_.transitions[j];
        if (other.from == t.from && other.to == t.to && share_a_role(other, t)) {
          error("alike", path, t.code + " and " + other.code + " cannot be told apart");
          break;
        }
      }
    }
  }
  static bool share_a_role(const Transition& a, const Transition& b) { return allowed(a, b.roles); }

  /// Everything must be reached from the first state, and every state that is no end must be left.
  void ways() {
    std::set<std::string> reached;
    for (const State& s : d_.states)
      if (s.initial) reached.insert(s.code);
    for (bool more = true; more;) {
      more = false;
      for (const Transition& t : d_.transitions)
        if (t.to != previous_state && reached.count(t.from) && reached.insert(t.to).second) more = true;
    }
    for (std::size_t i = 0; i < d_.states.size(); ++i) {
      const State& s = d_.states[i];
      const std::string path = "/states/" + std::to_string(i);
      if (!reached.count(s.code)) error("unreachable_state", path, "nothing leads to " + s.code);
      const bool left = std::any_of(d_.transitions.begin(), d_.transitions.end(),
                                    [&](const Transition& t) { return t.from == s.code && t.to != s.code; });
      if (!s.terminal && !left) error("dead_end", path, s.code + " is no end, and nothing leaves it");
    }
  }

  const Definition& d_;
  FunctionRef<bool(std::string_view, std::string_view)> is_code_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> findings_of(const Definition& definition,
                                 FunctionRef<bool(std::string_view, std::string_view)> is_code) {
  return Checker(definition, is_code).run();
}

}  // namespace atlas::workflow
