#pragma once
// What steps left for later.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/schema.hpp"

namespace atlas {

inline constexpr std::array<std::string_view, 3> nudge_states{"WAITING", "DONE", "DROPPED"};

/// One task that comes up at `due_at`, if the record then still stands in `status_code` since `since`; else
/// it is dropped. Kept afterwards, for the record's story.
struct WorkflowNudge : Entity {
  std::string owner_kind;
  Uuid owner_id;
  std::string status_code;
  Timestamp since;  ///< when the state was entered: its line of the history
  std::string transition_code;
  std::optional<std::string> title;
  std::optional<std::string> category_code;
  std::optional<std::string> assign_to;
  std::optional<Uuid> taken_by;  ///< the user who took the step
  Timestamp due_at;
  std::string nudge_state = "WAITING";
  std::optional<Timestamp> settled_at;
};
template <>
struct Describe<WorkflowNudge> {
  using T = WorkflowNudge;
  static constexpr std::string_view name = "workflow_nudge";
  static constexpr std::array fields{field<&T::owner_kind>("owner_kind", line(1, 64)),
                                     field<&T::owner_id>("owner_id", {}, filterable),
                                     field<&T::status_code>("status_code", line(1, 64)),
                                     field<&T::since>("since"),
                                     field<&T::transition_code>("transition_code", line(1, 128)),
                                     field<&T::title>("title", line(1, 200)),
                                     field<&T::category_code>("category_code", line(1, 64)),
                                     field<&T::assign_to>("assign_to", line(1, 64)),
                                     field<&T::taken_by>("taken_by", reference("user")),
                                     field<&T::due_at>("due_at", {}, filterable),
                                     field<&T::nudge_state>("nudge_state", one_of(nudge_states), filterable),
                                     field<&T::settled_at>("settled_at")};
  static constexpr std::array keys{KeyDeclaration{"by_owner", {"owner_id", "due_at"}},
                                   KeyDeclaration{"by_due", {"nudge_state", "due_at"}}};
};

}  // namespace atlas
