#pragma once
// The schema: one constexpr table beside each struct. From it come validation, JSON, columns, the audit
// difference, JSON Schema, the bindings and the reference. Nothing about a field is written twice.
//
//   struct Task : Entity { Uuid dossier_id; std::string title; std::optional<Timestamp> due_at; };
//   template <> struct Describe<Task> {
//     static constexpr std::string_view name = "task";
//     static constexpr std::array fields{
//         field<&Task::dossier_id>("dossier_id", reference("dossier"), filterable),
//         field<&Task::title>("title", text(1, 200), updatable | free_text),
//         field<&Task::due_at>("due_at", {}, updatable | filterable | sortable)};
//   };
//
// A member that is not in the table does not compile (its count is compared with the aggregate's arity).

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/id.hpp"
#include "atlas/money.hpp"
#include "atlas/time.hpp"

namespace atlas {

/// What a field holds. Each has one C++ type; text, code and json are all std::string.
enum class Kind : std::uint8_t {
  boolean,
  integer,
  text,
  code,
  json,
  id,
  time,
  date,
  money,
  decimal,
  text_list,
  object,
  object_list,
};

/// How a field may be absent: never, as std::optional, or as a Change of an update.
enum class Holder : std::uint8_t { plain, optional, change };

/// A member of an update: left alone, cleared (`null`), or set.
template <class T>
class Change {
 public:
  Change() = default;
  Change(T value) : state_(State::set), value_(std::move(value)) {}  // NOLINT: reads as assignment
  template <class U>
  requires(
      std::is_convertible_v<U, T>&& std::is_constructible_v<std::string, U>&& std::is_same_v<T, std::string>)
      Change(U&& value)
      : state_(State::set), value_(std::forward<U>(value)) {}  // NOLINT
  static Change clear() {
    Change c;
    c.state_ = State::cleared;
    return c;
  }
  bool is_absent() const { return state_ == State::absent; }
  bool is_clear() const { return state_ == State::cleared; }
  const T* get() const { return state_ == State::set ? &value_ : nullptr; }
  T& emplace() {
    state_ = State::set;
    value_ = T{};
    return value_;
  }

