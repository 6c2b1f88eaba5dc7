#include "msm_machine.hpp"

namespace atlas::machines {
namespace {

ATLAS_STATE(Available, "AVAILABLE");
ATLAS_STATE(Reserved, "RESERVED");
ATLAS_STATE(Assigned, "ASSIGNED");
ATLAS_STATE(Delivered, "DELIVERED");

ATLAS_EVENT(Reserve, "reserve");
ATLAS_EVENT(Release, "release");
ATLAS_EVENT(Assign, "assign");
ATLAS_EVENT(Deliver, "deliver");

// clang-format off
struct Lot : Definition<Lot> {
  using initial_state = Available;
  struct transition_table : mpl::vector<
      _row<Available, Reserve, Reserved>,
      _row<Reserved,  Release, Available>,
      _row<Reserved,  Assign,  Assigned>,
      _row<Assigned,  Deliver, Delivered>> {};
};
// clang-format on

}  // namespace

Compiled compiled_lot() { return MsmMachine<Lot>::compiled("lot"); }

}  // namespace atlas::machines
