// Reference data: an agency's own codes, its way with the seeded ones, and what every other operation makes
// of them.

#include "atlas/reference.hpp"

#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;
namespace codes = atlas::reference_data;

namespace {

std::vector<std::string> codes_of(const codes::Items& items) {
  std::vector<std::string> out;
  for (const auto& item : items.items) out.push_back(item.code);
  return out;
}

bool has(const codes::Items& items, const std::string& code) {
  const auto all = codes_of(items);
  return std::find(all.begin(), all.end(), code) != all.end();
}

codes::Item add(Session& s, const std::string& dictionary, const std::string& code,
                const std::string& label) {
  return s.call(codes::create, {.dict_type = dictionary, .code = code, .labels = {.fr = label}});
}

void switch_off(Session& s, const std::string& dictionary, const std::string& code, bool active = false) {
  s.call(codes::update, {.dict_type = dictionary, .code = code, .is_active = active});
}

int number = 0;

/// A dossier of a new person.
Dossier open(Session& s, const std::string& source) {
  return *s.call(dossiers::create, {.source_code = source,
                                    .contact_name = "Nadia",
                                    .email = "n" + std::to_string(++number) + "@example.ma"})
              .dossier;
}

}  // namespace

TEST_CASE("an agency begins with the seeds, in its language and in their order", "[reference]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.as("AGENT");
  const auto reasons = s.call(codes::list, {.dict_type = "WON_REASON"});
  CHECK(codes_of(reasons) == std::vector<std::string>{"SIGNED", "RESERVED", "DEPOSIT_PAID", "SOLD", "RENTED",
                                                      "PROJECT_DELIVERED", "OTHER"});
  const auto& sold = reasons.items.at(3);
  CHECK(sold.label == "Vendu");
  CHECK(sold.labels.en == "Sold");
  CHECK(sold.sort_order == 40);
  CHECK(sold.origin == "default");
  CHECK(sold.version == 0);
  const auto label = [&](const char* locale) {
    return s.call(codes::get, {.dict_type = "WON_REASON", .code = "SOLD", .locale = locale}).label;
  };
  CHECK(label("en-GB") == "Sold");
  CHECK(label("ar") == "تم البيع");
  CHECK(label("es") == "Vendu");

  const auto all = s.call(codes::dictionaries);
  const auto closed = [&](std::string_view name) {
    for (const auto& d : all.items)
      if (d.dict_type == name) return d.closed && d.reason;
    throw std::runtime_error("no such dictionary");
  };
  for (const char* name :
       {"ANN_STATUS", "APPOINT_STATUS", "MOD_STATUS", "REPORT_STATUS", "CONTRIBUTION_STATUS", "USER_STATUS",
        "ORG_STATUS", "ROLE", "CHANNEL_TYPE", "VISIBILITY", "ACTIVITY_TYPE"})
    CHECK(closed(name));
  for (const char* name : {"LEAD_SOURCE", "LOSS_REASON", "PROPERTY_TYPE", "DOC_TYPE", "CASE_STATUS"})
    CHECK_FALSE(closed(name));

  CHECK(names(error_of([&] { s.call(codes::list, {.dict_type = "COLOURS"}); }), "/dict_type",
              field_code::not_a_code));
  CHECK(code_of([&] { s.call(codes::get, {.dict_type = "WON_REASON", .code = "LOST"}); }) ==
        ErrorCode::not_found);
  CHECK(code_of([&] { add(s, "LEAD_SOURCE", "RADIO", "Radio"); }) == ErrorCode::forbidden);
}

