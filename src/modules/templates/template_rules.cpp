#include "template_rules.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "atlas/text.hpp"
#include "atlas/variable_schema.hpp"

namespace atlas::templates {
namespace {

struct Limit {
  std::string_view channel_code;
  std::size_t body;
};
/// Of the providers: the body of a template on WhatsApp, a message of ten parts by SMS.
constexpr Limit limits[] = {{"CHAN_WHATSAPP", 1024}, {"CHAN_SMS", 1600}, {"CHAN_EMAIL", 100'000}};
constexpr std::size_t longest_subject = 500;
/// WhatsApp refuses more spaces in a row in the value of a place.
constexpr std::string_view too_many_spaces = "     ";

void add(std::vector<FieldError>& errors, std::string path, std::string_view code, std::string what) {
  errors.push_back({std::move(path), std::string(code), std::move(what)});
}

/// `name, type, style` of a provider's place as a pattern.
std::string as_pattern(const std::string& place) { return "{" + place + "}"; }

/// A right value of a property, whatever it is.
Json sample_of(const Json& property) {
  if (const auto it = property.find("enum"); it != property.end() && it->is_array() && !it->empty())
    return it->front();
  const std::string type = property.value("type", ""), format = property.value("format", "");
  if (type == "integer") return property.value("minimum", Json(1));
  if (type == "number") return property.value("minimum", Json(1));
  if (type == "boolean") return true;
  if (type == "object") return {{"amount", 100}, {"currency", "EUR"}};
  if (format == "date") return "2026-01-15";
  if (format == "date-time") return "2026-01-15T09:30:00Z";
  return "x";
}

bool tells_how_to_stop(std::string_view body) {
  if (!is_utf8(body)) return false;
  const std::string folded = fold(body);
  for (const std::string_view word : {"stop", "توقف", "ايقاف"})
    if (folded.find(fold(word)) != std::string::npos) return true;
  return false;
}

void check_code(const MessageTemplate& t, std::vector<FieldError>& errors) {
  const bool right = std::all_of(t.code.begin(), t.code.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  });
  if (!right) add(errors, "/code", field_code::wrong_type, "letters, digits, _ - and .");
}

/// Every format of the patterns with a value of each variable's type.
void try_out(const MessageTemplate& t, const Json& schema, std::vector<FieldError>& errors) {
  Json samples = Json::object();
  for (const std::string& name : names_of_schema(schema))
    samples[name] = sample_of(schema.at("properties").at(name));
  const auto attempt = [&](const std::string& path, const std::string& pattern) {
    try {
      format_pattern(pattern, samples, {t.language, "UTC"});
    } catch (const Error& e) {
      const std::string which = e.fields().empty() ? "a variable" : e.fields().front().path.substr(11);
      add(errors, path, field_code::wrong_type, which + " has not the type that its format needs");
    }
  };
  attempt("/body", t.body);
  if (t.subject) attempt("/subject", *t.subject);
  for (std::size_t i = 0; i < t.provider_variables.size(); ++i)
    attempt("/provider_variables/" + std::to_string(i), as_pattern(t.provider_variables[i]));
}

void check_channel(const MessageTemplate& t, std::vector<FieldError>& errors) {
  if (t.channel_code == "CHAN_PHONE")
    add(errors, "/channel_code", field_code::out_of_range, "calls are not sent");
  if (t.channel_code == "CHAN_EMAIL" && !t.subject)
    add(errors, "/subject", field_code::required, "an e-mail has a subject");
  if (t.channel_code != "CHAN_EMAIL" && t.subject)
    add(errors, "/subject", field_code::out_of_range, "of e-mails only");
  if (code_points(t.body) > longest_body(t.channel_code))
    add(errors, "/body", field_code::too_long, "longer than the channel takes");
  if (t.channel_code == "CHAN_SMS" && t.category == "MARKETING" && !tells_how_to_stop(t.body))
    add(errors, "/body", field_code::required, "a marketing SMS tells how to stop: STOP");
}

[[noreturn]] void invalid(std::string path, std::string_view code, const char* what) {
  throw Error(ErrorCode::template_invalid, "the message does not fit its channel")
      .field(std::move(path), code, what);
}

}  // namespace

std::size_t longest_body(std::string_view channel) noexcept {
  for (const Limit& limit : limits)
    if (limit.channel_code == channel) return limit.body;
  return 1600;
}

void check_template(const MessageTemplate& t, std::vector<FieldError>& errors) {
  check_code(t, errors);
  check_channel(t, errors);
  const Json schema = parse_json(t.variables);
  const std::size_t before = errors.size();
  check_schema(schema, "/variables", errors);
  const auto known = errors.size() == before ? names_of_schema(schema) : std::vector<std::string>{};
  const bool schema_is_right = errors.size() == before;
  const auto check_pattern = [&](const std::string& path, const std::string& pattern) {
    for (const std::string& name : names_of_pattern(pattern, path, errors))
      if (schema_is_right && std::find(known.begin(), known.end(), name) == known.end())
        add(errors, path, field_code::unknown_reference, "no such variable: " + name);
  };
  check_pattern("/body", t.body);
  if (t.subject) check_pattern("/subject", *t.subject);
  for (std::size_t i = 0; i < t.provider_variables.size(); ++i)
    check_pattern("/provider_variables/" + std::to_string(i), as_pattern(t.provider_variables[i]));
  if (errors.size() == before) try_out(t, schema, errors);
}

std::vector<std::string> fallback_of(std::string_view locale) {
  std::vector<std::string> out{std::string(locale)};
  const auto add_once = [&](std::string one) {
    if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(std::move(one));
  };
  const std::size_t dash = locale.find_first_of("-_");
  if (dash != std::string_view::npos) add_once(std::string(locale.substr(0, dash)));
  add_once("fr");
  add_once("en");
  return out;
}

Rendered render_template(const MessageTemplate& t, const Json& given, const Manner& manner) {
  const Json schema = parse_json(t.variables);
  auto errors = check_variables(schema, given);
  if (!errors.empty())
    throw Error(ErrorCode::template_invalid, "the template's variables are missing or wrong")
        .fields(std::move(errors));
  const Json variables = with_defaults(schema, given);
  Rendered out;
  out.template_id = t.id;
  out.version = t.version;
  out.language = t.language;
  out.category = t.category;
  out.approval = t.approval;
  out.provider_reference = t.provider_reference;
  out.provider_language = t.provider_language;
  out.body = format_pattern(t.body, variables, manner);
  if (code_points(out.body) > longest_body(t.channel_code))
    invalid("/body", field_code::too_long, "longer than the channel takes");
  if (t.subject) {
    out.subject = format_pattern(*t.subject, variables, manner);
    if (code_points(*out.subject) > longest_subject) invalid("/subject", field_code::too_long, "too long");
    if (out.subject->find_first_of("\r\n\t") != std::string::npos)
      invalid("/subject", field_code::wrong_type, "a subject is one line");
  }
  for (const std::string& place : t.provider_variables) {
    std::string value = format_pattern(as_pattern(place), variables, manner);
    const std::string path = "/variables/" + place.substr(0, place.find_first_of(", "));
    if (t.channel_code == "CHAN_WHATSAPP" && (value.find_first_of("\r\n\t") != std::string::npos ||
                                              value.find(too_many_spaces) != std::string::npos))
      invalid(path, field_code::wrong_type, "no new lines, tabs or long gaps in a place of WhatsApp");
    if (t.channel_code == "CHAN_WHATSAPP" && value.empty())
      invalid(path, field_code::required, "a place of WhatsApp is not empty");
    out.provider_variables.push_back(std::move(value));
  }
  return out;
}

}  // namespace atlas::templates
