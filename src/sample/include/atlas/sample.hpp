#pragma once
// An invented estate agency of any size: listings, owners, leads, and what happened to the leads, as the
// files of French and Moroccan agencies and portals have them. Every record is computed from the plan and its
// number alone: nothing is kept, any record may be asked for in any order, and equal plans give equal bytes
// on every platform. Names, streets and towns are common ones; persons, numbers and addresses are invented,
// but a number or an e-mail may exist: nothing is ever to be sent to them.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/money.hpp"
#include "atlas/time.hpp"

namespace atlas::sample {

/// Where a record belongs.
enum class Country { morocco, france };
/// "MA" or "FR".
std::string_view to_string(Country country) noexcept;
/// "MA", "FR"; anything else is nothing.
std::optional<Country> parse_country(std::string_view code) noexcept;

/// What is to be invented. Leads ask after listings of 1..`listings`, and are spread over the same years
/// whatever their number, so records depend on the sizes as well as on the seed.
struct Plan {
  std::uint64_t seed = 1;
  std::int64_t listings = 1'000;   ///< 0 to 10,000,000
  std::int64_t leads = 10'000;     ///< 0 to 50,000,000
  std::optional<Country> country;  ///< absent: both
};

/// How a record stands to an earlier one.
enum class Twin {
  none,
  phone_other_form,   ///< the same number, written otherwise
  email_other_case,   ///< the same e-mail in other letters
  name_reordered,     ///< family name first, or in capitals
  name_mistyped,      ///< a slip in the name
  name_other_script,  ///< another transliteration, or Arabic letters
  new_phone,          ///< another number, the same e-mail
  email_mistyped,     ///< a slip in the e-mail, the same number
  household,          ///< another person: given name differs, number shared
  homonym,            ///< another person of the same name
  repost,             ///< a listing again: other words, other portal, the price moved
  same_building,      ///< another dwelling of the building, in the same words
};
/// "phone_other_form".
std::string_view to_string(Twin twin) noexcept;
/// Is it the same person or dwelling (true), or a look-alike that must stay apart (false)?
bool is_same(Twin twin) noexcept;

/// A picture of a listing; the picture itself does not exist.
struct Photo {
  std::string file;             ///< "A0000012-1.jpg"
  std::string content_hash;     ///< SHA-256, 64 hexadecimal digits; equal where a repost took the same file
  std::string perceptual_hash;  ///< 16 hexadecimal digits; a few bits apart where it was saved anew
};

/// Somebody, or a company, who sells or lets.
struct Owner {
  std::int64_t number = 0;  ///< 1..Agency::owners()
  std::string id;           ///< "P0000001"
  Country country = Country::morocco;
  std::optional<std::string> given_name;
  std::optional<std::string> family_name;
  std::optional<std::string> company;  ///< instead of the names
  std::string phone;                   ///< as written; always a valid number
  std::string phone_e164;
  std::string email;  ///< "" for some
  std::string city;
  std::string street;
};

/// An ad as a portal has it. What is absent was not given.
struct Listing {
  std::int64_t number = 0;  ///< 1..plan.listings
  std::string id;           ///< "A0000001"
  std::int64_t like = 0;    ///< the earlier listing that it repeats or resembles; 0 = none
  Twin twin = Twin::none;
  Country country = Country::morocco;
  std::string language;   ///< "fr", "ar" or "en"
  std::string portal;     ///< "avito", "seloger"…
  std::string reference;  ///< the portal's own
  Date listed_on;
  std::string transaction_type_code;
  std::string property_type_code;
  std::string title;
  std::string description;  ///< 30..5000 characters in complete listings
  std::optional<Money> price;
  std::string price_text;  ///< "1 850 000 DH", "à débattre"
  std::optional<std::int64_t> surface_m2;
  std::optional<std::int64_t> rooms, bedrooms, bathrooms, floor;
  std::string city;
  std::string zone;
  std::string address;
  std::vector<Photo> photos;
  std::int64_t owner = 0;
  std::string contact_phone;  ///< the owner's, as written
  // What the law of France wants shown; empty for other countries.
  std::string energy_class, climate_class;
  std::optional<Date> diagnosed_on;
  std::optional<Money> energy_cost_min, energy_cost_max;  ///< a year, of a dwelling
  std::optional<std::int64_t> energy_prices_year;
  std::string fees_payer;  ///< "BUYER", "SELLER", "TENANT", "LANDLORD"
  std::optional<Money> fees;
  std::optional<bool> coownership;
  std::optional<std::int64_t> lots;
  std::optional<Money> annual_charges;
  std::string mandate_number;
  std::vector<std::string> missing;  ///< what keeps it from being published; empty = complete
};

/// An enquiry as it reaches an inbox.
struct Lead {
  std::int64_t number = 0;  ///< 1..plan.leads
  std::string id;           ///< "L0000001"
  std::int64_t like = 0;    ///< the earlier lead of the same person, or the one that it resembles; 0 = none
  Twin twin = Twin::none;
  Country country = Country::morocco;
  std::string language;
  Timestamp received_at;
  std::string source;  ///< as written: "Site web", "whatsapp"
  std::string source_code;
  std::string name;          ///< as written
  std::string phone;         ///< as written; "" = none
  std::string phone_region;  ///< ISO 3166 for the national form
  std::string phone_e164;    ///< "" where `phone` is no valid number
  std::string email;         ///< as written; "" = none
  std::string city;
  std::optional<Money> budget;
  std::string budget_text;
  std::string message;
  std::int64_t listing = 0;  ///< the listing it asks after; 0 = none
  bool reachable = false;    ///< a valid number, or an e-mail that is one
};

/// One thing that was done with a lead's dossier, to be repeated as an operation.
struct Step {
  Timestamp at;
  std::string_view operation;  ///< "dossiers.transition", "dossiers.add_note", "dossiers.add_task"
  std::string to;              ///< of a transition: the state reached
  std::string reason_code;     ///< of a transition that closes
  std::string text;            ///< the note's body, the task's title
  std::string category_code;   ///< of a task
  std::optional<Timestamp> due_at;
};

/// The agency. Cheap to copy; thread-safe.
class Agency {
 public:
  /// Throws invalid_argument with the fields that are out of range.
  explicit Agency(const Plan& plan);

