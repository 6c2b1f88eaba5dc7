#include "kv_adapter.hpp"

#include <exception>

#include "guard.hpp"

namespace atlas::capi {
namespace {

constexpr std::size_t max_key = 64 * 1024;
constexpr std::size_t max_value = 64 * 1024 * 1024;

struct Port {
  atlas_kvstore table;
  std::shared_ptr<UserData> user_data;
};

[[noreturn]] void refuse(atlas_status status) {
  const bool told = status >= ATLAS_E_STORAGE_BUSY && status <= ATLAS_E_STORAGE_NEEDS_MIGRATION;
  throw Error(told ? static_cast<ErrorCode>(status) : ErrorCode::storage_io, "the host's store failed")
      .with("reason", "kvstore");
}

void require_ok(atlas_status status) {
  if (status != ATLAS_OK) refuse(status);
}

/// Never NULL, so that the host may hand it to memcmp.
const void* bytes(std::string_view text) { return text.data() != nullptr ? text.data() : ""; }

std::string_view view(const void* data, std::size_t size) {
  if (data == nullptr && size != 0) refuse(ATLAS_E_STORAGE_IO);
  return {static_cast<const char*>(data), size};
}

struct Scan {
  FunctionRef<bool(std::string_view, std::string_view)> sink;
  std::exception_ptr thrown;
  bool stopped = false;
};

/// What the sink throws waits here until the host's function has returned.
extern "C" int32_t atlas_capi_scan_step(void* data, const void* key, size_t key_size, const void* value,
                                        size_t value_size) {
  Scan& scan = *static_cast<Scan*>(data);
  if (scan.stopped) return 0;
  try {
    scan.stopped = !scan.sink(view(key, key_size), view(value, value_size));
  } catch (...) {
    scan.thrown = std::current_exception();
    scan.stopped = true;
  }
  return scan.stopped ? 0 : 1;
}

class HostTransaction final : public KvTransaction {
 public:
  HostTransaction(std::shared_ptr<const Port> port, bool writes) : port_(std::move(port)), writes_(writes) {
    require_ok(port_->table.begin(user_data(), writes_ ? 1 : 0, &tx_));
    if (tx_ == nullptr) refuse(ATLAS_E_STORAGE_IO);
  }
  ~HostTransaction() override { port_->table.end(user_data(), tx_); }
  HostTransaction(const HostTransaction&) = delete;
  HostTransaction& operator=(const HostTransaction&) = delete;

  bool get(std::string_view key, std::string& value) override {
    const void* data = nullptr;
    std::size_t size = 0;
    const atlas_status status = port_->table.get(user_data(), tx_, bytes(key), key.size(), &data, &size);
    if (status == ATLAS_DONE) return false;
    require_ok(status);
    value.assign(view(data, size));
    return true;
  }

  void put(std::string_view key, std::string_view value) override {
    require_writable();
    if (key.size() > max_key || value.size() > max_value) {
      throw Error(ErrorCode::invalid_argument, "A key or value is larger than the store takes.");
    }
    require_ok(port_->table.put(user_data(), tx_, bytes(key), key.size(), bytes(value), value.size()));
  }

  void erase(std::string_view key) override {
    require_writable();
    require_ok(port_->table.erase(user_data(), tx_, bytes(key), key.size()));
  }

  void scan(std::string_view begin, std::string_view end, bool descending,
            FunctionRef<bool(std::string_view, std::string_view)> sink) override {
    Scan scan{sink, {}, false};
    const atlas_status status =
        port_->table.scan(user_data(), tx_, bytes(begin), begin.size(), bytes(end), end.size(),
                          descending ? 1 : 0, atlas_capi_scan_step, &scan);
    if (scan.thrown) std::rethrow_exception(scan.thrown);
    require_ok(status);
  }

  void commit(Durability durability) override {
    require_writable();
    writes_ = false;
    require_ok(port_->table.commit(user_data(), tx_, durability == Durability::durable ? 1 : 0));
  }

 private:
  void* user_data() const { return port_->user_data->get(); }
  void require_writable() const {
    if (!writes_) throw Error(ErrorCode::internal, "A transaction that reads, or has committed, writes.");
  }

  const std::shared_ptr<const Port> port_;
  void* tx_ = nullptr;
  bool writes_;
};

class HostKv final : public KvStore {
 public:
  explicit HostKv(Port port) : port_(std::make_shared<const Port>(std::move(port))) {}
  std::unique_ptr<KvTransaction> begin_read() override {
    return std::make_unique<HostTransaction>(port_, false);
  }
  std::unique_ptr<KvTransaction> begin_write() override {
    return std::make_unique<HostTransaction>(port_, true);
  }
  bool durable() const override { return port_->table.durable != 0; }

 private:
  const std::shared_ptr<const Port> port_;
};

}  // namespace

std::unique_ptr<KvStore> make_host_kv(const atlas_kvstore& table, std::shared_ptr<UserData> user_data) {
  return std::make_unique<HostKv>(Port{table, std::move(user_data)});
}

}  // namespace atlas::capi
