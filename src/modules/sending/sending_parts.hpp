#pragma once
// The parts of the sending room, for each other.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "atlas/context.hpp"
#include "atlas/registry.hpp"
#include "atlas/sending.hpp"
#include "atlas/sending_rules.hpp"

namespace atlas::sending {

/// Under which hashes the counts and windows of an address lie. One keyed hash, then plain ones over it.
struct AddressHashes {
  AddressHashes(Context& cx, std::string_view address);
  std::string of_address;
  std::string of_channel(std::string_view channel) const;
};

/// Messages that count, which went to the person (by address or party) since then, but for this one.
std::vector<ContactCount> sent_since(Context& cx, const AddressHashes& hashes,
                                     const std::optional<Uuid>& party, Timestamp since, const Uuid& but);

/// The last of a kind to the address; nothing when there is none.
std::optional<ContactCount> last_of_kind(Context& cx, const AddressHashes& hashes, std::string_view kind,
                                         std::string_view purpose, std::string_view channel, const Uuid& but);

/// Calls to the person since then, in order of time.
std::vector<Call> calls_since(Context& cx, const AddressHashes& hashes, const std::optional<Uuid>& party,
                              std::string_view purpose, Timestamp since);

void count_contact(Context& cx, ContactCount count);

/// The window of the address on the channel, to `sender` ("": the one that is open longest).
std::optional<SessionWindow> window_of(Context& cx, const AddressHashes& hashes, std::string_view channel,
                                       std::string_view sender);
void move_window(Context& cx, const AddressHashes& hashes, const SessionOpening& opening);
void shut_windows(Context& cx, const AddressHashes& hashes, std::string_view channel, Timestamp at);

/// What an organisation has laid down of sending, kept between calls: its settings, and the years of its
/// calendars. Thread-safe.
class OwnRules {
 public:
  static std::shared_ptr<const OwnRules> of(Context& cx);

  explicit OwnRules(Context& cx);
  const SendingSettings& settings() const { return settings_; }
  /// The row that replaces the seed, else the seed; nothing when there is neither.
  std::optional<DayBook> book(std::string_view country, std::string_view region, int year) const;
  bool is_replaced(std::string_view country, std::string_view region, int year) const;

 private:
  using Place = std::tuple<std::string, std::string, int>;
  SendingSettings settings_;
  std::map<Place, DayBook> rows_;
  mutable std::mutex mutex_;
  mutable std::map<Place, std::optional<DayBook>> seeds_;
};

std::unique_ptr<SendPolicy> make_policy();

void register_calendars(Registry& registry);

}  // namespace atlas::sending
