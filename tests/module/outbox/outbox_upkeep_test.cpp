// What waits for an account goes on when it is resumed; what is done is cleared away; and nothing that a
// host's transport answers does harm.

#include <limits>
#include <set>

#include "atlas/text.hpp"
#include "outbox_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

constexpr std::int64_t minute = micros_per_minute;

ChannelAccount pause(OutboxWorld& w, const Uuid& id) {
  Session s = w.admin();
  const auto a = s.call(channels::get, {id});
  return s.call(channels::pause, {.id = id, .version = a.version, .reason = "billing"});
}
void resume(OutboxWorld& w, const Uuid& id) {
  Session s = w.admin();
  s.call(channels::resume, {id, s.call(channels::get, {id}).version});
}

template <class T>
std::size_t rows(OutboxWorld& w) {
  std::size_t count = 0;
  w.transact([&](Context& cx) { count = cx.all<T>().where({.limit = 10'000}).size(); });
  return count;
}

}  // namespace

TEST_CASE("What waits for an account is due as soon as that is resumed", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      pause(w, w.account);
      std::vector<Uuid> waiting;
      for (int i = 0; i < 5; ++i) {
        messages::Send in = w.text("Bonjour " + std::to_string(i));
        in.dossier_id = w.person(i);
        waiting.push_back(w.send(in).id);
      }
      messages::Send later = w.text("Demain");
      later.not_before = w.clock->now() + 20 * micros_per_hour;
      const Uuid scheduled = w.send(later).id;
      w.pump();
      w.after(minute);
      CHECK(w.provider->log.empty());
      CHECK(w.entry(waiting[0]).place->waits_for == format_uuid(w.account));
      resume(w, w.account);
      w.pump();  // no time passes
      CHECK(w.provider->log.size() == 5);
      for (const Uuid& id : waiting) {
        CHECK(w.status(id) == "SENT");
        CHECK_FALSE(w.entry(id).place->waits_for);
      }
      CHECK(w.status(scheduled) == "QUEUED");
      w.after(21 * micros_per_hour);
      CHECK(w.status(scheduled) == "SENT");
    }
  }
}

TEST_CASE("A provider's word against an account holds its messages until it is resumed, others' not",
          "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      messages::Send other = w.text("Autre");
      other.dossier_id = w.person(1);
      w.provider->script = {Outcome::account("token_expired", "190"), Outcome::not_taken("busy")};
      const Uuid first = w.send().id;
      w.pump();
      CHECK(w.status(first) == "QUEUED");
      resume(w, w.account);
      pause(w, w.account);
      resume(w, w.account);
      const Uuid retried = w.send(other).id;
      w.pump();
      // Both were handed over; the second was not taken and waits for its own time, about a minute.
      CHECK(w.status(first) == "QUEUED");
      CHECK(w.status(retried) == "SENT");
      CHECK(w.provider->log.size() == 3);
      pause(w, w.account);
      resume(w, w.account);
      w.pump();
      CHECK(w.provider->log.size() == 3);
      w.after(2 * minute);
      CHECK(w.status(first) == "SENT");
      CHECK(w.provider->log.size() == 4);
    }
  }
}

TEST_CASE("What waits for any account of a channel goes with the first that may send", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      const Uuid second = w.open_account(w.one);
      const Uuid id = w.send().id;  // with two accounts it is decided at the start
      CHECK_FALSE(w.message(id).account_id);
      pause(w, w.account);
      pause(w, second);
      w.pump();
      CHECK(w.entry(id).place->waits_for == "CHAN_SMS");
      SECTION("one that is resumed") { resume(w, second); }
      SECTION("a new one") { w.open_account(w.one); }
      w.pump();
      CHECK(w.status(id) == "SENT");
    }
  }
}

TEST_CASE("A long backlog of a paused account is let go in turns, and once", "[outbox]") {
  for (const auto& backend : {std::string("memory"), std::string("sqlite")}) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      pause(w, w.account);
      constexpr int many = 520;  // more than one turn lets go
      for (int i = 0; i < many; ++i) {
        messages::Send in = w.text("n" + std::to_string(i));
        in.dossier_id = w.person(i);
        w.send(in);
      }
      for (int i = 0; i < many; ++i) w.engine.pump(1);
      resume(w, w.account);
      for (int i = 0; i < 20'000 && w.engine.pump(100).done > 0; ++i) {
      }
      std::set<std::string> bodies;
      for (const Envelope& e : w.provider->log) bodies.insert(e.body);
      CHECK(w.provider->log.size() == many);
      CHECK(bodies.size() == many);
    }
  }
}

