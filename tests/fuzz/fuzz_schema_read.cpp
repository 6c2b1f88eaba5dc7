// Any bytes to the reader of described structs: refused whole, refused by path, or an object that is written,
// read again and equal. The first byte chooses the struct.

#include <nlohmann/json.hpp>

#include "../unit/model/structs.hpp"
#include "atlas/text.hpp"
#include "check.hpp"

namespace {

using namespace atlas;

bool is_strict(std::string_view text) {
  try {
    parse_json(text);
    return true;
  } catch (const Error&) {
    return false;
  }
}

void check_errors(const std::vector<FieldError>& errors) {
  ATLAS_FUZZ_CHECK(errors.size() <= max_field_errors);
  for (const FieldError& e : errors) {
    ATLAS_FUZZ_CHECK(is_utf8(e.path) && is_utf8(e.message) && !e.code.empty() && !e.message.empty());
    ATLAS_FUZZ_CHECK(e.path.empty() || e.path.front() == '/');
  }
}

template <class T>
void check_accepted(const T& object) {
  const Schema& schema = schema_of<T>();
  const std::string json = to_json(object, {.skip_absent = true});
  T again{}, copy{};
  std::vector<FieldError> errors;
  read_object(schema, json, &again, errors);
  ATLAS_FUZZ_CHECK(errors.empty());
  ATLAS_FUZZ_CHECK(to_json(again, {.skip_absent = true}) == json);
  copy_fields(object, copy);
  for (const Field& f : schema.fields) {
    ATLAS_FUZZ_CHECK(equal_field(f, &object, &again));
    ATLAS_FUZZ_CHECK(equal_field(f, &object, &copy));
  }
  std::vector<FieldError> broken;
  validate(schema, &object, broken, test::any_code);
  check_errors(broken);
}

template <class T>
void try_struct(std::string_view text) {
  T object{};
  std::vector<FieldError> errors;
  std::optional<std::string> key;
  try {
    read_object(schema_of<T>(), text, &object, errors, &key);
  } catch (const Error& e) {
    ATLAS_FUZZ_CHECK(e.code() == ErrorCode::invalid_argument && e.detail("reason"));
    ATLAS_FUZZ_CHECK(!is_strict(text));
    return;
  }
  check_errors(errors);
  ATLAS_FUZZ_CHECK(!key || (!key->empty() && key->size() <= 128));
  if (!errors.empty()) return;
  ATLAS_FUZZ_CHECK(is_strict(text));
  check_accepted(object);
}

void try_merge(std::string_view text) {
  if (!is_strict(text)) return;
  const std::string target = R"({"a":{"b":1},"boolean":"x","json":[{}]})";
  std::string merged;
  try {
    merged = merge_patch(target, text);
  } catch (const Error&) {
    return;  // U+0000 in a text
  }
  Json expected = Json::parse(target);
  expected.merge_patch(Json::parse(text));
  ATLAS_FUZZ_CHECK(Json::parse(merged) == expected);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      try_struct<test::Optional>(text);
      break;
    case 1:
      try_struct<test::Changes>(text);
      break;
    case 2:
      try_struct<test::CaseInput>(text);
      break;
    default:
      try_merge(text);
      break;
  }
  return 0;
}
