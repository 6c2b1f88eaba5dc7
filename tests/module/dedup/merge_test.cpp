// Merging two records and taking it back, through the operations, on every store.

#include <nlohmann/json.hpp>

#include "atlas/appointments.hpp"
#include "atlas/consent.hpp"
#include "atlas/documents.hpp"
#include "atlas/duplicates.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

Dossier dossier(Session& s, const std::string& name, const std::string& phone,
                const std::string& type = "CRM_LEAD_BUY") {
  return s.call(dossiers::create, {.case_type_code = type, .contact_name = name, .phone = phone})
      .dossier.value();
}

Party party(Session& s, const std::string& name, std::vector<std::string> phones = {},
            std::vector<std::string> emails = {}) {
  return s.call(
      parties::create,
      {.role_code = "BUYER", .family_name = name, .phones = std::move(phones), .emails = std::move(emails)});
}

duplicates::Merged merge(Session& s, const Dossier& survivor, const Dossier& loser,
                         const std::string& choices = "{}", bool dry = false) {
  return s.call(duplicates::merge, {.entity_kind = "dossier",
                                    .survivor_id = survivor.id,
                                    .survivor_version = s.call(dossiers::get, {.id = survivor.id}).version,
                                    .loser_id = loser.id,
                                    .loser_version = s.call(dossiers::get, {.id = loser.id}).version,
                                    .choices = choices,
                                    .dry_run = dry});
}

duplicates::Merged merge(Session& s, const Party& survivor, const Party& loser,
                         const std::string& choices = "{}") {
  return s.call(duplicates::merge, {.entity_kind = "party",
                                    .survivor_id = survivor.id,
                                    .survivor_version = s.call(parties::get, {.id = survivor.id}).version,
                                    .loser_id = loser.id,
                                    .loser_version = s.call(parties::get, {.id = loser.id}).version,
                                    .choices = choices});
}

std::string source_of(const duplicates::Merged& merged, const std::string& field) {
  for (const auto& f : merged.fields)
    if (f.field == field) return f.source;
  return "";
}

bool turned(const duplicates::Merged& merged, const std::string& kind, const Uuid& id,
            const std::string& field) {
  for (const auto& r : merged.references)
    if (r.kind == kind && r.id == id && r.field == field) return true;
  return false;
}

const char* const hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

}  // namespace

