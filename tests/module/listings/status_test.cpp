// Listings: the machine, the conditions of publishing, who may.

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "listings/listings_world.hpp"
#include "visibility.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

const listings::Way& way(const listings::Ways& ways, const std::string& code) {
  const auto it =
      std::find_if(ways.items.begin(), ways.items.end(), [&](const auto& x) { return x.code == code; });
  REQUIRE(it != ways.items.end());
  return *it;
}

void set_settings(World& w, const std::string& settings) {
  auto s = w.admin();
  const Organisation o = s.call(organisations::get, {});
  s.call(organisations::update, {.id = o.id, .version = o.version, .settings = settings});
}

}  // namespace

TEST_CASE("publishing names everything that is missing at once, and then publishes", "[listings]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  Listing l = s.call(listings::create, draft_of("Flat"));
  const Error e = error_of([&] { s.call(listings::publish, {.id = l.id, .version = 1}); });
  CHECK(e.code() == ErrorCode::fields_missing);
  CHECK(e.fields().size() == 7);
  for (const char* path : {"/description", "/price", "/surface_m2", "/city", "/zone", "/media"})
    CHECK(names(e, path, field_code::required));
  CHECK(names(e, "/title", field_code::too_short));
  l = publishable(s, "Appartement F3");
  CHECK(l.version == 1);
  w.clock->advance(micros_per_second);
  l = s.call(listings::publish, {.id = l.id, .version = 1, .comment = "mandate signed"});
  CHECK(l.status_code == "ANN_PUBLISHED");
  CHECK(l.published_at == w.clock->now());
  CHECK(listings::is_public(l));
  const auto first = l.published_at;
  CHECK(names(error_of([&] {
                s.call(listings::transition, {.id = l.id, .version = 2, .transition_code = "ANN_T_SUSPEND"});
              }),
              "/reason_code", field_code::required));
  CHECK(names(
      error_of([&] {
        s.call(
            listings::transition,
            {.id = l.id, .version = 2, .transition_code = "ANN_T_SUSPEND", .reason_code = "PRICE_TOO_HIGH"});
      }),
      "/reason_code", field_code::not_a_code));
  l = s.call(listings::suspend, {.id = l.id, .version = 2, .reason_code = "MOD_OTHER", .comment = "holiday"});
  CHECK(l.suspension_reason_code == "MOD_OTHER");
  CHECK_FALSE(listings::is_public(l));
  w.clock->advance(micros_per_second);
  l = s.call(listings::resume, {.id = l.id, .version = 3});
  CHECK(l.status_code == "ANN_PUBLISHED");
  CHECK(l.published_at == first);
  CHECK_FALSE(l.suspension_reason_code);
  const Error again = error_of([&] { s.call(listings::publish, {.id = l.id, .version = 4}); });
  CHECK(again.code() == ErrorCode::transition_not_allowed);
  CHECK(detail_of(again, "possible") == R"(["ANN_T_SUSPEND","ANN_T_ARCHIVE"])");
  l = s.call(listings::archive, {.id = l.id, .version = 4});
  CHECK(l.status_code == "ANN_ARCHIVED");
  CHECK(l.archived_at);
  CHECK(s.call(listings::list, {}).items.size() == 1);
  CHECK(code_of([&] { s.call(listings::resume, {.id = l.id, .version = 5}); }) ==
        ErrorCode::transition_not_allowed);
  CHECK(code_of([&] {
          s.call(listings::update, {.id = l.id, .version = 5, .title = std::string("Autre")});
        }) == ErrorCode::conflict);
  const auto lines = s.call(listings::history, {.id = l.id}).items;
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].transition_code == "ANN_T_PUBLISH");
  CHECK(lines[0].from_code == "ANN_DRAFT");
  CHECK(lines[0].comment == "mandate signed");
  CHECK(lines[1].reason_code == "MOD_OTHER");
  CHECK(lines[3].to_code == "ANN_ARCHIVED");
  CHECK(lines[3].actor_id == w.one.admin);
  for (std::size_t i = 1; i < lines.size(); ++i) CHECK(lines[i - 1].at < lines[i].at);
  CHECK(s.call(audit::verify, {.records = true}).findings.empty());
}

