#include "undo_patch.hpp"

#include <nlohmann/json.hpp>

#include "atlas/error.hpp"
#include "atlas/json.hpp"

namespace atlas::imports {
namespace {

Json difference(const Json& from, const Json& to) {
  if (!from.is_object() || !to.is_object()) return to;
  Json patch = Json::object();
  for (const auto& [name, value] : from.items())
    if (!to.contains(name)) patch[name] = nullptr;
  for (const auto& [name, value] : to.items()) {
    const auto there = from.find(name);
    if (there == from.end())
      patch[name] = value;
    else if (*there != value)
      patch[name] = difference(*there, value);
  }
  return patch;
}

}  // namespace

void UndoWriter::add(std::string_view name, std::string_view before, std::string_view after) {
  text_ += text_.empty() ? '{' : ',';
  append_json_string(text_, name);
  text_ += ":[";
  append_json_string(text_, before);
  text_ += ',';
  append_json_string(text_, after);
  text_ += ']';
}

std::vector<UndoField> read_undo(std::string_view text) {
  const auto corrupt = [] { return Error(ErrorCode::storage_corrupt, "an import's note cannot be read"); };
  std::vector<UndoField> out;
  const Json all = parse_json(text);
  if (!all.is_object()) throw corrupt();
  for (const auto& [name, pair] : all.items()) {
    if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_string()) throw corrupt();
    out.push_back({name, pair[0].get<std::string>(), pair[1].get<std::string>()});
  }
  return out;
}

std::string patch_back(std::string_view from, std::string_view to) {
  return difference(parse_json(from), parse_json(to)).dump();
}

}  // namespace atlas::imports
