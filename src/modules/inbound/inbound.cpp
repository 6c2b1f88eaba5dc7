#include "atlas/inbound.hpp"

#include "atlas/context.hpp"
#include "atlas/json.hpp"
#include "atlas/kernel.hpp"
#include "atlas/message_moves.hpp"
#include "atlas/recollection.hpp"
#include "atlas/registry.hpp"
#include "failures.hpp"
#include "gate.hpp"
#include "routing.hpp"
#include "taking.hpp"

namespace atlas::inbound {
namespace {

Response take_request(Context& cx, const Receive&) {
  const Gate& gate = cx.prepared<Gate>();
  if (gate.recalled) check_recalled(cx, gate);
  Response out;
  if (gate.challenge) {
    out.body = *gate.challenge;
    return out;
  }
  if (gate.account.provider == "TWILIO") {
    // A text would be sent to the person as an answer.
    out.content_type = "text/xml";
    out.body = "<Response></Response>";
  }
  Tally tally = take_delivery(cx, gate.account, gate.delivery, false, [](std::int64_t) { return true; });
  out.messages = tally.messages;
  out.statuses = tally.statuses;
  out.duplicates = tally.duplicates;
  out.rejected = std::move(tally.rejected);
  if (!out.rejected.empty()) keep_failure(cx, gate, out.rejected);
  return out;
}

Nothing raise_alarm(Context& cx, const NoteRefused& in) {
  const auto account = cx.all<ChannelAccount>().get(cx.principal().id);
  std::string payload;
  JsonWriter w(payload);
  w.begin_object().key("reason").string(in.reason).key("count").number(in.count).end_object();
  cx.note(schema_of<ChannelAccount>(), account.id, account.subject_id, "channel_account.signature_failed",
          payload);
  messages::HourTally tally;
  for (std::int64_t i = 0; i < std::min<std::int64_t>(in.count, 10'000); ++i) tally.signature_failed();
  tally.write(cx);
  return {};
}

}  // namespace

void register_inbound(Registry& registry) {
  register_failures(registry);
  registry.operation(receive, take_request);
  const auto known = std::make_shared<KnownAccounts>();
  registry.prepare("inbound.receive", {.look = [known](Context& cx, const void* in) -> std::shared_ptr<void> {
                                         const auto& request = *static_cast<const Receive*>(in);
                                         auto gate = open_gate(cx, request);
                                         if (request.method == "POST")
                                           known->remember(cx.organisation(), *gate);
                                         return gate;
                                       },
                                       .ask =
                                           [](void* prepared, const KernelOptions& host) {
                                             pass_gate(*static_cast<Gate*>(prepared), host.secrets.get());
                                           }});
  registry.part<Recollections>().of["inbound.receive"] = [known](const Principal& who, const void* in) {
    return known->recall(who, *static_cast<const Receive*>(in));
  };
  registry.operation(note_refused, raise_alarm);
}

}  // namespace atlas::inbound
