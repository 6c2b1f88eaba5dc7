// The engine as a host drives it: due work and workers, keys from a port, what it tells of itself.

#include <sys/wait.h>
#include <unistd.h>
#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// Waits for what other threads do, at most ten seconds.
bool wait_for(const std::function<bool()>& done) {
  for (int i = 0; i < 10'000 && !done(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return done();
}

class Keys final : public KeyStore {
 public:
  std::optional<Key> key(std::string_view name) override {
    asked.emplace_back(name);
    const auto it = keys.find(std::string(name));
    return it == keys.end() ? std::nullopt : std::optional(it->second);
  }
  std::map<std::string, Key> keys;
  std::vector<std::string> asked;
};

}  // namespace

TEST_CASE("a worker that asks for the end of workers is refused, and ends with the others",
          "[engine][threads]") {
  const TemporaryFolder folder;
  Options o = options_of("memory", folder);
  const auto clock = std::static_pointer_cast<FakeClock>(o.clock);
  Engine* own = nullptr;
  std::atomic<int> refused{0};
  o.checkpoint = [&](const std::string&) {
    for (const auto& call : {std::function<void()>([&] { own->stop_workers(); }),
                             std::function<void()>([&] { own->start_workers(1); })}) {
      try {
        call();
      } catch (const Error& e) {
        if (e.code() == ErrorCode::misuse) ++refused;
      }
    }
  };
  Engine engine(std::move(o));
  own = &engine;
  engine.host_session().call(organisations::create, {.name = "Agence", .admin_email = "a@b.ma"});
  engine.start_workers(2);
  clock->advance(2 * micros_per_day);
  CHECK(wait_for([&] { return refused == 2; }));
  // Many hands on the switch: whoever is first ends them, and nobody waits for ever.
  std::vector<std::thread> hands;
  for (int i = 0; i < 4; ++i) {
    hands.emplace_back([&] {
      for (int n = 0; n < 20; ++n) {
        engine.start_workers(1);
        engine.stop_workers();
      }
    });
  }
  for (std::thread& h : hands) h.join();
  engine.stop_workers();
  clock->advance(2 * micros_per_day);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(refused == 2);
}

namespace {

/// A clock that may fail: then nothing can be pumped at all.
class FailingClock final : public Clock {
 public:
  Timestamp now() override {
    if (fails) throw std::runtime_error("personal data of the clock's");
    return {1'795'341'000'000'000};
  }
  std::int64_t monotonic_ns() override { return 1; }
  std::atomic<bool> fails{false};
};

}  // namespace

TEST_CASE("what keeps workers from pumping is told, and they go on; a log that throws ends none",
          "[engine][threads]") {
  const TemporaryFolder folder;
  Options o = options_of("memory", folder);
  const auto clock = std::make_shared<FailingClock>();
  o.clock = clock;
  std::mutex mutex;
  std::vector<std::string> lines;
  o.log = [&](LogLevel, std::string_view line) {
    const std::lock_guard lock(mutex);
    lines.emplace_back(line);
    throw std::runtime_error("the log is full");
  };
  const auto told = [&] {
    const std::lock_guard lock(mutex);
    return lines.size();
  };
  Engine engine(std::move(o));
  engine.host_session().call(organisations::create, {.name = "Agence", .admin_email = "a@b.ma"});
  clock->fails = true;
  engine.start_workers(1);
  CHECK(wait_for([&] { return told() >= 2; }));
  clock->fails = false;
  engine.stop_workers();
  for (const std::string& line : lines) {
    CHECK(line == "a worker could not pump: internal");
  }
  // Ten a second would fill a log: the waits grow.
  CHECK(lines.size() < 10);
  CHECK_NOTHROW(engine.pump());
}

TEST_CASE("a child after fork leaves the parent's workers and store alone", "[engine][threads]") {
  const TemporaryFolder folder;
  auto engine = std::make_unique<Engine>(options_of(GENERATE(as<std::string>{}, "memory", "sqlite"), folder));
  const auto another = [&] {
    return engine->host_session().call(organisations::create, {.name = "Agence", .admin_email = "a@b.ma"});
  };
  another();
  engine->start_workers(2);
  // At once, when they start, and later, when they wait: a lock or a waiter that the child inherits ends for
  // nobody.
  for (const int rest_ms : {0, 1, 60}) {
    std::this_thread::sleep_for(std::chrono::milliseconds(rest_ms));
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::alarm(20);
      engine.reset();
      ::_exit(7);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 7);
    CHECK_NOTHROW(another());
  }
  engine->stop_workers();
  CHECK(engine->check().ok());
}

TEST_CASE("workers run due work until they are stopped", "[engine][threads]") {
  const TemporaryFolder folder;
  Options o = options_of(GENERATE(as<std::string>{}, "memory", "sqlite"), folder);
  const auto clock = std::static_pointer_cast<FakeClock>(o.clock);
  std::atomic<int> notes{0};
  o.checkpoint = [&](const std::string&) { ++notes; };
  Engine engine(std::move(o));
  for (int i = 0; i < 3; ++i)
    engine.host_session().call(organisations::create, {.name = "Agence", .admin_email = "a@b.ma"});
  engine.start_workers(2);
  CHECK(notes == 0);
  clock->advance(2 * micros_per_day);
  CHECK(wait_for([&] { return notes == 3; }));
  clock->advance(2 * micros_per_day);
  CHECK(wait_for([&] { return notes == 6; }));
  engine.stop_workers();
  clock->advance(2 * micros_per_day);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK(notes == 6);
  engine.stop_workers();  // nothing when none run
  // By hand again, as many jobs as were asked for.
  CHECK(engine.pump(2).done == 2);
  CHECK(notes == 8);
  CHECK(engine.pump().done == 1);
  CHECK(engine.pump().done == 0);
  CHECK(engine.check().ok());
}

