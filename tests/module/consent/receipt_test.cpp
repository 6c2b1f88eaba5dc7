// Receipts of consents, and the stand-alone verifier of examples/verify that reads them.

#include <sys/wait.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "atlas/json.hpp"
#include "consent/consents.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

const CheckpointSigner& signer() {
  static const CheckpointSigner s{"agence.example", sha256("a seed for receipts")};
  return s;
}

struct Verifier {
  TemporaryFolder folder;
  std::string key = verifier_key(signer().name, ed25519_public(signer().seed));

  /// Exit code and what it says; "-" = without a key.
  std::pair<int, std::string> operator()(const Json& receipt, const std::string& with_key) const {
    const std::string file = folder.file("receipt.json"), said = folder.file("said");
    std::ofstream(file, std::ios::binary) << receipt.dump();
    const std::string command = std::string("'") + ATLAS_PYTHON + "' '" + ATLAS_VERIFY_RECEIPT + "' '" +
                                file + "'" + (with_key == "-" ? "" : " '" + with_key + "'") + " > '" + said +
                                "' 2>&1";
    const int status = std::system(command.c_str());
    std::ostringstream text;
    text << std::ifstream(said, std::ios::binary).rdbuf();
    return {WEXITSTATUS(status), text.str()};
  }
};

struct Signed {
  World w;
  Uuid org, admin;
  std::unique_ptr<Engine> engine;
  explicit Signed(const std::string& backend) : w(backend) {
    Options o = options_of(backend, w.folder, "signed");
    o.checkpoint_signer = signer();
    clock = std::static_pointer_cast<FakeClock>(o.clock);
    engine = std::make_unique<Engine>(std::move(o));
    const auto made = engine->host_session().call(
        organisations::create,
        {.name = "Agence Signée",
         .default_country = "FR",
         .settings = R"({"consent":{"controller_contact":"dpo@agence.example","recipients":["Notaire X"]}})",
         .admin_email = "a@b.fr"});
    org = made.organisation->id;
    admin = made.admin_user_id;
  }
  Session session() { return engine->session({.org = org, .user = admin}); }
  std::shared_ptr<FakeClock> clock;
};

Json receipt_of(Session& s, const Uuid& id) {
  return Json::parse(s.call_json("consents.receipt", R"({"id":")" + format_uuid(id) + "\"}"));
}

}  // namespace

TEST_CASE("a receipt tells all and is verified without the library", "[consents][receipt]") {
  Signed x(GENERATE(from_range(backends())));
  CAPTURE(x.w.backend);
  const Verifier verify;
  auto s = x.session();
  auto in = grant_of("06 12 34 56 78", "CHAN_PHONE", "CONSENT_MARKETING");
  in.wording = "J’accepte d’être appelé·e — “offres” \\ \" \n\t😀";
  const auto granted = s.call(consents::grant, in);
  x.clock->advance(micros_per_hour);
  for (int i = 0; i < 5; ++i)
    s.call(dossiers::create, {.contact_name = "N", .phone = "061234567" + std::to_string(i)});
  s.call(consents::withdraw, {.channel_code = "CHAN_PHONE", .address = "0612345678", .wording = "STOP"});
  const Json receipt = receipt_of(s, granted.consent->id);
  const Json record = Json::parse(receipt["record"].get<std::string>());
  CHECK(canonical_json(record) == receipt["record"].get<std::string>());
  CHECK(receipt["sha256"] == hex(as_view(sha256(receipt["record"].get<std::string>()))));
  CHECK(record["record_id"] == format_uuid(granted.consent->id));
  CHECK(record["state"] == "withdrawn");
  CHECK(record["principal"]["address"] == "+33612345678");
  const Json& p = record["processing"];
  CHECK(p["purpose"] == "CONSENT_MARKETING");
  CHECK(p["controller"]["name"] == "Agence Signée");
  CHECK(p["controller"]["contact"] == "dpo@agence.example");
  CHECK(p["recipients"] == Json::array({"Notaire X"}));
  CHECK(p["jurisdiction"] == "FR");
  CHECK(p["retention_period"] == "P3Y");
  CHECK(p["notice"]["version"] == "2026-10");
  CHECK(p["notice"]["language"] == "fr");
  CHECK(p["notice"]["wording"] == *in.wording);
  CHECK(p["lawful_basis"].get<std::string>().find("GDPR") != std::string::npos);
  CHECK_FALSE(p["withdrawal_method"].get<std::string>().empty());
  CHECK(record["events"].size() == 3);
  CHECK(record["events"][1]["hash"] == granted.event_hash);
  // It went out: the audit says so.
  CHECK(s.call(audit::list, {.limit = 1}).items.at(0).action == "consent.exported");

  for (const std::string& key : {verify.key, std::string("-")}) {
    const auto [code, said] = verify(receipt, key);
    INFO(said);
    CHECK(code == 0);
    CHECK(said.starts_with("verified: CONSENT_MARKETING by CHAN_PHONE is withdrawn, 3 events"));
  }
  // A later receipt of the same consent is another text, and as good.
  CHECK(verify(receipt_of(s, granted.consent->id), verify.key).first == 0);
  CHECK(x.engine->check().ok());
}

