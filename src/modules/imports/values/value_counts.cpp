// Counts of rooms and the like, floors, yes and no, plain numbers.

#include <algorithm>
#include <optional>

#include "atlas/import_values.hpp"
#include "atlas/text.hpp"
#include "tokens.hpp"

namespace atlas::imports {
namespace {

constexpr std::size_t max_value_bytes = 200;
constexpr std::int64_t max_count = 1'000'000;

template <class T>
Reading<T> no(std::string_view reason) {
  return {.value = {}, .refused = reason, .warning = {}};
}
Reading<std::int64_t> yes(std::int64_t value, std::string_view warning = {}) {
  return {.value = value, .refused = {}, .warning = warning};
}

struct Named {
  std::string_view word;
  std::int64_t value;
};
constexpr Named numerals[] = {
    {"zero", 0},   {"un", 1},     {"une", 1},   {"deux", 2},  {"trois", 3},  {"quatre", 4}, {"cinq", 5},
    {"six", 6},    {"sept", 7},   {"huit", 8},  {"neuf", 9},  {"dix", 10},   {"one", 1},    {"two", 2},
    {"three", 3},  {"four", 4},   {"five", 5},  {"seven", 7}, {"eight", 8},  {"nine", 9},   {"ten", 10},
    {"واحد", 1},   {"واحده", 1},  {"اثنان", 2}, {"اثنين", 2}, {"ثلاث", 3},   {"ثلاثه", 3},  {"اربع", 4},
    {"اربعه", 4},  {"خمس", 5},    {"خمسه", 5},  {"ست", 6},    {"سته", 6},    {"سبع", 7},    {"سبعه", 7},
    {"ثماني", 8},  {"ثمانيه", 8}, {"تسع", 9},   {"تسعه", 9},  {"عشر", 10},   {"غرفتين", 2}, {"غرفتان", 2},
    {"حمامين", 2}, {"حمامان", 2}, {"بيتين", 2}, {"aucun", 0}, {"aucune", 0}, {"none", 0},
};
constexpr Named ordinals[] = {
    {"premier", 1},   {"premiere", 1},  {"deuxieme", 2}, {"second", 2},   {"seconde", 2},  {"troisieme", 3},
    {"quatrieme", 4}, {"cinquieme", 5}, {"sixieme", 6},  {"septieme", 7}, {"huitieme", 8}, {"neuvieme", 9},
    {"dixieme", 10},  {"first", 1},     {"third", 3},    {"fourth", 4},   {"fifth", 5},    {"sixth", 6},
    {"seventh", 7},   {"eighth", 8},    {"ninth", 9},    {"tenth", 10},   {"اول", 1},      {"الاول", 1},
    {"الثاني", 2},    {"ثاني", 2},      {"الثالث", 3},   {"ثالث", 3},     {"الرابع", 4},   {"رابع", 4},
    {"الخامس", 5},    {"خامس", 5},      {"السادس", 6},   {"سادس", 6},     {"السابع", 7},   {"الثامن", 8},
    {"التاسع", 9},    {"العاشر", 10},
};
constexpr Named ground[] = {
    {"rdc", 0},    {"rez", 0},  {"rch", 0},    {"rdj", 0},     {"ground", 0}, {"ارضي", 0},
    {"الارضي", 0}, {"سفلي", 0}, {"السفلي", 0}, {"الارضيه", 0}, {"ارضيه", 0},  {"basement", -1},
};

template <std::size_t N>
std::optional<std::int64_t> value_of(const Named (&table)[N], std::string_view word) {
  for (const Named& n : table)
    if (n.word == word) return n.value;
  return std::nullopt;
}

constexpr std::string_view bedroom_words[] = {"chambre", "chambres", "ch",     "chb",  "chbre", "chbres",
                                              "bedroom", "bedrooms", "bed",    "beds", "br",    "غرفه",
                                              "غرف",     "غرفتين",   "غرفتان", "بيوت"};
constexpr std::string_view room_words[] = {"piece", "pieces", "p",   "pcs",    "pc",    "room",
                                           "rooms", "غرفه",   "غرف", "غرفتين", "غرفتان"};
constexpr std::string_view bathroom_words[] = {"sdb",      "sde",       "bain", "bains",  "bath",   "baths",
                                               "bathroom", "bathrooms", "حمام", "حمامات", "حمامين", "حمامان"};
constexpr std::string_view count_words[] = {
    "salle",     "salles", "de",        "d",        "eau", "douche",  "douches",     "a",
    "coucher",   "nb",     "nombre",    "nbr",      "no",  "n",       "principales", "salon",
    "salons",    "wc",     "toilettes", "toilette", "نوم", "للنوم",   "صالون",       "صالونات",
    "personnes", "places", "place",     "lots",     "lot", "facades", "facade",      "etages",
    "etage",     "lits",   "garages",   "parkings"};
constexpr std::string_view more_words[] = {"plus", "more", "over", "اكثر"};
constexpr std::string_view floor_words[] = {
    "etage", "etages",   "floor",  "level", "niveau", "eme",  "e",  "er", "ere",  "ieme", "nd",
    "nde",   "rd",       "st",     "th",    "الطابق", "طابق", "au", "le", "la",   "on",   "the",
    "de",    "chaussee", "jardin", "haut",  "bas",    "n",    "no", "في", "sans", "avec", "ascenseur"};

bool is_passed_sign(const Token& t) {
  return t.kind == TokenKind::sign &&
         ((t.text.size() == 1 &&
           std::string_view(".:()[],;'\"#").find(t.text[0]) != std::string_view::npos) ||
          t.is("°") || t.is("’") || t.is("،") || t.is("º"));
}

// A whole number; nothing for decimals that are not zeros.
std::optional<std::int64_t> whole(const Token& t) {
  std::int64_t out = 0;
  if (t.kind != TokenKind::number || !t.refused.empty() || t.could_be_decimal || !scaled(t.number, 0, out))
    return std::nullopt;
  return out;
}

// "t3", "f4", "p2": a dwelling of so many rooms.
std::optional<std::int64_t> typed_rooms(std::string_view word) {
  if (word.size() != 2 || (word[0] != 't' && word[0] != 'f') || word[1] < '1' || word[1] > '9')
    return std::nullopt;
  return word[1] - '0';
}

bool is_studio(std::string_view word) {
  return word == "studio" || word == "studios" || word == "studette" || word == "استوديو" || word == "ستوديو";
}

bool names(Counted counted, std::string_view word) {
  switch (counted) {
    case Counted::rooms:
      return among(room_words, word);
    case Counted::bedrooms:
      return among(bedroom_words, word);
    case Counted::bathrooms:
      return among(bathroom_words, word);
    case Counted::things:
      break;
  }
  return false;
}

}  // namespace

Reading<std::int64_t> read_count(std::string_view text, Counted counted) {
  if (says_nothing(text)) return {};
  if (text.size() > max_value_bytes) return no<std::int64_t>(value_reason::too_long);
  const Tokens tokens(text);
  if (tokens.unreadable()) return no<std::int64_t>(value_reason::unreadable);
  const auto t = tokens.all();
  std::optional<std::int64_t> value;
  std::string_view warning;
  bool until = false;
  const auto set = [&](std::int64_t v) {
    const bool first = !value;
    if (first) value = v;
    return first;
  };
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (t[i].kind == TokenKind::number) {
      const auto n = whole(t[i]);
      if (!n) return no<std::int64_t>(value_reason::unreadable);
      if (*n > max_count) return no<std::int64_t>(value_reason::out_of_range);
      if (!set(*n)) return no<std::int64_t>(until ? value_reason::range : value_reason::several);
    } else if (t[i].kind == TokenKind::sign) {
      if (is_dash(t[i])) {
        if (!value && i + 1 < t.size() && t[i + 1].kind == TokenKind::number)
          return no<std::int64_t>(value_reason::negative);
        until = true;
      } else if (t[i].is("+")) {
        warning = value_warning::at_least;
      } else if (!is_passed_sign(t[i])) {
        return no<std::int64_t>(value_reason::unreadable);
      }
    } else if (const auto n = value_of(numerals, t[i].text)) {
      if (!set(*n)) return no<std::int64_t>(value_reason::several);
    } else if (const auto rooms = typed_rooms(t[i].text); rooms && counted == Counted::rooms) {
      if (!set(*rooms)) return no<std::int64_t>(value_reason::several);
    } else if (is_studio(t[i].text) && (counted == Counted::rooms || counted == Counted::bedrooms)) {
      if (!set(counted == Counted::rooms ? 1 : 0)) return no<std::int64_t>(value_reason::several);
    } else if (among(more_words, t[i].text)) {
      warning = value_warning::at_least;
    } else if (t[i].is("a") || t[i].is("to") || t[i].is("ou") || t[i].is("or") || t[i].is("et") ||
               t[i].is("and")) {
      until = until || value.has_value();
    } else if (!among(count_words, t[i].text) && !among(bedroom_words, t[i].text) &&
               !among(room_words, t[i].text) && !among(bathroom_words, t[i].text)) {
      return no<std::int64_t>(value_reason::unreadable);
    }
  }
  if (!value) return no<std::int64_t>(value_reason::unreadable);
  return yes(*value, warning);
}

