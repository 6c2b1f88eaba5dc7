#include "schema_scalar.hpp"

#include <algorithm>

#include "atlas/schema_io.hpp"

namespace atlas::detail {
namespace {

// Digits with a sign and a point, whatever their number.
bool is_decimal_shape(std::string_view s) {
  if (s.starts_with('-')) s.remove_prefix(1);
  const auto digits = [](std::string_view t) {
    return !t.empty() && std::all_of(t.begin(), t.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  const std::size_t point = s.find('.');
  return digits(s.substr(0, point)) && (point == s.npos || digits(s.substr(point + 1)));
}

bool refuse(Fault& fault, std::string_view code, std::string message) {
  fault = {code, std::move(message)};
  return false;
}

template <class T>
bool store(const Field& field, void* object, const std::optional<T>& value, Fault& fault) {
  if (!value) return refuse(fault, type_code(field.kind), expected(field.kind));
  Slot<T>(field.holder, field.address(object)).emplace() = *value;
  return true;
}

bool set_null(const Field& field, void* object, Fault& fault) {
  if (field.has(required)) return refuse(fault, field_code::required, "it must be given");
  if (field.holder == Holder::plain) return refuse(fault, field_code::wrong_type, expected(field.kind));
  if (field.held)
    field.held->clear(field.address(object));
  else
    visit_scalar(field, object, [](auto slot) { slot.clear(); });
  return true;
}

bool set_text(const Field& field, void* object, const std::string& text, Fault& fault) {
  switch (field.kind) {
    case Kind::id:
      return store(field, object, parse_uuid(text), fault);
    case Kind::time:
      return store(field, object, parse_timestamp(text), fault);
    case Kind::date:
      return store(field, object, parse_date(text), fault);
    case Kind::text:
    case Kind::code:
      // Copied: the parser keeps its buffer.
      Slot<std::string>(field.holder, field.address(object)).emplace().assign(text);
      return true;
    default:
      return refuse(fault, type_code(field.kind), expected(field.kind));
  }
}

bool set_decimal(const Field& field, void* object, const Scalar& v, Fault& fault) {
  std::string digits;
  switch (v.type) {
    case Scalar::Type::integer:
      digits = std::to_string(v.integer);
      break;
    case Scalar::Type::large:
      digits = std::to_string(v.large);
      break;
    case Scalar::Type::real:
    case Scalar::Type::string:
      digits = *v.text;
      break;
    case Scalar::Type::null:
    case Scalar::Type::boolean:
      break;
  }
  const auto value = parse_decimal(digits, field.rules.scale);
  if (!value && (v.type == Scalar::Type::real || is_decimal_shape(digits)))
    return refuse(
        fault, field_code::out_of_range,
        "at most " + std::to_string(field.rules.scale) + " decimals and 15 digits in all, no exponent");
  return store(field, object, value, fault);
}

bool set_integer(const Field& field, void* object, const Scalar& v, Fault& fault) {
  if (v.type == Scalar::Type::integer) return store(field, object, std::optional(v.integer), fault);
  const bool whole = v.type == Scalar::Type::real && v.text->find_first_of(".eE") == std::string::npos;
  if (whole || v.type == Scalar::Type::large)
    return refuse(fault, field_code::out_of_range, "an integer of at most 64 bits is expected");
  return refuse(fault, field_code::wrong_type, expected(Kind::integer));
}

}  // namespace

bool set_scalar(const Field& field, void* object, const Scalar& v, Fault& fault) {
  if (v.type == Scalar::Type::null) return set_null(field, object, fault);
  if (field.kind == Kind::decimal) return set_decimal(field, object, v, fault);
  if (field.kind == Kind::integer) return set_integer(field, object, v, fault);
  if (v.type == Scalar::Type::string) return set_text(field, object, *v.text, fault);
  if (field.kind == Kind::boolean && v.type == Scalar::Type::boolean)
    return store(field, object, std::optional(v.boolean), fault);
  // A number where a time is wanted is of another type, a text there is no time.
  const std::string_view code = field.kind == Kind::money ? field_code::not_money : field_code::wrong_type;
  return refuse(fault, code, expected(field.kind));
}

const char* expected(Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return "true or false is expected";
    case Kind::integer:
      return "an integer is expected";
    case Kind::text:
    case Kind::code:
      return "a text is expected";
    case Kind::json:
      return "an object is expected";
    case Kind::id:
      return "a UUID text is expected";
    case Kind::time:
      return "an RFC 3339 time with an offset is expected";
    case Kind::date:
      return "a date YYYY-MM-DD is expected";
    case Kind::money:
      return R"({"amount": integer minor units, "currency": "ISO 4217"} is expected)";
    case Kind::decimal:
      return "a decimal number is expected";
    case Kind::text_list:
      return "an array of texts is expected";
    case Kind::object:
      return "an object is expected";
    case Kind::object_list:
      return "an array of objects is expected";
  }
  return "another type is expected";
}

std::string_view type_code(Kind kind) {
  switch (kind) {
    case Kind::id:
      return field_code::not_an_id;
    case Kind::time:
      return field_code::not_a_time;
    case Kind::date:
      return field_code::not_a_date;
    case Kind::money:
      return field_code::not_money;
    default:
      return field_code::wrong_type;
  }
}

}  // namespace atlas::detail
