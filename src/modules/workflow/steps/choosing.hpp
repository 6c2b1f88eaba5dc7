#pragma once
// Which transition a step means.

#include <string>
#include <string_view>
#include <vector>

#include "atlas/workflow.hpp"

namespace atlas::workflow {

/// The first transition that fits what the caller asks for and that one of `roles` may take. Throws
/// transition_not_allowed (with `possible`), forbidden (reason role).
Decision choose(const Definition& definition, const Step& step, const std::vector<std::string>& roles);

/// "qualification.notes" is "/qualification/notes".
std::string pointer_of(std::string_view need);

}  // namespace atlas::workflow
