// The memory store, and the whole Store port over a KvStore such as a host brings.

#include <map>
#include <mutex>

#include "atlas/testing/conformance.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// The simplest KvStore there is, written as a host might: one std::map, copied by each transaction.
class CopyingKv final : public KvStore {
  using Map = std::map<std::string, std::string, std::less<>>;

  class Transaction final : public KvTransaction {
   public:
    Transaction(CopyingKv& kv, std::unique_lock<std::mutex> writer) : kv_(kv), writer_(std::move(writer)) {
      const std::lock_guard lock(kv.mutex_);
      map_ = kv.map_;
    }
    bool get(std::string_view key, std::string& value) override {
      const auto found = map_.find(key);
      if (found == map_.end()) return false;
      value = found->second;
      return true;
    }
    void put(std::string_view key, std::string_view value) override { map_.insert_or_assign(std::string(key), value); }
    void erase(std::string_view key) override {
      if (const auto found = map_.find(key); found != map_.end()) map_.erase(found);
    }
    void scan(std::string_view begin, std::string_view end, bool descending,
              FunctionRef<bool(std::string_view, std::string_view)> sink) override {
      if (!end.empty() && end <= begin) return;
      const auto first = map_.lower_bound(begin);
      const auto last = end.empty() ? map_.end() : map_.lower_bound(end);
      if (descending) {
        for (auto i = last; i != first && sink(std::prev(i)->first, std::prev(i)->second);) --i;
      } else {
        for (auto i = first; i != last && sink(i->first, i->second);) ++i;
      }
    }
    void commit(Durability) override {
      const std::lock_guard lock(kv_.mutex_);
      kv_.map_ = std::move(map_);
    }

   private:
    CopyingKv& kv_;
    std::unique_lock<std::mutex> writer_;
    Map map_;
  };

 public:
  std::unique_ptr<KvTransaction> begin_read() override {
    return std::make_unique<Transaction>(*this, std::unique_lock<std::mutex>());
  }
  std::unique_ptr<KvTransaction> begin_write() override {
    return std::make_unique<Transaction>(*this, std::unique_lock(writer_));
  }
  bool durable() const override { return false; }

 private:
  std::mutex mutex_;
  std::mutex writer_;
  Map map_;
};

/// A place that is a KvStore: every opening builds the Store port over it anew.
class KvPlace final : public StorePlace {
 public:
  explicit KvPlace(std::unique_ptr<KvStore> kv) : kv_(std::move(kv)) {}
  std::unique_ptr<Store> open(const StoreOpening& opening) override { return open_kv_backend(kv_, opening); }

 private:
  std::shared_ptr<KvStore> kv_;
};

/// A place whose store is gone when it is closed.
class MemoryPlace final : public StorePlace {
 public:
  std::unique_ptr<Store> open(const StoreOpening& opening) override { return open_memory_store(opening); }
};

}  // namespace

int main(int argc, char** argv) {
  const StoreBackend stores[] = {
      {"memory", [] { return std::make_unique<MemoryPlace>(); }, {.reopens = false, .opens_twice = false}},
      {"kv over memory", [] { return std::make_unique<KvPlace>(make_memory_kv()); }, {}},
      {"kv over a host's", [] { return std::make_unique<KvPlace>(std::make_unique<CopyingKv>()); }, {}},
  };
  const KvStoreBackend kv_stores[] = {
      {"memory kv", [] { return make_memory_kv(); }},
      {"host's kv", [] { return std::make_unique<CopyingKv>(); }},
  };
  return conformance_main(argc, argv, stores, kv_stores);
}