 private:
  enum class State : std::uint8_t { absent, cleared, set };
  State state_ = State::absent;
  T value_{};
};

/// Further rules of a text: what its bytes must look like.
enum class Format : std::uint8_t {
  none,
  one_line,
  phone,
  email,
  time_zone,
  locale,
  country,
  currency,
  json_object,
  json_value,
  region,
};

/// What a value must fulfil. `min` and `max`: code points of a text, value of an integer, units of a decimal,
/// minor units of a money, bytes of a json, elements of a list. A list of codes or of formatted texts
/// (`code`, `one_of`, `formatted`) has those rules for its elements, and from 0 to 10,000 of them.
struct Rules {
  Format format = Format::none;
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::string_view dictionary =
      {};  ///< code, or elements of a text_list: the reference dictionary; "" = closed list below
  std::span<const std::string_view> choices = {};  ///< code: a closed list compiled in
  std::string_view refers_to = {};                 ///< id: entity that it names
  std::uint8_t scale = 0;                          ///< decimal
  bool is_code = false;
  bool is_json = false;
};

/// A text of `min` to `max` code points.
constexpr Rules text(std::int64_t min, std::int64_t max, Format format = Format::none) {
  return {.format = format, .min = min, .max = max};
}
/// One line: no control characters.
constexpr Rules line(std::int64_t min = 1, std::int64_t max = 500) {
  return text(min, max, Format::one_line);
}
/// A text of several lines.
constexpr Rules body(std::int64_t min = 1, std::int64_t max = 20'000) { return text(min, max); }
/// A line that must look like something, 1 to `max` code points.
constexpr Rules formatted(Format format, std::int64_t max = 200) { return text(1, max, format); }
/// A code of a reference dictionary, which is data.
constexpr Rules code(std::string_view dictionary) {
  return {.min = 1, .max = 64, .dictionary = dictionary, .is_code = true};
}
/// A code of a closed list; the list outlives the table.
constexpr Rules one_of(std::span<const std::string_view> choices) {
  return {.min = 1, .max = 64, .choices = choices, .is_code = true};
}
/// Free JSON that is an object, as compact text.
constexpr Rules json_object(std::int64_t max_bytes = 16 * 1024) {
  return {.format = Format::json_object, .max = max_bytes, .is_json = true};
}
/// Free JSON of any type, as compact text.
constexpr Rules json_value(std::int64_t max_bytes = 64 * 1024) {
  return {.format = Format::json_value, .max = max_bytes, .is_json = true};
}
/// Bounds of an integer or of the number of elements; see Rules.
constexpr Rules range(std::int64_t min, std::int64_t max) { return {.min = min, .max = max}; }
/// The id of a record of the named entity.
constexpr Rules reference(std::string_view entity) { return {.refers_to = entity}; }
/// A decimal of `scale` (0 to 15) digits after the point; the bounds are in its units.
constexpr Rules decimal(std::uint8_t scale, std::int64_t min_units, std::int64_t max_units) {
  return {.min = min_units, .max = max_units, .scale = scale};
}

/// What else is true of a field; combined with |.
enum FieldFlags : std::uint32_t {
  no_flags = 0,
  required = 1u << 0,    ///< inputs: must be given (a plain member without this has a default)
  updatable = 1u << 1,   ///< `update` may change it
  filterable = 1u << 2,  ///< may stand in `where`
  sortable = 1u << 3,    ///< may stand in `order`; a text gets a folded shadow column
  searchable = 1u << 4,  ///< its words go into the full-text index
  personal = 1u << 5,    ///< identifies a person: sealed in the audit, blanked by an erasure
  free_text = 1u << 6,   ///< written by people: sealed in the audit like personal data
  internal = 1u << 7,    ///< stored, never shown
  folded = 1u << 8,      ///< a text with a folded shadow column although not sortable (prefix filter)
  contact = 1u << 9,     ///< hidden from scopes that may not see how to reach the person
  flatten = 1u << 10,    ///< outputs: an object whose members stand among its owner's; absent: `"name": null`
  omit_absent = 1u << 11,  ///< outputs: left out when absent, instead of null
  sparse = 1u << 12,    ///< an empty list takes no cell: for columns that came after a table's first version
  withheld = 1u << 13,  ///< hidden from moderators: who offers a listing, and how to reach them
};
constexpr FieldFlags operator|(FieldFlags a, FieldFlags b) {
  return static_cast<FieldFlags>(static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b));
}

struct Schema;

/// Type-erased access to a std::vector<T> of described structs.
struct ListAccess {
  std::size_t (*size)(const void* list);
  const void* (*at)(const void* list, std::size_t index);
  void* (*append)(void* list);
  void (*clear)(void* list);
};

/// Type-erased access to a member that holds an object or a list of objects: plain, optional or Change.
struct HolderAccess {
  const void* (*get)(const void* member);  ///< the object or list; null when absent or cleared
  void* (*emplace)(void* member);          ///< makes a fresh one
  void (*clear)(void* member);             ///< explicit null; a plain member gets its type's empty value
  bool (*untouched)(const void* member);   ///< a Change that was neither set nor cleared
};

/// One member: its name, what it holds and how, and the access to it.
struct Field {
  std::string_view name;
  Kind kind = Kind::text;
  Holder holder = Holder::plain;
  Rules rules;
  FieldFlags flags = no_flags;
  void* (*address)(void* object) = nullptr;
  const Schema* (*nested)() = nullptr;  ///< object and object_list
  const ListAccess* list = nullptr;     ///< object_list
  const HolderAccess* held = nullptr;   ///< object and object_list

  constexpr bool has(FieldFlags f) const { return (flags & f) != 0; }
  /// Sealed in the audit: personal or written by people.
  constexpr bool is_sealed() const { return has(static_cast<FieldFlags>(personal | free_text)); }
};

/// A declared key of an entity's table: its name and field names in order.
struct KeyDeclaration {
  std::string_view name;
  std::array<std::string_view, 3> fields;
  bool unique = false;
};

/// The table of one struct.
struct Schema {
  std::string_view name;  ///< "dossier"; the table's name too
  std::span<const Field> fields;
  std::span<const KeyDeclaration> keys;
  bool workflow = false;  ///< runs a workflow (status_code, workflow_version)
  /// The library's own notes on its work (the rows of an import): kept without audit entries, seen by no
  /// hook.
  bool bookkeeping = false;

