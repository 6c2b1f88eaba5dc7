// restore: a backup and the keys of persons become a store again.

#include <filesystem>
#include <fstream>

#include "atlas/json.hpp"
#include "atlas/key_file.hpp"
#include "atlas/sqlite_store.hpp"
#include "commands.hpp"
#include "lines.hpp"

namespace atlas::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t keys_limit = 1u << 30;

void copy_file(const std::string& from, const std::string& to) {
  std::error_code failed;
  if (!fs::copy_file(from, to, failed)) {
    throw Error(ErrorCode::storage_io, "the backup cannot be copied").with("file", from);
  }
}

/// Takes away what an unfinished restore made.
class Made {
 public:
  void file(std::string path) { paths_.push_back(std::move(path)); }
  void keep() { paths_.clear(); }
  ~Made() {
    std::error_code ignored;
    for (const std::string& path : paths_) fs::remove(path, ignored);
  }

 private:
  std::vector<std::string> paths_;
};

/// The key file of the restored store. A backup of an encrypted store has the header that fits its salt; what
/// follows the header, the keys of persons, comes from `keys` and outlives changes of the passphrase.
std::string key_file_bytes(const RestoreOptions& in) {
  const std::string own = key_file_path(in.file);
  std::string bytes;
  if (fs::exists(own)) bytes = read_whole(own, keys_limit).substr(0, key_header_size);
  if (in.without_keys) return bytes;
  const std::string keys = read_whole(in.keys, keys_limit);
  if (keys.size() <= key_header_size) {
    throw Error(ErrorCode::invalid_argument, "the key file holds no keys of persons").with("file", in.keys);
  }
  return bytes.empty() ? keys : bytes + keys.substr(key_header_size);
}

}  // namespace

int run_restore(Shell& shell, const RestoreOptions& in) {
  if (in.keys.empty() && !in.without_keys) {
    throw UsageError(
        "a backup holds no keys of persons: give the key file that was beside the store with --keys FILE, or "
        "say "
        "--without-keys and let their part of the audit stay closed");
  }
  Options options = shell.options();
  const std::string store = options.store;
  const std::string keys = key_file_path(store);
  if (store.find("://") != std::string::npos) throw UsageError("a backup is restored into a file");
  for (const std::string& path : {store, keys, store + "-wal"}) {
    if (fs::exists(path))
      throw Error(ErrorCode::conflict, "there is a file at the store's path already").with("file", path);
  }
  Made made;
  std::string bytes = key_file_bytes(in);
  if (!bytes.empty()) {
    write_private_file(keys, bytes);
    made.file(keys);
  }
  wipe(bytes.data(), bytes.size());
  made.file(store);
  copy_file(in.file, store);
  std::string json;
  bool ok = false;
  {
    Engine engine = shell.open(std::move(options));
    made.file(store + "-wal");
    made.file(store + "-shm");
    Progress progress(shell.terminal, "checking organisations", 0);
    const CheckResult check =
        engine.check([&](std::size_t at, std::size_t) { progress.at(static_cast<std::int64_t>(at)); });
    progress.finish();
    ok = check.store.empty();
    std::int64_t entries = 0, records = 0, findings = 0;
    for (const auto& o : check.organisations) {
      entries += o.entries;
      records += o.entities;
      findings += static_cast<std::int64_t>(o.findings.size());
    }
    // Without the keys of persons their records cannot be compared; that was asked for.
    ok = ok && (findings == 0 || in.without_keys);
    JsonWriter writer(json);
    writer.begin_object().key("restored").string(store).key("ok").boolean(ok).key("entries").number(entries);
    writer.key("records")
        .number(records)
        .key("findings")
        .number(findings + static_cast<std::int64_t>(check.store.size()));
    writer.end_object();
  }
  made.keep();
  shell.show(json);
  return ok ? done : not_well;
}

}  // namespace atlas::cli
