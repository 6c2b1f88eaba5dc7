#include "atlas/id.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <climits>

#include "atlas/error.hpp"

namespace atlas {
namespace {

// 18 bits: rand_a and the top six bits of rand_b. A new millisecond seeds the lower 17, so that at least
// 131,072 ids fit before the counter would run over.
constexpr std::uint32_t counter_limit = 1u << 18, seed_mask = (1u << 17) - 1;

constexpr int nibble(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool is_dash_place(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

class SystemEntropy final : public Entropy {
 public:
  void fill(std::span<std::uint8_t> out) override {
    while (!out.empty()) {
      const std::size_t n = std::min<std::size_t>(out.size(), INT_MAX);
      if (RAND_bytes(out.data(), static_cast<int>(n)) != 1)
        throw Error(ErrorCode::internal, "the system's random generator failed");
      out = out.subspan(n);
    }
  }
};

}  // namespace

std::optional<Uuid> parse_uuid(std::string_view text) noexcept {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  std::size_t byte = 0;
  for (std::size_t i = 0; i < 36;) {
    if (is_dash_place(i)) {
      if (text[i++] != '-') return std::nullopt;
      continue;
    }
    const int high = nibble(text[i]), low = nibble(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[byte++] = static_cast<std::uint8_t>(high << 4 | low);
    i += 2;
  }
  return id;
}

std::string format_uuid(const Uuid& id) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out(36, '-');
  std::size_t at = 0;
  for (const std::uint8_t b : id.bytes) {
    if (is_dash_place(at)) ++at;
    out[at++] = digits[b >> 4];
    out[at++] = digits[b & 15];
  }
  return out;
}

Uuid uuid_from_bytes(std::string_view bytes) {
  if (bytes.size() != 16) throw Error(ErrorCode::storage_corrupt, "a stored id has the wrong size");
  Uuid id;
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(id.bytes.data()));
  return id;
}

Entropy& system_entropy() noexcept {
  static SystemEntropy entropy;
  return entropy;
}

Uuid UuidGenerator::next() {
  const std::int64_t now = clock_.now().micros / micros_per_ms;
  const std::lock_guard lock(mutex_);
  if (used_ + bytes_per_id > pool_.size()) {
    entropy_.fill(pool_);
    used_ = 0;
  }
  const std::uint8_t* random = pool_.data() + used_;
  used_ += bytes_per_id;
  const std::uint32_t seed =
      (std::uint32_t{random[0]} << 16 | std::uint32_t{random[1]} << 8 | random[2]) & seed_mask;
  if (now > last_ms_) {
    last_ms_ = now;
    counter_ = seed;
  } else if (++counter_ == counter_limit) {
    // Run ahead of the clock rather than repeat or go back.
    ++last_ms_;
    counter_ = seed;
  }
  const auto ms = static_cast<std::uint64_t>(last_ms_);
  Uuid id;
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | counter_ >> 14);
  id.bytes[7] = static_cast<std::uint8_t>(counter_ >> 6);
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (counter_ & 0x3f));
  std::copy_n(random + 3, 7, id.bytes.begin() + 9);
  return id;
}

}  // namespace atlas
