// What an audit entry says of an entity after a change: one hash over its cells.

#include <algorithm>
#include <array>

#include "binding.hpp"

namespace atlas {
namespace {

void append_number(std::string& out, std::uint64_t n, std::size_t bytes) {
  std::array<char, 8> all;
  for (std::size_t i = bytes; i > 0; --i, n >>= 8) all[i - 1] = static_cast<char>(n & 0xff);
  out.append(all.data(), bytes);
}

/// Column (2 bytes), type (1), then the integer (8) or length (8) and bytes.
void append_cell(std::string& out, unsigned column, const Value& v) {
  append_number(out, column, 2);
  out += static_cast<char>(v.type());
  if (v.type() == ValueType::integer) {
    append_number(out, static_cast<std::uint64_t>(v.as_integer()), 8);
  } else {
    append_number(out, v.bytes().size(), 8);
    out += v.bytes();
  }
}

bool is_blank(const Value& v) {
  return v.is_null() || (v.type() != ValueType::integer && (v.bytes().empty() || v.bytes() == "{}"));
}

}  // namespace

std::optional<Hash> entity_hash(const EntityInfo& info, RowView row, const SubjectKey* key) {
  std::string open, sealed;
  open.reserve(1024);
  open += "libatlas entity 1\n";
  open += info.schema->name;
  open += '\n';
  // Absent cells are left out, so that a nullable column added later changes no hash made before it.
  for (const auto& ref : info.columns) {
    const bool hide = ref.field->is_sealed();
    for (const int column : {static_cast<int>(ref.first), ref.second}) {
      if (column < 0) continue;
      const Value& v = row[static_cast<unsigned>(column)];
      if (hide) {
        if (!is_blank(v)) append_cell(sealed, static_cast<unsigned>(column), v);
      } else if (!v.is_null()) {
        append_cell(open, static_cast<unsigned>(column), v);
      }
    }
  }
  if (!sealed.empty()) {
    if (!key) return std::nullopt;
    const Hash mac = hmac_sha256({reinterpret_cast<const char*>(key->mac.data()), key->mac.size()}, sealed);
    open += "personal";
    open += as_view(mac);
  }
  return sha256(open);
}

}  // namespace atlas
