// What the guide shows in C++, in the order of its pages. The pages quote the parts between the marks `//
// [name]` and `// [/name]` word for word (tests/docs holds them to it); main() runs them all.

#include <atlas/atlas.hpp>
#include <atlas/testing/fakes.hpp>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

void expect(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

void taste(const std::string& folder) {
  const std::string path = folder + "/agency.db";
  // [taste]
  atlas::Engine engine = atlas::open({.store = path, .passphrase = "correct horse"});
  const auto agency = engine.host_session().call(
      atlas::organisations::create, {.name = "Agence Atlas", .admin_email = "admin@agence.example"});
  atlas::Session session = engine.session({.org = agency.organisation->id, .user = agency.admin_user_id});

  // A lead comes in. The same person writes again, with the number written otherwise: met, not doubled.
  const auto lead = session.call(
      atlas::dossiers::create,
      {.case_type_code = "CRM_LEAD_BUY", .contact_name = "Nadia Amrani", .phone = "06 12 34 56 78"});
  const auto again = session.call(
      atlas::dossiers::create,
      {.case_type_code = "CRM_LEAD_BUY", .contact_name = "N. Amrani", .phone = "+212 612-345678"});
  std::cout << (again.dossier->id == lead.dossier->id ? "met\n" : "new\n");

  session.call(atlas::dossiers::transition,
               {.id = lead.dossier->id, .version = again.dossier->version, .to = "CRM_CONTACTED"});
  for (const auto& line : session.call(atlas::activities::timeline, {.dossier_id = lead.dossier->id}).items)
    std::cout << atlas::format_timestamp(line.occurred_at) << ' ' << line.type_code << ' ' << line.payload
              << '\n';

  const auto audit = session.call(atlas::audit::verify, {.records = true});  // every entry, every record
  std::cout << (audit.ok ? "the audit adds up\n" : "somebody changed something\n");
  // [/taste]
  expect(again.dossier->id == lead.dossier->id && audit.ok, "taste");
}

atlas::Engine open_empty(atlas::Uuid& org, atlas::Uuid& admin) {
  atlas::Engine engine = atlas::open({.store = ":memory:"});
  const auto made = engine.host_session().call(
      atlas::organisations::create, {.name = "Agence Atlas", .admin_email = "admin@agence.example"});
  org = made.organisation->id;
  admin = made.admin_user_id;
  return engine;
}

void lists(atlas::Session& session) {
  for (int i = 0; i < 5; ++i)
    session.call(atlas::dossiers::create,
                 {.contact_name = "Visitor", .phone = "+21261234560" + std::to_string(i), .city = "Rabat"});
  std::size_t seen = 0;
  const auto show = [&](const atlas::Dossier&) { ++seen; };
  // [lists]
  atlas::ListInput open_leads;
  open_leads.where = R"({"status_code": {"in": ["CRM_NEW", "CRM_CONTACTED"]},
                         "created_at": {"gte": "2026-01-01T00:00:00Z"}})";
  open_leads.order = {"-created_at"};
  session.each(atlas::dossiers::list, open_leads, show);  // page by page

  const auto n = session.call(atlas::dossiers::count, {.where = R"({"status_code": "CRM_NEW"})"});
  // [/lists]
  expect(seen == 5 && n.count == 5 && !n.more, "lists");
  std::vector<std::string> records;
  // [cursor]
  atlas::Cursor cursor = session.cursor("dossiers.list", R"({"limit": 2, "order": ["-last_activity_at"]})");
  while (const auto record = cursor.next()) records.push_back(*record);  // JSON, one record at a time
  // [/cursor]
  expect(records.size() == 5, "cursor");
}

void errors(atlas::Session& session) {
  std::string said;
  // [errors]
  try {
    session.call(atlas::dossiers::create, {.contact_name = "Nobody"});
  } catch (const atlas::Error& e) {
    if (e.code() == atlas::ErrorCode::invalid_argument) {
      for (const atlas::FieldError& f : e.fields())
        said += f.path + " " + f.code + "\n";  // "/phone required"
    }
    std::cout << e.to_json() << '\n';  // the error object, as every way in has it
  }
  // [/errors]
  expect(said == "/phone required\n/email required\n", "errors");
}

