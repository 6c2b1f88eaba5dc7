#pragma once
// One writer at a time on a store that has only one, in order of arrival. Whoever waits may end a batch that
// overstays, and may be taken along by whoever writes.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

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

  /// Whoever waits and may be done by another thread. Its key says with whom; it outlives its waiting.
  class Guest {
   public:
    explicit Guest(std::string key) : key_(std::move(key)) {}
    Guest(const Guest&) = delete;
    const std::string& key() const { return key_; }

   private:
    friend WriterGate;
    enum class State : std::uint8_t { waits, taken, answered, refused };
    std::string key_;
    State state_ = State::waits;
    std::condition_variable turn_;
  };

  /// Waits for its turn. `meanwhile` is called every few milliseconds of waiting, with no lock held. A guest
  /// gets no pass when somebody has done it meanwhile.
  std::unique_ptr<Pass> enter(FunctionRef<void()> meanwhile, Guest* guest = nullptr);

  /// For whoever has the pass: the first that waits with this key, and waits on until it is answered.
  Guest* take(const std::string& key);
  /// It is done; or it is not, and waits for a turn of its own. Not used afterwards.
  void answer(Guest& guest, bool done);

 private:
  struct Waiter {
    Guest* guest;
    std::condition_variable* turn;
    bool called = false;
  };
  void leave();

  std::mutex mutex_;
  bool taken_ = false;
  std::deque<Waiter*> waiting_;
};

}  // namespace atlas
