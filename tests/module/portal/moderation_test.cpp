// Reports and cases: their lives, what they do to publishing, what a moderator sees.

#include "atlas/moderation.hpp"

#include <atomic>
#include <thread>

#include "listings/listings_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

reports::Create complaint(const Uuid& listing, const std::string& reason = "REPORT_FRAUD") {
  return {.listing_id = listing, .reason_code = reason};
}

Listing reload(Session& s, const Uuid& id) { return s.call(listings::get, {id}); }

ModerationCase open_on(Session& moderator, const Uuid& listing) {
  return moderator.call(
      moderation::open,
      {.entity_id = listing, .reason_code = "MOD_SUSPECT_FRAUD", .comment = "prix trop bas"});
}

ModerationCase decide(Session& moderator, const ModerationCase& c, const std::string& decision) {
  return moderator.call(moderation::decide, {.id = c.id,
                                             .version = c.version,
                                             .decision = decision,
                                             .justification = "vérifié avec le propriétaire"});
}

std::vector<std::string> codes(const Error& e) {
  std::vector<std::string> out;
  const std::string all = detail_of(e, "refusals");
  for (const char* code : {"moderation_open", "moderation_blocked"})
    if (all.find(code) != std::string::npos) out.emplace_back(code);
  return out;
}

}  // namespace

TEST_CASE("a report is opened, looked into and closed", "[moderation]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto moderator = w.as("MODERATOR");
  const Listing l = published(admin, "Appartement à vendre");

  auto in = complaint(l.id);
  in.comment = "Les photos sont celles d'une autre annonce <b>ici</b>.";
  in.phone = "06 12 34 56 78";
  in.email = "Karim@Exemple.MA";
  const auto filed = w.as("AGENT").call(reports::create, in);
  CHECK(filed.created);
  REQUIRE(filed.report);
  CHECK(filed.report->status_code == "REPORT_OPEN");
  CHECK(filed.report->reporter_kind == "user");
  REQUIRE(filed.report->reporter);
  CHECK(filed.report->reporter->phone == "+212612345678");
  CHECK(filed.report->reporter->email == "karim@exemple.ma");
  CHECK(filed.report->comment == in.comment);
  CHECK(filed.report->created_by == w.one.users.at("AGENT"));

  const Uuid id = filed.report->id;
  CHECK(moderator.call(reports::count, {.where = R"({"status_code":"REPORT_OPEN"})"}).count == 1);
  CHECK(moderator.call(reports::get, {id}).reporter->phone == "+212612345678");

  // What is open is looked into before it is closed.
  const Error early =
      error_of([&] { moderator.call(reports::close, {.id = id, .version = 1, .resolution = "UNFOUNDED"}); });
  CHECK(early.code() == ErrorCode::transition_not_allowed);
  CHECK(detail_of(early, "possible") == R"(["review"])");
  const ListingReport looked = moderator.call(reports::review, {.id = id, .version = 1});
  CHECK(looked.status_code == "REPORT_IN_REVIEW");
  CHECK(code_of([&] { moderator.call(reports::review, {.id = id, .version = looked.version}); }) ==
        ErrorCode::transition_not_allowed);
  CHECK(code_of([&] { moderator.call(reports::close, {.id = id, .version = 1, .resolution = "FOUNDED"}); }) ==
        ErrorCode::conflict);
  CHECK(code_of([&] {
          moderator.call(reports::close, {.id = id, .version = looked.version, .resolution = "PERHAPS"});
        }) == ErrorCode::invalid_argument);
  const ListingReport closed = moderator.call(
      reports::close,
      {.id = id, .version = looked.version, .resolution = "UNFOUNDED", .comment = "photos vérifiées"});
  CHECK(closed.status_code == "REPORT_CLOSED");
  CHECK(closed.resolution == "UNFOUNDED");
  CHECK(closed.decided_by == w.one.users.at("MODERATOR"));
  CHECK(closed.closed_at == closed.updated_at);
  CHECK(code_of([&] { moderator.call(reports::review, {.id = id, .version = closed.version}); }) ==
        ErrorCode::transition_not_allowed);
  // The listing itself was never touched.
  CHECK(reload(admin, l.id).version == l.version);
  CHECK(admin.call(audit::verify, {.records = true}).findings.empty());
}