TEST_CASE("Places that are done go with their attempts after their time, the message stays", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->script = {Outcome::not_taken("busy"), Outcome::accepted("one"), Outcome::unknown("timeout"),
                            Outcome::rejected("content")};
      const Uuid sent = w.send("un").id;
      w.pump();
      w.after(2 * minute);
      const Uuid uncertain = w.send("deux").id;
      w.pump();
      const Uuid dead = w.send("trois").id;
      w.pump();
      REQUIRE(w.status(sent) == "SENT");
      REQUIRE(w.status(uncertain) == "UNCERTAIN");
      REQUIRE(w.status(dead) == "FAILED");
      CHECK(w.entry(sent).attempts.size() == 2);
      w.after(80 * micros_per_day);
      CHECK(w.entry(sent).attempts.size() == 2);
      // What is heard of late begins the time anew.
      CHECK(w.report("one", DeliveryState::delivered) == messages::ReportResult::moved);
      w.after(15 * micros_per_day);
      CHECK(w.entry(sent).place);
      CHECK_FALSE(w.entry(dead).place);
      CHECK(w.entry(dead).attempts.empty());
      w.after(80 * micros_per_day);
      CHECK_FALSE(w.entry(sent).place);
      CHECK(w.entry(sent).attempts.empty());
      CHECK(w.status(sent) == "DELIVERED");
      // Nobody knows about this one, so it waits for an operator however long.
      CHECK(w.entry(uncertain).place);
      CHECK(rows<OutboundMessage>(w) == 1);
      CHECK(rows<OutboundAttempt>(w) == 1);
      Session s = w.admin();
      // A dead letter may still be sent anew, as another message.
      s.call(consents::grant, grant_of("+212600000001"));
      const Message again = s.call(outbox::retry, {dead, w.message(dead).version});
      w.pump();
      CHECK(w.status(again.id) == "SENT");
      CHECK(s.call(audit::verify, {.records = true}).findings.empty());
    }
  }
}

TEST_CASE("Reports of nothing of ours are forgotten, those that named a message at once", "[outbox]") {
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      OutboxWorld w(backend);
      w.provider->during = [&](const Envelope&) {
        w.report("p1", DeliveryState::delivered);
        for (int i = 0; i < 300; ++i) w.report("of-others-" + std::to_string(i), DeliveryState::sent);
      };
      const Uuid id = w.send().id;
      w.pump();
      w.provider->during = nullptr;
      CHECK(w.status(id) == "DELIVERED");
      CHECK(rows<StrayReport>(w) == 300);
      w.after(47 * micros_per_hour);
      CHECK(rows<StrayReport>(w) == 300);
      w.after(2 * micros_per_hour);
      CHECK(rows<StrayReport>(w) == 0);
    }
  }
}