TEST_CASE("a merge turns every reference and the loser's id reads as the survivor", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier kept = dossier(s, "Ali Bennani", "0612345678");
  w.clock->advance(micros_per_second);
  const Dossier gone = s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY",
                                                 .contact_name = "Ali El Bennani",
                                                 .phone = "0698765432",
                                                 .email = "ali@example.ma",
                                                 .city = "Rabat",
                                                 .external_refs = {{"erp", "17"}}})
                           .dossier.value();
  const Party who = party(s, "Bennani");
  s.call(dossiers::link_party, {.id = gone.id, .party_id = who.id, .role_code = "BUYER"});
  const auto task = s.call(activities::add_task, {.id = gone.id, .title = "rappeler"});
  const auto note = s.call(activities::add_note, {.id = gone.id, .body = "cherche un T3"});
  const auto paper = s.call(documents::create, {.owner_kind = "dossier",
                                                .owner_id = gone.id,
                                                .type_code = "DOC_IDENTITY",
                                                .storage_ref = "s3://x",
                                                .content_hash = hash});
  const auto visit = s.call(
      appointments::create,
      {.dossier_id = gone.id, .type_code = "APPOINT_VISIT", .starts_at = w.clock->now() + micros_per_day});

  const auto dry = merge(s, kept, gone, "{}", true);
  CHECK(dry.dry_run);
  CHECK_FALSE(dry.merge);
  CHECK(s.call(dossiers::get, {.id = gone.id}).contact_name == "Ali El Bennani");
  CHECK_FALSE(s.call(dossiers::get, {.id = gone.id}).archived_at);

  const auto merged = merge(s, kept, gone);
  REQUIRE(merged.merge);
  CHECK(merged.merge->loser_status == "CRM_NEW");
  CHECK(turned(merged, "task", task.id, "dossier_id"));
  CHECK(turned(merged, "activity", note.id, "dossier_id"));
  CHECK(turned(merged, "document", paper.id, "owner_id"));
  CHECK(turned(merged, "appointment", visit.id, "dossier_id"));
  // The dry run told the same.
  CHECK(dry.fields.size() == merged.fields.size());
  CHECK(dry.references.size() == merged.references.size());
  CHECK(dry.survivor_version == merged.survivor_version);

  // The survivor: newest phone, longest name, what it lacked.
  const Dossier now = s.call(dossiers::get, {.id = kept.id});
  CHECK(now.contact_name == "Ali El Bennani");
  CHECK(now.phone == "+212698765432");
  CHECK(now.phone_raw == "0698765432");
  CHECK(now.email == "ali@example.ma");
  CHECK(now.city == "Rabat");
  CHECK(now.external_refs == std::vector<ExternalRef>{{"erp", "17"}});
  CHECK(now.version == merged.survivor_version);
  CHECK(source_of(merged, "external_refs") == "loser");
  CHECK(s.call(dossiers::parties_of, {.id = kept.id}).items.size() == 1);

  // The loser: reads as the survivor, refuses changes, stands in the archive with its mark.
  const Json read = Json::parse(s.call_json("dossiers.get", R"({"id":")" + format_uuid(gone.id) + "\"}"));
  CHECK(read["id"] == format_uuid(kept.id));
  CHECK(read["redirected_from"] == format_uuid(gone.id));
  CHECK_FALSE(Json::parse(s.call_json("dossiers.get", R"({"id":")" + format_uuid(kept.id) + "\"}"))
                  .contains("redirected_from"));
  const Error refused =
      error_of([&] { s.call(dossiers::update, {.id = gone.id, .version = 99, .city = "Fès"}); });
  CHECK(refused.code() == ErrorCode::conflict);
  CHECK(detail_of(refused, "reason") == "\"merged\"");
  CHECK(detail_of(refused, "into") == "\"" + format_uuid(kept.id) + "\"");
  CHECK(s.call(activities::timeline, {.dossier_id = gone.id}).items.size() ==
        s.call(activities::timeline, {.dossier_id = kept.id}).items.size());
  const auto archive = s.call(
      dossiers::list, {.where = R"({"id":")" + format_uuid(gone.id) + "\"}", .archived = true, .scan = true});
  REQUIRE(archive.items.size() == 1);
  CHECK(archive.items[0].merged_into == kept.id);
  CHECK(archive.items[0].status_code == "CRM_NEW");

  // A reference to it that comes later goes to the survivor at once; nobody meets it any more.
  CHECK(s.call(documents::create, {.owner_kind = "dossier",
                                   .owner_id = gone.id,
                                   .type_code = "DOC_IDENTITY",
                                   .storage_ref = "s3://y",
                                   .content_hash = hash})
            .owner_id == kept.id);
  const auto met = s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY",
                                             .contact_name = "Ali",
                                             .phone = "0698765432",
                                             .email = "ali@example.ma"});
  CHECK_FALSE(met.created);
  CHECK(met.dossier->id == kept.id);
  CHECK_FALSE(met.also);
  CHECK(w.engine.check().ok());
}

