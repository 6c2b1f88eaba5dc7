// Leads: a person's first enquiry, the same person again in another form, and look-alikes.

#include "atlas/error.hpp"
#include "people.hpp"
#include "twins.hpp"
#include "writing.hpp"

namespace atlas::sample {
namespace {

constexpr Timestamp first_day{1'704'700'800 * micros_per_second};  // 2024-01-08T08:00:00Z
constexpr std::int64_t span_seconds = 1025 * 24 * 3600;            // to the end of October 2026

Timestamp received_at(const Plan& plan, std::int64_t number) {
  Dice dice(plan.seed, Stream::lead, number);
  const std::int64_t begin = span_seconds * (number - 1) / plan.leads;
  const std::int64_t end = span_seconds * number / plan.leads;
  return first_day +
         (begin + dice.between(0, std::max<std::int64_t>(0, end - begin - 1))) * micros_per_second;
}

/// The twin that a second enquiry is, as often as inboxes have it, and as the first one allows.
Twin pick_twin(Kind kind, const Person& person, Dice& dice) {
  if (kind == Kind::look_alike) return dice.chance(650) ? Twin::household : Twin::homonym;
  static constexpr Twin twins[] = {Twin::phone_other_form, Twin::email_other_case,  Twin::name_reordered,
                                   Twin::name_mistyped,    Twin::name_other_script, Twin::new_phone,
                                   Twin::email_mistyped};
  const Twin twin = twins[dice.weighted({340, 120, 160, 120, 120, 80, 60})];
  const bool by_email =
      twin == Twin::email_other_case || twin == Twin::new_phone || twin == Twin::email_mistyped;
  return by_email && (!person.gives_email || person.slips) ? Twin::phone_other_form : twin;
}

/// Another entry of the table than `entry`.
std::string_view another(std::string_view entry, Country country, Dice& dice) {
  for (int tried = 0; tried < 8; ++tried) {
    const std::string_view other = given_name(country, dice);
    if (other != entry) return other;
  }
  return women(country)[women(country)[0] == entry ? 1 : 0];
}

std::string plain_name(std::string_view given, std::string_view family, Dice& dice) {
  const std::string first(given), last(family);
  switch (dice.weighted({700, 90, 90, 60, 30, 30})) {
    case 0:
      return first + " " + last;
    case 1:
      return first + " " + upper(last);
    case 2:
      return lower(first) + " " + lower(last);
    case 3:
      return last + " " + first;
    case 4:
      return "M. " + first + " " + last;
    default:
      return first + "  " + last;
  }
}

/// Latin spellings only: the Arabic one stands last where there is one.
std::string_view latin(std::string_view entry, std::size_t which) {
  std::size_t n = spellings(entry);
  if (static_cast<unsigned char>(spelling(entry, n - 1)[0]) >= 0xD8) --n;
  return spelling(entry, which % n);
}

/// A spelling in Arabic, or else another in Latin letters.
std::string other_script(const Person& p, Dice& dice) {
  const std::string_view given = spelling(p.given, spellings(p.given) - 1);
  const std::string_view family = spelling(p.family, spellings(p.family) - 1);
  const auto arabic = [](std::string_view s) { return static_cast<unsigned char>(s[0]) >= 0xD8; };
  if (arabic(given) && arabic(family) && dice.chance(400))
    return std::string(given) + " " + std::string(family);
  const std::string one = std::string(latin(p.given, 1)) + " " + std::string(latin(p.family, 0));
  const std::string two = std::string(latin(p.given, 0)) + " " + std::string(latin(p.family, 1));
  return dice.chance(500) ? one : two;
}

std::string write_name(const Person& p, Twin twin, Dice& dice) {
  const std::string given(spelling(p.given, 0)), family(spelling(p.family, 0));
  switch (twin) {
    case Twin::name_reordered:
      return dice.chance(500) ? upper(family) + " " + given : family + " " + given;
    case Twin::name_mistyped:
      return dice.chance(500) ? mistype(given, dice) + " " + family : given + " " + mistype(family, dice);
    case Twin::name_other_script:
      return other_script(p, dice);
    case Twin::none:
    case Twin::household: {
      const std::string_view first = latin(p.given, dice.chance(150));
      const std::string_view last = latin(p.family, dice.chance(100));
      return plain_name(first, last, dice);
    }
    default:
      return given + " " + family;
  }
}

void write_budget(Lead& lead, const Listing* listing, Dice& dice) {
  if (!dice.chance(550)) return;
  const bool moroccan = lead.country == Country::morocco;
  std::int64_t units = moroccan ? dice.between(40, 400) * 10'000 : dice.between(80, 900) * 1'000;
  if (listing && listing->price) {
    units = listing->price->amount / 100 * dice.between(88, 112) / 100;
    const std::int64_t step = units > 100'000 ? 10'000 : units > 10'000 ? 500 : 50;
    units = std::max(step, units / step * step);
  }
  lead.budget = Money{units * 100, *parse_currency(moroccan ? "MAD" : "EUR")};
  lead.budget_text = write_price(units, lead.country, dice);
}

void ask_after_listing(Lead& lead, const Agency& agency, const Person& person, Dice& dice) {
  const auto listings = static_cast<std::uint64_t>(agency.plan().listings);
  std::optional<Listing> listing;
  if (listings > 0 && dice.chance(850)) {
    for (int tried = 0; tried < 4 && !listing; ++tried) {
      // A few listings draw most of the enquiries.
      const auto any = static_cast<std::int64_t>(dice.next() % listings);
      const std::int64_t number = 1 + (dice.chance(400) ? any / 8 : any);
      // Who has a number of the other country asks after homes in either.
      if (person.foreign || listing_country(agency.plan(), number) == lead.country)
        listing = agency.listing(number);
    }
    if (listing) lead.listing = listing->number;
  }
  lead.city =
      listing && dice.chance(800) ? listing->city : std::string(any_spelling(person.town->name, dice));
  write_budget(lead, listing ? &*listing : nullptr, dice);
}

}  // namespace

Lead Agency::lead(std::int64_t number) const {
  if (number < 1 || number > plan_.leads)
    throw Error(ErrorCode::invalid_argument, "the plan has no such lead")
        .field("/number", field_code::out_of_range, "");
  const Kind kind = kind_of(plan_.seed, Stream::lead_kind, lead_shares, number);
  Lead lead;
  lead.number = number;
  lead.id = record_id('L', number);
  if (kind != Kind::own) {
    lead.like = leant_on(plan_.seed, Stream::lead_kind, lead_shares, number,
                         [&](std::int64_t at) { return leaves_phone(plan_, at); });
  }
  Person person = make_person(plan_, lead.like > 0 ? lead.like : number);
  Dice dice(plan_.seed, Stream::lead, number);
  dice.next();  // the time's
  if (lead.like > 0) lead.twin = pick_twin(kind, person, dice);
  bool gives_phone = person.gives_phone, gives_email = person.gives_email;
  if (lead.twin == Twin::household) {
    person.given = another(person.given, person.country, dice);
    if (dice.chance(250)) person.family = dice.pick(families(person.country));
    person.email = make_email(plan_, person.country, person.given, person.family, number);
    gives_email = dice.chance(500);
  } else if (lead.twin == Twin::homonym) {
    const Person other = make_person(plan_, number);
    person.phone = second_phone(plan_, person.country, number);
    person.foreign = false;
    person.email = make_email(plan_, person.country, person.given, person.family, number);
    if (other.country == person.country) person.town = other.town;
    gives_email = dice.chance(600);
  } else if (lead.twin == Twin::new_phone) {
    person.phone = second_phone(plan_, person.country, number);
    person.foreign = false;
  } else if (lead.twin == Twin::email_other_case) {
    gives_phone = dice.chance(300);
  } else if (lead.twin != Twin::none && lead.twin != Twin::email_mistyped) {
    gives_email = gives_email && dice.chance(600);
  }

  lead.country = person.country;
  lead.language = person.language == "dar" ? "ar" : person.language;
  lead.received_at = received_at(plan_, number);
  const Source& source = weighted_pick<Source>(sources(), dice.below(1u << 20), [&](const Source& s) {
    return std::uint32_t{lead.country == Country::morocco ? s.weight_ma : s.weight_fr};
  });
  lead.source_code = source.code;
  lead.source = any_spelling(source.written, dice);
  lead.name = write_name(person, lead.twin, dice);
  lead.phone_region = to_string(lead.country);
  if (gives_phone) {
    lead.phone_e164 = person.phone;
    lead.phone = write_phone(person.phone, person.foreign, dice);
  } else if (lead.twin == Twin::none && gives_email && dice.chance(230)) {
    lead.phone = write_bad_phone(person.phone, dice);
  }
  if (gives_email) {
    lead.email = person.email;
    if (lead.twin == Twin::email_other_case) lead.email = other_case(person.email, dice);
    if (lead.twin == Twin::email_mistyped) lead.email = mistype_email(person.email, dice);
    // A slip costs nothing to who also left a number.
    if (lead.twin == Twin::none && person.slips) lead.email = mistype_email(person.email, dice);
  }
  lead.reachable = gives_phone || gives_email;
  ask_after_listing(lead, *this, person, dice);
  if (dice.chance(850)) lead.message = dice.pick(lead_messages(person.language));
  return lead;
}

}  // namespace atlas::sample
