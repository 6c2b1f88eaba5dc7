// Transports and secrets that a C host brings, as the rest of the library calls them.

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "atlas.h"
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
