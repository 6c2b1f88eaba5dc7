// bench: runs the benchmark programs that were built beside the command.

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "commands.hpp"

namespace atlas::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "bench_";

/// Programs called bench_NAME in the build's folder of benchmarks, or beside the command.
std::vector<fs::path> programs() {
  std::error_code failed;
  const fs::path here = fs::read_symlink("/proc/self/exe", failed).parent_path();
  std::vector<fs::path> found;
  for (const fs::path& folder : {here / ".." / "bench", here}) {
    fs::directory_iterator entries(folder, failed);
    if (failed) continue;
    for (const fs::directory_entry& entry : entries) {
      const std::string name = entry.path().filename().string();
      const bool runs = ::access(entry.path().c_str(), X_OK) == 0 && entry.is_regular_file(failed);
      if (runs && name.starts_with(prefix) && name.find('.') == std::string::npos)
        found.push_back(entry.path());
    }
    if (!found.empty()) break;
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// A benchmark that lacks something it needs, such as a server, ends with this and says so.
constexpr int skipped = 77;

/// True when it ended well, or said that it was skipped.
bool run(const fs::path& program, const std::vector<std::string>& arguments) {
  std::vector<std::string> words{program.string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw Error(ErrorCode::internal, "the benchmark cannot be started");
  if (child == 0) {
    ::execv(argv.front(), argv.data());
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == skipped);
}

}  // namespace

int run_bench(Shell& shell, const std::string& name, const std::vector<std::string>& arguments) {
  const std::vector<fs::path> all = programs();
  if (all.empty())
    throw Error(ErrorCode::not_found, "no benchmarks were built beside this command; `make bench` does");
  bool found = false, well = true;
  for (const fs::path& program : all) {
    const std::string own = program.filename().string().substr(prefix.size());
    if (!name.empty() && own != name) continue;
    found = true;
    if (shell.terminal.human()) shell.terminal.out.line(shell.terminal.ink(Ink::bold, own));
    shell.terminal.out.flush();
    well = run(program, arguments) && well;
  }
  if (!found) throw Error(ErrorCode::not_found, "no such benchmark").with("name", name);
  return well ? done : not_well;
}

}  // namespace atlas::cli
