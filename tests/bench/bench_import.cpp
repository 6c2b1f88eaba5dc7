// Importing leads from a CSV file (read, mapped, checked, met, audited, noted) against a hand-written C
// program (baseline_create.c) that writes the very same rows into a copy of the same store. Processor time,
// in turns. And what the import holds in memory, by the size of the file.
//
//   bench_import [--rows N] [--size N] [--encrypted] [--million] [--no-memory] [--json]

#include <sys/wait.h>

#include <fstream>

#include "atlas/import_runner.hpp"
#include "stored_rows.hpp"

namespace {

using namespace atlas;
using namespace atlas::bench;

constexpr std::int64_t per_round = 10'000;
constexpr std::int64_t per_append = imports::max_rows_per_call;

constexpr const char* map_text = R"({"kind": "dossiers", "source": "portal", "columns": {
  "external_id": "id", "contact_name": "name", "phone": "phone", "email": "email", "city": "city",
  "budget_max": "budget"}})";

void write_file(const std::string& path, std::int64_t from, std::int64_t count) {
  std::ofstream out(path, std::ios::binary);
  out << "id,name,phone,email,city,budget\n";
  for (std::int64_t n = from; n < from + count; ++n) {
    const dossiers::Create in = lead(n);
    out << n << ',' << in.contact_name << ',' << *in.phone << ',' << *in.email << ',' << *in.city << ','
        << in.budget_max->amount / 100 << " DH\n";
  }
  if (!out) throw Error(ErrorCode::storage_io, "no room for the benchmark's file");
}

imports::RunResult import_file(Session& session, const std::string& path, const imports::ImportMap& map) {
  std::ifstream in(path, std::ios::binary);
  imports::RunOptions options;
  options.map = map;
  return imports::run_import(
      session,
      [&](std::span<char> to) {
        in.read(to.data(), static_cast<std::streamsize>(to.size()));
        return static_cast<std::size_t>(in.gcount());
      },
      options);
}

/// The rows of a round by append, in the shape that the baseline takes.
class Appends {
 public:
  explicit Appends(RowReader& reader) : head_(reader.head()) {
    for (int t = 0; t < BASELINE_TABLES; ++t) tables_[t] = reader.added(t);
    const std::size_t records = tables_[BASELINE_DOSSIER].size();
    const std::size_t count = (records + per_append - 1) / per_append;
    if (records == 0 || tables_[BASELINE_IMPORT_ROW].size() != records)
      throw Error(ErrorCode::internal, "an import wrote other rows than the benchmark knows");
    rows_.resize(count);
    for (int t = 0; t < BASELINE_TABLES; ++t) {
      // Each append gets its share of every table, in the order in which they were written.
      const std::size_t n = tables_[t].size();
      for (std::size_t i = 0; i < n; ++i) {
        const RowReader::Row& r = tables_[t][i];
        rows_[i * count / n].push_back(
            {static_cast<baseline_table>(t), static_cast<int>(r.cells.size()), r.cells.data()});
      }
    }
    for (auto& rows : rows_) {
      interleave(rows);
      appends.push_back({rows.data(), static_cast<int>(rows.size()), head_.cells[0], head_.cells[1],
                         head_.cells[2], head_.cells[3]});
      written += rows.size();
    }
  }

  std::vector<baseline_create> appends;
  std::size_t written = 0;

 private:
  /// Record by record, as the library does, rather than table by table.
  static void interleave(std::vector<baseline_row>& rows) {
    std::vector<std::vector<baseline_row>> by_table(BASELINE_TABLES);
    for (const baseline_row& r : rows) by_table[r.table].push_back(r);
    const std::size_t total = rows.size();
    rows.clear();
    std::vector<std::size_t> at(BASELINE_TABLES);
    const std::size_t records = std::max<std::size_t>(1, by_table[BASELINE_DOSSIER].size());
    const std::size_t keys = (by_table[BASELINE_MATCH_KEY].size() + records - 1) / records;
    for (std::size_t record = 0; rows.size() < total; ++record) {
      for (std::size_t t = 0; t < BASELINE_TABLES; ++t) {
        const std::size_t each = t == BASELINE_MATCH_KEY ? keys : 1;
        for (std::size_t i = 0; i < each && at[t] < by_table[t].size(); ++i)
          rows.push_back(by_table[t][at[t]++]);
      }
    }
  }

  RowReader::Row head_;
  std::vector<RowReader::Row> tables_[BASELINE_TABLES];
  std::vector<std::vector<baseline_row>> rows_;
};

