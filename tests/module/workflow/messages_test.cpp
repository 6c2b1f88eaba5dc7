// Messages that steps ask for, from the published definition to what a provider was handed.

#include <filesystem>
#include <fstream>

#include "atlas/channels.hpp"
#include "atlas/messages.hpp"
#include "atlas/outbox.hpp"
#include "atlas/templates.hpp"
#include "atlas/transport.hpp"
#include "consent/consents.hpp"
#include "steps.hpp"

namespace atlas::testing {
namespace {

/// What the provider was handed: it writes each message into a file.
std::vector<nlohmann::json> handed(const std::string& directory) {
  std::vector<nlohmann::json> all;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream file(entry.path());
    all.push_back(nlohmann::json::parse(file));
  }
  return all;
}

/// Tuesday the 24th of November 2026, 11:00 in Casablanca: an hour at which one may write.
struct Sending {
  explicit Sending(const std::string& backend)
      : outgoing(folder.file("outgoing")),
        w((std::filesystem::create_directory(outgoing), backend), [&](Options& o) {
          auto transports = std::make_shared<Transports>();
          transports->add("FILE", "", make_file_transport(outgoing, o.clock));
          o.transports = transports;
        }) {
    w.clock->set({1'795'341'000'000'000 + 2 * micros_per_day + 10 * micros_per_minute});
    auto admin = w.admin();
    admin.call(channels::create, {.channel_code = "CHAN_SMS", .provider = "FILE", .sender = "+212500000000"});
    admin.call(templates::create,
               {.code = "GREETING",
                .channel_code = "CHAN_SMS",
                .language = "fr",
                .body = "Bonjour {contact_name}, nous avons bien reçu votre demande ({city}).",
                .variables = R"({"properties":{"contact_name":{"type":"string"},"city":{"type":"string"}},)"
                             R"("required":["contact_name"]})"});
    workflow::Definition flow = short_flow();
    workflow::TransitionEffect message;
    message.kind_code = "QUEUE_MESSAGE";
    message.template_code = "GREETING";
    message.channel_code = "CHAN_SMS";
    named(flow, "GO").effects = {message};
    message.delay = "PT2H";
    named(flow, "ON").effects = {message};
    CHECK(admin.call(workflow::validate, {flow}).findings.empty());
    publish(admin, flow);
  }

  Dossier lead_of(Session& s, const std::string& name, const std::string& phone) {
    return *s.call(dossiers::create,
                   {.case_type_code = lead, .contact_name = name, .phone = phone, .city = "Rabat"})
                .dossier;
  }
  void pump() { work(w); }

  TemporaryFolder folder;
  std::string outgoing;
  World w;
};

std::vector<std::string> not_queued(Session& s, const Uuid& dossier) {
  std::vector<std::string> told;
  for (const auto& line : s.call(activities::timeline, {.dossier_id = dossier}).items) {
    if (line.payload.find("dossier.message_not_queued") != std::string::npos)
      told.push_back(nlohmann::json::parse(line.payload)["reason"].get<std::string>());
  }
  return told;
}

}  // namespace

TEST_CASE("a message that a step asks for leaves, in the words of its template", "[workflow][outbox]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  Sending all(backend);
  World& w = all.w;
  auto s = w.as("MANAGER");
  Dossier d = all.lead_of(s, "Salma", "+212600000001");
  s.call(consents::grant, grant_of("+212600000001"));
  d = take(s, d, "GO");
  CHECK(d.status_code == "CRM_CONTACTED");
  CHECK(handed(all.outgoing).empty());
  all.pump();
  auto sent = handed(all.outgoing);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0]["to"] == "+212600000001");
  CHECK(sent[0]["from"] == "+212500000000");
  CHECK(sent[0]["body"] == "Bonjour Salma, nous avons bien reçu votre demande (Rabat).");
  auto messages = s.call(outbox::list, {.where = R"({"dossier_id":")" + format_uuid(d.id) + "\"}"}).items;
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].status_code == "SENT");
  CHECK(messages[0].template_code == "GREETING");
  CHECK(not_queued(s, d.id).empty());
  // Once: more pumping sends nothing more, and the delayed one of the next step waits for its time.
  d = take(s, d, "ON");
  w.clock->advance(micros_per_hour);
  all.pump();
  CHECK(handed(all.outgoing).size() == 1);
  w.clock->advance(micros_per_hour + micros_per_second);
  all.pump();
  CHECK(handed(all.outgoing).size() == 2);
  all.pump();
  CHECK(handed(all.outgoing).size() == 2);
  auto admin = w.admin();
  CHECK(admin.call(audit::verify, {.records = true}).ok);
}

TEST_CASE("without consent the step stands, nothing leaves, and timeline and audit say why",
          "[workflow][outbox]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  Sending all(backend);
  World& w = all.w;
  auto s = w.as("MANAGER");
  auto admin = w.admin();
  const Dossier never = take(s, all.lead_of(s, "Karim", "+212600000002"), "GO");
  Dossier withdrew = all.lead_of(s, "Nadia", "+212600000003");
  s.call(consents::grant, grant_of("+212600000003"));
  w.clock->advance(micros_per_second);
  s.call(consents::withdraw, {.channel_code = "CHAN_SMS",
                              .address = "+212600000003",
                              .purpose_code = "CONSENT_CONTACT",
                              .source_code = "CONSENT_SRC_PAPER"});
  withdrew = take(s, withdrew, "GO");
  all.pump();
  CHECK(handed(all.outgoing).empty());
  for (const auto& [d, why] : {std::pair(&never, "consent_missing"), {&withdrew, "consent_withdrawn"}}) {
    CHECK(s.call(dossiers::get, {d->id}).status_code == "CRM_CONTACTED");
    CHECK(s.call(dossiers::history, {d->id}).items.size() == 1);
    CHECK(s.call(outbox::list, {.where = R"({"dossier_id":")" + format_uuid(d->id) + "\"}"}).items.empty());
    CHECK(not_queued(s, d->id) == std::vector<std::string>{why});
    const auto entries =
        admin.call(audit::list, {.entity_id = d->id, .actions = {"dossier.message_not_queued"}}).items;
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].diff.find(why) != std::string::npos);
  }
  CHECK(admin.call(audit::verify, {.records = true}).ok);
}

TEST_CASE("a consent that is withdrawn after the step keeps its message back", "[workflow][outbox]") {
  const auto backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  Sending all(backend);
  World& w = all.w;
  auto s = w.as("MANAGER");
  Dossier d = all.lead_of(s, "Salma", "+212600000001");
  s.call(consents::grant, grant_of("+212600000001"));
  d = take(s, take(s, d, "GO"), "ON");
  all.pump();
  REQUIRE(handed(all.outgoing).size() == 1);
  s.call(consents::withdraw, {.channel_code = "CHAN_SMS",
                              .address = "+212600000001",
                              .purpose_code = "CONSENT_CONTACT",
                              .source_code = "CONSENT_SRC_PAPER"});
  w.clock->advance(3 * micros_per_hour);
  all.pump();
  CHECK(handed(all.outgoing).size() == 1);
  std::vector<std::string> states;
  for (const auto& m :
       s.call(outbox::list, {.where = R"({"dossier_id":")" + format_uuid(d.id) + "\"}"}).items)
    states.push_back(*m.status_code);
  std::sort(states.begin(), states.end());
  CHECK(states == std::vector<std::string>{"CANCELLED", "SENT"});
  CHECK(s.call(dossiers::get, {d.id}).status_code == "CRM_QUALIFIED");
}

}  // namespace atlas::testing
