#pragma once
// Persons by number, before anybody writes their names.

#include <string>
#include <string_view>

#include "atlas/sample.hpp"
#include "dice.hpp"
#include "words.hpp"

namespace atlas::sample {

/// Who stands behind a lead that is nobody's second.
struct Person {
  Country country = Country::morocco;
  std::string_view given, family;  ///< entries of the tables, with spellings
  const Town* town = nullptr;
  std::string language;
  std::string phone;     ///< E.164
  bool foreign = false;  ///< the number is of the other country
  bool gives_phone = false, gives_email = false;
  std::string email;
  bool slips = false;  ///< in writing the e-mail the first time
};
Person make_person(const Plan& plan, std::int64_t number);
/// Does the person of `number` leave a valid number? Without making the person.
bool leaves_phone(const Plan& plan, std::int64_t number);

Country country_of(const Plan& plan, std::int64_t number);
/// The country of a listing, which is that of the one it repeats.
Country listing_country(const Plan& plan, std::int64_t number);
/// The second number of who comes again as lead `number`.
std::string second_phone(const Plan& plan, Country country, std::int64_t number);
std::string owner_phone(const Plan& plan, Country country, std::int64_t number);
/// A mailbox that no other `number` has.
std::string make_email(const Plan& plan, Country country, std::string_view given, std::string_view family,
                       std::int64_t number);
/// "12, Bd Zerktouni" or "12 rue des Lilas".
std::string make_street(Country country, Dice& dice);
const Town& pick_town(Country country, Dice& dice);
std::string_view given_name(Country country, Dice& dice);

}  // namespace atlas::sample
