// What C costs over C++: the same calls on the same engine, as plain structs, through JSON, and through
// atlas_call. The three take turns in one run; a figure is the median of the rounds, in processor time. The
// last column is what the C boundary itself adds to a call through JSON: target ≤ 2 µs. Ends with 1 beyond
// it.
//
//   bench_capi [--json] [--calls N]

#include <functional>

#include "atlas.h"
#include "bench_common.hpp"
#include "handles.hpp"

namespace {

using namespace atlas;
using namespace atlas::bench;

constexpr int rounds = 15;
constexpr double target_us = 2.0;

void must(atlas_status status) {
  if (status != ATLAS_OK) throw Error(static_cast<ErrorCode>(status), "a call of the benchmark failed");
}

/// Processor time of one call, in µs.
double measure(std::int64_t calls, const std::function<void()>& call) {
  const double before = cpu_us();
  for (std::int64_t i = 0; i < calls; ++i) call();
  return (cpu_us() - before) / static_cast<double>(calls);
}

struct Ways {
  const char* name;
  std::function<void()> plain, json, c;
  std::int64_t divisor = 1;  ///< A dear call is made less often.
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Arguments arguments(argc, argv);
    const std::int64_t calls = arguments.number("--calls", 4'000);
    Report report("capi", arguments.has("--json"));

    atlas_options* options = nullptr;
    atlas_engine* handle = nullptr;
    must(atlas_options_new(&options, nullptr));
    must(atlas_options_set_store(options, ":memory:", ATLAS_NUL, nullptr));
    must(atlas_open(options, &handle, nullptr));
    atlas_options_free(options);
    Engine& engine = *handle->state->engine;
    const auto created = engine.host_session().call(
        organisations::create,
        {.name = "Agence", .default_country = "MA", .admin_email = "admin@example.ma"});
    const std::string org = format_uuid(created.organisation->id), user = format_uuid(created.admin_user_id);
    {
      Session session = engine.session({.org = created.organisation->id, .user = created.admin_user_id});
      atlas_session* c_session = nullptr;
      must(atlas_session_open(handle, ATLAS_PRINCIPAL_USER, org.c_str(), ATLAS_NUL, user.c_str(), ATLAS_NUL,
                              nullptr, 0, &c_session, nullptr));
      const Uuid id = session.call(dossiers::create, lead(1)).dossier->id;
      const std::string params = R"({"id":")" + format_uuid(id) + R"("})";
      std::int64_t next = 2;
      const auto c_call = [&](const char* operation, const std::string& text) {
        atlas_buffer* result = nullptr;
        must(atlas_call(c_session, operation, ATLAS_NUL, text.data(), text.size(), &result, nullptr));
        atlas_buffer_free(result);
      };
      const std::vector<Ways> all{
          {"organisations.get", [&] { session.call(organisations::get); },
           [&] { session.call_json("organisations.get", "{}"); }, [&] { c_call("organisations.get", "{}"); }},
          {"dossiers.get", [&] { session.call(dossiers::get, {.id = id}); },
           [&] { session.call_json("dossiers.get", params); }, [&] { c_call("dossiers.get", params); }},
          {"dossiers.create", [&] { session.call(dossiers::create, lead(next++)); },
           [&] { session.call_json("dossiers.create", lead_json(next++)); },
           [&] { c_call("dossiers.create", lead_json(next++)); }, 10},
      };
      bool within = true;
      report.title("One call on a store in memory, µs of processor time, median of " +
                   std::to_string(rounds) + " rounds");
      for (const Ways& ways : all) {
        const std::int64_t n = std::max<std::int64_t>(calls / ways.divisor, 50);
        std::vector<double> plain, json, c, over;
        for (int round = 0; round < rounds; ++round) {
          plain.push_back(measure(n, ways.plain));
          json.push_back(measure(n, ways.json));
          c.push_back(measure(n, ways.c));
          over.push_back(c.back() - json.back());
        }
        report.line(ways.name, {{"C++", median(plain)},
                                {"JSON", median(json)},
                                {"C", median(c)},
                                {"C / JSON", median(c) / median(json)},
                                {"C - JSON", median(over)}});
        within = within && median(over) <= target_us;
      }
      must(atlas_session_close(c_session, nullptr));
      if (!within)
        report.title("More than " + std::to_string(target_us) + " µs: the C boundary has become dear.");
      must(atlas_close(handle, nullptr));
      return within ? 0 : 1;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
