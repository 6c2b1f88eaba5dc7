#include "atlas/schema.hpp"

#include <algorithm>

#include "atlas/schema_io.hpp"
#include "json_capture.hpp"

namespace atlas {
namespace {

// `code` is a text with a rule; both are the same in memory.
bool same_kind(const Field& a, const Field& b) {
  const auto plain = [](Kind k) { return k == Kind::code ? Kind::text : k; };
  return plain(a.kind) == plain(b.kind);
}

// Tables of an input and its entity are mostly in the same order, so the search goes on where the last one
// ended.
const Field* find_from(const Schema& schema, std::string_view name, std::size_t& hint) {
  const auto fields = schema.fields;
  for (std::size_t n = 0, i = hint; n < fields.size(); ++n, ++i) {
    if (i >= fields.size()) i = 0;
    if (fields[i].name == name) {
      hint = i + 1;
      return &fields[i];
    }
  }
  return nullptr;
}

void copy_nested(const Field& from, const void* source, const Field& to, void* member) {
  void* const target = to.held->emplace(member);
  const Schema& from_schema = *from.nested();
  const Schema& to_schema = *to.nested();
  if (from.kind == Kind::object) return copy_fields(from_schema, source, to_schema, target);
  for (std::size_t i = 0; i < from.list->size(source); ++i)
    copy_fields(from_schema, from.list->at(source, i), to_schema, to.list->append(target));
}

void clear_field(const Field& to, void* object) {
  if (to.held) return to.held->clear(to.address(object));
  if (to.kind == Kind::json && to.holder == Holder::plain) {
    *static_cast<std::string*>(to.address(object)) = to.rules.format == Format::json_object ? "{}" : "null";
    return;
  }
  visit_scalar(to, object, [](auto slot) { slot.clear(); });
}

void copy_field(const Field& from, const void* source, const Field& to, void* target, bool merge_json) {
  void* const member = to.address(target);
  if (from.held) {
    const void* const value = from.held->get(from.address(const_cast<void*>(source)));
    if (value)
      copy_nested(from, value, to, member);
    else if (from.holder == Holder::change && !from.held->untouched(from.address(const_cast<void*>(source))))
      clear_field(to, target);
    return;
  }
  if (from.kind == Kind::decimal && from.rules.scale != to.rules.scale)
    throw Error(ErrorCode::internal, "a decimal field has two scales");
  visit_scalar(from, source, [&]<class T>(Slot<T> slot) {
    const T* const value = slot.get();
    if (!value) {
      if (from.holder == Holder::change && !slot.untouched()) clear_field(to, target);
      return;
    }
    Slot<T> out(to.holder, member);
    if constexpr (std::is_same_v<T, std::string>) {
      if (merge_json && from.kind == Kind::json && to.rules.format == Format::json_object) {
        const std::string* const before = out.get();
        std::string merged = merge_patch(before && !before->empty() ? *before : "{}", *value);
        out.emplace() = std::move(merged);
        return;
      }
    }
    out.emplace() = *value;
  });
}

bool equal_objects(const Schema& schema, const void* a, const void* b) {
  return std::all_of(schema.fields.begin(), schema.fields.end(),
                     [&](const Field& f) { return equal_field(f, a, b); });
}

// Cuts the members out of an object of compact JSON.
struct JsonMember {
  std::string_view key;    // as written, with its quotes
  std::string_view value;  // as written
};

bool is_object(std::string_view json) { return json.starts_with('{'); }

std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (++at; json[at] != '"'; ++at)
    if (json[at] == '\\') ++at;
  return at + 1;
}

std::size_t end_of_value(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  for (;;) {
    const char c = json[at];
    if (c == '"') {
      at = end_of_string(json, at);
      if (depth == 0) return at;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at + 1;
    ++at;
  }
}

std::vector<JsonMember> members_of(std::string_view object) {
  std::vector<JsonMember> members;
  for (std::size_t at = 1; object[at] != '}';) {
    const std::size_t key_end = end_of_string(object, at);
    const std::size_t value_end = end_of_value(object, key_end + 1);
    members.push_back({object.substr(at, key_end - at), object.substr(key_end + 1, value_end - key_end - 1)});
    at = value_end + (object[value_end] == ',' ? 1 : 0);
  }
  return members;
}

// Both are compact, so that equal names are written equally. RFC 7396 §2.
void append_merged(std::string& out, std::string_view target, std::string_view patch) {
  if (!is_object(patch)) {
    out.append(patch);
    return;
  }
  std::vector<JsonMember> changes = members_of(patch);
  std::vector<bool> used(changes.size(), false);
  std::vector<std::size_t> order(changes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return changes[a].key < changes[b].key; });
  out.push_back('{');
  const auto put = [&out](std::string_view key) {
    if (out.back() != '{') out.push_back(',');
    out.append(key).push_back(':');
  };
  if (is_object(target)) {
    for (const JsonMember& member : members_of(target)) {
      const auto it =
          std::lower_bound(order.begin(), order.end(), member.key,
                           [&](std::size_t i, std::string_view key) { return changes[i].key < key; });
      if (it == order.end() || changes[*it].key != member.key) {
        put(member.key);
        out.append(member.value);
        continue;
      }
      used[*it] = true;
      if (changes[*it].value == "null") continue;
      put(member.key);
      append_merged(out, member.value, changes[*it].value);
    }
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (used[i] || changes[i].value == "null") continue;
    put(changes[i].key);
    append_merged(out, "null", changes[i].value);
  }
  out.push_back('}');
}

}  // namespace

