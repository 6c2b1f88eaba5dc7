// From two values to a level, by kind.

#include <algorithm>
#include <cmath>
#include <functional>

#include "forms.hpp"
#include "names.hpp"
#include "photos.hpp"
#include "similarity.hpp"

namespace atlas::matching {
namespace {

// Weighted share of common words; words that are nearly the same count in part.
struct Overlap {
  double cosine = 0, shared_bits = 0, containment = 0;
  double common = 0;    // how much of all that is said both say; 1 where only one of them says more
  double surprise = 0;  // what strangers would share so by chance: words come together, so not their sum
};
// What each of two names says beside the other, from here on.
constexpr double own_bits = 1;

Overlap overlap(const std::vector<Token>& a, const std::vector<Token>& b) {
  Overlap out;
  double norm_a = 0, norm_b = 0, dot = 0, sum_a = 0, sum_b = 0;
  for (const Token& t : a) norm_a += double(t.bits) * t.bits, sum_a += t.bits;
  for (const Token& t : b) norm_b += double(t.bits) * t.bits, sum_b += t.bits;
  if (norm_a == 0 || norm_b == 0) return out;
  std::uint64_t used_a = 0, used_b = 0;
  std::vector<float> shared;
  const std::size_t n = std::min<std::size_t>(a.size(), 64), m = std::min<std::size_t>(b.size(), 64);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < m; ++j) {
      if ((used_b >> j & 1) != 0 || a[i].hash != b[j].hash) continue;
      used_a |= std::uint64_t{1} << i;
      used_b |= std::uint64_t{1} << j;
      dot += double(a[i].bits) * a[i].bits;
      out.shared_bits += a[i].bits;
      shared.push_back(a[i].bits);
      break;
    }
  }
  // Near words only where there are few left: the cost stays bounded.
  const std::size_t left_a = n - static_cast<std::size_t>(__builtin_popcountll(used_a));
  const std::size_t left_b = m - static_cast<std::size_t>(__builtin_popcountll(used_b));
  if (left_a * left_b <= 144) {
    struct Near {
      double like;
      std::size_t i, j;
    };
    std::vector<Near> near;
    for (std::size_t i = 0; i < n; ++i) {
      if ((used_a >> i & 1) != 0) continue;
      for (std::size_t j = 0; j < m; ++j) {
        if ((used_b >> j & 1) != 0) continue;
        double like = word_likeness(a[i], b[j]);
        // An abbreviation: "deli" of "delicatessen".
        if (like == 0 && std::min(a[i].text.size(), b[j].text.size()) >= 3 &&
            (a[i].text.starts_with(b[j].text) || b[j].text.starts_with(a[i].text)))
          like = 0.7;
        if (like > 0) near.push_back({like, i, j});
      }
    }
    std::sort(near.begin(), near.end(), [&](const Near& x, const Near& y) {
      if (x.like != y.like) return x.like > y.like;
      const float wx = a[x.i].bits + b[x.j].bits, wy = a[y.i].bits + b[y.j].bits;
      if (wx != wy) return wx > wy;
      return a[x.i].hash + b[x.j].hash < a[y.i].hash + b[y.j].hash;
    });
    for (const Near& pair : near) {
      if ((used_a >> pair.i & 1) != 0 || (used_b >> pair.j & 1) != 0) continue;
      used_a |= std::uint64_t{1} << pair.i;
      used_b |= std::uint64_t{1} << pair.j;
      dot += pair.like * a[pair.i].bits * b[pair.j].bits;
      out.shared_bits += pair.like * std::min(a[pair.i].bits, b[pair.j].bits);
      shared.push_back(static_cast<float>(pair.like * 0.8) * std::min(a[pair.i].bits, b[pair.j].bits));
    }
  }
  std::sort(shared.begin(), shared.end(), std::greater<>());
  double share = 1;
  for (const float bits : shared) {
    out.surprise += share * bits;
    share = std::max(0.3, share * 0.7);
  }
  out.cosine = std::min(1.0, dot / std::sqrt(norm_a * norm_b));
  out.containment = std::min(1.0, out.shared_bits / std::min(sum_a, sum_b));
  const double more_a = std::max(0.0, sum_a - out.shared_bits),
               more_b = std::max(0.0, sum_b - out.shared_bits);
  out.common =
      std::min(more_a, more_b) > own_bits ? out.shared_bits / (out.shared_bits + more_a + more_b) : 1;
  return out;
}

