#pragma once
// What the schema's one declaration is good for: JSON in and out, validation, copying by name, JSON Schema.
// All functions are pure and thread-safe.

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/function_ref.hpp"
#include "atlas/json.hpp"
#include "atlas/schema.hpp"

namespace atlas {

/// A field's value, wherever it is held. T is the C++ type of the field's kind.
template <class T>
class Slot {
 public:
  Slot(Holder holder, void* member) : holder_(holder), member_(member) {}
  /// Null when absent (or cleared).
  const T* get() const {
    switch (holder_) {
      case Holder::plain:
        return static_cast<const T*>(member_);
      case Holder::optional: {
        auto& o = *static_cast<std::optional<T>*>(member_);
        return o ? &*o : nullptr;
      }
      case Holder::change:
        return static_cast<Change<T>*>(member_)->get();
    }
    return nullptr;
  }
  T& emplace() {
    switch (holder_) {
      case Holder::plain:
        break;
      case Holder::optional:
        return static_cast<std::optional<T>*>(member_)->emplace();
      case Holder::change:
        return static_cast<Change<T>*>(member_)->emplace();
    }
    return *static_cast<T*>(member_) = T{};
  }
  /// Explicit null. A plain member gets its type's empty value.
  void clear() {
    switch (holder_) {
      case Holder::plain:
        *static_cast<T*>(member_) = T{};
        break;
      case Holder::optional:
        static_cast<std::optional<T>*>(member_)->reset();
        break;
      case Holder::change:
        *static_cast<Change<T>*>(member_) = Change<T>::clear();
        break;
    }
  }
  /// A Change that was neither set nor cleared.
  bool untouched() const {
    return holder_ == Holder::change && static_cast<Change<T>*>(member_)->is_absent();
  }

 private:
  Holder holder_;
  void* member_;
};

/// Calls `f(Slot<T>)` with the T of the field's kind; object kinds are not visited (returns false).
template <class F>
bool visit_scalar(const Field& field, const void* object, F&& f) {
  void* m = field.address(const_cast<void*>(object));
  switch (field.kind) {
    case Kind::boolean:
      f(Slot<bool>(field.holder, m));
      return true;
    case Kind::integer:
      f(Slot<std::int64_t>(field.holder, m));
      return true;
    case Kind::text:
    case Kind::code:
    case Kind::json:
      f(Slot<std::string>(field.holder, m));
      return true;
    case Kind::id:
      f(Slot<Uuid>(field.holder, m));
      return true;
    case Kind::time:
      f(Slot<Timestamp>(field.holder, m));
      return true;
    case Kind::date:
      f(Slot<Date>(field.holder, m));
      return true;
    case Kind::money:
      f(Slot<Money>(field.holder, m));
      return true;
    case Kind::decimal:
      f(Slot<Decimal>(field.holder, m));
      return true;
    case Kind::text_list:
      f(Slot<std::vector<std::string>>(field.holder, m));
      return true;
    case Kind::object:
    case Kind::object_list:
      break;
  }
  return false;
}

/// Is there a value (a plain member always has one)?
bool is_present(const Field& field, const void* object);

/// What of an object is written.
struct WriteOptions {
  bool skip_absent = false;    ///< leave absent members out instead of writing null
  FieldFlags hide = no_flags;  ///< leave out fields with any of these flags (internal ones always)
  /// When set: fields of the outermost object for which it is true.
  const std::function<bool(const Field&)>* only = nullptr;
};

/// Appends the object as JSON, members in the table's order.
void write_object(std::string& out, const Schema& schema, const void* object,
                  const WriteOptions& options = {});
/// The value of one field as JSON (`null` when absent).
void write_field(std::string& out, const Field& field, const void* object, const WriteOptions& options = {});

/// The whole object as JSON text.
template <class T>
std::string to_json(const T& object, const WriteOptions& options = {}) {
  std::string out;
  write_object(out, schema_of<T>(), &object, options);
  return out;
}

/// Wrong fields are collected up to this number; the rest is not looked for.
inline constexpr std::size_t max_field_errors = 100;
/// Elements of a list whose rules name no maximum.
inline constexpr std::int64_t default_max_elements = 10'000;

/// Reads strict JSON into a freshly constructed object. Wrong members are appended to `errors` with their
/// path, all of them; text that is not JSON at all throws Error(invalid_argument). `idempotency_key`, when
/// not null, takes the root member of that name. Does not apply the rules: see validate.
void read_object(const Schema& schema, std::string_view json, void* object, std::vector<FieldError>& errors,
                 std::optional<std::string>* idempotency_key = nullptr, std::size_t max_bytes = 16u << 20);

/// Is `code` a code of `dictionary` that may be used now? Answers come from reference data.
using CodeCheck = FunctionRef<bool(std::string_view dictionary, std::string_view code)>;

/// Applies every rule to every present field; appends to `errors`. `code_check` decides codes of
/// dictionaries. `path` is the JSON Pointer of the object.
void validate(const Schema& schema, const void* object, std::vector<FieldError>& errors, CodeCheck code_check,
              const std::string& path = "");

/// Throws Error(invalid_argument) that names them all, when there are any.
void throw_if_any(std::vector<FieldError> errors);

/// Reads an object and applies its rules except dictionary codes. For options files, stored objects and
/// tests.
template <class T>
T from_json(std::string_view json) {
  T object{};
  std::vector<FieldError> errors;
  read_object(schema_of<T>(), json, &object, errors);
  if (errors.empty())
    validate(schema_of<T>(), &object, errors, [](std::string_view, std::string_view) { return true; });
  throw_if_any(std::move(errors));
  return object;
}

/// Copies the members of `from` that have a namesake of the same kind in `to`; absent ones are skipped,
/// cleared Changes clear. With `merge_json`, json_object fields follow RFC 7396.
void copy_fields(const Schema& from_schema, const void* from, const Schema& to_schema, void* to,
                 bool merge_json = false);
template <class From, class To>
void copy_fields(const From& from, To& to) {
  copy_fields(schema_of<From>(), &from, schema_of<To>(), &to);
}

/// Refuses, by path, a cleared member (`null`) whose namesake in the entity cannot be absent.
void check_clearable(const Schema& input, const void* object, const Schema& entity,
                     std::vector<FieldError>& errors);

/// Are both values the same, or both absent in the same way? Free JSON is compared as text.
bool equal_field(const Field& field, const void* a, const void* b);

/// JSON Schema 2020-12 of the struct. `for_input`: required members, no additional ones; with `idempotency`
/// the root also takes an `idempotency_key`.
std::string json_schema(const Schema& schema, bool for_input, bool idempotency = false);

/// RFC 7396. Both are JSON texts; `target` must be valid.
std::string merge_patch(const std::string& target, std::string_view patch);

}  // namespace atlas
