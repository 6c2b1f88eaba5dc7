#pragma once
// From the file's bytes to UTF-8; private to the room.

#include <optional>
#include <string>
#include <string_view>

#include "atlas/import_reader.hpp"

namespace atlas::imports {

/// What the bytes at a file's beginning say it is, when that is no text of records.
struct NotText {
  std::string_view reason;
  std::string_view advice;
};
std::optional<NotText> recognise_binary(std::string_view beginning) noexcept;

/// A push transcoder. A byte sequence that the encoding does not have comes out as the byte FF, which no
/// UTF-8 has, so that the record in which it stands is refused. Byte order marks are dropped at the
/// beginning.
class Decoder {
 public:
  /// Decides by `given`, else by the mark or the validity of `sample`, the file's beginning.
  Decoder(std::optional<TextEncoding> given, std::string_view sample);
  /// Appends the UTF-8 of `bytes` to `out`.
  void decode(std::string_view bytes, std::string& out);
  /// The input is over: a character cut in its middle.
  void finish(std::string& out);
  TextEncoding encoding() const noexcept { return encoding_; }

 private:
  void decide(unsigned char lead, unsigned char second);
  void utf_16(std::string_view bytes, std::string& out);
  void unit(unsigned u, std::string& out);
  TextEncoding encoding_ = TextEncoding::utf_8;
  bool decided_ = true;   // false: ASCII so far, UTF-8 or Windows-1252 is open
  std::size_t mark_ = 0;  // bytes of the mark still to drop
  int held_ = -1;         // the first byte of a character that decides, or of a UTF-16 unit
  unsigned high_ = 0;     // a high surrogate
};

}  // namespace atlas::imports
