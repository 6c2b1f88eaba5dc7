#include "tokens.hpp"

#include <algorithm>
#include <array>

#include "atlas/import_values.hpp"
#include "atlas/text.hpp"

namespace atlas::imports {
namespace {

constexpr int max_digits = 18;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

// The code point at `i` of well-formed text and its length.
struct Point {
  char32_t c;
  std::size_t size;
};
Point point_at(std::string_view s, std::size_t i) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(s[i + k]); };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xe0) return {(lead & 0x1f) << 6 | (byte(1) & 0x3fu), 2};
  if (lead < 0xf0) return {(lead & 0x0f) << 12 | (byte(1) & 0x3fu) << 6 | (byte(2) & 0x3fu), 3};
  return {(lead & 0x07) << 18 | (byte(1) & 0x3fu) << 12 | (byte(2) & 0x3fu) << 6 | (byte(3) & 0x3fu), 4};
}

// Punctuation, symbols and currency signs; every other character beyond ASCII belongs to a word.
constexpr bool is_sign(char32_t c) {
  if (c < 0x80) return !(c >= U'a' && c <= U'z') && !(c >= U'0' && c <= U'9');
  return (c >= 0x80 && c <= 0xbf && c != 0xaa && c != 0xba) || c == 0xd7 || c == 0xf7 || c == 0x60c ||
         c == 0x61b || c == 0x61f || (c >= 0x66a && c <= 0x66d) || c == 0x6d4 ||
         (c >= 0x2000 && c <= 0x2bff) || (c >= 0x3000 && c <= 0x303f);
}

// Digits of the scripts that folding makes 0-9.
constexpr bool is_digit_of_any_script(char32_t c) {
  return (c >= U'0' && c <= U'9') || (c >= 0x660 && c <= 0x669) || (c >= 0x6f0 && c <= 0x6f9) ||
         (c >= 0xff10 && c <= 0xff19);
}

// Superscripts, subscripts and fractions; the currency signs stand right behind them (U+20A0 on).
constexpr bool is_power(char32_t c) {
  return c == 0xb2 || c == 0xb3 || c == 0xb9 || (c >= 0xbc && c <= 0xbe) || (c >= 0x2070 && c <= 0x208e) ||
         (c >= 0x2150 && c <= 0x215f) || c == 0x2189;
}

// A digit followed by ², ½ and the like, which folding would make another number. Of well-formed text.
bool has_power(std::string_view raw) {
  bool behind_digit = false;
  for (std::size_t i = 0; i < raw.size();) {
    const Point p = point_at(raw, i);
    if (behind_digit && is_power(p.c)) return true;
    behind_digit = is_digit_of_any_script(p.c);
    i += p.size;
  }
  return false;
}

// What people write against the number that follows: "DH200000", "و200" (and 200), "ب200" (for 200).
bool sticks(std::string_view word) {
  constexpr std::string_view words[] = {"dh",  "dhs", "mad", "eur",  "euro", "euros", "usd",
                                        "gbp", "chf", "aed", "fcfa", "درهم", "و",     "ب"};
  return among(words, word);
}

std::size_t digits_at(std::string_view s, std::size_t i) {
  std::size_t n = 0;
  while (i + n < s.size() && is_digit(s[i + n])) ++n;
  return n;
}

enum class Separator : std::uint8_t {
  none,
  space,
  apostrophe,
  point,
  comma,
  arabic_thousands,
  arabic_decimal
};
struct SeparatorAt {
  Separator what = Separator::none;
  std::size_t size = 0;
};
SeparatorAt separator_at(std::string_view s, std::size_t i) {
  if (i >= s.size()) return {};
  switch (s[i]) {
    case ' ':
      return {Separator::space, 1};
    case '\'':
      return {Separator::apostrophe, 1};
    case '.':
      return {Separator::point, 1};
    case ',':
      return {Separator::comma, 1};
    default:
      break;
  }
  const std::string_view rest = s.substr(i);
  if (rest.starts_with("\xe2\x80\x99")) return {Separator::apostrophe, 3};
  if (rest.starts_with("\xd9\xac")) return {Separator::arabic_thousands, 2};
  if (rest.starts_with("\xd9\xab")) return {Separator::arabic_decimal, 2};
  return {};
}

