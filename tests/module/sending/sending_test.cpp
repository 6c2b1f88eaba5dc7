// The policy of sending through the operations, on every backend. The clock begins on Sunday, 22 November
// 2026, at 09:50 UTC: 10:50 in Casablanca and in Paris.

#include "atlas/sending.hpp"

#include "atlas/audit.hpp"
#include "atlas/channels.hpp"
#include "atlas/messages.hpp"
#include "consent/consents.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

sending::Answer may(Session& s, const std::string& address, const std::string& channel,
                    const std::string& purpose, std::optional<Uuid> party = {}) {
  return s.call(sending::check,
                {.channel_code = channel, .address = address, .purpose_code = purpose, .party_id = party});
}

Timestamp at(const char* text) { return parse_timestamp(text).value(); }

void settle(Session& s, const char* settings) {
  const Organisation org = s.call(organisations::get, {});
  s.call(organisations::update, {.id = org.id, .version = org.version, .settings = std::string(settings)});
}

}  // namespace

TEST_CASE("nothing leaves without a grant, and every answer says why", "[sending]") {
  for (const auto& backend : backends()) {
    INFO(backend);
    World w(backend);
    auto s = w.admin();
    const auto none = may(s, "0612345678", "CHAN_SMS", "CONSENT_CONTACT");
    CHECK(none.verdict == "refuse");
    CHECK(none.code == "consent_missing");
    CHECK(none.reason == "never_asked");
    CHECK(none.explanation->find("n’a pas donné son accord") != std::string::npos);
    CHECK(none.looked_at.find("0612345678") == std::string::npos);
    CHECK(none.looked_at.find("612345678") == std::string::npos);

    const auto given = s.call(consents::grant, grant_of("0612345678"));
    const auto yes = may(s, "0612345678", "CHAN_SMS", "CONSENT_CONTACT");
    CHECK(yes.verdict == "allow");
    CHECK(yes.evidence_kind == "consent");
    CHECK(yes.event_id == given.event_id);
    CHECK(yes.hash == given.event_hash);
    CHECK(yes.consent_id == given.consent->id);
    CHECK(may(s, "0612345678", "CHAN_SMS", "CONSENT_MARKETING").code == "consent_missing");
    CHECK(may(s, "0612345678", "CHAN_WHATSAPP", "CONSENT_CONTACT").code == "consent_missing");

    s.call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = "0612345678"});
    const auto no = may(s, "0612345678", "CHAN_SMS", "CONSENT_CONTACT");
    CHECK(no.code == "consent_withdrawn");
    CHECK(no.looked_at.find("WITHDRAWN") != std::string::npos);

    s.call(consents::grant, grant_of("0611111111", "CHAN_WHATSAPP"));
    CHECK(may(s, "0611111111", "CHAN_WHATSAPP", "CONSENT_CONTACT").code == "outside_session_window");
    CHECK(s.call(sending::check, {.channel_code = "CHAN_WHATSAPP",
                                  .address = "0611111111",
                                  .purpose_code = "CONSENT_CONTACT",
                                  .template_category = "UTILITY"})
              .verdict == "allow");
    // Another organisation's ledger is another.
    auto other = w.other();
    CHECK(may(other, "0611111111", "CHAN_WHATSAPP", "CONSENT_CONTACT").code == "consent_missing");
    // An agent learns nothing of addresses that are not theirs.
    auto agent = w.as("AGENT");
    CHECK(may(agent, "0611111111", "CHAN_WHATSAPP", "CONSENT_CONTACT").code == "consent_missing");
    CHECK(code_of([&] {
            auto auditor = w.as("AUDITOR");
            may(auditor, "0611111111", "CHAN_SMS", "CONSENT_CONTACT");
          }) == ErrorCode::forbidden);
  }
}

