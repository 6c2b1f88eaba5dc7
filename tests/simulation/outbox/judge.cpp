#include "judge.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace atlas::simulation::post {
namespace {

constexpr int most_attempts = 6;
constexpr std::int64_t to_be_asked = 8;

/// From where a message may go where, by the protocol's own words.
constexpr std::pair<std::string_view, std::string_view> ways[] = {
    {"QUEUED", "SENDING"},   {"QUEUED", "CANCELLED"},  {"QUEUED", "SENT"},         {"QUEUED", "FAILED"},
    {"QUEUED", "DELIVERED"}, {"QUEUED", "READ"},       {"SENDING", "QUEUED"},      {"SENDING", "SENT"},
    {"SENDING", "FAILED"},   {"SENDING", "UNCERTAIN"}, {"SENDING", "DELIVERED"},   {"SENDING", "READ"},
    {"UNCERTAIN", "SENT"},   {"UNCERTAIN", "FAILED"},  {"UNCERTAIN", "DELIVERED"}, {"UNCERTAIN", "READ"},
    {"UNCERTAIN", "QUEUED"}, {"SENT", "FAILED"},       {"SENT", "DELIVERED"},      {"SENT", "READ"},
    {"FAILED", "DELIVERED"}, {"FAILED", "READ"},       {"DELIVERED", "READ"}};

std::string name(const Letter& l) {
  return "message " + format_uuid(l.id) + " (" + l.ask.channel + " to " + l.ask.address + ", " +
         l.ask.purpose + ", " + l.ask.kind + ")";
}

}  // namespace

std::string Letter::lane() const { return std::to_string(org) + ask.channel + ask.address; }

std::size_t Judge::org_of(const Uuid& id) const {
  return static_cast<std::size_t>(std::find(orgs.begin(), orgs.end(), id) - orgs.begin());
}

Letter* Judge::letter(const std::string& token) {
  const auto id = parse_uuid(token);
  const auto it = id ? letters.find(*id) : letters.end();
  return it == letters.end() ? nullptr : &it->second;
}

void Judge::seen(const Commit& commit, Act& act) {
  for (const Change& c : commit.changes) {
    if (tell && c.table.starts_with("outbound")) {
      std::string line = "    " + std::string(c.table) + " " + format_uuid(c.id).substr(24);
      for (const char* column : {"status_code", "provider_message_id", "in_line", "parked"})
        if (c.has(column)) line += " " + std::string(column) + "=" + c.text(column);
      if (c.has("message_id")) line += " of " + format_uuid(c.uuid("message_id")).substr(24);
      if (c.has("next_at")) line += " next " + format_timestamp({c.number("next_at")});
      tell(line);
    }
    if (c.table == "audit_entry") entry(c);
    if (c.table == "message") message(c, commit, act);
    if (c.table == "outbound_message") place(c, commit, act);
    if (c.table == "outbound_attempt") c.inserted ? started(c, commit, act) : answered(c, commit, act);
    if (c.table == "consent_event" || c.table == "objection") consent(c, commit, act);
    if (c.table == "channel_account" && c.has("status_code"))
      c.text("status_code") == "ACCOUNT_PAUSED" ? void(paused.insert(c.id)) : void(paused.erase(c.id));
    if (c.table == "organisation_directory" && c.has("status"))
      c.text("status") == "ORG_SUSPENDED" ? void(suspended.insert(c.id)) : void(suspended.erase(c.id));
  }
}

void Judge::entry(const Change& c) {
  const auto it = letters.find(c.uuid("entity_id"));
  if (it == letters.end()) return;
  it->second.told.push_back(c.text("action"));
  // What is held waits for its hour and holds nobody up, even if it was tried before.
  if (it->second.told.back() == "message.held") it->second.waits_again = false;
}

