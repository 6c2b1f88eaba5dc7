#pragma once
// The connections of one store, lent out one by one.

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include "connection.hpp"

namespace atlas::postgres {

/// Thread-safe. Connections are made when needed and kept; a broken one is replaced by whoever comes next.
class Pool {
 public:
  Pool(PostgresOptions options, bool read_only);

  /// A connection lent; goes back when it is destroyed.
  class Lease {
   public:
    Lease(Pool& pool, std::unique_ptr<Connection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection& operator*() { return *connection_; }
    Connection* operator->() { return connection_.get(); }

   private:
    Pool& pool_;
    std::unique_ptr<Connection> connection_;
  };

  /// Waits while all are lent; storage_busy after half a minute, storage_unavailable when the server is not
  /// there.
  std::unique_ptr<Lease> lend();

 private:
  friend class Lease;
  std::unique_ptr<Connection> take();
  void give_back(std::unique_ptr<Connection> connection) noexcept;

  const PostgresOptions options_;
  const bool read_only_;
  std::mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<Connection>> idle_;
  unsigned made_ = 0;
};

}  // namespace atlas::postgres
