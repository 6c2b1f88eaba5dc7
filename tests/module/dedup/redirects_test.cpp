// A merged record's id, given to every operation that takes one: it reads as the survivor, a change of it is
// refused with the survivor's id, and what is made for it is the survivor's.

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "atlas/appointments.hpp"
#include "atlas/duplicates.hpp"
#include "listings/listings_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

enum class Does {
  reads,     ///< the survivor's answer, with redirected_from where it is one object
  refuses,   ///< conflict: merged, into the survivor
  follows,   ///< done, and what names a record names the survivor
  same_end,  ///< ends as with the survivor's id: accepted, or refused alike
};

/// One id of one operation. In `params`, $ID stands for the id at hand, $D $P $L for records that are there,
/// $V for the survivor's version.
struct Row {
  const char* operation;
  const char* field;
  char kind;  ///< d, p or l
  Does does;
  const char* params;
};

constexpr Row rows[] = {
    {"activities.timeline", "dossier_id", 'd', Does::reads, R"({"dossier_id":"$ID"})"},
    {"appointments.create", "dossier_id", 'd', Does::refuses,
     R"({"dossier_id":"$ID","type_code":"APPOINT_VISIT","starts_at":"2027-01-01T10:00:00Z"})"},
    {"appointments.create", "listing_id", 'l', Does::follows,
     R"({"dossier_id":"$D","listing_id":"$ID","type_code":"APPOINT_VISIT",
         "starts_at":"2027-01-02T10:00:00Z"})"},
    {"audit.list", "entity_id", 'd', Does::same_end, R"({"entity_id":"$ID"})"},
    {"consents.check", "party_id", 'p', Does::reads,
     R"({"channel_code":"CHAN_SMS","address":"+212655555555",
         "purpose_code":"CONSENT_CONTACT","party_id":"$ID"})"},
    {"consents.check", "dossier_id", 'd', Does::reads,
     R"({"channel_code":"CHAN_SMS","address":"+212655555555",
         "purpose_code":"CONSENT_CONTACT","dossier_id":"$ID"})"},
    {"consents.grant", "party_id", 'p', Does::follows,
     R"({"channel_code":"CHAN_SMS","address":"+212655555551","purpose_code":"CONSENT_CONTACT",
         "source_code":"CONSENT_SRC_FORM","party_id":"$ID","wording":"Oui","wording_version":"1",
         "language":"fr",
         "evidence":{"kind":"web_form","reference":"f/1","sha256":"$H"}})"},
    {"consents.grant", "dossier_id", 'd', Does::follows,
     R"({"channel_code":"CHAN_SMS","address":"+212655555552","purpose_code":"CONSENT_CONTACT",
         "source_code":"CONSENT_SRC_FORM","dossier_id":"$ID","wording":"Oui","wording_version":"1",
         "language":"fr",
         "evidence":{"kind":"web_form","reference":"f/1","sha256":"$H"}})"},
    {"consents.refuse", "party_id", 'p', Does::follows,
     R"({"channel_code":"CHAN_SMS","address":"+212655555553","purpose_code":"CONSENT_CONTACT",
         "party_id":"$ID"})"},
    {"consents.refuse", "dossier_id", 'd', Does::follows,
     R"({"channel_code":"CHAN_SMS","address":"+212655555554","purpose_code":"CONSENT_CONTACT",
         "dossier_id":"$ID"})"},
    {"consents.request", "party_id", 'p', Does::same_end,
     R"({"channel_code":"CHAN_SMS","address":"+212655555556","purpose_code":"CONSENT_CONTACT",
         "party_id":"$ID"})"},
    {"consents.request", "dossier_id", 'd', Does::same_end,
     R"({"channel_code":"CHAN_SMS","address":"+212655555557","purpose_code":"CONSENT_CONTACT",
         "dossier_id":"$ID"})"},
    {"consents.withdraw", "party_id", 'p', Does::follows,
     R"({"channel_code":"CHAN_SMS","address":"+212655555551","party_id":"$ID"})"},
    {"consents.withdraw", "dossier_id", 'd', Does::follows,
     R"({"channel_code":"CHAN_SMS","address":"+212655555552","dossier_id":"$ID"})"},
    {"consents.object", "party_id", 'p', Does::follows, R"({"party_id":"$ID"})"},
    {"consents.lift_objection", "party_id", 'p', Does::same_end,
     R"({"party_id":"$ID","source_code":"CONSENT_SRC_FORM","wording":"Oui"})"},
    {"documents.create", "owner_id", 'd', Does::follows,
     R"({"owner_kind":"dossier","owner_id":"$ID","type_code":"DOC_IDENTITY","storage_ref":"s3://x",
         "content_hash":"$H"})"},
    {"dossiers.add_note", "id", 'd', Does::refuses, R"({"id":"$ID","body":"x"})"},
    {"dossiers.add_party", "id", 'd', Does::refuses,
     R"({"id":"$ID","party":{"role_code":"BUYER","family_name":"X"}})"},
    {"dossiers.add_task", "id", 'd', Does::refuses, R"({"id":"$ID","title":"x"})"},
    {"dossiers.archive", "id", 'd', Does::refuses, R"({"id":"$ID","version":$V})"},
    {"dossiers.assign", "id", 'd', Does::refuses, R"({"id":"$ID","version":$V})"},
    {"dossiers.create", "listing_id", 'l', Does::follows,
     R"({"contact_name":"N1","phone":"0677000001","listing_id":"$ID"})"},
    {"dossiers.create", "party_id", 'p', Does::follows,
     R"({"contact_name":"N2","phone":"0677000002","party_id":"$ID"})"},
    {"dossiers.get", "id", 'd', Does::reads, R"({"id":"$ID"})"},
    {"dossiers.history", "id", 'd', Does::reads, R"({"id":"$ID"})"},
    {"dossiers.link_party", "id", 'd', Does::refuses, R"({"id":"$ID","party_id":"$P","role_code":"BUYER"})"},
    {"dossiers.link_party", "party_id", 'p', Does::follows,
     R"({"id":"$D","party_id":"$ID","role_code":"BUYER"})"},
    {"dossiers.override_status", "id", 'd', Does::refuses,
     R"({"id":"$ID","version":$V,"to":"CRM_NEW","justification":"by mistake"})"},
    {"dossiers.parties", "id", 'd', Does::reads, R"({"id":"$ID"})"},
    {"dossiers.set_case_type", "id", 'd', Does::refuses,
     R"({"id":"$ID","version":$V,"case_type_code":"CRM_LEAD_RENT"})"},
    {"dossiers.time_in_state", "id", 'd', Does::reads, R"({"id":"$ID"})"},
    {"dossiers.transition", "id", 'd', Does::refuses, R"({"id":"$ID","version":$V,"to":"CRM_TRIAGED"})"},
    {"dossiers.transitions", "id", 'd', Does::reads, R"({"id":"$ID"})"},
    {"dossiers.update", "id", 'd', Does::refuses, R"({"id":"$ID","version":$V,"city":"Rabat"})"},
    {"dossiers.update", "listing_id", 'l', Does::follows, R"({"id":"$D","version":$W,"listing_id":"$ID"})"},
    {"dossiers.update", "party_id", 'p', Does::follows, R"({"id":"$D","version":$W,"party_id":"$ID"})"},
    {"duplicates.cluster", "id", 'd', Does::same_end, R"({"entity_kind":"dossier","id":"$ID"})"},
    {"duplicates.explain", "first_id", 'd', Does::same_end,
     R"({"entity_kind":"dossier","first_id":"$ID","second_id":"$D"})"},
    {"duplicates.explain", "second_id", 'd', Does::same_end,
     R"({"entity_kind":"dossier","first_id":"$D","second_id":"$ID"})"},
    {"duplicates.list", "record_id", 'd', Does::same_end, R"({"entity_kind":"dossier","record_id":"$ID"})"},
    {"duplicates.merge", "survivor_id", 'd', Does::refuses,
     R"({"entity_kind":"dossier","survivor_id":"$ID","survivor_version":$V,"loser_id":"$D",
         "loser_version":$W})"},
    {"duplicates.merge", "loser_id", 'd', Does::refuses,
     R"({"entity_kind":"dossier","survivor_id":"$D","survivor_version":$W,"loser_id":"$ID",
         "loser_version":$V})"},
    {"listings.archive", "id", 'l', Does::refuses, R"({"id":"$ID","version":$V})"},
    {"listings.create", "owner_party_id", 'p', Does::follows,
     R"({"transaction_type_code":"TX_SALE","property_type_code":"PROP_APARTMENT","title":"Studio calme",
         "owner_party_id":"$ID"})"},
    {"listings.get", "id", 'l', Does::reads, R"({"id":"$ID"})"},
    {"listings.history", "id", 'l', Does::reads, R"({"id":"$ID"})"},
    {"listings.mentions", "id", 'l', Does::reads, R"({"id":"$ID"})"},
    {"listings.override_duplicate", "id", 'l', Does::refuses,
     R"({"id":"$ID","version":$V,"justification":"seen both"})"},
    {"listings.price_history", "id", 'l', Does::reads, R"({"id":"$ID"})"},
    {"listings.publish", "id", 'l', Does::refuses, R"({"id":"$ID","version":$V})"},
    {"listings.quality", "id", 'l', Does::reads, R"({"id":"$ID"})"},
    {"listings.resume", "id", 'l', Does::refuses, R"({"id":"$ID","version":$V})"},
    {"listings.set_visibility", "id", 'l', Does::refuses, R"({"id":"$ID","version":$V,"visibility":[]})"},
    {"listings.suspend", "id", 'l', Does::refuses, R"({"id":"$ID","version":$V,"reason_code":"MOD_OTHER"})"},
    {"listings.transition", "id", 'l', Does::refuses,
     R"({"id":"$ID","version":$V,"transition_code":"ANN_T_ARCHIVE"})"},
    {"listings.transitions", "id", 'l', Does::reads, R"({"id":"$ID"})"},
    {"listings.update", "id", 'l', Does::refuses, R"({"id":"$ID","version":$V,"city":"Rabat"})"},
    {"listings.update", "owner_party_id", 'p', Does::follows,
     R"({"id":"$L","version":$X,"owner_party_id":"$ID"})"},
    {"media.add", "listing_id", 'l', Does::refuses, R"({"listing_id":"$ID","storage_key":"s3://photo"})"},
    {"media.list", "listing_id", 'l', Does::reads, R"({"listing_id":"$ID"})"},
    {"media.reorder", "listing_id", 'l', Does::refuses, R"({"listing_id":"$ID","ids":["$L"]})"},
    {"messages.list", "dossier_id", 'd', Does::reads, R"({"dossier_id":"$ID"})"},
    {"messages.list", "party_id", 'p', Does::reads, R"({"party_id":"$ID"})"},
    {"messages.log", "dossier_id", 'd', Does::refuses,
     R"({"dossier_id":"$ID","direction":"INBOUND","channel_code":"CHAN_SMS","body":"x"})"},
    {"messages.log", "party_id", 'p', Does::refuses,
     R"({"dossier_id":"$D","party_id":"$ID","direction":"INBOUND","channel_code":"CHAN_SMS","body":"x"})"},
    {"messages.log_call", "dossier_id", 'd', Does::refuses,
     R"({"dossier_id":"$ID","direction":"OUTBOUND","outcome":"answered"})"},
    {"messages.log_call", "party_id", 'p', Does::refuses,
     R"({"dossier_id":"$D","party_id":"$ID","direction":"OUTBOUND","outcome":"answered"})"},
    {"messages.move", "dossier_id", 'd', Does::refuses, R"({"id":"$M","version":1,"dossier_id":"$ID"})"},
    {"messages.send", "dossier_id", 'd', Does::refuses,
     R"({"dossier_id":"$ID","channel_code":"CHAN_SMS","purpose_code":"CONSENT_CONTACT","body":"x"})"},
    {"messages.send", "party_id", 'p', Does::refuses,
     R"({"party_id":"$ID","channel_code":"CHAN_SMS","purpose_code":"CONSENT_CONTACT","body":"x"})"},
    {"moderation.open", "entity_id", 'l', Does::follows, R"({"entity_id":"$ID","reason_code":"MOD_OTHER"})"},
    {"parties.archive", "id", 'p', Does::refuses, R"({"id":"$ID","version":$V})"},
    {"parties.get", "id", 'p', Does::reads, R"({"id":"$ID"})"},
    {"parties.update", "id", 'p', Does::refuses, R"({"id":"$ID","version":$V,"address":"x"})"},
    {"portal.counts", "listing_id", 'l', Does::reads, R"({"listing_id":"$ID"})"},
    {"portal.event", "listing_id", 'l', Does::same_end, R"({"listing_id":"$ID","kind":"PAGE_VIEW"})"},
    {"portal.lead", "listing_id", 'l', Does::same_end,
     R"({"listing_id":"$ID","full_name":"A B","phone":"0677000009","consent":{"wording":"Oui",
         "wording_version":"1","language":"fr","channels":["CHAN_SMS"]}})"},
    {"portal.listing", "id", 'l', Does::reads, R"({"id":"$ID"})"},
    {"portal.report", "listing_id", 'l', Does::same_end,
     R"({"listing_id":"$ID","reason_code":"REPORT_OTHER"})"},
    {"portal.similar", "id", 'l', Does::reads, R"({"id":"$ID"})"},
    {"reports.create", "listing_id", 'l', Does::follows,
     R"({"listing_id":"$ID","reason_code":"REPORT_OTHER"})"},
    {"sending.check", "party_id", 'p', Does::reads,
     R"({"channel_code":"CHAN_SMS","address":"+212655555555",
         "purpose_code":"CONSENT_CONTACT","party_id":"$ID"})"},
    {"sending.check", "dossier_id", 'd', Does::reads,
     R"({"channel_code":"CHAN_SMS","address":"+212655555555",
         "purpose_code":"CONSENT_CONTACT","dossier_id":"$ID"})"},
    {"users.create", "party_id", 'p', Does::follows,
     R"({"email":"own@example.ma","roles":["OWNER"],"party_id":"$ID"})"},
    {"users.update", "party_id", 'p', Does::follows, R"({"id":"$U","version":$Y,"party_id":"$ID"})"},
};

