// When a byte may have left, and when certainly none has: the same for both HTTP providers.

#include <atomic>
#include <thread>

#include "atlas/testing/fakes.hpp"
#include "servers.hpp"

using namespace atlas;
using servers::kind;
using servers::send;

namespace {

struct Provider {
  std::string name;
  std::shared_ptr<Transport> transport;
  Envelope envelope;
};

std::vector<Provider> providers(const ProviderOptions& options = {}) {
  Envelope e;
  e.channel_code = "CHAN_WHATSAPP";
  e.to = "+212612345678";
  e.body = "Bonjour";
  e.token = "t1";
  Provider twilio{"TWILIO", make_twilio_transport(options), e};
  twilio.envelope.account.sender = "+33700000000";
  twilio.envelope.account.business_id = "AC00000000000000000000000000000001";
  twilio.envelope.account.secret = servers::secret("the-auth-token");
  Provider meta{"META", make_meta_transport(options), e};
  meta.envelope.account.sender = "106540352242922";
  meta.envelope.account.secret = servers::secret("EAAG-the-access-token");
  return {twilio, meta};
}

std::string outcome(Provider& p, const std::string& base_url, std::int64_t deadline_ms = 5'000) {
  p.envelope.account.base_url = base_url;
  return kind(send(*p.transport, p.envelope, deadline_ms));
}

}  // namespace

TEST_CASE("before the first byte, nothing was taken", "[providers]") {
  for (Provider& p : providers()) {
    CAPTURE(p.name);
    CHECK(outcome(p, servers::address("http", "REFUSED")) == "not_taken connection_refused");
    CHECK(outcome(p, "https://no-such-host.invalid") == "not_taken name_lookup");
    // It listens and never says a word of TLS.
    CHECK(outcome(p, servers::address("https", "DEAF"), 300) == "not_taken connect_timeout");
    // Nobody has signed its certificate.
    const std::size_t before = servers::received().size();
    CHECK(outcome(p, servers::address("https", "TWILIO_TLS")) == "not_taken certificate");
    // It speaks no TLS.
    CHECK(outcome(p, servers::address("https", p.name)) == "not_taken tls");
    CHECK(servers::received().size() == before);
  }
}

TEST_CASE("after the first byte, silence is unknown", "[providers]") {
  for (Provider& p : providers()) {
    CAPTURE(p.name);
    const std::string base = servers::address("http", p.name);
    CHECK(outcome(p, base + "/~silent", 400) == "unknown no_answer_in_time");
    CHECK(outcome(p, servers::address("http", "DEAF"), 300) == "unknown no_answer_in_time");
    CHECK(outcome(p, base + "/~reset") == "unknown no_answer");
    CHECK(outcome(p, base + "/~interim", 400) == "unknown no_answer_in_time");
    CHECK(outcome(p, base + "/~slow-800", 300) == "unknown no_answer_in_time");
    CHECK(outcome(p, base + "/~slow-100") == "accepted ");
  }
}

TEST_CASE("an answer that breaks off or is none leaves the matter open", "[providers]") {
  for (Provider& p : providers()) {
    CAPTURE(p.name);
    const std::string base = servers::address("http", p.name);
    CHECK(outcome(p, base + "/~cut") == "unknown unreadable_answer");
    CHECK(outcome(p, base + "/~huge") == "unknown unreadable_answer");
    CHECK(outcome(p, base + "/~page") == "unknown unreadable_answer");
    CHECK(outcome(p, base + "/~blank") == "unknown unreadable_answer");
    // The status alone was enough.
    CHECK(outcome(p, base + "/~cut-429") == "later too_many_requests");
    CHECK(outcome(p, base + "/~cut-401") == "account authentication_failed");
    CHECK(outcome(p, base + "/~cut-500") == "unknown provider_error");
  }
}

TEST_CASE("each request is sent exactly once", "[providers]") {
  for (Provider& p : providers()) {
    for (const char* scenario : {"reset", "cut", "silent", "status-503", "redirect", "retry-429-1"}) {
      CAPTURE(p.name, scenario);
      const std::size_t before = servers::received().size();
      outcome(p, servers::address("http", p.name) + "/~" + scenario, 500);
      CHECK(servers::received().size() == before + 1);
    }
  }
}

TEST_CASE("a redirect is not followed, for the secret would go with it", "[providers]") {
  for (Provider& p : providers()) {
    CHECK(outcome(p, servers::address("http", p.name) + "/~redirect") == "account wrong_address");
    CHECK(servers::received().back()["scenario"] == "redirect");
  }
}

TEST_CASE("the provider's wait is obeyed, in seconds or as a date", "[providers]") {
  const auto clock = std::make_shared<atlas::testing::FakeClock>();  // 2026-11-22T09:50:00Z
  ProviderOptions options;
  options.clock = clock;
  for (Provider& p : providers(options)) {
    p.envelope.account.base_url = servers::address("http", p.name) + "/~retry-429-7";
    Outcome o = send(*p.transport, p.envelope);
    CHECK(kind(o) == "later too_many_requests");
    CHECK(o.retry_after_us == 7 * micros_per_second);
    p.envelope.account.base_url = servers::address("http", p.name) + "/~retry-503-20";
    o = send(*p.transport, p.envelope);
    CHECK(kind(o) == "later service_unavailable");
    CHECK(o.retry_after_us == 20 * micros_per_second);
    p.envelope.account.base_url =
        servers::address("http", p.name) + "/~retry-429-Sun,%2022%20Nov%202026%2009:51:30%20GMT";
    o = send(*p.transport, p.envelope);
    CHECK(o.retry_after_us == 90 * micros_per_second);
  }
}

TEST_CASE("a deadline that has passed sends nothing", "[providers]") {
  for (Provider& p : providers()) {
    const std::size_t before = servers::received().size();
    CHECK(outcome(p, servers::address("http", p.name), 0) == "not_taken deadline");
    CHECK(servers::received().size() == before);
  }
}

TEST_CASE("a trusted certificate is enough, for the name that it bears", "[providers]") {
  for (Provider& p : providers(servers::trusting())) {
    if (p.name != "TWILIO") continue;
    CHECK(outcome(p, servers::address("https", "TWILIO_TLS")) == "accepted ");
    CHECK(outcome(p, "https://127.0.0.2:" + servers::setting("TWILIO_TLS_PORT")).starts_with("not_taken"));
  }
}

TEST_CASE("many threads share one transport", "[providers]") {
  for (Provider& p : providers()) {
    p.envelope.account.base_url = servers::address("http", p.name);
    std::atomic<int> accepted{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10; ++i) {
          Clock& clock = system_clock();
          Sending sending(clock, clock.monotonic_ns() + 10'000 * servers::ms);
          if (send_guarded(*p.transport, p.envelope, sending).kind == OutcomeKind::accepted) ++accepted;
        }
      });
    }
    for (std::thread& t : threads) t.join();
    CHECK(accepted == 80);
  }
}
