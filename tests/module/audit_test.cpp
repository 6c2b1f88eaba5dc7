// The audit: what is recorded, what is proved, and every way of tampering found.

#include <algorithm>
#include <fstream>

#include "atlas/checkpoint.hpp"
#include "atlas/merkle.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// Goes behind the library's back, straight to the store.
struct Intruder {
  explicit Intruder(World& w)
      : store(w.engine.kernel().store()), audit(store.catalog().id("audit_entry")), w_(w) {}

  void run(const Uuid& org, const std::function<void(WriteTransaction&)>& f) {
    auto tx = store.write(Durability::fast);
    tx->enter(org);
    f(*tx);
    tx->commit();
  }
  OwnedRow row(const Uuid& org, std::int64_t seq) {
    OwnedRow out;
    auto tx = store.read();
    tx->enter(org);
    const Value primary[] = {Value::integer(seq)};
    tx->get(audit, primary, [&](RowView r) { out = own(r); });
    return out;
  }
  void set(const Uuid& org, std::int64_t seq, unsigned column, const Value& value) {
    run(org, [&](WriteTransaction& tx) {
      const Value primary[] = {Value::integer(seq)};
      const unsigned columns[] = {column};
      const Value values[] = {value};
      tx.update(audit, primary, columns, values);
    });
  }

  Store& store;
  TableId audit;

 private:
  World& w_;
};

Key bytes_key(std::string_view raw) {
  Key k{};
  std::copy_n(raw.begin(), k.size(), k.begin());
  return k;
}

Hash from_base64(const std::string& text) { return hash_from_bytes(*unbase64(text)); }

Dossier fill(World& w) {
  auto s = w.admin();
  const Dossier d =
      s.call(dossiers::create, {.contact_name = "Nadia", .phone = "0612345678", .email = "nadia@x.ma"})
          .dossier.value();
  s.call(activities::add_note, {.id = d.id, .body = "Veut une terrasse"});
  w.clock->advance(micros_per_second);
  s.call(dossiers::transition,
         {.id = d.id, .version = s.call(dossiers::get, {.id = d.id}).version, .to = "CRM_CONTACTED"});
  s.call(activities::add_task, {.id = d.id, .title = "Rappeler"});
  return s.call(dossiers::get, {.id = d.id});
}

}  // namespace

TEST_CASE("personal data and free text stand in the audit only sealed", "[audit]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  fill(w);
  Intruder in(w);
  auto tx = in.store.read();
  tx->enter(w.one.org);
  Query q{.table = in.audit, .key = Query::primary_key};
  std::string everything;
  tx->scan(q, [&](RowView row) {
    for (const Value& v : row) everything += v.bytes();
    return true;
  });
  for (const char* secret : {"Nadia", "612345678", "nadia@x.ma", "terrasse", "Rappeler"})
    CHECK(everything.find(secret) == std::string::npos);
  CHECK(everything.find("CRM_CONTACTED") != std::string::npos);
  tx.reset();
  auto s = w.admin();
  std::string personal;
  for (const auto& e : s.call(audit::list, {.limit = 100}).items) personal += e.personal;
  CHECK(personal.find("Nadia") != std::string::npos);
  CHECK(personal.find("terrasse") != std::string::npos);
}

TEST_CASE("an entry tells before and after of what changed", "[audit]") {
  World w("memory");
  auto s = w.admin();
  const Dossier d = fill(w);
  s.call(dossiers::update, {.id = d.id, .version = d.version, .contact_name = "Nadia B.", .city = "Rabat"});
  const auto e = s.call(audit::list, {.entity_id = d.id, .limit = 1}).items.at(0);
  CHECK(e.action == "dossier.updated");
  CHECK(e.diff.find(
            R"({"op":"test","path":"/city","value":null},{"op":"replace","path":"/city","value":"Rabat"})") !=
        std::string::npos);
  CHECK(e.personal.find(R"("value":"Nadia B.")") != std::string::npos);
  CHECK(e.personal.find(R"("value":"Nadia")") != std::string::npos);
}

