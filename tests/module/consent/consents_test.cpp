// The ledger of consents: what may be recorded, what it adds up to, what is answered.

#include "atlas/consent.hpp"

#include <random>
#include <set>
#include <thread>

#include "atlas/consent_rules.hpp"
#include "atlas/machines.hpp"
#include "consent/consents.hpp"

using namespace atlas;
using namespace atlas::testing;

TEST_CASE("a grant without proof is none, and everything that is missing is named", "[consents]") {
  World w("memory");
  auto s = w.admin();
  const Error bare = error_of([&] {
    s.call_json("consents.grant", R"({"channel_code":"CHAN_SMS","address":"0612345678",)"
                                  R"("purpose_code":"CONSENT_CONTACT","source_code":"CONSENT_SRC_FORM"})");
  });
  CHECK(bare.code() == ErrorCode::invalid_argument);
  for (const char* path : {"/wording", "/wording_version", "/language", "/evidence/kind",
                           "/evidence/reference", "/evidence/sha256"})
    CHECK(names(bare, path, field_code::required));
  CHECK(bare.fields().size() == 6);

  auto inbound = grant_of("0612345678");
  inbound.source_code = "CONSENT_SRC_WHATSAPP_INBOUND";
  inbound.evidence.reset();
  CHECK(names(error_of([&] { s.call(consents::grant, inbound); }), "/message_id", field_code::required));
  inbound.message_id = "wamid.1";
  CHECK(s.call(consents::grant, inbound).consent->state == "granted");

  auto wrong = grant_of("nobody");
  CHECK(names(error_of([&] { s.call(consents::grant, wrong); }), "/address", field_code::not_a_phone_number));
  wrong = grant_of("0612345678", "CHAN_EMAIL");
  CHECK(names(error_of([&] { s.call(consents::grant, wrong); }), "/address", field_code::not_an_email));
  wrong = grant_of("0612345679");
  wrong.evidence->sha256 = std::string(64, 'X');
  wrong.expires_at = w.clock->now() + -1;
  const Error two = error_of([&] { s.call(consents::grant, wrong); });
  CHECK(names(two, "/evidence/sha256", field_code::wrong_type));
  CHECK(names(two, "/expires_at", field_code::out_of_range));
  wrong = grant_of("0612345679");
  wrong.at = w.clock->now() + micros_per_hour;
  CHECK(names(error_of([&] { s.call(consents::grant, wrong); }), "/at", field_code::out_of_range));
  wrong = grant_of("0612345679");
  wrong.source_code = "CONSENT_SRC_HEARSAY";
  CHECK(names(error_of([&] { s.call(consents::grant, wrong); }), "/source_code", field_code::not_a_code));
  wrong = grant_of("0612345679");
  wrong.dossier_id = *parse_uuid("01900000-0000-7000-8000-000000000001");
  wrong.party_id = wrong.dossier_id;
  const Error links = error_of([&] { s.call(consents::grant, wrong); });
  CHECK(names(links, "/dossier_id", field_code::unknown_reference));
  CHECK(names(links, "/party_id", field_code::unknown_reference));
  CHECK(s.call(consents::count, {}).count == 1);
}

