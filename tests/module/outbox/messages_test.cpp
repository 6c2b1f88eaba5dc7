// Conversations: who may say what, where it is kept, and what comes in.

#include "outbox_world.hpp"

using namespace atlas;
using namespace atlas::testing;

TEST_CASE("Without consent nothing is accepted, and the refusal is audited", "[messages]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      messages::Send in = w.text();
      in.address = "+212600000099";
      CHECK(code_of([&] { w.send(in); }) == ErrorCode::consent_missing);
      CHECK(s.call(outbox::list, {}).items.empty());
      bool blocked = false;
      for (const auto& e : s.call(audit::list, {}).items)
        blocked = blocked || e.action == "BLOCKED_BY_POLICY";
      CHECK(blocked);
    }
  }
}

TEST_CASE("Wrong messages are refused with every wrong field", "[messages]") {
  OutboxWorld w("memory");
  Session s = w.admin();
  const auto refused = [&](messages::Send in, const std::string& path, std::string_view code) {
    const Error e = error_of([&] { s.call(messages::send, in); });
    CHECK(e.code() == ErrorCode::invalid_argument);
    CHECK(names(e, path, code));
  };
  messages::Send in = w.text();
  in.body.reset();
  refused(in, "/body", field_code::required);
  in = w.text();
  in.subject = "Objet";
  refused(in, "/subject", field_code::unknown_member);
  in = w.text();
  in.channel_code = "CHAN_PHONE";
  refused(in, "/channel_code", field_code::not_a_code);
  in = w.text();
  in.address = "06";
  refused(in, "/address", field_code::not_a_phone_number);
  in = w.text();
  in.expires_at = w.clock->now();
  refused(in, "/expires_at", field_code::out_of_range);
  in = w.text();
  in.account_id = w.dossier;
  refused(in, "/account_id", field_code::unknown_reference);
  in = w.text();
  in.template_code = "WELCOME";
  refused(in, "/body", field_code::unknown_member);
  in = w.text();
  in.channel_code = "CHAN_EMAIL";
  refused(in, "/subject", field_code::required);
  in.subject = "Objet";
  CHECK(detail_of(error_of([&] { s.call(messages::send, in); }), "reason") == "\"no_account\"");
  CHECK(s.call(outbox::list, {}).items.empty());
}

TEST_CASE("An agent writes on dossiers of theirs, and another organisation sees nothing", "[messages]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const Message m = w.send();
      Session agent = w.as("AGENT");
      CHECK(code_of([&] { agent.call(messages::send, w.text()); }) == ErrorCode::not_found);
      CHECK(code_of([&] { agent.call(messages::get, {m.id}); }) == ErrorCode::not_found);
      CHECK(code_of([&] { agent.call(messages::list, {.dossier_id = w.dossier}); }) == ErrorCode::not_found);
      CHECK(agent.call(outbox::list, {}).items.empty());
      CHECK(code_of([&] { w.other().call(messages::get, {m.id}); }) == ErrorCode::not_found);
      CHECK(code_of([&] { w.other().call(outbox::get, {m.id}); }) == ErrorCode::not_found);
      Session s = w.admin();
      const auto d = s.call(dossiers::get, {w.dossier});
      s.call(dossiers::assign, {.id = d.id, .version = d.version, .user_id = w.one.users.at("AGENT")});
      CHECK(agent.call(messages::send, w.text("de l'agent")).message->status_code == "QUEUED");
      CHECK(agent.call(messages::list, {.dossier_id = w.dossier}).items.size() == 2);
      CHECK(agent.call(outbox::list, {}).items.size() == 2);
      CHECK(code_of([&] { w.as("OWNER").call(messages::send, w.text()); }) == ErrorCode::forbidden);
      CHECK(w.as("AUDITOR").call(messages::get, {m.id}).body == "Bonjour");
    }
  }
}

