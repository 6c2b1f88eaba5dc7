// `dossiers.create` against a hand-written C program (baseline_create.c) that writes the very same rows into
// a copy of the very same store: same size, same SQLite, same settings. Processor time, taken in turns. Each
// round the library goes first; the rows that it wrote are read back and given to the baseline, and in the
// end both files must hold the same.
//
//   bench_create [--size N] [--million] [--rounds N] [--way 1..4] [--plain | --encrypted] [--durable]
//   [--search] [--json]

#include <cstring>
#include <functional>
#include <memory>

#include "baseline_create.h"
#include "stored_rows.hpp"

namespace {

using namespace atlas;
using namespace atlas::bench;

constexpr int per_round = 1'000;

std::string key_text(bool encrypted) {
  return encrypted ? hex({reinterpret_cast<const char*>(raw_key.data()), raw_key.size()}) : "";
}

/// The rows of a round, in the shape that the baseline takes.
class Creates {
 public:
  explicit Creates(RowReader& reader) : head_(reader.head()) {
    for (int t = 0; t < BASELINE_TABLES; ++t) tables_[t] = reader.added(t);
    const std::size_t n = tables_[BASELINE_DOSSIER].size();
    if (tables_[BASELINE_ACTIVITY].size() != n || tables_[BASELINE_AUDIT_ENTRY].size() != n)
      throw Error(ErrorCode::internal, "a create wrote other rows than the benchmark knows");
    std::size_t nodes = 0, keys = 0;
    constexpr std::int64_t node_every = 256;
    rows_.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      add(i, BASELINE_DOSSIER, i);
      while (keys < tables_[BASELINE_MATCH_KEY].size() && is_key_of(keys, i))
        add(i, BASELINE_MATCH_KEY, keys++);
      add(i, BASELINE_ACTIVITY, i);
      add(i, BASELINE_AUDIT_ENTRY, i);
      const baseline_cell seq = tables_[BASELINE_AUDIT_ENTRY][i].cells[1];
      for (std::int64_t m = node_every; seq.number % m == 0; m *= node_every)
        add(i, BASELINE_MERKLE_NODE, nodes++);
      creates.push_back({rows_[i].data(), static_cast<int>(rows_[i].size()), head_.cells[0], seq,
                         head_.cells[2], head_.cells[3], nullptr});
    }
    if (keys != tables_[BASELINE_MATCH_KEY].size() || keys < 2 * n)
      throw Error(ErrorCode::internal, "there are other keys than those of the dossiers");
    if (nodes != tables_[BASELINE_MERKLE_NODE].size())
      throw Error(ErrorCode::internal, "the audit's tree has other nodes");
  }

  std::vector<baseline_create> creates;

 private:
  void add(std::size_t create, baseline_table table, std::size_t row) {
    const RowReader::Row& r = tables_[table].at(row);
    rows_[create].push_back({table, static_cast<int>(r.cells.size()), r.cells.data()});
  }

  /// A key ends with the id of its record; a record begins with its organisation and its id.
  bool is_key_of(std::size_t key, std::size_t dossier) const {
    const baseline_cell& of = tables_[BASELINE_MATCH_KEY][key].cells.back();
    const baseline_cell& id = tables_[BASELINE_DOSSIER][dossier].cells[1];
    return of.size == id.size && std::memcmp(of.bytes, id.bytes, static_cast<std::size_t>(id.size)) == 0;
  }

  RowReader::Row head_;
  std::vector<RowReader::Row> tables_[BASELINE_TABLES];
  std::vector<std::vector<baseline_row>> rows_;
};

/// One way of calling, measured against its twin.
struct Way {
  const char* name;
  bool json;
  bool batch;
  double library = 0, baseline = 0;  ///< µs of processor time
  std::vector<double> ratios;        ///< by round
  Latencies library_wall, baseline_wall;
};

class Bench {
 public:
  Bench(const StoreSpec& spec, Durability durability, const std::string& seed, const Agency& agency,
        const Folder& folder)
      : spec_(spec),
        durability_(durability),
        next_(spec.size),
        lib_(folder.file("library.db")),
        raw_(folder.file("baseline.db")) {
    copy_files(seed, lib_);
    copy_files(seed, raw_);
    const std::string key = key_text(spec.encrypted);
    engine_.emplace(options_of(spec, lib_, durability));
    session_.emplace(engine_->session({.org = agency.org, .user = agency.admin}));
    baseline_ =
        baseline_open(raw_.c_str(), key.empty() ? nullptr : key.c_str(), durability == Durability::durable);
    if (baseline_ == nullptr) throw Error(ErrorCode::internal, "the baseline cannot open its store");
    reader_.emplace(lib_, key);
    raw_reader_.emplace(raw_, key);
  }
  ~Bench() {
    baseline_close(baseline_);
    reader_.reset();
    raw_reader_.reset();
    session_.reset();
    engine_.reset();
    for (const std::string& path : {lib_, raw_}) {
      for (const char* suffix : {"", "-wal", "-shm", ".keys"}) std::filesystem::remove(path + suffix);
    }
  }

