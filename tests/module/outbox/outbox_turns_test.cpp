// Turns to one person, and what is told of a message that is sent again: what the simulation found.

#include "outbox_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

std::unique_ptr<Job> claim(OutboxWorld& w) {
  std::unique_ptr<Job> job;
  w.transact([&](Context& cx) {
    Workers workers = *cx.registry().find_part<Workers>();
    job = workers.find(messages::sending_work)->take(cx).job;
  });
  return job;
}

}  // namespace

TEST_CASE("An organisation that is suspended after the claim sends nothing", "[outbox]") {
  for (const auto& backend : own_clock()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const Uuid id = w.send().id;
      const std::unique_ptr<Job> job = claim(w);
      REQUIRE(job);
      const auto set = [&](const char* status) {
        w.engine.host_session().call(organisations::set_status, {.id = w.one.org, .status_code = status});
      };
      set("ORG_SUSPENDED");
      Bench bench(w.engine.kernel().impl(), w.one.org);
      job->run(bench);
      CHECK(w.provider->log.empty());
      CHECK(w.status(id) == "QUEUED");
      set("ORG_ACTIVE");
      w.after(micros_per_hour);
      CHECK(w.status(id) == "SENT");
    }
  }
}

TEST_CASE("When the one that was brought forward is stopped, the next comes in its stead", "[outbox]") {
  for (const auto& backend : own_clock()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const Uuid first = w.send("1").id, second = w.send("2").id, third = w.send("3").id;
      const std::unique_ptr<Job> job = claim(w);
      REQUIRE(job);
      CHECK(w.entry(second).place->parked);
      CHECK(w.entry(third).place->parked);
      Bench bench(w.engine.kernel().impl(), w.one.org);
      job->run(bench);
      REQUIRE(w.status(first) == "SENT");
      REQUIRE_FALSE(w.entry(second).place->parked);
      w.admin().call(outbox::cancel, {second, w.message(second).version});
      w.pump();
      CHECK(w.status(third) == "SENT");
    }
  }
}

TEST_CASE("What is asked again by its token keeps its turn until something is told of it", "[outbox]") {
  for (const auto& backend : own_clock()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->takes_token = true;
      w.provider->script = {Outcome::unknown("timeout")};
      const Uuid first = w.send("1").id;
      w.pump();
      CHECK(w.status(first) == "QUEUED");
      CHECK(w.entry(first).place->in_line);
      const Uuid second = w.send("2").id;
      w.pump();
      CHECK(w.status(second) == "QUEUED");
      CHECK(w.report("x1", DeliveryState::sent, 0, "", messages::token_of(first)) ==
            messages::ReportResult::moved);
      // The provider has it: nothing is to be asked again, and the next has its turn.
      CHECK(w.status(first) == "SENT");
      CHECK_FALSE(w.entry(first).place->in_line);
      w.pump();
      CHECK(w.status(second) == "SENT");
      w.after(2 * micros_per_minute);
      REQUIRE(w.provider->log.size() == 2);
      CHECK(w.provider->log[1].body == "2");
    }
  }
}

TEST_CASE("A failure that is told while it waits to be asked again ends it", "[outbox]") {
  for (const auto& backend : own_clock()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->takes_token = true;
      w.provider->script = {Outcome::unknown("timeout")};
      const Uuid id = w.send("1").id;
      w.pump();
      const std::string token = messages::token_of(id);
      CHECK(w.report("x1", DeliveryState::failed, 0, "30003", token) == messages::ReportResult::moved);
      CHECK(w.status(id) == "FAILED");
      CHECK(w.message(id).error_code == "30003");
      w.after(2 * micros_per_minute);
      CHECK(w.provider->log.size() == 1);
      CHECK(w.report("x1", DeliveryState::sent, 0, "", token) != messages::ReportResult::moved);
      CHECK(w.report("x1", DeliveryState::failed, 0, "30003", token) == messages::ReportResult::repeated);
      CHECK(w.status(id) == "FAILED");
    }
  }
}

TEST_CASE("A lease that ends behind a provider that knows our token keeps the turn", "[outbox]") {
  for (const auto& backend : own_clock()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->takes_token = true;
      const Uuid first = w.send("1").id;
      Uuid second;
      // The lease ends while the provider is asked; somebody else finds what it left.
      w.provider->during = [&](const Envelope&) {
        w.provider->during = {};
        second = w.send("2").id;
        w.clock->advance(beyond_lease);
        while (w.engine.pump(1).done > 0 && w.provider->log.size() == 1) {
        }
        CHECK(w.entry(first).place->in_line);
        CHECK(w.status(second) == "QUEUED");
      };
      // The answer that comes at last ends the waiting: nothing is asked again.
      w.pump();
      CHECK(w.status(first) == "SENT");
      w.after(2 * micros_per_minute);
      CHECK(w.status(second) == "SENT");
      CHECK(w.provider->log.size() == 2);
    }
  }
}

TEST_CASE("A report of an earlier attempt counts for a message that was sent again", "[outbox]") {
  for (const bool early : {true, false}) {
    for (const auto& backend : own_clock()) {
      DYNAMIC_SECTION(backend << (early ? " before" : " after") << " the second attempt") {
        OutboxWorld w(backend);
        w.provider->script = {Outcome::unknown("timeout"), Outcome::accepted("second")};
        const Uuid id = w.send().id;
        w.pump();
        REQUIRE(w.status(id) == "UNCERTAIN");
        w.admin().call(outbox::settle, {id, w.message(id).version, "resend"});
        const std::string token = messages::token_of(id);
        if (early) w.report("first", DeliveryState::delivered, 0, "", token);
        w.pump();
        w.report("second", DeliveryState::failed, 0, "30003", token);
        if (!early) w.report("first", DeliveryState::delivered, 0, "", token);
        CHECK(w.status(id) == "DELIVERED");
        // What is told in time makes the second attempt needless.
        CHECK(w.provider->log.size() == (early ? 1 : 2));
      }
    }
  }
}
