// How good a listing is: a list of things that readers look for, each with its weight.

#include <algorithm>

#include "atlas/text.hpp"
#include "listing_law.hpp"
#include "listing_rules.hpp"

namespace atlas::listings {
namespace {

struct Seen {
  const Listing& l;
  std::int64_t images;
  bool sale() const { return l.transaction_type_code == "TX_SALE"; }
  bool flat() const {
    return l.property_type_code == "PROP_APARTMENT" || l.property_type_code == "PROP_STUDIO";
  }
  bool dwelling() const { return is_dwelling(l.property_type_code); }
  bool in(std::string_view country) const { return l.country_code == country; }
  std::size_t description() const { return l.description ? code_points(*l.description) : 0; }
};

bool always(const Seen&) { return true; }

struct Factor {
  std::string_view code;
  int weight;
  bool (*applies)(const Seen&);
  bool (*has)(const Seen&);
};

// A factor that does not apply to a listing gives its weight to the others.
constexpr Factor factors[] = {
    {"title_long", 5, always, [](const Seen& s) { return code_points(s.l.title) >= 30; }},
    {"description", 10, always, [](const Seen& s) { return s.description() >= 30; }},
    {"description_long", 10, always, [](const Seen& s) { return s.description() >= 300; }},
    {"price", 10, always, [](const Seen& s) { return s.l.price && s.l.price->amount > 0; }},
    {"surface", 10, always, [](const Seen& s) { return s.l.surface_m2.has_value(); }},
    {"city", 5, always, [](const Seen& s) { return s.l.city.has_value(); }},
    {"zone", 5, always, [](const Seen& s) { return s.l.zone.has_value(); }},
    {"position", 5, always, [](const Seen& s) { return s.l.lat && s.l.lng; }},
    {"photos", 10, always, [](const Seen& s) { return s.images >= 3; }},
    {"photos_many", 10, always, [](const Seen& s) { return s.images >= 8; }},
    {"amenities", 4, always, [](const Seen& s) { return s.l.amenities.size() >= 3; }},
    {"mandate", 2, always, [](const Seen& s) { return s.l.mandate_number.has_value(); }},
    {"rooms", 5, [](const Seen& s) { return s.dwelling(); },
     [](const Seen& s) { return s.l.rooms.has_value(); }},
    {"bedrooms", 3, [](const Seen& s) { return s.dwelling() && s.l.property_type_code != "PROP_STUDIO"; },
     [](const Seen& s) { return s.l.bedrooms.has_value(); }},
    {"bathrooms", 2, [](const Seen& s) { return s.dwelling(); },
     [](const Seen& s) { return s.l.bathrooms.has_value(); }},
    {"floor", 2, [](const Seen& s) { return s.flat(); }, [](const Seen& s) { return s.l.floor.has_value(); }},
    {"built_year", 2, [](const Seen& s) { return s.dwelling(); },
     [](const Seen& s) { return s.l.built_year.has_value(); }},
    {"energy", 5, [](const Seen& s) { return shows_energy(s.l); },
     [](const Seen& s) { return s.l.energy && (s.l.energy->energy_class || s.l.energy->exemption_code); }},
    {"fees", 3, [](const Seen& s) { return s.in("FR"); },
     [](const Seen& s) { return s.l.fees && s.l.fees->payer_code; }},
    {"surface_carrez", 2,
     [](const Seen& s) {
       return s.in("FR") && s.sale() && s.l.coownership && s.l.coownership->applies.value_or(false);
     },
     [](const Seen& s) { return s.l.surface_carrez.has_value(); }},
    {"surface_habitable", 2, [](const Seen& s) { return s.in("FR") && !s.sale() && s.dwelling(); },
     [](const Seen& s) { return s.l.surface_habitable.has_value(); }},
    {"land_title", 4, [](const Seen& s) { return s.in("MA") && s.sale(); },
     [](const Seen& s) { return s.l.land_title_code.has_value(); }},
    {"charges", 2, [](const Seen& s) { return !s.sale(); },
     [](const Seen& s) { return s.l.terms && (s.l.terms->charges || s.l.terms->charges_included); }},
    {"deposit", 2, [](const Seen& s) { return !s.sale(); },
     [](const Seen& s) { return s.l.terms && s.l.terms->deposit; }},
};

}  // namespace

Quality quality_of(const Listing& listing, std::int64_t images) {
  const Seen seen{listing, images};
  int possible = 0;
  for (const Factor& f : factors)
    if (f.applies(seen)) possible += f.weight;
  Quality out;
  // Rounding the running sum, not each weight, keeps the total at 100.
  int sum = 0;
  std::int64_t given = 0;
  for (const Factor& f : factors) {
    if (!f.applies(seen)) continue;
    sum += f.weight;
    const std::int64_t upto = (sum * 200 + possible) / (2 * possible);
    const std::int64_t points = upto - given;
    given = upto;
    if (f.has(seen))
      out.score += points;
    else
      out.gaps.push_back({std::string(f.code), points});
  }
  std::stable_sort(out.gaps.begin(), out.gaps.end(),
                   [](const QualityGap& a, const QualityGap& b) { return a.points > b.points; });
  return out;
}

}  // namespace atlas::listings