struct Group {
  Separator before;
  std::string_view digits;
};

// How the groups of one number are to be read.
struct Shape {
  std::size_t whole = 0;  // groups that make the whole part; the next, if any, has the decimals
  bool could_be_decimal = false;
  bool good = true;
};

Shape shape_of(const std::vector<Group>& groups) {
  Shape shape;
  std::size_t points = 0, commas = 0, sure = 0;
  for (const Group& g : groups) {
    points += g.before == Separator::point;
    commas += g.before == Separator::comma;
    sure += g.before == Separator::space || g.before == Separator::apostrophe ||
            g.before == Separator::arabic_thousands;
  }
  const Group& last = groups.back();
  const std::size_t n = groups.size();
  bool decimals = false;
  if (last.before == Separator::arabic_decimal) {
    decimals = true;
  } else if (points > 0 && commas > 0) {
    // "1.850,00" and "1,850.00": the last tells, and stands once.
    const std::size_t same = last.before == Separator::point ? points : commas;
    decimals = true;
    shape.good = same == 1 && (last.before == Separator::point || last.before == Separator::comma);
  } else if (points + commas == 1) {
    const bool ends = last.before == Separator::point || last.before == Separator::comma;
    const std::string_view first = groups.front().digits;
    if (sure > 0 || !ends) {
      decimals = true;
      shape.good = ends;
    } else {
      const bool grouped = last.digits.size() == 3 && first.size() <= 3 && first.front() != '0';
      decimals = !grouped;
      shape.could_be_decimal = grouped;
    }
  } else if (points + commas > 1) {
    shape.good = sure == 0;
  }
  shape.whole = decimals ? n - 1 : n;
  const bool separated = shape.whole > 1;
  if (separated && groups.front().digits.size() > 3) shape.good = false;
  if (separated && groups.front().digits.front() == '0') shape.good = false;
  for (std::size_t i = 1; i < shape.whole; ++i)
    if (groups[i].digits.size() != 3 || groups[i].before == Separator::arabic_decimal) shape.good = false;
  return shape;
}

}  // namespace

bool is_dash(const Token& t) {
  constexpr std::string_view dashes[] = {"-", "‐", "‑", "–", "—", "−"};
  return t.kind == TokenKind::sign && among(dashes, t.text);
}

Number as_decimal(const Number& n) { return {n.units, n.scale + 3}; }

bool scaled(const Number& n, int power, std::int64_t& out) {
  constexpr std::int64_t most = 999'999'999'999'999'999;
  std::int64_t units = n.units;
  int shift = power - n.scale;
  for (; shift > 0 && units != 0; --shift) {
    if (units > most / 10) return false;
    units *= 10;
  }
  for (; shift < 0; ++shift) {
    if (units % 10 != 0) return false;
    units /= 10;
  }
  out = units;
  return true;
}

Tokens::Tokens(std::string_view text, std::size_t most) {
  if (text.size() > most) {
    // Not in the middle of a character.
    std::size_t cut = most;
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xc0) == 0x80) --cut;
    text = text.substr(0, cut);
  }
  folded_ = fold(text);  // refuses what is no UTF-8
  unreadable_ = has_power(text);
  read();
}

void Tokens::read() {
  const std::string_view s = folded_;
  bool glued = false;
  for (std::size_t i = 0; i < s.size();) {
    if (s[i] == ' ') {
      glued = false;
      ++i;
      continue;
    }
    if (is_digit(s[i])) {
      i = number(i, glued);
      glued = true;
      continue;
    }
    const Point p = point_at(s, i);
    std::size_t end = i + p.size;
    if (is_sign(p.c)) {
      tokens_.push_back({.kind = TokenKind::sign, .text = s.substr(i, p.size), .glued = glued});
    } else {
      while (end < s.size() && s[end] != ' ') {
        if (is_digit(s[end]) && sticks(s.substr(i, end - i))) break;
        if (is_letter(s[end]) || is_digit(s[end])) {
          ++end;
          continue;
        }
        if (s[end] == '^' && end + 1 < s.size() && is_digit(s[end + 1])) {
          ++end;
          continue;
        }
        const Point next = point_at(s, end);
        if (is_sign(next.c)) break;
        end += next.size;
      }
      tokens_.push_back({.kind = TokenKind::word, .text = s.substr(i, end - i), .glued = glued});
    }
    i = end;
    glued = true;
  }
}

