// What is in a delivery: duplicates, bad items beside good ones, media, unknown kinds, opt-outs, windows,
// failures kept and tried again.

#include <set>

#include "atlas/audit.hpp"
#include "inbound_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

const std::string amina = "+212661000001";
const std::string youssef = "+212661000002";

}  // namespace

TEST_CASE("a delivery that comes again changes nothing", "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  const auto body = meta_messages(meta_text("wamid.A", "212661000002", w.seconds(), "Salam"));
  CHECK(w.from_meta(body).messages == 1);
  for (int i = 0; i < 3; ++i) {
    const auto again = w.from_meta(body);
    CHECK(again.status == 200);
    CHECK(again.messages == 0);
    CHECK(again.duplicates == 1);
  }
  CHECK(w.thread(youssef).size() == 1);
  CHECK(w.dossiers_of(youssef).size() == 1);
  // Twice within one delivery.
  const auto twice = meta_text("wamid.B", "212661000002", w.seconds(), "deux");
  const auto answer = w.from_meta(meta_messages(twice + "," + twice));
  CHECK(answer.messages == 1);
  CHECK(answer.duplicates == 1);
  CHECK(w.thread(youssef).size() == 2);
  // The same id on another account is another message.
  CHECK(w.from_twilio(w.twilio, twilio_message("wamid.A", amina, "moi")).messages == 1);
}

TEST_CASE("a bad item loses only itself, is kept, and may be tried again", "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  const std::string good = meta_text("wamid.1", "212661000002", w.seconds(), "un");
  const std::string bad = R"({"from":"212661000002","timestamp":"1","type":"text","text":{"body":"no id"}})";
  const std::string to_come = meta_text("wamid.2", "212661000002", w.seconds() + 86'400, "demain");
  const std::string last = meta_text("wamid.3", "212661000002", w.seconds(), "trois");
  const auto answer = w.from_meta(meta_messages(good + "," + bad + "," + to_come + "," + last));
  CHECK(answer.status == 200);
  CHECK(answer.messages == 2);
  REQUIRE(answer.rejected.size() == 2);
  CHECK(answer.rejected[0].index == 1);
  CHECK(answer.rejected[0].reason == "missing_id");
  CHECK(answer.rejected[1].index == 2);
  CHECK(answer.rejected[1].reason == "time_to_come");
  CHECK(w.thread(youssef).size() == 2);

  auto s = w.admin();
  const auto kept = s.call(inbound::failures, {.where = R"({"status_code":"FAILURE_OPEN"})"}).items;
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].account_id == w.meta.id);
  CHECK(kept[0].items.size() == 2);
  CHECK(s.call_json("inbound.failures", "{}").find("no id") == std::string::npos);
  CHECK(s.call_json("audit.list", R"({"limit":1000})").find("no id") == std::string::npos);
  auto auditor = w.as("AUDITOR");
  CHECK(auditor.call(inbound::failures, {}).items.size() == 1);
  CHECK(code_of([&] { auditor.call(inbound::retry, {.id = kept[0].id}); }) == ErrorCode::forbidden);
  auto other = w.other();
  CHECK(other.call(inbound::failures, {}).items.empty());
  CHECK(code_of([&] { other.call(inbound::retry, {.id = kept[0].id}); }) == ErrorCode::not_found);

  w.clock->advance(micros_per_day);
  auto manager = w.as("MANAGER");
  const auto again = manager.call(inbound::retry, {.id = kept[0].id});
  CHECK(again.messages == 1);
  CHECK(again.failure->status_code == "FAILURE_OPEN");  // what has no id never gets one
  CHECK(again.failure->items.size() == 1);
  CHECK(again.failure->tries == 2);
  CHECK(w.thread(youssef).size() == 3);
  // What a retry cannot take either goes after 30 days.
  w.clock->advance(31 * micros_per_day);
  w.engine.pump(1000);
  const auto over = s.call(inbound::failures, {}).items;
  REQUIRE(over.size() == 1);
  CHECK(over[0].status_code == "FAILURE_EXPIRED");
  CHECK(code_of([&] { manager.call(inbound::retry, {.id = kept[0].id}); }) == ErrorCode::conflict);
}