Reading<std::int64_t> find_count(std::string_view text, Counted counted) {
  const Tokens tokens(text);
  const auto t = tokens.all();
  std::optional<std::int64_t> value;
  std::string_view warning;
  for (std::size_t i = 0; i < t.size(); ++i) {
    std::optional<std::int64_t> one;
    std::string_view with;
    if (t[i].kind == TokenKind::word) {
      if (counted == Counted::rooms) one = typed_rooms(t[i].text);
      if (is_studio(t[i].text) && counted == Counted::rooms) one = 1;
      if (is_studio(t[i].text) && counted == Counted::bedrooms) one = 0;
    }
    const auto number = t[i].kind == TokenKind::number ? whole(t[i]) : value_of(numerals, t[i].text);
    if (number && !one) {
      std::size_t k = i + 1;
      const bool dual = t[i].kind == TokenKind::word && names(counted, t[i].text);
      if (k < t.size() && t[k].is("+")) {
        with = value_warning::at_least;
        ++k;
      }
      // "2 grandes chambres", "2 salles de bains"
      for (std::size_t end = std::min(t.size(), k + (counted == Counted::bathrooms ? 4u : 2u)); k < end;
           ++k) {
        if (t[k].kind == TokenKind::number) break;
        if (t[k].kind == TokenKind::word && names(counted, t[k].text)) one = number;
        if (one) break;
      }
      if (dual) one = number;
    }
    if (!one || *one > 1'000) continue;
    if (value && *value != *one) return no<std::int64_t>(value_reason::several);
    value = one;
    warning = with;
  }
  return value ? yes(*value, warning) : Reading<std::int64_t>{};
}

Reading<std::int64_t> read_floor(std::string_view text) {
  if (says_nothing(text)) return {};
  if (text.size() > max_value_bytes) return no<std::int64_t>(value_reason::too_long);
  const Tokens tokens(text);
  if (tokens.unreadable()) return no<std::int64_t>(value_reason::unreadable);
  const auto t = tokens.all();
  std::optional<std::int64_t> value;
  std::string_view warning;
  bool negative = false, of = false, until = false;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (t[i].kind == TokenKind::number) {
      const auto n = whole(t[i]);
      if (!n || *n > 200) return no<std::int64_t>(n ? value_reason::out_of_range : value_reason::unreadable);
      if (of && value) continue;  // "3/5": the third of five
      if (value) return no<std::int64_t>(until ? value_reason::range : value_reason::several);
      value = negative ? -*n : *n;
    } else if (t[i].kind == TokenKind::sign) {
      if (is_dash(t[i])) {
        negative = !value && i == 0;
        until = value.has_value();
      } else if (t[i].is("/")) {
        of = true;
      } else if (t[i].is("+")) {
        // "7+" is seven or more, "R+3" the third.
        if (value && i + 1 == t.size()) warning = value_warning::at_least;
      } else if (!is_passed_sign(t[i])) {
        return no<std::int64_t>(value_reason::unreadable);
      }
    } else if (t[i].is("r") && i + 2 < t.size() && t[i + 1].is("+")) {
      continue;
    } else if (const auto floor = value_of(ground, t[i].text)) {
      if (value && *value != *floor) return no<std::int64_t>(value_reason::several);
      value = floor;
    } else if (t[i].is("sous") && i + 2 < t.size() && t[i + 2].is("sol")) {
      value = -1;
      i += 2;
    } else if (t[i].is("sous") && i + 1 < t.size() && t[i + 1].is("sol")) {
      value = -1;
      ++i;
    } else if (const auto n = value_of(ordinals, t[i].text)) {
      if (value) return no<std::int64_t>(value_reason::several);
      value = n;
    } else if (t[i].is("sur") || t[i].is("of") || t[i].is("من")) {
      of = true;
    } else if (t[i].is("et") && i + 1 < t.size() && t[i + 1].is("plus")) {
      warning = value_warning::at_least;
      ++i;
    } else if (!among(floor_words, t[i].text)) {
      return no<std::int64_t>(value_reason::unreadable);
    }
  }
  if (!value) return no<std::int64_t>(value_reason::unreadable);
  return yes(*value, warning);
}

