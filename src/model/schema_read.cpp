// Strict JSON straight into described structs, without a document in between.

#include <algorithm>
#include <bitset>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "atlas/schema_io.hpp"
#include "json_capture.hpp"
#include "schema_scalar.hpp"

namespace atlas {
namespace {

using detail::append_pointer_token;
using detail::expected;
using detail::JsonCapture;
using detail::Scalar;
using detail::shortened;
using detail::type_code;

constexpr unsigned max_depth = 64;
constexpr std::size_t max_json_bytes = 16u << 20;
constexpr std::size_t max_fields = 128;  // of one struct
constexpr std::size_t max_key_bytes = 128;
constexpr std::string_view key_member = "idempotency_key";

[[noreturn]] void refuse(std::string_view code, const char* reason, const std::string& message) {
  throw Error(ErrorCode::invalid_argument, "the JSON text is refused: " + message)
      .field("", code, message)
      .with("reason", reason);
}

[[noreturn]] void refuse_syntax(std::size_t position, int id) {
  // nlohmann's own text quotes what it read; that may be personal, so only the place is told.
  const std::string at = " at byte " + std::to_string(position);
  if (id == 406) refuse(field_code::out_of_range, "number_out_of_range", "a number is too large" + at);
  refuse(field_code::wrong_type, "syntax", "not well-formed" + at);
}

[[noreturn]] void refuse_depth() {
  refuse(field_code::out_of_range, "depth", "nested deeper than " + std::to_string(max_depth) + " levels");
}

void check_text(std::string_view json, std::size_t max_bytes) {
  if (json.size() > max_bytes)
    refuse(field_code::too_long, "size", "longer than " + std::to_string(max_bytes) + " bytes");
  // nlohmann takes a NUL for the end of its input and skips a byte order mark; RFC 8259 has neither.
  if (!json.empty() && std::memchr(json.data(), 0, json.size()))
    refuse(field_code::wrong_type, "syntax", "a NUL byte");
  if (json.starts_with("\xef\xbb\xbf")) refuse(field_code::wrong_type, "syntax", "a byte order mark");
}

// nlohmann gives the token with the decimal point of the host's locale.
void restore_point(std::string& token) {
  for (char& c : token) {
    const bool part = (c >= '0' && c <= '9') || c == '-' || c == '+' || c == 'e' || c == 'E';
    if (!part) c = '.';
  }
}

class Reader {
 public:
  Reader(const Schema& root, void* object, std::vector<FieldError>& errors, std::optional<std::string>* key)
      : root_(&root), object_(object), errors_(errors), key_out_(key) {
    frames_.reserve(8);
  }
  /// The whole text as one captured value.
  Reader(std::string& out, std::vector<FieldError>& errors) : errors_(errors), capturing_(true) {
    capture_.begin(out);
  }

  bool null() { return scalar({.type = Scalar::Type::null}); }
  bool boolean(bool v) { return scalar({.type = Scalar::Type::boolean, .boolean = v}); }
  bool number_integer(std::int64_t v) { return scalar({.type = Scalar::Type::integer, .integer = v}); }
  bool number_unsigned(std::uint64_t v) {
    if (v <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return number_integer(static_cast<std::int64_t>(v));
    return scalar({.type = Scalar::Type::large, .large = v});
  }
  bool number_float(double, const std::string& token) {
    token_ = token;
    restore_point(token_);
    return scalar({.type = Scalar::Type::real, .text = &token_});
  }
  bool string(std::string& v) { return scalar({.type = Scalar::Type::string, .text = &v}); }
  bool binary(Json::binary_t&) { return false; }  // no text makes one
  bool start_object(std::size_t) { return start(true); }
  bool start_array(std::size_t) { return start(false); }
  bool end_object() { return end(); }
  bool end_array() { return end(); }
  bool key(std::string& name);
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& e) {
    refuse_syntax(position, e.id);
  }

 private:
  enum class In : std::uint8_t { object, objects, texts, money };
  enum class Member : std::uint8_t { ignored, field, idempotency_key, amount, currency };
  struct Frame {
    In in;
    Member member = Member::ignored;  // under way
    bool wrong = false;               // money: already reported
    const Schema* schema = nullptr;   // object
    void* at = nullptr;               // the object or list; money: the object that has the field
    const Field* field = nullptr;     // object: the member under way; otherwise the field that this is
    std::size_t index = 0;            // lists: elements seen; object: where to look for the next member
    std::bitset<max_fields> seen;     // object: fields; money: members
    Money money;
  };

