// The simulation's program. The same seed gives the same world, step by step.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "outbox/world.hpp"
#include "store/simulation.hpp"

namespace {

using namespace atlas::simulation;

struct Arguments {
  std::uint64_t seeds = 200, first = 1, steps = 0;  ///< 0: as many as the profile's worlds have
  std::string profile = "all";
  bool verbose = false, twice = false;
};

int usage() {
  std::fprintf(
      stderr,
      "simulation [--seeds N] [--first-seed N] [--steps N] [--profile store|sqlite|outbox|all] [--twice] "
      "[--verbose]\n"
      "  store   hosts over one store in memory\n"
      "  sqlite  hosts over one SQLite file\n"
      "  outbox  hosts that send messages, and providers and people who answer\n"
      "  all     every seed in memory and with messages, and one in twenty over SQLite as well\n"
      "  --twice run each seed twice and compare the traces\n");
  return 2;
}

bool parse(int argc, char** argv, Arguments& a) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto number = [&](std::uint64_t& out) {
      if (i + 1 == argc) return false;
      char* end = nullptr;
      out = std::strtoull(argv[++i], &end, 10);
      return *end == '\0' && end != argv[i];
    };
    if (name == "--seeds"        ? !number(a.seeds)
        : name == "--first-seed" ? !number(a.first)
        : name == "--steps"      ? !number(a.steps)
                                 : false)
      return false;
    if (name == "--seeds" || name == "--first-seed" || name == "--steps") continue;
    if (name == "--verbose")
      a.verbose = true;
    else if (name == "--twice")
      a.twice = true;
    else if (name == "--profile" && i + 1 < argc)
      a.profile = argv[++i];
    else
      return false;
  }
  return a.profile == "store" || a.profile == "sqlite" || a.profile == "outbox" || a.profile == "all";
}

/// An empty directory that goes away.
class Directory {
 public:
  Directory() {
    std::string name = (std::filesystem::temp_directory_path() / "atlas-simulation-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~Directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// What is printed of worlds, added up.
struct Totals {
  std::uint64_t worlds = 0, failed = 0;
  std::clock_t spent = 0;
  std::vector<std::pair<const char*, std::uint64_t>> counts;

  void add(const char* name, std::uint64_t n) {
    for (auto& [known, sum] : counts) {
      if (std::strcmp(known, name) != 0) continue;
      sum += n;
      return;
    }
    counts.emplace_back(name, n);
  }
  void print(const char* profile) const {
    if (worlds == 0) return;
    std::printf("%s: %llu worlds", profile, static_cast<unsigned long long>(worlds));
    for (const auto& [name, sum] : counts)
      std::printf(", %llu %s", static_cast<unsigned long long>(sum), name);
    const double seconds = static_cast<double>(spent) / CLOCKS_PER_SEC;
    std::printf("; %.1f s of processor time, %.0f ms a world; %llu failed\n", seconds,
                1000 * seconds / static_cast<double>(worlds), static_cast<unsigned long long>(failed));
  }
};

void add(Totals& t, const Summary& s) {
  t.add("steps", s.steps), t.add("calls", s.calls), t.add("answered", s.answers), t.add("faults", s.faults);
  t.add("crashes", s.crashes), t.add("outcomes unknown", s.unknown), t.add("replays", s.replays);
  t.add("meetings", s.meetings), t.add("batches", s.batches);
}

void add(Totals& t, const post::Summary& s) {
  t.add("steps", s.steps), t.add("calls", s.calls), t.add("answered", s.answers), t.add("faults", s.faults);
  t.add("crashes", s.crashes), t.add("outcomes unknown", s.unknown), t.add("messages", s.messages);
  t.add("handed over", s.handed), t.add("left uncertain", s.uncertain), t.add("stopped", s.blocked);
  t.add("webhooks", s.webhooks);
}

/// One world. False when a judge was not content, which is told.
template <class World, class Result>
bool run_world(World& world, std::uint64_t seed, const char* profile, Result& out) {
  std::string judge, what;
  try {
    out = world.run();
    return true;
  } catch (const Failure& f) {
    judge = f.judge;
    what = f.what;
  } catch (const std::exception& e) {
    judge = "answers";
    what = std::string("an exception left the library: ") + e.what();
  }
  std::printf("FAILED: seed %llu, step %llu, judge %s\n%s\nThe last steps:\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(world.step()),
              judge.c_str(), what.c_str());
  for (const std::string& line : world.last_steps()) std::printf("  %s\n", line.c_str());
  std::printf("Again: make sim SEEDS=1 SEED=%llu PROFILE=%s\n", static_cast<unsigned long long>(seed),
              profile);
  return false;
}

template <class Settings>
Settings settings_of(const Arguments& a, std::uint64_t seed) {
  Settings settings;
  settings.seed = seed;
  if (a.steps > 0) settings.steps = a.steps;
  if (a.verbose) settings.show = [](const std::string& line) { std::printf("%s\n", line.c_str()); };
  return settings;
}

/// One seed in one profile.
bool run_seed(const Arguments& a, std::uint64_t seed, const std::string& profile, Summary& out) {
  const Directory directory;
  Settings settings = settings_of<Settings>(a, seed);
  if (profile == "sqlite") settings.sqlite_directory = directory.path();
  Simulation simulation(std::move(settings));
  return run_world(simulation, seed, profile.c_str(), out);
}

bool run_seed(const Arguments& a, std::uint64_t seed, const std::string& profile, post::Summary& out) {
  post::World world(settings_of<post::Settings>(a, seed));
  return run_world(world, seed, profile.c_str(), out);
}

template <class Result>
void run(const Arguments& a, std::uint64_t seed, const std::string& profile, Totals& totals) {
  const std::clock_t started = std::clock();
  Result first, second;
  bool good = run_seed(a, seed, profile, first);
  if (good && a.twice) {
    good = run_seed(a, seed, profile, second);
    if (good && first.trace_hash != second.trace_hash) {
      std::printf("FAILED: seed %llu gave two traces\n", static_cast<unsigned long long>(seed));
      good = false;
    }
  }
  if (a.verbose && good)
    std::printf("seed %llu trace %s\n", static_cast<unsigned long long>(seed), first.trace_hash.c_str());
  ++totals.worlds;
  totals.failed += good ? 0 : 1;
  totals.spent += std::clock() - started;
  add(totals, first);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  if (!parse(argc, argv, a)) return usage();
  Totals store, sqlite, outbox;
  const auto wants = [&](const char* profile) { return a.profile == profile || a.profile == "all"; };
  const auto failed = [&] { return store.failed + sqlite.failed + outbox.failed; };
  for (std::uint64_t i = 0; i < a.seeds && failed() < 5; ++i) {
    const std::uint64_t seed = a.first + i;
    if (wants("store")) run<Summary>(a, seed, "store", store);
    if (a.profile == "sqlite" || (a.profile == "all" && i % 20 == 0)) run<Summary>(a, seed, "sqlite", sqlite);
    if (wants("outbox")) run<post::Summary>(a, seed, "outbox", outbox);
  }
  store.print("store");
  sqlite.print("sqlite");
  outbox.print("outbox");
  return failed() == 0 ? 0 : 1;
}
