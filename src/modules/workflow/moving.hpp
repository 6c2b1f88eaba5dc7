#pragma once
// From one version to another: what a mapping must say, and where a record goes by it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/workflow_definitions.hpp"

namespace atlas::workflow {

/// What is wrong with a mapping from `left` to `to`. Errors: mapping_missing (a state that is dropped, or
/// becomes an end), mapping_target (no state of the new version), mapping_ends (an end: nothing is closed by
/// a move), mapping_previous (a state that is left only backwards), mapping_twice. Warning: mapping_unused.
void check_mapping(const std::vector<const Definition*>& left, const Definition& to,
                   const std::vector<Mapping>& mapping, std::vector<Finding>& out);

/// Where a record that stands in `state` goes, and what then counts as the state before ("@previous").
/// Nothing: it would be stranded, and stays where it is.
struct Move {
  std::string state;
  std::optional<std::string> previous;
};
std::optional<Move> move_of(const Definition& to, const std::vector<Mapping>& mapping, std::string_view state,
                            const std::optional<std::string>& previous);

}  // namespace atlas::workflow
