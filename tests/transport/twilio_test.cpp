// Twilio's transport against a server that refuses what Twilio refuses.

#include "atlas/webhook.hpp"
#include "servers.hpp"

using namespace atlas;
using servers::kind;
using servers::send;

namespace {

Envelope whatsapp() {
  Envelope e;
  e.account.provider = "TWILIO";
  e.account.sender = "+33700000000";
  e.account.business_id = "AC00000000000000000000000000000001";
  e.account.base_url = servers::address("http", "TWILIO");
  e.account.status_callback = "https://crm.example/in/abc?v=1";
  e.account.secret = servers::secret("the-auth-token");
  e.channel_code = "CHAN_WHATSAPP";
  e.to = "+212612345678";
  e.body = "Bonjour Amal & Omar, à 15 h ? 👋\n+1";
  e.token = "0192.t-1_a";
  return e;
}
Envelope sms() {
  Envelope e = whatsapp();
  e.channel_code = "CHAN_SMS";
  return e;
}
Envelope in_scenario(const std::string& scenario) {
  Envelope e = whatsapp();
  e.account.base_url += "/~" + scenario;
  return e;
}

std::vector<NameValue> last_form() {
  return *parse_form(servers::received().back()["body"].get<std::string>());
}

}  // namespace

TEST_CASE("a WhatsApp text by Twilio arrives as it was written", "[providers]") {
  const auto transport = make_twilio_transport();
  CHECK_FALSE(transport->takes_idempotency_token());
  const Outcome o = send(*transport, whatsapp());
  CHECK(kind(o) == "accepted ");
  CHECK(o.provider_id.starts_with("SM"));
  CHECK(last_form() ==
        std::vector<NameValue>{{"To", "whatsapp:+212612345678"},
                               {"From", "whatsapp:+33700000000"},
                               {"Body", "Bonjour Amal & Omar, à 15 h ? 👋\n+1"},
                               {"StatusCallback", "https://crm.example/in/abc?v=1&token=0192.t-1_a"}});
}

TEST_CASE("SMS, services, API keys, media and templates by Twilio", "[providers]") {
  const auto transport = make_twilio_transport();
  Envelope e = sms();
  e.account.status_callback.clear();
  CHECK(kind(send(*transport, e)) == "accepted ");
  CHECK(form_value(last_form(), "To") == "+212612345678");
  CHECK(form_value(last_form(), "StatusCallback").empty());
  e.account.sender = "MG00000000000000000000000000000003";
  CHECK(kind(send(*transport, e)) == "accepted ");
  CHECK(form_value(last_form(), "MessagingServiceSid") == e.account.sender);
  CHECK(form_value(last_form(), "From").empty());
  e = whatsapp();
  e.account.secret = servers::secret("SK00000000000000000000000000000002:the-key-secret");
  e.body.clear();
  e.media = {{"https://x.example/a.jpg", "image/jpeg", "", ""},
             {"https://x.example/b.jpg", "image/jpeg", "", ""}};
  const Outcome o = send(*transport, e);
  CHECK(kind(o) == "accepted ");
  CHECK(o.provider_id.starts_with("MM"));
  e = whatsapp();
  e.content_template = ProviderTemplate{
      "HX00000000000000000000000000000004", "", {{"", "Amal \"é\"", {}, 0, ""}, {"2", "15 h", {}, 0, ""}}};
  CHECK(kind(send(*transport, e)) == "accepted ");
  CHECK(form_value(last_form(), "ContentVariables") == R"({"1":"Amal \"é\"","2":"15 h"})");
  CHECK(form_value(last_form(), "Body").empty());
  e.content_template->parameters.pop_back();
  CHECK(kind(send(*transport, e)) == "rejected template_parameters");
  e.content_template = ProviderTemplate{"HX00000000000000000000000000000005", "", {}};
  CHECK(kind(send(*transport, e)) == "accepted ");
}

TEST_CASE("what Twilio refuses comes to the outcome of its code", "[providers]") {
  const auto transport = make_twilio_transport();
  Envelope e = whatsapp();
  e.account.secret = servers::secret("wrong");
  Outcome o = send(*transport, e);
  CHECK(kind(o) == "account authentication_failed");
  CHECK(o.provider_code == "20003");
  e = sms();
  e.account.sender = "+33799999999";
  o = send(*transport, e);
  CHECK(kind(o) == "account invalid_sender");
  CHECK(o.provider_text == "The 'From' phone number … is not valid for messaging");
  e = sms();
  e.to = "+33600000001";
  CHECK(kind(send(*transport, e)) == "opted_out opted_out");
  e = whatsapp();
  e.account.business_id = "AC00000000000000000000000000000009";
  CHECK(kind(send(*transport, e)) == "account authentication_failed");
  for (const auto& [scenario, expected] : std::vector<std::pair<std::string, std::string>>{
           {"error-21211-400", "unreachable invalid_recipient"},
           {"error-30001-400", "not_taken queue_overflow"},
           {"error-63016-400", "rejected outside_session_window"},
           {"error-20429-429", "later too_many_requests"},
           {"error-21655-400", "rejected unlisted_code"},
           {"status-500", "unknown provider_error"},
           {"status-503", "not_taken service_unavailable"},
           {"status-400", "rejected refused"}}) {
    CAPTURE(scenario);
    CHECK(kind(send(*transport, in_scenario(scenario))) == expected);
  }
}

