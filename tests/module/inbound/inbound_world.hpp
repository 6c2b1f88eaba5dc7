#pragma once
// What the tests of webhooks share: an account of each provider, deliveries written by hand, and signatures
// made here with OpenSSL alone.

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <map>

#include "atlas/channels.hpp"
#include "atlas/consent.hpp"
#include "atlas/inbound.hpp"
#include "atlas/inbound_desk.hpp"
#include "atlas/messages.hpp"
#include "atlas/testing/recording_transport.hpp"
#include "world.hpp"

namespace atlas::testing {

inline constexpr const char* twilio_url = "https://crm.example.ma/hooks/";
inline constexpr const char* twilio_secret = "12345abcdef67890";
inline constexpr const char* meta_secret = "app-secret-of-the-test";
inline constexpr const char* meta_verify = "verify-me-please";
inline constexpr const char* our_number = "+212522001122";
inline constexpr const char* meta_number = "106540352242922";

inline std::string mac(const EVP_MD* algorithm, const std::string& key, const std::string& data) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(algorithm, key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(data.data()), data.size(), out, &size);
  return {reinterpret_cast<const char*>(out), size};
}

inline std::string base64_of(const std::string& bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return out;
}

inline std::string hex_of(const std::string& bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

using Form = std::map<std::string, std::string>;

inline std::string form_of(const Form& members) {
  std::string out;
  for (const auto& [name, value] : members) {
    if (!out.empty()) out += '&';
    out += name + '=';
    for (const char c : value) {
      const bool plain =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
      if (plain)
        out += c;
      else
        out += "%" + hex_of(std::string(1, c));
    }
  }
  return out;
}

/// Twilio's documented rule: the URL, then each member's name and value in the order of the names.
inline std::string twilio_signature(const std::string& secret, const std::string& url, const Form& members) {
  std::string data = url;
  for (const auto& [name, value] : members) data += name + value;
  return base64_of(mac(EVP_sha1(), secret, data));
}

inline std::string meta_signature(const std::string& secret, const std::string& body) {
  return "sha256=" + hex_of(mac(EVP_sha256(), secret, body));
}

/// A message as Twilio posts it.
inline Form twilio_message(const std::string& sid, const std::string& from, const std::string& text,
                           bool whatsapp = true) {
  const std::string prefix = whatsapp ? "whatsapp:" : "";
  return {{"MessageSid", sid},
          {"SmsMessageSid", sid},
          {"AccountSid", "AC00000000000000000000000000000001"},
          {"From", prefix + from},
          {"To", prefix + our_number},
          {"Body", text},
          {"NumMedia", "0"},
          {"ProfileName", "Amina B."},
          {"SmsStatus", "received"},
          {"ApiVersion", "2010-04-01"}};
}

inline Form twilio_status(const std::string& sid, const std::string& status, const std::string& code = "") {
  Form f{{"MessageSid", sid},
         {"SmsSid", sid},
         {"AccountSid", "AC00000000000000000000000000000001"},
         {"From", "whatsapp:" + std::string(our_number)},
         {"To", "whatsapp:+212661000001"},
         {"MessageStatus", status},
         {"SmsStatus", status}};
  if (!code.empty()) f["ErrorCode"] = code;
  return f;
}

/// The envelope that Meta puts around `value` members.
inline std::string meta_envelope(const std::string& inner) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{)"
         R"("messaging_product":"whatsapp","metadata":{"display_phone_number":"212522001122",)"
         R"("phone_number_id":")" +
         std::string(meta_number) + R"("},)" + inner + R"(},"field":"messages"}]}]})";
}

inline std::string meta_text(const std::string& id, const std::string& from, std::int64_t seconds,
                             const std::string& text, const std::string& context = "") {
  std::string out =
      R"({"from":")" + from + R"(","id":")" + id + R"(","timestamp":")" + std::to_string(seconds) + R"(",)";
  if (!context.empty()) out += R"("context":{"from":"212522001122","id":")" + context + R"("},)";
  return out + R"("type":"text","text":{"body":")" + text + R"("}})";
}

inline std::string meta_messages(const std::string& list, const std::string& name = "Youssef El Amrani",
                                 const std::string& wa_id = "212661000002") {
  return meta_envelope(R"("contacts":[{"profile":{"name":")" + name + R"("},"wa_id":")" + wa_id +
                       R"("}],"messages":[)" + list + "]");
}