void conflict(atlas::Session& session, const atlas::Uuid& id) {
  int tries = 0;
  // [conflict]
  for (;;) {
    const atlas::Dossier d = session.call(atlas::dossiers::get, {.id = id});
    atlas::dossiers::Update change{.id = d.id, .version = d.version};
    change.city = std::string("Casablanca");
    try {
      session.call(atlas::dossiers::update, change);
      break;
    } catch (const atlas::Error& e) {
      if (e.code() != atlas::ErrorCode::conflict || ++tries == 5) throw;  // somebody was faster: look again
    }
  }
  // [/conflict]
  expect(session.call(atlas::dossiers::get, {.id = id}).city == "Casablanca", "conflict");
}

void idempotency(atlas::Session& session) {
  // [idempotency]
  const atlas::dossiers::Create form{.contact_name = "Nadia Amrani", .email = "nadia@example.com"};
  const auto first = session.call(atlas::dossiers::create, form, "web-form-7f3a");
  const auto second =
      session.call(atlas::dossiers::create, form, "web-form-7f3a");  // replayed: no second effect
  // [/idempotency]
  expect(first.created && second.created && first.dossier->id == second.dossier->id, "idempotency");
}

void batches(atlas::Session& session, const std::vector<atlas::dossiers::Create>& rows) {
  std::vector<std::size_t> rejected;
  // [batch]
  const atlas::BatchOutcome outcome = session.batch([&](atlas::Session& s) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      try {
        s.call(atlas::dossiers::create, rows[i]);
      } catch (const atlas::Error& e) {
        if (e.code() == atlas::ErrorCode::batch_aborted) throw;  // the transaction is gone: begin anew
        rejected.push_back(i);                                   // this call undid itself; the batch goes on
      }
    }
  });
  // [/batch]
  expect(outcome.calls == 3 && outcome.failed == 1 && rejected.size() == 1, "batch");
}

void proofs(atlas::Engine& engine, atlas::Session& session) {
  // [proofs]
  const auto kept = session.call(atlas::audit::checkpoint);          // keep the note elsewhere
  const auto proof = session.call(atlas::audit::prove, {.seq = 1});  // an entry and its path to the root
  const auto verified = session.call(atlas::audit::verify, {.records = true, .checkpoint = kept.note});
  for (const auto& f : verified.findings) std::cerr << f.seq << ' ' << f.record << ' ' << f.what << '\n';
  // [/proofs]
  expect(verified.ok && proof.root == verified.root && engine.check().ok(), "proofs");
}

// [keystore]
class HostKeys final : public atlas::KeyStore {
 public:
  std::optional<atlas::Key> key(std::string_view name) override {
    if (name == "subjects") return subjects_;      // wraps the keys of persons
    if (name == "checkpoint") return checkpoint_;  // Ed25519 seed that signs checkpoints
    return std::nullopt;                           // "store": the built-in way
  }

 private:
  atlas::Key subjects_{1}, checkpoint_{2};  // from the host's own vault, of course
};
// [/keystore]

void stores(const std::string& folder) {
  const std::string path = folder + "/other.db";
  // [stores]
  atlas::Options options;
  options.store = path;                  // or ":memory:", or "postgres://…"
  options.passphrase = "correct horse";  // SQLCipher; without a key the file is plain SQLite
  options.migrate = true;                // bring an older file up to date, after a copy
  options.keys = std::make_shared<HostKeys>();
  options.durability = atlas::Durability::fast;  // see the page on durability
  atlas::Engine engine = atlas::open(std::move(options));
  engine.backup(path + ".backup");  // same key, without the keys of persons
  // [/stores]
  expect(engine.capabilities().encrypted && std::filesystem::exists(path + ".backup"), "stores");
}

