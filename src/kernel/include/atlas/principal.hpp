#pragma once
// Who calls, and what the organisation lets them do at this moment.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "atlas/id.hpp"
#include "atlas/permission.hpp"
#include "atlas/store.hpp"

namespace atlas {

/// What kind of caller it is; the audit's actor has the same.
enum class PrincipalKind : std::uint8_t { user, api_key, public_site, system, provider, agent, host };
/// As the audit and the ways in spell it; public_site is "public".
std::string_view to_string(PrincipalKind kind) noexcept;

/// As a session states it. The organisation is nil only for the host.
struct Principal {
  PrincipalKind kind = PrincipalKind::user;
  Uuid org;
  Uuid id;                         ///< user, key, endpoint; nil where the kind has none
  std::vector<std::string> roles;  ///< given by the host; empty = the stored ones
  Uuid on_behalf_of;               ///< agent: the assignee
  std::string client;              ///< whose address it is, as Kernel::client_of says it; "" = not told

  /// Whose records "assigned" and "own" mean: the user's, for an agent the assignee's.
  const Uuid& user() const { return kind == PrincipalKind::agent ? on_behalf_of : id; }
};

/// As the store knows them now; loaded at every call.
struct Access {
  bool org_active = true;
  std::vector<std::string> roles;
  bool roles_given = false;      ///< by the host, so written in the audit
  std::optional<Uuid> party_id;  ///< the user's own party
  Uuid org_subject;              ///< the organisation's own subject: seals stored results
  PolicySettings policy;
  std::string plan_key;
  std::string default_country, default_currency, time_zone, locale;
  std::int64_t reference_stamp = 0;  ///< of the organisation's own codes (TenantCodes); 0 = it has none
  std::int64_t workflow_stamp = 0;   ///< the same of its own workflows
  std::int64_t contact_stamp = 0;    ///< the same of who objects to being contacted, and of its calendars
  std::string settings = "{}";       ///< the organisation's, JSON
};

/// Answers who a principal is. The module that owns organisations and users registers it.
class AccessSource {
 public:
  virtual ~AccessSource() = default;
  /// Throws unauthenticated (reason) for an unknown organisation, an unknown or disabled user, roles that the
  /// organisation does not define.
  virtual Access load(ReadTransaction& tx, const Principal& principal) = 0;
};

/// Does a plan include a feature; what is a limit (nothing = unlimited)?
bool plan_has_feature(std::string_view plan_key, std::string_view feature) noexcept;
std::optional<std::int64_t> plan_limit(std::string_view plan_key, std::string_view limit) noexcept;
bool is_plan(std::string_view plan_key) noexcept;

}  // namespace atlas