  /// Nothing when there is no such field.
  const Field* find(std::string_view field_name) const noexcept;
};

/// Specialised beside each described struct.
template <class T>
struct Describe;

/// Fields common to every entity. `meta` is free JSON; deleting is archiving.
struct Entity {
  Uuid id;
  Uuid org_id;
  std::int64_t version = 0;  ///< optimistic lock, starts at 1
  Timestamp created_at;
  Timestamp updated_at;
  std::optional<Uuid> created_by;
  std::optional<Timestamp> archived_at;
  Uuid subject_id;  ///< whose keys seal the personal parts in the audit; never shown
  std::string meta = "{}";
};

namespace detail {

template <class T>
struct KindOf {
  static constexpr Kind value = Kind::object;
};
template <>
struct KindOf<bool> {
  static constexpr Kind value = Kind::boolean;
};
template <>
struct KindOf<std::int64_t> {
  static constexpr Kind value = Kind::integer;
};
template <>
struct KindOf<std::string> {
  static constexpr Kind value = Kind::text;
};
template <>
struct KindOf<Uuid> {
  static constexpr Kind value = Kind::id;
};
template <>
struct KindOf<Timestamp> {
  static constexpr Kind value = Kind::time;
};
template <>
struct KindOf<Date> {
  static constexpr Kind value = Kind::date;
};
template <>
struct KindOf<Money> {
  static constexpr Kind value = Kind::money;
};
template <>
struct KindOf<Decimal> {
  static constexpr Kind value = Kind::decimal;
};
template <>
struct KindOf<std::vector<std::string>> {
  static constexpr Kind value = Kind::text_list;
};
template <class T>
struct KindOf<std::vector<T>> {
  static constexpr Kind value = Kind::object_list;
};

template <class T>
struct Held {
  using type = T;
  static constexpr Holder holder = Holder::plain;
};
template <class T>
struct Held<std::optional<T>> {
  using type = T;
  static constexpr Holder holder = Holder::optional;
};
template <class T>
struct Held<Change<T>> {
  using type = T;
  static constexpr Holder holder = Holder::change;
};

template <class>
struct MemberOf;
template <class C, class M>
struct MemberOf<M C::*> {
  using owner = C;
  using type = M;
};

template <class Object, auto Member>
void* address(void* object) {
  return &(static_cast<Object*>(object)->*Member);
}

template <class T>
inline constexpr ListAccess list_access{
    [](const void* l) { return static_cast<const std::vector<T>*>(l)->size(); },
    [](const void* l, std::size_t i) -> const void* { return &(*static_cast<const std::vector<T>*>(l))[i]; },
    [](void* l) -> void* { return &static_cast<std::vector<T>*>(l)->emplace_back(); },
    [](void* l) { static_cast<std::vector<T>*>(l)->clear(); }};

template <class M>
inline constexpr HolderAccess holder_access{[](const void* m) -> const void* {
                                              const M& member = *static_cast<const M*>(m);
                                              if constexpr (Held<M>::holder == Holder::plain)
                                                return &member;
                                              else if constexpr (Held<M>::holder == Holder::optional)
                                                return member ? &*member : nullptr;
                                              else
                                                return member.get();
                                            },
                                            [](void* m) -> void* {
                                              M& member = *static_cast<M*>(m);
                                              if constexpr (Held<M>::holder == Holder::plain)
                                                return &(member = M{});
                                              else
                                                return &member.emplace();
                                            },
                                            [](void* m) {
                                              if constexpr (Held<M>::holder == Holder::change)
                                                *static_cast<M*>(m) = M::clear();
                                              else
                                                *static_cast<M*>(m) = M{};
                                            },
                                            [](const void* m) {
                                              if constexpr (Held<M>::holder == Holder::change)
                                                return static_cast<const M*>(m)->is_absent();
                                              else
                                                return static_cast<void>(m), false;
                                            }};

struct AnyMember {
  template <class T>
  operator T() const;
};  // NOLINT: only ever named, never called
template <class T, std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{(void(I), AnyMember{})...}; };
}
/// Number of members (a base counts as one) of an aggregate.
template <class T, std::size_t N = 0>
constexpr std::size_t arity() {
  if constexpr (N > 64)
    return N;
  else if constexpr (takes<T>(std::make_index_sequence<N>{}) && !takes<T>(std::make_index_sequence<N + 1>{}))
    return N;
  else
    return arity<T, N + 1>();
}

}  // namespace detail