// Both say which one of a series they are, and none is the other's.
bool other_ordinal(const Value& a, const Value& b) {
  if (a.extra.empty() || b.extra.empty()) return false;
  for (std::size_t from = 0; from < a.extra.size();) {
    const std::size_t end = a.extra.find(' ', from);
    if ((" " + b.extra).find(" " + a.extra.substr(from, end - from) + " ") != std::string::npos) return false;
    from = end + 1;
  }
  return true;
}

// 0 exact, 1 ≥ .9, 2 ≥ .75, 3 ≥ .6, 4 ≥ .45, 5 ≥ .3, 6 ≥ .15, 7 different
Outcome compare_title(const Value& a, const Value& b, bool name_alone) {
  if (a.text == b.text) {
    float bits = 0;
    for (const Token& t : a.tokens) bits += t.bits;
    return at(0, std::min(a.bits, std::max(bits, 1.f)));
  }
  const Overlap o = overlap(a.tokens, b.tokens);
  double like = o.cosine;
  if (like < 0.9) like = std::max(like, 0.6 * o.containment + 0.4 * like);
  if (name_alone) like = std::min(like, o.common);
  if (like < 0.75 && a.text.size() <= 60 && b.text.size() <= 60) {
    const double dice = trigram_dice(a.text, b.text);
    if (dice >= 0.5) like = std::max(like, dice);
  }
  if (like < 0.9 && std::min(a.text.size(), b.text.size()) >= 5 && damerau(a.text, b.text, 1) <= 1)
    like = 0.92;
  // Letters alone may be alike where no word is: then the level has to speak for itself.
  const auto bits = static_cast<float>(std::min(o.surprise, 24.0));
  constexpr double bounds[] = {0.9, 0.75, 0.6, 0.45, 0.3, 0.15};
  if (like >= bounds[5] && other_ordinal(a, b)) return at(6);
  for (int k = 0; k < 6; ++k)
    if (like >= bounds[k]) return at(k + 1, o.cosine > 0 ? bits : -1);
  return at(7);
}

// 0 exact, 1 ≥ .8, 2 ≥ .55, 3 ≥ .35, 4 ≥ .18, 5 different
Outcome compare_text(const Value& a, const Value& b) {
  if (a.text == b.text) return at(0, a.bits);
  const Overlap o = overlap(a.tokens, b.tokens);
  const double like = std::max(o.cosine, 0.75 * o.containment);
  constexpr double bounds[] = {0.8, 0.55, 0.35, 0.18};
  for (int k = 0; k < 4; ++k)
    if (like >= bounds[k]) return at(k + 1);
  return at(5);
}

