#pragma once
// Secrets of channel accounts: a text that wipes itself, and the port through which a host hands them out.

#include <optional>
#include <string>
#include <string_view>

namespace atlas {

/// A secret text. Wiped when it goes; moves, and is copied only by asking.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  ~Secret() { forget(); }
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  Secret copy() const { return Secret(text_); }
  /// Valid as long as this object, and followed by a NUL.
  std::string_view view() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }
  /// Overwrites and empties it.
  void forget() noexcept;

 private:
  std::string text_;
};

/// Where a host keeps the secrets that channel accounts name by reference. Thread-safe; called with no lock
/// of the library held, each time a secret is needed: a changed secret is in force at once.
class Secrets {
 public:
  virtual ~Secrets() = default;
  /// `reference` is the organisation's id, `/`, and the name that the account's `secret_refs` holds. Nothing
  /// = unknown; then nothing is sent and no signature is right.
  virtual std::optional<Secret> secret(std::string_view reference) = 0;
};

}  // namespace atlas
