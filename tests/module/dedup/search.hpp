#pragma once
// What the tests of the search for duplicates share.

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "atlas/duplicates.hpp"
#include "world.hpp"

namespace atlas::testing {

struct Person {
  std::string given, family;
  std::vector<std::string> phones = {}, emails = {};
  std::optional<std::string> address = {};
};

inline Party add(Session& s, const Person& p) {
  return s.call(parties::create, {.role_code = "BUYER",
                                  .given_name = p.given,
                                  .family_name = p.family,
                                  .phones = p.phones,
                                  .emails = p.emails,
                                  .address = p.address});
}

inline Uuid a_listing(Session& s, const std::string& title) {
  return s
      .call(listings::create,
            {.transaction_type_code = "TX_SALE", .property_type_code = "PROP_APARTMENT", .title = title})
      .id;
}

inline std::vector<duplicates::Signal> found(Session& s, const std::string& kind,
                                             const std::string& status = "OPEN",
                                             std::optional<Uuid> record = {}) {
  std::vector<duplicates::Signal> all;
  std::optional<std::string> after;
  do {
    auto page =
        s.call(duplicates::list,
               {.entity_kind = kind, .status_code = status, .record_id = record, .limit = 7, .after = after});
    all.insert(all.end(), page.items.begin(), page.items.end());
    after = page.next;
  } while (after);
  return all;
}

/// Pairs by what the caller calls the records, with their probabilities.
using Pairs = std::map<std::pair<std::string, std::string>, std::int64_t>;
inline Pairs pairs_of(const std::vector<duplicates::Signal>& signals,
                      const std::map<Uuid, std::string>& names) {
  Pairs out;
  for (const auto& s : signals) {
    auto pair = std::minmax(names.at(s.first_id.value()), names.at(s.second_id.value()));
    out[{pair.first, pair.second}] = s.probability.units;
  }
  return out;
}

inline void pump_all(Engine& engine) {
  while (engine.pump(50).done > 0) {
  }
}

inline DuplicateScan scanned(World& w, Session& s, const std::string& kind, bool dry = false) {
  const auto run = s.call(duplicates::scan, {.entity_kind = kind, .dry_run = dry});
  pump_all(w.engine);
  return s.call(duplicates::get_scan, {.id = run.id});
}

/// `n` people of whom about a third come twice, a little damaged. The same for the same seed.
inline std::vector<Person> a_crowd(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  const std::vector<std::string> given{"Youssef", "Fatima", "Karim",  "Nadia",
                                       "Hicham",  "Salma",  "Pierre", "Lucie"};
  const std::vector<std::string> family{"Tazi",    "Bennani", "El Idrissi", "Ouazzani", "Chraibi", "Morel",
                                        "Garnier", "Lahlou",  "Berrada",    "Zniber",   "Kettani", "Faure"};
  const auto one = [&](const auto& of) { return of[random() % of.size()]; };
  const auto digits = [&] { return std::to_string(10'000'000 + random() % 89'999'999); };
  std::vector<Person> out;
  while (out.size() < n) {
    Person p{one(given), one(family), {"+2126" + digits()}, {}, {}};
    if (random() % 2) p.emails = {p.given.substr(0, 1) + std::to_string(random() % 1000) + "@example.ma"};
    out.push_back(p);
    if (random() % 3) continue;
    Person again = p;
    switch (random() % 4) {
      case 0:
        again.given += "e";
        break;
      case 1:
        again.phones = {"+2126" + digits()};
        break;
      case 2:
        again.family = p.given, again.given = p.family;
        break;
      default:
        again.emails = {"autre" + std::to_string(random() % 1000) + "@example.ma"};
    }
    out.push_back(again);
  }
  out.resize(n);
  return out;
}

}  // namespace atlas::testing
