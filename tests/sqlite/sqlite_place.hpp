#pragma once
// Folders of a test's own, and stores in them.

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "atlas/sqlite_store.hpp"
#include "atlas/testing/conformance.hpp"

namespace atlas::testing {

/// A folder that is removed with the object. Where there is one, in memory: what is under test is not the
/// disk.
class TestFolder {
 public:
  explicit TestFolder(const std::string& parent = std::filesystem::exists("/dev/shm") ? "/dev/shm" : "/tmp") {
    std::string name = parent + "/atlas-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
    path_ = name;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline Key test_key(std::uint8_t first = 1) {
  Key key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(first + i);
  return key;
}

/// A place for a store, plain or encrypted with a raw key.
class SqlitePlace : public StorePlace {
 public:
  explicit SqlitePlace(bool encrypted) {
    options_.path = folder_ / "store.db";
    if (encrypted) options_.raw_key = test_key();
  }
  std::unique_ptr<Store> open(const StoreOpening& opening) override { return open_sqlite(options_, opening); }
  const SqliteOptions& options() const { return options_; }

 private:
  TestFolder folder_;
  SqliteOptions options_;
};

}  // namespace atlas::testing
