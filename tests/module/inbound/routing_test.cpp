// Whose message it is: reply context, open dossiers, closed ones, nobody.

#include "inbound_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

const std::string amina = "+212661000001";
const std::string youssef = "+212661000002";

Dossier open_dossier(InboundWorld& w, const std::string& phone, const std::string& type = "CRM_LEAD_BUY") {
  auto s = w.admin();
  return *s.call(dossiers::create, {.case_type_code = type, .contact_name = "Amina", .phone = phone}).dossier;
}

Dossier close(InboundWorld& w, const Dossier& d) {
  auto s = w.admin();
  return s.call(dossiers::transition,
                {.id = d.id, .version = d.version, .to = "CRM_CLOSED_LOST", .reason_code = "NO_RESPONSE"});
}

std::optional<Uuid> dossier_of(InboundWorld& w, const std::string& address) {
  const auto all = w.thread(address);
  REQUIRE_FALSE(all.empty());
  return all.back().dossier_id;
}

}  // namespace

TEST_CASE("somebody unknown opens a dossier with a party, by the channel they came by", "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  CHECK(w.from_twilio(w.twilio, twilio_message("SM01", amina, "Bonjour, le riad est-il libre ?")).messages ==
        1);
  auto found = w.dossiers_of(amina);
  REQUIRE(found.size() == 1);
  CHECK(found[0].case_type_code == "CRM_LEAD");
  CHECK(found[0].source_code == "LEAD_SOURCE_WHATSAPP");
  CHECK(found[0].contact_name == "Amina B.");
  CHECK(found[0].contact_channel_preferred == "CHAN_WHATSAPP");
  REQUIRE(found[0].party_id.has_value());
  auto s = w.admin();
  const Party p = s.call(parties::get, {.id = *found[0].party_id});
  CHECK(p.phones == std::vector<std::string>{amina});
  CHECK(p.family_name == "Amina B.");
  const auto linked = s.call(dossiers::parties_of, {.id = found[0].id}).items;
  REQUIRE(linked.size() == 1);
  CHECK(linked[0].party.id == p.id);
  const auto thread = w.thread(amina);
  REQUIRE(thread.size() == 1);
  CHECK(thread[0].direction == "INBOUND");
  CHECK(thread[0].entry == "RECEIVED");
  CHECK(thread[0].body == "Bonjour, le riad est-il libre ?");
  CHECK(thread[0].dossier_id == found[0].id);
  CHECK(thread[0].party_id == p.id);
  CHECK(thread[0].account_id == w.twilio.id);
  CHECK(thread[0].provider_message_id == "SM01");
  // By text message, without a name, another person.
  auto form = twilio_message("SM02", youssef, "Salam", false);
  form.erase("ProfileName");
  CHECK(w.from_twilio(w.sms, form).messages == 1);
  found = w.dossiers_of(youssef);
  REQUIRE(found.size() == 1);
  CHECK(found[0].source_code == "LEAD_SOURCE_SMS");
  CHECK(found[0].contact_name == youssef);
  // The second message goes where the first one went; nothing is granted by either.
  CHECK(w.from_twilio(w.twilio, twilio_message("SM03", amina, "Alors ?")).messages == 1);
  CHECK(w.dossiers_of(amina).size() == 1);
  CHECK(w.thread(amina).size() == 2);
  CHECK(w.ask(amina).reason == "consent_missing");
  // Another agency knows nothing of it.
  auto other = w.other();
  CHECK(other.call(dossiers::count, {}).count == 0);
  CHECK(w.engine.check().ok());
}

TEST_CASE("the organisation says what kind of case a stranger opens", "[inbound]") {
  InboundWorld w("memory");
  auto s = w.admin();
  const auto org = s.call(organisations::get, {});
  s.call(organisations::update, {.id = org.id,
                                 .version = org.version,
                                 .settings = R"({"inbound":{"case_type_code":"CRM_OWNER_LEAD"}})"});
  w.from_twilio(w.twilio, twilio_message("SM01", amina, "Je vends"));
  CHECK(w.dossiers_of(amina).at(0).case_type_code == "CRM_OWNER_LEAD");
  const auto now = s.call(organisations::get, {});
  // What is no case type loses nobody's message.
  s.call(
      organisations::update,
      {.id = org.id, .version = now.version, .settings = R"({"inbound":{"case_type_code":"CRM_NOWHERE"}})"});
  w.from_twilio(w.twilio, twilio_message("SM02", youssef, "Je vends aussi"));
  CHECK(w.dossiers_of(youssef).at(0).case_type_code == "CRM_LEAD");
}