Outcome compare_email(const Value& a, const Value& b) {
  if (a.text == b.text) return at(0, a.bits);
  const bool domains = !a.extra.empty() && !b.extra.empty();
  if (a.key == b.key) {
    const bool two = is_big_domain(a.extra) && is_big_domain(b.extra);
    if (!domains || (!two && jaro_winkler(a.extra, b.extra) >= 0.85))
      return at(1, std::max(a.key_bits, 3.f) + 2);
    return a.key.size() >= 4 ? at(2, a.key_bits) : at(4);
  }
  // jean.dupont, jean_dupont and dupontjean12 are made of the same letters: what namesakes have, too.
  std::string x, y;
  for (const char c : a.key)
    if (c >= 'a' && c <= 'z') x.push_back(c);
  for (const char c : b.key)
    if (c >= 'a' && c <= 'z') y.push_back(c);
  if (x.size() >= 3 && x == y) return at(3);
  if (a.extra == b.extra || !is_big_domain(a.extra) || !is_big_domain(b.extra))
    if (damerau(a.text, b.text, 2) <= 2 && std::min(a.key.size(), b.key.size()) >= 4) return at(1);
  if (a.extra == b.extra && jaro_winkler(a.key, b.key, 0.96) >= 0.96) return at(1);
  if (x.size() >= 5 && y.size() >= 5 && damerau(x, y, 1) <= 1) return at(3);
  std::sort(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  if (x.size() >= 6 && x == y) return at(3);
  return at(4);
}

// In another country the same digits are another's.
constexpr float guess_bits = 2;

Outcome compare_phone(const Value& a, const Value& b) {
  if (!a.text.empty() && a.text == b.text)
    return at(0, a.number + b.number > 0 ? std::max(0.f, a.bits - guess_bits) : a.bits);
  const bool both = !a.text.empty() && !b.text.empty();
  if (a.key == b.key) {
    if (both) return at(3);
    return at(a.extra == b.extra ? 0 : 1, std::min(a.key_bits, b.key_bits));
  }
  if (a.key.size() >= 7 && b.key.size() >= 7) {
    if (a.key.ends_with(b.key) || b.key.ends_with(a.key)) return at(1);
    if (damerau(a.key, b.key, 1) <= 1) return at(2);
  }
  return at(4);
}

// Where the first of January comes so often, of the date only the year is known.
constexpr float often_bits = 5;

Outcome compare_date(const Value& a, const Value& b) {
  const auto y = [](const Value& v) { return v.number / 10000; };
  const auto m = [](const Value& v) { return v.number / 100 % 100; };
  const auto d = [](const Value& v) { return v.number % 100; };
  const auto year_alone = [&](const Value& v) {
    return m(v) == 0 || (!v.key.empty() && v.key_bits < often_bits);
  };
  const bool alone = year_alone(a) || year_alone(b);
  if (a.number == b.number) return at(alone ? 2 : 0, a.bits);
  if (alone) {
    const std::int64_t apart = std::abs(y(a) - y(b));
    return at(apart == 0 ? 2 : apart == 1 || apart == 10 ? 3 : 4);
  }
  if (y(a) == y(b) && m(a) == d(b) && d(a) == m(b)) return at(1);
  if (damerau(a.text, b.text, 1) <= 1) return at(1);
  const int same = (y(a) == y(b) ? 1 : 0) + (m(a) == m(b) ? 1 : 0) + (d(a) == d(b) ? 1 : 0);
  if (same == 2) return at(2);
  if (damerau(a.text, b.text, 2) <= 2 && std::abs(y(a) - y(b)) % 10 == 0) return at(2);
  if (y(a) == y(b) || (std::abs(y(a) - y(b)) <= 1 && same >= 1) || damerau(a.text, b.text, 2) <= 2)
    return at(3);
  return at(4);
}

// 0 exact, 1 same house, 2 number missing, 3 same number and like, 4 other number, 5 near, 6 different
Outcome compare_street(const Value& a, const Value& b) {
  if (a.text == b.text) return at(a.extra.empty() ? 2 : 0, a.bits);
  double like = 0;
  if (!a.tokens.empty() && !b.tokens.empty()) {
    const Overlap o = overlap(a.tokens, b.tokens);
    like = std::max(o.cosine, 0.85 * o.containment);
    if (like < 0.9) {
      const std::string_view x = std::string_view(a.text).substr(a.extra.size()),
                             y = std::string_view(b.text).substr(b.extra.size());
      like = std::max(like, trigram_dice(x, y));
      if (jaro_winkler(x, y, 0.95) >= 0.95) like = std::max(like, 0.85);
    }
  } else if (a.tokens.empty() && b.tokens.empty()) {
    return at(a.extra == b.extra ? 3 : 6);
  }
  if (a.extra.empty() || b.extra.empty()) return at(like >= 0.75 ? 2 : like >= 0.5 ? 5 : 6);
  if (a.extra == b.extra) return at(like >= 0.75 ? 1 : like >= 0.35 ? 3 : 6);
  const bool near_number = damerau(a.extra, b.extra, 1) <= 1 && std::max(a.extra.size(), b.extra.size()) >= 2;
  if (like >= 0.75) return at(near_number ? 3 : 4);
  return at(like >= 0.5 ? 5 : 6);
}

Outcome compare_place(const Value& a, const Value& b) {
  if (a.text == b.text) return at(0, a.bits);
  // Paris 11 and Paris 12
  const auto digits = [](const Value& v) {
    std::string out;
    for (const char c : v.text)
      if (c >= '0' && c <= '9') out.push_back(c);
    return out;
  };
  if (const std::string x = digits(a), y = digits(b); !x.empty() && !y.empty() && x != y) return at(3);
  if (!a.key.empty() && a.key == b.key) return at(1);
  const std::size_t shorter = std::min(a.text.size(), b.text.size());
  if (jaro_winkler(a.text, b.text, 0.92) >= 0.92 || (shorter >= 5 && damerau(a.text, b.text, 2) <= 2))
    return at(1);
  if (shorter >= 4 && (a.text.find(b.text) != std::string::npos || b.text.find(a.text) != std::string::npos))
    return at(2);
  return at(3);
}

Outcome compare_postcode(const Value& a, const Value& b) {
  if (a.text == b.text) return at(0, a.bits);
  if (damerau(a.text, b.text, 1) <= 1 && std::min(a.text.size(), b.text.size()) >= 3) return at(1);
  return at(a.text.size() >= 3 && b.text.size() >= 3 && a.text.substr(0, 2) == b.text.substr(0, 2) ? 2 : 3);
}

// An address of a site is made of the name, and says little more than the name.
constexpr float spoken_bits = 8;

Outcome compare_identifier(const Value& a, const Value& b) {
  const auto spoken = [](const Value& v) { return v.text.find_first_of("0123456789") == std::string::npos; };
  if (spoken(a) && spoken(b)) {
    if (a.text == b.text) return at(0, std::min(a.bits, spoken_bits));
    const std::size_t few = std::min(a.text.size(), b.text.size());
    return few >= 5 && damerau(a.text, b.text, 1) <= 1 ? at(1, spoken_bits - 2) : at(3);
  }
  if (a.text == b.text) return at(0, a.bits);
  const std::size_t shorter = std::min(a.text.size(), b.text.size());
  if (shorter >= 5 && damerau(a.text, b.text, 1) <= 1) return at(1);
  if (shorter >= 6 && (damerau(a.text, b.text, 2) <= 2 || a.text.find(b.text) != std::string::npos ||
                       b.text.find(a.text) != std::string::npos))
    return at(2);
  return at(3);
}

Outcome compare_number(const Value& a, const Value& b) {
  if (a.number == b.number) return at(0, a.bits);
  const double x = std::abs(static_cast<double>(a.number)), y = std::abs(static_cast<double>(b.number));
  const double apart =
      std::abs(static_cast<double>(a.number) - static_cast<double>(b.number)) / std::max({x, y, 1.0});
  return at(apart <= 0.01 ? 1 : apart <= 0.05 ? 2 : apart <= 0.15 ? 3 : apart <= 0.4 ? 4 : 5);
}

Outcome compare_category(const Value& a, const Value& b) {
  if (a.text == b.text) return at(0, a.bits);
  for (const Token& t : a.tokens)
    for (const Token& o : b.tokens)
      if (t.hash == o.hash && t.text.size() > 2) return at(1);
  return at(jaro_winkler(a.text, b.text, 0.92) >= 0.92 ? 1 : 2);
}

Outcome compare_geo(const Value& a, const Value& b) {
  constexpr double degree = 111'320;
  const double lat = static_cast<double>(a.number + b.number) / 2e7 * 3.14159265358979 / 180;
  const double y = static_cast<double>(a.number - b.number) / 1e7 * degree;
  const double x = static_cast<double>(a.number2 - b.number2) / 1e7 * degree * std::cos(lat);
  const double metres = std::sqrt(x * x + y * y);
  return at(metres < 25 ? 0 : metres < 150 ? 1 : metres < 1000 ? 2 : metres < 10000 ? 3 : 4);
}

// Codes that many have (1080p, 2023) name no thing.
constexpr float rare_code_bits = 6;

Outcome compare_codes(const Value& a, const Value& b) {
  float bits = -1;
  bool near = false, rare_a = false, rare_b = false;
  for (const Token& t : a.tokens) rare_a = rare_a || t.bits >= rare_code_bits;
  for (const Token& t : b.tokens) rare_b = rare_b || t.bits >= rare_code_bits;
  if (!rare_a || !rare_b) return {};
  for (const Token& t : a.tokens) {
    if (t.bits < rare_code_bits) continue;
    for (const Token& o : b.tokens) {
      if (o.bits < rare_code_bits) continue;
      if (t.hash == o.hash) bits = std::max(bits, t.bits);
      const std::size_t shorter = std::min(t.text.size(), o.text.size());
      if (shorter >= 4 && (t.text.starts_with(o.text) || o.text.starts_with(t.text))) near = true;
      if (shorter >= 7 && damerau(t.text, o.text, 1) <= 1) near = true;
    }
  }
  if (bits >= 0) return at(0, bits);
  return at(near ? 1 : 2);
}

Outcome compare_one(Comparator comparator, const Value& a, const Value& b, bool name_alone) {
  switch (comparator) {
    case Comparator::given_name:
    case Comparator::family_name:
      return compare_name(a, b);
    case Comparator::full_name:
      return compare_full_name(a, b);
    case Comparator::title:
      return compare_title(a, b, name_alone);
    case Comparator::text:
      return compare_text(a, b);
    case Comparator::email:
      return compare_email(a, b);
    case Comparator::phone:
      return compare_phone(a, b);
    case Comparator::date:
      return compare_date(a, b);
    case Comparator::street:
      return compare_street(a, b);
    case Comparator::city:
    case Comparator::region:
      return compare_place(a, b);
    case Comparator::postcode:
      return compare_postcode(a, b);
    case Comparator::identifier:
      return compare_identifier(a, b);
    case Comparator::money:
    case Comparator::number:
      return compare_number(a, b);
    case Comparator::category:
      return compare_category(a, b);
    case Comparator::place:
      return compare_geo(a, b);
    case Comparator::codes:
      return compare_codes(a, b);
    case Comparator::photos:
      return compare_photos(a, b);
    case Comparator::order:
      break;
  }
  return {};
}

// The likest of all values that the two have.
Outcome compare_values(Comparator comparator, const Value& a, const Value& b, bool name_alone = false) {
  Outcome best = compare_one(comparator, a, b, name_alone);
  if (a.more.empty() && b.more.empty()) return best;
  const auto take = [&](const Value& x, const Value& y) {
    const Outcome other = compare_one(comparator, x, y, name_alone);
    if (better(other, best)) best = other;
  };
  for (const Value& y : b.more) take(a, y);
  for (const Value& x : a.more) {
    take(x, b);
    for (const Value& y : b.more) take(x, y);
  }
  return best;
}

Comparator comparator_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::house_number:
      return Comparator::identifier;
    case FieldKind::latitude:
    case FieldKind::longitude:
      return Comparator::number;
    case FieldKind::ignored:
      return Comparator::text;
    default:
      return parse_comparator(to_string(kind)).value_or(Comparator::text);
  }
}

