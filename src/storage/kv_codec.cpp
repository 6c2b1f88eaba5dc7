#include "kv_codec.hpp"

#include "atlas/error.hpp"

namespace atlas::kv {

namespace {

[[noreturn]] void corrupt() {
  throw Error(ErrorCode::storage_corrupt, "A record of the store cannot be read.");
}

enum Tag : char { tag_null = 0, tag_integer = 1, tag_text = 2, tag_blob = 3 };

void append_number(std::string& out, std::uint64_t n) {
  for (; n >= 0x80; n >>= 7) out.push_back(static_cast<char>(n | 0x80));
  out.push_back(static_cast<char>(n));
}

std::uint64_t take_number(std::string_view& in) {
  std::uint64_t n = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (in.empty()) corrupt();
    const auto byte = static_cast<std::uint8_t>(in.front());
    in.remove_prefix(1);
    n |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return n;
  }
  corrupt();
}

void append_escaped(std::string& out, std::string_view bytes) {
  std::size_t from = 0;
  for (std::size_t zero; (zero = bytes.find('\0', from)) != std::string_view::npos; from = zero + 1) {
    out.append(bytes, from, zero - from);
    out.append("\x00\xFF", 2);
  }
  out.append(bytes, from);
}

/// Position of the terminator of an escaped value.
std::size_t find_end(std::string_view key) {
  for (std::size_t at = 0;; at += 2) {
    at = key.find('\0', at);
    if (at == std::string_view::npos || at + 1 >= key.size()) corrupt();
    if (key[at + 1] == '\x01') return at;
    if (key[at + 1] != '\xFF') corrupt();
  }
}

/// Removes the tag; true when a present value follows.
bool take_tag(std::string_view& key) {
  if (key.empty() || (key.front() != present_tag && key.front() != null_tag)) corrupt();
  const bool present = key.front() == present_tag;
  key.remove_prefix(1);
  return present;
}

}  // namespace

void append_key(std::string& out, const Value& value) {
  if (value.is_null()) {
    out.push_back(null_tag);
    return;
  }
  out.push_back(present_tag);
  if (value.type() == ValueType::integer) {
    const auto n = static_cast<std::uint64_t>(value.as_integer()) ^ (std::uint64_t{1} << 63);
    for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>(n >> shift));
    return;
  }
  append_escaped(out, value.bytes());
  out.append("\x00\x01", 2);
}

void append_key_prefix(std::string& out, std::string_view prefix) {
  out.push_back(present_tag);
  append_escaped(out, prefix);
}

Value take_key(std::string_view& key, ColumnType type, std::string& storage) {
  if (!take_tag(key)) return Value::null();
  if (type == ColumnType::integer) {
    if (key.size() < 8) corrupt();
    std::uint64_t n = 0;
    for (int i = 0; i < 8; ++i) n = n << 8 | static_cast<std::uint8_t>(key[static_cast<std::size_t>(i)]);
    key.remove_prefix(8);
    return Value::integer(static_cast<std::int64_t>(n ^ (std::uint64_t{1} << 63)));
  }
  const std::size_t end = find_end(key);
  storage.clear();
  for (std::size_t i = 0; i < end; ++i) {
    storage.push_back(key[i]);
    if (key[i] == '\0') ++i;
  }
  key.remove_prefix(end + 2);
  return type == ColumnType::text ? Value::text(storage) : Value::blob(storage);
}

void skip_key(std::string_view& key, ColumnType type) {
  if (!take_tag(key)) return;
  const std::size_t size = type == ColumnType::integer ? 8 : find_end(key) + 2;
  if (key.size() < size) corrupt();
  key.remove_prefix(size);
}

std::string successor(std::string key) {
  while (!key.empty() && key.back() == '\xFF') key.pop_back();
  if (!key.empty()) key.back() = static_cast<char>(static_cast<std::uint8_t>(key.back()) + 1);
  return key;
}

std::string encode_row(RowView row) {
  std::string out;
  std::size_t size = row.size() * 6;
  for (const Value& value : row) size += value.bytes().size();
  out.reserve(size);
  for (const Value& value : row) {
    switch (value.type()) {
      case ValueType::null:
        out.push_back(tag_null);
        break;
      case ValueType::integer: {
        out.push_back(tag_integer);
        const auto n = static_cast<std::uint64_t>(value.as_integer());
        append_number(out, n << 1 ^ (value.as_integer() < 0 ? ~std::uint64_t{0} : 0));
        break;
      }
      case ValueType::text:
      case ValueType::blob:
        out.push_back(value.type() == ValueType::text ? tag_text : tag_blob);
        append_number(out, value.bytes().size());
        out.append(value.bytes());
        break;
    }
  }
  return out;
}

void decode_row(std::string_view bytes, const Table& table, std::vector<Value>& out) {
  out.clear();
  while (!bytes.empty()) {
    const char tag = bytes.front();
    bytes.remove_prefix(1);
    if (tag == tag_null) {
      out.push_back(Value::null());
    } else if (tag == tag_integer) {
      const std::uint64_t n = take_number(bytes);
      out.push_back(Value::integer(static_cast<std::int64_t>(n >> 1 ^ (n & 1 ? ~std::uint64_t{0} : 0))));
    } else if (tag == tag_text || tag == tag_blob) {
      const std::uint64_t size = take_number(bytes);
      if (size > bytes.size()) corrupt();
      const std::string_view content = bytes.substr(0, size);
      bytes.remove_prefix(size);
      out.push_back(tag == tag_text ? Value::text(content) : Value::blob(content));
    } else {
      corrupt();
    }
  }
  if (out.size() > table.columns.size()) corrupt();
  while (out.size() < table.columns.size()) {
    const Column& column = table.columns[out.size()];
    out.push_back(column.nullable                      ? Value::null()
                  : column.type == ColumnType::integer ? Value::integer(0)
                  : column.type == ColumnType::text    ? Value::text({})
                                                       : Value::blob({}));
  }
}

}  // namespace atlas::kv