TEST_CASE("Whatever a host's transport answers, the message ends in a state that is true", "[outbox]") {
  struct Row {
    const char* what;
    std::function<Outcome()> answer;
    const char* status;
    bool alarm;
  };
  const auto with = [](Outcome o, const std::function<void(Outcome&)>& change) {
    change(o);
    return o;
  };
  const std::string bad_utf8 = "\xff\xfe\xc3(";
  const std::string nul("a\0b", 3);
  const std::string megabyte(1 << 20, 'x');
  static constexpr std::int64_t longest = std::numeric_limits<std::int64_t>::max();
  static constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  const std::vector<Row> table{
      {"a kind that does not exist",
       [&] { return with({}, [](Outcome& o) { o.kind = static_cast<OutcomeKind>(99); }); }, "UNCERTAIN",
       true},
      {"no id", [] { return Outcome::accepted(""); }, "UNCERTAIN", false},
      {"an id with a NUL", [&] { return Outcome::accepted(nul); }, "UNCERTAIN", false},
      {"an id with a line break", [] { return Outcome::accepted("a\nb"); }, "UNCERTAIN", false},
      {"an id that is no UTF-8", [&] { return Outcome::accepted(bad_utf8); }, "UNCERTAIN", false},
      {"an id of 256 bytes", [] { return Outcome::accepted(std::string(256, 'i')); }, "UNCERTAIN", false},
      {"an id of 255 bytes", [] { return Outcome::accepted(std::string(255, 'i')); }, "SENT", false},
      {"an id with a refusal",
       [&] { return with(Outcome::rejected("no"), [&](Outcome& o) { o.provider_id = megabyte; }); }, "FAILED",
       false},
      {"texts of a megabyte",
       [&] {
         return with(Outcome::rejected(megabyte, megabyte), [&](Outcome& o) { o.provider_text = megabyte; });
       },
       "FAILED", false},
      {"texts that are no UTF-8",
       [&] {
         return with(Outcome::rejected(bad_utf8, bad_utf8), [&](Outcome& o) { o.provider_text = bad_utf8; });
       },
       "FAILED", false},
      {"texts with NULs",
       [&] { return with(Outcome::rejected(nul, nul), [&](Outcome& o) { o.provider_text = nul; }); },
       "FAILED", false},
      {"a wait of 300,000 years", [] { return Outcome::not_taken("busy", longest); }, "QUEUED", false},
      {"a wait before the beginning of time", [] { return Outcome::not_taken("busy", lowest); }, "QUEUED",
       false},
      {"later, for ever",
       [&] {
         return with(Outcome::later("rate", longest), [](Outcome& o) {
           o.growing = true;
           o.times = 4'000'000'000u;
         });
       },
       "QUEUED", false},
      {"what comes afterwards does not exist",
       [&] {
         return with(Outcome::not_taken("busy"), [](Outcome& o) {
           o.times = 1;
           o.afterwards = static_cast<OutcomeKind>(77);
         });
       },
       "QUEUED", false},
      {"an account's reason of a megabyte, with a secret",
       [&] { return Outcome::account("Bearer abcdefghijklmnop0123456789 " + megabyte + bad_utf8); }, "QUEUED",
       true},
  };
  for (const auto& backend : backends()) {
    DYNAMIC_SECTION(backend) {
      for (const Row& row : table) {
        CAPTURE(row.what);
        OutboxWorld w(backend);
        w.provider->script = {row.answer()};
        const Uuid id = w.send().id;
        w.pump();
        CHECK(w.provider->log.size() == 1);
        CHECK(w.status(id) == row.status);
        const auto entry = w.entry(id);
        REQUIRE(entry.attempts.size() == 1);
        const OutboundAttempt& a = entry.attempts[0];
        CHECK(a.status_code != "STARTED");
        const std::vector<std::pair<std::optional<std::string>, std::size_t>> texts{
            {a.reason, 64}, {a.error_code, 64}, {a.error_text, 200}, {a.provider_message_id, 255}};
        for (const auto& [text, most] : texts) {
          if (!text) continue;
          CHECK(text->size() <= most);
          CHECK_FALSE(text->empty());
          CHECK(is_utf8(*text));
          CHECK(text->find('\0') == std::string::npos);
        }
        const std::int64_t wait = entry.place->next_at.micros - w.clock->now().micros;
        if (std::string(row.status) == "QUEUED") {
          CHECK(wait >= 0);
          CHECK(wait <= 72 * micros_per_hour);
        }
        Session s = w.admin();
        const auto account = s.call(channels::get, {w.account});
        if (account.pause_reason) {
          CHECK(account.pause_reason->size() <= 64);
          CHECK(account.pause_reason->find("0123456789") == std::string::npos);
        }
        bool alarmed = false;
        for (const auto& e : s.call(audit::list, {.entity_id = id}).items)
          alarmed =
              alarmed || (e.action == "outbox.alert" && e.diff.find("dead_letter") == std::string::npos &&
                          e.diff.find("\"uncertain\"") == std::string::npos);
        CHECK(alarmed == row.alarm);
        CHECK(s.call(audit::verify, {.records = true}).findings.empty());
      }
    }
  }
}
