#include "atoms.hpp"

#include <algorithm>
#include <cmath>

#include "forms.hpp"
#include "similarity.hpp"

namespace atlas::matching {
namespace {

// Words that say most, at most `most`.
void rarest(const std::vector<Token>& tokens, std::size_t most, std::uint64_t seed, float least,
            std::vector<std::uint64_t>& out) {
  std::vector<const Token*> order;
  for (const Token& t : tokens)
    if (t.bits >= least && t.text.size() > 1) order.push_back(&t);
  std::sort(order.begin(), order.end(), [](const Token* a, const Token* b) {
    return a->bits != b->bits ? a->bits > b->bits : a->hash < b->hash;
  });
  for (std::size_t i = 0; i < order.size() && i < most; ++i) out.push_back(mix(order[i]->hash ^ seed));
}

void grams(const std::string& text, std::uint64_t seed, std::vector<std::uint64_t>& out) {
  if (text.size() < 5) return;
  constexpr std::size_t bands = 4;
  for (std::size_t band = 0; band < bands; ++band) {
    std::uint64_t a = ~std::uint64_t{0}, b = ~std::uint64_t{0};
    for (std::size_t i = 0; i + 3 <= text.size() && i < 200; ++i) {
      const std::uint64_t gram = hash_of(std::string_view(text).substr(i, 3));
      a = std::min(a, mix(gram ^ (2 * band + 11)));
      b = std::min(b, mix(gram ^ (2 * band + 12)));
    }
    out.push_back(mix(a ^ mix(b) ^ seed ^ band));
  }
}

}  // namespace

std::string_view to_string(AtomKind kind) noexcept {
  constexpr std::string_view names[] = {"name word",     "name begin",
                                        "name end",      "whole name",
                                        "email",         "begin of mailbox",
                                        "part of phone", "mailbox",
                                        "phone",         "date",
                                        "year+month",    "month+day",
                                        "year",          "house",
                                        "street word",   "city",
                                        "postcode",      "region",
                                        "identifier",    "part of identifier",
                                        "title",         "title word",
                                        "title begin",   "title grams",
                                        "text word",     "number",
                                        "category",      "place",
                                        "code"};
  return names[static_cast<std::size_t>(kind)];
}

std::vector<Atom> atoms_of(const ModelData& model) {
  std::vector<Atom> out;
  bool named = false;
  for (std::size_t c = 0; c < model.comparisons.size() && out.size() < 60; ++c) {
    const auto i = static_cast<std::uint8_t>(c);
    const auto family = static_cast<std::uint8_t>(c + 1);
    const auto add = [&](AtomKind kind, std::uint8_t f) { out.push_back({kind, i, f}); };
    switch (model.comparisons[c].comparator) {
      case Comparator::given_name:
      case Comparator::family_name:
      case Comparator::full_name:
        if (named) break;
        named = true;
        add(AtomKind::name_word, 200);
        add(AtomKind::name_begin, 201);
        add(AtomKind::name_end, 202);
        add(AtomKind::name_whole, 200);
        break;
      case Comparator::email:
        add(AtomKind::email, family);
        add(AtomKind::mailbox, family);
        add(AtomKind::mailbox_begin, family);
        break;
      case Comparator::phone:
        add(AtomKind::phone, family);
        add(AtomKind::phone_part, family);
        break;
      case Comparator::date:
        for (const AtomKind kind :
             {AtomKind::date, AtomKind::year_month, AtomKind::month_day, AtomKind::year})
          add(kind, family);
        break;
      case Comparator::street:
        add(AtomKind::house, family);
        add(AtomKind::street_word, family);
        break;
      case Comparator::city:
        add(AtomKind::city, family);
        break;
      case Comparator::postcode:
        add(AtomKind::postcode, family);
        break;
      case Comparator::region:
        add(AtomKind::region, family);
        break;
      case Comparator::identifier:
        add(AtomKind::identifier, family);
        add(AtomKind::identifier_part, family);
        break;
      case Comparator::title:
        for (const AtomKind kind : {AtomKind::title_whole, AtomKind::title_word, AtomKind::title_begin})
          add(kind, family);
        add(AtomKind::title_grams, 210);
        break;
      case Comparator::text:
        add(AtomKind::text_word, family);
        break;
      case Comparator::money:
      case Comparator::number:
        add(AtomKind::number, family);
        break;
      case Comparator::category:
        add(AtomKind::category, family);
        break;
      case Comparator::place:
        add(AtomKind::place, family);
        break;
      case Comparator::codes:
      case Comparator::photos:
        add(AtomKind::code, family);
        break;
      case Comparator::order:
        break;
    }
  }
  return out;
}

void append_atom_values(const ModelData& model, const Atom& atom, Row row, std::vector<std::uint64_t>& out) {
  const std::size_t from = out.size();
  const std::uint64_t seed = mix(static_cast<std::uint64_t>(atom.kind) << 8 | atom.family);
  const auto put = [&](std::string_view text) {
    if (!text.empty()) out.push_back(hash_of(text, seed));
  };
  const auto put_number = [&](std::int64_t n) { out.push_back(mix(static_cast<std::uint64_t>(n) ^ seed)); };
  const auto name_values = [&](auto&& visit) {
    for (std::size_t c = 0; c < model.comparisons.size(); ++c) {
      const Comparator kind = model.comparisons[c].comparator;
      if (kind != Comparator::given_name && kind != Comparator::family_name && kind != Comparator::full_name)
        continue;
      if (row[c] != nullptr && row[c]->present) visit(kind, *row[c]);
    }
  };
  const Value* value = row[atom.comparison];
  switch (atom.kind) {
    case AtomKind::name_word:
      name_values([&](Comparator kind, const Value& v) {
        if (kind != Comparator::full_name && v.tokens.size() > 1) put(v.extra);
        for (const Token& t : v.tokens)
          if (out.size() - from < max_atom_values && t.text.size() > 1) put(skeleton_of(t.text));
      });
      break;
    case AtomKind::name_begin:
      name_values([&](Comparator, const Value& v) {
        for (const Token& t : v.tokens)
          if (out.size() - from < max_atom_values) put(std::string_view(t.text).substr(0, 3));
      });
      break;
    case AtomKind::name_end:
      name_values([&](Comparator, const Value& v) {
        for (const Token& t : v.tokens)
          if (out.size() - from < max_atom_values && t.text.size() >= 4)
            put(std::string_view(t.text).substr(t.text.size() - 3));
      });
      break;
    case AtomKind::name_whole: {
      std::vector<std::string> words;
      name_values([&](Comparator kind, const Value& v) {
        if (kind != Comparator::full_name) {
          words.push_back(v.extra);
        } else {
          for (const Token& t : v.tokens) words.push_back(skeleton_of(t.text));
        }
      });
      if (words.size() < 2) break;
      std::sort(words.begin(), words.end());
      std::string all;
      for (const std::string& w : words) all += w + " ";
      put(all);
      break;
    }
    default:
      break;
  }
  if (value != nullptr && value->present) {
    const auto each = [&](auto&& visit) {
      visit(*value);
      for (const Value& other : value->more) visit(other);
    };
    switch (atom.kind) {
      case AtomKind::email:
        each([&](const Value& v) { put(v.text); });
        break;
      case AtomKind::mailbox:
        each([&](const Value& v) {
          if (v.key.size() >= 4) put(v.key);
        });
        break;
      case AtomKind::mailbox_begin:
        put(std::string_view(value->key).substr(0, 5));
        break;
      case AtomKind::phone_part:
        if (value->key.size() >= 8) {
          const std::string_view digits = std::string_view(value->key).substr(value->key.size() - 8);
          put(std::string(digits.substr(0, 4)) + "<");
          put(std::string(digits.substr(4)) + ">");
        }
        break;
      case AtomKind::phone:
        each([&](const Value& v) {
          put(v.key.size() > 8 ? std::string_view(v.key).substr(v.key.size() - 8) : std::string_view(v.key));
        });
        break;
      case AtomKind::date:
        if (value->number % 10000 != 0) {
          const std::int64_t y = value->number / 10000, m = value->number / 100 % 100,
                             d = value->number % 100;
          put_number(y * 10000 + std::min(m, d) * 100 + std::max(m, d));
        }
        break;
      case AtomKind::year_month:
        if (value->number / 100 % 100 != 0) put_number(value->number / 100);
        break;
      case AtomKind::month_day:
        if (value->number % 10000 != 0 && value->number % 10000 != 101) put_number(value->number % 10000);
        break;
      case AtomKind::year:
        put_number(value->number / 10000);
        break;
      case AtomKind::house:
        if (!value->extra.empty() && !value->tokens.empty()) {
          const auto longest = std::max_element(value->tokens.begin(), value->tokens.end(),
                                                [](const Token& a, const Token& b) {
                                                  return a.bits != b.bits ? a.bits < b.bits : a.hash < b.hash;
                                                });
          put(value->extra + "/" + std::string(std::string_view(longest->text).substr(0, 4)));
        } else {
          put(value->text);
        }
        break;
      case AtomKind::street_word:
        rarest(value->tokens, 2, seed, 2, out);
        break;
      case AtomKind::city:
      case AtomKind::region:
        put(value->key.empty() ? value->text : value->key);
        break;
      case AtomKind::postcode:
      case AtomKind::identifier:
      case AtomKind::title_whole:
      case AtomKind::number:
        put(value->text);
        break;
      case AtomKind::category:
        put(value->text);
        break;
      case AtomKind::identifier_part:
        if (value->text.size() >= 6) {
          put(value->text.substr(0, value->text.size() / 2) + "<");
          put(value->text.substr(value->text.size() / 2) + ">");
        }
        break;
      case AtomKind::title_word:
        rarest(value->tokens, 4, seed, 3, out);
        break;
      case AtomKind::title_begin:
        if (value->text.size() >= 4) put(std::string_view(value->text).substr(0, 5));
        break;
      case AtomKind::title_grams:
        grams(value->text, seed, out);
        break;
      case AtomKind::text_word:
        rarest(value->tokens, 5, seed, 4, out);
        break;
      case AtomKind::place: {
        // The cell and the nearest neighbours, so that an edge parts nobody.
        const double y = static_cast<double>(value->number) / 20000,
                     x = static_cast<double>(value->number2) / 20000;
        const auto cell = [&](double a, double b) {
          put_number(static_cast<std::int64_t>(std::floor(a)) * 10'000'019 +
                     static_cast<std::int64_t>(std::floor(b)));
        };
        cell(y, x);
        cell(y + 0.5, x);
        cell(y, x + 0.5);
        cell(y + 0.5, x + 0.5);
        break;
      }
      case AtomKind::code:
        rarest(value->tokens, 4, seed, 0, out);
        break;
      default:
        break;
    }
  }
  if (out.size() - from > max_atom_values) out.resize(from + max_atom_values);
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(from), out.end());
  out.erase(std::unique(out.begin() + static_cast<std::ptrdiff_t>(from), out.end()), out.end());
}

}  // namespace atlas::matching
