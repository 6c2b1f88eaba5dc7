#pragma once
// Hashes, message authentication, sealing, signatures: OpenSSL behind values. Thread-safe.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "atlas/id.hpp"

namespace atlas {

/// The output of SHA-256.
using Hash = std::array<std::uint8_t, 32>;
/// A key of AES-256 or Ed25519. Whoever holds one wipes it.
using Key = std::array<std::uint8_t, 32>;

/// The bytes, valid as long as `h`.
inline std::string_view as_view(const Hash& h) { return {reinterpret_cast<const char*>(h.data()), h.size()}; }
/// From 32 raw bytes; throws storage_corrupt when the size is wrong.
Hash hash_from_bytes(std::string_view bytes);

/// SHA-256 (FIPS 180-4) of all of `data`.
Hash sha256(std::string_view data);

/// Incremental SHA-256.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  Sha256& update(std::string_view data);
  Hash finish();  ///< Once.

 private:
  void* ctx_;
};

/// HMAC-SHA256 (RFC 2104) with a key of any length.
Hash hmac_sha256(std::string_view key, std::string_view data);
/// HKDF-SHA256 (RFC 5869), 32 bytes.
Key hkdf(std::string_view secret, std::string_view salt, std::string_view info);
/// PBKDF2-HMAC-SHA512, 32 bytes. Throws invalid_argument for no rounds.
Key pbkdf2(std::string_view passphrase, std::string_view salt, unsigned rounds);

/// Equal contents, in time that depends on the sizes only.
bool equal_constant_time(std::string_view a, std::string_view b) noexcept;
/// Overwrites memory in a way the compiler keeps.
void wipe(void* data, std::size_t size) noexcept;

/// AES-256-GCM. Output: 12-byte nonce ‖ ciphertext ‖ 16-byte tag. `aad` is authenticated, not stored.
std::string seal(const Key& key, std::string_view plain, std::string_view aad, Entropy& entropy);
/// Nothing when the key is wrong or a byte was changed.
std::optional<std::string> unseal(const Key& key, std::string_view sealed, std::string_view aad);

/// Ed25519 (RFC 8032). The private key is its 32-byte seed.
Key ed25519_public(const Key& seed);
std::array<std::uint8_t, 64> ed25519_sign(const Key& seed, std::string_view data);
bool ed25519_verify(const Key& public_key, std::string_view data, std::string_view signature) noexcept;

/// RFC 4648 §4, with padding, without line breaks.
std::string base64(std::string_view data);
/// Strict RFC 4648 §4: padding needed, no other characters, no stray bits. Nothing otherwise.
std::optional<std::string> unbase64(std::string_view text);
/// Lower-case hexadecimal; read in either case, an even number of digits and nothing else.
std::string hex(std::string_view data);
std::optional<std::string> unhex(std::string_view text);

}  // namespace atlas
