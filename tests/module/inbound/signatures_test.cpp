// Who is let in: signatures, secrets, rotation, proxies, Meta's question, what is counted and alarmed.

#include <set>

#include "atlas/audit.hpp"
#include "atlas/secrets.hpp"
#include "atlas/webhook.hpp"
#include "inbound_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

const std::string amina = "+212661000001";

std::vector<std::string> event_types(InboundWorld& w) {
  auto s = w.admin();
  std::vector<std::string> out;
  for (const auto& e : s.call(audit::events, {.limit = 1000}).items) out.push_back(e.type);
  return out;
}

std::int64_t counted(InboundWorld& w, const std::string& name, const std::string& value) {
  for (const Counter& c : w.engine.metrics().counters)
    if (c.name == name && c.value == value) return c.count;
  return 0;
}

}  // namespace

TEST_CASE("only what the provider signed gets in, and the rest is counted and alarmed", "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  const Form form = twilio_message("SM01", amina, "Bonjour");
  const auto refused = [&](const std::function<void()>& f, const char* reason) {
    const Error e = error_of(f);
    CHECK(e.code() == ErrorCode::unauthenticated);
    CHECK(error_info(e.code()).http == 401);
    CHECK(detail_of(e, "reason") == "\"" + std::string(reason) + "\"");
  };
  refused([&] { w.from_twilio(w.twilio, form, "another secret"); }, "signature");
  refused(
      [&] { w.from_meta(meta_messages(meta_text("wamid.1", "212661000002", w.seconds(), "Salam")), "no"); },
      "signature");
  // A signature for one body, another body.
  const std::string url = twilio_url + w.twilio.endpoint;
  refused(
      [&] {
        w.post(w.twilio, url, "application/x-www-form-urlencoded", "X-Twilio-Signature",
               twilio_signature(twilio_secret, url, form), form_of(twilio_message("SM01", amina, "Bonsoir")));
      },
      "signature");
  // None at all, or one of another account's endpoint.
  refused([&] { w.post(w.twilio, url, "application/x-www-form-urlencoded", "X-Other", "x", form_of(form)); },
          "signature");
  refused(
      [&] {
        w.post(w.twilio, url, "application/x-www-form-urlencoded", "X-Twilio-Signature",
               twilio_signature(twilio_secret, twilio_url + w.sms.endpoint, form), form_of(form));
      },
      "signature");
  CHECK(w.thread(amina).empty());
  CHECK(counted(w, "inbound_requests", "signature") == 5);
  // One alarm a minute for each account, whatever the number.
  auto types = event_types(w);
  CHECK(std::count(types.begin(), types.end(), "channel_account.signature_failed") == 2);
  w.clock->advance(2 * micros_per_minute);
  refused([&] { w.from_twilio(w.twilio, form, "another secret"); }, "signature");
  types = event_types(w);
  CHECK(std::count(types.begin(), types.end(), "channel_account.signature_failed") == 3);
  CHECK(w.engine.metrics_text().find("atlas_inbound_requests_total{result=\"signature\"} 6") !=
        std::string::npos);

  const auto right = w.from_twilio(w.twilio, form);
  CHECK(right.status == 200);
  CHECK(right.messages == 1);
  CHECK(right.content_type == "text/xml");
  CHECK(right.body == "<Response></Response>");
  CHECK(w.engine.check().ok());
}

