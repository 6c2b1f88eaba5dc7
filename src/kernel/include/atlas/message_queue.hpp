#pragma once
// A message that a rule wants sent (a step of a workflow, a nudge): asked by the rooms below, taken by the
// room that keeps outgoing messages.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/id.hpp"
#include "atlas/time.hpp"

namespace atlas {

class Context;

/// What is to be sent, by its codes; the queue finds the template, the address and the words. The views
/// outlive the call.
struct MessageOrder {
  Uuid dossier_id;
  std::string_view template_code;
  std::string_view channel_code;
  std::string_view purpose_code;
  std::optional<Timestamp> not_before;  ///< absent: at once
  /// What asks for it ("step:<id of the status change>:0"): the same order under the same cause is taken
  /// once.
  std::string_view cause;
};

/// The message that was queued; else why not: a stable reason code ("consent_missing", "no_address", …).
struct MessageTaken {
  std::optional<Uuid> message_id;
  std::string refusal;
};

/// The outgoing messages. Registered with Registry::message_queue; while none is, nothing can be queued.
class MessageQueue {
 public:
  virtual ~MessageQueue() = default;
  /// Queues in the transaction of the call, through consent and every other rule of sending. What these
  /// forbid is an answer and no error, since whoever asks goes on without the message; what it wrote until
  /// then stands. Reads all records of the organisation, whatever the caller's scope. Thread-safe.
  virtual MessageTaken queue(Context& cx, const MessageOrder& order) const = 0;
  /// Why such an order could never be taken (no such template on this channel), a line each: for whoever
  /// writes it into a definition. Nothing: it could.
  virtual void object(Context& cx, const MessageOrder& order, std::vector<std::string>& out) const = 0;
};

}  // namespace atlas
