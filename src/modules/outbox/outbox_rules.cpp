#include "outbox_rules.hpp"

namespace atlas::outbox {
namespace {

constexpr std::array<std::int64_t, most_attempts - 1> waits{
    micros_per_minute, 5 * micros_per_minute, 15 * micros_per_minute, micros_per_hour, 6 * micros_per_hour};

}  // namespace

std::optional<std::int64_t> retry_wait(std::int64_t spent, std::uint16_t chance) noexcept {
  if (spent < 1 || spent > static_cast<std::int64_t>(waits.size())) return std::nullopt;
  const std::int64_t wait = waits[static_cast<std::size_t>(spent - 1)];
  // From 80 % to 120 % in 65,536 even steps.
  return wait * 4 / 5 + wait * 2 / 5 * chance / 65'535;
}

std::optional<Timestamp> wait_for_pace(Timestamp free_at, Timestamp now, std::int64_t interval,
                                       std::int64_t burst) noexcept {
  const std::int64_t ahead = free_at.micros - now.micros;
  if (ahead <= interval * (burst - 1)) return std::nullopt;
  return Timestamp{now.micros + ahead - interval * (burst - 1)};
}

}  // namespace atlas::outbox
