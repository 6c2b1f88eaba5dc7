// The state that a consent's events add up to; the ledger of events itself never changes. `none` is no event
// at all.

#include "msm_machine.hpp"

namespace atlas::machines {
namespace {

ATLAS_STATE(None, "none");
ATLAS_STATE(Requested, "requested");
ATLAS_STATE(Granted, "granted");
ATLAS_STATE(Refused, "refused");
ATLAS_STATE(Withdrawn, "withdrawn");
ATLAS_STATE(Expired, "expired");

ATLAS_EVENT(Request, "request");
ATLAS_EVENT(Grant, "grant");
ATLAS_EVENT(Refuse, "refuse");
ATLAS_EVENT(Withdraw, "withdraw");
ATLAS_EVENT(Lapse, "lapse");

// clang-format off
struct Consent : Definition<Consent> {
  using initial_state = None;
  struct transition_table : mpl::vector<
      _row<None,      Request,  Requested>,
      _row<Requested, Grant,    Granted>,
      _row<Requested, Refuse,   Refused>,
      _row<Granted,   Withdraw, Withdrawn>,
      _row<Granted,   Lapse,    Expired>,
      _row<Refused,   Grant,    Granted>,
      _row<Withdrawn, Grant,    Granted>,
      _row<Expired,   Grant,    Granted>> {};
};
// clang-format on

}  // namespace

Compiled compiled_consent() { return MsmMachine<Consent>::compiled("consent"); }

}  // namespace atlas::machines
