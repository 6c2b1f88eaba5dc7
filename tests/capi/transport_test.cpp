// Transports and secrets that a C host brings, as the rest of the library calls them.

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "atlas.h"
#include "atlas/inquiry.hpp"
#include "atlas/testing/fakes.hpp"
#include "handles.hpp"

using namespace atlas;

namespace {

/// What a transport in C was told, and what it is to answer.
struct Host {
  atlas_status status = ATLAS_OK;
  bool begins = true;
  atlas_outcome answer{};
  std::string seen;
  int calls = 0, freed = 0;
};

void add(std::string& to, const char* name, const std::string& value) {
  if (!value.empty()) to += std::string(name) + "=" + value + ";";
}

atlas_status send_of(void* user_data, const atlas_envelope* e, const atlas_sending* s,
                     atlas_outcome* outcome) {
  Host& host = *static_cast<Host*>(user_data);
  ++host.calls;
  REQUIRE(e->struct_size == sizeof *e);
  REQUIRE(s->struct_size == sizeof *s);
  REQUIRE(outcome->struct_size == sizeof *outcome);
  std::string& seen = host.seen;
  seen.clear();
  add(seen, "provider", e->provider);
  add(seen, "sender", e->sender);
  add(seen, "channel", e->channel_code);
  add(seen, "to", e->to);
  add(seen, "body", e->body);
  add(seen, "subject", e->subject);
  add(seen, "token", e->token);
  add(seen, "template", e->template_reference);
  for (std::size_t i = 0; i < e->template_value_count; ++i) {
    const atlas_template_value& v = e->template_values[i];
    add(seen, v.part, std::string(v.name) + ":" + v.value + ":" + std::to_string(v.button));
  }
  for (std::size_t i = 0; i < e->media_count; ++i)
    add(seen, "media",
        std::string(e->media[i].url) +
            std::string(static_cast<const char*>(e->media[i].content), e->media[i].content_size));
  const char* const secret = s->secret(s->call, "send");
  add(seen, "secret", secret != nullptr ? secret : "none");
  CHECK(s->secret(s->call, nullptr) == nullptr);
  CHECK(s->secret(s->call, "other") == nullptr);
  if (secret != nullptr) CHECK(std::strcmp(secret, s->secret(s->call, "send")) == 0);
  add(seen, "remaining", std::to_string(s->remaining_ns(s->call)));
  if (host.begins) add(seen, "begin", std::to_string(s->begin(s->call)));
  const std::size_t size = outcome->struct_size;
  *outcome = host.answer;
  outcome->struct_size = size;
  return host.status;
}

void free_of(void* user_data) { ++static_cast<Host*>(user_data)->freed; }

atlas_transport table(bool marks_begin = true) {
  atlas_transport t{};
  t.struct_size = sizeof t;
  t.marks_begin = marks_begin ? 1 : 0;
  t.send = send_of;
  return t;
}

struct Place {
  Place() { REQUIRE(atlas_options_new(&options, nullptr) == ATLAS_OK); }
  ~Place() { atlas_options_free(options); }
  std::shared_ptr<Transport> find(const char* provider, const char* channel) const {
    return options->options.transports ? options->options.transports->find(provider, channel) : nullptr;
  }
  atlas_options* options = nullptr;
};

Envelope envelope() {
  Envelope e;
  e.account.provider = "HOST";
  e.account.sender = "+33700000000";
  e.account.secret = [](std::string_view name) {
    return name == "send" ? std::optional<Secret>(Secret("s3cret")) : std::nullopt;
  };
  e.channel_code = "CHAN_SMS";
  e.to = "+33612345678";
  e.body = "Bonjour";
  e.token = "t1";
  return e;
}

Outcome send(Transport& transport, const Envelope& e) {
  atlas::testing::FakeClock clock;
  Sending sending(clock, 5'000);
  return send_guarded(transport, e, sending);
}

atlas_outcome answer(std::int32_t kind, const char* id = "") {
  atlas_outcome o{};
  o.kind = kind;
  std::snprintf(o.provider_id, sizeof o.provider_id, "%s", id);
  return o;
}

}  // namespace

TEST_CASE("a transport in C gets the whole envelope, and its outcome is taken", "[capi]") {
  Place place;
  Host host;
  const atlas_transport t = table();
  REQUIRE(atlas_transport_register(place.options, "HOST", ATLAS_NUL, nullptr, 0, &t, &host, free_of,
                                   nullptr) == ATLAS_OK);
  const auto transport = place.find("HOST", "CHAN_SMS");
  REQUIRE(transport);
  host.answer = answer(ATLAS_OUTCOME_ACCEPTED, "id-7");
  Envelope e = envelope();
  CHECK(send(*transport, e).provider_id == "id-7");
  CHECK(host.seen ==
        "provider=HOST;sender=+33700000000;channel=CHAN_SMS;to=+33612345678;body=Bonjour;token=t1;"
        "secret=s3cret;remaining=5000;begin=1;");
  e.account.secret = nullptr;
  e.subject = "Objet";
  e.content_template = ProviderTemplate{
      "visite", "fr", {{"", "Amal", TemplatePart::body, 0, ""}, {"", "42", TemplatePart::button, 1, ""}}};
  e.media = {{"https://x", "image/png", "", "PNG"}};
  CHECK(send(*transport, e).kind == OutcomeKind::accepted);
  CHECK(host.seen.find("template=visite;body=:Amal:0;button=:42:1;media=https://xPNG;secret=none;") !=
        std::string::npos);
}

TEST_CASE("every outcome of a transport in C", "[capi]") {
  Place place;
  Host host;
  const atlas_transport t = table();
  REQUIRE(atlas_transport_register(place.options, "HOST", 4, "CHAN_SMS", 8, &t, &host, nullptr, nullptr) ==
          ATLAS_OK);
  CHECK_FALSE(place.find("HOST", "CHAN_EMAIL"));
  const auto transport = place.find("HOST", "CHAN_SMS");
  const std::vector<std::pair<std::int32_t, OutcomeKind>> kinds{
      {ATLAS_OUTCOME_UNKNOWN, OutcomeKind::unknown},
      {ATLAS_OUTCOME_NOT_TAKEN, OutcomeKind::not_taken},
      {ATLAS_OUTCOME_LATER, OutcomeKind::later},
      {ATLAS_OUTCOME_REJECTED, OutcomeKind::rejected},
      {ATLAS_OUTCOME_UNREACHABLE, OutcomeKind::unreachable},
      {ATLAS_OUTCOME_OPTED_OUT, OutcomeKind::opted_out},
      {ATLAS_OUTCOME_ACCOUNT, OutcomeKind::account},
      {12345, OutcomeKind::unknown},
      {-1, OutcomeKind::unknown},
      {ATLAS_OUTCOME_ACCEPTED, OutcomeKind::unknown}};  // no id
  for (const auto& [number, kind] : kinds) {
    CAPTURE(number);
    host.answer = answer(number);
    CHECK(send(*transport, envelope()).kind == kind);
  }
  host.answer = answer(ATLAS_OUTCOME_LATER);
  host.answer.retry_after_us = 7;
  std::memset(host.answer.reason, 'r', sizeof host.answer.reason);  // not ended
  std::snprintf(host.answer.provider_text, sizeof host.answer.provider_text, "call +33612345678");
  const Outcome o = send(*transport, envelope());
  CHECK(o.retry_after_us == 7);
  CHECK(o.reason.size() <= 64);
  CHECK(o.provider_text == "call …");
}

TEST_CASE("a transport in C that fails is unknown, or not_taken before it began", "[capi]") {
  Place place;
  Host host;
  host.status = ATLAS_E_INTERNAL;
  host.answer = answer(ATLAS_OUTCOME_ACCEPTED, "id");
  for (const bool marks : {true, false}) {
    const atlas_transport t = table(marks);
    REQUIRE(atlas_transport_register(place.options, "HOST", 4, nullptr, 0, &t, &host, nullptr, nullptr) ==
            ATLAS_OK);
    for (const bool begins : {true, false}) {
      CAPTURE(marks, begins);
      host.begins = begins;
      const OutcomeKind expected = marks && !begins ? OutcomeKind::not_taken : OutcomeKind::unknown;
      CHECK(send(*place.find("HOST", ""), envelope()).kind == expected);
    }
  }
}

TEST_CASE("user_data of a transport is freed once nobody can call it", "[capi]") {
  Host host;
  std::shared_ptr<Transport> kept;
  {
    Place place;
    atlas_transport t = table();
    REQUIRE(atlas_transport_register(place.options, "HOST", 4, nullptr, 0, &t, &host, free_of, nullptr) ==
            ATLAS_OK);
    CHECK(host.freed == 0);
    REQUIRE(atlas_transport_register(place.options, "HOST", 4, nullptr, 0, &t, &host, free_of, nullptr) ==
            ATLAS_OK);
    CHECK(host.freed == 1);
    t.send = nullptr;
    CHECK(atlas_transport_register(place.options, "HOST", 4, nullptr, 0, &t, &host, free_of, nullptr) ==
          ATLAS_E_MISUSE);
    t = table();
    t.struct_size = 8;
    CHECK(atlas_transport_register(place.options, "HOST", 4, nullptr, 0, &t, &host, free_of, nullptr) ==
          ATLAS_E_MISUSE);
    t = table();
    CHECK(atlas_transport_register(place.options, "", 0, nullptr, 0, &t, &host, free_of, nullptr) ==
          ATLAS_E_INVALID_ARGUMENT);
    CHECK(host.freed == 1);
    kept = place.find("HOST", "");
    REQUIRE(kept);
  }
  CHECK(host.freed == 1);
  kept.reset();
  CHECK(host.freed == 2);
}

TEST_CASE("the library's own transports are taken by asking", "[capi]") {
  Place place;
  CHECK(place.find("SMTP", "CHAN_EMAIL") == nullptr);
  const auto use = [&](const char* settings) {
    return atlas_transport_use_own(place.options, settings, ATLAS_NUL, nullptr);
  };
  for (const char* wrong : {"[]", "{", "{\"proxy\": 1}", "{\"colour\": \"red\"}", "{\"allow_plain\": 1}",
                            "{\"connect_timeout_ms\": 0}", "{\"connect_timeout_ms\": 3600001}"}) {
    CAPTURE(wrong);
    CHECK(use(wrong) == ATLAS_E_INVALID_ARGUMENT);
  }
  CHECK_FALSE(place.options->options.transports);
  REQUIRE(use(R"({"directory": ".", "proxy": "", "connect_timeout_ms": 5000, "allow_plain": true})") ==
          ATLAS_OK);
  CHECK(place.find("FILE", "CHAN_EMAIL"));
  Host host;
  const atlas_transport t = table();
  REQUIRE(atlas_transport_register(place.options, "HOST", 4, nullptr, 0, &t, &host, nullptr, nullptr) ==
          ATLAS_OK);
  CHECK(place.find("HOST", ""));
  CHECK(place.find("FILE", ""));
}

TEST_CASE("secrets of a C host", "[capi]") {
  Place place;
  const atlas_secret_fn give = [](void*, const char* reference, char* out, std::size_t capacity,
                                  std::size_t* size) -> atlas_status {
    const std::string name = reference;
    if (name == "absent") return ATLAS_DONE;
    if (name == "broken") return ATLAS_E_INTERNAL;
    *size = name == "huge" ? capacity + 1 : name == "empty" ? 0 : 6;
    std::memcpy(out, "s3cret", 6);
    return ATLAS_OK;
  };
  REQUIRE(atlas_secrets_set(place.options, give, nullptr, nullptr, nullptr) == ATLAS_OK);
  Secrets& secrets = *place.options->options.secrets;
  CHECK(secrets.secret("twilio")->view() == "s3cret");
  for (const char* name : {"absent", "broken", "huge", "empty"}) CHECK_FALSE(secrets.secret(name));
  REQUIRE(atlas_secrets_set(place.options, nullptr, nullptr, nullptr, nullptr) == ATLAS_OK);
  CHECK_FALSE(place.options->options.secrets);
}

namespace {

/// What a C transport is asked, and what it finds.
struct Asked {
  atlas_status status = ATLAS_OK;
  std::vector<atlas_finding> found;
  std::size_t count = 0;
  std::string seen;
};

atlas_finding finding(const char* id, std::int32_t state, std::int64_t at = 0, const char* error = "") {
  atlas_finding f{};
  f.state = state;
  f.at_us = at;
  std::snprintf(f.provider_id, sizeof f.provider_id, "%s", id);
  std::snprintf(f.error_code, sizeof f.error_code, "%s", error);
  return f;
}

atlas_status ask_of(void* user_data, const atlas_inquiry* q, const atlas_sending* s, atlas_finding* findings,
                    std::size_t capacity, std::size_t* out_count) {
  Asked& asked = *static_cast<Asked*>(user_data);
  REQUIRE(q->struct_size == sizeof *q);
  REQUIRE(s->struct_size == sizeof *s);
  REQUIRE(capacity == 50);
  asked.seen.clear();
  add(asked.seen, "provider", q->provider);
  add(asked.seen, "sender", q->sender);
  add(asked.seen, "channel", q->channel_code);
  add(asked.seen, "id", q->provider_id);
  add(asked.seen, "token", q->token);
  add(asked.seen, "to", q->to);
  add(asked.seen, "body", q->body);
  add(asked.seen, "from", std::to_string(q->from_us));
  add(asked.seen, "until", std::to_string(q->until_us));
  const char* const secret = s->secret(s->call, "send");
  add(asked.seen, "secret", secret != nullptr ? secret : "none");
  for (std::size_t i = 0; i < asked.found.size() && i < capacity; ++i) {
    REQUIRE(findings[i].struct_size == sizeof findings[i]);
    findings[i] = asked.found[i];
  }
  *out_count = asked.count;
  return asked.status;
}

Findings ask(Transport& transport, const Inquiry& inquiry) {
  atlas::testing::FakeClock clock;
  Sending asking(clock, 5'000);
  return ask_guarded(transport, inquiry, asking);
}

}  // namespace

TEST_CASE("a transport in C may be asked, and what it finds is taken", "[capi]") {
  Place place;
  Asked asked;
  atlas_transport t = table();
  t.ask = ask_of;
  REQUIRE(atlas_transport_register(place.options, "HOST", ATLAS_NUL, nullptr, 0, &t, &asked, nullptr,
                                   nullptr) == ATLAS_OK);
  const auto transport = place.find("HOST", "CHAN_SMS");
  REQUIRE(transport);
  CHECK(transport->answers_inquiries());
  Inquiry q;
  q.account = envelope().account;
  q.channel_code = "CHAN_SMS";
  q.token = "t1";
  q.to = "+33612345678";
  q.body = "Bonjour";
  q.from = {1'000};
  q.until = {2'000};
  asked.found = {finding("id-1", ATLAS_DELIVERY_DELIVERED, 1'500),
                 finding("id-2", ATLAS_DELIVERY_FAILED, 0, "30003"), finding("id-3", ATLAS_DELIVERY_QUEUED),
                 finding("id-4", ATLAS_DELIVERY_SENT), finding("id-5", ATLAS_DELIVERY_READ)};
  std::snprintf(asked.found[0].token, sizeof asked.found[0].token, "t1");
  asked.count = 5;
  const Findings f = ask(*transport, q);
  REQUIRE(f.answered);
  CHECK(asked.seen ==
        "provider=HOST;sender=+33700000000;channel=CHAN_SMS;token=t1;to=+33612345678;body=Bonjour;from=1000;"
        "until=2000;secret=s3cret;");
  REQUIRE(f.found.size() == 5);
  CHECK(f.found[0].provider_id == "id-1");
  CHECK(f.found[0].token == "t1");
  CHECK(f.found[0].at == Timestamp{1'500});
  CHECK(f.found[1].error_code == "30003");
  CHECK_FALSE(f.found[1].at);
  const DeliveryState states[] = {DeliveryState::delivered, DeliveryState::failed, DeliveryState::queued,
                                  DeliveryState::sent, DeliveryState::read};
  for (std::size_t i = 0; i < 5; ++i) CHECK(f.found[i].state == states[i]);
  // What cannot be is no answer.
  asked.count = 51;
  CHECK(ask(*transport, q).reason == "too_many");
  asked.count = 1;
  asked.found = {finding("id-1", 5)};
  CHECK(ask(*transport, q).reason == "unreadable_answer");
  asked.status = ATLAS_E_INTERNAL;
  CHECK_FALSE(ask(*transport, q).answered);
  asked.status = ATLAS_OK;
  asked.count = 0;
  CHECK(ask(*transport, q).answered);
}

TEST_CASE("a table from before questions were asked is taken as it is", "[capi]") {
  Place place;
  Host host;
  atlas_transport t = table();
  t.ask = ask_of;  // behind the end of what the caller knows
  t.struct_size = offsetof(atlas_transport, ask);
  REQUIRE(atlas_transport_register(place.options, "HOST", ATLAS_NUL, nullptr, 0, &t, &host, nullptr,
                                   nullptr) == ATLAS_OK);
  const auto transport = place.find("HOST", "CHAN_SMS");
  CHECK_FALSE(transport->answers_inquiries());
  CHECK(ask(*transport, {}).reason == "not_offered");
  host.answer = answer(ATLAS_OUTCOME_LATER);
  host.answer.retry_after_us = 5'000'000;
  CHECK_FALSE(send(*transport, envelope()).whole_account);
  host.answer.whole_account = 1;
  CHECK(send(*transport, envelope()).whole_account);
}
