// What the kernel promises to and asks of a room: an engine with one more, whose operations try what no room
// of ours does.

#include <stdexcept>

#include "atlas/context.hpp"
#include "atlas/kernel.hpp"
#include "atlas/kv_store.hpp"
#include "atlas/subject_keys.hpp"
#include "composition.hpp"
#include "world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

constexpr Operation<GetInput, Dossier> reach_out{{.name = "tests.reach_out",
                                                  .permission = "DOSSIER_UPDATE",
                                                  .effect = Effect::writes,
                                                  .summary = "Saves what it found beyond its scope."}};
constexpr Operation<Nothing, Nothing> in_bulk{{.name = "tests.in_bulk",
                                               .permission = "",
                                               .effect = Effect::writes,
                                               .summary = "Refuses three parts of a call, and goes on."}};
constexpr Operation<Nothing, Nothing> follow_up{{.name = "tests.follow_up",
                                                 .permission = "",
                                                 .effect = Effect::writes,
                                                 .summary = "Leaves work for after the commit."}};

/// An agency whose library has one room more, made by `room`.
struct Bench {
  explicit Bench(const std::function<void(Registry&)>& room) {
    auto store =
        open_memory_store({.migrations = migrations(), .clock = &clock, .entropy = &system_entropy()});
    auto registry = compose(store->catalog());
    room(*registry);
    auto vault = make_store_vault(store->catalog().id("subject_key"), {}, system_entropy());
    KernelOptions options;
    options.clock = &clock;
    kernel = std::make_unique<Kernel>(std::move(store), std::move(registry), std::move(vault), options);
    Session host(*kernel, Principal{.kind = PrincipalKind::host});
    const auto made = host.call(organisations::create, {.name = "Agence", .admin_email = "a@a.ma"});
    org = made.organisation->id;
    admin_id = made.admin_user_id;
  }
  Session as(const Uuid& user) { return {*kernel, Principal{.org = org, .id = user}}; }
  Session admin() { return as(admin_id); }

  FakeClock clock;
  std::unique_ptr<Kernel> kernel;
  Uuid org, admin_id;
};

}  // namespace

TEST_CASE("a record outside the caller's scope is not saved, however it was found", "[scope]") {
  Bench b([](Registry& registry) {
    registry.operation(reach_out, [](Context& cx, const GetInput& in) {
      const Dossier before = cx.all<Dossier>().get(in.id);
      Dossier after = before;
      after.city = "Fès";
      cx.repo<Dossier>().save(before, after);
      return after;
    });
  });
  auto admin = b.admin();
  auto agent = b.as(admin.call(users::create, {.email = "b@a.ma", .roles = {"AGENT"}}).id);
  const Dossier mine =
      agent.call(dossiers::create, {.contact_name = "A", .phone = "0612345678"}).dossier.value();
  const Dossier theirs =
      admin.call(dossiers::create, {.contact_name = "B", .phone = "0612345679"}).dossier.value();
  CHECK(agent.call(reach_out, {.id = mine.id}).city == "Fès");
  CHECK(code_of([&] { agent.call(reach_out, {.id = theirs.id}); }) == ErrorCode::not_found);
  CHECK_FALSE(admin.call(dossiers::get, {.id = theirs.id}).city);
  CHECK(admin.call(reach_out, {.id = theirs.id}).city == "Fès");
}

TEST_CASE("parts that a bulk call refuses stand in the audit as one number", "[audit]") {
  Bench b([](Registry& registry) {
    registry.operation(in_bulk, [](Context& cx, const Nothing&) {
      cx.refused_in_bulk("quota", 3);
      return Nothing{};
    });
  });
  auto admin = b.admin();
  admin.call(in_bulk);
  const auto entry = admin.call(audit::list, {.limit = 1}).items.at(0);
  CHECK(entry.action == "REFUSED");
  CHECK_FALSE(entry.entity_id);
  for (const char* part : {R"("operation":"tests.in_bulk")", R"("reason":"quota")", R"("count":3)"})
    CHECK(entry.diff.find(part) != std::string::npos);
  CHECK(admin.call(audit::verify, {.records = true}).ok);
}

TEST_CASE("what follows a commit can fail no call, and follows no call that failed", "[batch]") {
  int followed = 0;
  bool refuse = false;
  Bench b([&](Registry& registry) {
    registry.operation(follow_up, [&](Context& cx, const Nothing&) {
      cx.after_commit([] { throw std::runtime_error("no matter"); });
      cx.after_commit([] { throw Error(ErrorCode::storage_conflict, "no reason to run again"); });
      cx.after_commit([&] { ++followed; });
      if (refuse) throw Error(ErrorCode::conflict, "not today");
      return Nothing{};
    });
  });
  auto admin = b.admin();
  admin.call(follow_up);
  CHECK(followed == 1);
  CHECK(b.kernel->metrics().callbacks_failed == 2);
  CHECK(b.kernel->metrics().conflicts_retried == 0);
  admin.begin_batch();
  admin.call(follow_up);
  refuse = true;
  CHECK(code_of([&] { admin.call(follow_up); }) == ErrorCode::conflict);
  CHECK(followed == 1);
  admin.commit_batch();
  CHECK(followed == 2);
  CHECK(b.kernel->metrics().callbacks_failed == 4);
}

TEST_CASE("a room that is registered wrongly is a fault told at once", "[registry]") {
  const auto refused = [](const std::function<void(Registry&)>& room) {
    return code_of([&] { Bench b(room); }) == ErrorCode::internal;
  };
  static constexpr Operation<Nothing, Nothing> misspelt{
      {.name = "tests.misspelt", .permission = "DOSSIER_FLY", .summary = "Asks for what nobody has."}};
  static constexpr Operation<Nothing, Nothing> misspelt_too{{.name = "tests.misspelt_too",
                                                             .permission = "DOSSIER_UPDATE",
                                                             .summary = "Asks for what nobody has.",
                                                             .or_permission = "DOSSIER_FLY"}};
  const auto nothing = [](Context&, const Nothing&) { return Nothing{}; };
  CHECK(refused([&](Registry& r) { r.operation(misspelt, nothing); }));
  CHECK(refused([&](Registry& r) { r.operation(misspelt_too, nothing); }));
  CHECK(
      refused([&](Registry& r) { r.operation(users::me, [](Context&, const Nothing&) { return User{}; }); }));
  CHECK(refused([](Registry& r) { r.scope("unicorn", scope_assigned, {}); }));
  CHECK_FALSE(refused([&](Registry& r) { r.operation(follow_up, nothing); }));
}
