#include <charconv>

#include "atlas/schema_io.hpp"

namespace atlas {
namespace {

void append_integer(std::string& out, std::int64_t n) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, n).ptr);
}

void append_quoted(std::string& out, std::string_view plain) {
  out.append(1, '"').append(plain).append(1, '"');
}

void append_value(std::string& out, const Field&, bool v) { out.append(v ? "true" : "false"); }
void append_value(std::string& out, const Field&, std::int64_t v) { append_integer(out, v); }
void append_value(std::string& out, const Field&, const Uuid& v) { append_quoted(out, format_uuid(v)); }
void append_value(std::string& out, const Field&, Timestamp v) { append_quoted(out, format_timestamp(v)); }
void append_value(std::string& out, const Field&, Date v) { append_quoted(out, format_date(v)); }
// A number, not a text: 15 digits survive any reader, also one that reads doubles.
void append_value(std::string& out, const Field& f, Decimal v) {
  out.append(format_decimal(v, f.rules.scale));
}

void append_value(std::string& out, const Field&, const Money& v) {
  out.append(R"({"amount":)");
  append_integer(out, v.amount);
  out.append(R"(,"currency":)");
  append_quoted(out, v.currency.view());
  out.push_back('}');
}

void append_value(std::string& out, const Field& f, const std::string& v) {
  if (f.kind != Kind::json)
    append_json_string(out, v);
  else if (!v.empty())
    out.append(v);
  else
    out.append(f.rules.format == Format::json_object ? "{}" : "null");
}

void append_value(std::string& out, const Field&, const std::vector<std::string>& v) {
  out.push_back('[');
  for (const std::string& text : v) {
    if (out.back() != '[') out.push_back(',');
    append_json_string(out, text);
  }
  out.push_back(']');
}

// Left out by `skip_absent`: nothing there, and nothing said about it either.
bool is_silent(const Field& field, const void* object) {
  if (field.holder == Holder::plain || is_present(field, object)) return false;
  if (field.holder == Holder::optional) return true;
  bool untouched = false;
  if (field.held)
    untouched = field.held->untouched(field.address(const_cast<void*>(object)));
  else
    visit_scalar(field, object, [&](auto slot) { untouched = slot.untouched(); });
  return untouched;
}

}  // namespace

bool is_present(const Field& field, const void* object) {
  if (field.holder == Holder::plain) return true;
  if (field.held) return field.held->get(field.address(const_cast<void*>(object))) != nullptr;
  bool present = false;
  visit_scalar(field, object, [&](auto slot) { present = slot.get() != nullptr; });
  return present;
}

void write_field(std::string& out, const Field& field, const void* object, const WriteOptions& options) {
  if (!field.held) {
    visit_scalar(field, object, [&](auto slot) {
      if (const auto* value = slot.get())
        append_value(out, field, *value);
      else
        out.append("null");
    });
    return;
  }
  const void* const value = field.held->get(field.address(const_cast<void*>(object)));
  if (!value) {
    out.append("null");
    return;
  }
  WriteOptions inner = options;
  inner.only = nullptr;
  const Schema& schema = *field.nested();
  if (field.kind == Kind::object) return write_object(out, schema, value, inner);
  out.push_back('[');
  const std::size_t size = field.list->size(value);
  for (std::size_t i = 0; i < size; ++i) {
    if (i > 0) out.push_back(',');
    write_object(out, schema, field.list->at(value, i), inner);
  }
  out.push_back(']');
}

namespace {

void write_members(std::string& out, const Schema& schema, const void* object, const WriteOptions& options,
                   bool& first) {
  const auto hidden = static_cast<FieldFlags>(options.hide | internal);
  for (const Field& field : schema.fields) {
    if (field.has(hidden) || (options.only && !(*options.only)(field))) continue;
    if ((options.skip_absent || field.has(omit_absent)) && is_silent(field, object)) continue;
    if (field.has(flatten) && is_present(field, object)) {
      write_members(out, *field.nested(), field.held->get(field.address(const_cast<void*>(object))), options,
                    first);
      continue;
    }
    if (!first) out.push_back(',');
    first = false;
    append_quoted(out, field.name);
    out.push_back(':');
    write_field(out, field, object, options);
  }
}

}  // namespace

void write_object(std::string& out, const Schema& schema, const void* object, const WriteOptions& options) {
  out.push_back('{');
  bool first = true;
  write_members(out, schema, object, options, first);
  out.push_back('}');
}

}  // namespace atlas
