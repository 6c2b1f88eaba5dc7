#include "atlas/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <climits>
#include <memory>
#include <utility>

#include "atlas/error.hpp"

namespace atlas {
namespace {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* p) const {
    Free(p);
  }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Deleter<EVP_KDF_CTX_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;

[[noreturn]] void failed() { throw Error(ErrorCode::internal, "a cryptographic operation failed"); }

void require(bool done) {
  if (!done) failed();
}

template <typename T>
T* present(T* p) {
  if (!p) failed();
  return p;
}

const unsigned char* bytes(std::string_view s) { return reinterpret_cast<const unsigned char*>(s.data()); }

int checked_size(std::string_view s) {
  if (s.size() > INT_MAX / 2) throw Error(ErrorCode::invalid_argument, "too much data for one operation");
  return static_cast<int>(s.size());
}

// Fetching an algorithm walks the providers each time (microseconds): once per process, never freed.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return present(md);
}

const EVP_CIPHER* aes_gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return present(cipher);
}

EVP_KDF* hkdf_algorithm() {
  static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  return present(kdf);
}

constexpr int nonce_size = 12, tag_size = 16;

}  // namespace

Hash hash_from_bytes(std::string_view raw) {
  Hash h;
  if (raw.size() != h.size()) throw Error(ErrorCode::storage_corrupt, "a stored hash has the wrong size");
  std::copy(raw.begin(), raw.end(), reinterpret_cast<char*>(h.data()));
  return h;
}

Hash sha256(std::string_view data) {
  Hash h;
  require(EVP_Digest(data.data(), data.size(), h.data(), nullptr, sha256_algorithm(), nullptr) == 1);
  return h;
}

Sha256::Sha256() : ctx_(present(EVP_MD_CTX_new())) {
  if (EVP_DigestInit_ex2(static_cast<EVP_MD_CTX*>(ctx_), sha256_algorithm(), nullptr) == 1) return;
  EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(ctx_));
  failed();
}

Sha256::~Sha256() { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(ctx_)); }

Sha256& Sha256::update(std::string_view data) {
  require(EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(ctx_), data.data(), data.size()) == 1);
  return *this;
}

Hash Sha256::finish() {
  Hash h;
  require(EVP_DigestFinal_ex(static_cast<EVP_MD_CTX*>(ctx_), h.data(), nullptr) == 1);
  return h;
}

// RFC 2104 over one digest context: the EVP_MAC interface costs three times as much for short messages.
Hash hmac_sha256(std::string_view key, std::string_view data) {
  std::array<unsigned char, 64> block{};
  if (key.size() > block.size()) {
    const Hash h = sha256(key);
    std::copy(h.begin(), h.end(), block.begin());
  } else {
    std::copy(key.begin(), key.end(), reinterpret_cast<char*>(block.data()));
  }
  const DigestContext ctx(present(EVP_MD_CTX_new()));
  Hash h;
  for (unsigned char& b : block) b ^= 0x36;
  bool done = EVP_DigestInit_ex2(ctx.get(), sha256_algorithm(), nullptr) == 1 &&
              EVP_DigestUpdate(ctx.get(), block.data(), block.size()) == 1 &&
              EVP_DigestUpdate(ctx.get(), data.data(), data.size()) == 1 &&
              EVP_DigestFinal_ex(ctx.get(), h.data(), nullptr) == 1;
  for (unsigned char& b : block) b ^= 0x36 ^ 0x5c;
  done = done && EVP_DigestInit_ex2(ctx.get(), nullptr, nullptr) == 1 &&
         EVP_DigestUpdate(ctx.get(), block.data(), block.size()) == 1 &&
         EVP_DigestUpdate(ctx.get(), h.data(), h.size()) == 1 &&
         EVP_DigestFinal_ex(ctx.get(), h.data(), nullptr) == 1;
  wipe(block.data(), block.size());
  require(done);
  return h;
}

Key hkdf(std::string_view secret, std::string_view salt, std::string_view info) {
  const KdfContext ctx(present(EVP_KDF_CTX_new(hkdf_algorithm())));
  char digest[] = "SHA256";
  const auto octets = [](const char* name, std::string_view value) {
    return OSSL_PARAM_construct_octet_string(name, const_cast<char*>(value.data()), value.size());
  };
  // OpenSSL refuses a null pointer even for nothing.
  const auto some = [](std::string_view s) { return s.data() ? s : std::string_view(""); };
  OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                         octets(OSSL_KDF_PARAM_KEY, some(secret)), octets(OSSL_KDF_PARAM_SALT, some(salt)),
                         octets(OSSL_KDF_PARAM_INFO, some(info)), OSSL_PARAM_construct_end()};
  Key out;
  require(EVP_KDF_derive(ctx.get(), out.data(), out.size(), params) == 1);
  return out;
}

Key pbkdf2(std::string_view passphrase, std::string_view salt, unsigned rounds) {
  if (rounds == 0 || rounds > INT_MAX)
    throw Error(ErrorCode::invalid_argument, "a number of rounds is needed");
  Key out;
  require(PKCS5_PBKDF2_HMAC(passphrase.data(), checked_size(passphrase), bytes(salt), checked_size(salt),
                            static_cast<int>(rounds), EVP_sha512(), static_cast<int>(out.size()),
                            out.data()) == 1);
  return out;
}

bool equal_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && (a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0);
}

