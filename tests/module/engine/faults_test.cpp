// What the engine answers when its store fails under it: nothing half-done, and nothing told that it should
// keep.

#include <new>
#include <stdexcept>

#include "atlas/kv_store.hpp"
#include "atlas/testing/faults.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

/// An agency on a store whose every call asks `fault` first, once it is set.
struct FaultyWorld {
  FaultyWorld() : engine(options()) {
    const auto created =
        engine.host_session().call(organisations::create, {.name = "Agence", .admin_email = "a@b.ma"});
    org = created.organisation->id;
    admin = created.admin_user_id;
  }
  Options options() {
    Options o;
    o.store = "faulty";
    o.clock = clock;
    o.log = [this](LogLevel, std::string_view line) { log += std::string(line) + "\n"; };
    o.make_store = [this](const StoreOpening& opening) {
      return std::make_unique<FaultInjectingStore>(open_memory_store(opening), [this](const FaultPoint& p) {
        if (fault) fault(p);
      });
    };
    return o;
  }
  Session session() { return engine.session({.org = org, .user = admin}); }
  std::int64_t dossiers() {
    fault = nullptr;
    return session().call(dossiers::count, {}).count;
  }
  /// Throws `error` at the next `times` calls of this name.
  template <class E>
  void fail(const std::string& call, int times, const E& error) {
    fault = [call, left = std::make_shared<int>(times), error](const FaultPoint& p) {
      if (p.after || p.call != call || *left == 0) return;
      --*left;
      throw E(error);
    };
  }

  std::shared_ptr<FakeClock> clock = std::make_shared<FakeClock>();
  FaultHook fault;
  std::string log;
  Engine engine;
  Uuid org, admin;
};

const dossiers::Create somebody{.contact_name = "Ali", .phone = "0612345678"};
Error storage_error(ErrorCode code) { return {code, "A fault that the test asked for."}; }

}  // namespace

TEST_CASE("a handler is run again after a conflict, five times at most", "[faults]") {
  FaultyWorld w;
  auto s = w.session();
  w.fail("commit", 5, storage_error(ErrorCode::storage_conflict));
  CHECK(s.call(dossiers::create, somebody).created);
  CHECK(w.engine.metrics().conflicts_retried == 5);
  w.fail("commit", 6, storage_error(ErrorCode::storage_conflict));
  CHECK(code_of([&] { s.call(dossiers::create, {.contact_name = "B", .phone = "0612345679"}); }) ==
        ErrorCode::storage_conflict);
  CHECK(w.engine.metrics().conflicts_retried == 10);
  CHECK(w.dossiers() == 1);
  CHECK(w.engine.check().ok());
}

TEST_CASE("another failure of the store is answered as it is, and nothing was done", "[faults]") {
  FaultyWorld w;
  auto s = w.session();
  for (const char* call : {"begin_write", "enter", "insert", "lock_names", "commit"}) {
    CAPTURE(call);
    w.fail(call, 1, storage_error(ErrorCode::storage_full));
    CHECK(code_of([&] { s.call(dossiers::create, somebody); }) == ErrorCode::storage_full);
    CHECK(w.dossiers() == 0);
  }
  CHECK(w.engine.metrics().conflicts_retried == 0);
  CHECK(s.call(dossiers::create, somebody).created);
  CHECK(w.engine.check().ok());
}

TEST_CASE("a conflict ends a batch: its calls are the host's to repeat", "[faults][batch]") {
  const ErrorCode code = GENERATE(ErrorCode::storage_conflict, ErrorCode::storage_unavailable);
  FaultyWorld w;
  auto s = w.session();
  s.begin_batch();
  s.call(dossiers::create, {.contact_name = "First", .phone = "0612345670"});
  w.fail("insert", 1, storage_error(code));
  const Error e = error_of([&] { s.call(dossiers::create, somebody); });
  CHECK(e.code() == ErrorCode::batch_aborted);
  CHECK(detail_of(e, "cause") == json_string(error_info(code).text));
  w.fault = nullptr;
  CHECK(code_of([&] { s.call(dossiers::create, somebody); }) == ErrorCode::batch_aborted);
  CHECK(code_of([&] { s.commit_batch(); }) == ErrorCode::batch_aborted);
  CHECK_FALSE(s.in_batch());
  CHECK(w.dossiers() == 0);
}

