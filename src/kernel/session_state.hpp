#pragma once
// A session's inside, shared with its cursors.

#include <atomic>
#include <memory>

#include "kernel_impl.hpp"

namespace atlas {

struct SessionState {
  Kernel::Impl* kernel = nullptr;
  Principal principal;
  std::shared_ptr<Batch> batch;
  std::atomic<bool> busy{false};
  int pid = 0;
};

/// Holds the session for one call: a second thread, a callback of the same session or a forked child gets
/// misuse.
class SessionUse {
 public:
  explicit SessionUse(SessionState& state);
  ~SessionUse() { state_.busy.store(false, std::memory_order_release); }
  SessionUse(const SessionUse&) = delete;

 private:
  SessionState& state_;
};

/// One call through JSON, as Session::call_json; cursors use it too.
std::string call_on(SessionState& state, std::string_view operation, std::string_view params);

}  // namespace atlas
