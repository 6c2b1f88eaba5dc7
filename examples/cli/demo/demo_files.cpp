// Files of an agency come in: their columns are guessed, every row ends as created, updated, duplicate or
// refused.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#include "atlas/csv.hpp"
#include "atlas/import_runner.hpp"
#include "atlas/listings.hpp"
#include "demo.hpp"
#include "lines.hpp"

namespace atlas::cli::demo {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t reasons_shown = 8;
constexpr std::size_t columns_shown = 5;

/// A file piece by piece.
class Bytes {
 public:
  explicit Bytes(const std::string& path) : fd_(open_to_read(path)) {}
  ~Bytes() { ::close(fd_); }
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  std::size_t operator()(std::span<char> to) const {
    for (;;) {
      const ssize_t n = ::read(fd_, to.data(), to.size());
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) throw Error(ErrorCode::storage_io, "the file cannot be read");
    }
  }

 private:
  int fd_;
};

struct Run {
  imports::RunResult result;
  std::vector<imports::GuessReason> columns;
  std::int64_t ms = 0;
};

Run import_one(Guide& guide, Session& session, const Source& source) {
  Run run;
  const Bytes bytes(source.path);
  Progress progress(guide.terminal(), source.name + ", bytes",
                    static_cast<std::int64_t>(fs::file_size(source.path)));
  imports::RunOptions options;
  options.file_name = source.name;
  options.source = source.system;
  options.progress = [&](const imports::ImportProgress& p) {
    progress.at(static_cast<std::int64_t>(p.bytes));
    guide.pulse();
  };
  options.guessed = [&](const imports::Guess& guess) { run.columns = guess.reasons; };
  const auto begin = Clock::now();
  run.result = imports::run_import(
      session, [&](std::span<char> to) { return bytes(to); }, options);
  run.ms = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
  return run;
}

Table counts_table() {
  Table table({"file", "taken for", "rows", "created", "updated", "duplicate", "refused", "a second"});
  for (std::size_t column = 2; column < 8; ++column) table.align_right(column);
  return table;
}

void count_row(Table& table, const std::string& name, const Run& run) {
  const ImportJob& job = run.result.job;
  table.row({name, job.kind, grouped(job.rows), grouped(job.created), grouped(job.updated),
             grouped(job.duplicate), grouped(job.refused),
             grouped(job.rows * 1000 / std::max<std::int64_t>(run.ms, 1))});
}

/// What the columns were taken for, those first whose names do not say it.
std::string understood(const std::vector<imports::GuessReason>& columns) {
  std::string text;
  std::size_t shown = 0;
  for (const imports::GuessReason& column : columns) {
    if (column.field.empty() || column.column == column.field || shown == columns_shown) continue;
    text += (shown++ ? ", " : "") + column.column + " → " + column.field;
  }
  return text;
}

/// Rows of a job that ended so, at most a thousand.
std::set<std::int64_t> rows_of(Session& session, const Uuid& job, const char* outcome) {
  std::set<std::int64_t> rows;
  imports::RowsInput in;
  in.id = job;
  in.outcome = outcome;
  in.limit = 1000;
  for (const ImportRow& row : session.call(imports::rows, in).items) rows.insert(row.row);
  return rows;
}

/// The first `rows` listings again, every eighth cheaper.
void write_next_day(const std::string& path, const sample::Agency& agency, std::int64_t rows) {
  constexpr std::int64_t every = 8, percent_of_old = 97;
  std::ofstream file(path, std::ios::binary);
  const std::vector<std::string> columns = sample::listing_columns();
  const auto price =
      static_cast<std::size_t>(std::find(columns.begin(), columns.end(), "prix") - columns.begin());
  file << csv_record(columns);
  for (std::int64_t i = 1; i <= rows; ++i) {
    const sample::Listing listing = agency.listing(i);
    std::vector<std::string> cells = sample::listing_cells(listing);
    if (i % every == 0 && listing.price)
      cells[price] = std::to_string(listing.price->amount / 100 * percent_of_old / 100) +
                     (listing.country == sample::Country::morocco ? " DH" : " €");
    file << csv_record(cells);
  }
  if (!file.flush()) throw Error(ErrorCode::storage_io, "the file cannot be written").with("file", path);
}

}  // namespace

