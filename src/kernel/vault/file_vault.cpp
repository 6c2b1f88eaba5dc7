// Subject keys in a file of fixed slots. The format is specified in docs/format.md, "Key file".

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <string_view>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/subject_keys.hpp"
#include "vault_file.hpp"

namespace atlas {
namespace {

using vault::VaultFile;

constexpr std::string_view magic = "ATLASVLT";
constexpr std::string_view wrapping_info = "atlas key file wrapping 1";
constexpr std::string_view format_version{"\0\0\0\1", 4};

// The vault begins after the header of the store's key check, which is none of its business.
constexpr std::uint64_t header_at = 512, slots_at = 1024;
constexpr std::size_t header_size = 512, identity_size = 16, version_at = 8, tag_at = 12, tag_size = 4;
constexpr std::size_t copies_at = 16, copy_size = 64, copy_count = 2;
constexpr std::size_t slot_size = 96, state_size = 4, nonce_size = 12, seed_size = 64;
// A block grows with the appetite of who writes: each costs a wait for the disk.
constexpr std::size_t first_block = 256, largest_block = 4096;
constexpr std::uint64_t most_slots = std::uint64_t{1} << 34;

enum CopyState : unsigned char { copy_none = 0, copy_wrapped = 1, copy_clear = 2 };
enum SlotState : unsigned char { slot_free = 0, slot_key = 1, slot_erased = 2 };

using Slot = std::array<char, slot_size>;
using Header = std::array<char, header_size>;
using Seed = std::array<std::uint8_t, seed_size>;

std::string_view view(const Key& key) { return {reinterpret_cast<const char*>(key.data()), key.size()}; }

[[noreturn]] void wrong_key() {
  throw Error(ErrorCode::storage_wrong_key, "the key does not open the key file, or the key file is damaged");
}

SubjectKey split(const std::uint8_t* seed) {
  SubjectKey key;
  std::copy_n(seed, key.seal.size(), key.seal.begin());
  std::copy_n(seed + key.seal.size(), key.mac.size(), key.mac.begin());
  return key;
}

/// A key that leaves nothing behind.
struct Secret {
  Key key{};
  Secret() = default;
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret() { wipe(key.data(), key.size()); }
};

std::string_view identity(const Header& header) { return {header.data(), identity_size}; }

/// False when there is no vault in the file yet.
bool read_header(const VaultFile& file, Header& header) {
  header.fill(0);
  file.read(header.data(), header.size(), header_at);
  if (identity(header).starts_with(magic)) {
    if (identity(header).substr(version_at, format_version.size()) != format_version)
      throw Error(ErrorCode::storage_newer_version, "the key file is of another format version");
    return true;
  }
  // Creation writes the magic last: without it and without slots nothing was ever kept here.
  if (identity(header).starts_with('\0') && file.size() <= slots_at) return false;
  throw Error(ErrorCode::storage_corrupt, "the key file's header is damaged");
}

// Without a key of the store the vault key lies under a key that everybody knows: damage is still found.
Secret wrapping_key(const Header& header, const std::optional<Key>& wrapping) {
  Secret secret;
  secret.key = hkdf(view(wrapping ? *wrapping : Key{}), identity(header), wrapping_info);
  return secret;
}

CopyState copy_state(const std::optional<Key>& wrapping) { return wrapping ? copy_wrapped : copy_clear; }

std::string make_copy(const Header& header, const std::optional<Key>& wrapping, const Key& vault_key,
                      Entropy& entropy) {
  std::string copy(state_size, '\0');
  copy[0] = static_cast<char>(copy_state(wrapping));
  copy += seal(wrapping_key(header, wrapping).key, view(vault_key), std::string(identity(header)) + copy[0],
               entropy);
  return copy;
}

struct OpenedCopy {
  std::size_t index = 0;
  Secret vault;
};

std::optional<OpenedCopy> try_copies(const Header& header, const std::optional<Key>& wrapping) {
  const Secret wrapper = wrapping_key(header, wrapping);
  for (std::size_t i = 0; i < copy_count; ++i) {
    const std::string_view copy{header.data() + copies_at + i * copy_size, copy_size};
    if (copy[0] != static_cast<char>(copy_state(wrapping))) continue;
    auto plain = unseal(wrapper.key, copy.substr(state_size), std::string(identity(header)) + copy[0]);
    if (!plain) continue;
    std::optional<OpenedCopy> opened(std::in_place);
    opened->index = i;
    std::memcpy(opened->vault.key.data(), plain->data(), opened->vault.key.size());
    wipe(plain->data(), plain->size());
    return opened;
  }
  return std::nullopt;
}

OpenedCopy open_copies(const Header& header, const std::optional<Key>& wrapping) {
  if (auto opened = try_copies(header, wrapping)) return *opened;
  for (std::size_t i = 0; i < copy_count; ++i)
    if (header[copies_at + i * copy_size] == copy_wrapped) wrong_key();
  if (wrapping && try_copies(header, std::nullopt))
    throw Error(ErrorCode::storage_wrong_key, "the key file is not wrapped by a key, but one was given");
  throw Error(ErrorCode::storage_corrupt, "the key file's header is damaged");
}

/// Under the lock. Durable, and whole or absent: the magic goes last.
void write_new_header(const VaultFile& file, Header& header, const std::optional<Key>& wrapping,
                      const Key& key, Entropy& entropy) {
  file.require_writable();
  header.fill(0);
  std::memcpy(header.data(), magic.data(), magic.size());
  std::memcpy(header.data() + version_at, format_version.data(), format_version.size());
  entropy.fill({reinterpret_cast<std::uint8_t*>(header.data()) + tag_at, tag_size});
  const std::string copy = make_copy(header, wrapping, key, entropy);
  std::memcpy(header.data() + copies_at, copy.data(), copy.size());
  file.write(
      std::string(magic.size(), '\0') + std::string(header.data() + magic.size(), header_size - magic.size()),
      header_at);
  file.sync();
  file.write(magic, header_at);
  file.sync();
}

std::string slot_aad(const Header& header, std::uint64_t slot) {
  std::string aad(identity(header));
  for (int shift = 56; shift >= 0; shift -= 8) aad.push_back(static_cast<char>(slot >> shift & 0xff));
  return aad;
}

std::uint64_t slot_offset(std::uint64_t slot) { return slots_at + slot * slot_size; }

// UUIDv8 (RFC 9562 §5.8), big-endian: vault tag 32 bits, the slot's number 34 bits around version and
// variant, the first 56 bits of the slot's nonce. So a slot is found without an index, ids of one vault rise,
// and an id never finds a slot that was filled anew.
Uuid make_id(const Header& header, std::uint64_t slot, const char* nonce) {
  Uuid id;
  std::memcpy(id.bytes.data(), header.data() + tag_at, tag_size);
  id.bytes[4] = static_cast<std::uint8_t>(slot >> 26 & 0xff);
  id.bytes[5] = static_cast<std::uint8_t>(slot >> 18 & 0xff);
  id.bytes[6] = static_cast<std::uint8_t>(0x80 | (slot >> 14 & 0x0f));
  id.bytes[7] = static_cast<std::uint8_t>(slot >> 6 & 0xff);
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (slot & 0x3f));
  std::memcpy(id.bytes.data() + 9, nonce, 7);
  return id;
}

/// Nothing when the id is not of this vault.
std::optional<std::uint64_t> slot_of(const Header& header, const Uuid& id) {
  const auto& b = id.bytes;
  if (std::memcmp(b.data(), header.data() + tag_at, tag_size) != 0 || b[6] >> 4 != 8 || b[8] >> 6 != 2)
    return std::nullopt;
  return std::uint64_t{b[4]} << 26 | std::uint64_t{b[5]} << 18 | std::uint64_t{b[6] & 0x0fu} << 14 |
         std::uint64_t{b[7]} << 6 | (b[8] & 0x3fu);
}

class FileVault final : public SubjectVault {
 public:
  FileVault(const std::string& path, const std::optional<Key>& wrapping, Entropy& entropy)
      : file_(path, VaultFile::Mode::create), entropy_(entropy), cache_(cache_size) {
    const VaultFile::Lock lock(file_);
    present_ = read_header(file_, header_);
    if (present_) {
      vault_ = open_copies(header_, wrapping).vault;
    } else if (!file_.read_only()) {
      entropy_.fill(vault_.key);
      write_new_header(file_, header_, wrapping, vault_.key, entropy_);
      present_ = true;
    }
  }

