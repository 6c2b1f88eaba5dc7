#pragma once
// A KvStore written in C, as the rest of the library sees it.

#include <memory>

#include "handles.hpp"

namespace atlas::capi {

/// The table is complete. `user_data` lives as long as the store and its transactions.
std::unique_ptr<KvStore> make_host_kv(const atlas_kvstore& table, std::shared_ptr<UserData> user_data);

}  // namespace atlas::capi
