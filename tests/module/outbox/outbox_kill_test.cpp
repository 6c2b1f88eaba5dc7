// kill -9 at any moment of sending: hosts with real processes over a real file, and a provider that keeps its
// own log. Nothing is lost, nothing leaves twice, and nothing leaves that was not started.

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "outbox_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

constexpr int people = 400;

/// The machine's time and a little more: leases end when the test says so. Tomorrow morning to begin with,
/// since nothing leaves at night.
class ShiftedClock final : public Clock {
 public:
  ShiftedClock() {
    const std::int64_t now = system_clock().now().micros;
    shift = (now / micros_per_day + 1) * micros_per_day + 17 * micros_per_hour / 2 - now;
  }
  Timestamp now() override { return system_clock().now() + shift; }
  std::int64_t monotonic_ns() override { return system_clock().monotonic_ns() + shift * 1000; }
  std::int64_t shift = 0;
};

/// Writes down each message before it answers, as a provider would.
class LoggingProvider final : public Transport {
 public:
  explicit LoggingProvider(const std::string& path)
      : file_(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600)) {}
  ~LoggingProvider() override { ::close(file_); }
  Outcome send(const Envelope& envelope, Sending& sending) override {
    if (!sending.begin()) return Outcome::not_taken("deadline");
    const std::string line = envelope.token + "\n";
    if (::write(file_, line.data(), line.size()) != static_cast<ssize_t>(line.size())) std::abort();
    return Outcome::accepted("p" + envelope.token);
  }
  bool marks_begin() const noexcept override { return true; }

 private:
  int file_;
};

std::string phone(int n) { return "+2126000" + std::to_string(10'000 + n); }

struct Scene {
  Options options() const {
    Options o;
    o.store = folder.file("store.db");
    o.clock = clock;
    auto transports = std::make_shared<Transports>();
    transports->add("MEMORY", "", std::make_shared<LoggingProvider>(folder.file("provider.log")));
    o.transports = transports;
    return o;
  }
  std::map<std::string, int> left() const {
    std::map<std::string, int> count;
    std::ifstream log(folder.file("provider.log"));
    for (std::string token; std::getline(log, token);) ++count[token];
    return count;
  }
  TemporaryFolder folder;
  std::shared_ptr<ShiftedClock> clock = std::make_shared<ShiftedClock>();
  Uuid org, admin, dossier;
};

/// A host: its workers send, and it accepts one message after the other, saying each that was accepted.
void be_host(const Scene& store, int to, int round) {
  Engine engine(store.options());
  engine.start_workers(2);
  Session s = engine.session({.org = store.org, .user = store.admin});
  for (int n = round * 7;; ++n) {
    messages::Send in;
    in.dossier_id = store.dossier;
    in.channel_code = "CHAN_SMS";
    in.address = phone(n % people);
    in.purpose_code = "CONSENT_CONTACT";
    in.body = "Bonjour";
    const std::string id = format_uuid(s.call(messages::send, in).message->id) + "\n";
    if (::write(to, id.data(), id.size()) != static_cast<ssize_t>(id.size())) ::_exit(2);
  }
}

std::vector<std::string> run_and_kill(const Scene& store, int round, std::chrono::microseconds pause) {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    try {
      be_host(store, ends[1], round);
    } catch (...) {
    }
    ::_exit(1);
  }
  ::close(ends[1]);
  std::string said;
  char buffer[4096];
  ssize_t n = ::read(ends[0], buffer, sizeof buffer);  // it is at work
  if (n > 0) said.append(buffer, static_cast<std::size_t>(n));
  std::this_thread::sleep_for(pause);
  ::kill(pid, SIGKILL);
  while ((n = ::read(ends[0], buffer, sizeof buffer)) > 0) said.append(buffer, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  std::vector<std::string> ids;
  std::istringstream lines(said);
  for (std::string id; std::getline(lines, id);)
    if (id.size() == 36) ids.push_back(id);
  return ids;
}

}  // namespace

TEST_CASE("No message is lost or sent twice by hosts that are killed", "[outbox][kill]") {
  const char* const asked = std::getenv("ATLAS_KILL_ROUNDS");
  const int rounds = asked ? std::atoi(asked) : 20;
  Scene store;
  {
    Engine engine(store.options());
    const auto created = engine.host_session().call(
        organisations::create,
        {.name = "Agence", .default_country = "MA", .admin_email = "admin@example.ma"});
    store.org = created.organisation->id;
    store.admin = created.admin_user_id;
    Session s = engine.session({.org = store.org, .user = store.admin});
    // Twenty messages a day and person would not do for so many rounds.
    auto o = s.call(organisations::get, {});
    s.call(
        organisations::update,
        {.id = o.id,
         .version = o.version,
         .settings = std::string(R"({"sending":{"caps":[{"purpose_code":"*","hours":24,"most":1000}]}})")});
    store.dossier = s.call(dossiers::create, {.contact_name = "Salma", .phone = "+212600000001"}).dossier->id;
    channels::Create in;
    in.channel_code = "CHAN_SMS";
    in.provider = "MEMORY";
    in.sender = "+212500000000";
    s.call(channels::create, in);
    s.batch([&](Session& b) {
      for (int n = 0; n < people; ++n) b.call(consents::grant, grant_of(phone(n)));
    });
  }
  std::mt19937 random(7);
  std::vector<std::string> accepted;
  for (int round = 0; round < rounds; ++round) {
    // Every few rounds the leases of the dead have ended, so that others find what they left.
    if (round % 4 == 3) store.clock->shift += 150 * micros_per_second;
    const auto some = run_and_kill(store, round, std::chrono::microseconds(random() % 60'000));
    accepted.insert(accepted.end(), some.begin(), some.end());
  }
  store.clock->shift += 150 * micros_per_second;
  Engine engine(store.options());
  for (int i = 0; i < 10'000 && engine.pump(100).done > 0; ++i) {
  }
  Session s = engine.session({.org = store.org, .user = store.admin});
  const auto left = store.left();
  std::map<std::string, int> ends;
  std::size_t known = 0;
  std::optional<std::string> after;
  do {
    const auto page = s.call(outbox::list, {.limit = 1000, .after = after});
    for (const Message& m : page.items) {
      const auto it = left.find(format_uuid(m.id));
      const int times = it == left.end() ? 0 : it->second;
      known += it == left.end() ? 0 : 1;
      ++ends[*m.status_code];
      CHECK(times <= 1);
      if (m.status_code == "SENT") CHECK(times == 1);
      CHECK((m.status_code == "SENT" || m.status_code == "UNCERTAIN"));
      CHECK(m.evidence);
      CHECK(m.attempts == 1);
    }
    after = page.next;
  } while (after);
  // What left is a message that we know.
  CHECK(known == left.size());
  for (const std::string& id : accepted)
    CHECK(code_of([&] { s.call(messages::get, {*parse_uuid(id)}); }) == ErrorCode::ok);
  CHECK(accepted.size() > static_cast<std::size_t>(rounds));
  CHECK(engine.check().ok());
  WARN(rounds << " rounds, " << accepted.size() << " accepted, " << ends["SENT"] << " sent, "
              << ends["UNCERTAIN"] << " uncertain");
}