TEST_CASE("an own code is good wherever its dictionary is asked for, in its own agency alone",
          "[reference]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  auto stranger = w.other();
  const Error unknown = error_of([&] { open(s, "RADIO"); });
  CHECK(unknown.code() == ErrorCode::invalid_argument);
  CHECK(names(unknown, "/source_code", field_code::not_a_code));

  const auto radio = add(s, "LEAD_SOURCE", "RADIO", "Radio locale");
  CHECK(radio.origin == "tenant");
  CHECK(radio.sort_order == 160);  // after the fifteen seeds
  CHECK(radio.label == "Radio locale");
  CHECK(s.call(codes::list, {.dict_type = "LEAD_SOURCE", .locale = "ar"}).items.back().label ==
        "Radio locale");
  auto agent = w.as("AGENT");
  const Dossier d = open(agent, "RADIO");
  CHECK(d.source_code == "RADIO");
  CHECK(s.call(dossiers::list, {.where = R"({"source_code":"RADIO"})", .scan = true}).items.size() == 1);
  // Inside objects, in lists, and as the reason of a transition.
  add(s, "NEED_TYPE", "NEED_GARDEN", "Jardin");
  add(s, "LOSS_REASON", "TOO_FAR", "Trop loin");
  Dossier q =
      s.call(dossiers::update, {.id = d.id,
                                .version = d.version,
                                .qualification = Qualification{.needs = {"NEED_GARDEN", "NEED_CRM"}}});
  q = s.call(dossiers::transition,
             {.id = q.id, .version = q.version, .to = "CRM_CLOSED_LOST", .reason_code = "TOO_FAR"});
  CHECK(q.loss_reason_code == "TOO_FAR");

  // The other agency has never heard of it.
  CHECK(names(error_of([&] { open(stranger, "RADIO"); }), "/source_code", field_code::not_a_code));
  CHECK_FALSE(has(stranger.call(codes::list, {.dict_type = "LEAD_SOURCE"}), "RADIO"));
  CHECK(code_of([&] { stranger.call(codes::get, {.dict_type = "LEAD_SOURCE", .code = "RADIO"}); }) ==
        ErrorCode::not_found);
  CHECK(code_of([&] { switch_off(stranger, "LEAD_SOURCE", "RADIO"); }) == ErrorCode::not_found);
  CHECK(code_of([&] { stranger.call(codes::remove, {.dict_type = "LEAD_SOURCE", .code = "RADIO"}); }) ==
        ErrorCode::not_found);
  CHECK(names(
      error_of([&] { stranger.call(dossiers::list, {.where = R"({"source_code":"RADIO"})", .scan = true}); }),
      "/where/source_code", field_code::not_a_code));
  CHECK_NOTHROW(add(stranger, "LEAD_SOURCE", "RADIO", "Sa propre radio"));
  CHECK(s.call(codes::get, {.dict_type = "LEAD_SOURCE", .code = "RADIO"}).label == "Radio locale");
  CHECK(w.engine.check().ok());
}

