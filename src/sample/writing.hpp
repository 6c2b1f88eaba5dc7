#pragma once
// How people write: numbers, prices, names with slips.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/sample.hpp"
#include "dice.hpp"

namespace atlas::sample {

/// "+212" and nine digits, or "+33", in one of the forms that people use; foreign to its reader it carries
/// its country. Every form reads back to the same number.
std::string write_phone(std::string_view e164, bool foreign, Dice& dice);
/// A digit too few or too many, or words: what no reader takes for a number.
std::string write_bad_phone(std::string_view e164, Dice& dice);

/// Whole units as people group them, with or without the currency.
std::string write_price(std::int64_t units, Country country, Dice& dice);
/// "1 850 000".
std::string grouped_digits(std::int64_t n, std::string_view separator);

/// A slip of the fingers behind the first letter; another text than was given. Texts of fewer than four
/// letters come out doubled in their last.
std::string mistype(std::string_view text, Dice& dice);
/// A wrong but well-formed address, or one that is none.
std::string mistype_email(std::string_view email, Dice& dice);
std::string other_case(std::string_view ascii, Dice& dice);
/// ASCII letters only; others as they are.
std::string upper(std::string_view text);
std::string lower(std::string_view text);

/// The letters of the text, each with the bytes of its UTF-8.
std::vector<std::string_view> letters(std::string_view text);

/// Puts values into the slots {name} of a form.
class Slots {
 public:
  Slots& set(std::string_view name, std::string value) {
    values_.emplace_back(name, std::move(value));
    return *this;
  }
  std::string fill(std::string_view form) const;

 private:
  std::vector<std::pair<std::string_view, std::string>> values_;
};

}  // namespace atlas::sample
