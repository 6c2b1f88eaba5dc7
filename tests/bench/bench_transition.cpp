// `dossiers.transition` against the C program of baseline_create.c, which writes the very same rows into a
// copy of the very same store: the dossier's row, the history, the timeline, the audit. Processor time, taken
// in turns; in the end both files must hold the same. And `dossiers.transitions`: what it costs to tell every
// way out of a state, without guards and with them.
//
//   bench_transition [--size N] [--rounds N] [--encrypted] [--json]

#include <cstring>
#include <memory>

#include "atlas/workflow_definitions.hpp"
#include "baseline_create.h"
#include "stored_rows.hpp"

namespace {

using namespace atlas;
using namespace atlas::bench;

constexpr int per_round = 500;

baseline_cell number_cell(std::int64_t n) { return {SQLITE_INTEGER, 0, n, nullptr}; }

/// The steps of a round, in the shape that the baseline takes.
class Steps {
 public:
  Steps(RowReader& reader, const std::vector<Dossier>& after) : head_(reader.head()), after_(after) {
    for (int t = 0; t < BASELINE_TABLES; ++t) tables_[t] = reader.added(t);
    const std::size_t n = after_.size();
    if (tables_[BASELINE_STATUS_CHANGE].size() != n || tables_[BASELINE_ACTIVITY].size() != n ||
        tables_[BASELINE_AUDIT_ENTRY].size() != n || !tables_[BASELINE_DOSSIER].empty() ||
        !tables_[BASELINE_MATCH_KEY].empty()) {
      throw Error(ErrorCode::internal, "a step wrote other rows than the benchmark knows");
    }
    std::size_t nodes = 0;
    constexpr std::int64_t node_every = 256;
    rows_.resize(n);
    steps_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      const Dossier& d = after_[i];
      steps_[i] = {{SQLITE_BLOB, 16, 0, reinterpret_cast<const char*>(d.id.bytes.data())},
                   number_cell(d.version),
                   number_cell(d.updated_at.micros),
                   {SQLITE_TEXT, static_cast<int>(d.status_code.size()), 0, d.status_code.data()},
                   number_cell(d.last_activity_at.micros)};
      add(i, BASELINE_STATUS_CHANGE, i);
      add(i, BASELINE_ACTIVITY, i);
      add(i, BASELINE_AUDIT_ENTRY, i);
      const baseline_cell seq = tables_[BASELINE_AUDIT_ENTRY][i].cells[1];
      for (std::int64_t m = node_every; seq.number % m == 0; m *= node_every)
        add(i, BASELINE_MERKLE_NODE, nodes++);
      all.push_back({rows_[i].data(), static_cast<int>(rows_[i].size()), head_.cells[0], seq, head_.cells[2],
                     head_.cells[3], &steps_[i]});
    }
  }

  std::vector<baseline_create> all;

 private:
  void add(std::size_t step, baseline_table table, std::size_t row) {
    const RowReader::Row& r = tables_[table].at(row);
    rows_[step].push_back({table, static_cast<int>(r.cells.size()), r.cells.data()});
  }

  RowReader::Row head_;
  const std::vector<Dossier>& after_;
  std::vector<RowReader::Row> tables_[BASELINE_TABLES];
  std::vector<std::vector<baseline_row>> rows_;
  std::vector<baseline_step> steps_;
};

struct Way {
  const char* name;
  bool json;
  bool batch;
  double library = 0, baseline = 0;
  std::int64_t steps = 0;
  std::vector<double> ratios;
  Latencies wall;
};

double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all.empty() ? 0 : all[all.size() / 2];
}

