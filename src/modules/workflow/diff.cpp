// What two definitions differ in.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "atlas/schema_io.hpp"
#include "atlas/workflow_definitions.hpp"

namespace atlas::workflow {
namespace {

template <class T>
std::vector<MemberChange> members(const T& before, const T& after) {
  std::vector<MemberChange> out;
  const Json a = Json::parse(to_json(before)), b = Json::parse(to_json(after));
  for (const Field& f : schema_of<T>().fields) {
    const std::string name(f.name);
    const Json was = a.value(name, Json()), is = b.value(name, Json());
    if (was != is) out.push_back({name, was.dump(), is.dump()});
  }
  return out;
}

std::string name_of(const State& s) { return "state " + s.code; }
std::string name_of(const Transition& t) { return "transition " + t.code + " of " + t.from; }

std::optional<std::string> from_of(const State&) { return std::nullopt; }
std::optional<std::string> from_of(const Transition& t) { return t.from; }

bool same(const State& a, const State& b) { return a.code == b.code; }
bool same(const Transition& a, const Transition& b) { return a.from == b.from && a.code == b.code; }

template <class T>
const T* twin(const std::vector<T>& list, const T& of) {
  const auto it = std::find_if(list.begin(), list.end(), [&](const T& other) { return same(other, of); });
  return it == list.end() ? nullptr : &*it;
}

template <class T>
std::string target_of(const T& part) {
  if constexpr (std::is_same_v<T, Transition>)
    return " to " + part.to;
  else
    return "";
}

template <class T>
void compare(const std::vector<T>& before, const std::vector<T>& after, std::vector<PartChange>& out,
             std::vector<std::string>& lines) {
  for (const T& part : before) {
    if (twin(after, part)) continue;
    out.push_back({"REMOVED", from_of(part), part.code, {}});
    lines.push_back("- " + name_of(part) + target_of(part));
  }
  for (const T& part : after) {
    const T* old = twin(before, part);
    if (!old) {
      out.push_back({"ADDED", from_of(part), part.code, {}});
      lines.push_back("+ " + name_of(part) + target_of(part));
      continue;
    }
    auto changed = members(*old, part);
    if (changed.empty()) continue;
    for (const MemberChange& m : changed)
      lines.push_back("~ " + name_of(part) + ": " + m.member + " " + m.before + " -> " + m.after);
    out.push_back({"CHANGED", from_of(part), part.code, std::move(changed)});
  }
}

}  // namespace

Difference difference_of(const Definition& before, const Definition& after) {
  Difference out;
  out.case_type_code = after.case_type_code;
  out.from_version = before.version;
  out.to_version = after.version;
  compare(before.states, after.states, out.states, out.lines);
  compare(before.transitions, after.transitions, out.transitions, out.lines);
  return out;
}

}  // namespace atlas::workflow