TEST_CASE("what an own code must be", "[reference]") {
  World w("memory");
  auto s = w.admin();
  for (const char* code : {"radio", "RADIO FM", "RADIO-FM", "RÀDIO"}) {
    CAPTURE(code);
    CHECK(names(error_of([&] { add(s, "LEAD_SOURCE", code, "Radio"); }), "/code", field_code::not_a_code));
  }
  CHECK(names(error_of([&] { add(s, "LEAD_SOURCE", std::string(65, 'A'), "Radio"); }), "/code",
              field_code::too_long));
  CHECK_NOTHROW(add(s, "LEAD_SOURCE", std::string(64, 'A'), "Radio"));
  CHECK(names(error_of([&] { s.call(codes::create, {.dict_type = "LEAD_SOURCE", .code = "RADIO"}); }),
              "/labels", field_code::required));
  CHECK(names(error_of([&] { add(s, "LEAD_SOURCE", "RADIO", std::string(201, 'x')); }), "/labels/fr",
              field_code::too_long));
  CHECK(names(error_of([&] { add(s, "COLOURS", "RED", "Rouge"); }), "/dict_type", field_code::not_a_code));
  const Error seeded = error_of([&] { add(s, "LEAD_SOURCE", "LEAD_SOURCE_AVITO", "Avito"); });
  CHECK(seeded.code() == ErrorCode::conflict);
  CHECK(detail_of(seeded, "reason") == "\"unique\"");
  add(s, "LEAD_SOURCE", "RADIO", "Radio");
  CHECK(code_of([&] { add(s, "LEAD_SOURCE", "RADIO", "Radio"); }) == ErrorCode::conflict);
  CHECK(s.call_json(
             "reference.create",
             R"({"dict_type":"LOSS_REASON","code":"RADIO","labels":{"ar":"x"},"metadata":{"b":1,"a":2}})")
            .find(R"("metadata":{"b":1,"a":2})") != std::string::npos);
  // Its own words and place.
  CHECK(names(error_of([&] {
                s.call(codes::update, {.dict_type = "LEAD_SOURCE",
                                       .code = "RADIO",
                                       .labels = Change<codes::Labels>::clear(),
                                       .sort_order = Change<std::int64_t>::clear()});
              }),
              "/labels", field_code::required));
  const auto after = s.call(codes::update, {.dict_type = "LEAD_SOURCE",
                                            .code = "RADIO",
                                            .version = 1,
                                            .labels = codes::Labels{.en = "Radio ad"},
                                            .sort_order = 5});
  CHECK(after.version == 2);
  CHECK_FALSE(after.labels.fr);
  CHECK(s.call(codes::list, {.dict_type = "LEAD_SOURCE"}).items.front().label == "Radio ad");
  const Error stale =
      error_of([&] { s.call(codes::update, {.dict_type = "LEAD_SOURCE", .code = "RADIO", .version = 1}); });
  CHECK(detail_of(stale, "reason") == "\"stale_version\"");
  CHECK(detail_of(stale, "current") == "2");
}

TEST_CASE("a code that is switched off is refused for new values and kept by those who carry it",
          "[reference]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  add(s, "LEAD_SOURCE", "RADIO", "Radio");
  for (const std::string code : {"LEAD_SOURCE_AVITO", "RADIO"}) {
    CAPTURE(code);
    const Dossier before = open(s, code);
    switch_off(s, "LEAD_SOURCE", code);
    CHECK(names(error_of([&] { open(s, code); }), "/source_code", field_code::not_a_code));
    CHECK_FALSE(has(s.call(codes::list, {.dict_type = "LEAD_SOURCE"}), code));
    CHECK(has(s.call(codes::list, {.dict_type = "LEAD_SOURCE", .include_inactive = true}), code));

    CHECK(s.call(dossiers::get, {.id = before.id}).source_code == code);
    const std::string where = R"({"source_code":")" + code + "\"}";
    CHECK(s.call(dossiers::list, {.where = where, .scan = true}).items.size() == 1);
    Dossier d = s.call(dossiers::update, {.id = before.id, .version = before.version, .city = "Rabat"});
    // Said again it is no new value; on another record it is.
    d = s.call(dossiers::update, {.id = d.id, .version = d.version, .source_code = code, .city = "Fès"});
    CHECK(d.city == "Fès");
    const Dossier other = open(s, "LEAD_SOURCE_PHONE");
    CHECK(names(error_of([&] {
                  s.call(dossiers::update, {.id = other.id, .version = other.version, .source_code = code});
                }),
                "/source_code", field_code::not_a_code));
    d = s.call(dossiers::update, {.id = d.id, .version = d.version, .source_code = "LEAD_SOURCE_PHONE"});
    CHECK(code_of([&] {
            s.call(dossiers::update, {.id = d.id, .version = d.version, .source_code = code});
          }) == ErrorCode::invalid_argument);
    switch_off(s, "LEAD_SOURCE", code, true);
    CHECK_NOTHROW(open(s, code));
  }
  // On again, the seed is as it was.
  CHECK(s.call(codes::get, {.dict_type = "LEAD_SOURCE", .code = "LEAD_SOURCE_AVITO"}).origin == "default");
  // What an input leaves out is a value too.
  switch_off(s, "LEAD_SOURCE", "LEAD_SOURCE_OTHER");
  CHECK(names(error_of([&] { s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}); }),
              "/source_code", field_code::not_a_code));
  CHECK_NOTHROW(w.other().call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}));
}

