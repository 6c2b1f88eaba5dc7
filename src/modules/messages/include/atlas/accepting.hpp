#pragma once
// How a message is accepted, for the rooms that queue one by a rule or anew. Not authorised: the caller has.

#include <optional>
#include <string>

#include "atlas/messages.hpp"
#include "atlas/send_policy.hpp"
#include "atlas/transport.hpp"

namespace atlas::messages {

/// Where a message comes from, when it is no person's call.
struct Provenance {
  std::optional<std::string> cause;
  std::optional<Uuid> retry_of;
  /// The address is in normal form already.
  bool normal_address = false;
};

/// Checks everything, asks the policy, keeps the message and queues it. Throws what messages.send throws
/// before it has written anything.
Sent accept(Context& cx, const Send& in, const Provenance& from = {});

/// What a template comes to with these variables: the words, and what the provider is told.
struct Words {
  std::optional<std::string> subject;
  std::string body;
  std::string locale;
  SendTemplate category = SendTemplate::none;
  bool approved = false;
  std::optional<ProviderTemplate> reference;
};
/// Throws template_invalid, or invalid_argument at /variables.
Words words_of(Context& cx, std::string_view channel_code, std::string_view template_code,
               const std::optional<std::string>& locale, const std::string& variables);

/// An address as the ledger knows it; throws invalid_argument at /address.
std::string normal_address(Context& cx, std::string_view channel_code, std::string_view raw,
                           const std::optional<std::string>& region);

}  // namespace atlas::messages
