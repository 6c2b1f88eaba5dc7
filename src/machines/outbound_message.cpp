// The outbox protocol. `start` is the instant of sending; a message of which nobody knows whether it left is
// UNCERTAIN and is never queued again but by an operator. An answer or a provider's report only ever moves a
// message to a higher rank: SENDING 1 < UNCERTAIN 2 < SENT 3 < FAILED 4 < DELIVERED 5 < READ 6. One that
// waits to be tried again ranks below all of them: what is reported of an earlier attempt ends its waiting.

#include "msm_machine.hpp"

namespace atlas::machines {
namespace {

ATLAS_STATE(Queued, "QUEUED");
ATLAS_STATE(Leased, "LEASED");
ATLAS_STATE(Sending, "SENDING");
ATLAS_STATE(Uncertain, "UNCERTAIN");
ATLAS_STATE(Sent, "SENT");
ATLAS_STATE(Failed, "FAILED");
ATLAS_STATE(Delivered, "DELIVERED");
ATLAS_STATE(Read, "READ");
ATLAS_STATE(Cancelled, "CANCELLED");

ATLAS_EVENT(Claim, "claim");
ATLAS_EVENT(LoseLease, "lease_lost");
ATLAS_EVENT(Defer, "defer");
ATLAS_EVENT(Cancel, "cancel");
ATLAS_EVENT(Block, "block");
ATLAS_EVENT(Start, "start");
ATLAS_EVENT(Accepted, "accepted");
ATLAS_EVENT(NotTaken, "not_taken");
ATLAS_EVENT(Rejected, "rejected");
ATLAS_EVENT(AttemptsSpent, "attempts_spent");
ATLAS_EVENT(NoAnswer, "no_answer");
ATLAS_EVENT(ReportSent, "report_sent");
ATLAS_EVENT(ReportFailed, "report_failed");
ATLAS_EVENT(ReportDelivered, "report_delivered");
ATLAS_EVENT(ReportRead, "report_read");
ATLAS_EVENT(Resend, "resend");
ATLAS_EVENT(GiveUp, "give_up");

// clang-format off
struct OutboundMessage : Definition<OutboundMessage> {
  using initial_state = Queued;
  struct transition_table : mpl::vector40<
      _row<Queued,    Claim,           Leased>,
      _row<Queued,    Cancel,          Cancelled>,
      _row<Queued,    Block,           Cancelled>,
      _row<Queued,    ReportSent,      Sent>,
      _row<Queued,    ReportFailed,    Failed>,
      _row<Queued,    ReportDelivered, Delivered>,
      _row<Queued,    ReportRead,      Read>,
      _row<Leased,    LoseLease,       Queued>,
      _row<Leased,    Defer,           Queued>,
      _row<Leased,    Cancel,          Cancelled>,
      _row<Leased,    Block,           Cancelled>,
      _row<Leased,    ReportSent,      Sent>,
      _row<Leased,    ReportFailed,    Failed>,
      _row<Leased,    ReportDelivered, Delivered>,
      _row<Leased,    ReportRead,      Read>,
      _row<Leased,    Start,           Sending>,
      _row<Sending,   Accepted,        Sent>,
      _row<Sending,   NotTaken,        Queued>,
      _row<Sending,   Rejected,        Failed>,
      _row<Sending,   AttemptsSpent,   Failed>,
      _row<Sending,   NoAnswer,        Uncertain>,
      _row<Sending,   LoseLease,       Uncertain>,
      _row<Sending,   ReportSent,      Sent>,
      _row<Sending,   ReportFailed,    Failed>,
      _row<Sending,   ReportDelivered, Delivered>,
      _row<Sending,   ReportRead,      Read>,
      _row<Uncertain, Accepted,        Sent>,
      _row<Uncertain, Rejected,        Failed>,
      _row<Uncertain, ReportSent,      Sent>,
      _row<Uncertain, ReportFailed,    Failed>,
      _row<Uncertain, ReportDelivered, Delivered>,
      _row<Uncertain, ReportRead,      Read>,
      _row<Uncertain, Resend,          Queued>,
      _row<Uncertain, GiveUp,          Failed>,
      _row<Sent,      ReportFailed,    Failed>,
      _row<Sent,      ReportDelivered, Delivered>,
      _row<Sent,      ReportRead,      Read>,
      _row<Failed,    ReportDelivered, Delivered>,
      _row<Failed,    ReportRead,      Read>,
      _row<Delivered, ReportRead,      Read>> {};
};
// clang-format on

}  // namespace

Compiled compiled_outbound_message() { return MsmMachine<OutboundMessage>::compiled("outbound_message"); }

}  // namespace atlas::machines
