#pragma once
// The tables: names, towns, and the sentences that people write. Facts of common knowledge, written by hand.

#include <cstdint>
#include <span>
#include <string_view>

#include "atlas/sample.hpp"

namespace atlas::sample {

using Words = std::span<const std::string_view>;

/// Entries "Mohamed|Mohammed|Med|محمد": the usual spelling, then others; an Arabic one stands last.
Words women(Country country);
Words men(Country country);
Words families(Country country);

/// A town. Prices are whole units of the currency a square metre of a flat for sale.
struct Town {
  std::string_view name;  ///< with other spellings
  std::string_view arabic;
  std::string_view post_code;
  std::uint16_t weight;
  std::uint32_t price_m2;
  std::string_view zones;  ///< "Maârif|Gauthier|…"
};
std::span<const Town> towns(Country country);
/// Without the house's number.
Words streets(Country country);

/// A kind of property and its names.
struct PropertyKind {
  std::string_view code;
  std::string_view french, arabic, english;
  std::uint16_t weight_ma, weight_fr;
  std::uint16_t surface_low, surface_high;
  std::uint16_t price_percent;  ///< of a flat's price a square metre
  bool dwelling;                ///< has rooms, bathrooms, an energy class
};
std::span<const PropertyKind> property_kinds();

/// Sentences with slots: {type} {deal} {zone} {city} {surface} {rooms} {floor}. `language` is fr, ar or en.
Words title_forms(std::string_view language);
Words opening_sentences(std::string_view language);
Words other_sentences(std::string_view language);
/// Too short to be published.
Words short_descriptions();

/// What people write about a listing, and without one. `dar` is Moroccan Arabic in Latin letters.
Words lead_messages(std::string_view language);
/// What an agent notes when a dossier has come to `state`, and tasks as "CATEGORY|title".
Words agent_notes(std::string_view state);
Words agent_tasks(std::string_view state);

/// Portals of a country, and the form of their references ("#" = a digit).
struct Portal {
  std::string_view name;
  std::string_view reference;
  std::uint16_t weight;
};
std::span<const Portal> portals(Country country);

/// Where a lead came from: the code, its weight, and how files write it.
struct Source {
  std::string_view code;
  std::string_view written;
  std::uint16_t weight_ma, weight_fr;
};
std::span<const Source> sources();

/// Mailbox providers of a country.
Words mail_domains(Country country);

/// One entry by weight.
template <class T, class Weight>
const T& weighted_pick(std::span<const T> from, std::uint32_t roll, Weight weight) {
  std::uint32_t total = 0;
  for (const T& one : from) total += weight(one);
  roll %= total;
  for (const T& one : from) {
    if (roll < weight(one)) return one;
    roll -= weight(one);
  }
  return from[0];
}

}  // namespace atlas::sample
