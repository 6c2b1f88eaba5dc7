#pragma once
// Strict JSON over nlohmann_json: the reader's limits, a writer into a string, the canonical form.
// nlohmann's own headers are dear to compile: only sources that parse or walk a document include them.

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace atlas {

/// A parsed document.
using Json = nlohmann::json;

/// What a reader of outside text accepts; the defaults are those of operations.
struct JsonLimits {
  unsigned depth = 64;                   ///< Of nested arrays and objects.
  std::size_t size = 16u << 20;          ///< Bytes.
  bool refuse_duplicate_members = true;  ///< false: the last wins.
};

/// Strict RFC 8259: one value, no trailing bytes, valid UTF-8, no lone surrogate. Numbers that are not
/// integers of 64 bits are kept as their text would read back (double); one beyond the range of doubles is
/// refused. Throws invalid_argument with a field code (duplicate_member and out_of_range with their path) and
/// the detail `reason`: syntax, depth, size, duplicate_member, number_out_of_range. Messages tell the place,
/// never the text.
Json parse_json(std::string_view text, const JsonLimits& limits = {});

/// RFC 8785 (JSON Canonicalization Scheme). `value` must be finite I-JSON (RFC 7493): throws invalid_argument
/// for an integer beyond ±2^53, which would share its form with its neighbours.
std::string canonical_json(const Json& value);

/// Appends the JSON text of `text` with its quotes. Input must be valid UTF-8.
void append_json_string(std::string& out, std::string_view text);
std::string json_string(std::string_view text);

/// Writes objects and arrays into a string, with the commas where they belong. No checks: the caller nests
/// properly.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  JsonWriter& number(std::int64_t n);
  JsonWriter& boolean(bool b);
  JsonWriter& null();
  JsonWriter& raw(std::string_view json);  ///< Text that is JSON already.

 private:
  JsonWriter& open(char c);
  JsonWriter& close(char c);
  void comma();
  std::string& out_;
  bool first_ = true;
};

}  // namespace atlas
