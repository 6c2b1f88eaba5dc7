// What Twilio's forms say.

#include <catch2/catch.hpp>

#include "atlas/webhook.hpp"

using namespace atlas;

namespace {

const std::string hook = "https://crm.example/in/abc";

InboundMessage message(const std::string& body) {
  const Delivery d = parse_twilio(hook, body);
  REQUIRE(d.items.size() == 1);
  CHECK(d.rejected.empty());
  CHECK(d.items.front().index == 0);
  return std::get<InboundMessage>(d.items.front().what);
}

DeliveryReport report(const std::string& body, const std::string& url = hook) {
  const Delivery d = parse_twilio(url, body);
  REQUIRE(d.items.size() == 1);
  return std::get<DeliveryReport>(d.items.front().what);
}

std::string refusal(const std::string& body) {
  const Delivery d = parse_twilio(hook, body);
  REQUIRE(d.rejected.size() == 1);
  CHECK(d.items.empty());
  return d.rejected.front().reason;
}

const std::string whatsapp =
    "SmsMessageSid=SM1&NumMedia=0&ProfileName=Amal+B%C3%A9n&MessageType=text&SmsSid=SM1&WaId=212612345678"
    "&SmsStatus=received&Body=Bonjour%0D%0Adisponible+%3F&To=whatsapp%3A%2B33700000000&NumSegments=1"
    "&MessageSid=SM1&AccountSid=AC1&From=whatsapp%3A%2B212612345678&ApiVersion=2010-04-01";

}  // namespace

TEST_CASE("a WhatsApp message by Twilio", "[transport]") {
  const InboundMessage m = message(whatsapp + "&OriginalRepliedMessageSid=SM0&Forwarded=true");
  CHECK(m.provider_id == "SM1");
  CHECK(m.channel_code == "CHAN_WHATSAPP");
  CHECK(m.from == "+212612345678");
  CHECK(m.to == "+33700000000");
  CHECK(m.business_id == "AC1");
  CHECK(m.type == "text");
  CHECK(m.text == "Bonjour\ndisponible ?");
  CHECK(m.profile_name == "Amal Bén");
  CHECK(m.context_id == "SM0");
  CHECK(m.forwarded);
  CHECK_FALSE(m.at);
  CHECK(m.media.empty());
  CHECK(m.opt_out_type.empty());
}

TEST_CASE("an SMS by Twilio, with what it has taken for opposition", "[transport]") {
  const InboundMessage m =
      message("MessageSid=SM2&SmsStatus=received&Body=STOP&From=%2B33612345678&To=36180&OptOutType=STOP");
  CHECK(m.channel_code == "CHAN_SMS");
  CHECK(m.from == "+33612345678");
  CHECK(m.to == "36180");
  CHECK(m.opt_out_type == "STOP");
  CHECK(message("MessageSid=SM2&Body=x&From=36180&OptOutType=MAYBE").opt_out_type.empty());
  // A bare plus has become a space on its way.
  CHECK(message("MessageSid=SM2&Body=x&From=+33612345678").from == "+33612345678");
}

TEST_CASE("media, places and choices by Twilio", "[transport]") {
  InboundMessage m = message(
      "MessageSid=MM1&From=whatsapp%3A%2B212612345678&NumMedia=2&MediaUrl0=https%3A%2F%2Fm%2F0"
      "&MediaContentType0=image%2Fjpeg&MediaUrl1=https%3A%2F%2Fm%2F1&MediaContentType1=application%2Fpdf");
  REQUIRE(m.media.size() == 2);
  CHECK(m.type == "image");
  CHECK(m.media[1].reference == "https://m/1");
  CHECK(m.media[1].media_type == "application/pdf");
  m = message(
      "MessageSid=SM3&From=whatsapp%3A%2B212612345678&Latitude=33.5731&Longitude=-7.5898&Label=Agence&Body=");
  CHECK(m.type == "location");
  CHECK(m.latitude == "33.5731");
  CHECK(m.text == "Agence");
  m = message(
      "MessageSid=SM4&From=whatsapp%3A%2B212612345678&MessageType=button&ButtonText=Oui&ButtonPayload=yes-1");
  CHECK(m.type == "button");
  CHECK(m.text == "Oui");
  CHECK(m.reply_id == "yes-1");
  m = message(
      "MessageSid=SM5&From=whatsapp%3A%2B212612345678&MessageType=interactive&ListId=r2&ListTitle=Samedi");
  CHECK(m.type == "interactive");
  CHECK(m.reply_id == "r2");
  // However many are promised, only what is there is read.
  CHECK(message("MessageSid=SM6&From=%2B33612345678&NumMedia=4000000000&MediaUrl0=https%3A%2F%2Fm")
            .media.size() == 1);
  CHECK(message("MessageSid=SM6&From=%2B33612345678&Body=a&NumMedia=-1").media.empty());
  CHECK(message("MessageSid=SM7&From=whatsapp%3A%2B212612345678&MessageType=hologram").type == "unknown");
}