void Judge::message(const Change& c, const Commit& commit, Act& act) {
  if (c.inserted && c.text("entry") == "RECEIVED") return received(c, commit, act);
  if (c.inserted && c.text("entry") == "SENT") {
    Letter l;
    l.id = c.id;
    l.org = org_of(c.org);
    l.ask = act.ask;
    if (act.brings) {
      // The one message that the library writes by itself: it confirms an opt-out.
      if (act.last_written == SIZE_MAX) fail("webhooks", "a message was written, and nobody said a word");
      const Written& w = provider_.written[act.last_written];
      l.ask = {};
      l.ask.channel = provider_.accounts[w.account].channel;
      l.ask.address = w.from;
      l.ask.purpose = "CONSENT_CONTACT";
      l.ask.kind = "opt_out_confirmation";
      if (w.meaning != Meaning::stop && w.meaning != Meaning::stop_everything)
        fail("webhooks", "an opt-out is confirmed that nobody asked for");
    } else if (act.ask.channel.empty()) {
      fail("answers", act.what + " accepted a message");
    }
    l.status = c.text("status_code");
    if (l.status == "CANCELLED") l.place = "";
    if (c.text("channel_code") != l.ask.channel || c.text("address") != l.ask.address)
      fail("answers", name(l) + " was kept with another address");
    act.accepted.push_back(l.id);
    if (act.accepted.size() > 1 && !act.brings) fail("twice", act.what + " accepted two messages");
    letters.emplace(l.id, std::move(l));
    return;
  }
  const auto it = letters.find(c.id);
  if (it == letters.end()) return;
  if (frozen) {
    std::string what;
    for (const char* time : {"sent_at", "delivered_at", "read_at", "failed_at"})
      if (c.has(time)) what += std::string(" ") + time + " " + format_timestamp({c.number(time)});
    fail("webhooks", name(it->second) + " changed when everything was told once more:" + what);
  }
  if (c.has("status_code")) move(it->second, c.text("status_code"), act);
}

void Judge::received(const Change& c, const Commit& commit, Act& act) {
  const std::string named = c.text("provider_message_id");
  const auto w = std::find_if(provider_.written.begin(), provider_.written.end(),
                              [&](const Written& one) { return named.starts_with(one.named); });
  // The longest name that fits: "SMin1" begins "SMin12" too.
  auto best = w;
  for (auto it = provider_.written.begin(); it != provider_.written.end(); ++it)
    if (named.starts_with(it->named) && it->named.size() > best->named.size()) best = it;
  if (best == provider_.written.end()) fail("webhooks", "a message came in that nobody wrote: " + named);
  if (++best->taken > 1) fail("webhooks", "a person's message was taken twice: " + named);
  const Account& a = provider_.accounts[best->account];
  const Timestamp at{c.number("occurred_at")};
  if (c.text("address") != best->from || org_of(c.org) != a.org)
    fail("webhooks", "a person's message is another's: " + named);
  if (!clock_jumps && at > std::max({best->at, clock_.now(), clock_.now() + skew(act.host), commit.began}))
    fail("webhooks", "a person's message lies in the future");
  act.last_written = static_cast<std::size_t>(best - provider_.written.begin());
  ConsentBook& book = books[a.org];
  switch (best->meaning) {
    case Meaning::talk:
    case Meaning::start:
      if (std::none_of(people.begin(), people.end(),
                       [&](const Person& p) { return p.org == a.org && p.addresses.front() == best->from; }))
        strangers_.insert({a.org, best->from});
      return book.wrote(a.channel, best->from, at);
    case Meaning::stop:
      return book.refused(a.channel, best->from, "", at);
    case Meaning::stop_everything:
      book.refused("CHAN_SMS", best->from, "", at);
      book.refused("CHAN_WHATSAPP", best->from, "", at);
      for (const Person& p : people) {
        const bool holds = std::find(p.addresses.begin(), p.addresses.end(), best->from) != p.addresses.end();
        if (p.org == a.org && holds) book.objected(p.name, p.addresses, at);
      }
      // Who has written before is known, if only by the number.
      if (strangers_.contains({a.org, best->from}))
        book.objected("whoever has " + best->from, {best->from}, at);
  }
}

void Judge::consent(const Change& c, const Commit& commit, Act& act) {
  const std::string kind =
      c.table == "objection" ? (c.number("in_force") != 0 ? "objected" : "lifted") : c.text("kind");
  if (act.brings) {
    if (kind != "GRANTED") return;
    const Written* const w = act.last_written == SIZE_MAX ? nullptr : &provider_.written[act.last_written];
    if (!w || w->meaning != Meaning::start) fail("consent", "a consent was written that nobody gave");
    const Account& a = provider_.accounts[w->account];
    books[a.org].granted(a.channel, w->from, "CONSENT_CONTACT", {}, clock_.now() + skew(act.host));
    return;
  }
  if (kind == "GRANTED" && act.shows_in != "GRANTED")
    fail("consent", act.what + " wrote a consent that nobody gave");
  const bool no = kind == "WITHDRAWN" || kind == "REFUSED";
  const bool mine = act.shows_in == kind || (no && act.shows_in == "WITHDRAWN");
  // What a person sees before they agree is written with the grant; it asks for nothing.
  if (!mine || act.done || (kind == "REQUESTED" && c.text("token_hash").empty())) return;
  act.done = true;
  act.effect(commit.began + skew(act.host));
}