  void round(Way& way, bool counts) {
    std::vector<dossiers::Create> inputs;
    std::vector<std::string> texts;
    for (int i = 0; i < per_round; ++i, ++next_) {
      if (way.json)
        texts.push_back(lead_json(next_));
      else
        inputs.push_back(lead(next_));
    }
    Latencies unused;
    const auto call = [&](std::size_t i) {
      if (way.json)
        session_->call_json("dossiers.create", texts[i]);
      else
        session_->call(dossiers::create, inputs[i]);
    };
    const double library = timed(way.batch, counts ? way.library_wall : unused, call, [&](auto&& all) {
      session_->begin_batch();
      all();
      session_->commit_batch();
    });
    const Creates rows(*reader_);
    const auto write = [&](std::size_t first, int count) {
      if (baseline_write(baseline_, &rows.creates[first], count) != 0)
        throw Error(ErrorCode::internal, "the baseline cannot write");
    };
    const double baseline = timed(
        way.batch, counts ? way.baseline_wall : unused,
        [&](std::size_t i) {
          if (!way.batch) write(i, 1);
        },
        [&](auto&&) { write(0, per_round); });
    compare(rows);
    if (!counts) return;
    way.library += library;
    way.baseline += baseline;
    way.ratios.push_back(library / baseline);
  }

 private:
  template <class One, class Around>
  static double timed(bool batch, Latencies& wall, One&& one, Around&& around) {
    const double start = cpu_us();
    if (batch) {
      around([&] {
        for (std::size_t i = 0; i < per_round; ++i) one(i);
      });
    } else {
      double before = wall_us();
      for (std::size_t i = 0; i < per_round; ++i) {
        one(i);
        const double now = wall_us();
        wall.add(now - before);
        before = now;
      }
    }
    return cpu_us() - start;
  }

  // The baseline's file must now hold the same new rows, cell by cell.
  void compare(const Creates& rows) {
    const Creates written(*raw_reader_);
    if (written.creates.size() != rows.creates.size())
      throw Error(ErrorCode::internal, "the baseline wrote other rows");
    for (std::size_t i = 0; i < rows.creates.size(); ++i) {
      const baseline_create &a = rows.creates[i], &b = written.creates[i];
      for (int r = 0; r < a.count; ++r) {
        if (!same(a.rows[r], b.rows[r])) throw Error(ErrorCode::internal, "the baseline wrote other rows");
      }
    }
  }
  static bool same(const baseline_row& a, const baseline_row& b) {
    if (a.table != b.table || a.count != b.count) return false;
    for (int i = 0; i < a.count; ++i) {
      const baseline_cell &x = a.cells[i], &y = b.cells[i];
      if (x.type != y.type || x.number != y.number || x.size != y.size ||
          (x.size > 0 && std::memcmp(x.bytes, y.bytes, static_cast<std::size_t>(x.size)) != 0))
        return false;
    }
    return true;
  }

  StoreSpec spec_;
  Durability durability_;
  std::int64_t next_;
  std::string lib_, raw_;
  std::optional<Engine> engine_;
  std::optional<Session> session_;
  baseline* baseline_ = nullptr;
  std::optional<RowReader> reader_, raw_reader_;
};

double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all.empty() ? 0 : all[all.size() / 2];
}

void measure(Report& report, const StoreSpec& spec, Durability durability, std::int64_t rounds,
             std::int64_t only) {
  const Folder folder;
  const std::string seed = folder.file("seed.db");
  const Agency agency = fill(spec, seed);
  std::vector<Way> ways{{"one per transaction, C++", false, false},
                        {"one per transaction, JSON", true, false},
                        {"batches of 1000, C++", false, true},
                        {"batches of 1000, JSON", true, true}};
  if (only > 0) ways = {ways.at(static_cast<std::size_t>(only - 1))};
  Bench bench(spec, durability, seed, agency, folder);
  for (std::int64_t i = -1; i < rounds; ++i) {
    for (Way& way : ways) bench.round(way, i >= 0);
  }
  const std::string place = std::string(spec.encrypted ? "SQLCipher" : "SQLite") + ", " +
                            std::to_string(spec.size) + ", " +
                            (durability == Durability::durable ? "durable: " : "fast: ");
  for (Way& way : ways) {
    const double n = static_cast<double>(rounds * per_round);
    std::vector<Report::Figure> figures{{"library_us", way.library / n},
                                        {"baseline_us", way.baseline / n},
                                        {"ratio", way.library / way.baseline},
                                        {"median", median(way.ratios)}};
    if (!way.batch) {
      for (const auto& [name, share] :
           {std::pair{"p50_us", 0.5}, std::pair{"p99_us", 0.99}, std::pair{"p99.9_us", 0.999}}) {
        figures.push_back({name, way.library_wall.at(share), 0});
      }
      for (const auto& [name, share] : {std::pair{"base_p50_us", 0.5}, std::pair{"base_p99_us", 0.99},
                                        std::pair{"base_p99.9_us", 0.999}}) {
        figures.push_back({name, way.baseline_wall.at(share), 0});
      }
    }
    report.line(place + way.name, figures);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  std::vector<std::int64_t> sizes{10'000, 100'000};
  if (arguments.has("--million")) sizes.push_back(1'000'000);
  if (arguments.has("--size")) sizes = {arguments.number("--size", 10'000)};
  const std::int64_t rounds = std::max<std::int64_t>(1, arguments.number("--rounds", 8));
  Report report("create", arguments.has("--json"));
  report.title(
      "dossiers.create and a C program that writes the same rows: processor time per create, and its ratio");
  try {
    for (const bool encrypted : {false, true}) {
      if (arguments.has(encrypted ? "--plain" : "--encrypted")) continue;
      for (const std::int64_t size : sizes) {
        measure(report, {size, encrypted, arguments.has("--search")},
                arguments.has("--durable") ? Durability::durable : Durability::fast, rounds,
                std::min<std::int64_t>(4, arguments.number("--way", 0)));
      }
    }
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
