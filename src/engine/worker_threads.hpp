#pragma once
// The threads of Engine::start_workers: each pumps, one job after the other, until they are stopped.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

#include "atlas/kernel.hpp"

namespace atlas {

/// Thread-safe. Outlived by its kernel.
class WorkerThreads {
 public:
  WorkerThreads(Kernel& kernel, std::function<void(LogLevel, std::string_view)> log);
  ~WorkerThreads();
  WorkerThreads(const WorkerThreads&) = delete;

  /// So many more; when the machine has no thread left, none runs. Throws misuse on one of them.
  void start(unsigned count);
  /// Returns when none runs: each ends the job that it has begun. Throws misuse on one of them, which would
  /// wait for itself.
  void stop();

 private:
  void run() noexcept;
  void leave() noexcept;
  void tell(std::string_view what) const noexcept;
  void refuse_on_worker();
  void end_all();

  Kernel& kernel_;
  const std::function<void(LogLevel, std::string_view)> log_;
  std::mutex control_;  ///< Held by whoever starts or stops.
  std::mutex mutex_;    ///< Guards what follows.
  std::condition_variable woken_;
  bool stopping_ = false;
  std::vector<std::thread::id> ids_;
  std::vector<std::thread> threads_;  ///< Of whoever holds control_.
};

}  // namespace atlas
