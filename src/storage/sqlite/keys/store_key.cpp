#include "store_key.hpp"

#include "atlas/error.hpp"

namespace atlas {

namespace {

constexpr std::string_view plain_head{"SQLite format 3\0", 16};

Error wrong_key(std::string message) { return Error(ErrorCode::storage_wrong_key, std::move(message)); }

std::optional<Key> fitting_key(const SqliteOptions& options, const KeyEntry& entry) {
  Key key{};
  if (options.raw_key) {
    key = *options.raw_key;
  } else if (entry.kind == KeyKind::passphrase) {
    key = derive_store_key(*options.passphrase, entry.salt_view(), entry.rounds);
  } else {
    return std::nullopt;
  }
  if (!key_fits(entry, key)) {
    wipe(key.data(), key.size());
    return std::nullopt;
  }
  return key;
}

StoreKey make_key_file(const SqliteOptions& options, const std::string& path, Entropy& entropy, bool& made) {
  std::array<std::uint8_t, 16> salt{};
  entropy.fill(salt);
  const std::string_view salt_view(reinterpret_cast<const char*>(salt.data()), salt.size());
  Key key = options.raw_key ? *options.raw_key : derive_store_key(*options.passphrase, salt_view, key_rounds);
  Key vault{};
  entropy.fill(vault);
  KeyHeader header;
  header.sequence = 1;
  const KeyKind kind = options.raw_key ? KeyKind::raw : KeyKind::passphrase;
  header.current = make_key_entry(kind, salt_view, &key, vault, entropy);
  made = create_key_header(path, header);
  StoreKey out(key, salt_view, vault);
  wipe(key.data(), key.size());
  wipe(vault.data(), vault.size());
  return out;
}

StoreKey open_key_file(const SqliteOptions& options, const KeyHeader& header, const FileProbe& file) {
  // While a rekey was under way there are two; the file's salt says which one it was written with.
  const KeyEntry* entry = &header.current;
  if (header.pending && header.pending->salt_view() == file.head) entry = &*header.pending;
  std::optional<Key> key = fitting_key(options, *entry);
  if (!key) throw wrong_key("This is not the store's key.");
  std::optional<Key> vault = open_vault_key(*entry, &*key);
  if (!vault) throw Error(ErrorCode::storage_corrupt, "The key file beside the store is damaged.");
  StoreKey out(*key, entry->salt_view(), *vault);
  wipe(key->data(), key->size());
  wipe(vault->data(), vault->size());
  return out;
}

}  // namespace

StoreKey::StoreKey(const Key& key, std::string_view salt, const Key& vault)
    : key_(key), salt_(salt), vault_(vault) {}

StoreKey::~StoreKey() {
  wipe(key_.data(), key_.size());
  wipe(vault_.data(), vault_.size());
}

std::string StoreKey::text() const {
  std::string digits = hex({reinterpret_cast<const char*>(key_.data()), key_.size()});
  std::string out;
  out.reserve(2 * (key_.size() + salt_.size()) + 3);
  out.append("x'").append(digits).append(hex(salt_)).append("'");
  wipe(digits.data(), digits.size());
  return out;
}

bool FileProbe::plain() const { return head == plain_head; }

Key derive_store_key(std::string_view passphrase, std::string_view salt, std::uint32_t rounds) {
  return pbkdf2(passphrase, salt, rounds);
}

std::optional<StoreKey> find_store_key(const SqliteOptions& options, bool create, Entropy& entropy) {
  if (options.passphrase && options.raw_key) {
    throw Error(ErrorCode::invalid_argument, "A store has a passphrase or a raw key, not both.");
  }
  if (options.passphrase && options.passphrase->empty()) {
    throw Error(ErrorCode::invalid_argument, "An empty passphrase is no key.");
  }
  const bool given = options.passphrase || options.raw_key;
  const std::string path = key_file_path(options.path);
  const FileProbe file = probe_file(options.path);
  if (file.empty && !create) {
    throw Error(ErrorCode::storage_not_a_store,
                file.exists ? "The file is empty." : "There is no store at this path.");
  }
  std::optional<KeyHeader> header = read_key_header(path);
  const bool encrypted = header && header->current.kind != KeyKind::plain;
  if (!given) {
    if (encrypted) throw wrong_key("The store is encrypted, and no key was given.");
    if (!file.empty && !file.plain()) {
      throw Error(ErrorCode::storage_not_a_store,
                  "The file is no SQLite database, or it is encrypted and its key file is missing.");
    }
    return std::nullopt;
  }
  if (!file.empty && file.plain()) {
    throw wrong_key("A key was given, but the file is a plain SQLite database, not encrypted.");
  }
  if (header && !encrypted)
    throw wrong_key("A key was given, but the key file beside it is that of a plain store.");
  if (!header && !file.empty) {
    throw wrong_key(
        "The key cannot be checked: the key file is missing. The store's key, or the file is damaged.");
  }
  if (!header) {
    bool made = false;
    StoreKey key = make_key_file(options, path, entropy, made);
    if (made) return key;
    header = read_key_header(path);  // another opener was first
    if (!header) throw wrong_key("The key file that lies there is that of a plain store.");
  }
  return open_key_file(options, *header, file);
}

std::string key_file_path(const std::string& store_path) { return store_path + ".keys"; }

}  // namespace atlas