inline std::string meta_status(const std::string& id, const std::string& status, std::int64_t seconds) {
  return R"({"id":")" + id + R"(","status":")" + status + R"(","timestamp":")" + std::to_string(seconds) +
         R"(","recipient_id":"212661000002"})";
}

struct InboundWorld : World {
  explicit InboundWorld(const std::string& backend_name)
      : InboundWorld(backend_name, std::make_shared<RecordingTransport>()) {}
  InboundWorld(const std::string& backend_name, const std::shared_ptr<RecordingTransport>& transport)
      : World(backend_name,
              [&](Options& o) {
                auto all = std::make_shared<Transports>();
                for (const char* name : {"TWILIO", "META"}) all->add(name, "", transport);
                o.transports = all;
              }),
        provider(transport) {
    auto s = admin();
    twilio = s.call(channels::create,
                    {.channel_code = "CHAN_WHATSAPP", .provider = "TWILIO", .sender = our_number});
    twilio = s.call(channels::set_secret,
                    {.id = twilio.id, .version = twilio.version, .slot = "signing", .value = twilio_secret});
    sms = s.call(channels::create, {.channel_code = "CHAN_SMS", .provider = "TWILIO", .sender = our_number});
    sms = s.call(channels::set_secret,
                 {.id = sms.id, .version = sms.version, .slot = "signing", .value = twilio_secret});
    meta = s.call(channels::create,
                  {.channel_code = "CHAN_WHATSAPP", .provider = "META", .sender = meta_number});
    meta = s.call(channels::set_secret,
                  {.id = meta.id, .version = meta.version, .slot = "signing", .value = meta_secret});
    meta = s.call(channels::set_secret,
                  {.id = meta.id, .version = meta.version, .slot = "verify_token", .value = meta_verify});
  }

  inbound::Response post(const ChannelAccount& account, const std::string& url, const std::string& type,
                         const std::string& header, const std::string& signature, const std::string& body) {
    WebhookRequest r;
    r.endpoint = account.endpoint;
    r.method = "POST";
    r.url = url;
    r.headers = {{"content-type", type}, {header, signature}};
    r.body = body;
    return engine.inbound(r);
  }
  inbound::Response from_twilio(const ChannelAccount& account, const Form& form,
                                const std::string& secret = twilio_secret) {
    const std::string url = twilio_url + account.endpoint;
    return post(account, url, "application/x-www-form-urlencoded", "X-Twilio-Signature",
                twilio_signature(secret, url, form), form_of(form));
  }
  inbound::Response from_meta(const std::string& body, const std::string& secret = meta_secret) {
    return post(meta, "/hooks/" + meta.endpoint, "application/json", "X-Hub-Signature-256",
                meta_signature(secret, body), body);
  }

  std::int64_t seconds() { return clock->now().micros / micros_per_second; }
  std::vector<Message> thread(const std::string& address) {
    auto s = admin();
    return s.call(messages::list, {.address = address, .oldest_first = true}).items;
  }
  std::vector<Dossier> dossiers_of(const std::string& phone) {
    auto s = admin();
    return s.call(dossiers::list, {.where = R"({"phone":")" + phone + "\"}"}).items;
  }
  consents::Checked ask(const std::string& address, const std::string& channel = "CHAN_WHATSAPP",
                        const std::string& purpose = "CONSENT_CONTACT") {
    auto s = admin();
    return s.call(consents::check, {.channel_code = channel, .address = address, .purpose_code = purpose});
  }
  consents::Recorded grant(const std::string& address, const std::string& channel = "CHAN_WHATSAPP",
                           const std::string& purpose = "CONSENT_CONTACT") {
    auto s = admin();
    return s.call(consents::grant,
                  {.channel_code = channel,
                   .address = address,
                   .purpose_code = purpose,
                   .source_code = "CONSENT_SRC_FORM",
                   .wording = "J'accepte d'être contacté",
                   .wording_version = "v1",
                   .language = "fr",
                   .evidence = ConsentEvidence{.kind = "web_form",
                                               .reference = "https://agence.example/contact#42",
                                               .sha256 = std::string(64, 'a')}});
  }

  /// Everything that is due now; no time passes.
  void pump() {
    for (int i = 0; i < 100; ++i)
      if (engine.pump(100).done == 0) return;
    FAIL("the work does not end");
  }

  std::shared_ptr<RecordingTransport> provider;
  ChannelAccount twilio, sms, meta;
};

}  // namespace atlas::testing
