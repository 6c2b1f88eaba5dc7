// JSON Schema 2020-12 of described structs. Members beginning with `x-` are annotations of our own.

#include <limits>

#include "atlas/schema_io.hpp"
#include "json_capture.hpp"

namespace atlas {
namespace {

constexpr std::int64_t no_min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t no_max = std::numeric_limits<std::int64_t>::max();

class SchemaWriter {
 public:
  SchemaWriter(std::string& out, bool for_input) : w_(out), for_input_(for_input) {}

  void root(const Schema& schema, bool idempotency) {
    w_.begin_object().key("$schema").string("https://json-schema.org/draft/2020-12/schema");
    w_.key("title").string(schema.name);
    members(schema, nullptr, idempotency);
    w_.end_object();
  }

 private:
  // The structs that we are inside of: a struct may contain itself.
  struct Inside {
    const Schema* schema;
    const Inside* outer;
    bool has(const Schema* s) const { return schema == s || (outer && outer->has(s)); }
  };

  void members(const Schema& schema, const Inside* outer, bool idempotency = false) {
    const Inside here{&schema, outer};
    w_.key("type").string("object").key("properties").begin_object();
    for (const Field& f : schema.fields) {
      if (f.has(internal)) continue;
      if (f.has(flatten)) {
        spread(f, here);
        continue;
      }
      w_.key(f.name).begin_object();
      field(f, here);
      w_.end_object();
    }
    if (idempotency) {
      w_.key("idempotency_key").begin_object().key("type").string("string");
      w_.key("minLength").number(1).key("maxLength").number(128).end_object();
    }
    w_.end_object();
    std::string names;
    JsonWriter list(names);
    list.begin_array();
    bool any = false;
    for (const Field& f : schema.fields) {
      if (f.has(internal) || !(for_input_ ? f.has(required) : f.holder == Holder::plain)) continue;
      list.string(f.name);
      any = true;
    }
    list.end_array();
    if (any) w_.key("required").raw(names);
    if (for_input_) w_.key("additionalProperties").boolean(false);
  }

  bool nullable(const Field& f) const {
    return f.holder != Holder::plain && !(for_input_ && f.has(required));
  }

  void type(const Field& f, std::string_view name) {
    w_.key("type");
    if (!nullable(f)) {
      w_.string(name);
      return;
    }
    w_.begin_array().string(name).string("null").end_array();
  }

  void limits(const Rules& r, std::string_view min, std::string_view max, std::int64_t least = no_min) {
    if (r.min > least) w_.key(min).number(r.min);
    if (r.max != no_max) w_.key(max).number(r.max);
  }

  void element_limits(const Rules& r) {
    const auto [min, max] = detail::element_limits(r);
    if (min > 0) w_.key("minItems").number(min);
    w_.key("maxItems").number(max);
  }

  void field(const Field& f, const Inside& inside) {
    const Rules& r = f.rules;
    switch (f.kind) {
      case Kind::boolean:
        type(f, "boolean");
        break;
      case Kind::integer:
        type(f, "integer");
        limits(r, "minimum", "maximum");
        break;
      case Kind::text:
        type(f, "string");
        limits(r, "minLength", "maxLength", 0);
        text_format(r.format);
        break;
      case Kind::code:
        type(f, "string");
        code(r, nullable(f));
        break;
      case Kind::json:
        if (r.format == Format::json_object) type(f, "object");
        if (r.max != no_max) w_.key("x-max-bytes").number(r.max);
        break;
      case Kind::id:
        type(f, "string");
        w_.key("format").string("uuid");
        if (!r.refers_to.empty()) w_.key("x-refers-to").string(r.refers_to);
        break;
      case Kind::time:
        type(f, "string");
        w_.key("format").string("date-time");
        break;
      case Kind::date:
        type(f, "string");
        w_.key("format").string("date");
        break;
      case Kind::money:
        money(f);
        break;
      case Kind::decimal:
        decimal(f);
        break;
      case Kind::text_list:
        text_list(f);
        break;
      case Kind::object:
        nested(f, inside);
        break;
      case Kind::object_list:
        type(f, "array");
        element_limits(r);
        w_.key("items").begin_object();
        object(*f.nested(), inside);
        w_.end_object();
        break;
    }
    annotations(f);
  }

