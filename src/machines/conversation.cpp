// The agent's dialogue. A person may ask for a human, opt out or leave at any moment; nothing reopens a
// closed one, and no event brings an opted-out or handed-over dialogue back to the agent.

#include "msm_machine.hpp"

namespace atlas::machines {
namespace {

ATLAS_STATE(Greeting, "GREETING");
ATLAS_STATE(Qualifying, "QUALIFYING");
ATLAS_STATE(Qualified, "QUALIFIED");
ATLAS_STATE(ProposingSlot, "PROPOSING_SLOT");
ATLAS_STATE(Booked, "BOOKED");
ATLAS_STATE(HandedToHuman, "HANDED_TO_HUMAN");
ATLAS_STATE(OptedOut, "OPTED_OUT");
ATLAS_STATE(Closed, "CLOSED");

ATLAS_EVENT(Engage, "engage");
ATLAS_EVENT(Qualify, "qualify");
ATLAS_EVENT(ProposeSlot, "propose_slot");
ATLAS_EVENT(Book, "book");
ATLAS_EVENT(HandOver, "hand_over");
ATLAS_EVENT(OptOut, "opt_out");
ATLAS_EVENT(Close, "close");

// clang-format off
struct Conversation : Definition<Conversation> {
  using initial_state = Greeting;
  struct transition_table : mpl::vector23<
      _row<Greeting,      Engage,      Qualifying>,
      _row<Qualifying,    Qualify,     Qualified>,
      _row<Qualified,     ProposeSlot, ProposingSlot>,
      _row<ProposingSlot, Book,        Booked>,
      _row<Greeting,      HandOver,    HandedToHuman>,
      _row<Qualifying,    HandOver,    HandedToHuman>,
      _row<Qualified,     HandOver,    HandedToHuman>,
      _row<ProposingSlot, HandOver,    HandedToHuman>,
      _row<Booked,        HandOver,    HandedToHuman>,
      _row<OptedOut,      HandOver,    HandedToHuman>,
      _row<Greeting,      OptOut,      OptedOut>,
      _row<Qualifying,    OptOut,      OptedOut>,
      _row<Qualified,     OptOut,      OptedOut>,
      _row<ProposingSlot, OptOut,      OptedOut>,
      _row<Booked,        OptOut,      OptedOut>,
      _row<HandedToHuman, OptOut,      OptedOut>,
      _row<Greeting,      Close,       Closed>,
      _row<Qualifying,    Close,       Closed>,
      _row<Qualified,     Close,       Closed>,
      _row<ProposingSlot, Close,       Closed>,
      _row<Booked,        Close,       Closed>,
      _row<HandedToHuman, Close,       Closed>,
      _row<OptedOut,      Close,       Closed>> {};
};
// clang-format on

}  // namespace

Compiled compiled_conversation() { return MsmMachine<Conversation>::compiled("conversation"); }

}  // namespace atlas::machines
