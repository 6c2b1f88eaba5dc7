// The promises that only show where several transactions write at once, each dropped over PostgreSQL.

#include <cstdio>

#include "../postgres/postgres_place.hpp"
#include "atlas/testing/broken_stores.hpp"

int main(int argc, char** argv) {
  using namespace atlas::testing;
  if (postgres_connection().empty()) {
    std::puts("SKIPPED: ATLAS_TEST_POSTGRES names no server; tests/postgres/with_server.sh starts one.");
    return 77;
  }
  const StoreBackend sound = {"postgres", [] { return std::make_unique<PostgresPlace>(16); }, {}};
  return broken_stores_main(argc, argv, sound, true);
}
