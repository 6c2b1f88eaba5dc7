#pragma once
// A world with a provider of our own making, which keeps its own log, and people who have said yes.

#include <deque>
#include <mutex>

#include "atlas/channels.hpp"
#include "atlas/message_moves.hpp"
#include "atlas/message_store.hpp"
#include "atlas/messages.hpp"
#include "atlas/outbox.hpp"
#include "atlas/transport.hpp"
#include "consent/consents.hpp"
#include "worker_bench.hpp"
#include "world.hpp"

namespace atlas::testing {

/// Answers what it is told to, one after the other, then accepts everything.
class ScriptedProvider final : public Transport {
 public:
  Outcome send(const Envelope& envelope, Sending& sending) override {
    if (!sending.begin()) return Outcome::not_taken("deadline");
    std::function<void(const Envelope&)> hook;
    Outcome answer;
    {
      const std::lock_guard lock(mutex);
      log.push_back(envelope);
      hook = during;
      if (script.empty()) {
        answer = Outcome::accepted("p" + std::to_string(log.size()));
      } else {
        answer = script.front();
        script.pop_front();
      }
    }
    if (hook) hook(envelope);
    return answer;
  }
  bool takes_idempotency_token() const noexcept override { return takes_token; }
  bool marks_begin() const noexcept override { return true; }

  std::mutex mutex;
  std::vector<Envelope> log;
  std::deque<Outcome> script;
  std::function<void(const Envelope&)> during;
  bool takes_token = false;
};

inline std::shared_ptr<const Transports> transports_of(const std::shared_ptr<Transport>& provider) {
  auto transports = std::make_shared<Transports>();
  transports->add("MEMORY", "", provider);
  return transports;
}

/// Tuesday the 24th of November 2026, 11:00 in Casablanca.
struct OutboxWorld : World {
  explicit OutboxWorld(const std::string& name,
                       std::shared_ptr<ScriptedProvider> p = std::make_shared<ScriptedProvider>(),
                       std::shared_ptr<const Transports> lines = nullptr)
      : World(name, [&](Options& o) { o.transports = lines ? lines : transports_of(p); }), provider(p) {
    clock->set({1'795'341'000'000'000 + 2 * micros_per_day + 10 * micros_per_minute});
    account = open_account(one);
    Session s = admin();
    dossier = s.call(dossiers::create,
                     {.contact_name = "Salma", .phone = "+212600000001", .email = "salma@example.ma"})
                  .dossier->id;
    s.call(consents::grant, grant_of("+212600000001"));
  }

  Uuid open_account(const Agency& a, const channels::Create& more = {}) {
    channels::Create in = more;
    in.channel_code = "CHAN_SMS";
    in.provider = "MEMORY";
    in.sender = "+212500000000";
    return engine.session({.org = a.org, .user = a.admin}).call(channels::create, in).id;
  }

  messages::Send text(const std::string& body = "Bonjour") const {
    return {
        .dossier_id = dossier, .channel_code = "CHAN_SMS", .purpose_code = "CONSENT_CONTACT", .body = body};
  }
  Message send(const messages::Send& in) { return *admin().call(messages::send, in).message; }
  Message send(const std::string& body = "Bonjour") { return send(text(body)); }
  Message message(const Uuid& id) { return admin().call(messages::get, {id}); }
  outbox::Entry entry(const Uuid& id) { return admin().call(outbox::get, {id}); }
  std::string status(const Uuid& id) { return *message(id).status_code; }
  /// Somebody else who has said yes: their dossier.
  Uuid person(int number) {
    const std::string phone = "+2126000" + std::to_string(10'000 + number);
    Session s = admin();
    const Uuid id =
        s.call(dossiers::create, {.contact_name = "P" + std::to_string(number), .phone = phone}).dossier->id;
    s.call(consents::grant, grant_of(phone));
    return id;
  }

  /// Everything that is due now; no time passes.
  void pump() {
    for (int i = 0; i < 1000; ++i)
      if (engine.pump(100).done == 0) return;
    FAIL("the work does not end");
  }
  void after(std::int64_t micros) {
    clock->advance(micros);
    pump();
  }

  /// A report, as the room of webhooks brings it.
  messages::ReportResult report(const std::string& provider_id, DeliveryState state,
                                std::int64_t at_seconds = 0, const std::string& error = "",
                                const std::string& token = "") {
    messages::ReportResult result{};
    transact([&](Context& cx) {
      DeliveryReport r;
      r.provider_id = provider_id;
      r.token = token;
      r.state = state;
      r.error_code = error;
      if (at_seconds > 0) r.at = Timestamp{at_seconds * micros_per_second};
      result = messages::report(cx, account, r);
    });
    return result;
  }
  /// Runs `work` as the library itself within the first agency.
  void transact(const std::function<void(Context&)>& work) {
    Bench(engine.kernel().impl(), one.org).transact(Durability::durable, work);
  }

  std::shared_ptr<ScriptedProvider> provider;
  Uuid account;
  Uuid dossier;
};

/// Leases by this process's clock: a server's own does not go faster because a test says so.
inline std::vector<std::string> own_clock() {
  std::vector<std::string> all;
  for (const auto& b : backends())
    if (b != "postgres") all.push_back(b);
  return all;
}

inline constexpr std::int64_t beyond_lease = 121 * micros_per_second;

}  // namespace atlas::testing
