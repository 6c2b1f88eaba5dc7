// Two workers, lost leases, late answers, and reports in every order.

#include <algorithm>

#include "outbox_world.hpp"

using namespace atlas;
using namespace atlas::testing;

TEST_CASE("A withdrawal that commits before the start stops the message, one after it does not", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      const Uuid stopped = w.send().id;
      s.call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = "+212600000001"});
      w.pump();
      CHECK(w.provider->log.empty());
      CHECK(w.status(stopped) == "CANCELLED");
      CHECK(w.message(stopped).error_code == "consent_withdrawn");
      bool blocked = false;
      for (const auto& e : s.call(audit::list, {.entity_id = stopped}).items)
        blocked = blocked || e.action == "BLOCKED_BY_POLICY";
      CHECK(blocked);

      w.clock->advance(micros_per_second);
      s.call(consents::grant, grant_of("+212600000001"));
      const Uuid left = w.send().id;
      w.provider->during = [&](const Envelope&) {
        s.call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = "+212600000001"});
      };
      w.pump();
      CHECK(w.status(left) == "SENT");
    }
  }
}

TEST_CASE("A lease that is lost before the start leaves the message queued", "[outbox]") {
  for (const auto& backend : own_clock()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const Uuid id = w.send().id;
      // A host that claims and dies: the job is never run.
      w.transact([&](Context& cx) {
        Workers workers = *cx.registry().find_part<Workers>();
        const Taken taken = workers.find(messages::sending_work)->take(cx);
        CHECK(taken.job);
      });
      CHECK(w.entry(id).place->status_code == "LEASED");
      CHECK(w.status(id) == "QUEUED");
      w.pump();
      CHECK(w.provider->log.empty());
      w.after(beyond_lease);
      CHECK(w.status(id) == "SENT");
      CHECK(w.provider->log.size() == 1);
      CHECK(w.entry(id).place->token == 2);
    }
  }
}

TEST_CASE("A stale token may not start", "[outbox]") {
  for (const auto& backend : own_clock()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const Uuid id = w.send().id;
      std::unique_ptr<Job> stale;
      w.transact([&](Context& cx) {
        Workers workers = *cx.registry().find_part<Workers>();
        stale = workers.find(messages::sending_work)->take(cx).job;
      });
      REQUIRE(stale);
      w.after(beyond_lease);
      CHECK(w.provider->log.size() == 1);
      Bench bench(w.engine.kernel().impl(), w.one.org);
      stale->run(bench);
      CHECK(w.provider->log.size() == 1);
      CHECK(w.status(id) == "SENT");
      CHECK(w.message(id).attempts == 1);
    }
  }
}

TEST_CASE("Of two who claimed a message only the one who holds the lease starts it", "[outbox]") {
  for (const auto& backend : own_clock()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const Uuid id = w.send().id;
      const auto claim = [&] {
        std::unique_ptr<Job> job;
        w.transact([&](Context& cx) {
          Workers workers = *cx.registry().find_part<Workers>();
          job = workers.find(messages::sending_work)->take(cx).job;
        });
        return job;
      };
      const auto stale = claim();
      REQUIRE(stale);
      w.clock->advance(beyond_lease);
      auto fresh = claim();
      if (!fresh) fresh = claim();  // the first only found the lease lost
      REQUIRE(fresh);
      CHECK(w.entry(id).place->status_code == "LEASED");
      CHECK(w.entry(id).place->token == 2);
      Bench bench(w.engine.kernel().impl(), w.one.org);
      stale->run(bench);
      CHECK(w.provider->log.empty());
      CHECK(w.entry(id).place->status_code == "LEASED");
      fresh->run(bench);
      CHECK(w.provider->log.size() == 1);
      CHECK(w.status(id) == "SENT");
      CHECK(w.message(id).attempts == 1);
      CHECK(w.entry(id).attempts.at(0).token == 2);
    }
  }
}

