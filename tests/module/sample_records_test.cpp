// The invented agency against the library: its records are taken, what it calls incomplete cannot be
// published and the rest can, its leads meet as their truth says, its histories are walked to the end.

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "atlas/json.hpp"
#include "atlas/sample.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

sample::Agency sample_of(std::int64_t listings, std::int64_t leads) {
  return sample::Agency({.seed = 11, .listings = listings, .leads = leads, .country = std::nullopt});
}

/// Each write of a file waits for its disk: the many run in memory, some everywhere.
std::int64_t size_for(const World& w, std::int64_t many, std::int64_t some) {
  return w.backend == "memory" ? many : some;
}

/// The first member of a path: "/energy/issued_on" is about "energy".
std::string about(const std::string& path) { return path.substr(1, path.find('/', 1) - 1); }

void add_photos(Session& s, const Uuid& listing, const std::vector<sample::Photo>& photos) {
  for (const sample::Photo& photo : photos) {
    s.call(media::add, {.listing_id = listing,
                        .storage_key = photo.file,
                        .content_hash = photo.content_hash,
                        .perceptual_hash = photo.perceptual_hash});
  }
}

}  // namespace

TEST_CASE("what the sample calls incomplete cannot be published, and the rest can", "[sample]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto agency = sample_of(200, 0);
  std::set<std::string> lacking;
  for (std::int64_t i = 1; i <= size_for(w, 200, 30); ++i) {
    const sample::Listing record = agency.listing(i);
    CAPTURE(i, record.title);
    const Listing made = s.call(
        listings::get,
        {.id = *parse_uuid(
             parse_json(s.call_json("listings.create", create_params(record)))["id"].get<std::string>())});
    add_photos(s, made.id, record.photos);
    std::set<std::string> wanted;
    for (const listings::Way& way : s.call(listings::transitions, {.id = made.id}).items) {
      if (way.code != "ANN_T_PUBLISH") continue;
      for (const listings::MissingField& field : way.missing) wanted.insert(about(field.path));
    }
    std::set<std::string> said;
    for (const std::string& what : record.missing) said.insert(what == "photos" ? "media" : what);
    CHECK(wanted == said);
    lacking.insert(said.begin(), said.end());
    const auto publish = [&] {
      const Listing now = s.call(listings::get, {.id = made.id});
      s.call(listings::publish, {.id = now.id, .version = now.version});
    };
    CHECK(code_of(publish) == (said.empty() ? ErrorCode::ok : ErrorCode::fields_missing));
  }
  CHECK(lacking.size() >= (w.backend == "memory" ? 6u : 2u));
}

TEST_CASE("leads meet as the sample's truth says, and histories are walked to the end", "[sample]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto agency = sample_of(20, 600);
  const std::int64_t leads = size_for(w, 600, 60);
  std::map<std::int64_t, Uuid> dossiers;
  std::set<Uuid> walked;
  int met = 0, refused = 0, steps = 0;
  for (std::int64_t i = 1; i <= leads; ++i) {
    const sample::Lead lead = agency.lead(i);
    CAPTURE(i, lead.name, lead.phone, lead.email, to_string(lead.twin));
    Json made;
    try {
      made = parse_json(s.call_json("dossiers.create", create_params(lead)));
    } catch (const Error& error) {
      // Nobody to reach, or an e-mail with a slip that is none.
      CHECK(error.code() == ErrorCode::invalid_argument);
      CHECK((!lead.reachable || names(error, "/email", field_code::not_an_email)));
      ++refused;
      continue;
    }
    dossiers[i] = *parse_uuid(made["id"].get<std::string>());
    const auto first = dossiers.find(lead.like);
    // A household shares its number: the exact keys cannot tell it from one person.
    const bool shares = lead.twin != sample::Twin::none && lead.twin != sample::Twin::homonym;
    if (shares && first != dossiers.end() && !made["created"].get<bool>()) {
      ++met;
      CHECK(dossiers[i] == first->second);
    }
    if (lead.twin == sample::Twin::none || lead.twin == sample::Twin::homonym) CHECK(made["created"] == true);
  }
  for (const auto& [number, id] : dossiers) {
    if (!walked.insert(id).second) continue;
    for (const sample::Step& step : agency.history(number)) {
      Json params = parse_json(step_params(step));
      params["id"] = format_uuid(id);
      if (step.operation == "dossiers.transition")
        params["version"] = s.call(dossiers::get, {.id = id}).version;
      CAPTURE(number, step.operation, params.dump());
      CHECK_NOTHROW(s.call_json(step.operation, params.dump()));
      ++steps;
    }
  }
  CHECK(met >= leads / 20);
  CHECK(refused <= leads / 12);
  CHECK(steps >= leads / 2);
  if (w.backend == "memory") CHECK(refused > 0);
}

TEST_CASE("owners become parties with their numbers read", "[sample]") {
  World w("memory");
  auto s = w.admin();
  const auto agency = sample_of(50, 0);
  for (std::int64_t i = 1; i <= agency.owners(); ++i) {
    const sample::Owner owner = agency.owner(i);
    const Json made = parse_json(s.call_json("parties.create", create_params(owner)));
    CHECK(made["phones"] == Json::array({owner.phone_e164}));
    CHECK(made["role_code"] == "OWNER");
  }
}
