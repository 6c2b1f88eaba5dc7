// The suite judged: every backend that drops one promise must fail the case that looks at it.

#include "atlas/testing/broken_stores.hpp"
#include "kv_places.hpp"

using namespace atlas;
using namespace atlas::testing;

int main(int argc, char** argv) {
  const StoreBackend sound = {
      "kv over memory", [] { return std::make_unique<KvPlace>(make_memory_kv()); }, {}};
  const KvStoreBackend sound_kv = {"memory kv", [] { return make_memory_kv(); }};
  const int stores = broken_stores_main(argc, argv, sound);
  return stores + broken_kv_stores_main(argc, argv, sound_kv);
}
