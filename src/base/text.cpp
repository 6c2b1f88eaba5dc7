#include "atlas/text.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <array>
#include <cstring>
#include <optional>

#include "atlas/error.hpp"
#include "utf8.hpp"

namespace atlas {
namespace {

// ---- The frozen tables. A change of any of them needs a new `folding_tables`.
// -------------------------------
constexpr int folding_tables = 1;

// U+00C0…U+017F as the whole rule folds them; "" = not here, take the long way. A test compares both ways.
constexpr char latin_fast[192][3] = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",   // C0
    "d", "n", "o",  "o",  "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "ss",  // D0
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",   // E0
    "d", "n", "o",  "o",  "o", "o", "o",  "",  "o", "u", "u", "u", "u", "y", "th", "y",   // F0
    "a", "a", "a",  "a",  "a", "a", "c",  "c", "c", "c", "c", "c", "c", "c", "d",  "d",   // 100
    "d", "d", "e",  "e",  "e", "e", "e",  "e", "e", "e", "e", "e", "g", "g", "g",  "g",   // 110
    "g", "g", "g",  "g",  "h", "h", "h",  "h", "i", "i", "i", "i", "i", "i", "i",  "i",   // 120
    "i", "i", "ij", "ij", "j", "j", "k",  "k", "",  "l", "l", "l", "l", "l", "l",  "",    // 130
    "",  "l", "l",  "n",  "n", "n", "n",  "n", "n", "",  "",  "",  "o", "o", "o",  "o",   // 140
    "o", "o", "oe", "oe", "r", "r", "r",  "r", "r", "r", "s", "s", "s", "s", "s",  "s",   // 150
    "s", "s", "t",  "t",  "t", "t", "t",  "t", "u", "u", "u", "u", "u", "u", "u",  "u",   // 160
    "u", "u", "u",  "u",  "w", "w", "y",  "y", "y", "z", "z", "z", "z", "z", "z",  "s",   // 170
};

// Latin letters that Unicode does not decompose, after case folding.
std::string_view latin_base(char32_t c) {
  switch (c) {
    case U'æ':
      return "ae";
    case U'œ':
      return "oe";
    case U'ø':
      return "o";
    case U'ł':
      return "l";
    case U'đ':
    case U'ð':
      return "d";
    case U'þ':
      return "th";
    case U'ı':
      return "i";
    case U'ħ':
      return "h";
    case U'ŧ':
      return "t";
    default:
      return {};
  }
}

constexpr bool is_latin(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= 0xdf && c <= 0x2af && c != 0xf7) || (c >= 0x1e00 && c <= 0x1eff) ||
         (c >= 0x2c60 && c <= 0x2c7f) || (c >= 0xa720 && c <= 0xa7ff) || (c >= 0xab30 && c <= 0xab64);
}

constexpr bool is_diacritic(char32_t c) {
  return (c >= 0x300 && c <= 0x36f) || (c >= 0x1ab0 && c <= 0x1aff) || (c >= 0x1dc0 && c <= 0x1dff) ||
         (c >= 0x20d0 && c <= 0x20ff);
}

// One Arabic code point: what it becomes, or nothing to drop it.
constexpr char32_t dropped = 0;
constexpr char32_t arabic(char32_t c) {
  switch (c) {
    case 0x622:  // alef with madda
    case 0x623:  // alef with hamza above
    case 0x625:  // alef with hamza below
    case 0x671:  // alef wasla
      return 0x627;
    case 0x649:  // alef maksura
    case 0x6cc:  // Farsi yeh
      return 0x64a;
    case 0x629:  // teh marbuta
      return 0x647;
    case 0x6a9:  // keheh
      return 0x643;
    case 0x640:  // tatweel
    case 0x670:  // superscript alef
      return dropped;
    default:
      if (c >= 0x64b && c <= 0x655) return dropped;  // harakat, madda and hamza signs
      if (c >= 0x660 && c <= 0x669) return U'0' + (c - 0x660);
      if (c >= 0x6f0 && c <= 0x6f9) return U'0' + (c - 0x6f0);
      return c;
  }
}

