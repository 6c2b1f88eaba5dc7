#pragma once
// The transactions of KvBackend.

#include <memory>

#include "atlas/store.hpp"
#include "kv_view.hpp"

namespace atlas::kv {

/// `schema` and `clock` outlive the transaction.
std::unique_ptr<ReadTransaction> make_read(std::unique_ptr<KvTransaction> kv, const Schema& schema,
                                           Clock& clock);
std::unique_ptr<WriteTransaction> make_write(std::unique_ptr<KvTransaction> kv, const Schema& schema,
                                             Clock& clock, Durability durability);

/// Throws conflict when a unique key has another row with the same values as `row`; `prefix` is the key's
/// section_prefix.
void require_unique(KvTransaction& kv, const Table& table, const TableKey& key, const std::string& prefix,
                    RowView row);

}  // namespace atlas::kv
