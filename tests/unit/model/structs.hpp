#pragma once
// Described structs of the tests: every kind of field in every holder.

#include <cstdlib>

#include "atlas/schema_io.hpp"

namespace atlas::test {

inline constexpr std::string_view colours[] = {"RED", "GREEN", "BLUE"};

struct Line {
  std::string label;
  std::optional<Money> amount;
  std::vector<Line> parts;
};

/// One member of each kind, not to be left out.
struct Plain {
  bool boolean = false;
  std::int64_t integer = 0;
  std::string text;
  std::string code = "RED";
  std::string json = "{}";
  Uuid id;
  Timestamp time;
  Date date;
  Money money;
  Decimal decimal;
  std::vector<std::string> text_list;
  Line object;
  std::vector<Line> object_list;
};

struct Optional {
  std::optional<bool> boolean;
  std::optional<std::int64_t> integer;
  std::optional<std::string> text;
  std::optional<std::string> code;
  std::optional<std::string> json;
  std::optional<Uuid> id;
  std::optional<Timestamp> time;
  std::optional<Date> date;
  std::optional<Money> money;
  std::optional<Decimal> decimal;
  std::optional<std::vector<std::string>> text_list;
  std::optional<Line> object;
  std::optional<std::vector<Line>> object_list;
};

struct Changes {
  Change<bool> boolean;
  Change<std::int64_t> integer;
  Change<std::string> text;
  Change<std::string> code;
  Change<std::string> json;
  Change<Uuid> id;
  Change<Timestamp> time;
  Change<Date> date;
  Change<Money> money;
  Change<Decimal> decimal;
  Change<std::vector<std::string>> text_list;
  Change<Line> object;
  Change<std::vector<Line>> object_list;
};

template <class T, FieldFlags extra = no_flags>
constexpr auto kind_fields() {
  return std::array{
      field<&T::boolean>("boolean", {}, extra),
      field<&T::integer>("integer", range(-5, 1000), extra),
      field<&T::text>("text", line(1, 20), extra | free_text),
      field<&T::code>("code", one_of(colours), extra),
      field<&T::json>("json", json_object(200), extra),
      field<&T::id>("id", reference("line"), extra),
      field<&T::time>("time", {}, extra),
      field<&T::date>("date", {}, extra),
      field<&T::money>("money", {}, extra),
      field<&T::decimal>("decimal", atlas::decimal(2, -1000, 100'000), extra),
      field<&T::text_list>("text_list", range(0, 3), extra),
      field<&T::object>("object", {}, extra),
      field<&T::object_list>("object_list", range(0, 4), extra),
  };
}

/// What a case is opened with, about as large as the real one.
struct CaseInput {
  std::string contact_name;
  std::optional<std::string> phone;
  std::optional<std::string> email;
  std::optional<std::string> case_type_code;
  std::optional<std::string> source_code;
  std::optional<Uuid> listing_id;
  std::optional<Money> budget_min;
  std::optional<Money> budget_max;
  std::optional<std::string> city;
  std::optional<std::string> locale;
  std::optional<std::string> time_zone;
  std::optional<std::string> country;
  std::optional<std::string> region;
  std::optional<std::string> currency;
  std::optional<Decimal> surface_m2;
  std::vector<std::string> needs;
  std::vector<std::string> emails;
  std::optional<std::string> note;
  std::string meta = "{}";
  std::optional<std::string> anything;
};

/// The entity that is made of it.
struct Case : Entity {
  std::string contact_name;
  std::optional<std::string> phone;
  std::string case_type_code;
  std::optional<Money> budget_min;
  std::vector<std::string> needs;
  std::optional<std::string> secret;
  std::string settings = "{}";
};

struct CaseChanges {
  Uuid id;
  Change<std::string> contact_name;
  Change<std::string> phone;
  Change<std::vector<std::string>> needs;
  Change<std::string> settings;
  Change<Money> budget_min;
};

inline constexpr auto any_code = [](std::string_view, std::string_view) { return true; };

template <class T>
std::vector<FieldError> read_errors(std::string_view json, T* into = nullptr) {
  T object{};
  std::vector<FieldError> errors;
  read_object(schema_of<T>(), json, into ? into : &object, errors);
  return errors;
}

template <class T>
std::vector<FieldError> rule_errors(const T& object) {
  std::vector<FieldError> errors;
  validate(schema_of<T>(), &object, errors, [](std::string_view dictionary, std::string_view code) {
    return !dictionary.empty() && code.starts_with(dictionary.substr(0, 4));
  });
  return errors;
}

/// "path code, path code", in order.
inline std::string told(const std::vector<FieldError>& errors) {
  std::string out;
  for (const FieldError& e : errors) {
    if (!out.empty()) out.append(", ");
    out.append(e.path).append(" ").append(e.code);
  }
  return out;
}

}  // namespace atlas::test

namespace atlas {

template <>
struct Describe<test::Line> {
  static constexpr std::string_view name = "line";
  static constexpr std::array fields{field<&test::Line::label>("label", line(1, 10), required),
                                     field<&test::Line::amount>("amount"),
                                     field<&test::Line::parts>("parts", range(0, 2))};
};
template <>
struct Describe<test::Plain> {
  static constexpr std::string_view name = "plain";
  static constexpr auto fields = test::kind_fields<test::Plain>();
};
template <>
struct Describe<test::Optional> {
  static constexpr std::string_view name = "optional";
  static constexpr auto fields = test::kind_fields<test::Optional>();
};
template <>
struct Describe<test::Changes> {
  static constexpr std::string_view name = "changes";
  static constexpr auto fields = test::kind_fields<test::Changes>();
};
template <>
struct Describe<test::CaseInput> {
  static constexpr std::string_view name = "case_input";
  static constexpr std::array fields{
      field<&test::CaseInput::contact_name>("contact_name", line(1, 200), required | personal),
      field<&test::CaseInput::phone>("phone", formatted(Format::phone, 64), personal | contact),
      field<&test::CaseInput::email>("email", formatted(Format::email), personal | contact),
      field<&test::CaseInput::case_type_code>("case_type_code", code("CASE_TYPE")),
      field<&test::CaseInput::source_code>("source_code", code("LEAD_SOURCE")),
      field<&test::CaseInput::listing_id>("listing_id", reference("listing")),
      field<&test::CaseInput::budget_min>("budget_min", range(0, max_money)),
      field<&test::CaseInput::budget_max>("budget_max", range(0, max_money)),
      field<&test::CaseInput::city>("city", line(1, 100)),
      field<&test::CaseInput::locale>("locale", formatted(Format::locale)),
      field<&test::CaseInput::time_zone>("time_zone", formatted(Format::time_zone)),
      field<&test::CaseInput::country>("country", formatted(Format::country)),
      field<&test::CaseInput::region>("region", formatted(Format::region)),
      field<&test::CaseInput::currency>("currency", formatted(Format::currency)),
      field<&test::CaseInput::surface_m2>("surface_m2", atlas::decimal(2, 1, 100'000'000)),
      field<&test::CaseInput::needs>("needs", code("NEED_TYPE")),
      field<&test::CaseInput::emails>("emails", formatted(Format::email)),
      field<&test::CaseInput::note>("note", body(), free_text),
      field<&test::CaseInput::meta>("meta", json_object()),
      field<&test::CaseInput::anything>("anything", json_value(100))};
};
template <>
struct Describe<test::Case> {
  static constexpr std::string_view name = "case";
  static constexpr std::array fields{
      field<&test::Case::contact_name>("contact_name", line(1, 200), required | updatable | personal),
      field<&test::Case::phone>("phone", formatted(Format::phone, 64), updatable | contact),
      field<&test::Case::case_type_code>("case_type_code", code("CASE_TYPE"), filterable),
      field<&test::Case::budget_min>("budget_min", {}, updatable),
      field<&test::Case::needs>("needs", {.dictionary = "NEED_TYPE"}, updatable),
      field<&test::Case::secret>("secret", line(), internal),
      field<&test::Case::settings>("settings", json_object(), updatable)};
};
template <>
struct Describe<test::CaseChanges> {
  static constexpr std::string_view name = "case_changes";
  static constexpr std::array fields{field<&test::CaseChanges::id>("id", {}, required),
                                     like<&test::CaseChanges::contact_name, test::Case>("contact_name"),
                                     like<&test::CaseChanges::phone, test::Case>("phone"),
                                     like<&test::CaseChanges::needs, test::Case>("needs"),
                                     like<&test::CaseChanges::settings, test::Case>("settings"),
                                     like<&test::CaseChanges::budget_min, test::Case>("budget_min")};
};

}  // namespace atlas
