// Do the judges bite? Every sabotage must be found within a few seeds, by a judge who is there for it; the
// same worlds without sabotage must pass.

#include <cstdio>
#include <cstring>
#include <string>

#include "sabotage.hpp"
#include "simulation.hpp"

namespace {

using namespace atlas::simulation;

constexpr std::uint64_t seeds = 40;
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

/// The first failure within the seeds, if any.
Finding hunt(const Sabotage* sabotage, std::uint64_t of) {
  for (std::uint64_t seed = 1; seed <= of; ++seed) {
    Settings settings;
    settings.seed = seed;
    settings.steps = steps;
    if (sabotage != nullptr) {
      settings.disk_faults = sabotage->disk;
      settings.spoil = spoiler(sabotage->store);
    }
    Simulation simulation(std::move(settings));
    try {
      simulation.run();
    } catch (const Failure& f) {
      return {f.judge, f.what, seed, simulation.step()};
    } catch (const std::exception& e) {
      return {"answers", e.what(), seed, simulation.step()};
    }
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const bool verbose = argc > 1 && std::strcmp(argv[1], "--verbose") == 0;
  int bad = 0;
  const Finding sound = hunt(nullptr, 10);
  if (!sound.judge.empty()) {
    std::printf("FAILED: judge %s is not content with a sound store (seed %llu): %s\n", sound.judge.c_str(),
                static_cast<unsigned long long>(sound.seed), sound.what.c_str());
    ++bad;
  }
  for (const Sabotage& s : sabotages()) {
    const Finding f = hunt(&s, seeds);
    const bool caught = names(s.judges, f.judge.empty() ? "nobody" : f.judge);
    if (!caught) ++bad;
    if (!caught || verbose) {
      std::printf("%s: %.*s: judge %s, seed %llu, step %llu\n", caught ? "caught" : "NOT CAUGHT",
                  static_cast<int>(s.what.size()), s.what.data(),
                  f.judge.empty() ? "nobody" : f.judge.c_str(), static_cast<unsigned long long>(f.seed),
                  static_cast<unsigned long long>(f.step));
    }
    if (!caught && !f.judge.empty()) std::printf("  %s\n", f.what.c_str());
  }
  std::printf("%zu sabotages, %d not caught\n", sabotages().size(), bad);
  return bad == 0 ? 0 : 1;
}
