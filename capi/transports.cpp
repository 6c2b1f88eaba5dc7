// What a host brings so that messages leave: secrets, transports of its own, the library's.

#include <array>
#include <cstring>

#include "atlas/inquiry.hpp"
#include "atlas/own_transports.hpp"
#include "bring.hpp"

using namespace atlas;
using namespace atlas::capi;

namespace {

class HostSecrets final : public Secrets {
 public:
  HostSecrets(atlas_secret_fn function, std::shared_ptr<UserData> user_data)
      : secret_(function), user_data_(std::move(user_data)) {}
  std::optional<Secret> secret(std::string_view reference) override {
    constexpr std::size_t capacity = 4096;
    std::string text(capacity, '\0');
    std::size_t size = 0;
    const atlas_status status =
        secret_(user_data_->get(), std::string(reference).c_str(), text.data(), capacity, &size);
    Secret whole(std::move(text));  // wiped, whatever was told of its size
    if (status != ATLAS_OK || size == 0 || size > capacity) return std::nullopt;
    return Secret(std::string(whole.view().substr(0, size)));
  }

 private:
  const atlas_secret_fn secret_;
  const std::shared_ptr<UserData> user_data_;
};

/// What `atlas_sending` points at, and the secrets that were handed out.
struct Call {
  Sending* sending;
  const SendingAccount* account;
  std::vector<Secret> secrets;

  static int32_t begin(void* call) { return static_cast<Call*>(call)->sending->begin() ? 1 : 0; }
  static int64_t remaining_ns(void* call) {
    try {
      return static_cast<Call*>(call)->sending->remaining_ns();
    } catch (...) {
      return 0;
    }
  }
  static const char* secret(void* call, const char* name) {
    try {
      auto& c = *static_cast<Call*>(call);
      if (name == nullptr || !c.account->secret) return nullptr;
      auto found = c.account->secret(name);
      if (!found) return nullptr;
      c.secrets.reserve(16);  // a short text lies in the object itself, which therefore may not move
      if (c.secrets.size() == c.secrets.capacity()) return nullptr;
      c.secrets.push_back(std::move(*found));
      return c.secrets.back().view().data();
    } catch (...) {
      return nullptr;
    }
  }
};

const char* part_name(TemplatePart part) {
  switch (part) {
    case TemplatePart::header:
      return "header";
    case TemplatePart::button:
      return "button";
    case TemplatePart::body:
      break;
  }
  return "body";
}

/// A fixed field of an outcome, whether or not it was ended.
template <std::size_t N>
std::string field(const char (&text)[N]) {
  return {text, strnlen(text, N)};
}

OutcomeKind kind_of(std::int32_t kind) {
  switch (kind) {
    case ATLAS_OUTCOME_ACCEPTED:
      return OutcomeKind::accepted;
    case ATLAS_OUTCOME_NOT_TAKEN:
      return OutcomeKind::not_taken;
    case ATLAS_OUTCOME_LATER:
      return OutcomeKind::later;
    case ATLAS_OUTCOME_REJECTED:
      return OutcomeKind::rejected;
    case ATLAS_OUTCOME_UNREACHABLE:
      return OutcomeKind::unreachable;
    case ATLAS_OUTCOME_OPTED_OUT:
      return OutcomeKind::opted_out;
    case ATLAS_OUTCOME_ACCOUNT:
      return OutcomeKind::account;
    case ATLAS_OUTCOME_UNKNOWN:
      return OutcomeKind::unknown;
    default:
      return static_cast<OutcomeKind>(0xff);  // none: what is behind send() makes of it an alarm
  }
}

/// As the host said it: send_guarded holds every outcome within bounds.
Outcome outcome_of(const atlas_outcome& o) {
  Outcome out;
  out.kind = kind_of(o.kind);
  out.provider_id = field(o.provider_id);
  if (o.retry_after_us > 0) out.retry_after_us = o.retry_after_us;
  out.reason = field(o.reason);
  out.provider_code = field(o.provider_code);
  out.provider_text = field(o.provider_text);
  out.alarm = o.alarm != 0 || out.kind == OutcomeKind::account;
  out.whole_account = o.whole_account != 0;
  return out;
}

/// Nothing for a state that does not exist.
std::optional<Finding> finding_of(const atlas_finding& f) {
  static constexpr std::array states{std::pair(ATLAS_DELIVERY_QUEUED, DeliveryState::queued),
                                     std::pair(ATLAS_DELIVERY_SENT, DeliveryState::sent),
                                     std::pair(ATLAS_DELIVERY_DELIVERED, DeliveryState::delivered),
                                     std::pair(ATLAS_DELIVERY_READ, DeliveryState::read),
                                     std::pair(ATLAS_DELIVERY_FAILED, DeliveryState::failed)};
  for (const auto& [code, state] : states) {
    if (f.state != code) continue;
    Finding out;
    out.provider_id = field(f.provider_id);
    out.token = field(f.token);
    out.state = state;
    if (f.at_us != 0) out.at = Timestamp{f.at_us};
    out.error_code = field(f.error_code);
    out.error_text = field(f.error_text);
    return out;
  }
  return std::nullopt;
}

class HostTransport final : public Transport {
 public:
  HostTransport(const atlas_transport& table, std::shared_ptr<UserData> user_data)
      : table_(table), user_data_(std::move(user_data)) {}

