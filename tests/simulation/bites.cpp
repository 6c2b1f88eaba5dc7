// Do the judges bite? Every sabotage must be found within a few seeds, by a judge who is there for it; the
// same worlds without sabotage must pass.

#include <cstdio>
#include <cstring>
#include <string>

#include "outbox/sabotage.hpp"
#include "store/sabotage.hpp"
#include "store/simulation.hpp"

namespace {

using namespace atlas::simulation;

constexpr std::uint64_t seeds = 100;
constexpr std::uint64_t sound_seeds = 10;
constexpr std::uint64_t steps = 400;

bool names(std::string_view list, std::string_view judge) {
  for (std::size_t at = list.find(judge); at != std::string_view::npos; at = list.find(judge, at + 1)) {
    const std::size_t end = at + judge.size();
    if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' ')) return true;
  }
  return false;
}

struct Finding {
  std::string judge, what;
  std::uint64_t seed = 0, step = 0;
};

/// What the judges say of one world; no judge when they are content.
template <class World>
Finding judged(World& world, std::uint64_t seed) {
  try {
    world.run();
  } catch (const Failure& f) {
    return {f.judge, f.what, seed, world.step()};
  } catch (const std::exception& e) {
    return {"answers", e.what(), seed, world.step()};
  }
  return {};
}

Finding run(const Sabotage* sabotage, std::uint64_t seed) {
  Settings settings;
  settings.seed = seed;
  settings.steps = steps;
  if (sabotage != nullptr) {
    settings.disk_faults = sabotage->disk;
    settings.spoil = spoiler(sabotage->store);
  }
  Simulation simulation(std::move(settings));
  return judged(simulation, seed);
}

Finding run(const post::Sabotage* sabotage, std::uint64_t seed) {
  post::Settings settings;
  settings.seed = seed;
  if (sabotage != nullptr) {
    settings.forgetful_tokens = sabotage->forgetful_tokens;
    settings.lying_findings = sabotage->lying_findings;
    settings.leases_by_hosts = sabotage->leases_by_hosts;
    settings.spoil = post::spoiler(sabotage->store);
  }
  post::World world(std::move(settings));
  return judged(world, seed);
}

/// True when a judge who is there for it finds the sabotage.
template <class S>
bool is_found(const S& sabotage, bool verbose) {
  const auto tell = [&](const char* verdict, const Finding& f) {
    std::printf("%s: %.*s: judge %s, seed %llu, step %llu\n", verdict, static_cast<int>(sabotage.what.size()),
                sabotage.what.data(), f.judge.empty() ? "nobody" : f.judge.c_str(),
                static_cast<unsigned long long>(f.seed), static_cast<unsigned long long>(f.step));
  };
  Finding last;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    Finding f = run(&sabotage, seed);
    if (f.judge.empty()) continue;
    if (names(sabotage.judges, f.judge)) {
      if (verbose) tell("found", f);
      return true;
    }
    last = std::move(f);
  }
  tell("NOT FOUND", last);
  if (!last.judge.empty()) std::printf("  %s\n", last.what.c_str());
  return false;
}

/// The profile's worlds without sabotage must pass, those with one must not. Returns the failures.
template <class S>
int judge_profile(const char* profile, std::span<const S> all, bool verbose) {
  int bad = 0;
  for (std::uint64_t seed = 1; seed <= sound_seeds; ++seed) {
    const Finding f = run(static_cast<const S*>(nullptr), seed);
    if (f.judge.empty()) continue;
    std::printf("FAILED: judge %s is not content with a sound store (seed %llu): %s\n", f.judge.c_str(),
                static_cast<unsigned long long>(seed), f.what.c_str());
    ++bad;
  }
  for (const S& s : all) bad += is_found(s, verbose) ? 0 : 1;
  std::printf("%s: %zu sabotages, %d failures\n", profile, all.size(), bad);
  return bad;
}

}  // namespace

int main(int argc, char** argv) {
  const bool verbose = argc > 1 && std::strcmp(argv[1], "--verbose") == 0;
  const int bad =
      judge_profile("store", sabotages(), verbose) + judge_profile("outbox", post::sabotages(), verbose);
  return bad == 0 ? 0 : 1;
}
