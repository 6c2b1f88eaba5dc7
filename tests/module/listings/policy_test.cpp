// What rooms above say against publishing, and what a moderator sees: an engine's rooms and one more, made
// for the test.

#include "atlas/context.hpp"
#include "composition.hpp"
#include "listings/listings_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// Objects to listings whose title says so.
class Objector final : public PublishPolicy {
 public:
  explicit Objector(std::string word) : word_(std::move(word)) {}
  void object(Context& cx, const PublishFacts& facts, std::vector<PublishRefusal>& out) const override {
    CHECK(facts.entity == "listing");
    const Listing l = cx.all<Listing>().get(facts.id);
    if (l.title.find(word_) != std::string::npos)
      out.push_back({word_, facts.resumes ? "not again" : "not at all"});
  }

 private:
  std::string word_;
};

/// A world whose engine has one more room.
struct Bench {
  explicit Bench(const std::string& settings = "{}") {
    auto store =
        open_memory_store({.migrations = migrations(), .clock = &clock, .entropy = &system_entropy()});
    auto registry = compose(store->catalog());
    registry->publish_policy(std::make_unique<Objector>("fraud"));
    registry->publish_policy(std::make_unique<Objector>("quarrel"));
    const unsigned title = registry->entity("listing").column("zone")->first;
    registry->scope("listing", scope_moderation, [title](const Principal&, const Access&) {
      return Predicate::equals(title, Value::text("Reported"));
    });
    auto vault = make_store_vault(store->catalog().id("subject_key"), store->vault_key(), system_entropy());
    KernelOptions options;
    options.clock = &clock;
    kernel = std::make_unique<Kernel>(std::move(store), std::move(registry), std::move(vault), options);
    Session host(*kernel, Principal{.kind = PrincipalKind::host});
    const auto made =
        host.call(organisations::create, {.name = "Agence", .settings = settings, .admin_email = "a@a.ma"});
    org = made.organisation->id;
    admin_id = made.admin_user_id;
  }
  Session as(const Uuid& user) { return {*kernel, Principal{.org = org, .id = user}}; }
  Session admin() { return as(admin_id); }
  Session with_role(const std::string& role) {
    auto s = admin();
    return as(s.call(users::create, {.email = role + "@a.ma", .roles = {role}}).id);
  }

  FakeClock clock;
  std::unique_ptr<Kernel> kernel;
  Uuid org, admin_id;
};

}  // namespace

TEST_CASE("every room above has its say, all at once", "[listings][policy]") {
  Bench bench;
  auto s = bench.admin();
  Listing l = publishable(s, "Appartement fraud quarrel");
  const Error e = error_of([&] { s.call(listings::publish, {.id = l.id, .version = 1}); });
  CHECK(e.code() == ErrorCode::guard_failed);
  CHECK(detail_of(e, "reason") == "\"fraud\"");
  CHECK(detail_of(e, "refusals") ==
        R"([{"code":"fraud","message":"not at all"},{"code":"quarrel","message":"not at all"}])");
  const auto ways = s.call(listings::transitions, {l.id});
  CHECK(ways.items.at(0).closed_by == "conditions");
  CHECK(ways.items.at(0).refusals ==
        std::vector<PublishRefusal>{{"fraud", "not at all"}, {"quarrel", "not at all"}});
  // Fields and objections together.
  const Listing bare = s.call(listings::create, draft_of("fraud"));
  const Error both = error_of([&] { s.call(listings::publish, {.id = bare.id, .version = 1}); });
  CHECK(both.code() == ErrorCode::fields_missing);
  CHECK(both.fields().size() == 7);
  CHECK(detail_of(both, "refusals") == R"([{"code":"fraud","message":"not at all"}])");
  // A suspended listing is asked about again.
  l = published(s, "Appartement calme");
  l = s.call(listings::suspend, {.id = l.id, .version = l.version, .reason_code = "MOD_OTHER"});
  l = s.call(listings::update, {.id = l.id, .version = l.version, .title = std::string("Appartement fraud")});
  CHECK(detail_of(error_of([&] { s.call(listings::resume, {.id = l.id, .version = l.version}); }),
                  "refusals") == R"([{"code":"fraud","message":"not again"}])");
}