TEST_CASE("the ways out of a state are listed with why they are closed", "[listings]") {
  World w("memory");
  auto s = w.admin();
  const Listing l = s.call(listings::create, draft_of("Flat"));
  auto ways = s.call(listings::transitions, {l.id});
  CHECK(ways.status_code == "ANN_DRAFT");
  REQUIRE(ways.items.size() == 4);
  CHECK_FALSE(way(ways, "ANN_T_PUBLISH").open);
  CHECK(way(ways, "ANN_T_PUBLISH").closed_by == "conditions");
  CHECK(way(ways, "ANN_T_PUBLISH").missing.size() == 7);
  CHECK(way(ways, "ANN_T_PUBLISH").to == "ANN_PUBLISHED");
  CHECK(way(ways, "ANN_T_SUSPEND").closed_by == "state");
  CHECK(way(ways, "ANN_T_SUSPEND").reason_dictionary == "MOD_REASON");
  CHECK(way(ways, "ANN_T_RESUME").closed_by == "state");
  CHECK(way(ways, "ANN_T_ARCHIVE").open);
  const Listing p = publishable(s, "Appartement F3");
  CHECK(way(s.call(listings::transitions, {p.id}), "ANN_T_PUBLISH").open);
  set_settings(w, R"({"publish_by_agents":false})");
  auto agent = w.as("AGENT");
  CHECK(way(agent.call(listings::transitions, {p.id}), "ANN_T_PUBLISH").closed_by == "permission");
  const Error e = error_of([&] { agent.call(listings::publish, {.id = p.id, .version = 1}); });
  CHECK(e.code() == ErrorCode::forbidden);
  CHECK(detail_of(e, "permission") == "\"LISTING_PUBLISH\"");
  CHECK(names(error_of([&] {
                s.call(listings::transition, {.id = p.id, .version = 1, .transition_code = "ANN_T_SELL"});
              }),
              "/transition_code", field_code::not_a_code));
}