/// The schema of a described struct; defined below.
template <class T>
const Schema& schema_of();

/// Declares one field: the member, its name, its rules, its flags.
template <auto Member, class Object = typename detail::MemberOf<decltype(Member)>::owner>
constexpr Field field(std::string_view name, Rules rules = {}, FieldFlags flags = no_flags) {
  using M = typename detail::MemberOf<decltype(Member)>::type;
  using T = typename detail::Held<M>::type;
  Field f;
  f.name = name;
  f.kind = detail::KindOf<T>::value;
  if (f.kind == Kind::text && rules.is_code) f.kind = Kind::code;
  if (f.kind == Kind::text && rules.is_json) f.kind = Kind::json;
  f.holder = detail::Held<M>::holder;
  f.rules = rules;
  f.flags = flags;
  f.address = &detail::address<Object, Member>;
  if constexpr (detail::KindOf<T>::value == Kind::object) {
    f.nested = [] { return &schema_of<T>(); };
    f.held = &detail::holder_access<M>;
  } else if constexpr (detail::KindOf<T>::value == Kind::object_list) {
    f.nested = [] { return &schema_of<typename T::value_type>(); };
    f.list = &detail::list_access<typename T::value_type>;
    f.held = &detail::holder_access<M>;
  }
  return f;
}

/// A member of an input that stands for the entity's field of the same name: the rules and the personal flags
/// come from there, the holder from the member. `extra` adds flags (required).
template <auto Member, class E>
constexpr Field like(std::string_view name, FieldFlags extra = no_flags) {
  for (const Field& f : Describe<E>::fields) {
    if (f.name == name)
      return field<Member>(name, f.rules,
                           static_cast<FieldFlags>((f.flags & (personal | free_text)) | extra));
  }
  throw "no such field in the entity";  // not constant: refuses to compile
}

namespace detail {

template <class T>
inline constexpr std::array common_fields{
    field<&Entity::id, T>("id", {}, filterable),
    field<&Entity::org_id, T>("org_id"),
    field<&Entity::version, T>("version", range(1, std::numeric_limits<std::int64_t>::max())),
    field<&Entity::created_at, T>("created_at", {}, filterable | sortable),
    field<&Entity::updated_at, T>("updated_at", {}, filterable),
    field<&Entity::created_by, T>("created_by", reference("user"), filterable),
    field<&Entity::archived_at, T>("archived_at", {}, filterable),
    field<&Entity::subject_id, T>("subject_id", {}, internal),
    field<&Entity::meta, T>("meta", json_object(), updatable | free_text)};

template <class T>
constexpr auto all_fields() {
  if constexpr (std::is_base_of_v<Entity, T>) {
    constexpr auto& common = common_fields<T>;
    constexpr auto& own = Describe<T>::fields;
    static_assert(own.size() + 1 == arity<T>(), "a member of the entity is not in its table");
    std::array<Field, common.size() + own.size()> all{};
    std::size_t n = 0;
    for (const auto& f : common) all[n++] = f;
    for (const auto& f : own) all[n++] = f;
    return all;
  } else {
    static_assert(Describe<T>::fields.size() == arity<T>(), "a member of the struct is not in its table");
    return Describe<T>::fields;
  }
}

template <class T>
inline constexpr auto fields_of = all_fields<T>();

template <class T>
constexpr Schema make_schema() {
  Schema s{
      .name = Describe<T>::name, .fields = fields_of<T>, .keys = {}, .workflow = false, .bookkeeping = false};
  if constexpr (requires { Describe<T>::keys; }) s.keys = Describe<T>::keys;
  if constexpr (requires { Describe<T>::workflow; }) s.workflow = Describe<T>::workflow;
  if constexpr (requires { Describe<T>::bookkeeping; }) s.bookkeeping = Describe<T>::bookkeeping;
  return s;
}

template <class T>
inline constexpr Schema schema_instance = make_schema<T>();

}  // namespace detail

/// The schema of a described struct. Constant, thread-safe.
template <class T>
const Schema& schema_of() {
  return detail::schema_instance<T>;
}

/// An input or output without members.
struct Nothing {};
template <>
struct Describe<Nothing> {
  static constexpr std::string_view name = "nothing";
  static constexpr std::array<Field, 0> fields{};
};

}  // namespace atlas
