// A provider is asked about messages of which nobody knows whether they left; nothing is sent by asking.

#include "atlas/inquiry.hpp"
#include "outbox_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// Answers questions as it is told to; an empty script is a provider that does not answer.
class AskedProvider final : public Transport {
 public:
  Outcome send(const Envelope& e, Sending& sending) override { return inner.send(e, sending); }
  bool marks_begin() const noexcept override { return true; }
  bool answers_inquiries() const noexcept override { return true; }
  Findings ask(const Inquiry& q, Sending&) override {
    asked.push_back(q);
    if (answer) return answer(q);
    return {false, "no_answer", {}, {}};
  }

  ScriptedProvider inner;
  std::vector<Inquiry> asked;
  std::function<Findings(const Inquiry&)> answer;
};

struct AskingWorld : OutboxWorld {
  explicit AskingWorld(const std::string& on) : AskingWorld(on, std::make_shared<AskedProvider>()) {}
  AskingWorld(const std::string& on, std::shared_ptr<AskedProvider> p)
      : OutboxWorld(on, std::make_shared<ScriptedProvider>(), transports_of(p)), asked(std::move(p)) {}
  /// A message that nobody knows of.
  Uuid lose(const messages::Send& in) {
    asked->inner.script = {Outcome::unknown("timeout")};
    const Uuid id = send(in).id;
    pump();
    REQUIRE(status(id) == "UNCERTAIN");
    return id;
  }
  std::shared_ptr<AskedProvider> asked;
};

Finding finding(const std::string& id, DeliveryState state, std::optional<Timestamp> at = {},
                const std::string& error = "", const std::string& token = "") {
  return {id, token, state, at, error, ""};
}

Findings found(std::vector<Finding> some) { return {true, "", {}, std::move(some)}; }

std::int64_t minutes(std::int64_t n) { return n * micros_per_minute; }

}  // namespace

TEST_CASE("What a provider has of an uncertain message counts as its report", "[outbox]") {
  struct Case {
    DeliveryState state;
    const char* error;
    const char* status;
  };
  const Case cases[] = {{DeliveryState::queued, "", "SENT"},
                        {DeliveryState::sent, "", "SENT"},
                        {DeliveryState::delivered, "", "DELIVERED"},
                        {DeliveryState::read, "", "READ"},
                        {DeliveryState::failed, "30003", "FAILED"}};
  for (const auto& backend : backends()) {
    for (const Case& c : cases) {
      DYNAMIC_SECTION(backend << " " << to_text(c.state)) {
        AskingWorld w(backend);
        const Timestamp began = w.clock->now();
        const Uuid id = w.lose(w.text());
        w.asked->answer = [&](const Inquiry&) { return found({finding("SM1", c.state, began, c.error)}); };
        w.after(minutes(2) - micros_per_second);
        CHECK(w.asked->asked.empty());
        w.after(2 * micros_per_second);
        REQUIRE(w.asked->asked.size() == 1);
        const Inquiry& q = w.asked->asked.front();
        CHECK(q.to == "+212600000001");
        CHECK(q.body == "Bonjour");
        CHECK(q.token == messages::token_of(id));
        CHECK(q.provider_id.empty());
        CHECK(q.from <= began);
        CHECK(began <= q.until);
        CHECK(q.until.micros - q.from.micros <= minutes(15));
        CHECK(w.status(id) == c.status);
        CHECK(w.message(id).provider_message_id == "SM1");
        // Neither asked nor sent again.
        w.after(5 * micros_per_day);
        CHECK(w.asked->asked.size() == 1);
        CHECK(w.asked->inner.log.size() == 1);
        // Its reports find it.
        CHECK(w.report("SM1", DeliveryState::read) == (c.state == DeliveryState::read
                                                           ? messages::ReportResult::repeated
                                                           : messages::ReportResult::moved));
        bool told = false;
        for (const auto& e : w.admin().call(audit::list, {.entity_id = id}).items)
          told = told || e.action == "message.asked";
        CHECK(told);
      }
    }
  }
}

TEST_CASE("A provider is asked six times within three days, and what it does not know stays uncertain",
          "[outbox]") {
  for (const auto& backend : backends()) {
    for (const bool answers : {true, false}) {
      DYNAMIC_SECTION(backend << (answers ? " knows nothing" : " does not answer")) {
        AskingWorld w(backend);
        const Timestamp began = w.clock->now();
        const Uuid id = w.lose(w.text());
        if (answers) w.asked->answer = [](const Inquiry&) { return found({}); };
        // By hand: 2 and 10 minutes, 1, 6, 24 and 72 hours.
        std::size_t times = 0;
        for (const std::int64_t at : {2, 10, 60, 360, 1'440, 4'320}) {
          w.clock->set(began + minutes(at) + -micros_per_second);
          w.pump();
          CHECK(w.asked->asked.size() == times);
          w.after(2 * micros_per_second);
          CHECK(w.asked->asked.size() == ++times);
        }
        w.after(30 * micros_per_day);
        CHECK(w.asked->asked.size() == 6);
        CHECK(w.status(id) == "UNCERTAIN");
        CHECK(w.asked->inner.log.size() == 1);
      }
    }
  }
}

