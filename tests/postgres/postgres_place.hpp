#pragma once
// A PostgreSQL schema of a test's own, in the server that with_server.sh started.

#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "atlas/postgres_store.hpp"
#include "atlas/testing/conformance.hpp"

namespace atlas::testing {

/// Connection string of the role that stores are opened with; "" when no server was started.
inline std::string postgres_connection() {
  const char* text = std::getenv("ATLAS_TEST_POSTGRES");
  return text != nullptr ? text : "";
}

/// A schema that is dropped with the object. Stores may be opened in it any number of times.
class PostgresPlace final : public StorePlace {
 public:
  explicit PostgresPlace(unsigned connections = 8) {
    static std::atomic<unsigned> count{0};
    options_.connection = postgres_connection();
    options_.schema = "t" + std::to_string(getpid()) + "_" + std::to_string(++count);
    options_.connections = connections;
  }
  ~PostgresPlace() override {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(options_.connection.c_str()),
                                                                  &PQfinish);
    PQsetNoticeProcessor(
        connection.get(), [](void*, const char*) {}, nullptr);
    PQclear(PQexec(connection.get(), ("DROP SCHEMA IF EXISTS \"" + options_.schema + "\" CASCADE").c_str()));
  }
  PostgresPlace(const PostgresPlace&) = delete;
  PostgresPlace& operator=(const PostgresPlace&) = delete;

  std::unique_ptr<Store> open(const StoreOpening& opening) override {
    return open_postgres(options_, opening);
  }
  const PostgresOptions& options() const { return options_; }

 private:
  PostgresOptions options_;
};

}  // namespace atlas::testing
