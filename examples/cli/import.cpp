// import: a file of records into the store, and back out of it.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>

#include "atlas/csv.hpp"
#include "atlas/import_runner.hpp"
#include "atlas/json.hpp"
#include "atlas/schema_io.hpp"
#include "commands.hpp"
#include "lines.hpp"

namespace atlas::cli {
namespace {

constexpr std::size_t map_limit = 1u << 20;
constexpr std::size_t most_listed = 1'000;

/// The file's bytes, once to know which file it is, once to import it. "-" is standard input, which comes
/// once.
class InputFile {
 public:
  explicit InputFile(const std::string& path) : fd_(open_to_read(path)) {
    struct stat about {};
    if (::fstat(fd_, &about) == 0 && S_ISREG(about.st_mode)) size_ = about.st_size;
  }
  ~InputFile() {
    if (fd_ != STDIN_FILENO) ::close(fd_);
  }
  InputFile(const InputFile&) = delete;

  std::int64_t size() const { return size_; }

  std::size_t read(std::span<char> to) {
    for (;;) {
      const ssize_t n = ::read(fd_, to.data(), to.size());
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) throw Error(ErrorCode::invalid_argument, "the input cannot be read");
    }
  }

  /// SHA-256 of a regular file, in hexadecimal; the next read begins at its beginning again.
  std::optional<std::string> hash() {
    if (fd_ == STDIN_FILENO || size_ == 0) return std::nullopt;
    Sha256 sha;
    std::vector<char> piece(256 * 1024);
    while (const std::size_t n = read(piece)) sha.update({piece.data(), n});
    ::lseek(fd_, 0, SEEK_SET);
    const Hash hash = sha.finish();
    return hex(as_view(hash));
  }

 private:
  int fd_;
  std::int64_t size_ = 0;
};

/// Refused rows as CSV: why, and the row's own cells, so that they can be mended and imported again.
class RejectsFile {
 public:
  RejectsFile(const std::string& path, const std::string& input) {
    if (path.empty()) return;
    std::error_code unknown;
    if (std::filesystem::equivalent(path, input, unknown))
      throw UsageError("--rejects would overwrite the file that is imported");
    out_.open(path, std::ios::binary | std::ios::trunc);
    if (!out_)
      throw Error(ErrorCode::invalid_argument, "the file of rejects cannot be written").with("file", path);
  }

  bool wanted() const { return out_.is_open(); }

  void add(const imports::RejectedRow& row) {
    begin(row.header);
    std::vector<std::string> cells{std::to_string(row.why.line), row.why.field, row.why.reason,
                                   row.why.message};
    if (row.header.empty()) {
      cells.push_back(as_json(row.cells));
    } else {
      for (const std::string& name : row.header) {
        const auto cell = std::find_if(row.cells.begin(), row.cells.end(),
                                       [&](const imports::ImportCell& c) { return c.name == name; });
        cells.emplace_back(name.empty() || cell == row.cells.end() ? std::string_view() : cell->text);
      }
    }
    out_ << csv_record(cells);
  }

  void finish() {
    if (!wanted()) return;
    if (!begun_) out_ << csv_record({"line", "field", "reason", "message"});
    out_.close();
    if (!out_) throw Error(ErrorCode::invalid_argument, "the file of rejects cannot be written");
  }

 private:
  void begin(const std::vector<std::string>& header) {
    if (begun_) return;
    begun_ = true;
    std::vector<std::string> cells{"line", "field", "reason", "message"};
    if (header.empty()) cells.emplace_back("record");
    cells.insert(cells.end(), header.begin(), header.end());
    out_ << csv_record(cells);
  }

  static std::string as_json(std::span<const imports::ImportCell> cells) {
    std::string text = "{";
    for (const imports::ImportCell& cell : cells) {
      if (text.size() > 1) text += ',';
      append_json_string(text, cell.name);
      text += ':';
      append_json_string(text, cell.text);
    }
    return text + "}";
  }

  std::ofstream out_;
  bool begun_ = false;
};

void show_guess(Terminal& terminal, const imports::Guess& guess) {
  terminal.out.line(terminal.ink(Ink::bold, "No map was given: this is a guess") + " (" +
                    std::string(imports::to_string(guess.map.kind)) + ")");
  Table table({"column", "field", "sure", "why"});
  table.align_right(2);
  for (const imports::GuessReason& r : guess.reasons)
    table.row({r.column, r.field.empty() ? "–" : r.field, std::to_string(r.confidence) + "%", r.reason});
  table.print(terminal, "  ");
  for (const std::string& name : guess.missing)
    terminal.out.line("  " + terminal.ink(Ink::red, "nothing seems to hold " + harmless(name)));
  terminal.out.flush();
}

void show_reasons(Terminal& terminal, const char* title, const std::vector<ImportReason>& all) {
  if (all.empty()) return;
  std::vector<ImportReason> sorted = all;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const ImportReason& a, const ImportReason& b) { return a.count > b.count; });
  terminal.out.line(terminal.ink(Ink::bold, title));
  Table table({"rows", "reason", "field"});
  table.align_right(0);
  for (const ImportReason& r : sorted) table.row({grouped(r.count), r.reason, r.field});
  table.print(terminal, "  ");
}

