#pragma once
// Records that were merged into another: reading one gives the other, naming one names the other.

#include <optional>

#include "atlas/registry.hpp"

namespace atlas {

class UnitOfWork;

/// The record that stands for `id`; nothing when it was not merged.
std::optional<Uuid> survivor_of(UnitOfWork& unit, const EntityInfo& info, const Uuid& id);

/// References of `after` that differ from `before` (null: a new record) and name a merged record are turned
/// to the one that stands for it.
void follow_references(UnitOfWork& unit, const EntityInfo& info, const void* before, void* after);

/// Adds `"redirected_from"` to an answer when the call asked for a merged record by an id of its input.
void tell_redirect(const UnitOfWork& unit, const Schema& input, const void* in, std::string& answer);

}  // namespace atlas
