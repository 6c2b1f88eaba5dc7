// Providers' error codes and answers against a table written by hand.

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "atlas/provider_codes.hpp"

using namespace atlas;

namespace {

struct Row {
  std::string provider, codes, meaning, code_class, outcome, wait_s, growing, times, then, alarm, account;
  int first() const { return std::stoi(codes); }
  int last() const {
    const auto dash = codes.find('-');
    return dash == std::string::npos ? first() : std::stoi(codes.substr(dash + 1));
  }
};

std::vector<Row> rows() {
  std::ifstream file(ATLAS_TEST_DATA "/provider_errors.tsv");
  std::vector<Row> all;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    std::istringstream in(line);
    Row r;
    for (std::string* cell : {&r.provider, &r.codes, &r.meaning, &r.code_class, &r.outcome, &r.wait_s,
                              &r.growing, &r.times, &r.then, &r.alarm, &r.account})
      REQUIRE(std::getline(in, *cell, '\t'));
    all.push_back(r);
  }
  return all;
}

std::string twilio_error(int status, int code) {
  return R"({"code":)" + std::to_string(code) + R"(,"message":"No","more_info":"https://x/)" +
         std::to_string(code) + R"(","status":)" + std::to_string(status) + "}";
}
std::string meta_error(int code) {
  return R"({"error":{"message":"no","type":"OAuthException","code":)" + std::to_string(code) +
         R"(,"error_data":{"messaging_product":"whatsapp","details":"No"},"fbtrace_id":"A1"}})";
}

Outcome answer(const std::string& provider, int status, int code, std::optional<std::int64_t> wait = {}) {
  return provider == "TWILIO" ? read_twilio_answer({status, twilio_error(status, code), true, wait})
                              : read_meta_answer({status, meta_error(code), true, wait});
}

}  // namespace

TEST_CASE("every code of the error tables has the outcome of its class", "[transport]") {
  const auto all = rows();
  std::size_t codes = 0;
  for (const Row& r : all) {
    for (int code = r.first(); code <= r.last(); ++code) {
      CAPTURE(r.provider, code, r.meaning);
      ++codes;
      const Outcome reported = outcome_of_report(r.provider, std::to_string(code));
      // The same by an answer over HTTP, as these codes come with it.
      for (const Outcome& o : {reported, answer(r.provider, 400, code)}) {
        CHECK(to_text(o.kind) == r.outcome);
        CHECK(o.retry_after_us ==
              (r.wait_s == "-" ? std::optional<std::int64_t>() : std::stoll(r.wait_s) * micros_per_second));
        CHECK(o.growing == (r.growing == "yes"));
        CHECK(o.times == (r.times == "-" ? 0u : static_cast<unsigned>(std::stoul(r.times))));
        if (r.then != "-") CHECK(to_text(o.afterwards) == r.then);
        CHECK(o.alarm == (r.alarm == "yes"));
        CHECK(o.whole_account == (r.account == "yes"));
        CHECK(o.provider_code == std::to_string(code));
        CHECK_FALSE(o.reason.empty());
        CHECK(o.reason != "unlisted_code");
      }
    }
  }
  CHECK(all.size() >= 95);
  CHECK(codes >= 200);
}

TEST_CASE("the tables hold no code that the hand-written one does not", "[transport]") {
  std::set<std::pair<std::string, int>> told;
  for (const Row& r : rows()) {
    for (int code = r.first(); code <= r.last(); ++code) CHECK(told.emplace(r.provider, code).second);
  }
  std::set<std::pair<std::string, int>> known;
  for (const auto& [provider, table] : {std::pair("TWILIO", twilio_codes()), {"META", meta_codes()}}) {
    int before = -1;
    for (const ProviderCode& row : table) {
      CHECK(row.first > before);
      CHECK(row.last >= row.first);
      before = row.last;
      for (int code = row.first; code <= row.last; ++code) known.emplace(provider, code);
    }
  }
  CHECK(known == told);
}