TEST_CASE("whatever is altered in a receipt is found", "[consents][receipt]") {
  Signed x("memory");
  const Verifier verify;
  auto s = x.session();
  const auto granted = s.call(consents::grant, grant_of("0612345678"));
  const auto another = s.call(consents::grant, grant_of("0612345679"));
  x.clock->advance(micros_per_hour);
  const Json early = receipt_of(s, granted.consent->id);
  s.call(consents::withdraw,
         {.channel_code = "CHAN_SMS", .address = "0612345678", .purpose_code = "CONSENT_CONTACT"});
  const Json receipt = receipt_of(s, granted.consent->id), other = receipt_of(s, another.consent->id);
  REQUIRE(verify(receipt, verify.key).first == 0);
  const auto refused = [&](const Json& altered, const std::string& key, const std::string& why) {
    const auto [code, said] = verify(altered, key);
    INFO(said);
    CHECK(code == 1);
    CHECK(said.find(why) != std::string::npos);
  };
  // The record is changed and its hash made anew, as a forger without the key would.
  const auto forged = [&](const auto& change) {
    Json altered = receipt, record = Json::parse(receipt["record"].get<std::string>());
    change(record);
    altered["record"] = canonical_json(record);
    altered["sha256"] = hex(as_view(sha256(altered["record"].get<std::string>())));
    return altered;
  };
  const auto rehash = [](Json& told) { told["hash"] = hex(as_view(sha256(canonical_json(told["event"])))); };
  Json altered = receipt;
  altered["record"] = altered["record"].get<std::string>() + " ";
  refused(altered, "-", "not in canonical form");
  altered = receipt;
  altered["sha256"] = std::string(64, '0');
  refused(altered, "-", "the record was altered");
  refused(forged([](Json& r) { r["processing"]["retention_period"] = "P30Y"; }), verify.key,
          "the signature is of another record");
  refused(forged([](Json& r) { r["events"][1]["event"]["wording"] = "Everything"; }), "-",
          "event 2 was altered");
  refused(forged([&](Json& r) {
            r["events"][1]["event"]["wording"] = "Everything";
            rehash(r["events"][1]);
          }),
          "-", "event 3 is out of order");
  refused(forged([&](Json& r) {
            r["events"][2]["event"]["at"] = "2020-01-01T00:00:00.000000Z";
            rehash(r["events"][2]);
          }),
          "-", "the entry tells of another event");
  refused(forged([](Json& r) { r["state"] = "granted"; }), "-", "do not add up");
  refused(forged([](Json& r) {
            r["events"].erase(2);
            r["state"] = "granted";
          }),
          "-", "the entry tells of another event");
  refused(forged([](Json& r) { r["events"] = Json::array(); }), "-", "no events");
  refused(forged([](Json& r) { r["principal"]["address"] = "+33600000000"; }), "-", "of another consent");
  refused(forged([](Json& r) { r["schema_version"] = "2"; }), "-", "another version");

  for (const char* part : {"entry", "inclusion", "root", "size", "checkpoint", "index"}) {
    CAPTURE(part);
    Json mixed = receipt;
    mixed["audit"][part] = other["audit"][part];
    if (mixed != receipt) refused(mixed, verify.key, "NOT VERIFIED");
    mixed["audit"][part] = early["audit"][part];
    if (mixed != receipt) refused(mixed, verify.key, "NOT VERIFIED");
  }
  altered = receipt;
  altered["signature"] = other["signature"];
  refused(altered, verify.key, "the signature is of another record");
  altered["signature"] = nullptr;
  refused(altered, verify.key, "the record is not signed");
  refused(receipt, verifier_key(signer().name, ed25519_public(sha256("another"))), "not signed by this key");
  refused(receipt, "nonsense", "NOT VERIFIED");
  refused(Json::array(), "-", "NOT VERIFIED");
  // The receipt of an earlier moment stays true of that moment.
  CHECK(verify(early, verify.key).first == 0);
}

TEST_CASE("a receipt without a key is unsigned and says so", "[consents][receipt]") {
  World w("memory");
  const Verifier verify;
  auto s = w.admin();
  const auto granted = s.call(consents::grant, grant_of("0612345678"));
  const Json receipt = receipt_of(s, granted.consent->id);
  CHECK(receipt["signature"].is_null());
  CHECK(verify(receipt, "-").first == 0);
  CHECK(verify(receipt, verify.key).first == 1);
  CHECK(code_of([&] { w.other().call(consents::receipt, {.id = granted.consent->id}); }) ==
        ErrorCode::not_found);
}
