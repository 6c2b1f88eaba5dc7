// Whether sending is well, why not, and the text that is scraped.

#include <set>
#include <sstream>

#include "outbox_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

std::map<std::string, std::int64_t> worries(OutboxWorld& w) {
  std::map<std::string, std::int64_t> all;
  Session s = w.admin();
  const auto health = s.call(outbox::health, {});
  CHECK(health.healthy == health.reasons.empty());
  for (const auto& r : health.reasons) all[r.code] += r.count;
  return all;
}

using Worries = std::map<std::string, std::int64_t>;

std::int64_t alerts(OutboxWorld& w) {
  std::int64_t count = 0;
  Session s = w.admin();
  for (const auto& e : s.call(audit::list, {.actions = {"outbox.alert"}, .limit = 1000}).items)
    count += e.entity_kind == "organisation" ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("Each reason to worry is told while it holds", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      CHECK(worries(w).empty());

      auto account = s.call(channels::get, {w.account});
      account = s.call(channels::pause, {.id = account.id, .version = account.version, .reason = "billing"});
      const auto health = s.call(outbox::health, {});
      REQUIRE(health.reasons.size() == 1);
      CHECK(health.reasons[0].code == "account_paused");
      CHECK(health.reasons[0].account_id == w.account);
      s.call(channels::resume, {account.id, account.version});
      CHECK(worries(w).empty());

      w.transact([](Context& cx) { messages::count_signature_failure(cx); });
      CHECK(worries(w) == Worries{{"signature_failures", 1}});
      w.after(2 * micros_per_minute);
      CHECK(alerts(w) == 1);
      w.after(30 * micros_per_minute);
      CHECK(alerts(w) == 1);
      w.after(61 * micros_per_minute);
      CHECK(alerts(w) == 2);
      w.after(25 * micros_per_hour);
      CHECK(worries(w).empty());
      const std::int64_t before = alerts(w);
      w.after(5 * micros_per_hour);
      CHECK(alerts(w) == before);

      // Due for a quarter of an hour, and nobody pumps.
      w.send();
      w.clock->advance(14 * micros_per_minute);
      CHECK(worries(w).empty());
      w.clock->advance(2 * micros_per_minute);
      CHECK(worries(w) == Worries{{"backlog", 1}});
      w.pump();
      CHECK(worries(w).empty());
    }
  }
}

TEST_CASE("A rate of failures alarms from twenty messages on, until a day has passed", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      for (int i = 0; i < 19; ++i) {
        if (i < 2) w.provider->script.push_back(Outcome::rejected("content", "21617"));
        messages::Send in = w.text();
        in.dossier_id = w.person(i);
        w.send(in);
        w.pump();
      }
      CHECK(worries(w) == Worries{{"dead_letters", 2}});
      messages::Send in = w.text();
      in.dossier_id = w.person(19);
      w.send(in);
      w.pump();
      CHECK(worries(w) == Worries{{"dead_letters", 2}, {"failure_rate", 100}});
      // Somebody deals with them.
      for (const Message& m : s.call(outbox::list, {.where = R"({"status_code":"FAILED"})"}).items)
        s.call(outbox::cancel, {m.id, m.version});
      CHECK(worries(w) == Worries{{"failure_rate", 100}});
      w.after(25 * micros_per_hour);
      CHECK(worries(w).empty());
    }
  }
}

TEST_CASE("The text to scrape names each series once, whatever codes providers have", "[outbox]") {
  for (const auto& backend : {std::string("memory"), std::string("sqlite")}) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->script = {Outcome::rejected("x", "a\"b\\c\nd"), Outcome::account("token_expired")};
      w.send();
      w.pump();
      w.send();
      w.pump();
      const std::string text = w.engine.metrics_text();
      std::istringstream lines(text);
      std::set<std::string> begun;
      std::string line, series, help;
      std::size_t samples = 0;
      while (std::getline(lines, line)) {
        if (line.starts_with("# HELP ")) {
          help = line.substr(7, line.find(' ', 7) - 7);
          continue;
        }
        if (line.starts_with("# TYPE ")) {
          series = line.substr(7, line.find(' ', 7) - 7);
          CHECK(series == help);
          CHECK(begun.insert(series).second);
          continue;
        }
        // Every sample stands under the type of its own series.
        CAPTURE(line);
        CHECK(line.substr(0, line.find_first_of("{ ")) == series);
        CHECK(line.find_last_of(' ') + 1 < line.size());
        ++samples;
      }
      CHECK(samples > 40);
      const std::string one = "{organisation=\"" + format_uuid(w.one.org) + "\"";
      const std::string two = "{organisation=\"" + format_uuid(w.two.org) + "\"";
      CHECK(text.find("atlas_outbox_healthy" + one + "} 0\n") != std::string::npos);
      CHECK(text.find("atlas_outbox_healthy" + two + "} 1\n") != std::string::npos);
      CHECK(text.find("atlas_outbox_errors_day" + one + R"(,code="a\"b\\c d"} 1)") != std::string::npos);
      CHECK(text.find("atlas_outbox_worries" + one + ",reason=\"account_paused\"} 1\n") != std::string::npos);
      CHECK(text.find("atlas_outbox_worries" + two) == std::string::npos);
    }
  }
}

TEST_CASE("A person's thread goes through all their dossiers, a dossier's is its own", "[messages]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      Session s = w.admin();
      const Party p =
          s.call(dossiers::add_party,
                 {.id = w.dossier,
                  .party = {.role_code = "BUYER", .family_name = "Salma", .phones = {"+212600000001"}}});
      const Uuid second =
          s.call(dossiers::create, {.contact_name = "Salma", .phone = "+212600000002", .party_id = p.id})
              .dossier->id;
      messages::Send in = w.text("un");
      in.party_id = p.id;
      w.send(in);
      w.clock->advance(micros_per_minute);
      s.call(messages::log_call, {.dossier_id = second, .outcome = "no_answer", .body = "deux"});
      w.clock->advance(micros_per_minute);
      in.body = "trois";
      w.send(in);
      const auto bodies = [&](const messages::Thread& thread) {
        std::vector<std::string> out;
        for (const Message& m : s.call(messages::list, thread).items) out.push_back(*m.body);
        return out;
      };
      CHECK(bodies({.party_id = p.id, .oldest_first = true}) ==
            std::vector<std::string>{"un", "deux", "trois"});
      CHECK(bodies({.dossier_id = w.dossier}) == std::vector<std::string>{"trois", "un"});
      CHECK(bodies({.dossier_id = second}) == std::vector<std::string>{"deux"});
      // Page by page as well.
      messages::Thread page{.party_id = p.id, .limit = 2, .oldest_first = true};
      const auto first = s.call(messages::list, page);
      REQUIRE(first.items.size() == 2);
      REQUIRE(first.next);
      page.after = first.next;
      CHECK(bodies(page) == std::vector<std::string>{"trois"});
    }
  }
}