// Arabic code points that the first way may take: letters, harakat, digits of Unicode 1.1, none of which
// normalisation combines with a neighbour or changes.
constexpr bool is_plain_arabic(char32_t c) {
  return (c >= 0x621 && c <= 0x63a) || (c >= 0x640 && c <= 0x652) || (c >= 0x660 && c <= 0x669) ||
         c == 0x670 || c == 0x671 || c == 0x6a9 || c == 0x6cc || (c >= 0x6f0 && c <= 0x6f9) || c == 0x60c ||
         c == 0x61f;
}

// ---- Writing
// ------------------------------------------------------------------------------------------------

// White space runs become one space between other characters.
class Folded {
 public:
  explicit Folded(std::size_t expected) { out_.reserve(expected); }
  void space() { pending_ = !out_.empty(); }
  void ascii(char c) {
    flush();
    out_.push_back(c);
  }
  void text(std::string_view s) {
    flush();
    out_.append(s);
  }
  void code_point(char32_t c) {
    flush();
    utf8::append(out_, c);
  }
  std::string take() { return std::move(out_); }

 private:
  void flush() {
    if (pending_) out_.push_back(' ');
    pending_ = false;
  }
  std::string out_;
  bool pending_ = false;
};

constexpr std::array<char, 128> ascii_fold = [] {
  std::array<char, 128> t{};
  for (std::size_t c = 0; c < 128; ++c) t[c] = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  for (const char c : {'\t', '\n', '\v', '\f', '\r'}) t[static_cast<std::size_t>(c)] = ' ';
  return t;
}();

// The common letters without ICU; nothing when a character needs the whole rule (or is malformed).
std::optional<std::string> fold_common(std::string_view s) {
  Folded out(s.size() + 8);
  for (std::size_t i = 0; i < s.size();) {
    const auto c = static_cast<unsigned char>(s[i]);
    if (c < 0x80) {
      const char f = ascii_fold[c];
      f == ' ' ? out.space() : out.ascii(f);
      ++i;
      continue;
    }
    const auto byte = [&](std::size_t k) {
      return i + k < s.size() ? static_cast<unsigned char>(s[i + k]) : 0u;
    };
    if ((byte(1) & 0xc0) != 0x80) return std::nullopt;
    if (c >= 0xc2 && c <= 0xdf) {
      const char32_t p = (c & 0x1fu) << 6 | (byte(1) & 0x3f);
      if (p >= 0xc0 && p <= 0x17f && latin_fast[p - 0xc0][0] != 0) {
        out.text(latin_fast[p - 0xc0]);
      } else if (p == 0xa0) {
        out.space();
      } else if (p == 0xab || p == 0xb0 || p == 0xbb) {  // « ° »
        out.code_point(p);
      } else if (p == 0xb2) {  // m²
        out.ascii('2');
      } else if (is_plain_arabic(p)) {
        if (const char32_t a = arabic(p); a != dropped) out.code_point(a);
      } else {
        return std::nullopt;
      }
      i += 2;
      continue;
    }
    // The dashes and quotation marks of typesetters: U+2013, 2014, 2018, 2019, 201C, 201D.
    const unsigned third = byte(2);
    if (c == 0xe2 && byte(1) == 0x80 &&
        (third == 0x93 || third == 0x94 || third == 0x98 || third == 0x99 || third == 0x9c ||
         third == 0x9d)) {
      out.text(s.substr(i, 3));
      i += 3;
      continue;
    }
    return std::nullopt;
  }
  return out.take();
}

void checked(UErrorCode status) {
  if (U_FAILURE(status)) throw Error(ErrorCode::internal, "the Unicode data cannot be used");
}

