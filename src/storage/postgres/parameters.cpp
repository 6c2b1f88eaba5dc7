#include "parameters.hpp"

#include <limits>

#include "atlas/error.hpp"

namespace atlas::postgres {

namespace {

// Types of pg_type, fixed by PostgreSQL for good.
constexpr std::uint32_t type_bytea = 17, type_int8 = 20, type_text = 25, type_uuid = 2950;
constexpr std::uint32_t type_int8_array = 1016, type_text_array = 1009;

void check_text(std::string_view s) {
  if (s.find('\0') != std::string_view::npos) {
    throw Error(ErrorCode::invalid_argument, "This store cannot keep the character U+0000 in a text.");
  }
}

}  // namespace

void Parameters::put(std::uint64_t n, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    own_ += static_cast<char>(static_cast<unsigned char>(n >> shift & 0xff));
  }
}

void Parameters::add(std::uint32_t type, Item item, std::size_t size) {
  if (size > std::size_t{1} << 30) {
    throw Error(ErrorCode::invalid_argument, "A value is larger than this store can keep.");
  }
  items_.push_back(item);
  types_.push_back(type);
  lengths_.push_back(static_cast<int>(size));
  formats_.push_back(1);
}

Parameters& Parameters::id(const Uuid& id) {
  const std::size_t offset = begin_own();
  own_.append(id.view());
  add(type_uuid, {nullptr, offset}, 16);
  return *this;
}

Parameters& Parameters::integer(std::int64_t n) {
  const std::size_t offset = begin_own();
  put(static_cast<std::uint64_t>(n), 8);
  add(type_int8, {nullptr, offset}, 8);
  return *this;
}

Parameters& Parameters::text(std::string_view s) {
  check_text(s);
  add(type_text, {s.empty() ? "" : s.data()}, s.size());
  return *this;
}

Parameters& Parameters::blob(std::string_view s) {
  add(type_bytea, {s.empty() ? "" : s.data()}, s.size());
  return *this;
}

// An array on the wire: dimensions, whether there are nulls, element type, then size and lower bound, then
// each element behind its length.
Parameters& Parameters::integers(std::span<const std::int64_t> array) {
  const std::size_t offset = begin_own();
  put(1, 4), put(0, 4), put(type_int8, 4), put(array.size(), 4), put(1, 4);
  for (const std::int64_t n : array) put(8, 4), put(static_cast<std::uint64_t>(n), 8);
  add(type_int8_array, {nullptr, offset}, own_.size() - offset);
  return *this;
}

Parameters& Parameters::texts(std::span<const std::string_view> array) {
  const std::size_t offset = begin_own();
  put(1, 4), put(0, 4), put(type_text, 4), put(array.size(), 4), put(1, 4);
  for (const std::string_view s : array) {
    check_text(s);
    put(s.size(), 4);
    own_.append(s);
  }
  add(type_text_array, {nullptr, offset}, own_.size() - offset);
  return *this;
}

Parameters& Parameters::cell(ColumnType type, const Value& value) {
  const ValueType expected = type == ColumnType::integer ? ValueType::integer
                             : type == ColumnType::text  ? ValueType::text
                                                         : ValueType::blob;
  if (value.is_null()) {
    add(type == ColumnType::integer ? type_int8
        : type == ColumnType::text  ? type_text
                                    : type_bytea,
        {nullptr, 0, true}, 0);
    return *this;
  }
  if (value.type() != expected)
    throw Error(ErrorCode::internal, "A value is of another type than its column.");
  if (type == ColumnType::integer) return integer(value.as_integer());
  return type == ColumnType::text ? text(value.bytes()) : blob(value.bytes());
}

const char* const* Parameters::values() {
  pointers_.clear();
  for (const Item& item : items_) {
    pointers_.push_back(item.null                  ? nullptr
                        : item.borrowed != nullptr ? item.borrowed
                                                   : own_.data() + item.offset);
  }
  return pointers_.data();
}

std::int64_t read_integer(const char* bytes) noexcept {
  std::uint64_t n = 0;
  for (int i = 0; i < 8; ++i) n = n << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<std::int64_t>(n);
}

}  // namespace atlas::postgres
