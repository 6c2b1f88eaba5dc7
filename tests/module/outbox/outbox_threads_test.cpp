// Several workers at once, and messages that rules queue.

#include <thread>

#include "atlas/message_queue.hpp"
#include "atlas/templates.hpp"
#include "outbox_world.hpp"

using namespace atlas;
using namespace atlas::testing;

TEST_CASE("Several workers send each message once, in each person's order", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      constexpr int persons = 12, each = 6;
      std::vector<Uuid> dossiers;
      for (int p = 0; p < persons; ++p) dossiers.push_back(w.person(p));
      for (int n = 0; n < each; ++n) {
        for (const Uuid& d : dossiers) {
          messages::Send in = w.text(std::to_string(n));
          in.dossier_id = d;
          w.send(in);
        }
      }
      std::vector<std::thread> workers;
      for (int t = 0; t < 4; ++t) {
        workers.emplace_back([&] {
          // Turns may find nothing while another has it: ask for a while.
          for (int idle = 0; idle < 50;) {
            if (w.engine.pump(3).done > 0) {
              idle = 0;
            } else {
              ++idle;
              std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
          }
        });
      }
      for (std::thread& t : workers) t.join();
      w.pump();
      CHECK(w.provider->log.size() == persons * each);
      std::map<std::string, std::vector<std::string>> by_person;
      for (const Envelope& e : w.provider->log) by_person[e.to].push_back(e.body);
      CHECK(by_person.size() == persons);
      for (const auto& [who, bodies] : by_person)
        CHECK(bodies == std::vector<std::string>{"0", "1", "2", "3", "4", "5"});
      for (const auto& m : w.admin().call(outbox::list, {.limit = 1000}).items) {
        CHECK(m.status_code == "SENT");
        CHECK(m.attempts == 1);
      }
      CHECK(w.admin().call(audit::verify, {.records = true}).findings.empty());
    }
  }
}

TEST_CASE("A template is filled, and what is wrong with it is found before anything is queued", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      auto made = s.call(
          templates::create,
          {.code = "VISIT",
           .channel_code = "CHAN_SMS",
           .language = "fr",
           .body = "Bonjour {contact_name}, à demain.",
           .variables =
               R"({"type":"object","properties":{"contact_name":{"type":"string"}},"required":["contact_name"]})"});
      messages::Send in = w.text();
      in.body.reset();
      in.template_code = "VISIT";
      CHECK(code_of([&] { w.send(in); }) == ErrorCode::template_invalid);
      in.variables = R"({"contact_name":"Salma"})";
      const Message m = w.send(in);
      CHECK(m.body == "Bonjour Salma, à demain.");
      CHECK(m.locale == "fr");
      in.template_code = "UNKNOWN";
      CHECK(code_of([&] { w.send(in); }) == ErrorCode::not_found);
      CHECK(s.call(outbox::list, {}).items.size() == 1);
      w.pump();
      CHECK(w.provider->log.at(0).body == "Bonjour Salma, à demain.");

      // Out of use between acceptance and start: a dead letter with its reason, and nobody is asked.
      const Uuid poisoned = w.send([&] {
                               in.template_code = "VISIT";
                               return in;
                             }())
                                .id;
      s.call(templates::archive, {made.id, made.version});
      w.pump();
      CHECK(w.status(poisoned) == "FAILED");
      CHECK(w.message(poisoned).error_code == "not_found");
      CHECK(w.provider->log.size() == 1);
    }
  }
}

TEST_CASE("A rule queues a message once for each cause, or hears why not", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      s.call(
          templates::create,
          {.code = "WELCOME",
           .channel_code = "CHAN_SMS",
           .language = "fr",
           .body = "Bienvenue {contact_name}",
           .variables =
               R"({"type":"object","properties":{"contact_name":{"type":"string"}},"required":["contact_name"]})"});
      MessageOrder order;
      order.dossier_id = w.dossier;
      order.template_code = "WELCOME";
      order.channel_code = "CHAN_SMS";
      order.purpose_code = "CONSENT_CONTACT";
      order.cause = "step:1:0";
      const auto queue = [&] {
        MessageTaken taken;
        w.transact([&](Context& cx) { taken = cx.registry().message_queue()->queue(cx, order); });
        return taken;
      };
      const MessageTaken first = queue();
      REQUIRE(first.message_id);
      CHECK(queue().message_id == first.message_id);
      order.cause = "step:2:0";
      const MessageTaken second = queue();
      CHECK(second.message_id != first.message_id);
      w.pump();
      REQUIRE(w.provider->log.size() == 2);
      CHECK(w.provider->log[0].body == "Bienvenue Salma");
      CHECK(w.message(*first.message_id).cause == "step:1:0");
      order.cause = "step:3:0";
      order.purpose_code = "CONSENT_MARKETING";
      CHECK(queue().refusal == "consent_missing");
      order.purpose_code = "CONSENT_CONTACT";
      order.channel_code = "CHAN_EMAIL";
      CHECK(queue().refusal == "unknown_template");
      order.channel_code = "CHAN_SMS";
      order.template_code = "NONE";
      CHECK(queue().refusal == "unknown_template");
      w.transact([&](Context& cx) {
        std::vector<std::string> against;
        cx.registry().message_queue()->object(cx, order, against);
        CHECK(against.size() == 1);
      });
      CHECK(s.call(outbox::list, {}).items.size() == 2);
    }
  }
}
