// JSON for people: tables of lists, members of objects, errors with what to do about them.

#include <algorithm>
#include <nlohmann/json.hpp>

#include "shell.hpp"

namespace atlas::cli {
namespace {

using Object = nlohmann::ordered_json;

constexpr std::size_t widest_column = 40;

std::string cell(const Object& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  return value.dump();
}

/// What tells most first; what every record has alike last.
int rank(const std::string& name) {
  static const std::vector<std::string> first{"seq",         "id",        "name", "contact_name", "title",
                                              "status_code", "type_code", "body", "phone",        "email"};
  static const std::vector<std::string> last{"meta",    "subject_id", "created_by", "archived_at",
                                             "version", "updated_at", "org_id",     "workflow_version"};
  if (const auto at = std::find(first.begin(), first.end(), name); at != first.end()) {
    return static_cast<int>(at - first.begin()) - 100;
  }
  return std::find(last.begin(), last.end(), name) != last.end() ? 100 : 0;
}

void table(Terminal& terminal, const Object& items) {
  std::vector<std::string> names;
  for (const Object& item : items) {
    for (const auto& member : item.items()) {
      const Object& value = member.value();
      if (value.is_null() || value.is_object() || value.is_array()) continue;
      if (std::find(names.begin(), names.end(), member.key()) == names.end()) names.push_back(member.key());
    }
  }
  std::stable_sort(names.begin(), names.end(),
                   [](const std::string& a, const std::string& b) { return rank(a) < rank(b); });
  // What does not fit beside the rest is left out; JSON has it all.
  std::size_t used = 0, fitting = 0;
  for (const std::string& name : names) {
    std::size_t width = display_width(name);
    for (const Object& item : items) {
      if (item.contains(name)) width = std::max(width, display_width(cell(item[name])));
    }
    used += std::min(width, widest_column) + 2;
    if (fitting >= 2 && used > static_cast<std::size_t>(terminal.width()) + 2) break;
    ++fitting;
  }
  names.resize(fitting);
  Table out(names);
  for (const Object& item : items) {
    std::vector<std::string> cells;
    for (const std::string& name : names) cells.push_back(item.contains(name) ? cell(item[name]) : "");
    out.row(std::move(cells));
  }
  out.print(terminal);
}

bool is_table(const Object& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const Object& item) { return item.is_object(); });
}

void members(Terminal& terminal, const Object& object) {
  std::size_t width = 0;
  for (const auto& member : object.items()) width = std::max(width, display_width(member.key()));
  for (const auto& member : object.items()) {
    const std::string& name = member.key();
    if (member.value().is_null()) continue;
    const std::string pad(width - display_width(name) + 2, ' ');
    std::string text = cell(member.value());
    if (is_table(member.value())) {
      terminal.out.line(terminal.ink(Ink::bold, harmless(name)));
      table(terminal, member.value());
      continue;
    }
    // Text of several lines, such as a signed note, stands as it is.
    const bool lines = member.value().is_string() && text.find('\n') != std::string::npos;
    std::string shown;
    for (std::size_t from = 0; lines && from < text.size();) {
      const std::size_t at = std::min(text.find('\n', from), text.size());
      shown += "\n  " + harmless(std::string_view(text).substr(from, at - from));
      from = at + 1;
    }
    terminal.out.line(terminal.ink(Ink::bold, harmless(name)) + pad + (lines ? shown : harmless(text)));
  }
}

}  // namespace

void render(Terminal& terminal, std::string_view json) {
  const Object value = Object::parse(json, nullptr, false);
  if (!value.is_object()) {
    terminal.out.line(harmless(json));
    return;
  }
  if (value.contains("items") && value["items"].is_array()) {
    if (is_table(value["items"]))
      table(terminal, value["items"]);
    else if (value["items"].empty())
      terminal.out.line(terminal.ink(Ink::faint, "none"));
    else
      terminal.out.line(harmless(value["items"].dump()));
    if (value.contains("next") && !value["next"].is_null()) {
      terminal.out.line(terminal.ink(
          Ink::faint, "more: call again with \"after\": \"" + harmless(cell(value["next"])) + "\""));
    }
    return;
  }
  members(terminal, value);
}

void render_error(Terminal& terminal, const Error& error) {
  const ErrorInfo& info = error_info(error.code());
  terminal.say(terminal.error_ink(Ink::red, std::string(info.text)) + ": " + harmless(error.message()));
  for (const FieldError& field : error.fields()) {
    terminal.say("  " + terminal.error_ink(Ink::bold, harmless(field.path)) + "  " + field.code + ": " +
                 harmless(field.message));
  }
  for (const Error::Detail& detail : error.details()) {
    terminal.say("  " + terminal.error_ink(Ink::bold, harmless(detail.key)) + "  " + harmless(detail.json));
  }
  if (!info.advice.empty()) terminal.say(terminal.error_ink(Ink::faint, "  " + std::string(info.advice)));
}

}  // namespace atlas::cli
