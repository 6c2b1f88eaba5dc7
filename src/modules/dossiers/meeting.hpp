#pragma once
// A new dossier meets an open one of the same person.

#include <optional>
#include <string>
#include <vector>

#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"

namespace atlas::dossiers {

struct Meeting {
  Dossier dossier;  ///< the one met, locked
  std::vector<std::string> matched_on;
  std::vector<std::string> also;
};

/// Locks the keys of `wanted`, so that of concurrent creates one opens and the others meet it; then looks.
/// Most keys shared, then the latest activity, then the smallest id wins.
std::optional<Meeting> meet(Context& cx, const Dossier& wanted);

}  // namespace atlas::dossiers