TEST_CASE("While one to a person is on its way no other is claimed, of whatever priority", "[outbox]") {
  for (const auto& backend : own_clock()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const auto claim = [&] {
        std::unique_ptr<Job> job;
        w.transact([&](Context& cx) {
          Workers workers = *cx.registry().find_part<Workers>();
          job = workers.find(messages::sending_work)->take(cx).job;
        });
        return job;
      };
      const Uuid first = w.send("1").id;
      const auto job = claim();
      REQUIRE(job);
      messages::Send urgent = w.text("2");
      urgent.priority = 1;
      const Uuid second = w.send(urgent).id;
      CHECK_FALSE(claim());
      CHECK(w.entry(second).place->parked);
      w.pump();
      CHECK(w.provider->log.empty());
      Bench bench(w.engine.kernel().impl(), w.one.org);
      job->run(bench);
      CHECK(w.status(first) == "SENT");
      CHECK(w.status(second) == "QUEUED");
      w.pump();
      CHECK(w.status(second) == "SENT");
    }
  }
}

TEST_CASE("An answer that comes after the lease is recorded on its own attempt", "[outbox]") {
  struct Case {
    Outcome answer;
    std::string status;
    std::string attempt;
  };
  const Case cases[] = {{Outcome::accepted("late1"), "SENT", "accepted"},
                        {Outcome::rejected("bad", "100"), "FAILED", "rejected"},
                        {Outcome::not_taken("busy"), "UNCERTAIN", "not_taken"},
                        {Outcome::unknown("timeout"), "UNCERTAIN", "unknown"}};
  for (const auto& backend : own_clock()) {
    for (const Case& c : cases) {
      DYNAMIC_SECTION(backend << " " << c.attempt) {
        OutboxWorld w(backend);
        const Uuid id = w.send().id;
        w.provider->script = {c.answer};
        std::string meanwhile;
        w.provider->during = [&](const Envelope&) {
          w.provider->during = nullptr;
          w.clock->advance(beyond_lease);
          w.pump();  // another worker finds the lease lost
          meanwhile = w.status(id);
        };
        w.pump();
        CHECK(meanwhile == "UNCERTAIN");
        CHECK(w.status(id) == c.status);
        CHECK(w.message(id).uncertain);
        const auto entry = w.entry(id);
        REQUIRE(entry.attempts.size() == 1);
        CHECK(entry.attempts[0].status_code == c.attempt);
        CHECK(entry.attempts[0].late);
        w.after(micros_per_day);
        CHECK(w.provider->log.size() == 1);
      }
    }
  }
}

TEST_CASE("A late answer does not undo what an operator decided", "[outbox]") {
  for (const auto& backend : own_clock()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const Uuid id = w.send().id;
      w.provider->during = [&](const Envelope&) {
        w.provider->during = nullptr;
        w.clock->advance(beyond_lease);
        w.pump();
        w.admin().call(outbox::settle, {id, w.message(id).version, "give_up"});
      };
      w.pump();
      CHECK(w.status(id) == "FAILED");
      CHECK(w.entry(id).attempts[0].status_code == "accepted");
      CHECK(w.report("p1", DeliveryState::sent) != messages::ReportResult::moved);
      CHECK(w.status(id) == "FAILED");
      CHECK(w.report("p1", DeliveryState::delivered) == messages::ReportResult::moved);
      CHECK(w.status(id) == "DELIVERED");
    }
  }
}

TEST_CASE("A crash after the start leaves the message uncertain until a report", "[outbox]") {
  struct Crash {};  // no std::exception: nothing may catch it
  for (const auto& backend : own_clock()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const Uuid id = w.send().id;
      w.provider->during = [](const Envelope&) { throw Crash{}; };
      // send_guarded makes an unknown of it in this process; a real crash never comes back.
      std::unique_ptr<Job> job;
      w.transact([&](Context& cx) {
        Workers workers = *cx.registry().find_part<Workers>();
        job = workers.find(messages::sending_work)->take(cx).job;
      });
      struct Dying final : WorkBench {
        explicit Dying(Bench& b) : bench(b) {}
        void transact(Durability d, FunctionRef<void(Context&)> work) override {
          if (++transactions == 2) throw Crash{};
          bench.transact(d, work);
        }
        const KernelOptions& options() const override { return bench.options(); }
        Bench& bench;
        int transactions = 0;
      };
      Bench bench(w.engine.kernel().impl(), w.one.org);
      Dying dying(bench);
      w.provider->during = nullptr;
      CHECK_THROWS_AS(job->run(dying), Crash);
      CHECK(w.provider->log.size() == 1);
      CHECK(w.status(id) == "SENDING");
      w.after(beyond_lease);
      CHECK(w.status(id) == "UNCERTAIN");
      CHECK(w.provider->log.size() == 1);
      CHECK(w.report("p1", DeliveryState::delivered, 0, "", messages::token_of(id)) ==
            messages::ReportResult::moved);
      CHECK(w.status(id) == "DELIVERED");
      CHECK(w.message(id).provider_message_id == "p1");
    }
  }
}

