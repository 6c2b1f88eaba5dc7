#include "writer_gate.hpp"

#include <chrono>

namespace atlas {
namespace {

constexpr auto look_around = std::chrono::milliseconds(5);

}  // namespace

std::unique_ptr<WriterGate::Pass> WriterGate::enter(FunctionRef<void()> meanwhile) {
  std::unique_lock lock(mutex_);
  const std::uint64_t mine = next_++;
  while (serving_ != mine) {
    if (moved_.wait_for(lock, look_around) == std::cv_status::no_timeout) continue;
    lock.unlock();
    meanwhile();
    lock.lock();
  }
  lock.unlock();
  return std::make_unique<Pass>(*this);
}

void WriterGate::leave() {
  {
    const std::lock_guard lock(mutex_);
    ++serving_;
  }
  moved_.notify_all();
}

}  // namespace atlas
