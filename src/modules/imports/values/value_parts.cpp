// Values of a listing's parts: percentages, and values of closed lists.

#include <algorithm>
#include <string>
#include <vector>

#include "atlas/import_values.hpp"
#include "atlas/text.hpp"
#include "tokens.hpp"

namespace atlas::imports {
namespace {

constexpr std::size_t max_value_bytes = 200;

// What stands around a value of a list and says nothing of which it is.
constexpr std::string_view passed_words[] = {
    "classe", "class", "lettre", "etiquette", "energie",   "energetique", "climat", "dpe",  "ges",
    "kwh",    "kwhep", "ep",     "m2",        "m",         "an",          "par",    "year", "kg",
    "co2",    "kgco2", "eq",     "kgeqco2",   "kgeqco2m2", "a",           "la",     "le",   "l",
    "les",    "de",    "du",     "des",       "charge",    "honoraires"};

bool is_number(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= '0' && c <= '9') || std::string_view(" .,'").find(c) != std::string_view::npos;
  });
}

// The words and numbers of a text, without its signs.
std::vector<std::string_view> words_in(const Tokens& tokens) {
  std::vector<std::string_view> out;
  for (const Token& t : tokens.all())
    if (t.kind != TokenKind::sign) out.push_back(t.text);
  return out;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view w : words) {
    if (!out.empty()) out.push_back(' ');
    out.append(w);
  }
  return out;
}

const Choice* find_choice(std::span<const Choice> choices, std::string_view words) {
  const auto at =
      std::find_if(choices.begin(), choices.end(), [&](const Choice& c) { return c.words == words; });
  return at == choices.end() ? nullptr : &*at;
}

}  // namespace

Reading<std::string_view> read_choice(std::string_view text, std::span<const Choice> choices) {
  text = trim(text);
  const auto no = [](std::string_view reason) {
    return Reading<std::string_view>{.value = {}, .refused = reason, .warning = {}};
  };
  const auto yes = [](std::string_view value) {
    return Reading<std::string_view>{.value = value, .refused = {}, .warning = {}};
  };
  if (text.size() > max_value_bytes) return no(value_reason::too_long);
  for (const Choice& c : choices)
    if (c.value == text) return yes(c.value);
  const Tokens tokens(text);
  auto words = words_in(tokens);
  if (const Choice* whole = find_choice(choices, joined(words))) return yes(whole->value);
  if (says_nothing(text)) return {};
  std::erase_if(words, [&](std::string_view w) {
    return is_number(w) || w.find_first_of(".,") != w.npos ||
           (among(passed_words, w) && !find_choice(choices, w));
  });
  if (const Choice* found = find_choice(choices, joined(words))) return yes(found->value);
  return no(value_reason::unknown_word);
}

Reading<Decimal> read_percent(std::string_view text) {
  text = trim(text);
  const auto no = [](std::string_view reason) {
    return Reading<Decimal>{.value = {}, .refused = reason, .warning = {}};
  };
  const std::size_t sign = text.find('%');
  const bool has_sign = sign != text.npos;
  const std::string_view number = trim(text.substr(0, sign));
  if (has_sign) {
    const std::string behind = fold(trim(text.substr(sign + 1)));
    if (number.empty() || (!behind.empty() && behind != "ttc")) return no(value_reason::unreadable);
  }
  const Reading<Decimal> out = read_decimal(number, 2);
  if (!out.value) return out;
  const std::int64_t units = out.value->units;
  if (units < 0) return no(value_reason::negative);
  if (units > 10'000) return no(value_reason::out_of_range);
  if (!has_sign && units > 0 && units < 100) return no(value_reason::ambiguous);
  return out;
}

}  // namespace atlas::imports
