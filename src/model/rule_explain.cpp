// Why a rule does not hold, and what it reads.

#include <algorithm>

#include <nlohmann/json.hpp>

#include "atlas/error.hpp"
#include "rule_machine.hpp"

namespace atlas {
namespace {

using rules::Value;

constexpr std::size_t most_clauses = 50;

/// Scopes of their own: what they read is not a fact of the document.
bool is_over_list(std::string_view name) {
  static constexpr std::string_view names[] = {"filter", "map", "reduce", "all", "some", "none"};
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

void add(std::vector<std::string>& all, std::string one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(std::move(one));
}

/// The names that a var, a missing or a missing_some reads.
void read_names(const std::string& operation, const Json& given, std::vector<std::string>& facts) {
  const auto name = [&](const Json& v) {
    if (v.is_string())
      add(facts, v.get<std::string>());
    else if (v.is_number_integer())
      add(facts, std::to_string(v.get<std::int64_t>()));
    else if (!v.is_null())
      add(facts, "");
  };
  if (operation == "var") {
    name(given.is_array() ? (given.empty() ? Json() : given[0]) : given);
    return;
  }
  const Json* list = &given;
  if (operation == "missing_some") {
    if (!given.is_array() || given.size() < 2) return;
    list = &given[1];
  } else if (given.is_array() && !given.empty() && given[0].is_array()) {
    list = &given[0];
  }
  if (!list->is_array()) return name(*list);
  for (const Json& one : *list) name(one);
}

void collect(const Json& rule, RuleNames& out, bool in_scope, std::size_t depth, const RuleLimits& limits) {
  if (depth > limits.depth)
    throw Error(ErrorCode::invalid_argument, "the rule is nested too deeply").with("reason", "depth");
  if (rule.is_array()) {
    for (const Json& item : rule) collect(item, out, in_scope, depth + 1, limits);
    return;
  }
  if (!rules::is_operation(rule)) return;
  const auto& [name, given] = *rule.get_ref<const Json::object_t&>().begin();
  if (!rules::is_known(name)) add(out.unknown_operations, name);
  if (in_scope && (name == "var" || name == "missing" || name == "missing_some"))
    read_names(name, given, out.facts);
  if (!is_over_list(name) || !given.is_array()) return collect(given, out, in_scope, depth + 1, limits);
  for (std::size_t i = 0; i < given.size(); ++i)
    collect(given[i], out, in_scope && i != 1, depth + 1, limits);
}

class Explainer {
 public:
  Explainer(const Json& data, const RuleLimits& limits) : data_(data), budget_(limits) {}

  void fails(const Json& rule, const std::string& pointer, std::vector<FailedClause>& out) {
    if (out.size() == most_clauses || holds(rule)) return;
    if (rules::is_operation(rule)) {
      const auto& [name, given] = *rule.get_ref<const Json::object_t&>().begin();
      const std::string inside = pointer + "/" + name;
      if (given.is_array() && (name == "and" || name == "or")) {
        const std::size_t before = out.size();
        for (std::size_t i = 0; i < given.size(); ++i) fails(given[i], inside + "/" + std::to_string(i), out);
        if (out.size() > before) return;
      }
      if (given.is_array() && (name == "if" || name == "?:")) return taken(given, inside, rule, pointer, out);
    }
    out.push_back({pointer, rule.dump(), facts_of(rule)});
  }

 private:
  bool holds(const Json& rule) { return is_truthy(rules::Machine(budget_).run(rule, Value(&data_)).get()); }

  /// The way that an `if` took.
  void taken(const Json& given, const std::string& inside, const Json& rule, const std::string& pointer,
             std::vector<FailedClause>& out) {
    std::size_t i = 0;
    for (; i + 1 < given.size(); i += 2)
      if (holds(given[i])) return fails(given[i + 1], inside + "/" + std::to_string(i + 1), out);
    if (i < given.size()) return fails(given[i], inside + "/" + std::to_string(i), out);
    out.push_back({pointer, rule.dump(), facts_of(rule)});
  }

  std::string facts_of(const Json& rule) {
    RuleNames names;
    collect(rule, names, true, 0, budget_.limits);
    Json facts = Json::object();
    for (const std::string& fact : names.facts) {
      if (!fact.empty()) facts[fact] = evaluate_rule(Json{{"var", fact}}, data_, budget_.limits);
    }
    return facts.dump();
  }

  const Json& data_;
  rules::Budget budget_;
};

}  // namespace

RuleNames names_of_rule(const Json& rule, const RuleLimits& limits) {
  RuleNames out;
  collect(rule, out, true, 0, limits);
  return out;
}

std::vector<FailedClause> explain_rule(const Json& rule, const Json& data, const RuleLimits& limits) {
  std::vector<FailedClause> out;
  Explainer(data, limits).fails(rule, "", out);
  return out;
}

}  // namespace atlas
