#include "outbox_asking.hpp"

#include <algorithm>
#include <array>

#include "atlas/inquiry.hpp"
#include "atlas/json.hpp"
#include "atlas/kernel.hpp"
#include "atlas/message_store.hpp"
#include "atlas/provider_codes.hpp"
#include "outbox_work.hpp"

namespace atlas::outbox {
namespace {

constexpr std::array<std::int64_t, 6> inquiries{2 * micros_per_minute, 10 * micros_per_minute,
                                                micros_per_hour,       6 * micros_per_hour,
                                                24 * micros_per_hour,  72 * micros_per_hour};
/// Asked about in one turn, since each may take as long as a message.
constexpr std::size_t asked_at_once = 4;
constexpr std::size_t most_attempts_asked = 3;
/// Beyond so many nameless ones to one person nobody is told from another.
constexpr std::size_t most_unsure = 100;
constexpr std::int64_t suspended_wait = 15 * micros_per_minute;
/// By how much the provider's clock and ours may differ.
constexpr std::int64_t clock_margin = 5 * micros_per_minute;

/// One attempt that is asked about, and what came back.
struct Asked {
  Uuid message;
  Uuid account;
  Inquiry inquiry;
  std::shared_ptr<Transport> transport;
  Findings findings;
};

std::vector<OutboundAttempt> attempts_of(Context& cx, const Uuid& message) {
  auto all = cx.all<OutboundAttempt>();
  return all.where({.where = Predicate::equals(all.column("message_id"), Value::id(message)),
                    .key = "by_message",
                    .order = {{all.column("number"), true}},
                    .limit = 100});
}

/// May this attempt have left, for all we know?
bool is_open(const OutboundAttempt& a) {
  return a.account_id && (a.status_code == "STARTED" || a.status_code == "unknown");
}

std::shared_ptr<Transport> transport_of(Context& cx, const ChannelAccount& account) {
  const auto& transports = ports_of(cx).transports;
  auto transport = transports ? transports->find(account.provider, account.channel_code) : nullptr;
  return transport && transport->answers_inquiries() ? transport : nullptr;
}

Inquiry inquiry_of(Context& cx, const Message& m, const OutboundAttempt& a, const ChannelAccount& account,
                   Secrets* host) {
  Inquiry q;
  q.account = sending_account_of(cx, account, host);
  q.channel_code = m.channel_code;
  q.provider_id = a.provider_message_id.value_or("");
  q.token = messages::token_of(m.id);
  q.to = *m.address;
  if (!m.template_code) q.body = m.body.value_or("");
  const Ports& ports = ports_of(cx);
  q.from = a.started_at + -clock_margin;
  q.until = a.finished_at.value_or(a.started_at + ports.lease_us) + clock_margin;
  return q;
}

/// Takes a message off the list, or puts it on for the next time.
void put_off(Context& cx, const OutboundMessage& place) {
  const auto made = attempts_of(cx, place.id);
  OutboundMessage after = place;
  const auto next = made.empty() ? std::nullopt : next_inquiry(made.front().started_at, cx.now());
  if (next)
    after.next_at = *next;
  else
    after.ready.reset();
  messages::store_place(cx, place, after);
}

/// What is to be asked about one message, if nobody has told meanwhile.
void prepare(Context& cx, const Uuid& id, Secrets* host, std::vector<Asked>& out) {
  const auto place = cx.all<OutboundMessage>().find(id);
  const auto message = cx.all<Message>().find(id);
  if (!place || place->status_code != "UNCERTAIN" || !message || !message->address) return;
  std::size_t asked = 0;
  for (const OutboundAttempt& a : attempts_of(cx, id)) {
    if (!is_open(a)) continue;
    const auto account = cx.all<ChannelAccount>().find(*a.account_id);
    auto transport = account ? transport_of(cx, *account) : nullptr;
    if (!transport) continue;
    out.push_back({id, account->id, inquiry_of(cx, *message, a, *account, host), std::move(transport), {}});
    if (++asked == most_attempts_asked) return;
  }
}

/// Is there another message to that person that nobody has a name for, with the same words as far as they are
/// compared? It could be that one that was found.
bool is_one_of_several(Context& cx, const Message& m, bool compared) {
  auto all = cx.all<Message>();
  const auto unsure = all.where(
      {.where = Predicate::all_of({Predicate::equals(all.column("address"), Value::text(*m.address)),
                                   Predicate::equals(all.column("channel_code"), Value::text(m.channel_code)),
                                   Predicate::equals(all.column("uncertain"), Value::integer(1)),
                                   Predicate::absent(all.column("provider_message_id"))}),
       .key = "by_address",
       .order = {{all.column("occurred_at"), true}},
       .limit = most_unsure});
  return unsure.size() == most_unsure || std::any_of(unsure.begin(), unsure.end(), [&](const Message& other) {
           return other.id != m.id && (!compared || other.body == m.body);
         });
}

bool is_within(const Asked& asked, const Finding& f) {
  return !f.at || (asked.inquiry.from <= *f.at && *f.at <= asked.inquiry.until) ||
         !asked.inquiry.provider_id.empty();
}

/// The one that can only be this attempt's: by our token, or the only one that is nobody else's.
const Finding* own_finding(Context& cx, const Asked& asked, const Message& message) {
  const Finding* only = nullptr;
  for (const Finding& f : asked.findings.found) {
    if (!f.token.empty() && f.token != asked.inquiry.token) continue;
    const auto known = messages::find_by_provider_id(cx, asked.account, f.provider_id);
    if (known && known->id != asked.message) continue;
    if (!f.token.empty() || f.provider_id == asked.inquiry.provider_id || known) return &f;
    if (!is_within(asked, f)) continue;
    if (only) return nullptr;
    only = &f;
  }
  const bool compared = !asked.inquiry.body.empty();
  if (only && message.address && is_one_of_several(cx, message, compared)) return nullptr;
  return only;
}

/// Counts as a report of the provider's; nothing found proves nothing.
void record(Context& cx, const Asked& asked) {
  const auto place = cx.all<OutboundMessage>().find(asked.message, RowLock::update);
  const auto message = cx.all<Message>().find(asked.message);
  if (!place || !message) return;
  const Finding* const found = asked.findings.answered ? own_finding(cx, asked, *message) : nullptr;
  std::string payload;
  JsonWriter w(payload);
  w.begin_object().key("answered").boolean(asked.findings.answered);
  if (!asked.findings.reason.empty()) w.key("reason").string(asked.findings.reason);
  w.key("found").number(static_cast<std::int64_t>(asked.findings.found.size()));
  if (found) w.key("provider_message_id").string(found->provider_id);
  w.end_object();
  cx.note(schema_of<Message>(), message->id, message->subject_id, "message.asked", payload);
  if (!found) return;
  DeliveryReport report;
  report.provider_id = found->provider_id;
  report.token = asked.inquiry.token;
  report.state = found->state;
  // When it was reported is not told, only when it was made; the time of an attempt is known better.
  report.error_code = found->error_code;
  report.error_text = found->error_text;
  std::optional<Outcome> failure;
  if (found->state == DeliveryState::failed)
    failure = outcome_of_report(message->provider.value_or(""), found->error_code, found->error_text);
  messages::report(cx, asked.account, report, failure);
}

class AskingJob final : public Job {
 public:
  AskingJob(std::vector<Uuid> messages, std::int64_t send_us)
      : messages_(std::move(messages)), send_us_(send_us) {}

