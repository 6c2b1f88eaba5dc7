// One message through the protocol, by every answer that a provider may give.

#include "outbox_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

std::vector<std::string> actions_of(OutboxWorld& w, const Uuid& id) {
  std::vector<std::string> actions;
  Session s = w.admin();
  for (const auto& e : s.call(audit::list, {.entity_id = id, .oldest_first = true}).items)
    actions.push_back(e.action);
  return actions;
}

std::int64_t minutes(std::int64_t n) { return n * micros_per_minute; }

}  // namespace

TEST_CASE("A message is accepted, leaves once and is reported", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const Message queued = w.send("Bonjour Salma");
      CHECK(queued.status_code == "QUEUED");
      CHECK(queued.address == "+212600000001");
      CHECK(w.provider->log.empty());
      w.pump();
      REQUIRE(w.provider->log.size() == 1);
      const Envelope& e = w.provider->log.front();
      CHECK(e.to == "+212600000001");
      CHECK(e.body == "Bonjour Salma");
      CHECK(e.account.sender == "+212500000000");
      const Message sent = w.message(queued.id);
      CHECK(sent.status_code == "SENT");
      CHECK(sent.provider_message_id == "p1");
      CHECK(sent.attempts == 1);
      CHECK(sent.sent_at);
      REQUIRE(sent.evidence);
      CHECK(sent.evidence->kind == "consent");
      CHECK(sent.evidence->consent_id);
      CHECK(sent.evidence->event_id);
      CHECK(sent.evidence->hash.size() == 64);
      CHECK(w.report("p1", DeliveryState::delivered) == messages::ReportResult::moved);
      CHECK(w.status(queued.id) == "DELIVERED");
      CHECK(w.report("p1", DeliveryState::read) == messages::ReportResult::moved);
      CHECK(w.status(queued.id) == "READ");
      CHECK(w.report("p1", DeliveryState::delivered) == messages::ReportResult::repeated);
      CHECK(w.status(queued.id) == "READ");
      w.after(micros_per_day);
      CHECK(w.provider->log.size() == 1);
      CHECK(actions_of(w, queued.id) == std::vector<std::string>{"message.queued", "message.sending",
                                                                 "message.sent", "message.delivered",
                                                                 "message.read"});
      const auto entry = w.entry(queued.id);
      REQUIRE(entry.attempts.size() == 1);
      CHECK(entry.attempts[0].status_code == "accepted");
      CHECK(entry.attempts[0].provider_message_id == "p1");
      // The timeline tells what people act upon.
      std::vector<std::string> lines;
      Session s = w.admin();
      for (const Activity& a :
           s.call(activities::timeline,
                  {.dossier_id = w.dossier, .type_codes = {"ACT_MESSAGE_LOG"}, .oldest_first = true})
               .items)
        lines.push_back(a.payload.substr(0, a.payload.find(',')));
      CHECK(lines == std::vector<std::string>{R"({"event":"message.queued")", R"({"event":"message.sent")",
                                              R"({"event":"message.delivered")",
                                              R"({"event":"message.read")"});
      CHECK(s.call(audit::verify, {.records = true}).findings.empty());
    }
  }
}

TEST_CASE("What the provider certainly did not take is tried six times", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      for (int i = 0; i < 6; ++i) w.provider->script.push_back(Outcome::not_taken("busy"));
      const Uuid id = w.send().id;
      w.pump();
      // By hand from the domain: 1 min, 5 min, 15 min, 1 h, 6 h, each up to 20 % more or less.
      const std::int64_t waits[] = {1, 5, 15, 60, 360};
      std::size_t tries = 1;
      for (const std::int64_t wait : waits) {
        CHECK(w.provider->log.size() == tries);
        CHECK(w.status(id) == "QUEUED");
        w.after(minutes(wait) * 79 / 100);
        CHECK(w.provider->log.size() == tries);
        w.after(minutes(wait) * 42 / 100);
        CHECK(w.provider->log.size() == ++tries);
      }
      CHECK(w.status(id) == "FAILED");
      CHECK(w.message(id).error_code == "busy");
      CHECK(w.message(id).attempts == 6);
      w.after(7 * micros_per_day);
      CHECK(w.provider->log.size() == 6);
      // The same message each time, by its token.
      for (const Envelope& e : w.provider->log) CHECK(e.token == w.provider->log[0].token);
    }
  }
}

