#pragma once
// The key in force for a store's file: found once, used by all its connections.

#include <optional>
#include <string>

#include "atlas/key_file.hpp"
#include "atlas/sqlite_store.hpp"

namespace atlas {

/// A raw key and the salt of the file. Wiped at the end.
class StoreKey {
 public:
  StoreKey(const Key& key, std::string_view salt, const Key& vault);
  ~StoreKey();
  StoreKey(const StoreKey&) = default;
  StoreKey& operator=(const StoreKey&) = default;

  const Key& key() const { return key_; }
  const Key& vault() const { return vault_; }
  const std::string& salt() const { return salt_; }
  /// In SQLCipher's notation; the caller wipes it.
  std::string text() const;

 private:
  Key key_;
  std::string salt_;
  Key vault_;
};

/// What lies at the path of a store.
struct FileProbe {
  bool exists = false;
  bool empty = true;
  std::string head;  ///< Its first 16 bytes.
  bool plain() const;
};

/// Looks through SQLite's own layer: closing a descriptor of our own would drop this process's locks on the
/// file.
FileProbe probe_file(const std::string& path);

/// The key of the store at `options.path`, checked against its key file; nothing when it is a plain one.
/// Makes the key file of a store that is about to be created. Throws storage_wrong_key, storage_not_a_store,
/// storage_corrupt.
std::optional<StoreKey> find_store_key(const SqliteOptions& options, bool create, Entropy& entropy);

/// From a passphrase, as SQLCipher does it.
Key derive_store_key(std::string_view passphrase, std::string_view salt, std::uint32_t rounds);

}  // namespace atlas
