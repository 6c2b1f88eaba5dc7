// The memory store, and the whole Store port over a KvStore such as a host brings.

#include "kv_places.hpp"

using namespace atlas;
using namespace atlas::testing;

int main(int argc, char** argv) {
  const StoreBackend stores[] = {
      {"memory", [] { return std::make_unique<MemoryPlace>(); }, {.reopens = false, .opens_twice = false}},
      {"kv over memory", [] { return std::make_unique<KvPlace>(make_memory_kv()); }, {}},
      {"kv over a host's", [] { return std::make_unique<KvPlace>(std::make_unique<CopyingKv>()); }, {}},
  };
  const KvStoreBackend kv_stores[] = {
      {"memory kv", [] { return make_memory_kv(); }},
      {"host's kv", [] { return std::make_unique<CopyingKv>(); }},
  };
  return conformance_main(argc, argv, stores, kv_stores);
}