TEST_CASE("every byte of an audit row that is changed is found, and the row is named", "[audit]") {
  World w("memory");
  fill(w);
  auto s = w.admin();
  Intruder in(w);
  const std::int64_t seq = s.call(audit::list, {.actions = {"activity.note_added"}}).items.at(0).seq;
  const OwnedRow original = in.row(w.one.org, seq);
  const Table& table = in.store.catalog()[in.audit];
  int tried = 0;
  for (unsigned column = 1; column < original.size(); ++column) {
    const Value v = original[column].view();
    const std::string bytes(v.bytes());
    const std::size_t n = v.type() == ValueType::integer ? 1 : bytes.size();
    for (std::size_t i = 0; i < n; ++i) {
      CAPTURE(table.columns[column].name, i);
      std::string changed = bytes;
      Value tampered = Value::integer(v.as_integer() + 1);
      if (v.type() != ValueType::integer) {
        changed[i] = static_cast<char>(changed[i] ^ 1);
        tampered = v.type() == ValueType::text ? Value::text(changed) : Value::blob(changed);
      }
      in.set(w.one.org, seq, column, tampered);
      const auto v2 = s.call(audit::verify);
      REQUIRE_FALSE(v2.ok);
      REQUIRE(
          std::any_of(v2.findings.begin(), v2.findings.end(), [&](const auto& f) { return f.seq == seq; }));
      in.set(w.one.org, seq, column, v);
      ++tried;
    }
  }
  CHECK(tried > 300);
  CHECK(s.call(audit::verify, {.records = true}).ok);
}

TEST_CASE("entries removed, reordered, repeated or moved between organisations are found", "[audit]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  fill(w);
  auto s = w.admin();
  const auto checkpoint = s.call(audit::checkpoint);
  const auto size = s.call(audit::head).size;
  CHECK(checkpoint.size == size);
  Intruder in(w);
  const auto is_found = [&] { return !s.call(audit::verify, {.checkpoint = checkpoint.note}).ok; };
  CHECK_FALSE(is_found());
  const auto remove = [&](std::int64_t seq) {
    in.run(w.one.org, [&](WriteTransaction& tx) { tx.erase(in.audit, std::vector{Value::integer(seq)}); });
  };
  const auto put = [&](const Uuid& org, const OwnedRow& row) {
    in.run(org, [&](WriteTransaction& tx) { tx.insert(in.audit, views(row)); });
  };

  SECTION("one in the middle") {
    remove(3);
    CHECK(is_found());
    const auto findings = s.call(audit::verify).findings;
    REQUIRE_FALSE(findings.empty());
    CHECK(findings[0].seq == 3);
    CHECK(findings[0].what == "entries are missing before 4");
  }
  SECTION("the newest, with the head set back") {
    const auto head_table = in.store.catalog().id("chain_head");
    // The attacker rebuilds the head as it was: only the checkpoint can tell.
    merkle::Frontier frontier;
    Hash last{};
    for (std::int64_t i = 1; i <= size - 2; ++i)
      frontier.append(last = hash_from_bytes(in.row(w.one.org, i).back().view().bytes()));
    remove(size);
    remove(size - 1);
    in.run(w.one.org, [&](WriteTransaction& tx) {
      const unsigned columns[] = {1, 2, 3};
      const std::string bytes = frontier.serialise();
      const Value values[] = {Value::integer(size - 2), Value::blob(as_view(last)), Value::blob(bytes)};
      tx.update(head_table, std::vector{Value::integer(0)}, columns, values);
    });
    CHECK(s.call(audit::verify).ok);
    CHECK(is_found());
  }
  SECTION("two exchanged") {
    OwnedRow a = in.row(w.one.org, 4), b = in.row(w.one.org, 5);
    remove(4);
    remove(5);
    std::swap(a[0], b[0]);
    put(w.one.org, a);
    put(w.one.org, b);
    CHECK(is_found());
  }
  SECTION("one repeated") {
    OwnedRow a = in.row(w.one.org, 4);
    a[0] = Value::integer(size + 1);
    put(w.one.org, a);
    CHECK(is_found());
  }
  SECTION("one from another organisation") {
    const OwnedRow theirs = in.row(w.two.org, 4);
    remove(4);
    put(w.one.org, theirs);
    CHECK(is_found());
  }
}

