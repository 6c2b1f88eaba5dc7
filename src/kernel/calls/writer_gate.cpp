#include "writer_gate.hpp"

#include <algorithm>
#include <chrono>

namespace atlas {
namespace {

constexpr auto look_around = std::chrono::milliseconds(5);

}  // namespace

std::unique_ptr<WriterGate::Pass> WriterGate::enter(FunctionRef<void()> meanwhile, Guest* guest) {
  std::unique_lock lock(mutex_);
  if (taken_) {
    std::condition_variable own;
    Waiter me{guest, guest ? &guest->turn_ : &own};
    waiting_.push_back(&me);
    while (!me.called) {
      if (me.guest && me.guest->state_ == Guest::State::answered) return nullptr;
      if (me.guest && me.guest->state_ == Guest::State::refused) {
        me.guest = nullptr;  // nobody takes it along a second time
        if (!taken_) {
          taken_ = true;
          break;
        }
        waiting_.push_back(&me);
      }
      if (me.turn->wait_for(lock, look_around) == std::cv_status::no_timeout) continue;
      lock.unlock();
      try {
        meanwhile();
      } catch (...) {  // whoever waits next looks again
      }
      lock.lock();
    }
  }
  taken_ = true;
  lock.unlock();
  return std::make_unique<Pass>(*this);
}

WriterGate::Guest* WriterGate::take(const std::string& key) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const Waiter* w) { return w->guest && w->guest->key_ == key; });
  if (found == waiting_.end()) return nullptr;
  Guest* const guest = (*found)->guest;
  guest->state_ = Guest::State::taken;
  waiting_.erase(found);
  return guest;
}

void WriterGate::answer(Guest& guest, bool done) {
  const std::lock_guard lock(mutex_);
  guest.state_ = done ? Guest::State::answered : Guest::State::refused;
  guest.turn_.notify_one();
}

void WriterGate::leave() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) {
    taken_ = false;
    return;
  }
  Waiter* const next = waiting_.front();
  waiting_.pop_front();
  next->called = true;
  next->turn->notify_one();
}

}  // namespace atlas
