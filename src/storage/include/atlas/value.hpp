#pragma once
// What a cell holds, borrowed and owned.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/id.hpp"

namespace atlas {

/// The type of one cell.
enum class ValueType : std::uint8_t { null, integer, text, blob };

/// One cell, borrowed: text and blob point into memory of whoever made it. Cheap to copy.
class Value {
 public:
  constexpr Value() = default;
  static constexpr Value null() { return {}; }
  static constexpr Value integer(std::int64_t n) { return Value(ValueType::integer, n, {}); }
  static constexpr Value text(std::string_view s) { return Value(ValueType::text, 0, s); }
  static constexpr Value blob(std::string_view s) { return Value(ValueType::blob, 0, s); }
  static Value id(const Uuid& id) { return blob(id.view()); }

  constexpr ValueType type() const { return type_; }
  constexpr bool is_null() const { return type_ == ValueType::null; }
  constexpr std::int64_t as_integer() const { return integer_; }
  /// The bytes of a text or blob; empty otherwise.
  constexpr std::string_view bytes() const { return bytes_; }
  Uuid as_id() const { return uuid_from_bytes(bytes_); }

  friend constexpr bool operator==(const Value&, const Value&) = default;

 private:
  constexpr Value(ValueType type, std::int64_t n, std::string_view s) : type_(type), integer_(n), bytes_(s) {}
  ValueType type_ = ValueType::null;
  std::int64_t integer_ = 0;
  std::string_view bytes_;
};

/// The order of values within one column: integers by number, text and blobs by bytes (for UTF-8 that is by
/// code point). Null is not ordered here; queries put it last.
int compare(const Value& a, const Value& b) noexcept;

/// One cell that owns its bytes.
class OwnedValue {
 public:
  OwnedValue() = default;
  OwnedValue(const Value& v) : type_(v.type()), integer_(v.as_integer()), bytes_(v.bytes()) {}  // NOLINT
  Value view() const {
    switch (type_) {
      case ValueType::integer:
        return Value::integer(integer_);
      case ValueType::text:
        return Value::text(bytes_);
      case ValueType::blob:
        return Value::blob(bytes_);
      case ValueType::null:
        break;
    }
    return Value::null();
  }
  bool is_null() const { return type_ == ValueType::null; }
  friend bool operator==(const OwnedValue&, const OwnedValue&) = default;

 private:
  ValueType type_ = ValueType::null;
  std::int64_t integer_ = 0;
  std::string bytes_;
};

/// A row, borrowed: valid as long as what it points into.
using RowView = std::span<const Value>;
/// A row that keeps its bytes.
using OwnedRow = std::vector<OwnedValue>;

/// A copy that keeps its bytes, and the cells of one, borrowed from it.
OwnedRow own(RowView row);
std::vector<Value> views(const OwnedRow& row);

}  // namespace atlas
