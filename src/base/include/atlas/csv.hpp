#pragma once
// CSV as people and portals write it: RFC 4180 with guessed separators, bounded memory.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace atlas {

/// What one record may cost in memory.
struct CsvLimits {
  std::size_t record_bytes = 1u << 20;  ///< One record with its line breaks.
  std::size_t fields = 4096;            ///< In one record.
};

/// The separator of `sample` among , ; tab |: the one that gives the most even records; ',' when unclear.
char guess_separator(std::string_view sample) noexcept;

/// A push parser: feed bytes in pieces of any size, records come out whole. A UTF-8 BOM is dropped, CRLF, LF
/// and CR end a record outside quotes, "" is a quote inside quotes; a quote inside an unquoted field is a
/// plain character, and so is what follows a closing quote. A blank line is no record. Records count from 1.
/// Throws invalid_argument (details `record` and `reason`: record_bytes, fields, open_quote) when a limit is
/// passed or the input ends inside quotes; the reader is then done. One thread at a time.
class CsvReader {
 public:
  using Sink = std::function<void(std::size_t record, const std::vector<std::string>& fields)>;
  CsvReader(char separator, Sink sink, CsvLimits limits = {});
  void feed(std::string_view bytes);
  void finish();

 private:
  void take(char c);
  void end_field();
  void end_record();
  enum class State { start, field, quoted, quote_in_quoted, after_cr };
  char separator_;
  Sink sink_;
  CsvLimits limits_;
  State state_ = State::start;
  std::vector<std::string> fields_;
  std::string field_;
  std::size_t bytes_ = 0, records_ = 0, seen_ = 0;
};

/// One record as CSV with RFC 4180 quoting and its CRLF. With `neutralise`, a cell that begins with = + - @
/// tab or CR gets a leading apostrophe, so that a spreadsheet does not run it (OWASP, CSV injection).
std::string csv_record(const std::vector<std::string>& fields, char separator = ',', bool neutralise = false);

}  // namespace atlas
