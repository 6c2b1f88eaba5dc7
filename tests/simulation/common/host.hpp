#pragma once
// A host: a process that has the library open on the shared disk, and may die at any call that leaves it.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "atlas/engine.hpp"
#include "atlas/testing/faults.hpp"
#include "disk.hpp"
#include "failure.hpp"

namespace atlas::simulation {

/// How often things go wrong, in calls of a million; drawn anew for every seed.
struct Weather {
  std::uint64_t errors = 0, crashes = 0, delays = 0, jumps = 0, interleaved = 0;
  std::uint64_t commit_errors = 0, commit_crashes = 0;  ///< at commits, where it matters most
};

/// Makes a store worse on purpose; see sabotage.hpp.
using Spoiler = std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)>;

class Host;

/// What the hosts stand on.
struct Ground {
  Disk& disk;
  testing::FakeClock& clock;
  Dice& fate;
  Weather weather;
  Spoiler spoil;
  std::function<void(const std::string& note)> keep_note;
  /// By how much the clock of a host is off; nothing: not at all.
  std::function<std::int64_t(const Host& host)> skew;
  bool leases_by_hosts = false;  ///< the store has no clock of its own: for worlds that are to be found out
  /// What else a host has: transports, secrets. Called as it starts.
  std::function<void(Host& host, Options& options)> equip;
  /// Looks at what really reaches the disk, below whatever spoils it.
  std::function<std::unique_ptr<Store>(std::unique_ptr<Store>, Host& host)> watch;
};

class Host {
 public:
  Host(Ground& ground, int number, std::uint64_t seed);
  ~Host();

  /// Opens the engine. Throws Error or Crash, after which the host is down.
  void start();
  /// The process is gone: everything of it is destroyed.
  void die();
  bool up() const { return engine_.has_value(); }
  Engine& engine() { return *engine_; }
  int number() const { return number_; }

  /// The process ends inside a call of the library's to the outside: nothing of it reaches the store from
  /// here on, and whoever called it finds it dead.
  void end() { ++faults_, dead_ = true; }
  /// While set, faults happen.
  void arm(bool on) { armed_ = on; }
  /// While set, called before each transaction: a slow host, while others go on.
  void allow_pauses(std::function<void()> pause) { pause_ = std::move(pause); }
  /// A point of a port that the profile brings itself.
  void pass(std::string_view port, std::string_view call) { at({port, call, false}); }
  /// Called at points where another host may take a step; forgotten at the first commit or second
  /// transaction.
  void allow_interleaving(std::function<void()> step) { interleave_ = std::move(step), transactions_ = 0; }
  void forbid_interleaving() { interleave_ = nullptr; }
  /// Faults so far: an answer that blames the storage needs one.
  std::uint64_t faults() const { return faults_; }
  bool dead() const { return dead_; }

  /// A batch that is open over several steps.
  std::optional<Session> batch;

 private:
  class Keys;
  class OwnClock;
  void at(const testing::FaultPoint& point);
  void strike(const testing::FaultPoint& point);
  [[noreturn]] void crash();

  Ground& ground_;
  int number_;
  testing::SeededEntropy entropy_;
  testing::FaultHook hook_;
  std::shared_ptr<Clock> own_, clock_;
  std::shared_ptr<Entropy> bytes_;
  std::optional<Engine> engine_;
  std::function<void()> interleave_, pause_;
  int transactions_ = 0;
  bool armed_ = false, dead_ = false;
  std::uint64_t faults_ = 0;
};

}  // namespace atlas::simulation
