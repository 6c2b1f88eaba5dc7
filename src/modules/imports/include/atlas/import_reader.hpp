#pragma once
// Reading a file of records that somebody else wrote: CSV or JSON Lines, in whatever encoding, well or badly
// made. Bytes are pushed in pieces of any size; records come out one by one, good or refused with the reason.
// What comes out does not depend on how the bytes were cut. Pure: no files, no clock.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atlas::imports {

/// CSV, or one JSON object a line.
enum class FileFormat : std::uint8_t { csv, jsonl };
/// How the bytes of a file are text.
enum class TextEncoding : std::uint8_t { utf_8, windows_1252, utf_16_le, utf_16_be };

/// "csv", "jsonl"; nothing for another text.
std::optional<FileFormat> parse_file_format(std::string_view text) noexcept;
std::string_view to_string(FileFormat format) noexcept;
/// "utf-8", "windows-1252", "utf-16le", "utf-16be"; nothing for another text.
std::optional<TextEncoding> parse_text_encoding(std::string_view text) noexcept;
std::string_view to_string(TextEncoding encoding) noexcept;

/// What one record may cost, whatever the file.
struct ReaderLimits {
  std::size_t record_bytes = 1u << 20;  ///< As UTF-8, with its quotes and line breaks.
  std::size_t cell_bytes = 256u << 10;
  std::size_t columns = 1'000;  ///< Cells of a record, columns of a header.
};

/// What is known of the file beforehand; the rest is guessed from its first 64 KiB.
struct ReaderOptions {
  std::optional<FileFormat> format;
  std::optional<TextEncoding> encoding;
  std::optional<char> separator;  ///< CSV: one ASCII character, no quote, line break or NUL.
  ReaderLimits limits;
};

/// One value of a record. The views live as long as the call of the sink.
struct ImportCell {
  /// CSV: the header's name. JSON: the path, members joined by '.', as in `attributes.Surface habitable`; an
  /// array of objects has its index in the path (`photos.0.url`).
  std::string_view name;
  std::string_view text;    ///< UTF-8, as written; "true" and "false" for JSON's own.
  bool is_number = false;   ///< a JSON number: the point is its decimal point
  bool is_element = false;  ///< one of an array of values: each is a cell of the array's name
};

/// Why a record is refused: stable codes.
namespace record_reason {
inline constexpr std::string_view record_too_long = "record_too_long", cell_too_long = "cell_too_long",
                                  too_many_cells = "too_many_cells", open_quote = "open_quote",
                                  nul_byte = "nul_byte", encoding = "encoding", not_json = "not_json",
                                  not_an_object = "not_an_object", too_deep = "too_deep",
                                  duplicate_member = "duplicate_member";
}  // namespace record_reason

/// One record. Cells that the row does not have, JSON nulls and columns without a name are not there; empty
/// ones are.
struct ImportRecord {
  std::uint64_t number = 0;  ///< from 1, refused ones counted, the header and blank lines not
  std::uint64_t line = 0;    ///< from 1: where it begins
  std::span<const ImportCell> cells;
  std::string_view refused;  ///< empty, or a code of record_reason; then there are no cells
};

/// A sentence for people about a code of record_reason.
std::string_view record_advice(std::string_view reason) noexcept;

/// The reader. One thread at a time. A file that cannot be an import at all is refused whole, by
/// Error(invalid_argument) from `feed` or `finish` with the detail `reason`: `zip`, `spreadsheet`, `gzip`,
/// `pdf`, `html`, `json_array`, `binary` and the like (not a text of records, with advice), `empty`,
/// `no_header`, `duplicate_header`, `header` (the header is itself a refused record). The reader is then
/// done, as it is when the sink throws; a call after that is Error(misuse).
class ImportReader {
 public:
  using Sink = std::function<void(const ImportRecord&)>;

  /// Throws invalid_argument for a separator that cannot be one.
  explicit ImportReader(Sink sink, ReaderOptions options = {});
  ~ImportReader();
  ImportReader(ImportReader&&) noexcept;
  ImportReader& operator=(ImportReader&&) noexcept;

  void feed(std::string_view bytes);
  /// The end of the input: the last record, even without a line break.
  void finish();

  /// What was given or guessed; known once 64 KiB or the end were seen, before the first record.
  FileFormat format() const noexcept;
  TextEncoding encoding() const noexcept;
  char separator() const noexcept;  ///< 0 for JSON Lines
  /// Names of the columns in order, trimmed; "" for one without. Empty for JSON Lines.
  const std::vector<std::string>& header() const noexcept;
  /// Records given to the sink so far.
  std::uint64_t records() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace atlas::imports