/// Is this member of an operation's input the id of a dossier, a party or a listing?
bool leads_to_one(const std::string& operation, const std::string& field) {
  static const std::set<std::string> names{"dossier_id", "party_id",    "listing_id", "owner_party_id",
                                           "owner_id",   "entity_id",   "record_id",  "first_id",
                                           "second_id",  "survivor_id", "loser_id"};
  if (names.contains(field)) return true;
  if (field != "id") return false;
  for (const char* room : {"dossiers.", "parties.", "listings.", "portal."})
    if (operation.starts_with(room)) return true;
  return operation == "duplicates.cluster";
}

struct Merged {
  explicit Merged(const std::string& backend) : w(backend), s(w.admin()), moderator(w.as("MODERATOR")) {
    for (const char kind : {'d', 'p', 'l'}) {
      const Uuid kept = make(kind, 1), gone = make(kind, 2);
      const char* const name = kind == 'd' ? "dossier" : kind == 'p' ? "party" : "listing";
      s.call(duplicates::merge, {.entity_kind = name,
                                 .survivor_id = kept,
                                 .survivor_version = version(kind, kept),
                                 .loser_id = gone,
                                 .loser_version = version(kind, gone)});
      survivor[kind] = kept;
      loser[kind] = gone;
      third[kind] = make(kind, 3);
    }
    user = w.one.users.at("OWNER");
    message = s.call_json("messages.log", filled(R"({"dossier_id":"$D","direction":"INBOUND",
        "channel_code":"CHAN_SMS","body":"bonjour"})",
                                                 {}, 'd'));
    message = Json::parse(message).at("id").get<std::string>();
  }

  Uuid make(char kind, int n) {
    const std::string digit = std::to_string(n);
    if (kind == 'd')
      return s.call(dossiers::create, {.contact_name = "Contact " + digit, .phone = "061234567" + digit})
          .dossier->id;
    if (kind == 'p')
      return s.call(parties::create, {.role_code = "BUYER", .family_name = "Personne " + digit}).id;
    return published(s, "Appartement " + digit).id;
  }
  std::int64_t version(char kind, const Uuid& id) {
    if (kind == 'd') return s.call(dossiers::get, {.id = id}).version;
    if (kind == 'p') return s.call(parties::get, {.id = id}).version;
    return s.call(listings::get, {.id = id}).version;
  }

  std::string filled(std::string params, const Uuid& id, char kind) {
    const auto put = [&](const std::string& sign, const std::string& value) {
      for (std::size_t at; (at = params.find(sign)) != std::string::npos;)
        params.replace(at, sign.size(), value);
    };
    put("$ID", format_uuid(id));
    put("$D", format_uuid(third.at('d')));
    put("$P", third.contains('p') ? format_uuid(third.at('p')) : "");
    put("$L", third.contains('l') ? format_uuid(third.at('l')) : "");
    put("$V", std::to_string(survivor.contains(kind) ? version(kind, survivor.at(kind)) : 1));
    put("$W", std::to_string(version('d', third.at('d'))));
    if (params.find("$X") != std::string::npos) put("$X", std::to_string(version('l', third.at('l'))));
    if (params.find("$Y") != std::string::npos)
      put("$Y", std::to_string(s.call(users::get, {.id = user}).version));
    put("$U", format_uuid(user));
    put("$M", message);
    put("$H", std::string(64, 'a'));
    return params;
  }

  /// The answer, or the error as an object. Nothing of it remains.
  Json ask(const Row& row, const Uuid& id) {
    const std::string params = filled(row.params, id, row.kind);
    Session& who = std::string_view(row.operation).starts_with("moderation.") ? moderator : s;
    who.begin_batch();
    Json out = answer(who, row.operation, params);
    who.rollback_batch();
    return out;
  }

  static Json answer(Session& who, const char* operation, const std::string& params) {
    try {
      return Json::parse(who.call_json(operation, params));
    } catch (const Error& e) {
      Json out{{"error", std::string(error_info(e.code()).text)}};
      for (const char* detail : {"reason", "into"})
        if (const auto said = e.detail(detail)) out[detail] = Json::parse(std::string(*said));
      for (const FieldError& f : e.fields()) out["fields"].push_back(f.path + " " + f.code);
      return out;
    }
  }

  World w;
  Session s, moderator;
  std::map<char, Uuid> survivor, loser, third;
  Uuid user;
  std::string message;
};

}  // namespace