TEST_CASE("what no provider would take is not sent at all", "[providers]") {
  const auto transport = make_twilio_transport();
  const std::size_t before = servers::received().size();
  const auto refused = [&](auto change) {
    Envelope e = whatsapp();
    change(e);
    return kind(send(*transport, e));
  };
  CHECK(refused([](Envelope& e) { e.channel_code = "CHAN_EMAIL"; }) == "rejected channel_unsupported");
  CHECK(refused([](Envelope& e) { e.to = "amal"; }) == "rejected invalid_recipient");
  CHECK(refused([](Envelope& e) { e.body.clear(); }) == "rejected empty");
  CHECK(refused([](Envelope& e) { e.body = "\xff"; }) == "rejected invalid_text");
  CHECK(refused([](Envelope& e) { e.body = std::string(1'601, 'a'); }) == "rejected text_too_long");
  CHECK(refused([](Envelope& e) {
          e.media.resize(11, {"https://x/a", "image/png", "", ""});
        }) == "rejected too_many_media");
  CHECK(refused([](Envelope& e) {
          e.media = {{"77", "image/png", "", ""}};
        }) == "rejected media_without_address");
  CHECK(refused([](Envelope& e) {
          e.content_template = ProviderTemplate{"../x", "", {}};
        }) == "rejected template_missing");
  CHECK(refused([](Envelope& e) { e.account.business_id = "AC1/../.."; }) == "account account_incomplete");
  CHECK(refused([](Envelope& e) { e.account.secret = nullptr; }) == "account secret_missing");
  CHECK(refused([](Envelope& e) { e.account.secret = servers::secret("a\r\nX: y"); }) ==
        "account secret_missing");
  for (const char* url : {"http://api.example", "ftp://127.0.0.1", "https://a@b.example", "https://",
                          "http://localhost.example", "https://x/?a"}) {
    CAPTURE(url);
    CHECK(refused([&](Envelope& e) { e.account.base_url = url; }) == "account wrong_address");
  }
  CHECK(servers::received().size() == before);
  Envelope longest = whatsapp();
  longest.body = std::string();
  for (int i = 0; i < 1'600; ++i) longest.body += "é";
  CHECK(kind(send(*transport, longest)) == "accepted ");
}

TEST_CASE("Twilio is asked for a message by its id, or by whom it went to", "[providers]") {
  const auto transport = make_twilio_transport();
  CHECK(transport->answers_inquiries());
  Envelope e = sms();
  e.to = "+33622222222";
  e.body = "Retrouvez-moi";
  const Outcome sent = send(*transport, e);
  REQUIRE(sent.kind == OutcomeKind::accepted);
  e.body = "Une autre";
  REQUIRE(send(*transport, e).kind == OutcomeKind::accepted);
  Inquiry q;
  q.account = e.account;
  q.channel_code = "CHAN_SMS";
  q.to = e.to;
  q.body = "Retrouvez-moi";
  q.from = system_clock().now() + -micros_per_hour;
  q.until = system_clock().now() + micros_per_hour;
  const std::size_t before = servers::received().size();
  Findings f = servers::ask(*transport, q);
  REQUIRE(f.answered);
  REQUIRE(f.found.size() == 1);
  CHECK(f.found[0].provider_id == sent.provider_id);
  CHECK(f.found[0].state == DeliveryState::delivered);
  const auto asked = servers::received().back();
  CHECK(asked["method"] == "GET");
  CHECK(asked["body"] == "");
  CHECK(asked["path"] ==
        "/2010-04-01/Accounts/AC00000000000000000000000000000001/Messages.json?To=%2B33622222222"
        "&DateSent%3E=" +
            format_timestamp(q.from).substr(0, 10) + "&PageSize=50");
  CHECK(servers::received().size() == before + 1);
  q.provider_id = sent.provider_id;
  f = servers::ask(*transport, q);
  REQUIRE(f.answered);
  CHECK(f.found.at(0).provider_id == sent.provider_id);
  q.provider_id = "SM00000000000000000000000000000000";
  CHECK(servers::ask(*transport, q).answered);
  CHECK(servers::ask(*transport, q).found.empty());

  q.provider_id.clear();
  q.to = "+33622222229";
  CHECK(servers::ask(*transport, q).found.empty());
  const auto reason = [&](auto change) {
    Inquiry other = q;
    change(other);
    const Findings none = servers::ask(*transport, other, 2'000);
    CHECK_FALSE(none.answered);
    return none.reason;
  };
  CHECK(reason([](Inquiry& i) { i.account.secret = servers::secret("wrong"); }) == "authentication_failed");
  CHECK(reason([](Inquiry& i) { i.account.secret = nullptr; }) == "secret_missing");
  CHECK(reason([](Inquiry& i) { i.account.base_url = "http://api.example"; }) == "wrong_address");
  CHECK(reason([](Inquiry& i) { i.to = "amal"; }) == "invalid_recipient");
  CHECK(reason([](Inquiry& i) { i.provider_id = "../SM1"; }) == "invalid_id");
  for (const auto& [scenario, expected] :
       std::vector<std::pair<std::string, std::string>>{{"error-20429-429", "too_many_requests"},
                                                        {"status-500", "provider_error"},
                                                        {"page", "unreadable_answer"},
                                                        {"blank", "unreadable_answer"},
                                                        {"cut", "provider_error"},
                                                        {"redirect", "provider_error"},
                                                        {"huge", "unreadable_answer"},
                                                        {"reset", "no_answer"}}) {
    CAPTURE(scenario);
    CHECK(reason([&](Inquiry& i) { i.account.base_url += "/~" + scenario; }) == expected);
  }
}

TEST_CASE("Meta's interface and SMTP have no question to answer", "[providers]") {
  CHECK_FALSE(make_meta_transport()->answers_inquiries());
  CHECK_FALSE(make_smtp_transport()->answers_inquiries());
  CHECK(servers::ask(*make_meta_transport(), {}).reason == "not_offered");
}
