#pragma once
// Atoms: small facts of a record by which candidates are brought together, alone or two at a time.

#include <cstdint>
#include <string>
#include <vector>

#include "model_data.hpp"

namespace atlas::matching {

enum class AtomKind : std::uint8_t {
  name_word,   ///< Consonants of each word of a person's name.
  name_begin,  ///< First letters of each.
  name_end,    ///< Last letters of each.
  name_whole,  ///< All words of the name, in any order.
  email,
  mailbox_begin,
  phone_part,  ///< Halves of the number: a slip is in one of them.
  mailbox,     ///< What stands before the @.
  phone,
  date,
  year_month,
  month_day,
  year,
  house,  ///< Number and a word of the street.
  street_word,
  city,
  postcode,
  region,
  identifier,
  identifier_part,
  title_whole,
  title_word,  ///< The rarest words.
  title_begin,
  title_grams,  ///< Smallest hashes of trigrams: near titles share some.
  text_word,
  number,
  category,
  place,
  code,
};
std::string_view to_string(AtomKind kind) noexcept;

/// A kind of atom of one comparison.
struct Atom {
  AtomKind kind;
  std::uint8_t comparison;  ///< Of whose value it is made.
  std::uint8_t family;      ///< Atoms of one family say the same in several ways and are not combined.
};
/// The atoms that the model's comparisons allow.
std::vector<Atom> atoms_of(const ModelData& model);

inline constexpr std::size_t max_atom_values = 5;
/// Appends the atoms of a record; nothing for what is missing.
void append_atom_values(const ModelData& model, const Atom& atom, Row row, std::vector<std::uint64_t>& out);

}  // namespace atlas::matching