  ~FileVault() override {
    give_back();
    wipe(seeds_.data(), sizeof(Seed) * seeds_.size());
    wipe(cache_.data(), sizeof(Cached) * cache_.size());
  }

  Subject create(WriteTransaction&) override {
    const std::lock_guard guard(mutex_);
    if (next_ == end_) reserve();
    const std::size_t i = seeds_.size() - static_cast<std::size_t>(end_ - next_);
    Subject subject{make_id(header_, next_, nonces_[i].data()), split(seeds_[i].data())};
    remember(next_, nonces_[i].data(), subject.key);
    wipe(seeds_[i].data(), seeds_[i].size());
    ++next_;
    return subject;
  }

  std::optional<SubjectKey> find(ReadTransaction&, const Uuid& subject) override {
    if (!present_) return std::nullopt;
    const auto number = slot_of(header_, subject);
    if (!number) return std::nullopt;
    const std::lock_guard guard(mutex_);
    // The slot is read each time, also for a key in memory: another process may have erased it.
    Slot slot;
    if (!read_own(*number, subject, slot)) return std::nullopt;
    const Cached& known = cache_[*number % cache_size];
    if (known.slot == *number && std::memcmp(known.nonce.data(), slot.data() + state_size, nonce_size) == 0)
      return known.key;
    auto plain =
        unseal(vault_.key, {slot.data() + state_size, slot_size - state_size}, slot_aad(header_, *number));
    if (!plain) throw Error(ErrorCode::storage_corrupt, "a slot of the key file is damaged");
    SubjectKey key = split(reinterpret_cast<const std::uint8_t*>(plain->data()));
    wipe(plain->data(), plain->size());
    remember(*number, slot.data() + state_size, key);
    return key;
  }

