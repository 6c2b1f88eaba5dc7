#pragma once
// An agency whose library has one room more, in which a test does what no operation does.

#include "atlas/context.hpp"
#include "atlas/duplicates.hpp"
#include "atlas/kernel.hpp"
#include "atlas/kv_store.hpp"
#include "atlas/subject_keys.hpp"
#include "composition.hpp"
#include "world.hpp"

namespace atlas::testing {

inline constexpr Operation<Nothing, Nothing> run_work{{.name = "tests.run",
                                                       .permission = "",
                                                       .effect = Effect::writes,
                                                       .summary = "Does what the test wants."}};

/// An agency whose library has one room more, which does what it is told.
struct Room {
  Room() {
    auto store =
        open_memory_store({.migrations = migrations(), .clock = &clock, .entropy = &system_entropy()});
    auto made = compose(store->catalog());
    registry = made.get();
    made->operation(run_work, [this](Context& cx, const Nothing&) {
      work(cx);
      return Nothing{};
    });
    auto vault = make_store_vault(store->catalog().id("subject_key"), {}, system_entropy());
    KernelOptions options;
    options.clock = &clock;
    kernel = std::make_unique<Kernel>(std::move(store), std::move(made), std::move(vault), options);
    Session host(*kernel, Principal{.kind = PrincipalKind::host});
    const auto agency = host.call(organisations::create, {.name = "Agence", .admin_email = "a@a.ma"});
    session.emplace(*kernel, Principal{.org = agency.organisation->id, .id = agency.admin_user_id});
  }
  void in_a_room(std::function<void(Context&)> what) {
    work = std::move(what);
    session->call(run_work);
  }

  FakeClock clock;
  Registry* registry = nullptr;
  std::function<void(Context&)> work;
  std::unique_ptr<Kernel> kernel;
  std::optional<Session> session;
};

}  // namespace atlas::testing