  Outcome send(const Envelope& e, Sending& sending) override {
    std::vector<atlas_template_value> values;
    std::vector<atlas_media> media;
    if (e.content_template) {
      for (const TemplateParameter& p : e.content_template->parameters)
        values.push_back({p.name.c_str(), p.value.c_str(), part_name(p.part), static_cast<int32_t>(p.button),
                          p.media_type.c_str()});
    }
    for (const MediaReference& m : e.media)
      media.push_back(
          {m.url.c_str(), m.media_type.c_str(), m.file_name.c_str(), m.content.data(), m.content.size()});
    const ProviderTemplate none, &t = e.content_template ? *e.content_template : none;
    const atlas_envelope envelope{sizeof envelope,
                                  e.account.id.c_str(),
                                  e.account.provider.c_str(),
                                  e.account.sender.c_str(),
                                  e.account.business_id.c_str(),
                                  e.account.base_url.c_str(),
                                  e.account.status_callback.c_str(),
                                  e.channel_code.c_str(),
                                  e.to.c_str(),
                                  e.to_name.c_str(),
                                  e.subject.c_str(),
                                  e.body.c_str(),
                                  e.html.c_str(),
                                  e.reply_to.c_str(),
                                  e.unsubscribe_url.c_str(),
                                  e.token.c_str(),
                                  t.reference.c_str(),
                                  t.language.c_str(),
                                  values.data(),
                                  values.size(),
                                  media.data(),
                                  media.size()};
    Call call{&sending, &e.account, {}};
    const atlas_sending running{sizeof running, &call, Call::begin, Call::remaining_ns, Call::secret};
    atlas_outcome outcome{};
    outcome.struct_size = sizeof outcome;
    if (table_.send(user_data_->get(), &envelope, &running, &outcome) != ATLAS_OK)
      throw Error(ErrorCode::internal, "the host's transport failed").with("reason", "transport");
    return outcome_of(outcome);
  }
  bool takes_idempotency_token() const noexcept override { return table_.takes_idempotency_token != 0; }
  bool marks_begin() const noexcept override { return table_.marks_begin != 0; }

  bool answers_inquiries() const noexcept override { return table_.ask != nullptr; }
  Findings ask(const Inquiry& q, Sending& sending) override {
    const atlas_inquiry inquiry{sizeof inquiry,
                                q.account.id.c_str(),
                                q.account.provider.c_str(),
                                q.account.sender.c_str(),
                                q.account.business_id.c_str(),
                                q.account.base_url.c_str(),
                                q.channel_code.c_str(),
                                q.provider_id.c_str(),
                                q.token.c_str(),
                                q.to.c_str(),
                                q.body.c_str(),
                                q.from.micros,
                                q.until.micros};
    Call call{&sending, &q.account, {}};
    const atlas_sending running{sizeof running, &call, Call::begin, Call::remaining_ns, Call::secret};
    std::vector<atlas_finding> found(most_findings);
    for (atlas_finding& f : found) f.struct_size = sizeof f;
    std::size_t count = 0;
    if (table_.ask(user_data_->get(), &inquiry, &running, found.data(), found.size(), &count) != ATLAS_OK)
      return {false, "no_answer", {}, {}};
    if (count > found.size()) return {false, "too_many", {}, {}};
    Findings out;
    out.answered = true;
    for (std::size_t i = 0; i < count; ++i) {
      auto one = finding_of(found[i]);
      if (!one) return {false, "unreadable_answer", {}, {}};
      out.found.push_back(std::move(*one));
    }
    return out;
  }

 private:
  const atlas_transport table_;
  const std::shared_ptr<UserData> user_data_;
};

/// The options' transports, to be changed; engines that are open keep theirs.
std::shared_ptr<Transports> copy_of_transports(const Options& o) {
  return o.transports ? std::make_shared<Transports>(*o.transports) : std::make_shared<Transports>();
}

}  // namespace

extern "C" {

atlas_status atlas_secrets_set(atlas_options* options, atlas_secret_fn secret, void* user_data,
                               atlas_free_fn free_user_data, atlas_error** out_error) noexcept {
  return bring(options, user_data, free_user_data, out_error,
               [&](Options& o, const std::shared_ptr<UserData>& data) {
                 o.secrets = secret == nullptr ? nullptr : std::make_shared<HostSecrets>(secret, data);
               });
}

atlas_status atlas_transport_register(atlas_options* options, const char* provider, size_t provider_size,
                                      const char* channel_code, size_t channel_code_size,
                                      const atlas_transport* table, void* user_data,
                                      atlas_free_fn free_user_data, atlas_error** out_error) noexcept {
  return bring(
      options, user_data, free_user_data, out_error, [&](Options& o, const std::shared_ptr<UserData>& data) {
        const atlas_transport copy = copy_table(table, offsetof(atlas_transport, send) + sizeof copy.send);
        require_function(copy.send);
        const std::string_view name = text(provider, provider_size);
        if (name.empty())
          throw Error(ErrorCode::invalid_argument, "no provider is named")
              .field("/provider", field_code::required, "a provider's code");
        auto transports = copy_of_transports(o);
        transports->add(std::string(name), std::string(text(channel_code, channel_code_size)),
                        std::make_shared<HostTransport>(copy, data));
        o.transports = std::move(transports);
      });
}

atlas_status atlas_transport_use_own(atlas_options* options, const char* settings, size_t settings_size,
                                     atlas_error** out_error) noexcept {
  return guard(out_error, [&] {
    Options& o = checked(options).options;
    auto transports = copy_of_transports(o);
    add_own_transports(*transports, text(settings, settings_size), o.clock);
    o.transports = std::move(transports);
    return ATLAS_OK;
  });
}

}  // extern "C"