TEST_CASE("a refused message is in the audit, with what was looked at", "[sending]") {
  for (const auto& backend : backends()) {
    INFO(backend);
    World w(backend);
    auto s = w.admin();
    const auto d = s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}).dossier.value();
    s.call(channels::create, {.channel_code = "CHAN_SMS", .provider = "MEMORY", .sender = "+212522000000"});
    const Error e = error_of([&] {
      s.call(messages::send, {.dossier_id = d.id,
                              .channel_code = "CHAN_SMS",
                              .purpose_code = "CONSENT_CONTACT",
                              .body = "Bonjour"});
    });
    CHECK(e.code() == ErrorCode::consent_missing);
    CHECK(detail_of(e, "reason") == "\"never_asked\"");
    const auto blocked = s.call(audit::list, {.actions = {"BLOCKED_BY_POLICY"}}).items;
    REQUIRE(blocked.size() == 1);
    CHECK(blocked.front().diff.find("consent_missing") != std::string::npos);
    CHECK(blocked.front().diff.find("looked_at") != std::string::npos);
    CHECK(blocked.front().diff.find("612345678") == std::string::npos);
  }
}

TEST_CASE("hours hold a message by the clock of the person, and calendars may be replaced", "[sending]") {
  for (const auto& backend : backends()) {
    INFO(backend);
    World w(backend);
    auto s = w.admin();
    const auto marketing = [&](const std::string& address) {
      s.call(consents::grant, grant_of(address, "CHAN_SMS", "CONSENT_MARKETING"));
      return may(s, address, "CHAN_SMS", "CONSENT_MARKETING");
    };
    auto held = marketing("+212612345678");
    CHECK(held.verdict == "defer");
    CHECK(held.code == "quiet_hours");
    CHECK(held.reason == "day");
    CHECK(held.rule == "MA.WRITTEN.MARKETING");
    CHECK(held.not_before == at("2026-11-23T08:00:00Z"));
    CHECK(held.evidence_kind == "consent");
    CHECK(marketing("+33612345678").not_before == at("2026-11-23T07:00:00Z"));
    CHECK(marketing("+262692123456").not_before == at("2026-11-23T04:00:00Z"));
    CHECK(marketing("+596696201234").not_before == at("2026-11-23T12:00:00Z"));

    // The party's own zone before that of the number.
    const auto party = s.call(parties::create, {.role_code = "BUYER",
                                                .family_name = "A",
                                                .phones = {"+33612345678"},
                                                .time_zone = "America/Montreal"});
    CHECK(may(s, "+33612345678", "CHAN_SMS", "CONSENT_MARKETING", party.id).not_before ==
          at("2026-11-23T13:00:00Z"));

    w.clock->set(at("2026-11-23T10:00:00Z"));
    CHECK(may(s, "+212612345678", "CHAN_SMS", "CONSENT_MARKETING").verdict == "allow");
    const auto france = s.call(calendars::get, {.country_code = "FR", .year = 2026});
    CHECK(france.seeded);
    CHECK(france.holidays == std::vector<std::string>{"2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08",
                                                      "2026-05-14", "2026-05-25", "2026-07-14", "2026-08-15",
                                                      "2026-11-01", "2026-11-11", "2026-12-25"});
    const auto set = s.call(calendars::set, {.country_code = "MA",
                                             .year = 2026,
                                             .holidays = {"2026-11-24", "2026-11-23"},
                                             .ramadan_from = parse_date("2026-11-25"),
                                             .ramadan_to = parse_date("2026-11-30")});
    CHECK_FALSE(set.seeded);
    CHECK(set.holidays == std::vector<std::string>{"2026-11-23", "2026-11-24"});
    held = may(s, "+212612345678", "CHAN_SMS", "CONSENT_MARKETING");
    CHECK(held.reason == "holiday");
    CHECK(held.not_before == at("2026-11-25T09:00:00Z"));
    CHECK(s.call(calendars::list, {}).items.size() == 1);
    auto other = w.other();
    CHECK(other.call(calendars::get, {.country_code = "MA", .year = 2026}).seeded);

    const Error wrong = error_of([&] {
      s.call(calendars::set, {.country_code = "MA",
                              .year = 2026,
                              .holidays = {"2027-01-01", "2026-02-30", "2026-05-01"},
                              .ramadan_from = parse_date("2026-03-01")});
    });
    CHECK(names(wrong, "/holidays/0", field_code::out_of_range));
    CHECK(names(wrong, "/holidays/1", field_code::not_a_date));
    CHECK(names(wrong, "/ramadan_to", field_code::required));
    auto agent = w.as("AGENT");
    CHECK(code_of([&] {
            agent.call(calendars::set, {.country_code = "MA", .year = 2026, .holidays = {}});
          }) == ErrorCode::forbidden);
    if (backend != "memory") w.reopen();
    auto again = w.admin();
    CHECK_FALSE(again.call(calendars::get, {.country_code = "MA", .year = 2026}).seeded);
    CHECK(again.call(calendars::reset, {.country_code = "MA", .year = 2026}).seeded);
    CHECK(may(again, "+212612345678", "CHAN_SMS", "CONSENT_MARKETING").verdict == "allow");
    CHECK(code_of([&] { again.call(calendars::reset, {.country_code = "MA", .year = 2026}); }) ==
          ErrorCode::not_found);
    again.call(calendars::set, {.country_code = "MA", .year = 2026, .holidays = {"2026-11-23"}});
    CHECK(may(again, "+212612345678", "CHAN_SMS", "CONSENT_MARKETING").reason == "holiday");
    CHECK(code_of([&] { again.call(calendars::get, {.country_code = "ES", .year = 2026}); }) ==
          ErrorCode::not_found);
  }
}

