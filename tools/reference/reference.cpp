// Writes docs/reference from the library itself: operations, errors, codes, permissions, workflows.
//   reference --write FOLDER      writes the pages
//   reference --check FOLDER      tells which page is not what would be written; exit 1 when one is

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "atlas/engine.hpp"
#include "atlas/meta.hpp"
#include "atlas/reference_codes.hpp"
#include "atlas/registry.hpp"
#include "workflows_page.hpp"

namespace {

using Json = nlohmann::ordered_json;
using atlas::ErrorInfo;
using atlas::PermissionRow;
using atlas::ReferenceSeed;

constexpr std::string_view generated = "<!-- Written by tools/reference; do not edit. -->\n\n";

/// A heading's name in a link, as Markdown renderers make it.
std::string anchor(std::string_view heading) {
  std::string out;
  for (const char c : heading) {
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-')
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (c == ' ')
      out += '-';
  }
  return out;
}

std::string link(const std::string& name) { return "[`" + name + "`](#" + anchor(name) + ")"; }
std::string link_to_record(const std::string& name) {
  return "[`" + name + "`](#record-" + anchor(name) + ")";
}

/// The tables of fields, and the records that they mention.
class Fields {
 public:
  /// What a schema's value is, for people; records that it holds are kept for a section of their own.
  std::string type_of(const Json& schema) {
    if (schema.contains("anyOf")) return type_of(schema["anyOf"].front());
    if (schema.contains("x-money")) return "money";
    if (schema.contains("x-dictionary")) {
      const auto name = schema["x-dictionary"].get<std::string>();
      return "code of [" + name + "](codes.md#" + anchor(name) + ")";
    }
    const std::string type = plain_type(schema);
    if (type == "array") {
      return "list of " + (schema.contains("items") ? type_of(schema["items"]) : std::string("anything"));
    }
    if (type == "object") return object(schema);
    if (schema.contains("enum")) return choices(schema["enum"]);
    if (type != "string") return type.empty() ? "JSON" : type;
    const std::string format = schema.value("format", schema.value("x-format", ""));
    if (format == "uuid") {
      return schema.contains("x-refers-to") ? "id of a " + schema["x-refers-to"].get<std::string>() : "id";
    }
    if (format == "date-time") return "time";
    if (format == "one_line") return "line of text";
    return format.empty() ? "text" : format;
  }

  void table(std::string& out, const Json& schema, bool input) {
    if (!schema.contains("properties") || schema["properties"].empty()) {
      out += "No members.\n\n";
      return;
    }
    std::set<std::string> needed;
    for (const Json& name : schema.value("required", Json::array())) needed.insert(name.get<std::string>());
    out += "| member | type | |\n|---|---|---|\n";
    for (const auto& [name, member] : schema["properties"].items()) {
      out += "| `" + name + "` | " + type_of(member) + " | ";
      std::string remarks;
      const auto remark = [&](const std::string& text) { remarks += (remarks.empty() ? "" : ", ") + text; };
      if (input && needed.count(name)) remark("**required**");
      limits(member, remark);
      if (member.contains("x-personal")) remark("personal");
      if (!input && member.contains("x-filterable")) remark("filter");
      if (!input && member.contains("x-sortable")) remark("sort");
      out += remarks + " |\n";
    }
    out += "\n";
  }

  /// The records met so far, by name; grows while they are written.
  std::map<std::string, Json> records;

 private:
  static std::string plain_type(const Json& schema) {
    if (!schema.contains("type")) return "";
    const Json& type = schema["type"];
    return type.is_array() ? type.front().get<std::string>() : type.get<std::string>();
  }

  static std::string choices(const Json& values) {
    std::string out;
    for (const Json& v : values) {
      if (v.is_null()) continue;
      out += (out.empty() ? "`" : " or `") + v.get<std::string>() + "`";
    }
    return out;
  }

