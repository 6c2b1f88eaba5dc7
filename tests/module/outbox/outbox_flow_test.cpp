// What goes when, in which order, and whose turn it is.

#include "outbox_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

std::vector<std::string> bodies(const ScriptedProvider& p) {
  std::vector<std::string> all;
  for (const Envelope& e : p.log) all.push_back(e.body);
  return all;
}

}  // namespace

TEST_CASE("Messages to one person leave one after the other, by priority and age", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      messages::Send bulk = w.text("bulk");
      bulk.priority = 3;
      messages::Send first = w.text("first");
      first.priority = 1;
      w.send(bulk);
      w.send("a");
      w.send("b");
      w.send(first);
      w.send("c");
      w.pump();
      CHECK(bodies(*w.provider) == std::vector<std::string>{"first", "a", "b", "c", "bulk"});
      for (const auto& m : w.admin().call(outbox::list, {}).items) CHECK(m.status_code == "SENT");
    }
  }
}

TEST_CASE("One that waits to be tried again is not passed within its priority", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->script = {Outcome::not_taken("busy")};
      w.send("a");
      w.send("b");
      w.pump();
      messages::Send first = w.text("urgent");
      first.priority = 1;
      w.send(first);
      w.pump();
      // Another priority passes, the next of its own does not.
      CHECK(bodies(*w.provider) == std::vector<std::string>{"a", "urgent"});
      w.after(2 * micros_per_minute);
      CHECK(bodies(*w.provider) == std::vector<std::string>{"a", "urgent", "a", "b"});
    }
  }
}

TEST_CASE("Behind one that waits, other priorities go on one after the other", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->script = {Outcome::not_taken("busy")};
      w.send("a");
      w.send("b");
      w.pump();
      for (const char* body : {"x", "y", "z"}) {
        messages::Send in = w.text(body);
        in.priority = 3;
        w.send(in);
      }
      w.pump();
      CHECK(bodies(*w.provider) == std::vector<std::string>{"a", "x", "y", "z"});
      w.after(2 * micros_per_minute);
      CHECK(bodies(*w.provider) == std::vector<std::string>{"a", "x", "y", "z", "a", "b"});
    }
  }
}

TEST_CASE("Two that wait to be tried again do not keep the outbox busy", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->script = {Outcome::not_taken("busy"), Outcome::not_taken("busy")};
      for (const std::int64_t priority : {2, 3}) {
        for (const char* body : {"front", "behind", "last"}) {
          messages::Send in = w.text(body + std::to_string(priority));
          in.priority = priority;
          w.send(in);
        }
        w.pump();
      }
      CHECK(bodies(*w.provider) == std::vector<std::string>{"front2", "front3"});
      CHECK(w.engine.pump(100).done == 0);
      w.after(2 * micros_per_minute);
      CHECK(w.provider->log.size() == 8);
      for (const auto& m : w.admin().call(outbox::list, {}).items) CHECK(m.status_code == "SENT");
    }
  }
}

TEST_CASE("A lane of many is worked off in order, and the one in front may be taken out", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      std::vector<std::string> expected{"0"};
      w.provider->script = {Outcome::not_taken("busy")};
      const Uuid front = w.send("0").id;
      for (int i = 1; i < 15; ++i) {
        w.send(std::to_string(i));
        expected.push_back(std::to_string(i));
      }
      w.pump();
      CHECK(bodies(*w.provider) == std::vector<std::string>{"0"});
      w.admin().call(outbox::cancel, {front, w.message(front).version});
      w.pump();
      CHECK(bodies(*w.provider) == expected);
    }
  }
}

TEST_CASE("What is scheduled holds nobody up", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      messages::Send later = w.text("later");
      later.not_before = w.clock->now() + micros_per_hour;
      w.send(later);
      w.send("now");
      w.pump();
      CHECK(bodies(*w.provider) == std::vector<std::string>{"now"});
      w.after(micros_per_hour - 1);
      CHECK(w.provider->log.size() == 1);
      w.after(1);
      CHECK(bodies(*w.provider) == std::vector<std::string>{"now", "later"});
    }
  }
}

