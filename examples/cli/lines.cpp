#include "lines.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "atlas/error.hpp"

namespace atlas::cli {
namespace {

constexpr std::size_t piece = 64 * 1024;

/// Reads once; 0 at the end.
std::size_t read_piece(int fd, char* to) {
  for (;;) {
    const ssize_t n = ::read(fd, to, piece);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) throw Error(ErrorCode::invalid_argument, "the input cannot be read");
  }
}

}  // namespace

int open_to_read(const std::string& path) {
  if (path == "-") return STDIN_FILENO;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw Error(ErrorCode::not_found, "the file cannot be opened").with("file", path);
  return fd;
}

LineReader::LineReader(const std::string& path, Output& out) : fd_(open_to_read(path)), out_(out) {}

LineReader::~LineReader() {
  if (fd_ != STDIN_FILENO) ::close(fd_);
}

bool LineReader::fill() {
  if (end_) return false;
  out_.flush();
  if (begin_ > 0) buffer_.erase(0, begin_), begin_ = 0;
  const std::size_t size = buffer_.size();
  buffer_.resize(size + piece);
  const std::size_t n = read_piece(fd_, buffer_.data() + size);
  buffer_.resize(size + n);
  end_ = n == 0;
  return n > 0;
}

std::optional<Line> LineReader::next() {
  std::size_t from = begin_;
  bool too_long = false;
  for (;;) {
    const std::size_t at = buffer_.find('\n', from);
    if (at != std::string::npos) {
      std::string_view text = std::string_view(buffer_).substr(begin_, at - begin_);
      begin_ = at + 1;
      if (too_long || text.size() > line_limit) return Line{{}, true};
      if (text.ends_with('\r')) text.remove_suffix(1);
      return Line{text, false};
    }
    if (buffer_.size() - begin_ > line_limit) {
      too_long = true;
      buffer_.clear();
      begin_ = 0;
    }
    const std::size_t seen = buffer_.size() - begin_;
    if (!fill()) {
      if (too_long) {
        buffer_.clear();
        begin_ = 0;
        return Line{{}, true};
      }
      if (begin_ == buffer_.size()) return std::nullopt;
      const std::string_view text = std::string_view(buffer_).substr(begin_);
      begin_ = buffer_.size();
      return Line{text, false};
    }
    from = begin_ + seen;
  }
}

std::string read_whole(const std::string& path, std::size_t limit) {
  const int fd = open_to_read(path);
  std::string text;
  try {
    for (;;) {
      const std::size_t size = text.size();
      text.resize(size + piece);
      const std::size_t n = read_piece(fd, text.data() + size);
      text.resize(size + n);
      if (n == 0) break;
      if (text.size() > limit)
        throw Error(ErrorCode::invalid_argument, "the input is too long").with("reason", "size");
    }
  } catch (...) {
    if (fd != STDIN_FILENO) ::close(fd);
    throw;
  }
  if (fd != STDIN_FILENO) ::close(fd);
  return text;
}

}  // namespace atlas::cli