  bool scalar(const Scalar& v);
  bool start(bool object);
  bool end();
  bool object_key(Frame& f, const std::string& name);
  void money_key(Frame& f, const std::string& name);
  void set(const Field& field, void* object, const Scalar& v);
  void set_money_member(Frame& f, const Scalar& v);
  void set_idempotency_key(const Scalar& v);
  void end_of_object(const Frame& f);
  void end_of_money(const Frame& f);
  bool take_element(Frame& f);
  void begin_capture(const Field& field, void* object);
  void capture(const Scalar& v);
  void note(std::string_view code) {
    if (!code.empty()) {
      add(path() + capture_.pointer(), code,
          code == field_code::duplicate_member ? "a member is given twice"
                                               : "a character that no text may have");
    }
  }

  std::string path() const { return path_of(frames_.size()); }
  // The path of what is under way in the first `count` frames.
  std::string path_of(std::size_t count) const;
  void add(std::string path, std::string_view code, std::string message);
  void wrong(std::string_view code, std::string message) { add(path(), code, std::move(message)); }

  const Schema* root_ = nullptr;
  void* object_ = nullptr;
  std::vector<FieldError>& errors_;
  std::optional<std::string>* key_out_ = nullptr;
  std::vector<Frame> frames_;
  unsigned depth_ = 0, skip_ = 0;  // skip_: containers open below an ignored value
  bool capturing_ = false;
  JsonCapture capture_;
  std::string token_;
};

void Reader::add(std::string where, std::string_view code, std::string message) {
  if (errors_.size() >= max_field_errors) return;
  errors_.push_back({std::move(where), std::string(code), std::move(message)});
}

std::string Reader::path_of(std::size_t count) const {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    const Frame& f = frames_[i];
    switch (f.in) {
      case In::object:
        append_pointer_token(out, f.member == Member::idempotency_key ? key_member
                                  : f.field                           ? f.field->name
                                                                      : std::string_view());
        break;
      case In::objects:
      case In::texts:
        append_pointer_token(out, std::to_string(f.index - 1));
        break;
      case In::money:
        break;  // what is wrong with an amount is wrong with the whole
    }
  }
  return out;
}

bool Reader::key(std::string& name) {
  if (skip_ > 0) return true;
  if (capturing_) {
    note(capture_.key(name));
    return true;
  }
  Frame& f = frames_.back();
  if (f.in == In::money)
    money_key(f, name);
  else
    object_key(f, name);
  return true;
}

bool Reader::object_key(Frame& f, const std::string& name) {
  const auto fields = f.schema->fields;
  f.member = Member::ignored;
  f.field = nullptr;
  // Members mostly come in the table's order, so the search goes on where the last one was found.
  for (std::size_t n = 0, i = f.index; n < fields.size(); ++n, ++i) {
    if (i >= fields.size()) i = 0;
    if (fields[i].name != name || fields[i].has(internal)) continue;
    f.field = &fields[i];
    f.index = i + 1;
    if (f.seen.test(i)) {
      wrong(field_code::duplicate_member, "a member is given twice");
      return false;
    }
    f.seen.set(i);
    f.member = Member::field;
    return true;
  }
  if (key_out_ && frames_.size() == 1 && name == key_member) {
    f.member = Member::idempotency_key;
    if (f.seen.test(max_fields - 1)) {
      wrong(field_code::duplicate_member, "a member is given twice");
      f.member = Member::ignored;
    }
    f.seen.set(max_fields - 1);
    return true;
  }
  std::string where = path_of(frames_.size() - 1);
  append_pointer_token(where, shortened(name));
  add(std::move(where), field_code::unknown_member, "there is no such member");
  return false;
}

void Reader::money_key(Frame& f, const std::string& name) {
  const std::size_t i = name == "amount" ? 0 : name == "currency" ? 1 : 2;
  f.member = Member::ignored;
  if (i == 2 || f.seen.test(i)) {
    std::string where = path();
    append_pointer_token(where, shortened(name));
    add(std::move(where), i == 2 ? field_code::unknown_member : field_code::duplicate_member,
        i == 2 ? "there is no such member" : "a member is given twice");
    f.wrong = true;
    return;
  }
  f.member = i == 0 ? Member::amount : Member::currency;
  f.seen.set(i);
}

bool Reader::start(bool object) {
  if (++depth_ > max_depth) refuse_depth();
  if (skip_ > 0) {
    ++skip_;
    return true;
  }
  if (capturing_) {
    capture_.start(object);
    return true;
  }
  if (frames_.empty()) {
    if (!object) {
      add("", field_code::wrong_type, expected(Kind::object));
      skip_ = 1;
      return true;
    }
    frames_.push_back({.in = In::object, .schema = root_, .at = object_});
    return true;
  }
  Frame& f = frames_.back();
  if (f.in == In::objects) {
    if (!take_element(f)) {
      skip_ = 1;
    } else if (!object) {
      wrong(field_code::wrong_type, expected(Kind::object));
      skip_ = 1;
    } else {
      frames_.push_back({.in = In::object, .schema = f.field->nested(), .at = f.field->list->append(f.at)});
    }
    return true;
  }
  if (f.in == In::object && f.member == Member::field) {
    const Field& field = *f.field;
    void* const member = field.address(f.at);
    const Kind kind = field.kind;
    if (kind == Kind::object && object) {
      frames_.push_back({.in = In::object, .schema = field.nested(), .at = field.held->emplace(member)});
    } else if (kind == Kind::object_list && !object) {
      frames_.push_back({.in = In::objects, .at = field.held->emplace(member), .field = &field});
    } else if (kind == Kind::text_list && !object) {
      void* const list = &Slot<std::vector<std::string>>(field.holder, member).emplace();
      frames_.push_back({.in = In::texts, .at = list, .field = &field});
    } else if (kind == Kind::money && object) {
      frames_.push_back({.in = In::money, .at = f.at, .field = &field});
    } else if (kind == Kind::json && (object || field.rules.format != Format::json_object)) {
      begin_capture(field, f.at);
      capture_.start(object);
    } else {
      wrong(type_code(kind), expected(kind));
      skip_ = 1;
    }
    return true;
  }
  skip_ = 1;
  if (f.in == In::texts) {
    if (take_element(f)) wrong(field_code::wrong_type, expected(Kind::text));
  } else if (f.member == Member::idempotency_key) {
    wrong(field_code::wrong_type, expected(Kind::text));
  } else if (f.in == In::money && !std::exchange(f.wrong, true)) {
    wrong(field_code::not_money, expected(Kind::money));
  }
  return true;
}

bool Reader::end() {
  --depth_;
  if (skip_ > 0) {
    --skip_;
    return true;
  }
  if (capturing_) {
    capture_.end();
    capturing_ = capture_.is_open();
    return true;
  }
  const Frame& f = frames_.back();
  if (f.in == In::object)
    end_of_object(f);
  else if (f.in == In::money)
    end_of_money(f);
  frames_.pop_back();
  return true;
}

void Reader::end_of_object(const Frame& f) {
  const auto fields = f.schema->fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].has(required) || f.seen.test(i)) continue;
    std::string where = path_of(frames_.size() - 1);
    append_pointer_token(where, fields[i].name);
    add(std::move(where), field_code::required, "it must be given");
  }
}

