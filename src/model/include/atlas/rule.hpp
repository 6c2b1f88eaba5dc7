#pragma once
// Rules as data: JsonLogic (jsonlogic.com) over a document of facts. Pure; thread-safe.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/json.hpp"

namespace atlas {

/// What evaluating one rule may cost.
struct RuleLimits {
  std::size_t depth = 64;        ///< of nested operations
  std::size_t steps = 20'000;    ///< operations applied, elements visited
  std::size_t bytes = 1u << 20;  ///< of texts and lists made on the way
};

/// The value of `rule` over `data`: every standard operator with the truth and the conversions of JavaScript,
/// so that a rule tried in a browser says the same here. Numbers are IEEE doubles; what JSON cannot say (NaN,
/// infinity) is null. An object of one member is an operation, any other value stands for itself. Throws
/// invalid_argument (reason: unknown_operation with its name, arguments, depth, steps, bytes).
Json evaluate_rule(const Json& rule, const Json& data, const RuleLimits& limits = {});

/// Does the value count as true? An empty list does not, "0" does.
bool is_truthy(const Json& value);

/// Every operation a rule names that is none; every fact that it reads (`var`, `missing`, `missing_some`),
/// once each, in order. A name that is computed is told as "". Throws invalid_argument (reason depth).
struct RuleNames {
  std::vector<std::string> unknown_operations;
  std::vector<std::string> facts;
};
RuleNames names_of_rule(const Json& rule, const RuleLimits& limits = {});

/// One clause that kept a rule from holding.
struct FailedClause {
  std::string pointer;  ///< JSON Pointer into the rule
  std::string clause;   ///< as JSON
  std::string facts;    ///< what its facts were: a JSON object of name → value
};

/// Why `rule` does not hold over `data`: of an `and` the parts that fail, of an `or` all of them, of an `if`
/// the way that was taken, else the clause itself. Empty when it holds. Throws as evaluate_rule.
std::vector<FailedClause> explain_rule(const Json& rule, const Json& data, const RuleLimits& limits = {});

}  // namespace atlas