TEST_CASE("undo gives everything back but what changed since, and says so", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier kept = dossier(s, "Ali", "0612345678");
  w.clock->advance(micros_per_second);
  const Dossier gone = s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY",
                                                 .contact_name = "Ali Bennani",
                                                 .phone = "0698765432",
                                                 .email = "ali@example.ma",
                                                 .city = "Rabat"})
                           .dossier.value();
  const auto first = s.call(activities::add_task, {.id = gone.id, .title = "rappeler"});
  const auto second = s.call(activities::add_task, {.id = gone.id, .title = "visiter"});
  const auto merged = merge(s, kept, gone);
  // Since: the city is corrected, a task is added, the person writes from elsewhere.
  w.clock->advance(micros_per_second);
  const Dossier now = s.call(dossiers::get, {.id = kept.id});
  s.call(dossiers::update, {.id = kept.id, .version = now.version, .city = "Salé"});
  const auto third = s.call(activities::add_task, {.id = kept.id, .title = "écrire"});

  const auto dry = s.call(duplicates::undo, {.merge_id = merged.merge->id, .dry_run = true});
  CHECK(dry.dry_run);
  CHECK(s.call(dossiers::get, {.id = gone.id}).id == kept.id);

  const auto undone = s.call(duplicates::undo, {.merge_id = merged.merge->id});
  CHECK(undone.merge->undone_at);
  CHECK(undone.conflicts.size() == dry.conflicts.size());
  const auto conflict = [&](const std::string& kind, const Uuid& id, const std::string& field) {
    for (const MergeConflict& c : undone.conflicts)
      if (c.kind == kind && c.id == id && c.field == field) return std::optional(c);
    return std::optional<MergeConflict>();
  };
  const auto city = conflict("dossier", kept.id, "city");
  REQUIRE(city);
  CHECK_FALSE(city->before);
  CHECK(city->now == R"("Salé")");
  CHECK(conflict("task", third.id, "dossier_id"));
  CHECK_FALSE(conflict("task", first.id, "dossier_id"));

  const Dossier survivor = s.call(dossiers::get, {.id = kept.id});
  CHECK(survivor.contact_name == "Ali");
  CHECK(survivor.phone == "+212612345678");
  CHECK_FALSE(survivor.email);
  CHECK(survivor.city == "Salé");
  const Dossier back = s.call(dossiers::get, {.id = gone.id});
  CHECK(back.id == gone.id);
  CHECK_FALSE(back.archived_at);
  CHECK_FALSE(back.merged_into);
  CHECK(back.contact_name == "Ali Bennani");
  CHECK(s.call(activities::get_task, {.id = first.id}).dossier_id == gone.id);
  CHECK(s.call(activities::get_task, {.id = second.id}).dossier_id == gone.id);
  CHECK(s.call(activities::get_task, {.id = third.id}).dossier_id == kept.id);
  // It is met again, and the merge cannot be undone twice.
  CHECK(
      s.call(dossiers::create, {.case_type_code = "CRM_LEAD_BUY", .contact_name = "A", .phone = "0698765432"})
          .dossier->id == gone.id);
  CHECK(code_of([&] { s.call(duplicates::undo, {.merge_id = merged.merge->id}); }) == ErrorCode::conflict);
  CHECK(s.call(duplicates::merges, {}).items.size() == 1);
  CHECK(w.engine.check().ok());
}

TEST_CASE("merges of merges are undone in any order", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Party a = party(s, "A", {"0611111111"}), b = party(s, "B", {"0622222222"}),
              c = party(s, "C", {"0633333333"});
  const Dossier d = dossier(s, "X", "0644444444");
  s.call(dossiers::link_party, {.id = d.id, .party_id = b.id, .role_code = "BUYER"});
  const auto of_b = [&] { return s.call(dossiers::parties_of, {.id = d.id}).items.at(0).party.id; };
  const auto into_a = merge(s, a, b);
  const auto into_c = merge(s, c, a);
  CHECK(of_b() == c.id);
  CHECK(s.call(parties::get, {.id = b.id}).id == c.id);
  CHECK(s.call(parties::get, {.id = c.id}).phones ==
        std::vector<std::string>{"+212633333333", "+212611111111", "+212622222222"});
  // The inner one first.
  const auto inner = s.call(duplicates::undo, {.merge_id = into_a.merge->id});
  CHECK(inner.remade == 1);
  CHECK(inner.conflicts.empty());
  CHECK(of_b() == b.id);
  CHECK(s.call(parties::get, {.id = b.id}).phones == std::vector<std::string>{"+212622222222"});
  CHECK(s.call(parties::get, {.id = a.id}).id == c.id);
  CHECK(s.call(parties::get, {.id = c.id}).phones ==
        std::vector<std::string>{"+212633333333", "+212611111111"});
  const auto outer = s.call(duplicates::undo, {.merge_id = into_c.merge->id});
  CHECK(outer.conflicts.empty());
  CHECK(s.call(parties::get, {.id = a.id}).phones == std::vector<std::string>{"+212611111111"});
  CHECK(s.call(parties::get, {.id = c.id}).phones == std::vector<std::string>{"+212633333333"});
  CHECK(w.engine.check().ok());
}

