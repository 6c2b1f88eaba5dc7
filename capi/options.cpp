// How a store is opened.

#include "atlas/crypto.hpp"
#include "guard.hpp"

using namespace atlas;
using namespace atlas::capi;

atlas_options::~atlas_options() {
  if (options.passphrase) wipe_text(*options.passphrase);
  if (options.raw_key) wipe(options.raw_key->data(), options.raw_key->size());
  if (options.checkpoint_signer)
    wipe(options.checkpoint_signer->seed.data(), options.checkpoint_signer->seed.size());
}

namespace {

std::int64_t in_range(std::int64_t value, std::int64_t least, std::int64_t most, const char* path) {
  if (value < least || value > most) {
    throw Error(ErrorCode::invalid_argument, "an option is out of range")
        .field(path, field_code::out_of_range, std::to_string(least) + " to " + std::to_string(most));
  }
  return value;
}

std::string_view not_empty(std::string_view value, const char* path) {
  if (value.empty()) {
    throw Error(ErrorCode::invalid_argument, "an option is empty")
        .field(path, field_code::too_short, "not empty");
  }
  return value;
}

Key to_key(const std::uint8_t* data, std::size_t size) {
  Key key;
  if (data == nullptr) throw misuse("null_argument", "the key is NULL");
  if (size != key.size()) throw misuse("size", "a key is 32 bytes");
  std::memcpy(key.data(), data, key.size());
  return key;
}

template <class Set>
atlas_status set(atlas_options* options, atlas_error** out_error, Set&& apply) noexcept {
  return guard(out_error, [&] {
    apply(checked(options).options);
    return ATLAS_OK;
  });
}

}  // namespace

extern "C" {

atlas_status atlas_options_new(atlas_options** out_options, atlas_error** out_error) noexcept {
  return guard(out_error, [&] {
    atlas_options*& out = emptied(out_options);
    out = new atlas_options;
    return ATLAS_OK;
  });
}

void atlas_options_free(atlas_options* options) noexcept {
  if (options == nullptr || options->word.load(std::memory_order_acquire) != atlas_options::kind_word) return;
  options->word.store(closed_word, std::memory_order_release);
  delete options;
}

atlas_status atlas_options_set_store(atlas_options* options, const char* store, size_t store_len,
                                     atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) { o.store = text(store, store_len); });
}

atlas_status atlas_options_set_key(atlas_options* options, const char* passphrase, size_t passphrase_len,
                                   atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) {
    const std::string_view given = not_empty(text(passphrase, passphrase_len), "/key");
    if (o.passphrase) wipe_text(*o.passphrase);
    o.passphrase = given;
    if (o.raw_key) wipe(o.raw_key->data(), o.raw_key->size());
    o.raw_key.reset();
  });
}

atlas_status atlas_options_set_raw_key(atlas_options* options, const uint8_t* key, size_t key_size,
                                       atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) {
    o.raw_key = to_key(key, key_size);
    if (o.passphrase) wipe_text(*o.passphrase);
    o.passphrase.reset();
  });
}

atlas_status atlas_options_set_create(atlas_options* options, int32_t create,
                                      atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) { o.create = create != 0; });
}

atlas_status atlas_options_set_migrate(atlas_options* options, int32_t migrate,
                                       atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) { o.migrate = migrate != 0; });
}

atlas_status atlas_options_set_read_only(atlas_options* options, int32_t read_only,
                                         atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) { o.read_only = read_only != 0; });
}

atlas_status atlas_options_set_durability(atlas_options* options, int32_t durability,
                                          atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) {
    in_range(durability, ATLAS_DURABLE, ATLAS_FAST, "/durability");
    o.durability = durability == ATLAS_FAST ? Durability::fast : Durability::durable;
  });
}

atlas_status atlas_options_set_subject_keys(atlas_options* options, int32_t where,
                                            atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) {
    in_range(where, ATLAS_SUBJECT_KEYS_AUTOMATIC, ATLAS_SUBJECT_KEYS_INSIDE, "/subject_keys");
    o.subject_keys = where == ATLAS_SUBJECT_KEYS_BESIDE   ? SubjectKeys::beside
                     : where == ATLAS_SUBJECT_KEYS_INSIDE ? SubjectKeys::inside
                                                          : SubjectKeys::automatic;
  });
}

atlas_status atlas_options_set_checkpoint_key(atlas_options* options, const char* name, size_t name_len,
                                              const uint8_t* seed, size_t seed_size,
                                              atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) {
    o.checkpoint_signer =
        CheckpointSigner{std::string(not_empty(text(name, name_len), "/name")), to_key(seed, seed_size)};
  });
}

atlas_status atlas_options_set_busy_ms(atlas_options* options, int64_t busy_ms,
                                       atlas_error** out_error) noexcept {
  return set(options, out_error,
             [&](Options& o) { o.busy_ms = in_range(busy_ms, 0, 3'600'000, "/busy_ms"); });
}

atlas_status atlas_options_set_batch_limits(atlas_options* options, int64_t idle_ms, int64_t max_ms,
                                            atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) {
    constexpr std::int64_t day_ms = 86'400'000;
    in_range(idle_ms, 1, day_ms, "/idle_ms");
    o.batch_max_ms = in_range(max_ms, 1, day_ms, "/max_ms");
    o.batch_idle_ms = idle_ms;
  });
}

atlas_status atlas_options_set_max_request_bytes(atlas_options* options, int64_t bytes,
                                                 atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) {
    o.max_request_bytes = static_cast<std::size_t>(in_range(bytes, 1024, max_text, "/max_request_bytes"));
  });
}

atlas_status atlas_options_set_calls_per_second(atlas_options* options, int64_t calls,
                                                atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) {
    o.calls_per_second = in_range(calls, 0, 1'000'000'000, "/calls_per_second");
  });
}

atlas_status atlas_options_set_public_calls_per_minute(atlas_options* options, int64_t calls,
                                                       atlas_error** out_error) noexcept {
  return set(options, out_error, [&](Options& o) {
    o.public_calls_per_minute = in_range(calls, 0, 1'000'000'000, "/public_calls_per_minute");
  });
}

}  // extern "C"
