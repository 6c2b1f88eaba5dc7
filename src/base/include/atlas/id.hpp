#pragma once
// UUIDs and the entropy port.

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "atlas/time.hpp"

namespace atlas {

/// 128 bits of RFC 9562, big-endian as written. All zero = nil.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};
  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;
  constexpr bool is_nil() const { return *this == Uuid{}; }
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }
};

/// Canonical 36-character form, either case; anything else is refused.
std::optional<Uuid> parse_uuid(std::string_view text) noexcept;
/// Lower case, 36 characters.
std::string format_uuid(const Uuid& id);
/// From 16 raw bytes (as stored). Throws storage_corrupt when the size is wrong.
Uuid uuid_from_bytes(std::string_view bytes);

/// Where random bytes come from. Implementations are thread-safe and throw Error(internal) rather than
/// return weak bytes.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::span<std::uint8_t> out) = 0;
};

/// OpenSSL's generator. Lives as long as the process; thread-safe.
Entropy& system_entropy() noexcept;

/// UUIDv7 (RFC 9562 §5.7): increasing within one generator even when the clock stands or goes back
/// (§6.2, method 1: a counter in rand_a and the top of rand_b). Thread-safe; the clock and the entropy
/// outlive it. Random bytes are drawn for several ids at a time.
class UuidGenerator {
 public:
  UuidGenerator(Clock& clock, Entropy& entropy) : clock_(clock), entropy_(entropy) {}
  Uuid next();

 private:
  Clock& clock_;
  Entropy& entropy_;
  std::mutex mutex_;
  static constexpr std::size_t bytes_per_id = 10;
  std::int64_t last_ms_ = -1;
  std::uint32_t counter_ = 0;  // 18 bits
  std::array<std::uint8_t, 32 * bytes_per_id> pool_{};
  std::size_t used_ = 32 * bytes_per_id;
};

}  // namespace atlas

template <>
struct std::hash<atlas::Uuid> {
  std::size_t operator()(const atlas::Uuid& id) const noexcept {
    return std::hash<std::string_view>{}(id.view());
  }
};
