// What clients, people and operators do in a world of messages.

#include <algorithm>

#include "atlas/channels.hpp"
#include "atlas/consent.hpp"
#include "atlas/inbound_desk.hpp"
#include "atlas/organisations.hpp"
#include "atlas/outbox.hpp"
#include "requests.hpp"
#include "world.hpp"

namespace atlas::simulation::post {
namespace {

constexpr std::uint64_t percent = 10'000;
constexpr std::size_t organisations_there_are = 2;

const std::vector<std::string>& channels_to_send() {
  static const std::vector<std::string> all{"CHAN_SMS", "CHAN_SMS", "CHAN_WHATSAPP", "CHAN_WHATSAPP",
                                            "CHAN_EMAIL"};
  return all;
}

}  // namespace

const Person& World::draw_person(std::size_t org) {
  for (;;) {
    const Person& p = dice_.pick(judge_.people);
    if (p.org == org) return p;
  }
}

std::string World::draw_address(const Person& person, const std::string& channel) const {
  return person.addresses[channel == "CHAN_EMAIL" ? 1 : 0];
}

void World::send(Host& host) {
  Wish w;
  w.org = dice_.below(organisations_there_are);
  const Person& person = draw_person(w.org);
  messages::Send& in = w.in;
  in.channel_code = dice_.pick(channels_to_send());
  in.purpose_code = dice_.chance(65 * percent) ? "CONSENT_CONTACT" : "CONSENT_MARKETING";
  in.dossier_id = person.dossier;
  in.party_id = person.party;
  in.address = draw_address(person, in.channel_code);
  w.key = "key-" + std::to_string(++keys_);
  w.since = clock_.now();
  if (in.channel_code == "CHAN_WHATSAPP" && dice_.chance(60 * percent)) {
    in.template_code = in.purpose_code == "CONSENT_MARKETING" ? "OFFER" : "VISIT";
    w.ask.body = "Bonjour, " + *in.template_code;
  } else {
    in.body = w.ask.body = "Message " + w.key;
    if (in.channel_code == "CHAN_EMAIL") in.subject = "Visite";
  }
  const std::uint64_t kind = dice_.below(100);
  if (kind < 5) in.kind = "opt_in_request";
  if (kind >= 5 && kind < 9) in.kind = "opt_out_confirmation";
  if (dice_.chance(15 * percent)) in.priority = 1 + static_cast<std::int64_t>(dice_.below(3));
  if (dice_.chance(8 * percent))
    in.not_before = clock_.now() + static_cast<std::int64_t>(dice_.below(2 * micros_per_hour));
  if (dice_.chance(6 * percent)) {
    in.expires_at = std::max(in.not_before.value_or(clock_.now()), clock_.now()) +
                    static_cast<std::int64_t>(micros_per_second +
                                              static_cast<std::int64_t>(dice_.below(micros_per_hour)));
  }
  in.urgent = dice_.chance(10 * percent);
  w.ask.channel = in.channel_code;
  w.ask.address = *in.address;
  w.ask.purpose = in.purpose_code;
  w.ask.kind = in.kind;
  w.ask.template_code = in.template_code.value_or("");
  w.ask.priority = in.priority;
  w.ask.urgent = in.urgent;
  w.ask.not_before = in.not_before;
  w.ask.expires_at = in.expires_at;
  perform(host, w);
}

/// The same request with the same key, by somebody who did not hear the answer, or did.
void World::send_again(Host& host) {
  // Keys are remembered for a day at least; after that nobody may count on them.
  std::erase_if(wishes_, [&](const Wish& w) {
    return clock_.now() < w.since || clock_.now() > w.since + 20 * micros_per_hour;
  });
  if (wishes_.empty()) return send(host);
  const Wish w = dice_.pick(wishes_);
  perform(host, w);
}

void World::perform(Host& host, const Wish& wish) {
  Act act;
  act.org = wish.org;
  act.what = "messages.send " + wish.ask.channel + " " + wish.ask.purpose + " " + wish.ask.kind + " to " +
             wish.ask.address;
  act.ask = wish.ask;
  std::optional<Uuid> id;
  const Answer a = call(host, act, [&](Engine& e) {
    id = admin(e, wish.org).call(messages::send, wish.in, wish.key).message->id;
  });
  if (a.yes() && !judge_.letters.contains(*id)) fail("answers", "a message was accepted and is not there");
  const auto known =
      std::find_if(wishes_.begin(), wishes_.end(), [&](const Wish& w) { return w.key == wish.key; });
  const bool is_new = known == wishes_.end();
  if (!is_new && !act.accepted.empty() && sent_by_key_.contains(wish.key))
    fail("twice", "the same request was accepted twice");
  for (const Uuid& made : act.accepted) sent_by_key_[wish.key] = made;
  if (a.yes() && sent_by_key_.contains(wish.key) && sent_by_key_[wish.key] != *id)
    fail("twice", "the same request was answered with another message");
  if (is_new && (!a.error || a.outcome != Outcome::no) && wishes_.size() < 20) wishes_.push_back(wish);
}

void World::pump(Host& host) {
  Act act;
  act.what = "pump";
  const std::int64_t most = 1 + static_cast<std::int64_t>(dice_.below(6));
  call(host, act, [&](Engine& e) { e.pump(most); });
}

void World::deliver(Host& host, std::size_t which) {
  const Webhook w = provider_.waiting[which];
  const std::string signature = provider_.signature(w, fate_.chance(200'000));
  provider_.waiting[which] = provider_.waiting.back();
  provider_.waiting.pop_back();
  const Account& account = provider_.accounts[w.account];
  Act act;
  act.org = account.org;
  act.what = "webhook " + w.body.substr(w.body.size() > 120 ? w.body.size() - 120 : 0);
  act.brings = true;
  ++summary_.webhooks;
  std::string rejected;
  const Answer a = call(host, act, [&](Engine& e) {
    WebhookRequest r;
    r.endpoint = account.endpoint;
    r.method = "POST";
    r.url = w.url;
    r.headers = {{"Content-Type", w.content_type}, {w.header, signature}};
    r.body = w.body;
    const auto response = e.inbound(r);
    for (const auto& one : response.rejected) rejected += " " + one.reason;
  });
  // A message from a time that has not come, by a clock that was set back, is kept and listed.
  if (!rejected.empty() && rejected != " time_to_come")
    fail("webhooks", "a delivery was rejected:" + rejected + "\n" + w.body);
  // Who cannot reach the secret takes nothing for right; the provider comes again.
  const bool secret_out = !account.password.empty() && without_vault_.contains(host.number());
  if (a.outcome == Outcome::no && !(secret_out && a.error->code() == ErrorCode::unauthenticated))
    fail("webhooks", "a delivery was refused: " + a.error->to_json());
  if (a.yes() && secret_out) fail("webhooks", "a delivery was taken that nobody could verify");
  if (!a.yes())
    provider_.waiting.push_back(w);  // the provider comes again
  else if (rejected.empty())
    provider_.delivered.push_back(w);
  if (a.yes() && rejected.empty() && !w.named.empty()) judge_.told(w.named);
}

void World::somebody_writes() {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < provider_.accounts.size(); ++i)
    if (provider_.accounts[i].provider != "MEMORY") open.push_back(i);
  const std::size_t account = dice_.pick(open);
  const std::uint64_t roll = dice_.below(100);
  const Meaning meaning = roll < 62   ? Meaning::talk
                          : roll < 80 ? Meaning::stop
                          : roll < 85 ? Meaning::stop_everything
                                      : Meaning::start;
  const std::string from =
      dice_.chance(6 * percent) ? "+212661000009" : draw_person(provider_.accounts[account].org).addresses[0];
  note("  " + from + " writes to " + provider_.accounts[account].sender + ": " +
       std::to_string(static_cast<int>(meaning)));
  provider_.write(account, from, meaning, clock_.now());
}

void World::change_consent(Host& host) {
  const std::size_t org = dice_.below(organisations_there_are);
  const Person& person = draw_person(org);
  const std::string channel = dice_.pick(channels_to_send());
  const std::string address = draw_address(person, channel);
  const std::string purpose = dice_.chance(50 * percent) ? "CONSENT_CONTACT" : "CONSENT_MARKETING";
  const Timestamp at = clock_.now() + judge_.skew(host.number());
  Act act;
  act.org = org;
  ConsentBook& book = judge_.books[org];
  if (dice_.chance(60 * percent)) {
    consents::Grant in = grant_of(channel, address, purpose);
    in.at = at;
    if (dice_.chance(25 * percent))
      in.expires_at =
          at + static_cast<std::int64_t>(micros_per_minute +
                                         static_cast<std::int64_t>(dice_.below(5 * micros_per_hour)));
    act.what = "consents.grant " + channel + " " + purpose + " by " + address;
    act.shows_in = "GRANTED";
    act.effect = [&book, channel, address, purpose, until = in.expires_at, at](Timestamp) {
      book.granted(channel, address, purpose, until, at);
    };
    call(host, act, [&](Engine& e) { admin(e, org).call(consents::grant, in); });
    return;
  }
  consents::Withdraw in;
  in.channel_code = channel;
  in.address = address;
  if (dice_.chance(70 * percent)) in.purpose_code = purpose;
  in.at = at;
  act.what = "consents.withdraw " + channel + " " + in.purpose_code.value_or("*") + " by " + address;
  act.shows_in = "WITHDRAWN";
  act.effect = [&book, channel, address, which = in.purpose_code.value_or(""), at](Timestamp) {
    book.refused(channel, address, which, at);
  };
  call(host, act, [&](Engine& e) { admin(e, org).call(consents::withdraw, in); });
}

/// The two halves of a double opt-in.
void World::ask_for_consent(Host& host) {
  if (!requests_.empty() && dice_.chance(50 * percent)) {
    const Asked asked = requests_[dice_.below(requests_.size())];
    Act act;
    act.org = asked.org;
    act.what = "consents.confirm by " + asked.address;
    act.shows_in = "GRANTED";
    ConsentBook& book = judge_.books[asked.org];
    act.effect = [&book, asked](Timestamp now) {
      book.granted(asked.channel, asked.address, asked.purpose, {}, now);
    };
    // A link that is opened again changes nothing, so only what reaches the disk counts.
    call(host, act, [&](Engine& e) {
      consents::Confirm in;
      in.token = asked.token;
      admin(e, asked.org).call(consents::confirm, in);
      act.done = true;
    });
    return;
  }
  Asked asked;
  asked.org = dice_.below(organisations_there_are);
  const Person& person = draw_person(asked.org);
  asked.channel = dice_.pick(channels_to_send());
  asked.address = draw_address(person, asked.channel);
  asked.purpose = dice_.chance(50 * percent) ? "CONSENT_CONTACT" : "CONSENT_MARKETING";
  Act act;
  act.org = asked.org;
  act.what = "consents.request " + asked.channel + " " + asked.purpose + " by " + asked.address;
  act.shows_in = "REQUESTED";
  ConsentBook& book = judge_.books[asked.org];
  act.effect = [&book, asked](Timestamp) { book.requested(asked.channel, asked.address, asked.purpose); };
  const Answer a = call(host, act, [&](Engine& e) {
    consents::Request in;
    in.channel_code = asked.channel;
    in.address = asked.address;
    in.purpose_code = asked.purpose;
    in.wording = "Confirmez-vous ?";
    in.wording_version = "2026-10";
    in.language = "fr";
    in.evidence = proof();
    asked.token = admin(e, asked.org).call(consents::request, in).token;
  });
  if (a.yes()) requests_.push_back(asked);
}

void World::object(Host& host) {
  const std::size_t org = dice_.below(organisations_there_are);
  const Person person = draw_person(org);
  ConsentBook& book = judge_.books[org];
  const Timestamp at = clock_.now() + judge_.skew(host.number());
  Act act;
  act.org = org;
  if (dice_.chance(40 * percent)) {
    act.what = "consents.object by " + person.name;
    act.shows_in = "objected";
    act.effect = [&book, person, at](Timestamp) { book.objected(person.name, person.addresses, at); };
    consents::Object in;
    in.party_id = person.party;
    in.at = at;
    call(host, act, [&](Engine& e) { admin(e, org).call(consents::object, in); });
    return;
  }
  act.what = "consents.lift_objection by " + person.name;
  act.shows_in = "lifted";
  act.effect = [&book, person](Timestamp) { book.lifted(person.name); };
  consents::LiftObjection in;
  in.party_id = person.party;
  in.source_code = "CONSENT_SRC_FORM";
  in.wording = "Je veux bien";
  in.evidence = proof();
  call(host, act, [&](Engine& e) { admin(e, org).call(consents::lift_objection, in); });
}

void World::switch_account(Host& host) {
  const Account account = provider_.accounts[dice_.below(provider_.accounts.size())];
  const bool is_paused = judge_.paused.contains(account.id);
  if (!is_paused && !dice_.chance(30 * percent)) return pump(host);
  Act act;
  act.org = account.org;
  act.what = std::string(is_paused ? "channels.resume " : "channels.pause ") + account.sender;
  call(host, act, [&](Engine& e) {
    Session s = admin(e, account.org);
    const std::int64_t version = s.call(channels::get, {account.id}).version;
    if (is_paused)
      s.call(channels::resume, {account.id, version});
    else
      s.call(channels::pause, {.id = account.id, .version = version, .reason = "inventory"});
  });
}

void World::switch_organisation(Host& host) {
  const std::size_t org = dice_.below(organisations_there_are);
  const bool suspended = judge_.suspended.contains(judge_.orgs[org]);
  if (!suspended && !dice_.chance(40 * percent)) return pump(host);
  const std::string status = suspended ? "ORG_ACTIVE" : "ORG_SUSPENDED";
  Act act;
  act.org = org;
  act.what = "organisations.set_status " + status;
  call(host, act, [&](Engine& e) {
    e.host_session().call(organisations::set_status, {.id = judge_.orgs[org], .status_code = status});
  });
}

/// Cancel, try again, settle: on any message, in any state.
void World::operate(Host& host) {
  if (judge_.letters.empty()) return send(host);
  std::vector<const Letter*> all, unsure;
  for (const auto& [id, l] : judge_.letters) {
    all.push_back(&l);
    if (l.status == "UNCERTAIN" || l.status == "FAILED") unsure.push_back(&l);
  }
  const Letter l = *(unsure.empty() || dice_.chance(50 * percent) ? dice_.pick(all) : dice_.pick(unsure));
  Act act;
  act.org = l.org;
  act.subject = l.id;
  act.ask = l.ask;
  act.ask.not_before.reset();
  act.ask.expires_at.reset();
  const std::uint64_t roll = dice_.below(100);
  const auto version = [&](Session& s) { return s.call(messages::get, {l.id}).version; };
  if (roll < 35) {
    act.what = "outbox.cancel " + format_uuid(l.id).substr(24);
    act.ask = {};
    call(host, act, [&](Engine& e) {
      Session s = admin(e, l.org);
      s.call(outbox::cancel, {l.id, version(s)});
    });
  } else if (roll < 65) {
    act.what = "outbox.retry " + format_uuid(l.id).substr(24);
    const Answer a = call(host, act, [&](Engine& e) {
      Session s = admin(e, l.org);
      s.call(outbox::retry, {l.id, version(s)});
    });
    if (a.yes() || a.outcome == Outcome::unknown || a.outcome == Outcome::crashed)
      judge_.letters.at(l.id).hurried = true;
  } else {
    act.resends = dice_.chance(60 * percent);
    act.what =
        std::string("outbox.settle ") + (act.resends ? "resend " : "give_up ") + format_uuid(l.id).substr(24);
    act.ask = {};
    call(host, act, [&](Engine& e) {
      Session s = admin(e, l.org);
      s.call(outbox::settle,
             {.id = l.id, .version = version(s), .choice = act.resends ? "resend" : "give_up"});
    });
  }
}

}  // namespace atlas::simulation::post
