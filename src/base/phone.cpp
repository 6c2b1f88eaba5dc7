#include "atlas/phone.hpp"

#include <phonenumbers/phonenumberutil.h>

#include <array>
#include <cstdint>

#include "atlas/crypto.hpp"
#include "atlas/text.hpp"

// The metadata that libphonenumber carries; exported, though not in an installed header.
namespace i18n::phonenumbers {
int metadata_size();
const void* metadata_get();
}  // namespace i18n::phonenumbers

namespace atlas {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

const PhoneNumberUtil& util() { return *PhoneNumberUtil::GetInstance(); }

// No telephone number is longer; libphonenumber itself stops at 250.
constexpr std::size_t max_raw = 250;

constexpr bool is_region_syntax(std::string_view r) {
  return r.size() == 2 && r[0] >= 'A' && r[0] <= 'Z' && r[1] >= 'A' && r[1] <= 'Z';
}

std::string_view type_name(PhoneNumberUtil::PhoneNumberType type) {
  switch (type) {
    case PhoneNumberUtil::FIXED_LINE:
      return "FIXED_LINE";
    case PhoneNumberUtil::MOBILE:
      return "MOBILE";
    case PhoneNumberUtil::FIXED_LINE_OR_MOBILE:
      return "FIXED_LINE_OR_MOBILE";
    case PhoneNumberUtil::TOLL_FREE:
      return "TOLL_FREE";
    case PhoneNumberUtil::PREMIUM_RATE:
      return "PREMIUM_RATE";
    case PhoneNumberUtil::SHARED_COST:
      return "SHARED_COST";
    case PhoneNumberUtil::VOIP:
      return "VOIP";
    case PhoneNumberUtil::PERSONAL_NUMBER:
      return "PERSONAL_NUMBER";
    case PhoneNumberUtil::PAGER:
      return "PAGER";
    case PhoneNumberUtil::UAN:
      return "UAN";
    case PhoneNumberUtil::VOICEMAIL:
      return "VOICEMAIL";
    case PhoneNumberUtil::UNKNOWN:
      break;
  }
  return "UNKNOWN";
}

std::optional<PhoneNumber> parse_valid(std::string_view raw, std::string_view region) {
  if (raw.empty() || raw.size() > max_raw || !is_utf8(raw)) return std::nullopt;
  PhoneNumber number;
  const std::string default_region = is_region_syntax(region) ? std::string(region) : "ZZ";
  if (util().ParseAndKeepRawInput(std::string(raw), default_region, &number) !=
          PhoneNumberUtil::NO_PARSING_ERROR ||
      !util().IsValidNumber(number))
    return std::nullopt;
  return number;
}

std::string e164_of(const PhoneNumber& number) {
  std::string out;
  util().Format(number, PhoneNumberUtil::E164, &out);
  return out;
}

// ---- The fast way: mobile numbers of two countries of nine national digits, trunk prefix 0, IDD 00
// -----------

constexpr std::size_t national_digits = 9;

struct FastCountry {
  std::string_view region, code;
  int country_code;
};
constexpr std::array<FastCountry, 2> fast_countries{{{"FR", "33", 33}, {"MA", "212", 212}}};

// Which national prefixes of three digits (600 to 799) are valid numbers whatever follows.
struct FastTable {
  std::array<std::array<bool, 200>, fast_countries.size()> valid{};

  // Asks libphonenumber; a pattern written by hand would age and be wrong already.
  FastTable() {
    // The metadata distinguish mobile ranges by three digits; the fourth is tried at its ends and between, so
    // that a range which does not is left to the full parse.
    constexpr std::array<std::uint64_t, 3> tails{0, 499'999, 999'999};
    for (std::size_t c = 0; c < fast_countries.size(); ++c) {
      PhoneNumber number;
      number.set_country_code(fast_countries[c].country_code);
      for (std::uint64_t prefix = 600; prefix < 800; ++prefix) {
        bool all = true;
        for (const std::uint64_t tail : tails) {
          number.set_national_number(prefix * 1'000'000 + tail);
          all = all && util().IsValidNumber(number);
        }
        valid[c][prefix - 600] = all;
      }
    }
  }
};

const FastTable& fast_table() {
  static const FastTable table;
  return table;
}

// "+", and the digits, of a number written with single spaces, dots or dashes between digits only.
struct Plain {
  bool plus = false;
  std::size_t count = 0;
  std::array<char, 16> digits;

