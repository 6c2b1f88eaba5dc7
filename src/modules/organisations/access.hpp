#pragma once
// Who a principal is, from the organisation's and the user's rows.

#include <memory>
#include <string>

#include "atlas/principal.hpp"
#include "atlas/registry.hpp"

namespace atlas {

/// Reads Organisation and User, which must be registered.
std::unique_ptr<AccessSource> make_access_source(const Registry& registry);

/// The one form in which a user's e-mail is kept. Throws invalid_argument at `path`.
std::string fold_user_email(const std::string& email, const char* path);

}  // namespace atlas