TEST_CASE("text is made fit to keep", "[transport]") {
  CHECK(message("MessageSid=SM1&From=%2B33612345678&Body=a%00b%1B%5B31mc%7F%C2%85d%09e").text ==
        "ab[31mcd\te");
  CHECK(message("MessageSid=SM1&From=%2B33612345678&Body=%FF%C3%28%ED%A0%80").text ==
        "\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  const std::string cut =
      message("MessageSid=SM1&From=%2B33612345678&Body=" + std::string(19'999, 'a') + "%C3%A9").text;
  CHECK(cut == std::string(19'999, 'a'));
}

TEST_CASE("each status by Twilio", "[transport]") {
  const std::vector<std::pair<std::string, DeliveryState>> words{
      {"accepted", DeliveryState::queued},     {"scheduled", DeliveryState::queued},
      {"queued", DeliveryState::queued},       {"sending", DeliveryState::queued},
      {"sent", DeliveryState::sent},           {"partially_delivered", DeliveryState::sent},
      {"delivered", DeliveryState::delivered}, {"read", DeliveryState::read},
      {"undelivered", DeliveryState::failed},  {"failed", DeliveryState::failed},
      {"canceled", DeliveryState::failed}};
  for (const auto& [word, state] : words) {
    CAPTURE(word);
    const DeliveryReport r =
        report("MessageSid=SM9&MessageStatus=" + word +
               "&To=whatsapp%3A%2B212612345678&From=whatsapp%3A%2B33700000000&AccountSid=AC1");
    CHECK(r.provider_id == "SM9");
    CHECK(r.state == state);
    CHECK(r.provider_state == word);
    CHECK(r.to == "+212612345678");
    CHECK(r.error_code.empty());
  }
  CHECK(refusal("MessageSid=SM9&MessageStatus=vaporised") == "unknown_status");
}

TEST_CASE("a failure by Twilio tells its code, and nothing personal", "[transport]") {
  const DeliveryReport r = report(
      "MessageSid=SM9&MessageStatus=undelivered&ErrorCode=30005&ErrorMessage=Unknown+handset+%2B33612345678&"
      "To=%2B33612345678",
      hook + "?token=0192-ab.c_d");
  CHECK(r.error_code == "30005");
  CHECK(r.error_text == "Unknown handset …");
  CHECK(r.token == "0192-ab.c_d");
  CHECK(report("MessageSid=SM9&MessageStatus=sent", hook + "?token=%3Cb%3E").token.empty());
  CHECK(report("MessageSid=SM9&MessageStatus=sent", hook + "?x=1&token=t1").token == "t1");
}

TEST_CASE("what is no message and no report of Twilio is refused with its reason", "[transport]") {
  CHECK(refusal("") == "unknown_form");
  CHECK(refusal("{}") == "unknown_form");
  CHECK(refusal("Body=hello") == "unknown_form");
  CHECK(refusal("From=%2B33612345678&Body=hello") == "missing_id");
  CHECK(refusal("MessageSid=S+M&From=%2B33612345678&Body=hello") == "missing_id");
  CHECK(refusal("MessageSid=" + std::string(256, 'S') + "&From=%2B33612345678") == "missing_id");
  CHECK(refusal("MessageSid=SM1&SmsStatus=received&Body=x") == "missing_sender");
  CHECK(refusal("MessageSid=SM1&From=rcs%3Aagent&Body=x") == "unknown_channel");
  CHECK(refusal(std::string(webhook_body_limit + 1, 'a')) == "too_large");
  std::string many;
  for (int i = 0; i < 1'001; ++i) many += "a=1&";
  CHECK(refusal(many) == "too_many");
}
