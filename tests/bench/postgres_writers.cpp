// How writers on PostgreSQL get along: one alone, eight of one organisation, eight of eight organisations. A
// transaction is that of a typical write: three rows, then the head row of its organisation's chain, locked
// last. Started by tests/postgres/with_server.sh. Argument: seconds for each line (3).

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "../postgres/postgres_place.hpp"

namespace {

using namespace atlas;
using atlas::testing::PostgresPlace;
using Steady = std::chrono::steady_clock;

constexpr Migration migrations[] = {{1, "first", R"(
table dossier full_text
  id blob
  status text
  name text
  phone text
  changed integer
  primary id
  key by_changed changed
  key by_phone phone
table activity
  id blob
  dossier_id blob
  kind text
  at integer
  primary id
  key by_dossier dossier_id at
table audit
  seq integer
  entry blob
  primary seq
table head
  name text
  seq integer
  hash blob
  primary name
)"}};
constexpr TableId dossier = 1, activity = 2, audit = 3, head = 4;

Uuid organisation(unsigned n) {
  Uuid id;
  id.bytes[15] = static_cast<std::uint8_t>(n + 1);
  return id;
}

void write_once(Store& store, UuidGenerator& ids, const Uuid& org, Durability durability) {
  const Uuid id = ids.next(), other = ids.next();
  const std::int64_t now = system_clock().now().micros;
  const std::string phone = "+3361" + std::to_string(now % 10'000'000);
  const auto tx = store.write(durability);
  tx->enter(org);
  tx->insert(dossier,
             std::vector<Value>{Value::id(id), Value::text("CRM_NEW"), Value::text("Somebody of that name"),
                                Value::text(phone), Value::integer(now)});
  tx->insert(activity, std::vector<Value>{Value::id(other), Value::id(id), Value::text("CREATED"),
                                          Value::integer(now)});
  tx->index_text(dossier, std::vector<Value>{Value::id(id)}, "somebody of that name");
  const Value name = Value::text("chain");
  std::int64_t seq = 0;
  tx->get(
      head, std::span(&name, 1), [&](RowView row) { seq = row[1].as_integer(); }, RowLock::update);
  const std::string entry(300, 'e'), hash(32, 'h');
  tx->insert(audit, std::vector<Value>{Value::integer(seq + 1), Value::blob(entry)});
  const unsigned columns[] = {1, 2};
  tx->update(head, std::span(&name, 1), columns,
             std::vector<Value>{Value::integer(seq + 1), Value::blob(hash)});
  tx->commit();
}

double rate(Store& store, unsigned writers, unsigned organisations, Durability durability, double seconds) {
  std::atomic<std::uint64_t> done{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < writers; ++i) {
    threads.emplace_back([&, i] {
      UuidGenerator ids(system_clock(), system_entropy());
      while (!stop) {
        write_once(store, ids, organisation(i % organisations), durability);
        ++done;
      }
    });
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(300));  // connections made, statements prepared
  const std::uint64_t before = done;
  const auto start = Steady::now();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  const std::uint64_t after = done;
  const double elapsed = std::chrono::duration<double>(Steady::now() - start).count();
  stop = true;
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(after - before) / elapsed;
}

}  // namespace

int main(int argc, char** argv) {
  if (atlas::testing::postgres_connection().empty()) {
    std::puts("SKIPPED: ATLAS_TEST_POSTGRES names no server; tests/postgres/with_server.sh starts one.");
    return 77;
  }
  const double seconds = argc > 1 ? std::max(0.1, std::atof(argv[1])) : 3;
  try {
    PostgresPlace place(16);
    StoreOpening opening;
    opening.migrations = migrations;
    const auto store = place.open(opening);
    PostgresOptions early = place.options();
    early.early_release = true;
    const auto releasing_early = open_postgres(early, opening);
    for (unsigned i = 0; i < 8; ++i) {
      const auto tx = store->write(Durability::durable);
      tx->enter(organisation(i));
      tx->insert(head, std::vector<Value>{Value::text("chain"), Value::integer(0), Value::blob("")});
      tx->commit();
    }
    std::printf("%-16s %-34s %12s %8s\n", "durability", "writers", "commits/s", "ratio");
    struct Way {
      const char* name;
      Store* store;
      Durability durability;
    };
    for (const Way& way : {Way{"durable", store.get(), Durability::durable},
                           Way{"durable, early", releasing_early.get(), Durability::durable},
                           Way{"fast", store.get(), Durability::fast}}) {
      const double one = rate(*way.store, 1, 1, way.durability, seconds);
      std::printf("%-16s %-34s %12.0f %8s\n", way.name, "one", one, "1.00");
      for (const unsigned organisations : {1U, 8U}) {
        const double many = rate(*way.store, 8, organisations, way.durability, seconds);
        std::printf("%-16s %-34s %12.0f %8.2f\n", way.name,
                    organisations == 1 ? "eight of one organisation" : "eight of eight organisations", many,
                    many / one);
      }
    }
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
