#include "simulation.hpp"

#include "atlas/json.hpp"
#include "atlas/listings.hpp"
#include "atlas/organisations.hpp"

namespace atlas::simulation {
namespace {

constexpr int hosts = 3;
constexpr int attempts_to_make = 6;
constexpr std::size_t shown_steps = 20;
constexpr std::uint64_t steps_at_most = 2'000;

Weather weather_of(Dice& dice) {
  Weather w;
  // From calm days to storms; the points of one write are about a hundred.
  const std::uint64_t storm = dice.below(4);
  w.errors = 100 * storm;
  w.crashes = 40 * storm;
  w.delays = 500;
  w.jumps = dice.chance(300'000) ? 100 : 0;
  w.interleaved = 3'000;
  w.commit_errors = 8'000 * storm;
  w.commit_crashes = 5'000 * storm;
  return w;
}

}  // namespace

Simulation::Simulation(Settings settings)
    : settings_(std::move(settings)), dice_(settings_.seed), fate_(settings_.seed ^ 0x9E3779B97F4A7C15) {
  settings_.steps = std::min(settings_.steps, steps_at_most);
  disk_ = settings_.sqlite_directory.empty() ? make_memory_disk(settings_.disk_faults)
                                             : make_sqlite_disk(settings_.sqlite_directory);
  ground_ = std::make_unique<Ground>(
      Ground{*disk_, clock_, fate_, weather_of(dice_), settings_.spoil, [this](const std::string& text) {
               for (std::size_t org = 0; org < models_.size(); ++org)
                 if (text.find(format_uuid(models_[org].id)) != std::string::npos)
                   notes_.emplace_back(org, text);
             }});
  for (int i = 0; i < hosts; ++i)
    hosts_.push_back(
        std::make_unique<Host>(*ground_, i, settings_.seed * 1'000 + static_cast<std::uint64_t>(i)));
}

Simulation::~Simulation() {
  batch_.reset();
  hosts_.clear();
}

void Simulation::note(std::string line) {
  trace_.update(line).update("\n");
  std::string shown = std::to_string(step_) + (nested_ ? " (meanwhile) " : " ") + line.substr(0, 300);
  if (settings_.show) settings_.show(shown);
  last_.push_back(std::move(shown));
  if (last_.size() > shown_steps) last_.pop_front();
}

/// The store is made in the worst of weathers; what a failure leaves behind is a store for the next, or
/// nothing.
void Simulation::make_store(Host& first) {
  const Weather weather = ground_->weather;
  ground_->weather.errors = ground_->weather.crashes = 20'000;
  first.arm(true);
  for (int i = 0; i < attempts_to_make && !first.up(); ++i) ensure_up(first);
  first.arm(false);
  ground_->weather = weather;
  if (!first.up()) first.start();
}

/// Two organisations, each with an administrator, a manager, two agents and an auditor; no faults yet.
void Simulation::set_up() {
  Host& first = *hosts_[0];
  make_store(first);
  const char* names[] = {"Alphaville", "Betatown"};
  markers_ = {"Alphaville", "Betatown"};
  for (std::size_t org = 0; org < 2; ++org) {
    OrgModel m;
    Session host = first.engine().host_session();
    const auto made =
        host.call(organisations::create, {.name = names[org],
                                          .admin_email = "admin@" + std::string(names[org]) + ".example",
                                          .admin_display_name = names[org]});
    m.id = made.organisation->id;
    m.log.push_back({"organisation.created", "organisation", m.id});
    m.log.push_back({"user.created", "user", made.admin_user_id});
    std::vector<Uuid> people{made.admin_user_id};
    Session admin = first.engine().session({.org = m.id, .user = made.admin_user_id, .roles = {}});
    m.users[made.admin_user_id] = admin.call(users::get, {made.admin_user_id});
    for (const char* role : {"MANAGER", "AGENT", "AGENT", "AUDITOR"}) {
      users::Create in;
      in.email = "u" + std::to_string(people.size()) + "@" + names[org] + ".example";
      in.display_name = names[org];
      in.roles = {role};
      const User u = admin.call(users::create, in);
      people.push_back(u.id);
      m.users[u.id] = u;
      m.log.push_back({"user.created", "user", u.id});
    }
    std::vector<Uuid> listings;
    for (int i = 0; i < 3; ++i) {
      const Listing l = admin.call(listings::create, {.transaction_type_code = "TX_SALE",
                                                      .property_type_code = "PROP_APARTMENT",
                                                      .title = "Flat of " + std::string(names[org])});
      listings.push_back(l.id);
      m.log.push_back({"listing.created", "listing", l.id});
    }
    listings_.push_back(std::move(listings));
    owner_of_[m.id] = org;
    for (const Uuid& id : people) owner_of_[id] = org;
    models_.push_back(std::move(m));
    people_.push_back(std::move(people));
  }
  leaves_.resize(2);
  log_seen_.resize(2);
  refusals_.resize(2);
  refusals_seen_.resize(2);

  oracle_bytes_ = std::make_unique<testing::SeededEntropy>(settings_.seed + 77);
  Options o;
  o.store = "simulated";
  o.subject_keys = SubjectKeys::inside;
  o.clock = {std::shared_ptr<Clock>(), &clock_};
  o.entropy = {std::shared_ptr<Entropy>(), oracle_bytes_.get()};
  o.read_only = true;
  o.make_store = [this](const StoreOpening& opening) { return disk_->open(opening); };
  struct SubjectsKey final : KeyStore {
    std::optional<Key> key(std::string_view name) override {
      Key key{};
      key.fill(0x5a);
      return name == "subjects" ? std::optional(key) : std::nullopt;
    }
  };
  o.keys = std::make_shared<SubjectsKey>();
  oracle_ = std::make_unique<Oracle>(std::move(o));
}

Summary Simulation::run() {
  set_up();
  for (auto& host : hosts_) host->arm(true);
  for (step_ = 1; step_ <= settings_.steps; ++step_) take_step();
  for (auto& host : hosts_) {
    host->arm(false);
    summary_.faults += host->faults();
  }
  if (batch_) end_batch(*batch_host_);
  judge_all();
  summary_.steps = settings_.steps;
  summary_.trace_hash = hex(as_view(trace_.finish())).substr(0, 16);
  return summary_;
}

bool Simulation::ensure_up(Host& host) {
  if (host.up()) return true;
  try {
    host.start();
    note("host " + std::to_string(host.number()) + " opens the store");
    return true;
  } catch (const Error& e) {
    note("host " + std::to_string(host.number()) +
         " cannot open the store: " + std::string(error_info(e.code()).text));
    if (host.faults() == 0) fail("answers", "the store does not open: " + e.message());
  } catch (const testing::Crash&) {
    note("host " + std::to_string(host.number()) + " dies while opening the store");
    ++summary_.crashes;
  }
  host.die();
  return false;
}

void Simulation::pass_time() {
  if (!dice_.chance(5'000)) return clock_.advance(static_cast<std::int64_t>(1 + dice_.below(3'000'000)));
  // Keys are remembered for a day at least; after that nobody may count on them.
  note("a day passes");
  clock_.advance(25 * micros_per_hour + static_cast<std::int64_t>(dice_.below(micros_per_day)));
  wishes_.clear();
  for (OrgModel& m : models_) m.answers.clear();
  if (batch_) batch_->model.answers.clear();
}

void Simulation::take_step() {
  pass_time();
  // A batch keeps everybody else from writing, so it is not left alone for long.
  Host& host = batch_ && dice_.chance(600'000) ? *batch_host_ : *hosts_[dice_.below(hosts_.size())];
  if (!ensure_up(host)) return;
  step_of(host);
  if (step_ % 32 == 0 || crash_seen_) {
    for (std::size_t org = 0; org < models_.size(); ++org) {
      look(org, {});
      if (crash_seen_) judge_history(org);
    }
    crash_seen_ = false;
  }
}

/// Another host takes a step while `busy` is inside a call.
void Simulation::meanwhile(Host& busy) {
  Host& other =
      *hosts_[(static_cast<std::size_t>(busy.number()) + 1 + dice_.below(hosts_.size() - 1)) % hosts_.size()];
  if (!other.up() || (batch_ && batch_host_ == &other)) return;
  nested_ = true;
  clock_.advance(static_cast<std::int64_t>(1 + dice_.below(1'000)));
  step_of(other);
  clock_.advance(static_cast<std::int64_t>(1 + dice_.below(1'000)));
  nested_ = false;
}

void Simulation::step_of(Host& host) {
  if (batch_ && batch_host_ == &host) return batch_step(host);
  for (std::size_t org = 0; org < models_.size() && !nested_; ++org) {
    if (dice_.chance(models_[org].suspended ? 100'000 : 2'000)) return switch_organisation(host, org);
  }
  const std::uint64_t roll = dice_.below(100);
  if (nested_) return roll < 40 ? read_step(host) : roll < 90 ? write_step(host) : retry(host);
  if (roll < 50) return write_step(host);
  if (roll < 58) return retry(host);
  if (roll < 60) return wrong_key(host);
  if (roll < 64 && !batch_) return begin_batch(host);
  if (roll < 67) return pump(host);
  if (roll < 69) return make_checkpoint(host);
  if (roll < 70) return verify(host);
  if (roll < 74) return start_walk();
  if (roll < 82) return walk_on(host);
  read_step(host);
}

std::string Simulation::at(const Host& host, const Client& client, std::string_view operation) const {
  const OrgModel& m = models_[client.org];
  const User& user = m.user(client.user);
  return "host " + std::to_string(host.number()) + " org " + std::to_string(client.org) + " " +
         user.roles.front() + " " + user.email.substr(0, user.email.find('@')) + " " + std::string(operation);
}

}  // namespace atlas::simulation