Reading<std::int64_t> find_floor(std::string_view text) {
  const Tokens tokens(text);
  const auto t = tokens.all();
  std::optional<std::int64_t> value;
  const auto word = [&](std::size_t i) { return i < t.size() ? t[i].text : std::string_view(); };
  for (std::size_t i = 0; i < t.size(); ++i) {
    std::optional<std::int64_t> one;
    const std::string_view w = t[i].text;
    if (w == "rdc" || w == "rdj" || (w == "rez" && (word(i + 1) == "de" || word(i + 2) == "de")) ||
        (w == "ground" && word(i + 1) == "floor")) {
      one = 0;
    } else if (w == "etage" || w == "floor" || w == "الطابق" || w == "طابق") {
      // "3ème étage", "troisième étage", "étage 3", "الطابق الثالث"
      for (std::size_t k = i; k-- > 0 && i - k <= 2 && !one;) {
        one = t[k].kind == TokenKind::number ? whole(t[k]) : value_of(ordinals, t[k].text);
        if (!one && !among(floor_words, t[k].text)) break;
      }
      if (!one && i + 1 < t.size()) {
        one = t[i + 1].kind == TokenKind::number ? whole(t[i + 1]) : value_of(ordinals, t[i + 1].text);
        if (!one) one = value_of(ground, t[i + 1].text);
      }
    }
    if (!one || *one > 200) continue;
    if (value && *value != *one) return no<std::int64_t>(value_reason::several);
    value = one;
  }
  return value ? yes(*value) : Reading<std::int64_t>{};
}

