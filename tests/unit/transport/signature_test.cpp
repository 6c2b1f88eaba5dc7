// Signatures of webhooks against values that were computed elsewhere.

#include <catch2/catch.hpp>

#include "atlas/webhook.hpp"

using namespace atlas;

namespace {

const SigningSecrets token{"12345", ""};
const std::string app = "https://mycompany.com/myapp.php?foo=1&bar=2";
const std::vector<NameValue> call{{"CallSid", "CA1234567890ABCDE"},
                                  {"Digits", "1234"},
                                  {"From", "+14158675309"},
                                  {"To", "+18005551212"},
                                  {"Caller", "+14158675309"}};
const std::string hook = "https://mycompany.com/hook";
const std::vector<NameValue> stop{{"From", "+212600000000"}, {"Body", "STOP"}};
const std::string stop_signature = "MljmsLLr74dcxoaIGhO9INHzjPk=";

}  // namespace

TEST_CASE("Twilio's published examples of a form are right", "[transport]") {
  CHECK(verify_twilio_form(token, app, call, "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
  const std::vector<NameValue> twice{
      {"Sid", "CA123"}, {"SidAccount", "AC123"}, {"Digits", "5678"}, {"Digits", "1234"}};
  CHECK(verify_twilio_form(token, app, twice, "IK+Dwps556ElfBT0I3Rgjkr1wJU="));
  std::vector<NameValue> thrice = twice;
  thrice.emplace_back("Digits", "1234");  // a value counts once
  CHECK(verify_twilio_form(token, app, thrice, "IK+Dwps556ElfBT0I3Rgjkr1wJU="));
}

TEST_CASE("the port may have been signed or not", "[transport]") {
  CHECK(verify_twilio_form(token, "https://mycompany.com:1234/myapp.php?foo=1&bar=2", call,
                           "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
  CHECK(verify_twilio_form(token, "http://mycompany.com:1234/myapp.php?foo=1&bar=2", call,
                           "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="));
  CHECK(verify_twilio_form(token, app, call, "kvajT1Ptam85bY51eRf/AJRuM3w="));
  CHECK(verify_twilio_form(token, "http://mycompany.com/myapp.php?foo=1&bar=2", call,
                           "0ZXoZLH/DfblKGATFgpif+LLRf4="));
  // Another port than the one that was signed is another address.
  CHECK_FALSE(verify_twilio_form(token, "http://mycompany.com:4321/myapp.php?foo=1&bar=2", call,
                                 "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="));
}

TEST_CASE("a quote in the query may have been signed bare or escaped", "[transport]") {
  const std::vector<NameValue> form{{"Body", "Bonjour"}};
  const std::string bare = "QNEvDrbKUGG0zhHp3fncEJUcv/M=", escaped = "mSoxnurPFSeX7gCIW0LHcaU+Kfk=";
  for (const char* url :
       {"https://mycompany.com/myapp.php?foo=it's", "https://mycompany.com/myapp.php?foo=it%27s"}) {
    CAPTURE(url);
    CHECK(verify_twilio_form(token, url, form, bare));
    CHECK(verify_twilio_form(token, url, form, escaped));
  }
  CHECK(verify_twilio_form(token, "https://mycompany.com:8443/myapp.php?foo=it's", form,
                           "aOnPoKqfHmyDHsy7S8TCQ6j16/M="));
  // Written anew as a form: a space as %20, a slash as %2F, and a path where there was none.
  CHECK(verify_twilio_form(token, "https://mycompany.com?a=x+y/z", form, "aCtZjNkYu8KaZ8SYmywj1AkueuM="));
}

TEST_CASE("the text of any language is signed as its bytes", "[transport]") {
  CHECK(verify_twilio_form(token, hook, {{"From", "+212600000000"}, {"Body", "Naïve 👋"}},
                           "f8p5ggmvf5Kj4FqQZfD2zwmPTFk="));
  CHECK(verify_twilio_request(token, hook, "application/x-www-form-urlencoded; charset=UTF-8",
                              "From=%2B212600000000&Body=Na%C3%AFve+%F0%9F%91%8B",
                              "f8p5ggmvf5Kj4FqQZfD2zwmPTFk="));
}

TEST_CASE("either of two secrets is right, and none is never right", "[transport]") {
  const std::string newer = "XLwZZfGNRUX6egxB75CK4rmx9qQ=";
  for (const std::string& signature : {stop_signature, newer}) {
    CHECK(verify_twilio_form({"67890", "12345"}, hook, stop, signature));
    CHECK(verify_twilio_form({"12345", "67890"}, hook, stop, signature));
    CHECK_FALSE(verify_twilio_form({"", ""}, hook, stop, signature));
  }
  CHECK_FALSE(verify_twilio_form({"67890", ""}, hook, stop, stop_signature));
  CHECK(verify_twilio_form({"", "12345"}, hook, stop, stop_signature));
  CHECK_FALSE(verify_meta_body({"", ""}, "",
                               "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
}

TEST_CASE("one change anywhere is noticed", "[transport]") {
  CHECK(verify_twilio_form(token, hook, stop, stop_signature));
  CHECK_FALSE(verify_twilio_form(token, hook + "2", stop, stop_signature));
  CHECK_FALSE(verify_twilio_form(token, hook + "?x=1", stop, stop_signature));
  CHECK_FALSE(verify_twilio_form(token, "http://mycompany.com/hook", stop, stop_signature));
  CHECK_FALSE(verify_twilio_form(token, hook, {{"From", "+212600000000"}, {"Body", "STOp"}}, stop_signature));
  CHECK_FALSE(verify_twilio_form(token, hook, {{"Body", "STOP"}}, stop_signature));
  std::vector<NameValue> more = stop;
  more.emplace_back("To", "");
  CHECK_FALSE(verify_twilio_form(token, hook, more, stop_signature));
  for (const std::string& wrong :
       {std::string(), std::string("null"), stop_signature + " ", stop_signature.substr(0, 27),
        std::string("mljmsLLr74dcxoaIGhO9INHzjPk="), std::string(300, 'A')}) {
    CAPTURE(wrong);
    CHECK_FALSE(verify_twilio_form(token, hook, stop, wrong));
  }
  CHECK_FALSE(verify_twilio_form(token, "", stop, stop_signature));
}

TEST_CASE("the hash of a JSON body is compared, not only signed", "[transport]") {
  const std::string body = R"({"property": "value", "boolean": true})";
  const std::string url =
      app + "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
  const std::string signature = "a9nBmqA0ju/hNViExpshrM61xv4=";
  CHECK(verify_twilio_body(token, url, body, signature));
  CHECK(verify_twilio_request(token, url, "application/json", body, signature));
  CHECK_FALSE(verify_twilio_body(token, url, body + " ", signature));
  CHECK_FALSE(verify_twilio_body(token, url, "", signature));
  CHECK_FALSE(verify_twilio_request(token, url, "application/json", "{}", signature));
  // Without a hash nothing vouches for a body.
  CHECK_FALSE(verify_twilio_body(token, hook, body, "7aQdgSTi5+g/2hw9OGBHRWhUUR8="));
  CHECK_FALSE(verify_twilio_request(token, hook, "application/json", body, "7aQdgSTi5+g/2hw9OGBHRWhUUR8="));
  CHECK_FALSE(verify_twilio_request(token, hook, "", body, "7aQdgSTi5+g/2hw9OGBHRWhUUR8="));
  // A request without a body signs its address alone.
  CHECK(verify_twilio_request(token, hook, "", "", "7aQdgSTi5+g/2hw9OGBHRWhUUR8="));
  const std::string of_nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  CHECK(verify_twilio_request(token, hook + "?bodySHA256=" + of_nothing, "application/json", "",
                              "trBI7otZXpgh/VNnXduJcVI+wKQ="));
  // A form is vouched for by its members, whatever a hash in the address says.
  CHECK_FALSE(verify_twilio_request(token, url, "application/x-www-form-urlencoded", body, signature));
}

TEST_CASE("Meta signs the raw bytes", "[transport]") {
  const SigningSecrets secrets{"app-secret", "older-secret"};
  const std::string body = "{\"object\":\"whatsapp_business_account\",\"entry\":[]}\n";
  const std::string current = "sha256=dc85db7a09c08ce00be6bb231452d3622926de3b68c3a4680e176ae01769855d";
  const std::string previous = "sha256=12b9cec3084b6b4a93c78e746f181ea9e401f51d0db355c80c58109700f799c1";
  CHECK(verify_meta_body(secrets, body, current));
  CHECK(verify_meta_body(secrets, body, previous));
  CHECK_FALSE(verify_meta_body({"app-secret", ""}, body, previous));
  CHECK_FALSE(verify_meta_body(secrets, body.substr(0, body.size() - 1), current));
  CHECK_FALSE(verify_meta_body(secrets, body + "\n", current));
  for (const std::string& wrong :
       {std::string(), std::string("sha256="), current.substr(7), current.substr(0, 70), current + "00",
        "sha1=" + current.substr(7), "SHA256=" + current.substr(7)}) {
    CAPTURE(wrong);
    CHECK_FALSE(verify_meta_body(secrets, body, wrong));
  }
}

TEST_CASE("Meta's question is answered with its challenge, to the right token only", "[transport]") {
  const std::string query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=mee%21tyou";
  CHECK(answer_meta_challenge("mee!tyou", query) == "1158201444");
  CHECK_FALSE(answer_meta_challenge("meetyou", query));
  CHECK_FALSE(answer_meta_challenge("", "hub.mode=subscribe&hub.challenge=1&hub.verify_token="));
  CHECK_FALSE(answer_meta_challenge("t", "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=t"));
  CHECK_FALSE(answer_meta_challenge("t", "hub.mode=subscribe&hub.verify_token=t"));
  CHECK_FALSE(answer_meta_challenge("t", "hub.mode=subscribe&hub.challenge=%3Cb%3E&hub.verify_token=t"));
  CHECK_FALSE(answer_meta_challenge(
      "t", "hub.mode=subscribe&hub.verify_token=t&hub.challenge=" + std::string(300, '1')));
}

TEST_CASE("forms are read as they are sent", "[transport]") {
  const auto form = parse_form("a=1&b=x+y%2Bz&&a=2&c&=d&e=%zz%4&f=%F0%9F%91%8B");
  REQUIRE(form);
  CHECK(*form ==
        std::vector<NameValue>{
            {"a", "1"}, {"b", "x y+z"}, {"a", "2"}, {"c", ""}, {"", "d"}, {"e", "%zz%4"}, {"f", "👋"}});
  CHECK(form_value(*form, "a") == "1");
  CHECK(form_value(*form, "nothing").empty());
  std::string many = "a=1";
  for (int i = 1; i < 1'000; ++i) many += "&a=1";
  CHECK(parse_form(many)->size() == 1'000);
  CHECK_FALSE(parse_form(many + "&a=1"));
  CHECK(query_of("https://h/p?a=1?b#c") == "a=1?b");
  CHECK(query_of("https://h/p#?a") == "");
}