TEST_CASE("a batch that cannot undo one call is undone whole", "[faults][batch]") {
  FaultyWorld w;
  auto s = w.session();
  const auto another_call = [&] { s.call(users::me); };
  SECTION("the mark cannot be set") {
    s.begin_batch();
    s.call(dossiers::create, somebody);
    w.fail("savepoint", 1, storage_error(ErrorCode::storage_io));
    CHECK(code_of(another_call) == ErrorCode::storage_io);
  }
  SECTION("the way back to it is gone") {
    s.begin_batch();
    s.call(dossiers::create, somebody);
    w.fail("rollback_to", 1, storage_error(ErrorCode::storage_io));
    // The caller is told what was wrong with the call, as always.
    CHECK(code_of([&] { s.call(dossiers::get, {.id = w.org}); }) == ErrorCode::not_found);
  }
  SECTION("its own end fails") {
    s.begin_batch();
    s.call(dossiers::create, somebody);
    w.fail("commit", 1, storage_error(ErrorCode::storage_full));
    CHECK(code_of([&] { s.commit_batch(); }) == ErrorCode::storage_full);
    CHECK(w.dossiers() == 0);
    CHECK(s.call(dossiers::create, somebody).created);
    return;
  }
  w.fault = nullptr;
  CHECK(code_of(another_call) == ErrorCode::batch_aborted);
  CHECK(code_of([&] { s.commit_batch(); }) == ErrorCode::batch_aborted);
  CHECK(w.dossiers() == 0);
}

TEST_CASE("what is no error of the library's is internal, and its text goes nowhere", "[faults]") {
  FaultyWorld w;
  auto s = w.session();
  const std::runtime_error leak("row: Ali, 0612345678");
  w.fail("insert", 1, leak);
  const Error e = error_of([&] { s.call(dossiers::create, somebody); });
  CHECK(e.code() == ErrorCode::internal);
  CHECK(e.to_json().find("0612345678") == std::string::npos);
  CHECK_FALSE(e.correlation_id().empty());
  CHECK(w.log == "internal error in dossiers.create\n");
  CHECK(w.dossiers() == 0);

  s.begin_batch();
  w.fail("insert", 1, leak);
  CHECK(code_of([&] { s.call(dossiers::create, somebody); }) == ErrorCode::internal);
  CHECK(code_of([&] { s.call(users::me); }) == ErrorCode::batch_aborted);
  s.rollback_batch();

  // Memory that is short stays what it is: the C interface has an answer that needs none.
  w.fail("insert", 1, std::bad_alloc());
  CHECK_THROWS_AS(s.call(dossiers::create, somebody), std::bad_alloc);
  CHECK(w.dossiers() == 0);
  CHECK(s.call(dossiers::create, somebody).created);
}

TEST_CASE("a refusal that cannot be recorded is counted, and is a refusal still", "[faults][audit]") {
  FaultyWorld w;
  const Uuid auditor = w.session().call(users::create, {.email = "c@b.ma", .roles = {"AUDITOR"}}).id;
  auto s = w.engine.session({.org = w.org, .user = auditor});
  w.fail("insert", 1, storage_error(ErrorCode::storage_full));
  CHECK(code_of([&] { s.call(dossiers::create, somebody); }) == ErrorCode::forbidden);
  CHECK(w.engine.metrics().refusals == 1);
  CHECK(w.engine.metrics().audit_refusals_unrecorded == 1);
  w.fault = nullptr;
  CHECK(w.session().call(audit::list, {.actions = {"REFUSED"}}).items.empty());
  CHECK(code_of([&] { s.call(dossiers::create, somebody); }) == ErrorCode::forbidden);
  CHECK(w.session().call(audit::list, {.actions = {"REFUSED"}}).items.size() == 1);
}

