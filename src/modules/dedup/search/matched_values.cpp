#include "matched_values.hpp"

#include <algorithm>

#include "atlas/dossiers.hpp"
#include "atlas/listings.hpp"
#include "atlas/parties.hpp"
#include "atlas/phone.hpp"
#include "atlas/text.hpp"

namespace atlas::duplicates {
namespace {

constexpr std::size_t most_keys = 4;
// Numbers of the rules that made the keys; those of exact keys are other rooms'.
constexpr std::array<std::int64_t, 3> key_rules{51, 52, 53};

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& one : all) {
    if (!out.empty()) out += matching::value_separator;
    out += one;
  }
  return out;
}

std::string text_of(const std::optional<std::int64_t>& n) { return n ? std::to_string(*n) : ""; }
std::string text_of(const std::optional<Decimal>& d, int scale) { return d ? format_decimal(*d, scale) : ""; }

bool is_exact(const std::string& phone) { return phone.starts_with('+'); }

}  // namespace

std::size_t number_of(std::string_view kind) {
  const auto it = std::find(kinds.begin(), kinds.end(), kind);
  if (it == kinds.end()) throw Error(ErrorCode::internal, "no such kind of duplicates").with("kind", kind);
  return static_cast<std::size_t>(it - kinds.begin());
}

matching::Model built_in_model(std::size_t kind) {
  if (kind == dossier_kind) return matching::Model::for_dossiers();
  if (kind == party_kind) return matching::Model::for_parties();
  return matching::Model::for_listings();
}

matching::Record values_of(std::size_t kind, const void* record) {
  if (kind == dossier_kind) {
    const auto& d = *static_cast<const Dossier*>(record);
    return {{d.contact_name, d.phone ? *d.phone : d.phone_raw.value_or(""), d.email.value_or(""),
             d.city.value_or("")}};
  }
  if (kind == party_kind) {
    const auto& p = *static_cast<const Party*>(record);
    return {{p.given_name.value_or(""), p.family_name.value_or(""), p.organisation_name.value_or(""),
             joined(p.phones), joined(p.emails), p.address.value_or(""),
             p.birth_date ? format_date(*p.birth_date) : "", p.national_id.value_or("")}};
  }
  const auto& l = *static_cast<const Listing*>(record);
  return {{l.title, l.description.value_or(""), l.price ? std::to_string(l.price->amount) : "",
           text_of(l.surface_m2, 2), text_of(l.rooms), text_of(l.floor), l.city.value_or(""),
           l.zone.value_or(""), l.address_text.value_or(""), text_of(l.lat, 7), text_of(l.lng, 7),
           l.contact_phone ? *l.contact_phone : l.contact_phone_raw.value_or(""), l.property_type_code,
           l.transaction_type_code, text_of(l.bedrooms), text_of(l.bathrooms)}};
}

std::optional<std::size_t> guessed_phone_of(std::size_t kind, const void* record) {
  // A listing lies in a country, and of a party's numbers it is not kept who told theirs.
  if (kind != dossier_kind) return std::nullopt;
  constexpr std::size_t phone = 1;
  const auto& d = *static_cast<const Dossier*>(record);
  const bool guessed = d.phone && d.phone_region_source &&
                       *d.phone_region_source == to_string(PhoneRegionSource::organisation);
  return guessed ? std::optional(phone) : std::nullopt;
}

std::string_view gate_of(std::size_t kind, const void* record) {
  return kind == dossier_kind ? std::string_view(static_cast<const Dossier*>(record)->case_type_code) : "";
}

std::string compared_text(std::size_t kind, const void* record) {
  std::string out(gate_of(kind, record));
  for (const std::string& value : values_of(kind, record).values) {
    out += '\x1e';
    if (!value.empty()) out += fold_key(value);
  }
  return out;
}

void append_keys(std::size_t kind, const matching::Model& built_in, const void* record,
                 std::vector<MatchKey>& out) {
  if (static_cast<const Entity*>(record)->archived_at || out.size() >= most_keys) return;
  matching::Record values = values_of(kind, record);
  // A number that could be read has its exact key already. A town alone makes none.
  if (kind == dossier_kind) {
    if (is_exact(values.values[1])) values.values[1].clear();
    values.values[3].clear();
  }
  if (kind == party_kind) {
    const auto& phones = static_cast<const Party*>(record)->phones;
    if (std::any_of(phones.begin(), phones.end(), is_exact)) values.values[3].clear();
  }
  for (const std::uint64_t key : matching::keys_of(values, built_in)) {
    if (out.size() == most_keys) return;
    out.push_back({key_rules[kind], static_cast<std::int64_t>(key)});
  }
}

}  // namespace atlas::duplicates
