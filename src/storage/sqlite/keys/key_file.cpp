#include "atlas/key_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "atlas/error.hpp"
#include "files.hpp"

namespace atlas {

namespace {

constexpr std::string_view magic = "ATLASKEY";
constexpr std::string_view check_text = "atlas store key check 1";
constexpr std::string_view vault_text = "atlas vault key 1";
constexpr std::uint32_t format_version = 1;
constexpr std::uint32_t most_rounds = 4'000'000;
constexpr std::size_t copy_size = 256, entry_at = 16, entry_size = 100, sum_at = 248, sum_size = 8;

void put(char* out, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(value >> (8 * i) & 0xff);
}

std::uint32_t take(std::string_view in, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value |= std::uint32_t{static_cast<unsigned char>(in[at + i])} << (8 * i);
  }
  return value;
}

void put_entry(char* out, const KeyEntry& entry) {
  put(out, static_cast<std::uint16_t>(entry.kind), 2);
  put(out + 4, entry.rounds, 4);
  std::memcpy(out + 8, entry.salt.data(), entry.salt.size());
  std::memcpy(out + 24, entry.check.data(), entry.check.size());
  std::memcpy(out + 40, entry.vault.data(), entry.vault.size());
}

std::optional<KeyEntry> take_entry(std::string_view in) {
  KeyEntry entry;
  const std::uint32_t kind = take(in, 0, 2);
  if (kind < 1 || kind > 3) return std::nullopt;
  entry.kind = static_cast<KeyKind>(kind);
  entry.rounds = take(in, 4, 4);
  if (entry.kind == KeyKind::passphrase && (entry.rounds < key_rounds || entry.rounds > most_rounds)) {
    return std::nullopt;
  }
  std::memcpy(entry.salt.data(), in.data() + 8, entry.salt.size());
  std::memcpy(entry.check.data(), in.data() + 24, entry.check.size());
  std::memcpy(entry.vault.data(), in.data() + 40, entry.vault.size());
  return entry;
}

std::string encode(const KeyHeader& header) {
  std::string out(copy_size, '\0');
  std::memcpy(out.data(), magic.data(), magic.size());
  put(out.data() + 8, format_version, 4);
  put(out.data() + 12, header.sequence, 4);
  put_entry(out.data() + entry_at, header.current);
  if (header.pending) put_entry(out.data() + entry_at + entry_size, *header.pending);
  const Hash sum = sha256(std::string_view(out).substr(0, sum_at));
  std::memcpy(out.data() + sum_at, sum.data(), sum_size);
  return out;
}

std::optional<KeyHeader> decode(std::string_view copy, bool& newer) {
  if (copy.size() < copy_size || copy.substr(0, magic.size()) != magic) return std::nullopt;
  const Hash sum = sha256(copy.substr(0, sum_at));
  if (copy.substr(sum_at, sum_size) != as_view(sum).substr(0, sum_size)) return std::nullopt;
  if (take(copy, 8, 4) != format_version) {
    newer = true;
    return std::nullopt;
  }
  KeyHeader header;
  header.sequence = take(copy, 12, 4);
  const std::optional<KeyEntry> current = take_entry(copy.substr(entry_at, entry_size));
  if (!current) return std::nullopt;
  header.current = *current;
  header.pending = take_entry(copy.substr(entry_at + entry_size, entry_size));
  return header;
}

}  // namespace

std::optional<KeyHeader> read_key_header(const std::string& path) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw Error(ErrorCode::storage_io, "The key file beside the store cannot be opened.");
  }
  std::string bytes(key_header_size, '\0');
  bytes.resize(file.read_at(bytes.data(), bytes.size(), 0));
  if (bytes.find_first_not_of('\0') == std::string::npos) return std::nullopt;
  bool newer = false;
  const std::optional<KeyHeader> first = decode(bytes, newer);
  const std::optional<KeyHeader> second =
      bytes.size() > copy_size ? decode(std::string_view(bytes).substr(copy_size), newer) : std::nullopt;
  if (newer)
    throw Error(ErrorCode::storage_newer_version, "The key file beside the store is of a newer format.");
  if (!first && !second) throw Error(ErrorCode::storage_corrupt, "The key file beside the store is damaged.");
  if (!first) return second;
  if (!second) return first;
  return first->sequence >= second->sequence ? first : second;
}

