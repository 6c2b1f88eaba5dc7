// Merges as somebody would make them who wants to see what is not theirs, or to get lost.

#include <nlohmann/json.hpp>

#include "atlas/channels.hpp"
#include "atlas/duplicates.hpp"
#include "atlas/messages.hpp"
#include "atlas/transport.hpp"
#include "consent/consents.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

Dossier opened(Session& s, const std::string& name, const std::string& phone,
               const std::string& city = "Rabat", const std::optional<std::string>& email = {}) {
  return s.call(dossiers::create, {.contact_name = name, .phone = phone, .email = email, .city = city})
      .dossier.value();
}

Uuid merge(Session& s, const Uuid& survivor, const Uuid& loser) {
  return s
      .call(duplicates::merge, {.entity_kind = "dossier",
                                .survivor_id = survivor,
                                .survivor_version = s.call(dossiers::get, {.id = survivor}).version,
                                .loser_id = loser,
                                .loser_version = s.call(dossiers::get, {.id = loser}).version})
      .merge->id;
}

/// What somebody reads under an id; "" when it is not there for them.
std::string read_as(Session& s, const Uuid& id) {
  try {
    return format_uuid(s.call(dossiers::get, {.id = id}).id);
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::not_found);
    return "";
  }
}

/// Takes everything, and remembers to whom.
class Provider final : public Transport {
 public:
  Outcome send(const Envelope& envelope, Sending& sending) override {
    if (!sending.begin()) return Outcome::not_taken("deadline");
    sent.push_back(envelope.to);
    return Outcome::accepted("p" + std::to_string(sent.size()));
  }
  bool marks_begin() const noexcept override { return true; }
  std::vector<std::string> sent;
};

}  // namespace

