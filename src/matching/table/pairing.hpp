#pragma once
// Fields of a model: the columns of one table, or those that two tables have in common whatever they are
// called.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline.hpp"

namespace atlas::matching {

inline constexpr std::size_t no_column = SIZE_MAX;

/// A field, and which column of either table holds it; `no_column` = none.
struct FieldColumns {
  Field field;
  std::size_t first = no_column, second = no_column;
};
/// Columns that are ignored make no field.
std::vector<FieldColumns> pair_columns(const Table& first, std::span<const Column> columns,
                                       const Table* second, std::span<const Column> columns2);

}  // namespace atlas::matching
