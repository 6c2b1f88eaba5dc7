#pragma once
// Standard input or a file, line by line, in bounded memory.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "terminal.hpp"

namespace atlas::cli {

/// The longest line that is taken; a longer one is passed over and told of.
inline constexpr std::size_t line_limit = 24u << 20;

/// One line without its line break.
struct Line {
  std::string_view text;  ///< Valid until the next line is asked for.
  bool too_long = false;
};

/// Before it waits for more input it flushes `out`, so that who writes a line and waits gets its answer.
class LineReader {
 public:
  /// `path` "-" is standard input. Throws Error(not_found) when the file cannot be read.
  LineReader(const std::string& path, Output& out);
  ~LineReader();
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  std::optional<Line> next();

 private:
  bool fill();
  int fd_;
  Output& out_;
  std::string buffer_;
  std::size_t begin_ = 0;
  bool end_ = false;
};

/// The whole of a file or, with "-", of standard input; at most `limit` bytes. Throws Error.
std::string read_whole(const std::string& path, std::size_t limit);

/// Opens for reading; throws Error(not_found). "-" is standard input.
int open_to_read(const std::string& path);

}  // namespace atlas::cli