TEST_CASE("a message that waits while its person is merged goes by what the two said", "[dedup][consent]") {
  const std::string backend = GENERATE(from_range(backends()));
  const bool objects = GENERATE(false, true);
  CAPTURE(backend, objects);
  const auto provider = std::make_shared<Provider>();
  World w(backend, [&](Options& o) {
    auto transports = std::make_shared<Transports>();
    transports->add("MEMORY", "", provider);
    o.transports = transports;
  });
  // A Tuesday, 11:00 in Casablanca.
  w.clock->set({1'795'341'000'000'000 + 2 * micros_per_day + 10 * micros_per_minute});
  auto s = w.admin();
  s.call(channels::create, {.channel_code = "CHAN_SMS", .provider = "MEMORY", .sender = "+212500000000"});
  const auto person = [&](const char* name, const char* phone) {
    return s.call(parties::create, {.role_code = "BUYER", .family_name = name, .phones = {phone}});
  };
  const Party survivor = person("A", "+212600000001"), loser = person("B", "+212600000002");
  const Dossier theirs =
      s.call(dossiers::create, {.contact_name = "B", .phone = "+212600000002", .party_id = loser.id})
          .dossier.value();
  s.call(consents::grant, grant_of("+212600000002"));
  if (objects) s.call(consents::object, {.party_id = survivor.id});
  const auto queued = s.call(messages::send, {.dossier_id = theirs.id,
                                              .channel_code = "CHAN_SMS",
                                              .purpose_code = "CONSENT_CONTACT",
                                              .body = "Bonjour"})
                          .message.value();
  const Uuid id =
      s.call(duplicates::merge, {.entity_kind = "party",
                                 .survivor_id = survivor.id,
                                 .survivor_version = s.call(parties::get, {.id = survivor.id}).version,
                                 .loser_id = loser.id,
                                 .loser_version = s.call(parties::get, {.id = loser.id}).version})
          .merge->id;
  CHECK(s.call(messages::get, {queued.id}).party_id == survivor.id);
  while (w.engine.pump(100).done > 0) {
  }
  // The no of the one is the no of both, also for what waits already.
  CHECK(provider->sent.size() == (objects ? 0 : 1));
  CHECK(s.call(messages::get, {queued.id}).status_code == (objects ? "CANCELLED" : "SENT"));
  s.call(duplicates::undo, {.merge_id = id});
  const Message after = s.call(messages::get, {queued.id});
  CHECK(after.party_id == loser.id);
  CHECK(after.status_code == (objects ? "CANCELLED" : "SENT"));
  CHECK(w.engine.check().ok());
}

TEST_CASE("along a chain of merges every id leads to the end, and from the middle each part to its own",
          "[dedup]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  const Uuid a = opened(s, "A", "0611111111").id, b = opened(s, "B", "0622222222").id,
             c = opened(s, "C", "0633333333").id, d = opened(s, "D", "0644444444").id;
  const auto task = s.call(activities::add_task, {.id = d, .title = "rappeler"});
  const Uuid d_into_c = merge(s, c, d), c_into_b = merge(s, b, c), b_into_a = merge(s, a, b);
  for (const Uuid& id : {b, c, d}) CHECK(read_as(s, id) == format_uuid(a));
  CHECK(s.call(activities::get_task, {.id = task.id}).dossier_id == a);
  // Nobody is merged into one who is merged, nor twice.
  CHECK(code_of([&] { merge(s, c, a); }) == ErrorCode::conflict);

  const auto undone = s.call(duplicates::undo, {.merge_id = c_into_b});
  CHECK(undone.remade == 1);
  CHECK(undone.conflicts.empty());
  CHECK(read_as(s, b) == format_uuid(a));
  for (const Uuid& id : {c, d}) CHECK(read_as(s, id) == format_uuid(c));
  CHECK(s.call(activities::get_task, {.id = task.id}).dossier_id == c);
  CHECK(s.call(dossiers::get, {.id = a}).contact_name == "A");
  CHECK(code_of([&] { s.call(duplicates::undo, {.merge_id = c_into_b}); }) == ErrorCode::conflict);

  s.call(duplicates::undo, {.merge_id = b_into_a});
  CHECK(read_as(s, b) == format_uuid(b));
  s.call(duplicates::undo, {.merge_id = d_into_c});
  CHECK(s.call(activities::get_task, {.id = task.id}).dossier_id == d);
  CHECK(w.engine.check().ok());
}

TEST_CASE("whoever had the loser alone learns nothing of the survivor", "[dedup][scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  auto mine = w.as("AGENT"), theirs = w.as("AGENT2");
  const Dossier survivor = opened(theirs, "Nom Secret", "0611111111", "Tanger");
  const Dossier loser = opened(mine, "Nom Connu", "0622222222", "Rabat", "connu@example.ma");
  const Uuid id = merge(s, survivor.id, loser.id);
  const auto leaks = [&](const std::string& text) {
    for (const std::string& secret : {std::string("Secret"), std::string("11111111"), std::string("Tanger")})
      if (text.find(secret) != std::string::npos) return true;
    return false;
  };
  CHECK(read_as(mine, loser.id).empty());
  CHECK(code_of([&] { mine.call(dossiers::update, {.id = loser.id, .version = 9, .city = "Fès"}); }) ==
        ErrorCode::not_found);
  CHECK(mine.call(duplicates::merges, {}).items.empty());
  CHECK(code_of([&] { mine.call(duplicates::merge_details, {.id = id}); }) == ErrorCode::not_found);
  CHECK_FALSE(leaks(to_json(mine.call(dossiers::list, {.archived = true}))));
  CHECK_FALSE(leaks(to_json(mine.call(audit::list, {.limit = 1000}))));
  CHECK(code_of([&] { mine.call(activities::timeline, {.dossier_id = loser.id}); }) == ErrorCode::not_found);
  // Who has the survivor has what became of it.
  CHECK(read_as(theirs, loser.id) == format_uuid(survivor.id));
  CHECK(theirs.call(duplicates::merges, {}).items.size() == 1);
  CHECK_FALSE(theirs.call(duplicates::merge_details, {.id = id}).fields.empty());
  // Once it is taken back each has their own again, and the other's values no more.
  s.call(duplicates::undo, {.merge_id = id});
  CHECK(read_as(mine, loser.id) == format_uuid(loser.id));
  CHECK(read_as(theirs, loser.id).empty());
  const auto details = theirs.call(duplicates::merge_details, {.id = id});
  CHECK(details.fields.empty());
  CHECK(details.references.empty());
  CHECK_FALSE(s.call(duplicates::merge_details, {.id = id}).fields.empty());
}

TEST_CASE("another agency's records are merged with nobody, and its merges undone by nobody",
          "[dedup][scope]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin(), other = w.other();
  const Uuid a = opened(s, "A", "0611111111").id, b = opened(s, "B", "0622222222").id;
  const Uuid far = opened(other, "F", "0633333333").id;
  const Uuid id = merge(s, a, b);
  const auto attempt = [&](Session& who, const Uuid& survivor, const Uuid& loser) {
    return code_of([&] {
      who.call(duplicates::merge, {.entity_kind = "dossier",
                                   .survivor_id = survivor,
                                   .survivor_version = 1,
                                   .loser_id = loser,
                                   .loser_version = 1});
    });
  };
  CHECK(attempt(s, a, far) == ErrorCode::not_found);
  CHECK(attempt(s, far, a) == ErrorCode::not_found);
  CHECK(attempt(other, far, a) == ErrorCode::not_found);
  CHECK(code_of([&] { other.call(duplicates::undo, {.merge_id = id}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { other.call(duplicates::merge_details, {.id = id}); }) == ErrorCode::not_found);
  CHECK(other.call(duplicates::merges, {}).items.empty());
  CHECK(read_as(other, b).empty());
  CHECK(read_as(s, b) == format_uuid(a));
}
