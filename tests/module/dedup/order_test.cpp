// Two thousand people, one by one, all at once, by several threads, in other orders: the same pairs, the same
// clusters.

#include <atomic>
#include <thread>

#include "search.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

constexpr std::size_t people = 2'000;

std::string word(unsigned n) {
  static constexpr const char* syllables[] = {"ba", "dri", "han", "ka", "lou", "mar", "ni",  "ous",
                                              "ra", "sal", "ti",  "va", "yem", "zo",  "gue", "fer"};
  std::string out;
  for (int i = 0; i < 3; ++i, n /= 16) out += syllables[n % 16];
  out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

/// People whose names are as many as people, so that no key is at its cap: who enters a cap depends on the
/// ids. A quarter comes again, some of them a third time, damaged.
std::vector<Person> a_town(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<Person> out;
  while (out.size() < people) {
    Person p{word(static_cast<unsigned>(random() % 700)),
             word(static_cast<unsigned>(random() % 4'000)),
             {"+2126" + std::to_string(10'000'000 + random() % 89'999'999)},
             {},
             {}};
    if (random() % 2 == 0) p.emails = {"p" + std::to_string(random() % 1'000'000) + "@example.ma"};
    out.push_back(p);
    for (unsigned again = random() % 4 == 0 ? 1 + random() % 2 : 0; again > 0; --again) {
      Person q = p;
      switch (random() % 4) {
        case 0:
          q.given += "e";
          break;
        case 1:
          q.phones = {"+2126" + std::to_string(10'000'000 + random() % 89'999'999)};
          break;
        case 2:
          std::swap(q.given, q.family);
          break;
        default:
          q.emails = {"autre" + std::to_string(random() % 1'000'000) + "@example.ma"};
      }
      out.push_back(q);
    }
  }
  out.resize(people);
  return out;
}

using Names = std::map<Uuid, std::string>;

void add_all(Session& s, const std::vector<Person>& town, const std::vector<std::size_t>& order,
             std::size_t from, std::size_t to, Names& names) {
  for (std::size_t i = from; i < to;) {
    std::vector<std::pair<Uuid, std::size_t>> some;
    s.batch([&](Session& b) {
      for (const std::size_t end = std::min(to, i + 100); i < end; ++i)
        some.emplace_back(add(b, town[order[i]]).id, order[i]);
    });
    for (const auto& [id, number] : some) names[id] = std::to_string(number);
  }
}

/// Every cluster of more than one, by the names of its members.
std::set<std::set<std::string>> clusters_of(Session& s, const Pairs& pairs, const Names& names) {
  std::map<std::string, Uuid> ids;
  for (const auto& [id, name] : names) ids[name] = id;
  std::set<std::set<std::string>> out;
  std::set<std::string> seen;
  for (const auto& [pair, units] : pairs) {
    for (const std::string& name : {pair.first, pair.second}) {
      if (!seen.insert(name).second) continue;
      std::set<std::string> cluster;
      for (const std::string& member :
           s.call(duplicates::cluster, {.entity_kind = "party", .id = ids.at(name)}).members)
        cluster.insert(names.at(parse_uuid(member).value()));
      if (cluster.size() > 1) out.insert(cluster);
    }
  }
  return out;
}

struct Found {
  Pairs pairs;
  std::set<std::set<std::string>> clusters;
  bool operator==(const Found&) const = default;
};

Found found_of(Session& s, const Names& names) {
  Found out;
  std::optional<std::string> after;
  std::vector<duplicates::Signal> all;
  do {
    auto page = s.call(duplicates::list, {.entity_kind = "party", .limit = 1000, .after = after});
    all.insert(all.end(), page.items.begin(), page.items.end());
    after = page.next;
  } while (after);
  out.pairs = pairs_of(all, names);
  out.clusters = clusters_of(s, out.pairs, names);
  return out;
}

}  // namespace

TEST_CASE("two thousand people in any order, by any number of threads", "[dedup][order]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  const auto town = a_town(11);
  std::vector<std::size_t> order(people);
  for (std::size_t i = 0; i < people; ++i) order[i] = i;

  // As they come.
  const Found reference = [&] {
    auto s = w.admin();
    Names names;
    add_all(s, town, order, 0, people, names);
    const Found out = found_of(s, names);
    const auto run = scanned(w, s, "party");
    CHECK(run.scanned == static_cast<std::int64_t>(people));
    CHECK(run.opened + run.rescored + run.lapsed == 0);
    return out;
  }();
  CHECK(reference.pairs.size() > people / 8);
  CHECK(reference.clusters.size() > people / 10);
  CHECK(std::any_of(reference.clusters.begin(), reference.clusters.end(),
                    [](const auto& cluster) { return cluster.size() > 2; }));

  // In another order, while nobody looks; then one run.
  {
    const Agency agency = w.make_agency("Agence d'un coup");
    auto s = w.engine.session({.org = agency.org, .user = agency.admin});
    s.call(duplicates::configure, {.entity_kind = "party", .detects = false});
    std::shuffle(order.begin(), order.end(), std::mt19937(5));
    Names names;
    add_all(s, town, order, 0, people, names);
    CHECK(scanned(w, s, "party").opened == static_cast<std::int64_t>(reference.pairs.size()));
    CHECK(found_of(s, names) == reference);
  }
  // In a third one, by several at a time.
  {
    const Agency agency = w.make_agency("Agence à plusieurs");
    std::shuffle(order.begin(), order.end(), std::mt19937(6));
    constexpr std::size_t writers = 4;
    std::array<Names, writers> parts;
    std::atomic<int> failed{0};
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < writers; ++t) {
      threads.emplace_back([&, t] {
        try {
          auto s = w.engine.session({.org = agency.org, .user = agency.admin});
          for (std::size_t i = t; i < people; i += writers)
            parts[t][add(s, town[order[i]]).id] = std::to_string(order[i]);
        } catch (const std::exception&) {
          ++failed;
        }
      });
    }
    for (std::thread& t : threads) t.join();
    REQUIRE(failed == 0);
    Names names;
    for (Names& part : parts) names.merge(part);
    auto s = w.engine.session({.org = agency.org, .user = agency.admin});
    CHECK(found_of(s, names) == reference);
  }
}
