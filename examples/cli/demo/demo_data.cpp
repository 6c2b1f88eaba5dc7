// demo-data: the files of an invented agency, of any size, record by record.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "atlas/csv.hpp"
#include "atlas/json.hpp"
#include "atlas/sample.hpp"
#include "commands.hpp"
#include "sample_files.hpp"

namespace atlas::cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const std::string& path) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  throw Error(full ? ErrorCode::storage_full : ErrorCode::storage_io, "the file cannot be written")
      .with("file", path);
}

/// A new file that takes its name when all of it is written; until then, and when that fails, it is
/// NAME.part.
class File {
 public:
  File(const std::string& folder, const char* name) : name_(name), path_(folder + "/" + name) {
    fd_ = ::open(part().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd_ < 0) cannot_write(path_);
  }
  ~File() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(part().c_str());
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void row(const std::vector<std::string>& cells) { line(csv_record(cells)); }
  void line(std::string_view text) {
    constexpr std::size_t at_once = 1u << 20;
    buffer_ += text;
    ++lines_;
    if (buffer_.size() >= at_once) flush();
  }
  void finish() {
    flush();
    const bool closed = ::close(fd_) == 0;
    fd_ = -1;
    if (!closed || ::rename(part().c_str(), path_.c_str()) != 0) cannot_write(path_);
  }

  const char* name() const { return name_; }
  std::int64_t lines() const { return lines_; }
  std::uintmax_t bytes() const { return bytes_; }

 private:
  std::string part() const { return path_ + ".part"; }
  void flush() {
    for (std::string_view left = buffer_; !left.empty();) {
      const ssize_t n = ::write(fd_, left.data(), left.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) cannot_write(path_);
      left.remove_prefix(static_cast<std::size_t>(n));
    }
    bytes_ += buffer_.size();
    buffer_.clear();
  }
  const char* name_;
  std::string path_, buffer_;
  int fd_ = -1;
  std::int64_t lines_ = 0;
  std::uintmax_t bytes_ = 0;
};

void prepare_folder(const std::string& folder, bool force) {
  if (folder.empty()) throw UsageError("--out names the folder that the files go to");
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!fs::is_directory(folder, failed))
    throw Error(ErrorCode::storage_io, "the folder cannot be made").with("folder", folder);
  for (const std::string& name : sample_file_names()) {
    if (force || !fs::exists(fs::path(folder) / name, failed)) continue;
    throw Error(ErrorCode::conflict, "the folder has a file of this name; --force writes over it")
        .with("file", folder + "/" + name);
  }
}

/// The files of one kind: its records, which of them are the same, which only look it.
class Twins {
 public:
  Twins(const std::string& folder, const char* same, const char* look_alikes, char letter)
      : same_(folder, same), look_alikes_(folder, look_alikes), letter_(letter) {
    for (File* file : {&same_, &look_alikes_}) file->row({"id_a", "id_b", "how"});
  }
  void add(std::int64_t number, std::int64_t like, sample::Twin twin) {
    const std::string how(to_string(twin));
    const bool same = is_same(twin);
    for (const auto& [a, b] : truth_.add(number, same ? like : 0))
      same_.row({sample::record_id(letter_, a), sample::record_id(letter_, b), how});
    if (!same && like > 0)
      look_alikes_.row({sample::record_id(letter_, like), sample::record_id(letter_, number), how});
  }
  File& same() { return same_; }
  File& look_alikes() { return look_alikes_; }

 private:
  sample::Truth truth_;
  File same_, look_alikes_;
  char letter_;
};

void write_history(File& file, const sample::Lead& lead, const std::vector<sample::Step>& steps) {
  for (const sample::Step& step : steps) {
    std::string json;
    JsonWriter writer(json);
    writer.begin_object().key("lead").string(lead.id).key("at").string(format_timestamp(step.at));
    writer.key("op").string(step.operation).key("params").raw(step_params(step)).end_object();
    file.line(json + "\n");
  }
}