  void annotations(const Field& f) {
    if (f.has(personal)) w_.key("x-personal").boolean(true);
    if (f.has(filterable)) w_.key("x-filterable").boolean(true);
    if (f.has(sortable)) w_.key("x-sortable").boolean(true);
  }

  /// The members of an inner record, or its name with null.
  void spread(const Field& f, const Inside& inside) {
    for (const Field& inner : f.nested()->fields) {
      if (inner.has(internal)) continue;
      w_.key(inner.name).begin_object();
      field(inner, inside);
      w_.end_object();
    }
    w_.key(f.name).begin_object().key("type").string("null").end_object();
  }

  void object(const Schema& schema, const Inside& inside) {
    w_.key("title").string(schema.name);
    if (inside.has(&schema))
      w_.key("type").string("object");
    else
      members(schema, &inside);
  }

  void nested(const Field& f, const Inside& inside) {
    if (!nullable(f)) return object(*f.nested(), inside);
    w_.key("anyOf").begin_array().begin_object();
    object(*f.nested(), inside);
    w_.end_object().begin_object().key("type").string("null").end_object().end_array();
  }

  void text_format(Format format) {
    switch (format) {
      case Format::none:
      case Format::json_object:
      case Format::json_value:
        break;
      case Format::one_line:
        w_.key("x-format").string("one_line");
        break;
      case Format::phone:
        w_.key("x-format").string("phone");
        break;
      case Format::email:
        w_.key("format").string("email");
        break;
      case Format::time_zone:
        w_.key("x-format").string("time_zone");
        break;
      case Format::locale:
        w_.key("pattern").string("^[a-z]{2,3}(-[A-Z]{2})?$");
        break;
      case Format::country:
      case Format::region:
        w_.key("pattern").string("^[A-Z]{2}$");
        break;
      case Format::currency:
        w_.key("pattern").string("^[A-Z]{3}$");
        break;
    }
  }

  void code(const Rules& r, bool with_null) {
    if (!r.dictionary.empty()) w_.key("x-dictionary").string(r.dictionary);
    if (r.choices.empty()) {
      w_.key("minLength").number(1).key("maxLength").number(64);
      return;
    }
    w_.key("enum").begin_array();
    for (const std::string_view c : r.choices) w_.string(c);
    if (with_null) w_.null();
    w_.end_array();
  }

  void money(const Field& f) {
    type(f, "object");
    w_.key("properties").begin_object();
    w_.key("amount").begin_object().key("type").string("integer");
    w_.key("minimum").number(std::max(f.rules.min, -max_money));
    w_.key("maximum").number(std::min(f.rules.max, max_money)).end_object();
    w_.key("currency")
        .begin_object()
        .key("type")
        .string("string")
        .key("pattern")
        .string("^[A-Z]{3}$")
        .end_object();
    w_.end_object().key("required").begin_array().string("amount").string("currency").end_array();
    w_.key("additionalProperties").boolean(false).key("x-money").boolean(true);
  }

  void decimal(const Field& f) {
    const Rules& r = f.rules;
    w_.key("type").begin_array().string("number");
    if (for_input_) w_.string("string");
    if (nullable(f)) w_.string("null");
    w_.end_array();
    if (r.min != no_min) w_.key("minimum").raw(format_decimal({r.min}, r.scale));
    if (r.max != no_max) w_.key("maximum").raw(format_decimal({r.max}, r.scale));
    w_.key("x-decimals").number(r.scale);
  }

  void text_list(const Field& f) {
    const Rules& r = f.rules;
    type(f, "array");
    element_limits(r);
    w_.key("uniqueItems").boolean(true).key("items").begin_object().key("type").string("string");
    if (r.is_code || !r.dictionary.empty() || !r.choices.empty()) {
      code(r, false);
    } else {
      w_.key("minLength").number(1).key("maxLength").number(500);
      text_format(r.format == Format::none ? Format::one_line : r.format);
    }
    w_.end_object();
  }

  JsonWriter w_;
  bool for_input_;
};

}  // namespace

std::string json_schema(const Schema& schema, bool for_input, bool idempotency) {
  std::string out;
  SchemaWriter(out, for_input).root(schema, idempotency);
  return out;
}

}  // namespace atlas
