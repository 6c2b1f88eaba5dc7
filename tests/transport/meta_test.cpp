// The WhatsApp Cloud API's transport against a server that refuses what the interface refuses.

#include "servers.hpp"

using namespace atlas;
using nlohmann::json;
using servers::kind;
using servers::send;

namespace {

Envelope text() {
  Envelope e;
  e.account.provider = "META";
  e.account.sender = "106540352242922";
  e.account.business_id = "WABA1";
  e.account.base_url = servers::address("http", "META");
  e.account.secret = servers::secret("EAAG-the-access-token");
  e.channel_code = "CHAN_WHATSAPP";
  e.to = "+212612345678";
  e.body = "Bonjour, \"15 h\" ? 👋\nأهلا";
  e.token = "0192.t-1_a";
  return e;
}
Envelope with_template(std::string name, std::string language, std::vector<TemplateParameter> parameters) {
  Envelope e = text();
  e.content_template = ProviderTemplate{std::move(name), std::move(language), std::move(parameters)};
  return e;
}
TemplateParameter value(std::string text, std::string name = {}) {
  return {std::move(name), std::move(text), {TemplatePart::body}, 0, ""};
}

json last() { return json::parse(servers::received().back()["body"].get<std::string>()); }

}  // namespace

TEST_CASE("a text by the Cloud API arrives as it was written", "[providers]") {
  const auto transport = make_meta_transport();
  Envelope e = text();
  e.reply_to = "wamid.Q";
  const Outcome o = send(*transport, e);
  CHECK(kind(o) == "accepted ");
  CHECK(o.provider_id.starts_with("wamid."));
  CHECK(last() ==
        json::parse(R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+212612345678",
    "biz_opaque_callback_data":"0192.t-1_a","context":{"message_id":"wamid.Q"},"type":"text",
    "text":{"preview_url":false,"body":"Bonjour, \"15 h\" ? 👋\nأهلا"}})"));
  CHECK(servers::received().back()["path"] == "/v23.0/106540352242922/messages");
}

TEST_CASE("templates by the Cloud API", "[providers]") {
  const auto transport = make_meta_transport();
  CHECK(kind(send(*transport, with_template("simple", "en_US", {}))) == "accepted ");
  CHECK(kind(send(*transport, with_template("visite", "fr", {value("Amal"), value("15 h")}))) == "accepted ");
  CHECK(kind(send(*transport,
                  with_template("visite_nommee", "fr", {value("15 h", "heure"), value("Amal", "prenom")}))) ==
        "accepted ");
  CHECK(kind(send(*transport, with_template("plan", "fr",
                                            {{"", "42", TemplatePart::button, 0, ""},
                                             {"", "https://x.example/p.pdf", TemplatePart::header, 0,
                                              "application/pdf"}}))) == "accepted ");
  CHECK(last()["template"] == json::parse(R"({"name":"plan","language":{"code":"fr"},"components":[
    {"type":"header","parameters":[{"type":"document","document":{"link":"https://x.example/p.pdf"}}]},
    {"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"42"}]}]})"));
  CHECK(kind(send(*transport, with_template("visite", "fr", {value("Amal")}))) ==
        "rejected template_parameters");
  CHECK(kind(send(*transport, with_template("visite", "fr", {value("a"), value("b\nc")}))) ==
        "rejected template_parameters");
  CHECK(kind(send(*transport, with_template("visite", "ar", {value("a"), value("b")}))) ==
        "rejected template_missing");
  CHECK(kind(send(*transport, with_template("", "fr", {}))) == "rejected template_missing");
}

TEST_CASE("media by the Cloud API", "[providers]") {
  const auto transport = make_meta_transport();
  Envelope e = text();
  e.media = {{"https://x.example/plan.pdf", "application/pdf", "plan.pdf", ""}};
  CHECK(kind(send(*transport, e)) == "accepted ");
  CHECK(last()["document"]["filename"] == "plan.pdf");
  e.media = {{"77", "image/jpeg", "vue.jpg", ""}};
  CHECK(kind(send(*transport, e)) == "accepted ");
  CHECK(last()["image"] == json::parse(R"({"id":"77","caption":"Bonjour, \"15 h\" ? 👋\nأهلا"})"));
  e.media = {{"77", "audio/ogg", "", ""}};
  CHECK(kind(send(*transport, e)) == "rejected caption_unsupported");
  e.body.clear();
  CHECK(kind(send(*transport, e)) == "accepted ");
  e.media.resize(2);
  CHECK(kind(send(*transport, e)) == "rejected too_many_media");
}

TEST_CASE("what the Cloud API refuses comes to the outcome of its code", "[providers]") {
  const auto transport = make_meta_transport();
  Envelope e = text();
  e.account.secret = servers::secret("expired");
  CHECK(kind(send(*transport, e)) == "account token_expired");
  e = text();
  e.account.sender = "1";
  CHECK(send(*transport, e).provider_code == "100");
  e = text();
  e.to = "+33700000000";
  CHECK(kind(send(*transport, e)) == "rejected recipient_is_sender");
  for (const auto& [scenario, expected] : std::vector<std::pair<std::string, std::string>>{
           {"error-131026-400", "unreachable undeliverable"},
           {"error-131047-400", "rejected outside_session_window"},
           {"error-131050-400", "opted_out opted_out"},
           {"error-130429-429", "later throughput_limit"},
           {"error-131016-500", "not_taken service_unavailable"},
           {"error-1-500", "not_taken provider_error"},
           {"error-131049-400", "later marketing_withheld"},
           {"error-4711-400", "rejected unlisted_code"},
           {"error-4711-500", "unknown provider_error"},
           {"status-404", "account wrong_address"}}) {
    CAPTURE(scenario);
    e = text();
    e.account.base_url += "/~" + scenario;
    CHECK(kind(send(*transport, e)) == expected);
  }
}

TEST_CASE("what the Cloud API would not take is not sent at all", "[providers]") {
  const auto transport = make_meta_transport();
  const std::size_t before = servers::received().size();
  const auto refused = [&](auto change) {
    Envelope e = text();
    change(e);
    return kind(send(*transport, e));
  };
  CHECK(refused([](Envelope& e) { e.channel_code = "CHAN_SMS"; }) == "rejected channel_unsupported");
  CHECK(refused([](Envelope& e) { e.to = "212612345678"; }) == "rejected invalid_recipient");
  CHECK(refused([](Envelope& e) { e.body.clear(); }) == "rejected empty");
  CHECK(refused([](Envelope& e) { e.body = std::string(4'097, 'a'); }) == "rejected text_too_long");
  CHECK(refused([](Envelope& e) {
          e.body = std::string(1'025, 'a');
          e.media = {{"77", "image/png", "", ""}};
        }) == "rejected text_too_long");
  CHECK(refused([](Envelope& e) { e.account.sender = "1/../me"; }) == "account account_incomplete");
  CHECK(refused([](Envelope& e) { e.account.secret = servers::secret(""); }) == "account secret_missing");
  CHECK(servers::received().size() == before);
}
