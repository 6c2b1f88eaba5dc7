#pragma once
// What a record of a file can become: the fields of each kind of record, in one table.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "atlas/import_values.hpp"

namespace atlas::imports {

/// What the records of a file are; each is made by one operation.
enum class ImportKind : std::uint8_t { listings, dossiers, parties, consents };

/// "listings", "dossiers", "parties", "consents"; nothing for another text.
std::optional<ImportKind> parse_import_kind(std::string_view text) noexcept;
/// The name that parse_import_kind reads.
std::string_view to_string(ImportKind kind) noexcept;
/// "listings.create", "dossiers.create", "parties.create", "consents.grant".
std::string_view operation_of(ImportKind kind) noexcept;

/// How the text of a cell becomes a field's value: the names of `parse` in a map.
enum class Parse : std::uint8_t {
  text,     ///< one line
  body,     ///< several lines
  code,     ///< a code of the field's dictionary, by its label or the words for it
  price,    ///< money
  surface,  ///< decimal, square metres
  decimal,  ///< decimal
  integer,
  count,      ///< integer, as things are counted
  rooms,      ///< integer; "T3"
  bedrooms,   ///< integer
  bathrooms,  ///< integer
  floor,      ///< integer
  boolean,
  date,
  time,
  phone,   ///< as written: the operation reads it
  email,   ///< trimmed
  list,    ///< texts, parted by ; , or | when they stand in one cell
  codes,   ///< codes, in the same way
  phones,  ///< a list of telephone numbers
  emails,
  city,          ///< one line
  region,        ///< ISO 3166 alpha-2
  locale,        ///< "fr-FR", by itself or by the language's name
  choice,        ///< a value of the field's closed list, by its words
  percent,       ///< decimal
  yearly_price,  ///< money by year
  id,
};
/// The parser of that name in a map.
std::optional<Parse> parse_parse(std::string_view text) noexcept;
std::string_view to_string(Parse parse) noexcept;

/// The JSON type of a value: what a `default` and a constant must be, and which parsers fit.
enum class ValueShape : std::uint8_t { text, integer, decimal, money, boolean, date, time, texts };
ValueShape shape_of(Parse parse) noexcept;

/// One field that a record may fill.
struct TargetField {
  std::string_view name;                 ///< of the operation's input; members of objects joined by '.'
  Parse parse = Parse::text;             ///< how it is read when the map does not say
  std::string_view dictionary = {};      ///< code, codes
  std::span<const Choice> choices = {};  ///< choice
  std::uint16_t max_length = 0;          ///< texts: code points; 0 = the operation's own affair
  std::uint8_t scale = 0;                ///< decimal
  bool is_required = false;
  bool zero_is_absent = false;  ///< files write 0 for "not given"
};

/// All fields of the kind, in the order in which they are written.
std::span<const TargetField> target_fields(ImportKind kind) noexcept;
/// The field of that name; a member of `meta` (`meta.NAME`, and `utm.NAME` of dossiers) is a text of any name
/// of letters, digits and `_`. Nothing for another.
std::optional<TargetField> find_target(ImportKind kind, std::string_view name) noexcept;

}  // namespace atlas::imports
