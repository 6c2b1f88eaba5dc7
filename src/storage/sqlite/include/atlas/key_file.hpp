#pragma once
// `<store>.keys`, the file beside a store: what is needed to check a key before a page is read, and after
// it, from byte 512 on, whatever the key vault keeps there.
//
// The first 512 bytes are two copies of one header, 256 bytes each, numbers little-endian:
//
//     0    8  "ATLASKEY"
//     8    4  format version, 1
//    12    4  sequence; of two sound copies the higher one counts
//    16  100  entry: the key of the store
//   116  100  entry: the key of the copy that rekey() is about to put in the store's place, or zeros
//   216   32  zeros
//   248    8  the first bytes of SHA-256 over bytes 0 to 247
//
//   entry: kind 2 (1 plain, 2 passphrase, 3 raw), zeros 2, PBKDF2 rounds 4, salt 16, check 16, vault key 60
//
// The salt is also the first 16 bytes of an encrypted store, which tells the two entries apart. The check is
// the first half of HMAC-SHA256(key, "atlas store key check 1"). The vault key, 32 random bytes that survive
// a change of the passphrase, is sealed under the key (AES-256-GCM, associated data "atlas vault key 1");
// beside a store without a key it lies there in the clear. A header is written over the older copy, in place,
// and synced: a torn write leaves the other copy. Functions throw storage_io when the file cannot be read or
// written. Thread-safe on different files.

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "atlas/crypto.hpp"

namespace atlas {

inline constexpr std::size_t key_header_size = 512;
/// Of PBKDF2-HMAC-SHA512; what SQLCipher uses by itself, so that its own shell opens a store by the
/// passphrase.
inline constexpr std::uint32_t key_rounds = 256'000;

/// Where a store's key comes from.
enum class KeyKind : std::uint16_t { plain = 1, passphrase = 2, raw = 3 };

/// One key: what is needed to derive and check it, and the vault key sealed under it.
struct KeyEntry {
  KeyKind kind = KeyKind::plain;
  std::uint32_t rounds = 0;  ///< Of a passphrase: key_rounds to 4,000,000.
  std::array<std::uint8_t, 16> salt{};
  std::array<std::uint8_t, 16> check{};
  std::array<std::uint8_t, 60> vault{};

  std::string_view salt_view() const { return {reinterpret_cast<const char*>(salt.data()), salt.size()}; }
};

/// The store's key and, while it is being changed, the next.
struct KeyHeader {
  std::uint32_t sequence = 0;
  KeyEntry current;
  std::optional<KeyEntry> pending;
};

/// Nothing when there is no such file or its header is blank (beside a plain store it may be). Throws
/// storage_corrupt when neither copy is sound, storage_newer_version when the format is another one.
std::optional<KeyHeader> read_key_header(const std::string& path);

/// Makes the file with this header, readable by its owner alone, at once and whole. False when it is there.
bool create_key_header(const std::string& path, const KeyHeader& header);

/// Replaces the header of a file that is there, leaving everything after byte 512 alone.
void write_key_header(const std::string& path, KeyHeader& header);

/// An entry for a store with this key, or without one (`key` null, kind plain).
KeyEntry make_key_entry(KeyKind kind, std::string_view salt, const Key* key, const Key& vault_key,
                        Entropy& entropy);

/// Is this the entry's key?
bool key_fits(const KeyEntry& entry, const Key& key);

/// The vault key of an entry; `key` is null for a plain one. Nothing when the key is another or a byte was
/// changed.
std::optional<Key> open_vault_key(const KeyEntry& entry, const Key* key);

}  // namespace atlas
