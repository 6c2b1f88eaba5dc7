// What else a host feels: opening a store with a raw key, one record, a page of a list, a timeline, the
// verification of the audit.
//
//   bench_store [--size N] [--calls N] [--plain | --encrypted] [--json]

#include "atlas/activities.hpp"
#include "atlas/audit.hpp"
#include "bench_common.hpp"

namespace {

using namespace atlas;
using namespace atlas::bench;

/// Calls `f` and tells processor time per call and wall times.
template <class F>
void measure(Report& report, const std::string& what, std::int64_t calls, F&& f) {
  for (std::int64_t i = 0; i < calls / 10 + 1; ++i) f(i);
  Latencies wall;
  const double start = cpu_us();
  for (std::int64_t i = 0; i < calls; ++i) {
    const double before = wall_us();
    f(i);
    wall.add(wall_us() - before);
  }
  const double cpu = (cpu_us() - start) / static_cast<double>(calls);
  report.line(what, {{"cpu_us", cpu, 1},
                     {"p50_us", wall.at(0.5), 1},
                     {"p99_us", wall.at(0.99), 1},
                     {"p99.9_us", wall.at(0.999), 1}});
}

void measure_store(Report& report, const StoreSpec& spec, std::int64_t calls) {
  const Folder folder;
  const std::string path = folder.file("store.db");
  const Agency agency = fill(spec, path);
  const std::string place =
      std::string(spec.encrypted ? "SQLCipher, " : "SQLite, ") + std::to_string(spec.size) + ": ";
  const auto session_of = [&](Engine& engine) {
    return engine.session({.org = agency.org, .user = agency.admin});
  };

  measure(report, place + "open and close", 50,
          [&](std::int64_t) { const Engine engine(options_of(spec, path, Durability::durable)); });

  Engine engine(options_of(spec, path, Durability::durable));
  Session s = session_of(engine);
  std::vector<Uuid> ids;
  s.each(dossiers::list, {.order = {"-created_at"}, .limit = 1'000},
         [&](Dossier&& d) { ids.push_back(d.id); });
  const auto some = [&](std::int64_t i) { return ids[static_cast<std::size_t>(i * 7'919) % ids.size()]; };

  measure(report, place + "dossiers.get, C++", calls,
          [&](std::int64_t i) { s.call(dossiers::get, {.id = some(i)}); });
  measure(report, place + "dossiers.get, JSON", calls, [&](std::int64_t i) {
    s.call_json("dossiers.get", R"({"id":")" + format_uuid(some(i)) + R"("})");
  });
  measure(report, place + "dossiers.list, newest 50, C++", calls / 10,
          [&](std::int64_t) { s.call(dossiers::list, {.limit = 50}); });
  measure(report, place + "dossiers.list, newest 50, JSON", calls / 10,
          [&](std::int64_t) { s.call_json("dossiers.list", R"({"limit":50})"); });
  measure(report, place + "dossiers.list by status, 50, C++", calls / 10, [&](std::int64_t) {
    s.call(dossiers::list, {.where = R"({"status_code":"CRM_NEW"})", .limit = 50});
  });
  measure(report, place + "activities.timeline, C++", calls,
          [&](std::int64_t i) { s.call(activities::timeline, {.dossier_id = some(i)}); });

  const double start = cpu_us();
  const audit::Verified verified = s.call(audit::verify, {});
  const double cpu = cpu_us() - start;
  if (!verified.ok) throw Error(ErrorCode::internal, "the audit does not verify");
  report.line(place + "audit.verify", {{"entries", static_cast<double>(verified.entries), 0},
                                       {"cpu_us_each", cpu / static_cast<double>(verified.entries)},
                                       {"per_second", static_cast<double>(verified.entries) / cpu * 1e6, 0}});
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  Report report("store", arguments.has("--json"));
  report.title("Opening and reading: processor time per call, and wall times");
  try {
    for (const bool encrypted : {false, true}) {
      if (arguments.has(encrypted ? "--plain" : "--encrypted")) continue;
      measure_store(report, {arguments.number("--size", 10'000), encrypted},
                    arguments.number("--calls", 5'000));
    }
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
