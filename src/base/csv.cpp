#include "atlas/csv.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "atlas/error.hpp"

namespace atlas {
namespace {

constexpr std::string_view bom = "\xef\xbb\xbf";

[[noreturn]] void refuse(std::size_t record, const char* reason, const char* what) {
  throw Error(ErrorCode::invalid_argument, "CSV record " + std::to_string(record) + ": " + what)
      .with("reason", reason)
      .with("record", static_cast<std::int64_t>(record));
}

// How many fields each of the first records has under one separator.
struct FieldCounts {
  std::array<std::size_t, 50> of{};
  std::size_t records = 0;

  void add(std::size_t fields) { of[records++] = fields; }

  FieldCounts(std::string_view sample, char separator) {
    std::size_t fields = 1, length = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < sample.size() && records < of.size(); ++i) {
      const char c = sample[i];
      if (quoted) {
        if (c == '"') {
          if (i + 1 < sample.size() && sample[i + 1] == '"')
            ++i;
          else
            quoted = false;
        }
      } else if (c == '"' && (length == 0 || sample[i - 1] == separator)) {
        quoted = true;
      } else if (c == '\n' || c == '\r') {
        if (length > 0) add(fields);
        fields = 1;
        length = 0;
        continue;
      } else if (c == separator) {
        ++fields;
      }
      ++length;
    }
    // The last line of a sample is cut anywhere; it counts only when it is all there is.
    if (records == 0 && length > 0) add(fields);
  }

  // Even: as many records as possible have as many fields as the first; then the more fields the better.
  std::size_t score() const {
    if (records == 0 || of[0] < 2) return 0;
    const auto end = of.begin() + static_cast<std::ptrdiff_t>(records);
    const auto even = static_cast<std::size_t>(std::count(of.begin(), end, of[0]));
    return even * 100'000 / records + std::min<std::size_t>(of[0], 999);
  }
};

}  // namespace

char guess_separator(std::string_view sample) noexcept {
  if (sample.starts_with(bom)) sample.remove_prefix(bom.size());
  sample = sample.substr(0, std::size_t{64} << 10);
  char best = ',';
  std::size_t best_score = 0;
  for (const char separator : {',', ';', '\t', '|'}) {
    const std::size_t score = FieldCounts(sample, separator).score();
    if (score <= best_score) continue;
    best_score = score;
    best = separator;
  }
  return best;
}

CsvReader::CsvReader(char separator, Sink sink, CsvLimits limits, Refused refused)
    : separator_(separator), sink_(std::move(sink)), refused_(std::move(refused)), limits_(limits) {
  if (separator == '"' || separator == '\r' || separator == '\n' || separator == '\0')
    throw Error(ErrorCode::invalid_argument, "not a CSV separator");
}

void CsvReader::fail(const char* reason, const char* what) {
  if (!refused_) refuse(records_ + 1, reason, what);
  if (failed_) return;
  failed_ = reason;
  fields_ = {};
  field_ = {};
}

void CsvReader::begin_record() {
  if (open_) return;
  open_ = true;
  record_line_ = line_;
}

void CsvReader::keep(std::string_view bytes) {
  if (failed_) return;
  if (bytes.size() > limits_.field_bytes - std::min(limits_.field_bytes, field_.size()))
    return fail("field_bytes", "too long a field");
  field_.append(bytes);
}

void CsvReader::count(std::size_t bytes) {
  if (failed_) return;
  bytes_ += bytes;
  if (bytes_ > limits_.record_bytes) fail("record_bytes", "too long");
}

void CsvReader::end_field() {
  if (failed_) return;
  if (fields_.size() >= limits_.fields) return fail("fields", "too many fields");
  fields_.push_back(std::exchange(field_, {}));
}

void CsvReader::end_record() {
  end_field();
  open_ = false;
  bytes_ = 0;
  ++records_;
  if (const char* reason = std::exchange(failed_, nullptr))
    refused_(records_, reason);
  else
    sink_(records_, fields_);
  fields_.clear();
}

