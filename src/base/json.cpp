#include "atlas/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "atlas/error.hpp"

namespace atlas {
namespace {

[[noreturn]] void refuse(std::string path, std::string_view code, const char* reason, std::string message) {
  throw Error(ErrorCode::invalid_argument, "the JSON text is refused: " + message)
      .field(std::move(path), code, message)
      .with("reason", reason);
}

void append_pointer_token(std::string& path, std::string_view name) {
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

// Builds the document while it checks what nlohmann's own builder does not: duplicates and depth.
class Builder : public nlohmann::json_sax<Json> {
 public:
  Builder(Json& root, const JsonLimits& limits) : root_(root), limits_(limits) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool v) override { return add(v); }
  bool number_integer(number_integer_t v) override { return add(v); }
  bool number_unsigned(number_unsigned_t v) override { return add(v); }
  bool number_float(number_float_t v, const string_t&) override { return add(v); }
  bool string(string_t& v) override { return add(std::move(v)); }
  bool binary(binary_t&) override { return false; }  // no text makes one
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    auto& members = open_.back()->get_ref<Json::object_t&>();
    const auto [it, inserted] = members.try_emplace(std::move(name), nullptr);
    member_.back() = &it->first;
    slot_ = &it->second;
    if (!inserted && limits_.refuse_duplicate_members)
      refuse(path(), field_code::duplicate_member, "duplicate_member", "a member is given twice");
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) override {
    // The library's own text quotes what it read; that may be personal, so only the place is told.
    const std::string at = " at byte " + std::to_string(position);
    if (e.id == 406)
      refuse(path(), field_code::out_of_range, "number_out_of_range", "a number is too large" + at);
    refuse("", field_code::wrong_type, "syntax", "not well-formed" + at);
  }

 private:
  template <typename T>
  bool add(T&& value) {
    place(Json(std::forward<T>(value)));
    return true;
  }

  Json& place(Json&& value) {
    if (open_.empty()) return root_ = std::move(value);
    if (slot_) return *std::exchange(slot_, nullptr) = std::move(value);
    auto& items = open_.back()->get_ref<Json::array_t&>();
    return items.emplace_back(std::move(value));
  }

  bool open(Json&& empty) {
    if (open_.size() >= limits_.depth)
      refuse("", field_code::out_of_range, "depth",
             "nested deeper than " + std::to_string(limits_.depth) + " levels");
    open_.push_back(&place(std::move(empty)));
    member_.push_back(nullptr);
    return true;
  }

  bool close() {
    open_.pop_back();
    member_.pop_back();
    return true;
  }

  std::string path() const {
    std::string out;
    for (std::size_t i = 0; i < open_.size(); ++i) {
      if (open_[i]->is_object()) {
        if (member_[i]) append_pointer_token(out, *member_[i]);
      } else {
        // The element under way: one that is open is in the array already, a scalar is not yet.
        const std::size_t size = open_[i]->size();
        append_pointer_token(out, std::to_string(i + 1 < open_.size() ? size - 1 : size));
      }
    }
    return out;
  }