TEST_CASE("A provider's later spends no attempt, but has an end", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      for (int i = 0; i < 9; ++i) w.provider->script.push_back(Outcome::later("rate", minutes(30)));
      const Uuid id = w.send().id;
      w.pump();
      for (std::size_t i = 1; i < 9; ++i) {
        CHECK(w.provider->log.size() == i);
        w.after(minutes(29));
        CHECK(w.provider->log.size() == i);
        w.after(minutes(1));
      }
      CHECK(w.provider->log.size() == 9);
      CHECK(w.entry(id).place->spent == 0);
      w.after(minutes(30));
      CHECK(w.status(id) == "SENT");

      // Three days of it, and no more.
      const std::size_t before = w.provider->log.size();
      for (int i = 0; i < 100; ++i) w.provider->script.push_back(Outcome::later("rate", micros_per_day));
      const Uuid late = w.send().id;
      w.pump();
      for (int i = 0; i < 10; ++i) w.after(micros_per_day);
      CHECK(w.status(late) == "FAILED");
      // At 0, 24, 48 and 72 hours: after the last the next would lie beyond 72.
      CHECK(w.provider->log.size() - before == 4);
    }
  }
}

TEST_CASE("Refusals end a message at once, an opposition also the consent", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->script = {Outcome::rejected("template_paused", "132015"),
                            Outcome::unreachable("no_such_number", "21614"), Outcome::opted_out("21610")};
      const Uuid rejected = w.send().id;
      w.pump();
      const Uuid unreachable = w.send().id;
      w.pump();
      const Uuid opted_out = w.send().id;
      w.pump();
      CHECK(w.status(rejected) == "FAILED");
      CHECK(w.message(rejected).error_code == "132015");
      CHECK(w.status(unreachable) == "FAILED");
      CHECK(w.status(opted_out) == "FAILED");
      Session s = w.admin();
      const auto asked = ask(s, "+212600000001");
      CHECK_FALSE(asked.allowed);
      CHECK(asked.reason == "consent_withdrawn");
      CHECK(code_of([&] { w.send(); }) == ErrorCode::consent_withdrawn);
      w.after(micros_per_day);
      CHECK(w.provider->log.size() == 3);
      const auto health = s.call(outbox::health, {});
      CHECK_FALSE(health.healthy);
      REQUIRE(health.reasons.size() >= 1);
      CHECK(health.reasons[0].code == "dead_letters");
      CHECK(health.reasons[0].count == 3);
    }
  }
}

TEST_CASE("An account that is refused is paused, and its messages wait", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->script = {Outcome::account("token_expired", "190")};
      const Uuid id = w.send().id;
      w.pump();
      Session s = w.admin();
      CHECK(s.call(channels::get, {w.account}).status_code == "ACCOUNT_PAUSED");
      CHECK(w.status(id) == "QUEUED");
      w.after(micros_per_day);
      CHECK(w.provider->log.size() == 1);
      CHECK(w.entry(id).place->spent == 0);
      const auto account = s.call(channels::get, {w.account});
      s.call(channels::resume, {account.id, account.version});
      w.after(minutes(16));
      CHECK(w.status(id) == "SENT");
      CHECK(w.provider->log.size() == 2);
    }
  }
}

