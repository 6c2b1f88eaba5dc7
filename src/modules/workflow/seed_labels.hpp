#pragma once
// What people read of the seeded workflows.

#include "atlas/workflow.hpp"

namespace atlas::workflow {

/// Gives every state and transition of a seeded definition its labels.
void label(Definition& definition);

}  // namespace atlas::workflow