void show_result(Terminal& terminal, const imports::RunResult& result) {
  const ImportJob& job = result.job;
  if (job.dry_run) {
    terminal.out.line(terminal.ink(Ink::yellow, "Dry run: nothing was written.") +
                      (result.exact ? "" : " The file is long: duplicates far apart were not seen."));
  }
  if (result.resumed_rows > 0)
    terminal.out.line("Gone on after row " + grouped(result.resumed_rows) +
                      ", where an earlier run had ended.");
  Table table({"rows", "created", "updated", "duplicate", "refused", "with warnings"});
  for (std::size_t i = 0; i < 6; ++i) table.align_right(i);
  table.row({grouped(job.rows), grouped(job.created), grouped(job.updated), grouped(job.duplicate),
             grouped(job.refused), grouped(job.warnings)});
  table.print(terminal);
  show_reasons(terminal, "refused", job.reasons);
  show_reasons(terminal, "warnings", job.warning_counts);
  if (!job.dry_run)
    terminal.out.line(
        terminal.ink(Ink::faint, "to take it back: atlas import --revert " + format_uuid(job.id)));
}

/// The job's own members, then what the run has to add.
std::string result_json(const imports::RunResult& result, const std::optional<imports::Guess>& guess) {
  std::string text = to_json(result.job);
  text.pop_back();
  text += R"(,"resumed_rows":)" + std::to_string(result.resumed_rows);
  text += R"(,"exact":)" + std::string(result.exact ? "true" : "false");
  if (guess) text += R"(,"guess":)" + imports::to_json(*guess);
  return text + "}";
}

std::optional<imports::ImportKind> kind_named(const std::string& name) {
  if (name == "auto") return std::nullopt;
  const auto kind = imports::parse_import_kind(name);
  if (!kind) throw UsageError("KIND is listings, dossiers, parties, consents or auto");
  return kind;
}

int revert(Shell& shell, const ImportOptions& in) {
  const auto id = parse_uuid(in.revert);
  if (!id) throw UsageError("--revert takes the id of an import");
  Engine engine = shell.open();
  Session session = shell.session(engine);
  const ImportJob job = session.call(imports::get, {*id});
  imports::Reverted all;
  std::int64_t kept = 0;
  Progress progress(shell.terminal, "taking back", job.created + job.updated);
  imports::Revert step{.id = *id, .dry_run = in.dry_run};
  for (bool more = true; more;) {
    imports::Reverted one = session.call(imports::revert, step);
    more = one.more;
    step.after = one.next;
    all.archived += one.archived;
    all.restored += one.restored;
    kept += static_cast<std::int64_t>(one.kept.size());
    for (imports::Kept& k : one.kept)
      if (all.kept.size() < most_listed) all.kept.push_back(std::move(k));
    all.job = std::move(one.job);
    progress.at(all.archived + all.restored + kept);
  }
  progress.finish();
  Terminal& terminal = shell.terminal;
  if (!terminal.human()) {
    std::string text = to_json(all);
    text.pop_back();
    terminal.out.line(text + R"(,"kept_count":)" + std::to_string(kept) + "}");
    return kept > 0 ? not_well : done;
  }
  if (in.dry_run) terminal.out.line(terminal.ink(Ink::yellow, "Dry run: nothing was written."));
  Table counts({"archived", "restored", "kept"});
  for (std::size_t i = 0; i < 3; ++i) counts.align_right(i);
  counts.row({grouped(all.archived), grouped(all.restored), grouped(kept)});
  counts.print(terminal);
  if (kept > 0) {
    Table table({"line", "record", "why", "what"});
    table.align_right(0);
    for (const imports::Kept& k : all.kept) {
      std::string what;
      for (const std::string& one : k.changed) what += (what.empty() ? "" : ", ") + one;
      table.row({grouped(k.line), k.entity_kind + " " + (k.entity_id ? format_uuid(*k.entity_id) : ""), k.why,
                 what});
    }
    table.print(terminal);
    if (kept > static_cast<std::int64_t>(all.kept.size()))
      terminal.out.line(terminal.ink(Ink::faint, "and more"));
  }
  return kept > 0 ? not_well : done;
}

}  // namespace

int run_import(Shell& shell, const ImportOptions& in) {
  if (!in.revert.empty()) {
    if (!in.kind.empty()) throw UsageError("--revert takes an import back: no KIND and FILE with it");
    return revert(shell, in);
  }
  if (in.kind.empty() || in.file.empty())
    throw UsageError("which records, from which file? atlas import KIND FILE");
  imports::RunOptions options;
  options.kind = kind_named(in.kind);
  if (!in.map.empty()) options.map = imports::read_import_map(read_whole(in.map, map_limit));
  if (!in.source.empty()) options.source = in.source;
  if (!in.phone_region.empty()) options.phone_region = in.phone_region;
  options.dry_run = in.dry_run;
  InputFile file(in.file);
  if (in.file != "-") options.file_name = harmless(std::filesystem::path(in.file).filename().string());
  options.file_hash = file.hash();

  Terminal& terminal = shell.terminal;
  Engine engine = shell.open();
  Session session = shell.session(engine);
  RejectsFile rejects(in.rejects, in.file);
  if (rejects.wanted()) options.rejected = [&](const imports::RejectedRow& row) { rejects.add(row); };
  std::optional<imports::Guess> guess;
  options.guessed = [&](const imports::Guess& found) {
    if (terminal.human()) show_guess(terminal, found);
    guess = found;
  };
  // Begun by the first rows, when what the guess has to say is said.
  std::optional<Progress> progress;
  options.progress = [&](const imports::ImportProgress& p) {
    if (!progress) progress.emplace(terminal, "bytes read", file.size());
    progress->at(static_cast<std::int64_t>(p.bytes));
  };
  const imports::RunResult result = imports::run_import(
      session, [&](std::span<char> to) { return file.read(to); }, options);
  progress.reset();
  rejects.finish();
  if (terminal.human())
    show_result(terminal, result);
  else
    terminal.out.line(result_json(result, guess));
  return result.job.refused > 0 ? not_well : done;
}

}  // namespace atlas::cli
