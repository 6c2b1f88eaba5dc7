#include "disk.hpp"

#include <map>
#include <optional>
#include <vector>

#include "atlas/kv_store.hpp"
#include "atlas/sqlite_store.hpp"

namespace atlas::simulation {
namespace {

using PairSink = FunctionRef<bool(std::string_view, std::string_view)>;
constexpr unsigned forgotten_commit = 37;  // every so many

/// What the disk's transactions share.
struct Platter {
  std::unique_ptr<KvStore> kv = make_memory_kv();
  DiskFaults faults;
  bool writing = false;
  std::function<void(std::string_view)> watch;
  unsigned commits = 0;
  /// How to undo the newest commit.
  std::map<std::string, std::optional<std::string>, std::less<>> before_last;
};

/// Writes held back until the commit, over the state at the beginning. Only for the disk whose writers
/// overlap.
class Overlay final : public KvTransaction {
 public:
  explicit Overlay(Platter& platter) : platter_(platter), base_(platter.kv->begin_read()) {}

  bool get(std::string_view key, std::string& value) override {
    const auto it = written_.find(key);
    if (it == written_.end()) return base_->get(key, value);
    if (it->second) value = *it->second;
    return it->second.has_value();
  }
  void put(std::string_view key, std::string_view value) override { written_[std::string(key)] = value; }
  void erase(std::string_view key) override { written_[std::string(key)] = std::nullopt; }
  void scan(std::string_view begin, std::string_view end, bool descending, PairSink sink) override {
    std::map<std::string, std::string, std::less<>> merged;
    base_->scan(begin, end, false, [&](std::string_view k, std::string_view v) {
      merged.emplace(k, v);
      return true;
    });
    for (auto it = written_.lower_bound(begin); it != written_.end() && (end.empty() || it->first < end);
         ++it) {
      if (it->second)
        merged[it->first] = *it->second;
      else
        merged.erase(it->first);
    }
    if (descending) {
      for (auto it = merged.rbegin(); it != merged.rend() && sink(it->first, it->second); ++it) {
      }
    } else {
      for (auto it = merged.begin(); it != merged.end() && sink(it->first, it->second); ++it) {
      }
    }
  }
  void commit(Durability durability) override {
    const auto out = platter_.kv->begin_write();
    for (const auto& [key, value] : written_) value ? out->put(key, *value) : out->erase(key);
    out->commit(durability);
  }

 private:
  Platter& platter_;
  std::unique_ptr<KvTransaction> base_;
  std::map<std::string, std::optional<std::string>, std::less<>> written_;
};

/// The one writer.
class Writer final : public KvTransaction {
 public:
  explicit Writer(Platter& platter) : platter_(platter), inner_(platter.kv->begin_write()) {
    platter_.writing = true;
  }
  ~Writer() override { platter_.writing = false; }

  bool get(std::string_view key, std::string& value) override { return inner_->get(key, value); }
  void scan(std::string_view begin, std::string_view end, bool descending, PairSink sink) override {
    inner_->scan(begin, end, descending, sink);
  }
  void put(std::string_view key, std::string_view value) override {
    watch("put");
    remember(key);
    inner_->put(key, value);
  }
  void erase(std::string_view key) override {
    remember(key);
    inner_->erase(key);
  }
  void commit(Durability durability) override {
    if (platter_.faults.forgets_a_commit && ++platter_.commits % forgotten_commit == 0) return;
    watch("kv_commit");
    inner_->commit(durability);
    platter_.before_last = std::move(before_);
  }

 private:
  void watch(std::string_view call) {
    if (platter_.watch) platter_.watch(call);
  }
  void remember(std::string_view key) {
    if (!platter_.faults.loses_last_commit || before_.contains(key)) return;
    std::string value;
    const bool there = inner_->get(key, value);
    before_.emplace(key, there ? std::optional(std::move(value)) : std::nullopt);
  }

  Platter& platter_;
  std::unique_ptr<KvTransaction> inner_;
  std::map<std::string, std::optional<std::string>, std::less<>> before_;
};

class SharedKv final : public KvStore {
 public:
  explicit SharedKv(std::shared_ptr<Platter> platter) : platter_(std::move(platter)) {}
  std::unique_ptr<KvTransaction> begin_read() override { return platter_->kv->begin_read(); }
  std::unique_ptr<KvTransaction> begin_write() override {
    if (platter_->faults.writers_overlap) return std::make_unique<Overlay>(*platter_);
    if (platter_->writing) throw Error(ErrorCode::storage_busy, "Another host is writing.");
    return std::make_unique<Writer>(*platter_);
  }
  bool durable() const override { return true; }

 private:
  std::shared_ptr<Platter> platter_;
};

class MemoryDisk final : public Disk {
 public:
  explicit MemoryDisk(const DiskFaults& faults) { platter_->faults = faults; }
  std::unique_ptr<Store> open(const StoreOpening& opening) override {
    return open_kv_backend(std::make_shared<SharedKv>(platter_), opening, "shared");
  }
  void crashed() override {
    if (!platter_->faults.loses_last_commit || platter_->writing || platter_->before_last.empty()) return;
    const auto tx = platter_->kv->begin_write();
    for (const auto& [key, value] : platter_->before_last) value ? tx->put(key, *value) : tx->erase(key);
    tx->commit(Durability::durable);
    platter_->before_last.clear();
  }

  void watch(std::function<void(std::string_view)> watcher) override { platter_->watch = std::move(watcher); }

 private:
  std::shared_ptr<Platter> platter_ = std::make_shared<Platter>();
};

class SqliteDisk final : public Disk {
 public:
  explicit SqliteDisk(std::string path) : path_(std::move(path)) {}
  std::unique_ptr<Store> open(const StoreOpening& opening) override {
    return open_sqlite({.path = path_, .passphrase = {}, .raw_key = {}, .busy_ms = 0, .readers = 2}, opening);
  }

 private:
  std::string path_;
};

}  // namespace

std::unique_ptr<Disk> make_memory_disk(const DiskFaults& faults) {
  return std::make_unique<MemoryDisk>(faults);
}
std::unique_ptr<Disk> make_sqlite_disk(const std::string& directory) {
  return std::make_unique<SqliteDisk>(directory + "/store.db");
}

}  // namespace atlas::simulation