  std::string object(const Json& schema) {
    if (!schema.contains("properties")) return "JSON object";
    const std::string title = schema.value("title", "");
    if (title.empty()) return "JSON object";
    if (title == "page") return "page of " + type_of(schema["properties"]["items"]["items"]);
    records.try_emplace(title, schema);
    return link_to_record(title);
  }

  template <class Remark>
  static void limits(const Json& m, Remark&& remark) {
    const auto range = [&](const char* low, const char* high, const char* unit) {
      if (!m.contains(low) && !m.contains(high)) return;
      std::string text;
      if (!m.contains(high))
        text = "at least " + m[low].dump();
      else if (!m.contains(low) || m[low] == 0)
        text = "at most " + m[high].dump();
      else
        text = m[low].dump() + " to " + m[high].dump();
      remark(text + unit);
    };
    if (m.contains("x-dictionary")) return;
    range("minimum", "maximum", "");
    range("minLength", "maxLength", " characters");
    range("minItems", "maxItems", " elements");
    if (m.contains("x-max-bytes")) remark("at most " + m["x-max-bytes"].dump() + " bytes");
  }
};

std::string permission_of(const atlas::OperationTraits& op) {
  if (op.permission.empty()) return "any principal of the organisation";
  if (op.permission == "HOST") return "the host";
  if (op.permission == atlas::public_permission) return "[the public side](../guide/portal.md)";
  const auto one = [](std::string_view name) { return "[" + std::string(name) + "](permissions.md)"; };
  std::string out = one(op.permission);
  if (!op.or_permission.empty()) out += " or " + one(op.or_permission);
  return out;
}

std::string operations_page(const atlas::Registry& registry) {
  std::string out(generated);
  out += "# Operations\n\nEvery operation of version " + std::string(atlas::version_string()) +
         ", from the library's own catalogue (`atlas operations`, `meta.operations`). "
         "Members not marked **required** may be left out. How `where`, `order` and pages work: "
         "[predicates and lists](../guide/predicates-and-lists.md). *filter* and *sort* mark the members "
         "that they "
         "may name; *personal* marks what the audit seals. Every writing operation also takes "
         "`idempotency_key` ([idempotency](../guide/idempotency.md)).\n\n";
  out += "| operation | writes | what it does |\n|---|---|---|\n";
  for (const auto& [name, op] : registry.operations()) {
    out += "| " + link(name) + " | " + (op.traits.effect == atlas::Effect::writes ? "yes" : "") + " | " +
           std::string(op.traits.summary) + " |\n";
  }
  out += "\n";
  Fields fields;
  std::string module;
  for (const auto& item : atlas::meta::catalogue(registry, std::nullopt).items) {
    const atlas::OperationInfo& op = *registry.find_operation(item.name);
    const std::string of = item.name.substr(0, item.name.find('.'));
    if (of != module) out += "## " + (module = of) + "\n\n";
    out += "### " + item.name + "\n\n" + item.summary + "\n\n";
    out += "Permission: " + permission_of(op.traits) + ".";
    if (item.feature) out += " Feature: `" + *item.feature + "`.";
    if (op.traits.always_durable) out += " Always durable.";
    if (op.traits.while_suspended) out += " Also while the organisation is suspended.";
    out += "\n\n";
    Json input = Json::parse(item.input);
    if (input.contains("properties")) input["properties"].erase("idempotency_key");
    fields.table(out, input, true);
    out += "Answers " + fields.type_of(Json::parse(item.output)) + ".\n\n";
  }
  out += "## Records\n\nA member without a value is `null`.\n\n";
  std::set<std::string> written;
  for (bool more = true; more;) {
    more = false;
    for (const auto& [name, schema] : std::map<std::string, Json>(fields.records)) {
      if (!written.insert(name).second) continue;
      more = true;
      out += "### record " + name + "\n\n";
      fields.table(out, schema, false);
    }
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

std::string errors_page() {
  std::string out(generated);
  out +=
      "# Errors\n\nThe closed list of codes: the text is `code` of the error object, the number is the C "
      "ABI's "
      "`atlas_status`, HTTP is what a host's server answers with. A number is never used again for something "
      "else. What else an error carries: [errors](../guide/errors.md).\n\n"
      "| code | number | HTTP | what the caller can do |\n|---|---|---|---|\n";
  for (const ErrorInfo& e : atlas::error_table()) {
    if (e.code == atlas::ErrorCode::ok) continue;
    out += "| `" + std::string(e.text) + "` | " + std::to_string(static_cast<int>(e.code)) + " | " +
           std::to_string(e.http) + " | " + std::string(e.advice) + " |\n";
  }
  out += "\n## Codes of one wrong field\n\n`details.fields[].code` is one of:\n\n";
  namespace fc = atlas::field_code;
  for (const std::string_view code :
       {fc::required, fc::unknown_member, fc::wrong_type, fc::too_short, fc::too_long, fc::out_of_range,
        fc::not_a_code, fc::not_a_phone_number, fc::not_an_email, fc::not_a_time, fc::not_a_date,
        fc::not_money, fc::not_an_id, fc::unknown_reference, fc::duplicate_member, fc::not_filterable}) {
    out += "- `" + std::string(code) + "`\n";
  }
  return out;
}

std::string codes_page() {
  std::string out(generated);
  out +=
      "# Reference codes\n\nThe dictionaries that every organisation starts with. A code is a stable "
      "identifier "
      "and never gets another meaning; the labels are for people.\n";
  std::string_view dictionary;
  for (const ReferenceSeed& s : atlas::reference_seeds()) {
    if (s.dictionary != dictionary) {
      dictionary = s.dictionary;
      out += "\n## " + std::string(dictionary) +
             "\n\n| code | English | français | العربية |\n|---|---|---|---|\n";
    }
    out += "| `" + std::string(s.code) + "` | " + std::string(s.label_en) + " | " + std::string(s.label_fr) +
           " | " + std::string(s.label_ar) + " |\n";
  }
  return out;
}

std::string permissions_page() {
  std::string out(generated);
  out +=
      "# Permissions\n\nWhat each role may do. *yes* reaches the whole organisation; *assigned*, *own*, "
      "*group* and "
      "*moderation scope* reach the records that [permissions and "
      "scopes](../guide/permissions-and-scopes.md) "
      "describes; *by setting* and *by policy* depend on the organisation's settings.\n\n";
  const auto matrix = atlas::permission_matrix();
  std::string head = "| permission |", rule = "|---|", row;
  std::string_view permission;
  std::string body;
  for (const PermissionRow& cell : matrix) {
    if (permission.empty() || permission == cell.permission) {
      permission = cell.permission;
      head += " " + std::string(cell.role) + " |";
      rule += "---|";
    }
  }
  permission = {};
  for (const PermissionRow& cell : matrix) {
    if (cell.permission != permission) {
      permission = cell.permission;
      if (!body.empty()) body += "\n";
      body += "| `" + std::string(permission) + "` |";
    }
    body += " " + (cell.cell == "no" ? std::string("–") : std::string(cell.cell)) + " |";
  }
  return out + head + "\n" + rule + "\n" + body + "\n";
}

std::string contents_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string mode = argc == 3 ? argv[1] : "";
  if (mode != "--write" && mode != "--check") {
    std::cerr << "usage: reference --write|--check FOLDER\n";
    return 2;
  }
  atlas::Engine engine = atlas::open({.store = ":memory:"});
  const std::map<std::string, std::string> pages{
      {"operations.md", operations_page(engine.kernel().registry())},
      {"errors.md", errors_page()},
      {"codes.md", codes_page()},
      {"permissions.md", permissions_page()},
      {"workflows.md", std::string(generated) + workflows_page()}};
  int stale = 0;
  for (const auto& [name, text] : pages) {
    const std::filesystem::path path = std::filesystem::path(argv[2]) / name;
    if (mode == "--write") {
      std::ofstream(path, std::ios::binary) << text;
    } else if (contents_of(path) != text) {
      std::cerr << "docs/reference/" << name << " is stale; write it anew with the target `reference_docs`\n";
      stale = 1;
    }
  }
  return stale;
}
