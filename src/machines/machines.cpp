#include "atlas/machines.hpp"

#include <algorithm>
#include <array>

#include "atlas/error.hpp"
#include "compiled.hpp"

namespace atlas::machines {
namespace {

constexpr std::size_t machine_count = 9;

/// In the order of the enumeration.
const std::array<Compiled, machine_count>& table() {
  static const std::array<Compiled, machine_count> machines = {
      compiled_listing(),          compiled_appointment(), compiled_consent(),
      compiled_outbound_message(), compiled_moderation(),  compiled_report(),
      compiled_contribution(),     compiled_lot(),         compiled_conversation()};
  return machines;
}

const Compiled& compiled(Machine machine) {
  const auto index = static_cast<std::size_t>(machine);
  if (index >= machine_count) throw Error(ErrorCode::internal, "no such machine");
  return table()[index];
}

/// Appends what is not there yet; the lists have at most a dozen members.
void add(std::vector<std::string_view>& list, std::string_view code) {
  if (std::find(list.begin(), list.end(), code) == list.end()) list.push_back(code);
}

}  // namespace

std::span<const MachineInfo> all() {
  static const auto infos = [] {
    std::array<MachineInfo, machine_count> result{};
    for (std::size_t i = 0; i < machine_count; ++i)
      result[i] = {static_cast<Machine>(i), table()[i].name, table()[i].initial};
    return result;
  }();
  return infos;
}

std::span<const Transition> transitions(Machine machine) {
  const Compiled& m = compiled(machine);
  return {m.transitions, m.transition_count};
}

std::vector<std::string_view> terminal_states(Machine machine) {
  std::vector<std::string_view> result;
  const std::span<const Transition> rows = transitions(machine);
  for (const Transition& row : rows) {
    const bool left =
        std::any_of(rows.begin(), rows.end(), [&](const Transition& t) { return t.from == row.to; });
    if (!left) add(result, row.to);
  }
  return result;
}

std::optional<std::string_view> advance(Machine machine, std::string_view state, std::string_view event) {
  const std::string_view after = compiled(machine).advance(state, event);
  if (after.empty()) return std::nullopt;
  return after;
}

std::vector<std::string_view> possible_events(Machine machine, std::string_view state) {
  std::vector<std::string_view> result;
  for (const Transition& row : transitions(machine))
    if (row.from == state) add(result, row.event);
  return result;
}

}  // namespace atlas::machines
