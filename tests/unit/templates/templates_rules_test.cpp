// Templates: patterns, variables, what a channel takes. Expectations written by hand.

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "atlas/variable_schema.hpp"
#include "template_rules.hpp"

using namespace atlas;
using namespace atlas::templates;

namespace {

/// Space characters of the locale data (U+00A0, U+202F) as plain ones: they differ between versions.
std::string plain_spaces(std::string text) {
  for (const std::string space : {"\u00a0", "\u202f"})
    for (std::size_t at; (at = text.find(space)) != std::string::npos;) text.replace(at, space.size(), " ");
  return text;
}

std::string say(const char* pattern, const char* variables, const char* locale = "fr",
                const char* zone = "Europe/Paris") {
  return plain_spaces(format_pattern(pattern, parse_json(variables), {locale, zone}));
}

std::vector<std::string> paths(const std::vector<FieldError>& errors) {
  std::vector<std::string> out;
  for (const FieldError& e : errors) out.push_back(e.path + " " + e.code);
  std::sort(out.begin(), out.end());
  return out;
}

MessageTemplate visit() {
  MessageTemplate t;
  t.code = "visit.confirmed";
  t.channel_code = "CHAN_SMS";
  t.language = "fr";
  t.body = "Bonjour {name}, votre visite est fixée au {when, datetime}.";
  t.variables = R"({"properties":{"name":{"type":"string","maxLength":40},)"
                R"("when":{"type":"string","format":"date-time"}},"required":["name","when"]})";
  return t;
}

std::vector<std::string> wrong(const MessageTemplate& t) {
  std::vector<FieldError> errors;
  check_template(t, errors);
  return paths(errors);
}

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("patterns write plurals, dates, times and money as the language does", "[templates]") {
  CHECK(say("{n, plural, =0{aucune visite} one{# visite} other{# visites}}", R"({"n":0})") ==
        "aucune visite");
  CHECK(say("{n, plural, one{# visite} other{# visites}}", R"({"n":1})") == "1 visite");
  CHECK(say("{n, plural, one{# visite} other{# visites}}", R"({"n":3})") == "3 visites");
  // Arabic has six forms.
  const char* arabic =
      "{n, plural, zero{صفر} one{زيارة} two{زيارتان} few{# زيارات} many{# زيارة} other{# زيارة}}";
  CHECK(say(arabic, R"({"n":2})", "ar-MA") == "زيارتان");
  CHECK(say("le {d, date, long}", R"({"d":"2026-11-23"})") == "le 23 novembre 2026");
  CHECK(say("on {d, date, long}", R"({"d":"2026-11-23"})", "en") == "on November 23, 2026");
  CHECK(say("à {t, time, short}", R"({"t":"2026-07-14T08:30:00Z"})") == "à 10:30");
  CHECK(say("à {t, time, short}", R"({"t":"2026-02-23T08:30:00Z"})", "fr", "Africa/Casablanca") == "à 08:30");
  CHECK(say("{t, date, long}", R"({"t":"2026-07-14T23:30:00Z"})") == "15 juillet 2026");
  CHECK(say("{p, money}", R"({"p":{"amount":185000000,"currency":"EUR"}})") == "1 850 000,00 €");
  CHECK(say("{p, money, rounded}", R"({"p":{"amount":185000000,"currency":"EUR"}})") == "1 850 000 €");
  CHECK(say("{p}", R"({"p":{"amount":-5,"currency":"EUR"}})") == "-0,05 €");
  CHECK(say("{s, number}", R"({"s":1234.5})") == "1 234,5");
  CHECK(say("{s, number, percent}", R"({"s":0.25})") == "25 %");
  CHECK(say("{g, select, f{Madame} m{Monsieur} other{}} {x}", R"({"g":"f","x":"A"})") == "Madame A");
  CHECK(say("{n, plural, one{le {d, date, long}} other{les {n} dates}}", R"({"n":1,"d":"2026-01-02"})") ==
        "le 2 janvier 2026");
}

TEST_CASE("an apostrophe is an apostrophe, and a value is no pattern", "[templates]") {
  CHECK(say("l'appartement d'{who}, aujourd'hui", R"({"who":"Anne"})") ==
        "l'appartement d'Anne, aujourd'hui");
  CHECK(say("{x}", R"({"x":"{y} '{'"})") == "{y} '{'");
  CHECK(say("{x}", R"({"x":"2026-11-23"})") == "2026-11-23");
}

TEST_CASE("wrong patterns and formats are named", "[templates]") {
  const auto errors_of = [](const char* pattern) {
    std::vector<FieldError> errors;
    names_of_pattern(pattern, "/body", errors);
    return paths(errors);
  };
  CHECK(errors_of("{name") == Paths{"/body wrong_type"});
  CHECK(errors_of("{n, plural, one{x}}") == Paths{"/body wrong_type"});
  CHECK(errors_of("{d, when}") == Paths{"/body not_a_code"});
  CHECK(errors_of("{d, date, tiny}") == Paths{"/body not_a_code"});
  CHECK(errors_of("{0}") == Paths{"/body wrong_type"});
  CHECK(errors_of("{a} {b, date} {c, plural, other{{d}}} {a}").empty());
  std::vector<FieldError> none;
  CHECK(names_of_pattern("{b} {c, plural, other{{d}}} {b}", "/body", none) == Paths{"b", "c", "d"});
}

TEST_CASE("a schema of variables is a closed part of JSON Schema", "[templates]") {
  const auto errors_of = [](const char* schema) {
    std::vector<FieldError> errors;
    check_schema(parse_json(schema), "/variables", errors);
    return paths(errors);
  };
  CHECK(errors_of("{}").empty());
  CHECK(errors_of(R"({"type":"object","properties":{"a":{"type":"integer","minimum":0,"default":3}}})")
            .empty());
  CHECK(errors_of(R"({"properties":{"a":{"type":"string","pattern":".*"}}})") ==
        Paths{"/variables/properties/a/pattern unknown_member"});
  CHECK(errors_of(R"({"oneOf":[],"properties":{"a":{"type":"array"}}})") ==
        Paths{"/variables/oneOf unknown_member", "/variables/properties/a/type not_a_code"});
  CHECK(errors_of(R"({"properties":{"A b":{"type":"string"}},"required":["c"]})") ==
        Paths{"/variables/properties/A b wrong_type", "/variables/required unknown_reference"});
  CHECK(errors_of(R"({"properties":{"a":{"type":"integer","default":"x"}}})") ==
        Paths{"/variables/properties/a/default wrong_type"});
  CHECK(errors_of(R"({"properties":{"a":{"type":"object"}}})") ==
        Paths{"/variables/properties/a/format not_a_code"});
}

TEST_CASE("every variable that is missing, unknown or wrong is named at once", "[templates]") {
  const Json schema = parse_json(
      R"({"properties":{"name":{"type":"string","maxLength":3},"n":{"type":"integer","maximum":5},)"
      R"("on":{"type":"string","format":"date"},"p":{"type":"object","format":"money"},)"
      R"("g":{"type":"string","enum":["f","m"]},"u":{"type":"string","format":"uri"}},)"
      R"("required":["name","n"]})");
  const auto errors_of = [&](const char* variables) {
    return paths(check_variables(schema, parse_json(variables)));
  };
  CHECK(errors_of(R"({"name":"Ann","n":5,"on":"2026-02-28","p":{"amount":1,"currency":"MAD"},"g":"f",)"
                  R"("u":"https://a.example/x"})")
            .empty());
  CHECK(errors_of("{}") == Paths{"/variables/n required", "/variables/name required"});
  CHECK(errors_of(R"({"name":"Anne","n":6,"on":"2026-02-30","p":{"amount":1.5,"currency":"MAD"},"g":"x",)"
                  R"("u":"javascript:1","z":1})") ==
        Paths{"/variables/g not_a_code", "/variables/n out_of_range", "/variables/name too_long",
              "/variables/on not_a_date", "/variables/p not_money", "/variables/u wrong_type",
              "/variables/z unknown_member"});
  CHECK(errors_of(R"({"name":7,"n":1.5})") == Paths{"/variables/n wrong_type", "/variables/name wrong_type"});
  CHECK(errors_of(R"({"name":"a\u0007","n":1})") == Paths{"/variables/name wrong_type"});
}

TEST_CASE("a template is checked as a whole when it is written", "[templates]") {
  CHECK(wrong(visit()).empty());
  MessageTemplate t = visit();
  t.body = "{nom} {when, number}";
  CHECK(wrong(t) == Paths{"/body unknown_reference"});
  t.body = "{name} {when, number}";
  CHECK(wrong(t) == Paths{"/body wrong_type"});
  t = visit();
  t.subject = "Visite";
  CHECK(wrong(t) == Paths{"/subject out_of_range"});
  t.channel_code = "CHAN_EMAIL";
  CHECK(wrong(t).empty());
  t.subject.reset();
  CHECK(wrong(t) == Paths{"/subject required"});
  t = visit();
  t.category = "MARKETING";
  CHECK(wrong(t) == Paths{"/body required"});
  t.body += " Stop au 36034";
  CHECK(wrong(t).empty());
  t.code = "a b";
  t.channel_code = "CHAN_PHONE";
  CHECK(wrong(t) == Paths{"/channel_code out_of_range", "/code wrong_type"});
  t = visit();
  t.body = std::string(1601, 'x');
  CHECK(wrong(t) == Paths{"/body too_long"});
  t = visit();
  t.provider_variables = {"name", "when, date, short"};
  CHECK(wrong(t).empty());
  t.provider_variables = {"name", "price, money"};
  CHECK(wrong(t) == Paths{"/provider_variables/1 unknown_reference"});
}

TEST_CASE("rendering puts the variables in, also where the provider wants them", "[templates]") {
  MessageTemplate t = visit();
  t.channel_code = "CHAN_WHATSAPP";
  t.provider_reference = "HX123";
  t.provider_variables = {"name", "when, time, short"};
  const Json right = parse_json(R"({"name":"Léa","when":"2026-11-23T14:00:00Z"})");
  const Rendered out = render_template(t, right, {"fr", "Europe/Paris"});
  CHECK(plain_spaces(out.body).substr(0, 57) ==
        std::string("Bonjour Léa, votre visite est fixée au 23 novembre 2026 à 15:00.").substr(0, 57));
  CHECK(out.provider_variables == Paths{"Léa", "15:00"});
  CHECK(out.provider_reference == "HX123");
  const auto refused = [&](const char* variables) {
    try {
      render_template(t, parse_json(variables), {"fr", "Europe/Paris"});
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::template_invalid);
      return paths(e.fields());
    }
    return Paths{"rendered"};
  };
  CHECK(refused(R"({"name":"Léa"})") == Paths{"/variables/when required"});
  CHECK(refused(R"({"name":"a\nb","when":"2026-11-23T14:00:00Z"})") == Paths{"/variables/name wrong_type"});
  CHECK(refused(R"({"name":"","when":"2026-11-23T14:00:00Z"})") == Paths{"/variables/name required"});
  t.variables = R"({"properties":{"name":{"type":"string","maxLength":4000},"when":{"type":"string"}}})";
  t.body = "{name}";
  t.provider_variables.clear();
  const std::string many = R"({"name":")" + std::string(1025, 'x') + "\"}";
  CHECK(refused(many.c_str()) == Paths{"/body too_long"});
}

TEST_CASE("a language falls back on its own, then French, then English", "[templates]") {
  CHECK(fallback_of("ar-MA") == Paths{"ar-MA", "ar", "fr", "en"});
  CHECK(fallback_of("fr-FR") == Paths{"fr-FR", "fr", "en"});
  CHECK(fallback_of("en") == Paths{"en", "fr"});
}
