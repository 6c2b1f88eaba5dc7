#pragma once
// The map: which column of a file fills which field, and how its text is read. It is a JSON document that
// people write and correct; docs/guide/imports.md explains it. Applied to a record it gives the input of the
// operation that makes the record here, or the fields that stand against it. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/import_fields.hpp"
#include "atlas/import_reader.hpp"
#include "atlas/import_values.hpp"
#include "atlas/money.hpp"
#include "atlas/time.hpp"

namespace atlas::imports {

/// What becomes of a text that cannot be read as the field's value.
enum class IfUnreadable : std::uint8_t { refuse, skip };

/// One way to fill a field. A field may have several, tried in order: the first that gives a value counts.
struct ColumnRule {
  std::vector<std::string> columns;  ///< names (CSV) or paths (JSON Lines)
  /// Several columns: joined by this text, empty ones left out; without it the first that is not empty.
  std::optional<std::string> join;
  bool all = false;  ///< a list: from all the columns, not the first that is not empty
  Parse parse = Parse::text;
  /// Folded text of a cell → the value written for it, before the parser is asked.
  std::vector<std::pair<std::string, std::string>> codes;
  std::optional<std::string> default_json;  ///< when nothing is given
  bool from_text = false;                   ///< the value stands somewhere in the text
  bool shorten = false;                     ///< a text too long is cut before a word, with a warning
  IfUnreadable if_unreadable = IfUnreadable::refuse;
  /// Listings: the rule is for those of these transactions only ("Loyer" is no price of a sale); empty = all.
  std::vector<std::string> only_for;
};

/// A field and the ways to fill it.
struct FieldRules {
  std::string field;
  std::vector<ColumnRule> rules;
};

/// A value for the whole file, or a column that has it.
struct ConstantOrColumn {
  std::string constant;
  std::vector<std::string> columns;
  std::vector<std::pair<std::string, std::string>> codes;
  bool is_given() const { return !constant.empty() || !columns.empty(); }
};

/// A map, checked.
struct ImportMap {
  ImportKind kind = ImportKind::listings;
  std::string note;  ///< for people
  std::optional<FileFormat> format;
  std::optional<TextEncoding> encoding;
  std::optional<char> separator;
  ConstantOrColumn source;        ///< whose ids `external_id` holds
  ConstantOrColumn phone_region;  ///< ISO 3166
  std::optional<Currency> currency;
  std::optional<DateOrder> date_order;
  std::optional<std::string> time_zone;  ///< IANA: of times without an offset
  std::optional<ColumnRule> external_id;
  std::optional<ColumnRule> seen_at;  ///< when the file's owner saw the record so: a later one counts
  std::vector<FieldRules> fields;     ///< in the order of the kind's table
  std::vector<std::pair<std::string, std::string>> constants;  ///< field → JSON text

  /// What the reader needs to know of the file.
  ReaderOptions reader_options() const;
  /// The columns named that `header` lacks: a mistake for a field whose rules name no other. With each, the
  /// path of the rule.
  std::vector<std::pair<std::string, std::string>> missing_columns(
      const std::vector<std::string>& header) const;
};

/// Reads a map. Throws invalid_argument that names every wrong member by its path: unknown members, unknown
/// fields of the kind, parsers that do not give what the field holds, codes of the wrong shape, a required
/// field that nothing fills.
ImportMap read_import_map(std::string_view json);
/// The map as a document, which read_import_map reads back as the same map.
std::string to_json(const ImportMap& map, bool indented = true);

/// What the organisation says where the map does not.
struct MapDefaults {
  Currency currency{{'M', 'A', 'D'}};
  std::string time_zone;  ///< IANA
};

/// Something a person may want to know about a record that was taken.
struct MapWarning {
  std::string field;
  std::string_view
      code;  ///< of value_warning, or "left_out" (it could not be read), "shortened", "zero_left_out"
  std::string_view reason{};  ///< of left_out: a code of value_reason
};

/// What one record becomes.
struct MappedRecord {
  std::string input;  ///< JSON object: the operation's input; empty when refused
  std::optional<std::pair<std::string, std::string>> external;  ///< source and id, also in `input`
  std::optional<Timestamp> seen_at;
  std::vector<FieldError> errors;         ///< path, field code, sentence; never the value
  std::vector<std::string_view> reasons;  ///< beside each error: "required" or a code of value_reason
  std::vector<MapWarning> warnings;
  bool is_refused() const { return !errors.empty(); }
};

/// Applies one map to many records. One thread at a time; the map outlives it.
class RecordMapper {
 public:
  RecordMapper(const ImportMap& map, MapDefaults defaults);
  ~RecordMapper();
  RecordMapper(RecordMapper&&) noexcept;
  RecordMapper& operator=(RecordMapper&&) noexcept;

  /// The record must be a good one (not refused by the reader). `out` is overwritten; reuse it.
  void map(const ImportRecord& record, MappedRecord& out);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace atlas::imports
