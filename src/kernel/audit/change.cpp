#include "change.hpp"

#include "atlas/json.hpp"
#include "atlas/schema_io.hpp"

namespace atlas {
namespace {

/// Common fields that say nothing a reader of the entry does not have already.
bool is_told_elsewhere(const Field& f) {
  return f.name == "id" || f.name == "org_id" || f.name == "version" || f.name == "created_at" ||
         f.name == "updated_at" || f.name == "subject_id";
}

void append_op(std::string& patch, std::string_view op, std::string_view name, std::string_view json) {
  if (patch.empty())
    patch = "[";
  else
    patch.back() = ',';
  patch += R"({"op":")";
  patch += op;
  patch += R"(","path":)";
  append_json_string(patch, name);
  patch += R"(,"value":)";
  patch += json;
  patch += "}]";
}

void append_whole(std::string& patch, const Schema& schema, const void* entity, bool sealed) {
  std::string value = "{";
  for (const Field& f : schema.fields) {
    if (is_told_elsewhere(f) || f.is_sealed() != sealed || !is_present(f, entity)) continue;
    const std::size_t before = value.size();
    if (value.size() > 1) value += ',';
    append_json_string(value, f.name);
    value += ':';
    const std::size_t at = value.size();
    write_field(value, f, entity, {.skip_absent = true});
    if (std::string_view(value).substr(at) == "{}") value.resize(before);  // an empty meta says nothing
  }
  value += '}';
  if (value.size() > 2) append_op(patch, "add", "", value);
}

}  // namespace

void append_add(std::string& patch, std::string_view path, std::string_view json) {
  append_op(patch, "add", path, json);
}

Difference difference_of_new(const Schema& schema, const void* entity) {
  Difference d;
  append_whole(d.clear, schema, entity, false);
  append_whole(d.sealed, schema, entity, true);
  return d;
}

Difference difference_between(const Schema& schema, const void* before, const void* after) {
  Difference d;
  std::string value;
  for (const Field& f : schema.fields) {
    if (is_told_elsewhere(f) || equal_field(f, before, after)) continue;
    std::string& patch = f.is_sealed() ? d.sealed : d.clear;
    const std::string path = "/" + std::string(f.name);
    value.clear();
    write_field(value, f, before);
    append_op(patch, "test", path, value);
    value.clear();
    write_field(value, f, after);
    append_op(patch, "replace", path, value);
  }
  return d;
}

}  // namespace atlas
