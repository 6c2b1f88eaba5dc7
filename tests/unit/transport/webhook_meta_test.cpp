// What deliveries of the WhatsApp Business Platform say.

#include <catch2/catch.hpp>

#include "atlas/webhook.hpp"

using namespace atlas;

namespace {

std::string delivery(const std::string& value, const std::string& field = "messages") {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"WABA1","changes":[{"field":")" + field +
         R"(","value":)" + value + "}]}]}";
}
std::string messages(const std::string& list) {
  return delivery(R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"33700000000",
    "phone_number_id":"PN1"},"contacts":[{"profile":{"name":"Amal"},"wa_id":"212612345678"},
    {"profile":{"name":"Omar"},"wa_id":"212600000001"}],"messages":[)" +
                  list + "]}");
}
std::string statuses(const std::string& list) {
  return delivery(R"({"messaging_product":"whatsapp","metadata":{"phone_number_id":"PN1"},"statuses":[)" +
                  list + "]}");
}
std::string head(const std::string& type) {
  return R"({"from":"212612345678","id":"wamid.A=","timestamp":"1795341000","type":")" + type + "\",";
}
InboundMessage message(const std::string& json) {
  const Delivery d = parse_meta(messages(json));
  REQUIRE(d.items.size() == 1);
  CHECK(d.rejected.empty());
  return std::get<InboundMessage>(d.items.front().what);
}
DeliveryReport report(const std::string& json) {
  const Delivery d = parse_meta(statuses(json));
  REQUIRE(d.items.size() == 1);
  return std::get<DeliveryReport>(d.items.front().what);
}
std::string refusal(const std::string& body) {
  const Delivery d = parse_meta(body);
  REQUIRE(d.rejected.size() == 1);
  CHECK(d.items.empty());
  return d.rejected.front().reason;
}

}  // namespace

TEST_CASE("a text by Meta", "[transport]") {
  const InboundMessage m = message(head("text") + R"("text":{"body":"Bonjour,\nc'est libre ?"},
      "context":{"from":"33700000000","id":"wamid.Z=","forwarded":true}})");
  CHECK(m.provider_id == "wamid.A=");
  CHECK(m.channel_code == "CHAN_WHATSAPP");
  CHECK(m.from == "+212612345678");
  CHECK(m.to == "PN1");
  CHECK(m.business_id == "WABA1");
  CHECK(m.profile_name == "Amal");
  CHECK(m.text == "Bonjour,\nc'est libre ?");
  CHECK(m.context_id == "wamid.Z=");
  CHECK(m.forwarded);
  REQUIRE(m.at);
  CHECK(format_timestamp(*m.at) == "2026-11-22T09:50:00.000000Z");
}

