#pragma once
// The handlers of the room, by source file.

#include "atlas/context.hpp"
#include "atlas/imports.hpp"

namespace atlas::imports {

/// Throws conflict (state) unless rows may still come.
void require_running(const ImportJob& job);

Appended append_records(Context& cx, const Append& in);
Reverted revert_step(Context& cx, const Revert& in);

/// The row number of an `after`; throws invalid_argument for anything else.
std::int64_t row_of(const std::optional<std::string>& after, std::int64_t otherwise);

}  // namespace atlas::imports