TEST_CASE("what is no delivery at all is still answered 200, and kept", "[inbound]") {
  InboundWorld w("memory");
  for (const std::string body : {"", "null", "[]", "{", "\xff\xfe", R"({"object":"page"})", "42"}) {
    CAPTURE(body);
    const auto answer = w.from_meta(body);
    CHECK(answer.status == 200);
    CHECK(answer.messages == 0);
  }
  CHECK(w.from_twilio(w.twilio, {{"Nothing", "1"}}).status == 200);
}

TEST_CASE("what was sent long ago is no news but a replay", "[inbound]") {
  InboundWorld w("memory");
  const auto old = meta_messages(meta_text("wamid.old", "212661000002", w.seconds() - 9 * 86'400, "vieux"));
  const auto answer = w.from_meta(old);
  REQUIRE(answer.rejected.size() == 1);
  CHECK(answer.rejected[0].reason == "outside_replay_window");
  CHECK(w.thread(youssef).empty());
  // A person may take it nevertheless.
  auto s = w.admin();
  const auto kept = s.call(inbound::failures, {}).items;
  REQUIRE(kept.size() == 1);
  const auto again = s.call(inbound::retry, {.id = kept[0].id});
  CHECK(again.messages == 1);
  CHECK(again.failure->status_code == "FAILURE_SOLVED");
}

TEST_CASE("a host whose clock is behind takes a no all the same", "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  w.grant(youssef);
  w.clock->advance(micros_per_minute);
  const auto soon = [&](const std::string& id, const std::string& text) {
    return w.from_meta(meta_messages(meta_text(id, "212661000002", w.seconds() + 3'600, text)));
  };
  const auto talk = soon("wamid.1", "Bonjour");
  REQUIRE(talk.rejected.size() == 1);
  CHECK(talk.rejected[0].reason == "time_to_come");
  CHECK(w.ask(youssef).allowed);
  CHECK(soon("wamid.2", "STOP").messages == 1);
  CHECK(w.ask(youssef).reason == "consent_withdrawn");
}

TEST_CASE("media are kept by reference, and what nobody knows as its kind", "[inbound]") {
  InboundWorld w("memory");
  auto form = twilio_message("MM01", amina, "");
  form["NumMedia"] = "2";
  form["MediaUrl0"] = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM01/Media/ME1";
  form["MediaContentType0"] = "image/jpeg";
  form["MediaUrl1"] = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM01/Media/ME2";
  form["MediaContentType1"] = "application/pdf";
  CHECK(w.from_twilio(w.twilio, form).messages == 1);
  auto m = w.thread(amina).at(0);
  REQUIRE(m.media.size() == 2);
  CHECK(m.media[0].reference == form["MediaUrl0"]);
  CHECK(m.media[0].media_type == "image/jpeg");
  CHECK(m.media[1].media_type == "application/pdf");

  const std::string at = std::to_string(w.seconds());
  const std::string image =
      R"({"from":"212661000002","id":"wamid.i","timestamp":")" + at +
      R"(","type":"image","image":{"caption":"La façade","mime_type":"image/jpeg","sha256":"abc","id":"1003383421387256"}})";
  const std::string strange = R"({"from":"212661000002","id":"wamid.u","timestamp":")" + at +
                              R"(","type":"hologram","hologram":{"x":1}})";
  CHECK(w.from_meta(meta_messages(image + "," + strange)).messages == 2);
  const auto thread = w.thread(youssef);
  REQUIRE(thread.size() == 2);
  for (const Message& one : thread) {
    if (one.provider_message_id == "wamid.i") {
      CHECK(one.body == "La façade");
      REQUIRE(one.media.size() == 1);
      CHECK(one.media[0].reference == "1003383421387256");
    } else {
      CHECK(one.body == "[hologram]");
      CHECK(one.type == "unknown");
    }
  }
}

