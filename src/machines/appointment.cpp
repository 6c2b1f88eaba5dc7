// Confirming and rescheduling are events of their own that stay in SCHEDULED: the module keeps what they
// change.

#include "msm_machine.hpp"

namespace atlas::machines {
namespace {

ATLAS_STATE(Scheduled, "APPOINT_SCHEDULED");
ATLAS_STATE(Kept, "APPOINT_DONE");
ATLAS_STATE(Missed, "APPOINT_NO_SHOW");
ATLAS_STATE(Cancelled, "APPOINT_CANCELLED");

ATLAS_EVENT(Confirm, "confirm");
ATLAS_EVENT(Reschedule, "reschedule");
ATLAS_EVENT(Done, "done");
ATLAS_EVENT(NoShow, "no_show");
ATLAS_EVENT(Cancel, "cancel");

// clang-format off
struct Appointment : Definition<Appointment> {
  using initial_state = Scheduled;
  struct transition_table : mpl::vector<
      _row<Scheduled, Confirm,    Scheduled>,
      _row<Scheduled, Reschedule, Scheduled>,
      _row<Scheduled, Done,       Kept>,
      _row<Scheduled, NoShow,     Missed>,
      _row<Scheduled, Cancel,     Cancelled>> {};
};
// clang-format on

}  // namespace

Compiled compiled_appointment() { return MsmMachine<Appointment>::compiled("appointment"); }

}  // namespace atlas::machines