  void destroy(WriteTransaction&, const Uuid& subject) override {
    if (!present_) return;
    const auto number = slot_of(header_, subject);
    if (!number) return;
    file_.require_writable();
    const std::lock_guard guard(mutex_);
    Cached& known = cache_[*number % cache_size];
    if (known.slot == *number) known = Cached{};
    Slot slot;
    if (read_own(*number, subject, slot)) {
      slot.fill(0);
      slot[0] = slot_erased;
      file_.write({slot.data(), slot.size()}, slot_offset(*number));
    }
    file_.sync();  // also when it was erased before: that write may not have become durable
  }

 private:
  struct Cached {
    std::uint64_t slot = ~std::uint64_t{0};
    std::array<char, nonce_size> nonce{};
    SubjectKey key;
  };
  static constexpr std::size_t cache_size = 512;

  /// The slot's content when it holds this subject's key.
  bool read_own(std::uint64_t number, const Uuid& subject, Slot& slot) const {
    if (file_.read(slot.data(), slot.size(), slot_offset(number)) != slot.size()) return false;
    if (slot[0] == slot_free || slot[0] == slot_erased) return false;
    if (slot[0] != slot_key) throw Error(ErrorCode::storage_corrupt, "a slot of the key file is damaged");
    return make_id(header_, number, slot.data() + state_size) == subject;
  }

  // What lay in the place before is overwritten.
  void remember(std::uint64_t number, const char* nonce, const SubjectKey& key) {
    Cached& place = cache_[number % cache_size];
    place.slot = number;
    std::memcpy(place.nonce.data(), nonce, nonce_size);
    place.key = key;
  }

