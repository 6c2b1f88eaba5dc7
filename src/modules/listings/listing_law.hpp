#pragma once
// What the law of a country asks of an advertisement. Pure rules, a row per country.

#include <vector>

#include "atlas/listings.hpp"

namespace atlas::listings {

/// Appends the fields that the law of the listing's country wants and that are missing, wrong or out of date
/// on `today`. Nothing for a country whose law asks nothing.
void missing_by_law(const Listing& listing, Date today, std::vector<FieldError>& out);

/// Does an advertisement of this property in this country show an energy certificate?
bool shows_energy(const Listing& listing);

/// Is a certificate of that day still good on `today`? France: made since 1 July 2021 and less than ten years
/// old (CCH D126-19, décret 2020-1610).
bool is_energy_valid(Date issued_on, Date today);

}  // namespace atlas::listings