TEST_CASE("Marketing waits for the morning, and ends when that is too late", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      s.call(consents::grant, grant_of("+212600000001", "CHAN_SMS", "CONSENT_MARKETING"));
      // From 11:00 to 23:00 in Casablanca.
      w.clock->advance(12 * micros_per_hour);
      messages::Send news = w.text("Nouveautés");
      news.purpose_code = "CONSENT_MARKETING";
      const Message held = w.send(news);
      CHECK(held.status_code == "QUEUED");
      REQUIRE(held.not_before);
      CHECK(held.held_reason->find("MARKETING") != std::string::npos);
      news.body = "Ce soir seulement";
      news.expires_at = w.clock->now() + 2 * micros_per_hour;
      const Message over = w.send(news);
      CHECK(over.status_code == "CANCELLED");
      CHECK(over.error_code == "expired_in_quiet_hours");
      w.after(held.not_before->micros - w.clock->now().micros - micros_per_second);
      CHECK(w.provider->log.empty());
      w.after(2 * micros_per_second);
      CHECK(bodies(*w.provider) == std::vector<std::string>{"Nouveautés"});
      CHECK(w.status(held.id) == "SENT");
      CHECK(w.status(over.id) == "CANCELLED");

      // Accepted by day, but the account is paused until the night: the start holds it back as well.
      w.provider->script = {Outcome::later("rate", 11 * micros_per_hour)};
      messages::Send again = w.text("Encore");
      again.purpose_code = "CONSENT_MARKETING";
      const Uuid id = w.send(again).id;
      w.pump();
      w.after(12 * micros_per_hour);
      w.after(2 * micros_per_hour);
      CHECK(w.status(id) == "QUEUED");
      CHECK(w.message(id).held_reason);
      w.after(12 * micros_per_hour);
      w.after(12 * micros_per_hour);
      CHECK(w.status(id) == "SENT");
    }
  }
}

TEST_CASE("A logical event is told once", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      messages::Send in = w.text("Appel de fonds");
      in.send_once = messages::SendOnce{"EVT_COOP_CALL_FOR_FUNDS/7", "dossier", w.dossier};
      const auto first = s.call(messages::send, in);
      CHECK_FALSE(first.already_sent);
      const auto second = s.call(messages::send, in);
      CHECK(second.already_sent);
      CHECK(second.message->id == first.message->id);
      in.send_once->event_id = "EVT_COOP_CALL_FOR_FUNDS/8";
      CHECK_FALSE(s.call(messages::send, in).already_sent);
      messages::Send other = in;
      other.dossier_id = w.person(1);
      CHECK_FALSE(s.call(messages::send, other).already_sent);
      w.pump();
      CHECK(w.provider->log.size() == 3);
    }
  }
}

TEST_CASE("An account goes no faster than its limits", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      auto a = s.call(channels::get, {w.account});
      s.call(channels::update, {.id = a.id, .version = a.version, .limits = SendingLimits{5, {}, {}}});
      for (int i = 0; i < 20; ++i) {
        messages::Send in = w.text(std::to_string(i));
        in.dossier_id = w.person(i);
        w.send(in);
      }
      w.pump();
      // A burst of one second's worth, then five a second.
      CHECK(w.provider->log.size() == 5);
      w.after(micros_per_second);
      CHECK(w.provider->log.size() == 10);
      w.after(micros_per_second);
      w.after(micros_per_second);
      CHECK(w.provider->log.size() == 20);

      a = s.call(channels::get, {w.account});
      s.call(channels::update, {.id = a.id, .version = a.version, .limits = SendingLimits{{}, 6, {}}});
      for (int i = 0; i < 3; ++i) w.send("pair " + std::to_string(i));
      w.pump();
      CHECK(w.provider->log.size() == 21);
      w.after(5 * micros_per_second);
      CHECK(w.provider->log.size() == 21);
      w.after(micros_per_second);
      CHECK(w.provider->log.size() == 22);
      w.after(6 * micros_per_second);
      CHECK(w.provider->log.size() == 23);

      a = s.call(channels::get, {w.account});
      s.call(channels::update, {.id = a.id, .version = a.version, .limits = SendingLimits{{}, 0, 25}});
      for (int i = 20; i < 30; ++i) {
        messages::Send in = w.text("day " + std::to_string(i));
        in.dossier_id = w.person(i);
        w.send(in);
      }
      w.pump();
      // Twenty of today are counted already, those that left under a limit of the account.
      CHECK(w.provider->log.size() == 28);
      w.after(13 * micros_per_hour);
      CHECK(w.provider->log.size() == 28);
      // The next day, at nine in the morning there.
      w.after(9 * micros_per_hour);
      CHECK(w.provider->log.size() == 33);
    }
  }
}