TEST_CASE("a record that was changed, added or removed behind the library's back is found", "[audit]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  const Dossier d = fill(w);
  auto s = w.admin();
  Intruder in(w);
  const TableId dossiers_table = in.store.catalog().id("dossier");
  const Table& t = in.store.catalog()[dossiers_table];
  const Value primary[] = {Value::id(d.id)};
  const auto verified = [&] { return s.call(audit::verify, {.records = true}); };
  CHECK(verified().ok);
  const auto set = [&](const char* column, const Value& value) {
    in.run(w.one.org, [&](WriteTransaction& tx) {
      const unsigned columns[] = {t.column(column)};
      const Value values[] = {value};
      tx.update(dossiers_table, primary, columns, values);
    });
  };
  set("contact_name", Value::text("Nadja"));
  auto v = verified();
  REQUIRE(v.findings.size() == 1);
  CHECK(v.findings[0].record == "dossier/" + format_uuid(d.id));
  set("contact_name", Value::text("Nadia"));
  set("status_code", Value::text("CRM_CLOSED_WON"));
  CHECK_FALSE(verified().ok);
  set("status_code", Value::text("CRM_CONTACTED"));
  CHECK(verified().ok);
  // A line of the timeline, which has no entry of its own.
  const TableId activities_table = in.store.catalog().id("activity");
  const auto line = s.call(activities::timeline, {.dossier_id = d.id, .oldest_first = true}).items.at(0);
  in.run(w.one.org,
         [&](WriteTransaction& tx) { tx.erase(activities_table, std::vector{Value::id(line.id)}); });
  CHECK_FALSE(verified().ok);
  // A record that no entry tells of.
  OwnedRow row;
  {
    auto tx = in.store.read();
    tx->enter(w.one.org);
    tx->get(dossiers_table, primary, [&](RowView r) { row = own(r); });
  }
  row[0] = Value::id(*parse_uuid("01900000-0000-7000-8000-000000000009"));
  in.run(w.one.org, [&](WriteTransaction& tx) { tx.insert(dossiers_table, views(row)); });
  v = verified();
  CHECK(std::any_of(v.findings.begin(), v.findings.end(), [](const auto& f) {
    return f.record == "dossier/01900000-0000-7000-8000-000000000009";
  }));
}

TEST_CASE("proofs convince who has only the tree head", "[audit]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto s = w.admin();
  s.batch([](Session& b) {
    for (int i = 0; i < 600; ++i)
      b.call(dossiers::create, {.contact_name = "N", .email = "n" + std::to_string(i) + "@x.ma"});
  });
  const auto before = s.call(audit::head);
  s.call(dossiers::create, {.contact_name = "N", .phone = "0612345678"});
  const auto head = s.call(audit::head);
  for (const std::int64_t seq : {std::int64_t{1}, std::int64_t{2}, std::int64_t{255}, std::int64_t{256},
                                 std::int64_t{257}, std::int64_t{512}, head.size}) {
    CAPTURE(seq);
    const auto p = s.call(audit::prove, {.seq = seq});
    std::vector<Hash> path;
    for (const auto& h : p.proof) path.push_back(from_base64(h));
    CHECK(p.root == head.root);
    CHECK(merkle::verify_inclusion(static_cast<std::uint64_t>(p.index), static_cast<std::uint64_t>(p.size),
                                   from_base64(p.root), from_base64(p.leaf_hash), path));
    CHECK_FALSE(merkle::verify_inclusion(static_cast<std::uint64_t>(p.index),
                                         static_cast<std::uint64_t>(p.size), from_base64(before.root),
                                         from_base64(p.leaf_hash), path));
  }
  const auto c = s.call(audit::consistency, {.from = before.size});
  std::vector<Hash> path;
  for (const auto& h : c.proof) path.push_back(from_base64(h));
  CHECK(c.root1 == before.root);
  CHECK(merkle::verify_consistency(static_cast<std::uint64_t>(c.size1), static_cast<std::uint64_t>(c.size2),
                                   from_base64(c.root1), from_base64(c.root2), path));
  CHECK(code_of([&] { s.call(audit::prove, {.seq = head.size + 1}); }) == ErrorCode::not_found);
  CHECK(code_of([&] { s.call(audit::prove, {.seq = 1, .size = head.size + 1}); }) ==
        ErrorCode::invalid_argument);
}