TEST_CASE("nothing is allowed that was not granted; a no counts at once", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto never = ask(s, "0612345678");
  CHECK_FALSE(never.allowed);
  CHECK(never.reason == "consent_missing");
  CHECK(never.detail == "never_asked");
  CHECK(never.address == "+212612345678");
  CHECK_FALSE(never.event_id.has_value());

  const auto granted = s.call(consents::grant, grant_of("06 12 34 56 78"));
  CHECK(granted.consent->state == "granted");
  CHECK(granted.consent->address == "+212612345678");
  CHECK(granted.consent->events == 2);  // asked, then granted
  const auto yes = ask(s, "+212 612 345 678");
  CHECK(yes.allowed);
  CHECK_FALSE(yes.reason.has_value());
  CHECK(yes.event_id == granted.event_id);
  CHECK(yes.event_hash == granted.event_hash);
  CHECK(yes.event_kind == "GRANTED");
  // Another purpose, channel or agency is another question.
  CHECK(ask(s, "0612345678", "CHAN_SMS", "CONSENT_MARKETING").reason == "consent_missing");
  CHECK(ask(s, "0612345678", "CHAN_WHATSAPP").reason == "consent_missing");
  auto other = w.other();
  CHECK(ask(other, "0612345678").reason == "consent_missing");
  CHECK(other.call(consents::count, {}).count == 0);
  CHECK(code_of([&] { other.call(consents::history, {.id = granted.consent->id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { other.call(consents::get, {.id = granted.consent->id}); }) == ErrorCode::not_found);

  w.clock->advance(micros_per_minute);
  const auto no = s.call(consents::withdraw, {.channel_code = "CHAN_SMS",
                                              .address = "0612345678",
                                              .purpose_code = "CONSENT_CONTACT",
                                              .source_code = "CONSENT_SRC_SMS_INBOUND",
                                              .wording = "STOP svp",
                                              .message_id = "SM1"});
  REQUIRE(no.items.size() == 1);
  CHECK(no.items[0].consent->state == "withdrawn");
  const auto after = ask(s, "0612345678");
  CHECK_FALSE(after.allowed);
  CHECK(after.reason == "consent_withdrawn");
  CHECK(after.event_id == no.items[0].event_id);
  CHECK(after.event_hash == no.items[0].event_hash);
  // As it was then.
  consents::Check then{
      .channel_code = "CHAN_SMS", .address = "0612345678", .purpose_code = "CONSENT_CONTACT"};
  then.at = w.clock->now() + -micros_per_second;
  CHECK(s.call(consents::check, then).allowed);
  then.at = w.clock->now() + -2 * micros_per_minute;
  CHECK(s.call(consents::check, then).detail == "never_asked");

  const auto history = s.call(consents::history, {.id = granted.consent->id}).items;
  REQUIRE(history.size() == 3);
  CHECK(history[0].kind == "REQUESTED");
  CHECK(history[1].kind == "GRANTED");
  CHECK(history[1].wording == "J'accepte d'être contacté");
  CHECK(history[1].evidence->reference == "https://agence.example/contact#42");
  CHECK(history[1].actor_id == w.one.admin);
  CHECK(history[2].kind == "WITHDRAWN");
  CHECK(history[2].wording == "STOP svp");
  CHECK(s.call(consents::history, {.id = granted.consent->id, .after = 1, .limit = 1}).next == 2);
  // Another purpose of the same channel is not touched by a no to this one.
  CHECK(ask(s, "0612345678", "CHAN_SMS", "CONSENT_MARKETING").reason == "consent_missing");
  CHECK(w.engine.check().ok());
}

TEST_CASE("a withdrawal without a purpose is for every one, also before anything was asked", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  s.call(consents::grant, grant_of("Ali@Example.MA", "CHAN_EMAIL", "CONSENT_MARKETING"));
  CHECK(ask(s, "ali@example.ma", "CHAN_EMAIL", "CONSENT_MARKETING").allowed);
  const auto no = s.call(consents::withdraw, {.channel_code = "CHAN_EMAIL", .address = "ALI@example.ma"});
  CHECK(no.items.size() == 2);
  for (const char* purpose : {"CONSENT_MARKETING", "CONSENT_CONTACT"})
    CHECK(ask(s, "ali@example.ma", "CHAN_EMAIL", purpose).reason == "consent_withdrawn");
  // A person who was never asked says no: the state says nothing, the ledger remembers.
  const auto first = s.call(
      consents::withdraw, {.channel_code = "CHAN_WHATSAPP", .address = "0698765432", .every_channel = true});
  CHECK(first.items.size() == 6);
  for (const char* channel : {"CHAN_WHATSAPP", "CHAN_SMS", "CHAN_PHONE"}) {
    CAPTURE(channel);
    const auto answer = ask(s, "0698765432", channel);
    CHECK(answer.reason == "consent_withdrawn");
    CHECK(answer.state == "none");
    CHECK(answer.event_kind == "WITHDRAWN");
  }
  // Said twice, kept twice.
  s.call(consents::withdraw, {.channel_code = "CHAN_EMAIL", .address = "ali@example.ma"});
  CHECK(s.call(consents::history, {.id = no.items[0].consent->id}).items.back().kind == "WITHDRAWN");
}

TEST_CASE("after a no only a newer act of the person counts", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  s.call(consents::grant, grant_of("0612345678"));
  w.clock->advance(micros_per_day);
  s.call(consents::withdraw,
         {.channel_code = "CHAN_SMS", .address = "0612345678", .purpose_code = "CONSENT_CONTACT"});
  w.clock->advance(micros_per_day);
  auto again = grant_of("0612345678");
  again.at = w.clock->now() + -30 * micros_per_hour;
  const Error older = error_of([&] { s.call(consents::grant, again); });
  CHECK(older.code() == ErrorCode::consent_withdrawn);
  CHECK(detail_of(older, "reason") == "\"older_than_refusal\"");
  again.at.reset();
  for (const char* source : {"CONSENT_SRC_API", "CONSENT_SRC_IMPORT"}) {
    again.source_code = source;
    const Error word = error_of([&] { s.call(consents::grant, again); });
    CHECK(word.code() == ErrorCode::consent_withdrawn);
    CHECK(detail_of(word, "reason") == "\"no_positive_act\"");
  }
  CHECK(ask(s, "0612345678").reason == "consent_withdrawn");
  again.source_code = "CONSENT_SRC_PAPER";
  CHECK(s.call(consents::grant, again).consent->state == "granted");
  CHECK(ask(s, "0612345678").allowed);
  // A no to everything, of an address without a consent row of that purpose.
  s.call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = "0611111111"});
  auto api = grant_of("0611111111", "CHAN_SMS", "CONSENT_MARKETING");
  api.source_code = "CONSENT_SRC_API";
  CHECK(code_of([&] { s.call(consents::grant, api); }) == ErrorCode::consent_withdrawn);
}

TEST_CASE("every no leaves a suppression that names nobody", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto suppressions = [&] {
    return s
        .call(audit::list, {.actions = {"suppression.created", "suppression.updated"}, .oldest_first = true})
        .items;
  };
  s.call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = "0612345678"});
  s.call(consents::refuse,
         {.channel_code = "CHAN_EMAIL", .address = "a@b.ma", .purpose_code = "CONSENT_MARKETING"});
  auto made = suppressions();
  REQUIRE(made.size() == 2);
  CHECK(made[0].diff.find(R"("purpose_code":"*")") != std::string::npos);
  CHECK(made[0].diff.find(R"("reason":"withdrawn")") != std::string::npos);
  CHECK(made[1].diff.find(R"("purpose_code":"CONSENT_MARKETING")") != std::string::npos);
  CHECK(made[1].diff.find(R"("reason":"refused")") != std::string::npos);
  for (const auto& entry : made) CHECK(entry.personal.find("612345678") == std::string::npos);
  // Said again later: the same one, with the newer time.
  w.clock->advance(micros_per_second);
  s.call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = "0612345678"});
  made = suppressions();
  REQUIRE(made.size() == 3);
  CHECK(made[2].action == "suppression.updated");
  CHECK(made[2].entity_id == made[0].entity_id);
  // The same address in another agency has another hash.
  w.other().call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = "0612345678"});
  const auto theirs = w.other().call(audit::list, {.actions = {"suppression.created"}}).items;
  REQUIRE(theirs.size() == 1);
  const auto hash_in = [](const std::string& diff) {
    const auto at = diff.find(R"("address_hash":")");
    REQUIRE(at != std::string::npos);
    return diff.substr(at + 16, 64);
  };
  CHECK(hash_in(made[0].diff) != hash_in(theirs[0].diff));
}

