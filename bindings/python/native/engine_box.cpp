#include "engine_box.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "holders.hpp"

namespace atlas::python {
namespace {

/// A number that no other thread of the process ever had; the system's own are given out again.
std::uint64_t this_thread() {
  static std::atomic<std::uint64_t> next{1};
  thread_local const std::uint64_t mine = next++;
  return mine;
}

/// The engines whose calls this thread is inside of.
std::vector<const EngineBox*>& inside() {
  thread_local std::vector<const EngineBox*> boxes;
  return boxes;
}

Error misuse(const char* message, const char* reason) {
  return Error(ErrorCode::misuse, message).with("reason", reason);
}

constexpr auto end_of_patience = std::chrono::hours(24 * 365);

}  // namespace

SessionSlot::SessionSlot(Session s) : session(std::move(s)), thread(this_thread()) { ++live().sessions; }
SessionSlot::~SessionSlot() { empty(); }

void SessionSlot::empty() {
  if (!session) return;
  session.reset();
  --live().sessions;
}

EngineBox::EngineBox(Options options)
    : pid_(::getpid()), engine_(std::make_unique<Engine>(std::move(options))) {
  ++live().engines;
}

EngineBox::~EngineBox() {
  if (in_child())
    new std::set<std::shared_ptr<SessionSlot>>(std::move(sessions_));  // the parent's transactions
  try {
    close(end_of_patience);
  } catch (const Error&) {
    // Only misuse from inside a callback, and a running call holds the box itself.
  }
}

bool EngineBox::in_child() const { return pid_ != ::getpid(); }

EngineBox::Use::Use(EngineBox& box) : box_(box) {
  if (box.in_child()) throw misuse("an engine does not survive fork: open one in the child", "fork");
  const std::lock_guard lock(box.mutex_);
  if (box.closing_ || !box.engine_) throw misuse("the engine is closed", "closed");
  ++box.running_;
  inside().push_back(&box);
}

EngineBox::Use::~Use() {
  inside().pop_back();
  const std::lock_guard lock(box_.mutex_);
  if (--box_.running_ == 0) box_.idle_.notify_all();
}

void EngineBox::check(const SessionSlot& slot) const {
  if (slot.thread != this_thread()) throw misuse("a session belongs to the thread that opened it", "thread");
  if (!slot.session) throw misuse("the session is closed", "closed");
}

std::shared_ptr<SessionSlot> EngineBox::open_session(const std::function<Session(Engine&)>& open) {
  const Use guard(*this);
  auto slot = std::make_shared<SessionSlot>(open(*engine_));
  const std::lock_guard lock(mutex_);
  sessions_.insert(slot);
  return slot;
}

void EngineBox::end_session(const std::shared_ptr<SessionSlot>& slot) {
  if (closed()) return;
  if (slot->thread != this_thread()) throw misuse("a session belongs to the thread that opened it", "thread");
  if (slot->calls > 0) throw misuse("a session cannot be closed from a callback of its own call", "busy");
  close_session(slot);
}

void EngineBox::close_session(const std::shared_ptr<SessionSlot>& slot) noexcept {
  try {
    if (in_child()) {
      // Its transaction belongs to the parent: nothing of it may run here.
      new std::shared_ptr<SessionSlot>(slot);
      return;
    }
    const Use guard(*this);
    {
      const std::lock_guard lock(mutex_);
      if (sessions_.erase(slot) == 0) return;
    }
    slot->empty();
  } catch (const Error&) {
    // Closed: close() has emptied it.
  }
}

bool EngineBox::close(std::chrono::milliseconds patience) {
  if (in_child()) {
    static_cast<void>(engine_.release());
    return true;
  }
  if (std::find(inside().begin(), inside().end(), this) != inside().end()) {
    throw misuse("an engine cannot be closed from its own callback", "busy");
  }
  std::set<std::shared_ptr<SessionSlot>> sessions;
  std::unique_ptr<Engine> engine;
  {
    std::unique_lock lock(mutex_);
    closing_ = true;
    if (!idle_.wait_for(lock, patience, [&] { return running_ == 0; })) return false;
    sessions.swap(sessions_);
    engine.swap(engine_);
  }
  for (const auto& slot : sessions) slot->empty();
  if (engine) --live().engines;
  return true;
}

bool EngineBox::closed() const {
  if (in_child()) return true;
  const std::lock_guard lock(mutex_);
  return closing_ || !engine_;
}

}  // namespace atlas::python
