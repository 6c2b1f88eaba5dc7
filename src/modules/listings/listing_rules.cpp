#include "listing_rules.hpp"

#include <algorithm>
#include <array>

#include "atlas/text.hpp"
#include "listing_law.hpp"

namespace atlas::listings {
namespace {

constexpr std::size_t max_amenities = 100;
constexpr std::size_t max_slug = 80;
constexpr std::size_t min_title = 10, min_description = 30;

/// The beginning of `text`, at most `max` bytes, in whole code points.
std::string_view head_of(std::string_view text, std::size_t max) {
  if (text.size() <= max) return text;
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xc0) == 0x80) --max;
  return text.substr(0, max);
}

void check_costs(const ListingEnergy& energy, std::vector<FieldError>& out) {
  if (!energy.annual_cost_min || !energy.annual_cost_max) return;
  if (energy.annual_cost_min->currency != energy.annual_cost_max->currency ||
      energy.annual_cost_min->amount > energy.annual_cost_max->amount) {
    want(out, "/energy/annual_cost_max", field_code::out_of_range,
         "at least annual_cost_min, in its currency");
  }
}

}  // namespace

void want(std::vector<FieldError>& out, std::string path, std::string_view code, std::string message) {
  out.push_back({std::move(path), std::string(code), std::move(message)});
}

bool is_dwelling(std::string_view type) {
  static constexpr std::array<std::string_view, 5> dwellings{"PROP_APARTMENT", "PROP_STUDIO", "PROP_HOUSE",
                                                             "PROP_VILLA", "PROP_RIAD"};
  return std::find(dwellings.begin(), dwellings.end(), type) != dwellings.end();
}

void check_whole(const Listing& l, std::vector<FieldError>& out) {
  if (l.lat.has_value() != l.lng.has_value()) {
    want(out, l.lat ? "/lng" : "/lat", field_code::required, "latitude and longitude, or none");
  }
  if (l.amenities.size() > max_amenities)
    want(out, "/amenities", field_code::too_long, "at most 100 elements");
  if (l.energy) check_costs(*l.energy, out);
  if (l.fees && l.fees->amount && l.price && l.fees->amount->currency != l.price->currency)
    want(out, "/fees/amount/currency", field_code::not_money, "the currency of the price");
}

std::vector<FieldError> missing_to_publish(const Listing& l, const PublishView& view) {
  std::vector<FieldError> out;
  if (code_points(l.title) < min_title)
    want(out, "/title", field_code::too_short, "at least 10 characters to be published");
  if (!l.description)
    want(out, "/description", field_code::required, "needed to be published");
  else if (code_points(*l.description) < min_description)
    want(out, "/description", field_code::too_short, "at least 30 characters to be published");
  if (!l.price)
    want(out, "/price", field_code::required, "needed to be published");
  else if (l.price->amount <= 0)
    want(out, "/price", field_code::out_of_range, "more than nothing to be published");
  if (!l.surface_m2) want(out, "/surface_m2", field_code::required, "needed to be published");
  if (!l.city) want(out, "/city", field_code::required, "needed to be published");
  if (!l.zone) want(out, "/zone", field_code::required, "needed to be published");
  if (view.images < view.min_photos) {
    want(out, "/media", view.images == 0 ? field_code::required : field_code::too_short,
         "at least " + std::to_string(view.min_photos) + " images; there are " + std::to_string(view.images));
  }
  missing_by_law(l, view.today, out);
  return out;
}

std::string slug_of(std::string_view title, std::string_view city) {
  std::vector<std::string> parts = words(title);
  for (std::string& word : words(city))
    if (std::find(parts.begin(), parts.end(), word) == parts.end()) parts.push_back(std::move(word));
  std::string slug;
  for (const std::string& part : parts) {
    if (slug.empty()) {
      slug = head_of(part, max_slug);
      continue;
    }
    if (slug.size() + 1 + part.size() > max_slug) break;
    slug += '-';
    slug += part;
  }
  return slug.empty() ? "listing" : slug;
}

}  // namespace atlas::listings
