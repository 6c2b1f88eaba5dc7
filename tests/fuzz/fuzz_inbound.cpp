// Any bytes on the whole way in: an engine over a store in memory, accounts of both providers. A body with
// the right signature is answered 200 whatever it is, and what it says is taken or kept; any other request is
// refused. No fault of ours, ever.

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdint>
#include <memory>
#include <string>

#include "atlas/channels.hpp"
#include "atlas/crypto.hpp"
#include "atlas/engine.hpp"
#include "atlas/inbound_desk.hpp"
#include "atlas/organisations.hpp"
#include "atlas/testing/fakes.hpp"
#include "atlas/webhook.hpp"
#include "check.hpp"

namespace {

using namespace atlas;

constexpr const char* secret = "a secret";
constexpr const char* url = "https://crm.example/hooks/e?token=abc";
/// The store only grows.
constexpr int runs_per_store = 2'000;

struct House {
  House() {
    auto host = engine.host_session();
    const auto made = host.call(organisations::create, {.name = "Agence", .admin_email = "a@example.ma"});
    Session s = engine.session({.org = made.organisation->id, .user = made.admin_user_id});
    const auto account = [&](const char* provider, const char* sender) {
      auto a = s.call(
          channels::create,
          {.channel_code = "CHAN_WHATSAPP", .provider = provider, .sender = sender, .public_url = url});
      a = s.call(channels::set_secret,
                 {.id = a.id, .version = a.version, .slot = "signing", .value = secret});
      return s.call(channels::set_secret,
                    {.id = a.id, .version = a.version, .slot = "verify_token", .value = secret});
    };
    twilio = account("TWILIO", "+212522001122");
    meta = account("META", "106540352242922");
  }
  Engine engine{Options{.store = ":memory:", .clock = std::make_shared<testing::FakeClock>()}};
  ChannelAccount twilio, meta;
  int runs = 0;
};

std::string mac(const EVP_MD* algorithm, const std::string& data) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(algorithm, secret, static_cast<int>(std::char_traits<char>::length(secret)),
       reinterpret_cast<const unsigned char*>(data.data()), data.size(), out, &size);
  return {reinterpret_cast<const char*>(out), size};
}

std::string twilio_signature(std::string_view body) {
  auto form = parse_form(body);
  std::string data = url;
  if (form) {
    std::sort(form->begin(), form->end());
    form->erase(std::unique(form->begin(), form->end()), form->end());
    for (const auto& [name, value] : *form) data += name + value;
  }
  return base64(mac(EVP_sha1(), data));
}

/// The answer, or the code of the error.
ErrorCode send(House& house, const WebhookRequest& request, inbound::Response& answer) {
  try {
    answer = house.engine.inbound(request);
    return ErrorCode::ok;
  } catch (const Error& e) {
    ATLAS_FUZZ_CHECK(e.code() == ErrorCode::unauthenticated || e.code() == ErrorCode::not_found ||
                     e.code() == ErrorCode::invalid_argument);
    return e.code();
  }
}

void check(const inbound::Response& answer) {
  ATLAS_FUZZ_CHECK(answer.status == 200);
  for (const inbound::Rejected& r : answer.rejected) {
    ATLAS_FUZZ_CHECK(r.index >= 0 && !r.reason.empty());
    ATLAS_FUZZ_CHECK(r.reason != "internal" && r.reason != "storage_corrupt");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT: libFuzzer's name
  static std::unique_ptr<House> house;
  if (!house || ++house->runs > runs_per_store) house = std::make_unique<House>();
  const std::string body(reinterpret_cast<const char*>(data), size);
  const bool small = body.size() <= webhook_body_limit;
  inbound::Response answer;

  const std::string signature = "sha256=" + hex(mac(EVP_sha256(), body));
  WebhookRequest meta{house->meta.endpoint, "POST", "/hooks/e", {{"X-Hub-Signature-256", signature}}, body};
  const ErrorCode code = send(*house, meta, answer);
  ATLAS_FUZZ_CHECK(code == (small ? ErrorCode::ok : ErrorCode::invalid_argument));
  if (code == ErrorCode::ok) check(answer);
  // Again: nothing that was taken is taken twice.
  if (send(*house, meta, answer) == ErrorCode::ok) {
    check(answer);
    ATLAS_FUZZ_CHECK(answer.messages == 0);
  }

  const std::string form = twilio_signature(body);
  const WebhookRequest twilio{
      house->twilio.endpoint,
      "POST",
      "/hooks/e?token=abc",
      {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Twilio-Signature", form}},
      body};
  if (send(*house, twilio, answer) == ErrorCode::ok) check(answer);

  // The bytes as everything else of a request.
  const std::string_view text = std::string_view(body).substr(0, 2'000);
  const WebhookRequest forged{house->meta.endpoint, "POST", text, {{"X-Hub-Signature-256", text}}, body};
  ATLAS_FUZZ_CHECK(send(*house, forged, answer) != ErrorCode::ok);
  const WebhookRequest question{house->meta.endpoint, "GET", text, {}, {}};
  if (send(*house, question, answer) == ErrorCode::ok) ATLAS_FUZZ_CHECK(text.find("secret") != text.npos);
  const WebhookRequest nowhere{text, text, text, {{text, text}}, text};
  ATLAS_FUZZ_CHECK(send(*house, nowhere, answer) != ErrorCode::ok);
  return 0;
}