  bool read(std::string_view raw) {
    plus = raw.starts_with('+');
    if (plus) raw.remove_prefix(1);
    bool after_digit = false;
    for (const char c : raw) {
      if (c >= '0' && c <= '9') {
        if (count == digits.size()) return false;
        digits[count++] = c;
        after_digit = true;
      } else if ((c == ' ' || c == '.' || c == '-') && after_digit) {
        after_digit = false;
      } else {
        return false;
      }
    }
    return after_digit;
  }
  std::string_view view() const { return {digits.data(), count}; }
};

// Empty: not one of the forms that this way knows for certain.
std::string fast_e164(std::string_view raw, std::string_view region) {
  Plain plain;
  if (!plain.read(raw)) return {};
  std::string_view digits = plain.view();
  bool international = plain.plus;
  std::size_t country = fast_countries.size();
  for (std::size_t c = 0; c < fast_countries.size(); ++c)
    if (fast_countries[c].region == region) country = c;
  if (!international) {
    if (country == fast_countries.size()) return {};
    if (digits.starts_with("00")) {
      international = true;
      digits.remove_prefix(2);
    } else if (digits.size() == national_digits + 1 && digits[0] == '0') {
      digits.remove_prefix(1);
    }
  }
  if (international) {
    country = 0;
    while (country < fast_countries.size() && !digits.starts_with(fast_countries[country].code)) ++country;
    if (country == fast_countries.size()) return {};
    digits.remove_prefix(fast_countries[country].code.size());
  }
  if (digits.size() != national_digits || (digits[0] != '6' && digits[0] != '7')) return {};
  const int prefix = (digits[0] - '0') * 100 + (digits[1] - '0') * 10 + (digits[2] - '0');
  if (!fast_table().valid[country][static_cast<std::size_t>(prefix - 600)]) return {};
  std::string out;
  out.reserve(16);
  return out.append(1, '+').append(fast_countries[country].code).append(digits);
}

}  // namespace

std::string_view to_string(PhoneRegionSource s) noexcept {
  switch (s) {
    case PhoneRegionSource::number:
      return "number";
    case PhoneRegionSource::payload:
      return "payload";
    case PhoneRegionSource::record:
      return "record";
    case PhoneRegionSource::organisation:
      break;
  }
  return "organisation";
}

std::optional<Phone> parse_phone(std::string_view raw, std::string_view region) {
  const auto number = parse_valid(raw, region);
  if (!number) return std::nullopt;
  Phone out;
  out.e164 = e164_of(*number);
  out.type = type_name(util().GetNumberType(*number));
  util().GetRegionCodeForNumber(*number, &out.region);
  out.international = number->country_code_source() != PhoneNumber::FROM_DEFAULT_COUNTRY;
  return out;
}

std::optional<std::string> phone_e164(std::string_view raw, std::string_view region) {
  if (std::string fast = fast_e164(raw, region); !fast.empty()) return fast;
  const auto number = parse_valid(raw, region);
  if (!number) return std::nullopt;
  return e164_of(*number);
}

bool is_phone_region(std::string_view region) {
  return is_region_syntax(region) && util().GetCountryCodeForRegion(std::string(region)) != 0;
}

std::string phone_metadata_version() {
  // The library does not tell its version; what it knows is what matters.
  static const std::string version =
      hex(as_view(sha256({static_cast<const char*>(i18n::phonenumbers::metadata_get()),
                          static_cast<std::size_t>(i18n::phonenumbers::metadata_size())})))
          .substr(0, 16);
  return version;
}

}  // namespace atlas
