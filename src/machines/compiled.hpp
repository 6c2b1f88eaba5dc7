#pragma once
// What a compiled machine looks like from outside its source. C++17: Boost 1.74's MSM is no C++20.

#include <cstddef>
#include <string_view>

#include "atlas/machine_transition.hpp"

namespace atlas::machines {

struct Compiled {
  std::string_view name;
  std::string_view initial;
  const Transition* transitions;
  std::size_t transition_count;
  /// The state after `event` in `state`; empty when the machine refuses.
  std::string_view (*advance)(std::string_view state, std::string_view event);
};

Compiled compiled_listing();
Compiled compiled_appointment();
Compiled compiled_consent();
Compiled compiled_outbound_message();
Compiled compiled_moderation();
Compiled compiled_report();
Compiled compiled_contribution();
Compiled compiled_lot();
Compiled compiled_conversation();

}  // namespace atlas::machines