// The number that begins at `at`; answers where it ends.
std::size_t Tokens::number(std::size_t at, bool glued) {
  const std::string_view s = folded_;
  std::vector<Group> groups;
  std::size_t end = at + digits_at(s, at);
  groups.push_back({Separator::none, s.substr(at, end - at)});
  while (end < s.size()) {
    const SeparatorAt sep = separator_at(s, end);
    if (sep.what == Separator::none) break;
    const std::size_t from = end + sep.size, length = digits_at(s, from);
    if (length == 0) break;
    if (sep.what == Separator::space || sep.what == Separator::apostrophe) {
      // Only before three digits, and behind what can be thousands.
      const Group& last = groups.back();
      const bool first = groups.size() == 1;
      const bool fits = first ? last.digits.size() <= 3 && last.digits.front() != '0'
                              : last.digits.size() == 3 && last.before == sep.what;
      const bool behind_plus = glued && at > 0 && s[at - 1] == '+';  // "R+2 300 m²"
      if (length != 3 || !fits || behind_plus) break;
    }
    groups.push_back({sep.what, s.substr(from, length)});
    end = from + length;
  }
  const Shape shape = shape_of(groups);
  Token token{.kind = TokenKind::number, .text = s.substr(at, end - at), .glued = glued};
  token.leading_zero = groups.front().digits.size() > 1 && groups.front().digits.front() == '0';
  token.could_be_decimal = shape.could_be_decimal;
  if (!shape.good) {
    token.refused = value_reason::unreadable;
  } else {
    int digits = 0;
    for (std::size_t i = 0; i < groups.size() && token.refused.empty(); ++i) {
      std::string_view more = groups[i].digits;
      // Zeros at the end of decimals say nothing: "85.500000".
      if (i >= shape.whole)
        while (more.size() > 2 && more.back() == '0') more.remove_suffix(1);
      for (const char c : more) {
        if (digits > 0 || c != '0') ++digits;
        if (digits > max_digits) {
          token.refused = value_reason::out_of_range;
          break;
        }
        token.number.units = token.number.units * 10 + (c - '0');
        if (i >= shape.whole) ++token.number.scale;
      }
      if (token.number.scale > max_digits) token.refused = value_reason::out_of_range;
    }
    // "1.85e+06", as programs write.
    if (end + 1 < s.size() && s[end] == 'e' && token.refused.empty()) {
      const bool sign = s[end + 1] == '+' || s[end + 1] == '-';
      const std::size_t from = end + 1 + (sign ? 1 : 0), length = digits_at(s, from);
      const bool done = from + length == s.size() || !is_letter(s[from + length]);
      if (length > 0 && length <= 2 && done && (sign || token.number.scale > 0) && !token.could_be_decimal) {
        int power = 0;
        for (std::size_t i = 0; i < length; ++i) power = power * 10 + (s[from + i] - '0');
        if (s[end + 1] == '-') power = -power;
        token.number.scale -= power;
        for (; token.number.scale < 0 && token.refused.empty(); ++token.number.scale) {
          if (token.number.units > 99'999'999'999'999'999)
            token.refused = value_reason::out_of_range;
          else
            token.number.units *= 10;
        }
        if (token.number.scale > max_digits) token.refused = value_reason::out_of_range;
        end = from + length;
        token.text = s.substr(at, end - at);
      }
    }
  }
  tokens_.push_back(token);
  return end;
}

}  // namespace atlas::imports