TEST_CASE("each type of message by Meta", "[transport]") {
  struct Row {
    const char *type, *contents, *text, *reply_id;
  };
  const std::vector<Row> rows{
      {"button", R"("button":{"text":"Oui","payload":"p1"})", "Oui", "p1"},
      {"interactive", R"("interactive":{"type":"button_reply","button_reply":{"id":"b1","title":"Samedi"}})",
       "Samedi", "b1"},
      {"interactive",
       R"("interactive":{"type":"list_reply","list_reply":{"id":"r1","title":"15 h","description":"x"}})",
       "15 h", "r1"},
      {"interactive",
       R"("interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{}"}})",
       "Sent", "flow"},
      {"contacts", R"("contacts":[{"name":{"formatted_name":"Ali"}},{"name":{"formatted_name":"Zoé"}}])",
       "Ali, Zoé", ""},
      {"order", R"("order":{"catalog_id":"1","text":"Ce bien","product_items":[]})", "Ce bien", ""},
      {"system", R"("system":{"body":"User changed number","type":"user_changed_number"})",
       "User changed number", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.contents);
    const InboundMessage m = message(head(row.type) + row.contents + "}");
    CHECK(m.type == row.type);
    CHECK(m.text == row.text);
    CHECK(m.reply_id == row.reply_id);
  }
  for (const char* type : {"image", "video", "audio", "document", "sticker"}) {
    CAPTURE(type);
    const InboundMessage m =
        message(head(type) + "\"" + type + R"(":{"id":"77","mime_type":"a/b","caption":"Vue",
      "filename":"plan.pdf","sha256":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}})");
    CHECK(m.type == type);
    CHECK(m.text == "Vue");
    REQUIRE(m.media.size() == 1);
    CHECK(m.media[0].reference == "77");
    CHECK(m.media[0].media_type == "a/b");
    CHECK(m.media[0].file_name == "plan.pdf");
    CHECK(m.media[0].sha256 == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  }
  InboundMessage m =
      message(head("location") + R"("location":{"latitude":33.5731,"longitude":-7.5898,"name":"Agence"}})");
  CHECK(m.latitude == "33.5731");
  CHECK(m.longitude == "-7.5898");
  CHECK(m.text == "Agence");
  m = message(head("reaction") + R"("reaction":{"message_id":"wamid.OUR","emoji":"👍"}})");
  CHECK(m.text == "👍");
  CHECK(m.context_id == "wamid.OUR");
  m = message(head("unsupported") + R"("errors":[{"code":131051}]})");
  CHECK(m.type == "unknown");
  CHECK(m.provider_type == "unsupported");
  // A type without its contents is still a message.
  CHECK(message(head("image") + R"("x":1})").media.empty());
}

TEST_CASE("each status by Meta", "[transport]") {
  const std::vector<std::pair<std::string, DeliveryState>> words{
      {"accepted", DeliveryState::queued}, {"held_for_quality_assessment", DeliveryState::queued},
      {"sent", DeliveryState::sent},       {"delivered", DeliveryState::delivered},
      {"read", DeliveryState::read},       {"played", DeliveryState::read},
      {"failed", DeliveryState::failed}};
  for (const auto& [word, state] : words) {
    CAPTURE(word);
    const DeliveryReport r = report(
        R"({"id":"wamid.B","status":")" + word +
        R"(","timestamp":"1795341000","recipient_id":"212612345678","biz_opaque_callback_data":"tok-1"})");
    CHECK(r.provider_id == "wamid.B");
    CHECK(r.state == state);
    CHECK(r.to == "+212612345678");
    CHECK(r.token == "tok-1");
    CHECK(r.business_id == "WABA1");
    REQUIRE(r.at);
    CHECK(r.at->micros == 1'795'341'000'000'000);
  }
}

TEST_CASE("a failure by Meta tells its code, and nothing personal", "[transport]") {
  const DeliveryReport r =
      report(R"({"id":"wamid.B","status":"failed","timestamp":1795341000,"recipient_id":"212612345678",
    "errors":[{"code":131026,"title":"Message undeliverable","message":"x",
               "error_data":{"details":"Receiver +212 612 34 56 78 is incapable"}}]})");
  CHECK(r.error_code == "131026");
  CHECK(r.error_text == "Receiver … is incapable");
  CHECK(r.at);
}

TEST_CASE("a bad item loses only itself", "[transport]") {
  const std::string list =
      head("text") + R"("text":{"body":"un"}},)"                                               // 0
                     R"({"from":"212612345678","type":"text"},)"                               // 1 no id
                     R"("text",)"                                                              // 2 no object
                     R"({"id":"wamid.C","timestamp":"1","type":"text","text":{"body":"x"}},)"  // 3 no sender
                     R"({"from":"212600000001","id":"wamid.D","timestamp":"soon","type":7,"text":[]})";  // 4
  const std::string body =
      R"({"object":"whatsapp_business_account","entry":[{"id":"W","changes":[{"field":"messages",
    "value":{"metadata":{},"contacts":"?","messages":[)" +
      list + R"(],"statuses":[{"id":"wamid.E","status":"sent"},
    {"id":"wamid.F","status":"lost"},{"id":"wamid.G"}]}},{"field":7}]},
    {"changes":{}}]})";
  const Delivery d = parse_meta(body);
  REQUIRE(d.items.size() == 3);
  CHECK(d.items[0].index == 0);
  CHECK(d.items[1].index == 4);
  CHECK(std::get<InboundMessage>(d.items[1].what).type == "unknown");
  CHECK_FALSE(std::get<InboundMessage>(d.items[1].what).at);
  CHECK(d.items[2].index == 5);
  std::string reasons;
  for (const RejectedItem& r : d.rejected) reasons += std::to_string(r.index) + " " + r.reason + "; ";
  CHECK(reasons ==
        "1 missing_id; 2 wrong_type; 3 missing_sender; 6 unknown_status; 7 missing_status; 8 wrong_type; 9 "
        "wrong_type; ");
}

