// Listings: a dwelling, the ads for it, and the other flats of its building.

#include <algorithm>

#include "atlas/crypto.hpp"
#include "atlas/error.hpp"
#include "people.hpp"
#include "twins.hpp"
#include "writing.hpp"

namespace atlas::sample {
namespace {

constexpr std::int64_t photos_wanted = 3;

/// What stays the same whoever advertises it.
struct Dwelling {
  Country country;
  const PropertyKind* kind;
  const Town* town;
  std::string_view zone;
  bool rent;
  std::int64_t surface, rooms, bedrooms, bathrooms, floor;
  std::int64_t price;  ///< whole units
  std::string street;
  std::int64_t owner;
};

std::int64_t rounded(std::int64_t value, std::int64_t step) {
  return std::max(step, (value + step / 2) / step * step);
}

std::int64_t rounded_price(std::int64_t units, bool rent, Country country) {
  if (rent) return rounded(units, country == Country::morocco ? 100 : 10);
  return rounded(units, units > 300'000 ? 10'000 : 1'000);
}

Dwelling make_dwelling(const Plan& plan, std::int64_t owners, std::int64_t number) {
  Dice dice(plan.seed, Stream::dwelling, number);
  Dwelling d{};
  d.country = country_of(plan, number);
  const bool moroccan = d.country == Country::morocco;
  d.kind = &weighted_pick<PropertyKind>(property_kinds(), dice.below(1u << 20), [&](const PropertyKind& k) {
    return std::uint32_t{moroccan ? k.weight_ma : k.weight_fr};
  });
  d.town = &pick_town(d.country, dice);
  d.zone = any_spelling(d.town->zones, dice);
  d.rent = d.kind->code != "PROP_LAND" && dice.chance(280);
  // Two throws: most are of middling size.
  const std::int64_t range = d.kind->surface_high - d.kind->surface_low;
  d.surface = d.kind->surface_low + (dice.between(0, range) + dice.between(0, range)) / 2;
  d.rooms = d.kind->code == "PROP_STUDIO"
                ? 1
                : std::clamp<std::int64_t>(d.surface / 27 + dice.between(0, 1), 2, 12);
  d.bedrooms = d.rooms - 1;
  d.bathrooms = std::clamp<std::int64_t>(d.rooms / 3 + dice.between(0, 1), 1, 5);
  d.floor = d.kind->code == "PROP_APARTMENT" || d.kind->code == "PROP_STUDIO" ? dice.between(0, 8) : 0;
  const std::int64_t sale =
      d.surface * d.town->price_m2 / 100 * d.kind->price_percent * dice.between(75, 130) / 100;
  d.price = rounded_price(d.rent ? sale / 220 : sale, d.rent, d.country);
  d.street = make_street(d.country, dice);
  d.owner = owners > 0 ? 1 + static_cast<std::int64_t>(dice.next() % static_cast<std::uint64_t>(owners)) : 0;
  return d;
}

/// The ad's words: the same numbers give the same text, so that a neighbour may copy them.
struct Ad {
  std::string language, title, description;
};

std::string pick_language(Country country, Dice& dice) {
  if (country == Country::france) return dice.chance(50) ? "en" : "fr";
  static constexpr std::string_view languages[] = {"fr", "ar", "en"};
  return std::string(languages[dice.weighted({770, 160, 70})]);
}

Slots slots_of(const Dwelling& d, std::string_view language) {
  Slots slots;
  const bool arabic = language == "ar", english = language == "en";
  slots.set("type", std::string(arabic ? d.kind->arabic : english ? d.kind->english : d.kind->french));
  slots.set("deal", arabic    ? (d.rent ? "للكراء" : "للبيع")
                    : english ? (d.rent ? "for rent" : "for sale")
                              : (d.rent ? "à louer" : "à vendre"));
  slots.set("city", std::string(arabic ? d.town->arabic : spelling(d.town->name, 0)));
  slots.set("zone", std::string(d.zone));
  slots.set("surface", std::to_string(d.surface));
  slots.set("rooms", std::to_string(d.rooms));
  return slots;
}

Ad write_ad(const Dwelling& d, Dice& dice) {
  Ad ad;
  ad.language = pick_language(d.country, dice);
  const Slots slots = slots_of(d, ad.language);
  ad.title = slots.fill(dice.pick(title_forms(ad.language)));
  ad.description = slots.fill(dice.pick(opening_sentences(ad.language)));
  // Mostly a few sentences; one ad in a hundred goes on and on.
  const std::int64_t sentences = dice.chance(10) ? dice.between(25, 60) : dice.between(1, 9);
  const Words pool = other_sentences(ad.language);
  std::size_t at = dice.below(static_cast<std::uint32_t>(pool.size()));
  for (std::int64_t i = 0; i < sentences; ++i) {
    ad.description.append(dice.chance(120) ? "\n" : " ").append(pool[at]);
    at = (at + 1 + dice.below(3)) % pool.size();
  }
  return ad;
}

constexpr std::size_t letters_at_most = 5'000;

std::string capped(std::string text) {
  const std::vector<std::string_view> all = letters(text);
  if (all.size() <= letters_at_most) return text;
  return text.substr(0, static_cast<std::size_t>(all[letters_at_most].data() - text.data()));
}

std::string portal_reference(std::string_view form, Dice& dice) {
  std::string out;
  for (const char c : form) out.push_back(c == '#' ? static_cast<char>('0' + dice.below(10)) : c);
  return out;
}

std::string hex_digits(std::uint64_t value) {
  std::string bytes;
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift & 0xFF));
  return hex(bytes);
}

/// Pictures of a dwelling. An ad takes some of them; a portal that saves them anew changes the bytes, and a
/// few bits of what they look like.
void take_photos(Listing& listing, const Plan& plan, std::int64_t dwelling, Dice& dice) {
  const std::int64_t count = dice.between(photos_wanted, 9);
  const std::int64_t first = dice.between(0, 2);
  const bool saved_anew = listing.twin == Twin::repost && dice.chance(500);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t shown = first + i;
    std::string what =
        "photo " + std::to_string(plan.seed) + " " + std::to_string(dwelling) + " " + std::to_string(shown);
    std::uint64_t looks = Dice(plan.seed, Stream::photo, dwelling * 16 + shown).next();
    if (saved_anew) {
      what += " for " + listing.portal + " " + std::to_string(listing.number);
      for (std::int64_t flips = dice.between(0, 4); flips > 0; --flips)
        looks ^= std::uint64_t{1} << dice.below(64);
    }
    Photo photo;
    photo.file = listing.id + "-" + std::to_string(i + 1) + ".jpg";
    photo.content_hash = hex(as_view(sha256(what)));
    photo.perceptual_hash = hex_digits(looks);
    listing.photos.push_back(std::move(photo));
  }
}

