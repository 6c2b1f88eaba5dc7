#pragma once
// Free JSON inside a described object: parser events put back into compact text. Numbers keep their digits.

#include <charconv>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/schema_io.hpp"

namespace atlas::detail {

inline void append_pointer_token(std::string& path, std::string_view name) {
  path.push_back('/');
  for (const char c : name) {
    if (c == '~')
      path.append("~0");
    else if (c == '/')
      path.append("~1");
    else
      path.push_back(c);
  }
}

/// A member name as it may stand in a path: a hostile one can be megabytes long.
inline std::string_view shortened(std::string_view name) {
  constexpr std::size_t limit = 200;
  if (name.size() <= limit) return name;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xc0) == 0x80) --end;
  return name.substr(0, end);
}

/// How many elements a list may have. `code` and `formatted` count characters, of an element then.
struct ElementLimits {
  std::int64_t min = 0, max = default_max_elements;
};
constexpr ElementLimits element_limits(const Rules& r) {
  if (r.is_code || r.format != Format::none) return {};
  return {.min = r.min < 0 ? 0 : r.min,
          .max = r.max == std::numeric_limits<std::int64_t>::max() ? default_max_elements : r.max};
}

/// One value at a time. An event that finds something wrong answers the field code, else "".
class JsonCapture {
 public:
  void begin(std::string& out) {
    out_ = &out;
    out.clear();
    levels_.clear();
  }
  bool is_open() const { return !levels_.empty(); }

  void raw(std::string_view token) {
    separate();
    out_->append(token);
  }
  void integer(std::int64_t n) { number(n); }
  void integer(std::uint64_t n) { number(n); }
  std::string_view string(std::string_view text) {
    separate();
    append_json_string(*out_, text);
    return fault_of(text);
  }
  void start(bool object) {
    separate();
    out_->push_back(object ? '{' : '[');
    levels_.push_back({.object = object, .keys = {}, .key = {}});
  }
  void end() {
    out_->push_back(levels_.back().object ? '}' : ']');
    levels_.pop_back();
  }
  std::string_view key(const std::string& name) {
    Level& level = levels_.back();
    if (level.count++ > 0) out_->push_back(',');
    append_json_string(*out_, name);
    out_->push_back(':');
    level.key = name;
    if (!level.keys.insert(name).second) return field_code::duplicate_member;
    return fault_of(name);
  }

  /// Where the last event stood, below the captured value, as a JSON Pointer.
  std::string pointer() const {
    std::string path;
    for (const Level& level : levels_) {
      append_pointer_token(
          path, level.object ? std::string(shortened(level.key)) : std::to_string(level.count - 1));
    }
    return path;
  }

 private:
  struct Level {
    bool object = false;
    std::size_t count = 0;
    std::set<std::string, std::less<>> keys;  // a tree: hostile names cannot make it slow
    std::string key;
  };

  // No store keeps U+0000 in a text, and U+001F separates the elements of a stored list.
  static std::string_view fault_of(std::string_view text) {
    return text.find_first_of(std::string_view("\0\x1f", 2)) == std::string_view::npos
               ? std::string_view()
               : field_code::out_of_range;
  }
  void separate() {
    if (levels_.empty() || levels_.back().object) return;
    if (levels_.back().count++ > 0) out_->push_back(',');
  }
  template <class N>
  void number(N n) {
    char buffer[24];
    raw({buffer, static_cast<std::size_t>(std::to_chars(buffer, buffer + sizeof buffer, n).ptr - buffer)});
  }

  std::string* out_ = nullptr;
  std::vector<Level> levels_;
};

/// The same value as compact text. Throws invalid_argument when it is not strict JSON: syntax, duplicate
/// members, depth, characters that no text may have.
std::string normalise_json(std::string_view text);

}  // namespace atlas::detail
