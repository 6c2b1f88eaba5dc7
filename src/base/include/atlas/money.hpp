#pragma once
// Exact amounts: money in minor units, decimals of a fixed scale. Never a float.

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace atlas {

/// An ISO 4217 alphabetic code.
struct Currency {
  std::array<char, 3> code{'X', 'X', 'X'};
  friend constexpr auto operator<=>(const Currency&, const Currency&) = default;
  std::string_view view() const { return {code.data(), code.size()}; }
};

/// Minor-unit digits of an active ISO 4217 currency (MAD 2, JPY 0, TND 3); nothing for an unknown one.
std::optional<int> currency_exponent(std::string_view code) noexcept;
std::optional<Currency> parse_currency(std::string_view code) noexcept;

/// An amount in minor units, |amount| < 10^15, of one currency. No arithmetic between currencies.
struct Money {
  std::int64_t amount = 0;
  Currency currency;
  friend constexpr bool operator==(const Money&, const Money&) = default;
};
inline constexpr std::int64_t max_money = 999'999'999'999'999;

/// Throws conflict (reason `currency`) on another currency, invalid_argument on a result out of range.
Money add(const Money& a, const Money& b);
/// "1 850 000,00"-free plain form for logs and examples: `185000000 MAD` → "1850000.00 MAD".
std::string format_money(const Money& m);

/// `units / 10^scale`, exactly. The scale is the field's and not stored.
struct Decimal {
  std::int64_t units = 0;
  friend constexpr auto operator<=>(Decimal, Decimal) = default;
};

/// A plain JSON number or decimal text ("85", "85.5", "-7.6"); no exponent, no leading zeros; at most `scale`
/// (0..15) decimals, at most 15 digits in all, |units| < 10^18. Nothing otherwise.
std::optional<Decimal> parse_decimal(std::string_view text, int scale) noexcept;
/// Shortest form without trailing zeros: 8550, scale 2 → "85.5".
std::string format_decimal(Decimal d, int scale);

}  // namespace atlas
