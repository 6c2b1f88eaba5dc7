#pragma once
// Permissions, scopes, roles: the default matrix, and what it gives a principal.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atlas {

/// How far a permission reaches; combined with |. `all` covers the organisation.
enum Scope : std::uint8_t {
  scope_none = 0,
  scope_all = 1,
  scope_assigned = 2,    ///< records of dossiers assigned to me
  scope_own = 4,         ///< records of listings I created or own; my own schedule
  scope_moderation = 8,  ///< listings with an open report or case
  scope_group = 16,      ///< records of the co-operative groups I manage
  scope_public = 32,     ///< what anybody may see: the public side
};
constexpr Scope operator|(Scope a, Scope b) {
  return static_cast<Scope>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool reaches(Scope granted, Scope asked) { return (granted & asked) != 0; }

/// Settings of an organisation that bend the matrix.
struct PolicySettings {
  bool agents_see_all_dossiers = false;
  bool publish_by_agents = true;
  bool publish_by_owners = false;
};

/// One cell of the matrix, for listing and for the tests.
struct PermissionRow {
  std::string_view permission;
  std::string_view role;
  std::string_view
      cell;  ///< "yes", "no", "assigned", "own", "by setting", …: as the table of the domain says it
};
std::span<const PermissionRow> permission_matrix() noexcept;

/// In place of a permission: the operations of the public side. See OperationTraits.
inline constexpr std::string_view public_permission = "PUBLIC";
/// As well: what only providers' webhooks do, and the organisation itself. Its operations see all records.
inline constexpr std::string_view provider_permission = "PROVIDER";

/// Is `permission` in the matrix? An operation that names another one does not register.
bool is_permission(std::string_view permission) noexcept;
bool is_role(std::string_view role) noexcept;

/// What `roles` together give of `permission`. Unknown role or permission: none.
Scope granted(std::string_view permission, std::span<const std::string> roles,
              const PolicySettings& settings) noexcept;

}  // namespace atlas
