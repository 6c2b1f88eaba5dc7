#include <algorithm>
#include <array>
#include <charconv>

#include "atlas/transport.hpp"
#include "atlas/webhook.hpp"
#include "cleaning.hpp"
#include "twilio_states.hpp"

namespace atlas {
namespace {

using Form = std::vector<NameValue>;

constexpr std::string_view whatsapp_prefix = "whatsapp:";
constexpr unsigned media_limit = 32;

struct StateWord {
  std::string_view word;
  DeliveryState state;
};
constexpr std::array<StateWord, 12> state_words{{{"accepted", DeliveryState::queued},
                                                 {"scheduled", DeliveryState::queued},
                                                 {"queued", DeliveryState::queued},
                                                 {"sending", DeliveryState::queued},
                                                 {"sent", DeliveryState::sent},
                                                 {"partially_delivered", DeliveryState::sent},
                                                 {"delivered", DeliveryState::delivered},
                                                 {"read", DeliveryState::read},
                                                 {"undelivered", DeliveryState::failed},
                                                 {"failed", DeliveryState::failed},
                                                 {"canceled", DeliveryState::failed},
                                                 {"cancelled", DeliveryState::failed}}};

std::string_view first_of(const Form& form, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    const std::string_view value = form_value(form, name);
    if (!value.empty()) return value;
  }
  return {};
}

std::string line(const Form& form, std::string_view name) { return cleaned_line(form_value(form, name)); }

bool is_whatsapp(std::string_view address) { return address.starts_with(whatsapp_prefix); }
/// The address without its channel. A `+` that was sent bare has become a space.
std::string address_of(std::string_view text) {
  if (is_whatsapp(text)) text.remove_prefix(whatsapp_prefix.size());
  if (text.starts_with(' ')) return "+" + cleaned_line(text.substr(1));
  return cleaned_line(text);
}

bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  });
}

std::vector<InboundMedia> media_of(const Form& form) {
  const std::string_view told = form_value(form, "NumMedia");
  unsigned count = 0;
  const auto [end, error] = std::from_chars(told.data(), told.data() + told.size(), count);
  if (error != std::errc() || end != told.data() + told.size()) return {};
  std::vector<InboundMedia> media;
  for (unsigned i = 0; i < std::min(count, media_limit); ++i) {
    const std::string n = std::to_string(i);
    InboundMedia m;
    m.reference = cleaned_line(form_value(form, "MediaUrl" + n), 2'048);
    m.media_type = line(form, "MediaContentType" + n);
    if (!m.reference.empty()) media.push_back(std::move(m));
  }
  return media;
}

/// What it is, from the media's type where the provider gives no word of its own.
std::string type_of(const Form& form, const InboundMessage& m) {
  if (!m.media.empty()) {
    const std::string_view media = m.media.front().media_type;
    for (const std::string_view kind : {"image", "audio", "video"}) {
      if (media.starts_with(kind)) return std::string(kind);
    }
    return media == "text/vcard" || media == "text/x-vcard" ? "contacts" : "document";
  }
  if (!m.latitude.empty()) return "location";
  if (!form_value(form, "ListId").empty()) return "interactive";
  if (!form_value(form, "ButtonPayload").empty() || !form_value(form, "ButtonText").empty()) return "button";
  constexpr std::array<std::string_view, 6> textual{"", "text", "button", "interactive", "list", "unknown"};
  const bool known = std::find(textual.begin(), textual.end(), m.provider_type) != textual.end();
  return known || !m.text.empty() ? "text" : "unknown";
}

InboundMessage message_of(const Form& form, std::string_view id) {
  InboundMessage m;
  const std::string_view from = form_value(form, "From");
  m.provider_id = id;
  m.channel_code = is_whatsapp(from) ? "CHAN_WHATSAPP" : "CHAN_SMS";
  m.from = address_of(from);
  m.to = address_of(form_value(form, "To"));
  m.business_id = line(form, "AccountSid");
  m.provider_type = line(form, "MessageType");
  m.text = cleaned(first_of(form, {"Body", "ButtonText", "ListTitle", "Label", "Address"}), longest_text);
  m.reply_id = cleaned_line(first_of(form, {"ButtonPayload", "ListId"}));
  m.profile_name = line(form, "ProfileName");
  m.context_id = line(form, "OriginalRepliedMessageSid");
  m.forwarded = form_value(form, "Forwarded") == "true";
  m.media = media_of(form);
  m.latitude = line(form, "Latitude");
  m.longitude = line(form, "Longitude");
  const std::string opt_out = line(form, "OptOutType");
  if (opt_out == "STOP" || opt_out == "START" || opt_out == "HELP") m.opt_out_type = opt_out;
  m.type = type_of(form, m);
  return m;
}

DeliveryReport report_of(const Form& form, std::string_view id, std::string_view word, DeliveryState state,
                         std::string_view url) {
  DeliveryReport r;
  r.provider_id = id;
  if (const auto query = parse_form(query_of(url)); query && is_token(form_value(*query, "token")))
    r.token = form_value(*query, "token");
  r.state = state;
  r.provider_state = cleaned_line(word);
  r.to = address_of(form_value(form, "To"));
  r.business_id = line(form, "AccountSid");
  if (state == DeliveryState::failed) {
    r.error_code = line(form, "ErrorCode");
    r.error_text = sanitised(line(form, "ErrorMessage"));
  }
  return r;
}

}  // namespace

std::string_view to_text(DeliveryState state) noexcept {
  switch (state) {
    case DeliveryState::queued:
      return "queued";
    case DeliveryState::sent:
      return "sent";
    case DeliveryState::delivered:
      return "delivered";
    case DeliveryState::read:
      return "read";
    case DeliveryState::failed:
      return "failed";
  }
  return "failed";
}

std::optional<DeliveryState> twilio_state(std::string_view word) noexcept {
  const auto known = std::find_if(state_words.begin(), state_words.end(),
                                  [&](const StateWord& w) { return w.word == word; });
  return known == state_words.end() ? std::nullopt : std::optional(known->state);
}

Delivery parse_twilio(std::string_view url, std::string_view body) {
  Delivery d;
  const auto reject = [&](std::string reason) {
    d.rejected.push_back({0, std::move(reason)});
    return d;
  };
  if (body.size() > webhook_body_limit) return reject("too_large");
  const auto form = parse_form(body);
  if (!form) return reject("too_many");
  const std::string_view id = first_of(*form, {"MessageSid", "SmsMessageSid", "SmsSid"});
  const std::string_view word = first_of(*form, {"MessageStatus", "SmsStatus"});
  const bool inbound =
      word == "received" || word == "receiving" || (word.empty() && !form_value(*form, "From").empty());
  if (!inbound && word.empty()) return reject("unknown_form");
  if (!is_provider_id(id)) return reject("missing_id");
  if (inbound) {
    InboundMessage m = message_of(*form, id);
    const std::string_view from = form_value(*form, "From");
    if (m.from.empty()) return reject("missing_sender");
    if (!is_whatsapp(from) && from.find(':') != std::string_view::npos) return reject("unknown_channel");
    d.items.push_back({0, std::move(m)});
    return d;
  }
  const auto known = twilio_state(word);
  if (!known) return reject("unknown_status");
  d.items.push_back({0, report_of(*form, id, word, *known, url)});
  return d;
}

}  // namespace atlas
