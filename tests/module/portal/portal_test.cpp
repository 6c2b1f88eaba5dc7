// The public side: what anybody sees, what a visitor sends, and that nothing else is open to the public.

#include "atlas/portal.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "atlas/consent.hpp"
#include "atlas/crypto.hpp"
#include "atlas/moderation.hpp"
#include "kernel_impl.hpp"
#include "listings/listings_world.hpp"
#include "rate_limit.hpp"
#include "unit_of_work.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

Session visitor(World& w, const std::string& address = "203.0.113.7") {
  return w.engine.session({.org = w.one.org, .kind = PrincipalKind::public_site, .client_address = address});
}

portal::Yes yes(std::vector<std::string> channels = {"CHAN_WHATSAPP"}) {
  return {.wording = "J'accepte d'être contacté au sujet de cette annonce.",
          .wording_version = "2026-11",
          .language = "fr",
          .channels = std::move(channels)};
}

portal::Lead request(const Uuid& listing) {
  return {.listing_id = listing,
          .full_name = "Salma Bennani",
          .phone = "06 61 23 45 67",
          .message = "Bonjour, <script>alert(1)</script> est-il encore libre ?",
          .consent = yes()};
}

/// Operations that the public may call, written down by hand.
std::set<std::string> public_operations() {
  std::ifstream file(ATLAS_TEST_DATA "/public_operations.tsv");
  REQUIRE(file);
  std::set<std::string> names;
  for (std::string line; std::getline(file, line);)
    if (!line.empty() && line.front() != '#') names.insert(line);
  return names;
}

}  // namespace

TEST_CASE("the public may call the public side, and nothing else of the whole catalogue", "[portal]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  Kernel::Impl& kernel = w.engine.kernel().impl();
  const std::set<std::string> expected = public_operations();
  std::set<std::string> open, open_to_auditor;
  for (const auto& [name, op] : w.engine.kernel().registry().operations()) {
    CAPTURE(name);
    const auto permits = [&, &op = op](Principal who) {
      auto unit = kernel.begin(who, Effect::writes, Durability::fast);
      unit->begin_call("test");
      return code_of([&] { kernel.authorise(*unit, op); });
    };
    const ErrorCode answer = permits({.kind = PrincipalKind::public_site, .org = w.one.org});
    if (answer == ErrorCode::ok)
      open.insert(name);
    else
      CHECK(answer == ErrorCode::forbidden);
    if (permits({.org = w.one.org, .id = w.one.users.at("AUDITOR")}) == ErrorCode::ok)
      open_to_auditor.insert(name);
  }
  CHECK(open == expected);
  // Nor is it open to whoever may not look at the public side.
  for (const std::string& name : expected) CHECK(open_to_auditor.count(name) == 0);
  CHECK(open_to_auditor.count("users.me") == 1);

  auto public_side = visitor(w);
  for (const char* closed : {"users.me", "meta.operations", "meta.errors", "listings.list", "dossiers.list",
                             "reports.list", "audit.list"}) {
    CAPTURE(closed);
    const Error e = error_of([&] { public_side.call_json(closed, "{}"); });
    CHECK(e.code() == ErrorCode::forbidden);
    CHECK(detail_of(e, "reason") == "\"principal\"");
  }
  CHECK(code_of([&] { w.as("AUDITOR").call(portal::search, {}); }) == ErrorCode::forbidden);
  CHECK_NOTHROW(w.as("OWNER").call(portal::search, {}));
  CHECK(code_of([&] { w.engine.host_session().call(portal::search, {}); }) == ErrorCode::forbidden);
  auto nowhere = w.engine.session({.org = w.one.admin, .kind = PrincipalKind::public_site});
  CHECK(code_of([&] { nowhere.call(portal::search, {}); }) == ErrorCode::unauthenticated);
}