TEST_CASE("a suspected duplicate is published only on a manager's word, which holds for that score",
          "[listings][policy]") {
  Bench bench(R"({"trust":{"duplicate_threshold":80}})");
  auto s = bench.admin();
  auto agent = bench.with_role("AGENT");
  const Listing first = publishable(s, "Appartement F3");
  CHECK(code_of([&] {
          s.call(listings::override_duplicate, {.id = first.id, .version = 1, .justification = "no"});
        }) == ErrorCode::conflict);
  CHECK(s.call(listings::transitions, {first.id}).items.at(0).open);
  // Word by word the same, of an unknown floor.
  Listing l = publishable(agent, "Appartement F3");
  const Error e = error_of([&] { agent.call(listings::publish, {.id = l.id, .version = l.version}); });
  CHECK(e.code() == ErrorCode::guard_failed);
  CHECK(detail_of(e, "reason") == "\"duplicate_suspected\"");
  CHECK(code_of([&] {
          agent.call(listings::override_duplicate,
                     {.id = l.id, .version = l.version, .justification = "two flats"});
        }) == ErrorCode::forbidden);
  l = bench.with_role("MANAGER").call(
      listings::override_duplicate,
      {.id = l.id, .version = l.version, .justification = "two flats of one house"});
  REQUIRE(l.duplicate_override);
  CHECK(l.duplicate_override->score == l.duplicate_score);
  CHECK(l.duplicate_override->justification == "two flats of one house");
  l = agent.call(listings::publish, {.id = l.id, .version = l.version});
  l = agent.call(listings::suspend, {.id = l.id, .version = l.version, .reason_code = "MOD_OTHER"});
  // More likely now than the manager knew.
  const std::string photo = "0123456789abcdef", other = "fedcba9876543210";
  for (const Uuid& id : {first.id, l.id})
    for (const std::string& hash : {photo, other})
      s.call(media::add, {.listing_id = id, .storage_key = hash, .perceptual_hash = hash});
  CHECK(code_of([&] { agent.call(listings::resume, {.id = l.id, .version = l.version}); }) ==
        ErrorCode::guard_failed);
}

TEST_CASE("a moderator sees what is reported, without contact and owner", "[listings][policy][scope]") {
  Bench bench;
  auto s = bench.admin();
  auto moderator = bench.with_role("MODERATOR");
  listings::Create in = whole_of("Appartement signalé");
  in.zone = "Reported";
  in.contact_name = "Mme Alami";
  in.contact_phone = "0612345678";
  in.owner_party_id = s.call(parties::create, {.role_code = "OWNER", .family_name = "Alami"}).id;
  const Listing reported = s.call(listings::create, in);
  const Listing quiet = s.call(listings::create, whole_of("Appartement calme"));
  add_photo(s, reported.id, "a.jpg");
  CHECK(code_of([&] { moderator.call(listings::get, {quiet.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { moderator.call(media::list, {quiet.id}); }) == ErrorCode::not_found);
  CHECK(moderator.call(media::list, {reported.id}).items.size() == 1);
  const auto page = moderator.call(listings::list, {}).items;
  REQUIRE(page.size() == 1);
  const auto found = moderator.call(listings::search, {.query = "appartement"}).items;
  REQUIRE(found.size() == 1);
  for (const Listing& l : {page[0], found[0], moderator.call(listings::get, {reported.id})}) {
    CHECK(l.title == "Appartement signalé");
    CHECK(l.price == reported.price);
    CHECK_FALSE(l.contact_name);
    CHECK_FALSE(l.contact_phone);
    CHECK_FALSE(l.contact_phone_raw);
    CHECK_FALSE(l.owner_party_id);
  }
  CHECK(code_of([&] {
          moderator.call(listings::list,
                         {.where = R"({"owner_party_id":")" + format_uuid(*in.owner_party_id) + "\"}"});
        }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] {
          moderator.call(listings::update, {.id = reported.id, .version = 1, .rooms = std::int64_t{1}});
        }) == ErrorCode::forbidden);
}
