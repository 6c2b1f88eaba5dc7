#pragma once
// An envelope as an e-mail: the bytes that an SMTP server or an .eml file gets. Pure functions, thread-safe.

#include <optional>
#include <string>
#include <string_view>

#include "atlas/transport.hpp"

namespace atlas {

/// `Agence du Port <contact@agence.example>` or a bare address, taken apart.
struct Mailbox {
  std::string name;  ///< UTF-8; "" when there is none
  std::string address;
};
/// Nothing when it is no address, or one that only SMTPUTF8 could carry.
std::optional<Mailbox> parse_mailbox(std::string_view text);

/// `<token@domain of the sender>`: the same for every attempt.
std::string message_id_of(const Envelope& envelope);

/// The message after RFC 5322, 2045–2047 and 8058: CRLF lines of at most 76 characters, ASCII only; text and
/// HTML as alternatives, media with `content` as attachments. `date` goes into its header. Throws
/// invalid_argument for what no e-mail can be made of: sender, recipient, an attachment without content.
std::string mime_message(const Envelope& envelope, Timestamp date);

/// RFC 2047: ASCII as it is (white space made plain), anything else as encoded words of UTF-8, folded into
/// lines of at most 76 characters where the first begins at `column`.
std::string encoded_header(std::string_view text, std::size_t column);
/// RFC 2045 §6.7, line ends made CRLF.
std::string quoted_printable(std::string_view text);
/// RFC 2045 §6.8: base64 in lines of 76 characters.
std::string base64_lines(std::string_view bytes);

}  // namespace atlas
