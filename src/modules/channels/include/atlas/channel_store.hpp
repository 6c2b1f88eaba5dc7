#pragma once
// What other rooms may ask of channel accounts within a transaction of theirs. None of it is authorised: the
// caller has done so.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/channels.hpp"
#include "atlas/secrets.hpp"

namespace atlas {

/// The library's own row of a secret that is sealed in the store. No operation shows it; dumps leave it out.
struct ChannelSecret : Entity {
  Uuid account_id;
  std::string slot;
  std::string sealed;  ///< base64; "" = gone
};
template <>
struct Describe<ChannelSecret> {
  using T = ChannelSecret;
  static constexpr std::string_view name = "channel_secret";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{field<&T::account_id>("account_id", reference("channel_account")),
                                     field<&T::slot>("slot", one_of(secret_slots)),
                                     field<&T::sealed>("sealed", text(0, 8192), internal)};
  static constexpr std::array keys{KeyDeclaration{"by_account", {"account_id", "slot"}, true}};
};

namespace channels {

/// A secret as far as the store tells: its text where it is sealed there, else the name under which the host
/// has it.
struct StoredSecret {
  Secret text;
  std::string reference;  ///< "<organisation's id>/<name>"; "" when `text` is it
};

/// What is in a slot. Nothing: it is empty, or what was sealed does not open.
std::optional<StoredSecret> find_secret(Context& cx, const ChannelAccount& account, std::string_view slot);

/// The secret itself, asking the host where it must: with no lock of the library held, so outside of any
/// transaction. Nothing: the host does not know it, there is no port, or it is empty.
std::optional<Secret> reveal(const StoredSecret& stored, Secrets* host);

/// The accounts of a channel that are neither archived nor paused, oldest first.
std::vector<ChannelAccount> sending_accounts(Context& cx, std::string_view channel_code);

/// The kind of due work that lets go what waited for an account; the room that sends has it.
inline constexpr std::string_view resuming_work = "outbox.resume";

/// Holds the question which accounts of a channel may send, to the end of the transaction: nobody adds or
/// resumes one meanwhile.
void hold_accounts(Context& cx, std::string_view channel_code);

/// Pauses an active account; the alarm is the event `channel_account.paused`. An account that is paused
/// already keeps its first reason.
ChannelAccount pause_account(Context& cx, const Uuid& id, std::string_view reason);

}  // namespace channels
}  // namespace atlas
