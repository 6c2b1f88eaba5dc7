// A store that fails in the middle of a delivery: the provider comes again, and nobody's word is lost.

#include "atlas/kv_store.hpp"
#include "atlas/testing/faults.hpp"
#include "inbound_world.hpp"

using namespace atlas;
using namespace atlas::testing;

TEST_CASE("When the store fails within a delivery nothing of it is taken, and the next one takes all",
          "[inbound]") {
  int left = 0;  // inserts until the one that fails; 0: none does
  World w("memory", [&](Options& o) {
    o.make_store = [&](const StoreOpening& opening) {
      return std::make_unique<FaultInjectingStore>(open_memory_store(opening), [&](const FaultPoint& p) {
        if (p.after || p.call != "insert" || left == 0 || --left > 0) return;
        throw Error(ErrorCode::storage_io, "A fault that the test asked for.");
      });
    };
  });
  auto s = w.admin();
  ChannelAccount sms =
      s.call(channels::create, {.channel_code = "CHAN_SMS", .provider = "TWILIO", .sender = our_number});
  sms = s.call(channels::set_secret,
               {.id = sms.id, .version = sms.version, .slot = "signing", .value = twilio_secret});
  int failures = 0;
  for (int at = 1; at <= 100; ++at) {
    INFO("insert " << at);
    const std::string from = "+2126610" + std::to_string(10'000 + at);
    const Form form = twilio_message("SM" + std::to_string(at), from, "STOP", false);
    const std::string url = twilio_url + sms.endpoint, body = form_of(form);
    const std::string signature = twilio_signature(twilio_secret, url, form);
    WebhookRequest r;
    r.endpoint = sms.endpoint;
    r.method = "POST";
    r.url = url;
    r.headers = {{"content-type", "application/x-www-form-urlencoded"}, {"X-Twilio-Signature", signature}};
    r.body = body;
    left = at;
    const ErrorCode first = code_of([&] { w.engine.inbound(r); });
    const bool fell = left == 0;
    left = 0;
    CHECK(first == (fell ? ErrorCode::storage_io : ErrorCode::ok));
    const auto response = w.engine.inbound(r);
    CHECK(response.rejected.empty());
    CHECK(response.messages == (fell ? 1 : 0));
    CHECK(response.duplicates == (fell ? 0 : 1));
    const auto answer = s.call(
        consents::check, {.channel_code = "CHAN_SMS", .address = from, .purpose_code = "CONSENT_CONTACT"});
    CHECK(answer.reason == "consent_withdrawn");
    failures += fell ? 1 : 0;
    if (!fell) break;
  }
  CHECK(failures > 10);
}
