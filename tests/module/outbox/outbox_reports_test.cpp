// What providers report ends in one state, in whatever order it comes and wherever the message stands; and
// answers that come late count as reports do.

#include <algorithm>
#include <map>

#include "outbox_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

std::unique_ptr<Job> take_job(OutboxWorld& w) {
  std::unique_ptr<Job> job;
  w.transact([&](Context& cx) {
    Workers workers = *cx.registry().find_part<Workers>();
    job = workers.find(messages::sending_work)->take(cx).job;
  });
  REQUIRE(job);
  return job;
}

/// Work until the first message has been handed over.
void send_one(OutboxWorld& w) {
  while (w.provider->log.empty()) REQUIRE(w.engine.pump(1).done > 0);
}

/// Where a message may stand when the first report comes, all of one attempt that may have left.
const std::vector<std::string> stands{"sent",    "uncertain", "waits_by_choice", "leased_by_choice",
                                      "sending", "waits",     "leased",          "waits_by_token"};

/// The highest of them, by the words of the protocol: SENT 3 < FAILED 4 < DELIVERED 5 < READ 6.
std::string end_of(const std::vector<DeliveryState>& told) {
  static const std::map<DeliveryState, std::pair<int, const char*>> ranks{
      {DeliveryState::queued, {3, "SENT"}},
      {DeliveryState::sent, {3, "SENT"}},
      {DeliveryState::failed, {4, "FAILED"}},
      {DeliveryState::delivered, {5, "DELIVERED"}},
      {DeliveryState::read, {6, "READ"}}};
  std::pair<int, const char*> highest{0, ""};
  for (const DeliveryState s : told) highest = std::max(highest, ranks.at(s));
  return highest.second;
}

/// Brings a new message of a new person there; the job is one that has claimed it, to be run afterwards.
Uuid bring(OutboxWorld& w, const std::string& stand, int number, std::unique_ptr<Job>& job) {
  messages::Send in = w.text("Bonjour " + std::to_string(number));
  in.dossier_id = w.person(number);
  const bool refused = stand == "waits" || stand == "leased";
  w.provider->takes_token = stand == "waits_by_token";
  if (refused)
    w.provider->script = {Outcome::not_taken("busy")};
  else if (stand != "sent" && stand != "sending")
    w.provider->script = {Outcome::unknown("timeout")};
  const Uuid id = w.send(in).id;
  w.pump();
  if (stand.ends_with("_by_choice")) w.admin().call(outbox::settle, {id, w.message(id).version, "resend"});
  if (stand == "leased") w.clock->advance(2 * micros_per_minute);
  if (stand.starts_with("leased")) {
    job = take_job(w);
    REQUIRE(w.entry(id).place->status_code == "LEASED");
  }
  return id;
}

}  // namespace

TEST_CASE("Every order of every set of reports ends in the same state, wherever the message stands",
          "[outbox]") {
  const std::vector<DeliveryState> all{DeliveryState::queued, DeliveryState::sent, DeliveryState::delivered,
                                       DeliveryState::read, DeliveryState::failed};
  for (const auto& backend : own_clock()) {
    for (const std::string& stand : stands) {
      DYNAMIC_SECTION(backend << " " << stand) {
        OutboxWorld w(backend);
        int number = 0, tried = 0;
        for (unsigned set = 1; set < 32; ++set) {
          std::vector<DeliveryState> told;
          for (unsigned i = 0; i < 5; ++i)
            if ((set >> i & 1) != 0) told.push_back(all[i]);
          std::sort(told.begin(), told.end());
          do {
            ++number;
            // All 325 orders on the quick store, some of each set on the others.
            if (backend != "memory" && number % 12 != 1) continue;
            ++tried;
            CAPTURE(number, set);
            std::unique_ptr<Job> job;
            const std::string name = "p-" + std::to_string(number);
            const auto tell = [&](const std::string& token) {
              for (const DeliveryState s : told) {
                w.report(name, s, 0, s == DeliveryState::failed ? "30003" : "", token);
                w.report(name, s, 0, s == DeliveryState::failed ? "30003" : "", token);
              }
            };
            Uuid id;
            if (stand == "sending") {
              w.provider->script = {Outcome::accepted(name)};
              w.provider->during = [&](const Envelope& e) { tell(e.token); };
              id = bring(w, stand, number, job);
              w.provider->during = nullptr;
            } else {
              if (stand == "sent") w.provider->script = {Outcome::accepted(name)};
              id = bring(w, stand, number, job);
              tell(messages::token_of(id));
            }
            const std::size_t left = w.provider->log.size();
            CHECK(w.status(id) == end_of(told));
            // The next attempt is called off: by whoever has claimed it already, and at its time.
            if (job) {
              Bench bench(w.engine.kernel().impl(), w.one.org);
              job->run(bench);
            }
            w.after(micros_per_day - (stand == "leased" ? 2 * micros_per_minute : 0));
            CHECK(w.provider->log.size() == left);
            CHECK(w.status(id) == end_of(told));
            CHECK(w.message(id).attempts == 1);
          } while (std::next_permutation(told.begin(), told.end()));
        }
        CHECK(number == 325);
        CHECK(tried > 25);
      }
    }
  }
}