  /// Appends a block of fresh keys, durably, before any of them is handed out.
  void reserve() {
    file_.require_writable();
    const std::size_t slots = block_slots_;
    seeds_.resize(slots);
    nonces_.resize(slots);
    entropy_.fill({seeds_.front().data(), slots * seed_size});
    const VaultFile::Lock lock(file_);
    if (!file_.in_place())
      throw Error(ErrorCode::storage_io, "the key file was removed or replaced while it was open");
    const std::uint64_t size = std::max(file_.size(), slots_at);
    // A torn append leaves part of a slot: begin after it.
    const std::uint64_t first = (size - slots_at + slot_size - 1) / slot_size;
    if (first + slots > most_slots) throw Error(ErrorCode::storage_full, "the key file has no slot left");
    std::string block;
    block.reserve(slots * slot_size);
    for (std::size_t i = 0; i < slots; ++i) {
      const std::string sealed =
          seal(vault_.key, {reinterpret_cast<const char*>(seeds_[i].data()), seed_size},
               slot_aad(header_, first + i), entropy_);
      std::copy_n(sealed.begin(), nonce_size, nonces_[i].begin());
      block += std::string{static_cast<char>(slot_key), 0, 0, 0};
      block += sealed;
    }
    try {
      file_.write(block, slot_offset(first));
      file_.sync();
    } catch (...) {
      file_.truncate(size);
      throw;
    }
    next_ = first;
    end_ = first + slots;
    block_slots_ = std::min(2 * slots, largest_block);
  }

  // Slots that were never handed out are returned while they are the file's last; a process that opens, adds
  // one subject and closes would waste a block each time.
  void give_back() noexcept {
    try {
      if (next_ == end_) return;
      const VaultFile::Lock lock(file_);
      if (file_.size() == slot_offset(end_)) file_.truncate(slot_offset(next_));
    } catch (...) {  // they stay, unused
    }
  }

  VaultFile file_;
  Entropy& entropy_;
  Header header_{};
  Secret vault_;
  bool present_ = false;
  std::mutex mutex_;
  std::vector<Cached> cache_;
  std::vector<Seed> seeds_;  // of the reserved block
  std::vector<std::array<char, nonce_size>> nonces_;
  std::size_t block_slots_ = first_block;
  std::uint64_t next_ = 0, end_ = 0;  // slots reserved and not handed out
};

}  // namespace

std::unique_ptr<SubjectVault> open_file_vault(const std::string& path, const std::optional<Key>& wrapping,
                                              Entropy& entropy) {
  return std::make_unique<FileVault>(path, wrapping, entropy);
}

void prepare_vault_rewrap(const std::string& path, const std::optional<Key>& old_wrapping,
                          const std::optional<Key>& new_wrapping, Entropy& entropy) {
  const VaultFile file(path, VaultFile::Mode::existing);
  if (!file.is_open()) return;
  const VaultFile::Lock lock(file);
  Header header;
  if (!read_header(file, header)) return;
  const OpenedCopy old = open_copies(header, old_wrapping);
  if (try_copies(header, new_wrapping)) return;
  file.require_writable();
  const std::string copy = make_copy(header, new_wrapping, old.vault.key, entropy);
  // The copy that stands is not touched; the other one is free, or left from a change that was given up.
  file.write(copy, header_at + copies_at + (1 - old.index) * copy_size);
  file.sync();
}

void finish_vault_rewrap(const std::string& path, const std::optional<Key>& new_wrapping) {
  const VaultFile file(path, VaultFile::Mode::existing);
  if (!file.is_open()) return;
  const VaultFile::Lock lock(file);
  Header header;
  if (!read_header(file, header)) return;
  const OpenedCopy kept = open_copies(header, new_wrapping);
  file.require_writable();
  file.write(std::string(copy_size, '\0'), header_at + copies_at + (1 - kept.index) * copy_size);
  file.sync();
}

}  // namespace atlas
