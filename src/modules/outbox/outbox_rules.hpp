#pragma once
// When a message is tried again, and how fast messages may follow each other. Pure.

#include <array>
#include <cstdint>
#include <optional>

#include "atlas/time.hpp"

namespace atlas::outbox {

/// Attempts that a message is given.
inline constexpr std::int64_t most_attempts = 6;
/// How long `later` may put a message off in all.
inline constexpr std::int64_t longest_later = 72 * micros_per_hour;
/// The least: whoever says "at once" again and again is not asked in a circle.
inline constexpr std::int64_t least_later = micros_per_second;
/// Until when it is put off without a word of the provider's.
inline constexpr std::int64_t default_later = 15 * micros_per_minute;

/// The wait after `spent` attempts (1 …): 1 min, 5 min, 15 min, 1 h, 6 h, each ± 20 % by `chance` (0 …
/// 65535). Nothing: they are spent.
std::optional<std::int64_t> retry_wait(std::int64_t spent, std::uint16_t chance) noexcept;

/// An even flow with a burst: when the next may go, given when the flow is free (`free_at`), one each
/// `interval`, at most `burst` ahead. Nothing: now. On going, free_at becomes max(free_at, now) + interval.
std::optional<Timestamp> wait_for_pace(Timestamp free_at, Timestamp now, std::int64_t interval,
                                       std::int64_t burst) noexcept;

}  // namespace atlas::outbox