TEST_CASE("a visitor sees what is published on the public web, and no more of it than a page shows",
          "[portal]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto public_side = visitor(w);
  auto create = whole_of("Appartement avec terrasse");
  create.contact_name = "Si Mohammed";
  create.contact_phone = "0612345678";
  create.address_text = "12, rue Ibn Batouta, 3e étage";
  create.postal_code = "20250";
  create.mandate_number = "M-77";
  create.energy = ListingEnergy{.number = "2475E0001234X", .energy_class = "C", .climate_class = "B"};
  create.lat = parse_decimal("33.5731", 7);
  create.lng = parse_decimal("-7.5898", 7);
  create.meta = R"({"note":"clé chez le gardien"})";
  Listing l = admin.call(listings::create, create);
  for (const char* key : {"a.jpg", "b.jpg", "c.jpg"}) add_photo(admin, l.id, key);
  admin.call(media::add, {.listing_id = l.id, .media_type_code = "MEDIA_DOC", .storage_key = "titre.pdf"});
  CHECK(code_of([&] { public_side.call(portal::listing, {.id = l.id}); }) == ErrorCode::not_found);
  l = admin.call(listings::publish, {.id = l.id, .version = l.version});

  const auto page = public_side.call(portal::listing, {.id = l.id});
  CHECK(page.card.title == "Appartement avec terrasse");
  CHECK(page.card.city == "Casablanca");
  CHECK(page.card.photo == "a.jpg");
  CHECK(page.card.energy_class == "C");
  REQUIRE(page.energy);
  CHECK(page.energy->climate_class == "B");
  CHECK(page.description == l.description);
  REQUIRE(page.media.size() == 3);
  CHECK(page.media[2].storage_key == "c.jpg");
  const std::string json = public_side.call_json("portal.listing", R"({"slug":")" + l.slug + "\"}");
  for (const char* secret :
       {"2475E", "Mohammed", "612345678", "Batouta", "20250", "M-77", "33.5731", "7.5898", "gardien",
        "titre.pdf", "\"owner", "quality", "duplicate", "contact", "version"}) {
    CAPTURE(secret);
    CHECK(json.find(secret) == std::string::npos);
  }
  CHECK(json.find("\"title\":\"Appartement avec terrasse\"") != std::string::npos);
  // Who works there sees the same of it.
  CHECK(admin.call_json("portal.listing", R"({"slug":")" + l.slug + "\"}") == json);

  CHECK(code_of([&] { public_side.call(portal::listing, {}); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { public_side.call(portal::listing, {.id = l.id, .slug = l.slug}); }) ==
        ErrorCode::invalid_argument);
  CHECK(code_of([&] { public_side.call(portal::listing, {.slug = "nothing-like-it"}); }) ==
        ErrorCode::not_found);
  // Another agency's listing is not there.
  auto elsewhere = w.engine.session({.org = w.two.org, .kind = PrincipalKind::public_site});
  CHECK(code_of([&] { elsewhere.call(portal::listing, {.id = l.id}); }) == ErrorCode::not_found);
  CHECK(elsewhere.call(portal::search, {}).items.empty());

  SECTION("not for the public web") {
    admin.call(listings::set_visibility,
               {.id = l.id, .version = l.version, .visibility = {"PUB_AGENCY_PAGE"}});
  }
  SECTION("suspended") {
    admin.call(listings::suspend, {.id = l.id, .version = l.version, .reason_code = "MOD_OTHER"});
  }
  SECTION("archived") { admin.call(listings::archive, {.id = l.id, .version = l.version}); }
  SECTION("decided against") {
    auto moderator = w.as("MODERATOR");
    const auto c = moderator.call(moderation::open, {.entity_id = l.id, .reason_code = "MOD_SUSPECT_FRAUD"});
    CHECK_NOTHROW(public_side.call(portal::listing, {.id = l.id}));  // nothing is decided yet
    moderator.call(moderation::decide,
                   {.id = c.id, .version = c.version, .decision = "reject", .justification = "faux"});
  }
  CHECK(code_of([&] { public_side.call(portal::listing, {.id = l.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { public_side.call(portal::listing, {.slug = l.slug}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { public_side.call(portal::similar, {.id = l.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { public_side.call(portal::lead, request(l.id)); }) == ErrorCode::not_found);
  CHECK(code_of([&] {
          public_side.call(portal::report, {.listing_id = l.id, .reason_code = "REPORT_SPAM"});
        }) == ErrorCode::not_found);
  CHECK(code_of([&] { public_side.call(portal::event, {l.id, "LISTING_VIEWED"}); }) == ErrorCode::not_found);
  CHECK(public_side.call(portal::search, {}).items.empty());
  CHECK(public_side.call(portal::search, {.query = "terrasse"}).items.empty());
}

TEST_CASE("a search narrows, orders and turns pages", "[portal]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  struct Row {
    const char* title;
    const char* city;
    std::int64_t price;
    std::int64_t surface;
    std::int64_t bedrooms;
    bool rent;
  };
  const Row rows[] = {{"Appartement numéro un", "Casablanca", 1'000'000, 8000, 2, false},
                      {"Appartement numéro deux", "Casablanca", 1'150'000, 9000, 3, false},
                      {"Appartement numéro trois", "Rabat", 1'100'000, 8500, 3, false},
                      {"Appartement numéro quatre", "Casablanca", 2'000'000, 8200, 4, false},
                      {"Appartement numéro cinq", "Casablanca", 9'000, 8000, 2, true},
                      {"Appartement numéro six", "Casablanca", 1'180'000, 14'000, 3, false},
                      {"Appartement numéro sept", "Casablanca", 1'010'000, 8100, 2, false}};
  std::vector<Uuid> ids;
  for (const Row& row : rows) {
    w.clock->advance(micros_per_second);
    auto in = whole_of(row.title);
    in.city = row.city;
    in.price = dirhams(row.price);
    in.surface_m2 = Decimal{row.surface};
    in.bedrooms = row.bedrooms;
    if (row.rent) in.transaction_type_code = "TX_RENT";
    const Listing l = admin.call(listings::create, in);
    for (const char* key : {"1", "2", "3"}) add_photo(admin, l.id, std::string(row.title) + key);
    admin.call(listings::publish, {.id = l.id, .version = l.version});
    ids.push_back(l.id);
  }
  publishable(admin, "Appartement en brouillon");
  auto public_side = visitor(w);
  const auto found = [&](portal::Search in) {
    std::vector<int> out;
    for (const auto& card : public_side.call(portal::search, in).items)
      out.push_back(static_cast<int>(std::find(ids.begin(), ids.end(), card.id) - ids.begin()) + 1);
    return out;
  };
  using Numbers = std::vector<int>;
  CHECK(found({}) == Numbers{7, 6, 5, 4, 3, 2, 1});
  CHECK(found({.city = "Rabat"}) == Numbers{3});
  CHECK(found({.city = "Casablanca", .transaction_type_code = "TX_RENT"}) == Numbers{5});
  CHECK(found({.transaction_type_code = "TX_SALE", .order = "price_asc"}) == Numbers{1, 7, 3, 2, 6, 4});
  CHECK(found({.transaction_type_code = "TX_SALE", .order = "price_desc", .limit = 2}) == Numbers{4, 6});
  CHECK(found({.transaction_type_code = "TX_SALE",
               .price_min = dirhams(1'100'000),
               .price_max = dirhams(1'180'000)}) == Numbers{6, 3, 2});
  CHECK(found({.surface_min = Decimal{9000}}) == Numbers{6, 2});
  CHECK(found({.city = "Casablanca", .bedrooms_min = 3}) == Numbers{6, 4, 2});
  CHECK(found({.property_type_code = "PROP_VILLA"}).empty());
  CHECK(found({.zone = "Maârif", .limit = 3}) == Numbers{7, 6, 5});
  CHECK(found({.query = "numero QUATRE"}) == Numbers{4});
  CHECK(found({.query = "appartement", .city = "Rabat"}) == Numbers{3});
  CHECK(found({.query = "brouillon"}).empty());
  CHECK(found({.query = "appartement", .limit = 3}) == Numbers{7, 6, 5});

  portal::Search paged{.limit = 3};
  Numbers seen;
  for (int pages = 0; pages < 4; ++pages) {
    const auto page = public_side.call(portal::search, paged);
    for (const auto& card : page.items)
      seen.push_back(static_cast<int>(std::find(ids.begin(), ids.end(), card.id) - ids.begin()) + 1);
    if (!page.next) break;
    paged.after = page.next;
  }
  CHECK(seen == Numbers{7, 6, 5, 4, 3, 2, 1});

  CHECK(names(error_of([&] { found({.limit = 51}); }), "/limit", field_code::out_of_range));
  CHECK(names(error_of([&] { found({.order = "price_asc"}); }), "/transaction_type_code",
              field_code::required));
  CHECK(names(error_of([&] {
                found({.price_min = dirhams(5), .price_max = Money{9, *parse_currency("EUR")}});
              }),
              "/price_max", field_code::not_money));
  CHECK(names(error_of([&] { found({.transaction_type_code = "TX_GIFT"}); }), "/transaction_type_code",
              field_code::not_a_code));
  CHECK(code_of([&] { found({.after = "bm9uc2Vuc2U="}); }) == ErrorCode::invalid_argument);

  // Same kind and city, price within 20 %, surface within 25 %: 4 is too dear, 6 too large, 3 elsewhere, 5 to
  // let.
  Numbers near;
  for (const auto& card : public_side.call(portal::similar, {.id = ids[0]}).items)
    near.push_back(static_cast<int>(std::find(ids.begin(), ids.end(), card.id) - ids.begin()) + 1);
  CHECK(near == Numbers{7, 2});
  CHECK(public_side.call(portal::similar, {.id = ids[0], .limit = 1}).items.size() == 1);
}

TEST_CASE("a lead opens a dossier with its message and the proof of its consent", "[portal]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  const Listing l = published(admin, "Appartement à vendre");
  auto in = request(l.id);
  in.email = "Salma@Exemple.ma";
  in.consent.channels = {"CHAN_WHATSAPP", "CHAN_EMAIL"};
  const std::string answer = visitor(w).call(portal::lead, in).reference;
  CHECK(answer.size() == 16);

  const auto dossiers = admin.call(dossiers::list, {}).items;
  REQUIRE(dossiers.size() == 1);
  const Dossier& d = dossiers[0];
  CHECK(d.case_type_code == "CRM_LEAD_BUY");
  CHECK(d.source_code == "LEAD_SOURCE_FORM");
  CHECK(d.contact_name == "Salma Bennani");
  CHECK(d.phone == "+212661234567");
  CHECK(d.email == "salma@exemple.ma");
  CHECK(d.listing_id == l.id);
  CHECK_FALSE(d.assigned_to_user_id);
  CHECK_FALSE(d.created_by);

  const auto lines = admin.call(activities::timeline, {.dossier_id = d.id, .type_codes = {"ACT_NOTE"}}).items;
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].body == in.message);
  CHECK(lines[0].actor_kind == "public");
  CHECK(lines[0].payload.find("\"reference\":\"" + answer + "\"") != std::string::npos);

  const auto consents = admin.call(consents::list, {}).items;
  REQUIRE(consents.size() == 2);
  for (const Consent& c : consents) {
    CAPTURE(c.channel_code);
    CHECK(c.state == "granted");
    CHECK(c.purpose_code == "CONSENT_CONTACT");
    CHECK(c.address == (c.channel_code == "CHAN_EMAIL" ? "salma@exemple.ma" : "+212661234567"));
    const auto events = admin.call(consents::history, {.id = c.id}).items;
    REQUIRE(!events.empty());
    const ConsentEvent& grant = events.back();
    CHECK(grant.kind == "GRANTED");
    CHECK(grant.source_code == "CONSENT_SRC_FORM");
    CHECK(grant.wording == in.consent.wording);
    CHECK(grant.wording_version == "2026-11");
    CHECK(grant.language == "fr");
    CHECK(grant.dossier_id == d.id);
    REQUIRE(grant.evidence);
    CHECK(grant.evidence->kind == "web_form");
    CHECK(grant.evidence->reference == "activity:" + format_uuid(lines[0].id));
    CHECK(grant.evidence->sha256 == hex(as_view(sha256(lines[0].payload))));
  }
  CHECK(admin
            .call(consents::check, {.channel_code = "CHAN_WHATSAPP",
                                    .address = "+212661234567",
                                    .purpose_code = "CONSENT_CONTACT"})
            .allowed);
  CHECK_FALSE(
      admin
          .call(consents::check,
                {.channel_code = "CHAN_SMS", .address = "+212661234567", .purpose_code = "CONSENT_CONTACT"})
          .allowed);
  CHECK(admin.call(audit::verify, {.records = true}).findings.empty());

  // Letting has a workflow of its own, where the organisation runs it.
  auto to_let = whole_of("Appartement à louer");
  to_let.transaction_type_code = "TX_RENT";
  Listing r = admin.call(listings::create, to_let);
  for (const char* key : {"x", "y", "z"}) add_photo(admin, r.id, key);
  r = admin.call(listings::publish, {.id = r.id, .version = r.version});
  visitor(w).call(portal::lead, request(r.id));
  const char* to_rent = "CRM_LEAD_RENT";
  const auto asked =
      admin.call(dossiers::list, {.where = R"({"listing_id":")" + format_uuid(r.id) + "\"}"}).items;
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].case_type_code == to_rent);
}

TEST_CASE("a professional who asks for a demonstration opens a case of its own kind", "[portal]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  portal::DemoRequest in;
  in.full_name = "Karim Idrissi";
  in.company = "Immobilière du Nord";
  in.email = "karim@immo.ma";
  in.needs = {"NEED_CRM", "NEED_WHATSAPP"};
  in.team_size_bucket = "4-10";
  in.consent = {"J'accepte d'être contacté", "2026-11", "fr", {"CHAN_EMAIL"}};
  const std::string answer = visitor(w).call(portal::demo_request, in).reference;
  CHECK(visitor(w).call(portal::demo_request, in).reference == answer);
  const auto cases = admin.call(dossiers::list, {}).items;
  REQUIRE(cases.size() == 1);
  CHECK(cases[0].case_type_code == "CRM_LEAD_B2B_DEMO");
  CHECK(cases[0].status_code == "B2B_NEW");
  CHECK(cases[0].source_code == "LEAD_SOURCE_BIZ_DEMO_FORM");
  CHECK(cases[0].qualification.company == "Immobilière du Nord");
  CHECK(cases[0].qualification.needs == in.needs);
  CHECK(
      admin
          .call(consents::check,
                {.channel_code = "CHAN_EMAIL", .address = "karim@immo.ma", .purpose_code = "CONSENT_CONTACT"})
          .allowed);
  in.needs = {"NEED_NOTHING"};
  in.consent.channels = {"CHAN_SMS"};
  const Error wrong = error_of([&] { visitor(w).call(portal::demo_request, in); });
  CHECK(names(wrong, "/needs/0", field_code::not_a_code));
  in.needs.clear();
  CHECK(names(error_of([&] { visitor(w).call(portal::demo_request, in); }), "/consent/channels/0",
              field_code::required));
}

TEST_CASE("the answer to a lead does not say whether the person was known", "[portal]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  const Listing l = published(admin, "Appartement à vendre");
  const std::string params = R"({"listing_id":")" + format_uuid(l.id) +
                             R"(","full_name":"Salma Bennani","phone":"0661234567","consent":{"wording":)"
                             R"("Oui","wording_version":"1","language":"fr","channels":["CHAN_PHONE"]}})";
  auto public_side = visitor(w);
  const std::string first = public_side.call_json("portal.lead", params);
  const std::string second = public_side.call_json("portal.lead", params);
  CHECK(first == second);
  CHECK(admin.call(dossiers::count, {}).count == 1);

  // Known through a colleague since long, with another name and spelling: the same answer as for somebody
  // new.
  const auto known = admin.call(
      dossiers::create,
      {.case_type_code = "CRM_LEAD_BUY", .contact_name = "Karim", .phone = "0662000000", .listing_id = l.id});
  REQUIRE(known.created);
  std::string of_known = params, of_new = params;
  of_known.replace(of_known.find("0661234567"), 10, "0662000000");
  of_new.replace(of_new.find("0661234567"), 10, "0663000000");
  const std::string a = public_side.call_json("portal.lead", of_known);
  const std::string b = public_side.call_json("portal.lead", of_new);
  CHECK(a.size() == b.size());
  CHECK(a.find(format_uuid(known.dossier->id)) == std::string::npos);
  CHECK(a.substr(0, 14) == b.substr(0, 14));
  CHECK(admin.call(dossiers::count, {}).count == 3);
  // The one met noted it.
  CHECK(admin.call(activities::timeline, {.dossier_id = known.dossier->id, .type_codes = {"ACT_NOTE"}})
            .items.size() == 1);
  CHECK(admin.call(dossiers::get, {known.dossier->id}).contact_name == "Karim");
}

TEST_CASE("what a visitor sends is looked at as a whole, and nothing of a wrong form is kept", "[portal]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto public_side = visitor(w);
  const Listing l = published(admin, "Appartement à vendre");
  const auto refused = [&](const portal::Lead& in) {
    return error_of([&] { public_side.call(portal::lead, in); });
  };

  const Error none = error_of([&] {
    public_side.call_json("portal.lead", R"({"listing_id":")" + format_uuid(l.id) +
                                             R"(","full_name":"A","phone":"0661234567"})");
  });
  CHECK(none.code() == ErrorCode::invalid_argument);
  CHECK(names(none, "/consent", field_code::required));

  auto in = request(l.id);
  in.consent.channels = {};
  CHECK(names(refused(in), "/consent/channels", field_code::too_short));
  in.consent.channels = {"CHAN_SMS", "CHAN_EMAIL"};
  CHECK(names(refused(in), "/consent/channels/1", field_code::required));
  in.consent.channels = {"CHAN_SMS", "CHAN_WHATSAPP", "CHAN_SMS"};
  CHECK(names(refused(in), "/consent/channels/2", field_code::duplicate_member));
  in.consent.channels = {"CHAN_PIGEON"};
  CHECK(names(refused(in), "/consent/channels/0", field_code::not_a_code));

  in = request(l.id);
  in.full_name = "   ";
  CHECK(names(refused(in), "/full_name", field_code::too_short));
  in.full_name = "Salma\tBennani";
  CHECK(code_of([&] { public_side.call(portal::lead, in); }) == ErrorCode::invalid_argument);
  in = request(l.id);
  in.message = "sonnez\x07";
  in.phone = "0661234";
  const Error several = refused(in);
  CHECK(names(several, "/message", field_code::wrong_type));
  CHECK(names(several, "/phone", field_code::not_a_phone_number));
  in = request(l.id);
  in.message = std::string(2001, 'x');
  CHECK(names(refused(in), "/message", field_code::too_long));
  in.message = "caché \xc2\x85";
  CHECK(names(refused(in), "/message", field_code::wrong_type));
  in = request(l.id);
  in.phone.reset();
  CHECK(names(refused(in), "/phone", field_code::required));
  in = request(l.id);
  in.consent.wording = "\n";
  CHECK(names(refused(in), "/consent/wording", field_code::too_short));
  CHECK(admin.call(dossiers::count, {}).count == 0);
  CHECK(admin.call(consents::count, {}).count == 0);

  in = request(l.id);
  in.message = "première ligne\nseconde\tligne";
  CHECK_NOTHROW(public_side.call(portal::lead, in));
  in.phone = "06 12 34 56 78";
  in.phone_region = "FR";
  public_side.call(portal::lead, in);
  CHECK(admin.call(dossiers::count, {.where = R"({"phone":"+33612345678"})"}).count == 1);
}

TEST_CASE("an agency's spent plan is told to nobody", "[portal]") {
  World w("memory");
  auto host = w.engine.host_session();
  const auto small = host.call(organisations::create,
                               {.name = "Petite", .plan_key = "plan.pro_starter", .admin_email = "a@b.ma"});
  auto admin = w.engine.session({.org = small.organisation->id, .user = small.admin_user_id});
  const Listing l = published(admin, "Appartement à vendre");
  admin.batch([](Session& b) {
    for (int i = 0; i < 300; ++i)
      b.call(dossiers::create, {.contact_name = "N", .email = "n" + std::to_string(i) + "@x.ma"});
  });
  auto public_side = w.engine.session({.org = small.organisation->id, .kind = PrincipalKind::public_site});
  const Error e = error_of([&] { public_side.call(portal::lead, request(l.id)); });
  CHECK(e.code() == ErrorCode::quota_exceeded);
  for (const char* detail : {"used", "limit", "most"}) CHECK_FALSE(e.detail(detail));
}

TEST_CASE("a visitor's report reaches the moderators and tells the visitor nothing", "[portal]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto moderator = w.as("MODERATOR");
  auto public_side = visitor(w);
  const Listing l = published(admin, "Appartement à vendre");
  portal::Report in{.listing_id = l.id,
                    .reason_code = "REPORT_FRAUD",
                    .comment = "on m'a demandé un acompte",
                    .phone = "0661234567"};
  const std::string first = public_side.call(portal::report, in).reference;
  CHECK(public_side.call(portal::report, in).reference == first);
  const auto filed = moderator.call(reports::list, {}).items;
  REQUIRE(filed.size() == 1);
  CHECK(filed[0].reporter_kind == "public");
  CHECK(filed[0].reporter->phone == "+212661234567");
  CHECK(filed[0].comment == in.comment);
  CHECK_FALSE(filed[0].created_by);
  CHECK(moderator.call(listings::list, {}).items.size() == 1);
  // Without a name as well.
  public_side.call(portal::report, {.listing_id = l.id, .reason_code = "REPORT_SPAM"});
  CHECK(moderator.call(reports::count, {}).count == 2);
  // One too many of the same person is answered like any other, and not kept.
  portal::Report busy{.listing_id = {}, .reason_code = "REPORT_SPAM", .email = "fache@exemple.ma"};
  for (int i = 0; i < 11; ++i) {
    busy.listing_id = published(admin, "Appartement numéro " + std::to_string(i)).id;
    CHECK(public_side.call(portal::report, busy).reference.size() == first.size());
  }
  CHECK(moderator.call(reports::count, {}).count == 12);
  CHECK(names(
      error_of([&] { public_side.call(portal::report, {.listing_id = l.id, .reason_code = "MOD_OTHER"}); }),
      "/reason_code", field_code::not_a_code));
}

TEST_CASE("what is done on a listing's page is counted by day, without the audit", "[portal]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  auto public_side = visitor(w);
  const Listing l = published(admin, "Appartement à vendre");
  const auto before = admin.call(audit::head, {}).size;
  for (int i = 0; i < 3; ++i) public_side.call(portal::event, {l.id, "LISTING_VIEWED"});
  public_side.call(portal::event, {l.id, "PHONE_SHOWN"});
  w.clock->advance(micros_per_day);
  public_side.call(portal::event, {l.id, "LISTING_VIEWED"});
  CHECK(code_of([&] {
          public_side.call(portal::event, {l.id, "LISTING_EATEN"});
        }) == ErrorCode::invalid_argument);
  CHECK(admin.call(audit::head, {}).size == before);

  const auto counts = admin.call(portal::counts, {.listing_id = l.id}).items;
  REQUIRE(counts.size() == 3);
  CHECK(format_date(counts[0].day) == "2026-11-22");
  CHECK(counts[0].kind == "LISTING_VIEWED");
  CHECK(counts[0].count == 3);
  CHECK(counts[1].kind == "PHONE_SHOWN");
  CHECK(counts[1].count == 1);
  CHECK(format_date(counts[2].day) == "2026-11-23");
  CHECK(counts[2].count == 1);
  CHECK(admin.call(portal::counts, {.listing_id = l.id, .until = parse_date("2026-11-22")}).items.size() ==
        2);
  CHECK(code_of([&] {
          admin.call(portal::counts, {.listing_id = l.id, .from = parse_date("2020-01-01")});
        }) == ErrorCode::invalid_argument);
  CHECK(admin.call(audit::verify, {.records = true}).findings.empty());
  CHECK(code_of([&] { w.as("OWNER").call(portal::counts, {.listing_id = l.id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { w.other().call(portal::counts, {.listing_id = l.id}); }) == ErrorCode::not_found);
}

TEST_CASE("many visitors at once lose no count and open no second dossier", "[portal]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto admin = w.admin();
  const Listing l = published(admin, "Appartement à vendre");
  constexpr int visitors = 4, visits = 8;
  std::atomic<int> failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < visitors; ++t) {
    threads.emplace_back([&, t] {
      auto s = visitor(w, "198.51.100." + std::to_string(t));
      for (int i = 0; i < visits; ++i) {
        try {
          s.call(portal::event, {l.id, "LISTING_VIEWED"});
          if (i == 0) s.call(portal::lead, request(l.id));
          if (i == 0)
            s.call(portal::report, {.listing_id = l.id, .reason_code = "REPORT_SPAM", .email = "x@y.ma"});
        } catch (const Error&) {
          ++failed;
        }
      }
    });
  }
  for (std::thread& t : threads) t.join();
  CHECK(failed == 0);
  const auto counts = admin.call(portal::counts, {.listing_id = l.id}).items;
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].count == visitors * visits);
  CHECK(admin.call(dossiers::count, {}).count == 1);
  CHECK(w.as("MODERATOR").call(reports::count, {}).count == 1);
  CHECK(admin.call(audit::verify, {.records = true}).findings.empty());
}

TEST_CASE("an address sends so much in a minute", "[portal]") {
  World w("memory");
  auto admin = w.admin();
  const Listing l = published(admin, "Appartement à vendre");
  auto public_side = visitor(w);
  for (int i = 0; i < 30; ++i) CHECK_NOTHROW(public_side.call(portal::lead, request(l.id)));
  const Error limited = error_of([&] { public_side.call(portal::lead, request(l.id)); });
  CHECK(limited.code() == ErrorCode::rate_limited);
  CHECK(detail_of(limited, "retry_after") == "2");
  // Another session of the same address, a report, a count: all the same share. Looking is free.
  CHECK(code_of([&] {
          visitor(w, "::ffff:203.0.113.7")
              .call(portal::report, {.listing_id = l.id, .reason_code = "REPORT_SPAM"});
        }) == ErrorCode::rate_limited);
  CHECK(code_of([&] { public_side.call(portal::event, {l.id, "SHARED"}); }) == ErrorCode::rate_limited);
  CHECK_NOTHROW(public_side.call(portal::search, {}));
  // Others are not touched.
  CHECK_NOTHROW(visitor(w, "203.0.113.8").call(portal::lead, request(l.id)));
  CHECK_NOTHROW(admin.call(portal::lead, request(l.id)));
  // Two seconds bring one call, or ten counts.
  w.clock->advance(2 * micros_per_second);
  for (int i = 0; i < 10; ++i) CHECK_NOTHROW(public_side.call(portal::event, {l.id, "SHARED"}));
  CHECK(code_of([&] { public_side.call(portal::event, {l.id, "SHARED"}); }) == ErrorCode::rate_limited);
  w.clock->advance(2 * micros_per_second);
  CHECK_NOTHROW(public_side.call(portal::lead, request(l.id)));

  // Of IPv6 the network counts: a visitor has all of its addresses.
  auto six = visitor(w, "2001:db8:1:2::1");
  for (int i = 0; i < 30; ++i) six.call(portal::event, {l.id, "SHARED"});
  for (int i = 0; i < 27; ++i)
    CHECK_NOTHROW(visitor(w, "2001:db8:1:2:ffff::9").call(portal::lead, request(l.id)));
  CHECK(code_of([&] { visitor(w, "2001:db8:1:2::77").call(portal::lead, request(l.id)); }) ==
        ErrorCode::rate_limited);
  CHECK_NOTHROW(visitor(w, "2001:db8:1:3::1").call(portal::lead, request(l.id)));
  CHECK(code_of([&] { visitor(w, std::string(257, 'x')); }) == ErrorCode::invalid_argument);

  // A site that tells no address has one share for all its visitors.
  for (int i = 0; i < 30; ++i) visitor(w, "").call(portal::lead, request(l.id));
  CHECK(code_of([&] { visitor(w, "").call(portal::lead, request(l.id)); }) == ErrorCode::rate_limited);
}

TEST_CASE("the share of an address is the engine's to set", "[portal]") {
  TemporaryFolder folder;
  Options o = options_of("memory", folder);
  o.public_calls_per_minute = 2;
  Engine engine(std::move(o));
  const auto made = engine.host_session().call(
      organisations::create, {.name = "Agence", .default_country = "MA", .admin_email = "a@a.ma"});
  auto admin = engine.session({.org = made.organisation->id, .user = made.admin_user_id});
  const Listing l = published(admin, "Appartement à vendre");
  auto s = engine.session(
      {.org = made.organisation->id, .kind = PrincipalKind::public_site, .client_address = "203.0.113.7"});
  s.call(portal::lead, request(l.id));
  s.call(portal::lead, request(l.id));
  const Error e = error_of([&] { s.call(portal::lead, request(l.id)); });
  CHECK(e.code() == ErrorCode::rate_limited);
  CHECK(detail_of(e, "retry_after") == "30");
}

TEST_CASE("the rate limiter's memory is bounded", "[portal]") {
  RateLimiter limiter(2, 60'000);
  for (int i = 0; i < 200'000; ++i) limiter.take("visitor" + std::to_string(i), 1'000);
  CHECK(limiter.callers() <= 50'001);
  // Known ones keep their own share; newcomers in the crowd have one together.
  CHECK(limiter.take("visitor7", 1'000) == 0);
  CHECK(limiter.take("visitor7", 1'000) > 0);
  CHECK(limiter.take("newcomer", 1'000) > 0);
  // A minute later they are forgotten.
  CHECK(limiter.take("newcomer", 62'000) == 0);
  CHECK(limiter.callers() <= 2);
  // Many small steps of time bring as much as one large one.
  RateLimiter slow(30, 60'000);
  for (int i = 0; i < 30; ++i) CHECK(slow.take("v", 0) == 0);
  for (int ms = 1; ms < 2'000; ++ms) CHECK(slow.take("v", ms) > 0);
  CHECK(slow.take("v", 2'000) == 0);
}
