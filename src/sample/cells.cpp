// Records as rows of a file.

#include "atlas/sample.hpp"

namespace atlas::sample {
namespace {

std::string count(const std::optional<std::int64_t>& n) { return n ? std::to_string(*n) : std::string(); }

/// "RDC", "1er", "4e".
std::string floor_text(const std::optional<std::int64_t>& floor) {
  if (!floor) return "";
  if (*floor == 0) return "RDC";
  return std::to_string(*floor) + (*floor == 1 ? "er" : "e");
}

/// What the French portals call a kind of property.
std::string_view type_text(std::string_view code) {
  struct Name {
    std::string_view code, text;
  };
  static constexpr Name names[] = {{"PROP_APARTMENT", "Appartement"},
                                   {"PROP_VILLA", "Villa"},
                                   {"PROP_HOUSE", "Maison"},
                                   {"PROP_STUDIO", "Studio"},
                                   {"PROP_RIAD", "Riad"},
                                   {"PROP_LAND", "Terrain"},
                                   {"PROP_OFFICE", "Bureau"},
                                   {"PROP_SHOP", "Local commercial"}};
  for (const Name& name : names)
    if (name.code == code) return name.text;
  return code;
}

std::string_view payer_text(std::string_view code) {
  return code == "BUYER"    ? "acquéreur"
         : code == "SELLER" ? "vendeur"
         : code == "TENANT" ? "locataire"
         : code.empty()     ? ""
                            : "bailleur";
}

/// "1200 €"
std::string euros(const std::optional<Money>& money) {
  return money ? std::to_string(money->amount / 100) + " €" : std::string();
}

std::string joined(const std::vector<Photo>& photos, std::string Photo::*part) {
  std::string out;
  for (const Photo& photo : photos) out.append(out.empty() ? "" : " ").append(photo.*part);
  return out;
}

/// "16/12/2024"
std::string french_date(Date date) {
  const std::string iso = format_date(date);
  return iso.substr(8, 2) + "/" + iso.substr(5, 2) + "/" + iso.substr(0, 4);
}

}  // namespace

std::vector<std::string> owner_columns() {
  return {"référence", "prénom", "nom", "société", "téléphone", "e-mail", "adresse", "ville", "pays", "rôle"};
}

std::vector<std::string> owner_cells(const Owner& o) {
  return {o.id,
          o.given_name.value_or(""),
          o.family_name.value_or(""),
          o.company.value_or(""),
          o.phone,
          o.email,
          o.street,
          o.city,
          std::string(to_string(o.country)),
          "Propriétaire"};
}

std::vector<std::string> listing_columns() {
  return {"référence",
          "portail",
          "réf. portail",
          "date",
          "type de bien",
          "transaction",
          "titre",
          "description",
          "prix",
          "surface",
          "pièces",
          "chambres",
          "salles de bains",
          "étage",
          "ville",
          "quartier",
          "adresse",
          "pays",
          "propriétaire",
          "téléphone",
          "mandat",
          "classe énergie",
          "classe climat",
          "date du DPE",
          "dépenses énergie min",
          "dépenses énergie max",
          "année des prix",
          "honoraires",
          "honoraires à la charge de",
          "copropriété",
          "lots",
          "charges annuelles",
          "photos",
          "empreintes",
          "empreintes visuelles"};
}

std::vector<std::string> listing_cells(const Listing& l) {
  return {l.id,
          l.portal,
          l.reference,
          french_date(l.listed_on),
          std::string(type_text(l.property_type_code)),
          l.transaction_type_code == "TX_RENT" ? "Location" : "Vente",
          l.title,
          l.description,
          l.price_text,
          l.surface_m2 ? std::to_string(*l.surface_m2) + " m²" : std::string(),
          count(l.rooms),
          count(l.bedrooms),
          count(l.bathrooms),
          floor_text(l.floor),
          l.city,
          l.zone,
          l.address,
          std::string(to_string(l.country)),
          l.owner > 0 ? record_id('P', l.owner) : std::string(),
          l.contact_phone,
          l.mandate_number,
          l.energy_class,
          l.climate_class,
          l.diagnosed_on ? french_date(*l.diagnosed_on) : std::string(),
          euros(l.energy_cost_min),
          euros(l.energy_cost_max),
          count(l.energy_prices_year),
          euros(l.fees),
          std::string(payer_text(l.fees_payer)),
          l.coownership ? (*l.coownership ? "oui" : "non") : "",
          count(l.lots),
          euros(l.annual_charges),
          joined(l.photos, &Photo::file),
          joined(l.photos, &Photo::content_hash),
          joined(l.photos, &Photo::perceptual_hash)};
}

std::vector<std::string> lead_columns() {
  return {"référence", "date",  "source", "nom",     "téléphone", "e-mail",
          "pays",      "ville", "budget", "message", "annonce"};
}

std::vector<std::string> lead_cells(const Lead& l) {
  return {l.id,
          format_timestamp(l.received_at).substr(0, 19) + "Z",
          l.source,
          l.name,
          l.phone,
          l.email,
          std::string(to_string(l.country)),
          l.city,
          l.budget_text,
          l.message,
          l.listing > 0 ? record_id('A', l.listing) : std::string()};
}

}  // namespace atlas::sample
