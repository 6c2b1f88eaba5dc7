// How records with these fields are compared.

#include <utility>
#include <vector>

#include "pipeline.hpp"

namespace atlas::matching {

std::vector<Comparison> comparisons_of(std::span<const Field> fields) {
  std::vector<Comparison> out;
  const auto all = [&](FieldKind kind) {
    std::vector<std::uint8_t> found;
    for (std::size_t f = 0; f < fields.size(); ++f)
      if (fields[f].kind == kind) found.push_back(static_cast<std::uint8_t>(f));
    return found;
  };
  const auto add = [&](Comparator comparator, std::vector<std::uint8_t> from) {
    if (from.empty() || out.size() == max_comparisons) return;
    Comparison comparison;
    comparison.comparator = comparator;
    comparison.fields = std::move(from);
    comparison.set_default_shares();
    out.push_back(std::move(comparison));
  };
  const auto each = [&](FieldKind kind, Comparator comparator, std::size_t most) {
    for (const std::uint8_t f : all(kind))
      if (most-- > 0) add(comparator, {f});
  };
  const auto given = all(FieldKind::given_name), family = all(FieldKind::family_name);
  if (!given.empty() && !family.empty()) {
    add(Comparator::given_name, {given[0]});
    add(Comparator::family_name, {family[0]});
    add(Comparator::order, {given[0], family[0]});
    for (std::size_t i = 1; i < given.size() && i < 2; ++i) add(Comparator::category, {given[i]});
  } else if (!given.empty() || !family.empty()) {
    add(Comparator::full_name, {given.empty() ? family[0] : given[0]});
  }
  each(FieldKind::full_name, Comparator::full_name, 1);
  // Of a place for sale or to let, a title is a short description by a template: no name.
  const auto any = [&](FieldKind kind) { return !all(kind).empty(); };
  const bool offer = any(FieldKind::money) && any(FieldKind::number) &&
                     (any(FieldKind::city) || any(FieldKind::street) || any(FieldKind::postcode) ||
                      any(FieldKind::latitude));
  each(FieldKind::title, offer ? Comparator::text : Comparator::title, 3);
  add(Comparator::email, all(FieldKind::email));
  add(Comparator::phone, all(FieldKind::phone));
  each(FieldKind::date, Comparator::date, 3);
  const auto streets = all(FieldKind::street), houses = all(FieldKind::house_number);
  if (!streets.empty()) {
    std::vector<std::uint8_t> first;
    if (!houses.empty()) first.push_back(houses[0]);
    first.push_back(streets[0]);
    add(Comparator::street, first);
    for (std::size_t i = 1; i < streets.size() && i < 3; ++i) add(Comparator::street, {streets[i]});
  }
  each(FieldKind::city, Comparator::city, 3);
  each(FieldKind::postcode, Comparator::postcode, 2);
  each(FieldKind::region, Comparator::region, 3);
  each(FieldKind::identifier, Comparator::identifier, 4);
  each(FieldKind::money, Comparator::money, 2);
  each(FieldKind::number, Comparator::number, 5);
  each(FieldKind::category, Comparator::category, 5);
  // What people write tells what they want, not who they are.
  const bool people = any(FieldKind::full_name) || any(FieldKind::given_name) || any(FieldKind::family_name);
  const bool reached = any(FieldKind::phone) || any(FieldKind::email);
  if (!(people && reached)) each(FieldKind::text, Comparator::text, 2);
  each(FieldKind::photos, Comparator::photos, 1);
  const auto lat = all(FieldKind::latitude), lng = all(FieldKind::longitude);
  if (!lat.empty() && !lng.empty()) add(Comparator::place, {lat[0], lng[0]});
  std::vector<std::uint8_t> texts = all(FieldKind::title);
  if (!(people && reached))
    for (const std::uint8_t f : all(FieldKind::text)) texts.push_back(f);
  add(Comparator::codes, texts);
  return out;
}

}  // namespace atlas::matching