TEST_CASE("an unknown or ended endpoint leads nowhere", "[inbound]") {
  InboundWorld w("memory");
  ChannelAccount nobody = w.twilio;
  nobody.endpoint = std::string(64, '0');
  const Form form = twilio_message("SM01", amina, "Bonjour");
  const Error e = error_of([&] { w.from_twilio(nobody, form); });
  CHECK(e.code() == ErrorCode::not_found);
  CHECK(error_info(e.code()).http == 404);
  nobody.endpoint = std::string(100'000, 'x');
  CHECK(code_of([&] { w.from_twilio(nobody, form); }) == ErrorCode::not_found);
  nobody.endpoint = "";
  CHECK(code_of([&] { w.from_twilio(nobody, form); }) == ErrorCode::not_found);
  auto s = w.admin();
  s.call(channels::archive, {.id = w.twilio.id, .version = w.twilio.version});
  CHECK(code_of([&] { w.from_twilio(w.twilio, form); }) == ErrorCode::not_found);
  // An account that nobody can write to by webhook.
  const auto mail =
      s.call(channels::create, {.channel_code = "CHAN_EMAIL", .provider = "SMTP", .sender = "a@example.ma"});
  CHECK(code_of([&] { w.from_twilio(mail, form); }) == ErrorCode::not_found);
}

TEST_CASE("without a secret nothing is believed", "[inbound]") {
  InboundWorld w("memory");
  auto s = w.admin();
  w.twilio =
      s.call(channels::set_secret, {.id = w.twilio.id, .version = w.twilio.version, .slot = "signing"});
  const Form form = twilio_message("SM01", amina, "Bonjour");
  for (const char* secret : {"", twilio_secret}) {
    const Error e = error_of([&] { w.from_twilio(w.twilio, form, secret); });
    CHECK(e.code() == ErrorCode::unauthenticated);
    CHECK(detail_of(e, "reason") == "\"no_secret\"");
  }
}

TEST_CASE("while a signing secret is replaced both are good", "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  auto s = w.admin();
  w.twilio = s.call(channels::rotate_secret,
                    {.id = w.twilio.id, .version = w.twilio.version, .value = "the next one"});
  CHECK(w.from_twilio(w.twilio, twilio_message("SM01", amina, "un"), twilio_secret).messages == 1);
  CHECK(w.from_twilio(w.twilio, twilio_message("SM02", amina, "deux"), "the next one").messages == 1);
  CHECK(code_of([&] { w.from_twilio(w.twilio, twilio_message("SM03", amina, "trois"), "neither"); }) ==
        ErrorCode::unauthenticated);
  w.twilio = s.call(channels::set_secret,
                    {.id = w.twilio.id, .version = w.twilio.version, .slot = "signing_previous"});
  CHECK(code_of([&] { w.from_twilio(w.twilio, twilio_message("SM04", amina, "quatre"), twilio_secret); }) ==
        ErrorCode::unauthenticated);
  CHECK(w.from_twilio(w.twilio, twilio_message("SM05", amina, "cinq"), "the next one").messages == 1);
}

TEST_CASE("behind a proxy the signature is over the address that the provider was given", "[inbound]") {
  InboundWorld w("memory");
  auto s = w.admin();
  const std::string told = "https://public.example.ma/twilio/" + w.twilio.endpoint;
  w.twilio = s.call(channels::update, {.id = w.twilio.id, .version = w.twilio.version, .public_url = told});
  const Form form = twilio_message("SM01", amina, "Bonjour");
  const auto post = [&](const std::string& seen, const std::string& is_signed) {
    return w.post(w.twilio, seen, "application/x-www-form-urlencoded", "X-Twilio-Signature",
                  twilio_signature(twilio_secret, is_signed, form), form_of(form));
  };
  const std::string inside = "http://10.0.0.7:8080/internal/" + w.twilio.endpoint;
  CHECK(post(inside, told).messages == 1);
  CHECK(code_of([&] { post(inside, inside); }) == ErrorCode::unauthenticated);
  // What follows the question mark is the request's, and signed with the rest.
  CHECK(post(inside + "?token=abc", told + "?token=abc").duplicates == 1);
  CHECK(code_of([&] { post(inside + "?token=abc", told); }) == ErrorCode::unauthenticated);
}

TEST_CASE("Meta's question is answered with its challenge to whoever knows the token", "[inbound]") {
  InboundWorld w("memory");
  const auto ask = [&](const std::string& token, const char* method = "GET") {
    WebhookRequest r;
    r.endpoint = w.meta.endpoint;
    r.method = method;
    const std::string url = "/hooks/x?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=" + token;
    r.url = url;
    return w.engine.inbound(r);
  };
  const auto answer = ask(meta_verify);
  CHECK(answer.status == 200);
  CHECK(answer.body == "1158201444");
  CHECK(answer.content_type == "text/plain");
  CHECK(code_of([&] { ask("verify-me-pleasf"); }) == ErrorCode::unauthenticated);
  CHECK(code_of([&] { ask(""); }) == ErrorCode::unauthenticated);
  CHECK(code_of([&] { ask(meta_verify, "PUT"); }) == ErrorCode::invalid_argument);
  auto s = w.admin();
  w.meta = s.call(channels::set_secret, {.id = w.meta.id, .version = w.meta.version, .slot = "verify_token"});
  CHECK(code_of([&] { ask(meta_verify); }) == ErrorCode::unauthenticated);
  CHECK(code_of([&] { ask(""); }) == ErrorCode::unauthenticated);
}

TEST_CASE("a host's secret is asked for by the organisation's own name, with nothing held", "[inbound]") {
  struct Safe final : Secrets {
    std::optional<Secret> secret(std::string_view reference) override {
      asked.emplace_back(reference);
      if (engine) {
        // Were the store's writer held, this would wait for ever.
        auto s = engine->session({.org = org, .user = admin});
        s.call(dossiers::create, {.contact_name = "Meanwhile", .phone = "+212661999999"});
      }
      if (reference.ends_with("/twilio.signing")) return Secret(twilio_secret);
      return std::nullopt;
    }
    Engine* engine = nullptr;
    Uuid org, admin;
    std::vector<std::string> asked;
  };
  InboundWorld w(GENERATE(from_range(backends())));
  const auto safe = std::make_shared<Safe>();
  w.options.secrets = safe;
  if (w.backend == "memory") {
    // A store that lives in memory goes with its engine: everything anew.
    w.engine = Engine(Options(w.options));
    w.one = w.make_agency("Agence");
    auto s = w.admin();
    w.twilio = s.call(channels::create,
                      {.channel_code = "CHAN_WHATSAPP", .provider = "TWILIO", .sender = our_number});
  } else {
    w.reopen();
  }
  auto s = w.admin();
  w.twilio =
      s.call(channels::set_secret,
             {.id = w.twilio.id, .version = w.twilio.version, .slot = "signing", .ref = "twilio.signing"});
  CHECK(w.twilio.secret_refs.signing == "twilio.signing");
  safe->engine = &w.engine;
  safe->org = w.one.org;
  safe->admin = w.one.admin;
  CHECK(w.from_twilio(w.twilio, twilio_message("SM01", amina, "Bonjour")).messages == 1);
  safe->engine = nullptr;
  REQUIRE(safe->asked.size() == 1);
  CHECK(safe->asked[0] == format_uuid(w.one.org) + "/twilio.signing");
  w.twilio = s.call(channels::set_secret,
                    {.id = w.twilio.id, .version = w.twilio.version, .slot = "signing", .ref = "unknown"});
  CHECK(code_of([&] { w.from_twilio(w.twilio, twilio_message("SM02", amina, "Allo")); }) ==
        ErrorCode::unauthenticated);
}

TEST_CASE("what is too large, or no request at all, is refused before anything is read", "[inbound]") {
  InboundWorld w("memory");
  const std::string large(webhook_body_limit + 1, 'a');
  CHECK(code_of([&] { w.from_meta(large); }) == ErrorCode::invalid_argument);
  WebhookRequest r;
  r.endpoint = w.meta.endpoint;
  for (const char* method : {"", "DELETE", "post", "G\nET"}) {
    r.method = method;
    CHECK(code_of([&] { w.engine.inbound(r); }) == ErrorCode::invalid_argument);
  }
  r.method = "POST";
  CHECK(code_of([&] { w.engine.inbound(r); }) == ErrorCode::unauthenticated);
  const std::string long_header(10'000, 'x');
  r.headers = {{"X-Hub-Signature-256", long_header}};
  CHECK(code_of([&] { w.engine.inbound(r); }) == ErrorCode::invalid_argument);
}

TEST_CASE("only a webhook takes deliveries, and a webhook does nothing else", "[inbound]") {
  InboundWorld w("memory");
  auto s = w.admin();
  CHECK(code_of([&] {
          s.call(inbound::receive, {.endpoint = w.meta.endpoint, .method = "GET", .url = "/"});
        }) == ErrorCode::forbidden);
  CHECK(code_of([&] { s.call(inbound::note_refused, {.reason = "signature"}); }) == ErrorCode::forbidden);
  auto provider = w.engine.session({.org = w.one.org, .user = w.meta.id, .kind = PrincipalKind::provider});
  CHECK(code_of([&] { provider.call(dossiers::list, {}); }) == ErrorCode::forbidden);
  CHECK(code_of([&] { provider.call(channels::list, {}); }) == ErrorCode::forbidden);
  CHECK(code_of([&] { provider.call_json("meta.operations", "{}"); }) == ErrorCode::forbidden);
  provider.begin_batch();
  CHECK(code_of([&] {
          provider.call(inbound::receive, {.endpoint = w.meta.endpoint, .method = "GET", .url = "/"});
        }) == ErrorCode::misuse);
  provider.rollback_batch();
  for (const char* role : {"AGENT", "OWNER", "MODERATOR"}) {
    auto other = w.as(role);
    CHECK(code_of([&] { other.call(inbound::retry, {.id = w.meta.id}); }) == ErrorCode::forbidden);
  }
}