TEST_CASE("A message is taken for ours only when it can be no other", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      AskingWorld w(backend);
      // One that the provider is known to have, with the same words.
      const Uuid sent = w.send().id;
      w.pump();
      const std::string known = *w.message(sent).provider_message_id;
      const Timestamp began = w.clock->now();
      const Uuid id = w.lose(w.text());
      std::vector<Findings> answers{
          found({finding(known, DeliveryState::delivered, began)}),
          found({finding("SM1", DeliveryState::sent, began), finding("SM2", DeliveryState::sent, began)}),
          found({finding("SM3", DeliveryState::sent, began + -micros_per_hour)}),
          found({finding("SM4", DeliveryState::sent, began, "", "another-token")}),
          found({finding(known, DeliveryState::delivered, began),
                 finding("SM5", DeliveryState::delivered, began)})};
      std::size_t next = 0;
      w.asked->answer = [&](const Inquiry&) { return answers.at(next++); };
      for (const std::int64_t at : {2, 10, 60, 360}) {
        w.clock->set(began + minutes(at) + micros_per_second);
        w.pump();
        CHECK(w.status(id) == "UNCERTAIN");
      }
      CHECK(next == 4);
      w.clock->set(began + minutes(1'440) + micros_per_second);
      w.pump();
      CHECK(w.status(id) == "DELIVERED");
      CHECK(w.message(id).provider_message_id == "SM5");
      CHECK(w.status(sent) == "SENT");
    }
  }
}

TEST_CASE("Two of the same words of which nobody knows are not told apart", "[outbox]") {
  for (const auto& backend : backends()) {
    for (const bool same : {true, false}) {
      DYNAMIC_SECTION(backend << (same ? " same words" : " other words")) {
        AskingWorld w(backend);
        const Timestamp began = w.clock->now();
        const Uuid first = w.lose(w.text());
        const Uuid second = w.lose(w.text(same ? "Bonjour" : "Bonsoir"));
        w.asked->answer = [&](const Inquiry& q) {
          return q.body == "Bonjour" ? found({finding("SM1", DeliveryState::delivered, began)}) : found({});
        };
        w.after(4 * micros_per_day);
        CHECK(w.status(first) == (same ? "UNCERTAIN" : "DELIVERED"));
        CHECK(w.status(second) == "UNCERTAIN");
        // Once an operator has dealt with one of them, it still may be that one.
        if (!same) continue;
        w.admin().call(outbox::settle, {second, w.message(second).version, "give_up"});
        CHECK(w.status(first) == "UNCERTAIN");
      }
    }
  }
}

TEST_CASE("A token names the message, whatever else the provider has", "[outbox]") {
  AskingWorld w("memory");
  const Timestamp began = w.clock->now();
  const Uuid id = w.lose(w.text());
  w.asked->answer = [&](const Inquiry& q) {
    return found({finding("SM1", DeliveryState::sent, began),
                  finding("SM2", DeliveryState::delivered, {}, "", q.token)});
  };
  w.after(minutes(3));
  CHECK(w.status(id) == "DELIVERED");
  CHECK(w.message(id).provider_message_id == "SM2");
}

TEST_CASE("What is decided or told meanwhile is not asked about", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      AskingWorld w(backend);
      const Uuid told = w.lose(w.text());
      CHECK(w.report("x1", DeliveryState::sent, 0, "", messages::token_of(told)) ==
            messages::ReportResult::moved);
      const Uuid given_up = w.lose(w.text());
      w.admin().call(outbox::settle, {given_up, w.message(given_up).version, "give_up"});
      const Uuid resent = w.lose(w.text());
      w.admin().call(outbox::settle, {resent, w.message(resent).version, "resend"});
      w.after(4 * micros_per_day);
      CHECK(w.asked->asked.empty());
      CHECK(w.status(resent) == "SENT");
      CHECK(w.asked->inner.log.size() == 4);
    }
  }
}

TEST_CASE("A suspended organisation asks nobody, and goes on afterwards", "[outbox]") {
  AskingWorld w("memory");
  const Uuid id = w.lose(w.text());
  w.engine.host_session().call(organisations::set_status, {.id = w.one.org, .status_code = "ORG_SUSPENDED"});
  w.after(micros_per_hour / 2);
  CHECK(w.asked->asked.empty());
  w.asked->answer = [](const Inquiry&) { return found({finding("SM1", DeliveryState::sent)}); };
  w.engine.host_session().call(organisations::set_status, {.id = w.one.org, .status_code = "ORG_ACTIVE"});
  w.after(micros_per_hour);
  CHECK(w.status(id) == "SENT");
}

TEST_CASE("Nothing that a provider answers to a question does harm", "[outbox]") {
  const std::vector<std::function<Findings(const Inquiry&)>> answers{
      [](const Inquiry&) -> Findings { throw std::runtime_error("no"); },
      [](const Inquiry&) -> Findings { throw 7; },
      [](const Inquiry&) { return found({finding("", DeliveryState::sent)}); },
      [](const Inquiry&) { return found({finding(std::string(300, 'x'), DeliveryState::sent)}); },
      [](const Inquiry&) { return found({finding("a\x01", DeliveryState::sent)}); },
      [](const Inquiry&) { return found(std::vector<Finding>(51, finding("SM1", DeliveryState::sent))); }};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    CAPTURE(i);
    AskingWorld w("memory");
    const Uuid id = w.lose(w.text());
    w.asked->answer = answers[i];
    w.after(minutes(3));
    CHECK(w.asked->asked.size() == 1);
    CHECK(w.status(id) == "UNCERTAIN");
    CHECK(w.admin().call(audit::verify, {.records = true}).findings.empty());
  }
}