icu::UnicodeString to_icu(std::string_view s) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(s.data(), static_cast<std::int32_t>(s.size())));
}

icu::UnicodeString casefolded(std::string_view s) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const n = icu::Normalizer2::getNFKCCasefoldInstance(status);
  checked(status);
  icu::UnicodeString out = n->normalize(to_icu(s), status);
  checked(status);
  return out;
}

std::string fold_whole(std::string_view s) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* const nfc = icu::Normalizer2::getNFCInstance(status);
  checked(status);
  const icu::UnicodeString in = casefolded(s);
  Folded out(s.size() + 8);
  bool after_latin = false;
  for (std::int32_t i = 0; i < in.length(); i = in.moveIndex32(i, 1)) {
    const auto c = static_cast<char32_t>(in.char32At(i));
    icu::UnicodeString parts;
    if (c < 0x80) {
      after_latin = is_latin(c);
      c == U' ' || utf8::is_space(c) ? out.space() : out.ascii(static_cast<char>(c));
    } else if (utf8::is_space(c)) {
      after_latin = false;
      out.space();
    } else if (is_diacritic(c)) {
      if (!after_latin) out.code_point(c);
    } else if (is_latin(c)) {
      after_latin = true;
      if (!nfc->getDecomposition(static_cast<UChar32>(c), parts)) parts.append(static_cast<UChar32>(c));
      for (std::int32_t k = 0; k < parts.length(); k = parts.moveIndex32(k, 1)) {
        const auto p = static_cast<char32_t>(parts.char32At(k));
        if (is_diacritic(p)) continue;
        const std::string_view base = latin_base(p);
        base.empty() ? out.code_point(p) : out.text(base);
      }
    } else {
      const char32_t a = arabic(c);
      if (a == dropped) continue;
      // Another script's mark between a letter and its diacritic changes nothing of what the diacritic is.
      if (u_getCombiningClass(static_cast<UChar32>(a)) == 0) after_latin = false;
      out.code_point(a);
    }
  }
  // What was dropped may have stood between a letter and a mark of another script.
  icu::UnicodeString composed = nfc->normalize(to_icu(out.take()), status);
  checked(status);
  std::string result;
  composed.toUTF8String(result);
  return result;
}

void require_utf8(std::string_view text) {
  if (!is_utf8(text) || text.size() > (1u << 28))
    throw Error(ErrorCode::invalid_argument, "a text is no valid UTF-8 or too long");
}

constexpr bool is_ascii_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A character that may stand in an address beyond ASCII (RFC 6531): letters, marks and digits.
bool is_international(char32_t c) {
  return (U_GET_GC_MASK(static_cast<UChar32>(c)) & (U_GC_L_MASK | U_GC_M_MASK | U_GC_ND_MASK)) != 0;
}

bool is_local_part(std::string_view s) {
  if (s.empty() || s.size() > 64 || s.front() == '.' || s.back() == '.') return false;
  for (std::size_t i = 0; i < s.size();) {
    const bool dot = s[i] == '.';
    const char32_t c = utf8::next(s, i);
    // RFC 5322 atext with single dots between; quoted local parts exist on paper only.
    if (c < 0x80) {
      const char a = static_cast<char>(c);
      if (!dot && !is_ascii_alnum(a) &&
          std::string_view("!#$%&'*+-/=?^_`{|}~").find(a) == std::string_view::npos)
        return false;
    } else if (!is_international(c)) {
      return false;
    }
    if (dot && s[i] == '.') return false;
  }
  return true;
}