TEST_CASE("What may have left is never sent again but by an operator", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->script = {Outcome::unknown("timeout"), Outcome::unknown("timeout")};
      const Uuid first = w.send().id;
      w.pump();
      CHECK(w.status(first) == "UNCERTAIN");
      CHECK(w.message(first).uncertain);
      w.after(7 * micros_per_day);
      CHECK(w.provider->log.size() == 1);
      Session agent = w.as("AGENT");
      Session s = w.admin();
      const auto version = w.message(first).version;
      CHECK(code_of([&] { agent.call(outbox::settle, {first, version, "resend"}); }) == ErrorCode::forbidden);
      CHECK(code_of([&] { s.call(outbox::cancel, {first, version}); }) == ErrorCode::conflict);
      CHECK(code_of([&] { s.call(outbox::retry, {first, version}); }) == ErrorCode::conflict);
      CHECK(code_of([&] { s.call(outbox::settle, {first, version + 1, "resend"}); }) == ErrorCode::conflict);
      const Message resent = s.call(outbox::settle, {first, version, "resend"});
      CHECK(resent.status_code == "QUEUED");
      CHECK(resent.resent);
      w.pump();
      CHECK(w.status(first) == "UNCERTAIN");
      CHECK(w.provider->log.size() == 2);
      const Message given_up = s.call(outbox::settle, {first, w.message(first).version, "give_up"});
      CHECK(given_up.status_code == "FAILED");
      // A report tells the truth after all.
      CHECK(w.report("x9", DeliveryState::delivered, 0, "", messages::token_of(first)) ==
            messages::ReportResult::moved);
      CHECK(w.status(first) == "DELIVERED");
    }
  }
}

TEST_CASE("A provider that knows our token is asked again", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->takes_token = true;
      w.provider->script = {Outcome::unknown("timeout")};
      const Uuid id = w.send().id;
      w.pump();
      CHECK(w.status(id) == "QUEUED");
      CHECK(w.message(id).uncertain);
      CHECK_FALSE(w.message(id).resent);
      w.after(minutes(2));
      CHECK(w.status(id) == "SENT");
      REQUIRE(w.provider->log.size() == 2);
      CHECK(w.provider->log[0].token == w.provider->log[1].token);
    }
  }
}

TEST_CASE("Operators cancel what has not left, and send dead letters anew", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      messages::Send later = w.text();
      later.not_before = w.clock->now() + micros_per_hour;
      const Message scheduled = w.send(later);
      CHECK(scheduled.held_reason == "scheduled");
      CHECK(code_of([&] {
              s.call(outbox::retry, {scheduled.id, scheduled.version});
            }) == ErrorCode::conflict);
      CHECK(s.call(outbox::cancel, {scheduled.id, scheduled.version}).status_code == "CANCELLED");
      w.after(2 * micros_per_hour);
      CHECK(w.provider->log.empty());
      CHECK(w.status(scheduled.id) == "CANCELLED");
      CHECK(w.report("zz", DeliveryState::delivered, 0, "", messages::token_of(scheduled.id)) ==
            messages::ReportResult::unknown);

      w.provider->script = {Outcome::rejected("bad", "100")};
      const Uuid dead = w.send("encore").id;
      w.pump();
      CHECK(w.status(dead) == "FAILED");
      const Message again = s.call(outbox::retry, {dead, w.message(dead).version});
      CHECK(again.id != dead);
      CHECK(again.retry_of_id == dead);
      CHECK(again.body == "encore");
      CHECK(w.message(dead).settled_at);
      CHECK(code_of([&] { s.call(outbox::retry, {dead, w.message(dead).version}); }) == ErrorCode::conflict);
      w.pump();
      CHECK(w.status(again.id) == "SENT");
      CHECK(w.status(dead) == "FAILED");
      CHECK(s.call(outbox::metrics, {}).dead_letters == 0);

      // One that waits to be tried again goes at once.
      w.provider->script = {Outcome::not_taken("busy")};
      const Uuid waiting = w.send().id;
      w.pump();
      CHECK(w.status(waiting) == "QUEUED");
      s.call(outbox::retry, {waiting, w.message(waiting).version});
      w.pump();
      CHECK(w.status(waiting) == "SENT");
    }
  }
}