TEST_CASE("an opt-out counts at once, opens nothing, and is confirmed once", "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  w.grant(amina);
  w.grant(amina, "CHAN_WHATSAPP", "CONSENT_MARKETING");
  w.grant(amina, "CHAN_SMS");
  w.clock->advance(micros_per_minute);
  CHECK(w.from_twilio(w.twilio, twilio_message("SM01", amina, "stop svp")).messages == 1);
  CHECK(w.dossiers_of(amina).empty());
  auto s = w.admin();
  CHECK(s.call(parties::count, {}).count == 0);
  CHECK(w.ask(amina).reason == "consent_withdrawn");
  CHECK(w.ask(amina, "CHAN_WHATSAPP", "CONSENT_MARKETING").reason == "consent_withdrawn");
  CHECK(w.ask(amina, "CHAN_SMS").allowed);
  const auto confirmations = [&](const std::string& address) {
    int n = 0;
    for (const Message& m : w.thread(address)) n += m.kind == "opt_out_confirmation";
    return n;
  };
  CHECK(confirmations(amina) == 1);
  // The same delivery, then another STOP: no second confirmation.
  CHECK(w.from_twilio(w.twilio, twilio_message("SM01", amina, "stop svp")).duplicates == 1);
  CHECK(w.from_twilio(w.twilio, twilio_message("SM02", amina, "STOP")).messages == 1);
  CHECK(confirmations(amina) == 1);
  // "Stop everything" is an objection of whoever has the address.
  const Party p = s.call(parties::create, {.role_code = "BUYER", .family_name = "El", .phones = {youssef}});
  w.grant(youssef);
  w.grant(youssef, "CHAN_SMS");
  w.clock->advance(micros_per_minute);
  CHECK(w.from_meta(meta_messages(meta_text("wamid.1", "212661000002", w.seconds(), "STOP TOUT"))).messages ==
        1);
  CHECK_FALSE(w.ask(youssef).allowed);
  CHECK_FALSE(w.ask(youssef, "CHAN_SMS").allowed);
  const auto objections = s.call(consents::objections, {}).items;
  REQUIRE(objections.size() == 1);
  CHECK(objections[0].party_id == p.id);
  CHECK(confirmations(youssef) == 1);
  // By the person's own word it may begin again, on this channel, for contact alone.
  w.clock->advance(micros_per_hour);
  CHECK(w.from_twilio(w.twilio, twilio_message("SM03", amina, "START")).messages == 1);
  CHECK(w.ask(amina).allowed);
  CHECK_FALSE(w.ask(amina, "CHAN_WHATSAPP", "CONSENT_MARKETING").allowed);
  CHECK(w.engine.check().ok());
}

TEST_CASE("a sentence with the word in it is no opt-out, and a doubtful one goes to a person", "[inbound]") {
  InboundWorld w("memory");
  w.grant(amina);
  for (const char* text : {"ne vous arrêtez pas", "on s'arrête à 15h", "Bonjour"})
    w.from_twilio(w.twilio, twilio_message(std::string("SM") + text, amina, text));
  CHECK(w.ask(amina).allowed);
  w.from_twilio(w.twilio, twilio_message("SM4", amina, "safi"));
  CHECK(w.ask(amina).allowed);
  auto s = w.admin();
  bool told = false;
  for (const auto& e : s.call(audit::events, {.limit = 1000}).items)
    told = told || e.type == "dossier.opt_out_unclear";
  CHECK(told);
}

TEST_CASE("an opt-out that Twilio has answered itself is not answered again", "[inbound]") {
  InboundWorld w("memory");
  auto form = twilio_message("SM01", amina, "STOP", false);
  form["OptOutType"] = "STOP";
  CHECK(w.from_twilio(w.sms, form).messages == 1);
  CHECK(w.ask(amina, "CHAN_SMS").reason == "consent_withdrawn");
  CHECK(w.thread(amina).size() == 1);
}

TEST_CASE("a delivery for another number or business is not taken for ours", "[inbound]") {
  InboundWorld w("memory");
  auto form = twilio_message("SM01", amina, "Bonjour");
  form["To"] = "whatsapp:+33199009900";
  auto answer = w.from_twilio(w.twilio, form);
  REQUIRE(answer.rejected.size() == 1);
  CHECK(answer.rejected[0].reason == "unknown_recipient");
  auto s = w.admin();
  w.twilio =
      s.call(channels::update, {.id = w.twilio.id, .version = w.twilio.version, .business_id = "AC-another"});
  answer = w.from_twilio(w.twilio, twilio_message("SM02", amina, "Bonjour"));
  REQUIRE(answer.rejected.size() == 1);
  CHECK(answer.rejected[0].reason == "other_business");
  CHECK(w.thread(amina).empty());
}