bool create_key_header(const std::string& path, const KeyHeader& header) {
  std::string temporary = path + ".XXXXXX";
  File file(::mkostemp(temporary.data(), O_CLOEXEC));  // mode 0600
  if (!file) throw Error(ErrorCode::storage_io, "The key file beside the store cannot be made.");
  bool made = false;
  try {
    const std::string copy = encode(header);
    file.write_at(copy + copy, 0);
    file.sync();
    made = place(temporary, path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  if (!made) ::unlink(temporary.c_str());
  if (made) sync_folder_of(path);
  return made;
}

void write_key_header(const std::string& path, KeyHeader& header) {
  File file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) throw Error(ErrorCode::storage_io, "The key file beside the store cannot be written.");
  std::string bytes(key_header_size, '\0');
  bytes.resize(file.read_at(bytes.data(), bytes.size(), 0));
  bytes.resize(key_header_size);
  bool newer = false;
  const std::optional<KeyHeader> first = decode(bytes, newer);
  const std::optional<KeyHeader> second = decode(std::string_view(bytes).substr(copy_size), newer);
  const bool over_first = !first || (second && second->sequence > first->sequence);
  header.sequence = std::max(first ? first->sequence : 0, second ? second->sequence : 0) + 1;
  const std::string copy = encode(header);
  file.write_at(copy, over_first ? 0 : copy_size);
  file.sync();
  // The other copy would still name the key that was replaced; both agree from here on.
  file.write_at(copy, over_first ? copy_size : 0);
  file.sync();
}

KeyEntry make_key_entry(KeyKind kind, std::string_view salt, const Key* key, const Key& vault_key,
                        Entropy& entropy) {
  KeyEntry entry;
  entry.kind = kind;
  entry.rounds = kind == KeyKind::passphrase ? key_rounds : 0;
  std::copy_n(salt.begin(), std::min(salt.size(), entry.salt.size()), entry.salt.begin());
  const std::string_view vault(reinterpret_cast<const char*>(vault_key.data()), vault_key.size());
  if (key == nullptr) {
    std::copy(vault_key.begin(), vault_key.end(), entry.vault.begin());
    return entry;
  }
  const Hash check = hmac_sha256({reinterpret_cast<const char*>(key->data()), key->size()}, check_text);
  std::copy_n(check.begin(), entry.check.size(), entry.check.begin());
  const std::string sealed = seal(*key, vault, vault_text, entropy);
  std::copy_n(sealed.begin(), entry.vault.size(), entry.vault.begin());
  return entry;
}

bool key_fits(const KeyEntry& entry, const Key& key) {
  const Hash check = hmac_sha256({reinterpret_cast<const char*>(key.data()), key.size()}, check_text);
  return entry.kind != KeyKind::plain &&
         equal_constant_time(as_view(check).substr(0, entry.check.size()),
                             {reinterpret_cast<const char*>(entry.check.data()), entry.check.size()});
}

std::optional<Key> open_vault_key(const KeyEntry& entry, const Key* key) {
  Key out{};
  if (key == nullptr) {
    if (entry.kind != KeyKind::plain) return std::nullopt;
    std::copy_n(entry.vault.begin(), out.size(), out.begin());
    return out;
  }
  std::optional<std::string> opened =
      unseal(*key, {reinterpret_cast<const char*>(entry.vault.data()), entry.vault.size()}, vault_text);
  if (!opened || opened->size() != out.size()) return std::nullopt;
  std::memcpy(out.data(), opened->data(), out.size());
  wipe(opened->data(), opened->size());
  return out;
}

}  // namespace atlas