Reading<bool> read_boolean(std::string_view text) {
  if (says_nothing(text)) return {};
  if (text.size() > max_value_bytes) return no<bool>(value_reason::too_long);
  constexpr std::string_view yes_words[] = {"oui", "yes", "y",  "o",   "true", "vrai", "1",  "x",
                                            "✓",   "✔",   "on", "نعم", "صحيح", "1.0",  "ok", "t"};
  constexpr std::string_view no_words[] = {"non", "no",  "n",   "false", "faux", "0", "off",
                                           "لا",  "خطا", "0.0", "f",     "✗",    "✘"};
  const std::string folded = fold(text);
  if (among(yes_words, folded)) return {.value = true, .refused = {}, .warning = {}};
  if (among(no_words, folded)) return {.value = false, .refused = {}, .warning = {}};
  return no<bool>(value_reason::unreadable);
}

Reading<Decimal> read_decimal(std::string_view text, int scale) {
  if (says_nothing(text)) return {};
  if (text.size() > max_value_bytes) return no<Decimal>(value_reason::too_long);
  const Tokens tokens(text);
  auto t = tokens.all();
  if (tokens.unreadable()) return no<Decimal>(value_reason::unreadable);
  const bool negative = t.size() == 2 && is_dash(t[0]) && t[1].glued;
  if (negative || (t.size() == 2 && t[0].is("+"))) t = t.subspan(1);
  if (t.size() != 1 || t[0].kind != TokenKind::number) return no<Decimal>(value_reason::unreadable);
  if (!t[0].refused.empty()) return no<Decimal>(t[0].refused);
  Number n = t[0].could_be_decimal ? as_decimal(t[0].number) : t[0].number;
  std::int64_t units = 0;
  std::string_view warning;
  if (n.scale > scale && !scaled(n, scale, units)) {
    while (n.scale > scale + 1) {
      n.units /= 10;
      --n.scale;
    }
    n.units = (n.units + 5) / 10;
    n.scale = scale;
    warning = value_warning::rounded;
  }
  if (!scaled(n, scale, units)) return no<Decimal>(value_reason::out_of_range);
  return {.value = Decimal{negative ? -units : units}, .refused = {}, .warning = warning};
}

Reading<std::int64_t> read_integer(std::string_view text) {
  if (says_nothing(text)) return {};
  if (text.size() > max_value_bytes) return no<std::int64_t>(value_reason::too_long);
  const Tokens tokens(text);
  auto t = tokens.all();
  if (tokens.unreadable()) return no<std::int64_t>(value_reason::unreadable);
  const bool negative = t.size() == 2 && is_dash(t[0]) && t[1].glued;
  if (negative) t = t.subspan(1);
  if (t.size() != 1 || t[0].kind != TokenKind::number) return no<std::int64_t>(value_reason::unreadable);
  if (!t[0].refused.empty()) return no<std::int64_t>(t[0].refused);
  std::int64_t out = 0;
  if (!scaled(t[0].number, 0, out)) return no<std::int64_t>(value_reason::unreadable);
  return yes(negative ? -out : out,
             t[0].could_be_decimal ? value_warning::thousands_assumed : std::string_view());
}

}  // namespace atlas::imports