std::vector<Source> files_in(const std::string& folder) {
  std::vector<Source> sources;
  std::error_code failed;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    const std::string ending = entry.path().extension().string();
    if (!entry.is_regular_file(failed) || (ending != ".csv" && ending != ".jsonl")) continue;
    sources.push_back(
        {entry.path().string(), entry.path().filename().string(), entry.path().stem().string()});
  }
  if (sources.empty())
    throw Error(ErrorCode::not_found, "there is no .csv or .jsonl file").with("folder", folder);
  std::sort(sources.begin(), sources.end(), [](const Source& a, const Source& b) { return a.name < b.name; });
  return sources;
}

std::vector<Imported> import_files(Guide& guide, Session& session, const std::vector<Source>& sources) {
  std::vector<Imported> imported;
  std::vector<std::string> left;
  Table table = counts_table(), taken({"file", "columns", "nobody said what they are; they were taken for"});
  taken.align_right(1);
  bool added_up = true;
  std::map<std::pair<std::string, std::string>, std::int64_t> reasons;
  std::map<std::string, std::int64_t> by_kind;
  std::int64_t rows = 0, created = 0, duplicate = 0, refused = 0, ms = 0;
  for (const Source& source : sources) {
    try {
      Run run = import_one(guide, session, source);
      const ImportJob& job = run.result.job;
      count_row(table, source.name, run);
      taken.row(
          {source.name, grouped(static_cast<std::int64_t>(run.columns.size())), understood(run.columns)});
      added_up = added_up && job.created + job.updated + job.duplicate + job.refused == job.rows;
      for (const ImportReason& r : job.reasons) reasons[{r.reason, r.field}] += r.count;
      rows += job.rows, created += job.created, duplicate += job.duplicate, refused += job.refused;
      by_kind[job.kind] += job.created;
      ms += run.ms;
      imported.push_back({source, job});
    } catch (const Error& error) {
      if (error.code() != ErrorCode::invalid_argument) throw;
      left.push_back(source.name + " is left out: " + error.message());
    }
  }
  guide.table(taken);
  for (const std::string& text : left) guide.note(harmless(text));
  guide.line();
  guide.table(table);
  guide.verdict(added_up, "every row ended as one of the four: " + several(rows, "row") + ", none lost");
  if (!reasons.empty()) {
    std::vector<std::pair<std::int64_t, std::string>> most;
    for (const auto& [why, count] : reasons) most.emplace_back(count, why.first + "  " + why.second);
    std::sort(most.rbegin(), most.rend());
    Table why({"refused", "why, and where"});
    why.align_right(0);
    for (std::size_t i = 0; i < std::min(most.size(), reasons_shown); ++i)
      why.row({grouped(most[i].first), most[i].second});
    guide.line();
    guide.table(why);
  }
  guide.fact("files", static_cast<std::int64_t>(imported.size()));
  guide.fact("files_left", static_cast<std::int64_t>(left.size()));
  guide.fact("rows", rows);
  guide.fact("created", created);
  for (const auto& [kind, n] : by_kind) guide.fact("created_" + kind, n);
  guide.fact("duplicate", duplicate);
  guide.fact("refused", refused);
  guide.fact("import_ms", ms);
  return imported;
}

void import_next_day(Guide& guide, Session& session, const Imported& listings, const Place& place,
                     const sample::Agency& agency) {
  const std::string path = place.files() + "/listings-next-day.csv";
  write_next_day(path, agency, std::min<std::int64_t>(200, agency.plan().listings));
  const Run run = import_one(guide, session, {path, "listings-next-day.csv", listings.source.system});
  const ImportJob& job = run.result.job;
  Table table = counts_table();
  count_row(table, "listings-next-day.csv", run);
  guide.line();
  guide.table(table);
  // What could not be read the day before may be new; nothing else is.
  const std::set<std::int64_t> refused = rows_of(session, listings.job.id, "refused");
  std::int64_t twice = 0;
  for (const std::int64_t row : rows_of(session, job.id, "created")) twice += !refused.contains(row);
  guide.verdict(twice == 0 && job.updated > 0,
                "The portal sends its listings again, some at another price: none comes twice.");
  guide.fact("next_day_updated", job.updated);
  guide.fact("next_day_twice", twice);
}

}  // namespace atlas::cli::demo