/// One ad in eight lacks something that publishing asks for.
void leave_out(Listing& listing, Dice& dice) {
  if (!dice.chance(125)) return;
  const bool french = listing.country == Country::france;
  switch (dice.below(french ? 7 : 5)) {
    case 0:
      listing.description = dice.pick(short_descriptions());
      listing.missing = {"description"};
      break;
    case 1:
      listing.price.reset();
      listing.price_text = dice.chance(500) ? "Prix non spécifié" : "Prix sur demande";
      listing.missing = {"price"};
      break;
    case 2:
      listing.photos.resize(dice.below(static_cast<std::uint32_t>(photos_wanted)));
      listing.missing = {"photos"};
      break;
    case 3:
      listing.zone.clear();
      listing.missing = {"zone"};
      break;
    case 4:
      listing.surface_m2.reset();
      listing.missing = {"surface_m2"};
      break;
    case 5:
      if (listing.energy_class.empty()) break;
      listing.energy_class.clear();
      listing.climate_class.clear();
      listing.diagnosed_on.reset();
      listing.energy_cost_min.reset();
      listing.energy_cost_max.reset();
      listing.energy_prices_year.reset();
      listing.missing = {"energy"};
      break;
    default:
      listing.fees_payer.clear();
      listing.fees.reset();
      listing.missing = {"fees"};
      break;
  }
}

/// What the law of France wants of an advertisement: energy, fees, co-ownership.
void add_law(Listing& listing, const Dwelling& d, Dice& dice) {
  if (d.country != Country::france) return;
  const auto euros = [](std::int64_t units) { return Money{units * 100, *parse_currency("EUR")}; };
  listing.mandate_number = std::to_string(dice.between(1000, 9999));
  listing.fees_payer =
      d.rent ? (dice.chance(700) ? "TENANT" : "LANDLORD") : (dice.chance(600) ? "BUYER" : "SELLER");
  if (listing.fees_payer == "TENANT") listing.fees = euros(d.surface * dice.between(8, 13));
  if (listing.fees_payer == "BUYER")
    listing.fees = euros(rounded(d.price * dice.between(30, 60) / 1000, 100));
  if (!d.rent && (d.kind->code == "PROP_APARTMENT" || d.kind->code == "PROP_STUDIO")) {
    listing.coownership = true;
    listing.lots = dice.between(6, 180);
    listing.annual_charges = euros(d.surface * dice.between(12, 38));
  }
  if (d.kind->code == "PROP_LAND") return;
  static constexpr char classes[] = "ABCDEFG";
  const std::size_t energy = dice.weighted({20, 40, 230, 340, 220, 100, 50});
  // The class of an ad is the worse of the two, so that the climate's is never behind it.
  const std::size_t climate = std::min(energy, dice.weighted({60, 120, 260, 300, 180, 60, 20}));
  listing.energy_class = classes[energy];
  listing.climate_class = classes[climate];
  listing.diagnosed_on = Date{listing.listed_on.days - static_cast<std::int32_t>(dice.between(10, 700))};
  if (!d.kind->dwelling) return;
  const std::int64_t low = d.surface * static_cast<std::int64_t>(4 + 4 * energy);
  listing.energy_cost_min = euros(rounded(low, 10));
  listing.energy_cost_max = euros(rounded(low * 135 / 100, 10));
  listing.energy_prices_year = 2021 + dice.between(0, 2);
}