TEST_CASE("a double opt-in is granted by the token of its request, once", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto asked = s.call(consents::request, request_of("a@b.ma", "CHAN_EMAIL"));
  CHECK(asked.consent->state == "requested");
  CHECK(asked.token.size() == 64);
  CHECK(ask(s, "a@b.ma", "CHAN_EMAIL").detail == "not_answered");
  CHECK(names(error_of([&] { s.call(consents::confirm, {.token = std::string(64, '0')}); }), "/token",
              field_code::unknown_reference));
  auto other = w.other();
  CHECK(names(error_of([&] { other.call(consents::confirm, {.token = asked.token}); }), "/token",
              field_code::unknown_reference));
  w.clock->advance(micros_per_hour);
  const auto confirmed = s.call(consents::confirm, {.token = asked.token, .ip = "203.0.113.7"});
  CHECK(confirmed.consent->state == "granted");
  const auto events = s.call(consents::history, {.id = asked.consent->id}).items;
  REQUIRE(events.size() == 2);
  CHECK(events[1].source_code == "CONSENT_SRC_DOUBLE_OPT_IN");
  CHECK(events[1].request_id == asked.event_id);
  CHECK(events[1].wording == events[0].wording);
  CHECK(events[1].ip == "203.0.113.7");
  // The link opened again, and again after a withdrawal: nothing.
  CHECK(s.call(consents::confirm, {.token = asked.token}).event_id == confirmed.event_id);
  s.call(consents::withdraw, {.channel_code = "CHAN_EMAIL", .address = "a@b.ma"});
  s.call(consents::confirm, {.token = asked.token});
  CHECK(ask(s, "a@b.ma", "CHAN_EMAIL").reason == "consent_withdrawn");
  // Asked anew it is another matter. Through grant, the token must be of this very consent.
  const auto anew = s.call(consents::request, request_of("a@b.ma", "CHAN_EMAIL"));
  CHECK(anew.consent->state == "withdrawn");
  consents::Grant by_token{.channel_code = "CHAN_EMAIL",
                           .address = "c@d.ma",
                           .purpose_code = "CONSENT_CONTACT",
                           .source_code = "CONSENT_SRC_DOUBLE_OPT_IN"};
  CHECK(names(error_of([&] { s.call(consents::grant, by_token); }), "/token", field_code::required));
  by_token.token = anew.token;
  CHECK(names(error_of([&] { s.call(consents::grant, by_token); }), "/token", field_code::unknown_reference));
  by_token.address = "a@b.ma";
  CHECK(s.call(consents::grant, by_token).consent->state == "granted");
  const auto late = s.call(consents::request, request_of("late@b.ma", "CHAN_EMAIL"));
  w.clock->advance(31 * micros_per_day);
  CHECK(names(error_of([&] { s.call(consents::confirm, {.token = late.token}); }), "/token",
              field_code::out_of_range));
  // A refusal of a request.
  CHECK(s.call(consents::refuse,
               {.channel_code = "CHAN_EMAIL", .address = "late@b.ma", .purpose_code = "CONSENT_CONTACT"})
            .consent->state == "refused");
}

