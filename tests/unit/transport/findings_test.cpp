// What Twilio answers to a question about messages, and what of it may be the one that was asked about.

#include <catch2/catch.hpp>

#include "atlas/inquiry.hpp"
#include "atlas/provider_codes.hpp"

using namespace atlas;

namespace {

/// The attempt began on Sunday the 22nd of November 2026 at 09:50 UTC.
const Timestamp began = *parse_timestamp("2026-11-22T09:50:00Z");

Inquiry inquiry() {
  Inquiry q;
  q.account.sender = "+33700000000";
  q.channel_code = "CHAN_SMS";
  q.to = "+33612345678";
  q.body = "Bonjour";
  q.from = began + -5 * micros_per_minute;
  q.until = began + 5 * micros_per_minute;
  return q;
}

std::string message(const std::string& change = "", const std::string& instead = "") {
  std::string m =
      R"({"sid":"SM1","status":"sent","direction":"outbound-api","to":"+33612345678","from":"+33700000000",)"
      R"("messaging_service_sid":null,"body":"Bonjour","error_code":null,"error_message":null,)"
      R"("date_created":"Sun, 22 Nov 2026 09:50:01 +0000","date_sent":"Sun, 22 Nov 2026 09:50:02 +0000"})";
  if (!change.empty()) {
    const auto at = m.find(change);
    REQUIRE(at != std::string::npos);
    m.replace(at, change.size(), instead);
  }
  return m;
}

Findings list(const std::string& messages, const Inquiry& q = inquiry()) {
  return read_twilio_findings(
      {200, R"({"page":0,"page_size":50,"next_page_uri":null,"messages":[)" + messages + "]}", true, {}}, q);
}

}  // namespace

TEST_CASE("Twilio's words for how far a message has come", "[transport]") {
  const std::vector<std::pair<const char*, DeliveryState>> words{
      {"accepted", DeliveryState::queued}, {"scheduled", DeliveryState::queued},
      {"queued", DeliveryState::queued},   {"sending", DeliveryState::queued},
      {"sent", DeliveryState::sent},       {"delivered", DeliveryState::delivered},
      {"read", DeliveryState::read},       {"undelivered", DeliveryState::failed},
      {"failed", DeliveryState::failed},   {"canceled", DeliveryState::failed}};
  for (const auto& [word, state] : words) {
    CAPTURE(word);
    const Findings f = list(message(R"("status":"sent")", R"("status":")" + std::string(word) + '"'));
    REQUIRE(f.answered);
    REQUIRE(f.found.size() == 1);
    CHECK(f.found[0].provider_id == "SM1");
    CHECK(f.found[0].state == state);
    CHECK(f.found[0].at == began + micros_per_second);
  }
  const Findings failed = list(message(R"("error_code":null)", R"("error_code":30003)"));
  CHECK(failed.found.at(0).error_code == "30003");
  CHECK(list(message("\"sent\",\"direction\"", "\"dreaming\",\"direction\"")).found.empty());
}

TEST_CASE("only a message that fits in every way is one that may be ours", "[transport]") {
  const std::vector<std::pair<const char*, const char*>> others{
      {"+33612345678", "+33612345679"},
      {"\"to\":\"", "\"to\":\"whatsapp:"},
      {"+33700000000", "+33700000001"},
      {"Bonjour", "Bonsoir"},
      {"outbound-api", "inbound"},
      {"09:50:01", "10:50:01"},
      {"09:50:01", "08:50:01"},
      {"22 Nov 2026 09:50:01", "23 Nov 2026 09:50:01"},
      {"Sun, 22 Nov 2026 09:50:01 +0000", "yesterday"},
      {"+0000\",\"date_sent", "+0200\",\"date_sent"},
      {"SM1", ""}};
  for (const auto& [change, instead] : others) {
    CAPTURE(change, instead);
    const Findings f = list(message(change, instead));
    CHECK(f.answered);
    CHECK(f.found.empty());
  }
  CHECK(list(message() + "," + message("SM1", "SM2")).found.size() == 2);
  CHECK(list(message("Bonjour", "Bonsoir") + "," + message("SM1", "SM2")).found.at(0).provider_id == "SM2");
  // A template's words are not known here, nor is the number that a service picks.
  Inquiry q = inquiry();
  q.body.clear();
  CHECK(list(message("Bonjour", "Visite"), q).found.size() == 1);
  q = inquiry();
  q.account.sender = "MG1";
  CHECK(list(message("+33700000000", "+33799999999"), q).found.empty());
  CHECK(
      list(message("\"messaging_service_sid\":null", "\"messaging_service_sid\":\"MG1\""), q).found.size() ==
      1);
  q = inquiry();
  q.channel_code = "CHAN_WHATSAPP";
  CHECK(list(message(), q).found.empty());
  CHECK(list(message("\"to\":\"", "\"to\":\"whatsapp:"), q).found.size() == 1);
}

TEST_CASE("one message by its id is that message, whenever it was made", "[transport]") {
  Inquiry q = inquiry();
  q.provider_id = "SM1";
  const Findings f = read_twilio_findings({200, message("09:50:01", "23:50:01"), true, {}}, q);
  REQUIRE(f.answered);
  CHECK(f.found.at(0).provider_id == "SM1");
  CHECK(read_twilio_findings({200, message("SM1", "SM2"), true, {}}, q).found.empty());
  const Findings gone = read_twilio_findings({404, R"({"code":20404})", true, {}}, q);
  CHECK(gone.answered);
  CHECK(gone.found.empty());
}

TEST_CASE("what is no whole answer proves nothing", "[transport]") {
  const std::vector<std::pair<HttpAnswer, const char*>> answers{
      {{429, "", true, 7 * micros_per_second}, "too_many_requests"},
      {{401, R"({"code":20003})", true, {}}, "authentication_failed"},
      {{404, "", true, {}}, "provider_error"},
      {{500, "", true, {}}, "provider_error"},
      {{200, "", true, {}}, "unreadable_answer"},
      {{200, "[]", true, {}}, "unreadable_answer"},
      {{200, "{}", true, {}}, "unreadable_answer"},
      {{200, R"({"messages":{}})", true, {}}, "unreadable_answer"},
      {{200, R"({"messages":[]})", false, {}}, "unreadable_answer"},
      {{200, R"({"messages":[],"next_page_uri":"/2"})", true, {}}, "too_many"}};
  for (const auto& [answer, reason] : answers) {
    CAPTURE(answer.status, answer.body);
    const Findings f = read_twilio_findings(answer, inquiry());
    CHECK_FALSE(f.answered);
    CHECK(f.reason == reason);
    CHECK(f.found.empty());
  }
  CHECK(list(R"(null,7,"x",{},{"sid":7})").answered);
  CHECK(list(R"(null,7,"x",{},{"sid":7})").found.empty());
}
