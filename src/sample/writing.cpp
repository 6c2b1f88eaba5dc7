#include "writing.hpp"

#include <array>

#include "words.hpp"

namespace atlas::sample {
namespace {

using namespace std::string_view_literals;

/// "0612345678" in pairs: 06 12 34 56 78.
std::string in_pairs(std::string_view digits, std::string_view separator) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    if (i > 0) out += separator;
    out += digits.substr(i, 2);
  }
  return out;
}

/// "612345678" behind a country's prefix: 6 12 34 56 78.
std::string in_odd_pairs(std::string_view digits, std::string_view separator) {
  return std::string(digits.substr(0, 1)).append(separator).append(in_pairs(digits.substr(1), separator));
}

std::string arabic_digits(std::string_view digits) {
  static constexpr std::array forms{"٠"sv, "١"sv, "٢"sv, "٣"sv, "٤"sv, "٥"sv, "٦"sv, "٧"sv, "٨"sv, "٩"sv};
  std::string out;
  for (const char c : digits) out += forms[static_cast<std::size_t>(c - '0')];
  return out;
}

constexpr std::array separators{" "sv, " "sv, "."sv, "-"sv, "\u00A0"sv};

}  // namespace

std::string write_phone(std::string_view e164, bool foreign, Dice& dice) {
  const bool french = e164.starts_with("+33");
  const std::string country(french ? "33" : "212");
  const std::string_view rest = e164.substr(1 + country.size());
  const std::string national = "0" + std::string(rest);
  const std::string_view separator = dice.pick(std::span<const std::string_view>(separators));
  const std::size_t form =
      foreign ? dice.weighted({0, 0, 0, 30, 30, 20, 10, 10}) : dice.weighted({30, 32, 4, 10, 10, 6, 4, 4});
  switch (form) {
    case 0:
      return national;
    case 1:
      return in_pairs(national, separator);
    case 2:
      return french ? in_pairs(national, "/") : arabic_digits(national);
    case 3:
      return "+" + country + std::string(rest);
    case 4:
      return "+" + country + " " + in_odd_pairs(rest, separator);
    case 5:
      return "00" + country + std::string(rest);
    case 6:
      return "+" + country + " (0) " + in_odd_pairs(rest, separator);
    default:
      return "+" + country + "-" + std::string(rest.substr(0, 3)) + "-" + std::string(rest.substr(3));
  }
}

std::string write_bad_phone(std::string_view e164, Dice& dice) {
  const std::size_t code = e164.starts_with("+33") ? 3 : 4;
  std::string national = "0" + std::string(e164.substr(code));
  switch (dice.weighted({40, 25, 15, 20})) {
    case 0:
      national.pop_back();
      return in_pairs(national, " ");
    case 1:
      return national + "11";
    case 2:
      return "0000000000";
    default:
      return dice.chance(500) ? "voir mail" : "pas de tel";
  }
}

std::string grouped_digits(std::int64_t n, std::string_view separator) {
  const std::string plain = std::to_string(n);
  std::string out;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i > 0 && (plain.size() - i) % 3 == 0) out += separator;
    out.push_back(plain[i]);
  }
  return out;
}

std::string write_price(std::int64_t units, Country country, Dice& dice) {
  static constexpr std::array ma{" DH"sv, " DH"sv, " MAD"sv, " Dhs"sv, ""sv};
  static constexpr std::array fr{" €"sv, "€"sv, " €"sv, " EUR"sv, ""sv};
  const std::string_view currency =
      dice.pick(std::span<const std::string_view>(country == Country::morocco ? ma : fr));
  switch (dice.weighted({50, 20, 15, 15})) {
    case 0:
      return grouped_digits(units, " ").append(currency);
    case 1:
      return std::to_string(units).append(currency);
    case 2:
      return grouped_digits(units, "\u00A0").append(currency);
    default:
      return grouped_digits(units, " ").append(",00").append(currency);
  }
}

std::vector<std::string_view> letters(std::string_view text) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    out.push_back(text.substr(i, end - i));
    i = end;
  }
  return out;
}

std::string mistype(std::string_view text, Dice& dice) {
  std::vector<std::string_view> all = letters(text);
  if (all.size() < 4) return std::string(text).append(all.empty() ? "x"sv : all.back());
  const std::size_t at = 1 + dice.below(static_cast<std::uint32_t>(all.size() - 2));
  switch (dice.below(3)) {
    case 0:
      if (all[at] != all[at + 1]) {
        std::swap(all[at], all[at + 1]);
        break;
      }
      [[fallthrough]];
    case 1:
      all.insert(all.begin() + static_cast<std::ptrdiff_t>(at), all[at]);
      break;
    default:
      all.erase(all.begin() + static_cast<std::ptrdiff_t>(at));
      break;
  }
  std::string out;
  for (const std::string_view letter : all) out += letter;
  return out;
}

std::string mistype_email(std::string_view email, Dice& dice) {
  const std::size_t at = email.find('@');
  const std::string local(email.substr(0, at)), domain(email.substr(at + 1));
  const std::size_t dot = domain.find('.');
  switch (dice.below(5)) {
    case 0:
      return local + "@" + mistype(domain.substr(0, dot), dice) + domain.substr(dot);
    case 1:
      return mistype(local, dice) + "@" + domain;
    case 2:
      return local + "@" + domain.substr(0, dot) + "," + domain.substr(dot + 1);
    case 3:
      return local + domain;
    default:
      return local + "@" + domain.substr(0, dot);
  }
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string other_case(std::string_view ascii, Dice& dice) {
  if (dice.chance(300)) return upper(ascii);
  std::string out(ascii);
  bool begin = true;
  for (char& c : out) {
    if (begin && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    begin = c == '.' || c == '_' || c == '-' || c == '@';
  }
  return out;
}

std::string Slots::fill(std::string_view form) const {
  std::string out;
  while (!form.empty()) {
    const std::size_t open = form.find('{');
    out += form.substr(0, open);
    if (open == form.npos) break;
    const std::size_t close = form.find('}', open);
    const std::string_view name = form.substr(open + 1, close - open - 1);
    for (const auto& [slot, value] : values_)
      if (slot == name) out += value;
    form.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace atlas::sample