TEST_CASE("refusals beyond ten a minute are told as one number, also by due work", "[faults][audit]") {
  FaultyWorld w;
  const Uuid auditor = w.session().call(users::create, {.email = "c@b.ma", .roles = {"AUDITOR"}}).id;
  auto s = w.engine.session({.org = w.org, .user = auditor});
  const auto refuse = [&](int times) {
    for (int i = 0; i < times; ++i)
      CHECK(code_of([&] { s.call(dossiers::create, somebody); }) == ErrorCode::forbidden);
  };
  const auto told = [&] {
    return w.session().call(audit::list, {.actions = {"REFUSED"}, .limit = 100}).items;
  };
  refuse(15);
  CHECK(told().size() == 10);
  w.clock->advance(61 * micros_per_second);
  refuse(1);
  REQUIRE(told().size() == 12);
  CHECK(told()[1].diff.find(R"("count":5)") != std::string::npos);
  refuse(12);
  w.clock->advance(61 * micros_per_second);
  // The count is written by due work too; where that fails it is lost, and counted.
  w.fail("insert", 1, storage_error(ErrorCode::storage_full));
  w.engine.pump();
  CHECK(w.engine.metrics().audit_refusals_unrecorded == 1);
  w.fault = nullptr;
  refuse(13);
  w.clock->advance(61 * micros_per_second);
  w.engine.pump();
  CHECK(told()[0].diff.find(R"("count":3)") != std::string::npos);
  CHECK(w.engine.check().ok());
}

TEST_CASE("due work that fails comes again in a minute", "[faults][due]") {
  FaultyWorld w;
  w.clock->advance(2 * micros_per_day);
  const Timestamp now = w.clock->now();
  SECTION("by an error of the store") {
    w.fail("erase", 1, storage_error(ErrorCode::storage_io));
    const PumpResult r = w.engine.pump();
    CHECK(r.failed == 1);
    CHECK(r.next_due == now + micros_per_minute);
    CHECK(w.log == "due work failed: audit.checkpoint: storage_io\n");
  }
  SECTION("by what is no error of the library's") {
    w.fail("erase", 1, std::runtime_error("0612345678"));
    const PumpResult r = w.engine.pump();
    CHECK(r.failed == 1);
    CHECK(r.next_due == now + micros_per_minute);
    CHECK(w.log == "due work failed: audit.checkpoint: internal\n");
  }
  w.fault = nullptr;
  w.clock->advance(micros_per_minute);
  const PumpResult again = w.engine.pump();
  CHECK(again.done == 1);
  CHECK(again.failed == 0);
  CHECK(again.next_due == w.clock->now() + micros_per_day);
  // Where not even the next work can be begun, the pump says so.
  w.clock->advance(micros_per_day);
  w.fail("begin_write", 1, storage_error(ErrorCode::storage_unavailable));
  CHECK(code_of([&] { w.engine.pump(); }) == ErrorCode::storage_unavailable);
}

TEST_CASE("due work of a kind that this library does not know is left to a newer one", "[due]") {
  FaultyWorld w;
  Store& store = w.engine.kernel().store();
  {
    auto tx = store.write(Durability::fast);
    const Value row[] = {Value::id(w.org), Value::text("future.work"), Value::integer(w.clock->now().micros)};
    tx->insert(store.catalog().id("due"), row);
    tx->commit();
  }
  const PumpResult r = w.engine.pump();
  CHECK(r.done == 1);
  CHECK(r.failed == 0);
  CHECK(r.next_due == w.clock->now() + micros_per_hour);
  CHECK(w.log == "due work of an unknown kind was put off\n");
}
