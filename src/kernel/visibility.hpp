#pragma once
// What a scope does not get to see of the records that it reaches.

#include "atlas/permission.hpp"
#include "atlas/schema.hpp"

namespace atlas {

/// Fields with any of these flags are blanked in answers and may not be filtered or sorted by. Who has only
/// the listing's side does not see how to reach people; a moderator and the public do not see who offers a
/// listing either.
constexpr FieldFlags hidden_from(Scope scope) {
  if (reaches(scope, scope_all | scope_assigned | scope_group)) return no_flags;
  return reaches(scope, scope_moderation | scope_public) ? contact | withheld : contact;
}

}  // namespace atlas
