#include "atlas/money.hpp"

#include <algorithm>
#include <limits>

#include "atlas/error.hpp"

namespace atlas {
namespace {

// ISO 4217 list one as of 2026-01-01: the active codes that have minor units, by their number of digits.
// Metals, bond units, SDR, test and "no currency" codes have none and are no money here.
constexpr std::string_view no_digits[] = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG",
                                          "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::string_view three_digits[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
constexpr std::string_view four_digits[] = {"CLF", "UYW"};
constexpr std::string_view two_digits[] = {
    "AED", "AFN", "ALL", "AMD", "AOA", "ARS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BMD", "BND",
    "BOB", "BOV", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHE", "CHF", "CHW", "CNY",
    "COP", "COU", "CRC", "CUP", "CVE", "CZK", "DKK", "DOP", "DZD", "EGP", "ERN", "ETB", "EUR", "FJD",
    "FKP", "GBP", "GEL", "GHS", "GIP", "GMD", "GTQ", "GYD", "HKD", "HNL", "HTG", "HUF", "IDR", "ILS",
    "INR", "IRR", "JMD", "KES", "KGS", "KHR", "KPW", "KYD", "KZT", "LAK", "LBP", "LKR", "LRD", "LSL",
    "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MXN", "MXV", "MYR",
    "MZN", "NAD", "NGN", "NIO", "NOK", "NPR", "NZD", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "QAR",
    "RON", "RSD", "RUB", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SLE", "SOS", "SRD", "SSP",
    "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "USD",
    "USN", "UYU", "UZS", "VED", "VES", "WST", "XCD", "XCG", "YER", "ZAR", "ZMW", "ZWG"};

template <std::size_t N>
constexpr bool contains(const std::string_view (&list)[N], std::string_view code) {
  return std::binary_search(std::begin(list), std::end(list), code);
}
template <std::size_t N>
constexpr bool sorted(const std::string_view (&list)[N]) {
  return std::is_sorted(std::begin(list), std::end(list));
}
static_assert(sorted(no_digits) && sorted(two_digits) && sorted(three_digits) && sorted(four_digits));

constexpr std::int64_t pow10(int n) {
  std::int64_t p = 1;
  for (; n > 0; --n) p *= 10;
  return p;
}

// `units / 10^scale` with all its decimals.
std::string plain(std::int64_t units, int scale) {
  const bool negative = units < 0;
  // Through unsigned: the smallest value has no positive counterpart.
  std::string digits =
      std::to_string(negative ? 0 - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units));
  const auto decimals = static_cast<std::size_t>(scale);
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - decimals, 1, '.');
  if (negative) digits.insert(0, 1, '-');
  return digits;
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

constexpr std::size_t max_decimal_digits = 15;
constexpr std::int64_t max_decimal_units = pow10(18) - 1;

}  // namespace

std::optional<int> currency_exponent(std::string_view code) noexcept {
  if (contains(two_digits, code)) return 2;
  if (contains(no_digits, code)) return 0;
  if (contains(three_digits, code)) return 3;
  if (contains(four_digits, code)) return 4;
  return std::nullopt;
}

std::optional<Currency> parse_currency(std::string_view code) noexcept {
  if (!currency_exponent(code)) return std::nullopt;
  return Currency{{code[0], code[1], code[2]}};
}

Money add(const Money& a, const Money& b) {
  if (a.currency != b.currency)
    throw Error(ErrorCode::conflict, "amounts of two currencies cannot be added").with("reason", "currency");
  const auto in_range = [](std::int64_t n) { return n >= -max_money && n <= max_money; };
  // Checked before the sum: it cannot overflow then.
  if (!in_range(a.amount) || !in_range(b.amount) || !in_range(a.amount + b.amount))
    throw Error(ErrorCode::invalid_argument, "an amount is out of range")
        .field("", field_code::out_of_range, "at most 15 digits of minor units");
  return {a.amount + b.amount, a.currency};
}

std::string format_money(const Money& m) {
  std::string out = plain(m.amount, currency_exponent(m.currency.view()).value_or(0));
  return out.append(" ").append(m.currency.view());
}

std::optional<Decimal> parse_decimal(std::string_view text, int scale) noexcept {
  if (scale < 0 || scale > 15) return std::nullopt;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? "" : text.substr(point + 1);
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0')) return std::nullopt;
  if (point != std::string_view::npos && fraction.empty()) return std::nullopt;
  if (whole.size() + fraction.size() > max_decimal_digits ||
      fraction.size() > static_cast<std::size_t>(scale) ||
      !std::all_of(whole.begin(), whole.end(), is_digit) ||
      !std::all_of(fraction.begin(), fraction.end(), is_digit))
    return std::nullopt;
  std::int64_t units = 0;
  for (const char c : whole) units = units * 10 + (c - '0');
  for (const char c : fraction) units = units * 10 + (c - '0');
  const std::int64_t factor = pow10(scale - static_cast<int>(fraction.size()));
  if (units > max_decimal_units / factor) return std::nullopt;
  return Decimal{negative ? -units * factor : units * factor};
}

std::string format_decimal(Decimal d, int scale) {
  std::string out = plain(d.units, scale);
  if (scale > 0) {
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.') out.pop_back();
  }
  return out;
}

}  // namespace atlas
