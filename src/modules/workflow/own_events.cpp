#include "own_events.hpp"

#include <algorithm>
#include <array>

namespace atlas::workflow {
namespace {

/// What carries a workflow: events about these an organisation may add to.
constexpr std::array<std::string_view, 5> owners{"dossier", "coop_group", "coop_project", "coop_allocation",
                                                 "coop_member"};

/// What the library tells of them.
constexpr std::array<std::string_view, 15> told{
    "created",        "updated",      "archived",           "status_changed",  "status_overridden",
    "assigned",       "merged",       "unmerged",           "repointed",       "duplicate_met",
    "workflow_moved", "party_linked", "message_not_queued", "opt_out_unclear", "case_type_changed"};

/// Kinds of events that are named after no entity.
constexpr std::array<std::string_view, 3> others{"export", "media", "outbox"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

bool is_own_event(std::string_view type, const FunctionRef<bool(std::string_view)>* is_entity) noexcept {
  const auto dot = type.find('.');
  const std::string_view kind = type.substr(0, dot);
  const std::string_view what = dot == std::string_view::npos ? std::string_view() : type.substr(dot + 1);
  if (is_one_of(owners, kind)) return is_one_of(told, what);
  return is_one_of(others, kind) || (is_entity && (*is_entity)(kind));
}

}  // namespace atlas::workflow