TEST_CASE("the law of the listing's country counts, not the organisation's", "[listings]") {
  World w("memory");
  auto s = w.admin();
  const Listing l = publishable(s, "Appartement à Lyon");
  s.call(listings::update, {.id = l.id, .version = 1, .country_code = std::string("FR")});
  const Error e = error_of([&] { s.call(listings::publish, {.id = l.id, .version = 2}); });
  CHECK(e.code() == ErrorCode::fields_missing);
  CHECK(names(e, "/energy/energy_class", field_code::required));
  CHECK(names(e, "/fees/payer_code", field_code::required));
  CHECK(names(e, "/coownership/applies", field_code::required));
  const Money cost{120'000, *parse_currency("EUR")};
  s.call(listings::update, {.id = l.id,
                            .version = 2,
                            .energy = ListingEnergy{.issued_on = make_date(2024, 3, 5),
                                                    .energy_class = "G",
                                                    .climate_class = "E",
                                                    .annual_cost_min = cost,
                                                    .annual_cost_max = cost,
                                                    .prices_year = 2023},
                            .fees = ListingFees{.payer_code = "SELLER"},
                            .coownership = ListingCoownership{.applies = false}});
  CHECK(s.call(listings::publish, {.id = l.id, .version = 3}).status_code == "ANN_PUBLISHED");
  const auto mentions = s.call(listings::mentions, {l.id}).items;
  CHECK(std::any_of(mentions.begin(), mentions.end(), [](const auto& m) {
    return m.code == "excessive_consumption" &&
           m.text == "Logement à consommation énergétique excessive : classe G";
  }));
}

TEST_CASE("the number of photos is a setting; a published listing keeps them", "[listings]") {
  World w("memory");
  auto s = w.admin();
  set_settings(w, R"({"listings":{"min_photos":1}})");
  const Listing l = s.call(listings::create, whole_of("Appartement F3"));
  const ListingMedia photo = add_photo(s, l.id, "a.jpg");
  s.call(listings::publish, {.id = l.id, .version = 1});
  const Error e = error_of([&] { s.call(media::remove, {photo.id}); });
  CHECK(e.code() == ErrorCode::fields_missing);
  CHECK(names(e, "/media", field_code::required));
  CHECK(s.call(media::list, {l.id}).items.size() == 1);
  add_photo(s, l.id, "b.jpg");
  s.call(media::remove, {photo.id});
  CHECK(s.call(media::list, {l.id}).items.size() == 1);
}

TEST_CASE("a plan's number of published listings is a limit", "[listings]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto host = w.engine.host_session();
  const auto made = host.call(
      organisations::create,
      {.name = "Particulier", .plan_key = "plan.free", .default_country = "MA", .admin_email = "p@p.ma"});
  auto s = w.engine.session({.org = made.organisation->id, .user = made.admin_user_id});
  Listing third;
  for (const char* title : {"Appartement A", "Appartement B", "Appartement C"}) third = published(s, title);
  const Listing fourth = publishable(s, "Appartement D");
  const Error e = error_of([&] { s.call(listings::publish, {.id = fourth.id, .version = 1}); });
  CHECK(e.code() == ErrorCode::quota_exceeded);
  CHECK(detail_of(e, "limit") == "\"limits.listings.published_max\"");
  CHECK(detail_of(e, "used") == "3");
  // Fields and the limit together: the fields, and the rest beside them.
  const Listing fifth = s.call(listings::create, whole_of("Appartement E"));
  const Error both = error_of([&] { s.call(listings::publish, {.id = fifth.id, .version = 1}); });
  CHECK(both.code() == ErrorCode::fields_missing);
  CHECK(detail_of(both, "refusals").find("quota_exceeded") != std::string::npos);
  s.call(listings::suspend, {.id = third.id, .version = third.version, .reason_code = "MOD_OTHER"});
  s.call(listings::publish, {.id = fourth.id, .version = 1});
  CHECK(code_of([&] { s.call(listings::resume, {.id = third.id, .version = third.version + 1}); }) ==
        ErrorCode::quota_exceeded);
}

TEST_CASE("of concurrent publications no more get through than the plan allows", "[listings][threads]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  const auto made = w.engine.host_session().call(
      organisations::create,
      {.name = "Particulier", .plan_key = "plan.free", .default_country = "MA", .admin_email = "p@p.ma"});
  const auto session = [&] {
    return w.engine.session({.org = made.organisation->id, .user = made.admin_user_id});
  };
  std::vector<Uuid> drafts;
  auto s = session();
  published(s, "Appartement A");
  for (int i = 0; i < 5; ++i) drafts.push_back(publishable(s, "Appartement " + std::to_string(i)).id);
  std::atomic<int> through{0}, refused{0};
  std::vector<std::thread> threads;
  for (const Uuid& id : drafts) {
    threads.emplace_back([&, id] {
      const ErrorCode code = code_of([&] { session().call(listings::publish, {.id = id, .version = 1}); });
      if (code == ErrorCode::ok) ++through;
      if (code == ErrorCode::quota_exceeded) ++refused;
    });
  }
  for (auto& t : threads) t.join();
  CHECK(through == 2);
  CHECK(refused == 3);
}

