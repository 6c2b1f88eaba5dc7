// Templates through the operations, on every backend.

#include "atlas/templates.hpp"

#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

templates::Create visit(const std::string& language, const std::string& body) {
  return {.code = "visit.confirmed",
          .channel_code = "CHAN_WHATSAPP",
          .language = language,
          .body = body,
          .variables = R"({"properties":{"name":{"type":"string"},"n":{"type":"integer","default":1}},)"
                       R"("required":["name"]})",
          .provider_reference = "HX0123456789",
          .provider_variables = {"name", "n, number"},
          .approval = "APPROVED"};
}

std::string body_of(Session& s, const std::string& locale) {
  return s
      .call(templates::preview, {.code = "visit.confirmed",
                                 .channel_code = "CHAN_WHATSAPP",
                                 .locale = locale,
                                 .variables = R"({"name":"Léa","n":2})"})
      .body;
}

}  // namespace

TEST_CASE("templates are kept by code, channel and language, and fall back", "[templates]") {
  for (const auto& backend : backends()) {
    INFO(backend);
    World w(backend);
    auto s = w.admin();
    CHECK(code_of([&] { body_of(s, "fr"); }) == ErrorCode::not_found);
    const auto fr =
        s.call(templates::create, visit("fr", "{name} : {n, plural, one{# visite} other{# visites}}"));
    const auto en =
        s.call(templates::create, visit("en", "{name}: {n, plural, one{# visit} other{# visits}}"));
    CHECK(body_of(s, "fr-MA") == "Léa : 2 visites");
    CHECK(body_of(s, "ar-MA") == "Léa : 2 visites");
    CHECK(body_of(s, "en-GB") == "Léa: 2 visits");
    const Error twice = error_of([&] { s.call(templates::create, visit("fr", "{name}")); });
    CHECK(twice.code() == ErrorCode::conflict);
    CHECK(detail_of(twice, "reason") == "\"exists\"");

    const auto shown = s.call(
        templates::preview,
        {.code = "visit.confirmed", .channel_code = "CHAN_WHATSAPP", .variables = R"({"name":"Léa"})"});
    CHECK(shown.template_id == fr.id);
    CHECK(shown.provider_variables == std::vector<std::string>{"Léa", "1"});
    CHECK(shown.provider_reference == "HX0123456789");
    CHECK(shown.approval == "APPROVED");

    const Error missing = error_of([&] {
      s.call(
          templates::preview,
          {.code = "visit.confirmed", .channel_code = "CHAN_WHATSAPP", .variables = R"({"nom":1,"n":"x"})"});
    });
    CHECK(missing.code() == ErrorCode::template_invalid);
    CHECK(names(missing, "/variables/name", field_code::required));
    CHECK(names(missing, "/variables/nom", field_code::unknown_member));
    CHECK(names(missing, "/variables/n", field_code::wrong_type));

    const auto after = s.call(templates::update, {.id = fr.id,
                                                  .version = 1,
                                                  .body = std::string("Bonjour {name}"),
                                                  .approval = std::string("PAUSED")});
    CHECK(after.version == 2);
    CHECK(body_of(s, "fr") == "Bonjour Léa");
    const Error stale =
        error_of([&] { s.call(templates::update, {.id = fr.id, .version = 1, .body = std::string("x")}); });
    CHECK(detail_of(stale, "reason") == "\"stale_version\"");
    CHECK(names(error_of([&] {
                  s.call(templates::update, {.id = fr.id, .version = 2, .body = std::string("{nobody}")});
                }),
                "/body", field_code::unknown_reference));

    s.call(templates::archive, {.id = fr.id, .version = 2});
    CHECK(body_of(s, "fr") == "Léa: 2 visits");
    CHECK(s.call(templates::list, {.where = R"({"code":"visit.confirmed"})"}).items.size() == 1);
    CHECK(s.call(templates::get, {en.id}).language == "en");

    auto agent = w.as("AGENT");
    CHECK(body_of(agent, "en") == "Léa: 2 visits");
    CHECK(code_of([&] { agent.call(templates::create, visit("ar", "{name}")); }) == ErrorCode::forbidden);
    auto other = w.other();
    CHECK(code_of([&] { other.call(templates::get, {en.id}); }) == ErrorCode::not_found);
    CHECK(code_of([&] { body_of(other, "en"); }) == ErrorCode::not_found);
    if (backend != "memory") w.reopen();
    auto again = w.admin();
    CHECK(body_of(again, "en") == "Léa: 2 visits");
  }
}
