#pragma once
// Places for stores over KvStores.

#include <map>
#include <mutex>

#include "atlas/testing/conformance.hpp"

namespace atlas::testing {

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
    void put(std::string_view key, std::string_view value) override {
      map_.insert_or_assign(std::string(key), value);
    }
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

}  // namespace atlas::testing