TEST_CASE("owners see and change their own listings, and publish where the organisation lets them",
          "[listings][scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto owner = w.as("OWNER");
  const Uuid party = admin.call(parties::create, {.role_code = "OWNER", .family_name = "Alami"}).id;
  const User user = admin.call(users::get, {w.one.users.at("OWNER")});
  listings::Create in = whole_of("Appartement des Alami");
  in.owner_party_id = party;
  in.contact_phone = "0612345678";
  const Listing theirs = admin.call(listings::create, in);
  const Listing strange = admin.call(listings::create, whole_of("Appartement des autres"));
  CHECK(code_of([&] { owner.call(listings::get, {theirs.id}); }) == ErrorCode::not_found);
  admin.call(users::update, {.id = user.id, .version = user.version, .party_id = party});
  CHECK(owner.call(listings::get, {theirs.id}).contact_phone == "+212612345678");
  CHECK(code_of([&] { owner.call(listings::get, {strange.id}); }) == ErrorCode::not_found);
  const Listing mine = owner.call(listings::create, whole_of("Appartement à moi"));
  CHECK(owner.call(listings::list, {}).items.size() == 2);
  CHECK(owner.call(listings::count, {}).count == 2);
  CHECK(owner.call(listings::search, {.query = "appartement"}).items.size() == 2);
  CHECK(code_of([&] { owner.call(listings::transitions, {strange.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { owner.call(listings::price_history, {.id = strange.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { owner.call(media::list, {strange.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { add_photo(owner, strange.id, "x.jpg"); }) == ErrorCode::not_found);
  const ListingMedia photo = add_photo(admin, strange.id, "x.jpg");
  CHECK(code_of([&] { owner.call(media::remove, {photo.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { owner.call(media::set_primary, {photo.id}); }) == ErrorCode::not_found);
  add_photo(owner, mine.id, "y.jpg");
  const Listing changed =
      owner.call(listings::update, {.id = theirs.id, .version = 1, .rooms = std::int64_t{4}});
  CHECK(changed.rooms == 4);
  const Uuid other = admin.call(parties::create, {.role_code = "OWNER", .family_name = "Autre"}).id;
  CHECK(code_of([&] {
          owner.call(listings::update, {.id = mine.id, .version = 1, .owner_party_id = other});
        }) == ErrorCode::forbidden);
  CHECK(code_of([&] {
          owner.call(listings::update, {.id = strange.id, .version = 1, .rooms = std::int64_t{4}});
        }) == ErrorCode::not_found);
  CHECK(code_of([&] { owner.call(listings::publish, {.id = mine.id, .version = 1}); }) ==
        ErrorCode::forbidden);
  set_settings(w, R"({"publish_by_owners":true})");
  add_photo(owner, mine.id, "z.jpg");
  add_photo(owner, mine.id, "t.jpg");
  CHECK(owner.call(listings::publish, {.id = mine.id, .version = 1}).status_code == "ANN_PUBLISHED");
  CHECK(code_of([&] { owner.call(listings::archive, {.id = strange.id, .version = 1}); }) ==
        ErrorCode::not_found);
}

TEST_CASE("each role does with listings what the matrix says", "[listings][scope]") {
  World w("memory");
  auto admin = w.admin();
  const Listing l = publishable(admin, "Appartement F3");
  const ListingMedia photo = admin.call(media::list, {l.id}).items.at(0);
  struct Row {
    const char* role;
    bool reads, creates, updates, uploads, publishes;
  };
  // Owner: of listings of their own, which this one is not. Moderator: where something is reported.
  for (const Row& row : {Row{"MANAGER", true, true, true, true, true},
                         {"AGENT", true, true, true, true, true},
                         {"OWNER", false, true, false, false, false},
                         {"MODERATOR", false, false, false, false, false},
                         {"AUDITOR", false, false, false, false, false}}) {
    CAPTURE(row.role);
    auto s = w.as(row.role);
    const auto may = [&](const std::function<void()>& f) {
      const ErrorCode code = code_of(f);
      return code != ErrorCode::forbidden && code != ErrorCode::not_found;
    };
    CHECK(may([&] { s.call(listings::get, {l.id}); }) == row.reads);
    CHECK(may([&] { s.call(listings::history, {.id = l.id}); }) == row.reads);
    CHECK(may([&] { s.call(listings::quality, {l.id}); }) == row.reads);
    CHECK(may([&] { s.call(media::list, {l.id}); }) == row.reads);
    CHECK(may([&] { s.call(listings::create, draft_of("Draft")); }) == row.creates);
    CHECK(may([&] { s.call(listings::update, {.id = l.id, .version = 99, .rooms = std::int64_t{2}}); }) ==
          row.updates);
    CHECK(may([&] { s.call(listings::set_visibility, {.id = l.id, .version = 99}); }) == row.updates);
    CHECK(may([&] { s.call(media::reorder, {.listing_id = l.id, .ids = {"x"}}); }) == row.uploads);
    CHECK(may([&] { s.call(listings::publish, {.id = l.id, .version = 99}); }) == row.publishes);
    CHECK(may([&] { s.call(listings::archive, {.id = l.id, .version = 99}); }) == row.publishes);
    CHECK(may([&] {
            s.call(listings::override_duplicate, {.id = l.id, .version = 99, .justification = "no"});
          }) == (std::string(row.role) == "MANAGER"));
  }
  CHECK(w.as("MODERATOR").call(listings::list, {}).items.empty());
}

TEST_CASE("another organisation's listings do not exist", "[listings][tenancy]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  auto other = w.other();
  const Listing l = publishable(s, "Appartement F3");
  const ListingMedia photo = s.call(media::list, {l.id}).items.at(0);
  const Uuid party = s.call(parties::create, {.role_code = "OWNER", .family_name = "Alami"}).id;
  const std::function<void()> calls[] = {
      [&] { other.call(listings::get, {l.id}); },
      [&] { other.call(listings::update, {.id = l.id, .version = 1, .rooms = std::int64_t{2}}); },
      [&] { other.call(listings::publish, {.id = l.id, .version = 1}); },
      [&] { other.call(listings::archive, {.id = l.id, .version = 1}); },
      [&] { other.call(listings::suspend, {.id = l.id, .version = 1, .reason_code = "MOD_OTHER"}); },
      [&] { other.call(listings::resume, {.id = l.id, .version = 1}); },
      [&] {
        other.call(listings::transition, {.id = l.id, .version = 1, .transition_code = "ANN_T_ARCHIVE"});
      },
      [&] { other.call(listings::transitions, {l.id}); },
      [&] { other.call(listings::set_visibility, {.id = l.id, .version = 1}); },
      [&] { other.call(listings::override_duplicate, {.id = l.id, .version = 1, .justification = "x"}); },
      [&] { other.call(listings::history, {.id = l.id}); },
      [&] { other.call(listings::price_history, {.id = l.id}); },
      [&] { other.call(listings::quality, {l.id}); },
      [&] { other.call(listings::mentions, {l.id}); },
      [&] { add_photo(other, l.id, "x.jpg"); },
      [&] { other.call(media::list, {l.id}); },
      [&] { other.call(media::reorder, {.listing_id = l.id, .ids = {format_uuid(photo.id)}}); },
      [&] { other.call(media::set_primary, {photo.id}); },
      [&] { other.call(media::remove, {photo.id}); }};
  for (std::size_t i = 0; i < std::size(calls); ++i) {
    CAPTURE(i);
    CHECK(code_of(calls[i]) == ErrorCode::not_found);
  }
  CHECK(other.call(listings::list, {}).items.empty());
  CHECK(other.call(listings::search, {.query = "appartement"}).items.empty());
  listings::Create in = draft_of("Villa");
  in.owner_party_id = party;
  CHECK(names(error_of([&] { other.call(listings::create, in); }), "/owner_party_id",
              field_code::unknown_reference));
  CHECK(names(error_of([&] {
                other.call(dossiers::create,
                           {.contact_name = "A", .phone = "0612345678", .listing_id = l.id});
              }),
              "/listing_id", field_code::unknown_reference));
}

TEST_CASE("a dossier is about a listing that exists; owners see theirs without the contact",
          "[listings][dossiers][scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto owner = w.as("OWNER");
  const Listing mine = owner.call(listings::create, draft_of("Villa"));
  const Listing strange = admin.call(listings::create, draft_of("Riad"));
  const Uuid nothing = *parse_uuid("01900000-0000-7000-8000-000000000001");
  CHECK(names(error_of([&] {
                admin.call(dossiers::create,
                           {.contact_name = "A", .phone = "0612345678", .listing_id = nothing});
              }),
              "/listing_id", field_code::unknown_reference));
  const Dossier d = admin
                        .call(dossiers::create, {.contact_name = "Ali",
                                                 .phone = "0612345678",
                                                 .email = "ali@example.ma",
                                                 .listing_id = mine.id})
                        .dossier.value();
  const Dossier other =
      admin.call(dossiers::create, {.contact_name = "Badr", .phone = "0612345679", .listing_id = strange.id})
          .dossier.value();
  CHECK(names(
      error_of([&] { admin.call(dossiers::update, {.id = d.id, .version = 1, .listing_id = nothing}); }),
      "/listing_id", field_code::unknown_reference));
  const auto seen = owner.call(dossiers::list, {}).items;
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].id == d.id);
  CHECK(seen[0].contact_name == "Ali");
  CHECK_FALSE(seen[0].phone);
  CHECK_FALSE(seen[0].phone_raw);
  CHECK_FALSE(seen[0].email);
  CHECK_FALSE(owner.call(dossiers::get, {d.id}).phone);
  CHECK(code_of([&] { owner.call(dossiers::get, {other.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { owner.call(dossiers::list, {.where = R"({"phone":"+212612345678"})"}); }) ==
        ErrorCode::invalid_argument);
  CHECK(code_of([&] { owner.call(dossiers::parties_of, {d.id}); }) == ErrorCode::forbidden);
  CHECK(code_of([&] {
          owner.call(dossiers::update, {.id = d.id, .version = 1, .city = std::string("Fès")});
        }) == ErrorCode::forbidden);
}

TEST_CASE("moderators do not see who offers a listing; who has the whole sees all", "[listings][scope]") {
  CHECK(hidden_from(scope_all) == no_flags);
  CHECK(hidden_from(scope_all | scope_moderation) == no_flags);
  CHECK(hidden_from(scope_assigned) == no_flags);
  CHECK(hidden_from(scope_own) == contact);
  CHECK(hidden_from(scope_moderation) == (contact | withheld));
  CHECK(hidden_from(scope_own | scope_moderation) == (contact | withheld));
  CHECK(hidden_from(scope_public) == (contact | withheld));
  CHECK(hidden_from(scope_none) == (contact | withheld));
  for (const char* field : {"contact_name", "contact_phone", "contact_phone_raw", "owner_party_id"})
    CHECK(schema_of<Listing>().find(field)->has(withheld));
}

TEST_CASE("any sequence of transitions ends in a legal state, as the history tells", "[listings][property]") {
  World w("memory");
  auto s = w.admin();
  std::mt19937 dice(7);
  const std::vector<std::string> codes{"ANN_T_PUBLISH", "ANN_T_SUSPEND", "ANN_T_RESUME", "ANN_T_ARCHIVE"};
  // The machine, written down once more by hand.
  const std::map<std::pair<std::string, std::string>, std::string> legal{
      {{"ANN_DRAFT", "ANN_T_PUBLISH"}, "ANN_PUBLISHED"},
      {{"ANN_PUBLISHED", "ANN_T_SUSPEND"}, "ANN_SUSPENDED"},
      {{"ANN_SUSPENDED", "ANN_T_RESUME"}, "ANN_PUBLISHED"},
      {{"ANN_DRAFT", "ANN_T_ARCHIVE"}, "ANN_ARCHIVED"},
      {{"ANN_PUBLISHED", "ANN_T_ARCHIVE"}, "ANN_ARCHIVED"},
      {{"ANN_SUSPENDED", "ANN_T_ARCHIVE"}, "ANN_ARCHIVED"}};
  for (int run = 0; run < 25; ++run) {
    Listing l = publishable(s, "Appartement " + std::to_string(run));
    std::string state = "ANN_DRAFT";
    std::size_t taken = 0;
    for (int step = 0; step < 12; ++step) {
      // Archiving ends everything: more seldom than the rest.
      const std::string code = codes[dice() % (dice() % 4 == 0 ? 4 : 3)];
      const auto expected = legal.find({state, code});
      listings::TransitionInput in{.id = l.id, .version = l.version, .transition_code = code};
      if (code == "ANN_T_SUSPEND") in.reason_code = "MOD_OTHER";
      if (expected == legal.end()) {
        CHECK(code_of([&] { s.call(listings::transition, in); }) == ErrorCode::transition_not_allowed);
        continue;
      }
      l = s.call(listings::transition, in);
      state = expected->second;
      ++taken;
      CHECK(l.status_code == state);
      CHECK(l.archived_at.has_value() == (state == "ANN_ARCHIVED"));
      CHECK(l.suspension_reason_code.has_value() == (state == "ANN_SUSPENDED"));
    }
    const auto lines = s.call(listings::history, {.id = l.id}).items;
    CHECK(lines.size() == taken);
    std::string at = "ANN_DRAFT";
    for (const StatusChange& line : lines) {
      CHECK(line.from_code == at);
      at = line.to_code;
    }
    CHECK(at == s.call(listings::get, {l.id}).status_code);
  }
}
