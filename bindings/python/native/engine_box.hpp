#pragma once
// An engine and its sessions as Python holds them: closed in the right order from any thread, harmless after
// fork.

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "atlas/engine.hpp"

namespace atlas::python {

/// A session that may outlive its engine: then it is empty, and every use is misuse. Bound to the thread that
/// opened it.
struct SessionSlot {
  explicit SessionSlot(Session s);
  ~SessionSlot();
  SessionSlot(const SessionSlot&) = delete;
  void empty();
  std::optional<Session> session;
  std::uint64_t thread;
  int calls = 0;  ///< running now, one inside the other
};

/// Thread-safe; no member needs the GIL, and none may be called while holding it (callbacks take it).
class EngineBox {
 public:
  /// Throws as Engine's constructor.
  explicit EngineBox(Options options);
  ~EngineBox();
  EngineBox(const EngineBox&) = delete;

  /// Runs `f(engine)`; the engine does not close meanwhile. Throws misuse when it is closed, or in a child of
  /// fork.
  template <class F>
  auto use(F&& f) {
    const Use guard(*this);
    return f(*engine_);
  }
  /// The same with a session: also misuse when it is closed or of another thread.
  template <class F>
  auto use(SessionSlot& slot, F&& f) {
    const Use guard(*this);
    check(slot);
    const Call call(slot);
    return f(*slot.session);
  }

  std::shared_ptr<SessionSlot> open_session(const std::function<Session(Engine&)>& open);
  /// Rolls back and empties. Misuse from another thread or from a callback of the session's own call; nothing
  /// when it or its engine is closed already.
  void end_session(const std::shared_ptr<SessionSlot>& slot);
  /// The same when nobody can be using it any more, from any thread.
  void close_session(const std::shared_ptr<SessionSlot>& slot) noexcept;

  /// Waits for running calls at most `patience`, rolls back open batches, stops workers, closes. False when
  /// calls were still running. Misuse from inside a callback of this engine. Nothing in a child of fork.
  bool close(std::chrono::milliseconds patience);
  bool closed() const;

 private:
  class Use {
   public:
    explicit Use(EngineBox& box);
    ~Use();
    Use(const Use&) = delete;

   private:
    EngineBox& box_;
  };
  struct Call {
    explicit Call(SessionSlot& s) : slot(s) { ++slot.calls; }
    ~Call() { --slot.calls; }
    Call(const Call&) = delete;
    SessionSlot& slot;
  };
  void check(const SessionSlot& slot) const;
  bool in_child() const;

  const int pid_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::unique_ptr<Engine> engine_;
  std::set<std::shared_ptr<SessionSlot>> sessions_;
  int running_ = 0;
  bool closing_ = false;
};

}  // namespace atlas::python
