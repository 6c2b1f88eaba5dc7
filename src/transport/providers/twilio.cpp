#include "atlas/crypto.hpp"
#include "atlas/json.hpp"
#include "atlas/text.hpp"
#include "client.hpp"

namespace atlas {
namespace {

constexpr std::string_view provider_url = "https://api.twilio.com";
constexpr std::size_t longest_body = 1'600;  // code points
constexpr std::size_t most_media = 10;

void append_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF", kept = "-_.~";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
        kept.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
}

class Form {
 public:
  Form& add(std::string_view name, std::string_view value) {
    if (!text_.empty()) text_ += '&';
    append_encoded(text_, name);
    text_ += '=';
    append_encoded(text_, value);
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// `{"1": "Amal", "2": "15 h"}`: by the placeholder's name, else by its position.
std::string variables_of(const ProviderTemplate& t) {
  std::string out;
  JsonWriter w(out);
  w.begin_object();
  for (std::size_t i = 0; i < t.parameters.size(); ++i) {
    const TemplateParameter& p = t.parameters[i];
    w.key(p.name.empty() ? std::to_string(i + 1) : p.name).string(p.value);
  }
  w.end_object();
  return out;
}

/// "" when the envelope is fit for the channel, else the reason.
std::string_view unfit(const Envelope& e) {
  if (!is_e164(e.to)) return "invalid_recipient";
  if (!is_utf8(e.body)) return "invalid_text";
  if (e.content_template) {
    if (!is_path_segment(e.content_template->reference)) return "template_missing";
    for (const TemplateParameter& p : e.content_template->parameters) {
      if (!is_utf8(p.name) || !is_utf8(p.value)) return "template_parameters";
    }
    return {};
  }
  if (e.body.empty() && e.media.empty()) return "empty";
  if (code_points(e.body) > longest_body) return "text_too_long";
  if (e.media.size() > most_media) return "too_many_media";
  for (const MediaReference& m : e.media) {
    if (!m.url.starts_with("https://")) return "media_without_address";
  }
  return {};
}

std::string form_of(const Envelope& e) {
  const std::string_view prefix = e.channel_code == "CHAN_WHATSAPP" ? "whatsapp:" : "";
  const auto address = [&](std::string_view number) { return std::string(prefix).append(number); };
  Form form;
  form.add("To", address(e.to));
  if (e.account.sender.starts_with("MG")) {
    form.add("MessagingServiceSid", e.account.sender);
  } else {
    form.add("From", address(e.account.sender));
  }
  if (e.content_template) {
    form.add("ContentSid", e.content_template->reference);
    if (!e.content_template->parameters.empty())
      form.add("ContentVariables", variables_of(*e.content_template));
  } else {
    if (!e.body.empty()) form.add("Body", e.body);
    for (const MediaReference& m : e.media) form.add("MediaUrl", m.url);
  }
  if (!e.account.status_callback.empty()) {
    // Its reports bring the token back, also for a message whose answer never came.
    const char mark = e.account.status_callback.find('?') == std::string::npos ? '?' : '&';
    std::string url = e.account.status_callback + mark + "token=";
    append_encoded(url, e.token);
    form.add("StatusCallback", url);
  }
  return form.text();
}

class TwilioTransport final : public Transport {
 public:
  explicit TwilioTransport(ProviderOptions options) : options_(std::move(options)) {}

  Outcome send(const Envelope& e, Sending& sending) override {
    if (e.channel_code != "CHAN_WHATSAPP" && e.channel_code != "CHAN_SMS")
      return Outcome::rejected("channel_unsupported");
    const SendingAccount& account = e.account;
    const std::string base = account.base_url.empty() ? std::string(provider_url) : account.base_url;
    if (!is_allowed_url(base, "http://", "https://", options_)) return Outcome::account("wrong_address");
    if (!is_path_segment(account.business_id) || account.sender.empty() || !is_utf8(account.sender))
      return Outcome::account("account_incomplete");
    if (const std::string_view reason = unfit(e); !reason.empty())
      return Outcome::rejected(std::string(reason));
    HeaderLines headers;
    {
      const auto secret = send_secret(e);
      if (!secret) return Outcome::account("secret_missing");
      const bool api_key =
          secret->view().starts_with("SK") && secret->view().find(':') != std::string_view::npos;
      Secret pair(api_key ? std::string(secret->view())
                          : account.business_id + ":" + std::string(secret->view()));
      Secret line("Authorization: Basic " + base64(pair.view()));
      headers.add(std::string(line.view()));
    }
    headers.add("Content-Type: application/x-www-form-urlencoded");
    headers.add("Accept: application/json");
    const Exchange exchange =
        post(pool_, options_, sending,
             base + "/2010-04-01/Accounts/" + account.business_id + "/Messages.json", headers, form_of(e));
    return exchange.answer ? read_twilio_answer(*exchange.answer) : exchange.outcome;
  }
  bool marks_begin() const noexcept override { return true; }

 private:
  ProviderOptions options_;
  HandlePool pool_;
};

}  // namespace

std::shared_ptr<Transport> make_twilio_transport(ProviderOptions options) {
  return std::make_shared<TwilioTransport>(std::move(options));
}

}  // namespace atlas