TEST_CASE("an expired consent does not wait for the due work", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  auto in = grant_of("0612345678");
  in.expires_at = w.clock->now() + micros_per_day;
  const auto first = s.call(consents::grant, in);
  in = grant_of("0612345679");
  in.expires_at = w.clock->now() + 3 * micros_per_day;
  s.call(consents::grant, in);
  consents::Check later{
      .channel_code = "CHAN_SMS", .address = "0612345678", .purpose_code = "CONSENT_CONTACT"};
  later.at = w.clock->now() + 2 * micros_per_day;
  CHECK(s.call(consents::check, later).reason == "consent_expired");
  later.at = w.clock->now() + micros_per_day + -1;
  CHECK(s.call(consents::check, later).allowed);
  w.clock->advance(micros_per_day);
  const auto over = ask(s, "0612345678");
  CHECK(over.reason == "consent_expired");
  CHECK(over.event_id == first.event_id);
  CHECK(s.call(consents::get, {.id = first.consent->id}).state == "granted");
  w.engine.pump(100);
  CHECK(s.call(consents::get, {.id = first.consent->id}).state == "expired");
  CHECK(s.call(consents::history, {.id = first.consent->id}).items.back().kind == "EXPIRED");
  CHECK(ask(s, "0612345678").reason == "consent_expired");
  CHECK(ask(s, "0612345679").allowed);
  w.clock->advance(2 * micros_per_day);
  CHECK(s.call(consents::expire, {}).expired == 1);
  CHECK(s.call(consents::expire, {}).expired == 0);
  CHECK(ask(s, "0612345679").reason == "consent_expired");
  // Granted again before the due work came by: the end of the old grant is in the ledger all the same.
  in = grant_of("0612345670");
  in.expires_at = w.clock->now() + micros_per_day;
  s.call(consents::grant, in);
  w.clock->advance(2 * micros_per_day);
  const auto renewed = s.call(consents::grant, grant_of("0612345670"));
  CHECK(renewed.consent->state == "granted");
  CHECK(renewed.consent->events == 4);
  CHECK_FALSE(renewed.consent->expires_at.has_value());
  CHECK(ask(s, "0612345670").allowed);
  CHECK(w.engine.check().ok());
}