TEST_CASE("an open dossier of the contact or of a party gets the message", "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Dossier first = open_dossier(w, amina);
  w.clock->advance(micros_per_hour);
  const Dossier second = open_dossier(w, amina, "CRM_LEAD_RENT");
  // The one that something happened in last.
  w.from_twilio(w.twilio, twilio_message("SM01", amina, "un"));
  CHECK(dossier_of(w, amina) == second.id);
  w.clock->advance(micros_per_hour);
  s.call(activities::add_note, {.id = first.id, .body = "Rappelée"});
  w.from_twilio(w.twilio, twilio_message("SM02", amina, "deux"));
  CHECK(dossier_of(w, amina) == first.id);
  // A closed one gets nothing while another is open.
  close(w, s.call(dossiers::get, {.id = first.id}));
  w.from_twilio(w.twilio, twilio_message("SM03", amina, "trois"));
  CHECK(dossier_of(w, amina) == second.id);

  // Youssef is no contact, but a party of a case.
  const Dossier sale = open_dossier(w, "+212661000077", "CRM_SALE_TRANSACTION");
  s.call(dossiers::add_party,
         {.id = sale.id, .party = {.role_code = "NOTARY", .family_name = "El Amrani", .phones = {youssef}}});
  w.from_twilio(w.twilio, twilio_message("SM04", youssef, "Le compromis est prêt"));
  CHECK(dossier_of(w, youssef) == sale.id);
  CHECK(w.dossiers_of(youssef).empty());
}

TEST_CASE("whoever has closed dossiers only gets a new one, linked to the same party", "[inbound]") {
  InboundWorld w(GENERATE(from_range(backends())));
  auto s = w.admin();
  const Party p =
      s.call(parties::create, {.role_code = "BUYER", .family_name = "Bennani", .phones = {amina}});
  Dossier d = open_dossier(w, amina);
  d = s.call(dossiers::update, {.id = d.id, .version = d.version, .party_id = p.id});
  close(w, d);
  w.from_twilio(w.twilio, twilio_message("SM01", amina, "Je cherche à nouveau"));
  const auto now = w.dossiers_of(amina);
  REQUIRE(now.size() == 2);
  const Dossier& fresh = now[0].id == d.id ? now[1] : now[0];
  CHECK(fresh.party_id == p.id);
  CHECK(fresh.status_code == "CRM_NEW");
  CHECK(dossier_of(w, amina) == fresh.id);
  CHECK(s.call(parties::count, {}).count == 1);
}

TEST_CASE("a plan whose dossiers are spent loses no message", "[inbound]") {
  InboundWorld w("memory");
  auto host = w.engine.host_session();
  const auto made =
      host.call(organisations::create,
                {.name = "Petite agence", .plan_key = "plan.pro_starter", .admin_email = "a@petite.example"});
  w.one.org = made.organisation->id;
  w.one.admin = made.admin_user_id;
  auto s = w.admin();
  for (int i = 0; i < 300; ++i)
    s.call(dossiers::create, {.contact_name = "x", .phone = "+21266200" + std::to_string(1000 + i)});
  w.twilio =
      s.call(channels::create, {.channel_code = "CHAN_WHATSAPP", .provider = "TWILIO", .sender = our_number});
  w.twilio =
      s.call(channels::set_secret,
             {.id = w.twilio.id, .version = w.twilio.version, .slot = "signing", .value = twilio_secret});
  const auto answer = w.from_twilio(w.twilio, twilio_message("SM01", amina, "Bonjour"));
  CHECK(answer.messages == 1);
  CHECK(answer.rejected.empty());
  const auto thread = w.thread(amina);
  REQUIRE(thread.size() == 1);
  CHECK_FALSE(thread[0].dossier_id.has_value());
  CHECK(thread[0].party_id.has_value());
}

TEST_CASE("what comes to a suspended organisation is recorded all the same", "[inbound]") {
  InboundWorld w("memory");
  auto host = w.engine.host_session();
  host.call(organisations::set_status, {.id = w.one.org, .status_code = "ORG_SUSPENDED"});
  CHECK(w.from_twilio(w.twilio, twilio_message("SM01", amina, "Bonjour")).messages == 1);
  CHECK(w.from_twilio(w.twilio, twilio_message("SM02", youssef, "STOP")).messages == 1);
  host.call(organisations::set_status, {.id = w.one.org, .status_code = "ORG_ACTIVE"});
  CHECK(w.dossiers_of(amina).size() == 1);
  CHECK(w.ask(youssef).reason == "consent_withdrawn");
}
