#pragma once
// Which changes leave a line on a dossier's timeline: pure.

#include "atlas/registry.hpp"

namespace atlas::activities {

void timeline_line(const ChangeView& change, AttachedRows& out);

}  // namespace atlas::activities
