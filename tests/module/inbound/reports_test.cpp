// Windows opened by what people write, and what providers report about what was sent to them.

#include <algorithm>
#include <array>
#include <numeric>

#include "inbound_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

const std::string amina = "+212661000001";
const std::string youssef = "+212661000002";

messages::Send reply(const std::string& address, const Uuid& account,
                     const std::string& body = "Oui, il est libre") {
  return {.channel_code = "CHAN_WHATSAPP",
          .address = address,
          .purpose_code = "CONSENT_CONTACT",
          .body = body,
          .account_id = account};
}

/// Writes to whoever wrote first; the message as the provider took it.
Message answer(InboundWorld& w, const std::string& address, const ChannelAccount& account) {
  auto s = w.admin();
  const Uuid id = s.call(messages::send, reply(address, account.id)).message->id;
  w.pump();
  Message m = s.call(messages::get, {.id = id});
  REQUIRE(m.status_code == "SENT");
  REQUIRE(m.provider_message_id.has_value());
  return m;
}

}  // namespace

TEST_CASE("what a person writes opens a window of 24 hours by the provider's clock", "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto may = [&] {
    // A dry question: the message is taken back at once.
    try {
      s.call(messages::send, reply(youssef, w.meta.id));
      return true;
    } catch (const Error& e) {
      CHECK((e.code() == ErrorCode::consent_missing || e.code() == ErrorCode::outside_session_window));
      return false;
    }
  };
  CHECK_FALSE(may());
  // Written three hours ago, delivered only now.
  const std::int64_t written = w.seconds() - 3 * 3600;
  CHECK(w.from_meta(meta_messages(meta_text("wamid.1", "212661000002", written, "Salam"))).messages == 1);
  CHECK(may());
  w.clock->set({(written + 86'400) * micros_per_second + -1});
  CHECK(may());
  w.clock->set({(written + 86'400) * micros_per_second});
  CHECK_FALSE(may());
  // It grants nothing, and an opt-out opens no other.
  CHECK(w.ask(youssef).reason == "consent_missing");
  CHECK(w.from_meta(meta_messages(meta_text("wamid.2", "212661000002", w.seconds(), "STOP"))).messages == 1);
  CHECK(code_of([&] { s.call(messages::send, reply(youssef, w.meta.id)); }) != ErrorCode::ok);
  // Nor does the window of one number serve for another person.
  CHECK(w.from_twilio(w.twilio, twilio_message("SM1", amina, "Bonjour")).messages == 1);
  CHECK(code_of([&] { s.call(messages::send, reply(youssef, w.meta.id)); }) != ErrorCode::ok);
}

TEST_CASE("an opt-out closes the window that was open", "[inbound]") {
  InboundWorld w("memory");
  auto s = w.admin();
  w.from_twilio(w.twilio, twilio_message("SM1", amina, "Bonjour"));
  s.call(messages::send, reply(amina, w.twilio.id));
  w.clock->advance(micros_per_minute);
  w.from_twilio(w.twilio, twilio_message("SM2", amina, "Stop"));
  const Error e = error_of([&] { s.call(messages::send, reply(amina, w.twilio.id)); });
  CHECK(e.code() == ErrorCode::consent_withdrawn);
}

TEST_CASE("every order of the same reports ends in the same state, by webhook as well", "[inbound]") {
  const std::string backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  InboundWorld w(backend);
  const std::array<const char*, 5> states{"queued", "sent", "delivered", "read", "failed"};
  std::array<int, 5> order{};
  std::iota(order.begin(), order.end(), 0);
  int number = 0;
  do {
    ++number;
    if (backend != "memory" && number % 20 != 1) continue;
    const std::string person = "+2126620" + std::to_string(10'000 + number);
    w.from_twilio(w.twilio, twilio_message("SM" + std::to_string(number), person, "Bonjour"));
    const Message sent = answer(w, person, w.twilio);
    for (const int i : order) {
      const std::string state = states[static_cast<std::size_t>(i)];
      const auto told = w.from_twilio(
          w.twilio, twilio_status(*sent.provider_message_id, state, state == "failed" ? "30008" : ""));
      CHECK(told.status == 200);
      CHECK(told.rejected.empty());
    }
    auto s = w.admin();
    const Message now = s.call(messages::get, {.id = sent.id});
    CHECK(now.status_code == "READ");
    CHECK(now.delivered_at.has_value());
    CHECK(now.failed_at.has_value());
    CHECK(now.error_code == "30008");
  } while (std::next_permutation(order.begin(), order.end()));
  CHECK(number == 120);
}

TEST_CASE("a report that is quicker than the answer is not lost, and none moves a message backwards",
          "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  w.from_twilio(w.twilio, twilio_message("SM1", amina, "Bonjour"));
  w.provider->answer_with([&](const Envelope&) {
    const auto told = w.from_twilio(w.twilio, twilio_status("SMearly", "delivered"));
    CHECK(told.statuses == 1);
    return Outcome::accepted("SMearly");
  });
  const Uuid id = s.call(messages::send, reply(amina, w.twilio.id)).message->id;
  w.pump();
  CHECK(s.call(messages::get, {.id = id}).status_code == "DELIVERED");
  CHECK(w.from_twilio(w.twilio, twilio_status("SMearly", "sent")).statuses +
            w.from_twilio(w.twilio, twilio_status("SMearly", "sent")).duplicates >=
        1);
  CHECK(s.call(messages::get, {.id = id}).status_code == "DELIVERED");
}

TEST_CASE("a report that the person has opposed at the provider is a withdrawal", "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  w.from_twilio(w.twilio, twilio_message("SM1", amina, "Bonjour"));
  w.grant(amina);
  const Message sent = answer(w, amina, w.twilio);
  CHECK(w.ask(amina).allowed);
  CHECK(w.from_twilio(w.twilio, twilio_status(*sent.provider_message_id, "failed", "63014")).statuses == 1);
  CHECK(w.ask(amina).reason == "consent_withdrawn");
  // So is one in Meta's own settings, for what it is about.
  w.grant(youssef);
  w.grant(youssef, "CHAN_WHATSAPP", "CONSENT_MARKETING");
  w.clock->advance(micros_per_minute);
  const std::string change =
      R"({"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{)"
      R"("messaging_product":"whatsapp","metadata":{"display_phone_number":"212522001122",)"
      R"("phone_number_id":"106540352242922"},"contacts":[{"profile":{"name":"Y"},"wa_id":"212661000002"}],)"
      R"("user_preferences":[{"wa_id":"212661000002","detail":"stop","category":"marketing_messages",)"
      R"("value":"stop","timestamp":)" +
      std::to_string(w.seconds()) + R"(}]},"field":"user_preferences"}]}]})";
  CHECK(w.from_meta(change).rejected.empty());
  CHECK_FALSE(w.ask(youssef, "CHAN_WHATSAPP", "CONSENT_MARKETING").allowed);
  CHECK(w.ask(youssef).allowed);
}

TEST_CASE("a reply goes to the dossier of the message that it answers", "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const auto dossier = [&](const std::string& type) {
    return *s.call(dossiers::create, {.case_type_code = type, .contact_name = "Youssef", .phone = youssef})
                .dossier;
  };
  const Dossier buys = dossier("CRM_LEAD_BUY");
  w.grant(youssef);
  w.from_meta(meta_messages(meta_text("wamid.0", "212661000002", w.seconds(), "Bonjour")));
  auto in = reply(youssef, w.meta.id);
  in.dossier_id = buys.id;
  const Uuid id = s.call(messages::send, in).message->id;
  w.pump();
  const std::string sent = *s.call(messages::get, {.id = id}).provider_message_id;
  w.clock->advance(micros_per_hour);
  const Dossier rents = dossier("CRM_LEAD_RENT");
  const auto last = [&] { return w.thread(youssef).back(); };
  // The other one is more recent, but it is this one that wrote to the person lately.
  w.from_meta(meta_messages(meta_text("wamid.1", "212661000002", w.seconds(), "D'accord")));
  CHECK(last().dossier_id == buys.id);
  in.dossier_id = rents.id;
  w.clock->advance(micros_per_minute);
  s.call(messages::send, in);
  w.pump();
  w.clock->advance(micros_per_minute);
  w.from_meta(meta_messages(meta_text("wamid.2", "212661000002", w.seconds(), "Et la location ?")));
  CHECK(last().dossier_id == rents.id);
  w.clock->advance(micros_per_minute);
  w.from_meta(meta_messages(meta_text("wamid.3", "212661000002", w.seconds(), "Pour l'achat: oui", sent)));
  CHECK(last().dossier_id == buys.id);
  CHECK(last().reply_to_id == id);
  // Somebody else who names that message is not led into the dossier.
  w.clock->advance(micros_per_minute);
  w.from_meta(meta_messages(meta_text("wamid.4", "212661000003", w.seconds(), "Moi aussi", sent), "Z",
                            "212661000003"));
  const auto thread = w.thread("+212661000003");
  REQUIRE(thread.size() == 1);
  CHECK(thread[0].dossier_id != buys.id);
  CHECK(w.engine.check().ok());
}

TEST_CASE("one endpoint of Meta's serves every number of the app", "[inbound]") {
  InboundWorld w("memory");
  auto s = w.admin();
  const auto second = s.call(
      channels::create, {.channel_code = "CHAN_WHATSAPP", .provider = "META", .sender = "206540352242922"});
  std::string body = meta_messages(meta_text("wamid.1", "212661000002", w.seconds(), "Salam"));
  const std::size_t at = body.find(meta_number);
  body.replace(at, std::string(meta_number).size(), second.sender);
  CHECK(w.from_meta(body).messages == 1);
  CHECK(w.thread(youssef).at(0).account_id == second.id);
  const Message sent = answer(w, youssef, second);
  CHECK(sent.account_id == second.id);
  const std::string report = meta_envelope(
      R"("statuses":[)" + meta_status(*sent.provider_message_id, "delivered", w.seconds()) + "]");
  CHECK(w.from_meta(report).statuses == 1);
  CHECK(s.call(messages::get, {.id = sent.id}).status_code == "DELIVERED");
}
