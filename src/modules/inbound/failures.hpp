#pragma once
// What could not be taken is kept, and may be tried again.

#include "gate.hpp"
#include "taking.hpp"

namespace atlas {

class Registry;

namespace inbound {

/// Keeps the delivery for the sake of what was rejected, and raises the alarm.
void keep_failure(Context& cx, const Gate& gate, const std::vector<Rejected>& rejected);

void register_failures(Registry& registry);

}  // namespace inbound
}  // namespace atlas
