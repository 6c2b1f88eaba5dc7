#pragma once
// Which modules this library has.

#include <memory>

#include "atlas/registry.hpp"

namespace atlas {

/// A registry with every module registered, over a catalog.
std::unique_ptr<Registry> compose(const Catalog& catalog);

}  // namespace atlas
