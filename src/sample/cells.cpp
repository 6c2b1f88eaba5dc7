// Records as rows of a file.

#include "atlas/sample.hpp"
#include "writing.hpp"

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

/// "1 240 €"
std::string euros(const Money& money) { return grouped_digits(money.amount / 100, " ") + " €"; }

/// "entre 1 150 € et 1 550 € par an (prix 2022)"
std::string energy_text(const Listing& l) {
  if (!l.energy_cost_min || !l.energy_cost_max || !l.energy_prices_year) return "";
  return "entre " + euros(*l.energy_cost_min) + " et " + euros(*l.energy_cost_max) + " par an (prix " +
         std::to_string(*l.energy_prices_year) + ")";
}

/// "4,5 % TTC à la charge de l'acquéreur"
std::string fees_text(const Listing& l) {
  if (l.fees_payer == "SELLER") return "à la charge du vendeur";
  if (l.fees_payer == "LANDLORD") return "à la charge du bailleur";
  if (l.fees_payer == "TENANT" && l.fees) return euros(*l.fees) + " TTC à la charge du locataire";
  if (l.fees_payer != "BUYER") return "";
  const std::string payer = "à la charge de l'acquéreur";
  if (!l.price || !l.fees) return payer;
  const std::int64_t tenths = l.fees->amount * 1000 / (l.price->amount - l.fees->amount);
  return std::to_string(tenths / 10) + "," + std::to_string(tenths % 10) + " % TTC " + payer;
}

/// "48 lots, 1 240 € de charges par an, pas de procédure"
std::string coownership_text(const Listing& l) {
  if (!l.lots || !l.annual_charges) return "";
  return std::to_string(*l.lots) + " lots, " + euros(*l.annual_charges) +
         " de charges par an, pas de procédure";
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
          "réf. propriétaire",
          "téléphone",
          "mandat",
          "classe énergie",
          "classe climat",
          "date du DPE",
          "dépenses énergie",
          "honoraires",
          "copropriété",
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
          energy_text(l),
          fees_text(l),
          coownership_text(l),
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