void Judge::move(Letter& l, const std::string& to, Act& act) {
  if (to == l.status) return;
  // Only what was handed over can have been told of.
  if (l.status == "QUEUED" && to != "SENDING" && to != "CANCELLED" &&
      std::none_of(l.attempts.begin(), l.attempts.end(), [](const Attempt& a) { return a.handed; }))
    fail("moves", name(l) + " is " + to + ", and was never handed over");
  const bool is_way =
      std::find(std::begin(ways), std::end(ways),
                std::pair<std::string_view, std::string_view>(l.status, to)) != std::end(ways);
  if (!is_way) fail("moves", name(l) + " went from " + l.status + " to " + to + " by " + act.what);
  if (l.status == "UNCERTAIN" && to == "QUEUED") {
    const Account* last = nullptr;
    for (const Account& a : provider_.accounts)
      if (!l.attempts.empty() && a.id == l.attempts.back().account) last = &a;
    if (act.resends && act.subject == l.id)
      ++l.resends;
    else if (!last || !last->takes_token)
      fail("moves", name(l) + " is uncertain, and was queued again by " + act.what);
    l.waits_again = !act.resends;
    l.hurried = act.resends;
  }
  if (l.status == "SENDING" && to == "QUEUED") l.waits_again = true;
  if (to != "QUEUED") l.waits_again = false;
  l.status = to;
}

void Judge::place(const Change& c, const Commit& commit, Act& act) {
  const auto it = letters.find(c.id);
  if (it == letters.end()) fail("answers", "a place in the queue without a message");
  Letter& l = it->second;
  if (frozen) fail("webhooks", name(l) + " moved when everything was told once more");
  if (c.has("token")) l.token = c.number("token");
  if (c.has("lease_until")) l.lease_until = {c.number("lease_until")};
  const std::string before = l.place;
  if (c.has("status_code")) l.place = c.text("status_code");
  if (before == "QUEUED" && l.place == "LEASED") {
    l.claimed_by = act.host;
    judge_claim(l, std::min(commit.began, clock_.now()));
  }
  if (c.has("next_at")) l.next_at = {c.number("next_at")};
  if (c.has("ready")) l.is_asked = c.number("ready") == to_be_asked;
  // Held or put back before it was tried: it waits for its time and holds nobody up.
  if (before == "LEASED" && l.place == "QUEUED" && l.attempts.empty()) l.waits_again = false;
}

void Judge::judge_claim(const Letter& l, Timestamp now) const {
  for (const auto& [id, other] : letters) {
    if (id == l.id || other.lane() != l.lane() || other.place != "QUEUED") continue;
    if (other.ask.priority != l.ask.priority) continue;
    if (other.waits_again && !l.waits_again && !l.hurried)
      fail("order", name(l) + " passes " + name(other) + ", which waits to be tried again");
    // One that was tried has its turn before those that were not.
    if (l.attempts.empty() && !l.hurried && other.next_at < l.next_at && other.next_at <= now)
      fail("order", name(l) + " passes " + name(other) + ", which is older");
  }
}

void Judge::started(const Change& c, const Commit& commit, Act& act) {
  const auto it = letters.find(c.uuid("message_id"));
  if (it == letters.end()) fail("starts", "an attempt to send what nobody asked for");
  Letter& l = it->second;
  Attempt a;
  a.id = c.id;
  a.account = c.uuid("account_id");
  a.started = {c.number("started_at")};
  a.status = c.text("status_code");
  a.host = act.host;
  if (a.status != "STARTED") fail("starts", name(l) + " was refused by the library: " + a.status);
  const Timestamp began = commit.began + skew(act.host), now = clock_.now() + skew(act.host);
  // A clock that goes back and on again between the three readings has no order.
  if (!clock_jumps && (a.started < std::min(began, now) || a.started > std::max(began, now)))
    fail("starts", name(l) + " was started at another time than it says");
  if (l.place != "LEASED" || c.number("token") != l.token || act.host != l.claimed_by)
    fail("starts", name(l) + " was started by one who does not hold it");
  if (!clock_jumps && l.lease_until <= commit.began) fail("starts", name(l) + " was started after its lease");
  if (suspended.contains(orgs[l.org])) fail("starts", name(l) + " leaves a suspended organisation");
  if (paused.contains(a.account)) fail("starts", name(l) + " leaves by a paused account");
  if (l.ask.expires_at && *l.ask.expires_at <= a.started) fail("starts", name(l) + " was over");
  if (l.ask.not_before && a.started < *l.ask.not_before && !clock_jumps && !l.hurried)
    fail("starts", name(l) + " leaves before its time");
  if (l.known_taken) fail("twice", name(l) + " leaves again, and its provider has told that it has it");
  if (const auto held = held_.find(a.account);
      held != held_.end() && !clock_jumps && commit.began + blur < held->second)
    fail("starts", name(l) + " leaves by an account that its provider wants to hear nothing of");
  for (const auto& [id, other] : letters)
    if (id != l.id && other.lane() == l.lane() && other.status == "SENDING")
      fail("order", name(l) + " leaves while " + name(other) + " is on its way");
  const auto spent = std::count_if(l.attempts.begin(), l.attempts.end(), [](const Attempt& one) {
    return one.status != "later" && one.status != "account" && one.handed;
  });
  if (spent >= most_attempts + l.resends) fail("starts", name(l) + " is tried for the seventh time");
  // What a provider asked for when nobody listened any more came too late for the schedule.
  if (!l.attempts.empty() && l.attempts.back().status == "later" && !l.attempts.back().late && !l.hurried &&
      !clock_jumps) {
    for (const Handed& h : provider_.log)
      if (h.attempt == l.attempts.back().id && h.answer == "later" &&
          commit.began + blur < h.at + *h.retry_after_us)
        fail("starts", name(l) + " is tried sooner than the provider asked for");
  }
  if (const std::string why = books[l.org].forbids(l.ask, format_uuid(l.id), a.started); !why.empty())
    fail("consent", name(l) + " leaves: " + why);
  books[l.org].left(l.ask, format_uuid(l.id), a.started);
  l.waits_again = l.hurried = false;
  attempt_of_[a.id] = l.id;
  l.attempts.push_back(std::move(a));
}

