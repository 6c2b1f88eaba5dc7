#include "world.hpp"

#include <algorithm>
#include <utility>

#include "atlas/audit.hpp"
#include "atlas/channels.hpp"
#include "atlas/consent.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/organisations.hpp"
#include "atlas/parties.hpp"
#include "atlas/templates.hpp"
#include "requests.hpp"

namespace atlas::simulation::post {
namespace {

constexpr int hosts = 3;
constexpr std::size_t organisations = 2, shown_steps = 20;
constexpr std::uint64_t steps_at_most = 2'000;
constexpr std::uint64_t percent = 10'000;
constexpr std::size_t deepest_acts = 3;
constexpr int rounds_at_most = 3'000;
constexpr std::int64_t widest_skew = 4 * micros_per_minute;
/// Tuesday the 24th of November 2026, 09:00 UTC.
constexpr Timestamp begin_of_time{1'795'510'800'000'000};

Weather weather_of(Dice& dice) {
  Weather w;
  const std::uint64_t storm = dice.below(4);
  w.errors = 60 * storm;
  w.crashes = 25 * storm;
  w.delays = 500;
  w.jumps = dice.chance(250'000) ? 150 : 0;
  w.commit_errors = 6'000 * storm;
  w.commit_crashes = 6'000 * storm;
  return w;
}

bool blames_storage(ErrorCode code) {
  return code >= ErrorCode::storage_busy && code <= ErrorCode::storage_io &&
         code != ErrorCode::storage_read_only;
}

}  // namespace

World::World(Settings settings)
    : settings_(std::move(settings)),
      clock_(begin_of_time),
      dice_(settings_.seed * 2 + 1),
      fate_(settings_.seed ^ 0xC2B2AE3D27D4EB4F),
      provider_(fate_),
      judge_(provider_, clock_) {
  settings_.steps = std::min(settings_.steps, steps_at_most);
  disk_ = make_memory_disk(settings_.disk_faults);
  ground_ = std::make_unique<Ground>(Ground{*disk_,
                                            clock_,
                                            fate_,
                                            weather_of(dice_),
                                            settings_.spoil,
                                            [](const std::string&) {},
                                            {},
                                            false,
                                            {},
                                            {}});
  skewed_ = settings_.leases_by_hosts || dice_.chance(500'000);
  skews_.resize(hosts);
  ground_->leases_by_hosts = settings_.leases_by_hosts;
  ground_->skew = [this](const Host& host) { return skews_[static_cast<std::size_t>(host.number())]; };
  ground_->equip = [this](Host& host, Options& o) {
    o.transports = lines_of(host);
    o.secrets = vault_of(host);
  };
  ground_->watch = [this](std::unique_ptr<Store> store, Host& host) {
    return watch_commits(std::move(store), clock_, [this, &host](const Commit& commit) {
      Act nobody;
      nobody.what = "an engine as it opens";
      nobody.host = host.number();
      try {
        judge_.seen(commit, acts_.empty() ? nobody : *acts_.back());
      } catch (const Failure& f) {
        if (!verdict_) verdict_ = f;
      }
    });
  };
  const std::uint64_t storm = dice_.below(4);
  mood_.fault = std::vector<std::uint64_t>{20'000, 150'000, 300'000, 600'000}[storm];
  mood_.slow = 100'000;
  mood_.crash = 8'000 * dice_.below(4);
  judge_.tell = settings_.show;
  judge_.clock_jumps = ground_->weather.jumps > 0;
  judge_.skew = [this](int host) { return skews_[static_cast<std::size_t>(host)]; };
  judge_.blur = skewed_ ? 2 * widest_skew : 0;
  for (int i = 0; i < hosts; ++i)
    hosts_.push_back(
        std::make_unique<Host>(*ground_, i, settings_.seed * 1'000 + 500 + static_cast<std::uint64_t>(i)));
  busy_.resize(hosts);
  stuck_.resize(hosts);
  clock_.advance(static_cast<std::int64_t>(dice_.below(30)) * micros_per_hour);
}

World::~World() { hosts_.clear(); }

void World::note(std::string line) {
  trace_.update(line).update("\n");
  std::string shown = std::to_string(step_) + std::string(acts_.size(), '>') + " " + line.substr(0, 300);
  if (settings_.show) settings_.show(shown);
  last_.push_back(std::move(shown));
  if (last_.size() > shown_steps) last_.pop_front();
}

Session World::admin(Engine& engine, std::size_t org) const {
  return engine.session({.org = judge_.orgs[org], .user = admins_[org], .roles = {}});
}

/// Four people, of whom two share a telephone, with accounts and templates, and what most of them agreed to.
void World::set_up_org(Host& host, std::size_t org) {
  const auto made =
      host.engine().host_session().call(organisations::create, {.name = org == 0 ? "Alphaville" : "Betatown",
                                                                .default_country = "MA",
                                                                .admin_email = "admin@example.ma",
                                                                .admin_display_name = "Admin"});
  judge_.orgs.push_back(made.organisation->id);
  judge_.books.emplace_back();
  admins_.push_back(made.admin_user_id);
  Session s = admin(host.engine(), org);
  const std::string url = "https://crm.example/" + std::to_string(org) + "/";
  const auto open = [&](const char* channel, const char* provider, const std::string& sender) {
    channels::Create in;
    in.channel_code = channel;
    in.provider = provider;
    in.sender = sender;
    Account a;
    a.org = org, a.channel = channel, a.provider = provider, a.sender = sender;
    a.url = url + provider;
    if (a.provider == "TWILIO") in.public_url = a.url;
    a.secret = a.provider == "MEMORY" ? "" : "secret of " + a.url;
    // Meta's secrets lie with the host, under names; the others are sealed in the store.
    if (a.provider == "META") {
      a.password = "password of " + a.url;
      const std::string name = std::to_string(org);
      in.secret_refs = {"send-" + name, "signing-" + name, "last-" + name, {}};
    }
    ChannelAccount made_account = s.call(channels::create, in);
    if (a.provider == "TWILIO") {
      made_account = s.call(
          channels::set_secret,
          {.id = made_account.id, .version = made_account.version, .slot = "signing", .value = a.secret});
    }
    a.id = made_account.id;
    a.endpoint = made_account.endpoint;
    // One of the numbers belongs to a provider that never tells what became of a message.
    a.reports = a.provider == "META" || (a.provider == "TWILIO" && org == 0);
    a.takes_token = a.provider == "MEMORY";
    a.is_asked = a.provider == "TWILIO";
    provider_.accounts.push_back(std::move(a));
  };
  open("CHAN_SMS", "TWILIO", "+212522000001");
  open("CHAN_WHATSAPP", "META", org == 0 ? "1000001" : "1000002");
  open("CHAN_EMAIL", "MEMORY", "agence@example.ma");
  for (const char* code : {"VISIT", "OFFER"}) {
    s.call(templates::create, {.code = code,
                               .channel_code = "CHAN_WHATSAPP",
                               .language = "fr",
                               .category = code[0] == 'V' ? "UTILITY" : "MARKETING",
                               .body = std::string("Bonjour, ") + code,
                               .provider_reference = code,
                               .approval = "APPROVED"});
  }
  for (int i = 0; i < 4; ++i) {
    Person p;
    p.org = org;
    p.name = std::to_string(org) + "/" + std::to_string(i);
    // The second and the third live together.
    p.addresses = {"+21266100000" + std::to_string(i == 2 ? 1 : i), "p" + std::to_string(i) + "@example.ma"};
    const Party party = s.call(parties::create, {.role_code = "BUYER",
                                                 .family_name = "P" + std::to_string(i),
                                                 .phones = {p.addresses[0]},
                                                 .emails = {p.addresses[1]}});
    p.party = party.id;
    dossiers::Create in;
    in.case_type_code = i == 2 ? "CRM_LEAD_BUY" : "CRM_LEAD";
    in.contact_name = "P" + std::to_string(i);
    in.phone = p.addresses[0];
    in.email = p.addresses[1];
    in.party_id = p.party;
    p.dossier = s.call(dossiers::create, in).dossier->id;
    for (const char* channel : {"CHAN_SMS", "CHAN_WHATSAPP", "CHAN_EMAIL"}) {
      for (const char* purpose : {"CONSENT_CONTACT", "CONSENT_MARKETING"}) {
        if (dice_.chance(30 * percent)) continue;
        const std::string& address = p.addresses[channel[5] == 'E' ? 1 : 0];
        s.call(consents::grant, grant_of(channel, address, purpose));
        judge_.books[org].granted(channel, address, purpose, {}, clock_.now());
      }
    }
    judge_.people.push_back(std::move(p));
  }
}

void World::set_up() {
  hosts_[0]->start();
  Act act;
  act.what = "setting up";
  act.shows_in = "GRANTED";
  act.done = true;
  acts_.push_back(&act);
  for (std::size_t org = 0; org < organisations; ++org) set_up_org(*hosts_[0], org);
  acts_.pop_back();
}

Summary World::run() {
  set_up();
  for (auto& host : hosts_) host->arm(true);
  for (step_ = 1; step_ <= settings_.steps; ++step_) {
    take_step();
    if (verdict_) throw Failure(*verdict_);
  }
  for (auto& host : hosts_) {
    host->arm(false);
    summary_.faults += host->faults();
  }
  calm_ = true;
  // The clocks are right again, later than whatever they said.
  clock_.advance(2 * widest_skew);
  std::fill(skews_.begin(), skews_.end(), 0);
  without_vault_.clear();
  drain();
  judge_.judge_ends();
  tell_again();
  verify();
  summary_.steps = settings_.steps;
  summary_.messages = judge_.letters.size();
  for (const auto& [id, l] : judge_.letters) {
    if (l.status == "UNCERTAIN") ++summary_.uncertain;
    if (l.status == "CANCELLED") ++summary_.blocked;
    trace_.update(l.status);
  }
  summary_.trace_hash = hex(as_view(trace_.finish())).substr(0, 16);
  return summary_;
}

bool World::ensure_up(Host& host) {
  if (host.up()) return !host.dead();
  if (busy_[static_cast<std::size_t>(host.number())] > 0) return false;
  try {
    host.start();
    note("host " + std::to_string(host.number()) + " opens the store");
    return true;
  } catch (const Error& e) {
    if (host.faults() == 0) fail("answers", "the store does not open: " + e.message());
  } catch (const testing::Crash&) {
    ++summary_.crashes;
  }
  host.die();
  return false;
}

/// A host that died is destroyed when nothing of it runs any more.
void World::bury(Host& host) {
  if (!host.dead() || busy_[static_cast<std::size_t>(host.number())] > 0) return;
  ++summary_.crashes;
  note("host " + std::to_string(host.number()) + " dies");
  host.die();
}

World::Answer World::call(Host& host, Act& act, const std::function<void(Engine&)>& work) {
  ++summary_.calls;
  act.host = host.number();
  const std::uint64_t faults = host.faults();
  int& busy = busy_[static_cast<std::size_t>(host.number())];
  ++busy;
  acts_.push_back(&act);
  const bool paused = acts_.size() > 1;
  if (!paused && !calm_) {
    host.allow_pauses([this, &host] {
      if (acts_.size() >= deepest_acts || !fate_.chance(50'000)) return;
      // Inside of a transaction's beginning nobody else may use this host; others may.
      int& stuck = stuck_[static_cast<std::size_t>(host.number())];
      ++stuck;
      meanwhile(fate_.chance(300'000) ? 300 * micros_per_second : 2 * micros_per_second);
      --stuck;
    });
  }
  Answer a;
  try {
    work(host.engine());
    ++summary_.answers;
  } catch (const Error& e) {
    a.error = e;
    if (host.dead())
      a.outcome = Outcome::crashed;
    else if (e.code() == ErrorCode::storage_unavailable && e.detail("outcome"))
      a.outcome = Outcome::unknown;
    else if (blames_storage(e.code()))
      a.outcome = Outcome::storage;
    else
      a.outcome = Outcome::no;
    if ((a.outcome == Outcome::storage || a.outcome == Outcome::unknown) && host.faults() == faults)
      fail("answers", act.what + " failed without a cause: " + e.to_json());
    if (e.code() == ErrorCode::internal) fail("answers", act.what + ": " + e.to_json());
  } catch (const testing::Crash&) {
    a.outcome = Outcome::crashed;
  }
  if (!paused) host.allow_pauses({});
  acts_.pop_back();
  --busy;
  if (host.dead()) a.outcome = Outcome::crashed;
  if (a.outcome == Outcome::unknown || a.outcome == Outcome::crashed) ++summary_.unknown;
  std::string line =
      "host " + std::to_string(host.number()) + " org " + std::to_string(act.org) + " " + act.what;
  if (a.outcome == Outcome::crashed)
    line += " -> the process dies";
  else if (a.error)
    line += " -> " + std::string(error_info(a.error->code()).text) + " " +
            std::string(a.error->detail("reason").value_or(""));
  note(line);
  // What was acknowledged holds, whether or not it shows on the disk.
  if (a.yes() && act.effect && !act.done) act.done = true, act.effect(clock_.now());
  bury(host);
  if (verdict_) throw Failure(*verdict_);
  return a;
}

/// Somebody else goes on, on another host or on another thread of the same.
void World::meanwhile(std::int64_t longest) {
  clock_.advance(static_cast<std::int64_t>(fate_.below(static_cast<std::uint64_t>(longest)) / 2));
  if (acts_.size() < deepest_acts && !verdict_) {
    const std::size_t steps = 1 + fate_.below(3);
    for (std::size_t i = 0; i < steps && !verdict_; ++i) {
      Host& other = *hosts_[fate_.below(hosts_.size())];
      if (!other.up() || other.dead() || stuck_[static_cast<std::size_t>(other.number())] > 0) continue;
      try {
        step_of(other);
      } catch (const Failure& f) {
        if (!verdict_) verdict_ = f;
      }
    }
  }
  clock_.advance(static_cast<std::int64_t>(fate_.below(static_cast<std::uint64_t>(longest)) / 2));
}

/// The newest reports arrive while the provider still has not answered.
void World::tell_at_once() {
  for (int i = 0; i < 2 && !provider_.waiting.empty() && acts_.size() < deepest_acts && !verdict_; ++i) {
    Host& other = *hosts_[fate_.below(hosts_.size())];
    if (!other.up() || other.dead() || stuck_[static_cast<std::size_t>(other.number())] > 0) continue;
    try {
      deliver(other, provider_.waiting.size() - 1);
    } catch (const Failure& f) {
      if (!verdict_) verdict_ = f;
    }
  }
}

void World::pass_time() {
  const std::uint64_t roll = dice_.below(1'000);
  if (roll < 800) return clock_.advance(static_cast<std::int64_t>(1 + dice_.below(3 * micros_per_second)));
  if (roll < 980) return clock_.advance(static_cast<std::int64_t>(dice_.below(3 * micros_per_minute)));
  note("hours pass");
  clock_.advance(static_cast<std::int64_t>(dice_.below(9 * micros_per_hour)));
}

/// A host's clock is off, and now and then somebody sets it, for better or worse.
void World::disturb_clocks() {
  if (!skewed_ || !dice_.chance(60'000)) return;
  const std::size_t host = dice_.below(skews_.size());
  skews_[host] =
      dice_.chance(250'000) ? 0 : static_cast<std::int64_t>(dice_.below(2 * widest_skew)) - widest_skew;
  note("the clock of host " + std::to_string(host) + " is off by " +
       std::to_string(skews_[host] / micros_per_second) + " s");
}

/// Secrets are replaced, and a host does not reach them for a while.
void World::disturb_vault() {
  if (dice_.chance(15'000)) {
    Account& a = provider_.accounts[dice_.below(provider_.accounts.size())];
    if (!a.password.empty() && dice_.chance(500'000)) a.password += "'";
    if (!a.password.empty()) a.last_secret = std::exchange(a.secret, a.secret + "'");
  }
  const int host = static_cast<int>(dice_.below(hosts));
  if (without_vault_.contains(host) ? dice_.chance(150'000) : dice_.chance(10'000))
    without_vault_.contains(host) ? void(without_vault_.erase(host)) : void(without_vault_.insert(host));
}

void World::take_step() {
  pass_time();
  disturb_clocks();
  disturb_vault();
  Host& host = *hosts_[dice_.below(hosts_.size())];
  if (ensure_up(host)) step_of(host);
}

void World::step_of(Host& host) {
  const std::uint64_t roll = dice_.below(1'000);
  if (roll < 260) return send(host);
  if (roll < 540) return pump(host);
  if (roll < 720)
    return provider_.waiting.empty() ? pump(host) : deliver(host, dice_.below(provider_.waiting.size()));
  if (roll < 790) return somebody_writes();
  if (roll < 860) return change_consent(host);
  if (roll < 885) return ask_for_consent(host);
  if (roll < 895) return object(host);
  if (roll < 920) return switch_account(host);
  if (roll < 930) return switch_organisation(host);
  if (roll < 980) return operate(host);
  send_again(host);
}

/// No more faults: whatever is due is done, whatever is to be told is told, until every message has ended.
void World::drain() {
  Host& host = *hosts_[0];
  if (!ensure_up(host)) fail("answers", "the store does not open at the end");
  for (std::size_t org = 0; org < organisations; ++org) {
    Act act;
    act.org = org;
    act.what = "organisations.set_status ORG_ACTIVE";
    if (judge_.suspended.contains(judge_.orgs[org]))
      call(host, act, [&](Engine& e) {
        e.host_session().call(organisations::set_status,
                              {.id = judge_.orgs[org], .status_code = "ORG_ACTIVE"});
      });
  }
  for (const Account& account : provider_.accounts) {
    if (!judge_.paused.contains(account.id)) continue;
    Act act;
    act.org = account.org;
    act.what = "channels.resume";
    call(host, act, [&](Engine& e) {
      Session s = admin(e, account.org);
      s.call(channels::resume, {account.id, s.call(channels::get, {account.id}).version});
    });
  }
  for (int round = 0; round < rounds_at_most; ++round) {
    while (!provider_.waiting.empty()) deliver(host, dice_.below(provider_.waiting.size()));
    PumpResult done;
    Act act;
    act.what = "pump";
    const Answer a = call(host, act, [&](Engine& e) { done = e.pump(100); });
    if (!a.yes() || done.failed > 0) fail("ends", "work fails, and there is no reason any more");
    if (done.done > 0 || !provider_.waiting.empty()) continue;
    // On to whatever is next; what is behind another waits for that.
    const Timestamp now = clock_.now();
    std::optional<Timestamp> next;
    bool over = true;
    for (const auto& [id, l] : judge_.letters) {
      const bool asks = l.place == "UNCERTAIN" && l.is_asked;
      if (l.place != "QUEUED" && l.place != "LEASED" && l.place != "SENDING" && !asks) continue;
      over = false;
      const Timestamp at = l.place == "QUEUED" || asks ? l.next_at : l.lease_until;
      if (at > now) next = std::min(next.value_or(at), at);
    }
    if (over) return;
    clock_.set(next.value_or(now + micros_per_minute) + micros_per_second);
  }
  fail("ends", "the queue does not come to an end");
}

/// Every webhook of this world once more, in another order: nothing may change.
void World::tell_again() {
  // Behind every time that was told: a clock that was set back may stand before.
  clock_.advance(judge_.clock_jumps ? 12 * micros_per_hour : micros_per_minute);
  std::vector<Webhook> all = std::move(provider_.delivered);
  provider_.delivered.clear();
  judge_.frozen = true;
  provider_.waiting = std::move(all);
  while (!provider_.waiting.empty()) deliver(*hosts_[0], dice_.below(provider_.waiting.size()));
  judge_.frozen = false;
}

void World::verify() {
  Host& host = *hosts_[0];
  for (std::size_t org = 0; org < organisations; ++org) {
    Act act;
    act.org = org;
    act.what = "audit.verify";
    std::string found;
    call(host, act, [&](Engine& e) {
      const auto v = admin(e, org).call(audit::verify, {.records = true, .checkpoint = {}, .key = {}});
      if (!v.ok) found = to_json(v);
    });
    if (!found.empty()) fail("audit", "at the end audit.verify found: " + found);
  }
}

}  // namespace atlas::simulation::post