TEST_CASE("a checkpoint is signed by the host's key and checked with the public one", "[audit]") {
  const TemporaryFolder folder;
  Options o = options_of("memory", folder);
  const Key seed = bytes_key("0123456789abcdef0123456789abcdef");
  o.checkpoint_signer = CheckpointSigner{"agence.example", seed};
  std::vector<std::string> handed;
  Engine* self = nullptr;
  Uuid here, me;
  // It may use the engine: the work is committed and nothing is held.
  o.checkpoint = [&](const std::string& note) {
    handed.push_back(note);
    self->session({.org = here, .user = me})
        .call(parties::create, {.role_code = "OTHER", .family_name = "Note"});
  };
  auto clock = std::static_pointer_cast<FakeClock>(o.clock);
  Engine engine(std::move(o));
  auto host = engine.host_session();
  const auto org = host.call(organisations::create, {.name = "Agence", .admin_email = "a@b.ma"});
  self = &engine;
  here = org.organisation->id;
  me = org.admin_user_id;
  auto s = engine.session({.org = here, .user = me});
  const auto made = s.call(audit::checkpoint);
  CHECK(made.is_signed);
  const std::string key = verifier_key("agence.example", ed25519_public(seed));
  const auto good = s.call(audit::verify, {.checkpoint = made.note, .key = key});
  CHECK(good.ok);
  CHECK(good.checkpoint_signed == true);
  const std::string wrong =
      verifier_key("agence.example", ed25519_public(bytes_key("another seed of thirty-two bytes")));
  CHECK_FALSE(s.call(audit::verify, {.checkpoint = made.note, .key = wrong}).ok);
  CHECK(code_of([&] { s.call(audit::verify, {.checkpoint = "garbage"}); }) == ErrorCode::invalid_argument);
  clock->advance(25 * micros_per_hour);
  engine.pump();
  REQUIRE(handed.size() == 1);
  CHECK(s.call(audit::verify, {.checkpoint = handed[0], .key = key}).ok);
  // Also every 10,000 entries, whatever the day.
  s.batch([](Session& b) {
    for (int i = 0; i < 10'000; ++i) b.call(parties::create, {.role_code = "OTHER", .family_name = "N"});
  });
  engine.pump();
  CHECK(handed.size() == 2);
}

TEST_CASE("refusals are audited after the rollback, at most ten a minute one by one", "[audit]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  auto agent = w.as("AGENT");
  const auto refused = [&] { return code_of([&] { agent.call(users::list, {}); }); };
  const auto recorded = [&] {
    return w.admin().call(audit::list, {.actions = {"REFUSED"}, .limit = 100}).items;
  };
  CHECK(refused() == ErrorCode::forbidden);
  auto one = recorded();
  REQUIRE(one.size() == 1);
  CHECK(one[0].diff.find("USER_READ") != std::string::npos);
  CHECK(one[0].actor_id == format_uuid(w.one.users["AGENT"]));
  const Error e = error_of([&] { agent.call(users::list, {}); });
  CHECK(recorded().at(0).correlation_id == e.correlation_id());
  for (int i = 0; i < 20; ++i) refused();
  CHECK(recorded().size() == 10);
  w.clock->advance(2 * micros_per_minute);
  w.engine.pump();
  const auto all = recorded();
  REQUIRE(all.size() == 11);
  CHECK(all[0].diff.find(R"("count":12)") != std::string::npos);
  CHECK(w.engine.check().ok());
}

TEST_CASE("events are the audit's public face: complete, in order, without personal data", "[events]") {
  World w(GENERATE(from_range(backends())));
  CAPTURE(w.backend);
  std::vector<Event> heard;
  const auto sub = w.engine.subscribe("dossier.*", [&](const Event& e) { heard.push_back(e); });
  const Dossier d = fill(w);
  auto s = w.admin();
  const auto listed = s.call(audit::events, {.types = {"dossier.*"}});
  REQUIRE(listed.items.size() == heard.size());
  for (std::size_t i = 0; i < heard.size(); ++i) {
    CHECK(listed.items[i].sequence == heard[i].sequence);
    CHECK(listed.items[i].type == heard[i].type);
    CHECK(heard[i].entity_id == d.id);
  }
  CHECK(s.call(audit::events, {.after = listed.last}).items.empty());
  w.engine.unsubscribe(sub);
  s.call(dossiers::update, {.id = d.id, .version = d.version, .city = "Rabat"});
  CHECK(heard.size() == listed.items.size());
  CHECK(s.call(audit::events, {.after = listed.last, .types = {"dossier.updated"}}).items.size() == 1);
  w.clock->advance(31 * micros_per_day);
  CHECK(s.call(audit::events, {}).items.empty());
}

TEST_CASE("a callback may use other sessions, not its own, and may leave from inside", "[events]") {
  World w("memory");
  auto s = w.admin();
  auto other = w.as("MANAGER");
  std::vector<ErrorCode> codes;
  std::uint64_t sub = 0;
  sub = w.engine.subscribe("*", [&](const Event&) {
    codes.push_back(code_of([&] { s.call(dossiers::list, {}); }));
    codes.push_back(code_of([&] { other.call(dossiers::list, {}); }));
    w.engine.unsubscribe(sub);
    throw 1;
  });
  s.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"});
  s.call(dossiers::create, {.contact_name = "B", .phone = "0612345679"});
  CHECK(codes == std::vector<ErrorCode>{ErrorCode::misuse, ErrorCode::ok});
  CHECK(w.engine.metrics().callbacks_failed == 1);
}