void measure(Report& report, const StoreSpec& spec, std::int64_t rows) {
  const Folder folder;
  const std::string lib = folder.file("library.db"), raw = folder.file("baseline.db"),
                    file = folder.file("leads.csv");
  const Agency agency = fill(spec, lib);
  copy_files(lib, raw);
  const std::string key =
      spec.encrypted ? hex({reinterpret_cast<const char*>(raw_key.data()), raw_key.size()}) : "";
  Engine engine(options_of(spec, lib, Durability::fast));
  Session session = engine.session({.org = agency.org, .user = agency.admin});
  baseline* const base = baseline_open(raw.c_str(), key.empty() ? nullptr : key.c_str(), 0);
  if (base == nullptr) throw Error(ErrorCode::internal, "the baseline cannot open its store");
  RowReader reader(lib, key);
  const imports::ImportMap map = imports::read_import_map(map_text);
  double library = 0, baseline = 0, wall = 0;
  std::size_t written = 0;
  for (std::int64_t done = -per_round; done < rows; done += per_round) {
    write_file(file, spec.size + per_round + done, per_round);
    const double started = cpu_us(), began = wall_us();
    const auto result = import_file(session, file, map);
    const double took = cpu_us() - started, lasted = wall_us() - began;
    if (result.job.created != per_round) throw Error(ErrorCode::internal, "not every lead was created");
    const Appends appends(reader);
    const double again = cpu_us();
    for (const baseline_create& a : appends.appends) {
      if (baseline_write(base, &a, 1) != 0) throw Error(ErrorCode::internal, "the baseline cannot write");
    }
    if (done < 0) continue;  // to warm up
    baseline += cpu_us() - again;
    library += took;
    wall += lasted;
    written += appends.written;
  }
  baseline_close(base);
  const double n = static_cast<double>(rows);
  report.line(std::string(spec.encrypted ? "SQLCipher, " : "SQLite, ") + std::to_string(spec.size) + " + " +
                  std::to_string(rows) + " leads",
              {{"library_us", library / n},
               {"baseline_us", baseline / n},
               {"ratio", library / baseline},
               {"rows_per_s", n / wall * 1e6, 0},
               {"stored_rows", static_cast<double>(written) / n}});
}

double peak_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::strtod(line.c_str() + 6, nullptr) / 1024;
  return 0;
}

/// In a process of its own, as a peak never goes down.
void measure_alone(Report& report, std::int64_t rows) {
  int ends[2];
  if (::pipe(ends) != 0) throw Error(ErrorCode::internal, "no pipe for the benchmark");
  const pid_t child = ::fork();
  if (child == 0) {
    double figures[4] = {};
    try {
      const Folder folder;
      const std::string store = folder.file("store.db"), file = folder.file("leads.csv");
      const Agency agency = fill({}, store);
      write_file(file, 0, rows);
      Engine engine(options_of({}, store, Durability::fast));
      Session session = engine.session({.org = agency.org, .user = agency.admin});
      figures[0] = peak_mb();
      const double began = wall_us(), started = cpu_us();
      const auto result = import_file(session, file, imports::read_import_map(map_text));
      figures[1] = static_cast<double>(result.job.created) / (wall_us() - began) * 1e6;
      figures[2] = (cpu_us() - started) / static_cast<double>(rows);
      figures[3] = peak_mb();
    } catch (const Error& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    const bool told = ::write(ends[1], figures, sizeof figures) == sizeof figures;
    ::_exit(told ? 0 : 1);
  }
  double figures[4] = {};
  ::close(ends[1]);
  const bool told = child > 0 && ::read(ends[0], figures, sizeof figures) == sizeof figures;
  ::close(ends[0]);
  int status = 0;
  if (child > 0) ::waitpid(child, &status, 0);
  if (!told || status != 0) throw Error(ErrorCode::internal, "the import alone failed");
  report.line(std::to_string(rows) + " leads into an empty store", {{"rows_per_s", figures[1], 0},
                                                                    {"cpu_us", figures[2]},
                                                                    {"before_mb", figures[0], 1},
                                                                    {"peak_mb", figures[3], 1}});
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  Report report("import", arguments.has("--json"));
  report.title(
      "imports of leads and a C program that writes the same rows: processor time per lead, and its ratio");
  try {
    // First, while this process is small: a child begins with its memory.
    std::vector<std::int64_t> sizes{100'000, 300'000};
    if (arguments.has("--million")) sizes.push_back(1'000'000);
    if (!arguments.has("--no-memory"))
      for (const std::int64_t rows : sizes) measure_alone(report, rows);
    const StoreSpec spec{arguments.number("--size", 0), arguments.has("--encrypted"),
                         arguments.has("--search")};
    measure(report, spec, std::max(per_round, arguments.number("--rows", 100'000)));
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