SampleFile finished(File& file, bool header) {
  file.finish();
  return {file.name(), file.lines() - header, file.bytes()};
}

void show(Shell& shell, const DemoDataOptions& in, const std::vector<SampleFile>& files) {
  if (shell.terminal.human()) {
    Table table({"file", "records", "size"});
    table.align_right(1);
    table.align_right(2);
    for (const SampleFile& file : files) table.row({file.name, grouped(file.records), megabytes(file.bytes)});
    table.print(shell.terminal);
    return;
  }
  std::string json;
  JsonWriter writer(json);
  writer.begin_object().key("folder").string(in.out).key("seed").number(in.seed).key("files").begin_array();
  for (const SampleFile& file : files) {
    writer.begin_object().key("file").string(file.name).key("records").number(file.records);
    writer.key("bytes").number(static_cast<std::int64_t>(file.bytes)).end_object();
  }
  writer.end_array().end_object();
  shell.terminal.out.line(json);
}

std::optional<sample::Country> country_of(const std::string& text) {
  if (text == "both") return std::nullopt;
  const std::optional<sample::Country> country = sample::parse_country(text);
  if (!country) throw UsageError("--country takes MA, FR or both");
  return country;
}

}  // namespace

const std::vector<std::string>& sample_file_names() {
  static const std::vector<std::string> names{"listings.csv",
                                              "leads.csv",
                                              "owners.csv",
                                              "histories.jsonl",
                                              "truth_listings.csv",
                                              "truth_leads.csv",
                                              "look_alikes_listings.csv",
                                              "look_alikes_leads.csv"};
  return names;
}

std::vector<SampleFile> write_sample_files(const Terminal& terminal, const std::string& folder,
                                           const sample::Plan& plan) {
  const sample::Agency agency(plan);
  std::vector<SampleFile> written;
  {
    Progress progress(terminal, "listings", plan.listings);
    File file(folder, "listings.csv");
    Twins twins(folder, "truth_listings.csv", "look_alikes_listings.csv", 'A');
    file.row(sample::listing_columns());
    for (std::int64_t i = 1; i <= plan.listings; ++i) {
      const sample::Listing listing = agency.listing(i);
      file.row(sample::listing_cells(listing));
      twins.add(i, listing.like, listing.twin);
      progress.at(i);
    }
    for (File* one : {&file, &twins.same(), &twins.look_alikes()}) written.push_back(finished(*one, true));
  }
  {
    Progress progress(terminal, "owners", agency.owners());
    File file(folder, "owners.csv");
    file.row(sample::owner_columns());
    for (std::int64_t i = 1; i <= agency.owners(); ++i) {
      file.row(sample::owner_cells(agency.owner(i)));
      progress.at(i);
    }
    written.push_back(finished(file, true));
  }
  {
    Progress progress(terminal, "leads", plan.leads);
    File file(folder, "leads.csv"), histories(folder, "histories.jsonl");
    Twins twins(folder, "truth_leads.csv", "look_alikes_leads.csv", 'L');
    file.row(sample::lead_columns());
    for (std::int64_t i = 1; i <= plan.leads; ++i) {
      const sample::Lead lead = agency.lead(i);
      file.row(sample::lead_cells(lead));
      twins.add(i, lead.like, lead.twin);
      write_history(histories, lead, agency.history(lead));
      progress.at(i);
    }
    written.push_back(finished(histories, false));
    for (File* one : {&file, &twins.same(), &twins.look_alikes()}) written.push_back(finished(*one, true));
  }
  return written;
}

int run_demo_data(Shell& shell, const DemoDataOptions& in) {
  sample::Plan plan;
  plan.seed = static_cast<std::uint64_t>(in.seed);
  plan.listings = in.listings;
  plan.leads = in.leads;
  plan.country = country_of(in.country);
  const sample::Agency checked(plan);
  prepare_folder(in.out, in.force);
  show(shell, in, write_sample_files(shell.terminal, in.out, checked.plan()));
  return done;
}

}  // namespace atlas::cli
