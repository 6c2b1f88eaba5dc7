#pragma once
// Stores and disks that break one promise each. The simulation must find every one of them: this is how its
// judges are judged.

#include <span>
#include <string_view>

#include "common/disk.hpp"
#include "common/host.hpp"

namespace atlas::simulation {

enum class Spoilt : std::uint8_t {
  nothing,
  count_forgets_tenant,
  get_forgets_tenant,
  scope_predicate_lost,
  savepoint_not_undone,
  idempotency_key_lost,
  match_key_lost,
  audit_entry_changed,
  entry_left_out,
  update_lost,
  stale_read_for_update,
  disabled_user_let_in,
  page_token_ignored,
};

struct Sabotage {
  std::string_view what;
  Spoilt store = Spoilt::nothing;
  DiskFaults disk = {};
  std::string_view judges;  ///< who must find it, one of them, separated by spaces
};

std::span<const Sabotage> sabotages();
/// The decorator for Settings::spoil; empty for Spoilt::nothing.
Spoiler spoiler(Spoilt spoilt);

}  // namespace atlas::simulation
