#include "atlas/variable_schema.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "atlas/money.hpp"
#include "atlas/text.hpp"
#include "atlas/time.hpp"

namespace atlas::templates {
namespace {

constexpr std::size_t most_variables = 100, most_choices = 100;
constexpr std::int64_t default_length = 1000, most_length = 4000;

constexpr std::array<std::string_view, 8> root_keywords{
    "$schema", "type", "properties", "required", "additionalProperties", "title", "description", "$comment"};
constexpr std::array<std::string_view, 12> keywords{"type",    "enum",        "minLength", "maxLength",
                                                    "minimum", "maximum",     "format",    "title",
                                                    "default", "description", "examples",  "$comment"};
constexpr std::array<std::string_view, 5> types{"string", "integer", "number", "boolean", "object"};
constexpr std::array<std::string_view, 3> text_formats{"date", "date-time", "uri"};

template <class List>
bool has(const List& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && name[0] >= 'a' && name[0] <= 'z' &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::string member_text(const Json& object, const char* name) {
  const auto it = object.find(name);
  return it != object.end() && it->is_string() ? it->get<std::string>() : std::string();
}

void add(std::vector<FieldError>& errors, std::string path, std::string_view code, const char* what) {
  errors.push_back({std::move(path), std::string(code), what});
}

void check_bounds(const Json& p, const std::string& path, std::string_view type,
                  std::vector<FieldError>& errors) {
  for (const char* word : {"minLength", "maxLength"}) {
    const auto it = p.find(word);
    if (it == p.end()) continue;
    const bool fits = type == "string" && it->is_number_integer() && *it >= 0 && *it <= most_length;
    if (!fits) add(errors, path + "/" + word, field_code::out_of_range, "of texts, 0 to 4000");
  }
  for (const char* word : {"minimum", "maximum"}) {
    const auto it = p.find(word);
    if (it == p.end()) continue;
    const bool fits = (type == "integer" || type == "number") && it->is_number();
    if (!fits) add(errors, path + "/" + word, field_code::wrong_type, "a number, of numbers");
  }
}

void check_value(const std::string& path, const Json& p, const Json& value, std::vector<FieldError>& errors);

void check_property(const Json& p, const std::string& path, std::vector<FieldError>& errors) {
  if (!p.is_object()) return add(errors, path, field_code::wrong_type, "an object");
  const std::string type = member_text(p, "type"), format = member_text(p, "format");
  if (!has(types, type)) add(errors, path + "/type", field_code::not_a_code, "one of the five types");
  if (type == "object" ? format != "money"
                       : !format.empty() && (type != "string" || !has(text_formats, format)))
    add(errors, path + "/format", field_code::not_a_code,
        "date, date-time or uri of a text, money of an object");
  for (const auto& [word, value] : p.items())
    if (!has(keywords, word))
      add(errors, path + "/" + word, field_code::unknown_member, "no such keyword here");
  const std::size_t before = errors.size();
  check_bounds(p, path, type, errors);
  if (const auto it = p.find("enum"); it != p.end()) {
    if (!it->is_array() || it->empty() || it->size() > most_choices || type == "object")
      add(errors, path + "/enum", field_code::wrong_type, "a list of 1 to 100 values");
  }
  if (errors.size() != before || !has(types, type)) return;
  if (const auto it = p.find("default"); it != p.end()) check_value(path + "/default", p, *it, errors);
}

bool is_uri(std::string_view text) {
  return (text.substr(0, 8) == "https://" || text.substr(0, 7) == "http://") && text.size() <= 2000 &&
         std::none_of(text.begin(), text.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

void check_text(const std::string& path, const Json& p, const std::string& text,
                std::vector<FieldError>& errors) {
  const std::string format = member_text(p, "format");
  if (format == "date" && !parse_date(text))
    add(errors, path, field_code::not_a_date, "a date as YYYY-MM-DD");
  if (format == "date-time" && !parse_timestamp(text))
    add(errors, path, field_code::not_a_time, "a time of RFC 3339");
  if (format == "uri" && !is_uri(text)) add(errors, path, field_code::wrong_type, "an http or https address");
  const auto length = static_cast<std::int64_t>(code_points(text));
  const auto bound = [&](const char* word, std::int64_t otherwise) {
    const auto it = p.find(word);
    return it == p.end() ? otherwise : it->get<std::int64_t>();
  };
  if (length < bound("minLength", 0)) add(errors, path, field_code::too_short, "too short");
  if (length > bound("maxLength", format == "uri" ? 2000 : default_length))
    add(errors, path, field_code::too_long, "too long");
  for (const char c : text)
    if (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t')
      return add(errors, path, field_code::wrong_type, "no control characters");
}

bool is_money(const Json& value) {
  if (value.size() != 2 || !value.contains("amount") || !value.contains("currency")) return false;
  const Json &amount = value.at("amount"), &currency = value.at("currency");
  return amount.is_number_integer() && amount >= -max_money && amount <= max_money && currency.is_string() &&
         currency_exponent(currency.get<std::string>()).has_value();
}

void check_value(const std::string& path, const Json& p, const Json& value, std::vector<FieldError>& errors) {
  const std::string type = member_text(p, "type");
  const bool fits = type == "string"    ? value.is_string()
                    : type == "integer" ? value.is_number_integer()
                    : type == "number"  ? value.is_number()
                    : type == "boolean" ? value.is_boolean()
                                        : value.is_object();
  if (!fits) return add(errors, path, field_code::wrong_type, "not of the type that the template wants");
  if (type == "string") check_text(path, p, value.get<std::string>(), errors);
  if (type == "object" && !is_money(value))
    add(errors, path, field_code::not_money, "money: an amount in minor units and its currency");
  if (value.is_number()) {
    const auto low = p.find("minimum"), high = p.find("maximum");
    if ((low != p.end() && value < *low) || (high != p.end() && value > *high))
      add(errors, path, field_code::out_of_range, "out of range");
  }
  if (const auto it = p.find("enum");
      it != p.end() && it->is_array() && std::find(it->begin(), it->end(), value) == it->end())
    add(errors, path, field_code::not_a_code, "none of the values that the template knows");
}

}  // namespace

void check_schema(const Json& schema, const std::string& path, std::vector<FieldError>& errors) {
  if (!schema.is_object()) return add(errors, path, field_code::wrong_type, "a JSON Schema of an object");
  for (const auto& [word, value] : schema.items())
    if (!has(root_keywords, word))
      add(errors, path + "/" + word, field_code::unknown_member, "no such keyword here");
  if (schema.contains("type") && schema.at("type") != "object")
    add(errors, path + "/type", field_code::not_a_code, "object");
  if (schema.contains("additionalProperties") && schema.at("additionalProperties") != false)
    add(errors, path + "/additionalProperties", field_code::out_of_range, "false: others are refused");
  const auto properties = schema.find("properties");
  if (properties != schema.end()) {
    if (!properties->is_object() || properties->size() > most_variables)
      return add(errors, path + "/properties", field_code::wrong_type, "an object of at most 100");
    for (const auto& [name, property] : properties->items()) {
      if (!is_name(name))
        add(errors, path + "/properties/" + name, field_code::wrong_type, "a name: a letter, then a-z 0-9 _");
      else
        check_property(property, path + "/properties/" + name, errors);
    }
  }
  const auto required = schema.find("required");
  if (required == schema.end()) return;
  if (!required->is_array())
    return add(errors, path + "/required", field_code::wrong_type, "a list of names of properties");
  const auto names = names_of_schema(schema);
  for (const Json& name : *required)
    if (!name.is_string() || !has(names, name.get<std::string>()))
      add(errors, path + "/required", field_code::unknown_reference, "a name of a property");
}

std::vector<std::string> names_of_schema(const Json& schema) {
  std::vector<std::string> names;
  const auto properties = schema.find("properties");
  if (properties == schema.end()) return names;
  for (const auto& [name, property] : properties->items()) names.push_back(name);
  return names;
}

std::vector<FieldError> check_variables(const Json& schema, const Json& variables) {
  std::vector<FieldError> errors;
  if (!variables.is_object()) {
    add(errors, "/variables", field_code::wrong_type, "an object");
    return errors;
  }
  const auto names = names_of_schema(schema);
  for (const auto& [name, value] : variables.items()) {
    if (!has(names, name))
      add(errors, "/variables/" + name, field_code::unknown_member, "the template has no such variable");
    else
      check_value("/variables/" + name, schema.at("properties").at(name), value, errors);
  }
  if (const auto required = schema.find("required"); required != schema.end())
    for (const Json& name : *required)
      if (!variables.contains(name.get<std::string>()))
        add(errors, "/variables/" + name.get<std::string>(), field_code::required, "the template needs it");
  return errors;
}

Json with_defaults(const Json& schema, const Json& variables) {
  Json out = variables;
  const auto properties = schema.find("properties");
  if (properties == schema.end()) return out;
  for (const auto& [name, property] : properties->items())
    if (!out.contains(name) && property.contains("default")) out[name] = property.at("default");
  return out;
}

}  // namespace atlas::templates