TEST_CASE("One organisation's backlog does not hold up another's", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      for (int i = 0; i < 100; ++i) {
        messages::Send in = w.text("one");
        in.dossier_id = w.person(i);
        w.send(in);
      }
      w.open_account(w.two);
      Session other = w.other();
      for (int i = 0; i < 3; ++i) {
        const std::string phone = "+21261000000" + std::to_string(i);
        const Uuid d = other.call(dossiers::create, {.contact_name = "Autre", .phone = phone}).dossier->id;
        other.call(consents::grant, grant_of(phone));
        messages::Send in = w.text("two");
        in.dossier_id = d;
        other.call(messages::send, in);
      }
      w.pump();
      REQUIRE(w.provider->log.size() == 103);
      const auto all = bodies(*w.provider);
      const auto last = std::find(all.rbegin(), all.rend(), "two");
      const auto position = all.rend() - last;
      // Whoever begins: the other's turn comes after one group, not after a hundred messages.
      CHECK(position <= 32 + 3);
    }
  }
}

TEST_CASE("A suspended organisation sends nothing", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const Uuid id = w.send().id;
      auto host = w.engine.host_session();
      host.call(organisations::set_status, {.id = w.one.org, .status_code = "ORG_SUSPENDED"});
      w.pump();
      w.after(micros_per_hour);
      CHECK(w.provider->log.empty());
      host.call(organisations::set_status, {.id = w.one.org, .status_code = "ORG_ACTIVE"});
      w.after(micros_per_hour);
      CHECK(w.status(id) == "SENT");
    }
  }
}

TEST_CASE("Figures and their text tell what happened", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      CHECK(s.call(outbox::health, {}).healthy);
      w.provider->script = {Outcome::accepted("a1"), Outcome::rejected("bad", "100"),
                            Outcome::unknown("timeout")};
      for (int i = 0; i < 3; ++i) {
        messages::Send in = w.text();
        in.dossier_id = w.person(i);
        w.send(in);
      }
      messages::Send later = w.text();
      later.not_before = w.clock->now() + micros_per_hour;
      w.send(later);
      w.pump();
      w.clock->advance(3 * micros_per_second);
      w.report("a1", DeliveryState::delivered);
      const auto m = s.call(outbox::metrics, {});
      CHECK(m.queued == 1);
      CHECK(m.uncertain == 1);
      CHECK(m.dead_letters == 1);
      CHECK(m.sent == 1);
      CHECK(m.delivered == 1);
      CHECK(m.failed == 1);
      CHECK(m.failure_rate == 500);
      CHECK(m.sent_to_delivered_p50_ms == 5000);
      REQUIRE(m.errors.size() == 1);
      CHECK(m.errors[0].code == "100");
      CHECK(m.errors[0].count == 1);
      const std::string text = w.engine.metrics_text();
      CHECK(text.find("atlas_outbox_dead_letters{organisation=\"" + format_uuid(w.one.org) + "\"} 1") !=
            std::string::npos);
      const auto rows = s.call(outbox::report, {}).rows;
      REQUIRE(rows.size() == 1);
      CHECK(rows[0].sent == 1);
      CHECK(rows[0].uncertain == 1);
      // The watch raises an alert, once an hour for each reason.
      w.after(2 * micros_per_minute);
      int alerts = 0;
      for (const auto& e : s.call(audit::list, {.actions = {"outbox.alert"}}).items)
        alerts += e.entity_kind == "organisation" ? 1 : 0;
      CHECK(alerts == 2);
      CHECK(code_of([&] { w.as("AGENT").call(outbox::metrics, {}); }) == ErrorCode::forbidden);
    }
  }
}
