#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "atlas/error.hpp"
#include "atlas/json.hpp"
#include "atlas/mime.hpp"
#include "atlas/text.hpp"
#include "atlas/transport.hpp"

namespace atlas {
namespace {

/// A name that stays in its folder and is not hidden.
bool is_file_name(std::string_view token) {
  return !token.empty() && token.size() <= 128 && token.front() != '.' &&
         std::all_of(token.begin(), token.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
                  c == '_' || c == '-';
         });
}

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// 0, or errno of the step that failed; then nothing is left behind.
int write_whole(const std::string& path, std::string_view bytes) {
  const std::string unfinished = path + ".new";
  const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return errno;
  int error = write_all(file, bytes) && ::fsync(file) == 0 ? 0 : errno;
  if (::close(file) != 0 && error == 0) error = errno;
  if (error == 0 && std::rename(unfinished.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) ::unlink(unfinished.c_str());
  return error;
}

std::string json_of(const Envelope& e, Timestamp at) {
  std::string out;
  JsonWriter w(out);
  w.begin_object().key("token").string(e.token).key("at").string(format_timestamp(at));
  w.key("channel_code").string(e.channel_code).key("from").string(e.account.sender).key("to").string(e.to);
  w.key("body").string(e.body);
  if (e.content_template) {
    w.key("template").begin_object().key("reference").string(e.content_template->reference);
    w.key("language").string(e.content_template->language).key("parameters").begin_array();
    for (const TemplateParameter& p : e.content_template->parameters)
      w.begin_object().key("name").string(p.name).key("value").string(p.value).end_object();
    w.end_array().end_object();
  }
  w.key("media").begin_array();
  for (const MediaReference& m : e.media)
    w.begin_object().key("url").string(m.url).key("media_type").string(m.media_type).end_object();
  w.end_array().end_object();
  return out + "\n";
}

bool is_text(const Envelope& e) {
  bool ok = is_utf8(e.account.sender) && is_utf8(e.to) && is_utf8(e.body) && is_utf8(e.channel_code);
  if (e.content_template) {
    ok = ok && is_utf8(e.content_template->reference) && is_utf8(e.content_template->language);
    for (const TemplateParameter& p : e.content_template->parameters)
      ok = ok && is_utf8(p.name) && is_utf8(p.value);
  }
  for (const MediaReference& m : e.media) ok = ok && is_utf8(m.url) && is_utf8(m.media_type);
  return ok;
}

class FileTransport final : public Transport {
 public:
  FileTransport(std::string directory, std::shared_ptr<Clock> clock)
      : directory_(std::move(directory)), clock_(std::move(clock)) {}

  Outcome send(const Envelope& e, Sending& sending) override {
    if (!is_file_name(e.token) || !is_text(e)) return Outcome::rejected("invalid_envelope");
    const bool mail = e.channel_code == "CHAN_EMAIL";
    const Timestamp now = clock_ ? clock_->now() : system_clock().now();
    std::string content;
    try {
      content = mail ? mime_message(e, now) : json_of(e, now);
    } catch (const Error&) {
      return Outcome::rejected("invalid_envelope");
    }
    if (!sending.begin()) return Outcome::not_taken("deadline");
    switch (write_whole(directory_ + "/" + e.token + (mail ? ".eml" : ".json"), content)) {
      case 0:
        return Outcome::accepted(mail ? message_id_of(e) : e.token);
      case ENOSPC:
      case EDQUOT:
        return Outcome::not_taken("storage_full");
      default:
        return Outcome::account("directory_not_writable");
    }
  }
  bool takes_idempotency_token() const noexcept override { return true; }
  bool marks_begin() const noexcept override { return true; }

 private:
  std::string directory_;
  std::shared_ptr<Clock> clock_;
};

}  // namespace

std::shared_ptr<Transport> make_file_transport(std::string directory, std::shared_ptr<Clock> clock) {
  return std::make_shared<FileTransport>(std::move(directory), std::move(clock));
}

}  // namespace atlas
