// The invented agency: the same bytes everywhere, a truth that holds, cells that read back.

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "atlas/crypto.hpp"
#include "atlas/csv.hpp"
#include "atlas/error.hpp"
#include "atlas/json.hpp"
#include "atlas/phone.hpp"
#include "atlas/reference_codes.hpp"
#include "atlas/sample.hpp"
#include "atlas/text.hpp"
#include "atlas/workflow.hpp"

namespace {

using namespace atlas;
using namespace atlas::sample;

Agency small() { return Agency(Plan{.seed = 1, .listings = 400, .leads = 2'000, .country = std::nullopt}); }

std::string rows_of(const Agency& agency) {
  std::string rows;
  for (std::int64_t i = 1; i <= agency.plan().leads; ++i) {
    const Lead lead = agency.lead(i);
    rows += csv_record(lead_cells(lead));
    rows +=
        std::string(to_string(lead.twin)) + " " + std::to_string(lead.like) + " " + lead.phone_e164 + "\n";
    for (const Step& step : agency.history(i))
      rows += format_timestamp(step.at) + " " + std::string(step.operation) + " " + step_params(step) + "\n";
  }
  for (std::int64_t i = 1; i <= agency.plan().listings; ++i) {
    const Listing listing = agency.listing(i);
    rows += csv_record(listing_cells(listing));
    rows += std::string(to_string(listing.twin)) + " " + std::to_string(listing.like) + "\n";
  }
  for (std::int64_t i = 1; i <= agency.owners(); ++i) rows += csv_record(owner_cells(agency.owner(i)));
  return rows;
}

/// So many in a thousand.
std::int64_t share(std::int64_t part, std::int64_t whole) { return part * 1000 / whole; }

bool between(std::int64_t value, std::int64_t low, std::int64_t high) {
  return low <= value && value <= high;
}

}  // namespace

TEST_CASE("equal plans give equal bytes, on every platform") {
  const std::string rows = rows_of(small());
  CHECK(is_utf8(rows));
  // Changing what is generated changes this line; a compiler or a machine must not.
  CHECK(hex(as_view(sha256(rows))) == "e4fbc4bc56e52ed84de5e2bffaf0abf23def70c2bf83edb4097da4b38b7cb185");
}

TEST_CASE("any record may be asked for in any order") {
  const Agency agency = small(), again = small();
  for (const std::int64_t i : {2'000, 1, 777, 1'500, 2, 777}) {
    CAPTURE(i);
    CHECK(lead_cells(agency.lead(i)) == lead_cells(again.lead(i)));
  }
  CHECK(listing_cells(agency.listing(400)) == listing_cells(again.listing(400)));
}

TEST_CASE("another seed is another agency; a country alone is kept to") {
  const Agency one = small();
  const Agency other(Plan{.seed = 2, .listings = 400, .leads = 2'000, .country = std::nullopt});
  int equal = 0;
  for (std::int64_t i = 1; i <= 200; ++i) equal += one.lead(i).name == other.lead(i).name;
  CHECK(equal < 10);
  const Agency french(Plan{.seed = 1, .listings = 100, .leads = 300, .country = Country::france});
  for (std::int64_t i = 1; i <= 300; ++i) CHECK(french.lead(i).country == Country::france);
  for (std::int64_t i = 1; i <= 100; ++i) {
    CHECK(french.listing(i).country == Country::france);
    CHECK(french.listing(i).price.value_or(Money{0, *parse_currency("EUR")}).currency.view() == "EUR");
  }
}

TEST_CASE("sizes have bounds") {
  const Agency none(Plan{.seed = 1, .listings = 0, .leads = 0, .country = std::nullopt});
  CHECK(none.owners() == 0);
  CHECK_THROWS_AS(none.lead(1), Error);
  CHECK_THROWS_AS(none.listing(1), Error);
  CHECK_THROWS_AS(small().lead(0), Error);
  CHECK_THROWS_AS(small().lead(2'001), Error);
  CHECK_THROWS_AS(small().owner(small().owners() + 1), Error);
  try {
    const Agency wrong(Plan{.seed = 1, .listings = -1, .leads = 50'000'001, .country = std::nullopt});
    FAIL("made");
  } catch (const Error& error) {
    REQUIRE(error.fields().size() == 2);
    CHECK(error.fields()[0].path == "/listings");
    CHECK(error.fields()[1].path == "/leads");
  }
  // One lead, one listing, and the very last of the largest plan.
  const Agency tiny(Plan{.seed = 9, .listings = 1, .leads = 1, .country = std::nullopt});
  CHECK(tiny.lead(1).id == "L0000001");
  CHECK(tiny.listing(1).owner == 1);
  const Agency huge(Plan{.seed = 1, .listings = 10'000'000, .leads = 50'000'000, .country = std::nullopt});
  CHECK(huge.lead(50'000'000).id == "L50000000");
  CHECK(huge.listing(10'000'000).id == "A10000000");
}

TEST_CASE("numbers read back, and what is none does not") {
  const Agency agency(Plan{.seed = 3, .listings = 500, .leads = 20'000, .country = std::nullopt});
  std::set<std::string> forms;
  int wrong = 0, unreadable = 0;
  for (std::int64_t i = 1; i <= 20'000; ++i) {
    const Lead lead = agency.lead(i);
    CAPTURE(i, lead.phone, lead.phone_region);
    const std::string read = phone_e164(lead.phone, lead.phone_region).value_or("");
    wrong += read != lead.phone_e164;
    unreadable += !lead.phone.empty() && lead.phone_e164.empty();
    CHECK(read == lead.phone_e164);
    if (lead.reachable) CHECK((!lead.phone_e164.empty() || !lead.email.empty()));
    std::string form;
    for (const char c : lead.phone) form.push_back(c >= '0' && c <= '9' ? 'd' : c);
    forms.insert(form);
  }
  CHECK(wrong == 0);
  CHECK(between(unreadable, 200, 1'000));
  CHECK(forms.size() > 25);
  for (std::int64_t i = 1; i <= agency.owners(); ++i) {
    const Owner owner = agency.owner(i);
    CHECK(phone_e164(owner.phone, to_string(owner.country)) == owner.phone_e164);
    CHECK((owner.company.has_value() != owner.family_name.has_value()));
    if (!owner.email.empty()) CHECK(is_email(owner.email));
  }
}

TEST_CASE("the truth about leads holds") {
  constexpr std::int64_t leads = 20'000;
  const Agency agency(Plan{.seed = 5, .listings = 300, .leads = leads, .country = std::nullopt});
  std::vector<Lead> all(1);
  std::unordered_map<std::string, std::int64_t> phones, emails;
  std::map<Twin, int> twins;
  for (std::int64_t i = 1; i <= leads; ++i) {
    const Lead lead = agency.lead(i);
    ++twins[lead.twin];
    CAPTURE(i, lead.like, to_string(lead.twin), lead.name, lead.phone, lead.email);
    REQUIRE((lead.like == 0) == (lead.twin == Twin::none));
    if (lead.like > 0) {
      REQUIRE(lead.like < i);
      REQUIRE(i - lead.like <= reach);
      const Lead& first = all[static_cast<std::size_t>(lead.like)];
      CHECK(first.like == 0);
      CHECK(first.country == lead.country);
      const bool phone = !lead.phone_e164.empty() && lead.phone_e164 == first.phone_e164;
      const bool email = !lead.email.empty() && fold_email(lead.email) == fold_email(first.email);
      if (is_same(lead.twin)) CHECK((phone || email || !is_email(first.email)));
      if (lead.twin == Twin::phone_other_form) CHECK(phone);
      if (lead.twin == Twin::new_phone) CHECK((!phone && !lead.phone_e164.empty()));
      if (lead.twin == Twin::household) CHECK((phone && !email));
      if (lead.twin == Twin::homonym) CHECK((!phone && !email && !lead.phone_e164.empty()));
    }
    // Nobody has somebody else's number or address by accident.
    const std::int64_t person = lead.like > 0 ? lead.like : i;
    if (!lead.phone_e164.empty()) {
      const auto [it, fresh] = phones.try_emplace(lead.phone_e164, person);
      CHECK((fresh || it->second == person));
    }
    if (is_email(lead.email) && lead.twin != Twin::email_mistyped) {
      const std::int64_t owner = is_same(lead.twin) ? person : i;
      const auto [it, fresh] = emails.try_emplace(fold_email(lead.email), owner);
      CHECK((fresh || it->second == owner));
    }
    all.push_back(lead);
  }
  std::int64_t same = 0, apart = 0;
  for (const auto& [twin, n] : twins) {
    CAPTURE(to_string(twin));
    if (twin != Twin::none) CHECK(n > 50);
    (is_same(twin) ? same : apart) += twin == Twin::none ? 0 : n;
  }
  CHECK(between(share(same, leads), 110, 150));
  CHECK(between(share(apart, leads), 20, 40));
}

TEST_CASE("the book of pairs names every pair once, as looking at all would") {
  const Agency agency(Plan{.seed = 8, .listings = 10, .leads = 3'000, .country = std::nullopt});
  std::set<Truth::Pair> booked, looked;
  Truth truth;
  std::vector<std::int64_t> person(1);
  for (std::int64_t i = 1; i <= 3'000; ++i) {
    const Lead lead = agency.lead(i);
    const std::int64_t like = is_same(lead.twin) ? lead.like : 0;
    for (const Truth::Pair& pair : truth.add(i, like)) CHECK(booked.insert(pair).second);
    person.push_back(like > 0 ? like : i);
  }
  for (std::int64_t a = 1; a <= 3'000; ++a)
    for (std::int64_t b = a + 1; b <= 3'000; ++b)
      if (person[static_cast<std::size_t>(a)] == person[static_cast<std::size_t>(b)]) looked.emplace(a, b);
  CHECK(booked == looked);
  CHECK(booked.size() > 300);
}

TEST_CASE("listings are what portals have") {
  constexpr std::int64_t listings = 6'000;
  const Agency agency(Plan{.seed = 4, .listings = listings, .leads = 0, .country = std::nullopt});
  std::map<std::string, int> languages, missing, types;
  std::int64_t complete = 0, reposts = 0, buildings = 0, longest = 0, shared_files = 0;
  std::vector<Listing> all(1);
  for (std::int64_t i = 1; i <= listings; ++i) {
    const Listing l = agency.listing(i);
    CAPTURE(i, l.title, to_string(l.twin));
    ++languages[l.language];
    ++types[l.property_type_code];
    for (const std::string& what : l.missing) ++missing[what];
    const auto lacks = [&](const char* what) {
      return std::find(l.missing.begin(), l.missing.end(), what) != l.missing.end();
    };
    CHECK(is_seeded_code("PROPERTY_TYPE", l.property_type_code));
    CHECK(is_seeded_code("TX_TYPE", l.transaction_type_code));
    CHECK(between(static_cast<std::int64_t>(code_points(l.title)), 10, 120));
    const auto length = static_cast<std::int64_t>(code_points(l.description));
    longest = std::max(longest, length);
    CHECK(lacks("description") == !between(length, 30, 5'000));
    CHECK(lacks("price") == !l.price.has_value());
    CHECK(lacks("photos") == (l.photos.size() < 3));
    CHECK(lacks("zone") == l.zone.empty());
    CHECK(lacks("surface_m2") == !l.surface_m2.has_value());
    const bool french = l.country == Country::france;
    const bool heated = french && l.property_type_code != "PROP_LAND";
    CHECK(l.energy_class.empty() == (!heated || lacks("energy")));
    CHECK(l.energy_class >= l.climate_class);
    CHECK(l.fees_payer.empty() == (!french || lacks("fees")));
    if (l.diagnosed_on) CHECK((*l.diagnosed_on >= make_date(2021, 7, 1) && *l.diagnosed_on < l.listed_on));
    if (l.price) CHECK(l.price->amount > 0);
    CHECK(l.title.find('{') == l.title.npos);
    CHECK(l.description.find('{') == l.description.npos);
    CHECK(phone_e164(l.contact_phone, to_string(l.country)) == agency.owner(l.owner).phone_e164);
    for (const Photo& photo : l.photos) {
      CHECK(unhex(photo.content_hash).value_or("").size() == 32);
      CHECK(unhex(photo.perceptual_hash).value_or("").size() == 8);
    }
    complete += l.missing.empty();
    if (l.like > 0) {
      const Listing& first = all[static_cast<std::size_t>(l.like)];
      CHECK(first.like == 0);
      CHECK(first.country == l.country);
      std::int64_t files = 0;
      for (const Photo& a : l.photos)
        for (const Photo& b : first.photos) files += a.content_hash == b.content_hash;
      if (l.twin == Twin::repost) {
        ++reposts;
        shared_files += files > 0;
        CHECK(l.portal != first.portal);
        CHECK(l.reference != first.reference);
        if (l.price && first.price) {
          CHECK(between(l.price->amount * 1000 / first.price->amount, 900, 1100));
          CHECK(l.owner == first.owner);
        }
      } else {
        ++buildings;
        CHECK(files == 0);
        CHECK(l.portal.size() > 0);
        if (l.floor && first.floor) CHECK(*l.floor > *first.floor);
      }
    }
    all.push_back(l);
  }
  CHECK(between(share(complete, listings), 850, 900));
  CHECK(missing.size() == 7);
  CHECK(between(share(reposts, listings), 65, 95));
  CHECK(between(share(buildings, listings), 15, 35));
  CHECK(between(share(shared_files, reposts), 300, 600));
  CHECK(types.size() == 8);
  CHECK(longest > 1'500);
  CHECK(between(share(languages["ar"], listings), 60, 110));
  CHECK(between(share(languages["en"], listings), 40, 80));
}

TEST_CASE("histories are steps that the workflow allows") {
  const Agency agency(Plan{.seed = 6, .listings = 100, .leads = 5'000, .country = std::nullopt});
  const workflow::Definition& buy = *workflow::seeded("CRM_LEAD_BUY");
  std::int64_t told = 0, openers = 0;
  std::set<std::string> reached;
  for (std::int64_t i = 1; i <= 5'000; ++i) {
    const Lead lead = agency.lead(i);
    const std::vector<Step> steps = agency.history(i);
    const bool opens = lead.reachable && !is_same(lead.twin);
    openers += opens;
    told += !steps.empty();
    if (!opens) CHECK(steps.empty());
    std::string state = buy.initial().code;
    Timestamp last = lead.received_at;
    for (const Step& step : steps) {
      CAPTURE(i, step.operation, state, step.to);
      CHECK(step.at >= last);
      last = step.at;
      if (step.operation == "dossiers.transition") {
        const bool allowed = std::any_of(buy.transitions.begin(), buy.transitions.end(),
                                         [&](const auto& t) { return t.from == state && t.to == step.to; });
        CHECK(allowed);
        state = step.to;
        reached.insert(state);
        REQUIRE(buy.state(state));
        const auto& dictionary = buy.state(state)->reason_dictionary;
        CHECK(dictionary.has_value() == !step.reason_code.empty());
        if (dictionary) CHECK(is_seeded_code(*dictionary, step.reason_code));
      } else if (step.operation == "dossiers.add_task") {
        CHECK(is_seeded_code("TASK_CATEGORY", step.category_code));
        CHECK((step.due_at && *step.due_at > step.at));
        CHECK(!step.text.empty());
      } else {
        CHECK(step.operation == "dossiers.add_note");
        CHECK(!step.text.empty());
      }
    }
  }
  CHECK(between(share(told, openers), 330, 430));
  CHECK(reached.size() == buy.states.size() - 1);  // all but the first
}

TEST_CASE("parameters say what the record says, and nothing that it does not have") {
  const Agency agency = small();
  for (std::int64_t i = 1; i <= 400; ++i) {
    const Listing l = agency.listing(i);
    const Json params = parse_json(create_params(l));
    CAPTURE(i, params.dump());
    CHECK(params.at("title") == l.title);
    CHECK(params.contains("price") == l.price.has_value());
    if (l.price) CHECK(params.at("price").at("amount") == l.price->amount);
    CHECK(params.contains("zone") == !l.zone.empty());
    CHECK(params.contains("energy") == !l.energy_class.empty());
    CHECK(params.contains("coownership") == l.coownership.has_value());
    const Lead lead = agency.lead(i);
    const Json asked = parse_json(create_params(lead));
    CHECK(asked.at("contact_name") == lead.name);
    CHECK(asked.value("phone", "") == lead.phone);
    CHECK(asked.contains("phone_region") == !lead.phone.empty());
    CHECK(asked.value("email", "") == lead.email);
  }
  for (std::int64_t i = 1; i <= agency.owners(); ++i) {
    const Owner owner = agency.owner(i);
    const Json params = parse_json(create_params(owner));
    CHECK(params.contains("organisation_name") == owner.company.has_value());
    CHECK(params.at("phones") == Json::array({owner.phone}));
  }
}