  Json& root_;
  const JsonLimits& limits_;
  std::vector<Json*> open_;                 // containers from the root down
  std::vector<const std::string*> member_;  // of each, the member under way
  Json* slot_ = nullptr;                    // where the next value of an object goes
};

// UTF-16 code unit order of UTF-8 texts (RFC 8785 §3.2.3): it differs from byte order only in that
// supplementary characters (lead bytes F0…F4) come before U+E000…U+FFFF (lead bytes EE, EF).
bool utf16_less(std::string_view a, std::string_view b) {
  const auto rank = [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0xf0 ? u - 2 : u >= 0xee ? u + 5 : int{u};
  };
  const std::size_t n = std::min(a.size(), b.size());
  for (std::size_t i = 0; i < n; ++i)
    if (a[i] != b[i]) return rank(a[i]) < rank(b[i]);
  return a.size() < b.size();
}

// ECMAScript Number::toString (ECMA-262 §6.1.6.1.20): shortest digits that read back, then its layout.
void append_ecmascript(std::string& out, double value) {
  if (value == 0) {
    out.push_back('0');  // also for -0
    return;
  }
  char buffer[32];
  const char* const end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const char* at = buffer;
  if (*at == '-') out.push_back(*at++);
  const char* const e = std::find(at, end, 'e');
  std::string digits(1, *at);
  if (at + 1 < e) digits.append(at + 2, e);
  int exponent = 0;
  std::from_chars(e[1] == '+' ? e + 2 : e + 1, end, exponent);
  const int point = exponent + 1, count = static_cast<int>(digits.size());
  if (count <= point && point <= 21) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= 21) {
    out.append(digits, 0, static_cast<std::size_t>(point)).append(1, '.');
    out.append(digits, static_cast<std::size_t>(point));
  } else if (-6 < point && point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else {
    out.push_back(digits[0]);
    if (count > 1) out.append(1, '.').append(digits, 1);
    out.append(exponent < 0 ? "e-" : "e+").append(std::to_string(std::abs(exponent)));
  }
}

[[noreturn]] void not_i_json(const char* what) {
  throw Error(ErrorCode::invalid_argument, std::string("no canonical form: ") + what)
      .field("", field_code::out_of_range, what);
}

void append_canonical(std::string& out, const Json& value) {
  constexpr std::int64_t exact = std::int64_t{1} << 53;
  switch (value.type()) {
    case Json::value_t::null:
      out.append("null");
      return;
    case Json::value_t::boolean:
      out.append(value.get<bool>() ? "true" : "false");
      return;
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned: {
      // Beyond 2^53 a number would share its canonical form with its neighbours.
      const bool too_large = value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{exact};
      if (too_large || value.get<std::int64_t>() < -exact || value.get<std::int64_t>() > exact)
        not_i_json("an integer beyond 2^53 is written as text");
      out.append(std::to_string(value.get<std::int64_t>()));
      return;
    }
    case Json::value_t::number_float:
      if (!std::isfinite(value.get<double>())) not_i_json("a number that is not finite");
      append_ecmascript(out, value.get<double>());
      return;
    case Json::value_t::string:
      append_json_string(out, value.get_ref<const std::string&>());
      return;
    case Json::value_t::array: {
      char before = '[';
      for (const Json& item : value) {
        out.push_back(std::exchange(before, ','));
        append_canonical(out, item);
      }
      out.append(before == '[' ? "[]" : "]");
      return;
    }
    case Json::value_t::object: {
      std::vector<const Json::object_t::value_type*> members;
      members.reserve(value.size());
      for (const auto& m : value.get_ref<const Json::object_t&>()) members.push_back(&m);
      std::sort(members.begin(), members.end(),
                [](const auto* a, const auto* b) { return utf16_less(a->first, b->first); });
      char before = '{';
      for (const auto* m : members) {
        out.push_back(std::exchange(before, ','));
        append_json_string(out, m->first);
        out.push_back(':');
        append_canonical(out, m->second);
      }
      out.append(before == '{' ? "{}" : "}");
      return;
    }
    case Json::value_t::binary:
    case Json::value_t::discarded:
      break;
  }
  not_i_json("a value of no JSON type");
}

}  // namespace

Json parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.size)
    refuse("", field_code::too_long, "size", "longer than " + std::to_string(limits.size) + " bytes");
  // nlohmann takes a NUL for the end of its input and skips a byte order mark; RFC 8259 has neither.
  if (!text.empty() && std::memchr(text.data(), 0, text.size()))
    refuse("", field_code::wrong_type, "syntax", "a NUL byte");
  if (text.starts_with("\xef\xbb\xbf")) refuse("", field_code::wrong_type, "syntax", "a byte order mark");
  Json root;
  Builder builder(root, limits);
  Json::sax_parse(text.begin(), text.end(), &builder);  // the builder throws on every error
  return root;
}

std::string canonical_json(const Json& value) {
  std::string out;
  append_canonical(out, value);
  return out;
}

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  out.push_back('"');
  std::size_t begin = 0;  // of the run that needs no escape
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, begin, i - begin);
    begin = i + 1;
    out.push_back('\\');
    switch (c) {
      case '"':
      case '\\':
        out.push_back(static_cast<char>(c));
        break;
      case '\b':
        out.push_back('b');
        break;
      case '\t':
        out.push_back('t');
        break;
      case '\n':
        out.push_back('n');
        break;
      case '\f':
        out.push_back('f');
        break;
      case '\r':
        out.push_back('r');
        break;
      default:
        out.append("u00").append(1, digits[c >> 4]).append(1, digits[c & 15]);
    }
  }
  out.append(text, begin).push_back('"');
}

std::string json_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_json_string(out, text);
  return out;
}

void JsonWriter::comma() {
  if (!first_) out_.push_back(',');
  first_ = false;
}

JsonWriter& JsonWriter::open(char c) {
  comma();
  out_.push_back(c);
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::close(char c) {
  out_.push_back(c);
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  comma();
  append_json_string(out_, name);
  out_.push_back(':');
  first_ = true;  // no comma before the value
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  comma();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::number(std::int64_t n) {
  comma();
  char buffer[24];
  out_.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, n).ptr);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool b) {
  comma();
  out_.append(b ? "true" : "false");
  return *this;
}

JsonWriter& JsonWriter::null() {
  comma();
  out_.append("null");
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  comma();
  out_.append(json);
  return *this;
}

}  // namespace atlas
