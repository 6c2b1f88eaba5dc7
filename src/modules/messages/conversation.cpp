// Conversations: reading them, and writing down what was said elsewhere.

#include "atlas/accepting.hpp"
#include "atlas/activities.hpp"
#include "atlas/consent.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/message_moves.hpp"
#include "atlas/message_store.hpp"
#include "message_parts.hpp"

namespace atlas::messages {
namespace {

Page<Message> read_thread(Context& cx, const Thread& in) {
  if (!in.dossier_id && !in.party_id && !in.address)
    throw Error(ErrorCode::invalid_argument, "say whose conversation")
        .field("/dossier_id", field_code::required, "a dossier, a party or an address");
  if (in.dossier_id && !cx.readable<Dossier>("ACTIVITY_READ", "", *in.dossier_id))
    throw Error(ErrorCode::not_found, "dossier not found");
  std::string where;
  JsonWriter w(where);
  w.begin_object();
  if (in.dossier_id) w.key("dossier_id").string(format_uuid(*in.dossier_id));
  if (in.party_id) w.key("party_id").string(format_uuid(*in.party_id));
  if (in.address) w.key("address").string(*in.address);
  if (in.channel_code) w.key("channel_code").string(*in.channel_code);
  if (in.direction) w.key("direction").string(*in.direction);
  w.end_object();
  return cx.repo<Message>().list({.where = where,
                                  .order = {in.oldest_first ? "occurred_at" : "-occurred_at"},
                                  .limit = in.limit,
                                  .after = in.after});
}

/// The dossier, which must not be archived, and the party as the caller may see them.
Dossier see_links(Context& cx, const Uuid& dossier, std::optional<Uuid>& party) {
  Dossier d = cx.repo<Dossier>().get(dossier, RowLock::update);
  dossiers::require_unarchived(d);
  if (party)
    cx.repo<Party>().get(*party);
  else
    party = d.party_id;
  return d;
}

Timestamp past(Context& cx, const std::optional<Timestamp>& at) {
  if (at && *at > cx.now())
    throw Error(ErrorCode::invalid_argument, "that time has not come")
        .field("/occurred_at", field_code::out_of_range, "not in the future");
  return at.value_or(cx.now());
}

Message write_log(Context& cx, const Log& in) {
  Message m;
  m.party_id = in.party_id;
  const Dossier d = see_links(cx, in.dossier_id, m.party_id);
  m.dossier_id = d.id;
  m.subject_id = d.subject_id;
  m.entry = "LOGGED";
  m.direction = in.direction;
  m.channel_code = in.channel_code;
  if (in.address) m.address = normal_address(cx, in.channel_code, *in.address, in.phone_region);
  m.subject = in.subject;
  m.body = in.body;
  m.occurred_at = past(cx, in.occurred_at);
  cx.all<Message>().insert(m, {.action = "message.logged"});
  touch(cx, d.id);
  return m;
}

Message write_call(Context& cx, const LogCall& in) {
  Message m;
  m.party_id = in.party_id;
  const Dossier d = see_links(cx, in.dossier_id, m.party_id);
  m.id = cx.new_id();
  m.dossier_id = d.id;
  m.subject_id = d.subject_id;
  m.entry = "CALL";
  m.direction = in.direction;
  m.channel_code = "CHAN_PHONE";
  m.type = "call";
  const auto raw = in.address ? in.address : d.phone;
  if (raw) m.address = normal_address(cx, m.channel_code, *raw, in.phone_region);
  m.purpose_code = in.purpose_code;
  m.body = in.body;
  m.call_outcome = in.outcome;
  m.duration_seconds = in.duration_seconds;
  m.occurred_at = past(cx, in.occurred_at);
  cx.all<Message>().insert(m, {.action = "message.call_logged"});
  if (m.address && in.direction == "OUTBOUND") {
    const std::string purpose = in.purpose_code.value_or("CONSENT_CONTACT");
    send_policy(cx).note_call(cx, {.address = *m.address,
                                   .purpose_code = purpose,
                                   .at = m.occurred_at,
                                   .outcome = in.outcome,
                                   .message_id = m.id,
                                   .party_id = m.party_id});
    if (in.outcome == "refused") {
      consents::Refuse no;
      no.channel_code = m.channel_code;
      no.address = *m.address;
      no.purpose_code = purpose;
      no.message_id = format_uuid(m.id);
      no.at = m.occurred_at;
      no.dossier_id = d.id;
      no.party_id = m.party_id;
      consents::Recorded recorded;
      if (auto error = cx.attempt(consents::refuse, no, recorded)) throw Error(*error);
    }
  }
  touch(cx, d.id);
  return m;
}

Message move_message(Context& cx, const Move& in) {
  const Message before = cx.repo<Message>().get_for_update(in.id, in.version);
  const Dossier to = cx.repo<Dossier>().get(in.dossier_id, RowLock::update);
  if (before.dossier_id == to.id) return before;
  dossiers::require_unarchived(to);
  Message after = before;
  after.dossier_id = to.id;
  after.party_id = to.party_id;
  after.subject_id = to.subject_id;
  cx.repo<Message>().save(before, after, {.action = "message.moved"});
  touch(cx, to.id);
  return after;
}

}  // namespace

void touch(Context& cx, const Uuid& dossier) {
  const auto before = cx.all<Dossier>().find(dossier, RowLock::update);
  if (!before || before->last_activity_at >= cx.now()) return;
  Dossier after = *before;
  after.last_activity_at = cx.now();
  cx.all<Dossier>().save(*before, after);
}

Message record_received(Context& cx, const Received& in) {
  Message m;
  m.dossier_id = in.dossier_id;
  m.party_id = in.party_id;
  m.subject_id = in.subject_id;
  m.entry = "RECEIVED";
  m.direction = "INBOUND";
  m.channel_code = in.channel_code;
  m.address = in.address;
  m.occurred_at = in.at;
  m.type = in.type;
  if (!in.body.empty()) m.body = in.body;
  m.media = in.media;
  if (!in.profile_name.empty()) m.profile_name = in.profile_name;
  m.account_id = in.account_id;
  m.provider = in.provider;
  m.provider_message_id = in.provider_message_id;
  if (!in.context_id.empty()) {
    if (const auto answered = find_by_provider_id(cx, in.account_id, in.context_id))
      m.reply_to_id = answered->id;
  }
  cx.all<Message>().insert(m, {.action = "message.received"});
  if (m.dossier_id) touch(cx, *m.dossier_id);
  return m;
}

std::optional<Message> last_outbound(Context& cx, std::string_view channel_code, std::string_view address,
                                     Timestamp since) {
  auto all = cx.all<Message>();
  const unsigned occurred = all.column("occurred_at");
  Predicate left{.kind = Predicate::Kind::in, .column = all.column("status_code")};
  for (const char* status : {"QUEUED", "SENDING", "UNCERTAIN", "SENT", "DELIVERED", "READ"})
    left.values.emplace_back(Value::text(status));
  auto found = all.where(
      {.where = Predicate::all_of(
           {Predicate::equals(all.column("address"), Value::text(address)),
            Predicate::compare(Predicate::Kind::greater_equal, occurred, Value::integer(since.micros)),
            Predicate::equals(all.column("channel_code"), Value::text(channel_code)), std::move(left)}),
       .key = "by_address",
       .order = {{occurred, true}},
       .limit = 1});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

void register_conversation(Registry& registry) {
  registry.operation(get, [](Context& cx, const GetInput& in) { return cx.repo<Message>().get(in.id); });
  registry.operation(list, read_thread);
  registry.operation(log, write_log);
  registry.operation(log_call, write_call);
  registry.operation(move, move_message);
}

}  // namespace atlas::messages
