// SMTP against a submission server that refuses what the standards let it refuse.

#include "atlas/mime.hpp"
#include "atlas/testing/fakes.hpp"
#include "servers.hpp"

using namespace atlas;
using servers::kind;
using servers::send;

namespace {

Envelope mail(const std::string& to = "amal@example.com", const std::string& scenario = "") {
  Envelope e;
  e.account.provider = "SMTP";
  e.account.sender = "Agence Élan <contact@agence.example>";
  e.account.base_url = servers::address("smtp", "SMTP") + (scenario.empty() ? "" : "/" + scenario);
  e.account.secret = servers::secret("pass word é");
  e.channel_code = "CHAN_EMAIL";
  e.to = to;
  e.subject = "Visite à 15 h";
  e.body = "Bonjour,\n.\n.point\n\nÀ demain";
  e.token = "0192.t-1";
  return e;
}

}  // namespace

TEST_CASE("an e-mail arrives byte for byte", "[providers]") {
  const auto clock = std::make_shared<atlas::testing::FakeClock>();
  ProviderOptions options;
  options.clock = clock;
  const auto transport = make_smtp_transport(options);
  const Envelope e = mail();
  const Outcome o = send(*transport, e);
  CHECK(kind(o) == "accepted ");
  CHECK(o.provider_id == "<0192.t-1@agence.example>");
  CHECK(o.provider_code == "250 2.0.0");
  const auto got = servers::received().back();
  CHECK(got["sender"] == "contact@agence.example");
  CHECK(got["recipient"] == "amal@example.com");
  CHECK(got["user"] == "contact@agence.example");
  CHECK(got["content"] == mime_message(e, clock->now()));
}

TEST_CASE("STARTTLS and TLS from the first byte", "[providers]") {
  const auto transport = make_smtp_transport(servers::trusting());
  Envelope e = mail();
  for (const auto& [scheme, server] : {std::pair("smtp", "SMTP_STARTTLS"), {"smtps", "SMTPS"}}) {
    CAPTURE(server);
    e.account.base_url = servers::address(scheme, server);
    CHECK(kind(send(*transport, e)) == "accepted ");
    CHECK(servers::received().back()["tls"] == true);
    // Nobody has signed that certificate.
    CHECK(kind(send(*make_smtp_transport(), e)) == "not_taken certificate");
  }
}

TEST_CASE("replies of the relay come to their outcomes", "[providers]") {
  const auto transport = make_smtp_transport();
  for (const auto& [name, expected] :
       std::vector<std::pair<std::string, std::string>>{{"nobody", "unreachable no_such_mailbox"},
                                                        {"full", "later mailbox_full"},
                                                        {"grey", "not_taken try_again"},
                                                        {"closed", "not_taken service_unavailable"},
                                                        {"elsewhere", "account relaying_denied"}}) {
    CAPTURE(name);
    CHECK(kind(send(*transport, mail(name + "@example.com"))) == expected);
  }
  CHECK(send(*transport, mail("nobody@example.com")).provider_code == "550 5.1.1");
  CHECK(send(*transport, mail("nobody@example.com")).provider_text == "5.1.1 … Recipient address rejected");
  Envelope e = mail();
  e.subject = "pourriel";
  Outcome o = send(*transport, e);
  CHECK(kind(o) == "rejected policy");
  CHECK(o.alarm);
  e = mail();
  e.body = std::string(120'000, 'a');
  CHECK(kind(send(*transport, e)) == "rejected message_too_large");
  e = mail();
  e.account.sender = "x@other.example";
  e.account.business_id = "contact@agence.example";
  CHECK(kind(send(*transport, e)) == "account sender_refused");
}

TEST_CASE("authentication of SMTP", "[providers]") {
  const auto transport = make_smtp_transport();
  Envelope e = mail();
  e.account.secret = servers::secret("wrong");
  CHECK(kind(send(*transport, e)) == "account authentication_failed");
  e.account.business_id = "temporary@agence.example";
  CHECK(kind(send(*transport, e)) == "not_taken authentication_unavailable");
  e = mail();
  e.account.secret = nullptr;
  CHECK(kind(send(*transport, e)) == "account sender_refused");  // 530 5.7.0 to MAIL
  e.account.base_url += "/no-auth";
  CHECK(kind(send(*transport, e)) == "accepted ");
  e.account.secret = servers::secret("a\nb");
  CHECK(kind(send(*transport, e)) == "account secret_malformed");
}

TEST_CASE("a relay that hangs up before the end has taken nothing, after it perhaps", "[providers]") {
  const auto transport = make_smtp_transport();
  CHECK(kind(send(*transport, mail("amal@example.com", "drop-mail"))) == "not_taken connection_lost");
  CHECK(kind(send(*transport, mail("amal@example.com", "drop-data"))) == "unknown no_answer");
  const std::int64_t begin = system_clock().monotonic_ns();
  CHECK(kind(send(*transport, mail("amal@example.com", "silent-data"), 700)) == "unknown no_answer_in_time");
  CHECK(system_clock().monotonic_ns() - begin < 2'000 * servers::ms);  // the deadline stands
  // It was cut off while libcurl still had some to send.
  Envelope e = mail("amal@example.com", "cut-data");
  e.body = std::string(9'000'000, 'a');
  CHECK(kind(send(*transport, e)) == "not_taken connection_lost");
}

TEST_CASE("before the dialogue, nothing was taken", "[providers]") {
  const auto transport = make_smtp_transport();
  Envelope e = mail();
  const auto outcome = [&](const std::string& url, std::int64_t deadline_ms = 5'000) {
    e.account.base_url = url;
    return kind(send(*transport, e, deadline_ms));
  };
  CHECK(outcome(servers::address("smtp", "REFUSED")) == "not_taken connection_refused");
  CHECK(outcome("smtp://no-such-host.invalid") == "not_taken name_lookup");
  CHECK(outcome(servers::address("smtp", "DEAF"), 300) == "not_taken connect_timeout");
  CHECK(outcome(servers::address("smtp", "SMTP_BUSY")) == "not_taken service_unavailable");
  CHECK(outcome(servers::address("smtp", "SMTP_CLOSED")) == "account session_refused");
  for (const char* url : {"", "http://127.0.0.1", "smtp://", "smtp://a@b", "127.0.0.1:25"}) {
    CAPTURE(url);
    CHECK(outcome(url) == "account wrong_address");
  }
}

TEST_CASE("what cannot be an e-mail is not sent", "[providers]") {
  const auto transport = make_smtp_transport();
  const std::size_t before = servers::received().size();
  CHECK(kind(send(*transport, mail("élan@example.com"))) == "rejected invalid_recipient");
  CHECK(kind(send(*transport, mail("a@example.com>\r\nRCPT TO:<b@example.com"))) ==
        "rejected invalid_recipient");
  Envelope e = mail();
  e.media = {{"https://x", "image/png", "", ""}};
  CHECK(kind(send(*transport, e)) == "rejected invalid_envelope");
  e = mail();
  e.account.sender = "nobody";
  CHECK(kind(send(*transport, e)) == "account invalid_sender");
  e = mail();
  e.channel_code = "CHAN_SMS";
  CHECK(kind(send(*transport, e)) == "rejected channel_unsupported");
  CHECK(servers::received().size() == before);
}
