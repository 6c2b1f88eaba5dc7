// Documents: whose they are, their versions, who sees them.

#include "atlas/documents.hpp"
#include "atlas/listings.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

const std::string hash_a(64, 'a'), hash_b(64, 'b');

Dossier open_one(Session& s, const std::string& name, const std::string& phone) {
  return s.call(dossiers::create, {.contact_name = name, .phone = phone}).dossier.value();
}

Document attach(Session& s, const std::string& kind, const Uuid& owner, const std::string& hash = hash_a) {
  return s.call(documents::create, {.owner_kind = kind,
                                    .owner_id = owner,
                                    .type_code = "DOC_CONTRACT",
                                    .title = "Compromis Bennani",
                                    .storage_ref = "s3://bucket/bennani.pdf",
                                    .content_hash = hash,
                                    .media_type = "application/pdf",
                                    .size = 12'345});
}

}  // namespace

TEST_CASE("a document needs an owner that is there and a hash that is one", "[documents]") {
  World w("memory");
  auto s = w.admin();
  const Dossier d = open_one(s, "A", "0612345678");
  const Error missing = error_of([&] { s.call_json("documents.create", "{}"); });
  CHECK(missing.code() == ErrorCode::invalid_argument);
  for (const char* path : {"/owner_kind", "/owner_id", "/type_code", "/storage_ref", "/content_hash"})
    CHECK(names(missing, path, field_code::required));
  CHECK(missing.fields().size() == 5);

  const Error wrong = error_of([&] {
    s.call_json("documents.create",
                R"({"owner_kind":"user","owner_id":")" + format_uuid(d.id) +
                    R"(","type_code":"DOC_NOVEL","storage_ref":"x","content_hash":"abc","size":-1,)" +
                    R"("extracted":[1],"issued_on":"2026-02-30"})");
  });
  CHECK(names(wrong, "/owner_kind", field_code::not_a_code));
  CHECK(names(wrong, "/type_code", field_code::not_a_code));
  CHECK(names(wrong, "/content_hash", field_code::too_short));
  CHECK(names(wrong, "/size", field_code::out_of_range));
  CHECK(names(wrong, "/extracted", field_code::wrong_type));
  CHECK(names(wrong, "/issued_on", field_code::not_a_date));

  documents::Create in{.owner_kind = "dossier",
                       .owner_id = d.id,
                       .type_code = "DOC_DPE",
                       .storage_ref = "x",
                       .content_hash = std::string(64, 'A'),
                       .media_type = "PDF"};
  const Error form = error_of([&] { s.call(documents::create, in); });
  CHECK(names(form, "/content_hash", field_code::wrong_type));
  CHECK(names(form, "/media_type", field_code::wrong_type));
  in.content_hash = hash_a;
  in.media_type = "image/svg+xml";
  in.owner_id = d.id;
  CHECK(s.call(documents::create, in).document_version == 1);
  // The id of something else, or of nothing.
  in.owner_kind = "party";
  CHECK(names(error_of([&] { s.call(documents::create, in); }), "/owner_id", field_code::unknown_reference));
  in.owner_kind = "listing";
  CHECK(names(error_of([&] { s.call(documents::create, in); }), "/owner_id", field_code::unknown_reference));
  CHECK(s.call(documents::count, {}).count == 1);
}

TEST_CASE("a document is replaced by its next version and both stay readable", "[documents]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier d = open_one(s, "A", "0612345678");
  const Document first = attach(s, "dossier", d.id);
  CHECK(first.version == 1);
  CHECK(first.size == 12'345);
  const Document read = s.call(documents::update, {.id = first.id,
                                                   .version = 1,
                                                   .extracted = R"({"price":"1200000"})",
                                                   .issued_on = *parse_date("2026-11-02")});
  CHECK(read.extracted == R"({"price":"1200000"})");
  CHECK(read.version == 2);
  CHECK(code_of([&] {
          s.call(documents::supersede,
                 {.id = first.id, .version = 1, .storage_ref = "y", .content_hash = hash_b});
        }) == ErrorCode::conflict);
  w.clock->advance(micros_per_second);
  const Document next =
      s.call(documents::supersede,
             {.id = first.id, .version = 2, .storage_ref = "s3://bucket/2.pdf", .content_hash = hash_b});
  CHECK(next.id != first.id);
  CHECK(next.document_version == 2);
  CHECK(next.supersedes_id == first.id);
  CHECK(next.owner_id == d.id);
  CHECK(next.title == "Compromis Bennani");
  CHECK(next.media_type == "application/pdf");
  // What was read from the old bytes says nothing about the new ones.
  CHECK_FALSE(next.extracted.has_value());
  CHECK_FALSE(next.issued_on.has_value());
  CHECK_FALSE(next.size.has_value());
  const Document old = s.call(documents::get, {.id = first.id});
  CHECK(old.superseded_by_id == next.id);
  CHECK(old.storage_ref == "s3://bucket/bennani.pdf");
  const Error twice = error_of([&] {
    s.call(documents::supersede,
           {.id = first.id, .version = old.version, .storage_ref = "z", .content_hash = hash_b});
  });
  CHECK(twice.code() == ErrorCode::conflict);
  CHECK(detail_of(twice, "reason") == "\"state\"");

  const std::string owned = R"({"owner_id":")" + format_uuid(d.id) + "\"";
  CHECK(s.call(documents::list, {.where = owned + "}"}).items.size() == 2);
  const auto current = s.call(documents::list, {.where = owned + R"(,"superseded_by_id":null})"}).items;
  REQUIRE(current.size() == 1);
  CHECK(current[0].id == next.id);
  CHECK(s.call(documents::list, {.where = R"({"content_hash":")" + hash_b + "\"}"}).items.at(0).id ==
        next.id);
  const Document gone = s.call(documents::archive, {.id = next.id, .version = 1});
  CHECK(gone.archived_at.has_value());
  CHECK(s.call(documents::count, {.where = owned + "}"}).count == 1);
  CHECK(s.call(documents::count, {.where = owned + "}", .archived = true}).count == 2);

  const auto lines =
      s.call(activities::timeline, {.dossier_id = d.id, .type_codes = {"ACT_DOCUMENT_LOG"}}).items;
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].payload.find("document.archived") != std::string::npos);
  CHECK(lines[1].payload.find(R"("document_version":2)") != std::string::npos);
  CHECK(lines[2].payload.find(R"("event":"document.created")") != std::string::npos);
  for (const Activity& line : lines) CHECK(line.payload.find("Bennani") == std::string::npos);
  CHECK(w.engine.check().ok());
}

