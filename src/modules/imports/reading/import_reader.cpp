#include "atlas/import_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "atlas/csv.hpp"
#include "atlas/error.hpp"
#include "atlas/text.hpp"
#include "decode.hpp"
#include "flatten.hpp"

namespace atlas::imports {
namespace {

constexpr std::size_t sample_bytes = 64u << 10;
constexpr std::size_t decoded_at_once = 64u << 10;

struct Advice {
  std::string_view reason, text;
};
constexpr Advice advices[] = {
    {record_reason::record_too_long, "the record is longer than a record may be"},
    {record_reason::cell_too_long, "a cell, or the path to it, is longer than it may be"},
    {record_reason::too_many_cells, "the row has more cells than the header, or than a record may have"},
    {record_reason::open_quote, "a quote is opened and never closed: all that follows was read as one cell"},
    {record_reason::nul_byte, "the record holds a NUL byte"},
    {record_reason::encoding, "the record holds bytes that are no text in the file's encoding"},
    {record_reason::not_json, "the line is not well-formed JSON"},
    {record_reason::not_an_object, "the line is JSON but no object"},
    {record_reason::too_deep, "the object is nested too deep"},
    {record_reason::duplicate_member, "a member is given twice"},
};

[[noreturn]] void refuse_file(std::string_view reason, const std::string& message) {
  throw Error(ErrorCode::invalid_argument, "the file cannot be imported: " + message).with("reason", reason);
}

std::string_view csv_reason(std::string_view reason) {
  if (reason == "fields") return record_reason::too_many_cells;
  if (reason == "field_bytes") return record_reason::cell_too_long;
  if (reason == "open_quote") return record_reason::open_quote;
  return record_reason::record_too_long;
}

std::string_view without_space(std::string_view text) {
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at == text.npos ? std::string_view() : text.substr(at);
}

}  // namespace

std::optional<FileFormat> parse_file_format(std::string_view text) noexcept {
  if (text == "csv") return FileFormat::csv;
  if (text == "jsonl") return FileFormat::jsonl;
  return std::nullopt;
}

std::string_view to_string(FileFormat format) noexcept { return format == FileFormat::csv ? "csv" : "jsonl"; }

namespace {
constexpr std::array<std::string_view, 4> encoding_names{"utf-8", "windows-1252", "utf-16le", "utf-16be"};
}

std::optional<TextEncoding> parse_text_encoding(std::string_view text) noexcept {
  for (std::size_t i = 0; i < encoding_names.size(); ++i)
    if (text == encoding_names[i]) return static_cast<TextEncoding>(i);
  return std::nullopt;
}

std::string_view to_string(TextEncoding encoding) noexcept {
  return encoding_names[static_cast<std::size_t>(encoding)];
}

std::string_view record_advice(std::string_view reason) noexcept {
  for (const Advice& a : advices)
    if (a.reason == reason) return a.text;
  return "the record cannot be read";
}

class ImportReader::State {
 public:
  State(Sink sink, ReaderOptions options) : sink_(std::move(sink)), options_(options) {
    // The parser's own check, before anything was read.
    if (options_.separator) CsvReader(*options_.separator, nullptr);
    if (options_.separator && static_cast<unsigned char>(*options_.separator) >= 0x80)
      throw Error(ErrorCode::invalid_argument, "a separator is one ASCII character");
  }

  void feed(std::string_view bytes) {
    guarded([&] {
      if (!decoder_) {
        const std::size_t taken = std::min(bytes.size(), sample_bytes - sample_.size());
        sample_.append(bytes.substr(0, taken));
        bytes.remove_prefix(taken);
        if (sample_.size() < sample_bytes) return;
        begin();
      }
      take(bytes);
    });
  }

  void finish() {
    guarded([&] {
      if (!decoder_) begin();
      decoded_.clear();
      decoder_->finish(decoded_);
      push(decoded_);
      if (csv_) {
        csv_->finish();
        if (!has_header_) refuse_file("no_header", "its first line does not name the columns");
      } else {
        end_of_line();
      }
      done_ = true;
    });
  }

  FileFormat format_ = FileFormat::csv;
  char separator_ = 0;
  std::vector<std::string> header_;
  std::uint64_t records_ = 0;
  std::optional<Decoder> decoder_;

 private:
  // A reader that refused its file has no defined place to go on from.
  template <class F>
  void guarded(F&& f) {
    if (done_) throw Error(ErrorCode::misuse, "the reader is done");
    done_ = true;
    f();
    done_ = false;
  }

  void begin();
  void take(std::string_view bytes);
  void push(std::string_view text);
  void split_lines(std::string_view text);
  void end_of_line();
  void row(const std::vector<std::string>& fields);
  void header(const std::vector<std::string>& fields);
  void refuse(std::uint64_t line, std::string_view reason);
  void emit(std::uint64_t line, std::span<const ImportCell> cells);

