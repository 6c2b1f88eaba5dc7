// What may leave: every row of tests/data/send_rules.tsv, which was written by hand.

#include <catch2/catch.hpp>
#include <map>

#include "atlas/sending_rules.hpp"
#include "rows.hpp"

using namespace atlas;
using namespace atlas::sending;

namespace {

constexpr Timestamp now{1'790'000'000'000'000};

Timestamp hours_ago(double hours) {
  return now + -static_cast<std::int64_t>(hours * static_cast<double>(micros_per_hour));
}

std::vector<ConsentEvent> events_of(const std::string& cell) {
  std::vector<ConsentEvent> out;
  if (cell == "-") return out;
  std::istringstream stream(cell);
  for (std::string token; stream >> token;) {
    static const std::map<char, std::string> kinds{
        {'Q', "REQUESTED"}, {'q', "REQUESTED"}, {'G', "GRANTED"}, {'W', "WITHDRAWN"}, {'F', "REFUSED"}};
    ConsentEvent e;
    e.number = static_cast<std::int64_t>(out.size()) + 1;
    e.kind = kinds.at(token[0]);
    const std::size_t less = token.find('<');
    e.at = e.created_at = hours_ago(std::stod(token.substr(1, less - 1)));
    if (less != std::string::npos) e.expires_at = hours_ago(std::stod(token.substr(less + 1)));
    e.source_code = "CONSENT_SRC_FORM";
    if (token[0] == 'Q') {
      e.evidence = ConsentEvidence{"web_form", "https://agence.example", std::string(64, 'a')};
      e.token_hash = std::string(64, 'b');
    }
    e.hash = "hash of " + token;
    out.push_back(std::move(e));
  }
  return out;
}

SendTemplate category_of(const std::string& cell) {
  if (cell.substr(0, 7) == "utility") return SendTemplate::utility;
  return cell.substr(0, 9) == "marketing" ? SendTemplate::marketing : SendTemplate::none;
}

}  // namespace

TEST_CASE("every row of the table of sending is decided as it says", "[sending]") {
  const auto rows = rows_of("send_rules.tsv", 13);
  CHECK(rows.size() >= 50);
  for (const auto& row : rows) {
    std::string all;
    for (const auto& cell : row) all += cell + " | ";
    INFO(all);
    const auto events = events_of(row[4]);
    std::vector<Suppression> suppressions;
    std::vector<Objection> objections;
    if (row[5][0] == 'S') {
      Suppression s;
      s.at = hours_ago(std::stod(row[5].substr(1)));
      s.purpose_code = "*";
      suppressions.push_back(s);
    }
    if (row[5][0] == 'O') {
      Objection o;
      o.at = hours_ago(std::stod(row[5].substr(1)));
      objections.push_back(o);
    }
    Situation s;
    s.kind = row[0] == "ordinary"         ? SendKind::ordinary
             : row[0] == "opt_in_request" ? SendKind::opt_in_request
                                          : SendKind::opt_out_confirmation;
    s.channel_code = row[1];
    const std::string purpose = "CONSENT_" + row[2];
    s.purpose_code = purpose;
    s.category = category_of(row[3]);
    s.approved = row[3].back() != '?';
    s.now = now;
    s.facts = {events, suppressions, objections};
    s.ledger = consents::decide({s.channel_code, s.purpose_code, now, {}, {}}, s.facts);
    if (row[6] != "-") s.last_message = hours_ago(std::stod(row[6]));
    if (row[7] == "cap") s.reached = Reached{{"*", 24, 1}, 1};
    if (row[8] != "-") {
      s.last_request = hours_ago(std::stod(row[8]));
      s.last_confirmed = s.last_request;
    }
    const Judgement j = judge(s);
    CHECK((j.allowed ? "allow" : "refuse") == row[9]);
    CHECK((j.allowed ? "-" : std::string(error_info(j.error).text)) == row[10]);
    CHECK((j.detail.empty() ? "-" : std::string(j.detail)) == row[11]);
    CHECK((j.evidence.empty() ? "-" : std::string(j.evidence)) == row[12]);
    if (j.allowed && j.evidence == "consent") CHECK((j.event && j.event->kind == "GRANTED"));
    if (!j.allowed) CHECK_FALSE(explanation(row[10], row[11], "fr-FR").empty());
  }
}

TEST_CASE("each refusal is told in three languages", "[sending]") {
  for (const char* code : {"consent_missing", "consent_withdrawn", "consent_expired", "objected",
                           "outside_session_window", "frequency_cap", "template_invalid", "quiet_hours"}) {
    const std::string fr = explanation(code, "", "fr"), en = explanation(code, "", "en-GB"),
                      ar = explanation(code, "", "ar-MA");
    CHECK_FALSE(fr.empty());
    CHECK(fr != en);
    CHECK(ar != en);
    CHECK(explanation(code, "", "de") == en);
  }
  CHECK(explanation("quiet_hours", "ramadan", "fr").find("ramadan") != std::string::npos);
  CHECK(explanation("storage_full", "", "fr").empty());
}

TEST_CASE("caps come from the settings, and what is malformed is left out", "[sending]") {
  const auto size = [](const char* settings) { return settings_of(settings).caps.size(); };
  CHECK(size("{}") == default_caps().size());
  CHECK(size(R"({"sending":{"caps":[]}})") == default_caps().size());
  CHECK(size(R"({"sending":{"caps":"none"}})") == default_caps().size());
  CHECK(size(R"({"sending":{"caps":[{"purpose_code":"*","hours":0,"most":1}]}})") == default_caps().size());
  std::vector<FieldError> errors;
  const auto one =
      settings_of(
          R"({"sending":{"caps":[{"purpose_code":"CONSENT_CONTACT","hours":48,"most":3},7,{"hours":2}]}})",
          &errors)
          .caps;
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].path == "/settings/sending/caps/1");
  CHECK(errors[1].path == "/settings/sending/caps/2/purpose_code");
  REQUIRE(one.size() == 1);
  CHECK(one[0].purpose_code == "CONSENT_CONTACT");
  CHECK(one[0].hours == 48);
  CHECK(one[0].most == 3);
}