TEST_CASE("one reporter has one open report on a listing, and ten a day", "[moderation]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto agent = w.as("AGENT");
  auto moderator = w.as("MODERATOR");
  const Listing l = published(admin, "Appartement à vendre");

  const auto mine = agent.call(reports::create, complaint(l.id));
  const auto again = agent.call(reports::create, complaint(l.id, "REPORT_SPAM"));
  CHECK_FALSE(again.created);
  CHECK(again.report->id == mine.report->id);
  CHECK(again.report->reason_code == "REPORT_FRAUD");
  CHECK(w.as("MANAGER").call(reports::create, complaint(l.id)).created);

  // The same person, written down by two agents in two ways.
  auto by_phone = complaint(l.id);
  by_phone.phone = "0612345678";
  CHECK(agent.call(reports::create, by_phone).created);
  by_phone.phone = "+212 6 12 34 56 78";
  // What the other one wrote is between that one and the moderators.
  const auto met = w.as("AGENT2").call(reports::create, by_phone);
  CHECK_FALSE(met.created);
  CHECK_FALSE(met.report);
  CHECK(agent.call(reports::create, by_phone).report);
  CHECK(moderator.call(reports::create, by_phone).report);
  by_phone.phone = "12";
  CHECK(names(error_of([&] { agent.call(reports::create, by_phone); }), "/phone",
              field_code::not_a_phone_number));

  // A closed one is no obstacle.
  const auto looked = moderator.call(reports::review, {mine.report->id, mine.report->version});
  moderator.call(reports::close, {.id = looked.id, .version = looked.version, .resolution = "UNFOUNDED"});
  CHECK(agent.call(reports::create, complaint(l.id)).created);

  auto busy = complaint(l.id);
  busy.email = "fache@exemple.ma";
  for (int i = 0; i < 10; ++i) {
    busy.listing_id = published(admin, "Appartement numéro " + std::to_string(i)).id;
    CHECK(agent.call(reports::create, busy).created);
  }
  busy.listing_id = published(admin, "Appartement de trop").id;
  const Error limited = error_of([&] { agent.call(reports::create, busy); });
  CHECK(limited.code() == ErrorCode::rate_limited);
  CHECK(std::stoll(detail_of(limited, "retry_after")) > 80'000);
  w.clock->advance(25 * micros_per_hour);
  CHECK(agent.call(reports::create, busy).created);
}

TEST_CASE("no publishing while a case is open or decided against", "[moderation]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto moderator = w.as("MODERATOR");

  SECTION("a draft waits for the decision") {
    const Listing draft = publishable(admin, "Appartement à vendre");
    // A moderator has nothing to do with what is neither public nor reported.
    CHECK(code_of([&] { open_on(moderator, draft.id); }) == ErrorCode::not_found);
    admin.call(reports::create, complaint(draft.id));
    const ModerationCase c = open_on(moderator, draft.id);
    CHECK(c.status_code == "MOD_PENDING");
    CHECK(c.opened_by == w.one.users.at("MODERATOR"));
    const Error refused =
        error_of([&] { admin.call(listings::publish, {.id = draft.id, .version = draft.version}); });
    CHECK(refused.code() == ErrorCode::guard_failed);
    CHECK(codes(refused) == std::vector<std::string>{"moderation_open"});

    const ModerationCase no = decide(moderator, c, "reject");
    CHECK(no.status_code == "MOD_REJECTED");
    CHECK(no.blocks);
    CHECK(no.decided_by == w.one.users.at("MODERATOR"));
    CHECK(reload(admin, draft.id).status_code == "ANN_DRAFT");
    CHECK(codes(error_of([&] {
            admin.call(listings::publish, {.id = draft.id, .version = draft.version});
          })) == std::vector<std::string>{"moderation_blocked"});

    // A later case lifts it.
    const ModerationCase second = open_on(moderator, draft.id);
    const ModerationCase yes = decide(moderator, second, "approve");
    CHECK(yes.status_code == "MOD_APPROVED");
    CHECK_FALSE(yes.blocks);
    CHECK_FALSE(moderator.call(moderation::get, {no.id}).blocks);
    CHECK(admin.call(listings::publish, {.id = draft.id, .version = draft.version}).status_code ==
          "ANN_PUBLISHED");
  }

  SECTION("what is public is taken off by the machine, and comes back only after an approval") {
    const Listing l = published(admin, "Appartement à vendre");
    const ModerationCase c = open_on(moderator, l.id);
    CHECK(reload(admin, l.id).status_code == "ANN_PUBLISHED");
    const std::string decision = GENERATE("suspend", "reject");
    CAPTURE(decision);
    decide(moderator, c, decision);
    const Listing off = reload(admin, l.id);
    CHECK(off.status_code == "ANN_SUSPENDED");
    CHECK(off.suspension_reason_code == "MOD_SUSPECT_FRAUD");
    const auto history = admin.call(listings::history, {.id = l.id}).items;
    REQUIRE(history.size() == 2);
    CHECK(history[1].transition_code == "ANN_T_SUSPEND");
    CHECK(history[1].reason_code == "MOD_SUSPECT_FRAUD");
    CHECK(history[1].comment == "vérifié avec le propriétaire");
    CHECK(history[1].actor_id == w.one.users.at("MODERATOR"));
    CHECK(codes(error_of([&] { admin.call(listings::resume, {.id = l.id, .version = off.version}); })) ==
          std::vector<std::string>{"moderation_blocked"});
    decide(moderator, open_on(moderator, l.id), "approve");
    // The agency publishes again, under the conditions of publishing.
    const Listing still = reload(admin, l.id);
    CHECK(still.status_code == "ANN_SUSPENDED");
    CHECK(admin.call(listings::resume, {.id = l.id, .version = still.version}).status_code ==
          "ANN_PUBLISHED");
  }
}

TEST_CASE("a case has one life, and an entity one open case", "[moderation]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto moderator = w.as("MODERATOR");
  const Listing l = published(admin, "Appartement à vendre");
  const auto report = admin.call(reports::create, complaint(l.id)).report;
  REQUIRE(report);
  const auto other = w.as("AGENT").call(reports::create, complaint(l.id, "REPORT_DUPLICATE")).report;

  // Only what is under review opens a case.
  const Error early = error_of(
      [&] { moderator.call(moderation::open, {.report_id = report->id, .reason_code = "MOD_OTHER"}); });
  CHECK(early.code() == ErrorCode::conflict);
  CHECK(detail_of(early, "reason") == "\"state\"");
  moderator.call(reports::review, {report->id, report->version});
  const ModerationCase c =
      moderator.call(moderation::open, {.report_id = report->id, .reason_code = "MOD_DUPLICATE_LISTING"});
  CHECK(c.entity_id == l.id);
  CHECK(moderator.call(reports::get, {report->id}).case_id == c.id);
  CHECK(code_of([&] { open_on(moderator, l.id); }) == ErrorCode::conflict);
  CHECK(names(error_of([&] { moderator.call(moderation::open, {.reason_code = "MOD_OTHER"}); }), "/entity_id",
              field_code::required));
  CHECK(code_of([&] {
          moderator.call(moderation::open,
                         {.entity_id = l.id, .report_id = report->id, .reason_code = "MOD_OTHER"});
        }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] {
          moderator.call(moderation::open, {.entity_id = l.id, .reason_code = "REPORT_SPAM"});
        }) == ErrorCode::invalid_argument);

  CHECK(moderator.call(moderation::list, {.where = R"({"status_code":"MOD_PENDING"})"}).items.size() == 1);
  CHECK(code_of([&] {
          moderator.call(moderation::decide,
                         {.id = c.id, .version = c.version, .decision = "approve", .justification = ""});
        }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] {
          moderator.call(moderation::decide,
                         {.id = c.id, .version = c.version, .decision = "burn", .justification = "x"});
        }) == ErrorCode::invalid_argument);
  const ModerationCase decided = moderator.call(moderation::decide, {.id = c.id,
                                                                     .version = c.version,
                                                                     .decision = "suspend",
                                                                     .reason_code = "MOD_ILLEGAL_CONTENT",
                                                                     .justification = "contenu illicite"});
  CHECK(decided.status_code == "MOD_SUSPENDED");
  CHECK(decided.reason_code == "MOD_ILLEGAL_CONTENT");
  CHECK(reload(admin, l.id).suspension_reason_code == "MOD_ILLEGAL_CONTENT");
  // Both reports are settled by it, the one that nobody had looked into as well.
  for (const Uuid& id : {report->id, other->id}) {
    const ListingReport r = moderator.call(reports::get, {id});
    CHECK(r.status_code == "REPORT_CLOSED");
    CHECK(r.resolution == "FOUNDED");
    CHECK(r.case_id == c.id);
    CHECK(r.decided_by == w.one.users.at("MODERATOR"));
  }
  CHECK(code_of([&] {
          moderator.call(
              moderation::decide,
              {.id = c.id, .version = decided.version, .decision = "approve", .justification = "x"});
        }) == ErrorCode::transition_not_allowed);
  CHECK(admin.call(audit::verify, {.records = true}).findings.empty());
}

