#include "atlas/value.hpp"

namespace atlas {

int compare(const Value& a, const Value& b) noexcept {
  if (a.type() == ValueType::integer && b.type() == ValueType::integer) {
    return a.as_integer() < b.as_integer() ? -1 : a.as_integer() > b.as_integer() ? 1 : 0;
  }
  // char_traits<char> compares as unsigned bytes.
  const int order = a.bytes().compare(b.bytes());
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

OwnedRow own(RowView row) { return {row.begin(), row.end()}; }

std::vector<Value> views(const OwnedRow& row) {
  std::vector<Value> result;
  result.reserve(row.size());
  for (const OwnedValue& value : row) result.push_back(value.view());
  return result;
}

}  // namespace atlas
