#pragma once
// A transport in memory: it keeps what it is given and answers what it is told to.

#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "atlas/transport.hpp"

namespace atlas::testing {

/// One message that was handed over. The account's secrets are not kept.
struct RecordedMessage {
  Envelope envelope;
  std::int64_t remaining_ns = 0;  ///< of its deadline, when it was handed over
  atlas::Outcome outcome;         ///< what was answered
};

/// Thread-safe. Without a script everything is accepted as `rec-1`, `rec-2`, …
class RecordingTransport final : public Transport {
 public:
  /// `takes_token`: the same token delivers once; asked again, it answers as it did.
  explicit RecordingTransport(bool takes_token = false) : takes_token_(takes_token) {}

  /// The next answers, in this order; then everything is accepted again. An accepted answer without an id
  /// gets one.
  void answer(atlas::Outcome outcome, std::size_t times = 1);
  /// Asked for every message, after the script is used up; may throw, as a broken transport does.
  void answer_with(std::function<atlas::Outcome(const Envelope&)> rule);
  /// The next `times` calls throw, before or after they say that they begin.
  void fail(std::size_t times = 1, bool after_begin = true);

  atlas::Outcome send(const Envelope& envelope, Sending& sending) override;
  bool takes_idempotency_token() const noexcept override { return takes_token_; }
  bool marks_begin() const noexcept override { return true; }

  /// Everything that was handed over, in order.
  std::vector<RecordedMessage> messages() const;
  std::size_t size() const;
  void clear();

 private:
  struct Scripted {
    atlas::Outcome outcome;
    bool fails = false, after_begin = false;
  };

  mutable std::mutex mutex_;
  bool takes_token_;
  std::deque<Scripted> script_;
  std::function<atlas::Outcome(const Envelope&)> rule_;
  std::vector<RecordedMessage> messages_;
  std::size_t next_id_ = 1;
};

}  // namespace atlas::testing
