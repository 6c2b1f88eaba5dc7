#pragma once
// Definitions in files.

#include <string>

#include "atlas/workflow.hpp"

namespace atlas::cli {

/// The definition (JSON) in a file; "-" is standard input. Throws Error.
workflow::Definition definition_in(const std::string& file);

}  // namespace atlas::cli