void threads(atlas::Engine& engine, const atlas::Uuid& org, const atlas::Uuid& user) {
  // [threads]
  std::vector<std::thread> hands;
  for (int i = 0; i < 4; ++i) {
    hands.emplace_back([&engine, org, user, i] {
      atlas::Session mine = engine.session({.org = org, .user = user});  // one for each thread
      mine.call(atlas::dossiers::create,
                {.contact_name = "Visitor", .phone = "+21266100000" + std::to_string(i)});
    });
  }
  for (std::thread& t : hands) t.join();
  // [/threads]
}

void time_and_events(atlas::Engine& engine, atlas::Session& session) {
  std::vector<std::string> heard;
  // [events]
  const auto subscription =
      engine.subscribe("dossier.*", [&](const atlas::Event& e) { heard.push_back(e.type); });
  session.call(atlas::dossiers::create, {.contact_name = "Visitor", .email = "visitor@example.com"});
  engine.unsubscribe(subscription);

  const atlas::PumpResult due = engine.pump();  // runs what is due; due.next_due says when to come back
  // [/events]
  expect(heard == std::vector<std::string>{"dossier.created"} && due.failed == 0, "events");
}

void deterministic() {
  // [testing]
  const auto clock = std::make_shared<atlas::testing::FakeClock>();
  const auto entropy = std::make_shared<atlas::testing::SeededEntropy>(42);
  atlas::Engine engine = atlas::open({.store = ":memory:", .clock = clock, .entropy = entropy});
  const auto agency = engine.host_session().call(
      atlas::organisations::create, {.name = "Agence Atlas", .admin_email = "admin@agence.example"});
  clock->advance(2 * atlas::micros_per_day);
  const auto ran = engine.pump();  // the daily checkpoint is due
  // [/testing]
  expect(ran.done == 1 && ran.failed == 0 && agency.organisation->id.bytes[6] >> 4 == 7, "testing");
}

/// What a web server sends back.
struct Reply {
  std::int64_t status = 0;
  std::string content_type, body;
};

// [webhook]
Reply answer_webhook(atlas::Engine& engine, const atlas::WebhookRequest& request) {
  try {
    const auto answer = engine.inbound(request);
    return {answer.status, answer.content_type, answer.body};
  } catch (const atlas::Error& e) {
    return {atlas::error_info(e.code()).http, "text/plain", ""};
  }
}
// [/webhook]

void webhooks(atlas::Engine& engine, atlas::Session& session) {
  auto account =
      session.call(atlas::channels::create,
                   {.channel_code = "CHAN_WHATSAPP", .provider = "META", .sender = "106540352242922"});
  account = session.call(
      atlas::channels::set_secret,
      {.id = account.id, .version = account.version, .slot = "verify_token", .value = "verify-me"});
  const std::string url = "/hooks/e?hub.mode=subscribe&hub.challenge=42&hub.verify_token=verify-me";
  const Reply right = answer_webhook(engine, {account.endpoint, "GET", url, {}, {}});
  const Reply wrong = answer_webhook(engine, {account.endpoint, "POST", "/hooks/e", {}, "{}"});
  const Reply nobody = answer_webhook(engine, {"nowhere", "POST", "/hooks/e", {}, "{}"});
  expect(right.status == 200 && right.body == "42" && wrong.status == 401 && nobody.status == 404, "webhook");
}

void run(const std::string& folder) {
  taste(folder);
  atlas::Uuid org, admin;
  atlas::Engine engine = open_empty(org, admin);
  atlas::Session session = engine.session({.org = org, .user = admin});
  lists(session);
  errors(session);
  const auto d = session.call(atlas::dossiers::create, {.contact_name = "Amina", .phone = "0612999999"});
  conflict(session, d.dossier->id);
  idempotency(session);
  batches(session, {{.contact_name = "A", .phone = "0612888881"},
                    {.contact_name = "B"},
                    {.contact_name = "C", .phone = "0612888882"}});
  proofs(engine, session);
  stores(folder);
  threads(engine, org, admin);
  time_and_events(engine, session);
  webhooks(engine, session);
  deterministic();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: guide FOLDER\n";
    return 2;
  }
  try {
    std::filesystem::remove_all(argv[1]);
    std::filesystem::create_directories(argv[1]);
    run(argv[1]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
