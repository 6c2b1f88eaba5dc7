#include "atlas/message_moves.hpp"

#include "atlas/consent.hpp"
#include "atlas/crypto.hpp"
#include "atlas/json.hpp"
#include "atlas/machines.hpp"
#include "atlas/organisation_mac.hpp"

namespace atlas::messages {
namespace {

bool is_on_its_way(std::string_view status) { return status == "LEASED" || status == "SENDING"; }

/// Nothing is left to do for it: the place is kept for late reports, and for a while.
bool is_done(std::string_view status) {
  return status != "QUEUED" && status != "UNCERTAIN" && !is_on_its_way(status);
}

}  // namespace

Tracked track(Context& cx, const OutboundMessage& locked) {
  Tracked t;
  t.was = cx.all<Message>().get(locked.id, RowLock::update);
  t.message = t.was;
  t.place_was = t.place = locked;
  return t;
}

Tracked track(Context& cx, const Uuid& id) {
  const auto place = cx.all<OutboundMessage>().find(id, RowLock::update);
  if (!place) throw Error(ErrorCode::not_found, "message not found");
  return track(cx, *place);
}

void wake(Context& cx, const std::string& lane) {
  auto places = cx.all<OutboundMessage>();
  const unsigned parked = places.column("parked"), priority = places.column("priority");
  const Predicate in_lane = Predicate::equals(parked, Value::text(lane));
  if (places.where({.where = in_lane, .key = "by_parked", .limit = 1}).empty()) return;
  for (std::int64_t p = 1; p <= 3; ++p) {
    const auto next =
        places.where({.where = Predicate::all_of({in_lane, Predicate::equals(priority, Value::integer(p))}),
                      .key = "by_parked",
                      .order = {{priority, false}, {places.column("next_at"), false}},
                      .limit = 1,
                      .lock = RowLock::update});
    if (next.empty()) continue;
    // Whoever of its line waits to be tried again goes first; without them it would only be parked once more.
    const Predicate taken = Predicate::equals(places.column("in_line"), Value::text(line_of(next.front())));
    const auto in_line =
        places.where({.where = taken, .key = "by_line", .limit = 1, .lock = RowLock::update});
    const OutboundMessage& first = in_line.empty() ? next.front() : in_line.front();
    if (!first.parked) continue;
    OutboundMessage place = first;
    place.parked.reset();
    store_place(cx, first, place);
    return;
  }
}

bool step(Tracked& t, std::string_view event) {
  const auto next = machines::advance(machines::Machine::outbound_message, t.place.status_code, event);
  if (!next) return false;
  t.place.status_code = *next;
  // A lease is the outbox's own affair: in the thread the message is still queued.
  t.message.status_code = *next == "LEASED" ? "QUEUED" : std::string(*next);
  return true;
}

void store_place(Context& cx, const OutboundMessage& was, OutboundMessage& place, bool keeps_line) {
  const bool queued = place.status_code == "QUEUED";
  if (!is_on_its_way(place.status_code)) {
    place.lease_until.reset();
    place.in_flight.reset();
    // One that waits goes on waiting where it is, whatever is told of it meanwhile.
    const bool waits_on = queued && was.status_code == "QUEUED";
    if (!queued || !(keeps_line || waits_on)) place.in_line.reset();
  }
  if (!queued) {
    place.parked.reset();
    place.waits_for.reset();
  }
  // One that nobody knows about keeps the time at which its provider is asked.
  const bool asks = place.status_code == "UNCERTAIN" && place.ready == asked_place;
  if (!asks) place.ready.reset();
  if (queued && !place.parked) place.ready = place.priority;
  if (is_done(place.status_code)) {
    place.ready = done_place;
    // From when it was last heard of, to the day: a report alone does not write the place.
    const Timestamp over = cx.now() + place_retention;
    if (was.ready != done_place || over.micros - was.next_at.micros >= micros_per_day) place.next_at = over;
  }
  cx.all<OutboundMessage>().save(was, place);
  if (queued && place.ready) cx.schedule(sending_work, place.next_at);
  if (asks) cx.schedule(asking_work, place.next_at);
  const bool left = was.in_flight && !place.in_flight;
  const bool gave_up_line = was.in_line && !place.in_line;
  // Stopped while it was brought forward: the next of its lane comes in its stead.
  const bool gave_up_turn =
      was.status_code == "QUEUED" && !was.parked && !queued && !is_on_its_way(place.status_code);
  if (left || gave_up_line || gave_up_turn) wake(cx, place.lane);
}

void store(Context& cx, Tracked& t, std::string_view action, const std::string& payload) {
  store_place(cx, t.place_was, t.place, t.keeps_line);
  cx.all<Message>().save(t.was, t.message, {.action = action, .payload = payload});
  t.was = t.message;
  t.place_was = t.place;
}

void catch_up(Context& cx, Tracked& t) {
  const std::string_view now = t.place.status_code;
  if (now != "UNCERTAIN" && now != "SENT" && now != "FAILED" && now != "DELIVERED") return;
  if (t.message.read_at && step(t, "report_read"))
    store(cx, t, "message.read");
  else if (t.message.delivered_at && step(t, "report_delivered"))
    store(cx, t, "message.delivered");
  else if (t.message.failed_at && step(t, "report_failed"))
    store(cx, t, "message.failed", R"({"report":"failed"})");
  else if (t.message.sent_at && now == "UNCERTAIN" && step(t, "accepted"))
    store(cx, t, "message.sent");
}

void enqueue(Context& cx, const Message& message, Timestamp at) {
  OutboundMessage place;
  place.id = message.id;
  place.subject_id = message.subject_id;
  place.status_code = "QUEUED";
  place.priority = message.priority.value_or(2);
  place.next_at = at;
  place.ready = place.priority;
  place.lane = lane_of(cx, message.channel_code, *message.address);
  cx.all<OutboundMessage>().insert(place);
  cx.schedule(sending_work, at);
  cx.schedule(purging_work, cx.now() + place_retention);
}

std::string line_of(const OutboundMessage& place) {
  return place.lane + "/" + std::to_string(place.priority);
}

std::string lane_of(Context& cx, std::string_view channel_code, std::string_view address) {
  std::string who(channel_code);
  who.append(" ").append(address);
  const Hash h = organisation_mac(cx, "outbox.lane", who);
  return hex({reinterpret_cast<const char*>(h.data()), 16});
}

void alert(Context& cx, const Message* message, std::string_view reason, std::string_view detail) {
  std::string payload;
  JsonWriter w(payload);
  w.begin_object().key("reason").string(reason);
  if (!detail.empty()) w.key("detail").string(detail);
  w.end_object();
  if (message)
    cx.note(schema_of<Message>(), message->id, message->subject_id, "outbox.alert", payload);
  else
    cx.note_organisation("outbox.alert", payload);
}

void withdraw_by_provider(Context& cx, const Message& message, std::string_view provider_code) {
  if (!message.address) return;
  consents::Withdraw w;
  w.channel_code = message.channel_code;
  w.address = *message.address;
  w.wording = "provider: " + (provider_code.empty() ? std::string("opted out") : std::string(provider_code));
  w.message_id = message.provider_message_id;
  w.party_id = message.party_id;
  w.dossier_id = message.dossier_id;
  consents::Withdrawn out;
  // Whatever the ledger says against the form of it, somebody must look: the person has opposed.
  if (const auto error = cx.attempt(consents::withdraw, w, out))
    alert(cx, &message, "withdrawal_not_recorded", error_info(error->code()).text);
}

}  // namespace atlas::messages
