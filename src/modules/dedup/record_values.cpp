#include "record_values.hpp"

#include <nlohmann/json.hpp>

namespace atlas::duplicates {
namespace {

/// The field's name, and what of the path leads on inside of its value: a JSON Pointer, "" for none.
struct Path {
  std::string_view field;
  std::string pointer;
};

Path split(std::string_view path) {
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {path, ""};
  return {path.substr(0, slash), std::string(path.substr(slash))};
}

const Field& field_named(const Schema& schema, std::string_view name) {
  const Field* field = schema.find(name);
  if (!field) throw Error(ErrorCode::internal, "a merge names a field that is not there").with("field", name);
  return *field;
}

}  // namespace

Record load_record(Context& cx, const EntityInfo& info, const Uuid& id, RowLock lock) {
  Record record = info.make();
  return cx.load(info, id, record.get(), lock, false) ? record : nullptr;
}

std::optional<std::string> value_of(const Field& field, const void* record) {
  if (!is_present(field, record)) return std::nullopt;
  std::string text;
  write_field(text, field, record);
  return text;
}

void set_value(const Field& field, void* record, const std::optional<std::string>& value) {
  if (!value) {
    if (!visit_scalar(field, record, [](auto slot) { slot.clear(); }))
      field.held->clear(field.address(record));
    return;
  }
  const Schema only{.name = field.name,
                    .fields = std::span<const Field>(&field, 1),
                    .keys = {},
                    .workflow = false,
                    .bookkeeping = false};
  if (!visit_scalar(field, record, [](auto) {})) field.held->clear(field.address(record));
  std::vector<FieldError> errors;
  std::string wrapped = "{";
  append_json_string(wrapped, field.name);
  wrapped += ':';
  wrapped += *value;
  wrapped += '}';
  read_object(only, wrapped, record, errors);
  if (!errors.empty()) {
    throw Error(ErrorCode::internal, "a kept value does not fit its field").with("field", field.name);
  }
}

std::optional<std::string> value_at(const Schema& schema, const void* record, std::string_view path) {
  const Path p = split(path);
  auto whole = value_of(field_named(schema, p.field), record);
  if (p.pointer.empty() || !whole) return whole;
  const Json json = Json::parse(*whole);
  const Json::json_pointer at(p.pointer);
  if (!json.contains(at) || json[at].is_null()) return std::nullopt;
  return json[at].dump();
}

void set_value_at(const Schema& schema, void* record, std::string_view path,
                  const std::optional<std::string>& value) {
  const Path p = split(path);
  const Field& field = field_named(schema, p.field);
  if (p.pointer.empty()) return set_value(field, record, value);
  const auto whole = value_of(field, record);
  if (!whole) return;
  Json json = Json::parse(*whole);
  const Json::json_pointer at(p.pointer);
  if (!json.contains(at)) return;
  json[at] = value ? Json::parse(*value) : Json();
  set_value(field, record, json.dump());
}

std::string json_id(const Uuid& id) { return '"' + format_uuid(id) + '"'; }

bool is_empty(const std::optional<std::string>& value) {
  return !value || *value == "null" || *value == "\"\"" || *value == "{}" || *value == "[]";
}

}  // namespace atlas::duplicates
