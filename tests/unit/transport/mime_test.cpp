// E-mails against hand-written expectations.

#include <catch2/catch.hpp>
#include <sstream>

#include "atlas/error.hpp"
#include "atlas/mime.hpp"

using namespace atlas;

namespace {

constexpr Timestamp date{1'795'341'000'000'000};

Envelope mail() {
  Envelope e;
  e.channel_code = "CHAN_EMAIL";
  e.account.sender = "Agence du Port <contact@agence.example>";
  e.to = "amal@example.com";
  e.subject = "Visite demain";
  e.body = "Bonjour,\n\nà demain.\n";
  e.token = "tok-1";
  return e;
}

std::vector<std::string> wrong_fields(const Envelope& e) {
  try {
    mime_message(e, date);
  } catch (const Error& error) {
    std::vector<std::string> paths;
    for (const FieldError& f : error.fields()) paths.push_back(f.path);
    return paths;
  }
  return {};
}

}  // namespace

TEST_CASE("a plain e-mail, byte for byte", "[transport]") {
  CHECK(mime_message(mail(), date) ==
        "From: \"Agence du Port\"\r\n <contact@agence.example>\r\n"
        "To: <amal@example.com>\r\n"
        "Subject: Visite demain\r\n"
        "Date: Sun, 22 Nov 2026 09:50:00 +0000\r\n"
        "Message-ID: <tok-1@agence.example>\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        "Bonjour,\r\n\r\n=C3=A0 demain.\r\n\r\n");
}

TEST_CASE("names and subjects of any language are encoded words", "[transport]") {
  Envelope e = mail();
  e.account.sender = "Agence Élan <contact@agence.example>";
  e.to_name = "أمل";
  e.subject = "Clés";
  const std::string text = mime_message(e, date);
  CHECK(text.find("From: =?UTF-8?B?QWdlbmNlIMOJbGFu?=\r\n <contact@agence.example>\r\n") == 0);
  CHECK(text.find("To: =?UTF-8?B?2KPZhdmE?=\r\n <amal@example.com>\r\n") != std::string::npos);
  CHECK(text.find("Subject: =?UTF-8?B?Q2zDqXM=?=\r\n") != std::string::npos);
}

TEST_CASE("long headers are folded between characters", "[transport]") {
  std::string text;
  for (int i = 0; i < 60; ++i) text += "é€😀";
  std::istringstream lines("Subject: " + encoded_header(text, 9));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    if (line.ends_with('\r')) line.pop_back();
    CHECK(line.size() <= 76);
    if (count > 0) CHECK(line.starts_with(" =?UTF-8?B?"));
    CHECK(line.ends_with("?="));
  }
  CHECK(count > 5);
  CHECK(encoded_header("a\r\nBcc: x@y.example", 9) == "a  Bcc: x@y.example");
  CHECK(encoded_header("=?UTF-8?Q?x?=", 0).starts_with("=?UTF-8?B?"));
  CHECK(encoded_header("", 9).empty());
}

TEST_CASE("quoted-printable and base64 keep to their lines", "[transport]") {
  CHECK(quoted_printable("a=b\tc ") == "a=3Db\tc=20");
  CHECK(quoted_printable("x \ny\t\r\nz\r.") == "x=20\r\ny=09\r\nz\r\n=2E");
  CHECK(quoted_printable(std::string(76, 'a')) == std::string(75, 'a') + "=\r\na");
  CHECK(quoted_printable(std::string(74, 'a') + "é") == std::string(74, 'a') + "=\r\n=C3=A9");
  CHECK(base64_lines(std::string(58, 'a')).find("\r\n") == 76);
  CHECK(base64_lines("").empty());
}

TEST_CASE("HTML is an alternative, attachments come after", "[transport]") {
  Envelope e = mail();
  e.body = "مرحبا";
  e.html = "<p>Bonjour</p>";
  e.media.push_back({"", "application/pdf", "plan é.pdf", "PDF"});
  e.unsubscribe_url = "https://agence.example/stop/1";
  e.reply_to = "<q1@example.com>";
  const std::string text = mime_message(e, date);
  CHECK(text.find("In-Reply-To:\r\n <q1@example.com>\r\nReferences:\r\n <q1@example.com>\r\n") !=
        std::string::npos);
  CHECK(text.find("List-Unsubscribe:\r\n <https://agence.example/stop/1>\r\n"
                  "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") != std::string::npos);
  const auto order = {text.find("multipart/mixed"),
                      text.find("multipart/alternative"),
                      text.find("text/plain"),
                      text.find("2YXYsdit2KjYpw=="),
                      text.find("text/html"),
                      text.find("application/pdf"),
                      text.find("filename*=UTF-8''plan%20%C3%A9.pdf"),
                      text.find("UERG")};
  std::size_t before = 0;
  for (const std::size_t at : order) {
    REQUIRE(at != std::string::npos);
    CHECK(at > before);
    before = at;
  }
  for (const char c : text) REQUIRE(static_cast<unsigned char>(c) < 0x80);
}

TEST_CASE("nothing that comes from outside makes a header", "[transport]") {
  Envelope e = mail();
  e.subject = "x\r\nBcc: all@example.com";
  e.to_name = "A\"B\\\r\nBcc: y";
  e.reply_to = "<a@b>\r\nX: y";
  e.unsubscribe_url = "https://a/\r\nX: y";
  e.media.push_back({"", "text/html\r\nX: y", "a\"\r\nX: y", "c"});
  const std::string text = mime_message(e, date);
  CHECK(text.find("\r\nBcc") == std::string::npos);
  CHECK(text.find("\r\nX:") == std::string::npos);
  CHECK(text.find("To: \"A\\\"B\\\\  Bcc: y\"\r\n <amal@example.com>") != std::string::npos);
}

TEST_CASE("what cannot be an e-mail is refused with every wrong field", "[transport]") {
  Envelope e = mail();
  e.account.sender = "nobody";
  e.to = "élan@example.com";
  e.media.push_back({"https://x/y", "image/png", "", ""});
  e.subject = "\xff";
  CHECK(wrong_fields(e) == std::vector<std::string>{"/account/sender", "/to", "/media/0", "/subject"});
  for (const char* to :
       {"", "a@b", "A <a@example.com>", "a@example.com,b@example.com", "a@example.com>", "a b@example.com"}) {
    CAPTURE(to);
    Envelope other = mail();
    other.to = to;
    CHECK(wrong_fields(other) == std::vector<std::string>{"/to"});
  }
  CHECK(parse_mailbox("\"Agence\" <a@b.example>")->name == "Agence");
  CHECK_FALSE(parse_mailbox("<a@b.example"));
}
