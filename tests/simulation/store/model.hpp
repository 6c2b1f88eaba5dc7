#pragma once
// The model: what must be in the store, kept beside it in plain maps. Written from the rules of the
// documentation, not from the library's code; it knows one case workflow, dossiers, notes, tasks and users.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/activities.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/parties.hpp"
#include "atlas/users.hpp"

namespace atlas::simulation {

/// What an answer must be: ok, or this error (with this reason, when one is named).
struct Verdict {
  ErrorCode code = ErrorCode::ok;
  std::string reason = {};
  bool ok() const { return code == ErrorCode::ok; }
};

/// What the audit must say of one acknowledged change.
struct ExpectedEntry {
  std::string action;
  std::string kind;
  Uuid id;  ///< nil: of a record that no answer names
};

/// How far a role reaches.
enum class Reach : std::uint8_t { nothing, assigned, everything };

/// The permission table of the documentation, for the operations that are simulated.
Reach reach_of(std::string_view role, std::string_view operation);

/// One organisation.
struct OrgModel {
  Uuid id;
  std::map<Uuid, Dossier> dossiers;
  std::map<Uuid, std::string> came_from;  ///< the status before the present one, by dossier
  std::map<Uuid, Task> tasks;
  std::map<Uuid, Activity> notes;
  std::map<Uuid, Party> parties;
  std::map<Uuid, Uuid> dossier_of;  ///< the dossier that a party came with
  std::map<Uuid, User> users;
  bool suspended = false;                      ///< it reads, and does not write
  std::map<std::string, std::string> answers;  ///< by principal, operation and idempotency key
  std::set<std::string> unheard;               ///< of those, the ones that were restored from the store
  std::vector<ExpectedEntry> log;              ///< every acknowledged change, in order

  const User& user(const Uuid& who) const { return users.at(who); }
  std::string_view role(const Uuid& who) const { return users.at(who).roles.front(); }

  /// May this user do this at all?
  Verdict admits(const Uuid& user, std::string_view operation) const;
  /// Does the dossier exist for this user under this operation's permission?
  bool sees(const Uuid& user, std::string_view operation, const Uuid& dossier) const;
  /// admits(), then the dossier in reach, then its version.
  Verdict on_dossier(const Uuid& user, std::string_view operation, const Uuid& dossier,
                     std::optional<std::int64_t> version) const;
};

bool is_open(const Dossier& d);

/// Which open dossier a new one meets, by which keys, and who else it would have met.
struct Meeting {
  Uuid dossier;
  std::vector<std::string> matched_on;
  std::vector<Uuid> also;
};
std::optional<Meeting> meeting_of(const OrgModel& m, const Dossier& wanted);

/// The workflow CRM_LEAD_BUY (and CRM_LEAD): states reachable from `status`; the way back from a pause leads
/// to `before`.
std::vector<std::string> ways_out(std::string_view status, std::string_view before);
bool is_terminal(std::string_view status);
/// Outcome of asking for `to` with `reason`.
Verdict transition_verdict(const OrgModel& m, const Dossier& d, const std::string& to,
                           const std::optional<std::string>& reason);
/// Does a reason fit the state that is entered?
Verdict reason_verdict(const std::string& to, const std::optional<std::string>& reason);

}  // namespace atlas::simulation