TEST_CASE("Reports end in the same state in whatever order they come", "[outbox]") {
  struct Step {
    DeliveryState state;
    std::int64_t at;
    const char* error;
  };
  // Half an hour before the world's clock stands, in seconds.
  const std::int64_t base = 1'795'341'000 + 2 * 86'400;
  std::vector<Step> steps{{DeliveryState::queued, base + 1, ""},
                          {DeliveryState::sent, base + 2, ""},
                          {DeliveryState::delivered, base + 3, ""},
                          {DeliveryState::read, base + 4, ""},
                          {DeliveryState::failed, base + 5, "131026"}};
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      std::vector<int> order{0, 1, 2, 3, 4};
      int number = 0;
      std::optional<Message> first;
      do {
        // The last permutations only on the quick store: 120 messages to as many people.
        if (backend != "memory" && number % 6 != 0) {
          ++number;
          continue;
        }
        messages::Send in = w.text();
        in.dossier_id = w.person(number);
        const Uuid id = w.send(in).id;
        w.pump();
        const std::string provider_id = *w.message(id).provider_message_id;
        for (const int i : order) {
          const Step& s = steps[static_cast<std::size_t>(i)];
          w.report(provider_id, s.state, s.at, s.error);
          if (i % 2 == 0) w.report(provider_id, s.state, s.at, s.error);  // and twice
        }
        const Message m = w.message(id);
        CHECK(m.status_code == "READ");
        if (!first) first = m;
        CHECK(m.delivered_at == first->delivered_at);
        CHECK(m.read_at == first->read_at);
        CHECK(m.failed_at == first->failed_at);
        CHECK(m.sent_at == first->sent_at);
        CHECK(m.error_code == first->error_code);
        ++number;
      } while (std::next_permutation(order.begin(), order.end()));
      CHECK(number == 120);
    }
  }
}

TEST_CASE("A report that is quicker than the answer waits for it", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const Uuid id = w.send().id;
      w.provider->during = [&](const Envelope&) {
        CHECK(w.report("p1", DeliveryState::delivered) == messages::ReportResult::kept);
      };
      w.pump();
      CHECK(w.status(id) == "DELIVERED");
      CHECK(w.message(id).sent_at);

      // With the token it is known whose it is.
      const Uuid other = w.send().id;
      w.provider->during = [&](const Envelope& e) {
        CHECK(w.report("p2", DeliveryState::delivered, 0, "", e.token) == messages::ReportResult::moved);
      };
      w.pump();
      CHECK(w.status(other) == "DELIVERED");
      CHECK(w.entry(other).attempts[0].status_code == "accepted");
      CHECK(w.entry(other).attempts[0].late);
      CHECK(w.message(other).sent_at);
      CHECK(w.report("p1", DeliveryState::read) == messages::ReportResult::moved);
      CHECK(w.report("somebody else's", DeliveryState::read) == messages::ReportResult::unknown);
    }
  }
}

TEST_CASE("A report about a cancelled message is an alarm", "[outbox]") {
  for (const auto& backend : own_clock()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->script = {Outcome::not_taken("busy")};
      const Uuid id = w.send().id;
      w.pump();
      w.admin().call(outbox::cancel, {id, w.message(id).version});
      // The provider lied about not having taken it.
      w.transact([&](Context& cx) {
        auto all = cx.all<OutboundAttempt>();
        const auto a = all.where({.where = Predicate::equals(all.column("message_id"), Value::id(id)),
                                  .key = "by_message",
                                  .limit = 1});
        REQUIRE(a.size() == 1);
        OutboundAttempt named = a.front();
        named.provider_message_id = "liar";
        all.save(a.front(), named);
      });
      CHECK(w.report("liar", DeliveryState::delivered) == messages::ReportResult::alarmed);
      CHECK(w.report("liar", DeliveryState::delivered) == messages::ReportResult::repeated);
      CHECK(w.report("liar", DeliveryState::failed, 0, "30003") == messages::ReportResult::alarmed);
      CHECK(w.status(id) == "CANCELLED");
      CHECK(w.message(id).error_code == "cancelled");
      CHECK(w.message(id).delivered_at);
    }
  }
}
