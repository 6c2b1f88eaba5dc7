#include <algorithm>

#include "atlas/error.hpp"
#include "atlas/mime.hpp"
#include "client.hpp"

namespace atlas {
namespace {

/// The dialogue as it goes: what was replied, and how much of the message libcurl has been handed.
struct Dialogue {
  Sending* sending = nullptr;
  std::int64_t farewell_ns = 0;  ///< of the deadline, kept for libcurl's farewell
  std::string_view message;
  std::size_t handed = 0;
  bool ended = false;         ///< the end has been handed over: the final dot may have left
  unsigned mail_replies = 0;  ///< whole replies since the first command of the message
  int code = 0;               ///< of the last whole reply
  SmtpPhase phase = SmtpPhase::session;
  std::string words;
};

std::size_t hand_over(char* out, std::size_t, std::size_t room, void* user) noexcept {
  auto& d = *static_cast<Dialogue*>(user);
  const std::string_view rest = d.message.substr(d.handed);
  const std::size_t size = std::min(room, rest.size());
  std::copy_n(rest.data(), size, out);
  d.handed += size;
  if (size == 0) d.ended = true;
  return size;
}

/// A reply that nothing can follow: a refusal, or that to the content.
bool is_decided(const Dialogue& d) { return d.mail_replies == 4 || (d.mail_replies > 0 && d.code >= 400); }

/// libcurl says farewell when it gives up, and waits for the answer to that without regard to its deadline.
int stop_waiting(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  const auto& d = *static_cast<const Dialogue*>(user);
  try {
    return is_decided(d) || d.sending->remaining_ns() <= d.farewell_ns ? 1 : 0;
  } catch (...) {
    return 1;
  }
}

/// The phase that the n-th reply since MAIL belongs to.
SmtpPhase mail_phase(unsigned reply) {
  constexpr SmtpPhase phases[]{SmtpPhase::sender, SmtpPhase::recipient, SmtpPhase::data, SmtpPhase::content};
  return phases[std::min<unsigned>(reply, 4) - 1];
}

/// Lines of replies come as headers. `250-` goes on, `250 ` ends.
std::size_t take_line(char* data, std::size_t, std::size_t size, void* user) noexcept {
  auto& d = *static_cast<Dialogue*>(user);
  try {
    std::string_view line(data, size);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    const bool reply = line.size() >= 3 && line.find_first_not_of("0123456789") >= 3;
    if (!reply || (line.size() > 3 && line[3] == '-')) return size;
    const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    if (code == 221 || is_decided(d)) return size;  // the farewell
    if (d.sending->begun()) ++d.mail_replies;
    d.code = code;
    d.words = line.substr(std::min<std::size_t>(4, line.size())).substr(0, 1'000);
    if (d.mail_replies > 0) {
      d.phase = mail_phase(d.mail_replies);
    } else if (d.code >= 530 && d.code <= 538) {
      d.phase = SmtpPhase::authentication;
    }
    return size;
  } catch (...) {
    return 0;
  }
}

bool is_password(std::string_view text) {
  return text.size() <= 1'024 &&
         std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

Outcome ended_early(const Dialogue& d, CURLcode code, const std::string& message_id) {
  if (d.code >= 400) return read_smtp_reply(d.phase, d.code, d.words, message_id);
  if (!d.sending->begun()) {
    switch (code) {
      case CURLE_USE_SSL_FAILED:
        return Outcome::account("encryption_required");
      case CURLE_LOGIN_DENIED:
        return Outcome::account("authentication_unavailable");
      default:
        return not_begun(code);
    }
  }
  const bool late = code == CURLE_OPERATION_TIMEDOUT || code == CURLE_ABORTED_BY_CALLBACK;
  if (d.ended) return Outcome::unknown(late ? "no_answer_in_time" : "no_answer");
  // Without its end the relay has no message to deliver.
  return Outcome::not_taken(late ? "deadline" : "connection_lost");
}

class SmtpTransport final : public Transport {
 public:
  explicit SmtpTransport(ProviderOptions options) : options_(std::move(options)) {}

  Outcome send(const Envelope& e, Sending& sending) override {
    if (e.channel_code != "CHAN_EMAIL") return Outcome::rejected("channel_unsupported");
    const std::string& relay = e.account.base_url;
    if (!is_allowed_url(relay, "smtp://", "smtps://", with_plain_smtp()))
      return Outcome::account("wrong_address");
    const auto sender = parse_mailbox(e.account.sender);
    if (!sender) return Outcome::account("invalid_sender");
    std::string message;
    try {
      message = mime_message(e, (options_.clock ? *options_.clock : system_clock()).now());
    } catch (const Error& error) {
      const bool recipient = error.fields().size() == 1 && error.fields().front().path == "/to";
      return Outcome::rejected(recipient ? "invalid_recipient" : "invalid_envelope");
    }
    return converse(e, sending, relay, *sender, message);
  }
  bool marks_begin() const noexcept override { return true; }

 private:
  /// Plain smtp:// is the ordinary beginning of STARTTLS, which is then required.
  ProviderOptions with_plain_smtp() const {
    ProviderOptions o = options_;
    o.allow_plain = true;
    return o;
  }

  Outcome converse(const Envelope& e, Sending& sending, const std::string& relay, const Mailbox& sender,
                   const std::string& message) {
    const auto lease = pool_.lease(options_, sending);
    CURL* const handle = lease.get();
    Dialogue dialogue;
    dialogue.sending = &sending;
    dialogue.message = message;
    constexpr std::int64_t longest_farewell_ns = 1'000'000'000;  // how often libcurl asks while it waits
    dialogue.farewell_ns = std::min(longest_farewell_ns, sending.remaining_ns() / 4);
    const std::string from = "<" + sender.address + ">";
    HeaderLines recipients;
    recipients.add("<" + e.to + ">");
    const bool plain_allowed = options_.allow_plain || is_loopback(relay);
    const auto set = [&](CURLoption option, auto value) { curl_easy_setopt(handle, option, value); };
    set(CURLOPT_URL, relay.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_USE_SSL, static_cast<long>(plain_allowed ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    std::string user;
    std::optional<Secret> password;
    if (e.account.secret) password = e.account.secret("send");
    if (password && !is_password(password->view())) return Outcome::account("secret_malformed");
    if (password && !password->empty()) {
      user = e.account.business_id.empty() ? sender.address : e.account.business_id;
      set(CURLOPT_USERNAME, user.c_str());
      set(CURLOPT_PASSWORD, password->view().data());  // a Secret ends with NUL
    }
    set(CURLOPT_MAIL_FROM, from.c_str());
    set(CURLOPT_MAIL_RCPT, recipients.get());
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(
                                1, (sending.remaining_ns() - dialogue.farewell_ns) / 1'000'000)));
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, stop_waiting);
    set(CURLOPT_XFERINFODATA, &dialogue);
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_READFUNCTION, hand_over);
    set(CURLOPT_READDATA, &dialogue);
    set(CURLOPT_HEADERFUNCTION, take_line);
    set(CURLOPT_HEADERDATA, &dialogue);
    set(CURLOPT_PREREQFUNCTION, before_request);
    set(CURLOPT_PREREQDATA, &sending);
    const CURLcode code = perform(handle);
    const std::string id = message_id_of(e);
    if (dialogue.phase == SmtpPhase::content && dialogue.code < 400)  // whatever became of the farewell
      return read_smtp_reply(dialogue.phase, dialogue.code, dialogue.words, id);
    return ended_early(dialogue, code, id);
  }

  ProviderOptions options_;
  HandlePool pool_;
};

}  // namespace

std::shared_ptr<Transport> make_smtp_transport(ProviderOptions options) {
  return std::make_shared<SmtpTransport>(std::move(options));
}

void add_provider_transports(Transports& transports, const ProviderOptions& options) {
  transports.add("TWILIO", "", make_twilio_transport(options));
  transports.add("META", "CHAN_WHATSAPP", make_meta_transport(options));
  transports.add("SMTP", "CHAN_EMAIL", make_smtp_transport(options));
}

}  // namespace atlas