TEST_CASE("a merged record's id leads every operation to the survivor, or is refused", "[dedup][catalogue]") {
  Merged m("memory");
  for (const Row& row : rows) {
    CAPTURE(row.operation, row.field);
    const Uuid &gone = m.loser.at(row.kind), &kept = m.survivor.at(row.kind);
    const Json same = m.ask(row, kept);
    Json answer = m.ask(row, gone);
    INFO("with the loser's id: " << answer.dump().substr(0, 600));
    INFO("with the survivor's: " << same.dump().substr(0, 600));
    if (row.does == Does::refuses) {
      CHECK(answer.value("error", "") == "conflict");
      CHECK(answer.value("reason", "") == "merged");
      CHECK(answer.value("into", "") == format_uuid(kept));
      continue;
    }
    CHECK(answer.contains("error") == same.contains("error"));
    if (row.does == Does::follows) {
      CHECK_FALSE(answer.contains("error"));
      CHECK(answer.dump().find(format_uuid(kept)) != std::string::npos);
      answer.erase("redirected_from");
      CHECK(answer.dump().find(format_uuid(gone)) == std::string::npos);
    }
    if (row.does == Does::reads) {
      CHECK_FALSE(answer.contains("error"));
      answer.erase("redirected_from");
      CHECK(answer == same);
    }
    if (row.does == Does::same_end && same.contains("error")) CHECK(answer == same);
  }
}

TEST_CASE("no operation that takes such an id is missing from the table", "[dedup][catalogue]") {
  World w("memory");
  auto s = w.admin();
  std::set<std::pair<std::string, std::string>> known;
  for (const Row& row : rows) CHECK(known.emplace(row.operation, row.field).second);
  const Json catalogue = Json::parse(s.call_json("meta.operations", "{}"));
  std::size_t seen = 0;
  for (const Json& op : catalogue.at("items")) {
    const std::string name = op.at("name");
    const Json& input = op.contains("input") ? op.at("input") : op.at("params");
    if (!input.contains("properties")) continue;
    for (const auto& [field, schema] : input.at("properties").items()) {
      if (schema.dump().find("uuid") == std::string::npos || !leads_to_one(name, field)) continue;
      ++seen;
      CAPTURE(name, field);
      CHECK(known.contains({name, field}));
    }
  }
  CHECK(seen == known.size());
}
