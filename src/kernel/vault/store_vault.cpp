// Subject keys as rows of the store: `subject_key`, id and wrapped key.

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <string_view>

#include "atlas/error.hpp"
#include "atlas/subject_keys.hpp"

namespace atlas {
namespace {

constexpr std::size_t seed_size = 64;
constexpr char form_clear = 0, form_sealed = 1;
constexpr std::string_view wrapping_info = "atlas store vault wrapping 1";

// What associates a sealed key with its row: a row that is copied over another does not open.
std::string associated(const Uuid& id) { return "subject_key" + std::string(id.view()); }

class StoreVault final : public SubjectVault {
 public:
  StoreVault(TableId table, const std::optional<Key>& wrapping, Entropy& entropy)
      : table_(table), entropy_(entropy), wrapped_(wrapping.has_value()) {
    if (wrapping)
      key_ = hkdf({reinterpret_cast<const char*>(wrapping->data()), wrapping->size()}, {}, wrapping_info);
  }
  ~StoreVault() override { wipe(key_.data(), key_.size()); }

  Subject create(WriteTransaction& tx) override {
    Subject subject;
    subject.id = next_id();
    std::array<std::uint8_t, seed_size> seed;
    entropy_.fill(seed);
    const std::string_view plain(reinterpret_cast<const char*>(seed.data()), seed.size());
    std::string form(1, wrapped_ ? form_sealed : form_clear);
    form += wrapped_ ? seal(key_, plain, associated(subject.id), entropy_) : std::string(plain);
    subject.key = split(plain);
    wipe(seed.data(), seed.size());
    const std::array row{Value::id(subject.id), Value::blob(form)};
    tx.insert(table_, row);
    wipe(form.data(), form.size());
    return subject;
  }

  std::optional<SubjectKey> find(ReadTransaction& tx, const Uuid& subject) override {
    std::string form;
    const std::array primary{Value::id(subject)};
    if (!tx.get(table_, primary, [&](RowView row) { form = row[1].bytes(); })) return std::nullopt;
    return open(subject, form);
  }

  void destroy(WriteTransaction& tx, const Uuid& subject) override {
    const std::array primary{Value::id(subject)};
    tx.erase(table_, primary);
  }

 private:
  static SubjectKey split(std::string_view seed) {
    SubjectKey key;
    std::copy_n(seed.begin(), key.seal.size(), reinterpret_cast<char*>(key.seal.data()));
    std::copy_n(seed.begin() + key.seal.size(), key.mac.size(), reinterpret_cast<char*>(key.mac.data()));
    return key;
  }

  SubjectKey open(const Uuid& subject, std::string& form) const {
    if (form.empty() || (form[0] != form_clear && form[0] != form_sealed))
      throw Error(ErrorCode::storage_corrupt, "a stored subject key is damaged");
    if ((form[0] == form_sealed) != wrapped_)
      throw Error(ErrorCode::storage_wrong_key,
                  wrapped_ ? "a stored subject key is not wrapped, but a key was given"
                           : "a stored subject key is wrapped by a key");
    std::string seed = form.substr(1);
    if (wrapped_) {
      auto opened = unseal(key_, seed, associated(subject));
      if (!opened)
        throw Error(ErrorCode::storage_wrong_key,
                    "the key does not open a stored subject key, or it is damaged");
      seed = std::move(*opened);
    }
    wipe(form.data(), form.size());
    if (seed.size() != seed_size) throw Error(ErrorCode::storage_corrupt, "a stored subject key is damaged");
    const SubjectKey key = split(seed);
    wipe(seed.data(), seed.size());
    return key;
  }

  // UUIDv8 (RFC 9562 §5.8): 32 random bits of this vault object, a counter of 28 bits, 62 random bits. Rising
  // ids keep new rows together in the table, as those of a UUIDv7 would, without a clock.
  Uuid next_id() {
    Uuid id;
    entropy_.fill(id.bytes);
    const std::lock_guard guard(mutex_);
    if (counter_ == 0) std::copy_n(id.bytes.begin(), prefix_.size(), prefix_.begin());
    std::copy(prefix_.begin(), prefix_.end(), id.bytes.begin());
    id.bytes[4] = static_cast<std::uint8_t>(counter_ >> 20 & 0xff);
    id.bytes[5] = static_cast<std::uint8_t>(counter_ >> 12 & 0xff);
    id.bytes[6] = static_cast<std::uint8_t>(0x80 | (counter_ >> 8 & 0x0f));
    id.bytes[7] = static_cast<std::uint8_t>(counter_ & 0xff);
    id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3f));
    counter_ = (counter_ + 1) & 0x0fff'ffff;
    return id;
  }

  TableId table_;
  Entropy& entropy_;
  bool wrapped_;
  Key key_{};
  std::mutex mutex_;
  std::array<std::uint8_t, 4> prefix_{};
  std::uint32_t counter_ = 0;
};

}  // namespace

std::unique_ptr<SubjectVault> make_store_vault(TableId table, const std::optional<Key>& wrapping,
                                               Entropy& entropy) {
  return std::make_unique<StoreVault>(table, wrapping, entropy);
}

}  // namespace atlas
