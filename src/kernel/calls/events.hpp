#pragma once
// Subscribers and how they are called: after a commit, on its thread, with no lock of ours held.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "atlas/kernel.hpp"

namespace atlas {

class EventHub {
 public:
  std::uint64_t subscribe(std::string pattern, std::function<void(const Event&)> callback);
  void unsubscribe(std::uint64_t id);
  bool empty() const { return count_.load(std::memory_order_acquire) == 0; }
  void publish(const std::vector<Event>& events);
  /// What was to follow a commit, each whatever the others throw.
  void run(const std::vector<std::function<void()>>& work);
  std::int64_t failures() const { return failures_.load(); }

 private:
  struct Subscription {
    std::uint64_t id;
    std::string pattern;
    std::function<void(const Event&)> callback;
    std::mutex mutex;
    std::condition_variable idle;
    std::vector<std::thread::id> running;
    bool ended = false;
  };
  std::mutex mutex_;
  std::vector<std::shared_ptr<Subscription>> subscriptions_;
  std::uint64_t next_ = 1;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::int64_t> failures_{0};
};

/// "*", "dossier.*" or a full type.
bool event_matches(std::string_view pattern, std::string_view type) noexcept;

}  // namespace atlas
