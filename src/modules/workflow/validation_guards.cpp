// What is wrong with the guard of a transition, and which of its clauses say the same whatever the facts are.

#include <algorithm>
#include <optional>
#include <span>

#include <nlohmann/json.hpp>

#include "atlas/rule.hpp"
#include "steps/choosing.hpp"
#include "validation.hpp"

namespace atlas::workflow {
namespace {

/// A guard is looked at whenever somebody asks what may be done now.
constexpr RuleLimits guard_limits{.depth = 24, .steps = 2'000, .bytes = 64 * 1024};

struct Operation {
  std::string_view name;
  std::span<const Json> arguments;
  bool in_list = false;  ///< the arguments stand in a list

  std::string path(const std::string& of_rule, std::size_t argument) const {
    std::string out = of_rule + "/";
    for (const char c : name) out += c == '/' ? "~1" : c == '~' ? "~0" : std::string(1, c);
    return in_list ? out + "/" + std::to_string(argument) : out;
  }
};

/// Nothing for a value that stands for itself.
std::optional<Operation> operation_of(const Json& rule) {
  if (!rule.is_object() || rule.size() != 1) return std::nullopt;
  const auto& [name, given] = *rule.get_ref<const Json::object_t&>().begin();
  if (given.is_array()) return Operation{name, std::span(given.get_ref<const Json::array_t&>()), true};
  return Operation{name, std::span(&given, 1), false};
}

bool is_choice(std::string_view name) { return name == "if" || name == "?:"; }
bool is_joint(std::string_view name) { return name == "and" || name == "or"; }
bool is_truth(std::string_view name) { return name == "!" || name == "!!"; }
bool asks_each(std::string_view name) {
  return name == "all" || name == "some" || name == "none" || name == "filter";
}

/// Does the rule hold or not whatever the facts are? Nothing where they matter.
std::optional<bool> constant(const Json& rule);

std::optional<bool> constant_choice(std::span<const Json> arguments) {
  if (arguments.empty()) return false;
  if (arguments.size() == 1) return constant(arguments[0]);
  const auto asked = constant(arguments[0]);
  if (asked) return *asked ? constant(arguments[1]) : constant_choice(arguments.subspan(2));
  const auto then = constant(arguments[1]), otherwise = constant_choice(arguments.subspan(2));
  return then == otherwise ? then : std::nullopt;
}

std::optional<bool> constant(const Json& rule) {
  const auto op = operation_of(rule);
  if (!op) return is_truthy(rule);
  if (is_joint(op->name)) {
    const bool decisive = op->name == "or";
    bool all = true;
    for (const Json& argument : op->arguments) {
      const auto one = constant(argument);
      if (one == decisive) return decisive;
      all &= one.has_value();
    }
    return all && !op->arguments.empty() ? std::optional(!decisive) : std::nullopt;
  }
  if (is_choice(op->name)) return constant_choice(op->arguments);
  if (is_truth(op->name) && !op->arguments.empty()) {
    const auto one = constant(op->arguments[0]);
    return one ? std::optional(*one == (op->name == "!!")) : std::nullopt;
  }
  if (!names_of_rule(rule, guard_limits).facts.empty()) return std::nullopt;
  return is_truthy(evaluate_rule(rule, Json::object(), guard_limits));
}

class Guard {
 public:
  Guard(const Json& rule, std::string path, const Knowledge& known, Findings& out)
      : rule_(rule), path_(std::move(path)), known_(known), out_(out) {}

  void check() {
    // A mere value of several members is true whatever they say.
    const bool one = !rule_.is_object() || rule_.size() == 1;
    if (!one) out_.error("bad_guard", path_, "one operation is expected");
    const RuleNames names = names_of_rule(rule_, guard_limits);
    for (const std::string& name : names.unknown_operations)
      out_.error("unknown_operator", path_, "no operation of rules: " + name);
    facts(names.facts);
    if (!names.unknown_operations.empty()) return;
    // Over no facts at all a rule must come to an answer.
    evaluate_rule(rule_, Json::object(), guard_limits);
    if (one) constants();
  }

 private:
  void facts(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (name.empty())
        out_.warning("facts_unchecked", path_, "which fact it asks for is known only when it runs");
      else if (known_.is_fact && !(*known_.is_fact)(name))
        out_.error("unknown_fact", path_, "no fact is called so: " + name);
    }
  }

  void constants() {
    const auto whole = constant(rule_);
    if (whole) {
      out_.warning("constant_guard", path_,
                   *whole ? "it holds whatever the facts are" : "it never holds: nobody can take this");
    }
    const auto op = operation_of(rule_);
    if (op && (!whole || is_joint(op->name) || is_choice(op->name) || is_truth(op->name)))
      clauses(*op, path_);
  }

  /// A rule whose truth is asked for.
  void clause(const Json& rule, const std::string& path) {
    const auto op = operation_of(rule);
    if (op && (is_joint(op->name) || is_choice(op->name) || is_truth(op->name))) return clauses(*op, path);
    const auto says = constant(rule);
    if (says) {
      out_.warning("constant_clause", path,
                   rule.is_object() && !op ? "one operation is expected: this is a value, and always true"
                   : *says                 ? "it is true whatever the facts are"
                                           : "it is false whatever the facts are");
    } else if (op) {
      clauses(*op, path);
    }
  }

  void clauses(const Operation& op, const std::string& path) {
    for (std::size_t i = 0; i < op.arguments.size(); ++i) {
      const Json& argument = op.arguments[i];
      const std::string there = op.path(path, i);
      const bool is_condition = is_choice(op.name) && i % 2 == 0 && i + 1 < op.arguments.size();
      if (is_joint(op.name) || is_truth(op.name) || is_condition || (asks_each(op.name) && i == 1))
        clause(argument, there);
      else
        value(argument, there);
    }
  }

  /// What is compared, counted or answered: it may be a value, of one kind or a list.
  void value(const Json& rule, const std::string& path) {
    if (const auto op = operation_of(rule)) return clauses(*op, path);
    if (rule.is_object())
      out_.warning("constant_clause", path, "one operation is expected: this is a value of its own");
    if (!rule.is_array()) return;
    for (std::size_t i = 0; i < rule.size(); ++i) value(rule[i], path + "/" + std::to_string(i));
  }

  const Json& rule_;
  const std::string path_;
  const Knowledge& known_;
  Findings& out_;
};

}  // namespace

void check_guard(const Transition& t, const State* to, const std::string& path, const Knowledge& known,
                 Findings& out) {
  if (!t.guard) return;
  if (t.guard->size() > static_cast<std::size_t>(max_guard_bytes))
    return out.error("bad_guard", path + "/guard", "longer than 8 KiB");
  try {
    const Json rule = parse_json(*t.guard);
    Guard(rule, path + "/guard", known, out).check();
    const auto facts = names_of_rule(rule, guard_limits).facts;
    if (to && !to->reason_dictionary && !needs_reason(t) &&
        std::find(facts.begin(), facts.end(), "reason_code") != facts.end())
      out.warning("reason_unasked", path + "/guard",
                  to->code + " takes no reason: there will be none to look at");
  } catch (const Error& e) {
    out.error("bad_guard", path + "/guard", e.message());
  }
}

}  // namespace atlas::workflow
