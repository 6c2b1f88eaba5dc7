#include <algorithm>
#include <array>
#include <cstdio>

#include "atlas/crypto.hpp"
#include "atlas/error.hpp"
#include "atlas/mime.hpp"
#include "atlas/text.hpp"

namespace atlas {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

/// An e-mail in ASCII with nothing that a header or a command could take for its own.
bool is_address(std::string_view text) {
  return is_ascii(text) && is_email(text) && text.find_first_of("<>()[]:;,\"\\") == std::string_view::npos;
}

/// `Tue, 24 Nov 2026 09:30:00 +0000`.
std::string date_header(Timestamp t) {
  constexpr std::array<const char*, 7> days{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string iso = format_timestamp(t);  // 2026-11-22T09:30:00.000000Z
  const Date date = *parse_date(std::string_view(iso).substr(0, 10));
  const auto month = static_cast<std::size_t>(std::stoi(iso.substr(5, 2)) - 1);
  return std::string(days[static_cast<std::size_t>((date.days % 7 + 7) % 7)]) + ", " + iso.substr(8, 2) +
         " " + months[month] + " " + iso.substr(0, 4) + " " + iso.substr(11, 8) + " +0000";
}

void add_header(std::string& out, std::string_view name, std::string_view text) {
  out.append(name).append(": ").append(encoded_header(text, name.size() + 2)).append("\r\n");
}

void add_mailbox(std::string& out, std::string_view header, const Mailbox& box) {
  out.append(header).append(": ");
  if (!box.name.empty()) {
    std::string name = encoded_header(box.name, header.size() + 2);
    if (!name.starts_with("=?")) {  // a phrase of ASCII stands in quotes
      std::string quoted = "\"";
      for (const char c : name) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
      }
      name = quoted + "\"";
    }
    out.append(name).append("\r\n ");
  }
  out.append("<").append(box.address).append(">\r\n");
}

/// Arabic and the like are shorter and no less readable in base64.
std::string text_part(std::string_view subtype, std::string_view text) {
  const auto foreign = std::count_if(text.begin(), text.end(), [](char c) { return c < 0; });
  const bool as_base64 = static_cast<std::size_t>(foreign) * 3 > text.size();
  std::string out = "Content-Type: text/" + std::string(subtype) + "; charset=utf-8\r\n";
  out += "Content-Transfer-Encoding: " + std::string(as_base64 ? "base64" : "quoted-printable") + "\r\n\r\n";
  return out + (as_base64 ? base64_lines(text) : quoted_printable(text)) + "\r\n";
}

bool is_media_type(std::string_view text) {
  constexpr std::string_view marks = "!#$&^_.+-";
  const auto token = [&](std::string_view part) {
    return !part.empty() && part.size() <= 127 && std::all_of(part.begin(), part.end(), [&](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             marks.find(c) != std::string_view::npos;
    });
  };
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && token(text.substr(0, slash)) && token(text.substr(slash + 1));
}

/// RFC 2231: `filename*=UTF-8''…`, which says any name in ASCII.
std::string file_name_parameter(std::string_view name) {
  constexpr std::string_view digits = "0123456789ABCDEF", kept = "-_.";
  std::string out = "filename*=UTF-8''";
  for (const char c : name.substr(0, 80)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
        kept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

std::string attachment_part(const MediaReference& media) {
  const bool known = is_media_type(media.media_type);
  std::string out = "Content-Type: " + (known ? media.media_type : "application/octet-stream") + "\r\n";
  out += "Content-Transfer-Encoding: base64\r\n";
  out += "Content-Disposition: attachment;\r\n " +
         file_name_parameter(media.file_name.empty() ? "attachment" : media.file_name) + "\r\n\r\n";
  return out + base64_lines(media.content) + "\r\n";
}

/// `parts` as one; the boundary cannot occur in them, for quoted-printable and base64 never hold `=_`.
std::string multipart(std::string_view subtype, std::string_view boundary,
                      const std::vector<std::string>& parts) {
  std::string out = "Content-Type: multipart/" + std::string(subtype) + ";\r\n boundary=\"" +
                    std::string(boundary) + "\"\r\n\r\n";
  for (const std::string& part : parts) out.append("--").append(boundary).append("\r\n").append(part);
  return out.append("--").append(boundary).append("--\r\n");
}

std::string content_of(const Envelope& e) {
  const std::string seed = hex(as_view(sha256(e.token))).substr(0, 32);
  std::string content = text_part("plain", e.body);
  if (!e.html.empty()) content = multipart("alternative", "=_a" + seed, {content, text_part("html", e.html)});
  if (e.media.empty()) return content;
  std::vector<std::string> parts{content};
  for (const MediaReference& media : e.media) parts.push_back(attachment_part(media));
  return multipart("mixed", "=_m" + seed, parts);
}

void add_unsubscribe(std::string& out, std::string_view url) {
  if (url.empty() || !is_ascii(url) || url.find_first_of("<>") != std::string_view::npos) return;
  out.append("List-Unsubscribe:\r\n <").append(url).append(">\r\n");
  if (url.starts_with("https://")) out += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
}

}  // namespace

std::optional<Mailbox> parse_mailbox(std::string_view text) {
  text = trim(text);
  Mailbox box;
  if (text.ends_with('>')) {
    const std::size_t open = text.rfind('<');
    if (open == std::string_view::npos) return std::nullopt;
    box.address = text.substr(open + 1, text.size() - open - 2);
    std::string_view name = trim(text.substr(0, open));
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') name = name.substr(1, name.size() - 2);
    box.name = name;
  } else {
    box.address = text;
  }
  if (!is_address(box.address) || !is_utf8(box.name)) return std::nullopt;
  return box;
}

std::string message_id_of(const Envelope& e) {
  const auto sender = parse_mailbox(e.account.sender);
  const std::string domain = sender ? sender->address.substr(sender->address.rfind('@') + 1) : "invalid";
  return "<" + e.token + "@" + domain + ">";
}

std::string mime_message(const Envelope& e, Timestamp date) {
  const auto sender = parse_mailbox(e.account.sender);
  const auto recipient = parse_mailbox(e.to);
  std::vector<FieldError> wrong;
  if (!sender)
    wrong.push_back({"/account/sender", std::string(field_code::not_an_email), "no sender address"});
  if (!recipient || !recipient->name.empty())
    wrong.push_back({"/to", std::string(field_code::not_an_email), "no address that plain SMTP carries"});
  for (std::size_t i = 0; i < e.media.size(); ++i) {
    if (e.media[i].content.empty())
      wrong.push_back({"/media/" + std::to_string(i), std::string(field_code::required),
                       "an attachment brings its content along"});
  }
  for (const auto& [path, text] :
       {std::pair("/subject", &e.subject), {"/body", &e.body}, {"/html", &e.html}}) {
    if (!is_utf8(*text)) wrong.push_back({path, std::string(field_code::wrong_type), "UTF-8 is expected"});
  }
  if (!wrong.empty())
    throw Error(ErrorCode::invalid_argument, "no e-mail can be made of this message")
        .fields(std::move(wrong));

  std::string out;
  add_mailbox(out, "From", *sender);
  add_mailbox(out, "To", {is_utf8(e.to_name) ? e.to_name : std::string(), recipient->address});
  add_header(out, "Subject", e.subject);
  out += "Date: " + date_header(date) + "\r\n";
  out += "Message-ID: " + message_id_of(e) + "\r\n";
  if (e.reply_to.starts_with('<') && e.reply_to.ends_with('>') && is_ascii(e.reply_to)) {
    out += "In-Reply-To:\r\n " + e.reply_to + "\r\nReferences:\r\n " + e.reply_to + "\r\n";
  }
  add_unsubscribe(out, e.unsubscribe_url);
  out += "MIME-Version: 1.0\r\n";
  return out + content_of(e);
}

}  // namespace atlas
