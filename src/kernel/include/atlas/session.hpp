#pragma once
// A principal at work: calls, batches, cursors. One thread at a time per session; a second thread at the same
// moment gets misuse.

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/principal.hpp"
#include "atlas/schema_io.hpp"

namespace atlas {

class Kernel;
class Cursor;
struct SessionState;

/// Ends the batch's transaction with a rollback unless committed. Made by Session::begin_batch.
struct BatchOutcome {
  std::int64_t calls = 0;
  std::int64_t failed = 0;
};

/// Calls operations as one principal of one organisation. Nothing is checked before the first call: who the
/// principal is and may do is loaded at each. Must not outlive its kernel.
class Session {
 public:
  Session(Kernel& kernel, Principal principal);
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  /// Rolls back an open batch.
  ~Session();

  /// Calls an operation with plain structs. Throws Error.
  template <class In, class Out>
  Out call(const Operation<In, Out>& op, const In& input = {},
           std::optional<std::string> idempotency_key = {}) {
    Out out{};
    call_typed(op.traits.name, &input, &out, std::move(idempotency_key));
    return out;
  }

  /// The same through JSON: an object in, an object out. Throws Error.
  std::string call_json(std::string_view operation, std::string_view params);

  /// Many calls, one transaction. Each call runs in a savepoint: one that fails undoes itself and the batch
  /// goes on. At most one per session (misuse). On a single-writer store it holds the writer: idle longer
  /// than batch_idle_ms or open longer than batch_max_ms it is rolled back by whoever waits, and every later
  /// call answers batch_aborted.
  void begin_batch();
  BatchOutcome commit_batch();
  void rollback_batch();
  bool in_batch() const;

  /// begin, `work`, commit; rolls back when `work` throws.
  template <class F>
  BatchOutcome batch(F&& work) {
    begin_batch();
    try {
      work(*this);
    } catch (...) {
      rollback_batch();
      throw;
    }
    return commit_batch();
  }

  /// Walks a `list` operation record by record without one big buffer. A keyset walk, not a snapshot: each
  /// page is its own short read, authorised anew.
  Cursor cursor(std::string_view operation, std::string_view params);

  /// Every item of a list, page by page.
  template <class T, class F>
  void each(const Operation<ListInput, Page<T>>& op, ListInput input, F&& f) {
    for (;;) {
      Page<T> page = call(op, input);
      for (T& item : page.items) f(std::move(item));
      if (!page.next) return;
      input.after = std::move(page.next);
    }
  }

  const Principal& principal() const;

 private:
  friend class Cursor;
  void call_typed(std::string_view op, const void* in, void* out, std::optional<std::string> key);
  std::shared_ptr<SessionState> state_;
};

/// A walk over a list. Its session's thread rule; using it after its session ended is misuse, destroying it
/// is fine.
class Cursor {
 public:
  Cursor(std::shared_ptr<SessionState> session, std::string operation, std::string params);
  /// The next record as JSON; nothing at the end.
  std::optional<std::string> next();

 private:
  void fetch();
  std::weak_ptr<SessionState> session_;
  std::string operation_, params_;
  std::optional<std::string> after_;
  std::vector<std::string> page_;
  std::size_t position_ = 0;
  bool started_ = false;
};

}  // namespace atlas