TEST_CASE("the state is what the compiled machine makes of the events, whatever happens", "[consents]") {
  const unsigned seed = GENERATE(1u, 2u, 3u, 4u);
  CAPTURE(seed);
  World w("memory");
  auto s = w.admin();
  std::mt19937 random(seed);
  const auto any = [&](std::size_t n) { return random() % n; };
  const std::array<std::string, 3> addresses{"0612345678", "0612345679", "0612345670"};
  const std::array<std::string, 6> sources{"CONSENT_SRC_FORM",  "CONSENT_SRC_API",  "CONSENT_SRC_IMPORT",
                                           "CONSENT_SRC_PAPER", "CONSENT_SRC_FORM", "CONSENT_SRC_PAPER"};
  std::vector<std::string> tokens;
  for (int step = 0; step < 250; ++step) {
    w.clock->advance(static_cast<std::int64_t>(any(3)) * micros_per_hour);
    const std::string& address = addresses[any(addresses.size())];
    const auto attempt = [&](const std::function<void()>& f) {
      const ErrorCode code = code_of(f);
      const bool expected = code == ErrorCode::ok || code == ErrorCode::consent_withdrawn;
      CHECK(expected);
    };
    switch (any(7)) {
      case 0:
        tokens.push_back(s.call(consents::request, request_of(address)).token);
        break;
      case 1:
      case 2:
        attempt([&] {
          auto in = grant_of(address);
          in.source_code = sources[any(sources.size())];
          if (any(2)) in.at = w.clock->now() + -static_cast<std::int64_t>(any(10)) * micros_per_hour;
          if (any(2))
            in.expires_at = w.clock->now() + static_cast<std::int64_t>(1 + any(5)) * micros_per_hour;
          s.call(consents::grant, in);
        });
        break;
      case 3:
        s.call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = address});
        break;
      case 4:
        s.call(consents::refuse,
               {.channel_code = "CHAN_SMS", .address = address, .purpose_code = "CONSENT_CONTACT"});
        break;
      case 5:
        w.engine.pump(10);
        break;
      default:
        if (!tokens.empty())
          attempt([&] { s.call(consents::confirm, {.token = tokens[any(tokens.size())]}); });
    }
  }
  std::set<std::string> seen;
  for (const Consent& c : s.call(consents::list, {}).items) {
    const auto events = s.call(consents::history, {.id = c.id}).items;
    std::string state = "none", previous;
    std::int64_t number = 0;
    for (const ConsentEvent& e : events) {
      const std::string name = e.kind == "REQUESTED"   ? "request"
                               : e.kind == "GRANTED"   ? "grant"
                               : e.kind == "REFUSED"   ? "refuse"
                               : e.kind == "WITHDRAWN" ? "withdraw"
                                                       : "lapse";
      if (const auto next = machines::advance(machines::Machine::consent, state, name)) state = *next;
      CHECK(e.number == ++number);
      CHECK(e.previous_hash == previous);
      previous = e.hash;
      seen.insert(e.kind);
    }
    CHECK(c.state == state);
    CHECK(c.events == number);
    // What is answered agrees with the state, and is never kinder than it.
    const auto answer = ask(s, *c.address, c.channel_code, c.purpose_code);
    if (answer.allowed) CHECK(state == "granted");
    if (state == "withdrawn" || state == "refused") CHECK(answer.reason == "consent_withdrawn");
  }
  CHECK(seen.size() >= 4);
  CHECK(w.engine.check().ok());
}

TEST_CASE("who records about one address at the same time comes one after the other", "[consents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&w, t] {
      auto s = w.admin();
      for (int i = 0; i < 5; ++i) {
        if (t % 2)
          s.call(consents::grant, grant_of("0612345678"));
        else
          s.call(consents::refuse,
                 {.channel_code = "CHAN_SMS", .address = "0612345678", .purpose_code = "CONSENT_CONTACT"});
      }
    });
  }
  for (auto& t : threads) t.join();
  auto s = w.admin();
  const auto all = s.call(consents::list, {}).items;
  REQUIRE(all.size() == 1);
  const auto events = s.call(consents::history, {.id = all[0].id}).items;
  std::string previous;
  for (std::size_t i = 0; i < events.size(); ++i) {
    CHECK(events[i].number == static_cast<std::int64_t>(i) + 1);
    CHECK(events[i].previous_hash == previous);
    previous = events[i].hash;
  }
  CHECK(all[0].events == static_cast<std::int64_t>(events.size()));
  CHECK(all[0].state == consents::replay(events));
}
