#pragma once
// Guards: rules as they are parsed once, and the facts that they ask for.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "atlas/context.hpp"
#include "atlas/rule.hpp"
#include "atlas/workflow.hpp"

namespace atlas::workflow {

/// A guard as it is evaluated. `roots`: the facts that it names, without the path inside them.
struct Guard {
  Json rule;
  std::vector<std::string> roots;
  bool reads_all = false;  ///< it computes a name
};

/// Guards by their text; one for each registry. Thread-safe.
class GuardBook {
 public:
  /// Throws invalid_argument for a text that is no rule.
  std::shared_ptr<const Guard> get(const std::string& text) const;

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::shared_ptr<const Guard>> guards_;
};

/// What one guard may cost.
inline constexpr RuleLimits guard_limits{.depth = 64, .steps = 5'000, .bytes = 256 * 1024};

/// The facts of one record and of the step, each read when it is first asked for.
class Facts {
 public:
  /// `record` is a struct of `info`, as the step would leave it.
  Facts(Context& cx, const EntityInfo& info, const void* record);

  /// A fact of the step itself: it wins over one of the record with its name.
  void set(std::string_view name, Json value) { document_[std::string(name)] = std::move(value); }
  /// Is there such a fact? Reads it.
  bool read(std::string_view name);
  void read_all();
  /// What was read until now, by name.
  const Json& document() const { return document_; }

 private:
  Context& cx_;
  const EntityInfo& info_;
  const void* record_;
  Json document_ = Json::object();
};

/// Of `needs` those that the facts do not fulfil; see unfulfilled.
std::vector<std::string> lacking(const std::vector<std::string>& needs, Facts& facts);

/// Why the guard does not hold; empty when it does. An unknown fact, or a rule that costs too much, is a
/// clause that fails.
std::vector<FailedClause> failing(const Guard& guard, Facts& facts);

}  // namespace atlas::workflow
