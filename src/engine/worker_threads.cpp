#include "worker_threads.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "atlas/error.hpp"

namespace atlas {
namespace {

using std::chrono::milliseconds;

/// How long a thread rests when nothing was due, and at most when pumping itself fails again and again.
constexpr milliseconds idle_pause{200}, longest_pause{10'000};

}  // namespace

WorkerThreads::WorkerThreads(Kernel& kernel, std::function<void(LogLevel, std::string_view)> log)
    : kernel_(kernel), log_(std::move(log)) {}

WorkerThreads::~WorkerThreads() { end_all(); }

void WorkerThreads::refuse_on_worker() {
  const std::lock_guard lock(mutex_);
  if (std::find(ids_.begin(), ids_.end(), std::this_thread::get_id()) != ids_.end())
    throw Error(ErrorCode::misuse, "a worker cannot wait for itself").with("reason", "callback");
}

void WorkerThreads::start(unsigned count) {
  refuse_on_worker();
  const std::lock_guard control(control_);
  try {
    const std::lock_guard lock(mutex_);
    for (unsigned i = 0; i < count; ++i)
      ids_.push_back(threads_.emplace_back([this] { run(), leave(); }).get_id());
  } catch (...) {
    end_all();  // the machine has no thread left: nothing half done
    throw;
  }
}

void WorkerThreads::stop() {
  refuse_on_worker();
  const std::lock_guard control(control_);
  end_all();
}

void WorkerThreads::end_all() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  woken_.notify_all();
  for (std::thread& t : threads_) t.join();
  threads_.clear();
  const std::lock_guard lock(mutex_);
  stopping_ = false;
}

// By itself: the id of a thread that has ended may be given to the next one that begins, anybody's.
void WorkerThreads::leave() noexcept {
  const std::lock_guard lock(mutex_);
  std::erase(ids_, std::this_thread::get_id());
}

void WorkerThreads::run() noexcept {
  milliseconds pause = idle_pause;
  for (;;) {
    bool rested = true, failed = false;
    try {
      rested = kernel_.pump(1).done == 0;
    } catch (const Error& e) {
      failed = true;
      tell(error_info(e.code()).text);
    } catch (...) {
      // What is no error of ours may hold data, so it goes nowhere.
      failed = true;
      tell(error_info(ErrorCode::internal).text);
    }
    // The work is still due: once more, less often the longer it lasts.
    pause = failed ? std::min(pause * 2, longest_pause) : idle_pause;
    std::unique_lock lock(mutex_);
    if (!failed && !rested) {
      if (stopping_) return;
      continue;
    }
    if (woken_.wait_for(lock, pause, [&] { return stopping_; })) return;
  }
}

void WorkerThreads::tell(std::string_view what) const noexcept {
  try {
    if (log_) log_(LogLevel::error, "a worker could not pump: " + std::string(what));
  } catch (...) {  // a host's log that fails is no reason to end the thread
  }
}

}  // namespace atlas
