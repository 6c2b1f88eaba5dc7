// One instalment of a co-operative's member.

#include "msm_machine.hpp"

namespace atlas::machines {
namespace {

ATLAS_STATE(Pending, "PENDING");
ATLAS_STATE(Late, "LATE");
ATLAS_STATE(Confirmed, "CONFIRMED");
ATLAS_STATE(Rejected, "REJECTED");
ATLAS_STATE(Waived, "WAIVED");

ATLAS_EVENT(Confirm, "confirm");
ATLAS_EVENT(Reject, "reject");
ATLAS_EVENT(FallLate, "fall_late");
ATLAS_EVENT(Waive, "waive");

// clang-format off
struct Contribution : Definition<Contribution> {
  using initial_state = Pending;
  struct transition_table : mpl::vector<
      _row<Pending, Confirm,  Confirmed>,
      _row<Pending, Reject,   Rejected>,
      _row<Pending, FallLate, Late>,
      _row<Pending, Waive,    Waived>,
      _row<Late,    Confirm,  Confirmed>,
      _row<Late,    Waive,    Waived>> {};
};
// clang-format on

}  // namespace

Compiled compiled_contribution() { return MsmMachine<Contribution>::compiled("contribution"); }

}  // namespace atlas::machines
