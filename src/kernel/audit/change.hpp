#pragma once
// The difference that an audit entry tells: RFC 6902 patches, impersonal in clear, the rest to be sealed.

#include <string>

#include "atlas/registry.hpp"

namespace atlas {

struct Difference {
  std::string clear;   ///< a JSON array of operations, or "" when there are none
  std::string sealed;  ///< the same for personal fields and free text
  bool empty() const { return clear.empty() && sealed.empty(); }
};

/// All present fields of a new entity as one `add` of the whole each.
Difference difference_of_new(const Schema& schema, const void* entity);

/// Per changed field a `test` of the old value and a `replace` (an absent value is null). `version` and
/// `updated_at` are left out.
Difference difference_between(const Schema& schema, const void* before, const void* after);

/// Adds one operation {"op":"add","path":path,"value":json} to a patch.
void append_add(std::string& patch, std::string_view path, std::string_view json);

}  // namespace atlas
