#include "atlas/json.hpp"
#include "atlas/text.hpp"
#include "client.hpp"

namespace atlas {
namespace {

constexpr std::string_view provider_url = "https://graph.facebook.com";
constexpr std::size_t longest_body = 4'096, longest_caption = 1'024;  // code points

/// How the interface names a kind of media.
std::string_view media_kind(std::string_view media_type) {
  if (media_type == "image/webp") return "sticker";
  for (const std::string_view kind : {"image", "video", "audio"}) {
    if (media_type.starts_with(kind)) return kind;
  }
  return "document";
}
bool takes_caption(std::string_view kind) { return kind != "audio" && kind != "sticker"; }

/// `link` for an address, `id` for media that the provider holds.
void add_media_source(JsonWriter& w, std::string_view reference) {
  w.key(reference.starts_with("https://") ? "link" : "id").string(reference);
}

/// "" when the envelope is fit, else the reason.
std::string_view unfit(const Envelope& e) {
  if (!is_e164(e.to)) return "invalid_recipient";
  if (!is_utf8(e.body) || !is_utf8(e.reply_to)) return "invalid_text";
  if (e.content_template) {
    if (e.content_template->reference.empty() || e.content_template->language.empty())
      return "template_missing";
    if (!is_utf8(e.content_template->reference) || !is_utf8(e.content_template->language))
      return "template_missing";
    for (const TemplateParameter& p : e.content_template->parameters) {
      if (!is_utf8(p.name) || !is_utf8(p.value)) return "template_parameters";
    }
    return {};
  }
  if (e.media.empty()) {
    if (e.body.empty()) return "empty";
    return code_points(e.body) > longest_body ? "text_too_long" : "";
  }
  if (e.media.size() > 1) return "too_many_media";
  const MediaReference& m = e.media.front();
  if (m.url.empty() || !is_utf8(m.url) || !is_utf8(m.file_name)) return "media_without_address";
  if (e.body.empty()) return {};
  if (!takes_caption(media_kind(m.media_type))) return "caption_unsupported";
  return code_points(e.body) > longest_caption ? "text_too_long" : "";
}

void add_parameter(JsonWriter& w, const TemplateParameter& p) {
  w.begin_object();
  if (p.part == TemplatePart::button && p.name == "payload") {
    w.key("type").string("payload").key("payload").string(p.value);
  } else if (!p.media_type.empty()) {
    const std::string_view kind = media_kind(p.media_type);
    w.key("type").string(kind).key(kind).begin_object();
    add_media_source(w, p.value);
    w.end_object();
  } else {
    w.key("type").string("text");
    if (!p.name.empty() && p.part != TemplatePart::button) w.key("parameter_name").string(p.name);
    w.key("text").string(p.value);
  }
  w.end_object();
}

/// Header and body are one component each, every button its own.
void add_components(JsonWriter& w, const ProviderTemplate& t) {
  w.key("components").begin_array();
  for (const auto& [part, name] : {std::pair(TemplatePart::header, "header"), {TemplatePart::body, "body"}}) {
    bool open = false;
    for (const TemplateParameter& p : t.parameters) {
      if (p.part != part) continue;
      if (!open) w.begin_object().key("type").string(name).key("parameters").begin_array();
      open = true;
      add_parameter(w, p);
    }
    if (open) w.end_array().end_object();
  }
  for (const TemplateParameter& p : t.parameters) {
    if (p.part != TemplatePart::button) continue;
    w.begin_object().key("type").string("button");
    w.key("sub_type").string(p.name == "payload" ? "quick_reply" : "url");
    w.key("index").string(std::to_string(p.button)).key("parameters").begin_array();
    add_parameter(w, p);
    w.end_array().end_object();
  }
  w.end_array();
}

std::string json_of(const Envelope& e) {
  std::string out;
  JsonWriter w(out);
  w.begin_object().key("messaging_product").string("whatsapp").key("recipient_type").string("individual");
  w.key("to").string(e.to).key("biz_opaque_callback_data").string(e.token);
  if (!e.reply_to.empty()) w.key("context").begin_object().key("message_id").string(e.reply_to).end_object();
  if (e.content_template) {
    const ProviderTemplate& t = *e.content_template;
    w.key("type").string("template").key("template").begin_object().key("name").string(t.reference);
    w.key("language").begin_object().key("code").string(t.language).end_object();
    if (!t.parameters.empty()) add_components(w, t);
    w.end_object();
  } else if (e.media.empty()) {
    w.key("type").string("text").key("text").begin_object();
    w.key("preview_url").boolean(false).key("body").string(e.body).end_object();
  } else {
    const MediaReference& m = e.media.front();
    const std::string_view kind = media_kind(m.media_type);
    w.key("type").string(kind).key(kind).begin_object();
    add_media_source(w, m.url);
    if (!e.body.empty()) w.key("caption").string(e.body);
    if (kind == "document" && !m.file_name.empty()) w.key("filename").string(m.file_name);
    w.end_object();
  }
  w.end_object();
  return out;
}

class MetaTransport final : public Transport {
 public:
  explicit MetaTransport(ProviderOptions options) : options_(std::move(options)) {}

  Outcome send(const Envelope& e, Sending& sending) override {
    if (e.channel_code != "CHAN_WHATSAPP") return Outcome::rejected("channel_unsupported");
    const std::string base = e.account.base_url.empty() ? std::string(provider_url) : e.account.base_url;
    if (!is_allowed_url(base, "http://", "https://", options_)) return Outcome::account("wrong_address");
    if (!is_path_segment(e.account.sender)) return Outcome::account("account_incomplete");
    if (const std::string_view reason = unfit(e); !reason.empty())
      return Outcome::rejected(std::string(reason));
    HeaderLines headers;
    {
      const auto secret = send_secret(e.account);
      if (!secret) return Outcome::account("secret_missing");
      Secret line("Authorization: Bearer " + std::string(secret->view()));
      headers.add(std::string(line.view()));
    }
    headers.add("Content-Type: application/json");
    headers.add("Accept: application/json");
    const std::string body = json_of(e);
    const Exchange exchange =
        request(pool_, options_, sending,
                base + "/" + options_.meta_version + "/" + e.account.sender + "/messages", headers, &body);
    return exchange.answer ? read_meta_answer(*exchange.answer) : exchange.outcome;
  }
  bool marks_begin() const noexcept override { return true; }

 private:
  ProviderOptions options_;
  HandlePool pool_;
};

}  // namespace

std::shared_ptr<Transport> make_meta_transport(ProviderOptions options) {
  return std::make_shared<MetaTransport>(std::move(options));
}

}  // namespace atlas