  Sink sink_;
  ReaderOptions options_;
  std::string sample_, decoded_;
  bool done_ = false;
  // CSV
  std::optional<CsvReader> csv_;
  bool has_header_ = false;
  std::vector<ImportCell> cells_;
  // JSON Lines
  Flattened flattened_;
  std::string text_;  // the line under way
  std::uint64_t line_ = 1;
  bool too_long_ = false, returned_ = false;
};

void ImportReader::State::begin() {
  if (sample_.empty()) refuse_file("empty", "it is empty");
  if (const auto binary = recognise_binary(sample_)) refuse_file(binary->reason, std::string(binary->advice));
  decoder_.emplace(options_.encoding, sample_);
  std::string beginning;
  Decoder(options_.encoding, sample_).decode(sample_, beginning);
  const std::string_view first = without_space(beginning);
  if (first.empty() && sample_.size() < sample_bytes) refuse_file("empty", "there is nothing in it");
  if (options_.format)
    format_ = *options_.format;
  else if (first.starts_with('{'))
    format_ = FileFormat::jsonl;
  const bool array = first.starts_with('[') && without_space(first.substr(1)).starts_with('{');
  if (array && (format_ == FileFormat::jsonl || !options_.format))
    refuse_file("json_array", "it is one JSON array: write one object a line (JSON Lines)");
  if (format_ == FileFormat::csv) {
    separator_ = options_.separator ? *options_.separator : guess_separator(beginning);
    // The limit of the columns is applied to cells that hold something; a row may end in empty ones.
    csv_.emplace(
        separator_, [this](std::size_t, const std::vector<std::string>& fields) { row(fields); },
        CsvLimits{.record_bytes = options_.limits.record_bytes,
                  .fields = options_.limits.columns,
                  .field_bytes = options_.limits.cell_bytes},
        [this](std::size_t, std::string_view reason) { refuse(csv_->line(), csv_reason(reason)); });
  }
  const std::string sample = std::exchange(sample_, {});
  take(sample);
}

void ImportReader::State::take(std::string_view bytes) {
  // What is decoded is longer than what was read; not much of it is held at once.
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), decoded_at_once))) {
    decoded_.clear();
    decoder_->decode(bytes.substr(0, decoded_at_once), decoded_);
    push(decoded_);
  }
}

void ImportReader::State::push(std::string_view text) {
  if (csv_)
    csv_->feed(text);
  else
    split_lines(text);
}

void ImportReader::State::refuse(std::uint64_t line, std::string_view reason) {
  if (csv_ && !has_header_)
    refuse_file("header", "its first line, which names the columns: " + std::string(record_advice(reason)));
  sink_({.number = ++records_, .line = line, .cells = {}, .refused = reason});
}

void ImportReader::State::emit(std::uint64_t line, std::span<const ImportCell> cells) {
  sink_({.number = ++records_, .line = line, .cells = cells, .refused = {}});
}

void ImportReader::State::header(const std::vector<std::string>& fields) {
  bool named = false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!is_utf8(fields[i]) || fields[i].find('\0') != std::string::npos)
      refuse(csv_->line(), is_utf8(fields[i]) ? record_reason::nul_byte : record_reason::encoding);
    header_.emplace_back(trim(fields[i]));
    named = named || !header_.back().empty();
  }
  if (!named) refuse_file("no_header", "its first line does not name the columns");
  std::vector<std::size_t> order(header_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [this](std::size_t a, std::size_t b) { return header_[a] < header_[b]; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (header_[order[i]].empty() || header_[order[i]] != header_[order[i - 1]]) continue;
    refuse_file("duplicate_header", "columns " + std::to_string(order[i - 1] + 1) + " and " +
                                        std::to_string(order[i] + 1) + " have the same name");
  }
  has_header_ = true;
}

void ImportReader::State::row(const std::vector<std::string>& fields) {
  if (!has_header_) return header(fields);
  const std::size_t line = csv_->line();
  cells_.clear();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string& text = fields[i];
    if (!text.empty() && std::memchr(text.data(), 0, text.size()))
      return refuse(line, record_reason::nul_byte);
    if (!is_utf8(text)) return refuse(line, record_reason::encoding);
    if (i < header_.size()) {
      if (!header_[i].empty()) cells_.push_back({.name = header_[i], .text = text});
    } else if (!trim(text).empty()) {
      return refuse(line, record_reason::too_many_cells);
    }
  }
  emit(line, cells_);
}

void ImportReader::State::split_lines(std::string_view text) {
  while (!text.empty()) {
    if (std::exchange(returned_, false) && text.front() == '\n') {
      text.remove_prefix(1);
      continue;
    }
    const std::size_t feed_at = std::min(text.find('\n'), text.size());
    const std::size_t end = std::min(text.substr(0, feed_at).find('\r'), feed_at);
    if (!too_long_) {
      if (text_.size() + end > options_.limits.record_bytes) {
        too_long_ = true;
        text_ = {};
      } else {
        text_.append(text.substr(0, end));
      }
    }
    if (end == text.size()) return;
    returned_ = text[end] == '\r';
    text.remove_prefix(end + 1);
    end_of_line();
    ++line_;
  }
}

void ImportReader::State::end_of_line() {
  if (std::exchange(too_long_, false)) return refuse(line_, record_reason::record_too_long);
  if (!trim(text_).empty()) {
    const std::string_view reason = flattened_.read(text_, options_.limits);
    if (reason.empty())
      emit(line_, flattened_.cells());
    else
      refuse(line_, reason);
  }
  text_.clear();
}

ImportReader::ImportReader(Sink sink, ReaderOptions options)
    : state_(std::make_unique<State>(std::move(sink), options)) {}
ImportReader::~ImportReader() = default;
ImportReader::ImportReader(ImportReader&&) noexcept = default;
ImportReader& ImportReader::operator=(ImportReader&&) noexcept = default;

void ImportReader::feed(std::string_view bytes) { state_->feed(bytes); }
void ImportReader::finish() { state_->finish(); }
FileFormat ImportReader::format() const noexcept { return state_->format_; }
TextEncoding ImportReader::encoding() const noexcept {
  return state_->decoder_ ? state_->decoder_->encoding() : TextEncoding::utf_8;
}
char ImportReader::separator() const noexcept { return state_->separator_; }
const std::vector<std::string>& ImportReader::header() const noexcept { return state_->header_; }
std::uint64_t ImportReader::records() const noexcept { return state_->records_; }

}  // namespace atlas::imports
