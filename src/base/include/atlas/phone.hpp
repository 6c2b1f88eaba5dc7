#pragma once
// Telephone numbers, by libphonenumber. Thread-safe.

#include <optional>
#include <string>
#include <string_view>

namespace atlas {

/// Where the region used for parsing came from.
enum class PhoneRegionSource { number, payload, record, organisation };
std::string_view to_string(PhoneRegionSource s) noexcept;

/// A valid number and what libphonenumber knows of it.
struct Phone {
  std::string e164;    ///< "+212612345678".
  std::string type;    ///< libphonenumber's: MOBILE, FIXED_LINE, FIXED_LINE_OR_MOBILE, VOIP, TOLL_FREE…
  std::string region;  ///< ISO 3166-1 alpha-2, or "001" for non-geographic.
  bool international;  ///< The number itself carried its country ("+", "00").
};

/// Parses what people write ("06 12 34 56 78", "00 33 6…", "٠٦١٢…"), with `region` (ISO 3166-1, "ZZ" =
/// unknown) for national forms. Nothing when it is no valid number. Full parse: about 12 µs.
std::optional<Phone> parse_phone(std::string_view raw, std::string_view region);

/// E.164 only. Same answer as parse_phone; mobile numbers of FR and MA in their common written forms take a
/// table filled at first use by asking libphonenumber itself about each prefix: about 0.02 µs.
std::optional<std::string> phone_e164(std::string_view raw, std::string_view region);

/// Is `region` an ISO 3166-1 code that libphonenumber knows?
bool is_phone_region(std::string_view region);

/// What libphonenumber's metadata are, for the derivation stamp: 16 hex digits of their hash, since it does
/// not tell a version.
std::string phone_metadata_version();

}  // namespace atlas