TEST_CASE("a link that the survivor has already leaves the lists and comes back", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Party a = party(s, "A"), b = party(s, "B");
  const Dossier d = dossier(s, "X", "0644444444");
  s.call(dossiers::link_party, {.id = d.id, .party_id = a.id, .role_code = "BUYER"});
  s.call(dossiers::link_party, {.id = d.id, .party_id = b.id, .role_code = "BUYER"});
  s.call(dossiers::link_party, {.id = d.id, .party_id = b.id, .role_code = "OTHER"});
  const auto visit =
      s.call(appointments::create,
             {.dossier_id = d.id,
              .type_code = "APPOINT_VISIT",
              .starts_at = w.clock->now() + micros_per_day,
              .attendees = {{.party_id = a.id, .name = "A"}, {.party_id = b.id, .name = "B"}}});
  const auto merged = merge(s, a, b);
  const auto after = s.call(dossiers::parties_of, {.id = d.id}).items;
  REQUIRE(after.size() == 2);
  CHECK(after[0].party.id == a.id);
  CHECK(after[1].party.id == a.id);
  CHECK(turned(merged, "appointment", visit.id, "attendees/1/party_id"));
  CHECK(s.call(appointments::get, {.id = visit.id}).attendees.at(1).party_id == a.id);
  CHECK(s.call(duplicates::undo, {.merge_id = merged.merge->id}).conflicts.empty());
  CHECK(s.call(dossiers::parties_of, {.id = d.id}).items.size() == 3);
  CHECK(s.call(appointments::get, {.id = visit.id}).attendees.at(1).party_id == b.id);
}

TEST_CASE("consents stay, objections unite, and an undo takes neither back", "[dedup][consent]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Party a = party(s, "A", {"0611111111"}), b = party(s, "B", {"0622222222"});
  const auto grant = [&](const char* address, const Party& p) {
    return s.call(consents::grant, {.channel_code = "CHAN_WHATSAPP",
                                    .address = address,
                                    .purpose_code = "CONSENT_CONTACT",
                                    .source_code = "CONSENT_SRC_FORM",
                                    .wording = "Oui",
                                    .wording_version = "1",
                                    .language = "fr",
                                    .evidence = ConsentEvidence{"web_form", "f/1", hash},
                                    .party_id = p.id});
  };
  const auto allowed = [&](const char* address) {
    return s
        .call(consents::check,
              {.channel_code = "CHAN_WHATSAPP", .address = address, .purpose_code = "CONSENT_CONTACT"})
        .allowed;
  };
  grant("0611111111", a);
  grant("0622222222", b);
  CHECK(allowed("0611111111"));
  CHECK(allowed("0622222222"));
  s.call(consents::object, {.party_id = b.id});
  CHECK(allowed("0611111111"));
  const auto merged = merge(s, a, b);
  // One person now: the no of the one is the no of both.
  CHECK_FALSE(allowed("0611111111"));
  CHECK_FALSE(allowed("0622222222"));
  CHECK(names(error_of([&] {
                const auto more = party(s, "C");
                merge(s, a, more, R"({"phones":"loser"})");
              }),
              "/choices/phones", field_code::out_of_range));
  s.call(duplicates::undo, {.merge_id = merged.merge->id});
  CHECK_FALSE(allowed("0622222222"));
  CHECK(allowed("0611111111"));
  // Who objects while the two are one objects as both.
  const auto again = merge(s, a, party(s, "D", {"0655555555"}));
  grant("0655555555", a);
  CHECK_FALSE(s.call(consents::object, {.party_id = a.id}).id.is_nil());
  const auto undone = s.call(duplicates::undo, {.merge_id = again.merge->id});
  CHECK_FALSE(allowed("0655555555"));
  CHECK_FALSE(allowed("0611111111"));
  CHECK(std::count_if(undone.conflicts.begin(), undone.conflicts.end(),
                      [](const MergeConflict& c) { return c.kind == "objection"; }) == 2);
}

