#include "listing_law.hpp"

#include <algorithm>
#include <array>

#include "listing_rules.hpp"

namespace atlas::listings {
namespace {

/// The same day ten years on; 29 February becomes 1 March.
Date ten_years_after(Date day) {
  const std::string text = format_date(day);
  const int year = std::stoi(text.substr(0, 4)) + 10;
  const auto month = static_cast<unsigned>(std::stoi(text.substr(5, 2)));
  const auto of_month = static_cast<unsigned>(std::stoi(text.substr(8, 2)));
  if (month == 2 && of_month == 29) return make_date(year, 3, 1);
  return make_date(year, month, of_month);
}

bool is_one_of(std::string_view value, std::span<const std::string_view> list) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

/// Buildings that are heated, as a rule; the others have an exemption to name.
constexpr std::array<std::string_view, 4> heated{"PROP_BUILDING", "PROP_FARM", "PROP_OFFICE", "PROP_SHOP"};
constexpr std::array<std::string_view, 2> flats{"PROP_APARTMENT", "PROP_STUDIO"};

// France. CCH L126-33, R126-21 to R126-24 (energy), L721-1 (co-ownership); loi Hoguet art. 6-1 (fees).

void french_energy(const Listing& l, Date today, std::vector<FieldError>& out) {
  const ListingEnergy e = l.energy.value_or(ListingEnergy{});
  const bool dwelling = is_dwelling(l.property_type_code);
  if (e.exemption_code) {
    if (dwelling && *e.exemption_code == "DPE_EXEMPT_SMALL_DETACHED")
      want(out, "/energy/exemption_code", field_code::out_of_range, "not for a dwelling");
    return;
  }
  if (!e.energy_class)
    want(out, "/energy/energy_class", field_code::required, "the energy class, or why there is none");
  if (!e.climate_class) want(out, "/energy/climate_class", field_code::required, "the climate class");
  if (e.energy_class && e.climate_class && *e.energy_class < *e.climate_class) {
    want(out, "/energy/energy_class", field_code::out_of_range,
         "the energy class is never better than the climate class");
  }
  if (!e.issued_on)
    want(out, "/energy/issued_on", field_code::required, "the day of the certificate");
  else if (*e.issued_on > today || !is_energy_valid(*e.issued_on, today))
    want(out, "/energy/issued_on", field_code::out_of_range, "the certificate is not valid today");
  if (!dwelling) return;
  if (!e.annual_cost_min)
    want(out, "/energy/annual_cost_min", field_code::required, "the estimated yearly cost, from");
  if (!e.annual_cost_max)
    want(out, "/energy/annual_cost_max", field_code::required, "the estimated yearly cost, to");
  if (!e.prices_year) want(out, "/energy/prices_year", field_code::required, "the year of the energy prices");
}

void french_fees(const Listing& l, std::vector<FieldError>& out) {
  const ListingFees f = l.fees.value_or(ListingFees{});
  if (!f.payer_code) {
    want(out, "/fees/payer_code", field_code::required, "who pays the fees, or NONE");
    return;
  }
  const bool sale = l.transaction_type_code == "TX_SALE";
  const bool of_a_sale = *f.payer_code == "BUYER" || *f.payer_code == "SELLER";
  if (*f.payer_code != "NONE" && of_a_sale != sale) {
    want(out, "/fees/payer_code", field_code::out_of_range,
         sale ? "BUYER, SELLER or NONE" : "TENANT, LANDLORD or NONE");
  } else if (*f.payer_code == "BUYER" && !f.amount && !f.percent) {
    want(out, "/fees/amount", field_code::required, "what the buyer pays, or the percentage");
  } else if (*f.payer_code == "TENANT" && !f.amount) {
    want(out, "/fees/amount", field_code::required, "what the tenant pays");
  }
}

void french_coownership(const Listing& l, std::vector<FieldError>& out) {
  const ListingCoownership c = l.coownership.value_or(ListingCoownership{});
  if (l.transaction_type_code != "TX_SALE") return;
  if (!c.applies) {
    if (is_one_of(l.property_type_code, flats))
      want(out, "/coownership/applies", field_code::required, "is it a lot of a co-ownership?");
    return;
  }
  if (!*c.applies) return;
  if (!c.lots) want(out, "/coownership/lots", field_code::required, "the number of lots");
  if (!c.annual_charges)
    want(out, "/coownership/annual_charges", field_code::required, "the average yearly charges");
  if (!c.procedure)
    want(out, "/coownership/procedure", field_code::required, "is there a procedure against it?");
}

void french_law(const Listing& l, Date today, std::vector<FieldError>& out) {
  if (shows_energy(l)) french_energy(l, today, out);
  french_fees(l, out);
  french_coownership(l, out);
}

/// 123456 minor units of EUR → "1 234,56 €"; whole euros without decimals.
std::string french_amount(const Money& m) {
  std::string plain = format_money({m.amount, m.currency});
  const std::string currency = plain.substr(plain.find(' ') + 1);
  plain.resize(plain.find(' '));
  const std::size_t dot = plain.find('.');
  std::string whole = plain.substr(0, dot);
  const std::string cents = dot == std::string::npos ? "" : plain.substr(dot + 1);
  for (int at = static_cast<int>(whole.size()) - 3; at > 0; at -= 3)
    whole.insert(static_cast<std::size_t>(at), "\u00a0");
  if (cents.find_first_not_of('0') != std::string::npos) whole += "," + cents;
  return whole + "\u00a0" + (currency == "EUR" ? "€" : currency);
}

/// Fees in hundredths of a percent of the price without them; nothing where it cannot be told.
std::optional<std::int64_t> percent_units(const Listing& l, const ListingFees& f) {
  if (f.percent) return f.percent->units;
  if (!f.amount || !l.price || f.amount->currency != l.price->currency) return std::nullopt;
  const std::int64_t net = l.price->amount - f.amount->amount;
  if (net < f.amount->amount) return std::nullopt;  // fees beyond the price itself are a typing error
  // 15 digits of minor units, times 10,000: within 64 bits without a sign.
  const auto fees = static_cast<std::uint64_t>(f.amount->amount), rest = static_cast<std::uint64_t>(net);
  if (rest == 0) return std::nullopt;
  return static_cast<std::int64_t>((fees * 10'000 + rest / 2) / rest);
}

std::string french_decimal(std::int64_t units) {
  std::string text = format_decimal({units}, 2);
  std::replace(text.begin(), text.end(), '.', ',');
  return text;
}

void french_fee_mention(const Listing& l, std::vector<Mention>& out) {
  if (!l.fees || !l.fees->payer_code) return;
  const ListingFees& f = *l.fees;
  if (*f.payer_code == "SELLER") {
    out.push_back({"fees", "Honoraires à la charge du vendeur."});
  } else if (*f.payer_code == "LANDLORD") {
    out.push_back({"fees", "Honoraires à la charge du bailleur."});
  } else if (*f.payer_code == "TENANT" && f.amount) {
    out.push_back({"fees", "Honoraires TTC à la charge du locataire : " + french_amount(*f.amount) + "."});
  } else if (*f.payer_code == "BUYER") {
    const auto percent = percent_units(l, f);
    if (percent)
      out.push_back({"fees", "Honoraires TTC inclus à la charge de l’acquéreur : " +
                                 french_decimal(*percent) + "\u00a0% du prix hors honoraires."});
  }
}

void french_coownership_mention(const Listing& l, std::vector<Mention>& out) {
  if (!l.coownership || !l.coownership->applies.value_or(false)) return;
  const ListingCoownership& c = *l.coownership;
  std::string text = "Bien soumis au statut de la copropriété";
  if (c.lots) text += " : " + std::to_string(*c.lots) + " lots";
  if (c.annual_charges)
    text += ", charges annuelles moyennes du vendeur : " + french_amount(*c.annual_charges);
  text += ".";
  if (c.procedure)
    text += *c.procedure ? " Une procédure est en cours contre le syndicat."
                         : " Pas de procédure en cours contre le syndicat.";
  out.push_back({"coownership", text});
}

void french_mentions(const Listing& l, std::vector<Mention>& out) {
  if (shows_energy(l) && l.energy) {
    const ListingEnergy& e = *l.energy;
    if (e.energy_class) out.push_back({"energy_class", "CLASSE ÉNERGIE " + *e.energy_class});
    if (e.climate_class) out.push_back({"climate_class", "CLASSE CLIMAT " + *e.climate_class});
    if (e.annual_cost_min && e.annual_cost_max && e.prices_year) {
      out.push_back(
          {"annual_cost", "Montant estimé des dépenses annuelles d’énergie pour un usage standard : entre " +
                              french_amount(*e.annual_cost_min) + " et " + french_amount(*e.annual_cost_max) +
                              " par an. Prix moyens des énergies de l’année " +
                              std::to_string(*e.prices_year) + "."});
    }
    if (is_dwelling(l.property_type_code) && (e.energy_class == "F" || e.energy_class == "G")) {
      out.push_back({"excessive_consumption",
                     "Logement à consommation énergétique excessive : classe " + *e.energy_class});
    }
  }
  out.push_back({"risks",
                 "Les informations sur les risques auxquels ce bien est exposé sont disponibles sur le site "
                 "Géorisques : www.georisques.gouv.fr"});
  french_fee_mention(l, out);
  french_coownership_mention(l, out);
}

struct Law {
  std::string_view country;
  void (*missing)(const Listing&, Date today, std::vector<FieldError>&);
  void (*mentions)(const Listing&, std::vector<Mention>&);
};
// Morocco asks nothing of an advertisement that our own conditions do not ask already.
constexpr Law laws[] = {{"FR", french_law, french_mentions}};

const Law* law_of(const Listing& l) {
  const auto it = std::find_if(std::begin(laws), std::end(laws),
                               [&](const Law& law) { return law.country == l.country_code; });
  return it == std::end(laws) ? nullptr : it;
}

}  // namespace

bool shows_energy(const Listing& l) {
  return l.country_code == "FR" &&
         (is_dwelling(l.property_type_code) || is_one_of(l.property_type_code, heated));
}

bool is_energy_valid(Date issued_on, Date today) {
  return issued_on >= make_date(2021, 7, 1) && today < ten_years_after(issued_on);
}

void missing_by_law(const Listing& l, Date today, std::vector<FieldError>& out) {
  if (const Law* law = law_of(l)) law->missing(l, today, out);
}

std::vector<Mention> mentions_of(const Listing& l) {
  std::vector<Mention> out;
  if (const Law* law = law_of(l)) law->mentions(l, out);
  return out;
}

}  // namespace atlas::listings