bool is_domain(std::string_view s) {
  if (s.size() > 253) return false;
  std::size_t labels = 0;
  bool letters_in_last = false;
  while (true) {
    const std::string_view label = s.substr(0, s.find('.'));
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    letters_in_last = false;
    for (std::size_t i = 0; i < label.size();) {
      const char32_t c = utf8::next(label, i);
      if (c < 0x80 ? !is_ascii_alnum(static_cast<char>(c)) && c != U'-' : !is_international(c)) return false;
      if (c >= 0x80 || c > U'9') letters_in_last = true;
    }
    ++labels;
    if (label.size() == s.size()) break;
    s.remove_prefix(label.size() + 1);
  }
  // A dot, and a top level that is no number: an address literal is no mailbox of a person.
  return labels >= 2 && letters_in_last && s.size() >= 2;
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    std::uint64_t word = 0;
    if (end - p >= 8) {
      std::memcpy(&word, p, 8);
      if ((word & 0x8080808080808080u) == 0) {
        p += 8;
        continue;
      }
    }
    const auto byte = [&](int k) { return static_cast<unsigned char>(p[k]); };
    const auto follows = [&](int k, unsigned low, unsigned high) {
      return end - p > k && byte(k) >= low && byte(k) <= high;
    };
    const unsigned c = byte(0);
    // Table 3-7 of the Unicode Standard.
    if (c < 0x80) {
      p += 1;
    } else if (c >= 0xc2 && c <= 0xdf) {
      if (!follows(1, 0x80, 0xbf)) return false;
      p += 2;
    } else if (c >= 0xe0 && c <= 0xef) {
      if (!follows(1, c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf) || !follows(2, 0x80, 0xbf))
        return false;
      p += 3;
    } else if (c >= 0xf0 && c <= 0xf4) {
      if (!follows(1, c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf) || !follows(2, 0x80, 0xbf) ||
          !follows(3, 0x80, 0xbf))
        return false;
      p += 4;
    } else {
      return false;
    }
  }
  return true;
}

std::size_t code_points(std::string_view text) noexcept {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<unsigned char>(c) & 0xc0) != 0x80 ? 1 : 0;
  return n;
}

std::string fold(std::string_view text) {
  if (auto common = fold_common(text)) return *std::move(common);
  require_utf8(text);
  return fold_whole(text);
}

bool is_email(std::string_view text) noexcept {
  const std::size_t at = text.find('@');
  return text.size() <= 254 && at != std::string_view::npos && is_utf8(text) &&
         is_local_part(text.substr(0, at)) && is_domain(text.substr(at + 1));
}

std::string fold_email(std::string_view text) {
  const std::string_view address = trim(text);
  if (!is_email(address)) return {};
  std::string out;
  bool ascii = true;
  for (const char c : address) {
    ascii = ascii && static_cast<unsigned char>(c) < 0x80;
    out.push_back(ascii ? ascii_fold[static_cast<unsigned char>(c)] : c);
  }
  if (ascii) return out;
  out.clear();
  casefolded(address).toUTF8String(out);
  // A letter that folds into more than letters (a ligature of words) is no part of an address.
  return is_email(out) ? out : std::string();
}

std::string_view trim(std::string_view text) noexcept {
  std::size_t begin = 0;
  while (begin < text.size()) {
    std::size_t i = begin;
    if (static_cast<unsigned char>(text[i]) >= 0x80 && !is_utf8(text.substr(i, 3)) &&
        !is_utf8(text.substr(i, 2)))
      break;
    if (!utf8::is_space(utf8::next(text, i))) break;
    begin = i;
  }
  text.remove_prefix(begin);
  while (!text.empty()) {
    std::size_t start = text.size() - 1;
    while (start > 0 && text.size() - start < 3 && (static_cast<unsigned char>(text[start]) & 0xc0) == 0x80)
      --start;
    const std::string_view last = text.substr(start);
    std::size_t i = 0;
    if (!is_utf8(last) || !utf8::is_space(utf8::next(last, i))) break;
    text.remove_suffix(last.size());
  }
  return text;
}

TextVersions text_versions() {
  UVersionInfo version;
  u_getUnicodeVersion(version);
  char text[U_MAX_VERSION_STRING_LENGTH];
  u_versionToString(version, text);
  return {folding_tables, text};
}

}  // namespace atlas