TEST_CASE("documents lie within the scope of their owner", "[documents][scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto agent = w.as("AGENT"), other_agent = w.as("AGENT2"), admin = w.admin();
  const Dossier mine = open_one(agent, "A", "0612345678");
  const Dossier theirs = open_one(other_agent, "B", "0612345679");
  const Party p = agent.call(
      dossiers::add_party,
      {.id = mine.id, .party = {.role_code = "SELLER", .family_name = "Alaoui", .emails = {"x@y.ma"}}});
  const Party stranger = admin.call(parties::create, {.role_code = "BUYER", .family_name = "Nobody"});
  const Document on_mine = attach(agent, "dossier", mine.id);
  const Document on_party = attach(agent, "party", p.id);
  const Document on_theirs = attach(other_agent, "dossier", theirs.id);
  const Document on_stranger = attach(admin, "party", stranger.id);

  CHECK(agent.call(documents::count, {}).count == 2);
  CHECK(agent.call(documents::list, {.where = R"({"type_code":"DOC_CONTRACT"})"}).items.size() == 2);
  CHECK(agent.call(documents::get, {.id = on_party.id}).owner_id == p.id);
  for (const Uuid& hidden : {on_theirs.id, on_stranger.id}) {
    CHECK(code_of([&] { agent.call(documents::get, {.id = hidden}); }) == ErrorCode::not_found);
    CHECK(code_of([&] { agent.call(documents::archive, {.id = hidden, .version = 1}); }) ==
          ErrorCode::not_found);
    CHECK(code_of([&] { agent.call(documents::update, {.id = hidden, .version = 1, .title = "Mine"}); }) ==
          ErrorCode::not_found);
  }
  // An owner out of reach is as unknown as one that is not there.
  for (const auto& [kind, id] : {std::pair{"dossier", theirs.id}, std::pair{"party", stranger.id}}) {
    CHECK(names(error_of([&] { attach(agent, kind, id); }), "/owner_id", field_code::unknown_reference));
  }
  CHECK(w.as("AUDITOR").call(documents::count, {}).count == 4);
  CHECK(code_of([&] {
          auto auditor = w.as("AUDITOR");
          attach(auditor, "dossier", mine.id);
        }) == ErrorCode::forbidden);
  CHECK(code_of([&] { w.as("MODERATOR").call(documents::list, {}); }) == ErrorCode::forbidden);
  // An owner has the papers of their own listings.
  auto owner = w.as("OWNER");
  CHECK(owner.call(documents::list, {}).items.empty());
  const listings::Create villa{
      .transaction_type_code = "TX_SALE", .property_type_code = "PROP_VILLA", .title = "Villa"};
  const Listing own = owner.call(listings::create, villa), agency = admin.call(listings::create, villa);
  const Document deed = attach(owner, "listing", own.id);
  attach(admin, "listing", agency.id);
  REQUIRE(owner.call(documents::list, {}).items.size() == 1);
  CHECK(owner.call(documents::get, {.id = deed.id}).owner_id == own.id);
  CHECK(names(error_of([&] { attach(owner, "listing", agency.id); }), "/owner_id",
              field_code::unknown_reference));
  CHECK(names(error_of([&] { attach(owner, "dossier", mine.id); }), "/owner_id",
              field_code::unknown_reference));
  // Another agency sees nothing of it.
  auto other = w.other();
  CHECK(other.call(documents::count, {}).count == 0);
  CHECK(code_of([&] { other.call(documents::get, {.id = on_mine.id}); }) == ErrorCode::not_found);
  CHECK(names(error_of([&] { attach(other, "dossier", mine.id); }), "/owner_id",
              field_code::unknown_reference));
}