TEST_CASE("a broken emoji spoils one character, not the delivery", "[transport]") {
  const InboundMessage m = message(head("text") + R"("text":{"body":"a\ud83db \ud83d\ude00 \udc00 \\ud83d )"
                                                  "\xff"
                                                  R"("}})");
  CHECK(m.text ==
        "a\xef\xbf\xbd"
        "b 😀 \xef\xbf\xbd \\ud83d \xef\xbf\xbd");
}

TEST_CASE("preferences and news of the account by Meta", "[transport]") {
  const Delivery d =
      parse_meta(delivery(R"({"user_preferences":[{"wa_id":"212612345678","category":"marketing_messages",
    "value":"stop","timestamp":1795341000},{"wa_id":"212612345678","value":"resume"},
    {"wa_id":"x","value":"stop"}]})",
                          "user_preferences"));
  REQUIRE(d.items.size() == 2);
  const auto& stop = std::get<PreferenceChange>(d.items[0].what);
  CHECK(stop.address == "+212612345678");
  CHECK(stop.category == "marketing_messages");
  CHECK(stop.stopped);
  CHECK_FALSE(std::get<PreferenceChange>(d.items[1].what).stopped);
  CHECK(d.rejected.size() == 1);
  const Delivery news = parse_meta(
      delivery(R"({"event":"PAUSED","message_template_name":"visite","message_template_language":"fr"})",
               "message_template_status_update"));
  REQUIRE(news.items.size() == 1);
  const auto& notice = std::get<AccountNotice>(news.items[0].what);
  CHECK(notice.event == "PAUSED");
  CHECK(notice.subject == "visite");
  const Delivery errors = parse_meta(delivery(R"({"errors":[{"code":130429,"title":"Rate limit hit"}]})"));
  REQUIRE(errors.items.size() == 1);
  CHECK(std::get<AccountNotice>(errors.items[0].what).subject == "130429");
}

TEST_CASE("what is no delivery of Meta is refused with its reason", "[transport]") {
  CHECK(refusal("") == "not_json");
  CHECK(refusal("{") == "not_json");
  CHECK(refusal("[]") == "not_an_envelope");
  CHECK(refusal(R"({"object":"page","entry":[]})") == "not_an_envelope");
  CHECK(refusal(R"({"object":"whatsapp_business_account"})") == "not_an_envelope");
  CHECK(refusal(std::string(webhook_body_limit + 1, ' ')) == "too_large");
  CHECK(refusal(std::string(1'000, '[')) == "not_json");
  CHECK(parse_meta(R"({"object":"whatsapp_business_account","entry":[]})").rejected.empty());
}

TEST_CASE("a delivery without end is cut", "[transport]") {
  std::string list;
  for (int i = 0; i < 1'500; ++i)
    list += std::string(i ? "," : "") + R"({"id":"w)" + std::to_string(i) + R"(","status":"sent"})";
  const Delivery d = parse_meta(statuses(list));
  CHECK(d.items.size() == webhook_item_limit);
  REQUIRE(d.rejected.size() == 1);
  CHECK(d.rejected.front().reason == "too_many");
}
