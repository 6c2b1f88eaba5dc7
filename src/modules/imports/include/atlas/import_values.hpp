#pragma once
// Values as people write them: prices, surfaces, counts, floors, dates, codes in French, English and Arabic.
// Each reader answers a value, that there is none ("Prix à consulter"), or why it cannot be known. Nothing is
// guessed where a wrong guess would look right; nothing is a floating-point number. Pure and thread-safe.
// Input is UTF-8; text over 64 KiB is refused as too long.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "atlas/money.hpp"
#include "atlas/time.hpp"

namespace atlas::imports {

/// Why a value is refused: stable codes.
namespace value_reason {
inline constexpr std::string_view unreadable = "unreadable",     // not understood
    ambiguous = "ambiguous",                                     // understood in two ways
    range = "range",                                             // "50-60 m²", "à partir de 500 000 DH"
    several = "several",                                         // more than one value
    negative = "negative", out_of_range = "out_of_range",        //
    unknown_unit = "unknown_unit",                               // a surface in square feet
    per_unit = "per_unit",                                       // a price by the square metre or the night
    too_many_decimals = "too_many_decimals",                     // 1.005 DH
    two_digit_year = "two_digit_year", relative = "relative",    // 12/10/24; "hier"
    no_such_day = "no_such_day", unknown_word = "unknown_word",  //
    no_time_zone = "no_time_zone", too_long = "too_long";
}  // namespace value_reason

/// What a value was read with, that a person may want to know: stable codes.
namespace value_warning {
inline constexpr std::string_view at_least = "at_least",  // "5+" read as 5
    thousands_assumed = "thousands_assumed",              // "1.200 m²" read as 1200
    rounded = "rounded",                                  // to the decimals of the field
    midnight_assumed = "midnight_assumed";                // a time without its hour
}  // namespace value_warning

/// A value, none, or a refusal.
template <class T>
struct Reading {
  std::optional<T> value;
  std::string_view refused;  ///< a code of value_reason; then there is no value
  std::string_view warning;  ///< a code of value_warning, or empty
  bool is_absent() const { return !value && refused.empty(); }
};

/// A sentence for people about a code of value_reason.
std::string_view value_advice(std::string_view reason) noexcept;

/// Is it one of the ways of saying nothing: empty, "-", "n/a", "null", "non spécifié", "غير محدد"?
bool says_nothing(std::string_view text);

/// "1 850 000 DH", "1,2 MDH", "250 k€", "1.850.000,00 dhs", "120 millions de centimes", "مليون و 200 الف
/// درهم". `currency` is the one of a price that names none. A price on request is absent. A single point or
/// comma before three digits separates thousands, as money has no three decimals, unless an M follows. "120
/// millions" without a currency is ambiguous where people count in centimes too (MAD).
Reading<Money> read_price(std::string_view text, Currency currency);
/// The same of an amount by year: "1 200 € / an", "1 200"; one by month is refused as per_unit.
Reading<Money> read_yearly_price(std::string_view text, Currency currency);
/// The one price with its currency inside a title or description; absent when there is none.
Reading<Money> find_price(std::string_view text, Currency currency);

/// Square metres with two decimals: "120 m²", "1 200,5 m2", "80 متر", "2 ha 50 a", a bare number.
Reading<Decimal> read_surface(std::string_view text);
/// The surface of the dwelling (or of the land, when there is no other) inside a title or description: those
/// of a terrace, a garden or a garage are passed over. Several that differ are refused.
Reading<Decimal> find_surface(std::string_view text);

/// What is counted: decides which words and what a studio says.
enum class Counted : std::uint8_t { things, rooms, bedrooms, bathrooms };
/// "3", "3.0", "5+", "trois chambres", "T3" (rooms), "Studio" (1 room, no bedroom), "ثلاث غرف".
Reading<std::int64_t> read_count(std::string_view text, Counted counted);
/// The number before the word for what is counted, inside a text: "3 chambres", "F4".
Reading<std::int64_t> find_count(std::string_view text, Counted counted);

/// 0 is the ground floor: "RDC", "5ème étage", "3/5", "7+", "sous-sol" (-1), "الطابق الثالث".
Reading<std::int64_t> read_floor(std::string_view text);
/// The floor inside a text: "au 3ème étage", "RDC".
Reading<std::int64_t> find_floor(std::string_view text);

/// oui, non, yes, no, vrai, faux, true, false, 1, 0, x, نعم, لا.
Reading<bool> read_boolean(std::string_view text);

/// A plain number of at most `scale` decimals; point and comma are both decimal here, spaces separate
/// thousands. For coordinates and the like.
Reading<Decimal> read_decimal(std::string_view text, int scale);
Reading<std::int64_t> read_integer(std::string_view text);

/// "5", "4,5 %", "6 % TTC", with two decimals. A number under 1 without its sign is ambiguous: 0,05 may be 5
/// %.
Reading<Decimal> read_percent(std::string_view text);

/// A value of a closed list and one way to say it.
struct Choice {
  std::string_view words;  ///< folded, one space between
  std::string_view value;
};
/// The value for itself or for its words; numbers, units and words such as "classe" or "à la charge de"
/// around them are passed over ("Classe D (210 kWh/m²/an)"). Refused as unknown_word.
Reading<std::string_view> read_choice(std::string_view text, std::span<const Choice> choices);

/// In which order a date of three numbers stands, when the year does not come first.
enum class DateOrder : std::uint8_t { day_first, month_first };
/// "2024-10-12", "12/10/2024", "12 octobre 2024", "October 12, 2024", "12 أكتوبر 2024"; a time behind it is
/// let go. Years of two digits are refused.
Reading<Date> read_date(std::string_view text, DateOrder order = DateOrder::day_first);
/// A date with a time: "2024-12-16 18:38", "16/12/2024 à 18h38", RFC 3339. Without an offset of its own the
/// time is that of `zone` (IANA; empty: refused as no_time_zone). A date alone is its midnight.
Reading<Timestamp> read_time(std::string_view text, DateOrder order = DateOrder::day_first,
                             std::string_view zone = {});

/// "PROP_APARTMENT" for "Appartements", "شقة": a word of the text, the first that names one, those that only
/// come with it ("avec garage") passed over.
Reading<std::string_view> find_property_type(std::string_view text);
/// "TX_SALE", "TX_RENT" for "à vendre", "for rent", "للكراء". Both are ambiguous.
Reading<std::string_view> find_transaction_type(std::string_view text);
/// A code of the dictionary for its label in French, English or Arabic, for itself, or for the words that
/// people use beside the labels; refused as unknown_word. Something that looks like a code is left as it is,
/// as a tenant may have made it.
Reading<std::string> read_code(std::string_view text, std::string_view dictionary);

/// ISO 3166-1 alpha-2 for itself or the names of the countries that matter here ("Maroc", "فرنسا").
Reading<std::string> read_region(std::string_view text);

/// Trimmed, with white space runs as one space and without controls: one line.
std::string one_line(std::string_view text);
/// `text` cut before a word to at most `code_points`, with an ellipsis; as it is when short enough.
std::string shortened(std::string_view text, std::size_t code_points);

}  // namespace atlas::imports