TEST_CASE("codes of a protocol are worded and ordered, not added or switched off", "[reference]") {
  World w("memory");
  auto s = w.admin();
  CHECK(names(error_of([&] { add(s, "CHANNEL_TYPE", "CHAN_PIGEON", "Pigeon"); }), "/code",
              field_code::not_a_code));
  CHECK(names(error_of([&] { switch_off(s, "CHANNEL_TYPE", "CHAN_SMS"); }), "/is_active",
              field_code::out_of_range));
  const auto sms = s.call(codes::update, {.dict_type = "CHANNEL_TYPE",
                                          .code = "CHAN_SMS",
                                          .labels = codes::Labels{.fr = "Texto"},
                                          .sort_order = 1,
                                          .is_active = true});
  CHECK(sms.origin == "override");
  CHECK(sms.label == "Texto");
  CHECK(sms.labels.en == "SMS");
  CHECK(s.call(codes::list, {.dict_type = "CHANNEL_TYPE"}).items.front().code == "CHAN_SMS");
  CHECK_NOTHROW(
      s.call(dossiers::create,
             {.contact_name = "A", .phone = "0612345678", .contact_channel_preferred = "CHAN_SMS"}));
  const Error e = error_of([&] {
    s.call(dossiers::create,
           {.contact_name = "A", .phone = "0612345679", .contact_channel_preferred = "CHAN_PIGEON"});
  });
  CHECK(names(e, "/contact_channel_preferred", field_code::not_a_code));
  // Cleared, it is the seed's again.
  const auto cleared = s.call(codes::update, {.dict_type = "CHANNEL_TYPE",
                                              .code = "CHAN_SMS",
                                              .labels = Change<codes::Labels>::clear(),
                                              .sort_order = Change<std::int64_t>::clear()});
  CHECK(cleared.origin == "default");
  CHECK(cleared.label == "SMS");
  CHECK(w.engine.check().ok());
}

TEST_CASE("a code that a record carries is not removed", "[reference]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto refusal = [&](const char* dictionary, const char* code) {
    const Error e = error_of([&] { s.call(codes::remove, {.dict_type = dictionary, .code = code}); });
    CHECK(e.code() == ErrorCode::conflict);
    CHECK(detail_of(e, "reason") == "\"in_use\"");
    return detail_of(e, "where");
  };
  add(s, "LEAD_SOURCE", "RADIO", "Radio");
  add(s, "NEED_TYPE", "NEED_GARDEN", "Jardin");
  add(s, "LOSS_REASON", "TOO_FAR", "Trop loin");
  add(s, "PARTY_ROLE", "ARCHITECT", "Architecte");
  Dossier d = open(s, "RADIO");
  open(s, "RADIO");
  CHECK(refusal("LEAD_SOURCE", "RADIO") ==
        R"([{"entity":"dossier","field":"source_code","count":2,"more":false}])");
  // The word in another field of the same object is no use of the code.
  Dossier q =
      s.call(dossiers::update,
             {.id = d.id, .version = d.version, .qualification = Qualification{.company = "NEED_GARDEN"}});
  CHECK_NOTHROW(s.call(codes::remove, {.dict_type = "NEED_TYPE", .code = "NEED_GARDEN"}));
  add(s, "NEED_TYPE", "NEED_GARDEN", "Jardin");
  q = s.call(dossiers::update,
             {.id = q.id, .version = q.version, .qualification = Qualification{.needs = {"NEED_GARDEN"}}});
  CHECK(refusal("NEED_TYPE", "NEED_GARDEN") ==
        R"([{"entity":"dossier","field":"qualification","count":1,"more":false}])");
  q = s.call(dossiers::transition,
             {.id = q.id, .version = q.version, .to = "CRM_CLOSED_LOST", .reason_code = "TOO_FAR"});
  // Archived records and the history carry it as well.
  s.call(dossiers::archive, {.id = q.id, .version = q.version});
  const std::string where = refusal("LOSS_REASON", "TOO_FAR");
  CHECK(where.find(R"({"entity":"dossier","field":"loss_reason_code","count":1,"more":false})") !=
        std::string::npos);
  CHECK(where.find(R"({"entity":"status_change","field":"reason_code","count":1,"more":false})") !=
        std::string::npos);

  CHECK(s.call(codes::remove, {.dict_type = "PARTY_ROLE", .code = "ARCHITECT"}).removed);
  CHECK_FALSE(has(s.call(codes::list, {.dict_type = "PARTY_ROLE", .include_inactive = true}), "ARCHITECT"));
  CHECK(names(error_of([&] { s.call(parties::create, {.role_code = "ARCHITECT", .family_name = "Tazi"}); }),
              "/role_code", field_code::not_a_code));
  CHECK(code_of([&] { s.call(codes::remove, {.dict_type = "PARTY_ROLE", .code = "ARCHITECT"}); }) ==
        ErrorCode::not_found);
  // It may come again, without what it was before.
  const auto again =
      s.call(codes::create, {.dict_type = "PARTY_ROLE", .code = "ARCHITECT", .labels = {.en = "Architect"}});
  CHECK_FALSE(again.labels.fr);
  CHECK_NOTHROW(s.call(parties::create, {.role_code = "ARCHITECT", .family_name = "Tazi"}));
  CHECK(w.engine.check().ok());
}

