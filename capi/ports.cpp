// What a host brings: clock, entropy, keys, storage, and where lines and notes go.

#include "bring.hpp"
#include "kv_adapter.hpp"

using namespace atlas;
using namespace atlas::capi;

namespace {

class HostClock final : public Clock {
 public:
  HostClock(const atlas_clock& table, std::shared_ptr<UserData> user_data)
      : table_(table), user_data_(std::move(user_data)) {}
  Timestamp now() override { return {table_.now(user_data_->get())}; }
  std::int64_t monotonic_ns() override { return table_.monotonic_ns(user_data_->get()); }

 private:
  const atlas_clock table_;
  const std::shared_ptr<UserData> user_data_;
};

class HostEntropy final : public Entropy {
 public:
  HostEntropy(atlas_entropy_fn function, std::shared_ptr<UserData> user_data)
      : fill_(function), user_data_(std::move(user_data)) {}
  void fill(std::span<std::uint8_t> out) override {
    if (fill_(user_data_->get(), out.data(), out.size()) != ATLAS_OK) {
      throw Error(ErrorCode::internal, "the host's entropy failed").with("reason", "entropy");
    }
  }

 private:
  const atlas_entropy_fn fill_;
  const std::shared_ptr<UserData> user_data_;
};

class HostKeys final : public KeyStore {
 public:
  HostKeys(atlas_key_fn function, std::shared_ptr<UserData> user_data)
      : key_(function), user_data_(std::move(user_data)) {}
  std::optional<Key> key(std::string_view name) override {
    Key key{};
    const atlas_status status = key_(user_data_->get(), std::string(name).c_str(), key.data());
    if (status == ATLAS_DONE) return std::nullopt;
    if (status != ATLAS_OK) {
      throw Error(ErrorCode::storage_unavailable, "the host's key store failed").with("reason", "keystore");
    }
    return key;
  }

 private:
  const atlas_key_fn key_;
  const std::shared_ptr<UserData> user_data_;
};

}  // namespace

extern "C" {

atlas_status atlas_kvstore_register(atlas_options* options, const atlas_kvstore* table, void* user_data,
                                    atlas_free_fn free_user_data, atlas_error** out_error) noexcept {
  return bring(options, user_data, free_user_data, out_error,
               [&](Options& o, const std::shared_ptr<UserData>& data) {
                 const atlas_kvstore copy = copy_table(table, offsetof(atlas_kvstore, end) + sizeof copy.end);
                 require_function(copy.begin);
                 require_function(copy.get);
                 require_function(copy.put);
                 require_function(copy.erase);
                 require_function(copy.scan);
                 require_function(copy.commit);
                 require_function(copy.end);
                 o.kv = make_host_kv(copy, data);
               });
}

atlas_status atlas_clock_set(atlas_options* options, const atlas_clock* table, void* user_data,
                             atlas_free_fn free_user_data, atlas_error** out_error) noexcept {
  return bring(options, user_data, free_user_data, out_error,
               [&](Options& o, const std::shared_ptr<UserData>& data) {
                 const atlas_clock copy =
                     copy_table(table, offsetof(atlas_clock, monotonic_ns) + sizeof copy.monotonic_ns);
                 require_function(copy.now);
                 require_function(copy.monotonic_ns);
                 o.clock = std::make_shared<HostClock>(copy, data);
               });
}

atlas_status atlas_entropy_set(atlas_options* options, atlas_entropy_fn fill, void* user_data,
                               atlas_free_fn free_user_data, atlas_error** out_error) noexcept {
  return bring(options, user_data, free_user_data, out_error,
               [&](Options& o, const std::shared_ptr<UserData>& data) {
                 require_function(fill);
                 o.entropy = std::make_shared<HostEntropy>(fill, data);
               });
}

atlas_status atlas_keystore_set(atlas_options* options, atlas_key_fn key, void* user_data,
                                atlas_free_fn free_user_data, atlas_error** out_error) noexcept {
  return bring(options, user_data, free_user_data, out_error,
               [&](Options& o, const std::shared_ptr<UserData>& data) {
                 require_function(key);
                 o.keys = std::make_shared<HostKeys>(key, data);
               });
}

atlas_status atlas_log_set(atlas_options* options, atlas_log_fn log, void* user_data,
                           atlas_free_fn free_user_data, atlas_error** out_error) noexcept {
  return bring(options, user_data, free_user_data, out_error,
               [&](Options& o, const std::shared_ptr<UserData>& data) {
                 if (log == nullptr) {
                   o.log = nullptr;
                   return;
                 }
                 o.log = [log, data](LogLevel level, std::string_view line) {
                   const std::string terminated(line);
                   log(data->get(), static_cast<std::int32_t>(level), terminated.c_str(), terminated.size());
                 };
               });
}

atlas_status atlas_checkpoint_set(atlas_options* options, atlas_checkpoint_fn checkpoint, void* user_data,
                                  atlas_free_fn free_user_data, atlas_error** out_error) noexcept {
  return bring(options, user_data, free_user_data, out_error,
               [&](Options& o, const std::shared_ptr<UserData>& data) {
                 if (checkpoint == nullptr) {
                   o.checkpoint = nullptr;
                   return;
                 }
                 o.checkpoint = [checkpoint, data](const std::string& note) {
                   checkpoint(data->get(), note.c_str(), note.size());
                 };
               });
}

atlas_status atlas_progress_set(atlas_options* options, atlas_progress_fn progress, void* user_data,
                                atlas_free_fn free_user_data, atlas_error** out_error) noexcept {
  return bring(options, user_data, free_user_data, out_error,
               [&](Options& o, const std::shared_ptr<UserData>& data) {
                 if (progress == nullptr) {
                   o.migration_progress = nullptr;
                   return;
                 }
                 o.migration_progress = [progress, data](std::size_t step, std::size_t of) {
                   progress(data->get(), step, of);
                 };
               });
}

}  // extern "C"
