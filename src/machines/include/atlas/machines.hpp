#pragma once
// The compiled protocol state machines, spoken to in codes. Boost.MSM stays inside the room. Thread-safe.

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "atlas/machine_transition.hpp"

namespace atlas::machines {

/// The machines, by what they govern.
enum class Machine {
  listing,
  appointment,
  consent,
  outbound_message,
  moderation,
  report,
  contribution,
  lot,
  conversation
};

/// A machine's stable name and the state it begins in.
struct MachineInfo {
  Machine machine;
  std::string_view name;     ///< "listing"
  std::string_view initial;  ///< "ANN_DRAFT"
};

/// Every machine, for introspection.
std::span<const MachineInfo> all();

/// Every transition of a machine; what `workflows show` draws.
std::span<const Transition> transitions(Machine machine);

/// The states that no event leaves.
std::vector<std::string_view> terminal_states(Machine machine);

/// The state after `event` in `state`, as the compiled machine decides; nothing when it refuses, or knows not
/// the state or the event.
std::optional<std::string_view> advance(Machine machine, std::string_view state, std::string_view event);

/// Events that `state` accepts.
std::vector<std::string_view> possible_events(Machine machine, std::string_view state);

}  // namespace atlas::machines