TEST_CASE("calls are decided by the ledger, the hours and how often one has called", "[sending]") {
  for (const auto& backend : backends()) {
    INFO(backend);
    World w(backend);
    auto s = w.admin();
    const std::string number = "+33612345678";
    const auto d = s.call(dossiers::create, {.contact_name = "A", .phone = number}).dossier.value();
    const auto check = [&] { return ask(s, number, "CHAN_PHONE", "CONSENT_MARKETING"); };
    CHECK(check().reason == "consent_missing");
    s.call(consents::grant, grant_of(number, "CHAN_PHONE", "CONSENT_MARKETING"));
    auto sunday = check();
    CHECK_FALSE(sunday.allowed);
    CHECK(sunday.reason == "quiet_hours");
    CHECK(sunday.detail == "day");
    CHECK(sunday.rule == "FR.PHONE.MARKETING");
    CHECK(sunday.not_before == at("2026-11-23T09:00:00Z"));
    w.clock->set(at("2026-11-23T09:30:00Z"));
    CHECK(check().allowed);
    const auto call = [&](const char* outcome, const std::string& purpose = "CONSENT_MARKETING") {
      s.call(messages::log_call,
             {.dossier_id = d.id, .address = number, .purpose_code = purpose, .outcome = outcome});
    };
    for (int i = 0; i < 3; ++i) call("no_answer");
    call("answered", "CONSENT_CONTACT");
    CHECK(check().allowed);
    call("busy");
    const auto enough = check();
    CHECK(enough.reason == "frequency_cap");
    CHECK(enough.detail == "four_calls_in_30_days");
    CHECK(enough.not_before == at("2026-12-23T09:00:00Z"));
    // A call that answers a request is no prospecting.
    s.call(consents::grant, grant_of(number, "CHAN_PHONE", "CONSENT_CONTACT"));
    CHECK(ask(s, number, "CHAN_PHONE", "CONSENT_CONTACT").allowed);
    w.clock->set(at("2026-12-23T09:30:00Z"));
    CHECK(check().allowed);
    call("refused");
    CHECK(check().reason == "consent_withdrawn");
    // A new consent of the person's own does not shorten the sixty days.
    w.clock->advance(micros_per_hour);
    s.call(consents::grant, grant_of(number, "CHAN_PHONE", "CONSENT_MARKETING"));
    const auto refused = check();
    CHECK(refused.reason == "frequency_cap");
    CHECK(refused.detail == "refused_within_60_days");
    CHECK(refused.not_before == at("2027-02-22T09:00:00Z"));
    w.clock->set(at("2027-02-22T09:00:00Z"));
    CHECK(check().allowed);
  }
}

TEST_CASE("an organisation sets its own caps", "[sending]") {
  for (const auto& backend : backends()) {
    INFO(backend);
    World w(backend);
    auto s = w.admin();
    s.call(consents::grant, grant_of("0612345678"));
    CHECK(may(s, "0612345678", "CHAN_SMS", "CONSENT_CONTACT").verdict == "allow");
    settle(s, R"({"sending":{"caps":[{"purpose_code":"CONSENT_CONTACT","hours":24,"most":0}]}})");
    const auto no = may(s, "0612345678", "CHAN_SMS", "CONSENT_CONTACT");
    CHECK(no.code == "frequency_cap");
    CHECK(no.looked_at.find(R"("most":0)") != std::string::npos);
  }
}
