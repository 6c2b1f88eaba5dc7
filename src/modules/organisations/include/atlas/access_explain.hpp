#pragma once
// Why somebody does or does not see something.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Registry;

namespace access {

/// About which user, which permission, and perhaps which record.
struct Explain {
  Uuid user_id;
  std::string permission;
  std::optional<std::string> entity;  ///< "dossier", with `id`: about this record
  std::optional<Uuid> id;
};

/// `reason`: "granted", "no_permission" (no role of the user gives it), "outside_scope", "no_such_record",
/// "user_disabled", "unknown_user".
struct Explanation {
  bool allowed = false;
  std::string reason;
  std::vector<std::string> roles;
  std::vector<std::string> scopes;  ///< "all", "assigned", "own", "moderation", "group"
};

}  // namespace access

template <>
struct Describe<access::Explain> {
  using T = access::Explain;
  static constexpr std::string_view name = "access.explain";
  static constexpr std::array fields{field<&T::user_id>("user_id", reference("user"), required),
                                     field<&T::permission>("permission", line(1, 64), required),
                                     field<&T::entity>("entity", line(1, 64)), field<&T::id>("id")};
};
template <>
struct Describe<access::Explanation> {
  using T = access::Explanation;
  static constexpr std::string_view name = "access.explanation";
  static constexpr std::array fields{field<&T::allowed>("allowed"), field<&T::reason>("reason"),
                                     field<&T::roles>("roles"), field<&T::scopes>("scopes")};
};

namespace access {

inline constexpr Operation<Explain, Explanation> explain{
    {.name = "access.explain",
     .permission = "ROLE_MANAGE",
     .summary = "Tells an administrator why a user may or may not do something, or see a record."}};

/// Registers access.explain. After register_users.
void register_access(Registry& registry);

}  // namespace access
}  // namespace atlas