TEST_CASE("A thread holds what was sent, received, said elsewhere and on the telephone", "[messages]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      w.send("un");
      w.pump();
      w.clock->advance(micros_per_minute);
      std::optional<Message> received;
      bool known = true;
      w.transact([&](Context& cx) {
        known = messages::is_recorded(cx, w.account, "in1");
        messages::Received in;
        in.account_id = w.account;
        in.provider = "MEMORY";
        in.channel_code = "CHAN_SMS";
        in.address = "+212600000001";
        in.provider_message_id = "in1";
        in.dossier_id = w.dossier;
        in.at = cx.now();
        in.body = "deux";
        in.context_id = "p1";
        received = messages::record_received(cx, in);
      });
      REQUIRE(received);
      CHECK_FALSE(known);
      CHECK(received->direction == "INBOUND");
      CHECK(received->reply_to_id);
      const Uuid two = received->id;
      w.transact([&](Context& cx) { known = messages::is_recorded(cx, w.account, "in1"); });
      CHECK(known);
      w.clock->advance(micros_per_minute);
      s.call(
          messages::log,
          {.dossier_id = w.dossier, .direction = "INBOUND", .channel_code = "CHAN_EMAIL", .body = "trois"});
      w.clock->advance(micros_per_minute);
      const Message call =
          s.call(messages::log_call,
                 {.dossier_id = w.dossier, .outcome = "answered", .duration_seconds = 95, .body = "quatre"});
      CHECK(call.address == "+212600000001");
      const auto thread = s.call(messages::list, {.dossier_id = w.dossier, .oldest_first = true}).items;
      std::vector<std::string> bodies;
      for (const Message& m : thread) bodies.push_back(*m.body);
      CHECK(bodies == std::vector<std::string>{"un", "deux", "trois", "quatre"});
      CHECK(thread[0].status_code == "SENT");
      CHECK_FALSE(thread[1].status_code);
      CHECK(s.call(messages::list, {.address = "+212600000001", .direction = "INBOUND"}).items.size() == 1);
      CHECK(code_of([&] { s.call(messages::list, {}); }) == ErrorCode::invalid_argument);
      CHECK(s.call(outbox::list, {}).items.size() == 1);
      CHECK(code_of([&] { s.call(outbox::get, {two}); }) == ErrorCode::not_found);

      // It was somebody else's.
      const Uuid theirs = w.person(7);
      const Message moved = s.call(messages::move, {two, s.call(messages::get, {two}).version, theirs});
      CHECK(moved.dossier_id == theirs);
      CHECK(s.call(messages::list, {.dossier_id = w.dossier}).items.size() == 3);
      CHECK(s.call(messages::list, {.dossier_id = theirs}).items.size() == 1);

      // An archived dossier stays as it was: nothing is written down there, nor moved to it.
      const Uuid over = w.person(8);
      s.call(dossiers::archive, {.id = over, .version = s.call(dossiers::get, {over}).version});
      CHECK(code_of([&] {
              s.call(
                  messages::log,
                  {.dossier_id = over, .direction = "INBOUND", .channel_code = "CHAN_EMAIL", .body = "six"});
            }) == ErrorCode::conflict);
      CHECK(code_of([&] { s.call(messages::log_call, {.dossier_id = over, .outcome = "answered"}); }) ==
            ErrorCode::conflict);
      CHECK(code_of([&] { s.call(messages::move, {two, moved.version, over}); }) == ErrorCode::conflict);
      CHECK(s.call(messages::list, {.dossier_id = over}).items.empty());

      w.transact([&](Context& cx) {
        const auto last =
            messages::last_outbound(cx, "CHAN_SMS", "+212600000001", cx.now() + -micros_per_hour);
        REQUIRE(last);
        CHECK(last->body == "un");
        CHECK_FALSE(messages::last_outbound(cx, "CHAN_WHATSAPP", "+212600000001", {0}));
        CHECK_FALSE(messages::last_outbound(cx, "CHAN_SMS", "+212600000001", cx.now()));
        CHECK(messages::find_by_provider_id(cx, w.account, "in1")->id == two);
        CHECK(messages::find_by_provider_id(cx, w.account, "p1")->body == "un");
        CHECK_FALSE(messages::find_by_provider_id(cx, w.account, "p2"));
      });
      CHECK(s.call(audit::verify, {.records = true}).findings.empty());
    }
  }
}

TEST_CASE("A refusal during a call is a withdrawal", "[messages]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      s.call(consents::grant, grant_of("+212600000001", "CHAN_PHONE"));
      CHECK(ask(s, "+212600000001", "CHAN_PHONE").allowed);
      w.clock->advance(micros_per_second);
      s.call(messages::log_call, {.dossier_id = w.dossier, .outcome = "refused"});
      CHECK_FALSE(ask(s, "+212600000001", "CHAN_PHONE").allowed);
      CHECK(code_of([&] {
              s.call(messages::log_call,
                     {.dossier_id = w.dossier, .occurred_at = w.clock->now() + micros_per_minute});
            }) == ErrorCode::invalid_argument);
    }
  }
}

TEST_CASE("The same idempotency key sends once", "[messages]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      const std::string params =
          R"({"idempotency_key":"k1","dossier_id":")" + format_uuid(w.dossier) +
          R"(","channel_code":"CHAN_SMS","purpose_code":"CONSENT_CONTACT","body":"une fois"})";
      const std::string first = s.call_json("messages.send", params);
      const std::string second = s.call_json("messages.send", params);
      CHECK(second.find("\"replayed\":true") != std::string::npos);
      CHECK(first.substr(0, 60) == second.substr(0, 60));
      w.pump();
      CHECK(w.provider->log.size() == 1);
    }
  }
}
