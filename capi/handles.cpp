#include "handles.hpp"

#include <unistd.h>

#include <algorithm>

#include "guard.hpp"

namespace atlas::capi {
namespace {

/// How many closed handles of an engine are remembered.
constexpr std::size_t remembered = 256;

}  // namespace

bool CallbackThreads::contains_this() const {
  const std::lock_guard lock(mutex_);
  return std::find(threads_.begin(), threads_.end(), std::this_thread::get_id()) != threads_.end();
}

CallbackThreads::Scope::Scope(CallbackThreads& threads) : threads_(threads) {
  const std::lock_guard lock(threads_.mutex_);
  threads_.threads_.push_back(std::this_thread::get_id());
}

CallbackThreads::Scope::~Scope() {
  const std::lock_guard lock(threads_.mutex_);
  auto& all = threads_.threads_;
  all.erase(std::find(all.begin(), all.end(), std::this_thread::get_id()));
}

SharedEngine::SharedEngine() : pid(::getpid()) { buried_.reserve(remembered); }

void SharedEngine::require_same_process() const {
  if (pid != ::getpid()) throw misuse("fork", "an engine does not survive fork: open one in the child");
}

SharedEngine::Use::Use(SharedEngine& state) : state_(state) {
  state_.require_same_process();
  const std::lock_guard lock(state_.mutex);
  if (state_.closing) throw misuse("closed", "the engine was closed");
  ++state_.running;
}

SharedEngine::Use::~Use() {
  const std::lock_guard lock(state_.mutex);
  --state_.running;
}

void SharedEngine::bury(Handle* handle, void (*destroy)(Handle*)) noexcept {
  handle->word.store(closed_word, std::memory_order_release);
  Buried old(handle, destroy);  // destroyed at once, unless there is a place for it
  const std::lock_guard lock(mutex);
  if (closing) return;
  if (buried_.size() < remembered) {
    buried_.push_back(std::move(old));  // within the reserve: cannot fail
    return;
  }
  std::swap(buried_[next_buried_], old);
  next_buried_ = (next_buried_ + 1) % remembered;
}

void SharedEngine::forget_buried() noexcept {
  const std::lock_guard lock(mutex);
  buried_.clear();
}

SessionHold::SessionHold(SharedSession& state) : state_(state) {
  state_.engine->require_same_process();
  if (state_.busy.exchange(true, std::memory_order_acquire)) {
    throw misuse("busy", "the session is in use: one thread at a time, and not from its own callbacks");
  }
  if (!state_.session) {
    state_.busy.store(false, std::memory_order_release);
    throw misuse("closed", "the session was closed");
  }
}

}  // namespace atlas::capi
