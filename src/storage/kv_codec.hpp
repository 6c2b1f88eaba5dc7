#pragma once
// Bytes of KvBackend: keys whose order is the order of their values, and rows. See docs/format.md.

#include <string>
#include <string_view>
#include <vector>

#include "atlas/catalog.hpp"
#include "atlas/value.hpp"

namespace atlas::kv {

/// A value within a key. Present values come first, by compare(); null comes last. A value's bytes say where
/// they end, so that values may follow each other: integers are 8 bytes, big-endian, the sign bit turned;
/// text and blobs have 0x00 written as 0x00 0xFF and end with 0x00 0x01.
void append_key(std::string& out, const Value& value);

inline constexpr char present_tag = '\x01';
inline constexpr char null_tag = '\x02';
inline constexpr char after_null_tag = '\x03';

/// Beginning of the keys of all texts with this prefix.
void append_key_prefix(std::string& out, std::string_view prefix);

/// Removes one value from the front of `key` and decodes it; text and blobs are put into `storage`. Throws
/// storage_corrupt.
Value take_key(std::string_view& key, ColumnType type, std::string& storage);
/// Removes one value from the front of `key`. Throws storage_corrupt.
void skip_key(std::string_view& key, ColumnType type);

/// The first key after all keys that begin with `key` (which is not all 0xFF).
std::string successor(std::string key);

/// A row's cells: for each a tag, then a number in base 128 or a length and bytes.
std::string encode_row(RowView row);
/// `out` borrows from `bytes`. A row written before the table got its last columns has null, 0 or empty
/// there. Throws storage_corrupt.
void decode_row(std::string_view bytes, const Table& table, std::vector<Value>& out);

}  // namespace atlas::kv
