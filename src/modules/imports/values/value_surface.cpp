// Surfaces: alone in a cell, or inside a title with rooms, prices and distances around them.

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "atlas/import_values.hpp"
#include "tokens.hpp"

namespace atlas::imports {
namespace {

constexpr std::size_t max_surface_bytes = 200;
constexpr int surface_scale = 2;

constexpr std::string_view square_metre[] = {"m2", "m^2", "mc", "sqm", "mq", "م2", "م^2", "metre2", "م²"};
constexpr std::string_view metre[] = {"m",   "metre", "metres", "meter", "meters", "mt",   "mts",
                                      "mtr", "mtrs",  "م",      "متر",   "مترا",   "امتار"};
constexpr std::string_view square[] = {"carre", "carres", "carree", "مربع", "مربعا", "مربعه"};
constexpr std::string_view hectare[] = {"ha", "hectare", "hectares", "هكتار", "هكتارات"};
constexpr std::string_view foreign[] = {"sqft", "ft",    "ft2", "feet", "foot", "pieds", "pied",
                                        "acre", "acres", "km",  "km2",  "cm",   "cm2"};
// Around the number of a cell.
constexpr std::string_view passed[] = {
    "surface", "superficie", "habitable", "habitables", "hab",    "environ",  "env",       "approx",
    "about",   "de",         "d",         "total",      "totale", "loi",      "carrez",    "living",
    "area",    "المساحه",    "مساحه",     "مساحتها",    "utile",  "couverte", "construite"};
constexpr std::string_view until[] = {"a", "au", "to", "et", "and", "ou", "or", "الى", "الي", "و"};
constexpr std::string_view open_range[] = {"partir", "entre",   "between", "from",  "plus", "moins", "min",
                                           "max",    "minimum", "maximum", "jusqu", "من",   "بين"};

// What a surface inside a text is of.
constexpr std::string_view living_words[] = {"habitable", "habitables", "hab",   "carrez", "living",
                                             "couvert",   "couverts",   "utile", "utiles"};
constexpr std::string_view land_words[] = {"terrain", "terrains", "parcelle", "lot",   "land", "plot",
                                           "titre",   "sol",      "ارض",      "الارض", "بقعه", "البقعه"};
constexpr std::string_view annex_words[] = {
    "terrasse", "terrasses", "terrace", "balcon",  "balcons", "balcony", "jardin",   "jardins",
    "garden",   "garage",    "cave",    "parking", "piscine", "pool",    "solarium", "cour",
    "patio",    "loggia",    "veranda", "sous",    "box",     "salon",   "chambre",  "cuisine",
    "حديقه",    "تراس",      "شرفه",    "كراج",    "مراب",    "سطح"};
constexpr std::string_view away[] = {"de", "du", "des", "d",  "la", "le",  "l",   "from", "to",
                                     "a",  "au", "aux", "من", "عن", "على", "علي", "الى",  "الي"};
constexpr std::string_view linking[] = {"de",    "d",       "of",     "environ", "un",
                                        "une",   "totale",  "total",  "surface", "superficie",
                                        "مساحه", "مساحتها", "المساحه"};

// A unit at `i`: how many tokens it takes and by which power of ten it counts square metres.
struct Unit {
  std::size_t tokens = 0;
  int power = 0;
  bool plain_metre = false;  // "m": of length, unless the place says otherwise
};
Unit unit_at(std::span<const Token> t, std::size_t i) {
  if (i >= t.size() || t[i].kind != TokenKind::word) return {};
  if (among(square_metre, t[i].text)) return {1, 0};
  if (among(hectare, t[i].text)) return {1, 4};
  const auto word = [&](std::size_t k) { return k < t.size() ? t[k].text : std::string_view(); };
  // "sq m", "sq. m", "m.c.", "m ²"
  if (t[i].is("sq")) {
    const std::size_t next = word(i + 1) == "." ? i + 2 : i + 1;
    if (word(next) == "m" || word(next) == "metres" || word(next) == "meters") return {next - i + 1, 0};
    return {};
  }
  if (among(metre, t[i].text)) {
    if (among(square, word(i + 1))) return {2, 0};
    if (i + 1 < t.size() && t[i + 1].kind == TokenKind::number && t[i + 1].is("2") && t[i + 1].glued)
      return {2, 0};
    if (i + 1 < t.size() && t[i + 1].kind == TokenKind::number && t[i + 1].is("2") &&
        (i + 2 == t.size() || t[i + 2].kind != TokenKind::number))
      return {2, 0};
    return {1, 0, true};
  }
  return {};
}

struct Hundredths {
  std::optional<std::int64_t> value;
  std::string_view warning;
};
// In hundredths of a square metre, rounded half up where there are more decimals.
Hundredths hundredths(const Number& n, int power) {
  std::int64_t units = 0;
  if (scaled(n, power + surface_scale, units)) return {units, {}};
  Number cut = n;
  while (cut.scale > power + surface_scale + 1) {
    cut.units /= 10;
    --cut.scale;
  }
  if (cut.scale != power + surface_scale + 1) return {};
  return {(cut.units + 5) / 10, value_warning::rounded};
}

Reading<Decimal> no(std::string_view reason) { return {.value = {}, .refused = reason, .warning = {}}; }

constexpr std::int64_t max_units = 99'999'999'999'999;  // 10^12 square metres

// "85.456 m²": a point before decimals or thousands? Nobody sells 1.2 m², so one digit before it is of a
// thousand; of more digits it cannot be known.
bool is_ambiguous(const Token& t, const Unit& unit) {
  return t.could_be_decimal && unit.power == 0 && t.number.units >= 10'000;
}

// "2 ha 50 a 30 ca", as the land register counts: from the number at `i`. Answers where it ends.
struct Total {
  std::int64_t units = 0;
  std::string_view warning, refused;
  std::size_t end = 0;
};
Total total_at(std::span<const Token> t, std::size_t i, const Unit& unit, std::size_t unit_size) {
  Total out{.end = i + 1 + unit_size};
  // Three digits behind one point: thousands, but of hectares nobody has so many.
  const Number number = t[i].could_be_decimal && unit.power > 0 ? as_decimal(t[i].number) : t[i].number;
  const Hundredths first = hundredths(number, unit.power);
  if (!first.value || *first.value > max_units) {
    out.refused = value_reason::out_of_range;
    return out;
  }
  out.units = *first.value;
  out.warning = t[i].could_be_decimal && unit.power == 0 ? value_warning::thousands_assumed : first.warning;
  if (unit.power != 4) return out;
  for (const auto& [small, power] :
       {std::pair{std::string_view("a"), 2}, std::pair{std::string_view("ca"), 0}}) {
    if (out.end + 1 >= t.size() || t[out.end].kind != TokenKind::number) break;
    const std::string_view name = t[out.end + 1].text;
    if (name != small && !(power == 2 && (name == "are" || name == "ares"))) continue;
    const Hundredths part = hundredths(t[out.end].number, power);
    if (!t[out.end].refused.empty() || !part.value || *part.value > max_units) {
      out.refused = value_reason::unreadable;
      break;
    }
    out.units += *part.value;
    out.end += 2;
  }
  return out;
}

}  // namespace

Reading<Decimal> read_surface(std::string_view text) {
  if (says_nothing(text)) return {};
  if (text.size() > max_surface_bytes) return no(value_reason::too_long);
  const Tokens tokens(text);
  if (tokens.unreadable()) return no(value_reason::unreadable);
  const auto t = tokens.all();
  std::optional<Decimal> value;
  std::string_view warning;
  bool range = false, a_unit = false, numbers = false;
  for (std::size_t i = 0; i < t.size();) {
    if (t[i].kind == TokenKind::number) {
      numbers = true;
      if (value) return no(range ? value_reason::range : value_reason::several);
      if (!t[i].refused.empty()) return no(t[i].refused);
      if (t[i].leading_zero) return no(value_reason::unreadable);
      const Unit unit = unit_at(t, i + 1);
      a_unit = a_unit || unit.tokens > 0;
      if (is_ambiguous(t[i], unit)) return no(value_reason::ambiguous);
      const Total total = total_at(t, i, unit, unit.tokens);
      if (!total.refused.empty()) return no(total.refused);
      value = Decimal{total.units};
      warning = total.warning;
      i = total.end;
      continue;
    }
    if (const Unit unit = unit_at(t, i); unit.tokens > 0) {
      a_unit = true;
      i += unit.tokens;
      continue;
    }
    if (t[i].kind == TokenKind::sign) {
      if (is_dash(t[i])) {
        if (!value && i + 1 < t.size() && t[i + 1].kind == TokenKind::number)
          return no(value_reason::negative);
        range = value.has_value();
      } else if (t[i].is("+") || t[i].is("<") || t[i].is(">") || t[i].is("≥") || t[i].is("≤")) {
        if (i + 1 == t.size() || !value) return no(value_reason::range);
        if (t[i].is("+")) return no(value_reason::several);
        range = true;
      } else if (!(t[i].text.size() == 1 &&
                   std::string_view(":.~()[],;'\"").find(t[i].text[0]) != std::string_view::npos) &&
                 !t[i].is("≈") && !t[i].is("،")) {
        return no(value_reason::unreadable);
      }
    } else if (among(foreign, t[i].text) || t[i].is("sq")) {
      return no(value_reason::unknown_unit);
    } else if (among(open_range, t[i].text)) {
      return no(value_reason::range);
    } else if (among(until, t[i].text)) {
      range = value.has_value();
    } else if (!among(passed, t[i].text)) {
      return no(value_reason::unreadable);
    }
    ++i;
  }
  if (!numbers && a_unit) return {};  // "m²": the number was left out
  if (!value) return no(value_reason::unreadable);
  return {.value = value, .refused = {}, .warning = warning};
}

namespace {

enum class Of : std::uint8_t { living, unsaid, land, annex, beside_annex };

struct Candidate {
  std::int64_t units;
  Of of;
  std::string_view warning;
};

Of kind_of(std::string_view word) {
  if (among(living_words, word)) return Of::living;
  if (among(land_words, word)) return Of::land;
  if (among(annex_words, word)) return Of::annex;
  return Of::unsaid;
}

// What the words beside the surface at [begin, end) say that it is of.
Of qualified(std::span<const Token> t, std::size_t begin, std::size_t end) {
  std::size_t after = end;
  const bool joined = after < t.size() && (t[after].is("de") || t[after].is("d") || t[after].is("of"));
  if (joined) ++after;
  if (after < t.size() && t[after].is("'")) ++after;
  if (after < t.size() && t[after].kind == TokenKind::word) {
    const Of of = kind_of(t[after].text);
    // "95 m² terrasse 20 m²": the terrace has its own number.
    std::size_t next = after + 1;
    while (next < t.size() && (t[next].is(":") || among(linking, t[next].text))) ++next;
    const bool own = next < t.size() && t[next].kind == TokenKind::number;
    if (of == Of::annex && !joined && !own) return Of::beside_annex;
    if (of != Of::unsaid && (of == Of::living || joined || !own)) return of;
  }
  for (std::size_t i = begin; i-- > 0;) {
    if (t[i].kind == TokenKind::number) break;
    if (t[i].is(":") || t[i].is("'") || among(linking, t[i].text)) continue;
    return t[i].kind == TokenKind::word ? kind_of(t[i].text) : Of::unsaid;
  }
  return Of::unsaid;
}

}  // namespace

Reading<Decimal> find_surface(std::string_view text) {
  const Tokens tokens(text);
  const auto t = tokens.all();
  std::vector<Candidate> found;
  bool range = false;
  for (std::size_t i = 0; i < t.size(); ++i) {
    if (t[i].kind != TokenKind::number || !t[i].refused.empty() || t[i].leading_zero) continue;
    const Unit unit = unit_at(t, i + 1);
    if (unit.tokens == 0 || is_ambiguous(t[i], unit)) continue;
    std::size_t end = i + 1 + unit.tokens;
    if (unit.plain_metre) {
      // "à 100 m de la plage" is a way to go, "2 m" a height.
      const bool next = end < t.size() && (among(away, t[end].text) || t[end].is("/") || t[end].is("'"));
      const bool before = i > 0 && (t[i - 1].is("a") || t[i - 1].is("at") || t[i - 1].is("x") ||
                                    t[i - 1].is("على") || t[i - 1].is("ب"));
      std::int64_t whole = 0;
      if (next || before || !scaled(t[i].number, 2, whole) || whole < 1500) continue;
    }
    const bool between =
        i >= 2 && (is_dash(t[i - 1]) || among(until, t[i - 1].text)) && t[i - 2].kind == TokenKind::number;
    if (between) {
      range = true;
      continue;
    }
    const Total total = total_at(t, i, unit, unit.tokens);
    if (!total.refused.empty() || total.units == 0) continue;
    end = total.end;
    found.push_back({total.units, qualified(t, i, end), total.warning});
    i = end - 1;
  }
  // "75 m² balcon": the flat's own, when it is the only one; "120 m² … 20 m² balcon" is another matter.
  if (found.size() == 1 && found[0].of == Of::beside_annex) found[0].of = Of::unsaid;
  for (const Of of : {Of::living, Of::unsaid, Of::land}) {
    const Candidate* one = nullptr;
    for (const Candidate& c : found) {
      if (c.of != of) continue;
      if (one && one->units != c.units) return no(value_reason::several);
      one = &c;
    }
    if (one) return {.value = Decimal{one->units}, .refused = {}, .warning = one->warning};
  }
  return range ? no(value_reason::range) : Reading<Decimal>{};
}

}  // namespace atlas::imports
