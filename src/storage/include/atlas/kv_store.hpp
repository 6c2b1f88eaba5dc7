#pragma once
// The KvStore port: ordered byte keys and values, the smallest thing a host can bring as storage.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "atlas/function_ref.hpp"
#include "atlas/store.hpp"

namespace atlas {

/// A transaction over ordered bytes. Keys are at most 64 KiB, values at most 64 MiB. Order: by unsigned
/// bytes, shorter first. Serialisable: a reader sees one state, a writer sees its own changes. One thread at
/// a time.
class KvTransaction {
 public:
  virtual ~KvTransaction() = default;  ///< Without commit(): rolls back.
  /// True and `value` set when the key is there.
  virtual bool get(std::string_view key, std::string& value) = 0;
  virtual void put(std::string_view key, std::string_view value) = 0;
  virtual void erase(std::string_view key) = 0;
  /// Every pair with begin ≤ key < end ("" = no end), ascending or descending, until the sink returns false.
  /// The sink may call get() of the same transaction.
  virtual void scan(std::string_view begin, std::string_view end, bool descending,
                    FunctionRef<bool(std::string_view key, std::string_view value)> sink) = 0;
  virtual void commit(Durability durability) = 0;
};

/// An ordered store of bytes with one writer at a time. Thread-safe; its transactions are not.
class KvStore {
 public:
  virtual ~KvStore() = default;
  virtual std::unique_ptr<KvTransaction> begin_read() = 0;
  /// Waits for the writer before it.
  virtual std::unique_ptr<KvTransaction> begin_write() = 0;
  virtual bool durable() const = 0;
};

/// A KvStore in the process's memory.
std::unique_ptr<KvStore> make_memory_kv();

/// The whole Store port over any KvStore. Takes the KvStore over.
std::unique_ptr<Store> open_kv_backend(std::shared_ptr<KvStore> kv, const StoreOpening& opening,
                                       std::string name = "kv");

/// open_kv_backend over make_memory_kv.
std::unique_ptr<Store> open_memory_store(const StoreOpening& opening);

}  // namespace atlas
