#include "pool.hpp"

#include <algorithm>
#include <chrono>

namespace atlas::postgres {

namespace {
constexpr std::chrono::seconds longest_wait{30};
}

Pool::Pool(PostgresOptions options, bool read_only) : options_(std::move(options)), read_only_(read_only) {
  idle_.reserve(std::max(options_.connections, 1U));  // giving back then never allocates
}

Pool::Lease::~Lease() { pool_.give_back(std::move(connection_)); }

// An idle connection, or nothing when the caller is to make one, which is counted already.
std::unique_ptr<Connection> Pool::take() {
  std::unique_lock lock(mutex_);
  const unsigned most = std::max(options_.connections, 1U);
  if (!free_.wait_for(lock, longest_wait, [&] { return !idle_.empty() || made_ < most; })) {
    throw Error(ErrorCode::storage_busy, "All connections to the database are in use.");
  }
  if (idle_.empty()) {
    ++made_;
    return nullptr;
  }
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

std::unique_ptr<Pool::Lease> Pool::lend() {
  std::unique_ptr<Connection> connection = take();
  // After a restart of the server each idle connection is found broken once and made anew.
  if (connection == nullptr || !connection->settle()) {
    connection.reset();
    try {
      connection = std::make_unique<Connection>(options_, read_only_);
    } catch (...) {
      give_back(nullptr);
      throw;
    }
  }
  return std::make_unique<Lease>(*this, std::move(connection));
}

void Pool::give_back(std::unique_ptr<Connection> connection) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (connection != nullptr && !connection->lost()) {
      idle_.push_back(std::move(connection));
    } else {
      --made_;
    }
  }
  free_.notify_one();
}

}  // namespace atlas::postgres
