#include "people.hpp"

#include "atlas/text.hpp"
#include "writing.hpp"

namespace atlas::sample {
namespace {

/// Mobile numbers: a permitted beginning, then digits; the beginnings are valid in the country's plan.
struct Numbers {
  std::string_view prefix;
  std::string_view first;  ///< each permitted first digit
  std::uint64_t more;      ///< how many numbers follow it
};

// Leads, second numbers and owners never share a block.
constexpr Numbers ma_leads{"+2126", "01234567", 10'000'000}, ma_second{"+2127", "017", 10'000'000},
    ma_owners{"+2126", "9", 10'000'000};
constexpr Numbers fr_leads{"+336", "01245678", 10'000'000}, fr_second{"+337", "5678", 10'000'000},
    fr_owners{"+337", "34", 10'000'000};

std::string number_of(const Numbers& block, const Plan& plan, std::int64_t n) {
  const std::uint64_t which =
      shuffled(static_cast<std::uint64_t>(n), block.first.size() * 1000, block.more / 1000,
               plan.seed ^ static_cast<std::uint64_t>(Stream::phone));
  std::string tail = std::to_string(which % block.more);
  tail.insert(0, std::to_string(block.more).size() - 1 - tail.size(), '0');
  return std::string(block.prefix) + block.first[which / block.more] + tail;
}

/// A short number for a small one, and never the same twice: shuffled within 0..9, 10..99, 100..999…
std::string suffix_of(const Plan& plan, std::int64_t number) {
  std::uint64_t low = 0, high = 10;
  const auto n = static_cast<std::uint64_t>(number);
  while (n >= high) {
    low = high;
    high *= 10;
  }
  const std::uint64_t size = high - low, rows = size % 9 == 0 ? 9 : 10;
  return std::to_string(
      low + shuffled(n - low, rows, size / rows, plan.seed ^ static_cast<std::uint64_t>(Stream::email)));
}

struct Given {
  bool phone, email;
};

Given what_is_given(Dice& dice) {
  switch (dice.weighted({545, 330, 85, 25, 15})) {
    case 0:
      return {true, true};
    case 1:
      return {true, false};
    case 2:
      return {false, true};
    case 3:
      return {false, true};  // with a number that cannot be read
    default:
      return {false, false};
  }
}

}  // namespace

Country country_of(const Plan& plan, std::int64_t number) {
  if (plan.country) return *plan.country;
  return Dice(plan.seed, Stream::country, number).chance(550) ? Country::morocco : Country::france;
}

std::string_view given_name(Country country, Dice& dice) {
  return dice.pick(dice.chance(450) ? women(country) : men(country));
}

const Town& pick_town(Country country, Dice& dice) {
  return weighted_pick<Town>(towns(country), dice.below(1u << 20),
                             [](const Town& t) { return std::uint32_t{t.weight}; });
}

std::string make_street(Country country, Dice& dice) {
  const std::string number = std::to_string(dice.between(1, 180));
  const std::string street(dice.pick(streets(country)));
  return number + (country == Country::morocco ? ", " : " ") + street;
}

std::string make_email(const Plan& plan, Country country, std::string_view given, std::string_view family,
                       std::int64_t number) {
  Dice dice(plan.seed, Stream::email, number);
  const std::string first = fold_key(spelling(given, 0)), last = fold_key(spelling(family, 0));
  std::string local;
  switch (dice.below(5)) {
    case 0:
      local = first + "." + last;
      break;
    case 1:
      local = first + last;
      break;
    case 2:
      local = first.substr(0, 1) + "." + last;
      break;
    case 3:
      local = first + "_" + last;
      break;
    default:
      local = last + "." + first;
      break;
  }
  return local + suffix_of(plan, number) + "@" + std::string(dice.pick(mail_domains(country)));
}

bool leaves_phone(const Plan& plan, std::int64_t number) {
  Dice dice(plan.seed, Stream::person, number);
  return what_is_given(dice).phone;
}

Person make_person(const Plan& plan, std::int64_t number) {
  Dice dice(plan.seed, Stream::person, number);
  const Given given = what_is_given(dice);
  Person p;
  p.gives_phone = given.phone;
  p.gives_email = given.email;
  p.country = country_of(plan, number);
  p.given = given_name(p.country, dice);
  p.family = dice.pick(families(p.country));
  p.town = &pick_town(p.country, dice);
  p.foreign = dice.chance(p.country == Country::morocco ? 60 : 15);
  const bool moroccan = (p.country == Country::morocco) != p.foreign;
  p.phone = number_of(moroccan ? ma_leads : fr_leads, plan, number);
  p.email = make_email(plan, p.country, p.given, p.family, number);
  const std::size_t language =
      p.country == Country::morocco ? dice.weighted({620, 150, 190, 40}) : dice.weighted({940, 10, 0, 50});
  static constexpr std::string_view languages[] = {"fr", "ar", "dar", "en"};
  p.language = languages[language];
  p.slips = p.gives_phone && dice.chance(25);
  return p;
}

std::string second_phone(const Plan& plan, Country country, std::int64_t number) {
  return number_of(country == Country::morocco ? ma_second : fr_second, plan, number);
}

std::string owner_phone(const Plan& plan, Country country, std::int64_t number) {
  return number_of(country == Country::morocco ? ma_owners : fr_owners, plan, number);
}

}  // namespace atlas::sample
