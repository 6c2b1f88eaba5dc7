// A store of every released schema version opens, is brought up to date, and shows what was put into it.

#include <filesystem>

#include "atlas/appointments.hpp"
#include "atlas/consent.hpp"
#include "atlas/documents.hpp"
#include "atlas/duplicate_search.hpp"
#include "atlas/listings.hpp"
#include "atlas/message_operations.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// Works on a copy: opening may migrate.
std::string copy_of(const TemporaryFolder& folder, int version) {
  const std::filesystem::path stores = std::filesystem::path(ATLAS_TEST_DATA) / "stores";
  const std::string name = "v" + std::to_string(version) + ".db";
  const std::string copy = folder.file(name);
  std::filesystem::copy_file(stores / name, copy);
  std::filesystem::copy_file(stores / (name + ".keys"), copy + ".keys");
  return copy;
}

}  // namespace

TEST_CASE("a store of each released version goes on", "[schema]") {
  const int version = GENERATE(range(1, current_schema_version() + 1));
  CAPTURE(version);
  const TemporaryFolder folder;
  Options o;
  o.store = copy_of(folder, version);
  o.create = false;
  o.migrate = true;
  Engine engine{Options(o)};
  CHECK(engine.schema_version() == current_schema_version());

  // The same tables as a new store has.
  Options fresh;
  fresh.store = folder.file("fresh.db");
  Engine beside(std::move(fresh));
  CHECK(engine.kernel().store().catalog() == beside.kernel().store().catalog());
  CHECK(engine.check().ok());

  const auto organisations = engine.organisations();
  REQUIRE(organisations.size() == 1);
  CHECK(organisations[0].name == "Agence Version Un");
  auto s = engine.session({.org = organisations[0].id, .kind = PrincipalKind::system});
  CHECK(s.call(dossiers::count, {}).count == 2);
  const Dossier nadia = s.call(dossiers::list, {.where = R"({"phone":"+212612345678"})"}).items.at(0);
  CHECK(nadia.contact_name == "Nadia Amrani");
  CHECK(nadia.status_code == "CRM_CONTACTED");
  CHECK(s.call(dossiers::history, {.id = nadia.id}).items.at(0).comment == "appelée");
  CHECK(s.call(activities::timeline, {.dossier_id = nadia.id, .type_codes = {"ACT_NOTE"}}).items.at(0).body ==
        "Cherche une terrasse");
  // Found by keys that were written then, and by a folded prefix.
  CHECK_FALSE(s.call(dossiers::create, {.contact_name = "É.", .email = "Eloise+Agence@example.fr"}).created);
  CHECK(s.call(parties::list, {.where = R"({"family_name":{"prefix":"oeuv"}})"}).items.size() == 1);
  // Sealed then, opened now.
  const auto first = s.call(audit::list, {.actions = {"dossier.created"}, .oldest_first = true}).items.at(0);
  CHECK(first.personal.find("Nadia Amrani") != std::string::npos);
  if (version == 1) {
    const auto proof = s.call(audit::prove, {.seq = 3, .size = 9});
    CHECK(proof.root == "g/ZNCyWevkY3ARQZq8LPAdR8+L6yWnq5DDT2ZHeoo6Y=");
    return;
  }
  // What came with version 2: rooms, ids from elsewhere, an organisation's own codes.
  CHECK(s.call(listings::list, {}).items.at(0).external_refs == std::vector<ExternalRef>{{"avito", "a1"}});
  CHECK(s.call(appointments::list, {}).items.at(0).dossier_id == nadia.id);
  CHECK(s.call(documents::list, {}).items.at(0).type_code == "DOC_IDENTITY");
  CHECK(s.call(consents::check, {.channel_code = "CHAN_WHATSAPP",
                                 .address = "06 12 34 56 78",
                                 .purpose_code = "CONSENT_CONTACT"})
            .allowed);
  CHECK(code_of([&] {
          s.call(dossiers::create,
                 {.contact_name = "X", .email = "x@example.fr", .external_refs = {{"erp", "17"}}});
        }) == ErrorCode::conflict);
  CHECK_NOTHROW(s.call(dossiers::create,
                       {.source_code = "LEAD_SOURCE_SALON", .contact_name = "Y", .email = "y@example.fr"}));
  if (version == 2) return;
  // Version 3: messages.
  CHECK(s.call(messages::list, {.dossier_id = nadia.id}).items.at(0).template_code == "visit.confirmed");
  if (version == 3) return;
  // Version 4: pairs that look like one, and what was decided of them.
  const auto pairs = s.call(duplicates::list, {.entity_kind = "party", .status_code = "DISMISSED"}).items;
  CHECK(pairs.size() == 1);
}
