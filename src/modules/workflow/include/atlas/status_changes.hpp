#pragma once
// The history of statuses: one table for every entity that has one.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Context;
class Registry;

/// One line of the status history of a record (`owner_kind` "dossier", "listing", …).
struct StatusChange : Entity {
  std::string owner_kind;
  Uuid owner_id;
  std::optional<std::string> from_code;
  std::string to_code;
  std::optional<std::string> transition_code;
  std::optional<std::string> reason_code;
  std::optional<std::string> comment;
  std::string actor_kind;
  std::optional<Uuid> actor_id;
  Timestamp at;
};
template <>
struct Describe<StatusChange> {
  using T = StatusChange;
  static constexpr std::string_view name = "status_change";
  static constexpr std::array fields{field<&T::owner_kind>("owner_kind", line(1, 64)),
                                     field<&T::owner_id>("owner_id", {}, filterable),
                                     field<&T::from_code>("from_code", line(1, 64)),
                                     field<&T::to_code>("to_code", line(1, 64)),
                                     field<&T::transition_code>("transition_code", line(1, 128)),
                                     field<&T::reason_code>("reason_code", line(1, 64)),
                                     field<&T::comment>("comment", body(), free_text),
                                     field<&T::actor_kind>("actor_kind", line(1, 32)),
                                     field<&T::actor_id>("actor_id"),
                                     field<&T::at>("at", {}, filterable | sortable)};
  static constexpr std::array keys{KeyDeclaration{"by_owner", {"owner_id", "at"}}};
};

namespace workflow {

/// The newest line about a record.
std::optional<StatusChange> last_change(Context& cx, const Uuid& owner);

/// The state that led into the present one, `status`; for "@previous". Lines that only say it once more do
/// not count. `last` is the newest line.
std::optional<std::string> state_before(Context& cx, std::string_view status,
                                        const std::optional<StatusChange>& last);

/// Completes a line about a change that happens now, by this principal, to attach to the change itself. Who
/// knows the newest line passes it: the history is ordered by time, also where the clock went back meanwhile.
StatusChange complete(Context& cx, StatusChange why, std::string_view owner_kind, const Uuid& owner,
                      std::string_view from, std::string_view to, const std::optional<StatusChange>& last);

/// The lines about a record, oldest first. The caller has seen to it that the record may be read.
Page<StatusChange> history_of(Context& cx, const Uuid& owner, std::int64_t limit,
                              const std::optional<std::string>& after);

/// Registers the history. Before the rooms that write it.
void register_status_changes(Registry& registry);

}  // namespace workflow
}  // namespace atlas