TEST_CASE("a seed is disabled, not removed; removing its changes makes it as it was", "[reference]") {
  World w("sqlite");
  auto s = w.admin();
  const codes::Remove avito{.dict_type = "LEAD_SOURCE", .code = "LEAD_SOURCE_AVITO"};
  const Error e = error_of([&] { s.call(codes::remove, avito); });
  CHECK(e.code() == ErrorCode::conflict);
  CHECK(detail_of(e, "reason") == "\"seeded\"");
  CHECK(e.message() == "seeded codes are disabled, not removed");
  open(s, "LEAD_SOURCE_AVITO");
  s.call(codes::update, {.dict_type = "LEAD_SOURCE",
                         .code = "LEAD_SOURCE_AVITO",
                         .labels = codes::Labels{.fr = "Avito.ma"},
                         .is_active = false,
                         .metadata = R"({"colour":"blue"})"});
  const auto restored = s.call(codes::remove, avito);
  CHECK(restored.code->origin == "default");
  CHECK(restored.code->label == "Avito");
  CHECK(restored.code->is_active);
  CHECK(restored.code->metadata == "{}");
  CHECK_NOTHROW(open(s, "LEAD_SOURCE_AVITO"));
  CHECK(code_of([&] { s.call(codes::remove, avito); }) == ErrorCode::conflict);
}