TEST_CASE("what a host's checkpoint callback throws is counted; the work is done", "[engine][due]") {
  const TemporaryFolder folder;
  Options o = options_of("memory", folder);
  const auto clock = std::static_pointer_cast<FakeClock>(o.clock);
  int called = 0;
  o.checkpoint = [&](const std::string&) {
    ++called;
    throw std::runtime_error("the host's disk is full");
  };
  Engine engine(std::move(o));
  engine.host_session().call(organisations::create, {.name = "Agence", .admin_email = "a@b.ma"});
  clock->advance(2 * micros_per_day);
  const PumpResult r = engine.pump();
  CHECK(called == 1);
  CHECK(r.done == 1);
  CHECK(r.failed == 0);
  CHECK(r.next_due == clock->now() + micros_per_day);
  CHECK(engine.metrics().callbacks_failed == 1);
}

TEST_CASE("options that do not fit together are refused by name", "[engine]") {
  const TemporaryFolder folder;
  CHECK(names(error_of([] { Engine e(Options{}); }), "/store", field_code::required));
  Options beside = options_of("memory", folder);
  beside.subject_keys = SubjectKeys::beside;
  CHECK(code_of([&] { Engine e(std::move(beside)); }) == ErrorCode::not_supported);
  World w("memory");
  CHECK(code_of([&] { w.engine.session({.org = w.one.org, .kind = PrincipalKind::host}); }) ==
        ErrorCode::invalid_argument);
  // A host without users: no record says who it is.
  auto system = w.engine.session({.org = w.one.org, .kind = PrincipalKind::system});
  CHECK(code_of([&] { system.call(users::me); }) == ErrorCode::not_found);
}

TEST_CASE("a host's key store keeps the keys of the store, the persons and the checkpoints",
          "[engine][keys]") {
  const TemporaryFolder folder;
  const auto keys = std::make_shared<Keys>();
  keys->keys = {{"store", Key{1}}, {"subjects", Key{2}}, {"checkpoint", Key{3}}};
  const auto options = [&] {
    Options o = options_of("sqlite", folder);
    o.keys = keys;
    return o;
  };
  Uuid org, admin;
  {
    Engine e(options());
    CHECK(e.capabilities().encrypted);
    const auto made =
        e.host_session().call(organisations::create, {.name = "Agence", .admin_email = "a@b.ma"});
    org = made.organisation->id;
    admin = made.admin_user_id;
    CHECK(e.session({.org = org, .user = admin}).call(audit::checkpoint).is_signed);
  }
  for (const char* name : {"store", "subjects", "checkpoint"})
    CHECK(std::find(keys->asked.begin(), keys->asked.end(), name) != keys->asked.end());
  // Each is needed to open the store again, and the right one.
  for (const char* name : {"store", "subjects"}) {
    CAPTURE(name);
    const Key right = keys->keys[name];
    keys->keys[name] = Key{9};
    CHECK(code_of([&] { Engine e(options()); }) == ErrorCode::storage_wrong_key);
    keys->keys[name] = right;
  }
  Engine e(options());
  CHECK(e.session({.org = org, .user = admin}).call(users::me).email == "a@b.ma");
}

TEST_CASE("the figures of an engine are text that Prometheus reads", "[engine]") {
  World w("memory");
  auto s = w.admin();
  s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"});
  s.call(dossiers::create, {.contact_name = "B", .phone = "0612345679"});
  CHECK(code_of([&] { s.call(dossiers::create, {.contact_name = "C", .phone = "12"}); }) ==
        ErrorCode::invalid_argument);
  w.engine.subscribe("dossier.*", [](const Event&) { throw std::runtime_error("no matter"); });
  s.call(dossiers::create, {.contact_name = "D", .phone = "0612345670"});
  const std::string text = w.engine.metrics_text();
  const auto has = [&](const std::string& line) {
    return text.find("\n" + line + "\n") != std::string::npos;
  };
  CHECK(has("# TYPE atlas_calls_total counter"));
  CHECK(has(R"(atlas_calls_total{operation="dossiers.create"} 4)"));
  CHECK(has(R"(atlas_call_errors_total{operation="dossiers.create"} 1)"));
  CHECK(has("atlas_callbacks_failed_total 1"));
  CHECK(has("atlas_refusals_total 0"));
  // Operations that nobody called are left out.
  CHECK(text.find("dossiers.archive") == std::string::npos);
}

TEST_CASE("an engine does not survive fork, and says so in the child", "[engine]") {
  World w("memory");
  auto s = w.admin();
  const pid_t child = ::fork();
  if (child == 0) {
    const bool refused = code_of([&] { w.engine.organisations(); }) == ErrorCode::misuse &&
                         code_of([&] { w.engine.host_session(); }) == ErrorCode::misuse &&
                         code_of([&] { w.engine.pump(); }) == ErrorCode::misuse &&
                         code_of([&] { s.call(users::me); }) == ErrorCode::misuse;
    ::_exit(refused ? 0 : 1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK_NOTHROW(s.call(users::me));
}
