#pragma once
// The SQLite and SQLCipher store: one file, one writer, many readers.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "atlas/crypto.hpp"
#include "atlas/store.hpp"

namespace atlas {

/// Where the store is and what opens it.
struct SqliteOptions {
  std::string path;
  /// Passphrase (PBKDF2-HMAC-SHA512, 256,000 rounds, once per open) or a raw key; neither = plain SQLite.
  std::optional<std::string> passphrase;
  std::optional<Key> raw_key;
  /// How long a writer waits for another process before storage_busy, in milliseconds.
  int busy_ms = 5'000;
  /// Read connections kept open.
  unsigned readers = 8;
};

/// Opens or creates the store. Errors, each with its advice: storage_wrong_key, storage_not_a_store,
/// storage_corrupt, storage_read_only, storage_full, storage_busy, storage_io, storage_newer_version,
/// storage_needs_migration. A key is never silently ignored.
std::unique_ptr<Store> open_sqlite(const SqliteOptions& options, const StoreOpening& opening);

/// The file beside the store that holds the key check and, by default, the subject keys: `<store>.keys`.
std::string key_file_path(const std::string& store_path);

/// Of an encrypted store opened by open_sqlite: the key that the subject keys in the key file are wrapped by.
/// It stays the same when the passphrase changes (see key_file.hpp). Nothing for any other store.
std::optional<Key> sqlite_vault_key(Store& store);

}  // namespace atlas
