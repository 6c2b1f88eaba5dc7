#pragma once
// What both halves of a dump agree on.

#include <string_view>
#include <vector>

#include "atlas/store.hpp"

namespace atlas::dump {

inline constexpr std::string_view format = "libatlas dump";
inline constexpr int version = 1;
/// No line is longer: the largest row is a few bodies of text and its sealed part.
inline constexpr std::size_t max_line = 16u << 20;

/// The tables that travel, in the catalog's order: all of the tenant's but the stored results of calls,
/// what the keys of subjects lie in here, and the secrets of channel accounts.
inline std::vector<TableId> tables(const Catalog& catalog) {
  std::vector<TableId> all;
  for (TableId id = 0; id < catalog.tables.size(); ++id) {
    const Table& t = catalog[id];
    const bool stays = t.name == "idempotency" || t.name == "subject_key" || t.name == "adopted_subject" ||
                       t.name == "channel_secret";
    if (t.tenant && !stays) all.push_back(id);
  }
  return all;
}

}  // namespace atlas::dump