void Judge::answered(const Change& c, const Commit& commit, const Act& act) {
  const auto of = attempt_of_.find(c.id);
  if (of == attempt_of_.end()) fail("starts", "an answer to an attempt that was never started");
  Letter& l = letters.at(of->second);
  Attempt& a =
      *std::find_if(l.attempts.begin(), l.attempts.end(), [&](const Attempt& x) { return x.id == c.id; });
  if (c.has("provider_message_id")) {
    a.named = c.text("provider_message_id");
    for (const Handed& h : provider_.log)
      if (!h.named.empty() && h.named == a.named && h.token != format_uuid(l.id))
        fail("answers", name(l) + " was given the name of another message: " + a.named);
  }
  if (!c.has("status_code")) return;
  a.status = c.text("status_code");
  a.late = c.number("late") != 0;
  bool told = a.status == "not_taken" && !a.handed;  // its time was over before anybody was asked
  for (const Handed& h : provider_.log) {
    if (h.attempt != a.id || h.answer.empty()) continue;
    told = true;
    if (h.answer != a.status)
      fail("answers",
           name(l) + ": the provider answered " + h.answer + ", and " + a.status + " was recorded");
  }
  if (!told) fail("answers", name(l) + ": " + a.status + " was recorded of an attempt that nobody answered");
  if (a.status == "opted_out")
    books[l.org].refused(l.ask.channel, l.ask.address, "", commit.began + skew(act.host));
  for (const Handed& h : provider_.log)
    if (h.attempt == a.id && h.answer == "later" && h.holds_account) {
      Timestamp& until = held_[a.account];
      until = std::max(until, h.at + std::min(*h.retry_after_us, micros_per_hour));
    }
}

void Judge::told(const std::string& named) {
  for (const Handed& h : provider_.log) {
    if (h.named != named || !h.taken) continue;
    Letter* const l = letter(h.token);
    if (!l || l->status == "CANCELLED") return;
    const bool is_named = std::any_of(l->attempts.begin(), l->attempts.end(),
                                      [&](const Attempt& a) { return a.named == named; });
    if (is_named || h.tells_token) l->known_taken = true;
  }
}

Attempt& Judge::handing(int host, const Handed& h, const std::string& body) {
  Letter* const l = letter(h.token);
  if (!l) fail("starts", "a message leaves that nobody asked for: " + h.token);
  const auto a = std::find_if(l->attempts.rbegin(), l->attempts.rend(),
                              [&](const Attempt& x) { return x.host == host && x.status == "STARTED"; });
  if (a == l->attempts.rend()) fail("starts", name(*l) + " leaves without a start");
  if (a->handed) fail("twice", name(*l) + " is handed over twice in one attempt");
  a->handed = true;
  if (h.to != l->ask.address || (!l->ask.body.empty() && body != l->ask.body))
    fail("answers", name(*l) + " leaves with other words or to somebody else");
  if (a->account != provider_.accounts[h.account].id || provider_.accounts[h.account].org != l->org)
    fail("answers", name(*l) + " leaves by another account");
  return *a;
}

void Judge::taken(const Handed& h) {
  const Letter& l = *letter(h.token);
  const auto times = std::count_if(provider_.log.begin(), provider_.log.end(),
                                   [&](const Handed& x) { return x.taken && x.token == h.token; });
  if (times > 1 + l.resends) fail("twice", name(l) + " was taken by the provider once more");
}

}  // namespace atlas::simulation::post
