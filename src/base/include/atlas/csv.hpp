#pragma once
// CSV as people and portals write it: RFC 4180 with guessed separators, bounded memory.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace atlas {

/// What one record may cost in memory.
struct CsvLimits {
  std::size_t record_bytes = 1u << 20;  ///< One record with its line breaks.
  std::size_t fields = 4096;            ///< In one record.
  std::size_t field_bytes = SIZE_MAX;   ///< One field.
};

/// The separator of `sample` among , ; tab |: the one that gives the most even records; ',' when unclear.
char guess_separator(std::string_view sample) noexcept;

/// A push parser: feed bytes in pieces of any size, records come out whole. A UTF-8 BOM is dropped, CRLF, LF
/// and CR end a record outside quotes, "" is a quote inside quotes; a quote inside an unquoted field is a
/// plain character, and so is what follows a closing quote. A blank line is no record. Records count from 1.
/// Throws invalid_argument (details `record` and `reason`: record_bytes, fields, field_bytes, open_quote)
/// when a limit is passed or the input ends inside quotes; the reader is then done. With `refused`, such a
/// record is told there instead, skipped to its end without being held, and the reading goes on. One thread
/// at a time.
class CsvReader {
 public:
  using Sink = std::function<void(std::size_t record, const std::vector<std::string>& fields)>;
  using Refused = std::function<void(std::size_t record, std::string_view reason)>;
  CsvReader(char separator, Sink sink, CsvLimits limits = {}, Refused refused = {});
  void feed(std::string_view bytes);
  void finish();
  /// The line, from 1, on which the last record begun begins: inside the sink, the record given.
  std::size_t line() const noexcept { return record_line_; }

 private:
  void take(char c);
  std::size_t take_run(std::string_view bytes);
  void begin_record();
  void keep(std::string_view bytes);
  void count(std::size_t bytes);
  void end_field();
  void end_record();
  void fail(const char* reason, const char* what);
  enum class State { start, field, quoted, quote_in_quoted, after_cr };
  char separator_;
  Sink sink_;
  Refused refused_;
  CsvLimits limits_;
  State state_ = State::start;
  bool open_ = false;             // a record is under way
  bool returned_ = false;         // the last byte was a CR
  const char* failed_ = nullptr;  // why the record under way is skipped
  std::vector<std::string> fields_;
  std::string field_;
  std::size_t bytes_ = 0, records_ = 0, seen_ = 0, line_ = 1, record_line_ = 1;
};

/// One record as CSV with RFC 4180 quoting and its CRLF. With `neutralise`, a cell that begins with = + - @
/// tab or CR gets a leading apostrophe, so that a spreadsheet does not run it (OWASP, CSV injection).
std::string csv_record(const std::vector<std::string>& fields, char separator = ',', bool neutralise = false);

}  // namespace atlas
