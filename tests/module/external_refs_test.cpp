// What a record is called elsewhere: unique per organisation and kind, freed by archiving, filled by a
// meeting.

#include "world.hpp"

namespace atlas::testing {
namespace {

parties::Create seller(const std::string& name, std::vector<ExternalRef> refs) {
  return {.role_code = "SELLER", .family_name = name, .external_refs = std::move(refs)};
}

}  // namespace

TEST_CASE("an outside id names one record of a kind in an organisation", "[external_refs]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const Party first = s.call(parties::create, seller("Alaoui", {{"erp", "7"}, {"avito", "x/1"}}));
  CHECK(s.call(parties::get, {first.id}).external_refs.size() == 2);

  const Error taken = error_of([&] {
    s.call(parties::create, seller("Bennani", {{"erp", "8"}, {"erp", "7"}}));
  });
  CHECK(taken.code() == ErrorCode::conflict);
  CHECK(detail_of(taken, "reason") == "\"unique\"");
  CHECK(names(taken, "/external_refs/1", field_code::duplicate_member));
  CHECK(code_of([&] {
          s.call(parties::create, seller("Bennani", {{"erp", "9"}, {"erp", "9"}}));
        }) == ErrorCode::conflict);
  // Nothing of a refused record stays: its other reference is free.
  const Party second = s.call(parties::create, seller("Bennani", {{"erp", "8"}, {"ERP", "7"}}));

  // Another organisation, and another kind, have ids of their own.
  CHECK_NOTHROW(w.other().call(parties::create, seller("Autre", {{"erp", "7"}})));
  CHECK_NOTHROW(s.call(dossiers::create,
                       {.contact_name = "Sara", .phone = "0612345678", .external_refs = {{"erp", "7"}}}));

  // An update moves them; an archived record gives them back.
  Party changed = s.call(parties::update, {.id = first.id,
                                           .version = first.version,
                                           .external_refs = std::vector<ExternalRef>{{"avito", "x/1"}}});
  CHECK(changed.external_refs == std::vector<ExternalRef>{{"avito", "x/1"}});
  CHECK_NOTHROW(s.call(parties::create, seller("Chraibi", {{"erp", "7"}})));
  s.call(parties::archive, {second.id, second.version});
  CHECK_NOTHROW(s.call(parties::create, seller("Daoudi", {{"erp", "8"}})));
}

TEST_CASE("a dossier that is met takes the outside id of the one that came", "[external_refs]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  auto s = w.admin();
  const auto opened = s.call(
      dossiers::create, {.contact_name = "Sara", .phone = "0612345678", .external_refs = {{"mubawab", "1"}}});
  const auto met = s.call(dossiers::create, {.contact_name = "Sara B.",
                                             .phone = "+212 612 34 56 78",
                                             .external_refs = {{"avito", "2"}, {"mubawab", "1"}}});
  REQUIRE(met.dossier);
  CHECK_FALSE(met.created);
  CHECK(met.dossier->id == opened.dossier->id);
  CHECK(met.dossier->external_refs == std::vector<ExternalRef>{{"mubawab", "1"}, {"avito", "2"}});
  CHECK(s.call(audit::verify, {.records = true}).ok);
}

}  // namespace atlas::testing
