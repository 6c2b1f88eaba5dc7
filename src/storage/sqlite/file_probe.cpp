#include <memory>

#include "failure.hpp"
#include "store_key.hpp"

namespace atlas {

namespace {

// A file that is opened below SQLite's pager.
class LowFile {
 public:
  explicit LowFile(sqlite3_vfs* vfs) : memory_(static_cast<std::size_t>(vfs->szOsFile), '\0') {}
  ~LowFile() {
    if (file()->pMethods != nullptr) file()->pMethods->xClose(file());
  }
  LowFile(const LowFile&) = delete;
  LowFile& operator=(const LowFile&) = delete;
  sqlite3_file* file() { return reinterpret_cast<sqlite3_file*>(memory_.data()); }

 private:
  std::string memory_;
};

using Filename = std::unique_ptr<char, void (*)(char*)>;

}  // namespace

FileProbe probe_file(const std::string& path) {
  FileProbe out;
  check_ok(nullptr, sqlite3_initialize(), "starting SQLite");
  sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
  int there = 0;
  if (vfs->xAccess(vfs, path.c_str(), SQLITE_ACCESS_EXISTS, &there) != SQLITE_OK || there == 0) {
    // For SQLite an empty file does not exist.
    return out;
  }
  out.exists = true;
  const Filename name(const_cast<char*>(sqlite3_create_filename(path.c_str(), "", "", 0, nullptr)),
                      [](char* text) { sqlite3_free_filename(text); });
  if (!name) throw sqlite_error(SQLITE_NOMEM, "opening the store");
  LowFile low(vfs);
  int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_MAIN_DB;
  check_ok(nullptr, vfs->xOpen(vfs, name.get(), low.file(), flags, &flags), "opening the store");
  sqlite3_int64 size = 0;
  check_ok(nullptr, low.file()->pMethods->xFileSize(low.file(), &size), "opening the store");
  out.empty = size == 0;
  out.head.assign(16, '\0');
  const int result = low.file()->pMethods->xRead(low.file(), out.head.data(), 16, 0);
  if (result != SQLITE_OK && result != SQLITE_IOERR_SHORT_READ)
    check_ok(nullptr, result, "opening the store");
  return out;
}

}  // namespace atlas