/// 0: it is a dwelling of its own.
std::int64_t like_of(const Plan& plan, std::int64_t number) {
  if (kind_of(plan.seed, Stream::listing_kind, listing_shares, number) == Kind::own) return 0;
  return leant_on(plan.seed, Stream::listing_kind, listing_shares, number, [](std::int64_t) { return true; });
}

}  // namespace

Country listing_country(const Plan& plan, std::int64_t number) {
  const std::int64_t like = like_of(plan, number);
  return country_of(plan, like > 0 ? like : number);
}

Listing Agency::listing(std::int64_t number) const {
  if (number < 1 || number > plan_.listings) {
    throw Error(ErrorCode::invalid_argument, "the plan has no such listing")
        .field("/number", field_code::out_of_range, "");
  }
  const Kind kind = kind_of(plan_.seed, Stream::listing_kind, listing_shares, number);
  Listing listing;
  listing.number = number;
  listing.id = record_id('A', number);
  listing.like = like_of(plan_, number);
  if (listing.like > 0) listing.twin = kind == Kind::again ? Twin::repost : Twin::same_building;
  const std::int64_t dwelling = listing.twin == Twin::repost ? listing.like : number;
  Dwelling d = make_dwelling(plan_, owners(), listing.like > 0 ? listing.like : number);
  Dice dice(plan_.seed, Stream::ad, number);

  if (listing.twin == Twin::same_building) {
    d.floor += dice.between(1, 3);
    if (dice.chance(500)) d.surface += dice.between(3, 9);
    d.price = rounded_price(d.price * dice.between(102, 109) / 100, d.rent, d.country);
  } else if (listing.twin == Twin::repost) {
    std::int64_t moved = dice.between(-6, 3);
    if (moved >= 0) ++moved;
    d.price = rounded_price(d.price * (100 + moved) / 100, d.rent, d.country);
    d.surface += dice.between(-1, 1) * (d.surface > 60 ? 2 : 0);
  }
  // The flats of one building are described by the same hand.
  Dice words(plan_.seed, Stream::ad, listing.twin == Twin::same_building ? listing.like : number);
  words.next();
  Ad ad = write_ad(d, words);

  listing.country = d.country;
  listing.language = ad.language;
  listing.title = std::move(ad.title);
  listing.description = capped(std::move(ad.description));
  const std::span<const Portal> all = portals(d.country);
  const auto weight = [](const Portal& p) { return std::uint32_t{p.weight}; };
  const Portal* portal =
      &weighted_pick<Portal>(all, Dice(plan_.seed, Stream::ad, dwelling).below(1u << 20), weight);
  if (listing.twin == Twin::repost) {
    // Another one than the first.
    portal = &all[(static_cast<std::size_t>(portal - all.data()) + 1 +
                   dice.below(static_cast<std::uint32_t>(all.size() - 1))) %
                  all.size()];
  }
  listing.portal = portal->name;
  listing.reference = portal_reference(portal->reference, dice);
  listing.listed_on =
      Date{make_date(2024, 1, 8).days + static_cast<std::int32_t>(1020 * (number - 1) / plan_.listings)};
  listing.transaction_type_code = d.rent ? "TX_RENT" : "TX_SALE";
  listing.property_type_code = d.kind->code;
  listing.price = Money{d.price * 100, *parse_currency(d.country == Country::morocco ? "MAD" : "EUR")};
  listing.price_text = write_price(d.price, d.country, dice);
  listing.surface_m2 = d.surface;
  if (d.kind->dwelling) {
    listing.rooms = d.rooms;
    listing.bedrooms = d.bedrooms;
    if (dice.chance(850)) listing.bathrooms = d.bathrooms;
  }
  if (d.kind->code == "PROP_APARTMENT" || d.kind->code == "PROP_STUDIO") listing.floor = d.floor;
  listing.city = any_spelling(d.town->name, dice);
  listing.zone = d.zone;
  if (dice.chance(600)) listing.address = d.street;
  listing.owner = d.owner;
  take_photos(listing, plan_, dwelling, dice);
  add_law(listing, d, dice);
  listing.contact_phone = write_phone(owner_phone(plan_, country_of(plan_, -d.owner), d.owner),
                                      country_of(plan_, -d.owner) != d.country, dice);
  leave_out(listing, dice);
  return listing;
}

}  // namespace atlas::sample
