// The conformance suite on PostgreSQL, through a role that row-level security binds.

#include <cstdio>

#include "../postgres/postgres_place.hpp"

int main(int argc, char** argv) {
  using namespace atlas::testing;
  if (postgres_connection().empty()) {
    std::puts("SKIPPED: ATLAS_TEST_POSTGRES names no server; tests/postgres/with_server.sh starts one.");
    return 77;
  }
  const StoreBackend backends[] = {{"postgres", [] { return std::make_unique<PostgresPlace>(16); }, {}}};
  return conformance_main(argc, argv, backends);
}