bool has(const Value* value) { return value != nullptr && value->present; }

}  // namespace

Similarity similarity(FieldKind kind, std::string_view a, std::string_view b, std::string_view phone_region) {
  Comparison comparison;
  comparison.comparator = comparator_of(kind);
  comparison.total = 1000;
  const std::string_view cells_a[] = {a}, cells_b[] = {b};
  Value x = make_value(comparison.comparator, cells_a, phone_region);
  Value y = make_value(comparison.comparator, cells_b, phone_region);
  assign_bits(x, comparison);
  assign_bits(y, comparison);
  Similarity out;
  out.levels = static_cast<int>(comparison.levels()) - 1;
  if (!x.present || !y.present) return out;
  const int reached = compare_values(comparison.comparator, x, y).level;
  if (reached < 0) return out;
  out.level = out.levels - reached;
  out.score = static_cast<double>(out.level) / out.levels;
  return out;
}

void compare_rows(const ModelData& model, Row a, Row b, Outcomes& out) {
  const bool person = model.given >= 0;
  for (std::size_t c = 0; c < model.comparisons.size(); ++c) {
    const int i = static_cast<int>(c);
    if (person && (i == model.given || i == model.family || i == model.order)) continue;
    out[c] = has(a[c]) && has(b[c])
                 ? compare_values(model.comparisons[c].comparator, *a[c], *b[c], model.name_alone)
                 : Outcome{};
  }
  if (person) compare_person(model, a, b, out);
}

}  // namespace atlas::matching
