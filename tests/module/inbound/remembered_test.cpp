// Accounts are remembered between requests; what was changed meanwhile, here or by another host, is in force.

#include "inbound_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

Form said(int n) { return twilio_message("SM" + std::to_string(n), "+212661300001", "Bonjour"); }

}  // namespace

TEST_CASE("A secret that another host has replaced is good no more at the next request", "[inbound]") {
  const std::string backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  InboundWorld w(backend);
  CHECK(w.from_twilio(w.twilio, said(1)).messages == 1);
  CHECK(w.from_twilio(w.twilio, said(2)).messages == 1);
  // On a store that others can open it is another engine that changes it.
  const bool shared = backend != "memory";
  std::optional<Engine> other;
  if (shared) other.emplace(Options(w.options));
  Session s = (shared ? *other : w.engine).session({.org = w.one.org, .user = w.one.admin});
  const auto put = [&](const char* value) {
    const auto now = s.call(channels::get, {w.twilio.id});
    s.call(channels::set_secret, {.id = now.id, .version = now.version, .slot = "signing", .value = value});
  };
  put("the second secret");
  CHECK(w.from_twilio(w.twilio, said(3), "the second secret").messages == 1);
  put("the third secret");
  CHECK(error_of([&] { w.from_twilio(w.twilio, said(4)); }).code() == ErrorCode::unauthenticated);
  CHECK(w.from_twilio(w.twilio, said(4), "the third secret").messages == 1);
  CHECK(w.thread("+212661300001").size() == 4);
}

TEST_CASE("An endpoint that was turned away since the last request is none", "[inbound]") {
  const std::string backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  InboundWorld w(backend);
  CHECK(w.from_twilio(w.twilio, said(1)).messages == 1);
  CHECK(w.from_twilio(w.twilio, said(2)).messages == 1);
  w.admin().call(channels::archive, {.id = w.twilio.id, .version = w.twilio.version});
  CHECK(error_of([&] { w.from_twilio(w.twilio, said(3)); }).code() == ErrorCode::not_found);
  CHECK(w.thread("+212661300001").size() == 2);
}