  const Plan& plan() const { return plan_; }
  std::int64_t owners() const;
  /// `number` counts from 1; invalid_argument beyond the plan. So for all below.
  Owner owner(std::int64_t number) const;
  Listing listing(std::int64_t number) const;
  Lead lead(std::int64_t number) const;
  /// What happened after the lead came in, oldest first: steps of the workflow CRM_LEAD_BUY, notes and tasks.
  /// About a third of the leads that opened a dossier have one; empty otherwise.
  std::vector<Step> history(const Lead& lead) const;
  std::vector<Step> history(std::int64_t number) const { return history(lead(number)); }

 private:
  Plan plan_;
};

/// No record stands further than this behind the one that it repeats or resembles.
inline constexpr std::int64_t reach = 20'000;

/// Collects which records are the same, of a stream in the order of numbers, in memory bounded by `reach`.
class Truth {
 public:
  /// A pair of numbers, the earlier first.
  using Pair = std::pair<std::int64_t, std::int64_t>;
  /// `number` is `like` (0 = new): all pairs that this completes.
  std::vector<Pair> add(std::int64_t number, std::int64_t like);

 private:
  std::map<std::int64_t, std::vector<std::int64_t>> groups_;
};

/// The columns of a file as an agency would head them, and a record's cells as people write them.
std::vector<std::string> owner_columns();
std::vector<std::string> owner_cells(const Owner& owner);
std::vector<std::string> listing_columns();
std::vector<std::string> listing_cells(const Listing& listing);
std::vector<std::string> lead_columns();
std::vector<std::string> lead_cells(const Lead& lead);

/// The same as parameters of `parties.create`, `listings.create` and `dossiers.create`, as JSON. Links
/// between records are left out: only the store knows their ids.
std::string create_params(const Owner& owner);
std::string create_params(const Listing& listing);
std::string create_params(const Lead& lead);
/// The parameters of the step's operation, without the dossier's id and version.
std::string step_params(const Step& step);

/// "L0000012": a letter and at least seven digits.
std::string record_id(char letter, std::int64_t number);

}  // namespace atlas::sample