void CsvReader::feed(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size();) {
    const char c = bytes[i];
    if (seen_ < bom.size()) {
      // `seen_` counts the bytes of a mark so far; past it, the beginning is over.
      if (c == bom[seen_]) {
        ++seen_;
        ++i;
        continue;
      }
      const std::size_t held = std::exchange(seen_, bom.size());
      for (std::size_t k = 0; k < held; ++k) take(bom[k]);
    }
    if (const std::size_t run = take_run(bytes.substr(i)); run > 0) {
      i += run;
    } else {
      take(c);
      ++i;
    }
  }
}

// The bytes at the beginning that mean nothing but themselves, at once; never past a limit, so that why a
// record is refused does not depend on how the bytes were cut.
std::size_t CsvReader::take_run(std::string_view bytes) {
  if (state_ != State::field && state_ != State::quoted) return 0;
  std::size_t most = bytes.size();
  if (!failed_)
    most = std::min({most, limits_.record_bytes - bytes_,
                     limits_.field_bytes - std::min(limits_.field_bytes, field_.size())});
  const char stop = state_ == State::field ? separator_ : '"';
  std::size_t n = 0;
  while (n < most && bytes[n] != stop && bytes[n] != '\n' && bytes[n] != '\r') ++n;
  if (n == 0) return 0;
  returned_ = false;
  count(n);
  keep(bytes.substr(0, n));
  return n;
}

void CsvReader::take(char c) {
  const bool line_end = c == '\n' || c == '\r';
  if (line_end && !(c == '\n' && returned_)) ++line_;
  returned_ = c == '\r';
  if (state_ == State::after_cr) {
    state_ = State::start;
    if (c == '\n') return;
  }
  if (!open_ && !line_end) begin_record();
  count(1);
  switch (state_) {
    case State::quoted:
      if (c == '"')
        state_ = State::quote_in_quoted;
      else
        keep({&c, 1});
      return;
    case State::quote_in_quoted:
      if (c == '"') {
        keep({&c, 1});
        state_ = State::quoted;
        return;
      }
      // What follows a closing quote belongs to the field as it stands.
      state_ = State::field;
      break;
    case State::start:
      if (c == '"') {
        state_ = State::quoted;
        return;
      }
      if (line_end && !open_) {  // a blank line
        bytes_ = 0;
        if (c == '\r') state_ = State::after_cr;
        return;
      }
      state_ = State::field;
      break;
    case State::field:
    case State::after_cr:
      break;
  }
  if (c == separator_) {
    end_field();
    state_ = State::start;
  } else if (line_end) {
    end_record();
    state_ = c == '\r' ? State::after_cr : State::start;
  } else {
    keep({&c, 1});
  }
}

void CsvReader::finish() {
  if (seen_ < bom.size()) {
    const std::size_t held = std::exchange(seen_, bom.size());
    for (std::size_t i = 0; i < held; ++i) take(bom[i]);
  }
  if (state_ == State::quoted) {
    failed_ = nullptr;  // this tells more than its length
    fail("open_quote", "the input ends inside quotes");
  }
  if (open_) end_record();
  state_ = State::start;
}

std::string csv_record(const std::vector<std::string>& fields, char separator, bool neutralise) {
  std::string out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out.push_back(separator);
    std::string_view cell = fields[i];
    const bool formula =
        neutralise && !cell.empty() && std::string_view("=+-@\t\r").find(cell[0]) != cell.npos;
    // A lone empty cell would be a blank line, and a mark at the beginning would be dropped.
    const bool quote = cell.find_first_of("\"\r\n") != cell.npos || cell.find(separator) != cell.npos ||
                       (fields.size() == 1 && cell.empty()) || cell.starts_with(bom);
    if (quote) out.push_back('"');
    if (formula) out.push_back('\'');
    for (const char c : cell) {
      if (c == '"') out.push_back('"');
      out.push_back(c);
    }
    if (quote) out.push_back('"');
  }
  return out.append("\r\n");
}

}  // namespace atlas
