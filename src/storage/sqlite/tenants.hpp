#pragma once
// Organisations by number: inside the file a tenant is a small integer, which keeps every index narrow.

#include <cstdint>
#include <optional>
#include <shared_mutex>
#include <unordered_map>

#include "connection.hpp"

namespace atlas {

inline constexpr std::int64_t unknown_tenant = -1;  ///< No row carries it.

/// The numbers that are known to be committed; they never change. Thread-safe.
class Tenants {
 public:
  /// The organisation's number, from memory or from `connection`'s snapshot. With `trust` the number found in
  /// the file is remembered; a writer may see one that it made itself and that may yet be undone.
  std::int64_t find(Connection& connection, const Uuid& organisation, bool trust);
  void remember(const Uuid& organisation, std::int64_t number);

 private:
  std::shared_mutex mutex_;
  std::unordered_map<Uuid, std::int64_t> numbers_;
};

/// Gives an organisation its number, within a write transaction.
std::int64_t add_tenant(Connection& connection, const Uuid& organisation);

extern const std::string create_tenant_table;

}  // namespace atlas