class Bench {
 public:
  Bench(const StoreSpec& spec, const std::string& seed, const Agency& agency, const Folder& folder)
      : lib_(folder.file("library.db")), raw_(folder.file("baseline.db")) {
    copy_files(seed, lib_);
    copy_files(seed, raw_);
    const std::string key =
        spec.encrypted ? hex({reinterpret_cast<const char*>(raw_key.data()), raw_key.size()}) : "";
    engine_.emplace(options_of(spec, lib_, Durability::fast));
    session_.emplace(engine_->session({.org = agency.org, .user = agency.admin}));
    std::optional<std::string> next;
    do {
      auto page = session_->call(dossiers::list, {.limit = 1'000, .after = next});
      for (Dossier& d : page.items) dossiers_.push_back(std::move(d));
      next = page.next;
    } while (next);
    baseline_ = baseline_open(raw_.c_str(), key.empty() ? nullptr : key.c_str(), 0);
    if (!baseline_) throw Error(ErrorCode::internal, "the baseline cannot open its store");
    reader_.emplace(lib_, key);
    raw_reader_.emplace(raw_, key);
  }
  ~Bench() { baseline_close(baseline_); }

  void round(Way& way, bool counts) {
    if (first_ + per_round > dossiers_.size()) first_ = 0;
    std::vector<std::string> texts;
    std::vector<Dossier> after;
    for (std::size_t i = first_; i < first_ + per_round; ++i) {
      texts.push_back(R"({"id":")" + format_uuid(dossiers_[i].id) + R"(","version":)" +
                      std::to_string(dossiers_[i].version) + R"(,"to":")" + next_of(dossiers_[i]) + "\"}");
    }
    Latencies unused;
    Latencies& wall = counts ? way.wall : unused;
    const double start = cpu_us();
    if (way.batch) session_->begin_batch();
    for (std::size_t i = 0; i < per_round; ++i) {
      const Dossier& d = dossiers_[first_ + i];
      const double before = wall_us();
      if (way.json)
        session_->call_json("dossiers.transition", texts[i]);
      else
        session_->call(dossiers::transition, {.id = d.id, .version = d.version, .to = next_of(d)});
      wall.add(wall_us() - before);
    }
    if (way.batch) session_->commit_batch();
    const double library = cpu_us() - start;
    for (std::size_t i = 0; i < per_round; ++i)
      after.push_back(dossiers_[first_ + i] = session_->call(dossiers::get, {dossiers_[first_ + i].id}));
    first_ += per_round;

    const Steps steps(*reader_, after);
    const double begun = cpu_us();
    const int at_once = way.batch ? per_round : 1;
    for (int i = 0; i < per_round; i += at_once) {
      if (baseline_write(baseline_, &steps.all[static_cast<std::size_t>(i)], at_once) != 0)
        throw Error(ErrorCode::internal, "the baseline cannot write");
    }
    const double baseline = cpu_us() - begun;
    compare();
    if (!counts) return;
    way.library += library;
    way.baseline += baseline;
    way.steps += per_round;
    way.ratios.push_back(library / baseline);
  }

  /// µs of processor time to tell the ways out of a state.
  double ways(std::int64_t calls) {
    const double start = cpu_us();
    std::size_t told = 0;
    for (std::int64_t i = 0; i < calls; ++i) {
      const auto n = static_cast<std::size_t>(i) % dossiers_.size();
      told += session_->call(dossiers::transitions, {.id = dossiers_[n].id}).items.size();
    }
    if (told == 0) throw Error(ErrorCode::internal, "no way out");
    return (cpu_us() - start) / static_cast<double>(calls);
  }

  Session& session() { return *session_; }
  void open_on_new_version(std::int64_t from, std::int64_t count) {
    dossiers_.clear();
    for (std::int64_t n = from; n < from + count; ++n)
      dossiers_.push_back(*session_->call(dossiers::create, lead(n)).dossier);
  }

 private:
  static std::string next_of(const Dossier& d) {
    if (d.status_code == "CRM_NEW") return "CRM_CONTACTED";
    if (d.status_code == "CRM_CONTACTED") return "CRM_QUALIFIED";
    return d.status_code == "CRM_ON_HOLD" ? "CRM_QUALIFIED" : "CRM_ON_HOLD";
  }

  /// Cell by cell: the rows that changed, and the last of those that came.
  void compare() {
    for (const char* query :
         {"SELECT hex(id) || version || status_code || updated_at || last_activity_at FROM dossier ORDER BY "
          "id",
          "SELECT hex(id) || hex(owner_id) || from_code || to_code || at FROM status_change ORDER BY id",
          "SELECT seq || hex(hash) FROM chain_head"}) {
      if (reader_->told(query) != raw_reader_->told(query))
        throw Error(ErrorCode::internal, "the baseline wrote other rows");
    }
    for (int t = 0; t < BASELINE_TABLES; ++t) raw_reader_->added(t);
  }

  std::string lib_, raw_;
  std::optional<Engine> engine_;
  std::optional<Session> session_;
  std::vector<Dossier> dossiers_;
  std::size_t first_ = 0;
  baseline* baseline_ = nullptr;
  std::optional<RowReader> reader_, raw_reader_;
};

/// The seeded workflow of leads with a guard on every way out of CRM_NEW.
void publish_guards(Session& s) {
  auto d = s.call(workflow::get, {"CRM_LEAD", std::nullopt});
  for (workflow::Transition& t : d.transitions) {
    if (t.from != "CRM_NEW") continue;
    t.guard =
        R"({"and":[{"==":[{"var":"case_type_code"},"CRM_LEAD"]},{"or":[{"!!":[{"var":"email"}]},{"!!":[{"var":"phone"}]}]},{"in":["ADMIN_ORG",{"var":"actor.roles"}]},{"<":[{"var":"created_at"},{"var":"now"}]},{"or":[{"var":"listing"},{"var":"city"}]}]})";
  }
  s.call(workflow::publish, {.definition = d, .base_version = 1});
}

void measure(Report& report, const StoreSpec& spec, std::int64_t rounds) {
  const Folder folder;
  const std::string seed = folder.file("seed.db");
  const Agency agency = fill(spec, seed);
  std::vector<Way> all{{"one per transaction, C++", false, false},
                       {"one per transaction, JSON", true, false},
                       {"batches of 500, C++", false, true},
                       {"batches of 500, JSON", true, true}};
  Bench bench(spec, seed, agency, folder);
  for (std::int64_t i = -1; i < rounds; ++i)
    for (Way& way : all) bench.round(way, i >= 0);
  const std::string place =
      std::string(spec.encrypted ? "SQLCipher" : "SQLite") + ", " + std::to_string(spec.size) + ": ";
  for (Way& way : all) {
    const double n = static_cast<double>(way.steps);
    report.line(place + way.name, {{"library_us", way.library / n},
                                   {"baseline_us", way.baseline / n},
                                   {"ratio", way.library / way.baseline},
                                   {"median", median(way.ratios)},
                                   {"p50_us", way.wall.at(0.5), 0},
                                   {"p99_us", way.wall.at(0.99), 0}});
  }
  constexpr std::int64_t calls = 5'000;
  bench.ways(calls / 10);
  report.line(place + "transitions, no guards", {{"us", bench.ways(calls)}});
  publish_guards(bench.session());
  bench.open_on_new_version(spec.size, 500);
  bench.ways(calls / 10);
  report.line(place + "transitions, each with a guard of six facts", {{"us", bench.ways(calls)}});
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  Report report("transition", arguments.has("--json"));
  report.title(
      "dossiers.transition and a C program that writes the same rows: processor time per step, and its "
      "ratio");
  try {
    measure(report, {arguments.number("--size", 10'000), arguments.has("--encrypted")},
            std::max<std::int64_t>(1, arguments.number("--rounds", 5)));
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.to_json().c_str());
    return 1;
  }
  return 0;
}
