#pragma once
// Events that the library itself tells: a definition cannot make them.

#include <string_view>

#include "atlas/function_ref.hpp"

namespace atlas::workflow {

/// Would a reader of events take it for one of the library's own? Those about records that no workflow moves
/// are all reserved, of those that one does the ones that the library tells. `is_entity` knows the names of
/// entities; null: nobody does.
bool is_own_event(std::string_view type, const FunctionRef<bool(std::string_view name)>* is_entity) noexcept;

}  // namespace atlas::workflow
