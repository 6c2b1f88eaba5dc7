#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "atlas/text.hpp"

namespace atlas::cli {
namespace {

constexpr std::size_t buffer_limit = 64 * 1024;

const char* code_of(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return "";
    case Ink::bold:
      return "\x1b[1m";
    case Ink::faint:
      return "\x1b[2m";
    case Ink::green:
      return "\x1b[32m";
    case Ink::red:
      return "\x1b[31m";
    case Ink::yellow:
      return "\x1b[33m";
    case Ink::blue:
      return "\x1b[36m";
  }
  return "";
}

std::string inked(bool colours, Ink ink, std::string_view text) {
  if (!colours || ink == Ink::plain) return std::string(text);
  return code_of(ink) + std::string(text) + "\x1b[0m";
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool combining(unsigned char lead, unsigned char next) {
  // U+0300–U+036F and the Arabic marks U+064B–U+0652.
  return (lead == 0xCC) || (lead == 0xCD && next < 0xB0) || (lead == 0xD9 && next >= 0x8B && next <= 0x92);
}

/// The first `columns` columns of valid UTF-8.
std::string cut(std::string_view text, std::size_t columns) {
  std::string out;
  std::size_t used = 0;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    const std::string_view one = text.substr(i, end - i);
    used += display_width(one);
    if (used > columns) break;
    out += one;
    i = end;
  }
  return out;
}

}  // namespace

void Output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= buffer_limit) flush();
}

void Output::line(std::string_view text) {
  write(text);
  write("\n");
}

void Output::flush() {
  if (buffer_.empty()) return;
  const bool written = write_all(STDOUT_FILENO, buffer_);
  const int why = errno;
  buffer_.clear();
  if (!written) throw OutputLost("standard output cannot be written", why == EPIPE);
}

Terminal::Terminal() : human_(::isatty(STDOUT_FILENO) == 1), human_errors_(::isatty(STDERR_FILENO) == 1) {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40) width_ = size.ws_col;
}

void Terminal::settle(bool json, bool no_color, bool force_human) {
  const char* no_color_variable = std::getenv("NO_COLOR");
  const char* kind = std::getenv("TERM");
  const bool plain =
      no_color || (no_color_variable && *no_color_variable) || (kind && std::string_view(kind) == "dumb");
  colours_ = human_ && !plain;
  error_colours_ = human_errors_ && !plain;
  if (force_human) {
    if (!human_) width_ = 110;
    human_ = true;
  }
  if (json) human_ = human_errors_ = false;
}

std::string Terminal::ink(Ink ink, std::string_view text) const { return inked(colours_, ink, text); }
std::string Terminal::error_ink(Ink ink, std::string_view text) const {
  return inked(error_colours_, ink, text);
}

void Terminal::say(std::string_view text) { write_all(STDERR_FILENO, std::string(text) + "\n"); }

void Table::print(Terminal& terminal, std::string_view indent) const {
  std::vector<std::size_t> widths;
  for (const std::string& title : header_) widths.push_back(display_width(title));
  std::vector<std::vector<std::string>> rows = rows_;
  for (auto& row : rows) {
    row.resize(header_.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i] = harmless(row[i]);
      widths[i] = std::max(widths[i], display_width(row[i]));
    }
  }
  // The widest column gives way until the table fits.
  const auto total = [&] {
    std::size_t sum = indent.size();
    for (const std::size_t w : widths) sum += w + 2;
    return sum;
  };
  const auto room = static_cast<std::size_t>(terminal.width());
  while (total() > room + 2) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= 8) break;
    --*widest;
  }
  const auto put = [&](const std::vector<std::string>& cells, Ink ink) {
    std::string line(indent);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      std::string cell = cells[i];
      if (display_width(cell) > widths[i]) cell = cut(cell, widths[i] - 1) + "…";
      const std::string pad(widths[i] - display_width(cell), ' ');
      const bool right = std::find(right_.begin(), right_.end(), i) != right_.end();
      const bool last = i + 1 == cells.size();
      line += right ? pad + terminal.ink(ink, cell) : terminal.ink(ink, cell) + (last ? "" : pad);
      if (!last) line += "  ";
    }
    terminal.out.line(line);
  };
  put(header_, Ink::bold);
  for (const auto& row : rows) put(row, Ink::plain);
}

Progress::Progress(const Terminal& terminal, std::string label, std::int64_t total)
    : shown_(terminal.human_errors()), label_(std::move(label)), total_(total) {
  at(0);
}

Progress::~Progress() { finish(); }

void Progress::at(std::int64_t done) {
  if (!shown_) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < std::chrono::milliseconds(50)) return;
  last_ = now;
  draw(done);
}

void Progress::draw(std::int64_t done) {
  constexpr std::int64_t cells = 30;
  const std::int64_t full = total_ > 0 ? std::min(cells, done * cells / total_) : 0;
  std::string bar = "\r  " + label_ + " ";
  for (std::int64_t i = 0; i < cells; ++i) bar += i < full ? "━" : "┄";
  bar += " " + grouped(done) + (total_ > 0 ? " of " + grouped(total_) : "") + "\x1b[K";
  write_all(STDERR_FILENO, bar);
}

void Progress::finish() {
  if (!shown_) return;
  shown_ = false;
  write_all(STDERR_FILENO, "\r\x1b[K");
}

std::string harmless(std::string_view text) {
  if (!is_utf8(text)) return "(no text)";
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    if (c < 0x20 || c == 0x7f) {
      out += ' ';
    } else if (c == 0xC2 && next < 0xA0) {  // the C1 controls
      out += ' ';
      ++i;
    } else {
      out += static_cast<char>(c);
    }
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c & 0xC0) == 0x80) continue;
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0u;
    if (!combining(c, static_cast<unsigned char>(next))) ++n;
  }
  return n;
}

std::string grouped(std::int64_t n) {
  std::string digits = std::to_string(n);
  for (auto i = static_cast<std::int64_t>(digits.size()) - 3; i > (n < 0 ? 1 : 0); i -= 3) {
    digits.insert(static_cast<std::size_t>(i), ",");
  }
  return digits;
}

std::string megabytes(std::uintmax_t bytes) {
  const std::uintmax_t tenths = (bytes + 50'000) / 100'000;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " MB";
}

}  // namespace atlas::cli
