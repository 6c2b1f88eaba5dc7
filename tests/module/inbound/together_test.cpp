// Calls that wait for the one writer at the same time share a transaction; nobody may notice but by the
// clock.

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>

#include "atlas/kv_store.hpp"
#include "atlas/testing/faults.hpp"
#include "inbound_world.hpp"

using namespace atlas;
using namespace atlas::testing;

namespace {

using Work = std::vector<std::function<void()>>;

/// Starts all while somebody else has the writer, and lets go once each is about to call.
void at_once(Session blocker, const Work& work) {
  blocker.begin_batch();
  std::atomic<std::size_t> about{0};
  std::vector<std::thread> threads;
  for (const auto& one : work)
    threads.emplace_back([&] {
      ++about;
      one();
    });
  while (about < work.size()) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(3));  // so that most have come to the gate
  blocker.rollback_batch();
  for (std::thread& t : threads) t.join();
}

std::int64_t joined(const Engine& engine) {
  std::int64_t count = 0;
  for (const auto& c : engine.metrics().counters)
    if (c.name == "writes_joined") count += c.count;
  return count;
}

/// Whether a call finds the writer taken is up to the machine: again until one has.
void until_joined(World& w, const std::function<void(int)>& round) {
  for (int i = 0; i < 200; ++i) {
    round(i);
    if (w.backend == "postgres" || joined(w.engine) > 0) return;
  }
  FAIL("of 200 times eight callers no two shared a transaction");
}

std::string number(int n) { return "+2126612" + std::to_string(10'000 + n); }

/// Opens in memory, and meets `code` at as many commits as `failing` says.
World failing_at_commit(std::atomic<int>& failing, ErrorCode code, bool after) {
  return World("memory", [&failing, code, after](Options& o) {
    o.make_store = [&failing, code, after](const StoreOpening& opening) {
      return std::make_unique<FaultInjectingStore>(
          open_memory_store(opening), [&failing, code, after](const FaultPoint& p) {
            if (p.after != after || p.call != "commit" || failing == 0) return;
            --failing;
            throw Error(code, "A fault that the test asked for.");
          });
    };
  });
}

}  // namespace

TEST_CASE("Deliveries at the same time are taken once each, and each is answered for itself",
          "[inbound][threads]") {
  const std::string backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  InboundWorld w(backend);
  until_joined(w, [&](int round) {
    std::vector<inbound::Response> answers(8);
    std::atomic<int> failed{0};
    Work work;
    for (std::size_t n = 0; n < answers.size(); ++n)
      work.emplace_back([&, n] {
        // The last two bring the same message, the first is to a number that is not ours.
        const int who = round * 10 + static_cast<int>(std::min<std::size_t>(n, 6));
        Form form = twilio_message("SM" + std::to_string(who), number(who), "Bonjour");
        if (n == 0) form["To"] = "whatsapp:+212522999999";
        try {
          answers[n] = w.from_twilio(w.twilio, form);
        } catch (const Error&) {
          ++failed;
        }
      });
    at_once(w.other(), work);
    CHECK(failed == 0);
    CHECK(answers[0].rejected.size() == 1);
    CHECK(answers[0].messages == 0);
    std::int64_t messages = 0, duplicates = 0;
    for (const auto& a : answers) {
      CHECK(a.status == 200);
      messages += a.messages;
      duplicates += a.duplicates;
    }
    CHECK(messages == 6);
    CHECK(duplicates == 1);
    for (int n = 1; n <= 6; ++n) {
      CHECK(w.thread(number(round * 10 + n)).size() == 1);
      CHECK(w.dossiers_of(number(round * 10 + n)).size() == 1);
    }
    CHECK(w.dossiers_of(number(round * 10)).empty());
  });
  CHECK(w.admin().call(audit::verify, {.records = true}).findings.empty());
}

TEST_CASE("In a transaction of several each caller may what it may, fails alone and is told of its own",
          "[threads][idempotency]") {
  const std::string backend = GENERATE(from_range(backends()));
  CAPTURE(backend);
  World w(backend);
  std::mutex mutex;
  std::map<Uuid, std::set<std::thread::id>> told;
  const auto subscription = w.engine.subscribe("dossier.created", [&](const Event& e) {
    const std::lock_guard lock(mutex);
    told[*e.entity_id].insert(std::this_thread::get_id());
  });
  until_joined(w, [&](int round) {
    struct Made {
      std::optional<Uuid> id;
      std::thread::id on;
    };
    std::vector<Made> made(6);
    ErrorCode unknown = ErrorCode::ok, forbidden = ErrorCode::ok, taken = ErrorCode::ok;
    const std::string reference = std::to_string(round);
    w.admin().call(dossiers::create, {.contact_name = "P",
                                      .phone = number(round * 10 + 8),
                                      .external_refs = {{.source = "crm", .id = reference}}});
    const auto create = [&](std::size_t n, const std::string& role) {
      Session s = role.empty() ? w.admin() : w.as(role);
      // Two with one key: the second gets the first's answer.
      std::optional<std::string> key;
      if (n >= 4) key = "key-" + std::to_string(round);
      const int who = round * 10 + static_cast<int>(std::min<std::size_t>(n, 4));
      const auto created = s.call(dossiers::create, {.contact_name = "P", .phone = number(who)}, key);
      made[n] = {created.dossier->id, std::this_thread::get_id()};
    };
    Work work;
    for (std::size_t n = 0; n < made.size(); ++n)
      work.emplace_back([&, n] { create(n, n == 1 || n == 2 ? "AGENT" : ""); });
    work.emplace_back([&] {
      unknown = code_of([&] {
        w.admin().call(activities::add_note, {.id = w.one.org, .body = "on a dossier that is none"});
      });
    });
    work.emplace_back([&] {
      forbidden = code_of(
          [&] { w.as("AGENT").call(users::create, {.email = "x@example.ma", .roles = {"ADMIN_ORG"}}); });
    });
    // Refused after its row was written.
    work.emplace_back([&] {
      taken = code_of([&] {
        w.admin().call(dossiers::create, {.contact_name = "P",
                                          .phone = number(round * 10 + 9),
                                          .external_refs = {{.source = "crm", .id = reference}}});
      });
    });
    at_once(w.other(), work);
    CHECK(taken == ErrorCode::conflict);
    const std::string its = R"({"phone":")" + number(round * 10 + 9) + "\"}";
    CHECK(w.admin().call(dossiers::list, {.where = its}).items.empty());
    CHECK(unknown == ErrorCode::not_found);
    CHECK(forbidden == ErrorCode::forbidden);
    for (const Made& m : made) REQUIRE(m.id);
    CHECK(made[4].id == made[5].id);
    for (std::size_t n = 0; n < made.size(); ++n) {
      INFO("caller " << n);
      const auto e =
          w.admin().call(audit::list, {.entity_id = made[n].id, .actions = {"dossier.created"}}).items.at(0);
      CHECK(e.actor_id == format_uuid(n == 1 || n == 2 ? w.one.users.at("AGENT") : w.one.admin));
      const std::lock_guard lock(mutex);
      CHECK(told[*made[n].id].size() == 1);
      if (n < 4) CHECK(told[*made[n].id].contains(made[n].on));
    }
  });
  w.engine.unsubscribe(subscription);
  CHECK(w.admin().call(audit::verify, {.records = true}).findings.empty());
}

