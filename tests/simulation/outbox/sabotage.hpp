#pragma once
// Stores and providers that break one promise of sending each. The outbox profile must find every one of
// them.

#include <span>
#include <string_view>

#include "world.hpp"

namespace atlas::simulation::post {

enum class Spoilt : std::uint8_t {
  nothing,
  consent_not_asked_at_start,
  withdrawals_ignored,
  windows_never_end,
  contacts_not_counted,
  stale_place_starts,
  pause_ignored,
  start_not_kept,
  answer_on_another_attempt,
  uncertain_queued_again,
  report_moves_backwards,
  webhook_taken_twice,
  early_report_lost,
  lane_shared,
  tried_again_at_once,
  place_lost,
  key_lost,
  audit_entry_changed,
  told_while_waiting_lost,
  hold_lost,
};

struct Sabotage {
  std::string_view what;
  Spoilt store = Spoilt::nothing;
  bool forgetful_tokens = false;
  std::string_view judges;  ///< who must find it, one of them, separated by spaces
  bool lying_findings = false;
  bool leases_by_hosts = false;
};

std::span<const Sabotage> sabotages();
/// The decorator for Settings::spoil; empty for Spoilt::nothing.
Spoiler spoiler(Spoilt spoilt);

}  // namespace atlas::simulation::post
