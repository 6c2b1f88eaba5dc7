// The memory store, and the whole Store port over a KvStore such as a host brings.

#include "atlas/testing/faults.hpp"
#include "kv_places.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// The harness's decorator must be as good as what it decorates while its hook does nothing.
class DecoratedPlace final : public StorePlace {
 public:
  std::unique_ptr<Store> open(const StoreOpening& opening) override {
    return std::make_unique<FaultInjectingStore>(open_kv_backend(kv_, opening), [](const FaultPoint&) {});
  }

 private:
  std::shared_ptr<KvStore> kv_ = make_memory_kv();
};

}  // namespace

int main(int argc, char** argv) {
  const StoreBackend stores[] = {
      {"memory", [] { return std::make_unique<MemoryPlace>(); }, {.reopens = false, .opens_twice = false}},
      {"kv over memory", [] { return std::make_unique<KvPlace>(make_memory_kv()); }, {}},
      {"kv over a host's", [] { return std::make_unique<KvPlace>(std::make_unique<CopyingKv>()); }, {}},
      {"kv with a quiet hook", [] { return std::make_unique<DecoratedPlace>(); }, {}},
  };
  const KvStoreBackend kv_stores[] = {
      {"memory kv", [] { return make_memory_kv(); }},
      {"host's kv", [] { return std::make_unique<CopyingKv>(); }},
  };
  return conformance_main(argc, argv, stores, kv_stores);
}