TEST_CASE("an approval settles the reports as unfounded and leaves the listing", "[moderation]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto moderator = w.as("MODERATOR");
  const Listing l = published(admin, "Appartement à vendre");
  const auto report = admin.call(reports::create, complaint(l.id)).report;
  decide(moderator, open_on(moderator, l.id), "approve");
  CHECK(moderator.call(reports::get, {report->id}).resolution == "UNFOUNDED");
  CHECK(reload(admin, l.id).version == l.version);
}

TEST_CASE("a moderator sees what is reported, and not who offers it", "[moderation]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto moderator = w.as("MODERATOR");
  const Party owner = admin.call(parties::create, {.role_code = "OWNER", .family_name = "Alaoui"});
  auto create = whole_of("Appartement signalé");
  create.contact_name = "Si Mohammed";
  create.contact_phone = "0612345678";
  create.owner_party_id = owner.id;
  const Listing reported = admin.call(listings::create, create);
  const Listing quiet = published(admin, "Appartement tranquille");
  CHECK(moderator.call(listings::list, {}).items.empty());

  const auto report = admin.call(reports::create, complaint(reported.id)).report;
  const auto seen = moderator.call(listings::list, {}).items;
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].id == reported.id);
  const Listing one = reload(moderator, reported.id);
  CHECK(one.title == "Appartement signalé");
  CHECK_FALSE(one.contact_name);
  CHECK_FALSE(one.contact_phone);
  CHECK_FALSE(one.contact_phone_raw);
  CHECK_FALSE(one.owner_party_id);
  CHECK(reload(admin, reported.id).contact_name == "Si Mohammed");
  CHECK(code_of([&] { reload(moderator, quiet.id); }) == ErrorCode::not_found);
  CHECK(code_of([&] {
          moderator.call(listings::list, {.where = R"({"owner_party_id":")" + format_uuid(owner.id) + "\"}"});
        }) == ErrorCode::invalid_argument);

  // A report that is closed lets it go again; a case of a public listing brings that one.
  const auto looked = moderator.call(reports::review, {report->id, report->version});
  CHECK_NOTHROW(reload(moderator, reported.id));
  moderator.call(reports::close, {.id = looked.id, .version = looked.version, .resolution = "UNFOUNDED"});
  CHECK(code_of([&] { reload(moderator, reported.id); }) == ErrorCode::not_found);
  const ModerationCase c = open_on(moderator, quiet.id);
  CHECK_NOTHROW(reload(moderator, quiet.id));
  decide(moderator, c, "approve");
  CHECK(code_of([&] { reload(moderator, quiet.id); }) == ErrorCode::not_found);
}