TEST_CASE("When the commit of several fails each is tried by itself", "[threads][faults]") {
  std::atomic<int> failing{0};
  World w = failing_at_commit(failing, ErrorCode::storage_full, false);
  bool carried = false;
  std::int64_t there = 0;
  for (int round = 0; round < 200 && !carried; ++round) {
    std::atomic<int> done{0}, full{0};
    Work work;
    for (int n = 0; n < 8; ++n)
      work.emplace_back([&, n] {
        const ErrorCode code = code_of([&] {
          w.admin().call(dossiers::create, {.contact_name = "P", .phone = number(round * 10 + n)});
        });
        code == ErrorCode::ok ? ++done : ++full;
      });
    failing = 1;
    at_once(w.other(), work);
    CHECK(failing == 0);
    CHECK(done + full == 8);
    // Alone it is whoever committed that is told; those who shared are all done in the end.
    CHECK(full <= 1);
    there += done;
    CHECK(w.admin().call(dossiers::count, {}).count == there);
    carried = full == 0;
  }
  CHECK(carried);
  CHECK(w.admin().call(audit::verify, {.records = true}).findings.empty());
}

TEST_CASE("When nobody knows how the commit of several ended all are told, and nothing is done twice",
          "[threads][faults]") {
  std::atomic<int> failing{0};
  World w = failing_at_commit(failing, ErrorCode::storage_io, true);
  bool shared = false;
  for (int round = 0; round < 200 && !shared; ++round) {
    std::atomic<int> told{0};
    Work work;
    for (int n = 0; n < 8; ++n)
      work.emplace_back([&, n] {
        const ErrorCode code = code_of([&] {
          w.admin().call(dossiers::create, {.contact_name = "P", .phone = number(round * 10 + n)});
        });
        if (code == ErrorCode::storage_io) ++told;
      });
    failing = 1;
    at_once(w.other(), work);
    CHECK(failing == 0);
    CHECK(told >= 1);
    shared = told > 1;
    // The commit held; whoever was told so is there once, like the others.
    CHECK(w.admin().call(dossiers::count, {}).count == 8 * (round + 1));
  }
  CHECK(shared);
  CHECK(w.admin().call(audit::verify, {.records = true}).findings.empty());
}
