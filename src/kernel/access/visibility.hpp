#pragma once
// What a scope does not get to see of the records that it reaches.

#include "atlas/permission.hpp"
#include "atlas/schema.hpp"

namespace atlas {

/// Fields with any of these flags are blanked in answers and may not be filtered or sorted by. Who has their
/// own listings alone does not see how to reach the people who ask; a moderator, and whoever else comes from
/// outside, does not see who offers a listing either.
constexpr FieldFlags hidden_from(Scope scope) {
  if (reaches(scope, scope_all | scope_assigned | scope_group)) return no_flags;
  return scope == scope_own ? contact : contact | withheld;
}

}  // namespace atlas