TEST_CASE("who may report, look into and decide", "[moderation]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto owner = w.as("OWNER");
  const Listing hidden = publishable(admin, "Appartement caché");
  const Listing open = published(admin, "Appartement public");
  const Listing own = owner.call(listings::create, draft_of("Mon appartement"));

  // One reports what one may see: own and public ones, for an owner.
  CHECK(owner.call(reports::create, complaint(own.id)).created);
  CHECK(owner.call(reports::create, complaint(open.id)).created);
  CHECK(code_of([&] { owner.call(reports::create, complaint(hidden.id)); }) == ErrorCode::not_found);
  CHECK(code_of([&] { w.other().call(reports::create, complaint(open.id)); }) == ErrorCode::not_found);
  CHECK(code_of([&] { w.as("AUDITOR").call(reports::create, complaint(open.id)); }) == ErrorCode::forbidden);
  CHECK(names(error_of([&] { admin.call(reports::create, complaint(open.id, "MOD_OTHER")); }), "/reason_code",
              field_code::not_a_code));
  // An owner's view of listings is the own ones, reported or not.
  CHECK(owner.call(listings::list, {}).items.size() == 1);

  auto moderator = w.as("MODERATOR");
  const ModerationCase c = open_on(moderator, open.id);
  for (const char* role : {"MANAGER", "AGENT", "OWNER", "AUDITOR"}) {
    CAPTURE(role);
    auto s = w.as(role);
    CHECK(code_of([&] { s.call(reports::list, {}); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { s.call(moderation::list, {}); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { s.call(moderation::get, {c.id}); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { decide(s, c, "approve"); }) == ErrorCode::forbidden);
    CHECK(code_of([&] { open_on(s, open.id); }) == ErrorCode::forbidden);
  }
  // Another organisation's moderator finds nothing.
  auto stranger = w.engine.session({.org = w.two.org, .user = w.two.users.at("MODERATOR")});
  CHECK(stranger.call(moderation::list, {}).items.empty());
  CHECK(code_of([&] { stranger.call(moderation::get, {c.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { decide(stranger, c, "approve"); }) == ErrorCode::not_found);
  CHECK(code_of([&] { open_on(stranger, open.id); }) == ErrorCode::not_found);
}

TEST_CASE("of two moderators who act at once one opens and one decides", "[moderation]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  const Listing l = published(admin, "Appartement à vendre");
  const auto at_once = [&](const std::function<void(Session&)>& act) {
    std::atomic<int> done{0}, refused{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        auto moderator = w.as("MODERATOR");
        const ErrorCode answer = code_of([&] { act(moderator); });
        if (answer == ErrorCode::ok) ++done;
        if (answer == ErrorCode::conflict) ++refused;
      });
    }
    for (std::thread& t : threads) t.join();
    CHECK(done == 1);
    CHECK(refused == 3);
  };
  at_once([&](Session& moderator) { open_on(moderator, l.id); });
  auto moderator = w.as("MODERATOR");
  const auto pending = moderator.call(moderation::list, {.where = R"({"status_code":"MOD_PENDING"})"}).items;
  REQUIRE(pending.size() == 1);
  at_once([&](Session& s) { decide(s, pending[0], "suspend"); });
  CHECK(admin.call(listings::history, {.id = l.id}).items.size() == 2);
  CHECK(admin.call(audit::verify, {.records = true}).findings.empty());
}