void Reader::end_of_money(const Frame& f) {
  if (f.wrong) return;
  if (!f.seen.test(0) || !f.seen.test(1))
    wrong(field_code::not_money, expected(Kind::money));
  else
    Slot<Money>(f.field->holder, f.field->address(f.at)).emplace() = f.money;
}

// Counts an element; false when it is one too many.
bool Reader::take_element(Frame& f) {
  const auto limit = static_cast<std::size_t>(detail::element_limits(f.field->rules).max);
  if (f.index++ < limit) return true;
  if (f.index == limit + 1)
    add(path_of(frames_.size() - 1), field_code::too_long, "at most " + std::to_string(limit) + " elements");
  return false;
}

bool Reader::scalar(const Scalar& v) {
  if (skip_ > 0) return true;
  if (capturing_) {
    capture(v);
    return true;
  }
  if (frames_.empty()) {
    add("", field_code::wrong_type, expected(Kind::object));
    return true;
  }
  Frame& f = frames_.back();
  switch (f.in) {
    case In::object:
      if (f.member == Member::field)
        set(*f.field, f.at, v);
      else if (f.member == Member::idempotency_key)
        set_idempotency_key(v);
      break;
    case In::objects:
      if (take_element(f)) wrong(field_code::wrong_type, expected(Kind::object));
      break;
    case In::texts:
      if (!take_element(f)) break;
      if (v.type == Scalar::Type::string)
        static_cast<std::vector<std::string>*>(f.at)->push_back(*v.text);
      else
        wrong(field_code::wrong_type, expected(Kind::text));
      break;
    case In::money:
      set_money_member(f, v);
      break;
  }
  return true;
}

