#pragma once
// Names of people: how two are compared, and given and family name together.

#include <cstdint>

#include "model_data.hpp"

namespace atlas::matching {

inline Outcome at(int level, float bits = -1) { return {static_cast<std::int8_t>(level), bits}; }
/// Is `a` the outcome that speaks more for a match?
inline bool better(const Outcome& a, const Outcome& b) {
  if (a.level != b.level) return a.level < b.level;
  return a.bits > b.bits;
}

/// 1 = the same word, above 0.85 = one slip apart, 0 = not alike.
double word_likeness(const Token& a, const Token& b);

/// 0 exact, 1 same form, 2 similar, 3 part, 4 near, 5 different
Outcome compare_name(const Value& a, const Value& b);
/// 0 exact, 1 same form, 2 contained, 3 close part, 4 one word, 5 shared word, 6 different
Outcome compare_full_name(const Value& a, const Value& b);
/// Given and family name, which may stand in each other's place or both in one field, and their order.
void compare_person(const ModelData& model, Row a, Row b, Outcomes& out);

}  // namespace atlas::matching
