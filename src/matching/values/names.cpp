#include "names.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "forms.hpp"
#include "similarity.hpp"

namespace atlas::matching {
namespace {

bool is_initial_of(std::string_view a, std::string_view b) {
  return a.size() == 1 && b.size() > 1 && a[0] == b[0];
}

// "Mme" in the place of a name says nothing of it, and "M." may stand for Monsieur as well as for Mustapha.
Outcome other_name(const Value& a, const Value& b) { return a.number + b.number > 0 ? Outcome{} : at(5); }

// Behind ben, bel, bin and their like: what stands there is the name.
std::string_view behind_part(std::string_view name) {
  constexpr std::string_view parts[] = {"oulad", "ould", "abou", "ait", "ben", "bel", "bin", "ibn", "bou"};
  for (const std::string_view part : parts)
    if (name.size() >= part.size() + 3 && name.starts_with(part)) return name.substr(part.size());
  return name;
}

constexpr int name_near = 4, name_different = 5;

}  // namespace

Outcome compare_name(const Value& a, const Value& b) {
  // A given name in one record may be a family name in the other, and as rare as that.
  if (a.text == b.text) return at(0, std::min(a.bits, b.bits));
  if (!a.key.empty() && a.key == b.key) return at(1, std::min(a.key_bits, b.key_bits));
  const double jw = jaro_winkler(a.text, b.text, 0.7);
  // Who is only like it may be anybody of the commoner name, and of those that are like it as well.
  const float bits = std::min(a.bits, b.bits);
  if (jw >= 0.93) return at(2, bits);
  const std::size_t shorter = std::min(a.text.size(), b.text.size());
  // One slip leaves more in common than this.
  const bool far = jw < 0.7;
  if (!far && shorter >= 4 && damerau(a.text, b.text, 1) <= 1) return at(2, bits);
  if (a.key.size() >= 4 && b.key.size() >= 4 && damerau(a.key, b.key, 1) <= 1) return at(2, bits);
  if (a.extra.size() >= 3 && a.extra == b.extra && (jw >= 0.8 || a.text[0] < 'a' || b.text[0] < 'a'))
    return at(2, bits);
  const auto part = [](const Value& x, const Value& y) {
    if (is_initial_of(x.text, y.text)) return true;
    // JB of Jean-Baptiste
    if (x.text.size() == y.tokens.size() && x.text.size() > 1 &&
        std::equal(x.text.begin(), x.text.end(), y.tokens.begin(),
                   [](char c, const Token& t) { return !t.text.empty() && t.text[0] == c; }))
      return true;
    if (x.text.size() >= 3 && y.text.size() > x.text.size() && y.text.starts_with(x.text)) return true;
    if (y.tokens.size() < 2) return false;
    return std::all_of(x.tokens.begin(), x.tokens.end(), [&](const Token& t) {
      return std::any_of(y.tokens.begin(), y.tokens.end(), [&](const Token& o) {
        return t.text == o.text || is_initial_of(t.text, o.text) ||
               (t.text.size() >= 4 && damerau(t.text, o.text, 1) <= 1);
      });
    });
  };
  if (part(a, b) || part(b, a)) return at(3);
  // Said and Saeed; Aziz and Abdelaziz.
  if (a.extra.size() >= 2 && a.extra == b.extra && a.text[0] == b.text[0]) return at(name_near);
  if (shorter >= 4 && (a.text.ends_with(b.text) || b.text.ends_with(a.text))) return at(name_near);
  // Dany and Daniel; Steph and Stéphanie.
  if (shorter >= 4 && shorter <= 5 && a.text.substr(0, 3) == b.text.substr(0, 3)) return at(name_near);
  // Bel Haj, Bin Haj and Ben Hajj; Ait Sata and Satta.
  if (const std::string_view x = behind_part(a.text), y = behind_part(b.text);
      (x.size() < a.text.size() || y.size() < b.text.size()) && std::min(x.size(), y.size()) >= 3 &&
      (x == y || (std::min(x.size(), y.size()) >= 4 && damerau(x, y, 1) <= 1)))
    return at(name_near);
  if (!far) {
    if (jw >= 0.84 || (shorter >= 6 && damerau(a.text, b.text, 2) <= 2)) return at(name_near);
    if (shorter >= 3 && damerau(a.text, b.text, 1) <= 1) return at(name_near);
  }
  // A nickname, and what it is short for; a slip in either.
  const auto short_for = [](const Value& x, const Value& y) {
    return x.number2 != 0 && y.tokens.size() == 1 && x.number2 == static_cast<std::int64_t>(y.tokens[0].hash);
  };
  if (short_for(a, b) || short_for(b, a)) return at(name_near);
  if (a.tokens.size() == 1 && b.tokens.size() == 1) {
    const std::string_view x = a.tokens[0].text, y = b.tokens[0].text;
    if ((x != a.text || y != b.text) && std::min(x.size(), y.size()) >= 5 && damerau(x, y, 1) <= 1)
      return at(name_near);
  }
  return other_name(a, b);
}

double word_likeness(const Token& a, const Token& b) {
  if (a.hash == b.hash) return 1;
  if (a.text.size() < 3 || b.text.size() < 3) return 0;
  const std::size_t shorter = std::min(a.text.size(), b.text.size());
  if (shorter >= 4 && damerau(a.text, b.text, 1) <= 1) return 0.92;
  const double jw = jaro_winkler(a.text, b.text, 0.9);
  return jw >= 0.9 ? jw * 0.95 : 0;
}

namespace {

// Written in a script without vowels, such as Arabic.
bool is_unvowelled(std::string_view word) {
  return word.size() >= 3 && word.find_first_of("aeiouy") == std::string_view::npos;
}

// Two slips, or one in a short word; a part that is left out (Ait Sata, Sata); other vowels.
constexpr double near_like = 0.6;
bool is_near(std::string_view a, std::string_view b) {
  const std::size_t shorter = std::min(a.size(), b.size()), longer = std::max(a.size(), b.size());
  if (shorter < 3) return false;
  if (shorter >= 4 && (a.ends_with(b) || b.ends_with(a))) return true;
  if (longer - shorter > 3) return false;
  if (shorter == 3 && damerau(a, b, 1) <= 1) return true;
  if (shorter >= 6 && damerau(a, b, 2) <= 2) return true;
  if (const std::string_view x = behind_part(a), y = behind_part(b);
      (x.size() < a.size() || y.size() < b.size()) && std::min(x.size(), y.size()) >= 4 &&
      damerau(x, y, 1) <= 1)
    return true;
  if (jaro_winkler(a, b, 0.84) >= 0.84) return true;
  if (a[0] != b[0] && a.find_first_of("aeiouy") != 0 && b.find_first_of("aeiouy") != 0) return false;
  const std::string x = skeleton_of(a);
  return x.size() >= 2 && x == skeleton_of(b);
}

// Words of `few` matched with words of `many`, each once, the likest first.
struct Alignment {
  std::size_t exact = 0, close = 0, near = 0, initials = 0, none = 0;
  float bits = 0;  // of what they share
};

// However rare a word, one in a few hundred is like it.
constexpr float most_close_bits = 9, near_bits = 3;

Alignment align(const std::vector<Token>& few, const std::vector<Token>& many) {
  Alignment out;
  std::uint32_t used = 0;
  std::vector<const Token*> rest;
  for (const Token& t : few) {
    bool found = false;
    for (std::size_t j = 0; j < many.size() && j < 32 && !found; ++j) {
      if ((used >> j & 1) == 0 && t.hash == many[j].hash) {
        used |= 1u << j;
        out.bits += t.bits;
        ++out.exact;
        found = true;
      }
    }
    if (!found) rest.push_back(&t);
  }
  for (const Token* t : rest) {
    double best = 0;
    std::size_t best_j = 0;
    for (std::size_t j = 0; j < many.size() && j < 32; ++j) {
      if ((used >> j & 1) != 0) continue;
      double like = word_likeness(*t, many[j]);
      if (like == 0 && t->text.size() > 3 && many[j].text.size() > 3 &&
          jaro_winkler(t->text, many[j].text, 0.93) >= 0.93)
        like = 0.8;
      if (like == 0 && (is_unvowelled(t->text) || is_unvowelled(many[j].text)) &&
          skeleton_of(t->text) == skeleton_of(many[j].text))
        like = 0.85;
      if (like == 0 && is_near(t->text, many[j].text)) like = near_like;
      if (is_initial_of(t->text, many[j].text) || is_initial_of(many[j].text, t->text)) like = 0.5;
      if (like > best) best = like, best_j = j;
    }
    if (best == 0) {
      ++out.none;
      continue;
    }
    used |= 1u << best_j;
    if (best == near_like) {
      ++out.near;
      out.bits += near_bits;
    } else if (best > near_like) {
      ++out.close;
      out.bits += std::min(most_close_bits, 0.7f * std::min(t->bits, many[best_j].bits));
    } else {
      ++out.initials;
      out.bits += 2;
    }
  }
  return out;
}

// How well are all these words found among those of `whole`?
Outcome level_in(const std::vector<Token>& words, const Value& whole) {
  const Alignment al = align(words, whole.tokens);
  if (al.none > 0) return at(name_different);
  if (al.near > 0) return at(name_near);
  const bool exact = al.initials + al.close == 0;
  return at(al.initials > 0 ? 3 : exact ? 1 : 2, exact ? al.bits : -1);
}

// How often a whole name is met among strangers: what its words come to would be so if given and family names
// had nothing to do with each other, what is counted would be if nobody counted were met twice.
float whole_name_bits(const Value& name, float counted) {
  float words = 0;
  for (const Token& t : name.tokens) words += t.bits;
  return std::max(0.f, words < counted ? words : (words + counted) / 2);
}

// A given name and a family name, or an initial, in which nothing agrees: they may well be of one person.
bool is_silent(const Value& few, const Value& many) {
  const auto words = [](const Value& v) {
    return std::count_if(v.tokens.begin(), v.tokens.end(), [](const Token& t) { return t.text.size() > 1; });
  };
  return words(few) <= 1 && words(many) <= 1;
}

bool has(const Value* value) { return value != nullptr && value->present; }

}  // namespace

Outcome compare_full_name(const Value& a, const Value& b) {
  if (a.text == b.text) return at(a.tokens.size() == 1 ? 4 : 0, whole_name_bits(a, a.bits));
  if (!a.key.empty() && a.key == b.key && a.tokens.size() > 1)
    return at(1, whole_name_bits(a, std::min(a.key_bits, b.key_bits)));
  const bool swap =
      a.tokens.size() > b.tokens.size() || (a.tokens.size() == b.tokens.size() && b.text < a.text);
  const Value& few = swap ? b : a;
  const Value& many = swap ? a : b;
  const Alignment al = align(few.tokens, many.tokens);
  const std::size_t n = few.tokens.size();
  if (al.none == 0 && n > 0) {
    if (n == 1) return al.exact + al.close + al.near == 1 ? at(4, al.bits) : Outcome{};
    if (al.exact + al.close == 0) return at(5, al.bits);
    if (al.initials + al.near == 0 && n == many.tokens.size()) return at(1, al.bits);
    if (al.close + al.near + al.initials == 0) return at(2, al.bits);
    return at(3, al.bits);
  }
  if (jaro_winkler(a.text, b.text, 0.95) >= 0.95) return at(3);
  if (al.exact + al.close > 0) return at(5, al.bits);
  return is_silent(few, many) ? Outcome{} : at(6);
}

void compare_person(const ModelData& model, Row a, Row b, Outcomes& out) {
  const auto g = static_cast<std::size_t>(model.given), f = static_cast<std::size_t>(model.family);
  Outcome& given = out[g];
  Outcome& family = out[f];
  Outcome& order = out[static_cast<std::size_t>(model.order)];
  given = has(a[g]) && has(b[g]) ? compare_name(*a[g], *b[g]) : Outcome{};
  family = has(a[f]) && has(b[f]) ? compare_name(*a[f], *b[f]) : Outcome{};
  order = given.level >= 0 || family.level >= 0 ? at(0) : Outcome{};
  // Everything may stand in one field of one of them.
  const bool lacks_a = !has(a[g]) || !has(a[f]), lacks_b = !has(b[g]) || !has(b[f]);
  const bool poor = given.level >= name_near || family.level >= name_near ||
                    (given.level < 0 && family.level < 0) ||
                    (lacks_a != lacks_b && (given.level < 0 ? family.level > 1 : given.level > 1));
  if (!poor) return;
  // Crosswise, when that explains more.
  const Outcome gx = has(a[g]) && has(b[f]) ? compare_name(*a[g], *b[f]) : Outcome{};
  const Outcome fx = has(a[f]) && has(b[g]) ? compare_name(*a[f], *b[g]) : Outcome{};
  const auto cost = [](const Outcome& o) { return o.level < 0 ? 3 : static_cast<int>(o.level); };
  const bool agrees = (gx.level >= 0 && gx.level <= 2) || (fx.level >= 0 && fx.level <= 2);
  const bool clash = gx.level >= name_near || fx.level >= name_near;
  if (agrees && !clash && cost(gx) + cost(fx) + 2 < cost(given) + cost(family)) {
    // Seen from either side the same: what counts as the given name is the likelier of both.
    const bool both = gx.level >= 0 && fx.level >= 0;
    if (both) {
      given = better(gx, fx) ? gx : fx;
      family = better(gx, fx) ? fx : gx;
    } else {
      given = {};
      family = gx.level >= 0 ? gx : fx;
    }
    order = at(1);
    return;
  }
  // Everything written in one field.
  if (lacks_a == lacks_b) return;
  const Row one = lacks_a ? a : b, full = lacks_a ? b : a;
  const Value* all = has(one[g]) ? one[g] : one[f];
  if (!has(all) || all->tokens.size() < 2) return;
  const Outcome in_given = level_in(full[g]->tokens, *all), in_family = level_in(full[f]->tokens, *all);
  if (in_given.level == name_different || in_family.level == name_different) return;
  if (std::max(in_given.level, in_family.level) == name_near &&
      in_given.level + in_family.level > name_near + 2)
    return;
  given = in_given;
  family = in_family;
  order = at(1);
}

}  // namespace atlas::matching