TEST_CASE("A message whose delivery was told is not stopped by the policy any more", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->script = {Outcome::unknown("timeout")};
      const Uuid id = w.send().id;
      w.pump();
      w.admin().call(outbox::settle, {id, w.message(id).version, "resend"});
      CHECK(w.report("x1", DeliveryState::delivered, 0, "", messages::token_of(id)) ==
            messages::ReportResult::moved);
      w.admin().call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = "+212600000001"});
      // Who reports a message delivered has taken it.
      CHECK(w.admin().call(outbox::metrics, {}).sent == 1);
      w.after(micros_per_day);
      CHECK(w.status(id) == "DELIVERED");
      CHECK(w.provider->log.size() == 1);
    }
  }
}

TEST_CASE("An answer that comes late ends the waiting for another attempt", "[outbox]") {
  struct Case {
    Outcome answer;
    std::string status;
    std::size_t sent;
  };
  const Case cases[] = {{Outcome::accepted("late"), "SENT", 1},
                        {Outcome::rejected("bad", "100"), "FAILED", 1},
                        {Outcome::not_taken("busy"), "SENT", 2},
                        {Outcome::unknown("timeout"), "SENT", 2}};
  for (const auto& backend : own_clock()) {
    for (const bool leased : {false, true}) {
      for (const Case& c : cases) {
        DYNAMIC_SECTION(backend << (leased ? " leased " : " queued ") << to_text(c.answer.kind)) {
          OutboxWorld w(backend);
          const Uuid id = w.send().id;
          w.provider->script = {c.answer};
          std::unique_ptr<Job> job;
          w.provider->during = [&](const Envelope&) {
            w.provider->during = nullptr;
            w.clock->advance(beyond_lease);
            while (w.status(id) != "UNCERTAIN") REQUIRE(w.engine.pump(1).done > 0);
            w.admin().call(outbox::settle, {id, w.message(id).version, "resend"});
            if (leased) job = take_job(w);
          };
          send_one(w);
          w.pump();
          if (job) {
            Bench bench(w.engine.kernel().impl(), w.one.org);
            job->run(bench);
          }
          w.after(micros_per_hour);
          CHECK(w.status(id) == c.status);
          CHECK(w.provider->log.size() == c.sent);
        }
      }
    }
  }
}

TEST_CASE("A late word to wait moves the next attempt, and holds the account", "[outbox]") {
  for (const auto& backend : own_clock()) {
    for (const bool whole : {true, false}) {
      for (const bool leased : {true, false}) {
        DYNAMIC_SECTION(backend << (whole ? " account" : " message") << (leased ? " leased" : " queued")) {
          OutboxWorld w(backend);
          const Uuid id = w.send().id;
          Outcome wait = Outcome::later("too_many_requests", 20 * micros_per_minute);
          wait.whole_account = whole;
          w.provider->script = {wait};
          std::unique_ptr<Job> job;
          w.provider->during = [&](const Envelope&) {
            w.provider->during = nullptr;
            w.clock->advance(beyond_lease);
            while (w.status(id) != "UNCERTAIN") REQUIRE(w.engine.pump(1).done > 0);
            w.admin().call(outbox::settle, {id, w.message(id).version, "resend"});
            if (leased) job = take_job(w);
          };
          send_one(w);
          if (job) {
            Bench bench(w.engine.kernel().impl(), w.one.org);
            job->run(bench);
          }
          messages::Send in = w.text();
          in.dossier_id = w.person(1);
          const Uuid other = w.send(in).id;
          w.after(19 * micros_per_minute);
          CHECK(w.status(id) == "QUEUED");
          CHECK(w.provider->log.size() == (whole ? 1 : 2));
          CHECK(w.status(other) == (whole ? "QUEUED" : "SENT"));
          w.after(micros_per_minute + micros_per_second);
          CHECK(w.status(id) == "SENT");
          CHECK(w.status(other) == "SENT");
          CHECK(w.provider->log.size() == 3);
        }
      }
    }
  }
}

