#include "msm_machine.hpp"

namespace atlas::machines {
namespace {

ATLAS_STATE(Pending, "MOD_PENDING");
ATLAS_STATE(Approved, "MOD_APPROVED");
ATLAS_STATE(Rejected, "MOD_REJECTED");
ATLAS_STATE(Suspended, "MOD_SUSPENDED");

ATLAS_EVENT(Approve, "approve");
ATLAS_EVENT(Reject, "reject");
ATLAS_EVENT(Suspend, "suspend");

// clang-format off
struct Moderation : Definition<Moderation> {
  using initial_state = Pending;
  struct transition_table : mpl::vector<
      _row<Pending, Approve, Approved>,
      _row<Pending, Reject,  Rejected>,
      _row<Pending, Suspend, Suspended>> {};
};
// clang-format on

}  // namespace

Compiled compiled_moderation() { return MsmMachine<Moderation>::compiled("moderation"); }

}  // namespace atlas::machines