TEST_CASE("an import takes all rows or none and names every wrong one", "[reference]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const std::string wrong = R"({"rows":[{"dict_type":"LEAD_SOURCE","code":"RADIO","labels":{"fr":"Radio"}},)"
                            R"({"dict_type":"COLOURS","code":"RED","labels":{"fr":"Rouge"}},)"
                            R"({"dict_type":"LEAD_SOURCE","code":"tv","labels":{"fr":"TV"}},)"
                            R"({"dict_type":"LEAD_SOURCE","code":"PRESS"},)"
                            R"({"dict_type":"ROLE","code":"KING","labels":{"fr":"Roi"}},)"
                            R"({"dict_type":"CHANNEL_TYPE","code":"CHAN_SMS","is_active":false},)"
                            R"({"dict_type":"LEAD_SOURCE","code":"RADIO","labels":{"fr":"Radio"}}]})";
  const Error e = error_of([&] { s.call_json("reference.import", wrong); });
  CHECK(e.code() == ErrorCode::invalid_argument);
  CHECK(e.fields().size() == 6);
  CHECK(names(e, "/rows/1/dict_type", field_code::not_a_code));
  CHECK(names(e, "/rows/2/code", field_code::not_a_code));
  CHECK(names(e, "/rows/3/labels", field_code::required));
  CHECK(names(e, "/rows/4/code", field_code::not_a_code));
  CHECK(names(e, "/rows/5/is_active", field_code::out_of_range));
  CHECK(names(e, "/rows/6/code", field_code::duplicate_member));
  CHECK(code_of([&] { s.call(codes::get, {.dict_type = "LEAD_SOURCE", .code = "RADIO"}); }) ==
        ErrorCode::not_found);

  const std::string csv =
      "code;dict_type;label_fr;label_en;is_active;sort_order;metadata\r\n"
      "RADIO;LEAD_SOURCE;Radio;Radio ad;;;\r\n"
      "PRESS;LEAD_SOURCE;Presse;;false;;\r\n"
      "LEAD_SOURCE_AVITO;LEAD_SOURCE;Avito.ma;;;;\"{\"\"colour\"\": \"\"blue\"\"}\"\r\n"
      "LEAD_SOURCE_SMS;LEAD_SOURCE;SMS;SMS;true;30;\r\n";
  const auto planned = s.call(codes::import_codes, {.csv = csv, .dry_run = true});
  CHECK(planned.rows == 4);
  CHECK(planned.created == 2);
  CHECK(planned.updated == 1);
  CHECK(planned.unchanged == 1);
  CHECK_FALSE(planned.applied);
  CHECK_FALSE(has(s.call(codes::list, {.dict_type = "LEAD_SOURCE"}), "RADIO"));
  const auto done = s.call(codes::import_codes, {.csv = csv});
  CHECK(done.created == 2);
  CHECK(done.updated == 1);
  CHECK(done.applied);
  const auto get = [&](const char* code) {
    return s.call(codes::get, {.dict_type = "LEAD_SOURCE", .code = code, .locale = "fr"});
  };
  CHECK(get("RADIO").sort_order == 160);
  CHECK(get("PRESS").sort_order == 170);
  CHECK_FALSE(get("PRESS").is_active);
  CHECK(get("LEAD_SOURCE_AVITO").label == "Avito.ma");
  CHECK(get("LEAD_SOURCE_AVITO").metadata == R"({"colour":"blue"})");
  CHECK(get("LEAD_SOURCE_SMS").origin == "default");
  CHECK_NOTHROW(open(s, "RADIO"));
  CHECK(code_of([&] { open(s, "PRESS"); }) == ErrorCode::invalid_argument);
  CHECK(s.call(codes::import_codes, {.csv = csv}).unchanged == 4);

  const Error cells = error_of([&] {
    s.call(codes::import_codes, {.csv = "dict_type,code,label_fr,is_active,sort_order,metadata\n"
                                        "LEAD_SOURCE,TV,Télé,maybe,first,{\n"
                                        "LEAD_SOURCE,,Rien,true,1,{}\n"
                                        "LEAD_SOURCE,WEB,Web,true,2000000,[]\n"});
  });
  CHECK(cells.fields().size() == 6);
  CHECK(names(cells, "/csv/2/is_active", field_code::wrong_type));
  CHECK(names(cells, "/csv/2/sort_order", field_code::wrong_type));
  CHECK(names(cells, "/csv/2/metadata", field_code::wrong_type));
  CHECK(names(cells, "/csv/3/code", field_code::required));
  CHECK(names(cells, "/csv/4/sort_order", field_code::out_of_range));
  CHECK(names(cells, "/csv/4/metadata", field_code::wrong_type));
  const auto header = [&](const char* text) {
    return error_of([&] { s.call(codes::import_codes, {.csv = text}); });
  };
  CHECK(names(header("code,label_fr\nX,Y\n"), "/csv/1/dict_type", field_code::required));
  CHECK(names(header("dict_type,code,colour\n"), "/csv/1/3", field_code::unknown_member));
  CHECK(names(header("dict_type,code,code\n"), "/csv/1/3", field_code::duplicate_member));
  CHECK(names(error_of([&] { s.call(codes::import_codes, {}); }), "/rows", field_code::required));
  CHECK(w.engine.check().ok());
}

TEST_CASE("what one agency exports another imports, and it says the same", "[reference]") {
  World w("sqlite");
  auto s = w.admin();
  add(s, "LEAD_SOURCE", "RADIO", "Radio, \"la vague\"");
  s.call(codes::create, {.dict_type = "LOSS_REASON",
                         .code = "TOO_FAR",
                         .labels = {.fr = "=Trop loin", .ar = "بعيد"},
                         .sort_order = -5,
                         .metadata = R"({"z":[1,{"a":null}]})"});
  switch_off(s, "LEAD_SOURCE", "LEAD_SOURCE_AVITO");
  const auto text = s.call(codes::export_codes, {.format = "csv"});
  const auto rows = s.call(codes::export_codes, {});
  CHECK(rows.count == text.count);
  CHECK(rows.rows->size() == static_cast<std::size_t>(rows.count));
  CHECK_FALSE(rows.csv);
  CHECK(text.csv->starts_with(
      "dict_type,code,label_fr,label_en,label_ar,sort_order,is_active,metadata,origin\r\n"));
  CHECK(text.csv->find("LEAD_SOURCE,LEAD_SOURCE_AVITO,Avito,Avito,أفيتو,80,false,,override\r\n") !=
        std::string::npos);
  CHECK(text.csv->find(
            "LOSS_REASON,TOO_FAR,'=Trop loin,,بعيد,'-5,true,\"{\"\"z\"\":[1,{\"\"a\"\":null}]}\",tenant") !=
        std::string::npos);
  CHECK(s.call(codes::export_codes, {.dict_type = "WON_REASON"}).count == 7);
  // At home nothing changes, by either way.
  CHECK(s.call(codes::import_codes, {.csv = *text.csv}).unchanged == text.count);
  CHECK(s.call(codes::import_codes, {.rows = *rows.rows}).unchanged == rows.count);
  auto other = w.other();
  const auto taken = other.call(codes::import_codes, {.csv = *text.csv});
  CHECK(taken.created == 2);
  CHECK(taken.updated == 1);
  CHECK(*other.call(codes::export_codes, {.format = "csv"}).csv == *text.csv);
}

TEST_CASE("another host on the same store knows at once", "[reference]") {
  const auto all = backends();
  World w(GENERATE_REF(filter([](const std::string& b) { return b != "memory"; }, from_range(all))));
  CAPTURE(w.backend);
  Engine beside{Options(w.options)};
  auto here = w.admin();
  auto there = beside.session({.org = w.one.org, .user = w.one.admin});
  CHECK(code_of([&] { open(there, "RADIO"); }) == ErrorCode::invalid_argument);
  add(here, "LEAD_SOURCE", "RADIO", "Radio");
  CHECK_NOTHROW(open(there, "RADIO"));
  switch_off(there, "LEAD_SOURCE", "RADIO");
  CHECK(code_of([&] { open(here, "RADIO"); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { open(there, "RADIO"); }) == ErrorCode::invalid_argument);
  switch_off(here, "LEAD_SOURCE", "RADIO", true);
  CHECK_NOTHROW(open(there, "RADIO"));
}

TEST_CASE("codes of a batch are good inside it, and gone when it is rolled back", "[reference]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  s.begin_batch();
  add(s, "LEAD_SOURCE", "RADIO", "Radio");
  CHECK_NOTHROW(open(s, "RADIO"));
  s.rollback_batch();
  CHECK(code_of([&] { open(s, "RADIO"); }) == ErrorCode::invalid_argument);
  add(s, "LEAD_SOURCE", "PRESS", "Presse");
  CHECK(code_of([&] { open(s, "RADIO"); }) == ErrorCode::invalid_argument);
  CHECK_NOTHROW(open(s, "PRESS"));
  // A call that fails inside the batch takes nothing with it.
  s.begin_batch();
  switch_off(s, "LEAD_SOURCE", "PRESS");
  CHECK(code_of([&] { open(s, "PRESS"); }) == ErrorCode::invalid_argument);
  CHECK(code_of([&] { add(s, "LEAD_SOURCE", "PRESS", "Presse"); }) == ErrorCode::conflict);
  CHECK(code_of([&] { open(s, "PRESS"); }) == ErrorCode::invalid_argument);
  s.commit_batch();
  CHECK(code_of([&] { open(s, "PRESS"); }) == ErrorCode::invalid_argument);
}

TEST_CASE("with other mistakes in the input an own code is not taken for one", "[reference]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  {
    auto s = w.admin();
    add(s, "LEAD_SOURCE", "RADIO", "Radio");
  }
  if (w.backend != "memory") w.reopen();  // and nothing was read before
  auto s = w.admin();
  const auto errors = [&](const char* source, bool in_batch) {
    if (in_batch) s.begin_batch();
    const Error e = error_of([&] {
      s.call_json("dossiers.create",
                  R"({"contact_name":"","email":"no","source_code":")" + std::string(source) + "\"}");
    });
    if (in_batch) s.rollback_batch();
    CHECK(names(e, "/contact_name", field_code::too_short));
    CHECK(names(e, "/email", field_code::not_an_email));
    return e;
  };
  for (const bool in_batch : {false, true}) {
    CHECK_FALSE(names(errors("RADIO", in_batch), "/source_code", field_code::not_a_code));
    CHECK(names(errors("SIGNALS", in_batch), "/source_code", field_code::not_a_code));
  }
}

TEST_CASE("a repeated call answers as it did, although its code was switched off since", "[reference]") {
  World w("memory");
  auto s = w.admin();
  const std::string params =
      R"({"contact_name":"A","phone":"0612345678","source_code":"LEAD_SOURCE_AVITO","idempotency_key":"k"})";
  const std::string first = s.call_json("dossiers.create", params);
  switch_off(s, "LEAD_SOURCE", "LEAD_SOURCE_AVITO");
  const std::string again = s.call_json("dossiers.create", params);
  CHECK(again.find("\"replayed\":true") != std::string::npos);
  CHECK(again.substr(0, first.size() - 1) == first.substr(0, first.size() - 1));
}

TEST_CASE("each change of codes is in the audit, and the stamp is shown to nobody", "[reference]") {
  World w("memory");
  auto s = w.admin();
  add(s, "LEAD_SOURCE", "RADIO", "Radio");
  switch_off(s, "LEAD_SOURCE", "RADIO");
  s.call(codes::remove, {.dict_type = "LEAD_SOURCE", .code = "RADIO"});
  add(s, "LEAD_SOURCE", "RADIO", "Radio");
  std::vector<std::string> actions;
  for (const auto& entry : s.call(audit::list, {.oldest_first = true}).items)
    if (entry.action.starts_with("reference_code.")) actions.push_back(entry.action);
  CHECK(actions == std::vector<std::string>{"reference_code.created", "reference_code.updated",
                                            "reference_code.removed", "reference_code.created"});
  CHECK(s.call(audit::list, {.actions = {"organisation.reference_changed"}}).items.size() == 4);
  // No change, no entry.
  s.call(codes::update, {.dict_type = "LEAD_SOURCE", .code = "RADIO", .is_active = true});
  s.call(codes::update, {.dict_type = "LEAD_SOURCE", .code = "LEAD_SOURCE_SMS", .is_active = true});
  CHECK(s.call(audit::list, {.actions = {"organisation.reference_changed"}}).items.size() == 4);
  CHECK(s.call_json("organisations.get", "{}").find("stamp") == std::string::npos);
  CHECK(w.engine.check().ok());
}