TEST_CASE("a code in no table is refused with an alarm, never tried for ever", "[transport]") {
  for (const char* provider : {"TWILIO", "META"}) {
    const Outcome o = outcome_of_report(provider, "99999", "write to amal@example.com");
    CHECK(o.kind == OutcomeKind::rejected);
    CHECK(o.alarm);
    CHECK(o.reason == "unlisted_code");
    CHECK(o.provider_text == "write to …");
    CHECK(answer(provider, 400, 99'999).alarm);
    CHECK(answer(provider, 400, 99'999).kind == OutcomeKind::rejected);
  }
  CHECK(outcome_of_report("META", "soon").alarm);
  CHECK(outcome_of_report("HOST", "190").reason == "unlisted_code");
  // Where the status says more than the code, it stands.
  CHECK(answer("META", 500, 99'999).kind == OutcomeKind::unknown);
  CHECK(answer("TWILIO", 401, 99'999).kind == OutcomeKind::account);
  CHECK(answer("TWILIO", 429, 99'999).kind == OutcomeKind::later);
}

TEST_CASE("answers without a code are judged by their status", "[transport]") {
  const std::vector<std::pair<int, std::string>> expected{
      {301, "account"}, {307, "account"},   {400, "rejected"}, {401, "account"}, {403, "account"},
      {404, "account"}, {408, "unknown"},   {413, "rejected"}, {429, "later"},   {500, "unknown"},
      {502, "unknown"}, {503, "not_taken"}, {504, "unknown"},  {200, "unknown"}, {201, "unknown"}};
  for (const auto& [status, kind] : expected) {
    for (const char* body : {"", "<html>", "{}", "[1]", "{\"code\":\"x\",\"error\":7}"}) {
      CAPTURE(status, body);
      CHECK(to_text(read_twilio_answer({status, body, true, {}}).kind) == kind);
      CHECK(to_text(read_meta_answer({status, body, true, {}}).kind) == kind);
    }
  }
}

TEST_CASE("a wait that is asked for spends no attempt", "[transport]") {
  const std::int64_t second = micros_per_second;
  Outcome o = answer("META", 429, 130'429, 7 * second);
  CHECK(o.kind == OutcomeKind::later);
  CHECK(o.retry_after_us == 7 * second);
  CHECK(answer("TWILIO", 429, 20'429).retry_after_us == 60 * second);
  CHECK(read_twilio_answer({503, "", true, 30 * second}).kind == OutcomeKind::later);
  // At least what the table says, at most 72 hours.
  CHECK(answer("META", 400, 131'049, second).retry_after_us == 24 * 3'600 * second);
  CHECK(answer("META", 429, 4, 1'000 * 3'600 * second).retry_after_us == 72 * 3'600 * second);
  // A 429 without a code of the message's is about the account; one with, about what the code says.
  CHECK(read_twilio_answer({429, "", true, {}}).whole_account);
  CHECK(read_meta_answer({429, "{}", true, {}}).whole_account);
  CHECK_FALSE(answer("META", 429, 131'056, 7 * second).whole_account);
  CHECK_FALSE(read_twilio_answer({503, "", true, 30 * second}).whole_account);
  // What is no matter of time is not made one by a 429.
  CHECK(answer("META", 429, 190).kind == OutcomeKind::account);
  CHECK(answer("TWILIO", 429, 21'610).kind == OutcomeKind::opted_out);
}

TEST_CASE("only an answer with an id accepts", "[transport]") {
  Outcome o = read_twilio_answer({201, R"({"sid":"SM1","status":"queued","error_code":null})", true, {}});
  CHECK(o.kind == OutcomeKind::accepted);
  CHECK(o.provider_id == "SM1");
  CHECK(read_twilio_answer({201, R"({"sid":"SM1","status":"queued"})", false, {}}).kind ==
        OutcomeKind::unknown);
  CHECK(read_twilio_answer({201, R"({"sid":""})", true, {}}).kind == OutcomeKind::unknown);
  CHECK(read_twilio_answer({201, R"({"sid":"SM1","status":"failed","error_code":30005})", true, {}}).kind ==
        OutcomeKind::unreachable);
  o = read_meta_answer({200,
                        R"({"messaging_product":"whatsapp","contacts":[{"input":"+212","wa_id":"212"}],
    "messages":[{"id":"wamid.A=","message_status":"accepted"}]})",
                        true,
                        {}});
  CHECK(o.kind == OutcomeKind::accepted);
  CHECK(o.provider_id == "wamid.A=");
  CHECK(read_meta_answer({200, R"({"messages":[]})", true, {}}).kind == OutcomeKind::unknown);
  CHECK(read_meta_answer({200, R"({"messages":[{"id":7}]})", true, {}}).kind == OutcomeKind::unknown);
  CHECK(read_meta_answer({200, R"({"messages":[{"id":"w m"}]})", true, {}}).kind == OutcomeKind::unknown);
  CHECK(read_meta_answer({200, meta_error(131'026), true, {}}).kind == OutcomeKind::unreachable);
}

TEST_CASE("replies of SMTP by phase, code and enhanced code", "[transport]") {
  using enum SmtpPhase;
  struct Reply {
    SmtpPhase phase;
    int code;
    const char *words, *kind, *told;
  };
  const std::vector<Reply> replies{
      {content, 250, "2.0.0 Ok: queued as 4F", "accepted", "250 2.0.0"},
      {content, 250, "Ok", "accepted", "250"},
      {session, 421, "4.7.0 Try again later", "not_taken", "421 4.7.0"},
      {session, 554, "No SMTP service here", "account", "554"},
      {authentication, 535, "5.7.8 Authentication credentials invalid", "account", "535 5.7.8"},
      {authentication, 454, "4.7.0 Temporary authentication failure", "not_taken", "454 4.7.0"},
      {sender, 530, "5.7.0 Must issue a STARTTLS command first", "account", "530 5.7.0"},
      {sender, 550, "5.7.1 Sender not allowed", "account", "550 5.7.1"},
      {sender, 553, "Sorry, that domain is not yours", "account", "553"},
      {sender, 501, "5.1.7 Bad sender", "account", "501 5.1.7"},
      {sender, 452, "4.3.1 Insufficient storage", "later", "452 4.3.1"},
      {recipient, 450, "4.2.0 Greylisted", "not_taken", "450 4.2.0"},
      {recipient, 451, "Local error", "not_taken", "451"},
      {recipient, 452, "4.2.2 Over quota", "later", "452 4.2.2"},
      {recipient, 550, "5.1.1 User unknown", "unreachable", "550 5.1.1"},
      {recipient, 550, "No such user here", "unreachable", "550"},
      {recipient, 551, "User not local", "unreachable", "551"},
      {recipient, 552, "5.2.2 Mailbox full", "later", "552 5.2.2"},
      {recipient, 553, "Mailbox name not allowed", "unreachable", "553"},
      {recipient, 554, "5.7.1 Relay access denied", "account", "554 5.7.1"},
      {recipient, 556, "5.1.10 Null MX", "unreachable", "556 5.1.10"},
      {recipient, 550, "5.2.1 Disabled", "unreachable", "550 5.2.1"},
      {data, 451, "4.3.0 Error", "not_taken", "451 4.3.0"},
      {data, 503, "5.5.1 Bad sequence", "rejected", "503 5.5.1"},
      {content, 552, "5.3.4 Too big", "rejected", "552 5.3.4"},
      {content, 550, "5.7.1 Looks like spam", "rejected", "550 5.7.1"},
      {content, 550, "5.7.26 Unauthenticated", "account", "550 5.7.26"},
      {content, 554, "Transaction failed", "rejected", "554"},
      {content, 451, "4.7.1 Try later", "not_taken", "451 4.7.1"},
      {content, 354, "go on", "unknown", "354"},
  };
  for (const Reply& r : replies) {
    CAPTURE(r.code, r.words);
    const Outcome o = read_smtp_reply(r.phase, r.code, r.words, "<t@agence.example>");
    CHECK(to_text(o.kind) == r.kind);
    if (o.kind != OutcomeKind::unknown) CHECK(o.provider_code == r.told);
    CHECK(o.provider_id == (o.kind == OutcomeKind::accepted ? "<t@agence.example>" : ""));
  }
  CHECK(read_smtp_reply(content, 550, "5.7.1 spam", "").alarm);
  CHECK(read_smtp_reply(recipient, 550, "5.1.1 <amal@example.com> unknown", "").provider_text ==
        "5.1.1 … unknown");
}
