#pragma once
// One writer at a time on a store that has only one, in order of arrival. Whoever waits may end a batch that
// overstays.

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>

#include "atlas/function_ref.hpp"

namespace atlas {

/// Thread-safe.
class WriterGate {
 public:
  /// Leaves the gate when destroyed, on whatever thread.
  class Pass {
   public:
    explicit Pass(WriterGate& gate) : gate_(gate) {}
    ~Pass() { gate_.leave(); }
    Pass(const Pass&) = delete;

   private:
    WriterGate& gate_;
  };

  /// Waits for its turn. `meanwhile` is called every few milliseconds of waiting, with no lock held.
  std::unique_ptr<Pass> enter(FunctionRef<void()> meanwhile);

 private:
  void leave();

  std::mutex mutex_;
  std::condition_variable moved_;
  std::uint64_t next_ = 0, serving_ = 0;
};

}  // namespace atlas
