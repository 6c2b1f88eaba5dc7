// Who sells and lets, and the agency as a whole.

#include <algorithm>

#include "atlas/error.hpp"
#include "people.hpp"
#include "writing.hpp"

namespace atlas::sample {
namespace {

constexpr std::string_view company_forms_ma[] = {"{family} Immobilier", "Sté {family} Promotion",
                                                 "Résidences {family} SARL", "Groupe {family}",
                                                 "Foncière Al {given}"};
constexpr std::string_view company_forms_fr[] = {"SCI {family}", "{family} Promotion", "Indivision {family}",
                                                 "SARL {family} et Fils", "SCI Les {family}"};

constexpr std::int64_t most_listings = 10'000'000, most_leads = 50'000'000;

}  // namespace

Agency::Agency(const Plan& plan) : plan_(plan) {
  std::vector<FieldError> errors;
  const auto check = [&](const char* path, std::int64_t value, std::int64_t most) {
    if (value < 0 || value > most)
      errors.push_back({path, std::string(field_code::out_of_range), "0 to " + grouped_digits(most, ",")});
  };
  check("/listings", plan.listings, most_listings);
  check("/leads", plan.leads, most_leads);
  if (errors.empty()) return;
  throw Error(ErrorCode::invalid_argument, "a sample of this size cannot be made").fields(std::move(errors));
}

std::int64_t Agency::owners() const {
  return plan_.listings > 0 ? std::max<std::int64_t>(1, plan_.listings * 3 / 5) : 0;
}

Owner Agency::owner(std::int64_t number) const {
  if (number < 1 || number > owners())
    throw Error(ErrorCode::invalid_argument, "the plan has no such owner")
        .field("/number", field_code::out_of_range, "");
  Dice dice(plan_.seed, Stream::owner, number);
  Owner owner;
  owner.number = number;
  owner.id = record_id('P', number);
  owner.country = country_of(plan_, -number);
  const bool moroccan = owner.country == Country::morocco;
  const std::string_view given = given_name(owner.country, dice), family = dice.pick(families(owner.country));
  if (dice.chance(120)) {
    const std::span<const std::string_view> forms = moroccan
                                                        ? std::span<const std::string_view>(company_forms_ma)
                                                        : std::span<const std::string_view>(company_forms_fr);
    owner.company = Slots()
                        .set("family", std::string(spelling(family, 0)))
                        .set("given", std::string(spelling(given, 0)))
                        .fill(dice.pick(forms));
  } else {
    owner.given_name = std::string(spelling(given, 0));
    owner.family_name = std::string(spelling(family, 0));
  }
  owner.phone_e164 = owner_phone(plan_, owner.country, number);
  owner.phone = write_phone(owner.phone_e164, false, dice);
  if (dice.chance(700)) owner.email = "contact." + make_email(plan_, owner.country, given, family, number);
  owner.city = spelling(pick_town(owner.country, dice).name, 0);
  owner.street = make_street(owner.country, dice);
  return owner;
}

}  // namespace atlas::sample