const Field* Schema::find(std::string_view field_name) const noexcept {
  for (const Field& f : fields)
    if (f.name == field_name) return &f;
  return nullptr;
}

void copy_fields(const Schema& from_schema, const void* from, const Schema& to_schema, void* to,
                 bool merge_json) {
  std::size_t hint = 0;
  for (const Field& source : from_schema.fields) {
    const Field* const target = find_from(to_schema, source.name, hint);
    if (target && same_kind(source, *target)) copy_field(source, from, *target, to, merge_json);
  }
}

void check_clearable(const Schema& input, const void* object, const Schema& entity,
                     std::vector<FieldError>& errors) {
  for (const Field& field : input.fields) {
    if (field.holder != Holder::change || is_present(field, object)) continue;
    bool untouched = false;
    if (field.held)
      untouched = field.held->untouched(field.address(const_cast<void*>(object)));
    else
      visit_scalar(field, object, [&](auto slot) { untouched = slot.untouched(); });
    if (untouched) continue;
    const Field* const namesake = entity.find(field.name);
    if (!namesake || namesake->holder != Holder::plain) continue;
    // A list that may be empty and a free object are emptied by null.
    const bool list = namesake->kind == Kind::text_list || namesake->kind == Kind::object_list;
    const bool free_object = namesake->kind == Kind::json;
    if (!namesake->has(required) &&
        ((list && detail::element_limits(namesake->rules).min == 0) || free_object))
      continue;
    std::string path;
    detail::append_pointer_token(path, field.name);
    errors.push_back({std::move(path), std::string(field_code::required), "it cannot be cleared"});
  }
}

bool equal_field(const Field& field, const void* a, const void* b) {
  bool equal = false;
  if (!field.held) {
    visit_scalar(field, a, [&]<class T>(Slot<T> slot) {
      Slot<T> other(field.holder, field.address(const_cast<void*>(b)));
      const T* const x = slot.get();
      const T* const y = other.get();
      equal = x && y ? *x == *y : !x && !y && slot.untouched() == other.untouched();
    });
    return equal;
  }
  const void* const ma = field.address(const_cast<void*>(a));
  const void* const mb = field.address(const_cast<void*>(b));
  const void* const x = field.held->get(ma);
  const void* const y = field.held->get(mb);
  if (!x || !y) return !x && !y && field.held->untouched(ma) == field.held->untouched(mb);
  const Schema& schema = *field.nested();
  if (field.kind == Kind::object) return equal_objects(schema, x, y);
  const std::size_t size = field.list->size(x);
  if (size != field.list->size(y)) return false;
  for (std::size_t i = 0; i < size; ++i)
    if (!equal_objects(schema, field.list->at(x, i), field.list->at(y, i))) return false;
  return true;
}

void throw_if_any(std::vector<FieldError> errors) {
  if (errors.empty()) return;
  const std::string message =
      errors.size() == 1 ? "one field is wrong" : std::to_string(errors.size()) + " fields are wrong";
  throw Error(ErrorCode::invalid_argument, message).fields(std::move(errors));
}

std::string merge_patch(const std::string& target, std::string_view patch) {
  const std::string change = detail::normalise_json(patch);
  std::string out;
  append_merged(out, detail::normalise_json(target), change);
  return out;
}

}  // namespace atlas