TEST_CASE("what cannot be merged is refused and leaves nothing", "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier a = dossier(s, "A", "0611111111"), b = dossier(s, "B", "0622222222"),
                other = dossier(s, "C", "0633333333", "CRM_LEAD");
  const auto attempt = [&](const Dossier& survivor, std::int64_t v1, const Dossier& loser, std::int64_t v2,
                           const std::string& choices = "{}") {
    return error_of([&] {
      s.call(duplicates::merge, {.entity_kind = "dossier",
                                 .survivor_id = survivor.id,
                                 .survivor_version = v1,
                                 .loser_id = loser.id,
                                 .loser_version = v2,
                                 .choices = choices});
    });
  };
  CHECK(names(attempt(a, 1, a, 1), "/loser_id", field_code::out_of_range));
  CHECK(names(attempt(a, 1, other, 1), "/loser_id", field_code::out_of_range));
  CHECK(detail_of(attempt(a, 2, b, 1), "reason") == "\"stale_version\"");
  CHECK(detail_of(attempt(a, 1, b, 2), "reason") == "\"stale_version\"");
  const Error choices = attempt(
      a, 1, b, 1, R"({"colour":"loser","status_code":"loser","phone_raw":"loser","city":"best","email":7})");
  CHECK(names(choices, "/choices/colour", field_code::unknown_member));
  CHECK(names(choices, "/choices/status_code", field_code::unknown_member));
  CHECK(names(choices, "/choices/phone_raw", field_code::unknown_member));
  CHECK(names(choices, "/choices/city", field_code::not_a_code));
  CHECK(names(choices, "/choices/email", field_code::not_a_code));
  CHECK(s.call(duplicates::merges, {}).items.empty());
  // Another organisation's record is not there.
  auto theirs = w.other();
  const Dossier far = dossier(theirs, "F", "0611111111");
  CHECK(attempt(a, 1, far, 1).code() == ErrorCode::not_found);
  // Who may not decide is refused; an agent sees merges of their own dossiers alone.
  CHECK(code_of([&] {
          w.as("AGENT").call(duplicates::merge, {.entity_kind = "dossier",
                                                 .survivor_id = a.id,
                                                 .survivor_version = 1,
                                                 .loser_id = b.id,
                                                 .loser_version = 1});
        }) == ErrorCode::forbidden);
  const auto merged = merge(s, a, b);
  CHECK(w.as("AGENT").call(duplicates::merges, {}).items.empty());
  s.call(dossiers::assign,
         {.id = a.id, .version = merged.survivor_version, .user_id = w.one.users.at("AGENT")});
  CHECK(w.as("AGENT").call(duplicates::merges, {}).items.size() == 1);
  CHECK(code_of([&] { w.as("OWNER").call(duplicates::merges, {}); }) == ErrorCode::forbidden);
  CHECK(detail_of(attempt(a, merged.survivor_version + 1, b, 1), "reason") == "\"merged\"");
}
