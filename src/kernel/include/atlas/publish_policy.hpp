#pragma once
// What must not be published: asked by the rooms that publish, answered by rooms above them (moderation,
// duplicates).

#include <array>
#include <string>
#include <vector>

#include "atlas/schema.hpp"

namespace atlas {

class Context;

/// Why something is not published: a stable reason code ("moderation_open") and a line of text without
/// personal data.
struct PublishRefusal {
  std::string code;
  std::string message;
  friend bool operator==(const PublishRefusal&, const PublishRefusal&) = default;
};
template <>
struct Describe<PublishRefusal> {
  static constexpr std::string_view name = "publish_refusal";
  static constexpr std::array fields{field<&PublishRefusal::code>("code", line(1, 64)),
                                     field<&PublishRefusal::message>("message", line())};
};

/// What is about to become public.
struct PublishFacts {
  std::string_view entity;  ///< "listing"
  Uuid id;
  bool resumes = false;  ///< it was public before and is suspended
};

/// One room's say in publishing. Registered with Registry::publish_policy; asked inside the transaction that
/// publishes, and by those who want to know beforehand.
class PublishPolicy {
 public:
  virtual ~PublishPolicy() = default;
  /// Appends every reason against it; nothing = no objection. Reads all records of the organisation,
  /// whatever the caller's scope; writes nothing. Thread-safe.
  virtual void object(Context& cx, const PublishFacts& facts, std::vector<PublishRefusal>& out) const = 0;
};

/// What all registered policies say, in the order of their registration.
std::vector<PublishRefusal> publish_refusals(Context& cx, const PublishFacts& facts);

}  // namespace atlas
