#include "decode.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "atlas/text.hpp"

namespace atlas::imports {
namespace {

constexpr char no_character = '\xff';

struct Magic {
  std::string_view bytes;
  NotText what;
};
constexpr std::string_view save_as_csv = "open it with the program that made it and save it as CSV (UTF-8)";
constexpr std::string_view unpack = "unpack it and import the file inside";
using namespace std::string_view_literals;
constexpr Magic magics[] = {
    {"PK\x03\x04"sv,
     {"zip", "a zip archive or an .xlsx workbook: unpack it, or save the sheet as CSV (UTF-8)"}},
    {"PK\x05\x06"sv, {"zip", "an empty zip archive"}},
    {"\x1f\x8b"sv, {"gzip", unpack}},
    {"BZh"sv, {"bzip2", unpack}},
    {"\xfd\x37zXZ\x00"sv, {"xz", unpack}},
    {"\x28\xb5\x2f\xfd"sv, {"zstd", unpack}},
    {"7z\xbc\xaf\x27\x1c"sv, {"7z", unpack}},
    {"Rar!\x1a\x07"sv, {"rar", unpack}},
    {"%PDF-"sv, {"pdf", "a PDF holds no records: ask for the data as CSV"}},
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, {"spreadsheet", save_as_csv}},
    {"SQLite format 3\x00"sv, {"database", "a database: export the table as CSV"}},
    {"{\\rtf"sv, {"document", save_as_csv}},
    {"\x89PNG"sv, {"image", "an image holds no records"}},
    {"\xff\xd8\xff"sv, {"image", "an image holds no records"}},
};
constexpr Magic markups[] = {
    {"<!doctype"sv,
     {"html", "a web page, whatever its name says: open it with a spreadsheet, save it as CSV (UTF-8)"}},
    {"<html"sv,
     {"html", "a web page, whatever its name says: open it with a spreadsheet, save it as CSV (UTF-8)"}},
    {"<table"sv,
     {"html", "a web page, whatever its name says: open it with a spreadsheet, save it as CSV (UTF-8)"}},
    {"<?xml"sv, {"xml", "XML is not read: ask for the data as CSV or JSON Lines"}},
};

constexpr std::string_view utf_8_mark = "\xef\xbb\xbf", little_mark = "\xff\xfe", big_mark = "\xfe\xff";

// Windows-1252, 80 to 9F; 0 = not used.
constexpr std::array<char32_t, 32> windows_high = {
    0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178};

void append_utf_8(std::string& out, char32_t c) {
  const auto put = [&](char32_t b) { out.push_back(static_cast<char>(b)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

void append_windows(std::string& out, unsigned char byte) {
  if (byte < 0x80 || byte >= 0xa0) return append_utf_8(out, byte);
  const char32_t c = windows_high[byte - 0x80u];
  if (c == 0)
    out.push_back(no_character);
  else
    append_utf_8(out, c);
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// Are most of the characters beyond ASCII written as UTF-8 writes them? One broken byte does not make a file
// Windows-1252, whose accents before letters are hardly ever good UTF-8 by chance.
bool looks_utf_8(std::string_view sample) {
  std::size_t good = 0, bad = 0;
  for (std::size_t i = 0; i < sample.size();) {
    const auto lead = static_cast<unsigned char>(sample[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (i + length > sample.size()) break;  // cut by the end of the sample, or nearly the last
    const bool is_good = is_utf8(sample.substr(i, length));
    ++(is_good ? good : bad);
    i += is_good ? length : 1;
  }
  return good > bad || bad == 0;
}

}  // namespace

std::optional<NotText> recognise_binary(std::string_view beginning) noexcept {
  for (const Magic& m : magics)
    if (beginning.starts_with(m.bytes)) return m.what;
  if (beginning.starts_with(little_mark) || beginning.starts_with(big_mark)) return std::nullopt;
  std::string_view text = beginning;
  if (text.starts_with(utf_8_mark)) text.remove_prefix(utf_8_mark.size());
  while (!text.empty() && std::string_view(" \t\r\n").find(text.front()) != text.npos) text.remove_prefix(1);
  for (const Magic& m : markups) {
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; };
    if (text.size() >= m.bytes.size() &&
        std::equal(m.bytes.begin(), m.bytes.end(), text.begin(), [&](char b, char a) { return same(a, b); }))
      return m.what;
  }
  const std::string_view first = beginning.substr(0, 4096);
  const auto nuls = static_cast<std::size_t>(std::count(first.begin(), first.end(), '\0'));
  if (nuls * 4 > first.size() && first.size() >= 4)
    return NotText{"binary", "it is no text, or UTF-16 without its mark: save it as UTF-8"};
  return std::nullopt;
}

Decoder::Decoder(std::optional<TextEncoding> given, std::string_view sample) {
  if (given) {
    encoding_ = *given;
  } else if (sample.starts_with(little_mark)) {
    encoding_ = TextEncoding::utf_16_le;
  } else if (sample.starts_with(big_mark)) {
    encoding_ = TextEncoding::utf_16_be;
  } else if (is_ascii(sample)) {
    decided_ = false;
  } else if (!looks_utf_8(sample)) {
    encoding_ = TextEncoding::windows_1252;
  }
  // A file in UTF-8 may bear its mark whatever was said of it.
  if (sample.starts_with(utf_8_mark)) {
    if (encoding_ == TextEncoding::windows_1252 && !given) encoding_ = TextEncoding::utf_8;
    if (encoding_ == TextEncoding::utf_8) mark_ = utf_8_mark.size();
  } else if ((encoding_ == TextEncoding::utf_16_le && sample.starts_with(little_mark)) ||
             (encoding_ == TextEncoding::utf_16_be && sample.starts_with(big_mark))) {
    mark_ = little_mark.size();
  }
}

// The first character beyond ASCII, by its first two bytes.
void Decoder::decide(unsigned char lead, unsigned char second) {
  decided_ = true;
  const bool utf_8 = lead >= 0xc2 && lead <= 0xf4 && second >= 0x80 && second < 0xc0;
  encoding_ = utf_8 ? TextEncoding::utf_8 : TextEncoding::windows_1252;
}

void Decoder::decode(std::string_view bytes, std::string& out) {
  const std::size_t marked = std::min(mark_, bytes.size());
  mark_ -= marked;
  bytes.remove_prefix(marked);
  if (!decided_) {
    if (held_ < 0) {
      const auto beyond = std::find_if(bytes.begin(), bytes.end(),
                                       [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
      const auto plain = static_cast<std::size_t>(beyond - bytes.begin());
      out.append(bytes.substr(0, plain));
      bytes.remove_prefix(plain);
      if (bytes.empty()) return;
      held_ = static_cast<unsigned char>(bytes[0]);
      bytes.remove_prefix(1);
    }
    if (bytes.empty()) return;
    const char lead = static_cast<char>(held_);
    decide(static_cast<unsigned char>(held_), static_cast<unsigned char>(bytes[0]));
    held_ = -1;
    decode({&lead, 1}, out);
  }
  switch (encoding_) {
    case TextEncoding::utf_8:
      out.append(bytes);
      break;
    case TextEncoding::windows_1252:
      for (const char c : bytes) append_windows(out, static_cast<unsigned char>(c));
      break;
    case TextEncoding::utf_16_le:
    case TextEncoding::utf_16_be:
      utf_16(bytes, out);
      break;
  }
}

void Decoder::utf_16(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (held_ < 0) {
      held_ = byte;
      continue;
    }
    const auto first = static_cast<unsigned>(std::exchange(held_, -1));
    unit(encoding_ == TextEncoding::utf_16_le ? first | unsigned{byte} << 8 : first << 8 | byte, out);
  }
}

void Decoder::unit(unsigned u, std::string& out) {
  const bool low = u >= 0xdc00 && u < 0xe000, high = u >= 0xd800 && u < 0xdc00;
  const unsigned before = std::exchange(high_, 0u);
  if (before != 0 && low) return append_utf_8(out, 0x10000 + ((before - 0xd800u) << 10) + (u - 0xdc00u));
  if (before != 0) out.push_back(no_character);
  if (high)
    high_ = u;
  else if (low)
    out.push_back(no_character);
  else
    append_utf_8(out, u);
}

void Decoder::finish(std::string& out) {
  if (!decided_ && held_ >= 0) {
    decided_ = true;
    encoding_ = TextEncoding::windows_1252;
    append_windows(out, static_cast<unsigned char>(std::exchange(held_, -1)));
  }
  if (held_ >= 0 || high_ != 0) out.push_back(no_character);
  held_ = -1;
  high_ = 0;
}

}  // namespace atlas::imports