void Reader::set_money_member(Frame& f, const Scalar& v) {
  bool good = true;
  if (f.member == Member::amount) {
    good = v.type == Scalar::Type::integer && v.integer <= max_money && v.integer >= -max_money;
    f.money.amount = v.integer;
  } else if (f.member == Member::currency) {
    const auto currency = v.type == Scalar::Type::string ? parse_currency(*v.text) : std::nullopt;
    good = currency.has_value();
    if (good) f.money.currency = *currency;
  }
  if (!good && !std::exchange(f.wrong, true)) wrong(field_code::not_money, expected(Kind::money));
}

void Reader::set_idempotency_key(const Scalar& v) {
  if (v.type == Scalar::Type::null) return;
  if (v.type != Scalar::Type::string) return wrong(field_code::wrong_type, expected(Kind::text));
  if (v.text->empty()) return wrong(field_code::too_short, "at least 1 byte");
  if (v.text->size() > max_key_bytes) return wrong(field_code::too_long, "at most 128 bytes");
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  if (std::any_of(v.text->begin(), v.text->end(), control))
    return wrong(field_code::out_of_range, "a control character");
  *key_out_ = *v.text;
}

void Reader::set(const Field& field, void* object, const Scalar& v) {
  // `null` of a free value is absence where the member can be absent, and the value null where it cannot.
  const bool free_value = field.kind == Kind::json && field.rules.format != Format::json_object;
  if (free_value &&
      (v.type != Scalar::Type::null || (field.holder == Holder::plain && !field.has(required)))) {
    begin_capture(field, object);
    capture(v);
    return;
  }
  detail::Fault fault;
  if (!detail::set_scalar(field, object, v, fault)) wrong(fault.code, std::move(fault.message));
}

void Reader::begin_capture(const Field& field, void* object) {
  capture_.begin(Slot<std::string>(field.holder, field.address(object)).emplace());
  capturing_ = true;
}

void Reader::capture(const Scalar& v) {
  switch (v.type) {
    case Scalar::Type::null:
      capture_.raw("null");
      break;
    case Scalar::Type::boolean:
      capture_.raw(v.boolean ? "true" : "false");
      break;
    case Scalar::Type::integer:
      capture_.integer(v.integer);
      break;
    case Scalar::Type::large:
      capture_.integer(v.large);
      break;
    case Scalar::Type::real:
      capture_.raw(*v.text);
      break;
    case Scalar::Type::string:
      note(capture_.string(*v.text));
      break;
  }
  capturing_ = capture_.is_open();
}

}  // namespace

void read_object(const Schema& schema, std::string_view json, void* object, std::vector<FieldError>& errors,
                 std::optional<std::string>* idempotency_key, std::size_t max_bytes) {
  if (schema.fields.size() >= max_fields)
    throw Error(ErrorCode::internal, "a described struct has too many fields to be read");
  check_text(json, max_bytes);
  Reader reader(schema, object, errors, idempotency_key);
  Json::sax_parse(json.data(), json.data() + json.size(), &reader);
}

namespace detail {

std::string normalise_json(std::string_view text) {
  check_text(text, max_json_bytes);
  std::string out;
  std::vector<FieldError> errors;
  Reader reader(out, errors);
  Json::sax_parse(text.data(), text.data() + text.size(), &reader);
  throw_if_any(std::move(errors));
  return out;
}

}  // namespace detail
}  // namespace atlas
