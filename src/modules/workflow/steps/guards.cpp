#include "guards.hpp"

#include <algorithm>

#include "atlas/json.hpp"
#include "choosing.hpp"

namespace atlas::workflow {
namespace {

/// More than the guards of any organisation's definitions; beyond it they are parsed anew.
constexpr std::size_t most_guards = 4'096;

std::string root_of(const std::string& path) { return path.substr(0, path.find('.')); }

void add(std::vector<std::string>& all, std::string one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(std::move(one));
}

}  // namespace

std::shared_ptr<const Guard> GuardBook::get(const std::string& text) const {
  {
    const std::lock_guard hold(mutex_);
    const auto it = guards_.find(text);
    if (it != guards_.end()) return it->second;
  }
  auto guard = std::make_shared<Guard>();
  guard->rule = parse_json(text);
  for (const std::string& name : names_of_rule(guard->rule, guard_limits).facts) {
    if (name.empty())
      guard->reads_all = true;
    else
      add(guard->roots, root_of(name));
  }
  const std::lock_guard hold(mutex_);
  if (guards_.size() >= most_guards) guards_.clear();
  return guards_.emplace(text, std::move(guard)).first->second;
}

Facts::Facts(Context& cx, const EntityInfo& info, const void* record)
    : cx_(cx), info_(info), record_(record) {}

bool Facts::read(std::string_view name) {
  if (document_.contains(name)) return true;
  const auto value = cx_.fact_of(info_, name, record_);
  if (!value) return false;
  document_[std::string(name)] = Json::parse(*value);
  return true;
}

void Facts::read_all() {
  for (const Field& f : info_.schema->fields) read(f.name);
  for (const auto& [name, source] : info_.facts) read(name);
}

std::vector<std::string> lacking(const std::vector<std::string>& needs, Facts& facts) {
  std::vector<std::string> missing;
  for (const std::string& need : needs) {
    const std::string root = root_of(need.substr(0, need.find('=')));
    if (!facts.read(root) || !fulfils(facts.document(), need)) missing.push_back(need);
  }
  return missing;
}

std::vector<FailedClause> failing(const Guard& guard, Facts& facts) {
  std::vector<FailedClause> unknown;
  for (const std::string& name : guard.roots) {
    if (!facts.read(name)) unknown.push_back({"", Json{{"var", name}}.dump(), "{}"});
  }
  if (!unknown.empty()) return unknown;
  if (guard.reads_all) facts.read_all();
  try {
    if (is_truthy(evaluate_rule(guard.rule, facts.document(), guard_limits))) return {};
    auto clauses = explain_rule(guard.rule, facts.document(), guard_limits);
    if (!clauses.empty()) return clauses;
  } catch (const Error&) {
    // It costs more than a guard may: it does not hold.
  }
  return {{"", guard.rule.dump(), "{}"}};
}

}  // namespace atlas::workflow
