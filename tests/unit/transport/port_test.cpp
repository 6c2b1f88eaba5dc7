// The port itself: outcomes and their bounds, deadlines, exceptions, what is said of a provider's words.

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

#include "atlas/testing/fakes.hpp"
#include "atlas/testing/recording_transport.hpp"
#include "atlas/transport.hpp"

using namespace atlas;
using atlas::testing::FakeClock;
using atlas::testing::RecordingTransport;

namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

Envelope sms(const std::string& token = "t1") {
  Envelope e;
  e.account.provider = "MEMORY";
  e.account.sender = "+33700000000";
  e.channel_code = "CHAN_SMS";
  e.to = "+33612345678";
  e.body = "Bonjour";
  e.token = token;
  return e;
}

class Throwing final : public Transport {
 public:
  explicit Throwing(bool marks, bool begins) : marks_(marks), begins_(begins) {}
  Outcome send(const Envelope&, Sending& sending) override {
    if (begins_) sending.begin();
    throw std::runtime_error("broken");
  }
  bool marks_begin() const noexcept override { return marks_; }

 private:
  bool marks_, begins_;
};

std::string contents(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("outcomes have names", "[transport]") {
  for (const char* name :
       {"accepted", "not_taken", "later", "rejected", "unreachable", "opted_out", "account", "unknown"}) {
    REQUIRE(outcome_kind(name));
    CHECK(to_text(*outcome_kind(name)) == name);
  }
  CHECK_FALSE(outcome_kind("sent"));
}

TEST_CASE("an outcome that may come so often becomes another", "[transport]") {
  Outcome o = Outcome::not_taken("provider_error");
  o.times = 2;
  o.afterwards = OutcomeKind::unreachable;
  CHECK(bounded(o, 0).kind == OutcomeKind::not_taken);
  CHECK(bounded(o, 1).kind == OutcomeKind::not_taken);
  CHECK(bounded(o, 2).kind == OutcomeKind::unreachable);
  o.afterwards = OutcomeKind::account;
  CHECK(bounded(o, 9).alarm);
  o = Outcome::later("limit", 10);
  o.growing = true;
  CHECK(bounded(o, 0).retry_after_us == 10);
  CHECK(bounded(o, 1).retry_after_us == 20);
  CHECK(bounded(o, 3).retry_after_us == 80);
  CHECK(bounded(o, 4'000'000).retry_after_us == 640);
  CHECK(bounded(Outcome::rejected("x"), 5).kind == OutcomeKind::rejected);
}

TEST_CASE("exceptions are unknown, but before the first byte of who marks it", "[transport]") {
  FakeClock clock;
  const auto outcome = [&](bool marks, bool begins) {
    Throwing transport(marks, begins);
    Sending sending(clock, clock.monotonic_ns() + second_ns);
    return send_guarded(transport, sms(), sending).kind;
  };
  CHECK(outcome(true, false) == OutcomeKind::not_taken);
  CHECK(outcome(true, true) == OutcomeKind::unknown);
  CHECK(outcome(false, false) == OutcomeKind::unknown);
  CHECK(outcome(false, true) == OutcomeKind::unknown);
}

TEST_CASE("nothing is sent after the deadline", "[transport]") {
  FakeClock clock;
  RecordingTransport transport;
  Sending late(clock, clock.monotonic_ns());
  CHECK(send_guarded(transport, sms(), late).kind == OutcomeKind::not_taken);
  CHECK(transport.size() == 0);
  Sending sending(clock, clock.monotonic_ns() + second_ns);
  clock.advance(2 * micros_per_second);
  CHECK_FALSE(sending.begin());
  CHECK_FALSE(sending.begun());
  CHECK(sending.remaining_ns() == 0);
}

TEST_CASE("impossible answers are unknown, and words are sanitised", "[transport]") {
  FakeClock clock;
  RecordingTransport transport;
  const auto send = [&] {
    Sending sending(clock, clock.monotonic_ns() + second_ns);
    return send_guarded(transport, sms(), sending);
  };
  transport.answer(Outcome::accepted(std::string(300, 'x')));
  CHECK(send().kind == OutcomeKind::unknown);
  transport.answer(Outcome::accepted("\xff"));
  CHECK(send().kind == OutcomeKind::unknown);
  Outcome o = Outcome::later("x", -5);
  o.provider_text = "call +33 6 12 34 56 78\n now";
  transport.answer(o);
  o = send();
  CHECK(o.retry_after_us == 0);
  CHECK(o.provider_text == "call … now");
}

TEST_CASE("every outcome of a host's lies within bounds", "[transport]") {
  FakeClock clock;
  RecordingTransport transport;
  const auto send = [&](const Outcome& answer) {
    transport.answer(answer);
    Sending sending(clock, clock.monotonic_ns() + second_ns);
    return send_guarded(transport, sms(), sending);
  };
  Outcome o = Outcome::accepted("an id");
  o.kind = static_cast<OutcomeKind>(8);
  o.provider_text = "secret";
  o = send(o);
  CHECK(o.kind == OutcomeKind::unknown);
  CHECK(o.reason == "unknown_outcome");
  CHECK(o.alarm);
  CHECK(o.provider_id.empty());
  CHECK(o.provider_text.empty());

  for (const char* id : {"a\nb", "a\x7f", "\x1b[2J"}) {
    CAPTURE(id);
    CHECK(send(Outcome::accepted(id)).kind == OutcomeKind::unknown);
  }
  CHECK(send(Outcome::accepted(std::string("a\0b", 3))).kind == OutcomeKind::unknown);
  CHECK(send(Outcome::accepted(std::string(255, 'x'))).provider_id.size() == 255);

  o = Outcome::not_taken("busy", INT64_MAX);
  o.growing = true;
  o.times = UINT32_MAX;
  o.afterwards = static_cast<OutcomeKind>(200);
  o = send(o);
  CHECK(o.retry_after_us == 72 * micros_per_hour);
  CHECK(o.afterwards == OutcomeKind::rejected);
  CHECK(*bounded(o, 1'000'000).retry_after_us > 0);
  CHECK(send(Outcome::later("x", INT64_MIN)).retry_after_us == 0);
  o = Outcome::not_taken("busy");
  o.times = 1;
  o.afterwards = OutcomeKind::accepted;  // nobody has it, so it was never taken
  CHECK(bounded(send(o), 1).kind == OutcomeKind::rejected);

  o = Outcome::rejected(std::string(100'000, 'r') + "\xff", "Bearer 0123456789abcdef0123456789\n\xc3");
  o.provider_id = std::string(1000, 'i');
  o = send(o);
  CHECK(o.kind == OutcomeKind::rejected);
  CHECK(o.provider_id.empty());
  CHECK(o.reason.size() <= 64);
  CHECK(o.provider_code == "Bearer … …");
}

TEST_CASE("a provider's words keep nothing personal or secret", "[transport]") {
  CHECK(sanitised("Message blocked") == "Message blocked");
  CHECK(sanitised("The 'To' number +212612345678 is not valid.") == "The 'To' number … is not valid.");
  CHECK(sanitised("06 12 34 56 78") == "…");
  CHECK(sanitised("to <amal@example.com>, from https://x/y?token=1") == "to … from …");
  CHECK(sanitised("token EAAGm0PX4ZCpsBAOxyz123 expired") == "token … expired");
  CHECK(sanitised("error 131026 in 2026") == "error 131026 in 2026");
  CHECK(sanitised("a\x01\x7f"
                  "b\xff"
                  "c d") == "a … d");
  CHECK(sanitised(std::string(50, 'a')) == "…");
  CHECK(sanitised("é é é", 4) == "é ");
  std::string words;
  for (int i = 0; i < 500; ++i) words += "mot ";
  CHECK(sanitised(words).size() <= 200);
}

TEST_CASE("a recording transport answers by its script", "[transport]") {
  FakeClock clock;
  RecordingTransport transport;
  const auto send = [&](const std::string& token) {
    Sending sending(clock, clock.monotonic_ns() + second_ns);
    return send_guarded(transport, sms(token), sending);
  };
  CHECK(send("a").provider_id == "rec-1");
  transport.answer(Outcome::rejected("no"), 2);
  transport.fail(1, false);
  transport.fail();
  CHECK(send("b").kind == OutcomeKind::rejected);
  CHECK(send("c").kind == OutcomeKind::rejected);
  CHECK(send("d").kind == OutcomeKind::not_taken);
  CHECK(send("e").kind == OutcomeKind::unknown);
  CHECK(send("f").provider_id == "rec-2");
  transport.answer_with([](const Envelope& e) { return Outcome::accepted("id-" + e.token); });
  CHECK(send("g").provider_id == "id-g");
  REQUIRE(transport.size() == 6);  // not the one that failed before it began
  CHECK(transport.messages()[0].envelope.body == "Bonjour");
  CHECK(transport.messages()[0].remaining_ns == second_ns);
  transport.clear();
  CHECK(transport.size() == 0);
  RecordingTransport once(true);
  Sending sending(clock, clock.monotonic_ns() + second_ns);
  CHECK(once.send(sms(), sending).provider_id == "rec-1");
  CHECK(once.send(sms(), sending).provider_id == "rec-1");
  CHECK(once.size() == 1);
}

TEST_CASE("transports are found by provider and channel", "[transport]") {
  Transports all;
  const auto any = std::make_shared<RecordingTransport>(), mail = std::make_shared<RecordingTransport>();
  CHECK(all.empty());
  all.add("HOST", "", any);
  all.add("HOST", "CHAN_EMAIL", mail);
  CHECK(all.find("HOST", "CHAN_SMS") == any);
  CHECK(all.find("HOST", "CHAN_EMAIL") == mail);
  CHECK(all.find("TWILIO", "CHAN_SMS") == nullptr);
}

TEST_CASE("secrets are wiped when they go", "[transport]") {
  Secret a("0123456789abcdef0123456789abcdef");
  Secret b(std::move(a));
  CHECK(a.empty());  // NOLINT: that is the question
  CHECK(b.view() == "0123456789abcdef0123456789abcdef");
  CHECK(b.copy().view() == b.view());
  Secret s("short");
  const char* const where = s.view().data();
  s.forget();
  CHECK(std::string_view(where, 5) == std::string_view("\0\0\0\0\0", 5));
}

TEST_CASE("the file transport writes each message once, whole", "[transport]") {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("atlas_files_" + std::to_string(::getpid()));
  fs::create_directory(folder);
  const auto clock = std::make_shared<FakeClock>();
  const auto transport = make_file_transport(folder.string(), clock);
  const auto send = [&](const Envelope& e) {
    Sending sending(*clock, clock->monotonic_ns() + second_ns);
    return send_guarded(*transport, e, sending);
  };
  Envelope e = sms();
  e.body = "Rendez-vous à 15 h \"sûr\"";
  CHECK(send(e).provider_id == "t1");
  CHECK(contents(folder / "t1.json") ==
        "{\"token\":\"t1\",\"at\":\"2026-11-22T09:50:00.000000Z\",\"channel_code\":\"CHAN_SMS\","
        "\"from\":\"+33700000000\",\"to\":\"+33612345678\",\"body\":\"Rendez-vous à 15 h "
        "\\\"sûr\\\"\",\"media\":[]}\n");
  CHECK(send(e).kind == OutcomeKind::accepted);
  Envelope mail = sms("m1");
  mail.channel_code = "CHAN_EMAIL";
  mail.account.sender = "Agence <contact@agence.example>";
  mail.to = "amal@example.com";
  mail.subject = "Visite";
  CHECK(send(mail).provider_id == "<m1@agence.example>");
  CHECK(contents(folder / "m1.eml").find("Subject: Visite\r\n") != std::string::npos);
  CHECK(std::distance(fs::directory_iterator(folder), fs::directory_iterator()) == 2);
  for (const char* token : {"", ".", "..", "../t", "a/b", ".hidden", "a b"}) {
    CAPTURE(token);
    CHECK(send(sms(token)).kind == OutcomeKind::rejected);
  }
  mail.to = "nobody";
  CHECK(send(mail).kind == OutcomeKind::rejected);
  fs::remove_all(folder);
  CHECK(send(sms("t2")).kind == OutcomeKind::account);
}
