#pragma once
// How long records were where: pure rules over their histories.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "atlas/status_changes.hpp"

namespace atlas::workflow {

/// One visit of a state.
struct Stay {
  std::string status_code;
  Timestamp from;
  std::optional<Timestamp> until;  ///< absent: it is there now
};

/// The visits that a history tells, oldest first. `status_code` is where the record is now: all there is to
/// say of one without a history. A step that leads to the state itself does not end the visit.
std::vector<Stay> stays_of(Timestamp created_at, const std::string& status_code,
                           std::span<const StatusChange> history);

/// The smallest value that at least `share` (0..1) of them do not exceed; they are sorted here. 0 for none.
std::int64_t quantile(std::vector<std::int64_t>& values, double share);

}  // namespace atlas::workflow