void wipe(void* data, std::size_t size) noexcept {
  if (size > 0) OPENSSL_cleanse(data, size);
}

std::string seal(const Key& key, std::string_view plain, std::string_view aad, Entropy& entropy) {
  const int size = checked_size(plain), aad_size = checked_size(aad);
  std::string out(nonce_size + plain.size() + tag_size, '\0');
  auto* const at = reinterpret_cast<unsigned char*>(out.data());
  entropy.fill({at, nonce_size});
  const CipherContext ctx(present(EVP_CIPHER_CTX_new()));
  int n = 0;
  require(EVP_EncryptInit_ex2(ctx.get(), aes_gcm(), key.data(), at, nullptr) == 1);
  require(aad.empty() || EVP_EncryptUpdate(ctx.get(), nullptr, &n, bytes(aad), aad_size) == 1);
  require(plain.empty() || EVP_EncryptUpdate(ctx.get(), at + nonce_size, &n, bytes(plain), size) == 1);
  unsigned char* const tag = at + nonce_size + plain.size();
  require(EVP_EncryptFinal_ex(ctx.get(), tag, &n) == 1);
  require(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, tag) == 1);
  return out;
}

std::optional<std::string> unseal(const Key& key, std::string_view sealed, std::string_view aad) {
  if (sealed.size() < nonce_size + tag_size) return std::nullopt;
  checked_size(sealed);
  const std::string_view body = sealed.substr(nonce_size, sealed.size() - nonce_size - tag_size);
  std::array<unsigned char, tag_size> tag;
  std::copy(sealed.end() - tag_size, sealed.end(), reinterpret_cast<char*>(tag.data()));
  std::string out(body.size(), '\0');
  const CipherContext ctx(present(EVP_CIPHER_CTX_new()));
  int n = 0;
  require(EVP_DecryptInit_ex2(ctx.get(), aes_gcm(), key.data(), bytes(sealed), nullptr) == 1);
  require(aad.empty() || EVP_DecryptUpdate(ctx.get(), nullptr, &n, bytes(aad), checked_size(aad)) == 1);
  require(body.empty() || EVP_DecryptUpdate(ctx.get(), reinterpret_cast<unsigned char*>(out.data()), &n,
                                            bytes(body), static_cast<int>(body.size())) == 1);
  require(EVP_CIPHER_CTX_ctrl(ctx.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1);
  unsigned char none[16];
  if (EVP_DecryptFinal_ex(ctx.get(), none, &n) == 1) return out;
  wipe(out.data(), out.size());  // unauthenticated plain text leaves no trace
  return std::nullopt;
}

Key ed25519_public(const Key& seed) {
  const PrivateKey key(
      present(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size())));
  Key out;
  std::size_t size = out.size();
  require(EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) == 1 && size == out.size());
  return out;
}

std::array<std::uint8_t, 64> ed25519_sign(const Key& seed, std::string_view data) {
  const PrivateKey key(
      present(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size())));
  const DigestContext ctx(present(EVP_MD_CTX_new()));
  std::array<std::uint8_t, 64> out;
  std::size_t size = out.size();
  require(EVP_DigestSignInit(ctx.get(), nullptr, nullptr, nullptr, key.get()) == 1);
  require(EVP_DigestSign(ctx.get(), out.data(), &size, bytes(data), data.size()) == 1 && size == out.size());
  return out;
}

bool ed25519_verify(const Key& public_key, std::string_view data, std::string_view signature) noexcept {
  const PrivateKey key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key.data(), public_key.size()));
  const DigestContext ctx(EVP_MD_CTX_new());
  return signature.size() == 64 && key && ctx &&
         EVP_DigestVerifyInit(ctx.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(ctx.get(), bytes(signature), signature.size(), bytes(data), data.size()) == 1;
}

namespace {

constexpr char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> base64_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (int i = 0; i < 64; ++i)
    values[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::int8_t>(i);
  return values;
}();

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string base64(std::string_view data) {
  std::string out;
  out.reserve((data.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < data.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t n = std::min<std::size_t>(3, data.size() - i);
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < n ? static_cast<unsigned char>(data[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k)
      out.push_back(k <= n ? base64_digits[group >> (18 - 6 * k) & 63] : '=');
  }
  return out;
}

std::optional<std::string> unbase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    std::size_t digits = 4;
    if (i + 4 == text.size() && text[i + 3] == '=') digits = text[i + 2] == '=' ? 2 : 3;
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < digits; ++k) {
      const int v = base64_values[static_cast<unsigned char>(text[i + k])];
      if (v < 0) return std::nullopt;
      group |= static_cast<std::uint32_t>(v) << (18 - 6 * k);
    }
    // Bits that belong to no byte must be zero, else two texts would mean the same bytes.
    if ((digits == 2 && (group & 0xffff) != 0) || (digits == 3 && (group & 0xff) != 0)) return std::nullopt;
    for (std::size_t k = 0; k + 1 < digits; ++k)
      out.push_back(static_cast<char>(group >> (16 - 8 * k) & 0xff));
  }
  return out;
}

std::string hex(std::string_view data) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(data.size() * 2);
  for (const char c : data) {
    out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(digits[static_cast<unsigned char>(c) & 15]);
  }
  return out;
}

std::optional<std::string> unhex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]), low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high << 4 | low));
  }
  return out;
}

}  // namespace atlas
