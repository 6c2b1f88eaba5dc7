// The simulation's program. The same seed gives the same world, step by step.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <string>

#include "simulation.hpp"

namespace {

using namespace atlas::simulation;

struct Arguments {
  std::uint64_t seeds = 200, first = 1, steps = 500;
  std::string profile = "all";
  bool verbose = false, twice = false;
};

int usage() {
  std::fprintf(stderr,
               "simulation [--seeds N] [--first-seed N] [--steps N] [--profile store|sqlite|all] [--twice] "
               "[--verbose]\n"
               "  store   hosts over one store in memory\n"
               "  sqlite  hosts over one SQLite file\n"
               "  all     every seed in memory, and one in twenty over SQLite as well\n"
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
  return a.profile == "store" || a.profile == "sqlite" || a.profile == "all";
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

/// One seed. False when a judge was not content, which is told.
bool run_seed(const Arguments& a, std::uint64_t seed, bool sqlite, Summary& out) {
  const Directory directory;
  Settings settings;
  settings.seed = seed;
  settings.steps = a.steps;
  if (sqlite) settings.sqlite_directory = directory.path();
  if (a.verbose) settings.show = [](const std::string& line) { std::printf("%s\n", line.c_str()); };
  Simulation simulation(std::move(settings));
  std::string judge, what;
  try {
    out = simulation.run();
    return true;
  } catch (const Failure& f) {
    judge = f.judge;
    what = f.what;
  } catch (const std::exception& e) {
    judge = "answers";
    what = std::string("an exception left the library: ") + e.what();
  }
  std::printf("FAILED: seed %llu, step %llu, judge %s\n%s\nThe last steps:\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(simulation.step()),
              judge.c_str(), what.c_str());
  for (const std::string& line : simulation.last_steps()) std::printf("  %s\n", line.c_str());
  std::printf("Again: make sim SEEDS=1 SEED=%llu PROFILE=%s\n", static_cast<unsigned long long>(seed),
              sqlite ? "sqlite" : "store");
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments a;
  if (!parse(argc, argv, a)) return usage();
  const std::clock_t started = std::clock();
  std::uint64_t failed = 0, worlds = 0;
  Summary all;
  for (std::uint64_t i = 0; i < a.seeds; ++i) {
    const std::uint64_t seed = a.first + i;
    for (const bool sqlite : {false, true}) {
      if (sqlite ? a.profile == "store" || (a.profile == "all" && i % 20 != 0) : a.profile == "sqlite")
        continue;
      Summary s, again;
      ++worlds;
      bool good = run_seed(a, seed, sqlite, s);
      if (good && a.twice) {
        good = run_seed(a, seed, sqlite, again);
        if (good && again.trace_hash != s.trace_hash) {
          std::printf("FAILED: seed %llu gave two traces\n", static_cast<unsigned long long>(seed));
          good = false;
        }
      }
      if (a.verbose && good)
        std::printf("seed %llu trace %s\n", static_cast<unsigned long long>(seed), s.trace_hash.c_str());
      failed += good ? 0 : 1;
      all.steps += s.steps, all.calls += s.calls, all.answers += s.answers, all.crashes += s.crashes,
          all.unknown += s.unknown;
      all.faults += s.faults, all.replays += s.replays, all.meetings += s.meetings, all.batches += s.batches;
    }
    if (failed >= 5) break;
  }
  const double seconds = static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC;
  const auto n = [](std::uint64_t x) { return static_cast<unsigned long long>(x); };
  std::printf(
      "%llu worlds, %llu steps, %llu calls (%llu answered), %llu faults, %llu crashes, %llu outcomes "
      "unknown, %llu replays, "
      "%llu meetings, %llu batches; %.1f s of processor time, %.0f ms a world; %llu failed\n",
      n(worlds), n(all.steps), n(all.calls), n(all.answers), n(all.faults), n(all.crashes), n(all.unknown),
      n(all.replays), n(all.meetings), n(all.batches), seconds,
      1000 * seconds / static_cast<double>(worlds == 0 ? 1 : worlds), n(failed));
  return failed == 0 ? 0 : 1;
}
