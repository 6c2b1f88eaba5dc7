// export, dump, load: records and whole organisations leave the store and come back.

#include "atlas/exports.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <cstdio>
#include <memory>

#include "atlas/json.hpp"
#include "commands.hpp"
#include "lines.hpp"

namespace atlas::cli {
namespace {

/// Standard output, or a new file that only its owner reads.
class Sink {
 public:
  Sink(Shell& shell, const std::string& path) : shell_(shell), path_(path) {
    if (path_ == "-") return;
    file_.reset(std::fopen(path_.c_str(), "wbx"));
    if (!file_)
      throw Error(ErrorCode::conflict, "the file cannot be made, or is there already").with("file", path_);
    ::chmod(path_.c_str(), S_IRUSR | S_IWUSR);
  }
  void write(std::string_view text) {
    if (!file_) return shell_.terminal.out.write(text);
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) fail();
  }
  void close() {
    if (!file_) return shell_.terminal.out.flush();
    if (std::fflush(file_.get()) != 0 || ::fsync(::fileno(file_.get())) != 0) fail();
    file_.reset();
    path_.clear();
  }
  ~Sink() {
    // What is not whole is of no use to anybody.
    if (file_ && !path_.empty()) std::remove(path_.c_str());
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(ErrorCode::storage_io, "the file cannot be written").with("file", path_);
  }
  struct Close {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  Shell& shell_;
  std::string path_;
  std::unique_ptr<std::FILE, Close> file_;
};

std::int64_t count_of(Session& session, const ExportOptions& in) {
  std::string params;
  JsonWriter w(params);
  w.begin_object().key("where").raw(in.where).key("archived").boolean(in.archived).key("exact").boolean(true);
  w.key("scan").boolean(true).end_object();
  const std::string json = session.call_json(in.kind + ".count", params);
  return from_json<Count>(json).count;
}

void say_written(Shell& shell, const char* what, std::int64_t rows, const std::string& file) {
  if (file == "-") return;
  std::string json;
  JsonWriter(json).begin_object().key(what).string(file).key("rows").number(rows).end_object();
  shell.show(json);
}

}  // namespace

int run_content(Shell& shell, const ExportOptions& in) {
  Engine engine = shell.open();
  Session session = shell.session(engine);
  Sink sink(shell, in.file);
  std::int64_t rows = 0;
  std::optional<std::string> after;
  do {
    const auto page = session.call(exports::content, {.limit = 1000, .after = after});
    sink.write(page.text);
    rows += page.rows;
    after = page.next;
  } while (after);
  sink.close();
  say_written(shell, "exported", rows, in.file);
  return done;
}

int run_export(Shell& shell, const ExportOptions& in) {
  if (in.content) return run_content(shell, in);
  Engine engine = shell.open();
  Session session = shell.session(engine);
  const ExportJob job = session.call(
      exports::start, {.kind = in.kind, .format = in.format, .where = in.where, .archived = in.archived});
  Sink sink(shell, in.file);
  std::int64_t rows = 0;
  {
    // On a terminal the records themselves are the progress.
    const bool bar = in.file != "-";
    Progress progress(shell.terminal, "exporting",
                      bar && shell.terminal.human_errors() ? count_of(session, in) : 0);
    std::optional<std::string> after;
    do {
      const auto page = session.call(exports::page, {.id = job.id, .limit = 1000, .after = after});
      sink.write(page.text);
      rows += page.rows;
      after = page.next;
      if (bar) progress.at(rows);
    } while (after);
  }
  sink.close();
  session.call(exports::finish, {.id = job.id, .rows = rows});
  say_written(shell, "exported", rows, in.file);
  return done;
}

int run_dump(Shell& shell, const std::string& file) {
  Engine engine = shell.open();
  const Uuid org = shell.organisation(engine);
  Sink sink(shell, file);
  DumpResult result;
  {
    Progress progress(shell.terminal, "dumping", 0);
    result = engine.dump(
        org, [&](std::string_view line) { sink.write(line); }, [&](std::int64_t rows) { progress.at(rows); });
  }
  sink.close();
  say_written(shell, "dumped", result.rows, file);
  return done;
}

int run_load(Shell& shell, const std::string& file) {
  Options options = shell.options();
  options.create = true;
  Engine engine = shell.open(std::move(options));
  LineReader lines(file, shell.terminal.out);
  DumpResult result;
  {
    Progress progress(shell.terminal, "loading", 0);
    result = engine.load(
        [&](std::string& line) {
          const auto next = lines.next();
          if (!next) return false;
          if (next->too_long)
            throw Error(ErrorCode::invalid_argument, "a line is too long").with("reason", "line");
          line = next->text;
          return true;
        },
        [&](std::int64_t rows) { progress.at(rows); });
  }
  std::string json;
  JsonWriter w(json);
  w.begin_object()
      .key("organisation")
      .string(format_uuid(result.organisation))
      .key("rows")
      .number(result.rows);
  w.key("entries")
      .number(result.entries)
      .key("subjects")
      .number(result.subjects)
      .key("verified")
      .boolean(true);
  w.end_object();
  shell.show(json);
  return done;
}

}  // namespace atlas::cli