  void run(WorkBench& bench) override {
    Secrets* const host = bench.options().secrets.get();
    std::vector<Asked> all;
    bench.transact(bench.options().durability, [&](Context& cx) {
      all.clear();
      for (const Uuid& id : messages_) prepare(cx, id, host, all);
    });
    Clock& clock = *bench.options().clock;
    for (Asked& a : all) {
      Sending asking(clock, clock.monotonic_ns() + send_us_ * 1000);
      a.findings = ask_guarded(*a.transport, a.inquiry, asking);
      bench.transact(bench.options().durability, [&](Context& cx) { record(cx, a); });
    }
  }

 private:
  std::vector<Uuid> messages_;
  std::int64_t send_us_;
};

/// Puts each on for its next time before it is asked about: a process that dies meanwhile loses one question.
class AskingWorker final : public Worker {
 public:
  Taken take(Context& cx) override {
    if (!cx.access().org_active) return {nullptr, cx.now() + suspended_wait};
    auto places = cx.all<OutboundMessage>();
    const unsigned next_at = places.column("next_at");
    const Predicate listed = Predicate::equals(places.column("ready"), Value::integer(asked_place));
    const Predicate due =
        Predicate::compare(Predicate::Kind::less_equal, next_at, Value::integer(cx.now().micros));
    std::vector<Uuid> messages;
    for (const OutboundMessage& place : places.where({.where = Predicate::all_of({listed, due}),
                                        .key = "by_ready",
                                        .order = {{next_at, false}},
                                        .limit = asked_at_once,
                                        .lock = RowLock::update_skip_locked})) {
      put_off(cx, place);
      messages.push_back(place.id);
    }
    Taken taken;
    for (const OutboundMessage& first :
         places.where({.where = listed, .key = "by_ready", .order = {{next_at, false}}, .limit = 1}))
      taken.next = first.next_at;
    if (!messages.empty()) taken.job = std::make_unique<AskingJob>(std::move(messages), ports_of(cx).send_us);
    return taken;
  }
};

}  // namespace

std::optional<Timestamp> next_inquiry(Timestamp began, Timestamp now) noexcept {
  for (const std::int64_t wait : inquiries)
    if (began + wait > now) return began + wait;
  return std::nullopt;
}

void ask_later(Context& cx, messages::Tracked& t) {
  const auto account =
      t.message.account_id ? cx.all<ChannelAccount>().find(*t.message.account_id) : std::nullopt;
  if (!account || !transport_of(cx, *account)) return;
  const auto made = attempts_of(cx, t.message.id);
  if (made.empty()) return;
  const auto next = next_inquiry(made.front().started_at, cx.now());
  if (!next) return;
  t.place.ready = asked_place;
  t.place.next_at = *next;
}

void register_asking(Registry& registry) {
  registry.part<Workers>().add(std::string(messages::asking_work), std::make_shared<AskingWorker>());
}

}  // namespace atlas::outbox
