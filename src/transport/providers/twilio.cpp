#include "atlas/crypto.hpp"
#include "atlas/inquiry.hpp"
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

/// Where the account's messages are; "" with the reason why nothing can be asked of it.
struct Resource {
  std::string url;
  std::string_view unfit;
};
Resource messages_of(const SendingAccount& account, const ProviderOptions& options) {
  const std::string base = account.base_url.empty() ? std::string(provider_url) : account.base_url;
  if (!is_allowed_url(base, "http://", "https://", options)) return {{}, "wrong_address"};
  if (!is_path_segment(account.business_id) || account.sender.empty() || !is_utf8(account.sender))
    return {{}, "account_incomplete"};
  return {base + "/2010-04-01/Accounts/" + account.business_id + "/Messages", {}};
}

/// False: the account has no secret that is fit for a header.
bool add_authorization(const SendingAccount& account, HeaderLines& headers) {
  const auto secret = send_secret(account);
  if (!secret) return false;
  const bool api_key = secret->view().starts_with("SK") && secret->view().find(':') != std::string_view::npos;
  Secret pair(api_key ? std::string(secret->view())
                      : account.business_id + ":" + std::string(secret->view()));
  Secret line("Authorization: Basic " + base64(pair.view()));
  headers.add(std::string(line.view()));
  headers.add("Accept: application/json");
  return true;
}

/// One message by its id, or those to the person since the day of the attempt: the interface filters by day.
std::string question_of(const Inquiry& q) {
  if (!q.provider_id.empty()) return "/" + q.provider_id + ".json";
  const std::string to = q.channel_code == "CHAN_WHATSAPP" ? "whatsapp:" + q.to : q.to;
  Form query;
  query.add("To", to)
      .add("DateSent>", format_timestamp(q.from).substr(0, 10))
      .add("PageSize", std::to_string(most_findings));
  return ".json?" + query.text();
}

class TwilioTransport final : public Transport {
 public:
  explicit TwilioTransport(ProviderOptions options) : options_(std::move(options)) {}

  Outcome send(const Envelope& e, Sending& sending) override {
    if (e.channel_code != "CHAN_WHATSAPP" && e.channel_code != "CHAN_SMS")
      return Outcome::rejected("channel_unsupported");
    const Resource messages = messages_of(e.account, options_);
    if (!messages.unfit.empty()) return Outcome::account(std::string(messages.unfit));
    if (const std::string_view reason = unfit(e); !reason.empty())
      return Outcome::rejected(std::string(reason));
    HeaderLines headers;
    if (!add_authorization(e.account, headers)) return Outcome::account("secret_missing");
    headers.add("Content-Type: application/x-www-form-urlencoded");
    const std::string body = form_of(e);
    const Exchange exchange = request(pool_, options_, sending, messages.url + ".json", headers, &body);
    return exchange.answer ? read_twilio_answer(*exchange.answer) : exchange.outcome;
  }
  bool marks_begin() const noexcept override { return true; }

  bool answers_inquiries() const noexcept override { return true; }
  Findings ask(const Inquiry& q, Sending& sending) override {
    const Resource messages = messages_of(q.account, options_);
    if (!messages.unfit.empty()) return {false, std::string(messages.unfit), {}, {}};
    if (!is_e164(q.to)) return {false, "invalid_recipient", {}, {}};
    if (!q.provider_id.empty() && !is_path_segment(q.provider_id)) return {false, "invalid_id", {}, {}};
    HeaderLines headers;
    if (!add_authorization(q.account, headers)) return {false, "secret_missing", {}, {}};
    const Exchange exchange =
        request(pool_, options_, sending, messages.url + question_of(q), headers, nullptr);
    if (!exchange.answer) return {false, exchange.outcome.reason, {}, {}};
    return read_twilio_findings(*exchange.answer, q);
  }

 private:
  ProviderOptions options_;
  HandlePool pool_;
};

}  // namespace

std::shared_ptr<Transport> make_twilio_transport(ProviderOptions options) {
  return std::make_shared<TwilioTransport>(std::move(options));
}

}  // namespace atlas
