#pragma once
// What the command says and how: bytes on standard output, tables and progress on a terminal.

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace atlas::cli {

/// Nobody reads our output any more, or it cannot be written. `quiet`: the reader left, which needs no
/// message.
struct OutputLost : std::runtime_error {
  OutputLost(const char* what, bool reader_left) : std::runtime_error(what), quiet(reader_left) {}
  bool quiet;
};

/// Buffered standard output. Throws OutputLost.
class Output {
 public:
  void write(std::string_view text);
  void line(std::string_view text);
  void flush();

 private:
  std::string buffer_;
};

/// A style of text on a terminal.
enum class Ink { plain, bold, faint, green, red, yellow, blue };

/// Standard output and error of one run.
class Terminal {
 public:
  Terminal();

  /// People read standard output: tables rather than JSON.
  bool human() const { return human_; }
  /// Called once, when the options are known.
  void settle(bool json, bool no_color, bool force_human = false);
  bool human_errors() const { return human_errors_; }
  int width() const { return width_; }

  Output out;

  /// `text` in `ink`, or as it is where there are no colours.
  std::string ink(Ink ink, std::string_view text) const;
  /// The same for standard error.
  std::string error_ink(Ink ink, std::string_view text) const;
  /// A line on standard error.
  void say(std::string_view text);

 private:
  bool human_ = false, human_errors_ = false, colours_ = false, error_colours_ = false;
  int width_ = 80;
};

/// Rows in aligned columns, cut to the terminal's width. Hostile cells are made harmless.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : header_(std::move(header)) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Numbers stand on the right.
  void align_right(std::size_t column) { right_.push_back(column); }
  bool empty() const { return rows_.empty(); }
  void print(Terminal& terminal, std::string_view indent = "") const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> right_;
};

/// A bar on standard error while something runs; nothing where that is no terminal.
class Progress {
 public:
  Progress(const Terminal& terminal, std::string label, std::int64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void at(std::int64_t done);
  void finish();

 private:
  void draw(std::int64_t done);
  bool shown_;
  std::string label_;
  std::int64_t total_;
  std::chrono::steady_clock::time_point last_{};
};

/// Control characters, escape sequences and bytes that are no UTF-8 replaced, so that data cannot drive a
/// terminal.
std::string harmless(std::string_view text);
/// Columns that `text` takes, near enough: code points without combining marks.
std::size_t display_width(std::string_view text);
/// "10,845"
std::string grouped(std::int64_t n);
/// "26.4 MB"
std::string megabytes(std::uintmax_t bytes);

}  // namespace atlas::cli