TEST_CASE("A provider's word for the whole account holds it for an hour at most", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Outcome wait = Outcome::later("account_daily_limit", micros_per_day);
      wait.whole_account = true;
      w.provider->script = {wait};
      const Uuid id = w.send().id;
      w.pump();
      messages::Send in = w.text();
      in.dossier_id = w.person(1);
      const Uuid other = w.send(in).id;
      w.after(59 * micros_per_minute);
      CHECK(w.status(other) == "QUEUED");
      // An operator does not get past it either.
      w.admin().call(outbox::retry, {id, w.message(id).version});
      w.pump();
      CHECK(w.provider->log.size() == 1);
      w.after(micros_per_minute + micros_per_second);
      CHECK(w.status(other) == "SENT");
    }
  }
}

TEST_CASE("An operator hurries nothing beyond the time that was asked for, or the hours that are allowed",
          "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      s.call(consents::grant, grant_of("+212600000001", "CHAN_SMS", "CONSENT_MARKETING"));
      // 21:10 in Casablanca, when marketing is not allowed, for an hour later: held until the morning.
      w.clock->advance(10 * micros_per_hour);
      messages::Send in = w.text();
      in.purpose_code = "CONSENT_MARKETING";
      const Timestamp asked = w.clock->now() + micros_per_hour;
      in.not_before = asked;
      const Message held = w.send(in);
      REQUIRE(held.not_before);
      CHECK(*held.not_before > asked);
      CHECK(held.held_reason->starts_with("scheduled, "));
      CHECK(code_of([&] { s.call(outbox::retry, {held.id, held.version}); }) == ErrorCode::conflict);
      w.after(micros_per_hour + micros_per_second);
      CHECK(code_of([&] { s.call(outbox::retry, {held.id, held.version}); }) == ErrorCode::conflict);
      CHECK(w.provider->log.empty());
      w.after(held.not_before->micros - w.clock->now().micros);
      CHECK(w.provider->log.size() == 1);

      // What a time rule alone holds is asked about again, and held again.
      messages::Send late = w.text("encore");
      late.purpose_code = "CONSENT_MARKETING";
      w.clock->set(asked + micros_per_day);
      const Message by_rule = w.send(late);
      REQUIRE(by_rule.held_reason);
      CHECK_FALSE(by_rule.held_reason->starts_with("scheduled"));
      s.call(outbox::retry, {by_rule.id, by_rule.version});
      w.pump();
      CHECK(w.provider->log.size() == 1);
      CHECK(w.message(by_rule.id).not_before == by_rule.not_before);
      w.after(by_rule.not_before->micros - w.clock->now().micros);
      CHECK(w.provider->log.size() == 2);
    }
  }
}

TEST_CASE("A scheduled message that was tried waits like any other, and may be hurried", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      messages::Send in = w.text();
      in.not_before = w.clock->now() + micros_per_hour;
      const Uuid id = w.send(in).id;
      w.provider->script = {Outcome::not_taken("busy")};
      w.after(micros_per_hour);
      CHECK(w.status(id) == "QUEUED");
      CHECK(w.provider->log.size() == 1);
      w.admin().call(outbox::retry, {id, w.message(id).version});
      w.pump();
      CHECK(w.status(id) == "SENT");
    }
  }
}

TEST_CASE("Gauges that tell nothing any more are cleared away", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      const auto account = s.call(channels::get, {w.account});
      s.call(channels::update,
             {.id = account.id, .version = account.version, .limits = SendingLimits{5, 10, 100}});
      const auto gauges = [&] {
        std::vector<std::string> names;
        w.transact([&](Context& cx) {
          for (const SendingPace& p : cx.all<SendingPace>().where({.limit = 1'000})) names.push_back(p.gauge);
        });
        return names;
      };
      for (int i = 0; i < 3; ++i) {
        messages::Send in = w.text();
        in.dossier_id = w.person(i);
        w.send(in);
      }
      w.pump();
      CHECK(gauges().size() == 4);  // the account, and three pairs
      w.after(12 * micros_per_hour);
      CHECK(gauges().size() == 4);
      w.after(2 * micros_per_day + 12 * micros_per_hour);
      w.send();
      w.pump();
      CHECK(gauges().size() == 2);  // the account, counting today, and whom it wrote to last
    }
  }
}
