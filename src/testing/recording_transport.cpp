#include "atlas/testing/recording_transport.hpp"

#include <stdexcept>

namespace atlas::testing {

void RecordingTransport::answer(Outcome outcome, std::size_t times) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < times; ++i) script_.push_back({outcome, false, false});
}

void RecordingTransport::answer_with(std::function<Outcome(const Envelope&)> rule) {
  const std::lock_guard lock(mutex_);
  rule_ = std::move(rule);
}

void RecordingTransport::fail(std::size_t times, bool after_begin) {
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < times; ++i) script_.push_back({{}, true, after_begin});
}

Outcome RecordingTransport::send(const Envelope& envelope, Sending& sending) {
  const std::int64_t remaining = sending.remaining_ns();
  Scripted next{Outcome::accepted({}), false, false};
  std::function<Outcome(const Envelope&)> rule;
  {
    const std::lock_guard lock(mutex_);
    if (takes_token_) {
      for (const RecordedMessage& m : messages_) {
        if (m.envelope.token == envelope.token && m.outcome.kind == OutcomeKind::accepted) return m.outcome;
      }
    }
    if (!script_.empty()) {
      next = std::move(script_.front());
      script_.pop_front();
    } else {
      rule = rule_;
    }
  }
  if (next.fails && !next.after_begin) throw std::runtime_error("scripted failure");
  if (!sending.begin()) return Outcome::not_taken("deadline");
  if (rule) next.outcome = rule(envelope);  // without the lock: it may take its time
  const std::lock_guard lock(mutex_);
  if (next.fails) next.outcome = Outcome::unknown("exception");
  if (next.outcome.kind == OutcomeKind::accepted && next.outcome.provider_id.empty())
    next.outcome.provider_id = "rec-" + std::to_string(next_id_++);
  messages_.push_back({envelope, remaining, next.outcome});
  messages_.back().envelope.account.secret = nullptr;
  if (next.fails) throw std::runtime_error("scripted failure");
  return next.outcome;
}

std::vector<RecordedMessage> RecordingTransport::messages() const {
  const std::lock_guard lock(mutex_);
  return messages_;
}

std::size_t RecordingTransport::size() const {
  const std::lock_guard lock(mutex_);
  return messages_.size();
}

void RecordingTransport::clear() {
  const std::lock_guard lock(mutex_);
  messages_.clear();
}

}  // namespace atlas::testing
