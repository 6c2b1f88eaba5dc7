// Webhooks end to end: the endpoint found, the signature checked, the delivery read, the person and dossier
// found, the message recorded with audit and timeline, the window opened, committed.
//
//   bench_inbound [--size N] [--calls N] [--memory | --file | --durable] [--known] [--threads N] [--json]
//
// Callers at the same time (1, 4 and 16, or as many as are given) share the commits of a store with one
// writer.

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include "atlas/channels.hpp"
#include "atlas/crypto.hpp"
#include "atlas/inbound_desk.hpp"
#include "atlas/parties.hpp"
#include "bench_common.hpp"

namespace {

using namespace atlas;
using namespace atlas::bench;

constexpr const char* secret = "a secret";
constexpr const char* number = "106540352242922";

/// The telephone of the n-th person that writes.
std::string person(std::int64_t n) { return "2126" + std::to_string(10'000'000 + n); }

std::string envelope(const std::string& inner) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":{)"
         R"("messaging_product":"whatsapp","metadata":{"display_phone_number":"212522001122",)"
         R"("phone_number_id":")" +
         std::string(number) + R"("},)" + inner + R"(},"field":"messages"}]}]})";
}

std::string message(std::int64_t id, std::int64_t who, std::int64_t seconds) {
  return R"({"from":")" + person(who) + R"(","id":"wamid.)" + std::to_string(id) + R"(","timestamp":")" +
         std::to_string(seconds) + R"(","type":"text","text":{"body":"Bonjour, est-il encore libre ?"}})";
}

std::string delivery(std::int64_t id, std::int64_t who, std::int64_t seconds) {
  return envelope(R"("contacts":[{"profile":{"name":"Amina"},"wa_id":")" + person(who) +
                  R"("}],"messages":[)" + message(id, who, seconds) + "]");
}

struct Place {
  explicit Place(Options options, std::int64_t size) : engine(std::move(options)) {
    const auto created = engine.host_session().call(
        organisations::create,
        {.name = "Agence", .default_country = "MA", .admin_email = "admin@example.ma"});
    Session s = engine.session({.org = created.organisation->id, .user = created.admin_user_id});
    account =
        s.call(channels::create, {.channel_code = "CHAN_WHATSAPP", .provider = "META", .sender = number});
    s.call(channels::set_secret,
           {.id = account.id, .version = account.version, .slot = "signing", .value = secret});
    // People with a dossier each, who are parties as well.
    for (std::int64_t n = 0; n < size;) {
      s.batch([&](Session& b) {
        for (const std::int64_t end = std::min(size, n + 1'000); n < end; ++n) {
          const auto d = b.call(dossiers::create, {.contact_name = "P", .phone = "+" + person(n)});
          b.call(dossiers::add_party,
                 {.id = d.dossier->id,
                  .party = {.role_code = "BUYER", .family_name = "P", .phones = {"+" + person(n)}}});
        }
      });
    }
  }

  inbound::Response post(const std::string& body) {
    const Hash mac = hmac_sha256(secret, body);
    const std::string signature = "sha256=" + hex(as_view(mac));
    WebhookRequest r{account.endpoint, "POST", "/hooks/e", {{"X-Hub-Signature-256", signature}}, body};
    return engine.inbound(r);
  }

  /// Calls that were taken along in another's transaction.
  double joined() const {
    std::int64_t count = 0;
    for (const Counter& c : engine.metrics().counters)
      if (c.name == "writes_joined") count += c.count;
    return static_cast<double>(count);
  }

  Engine engine;
  ChannelAccount account;
};

template <class Body>
void measure(Report& report, Place& place, const std::string& what, std::int64_t calls, std::int64_t callers,
             Body&& body) {
  Latencies wall;
  std::mutex mutex;
  std::exception_ptr failure;
  std::atomic<std::int64_t> next{0};
  const double cpu = cpu_us(), start = wall_us(), joined = place.joined();
  const auto caller = [&] {
    Latencies mine;
    try {
      for (std::int64_t i = next++; i < calls; i = next++) {
        const double before = wall_us();
        const auto answer = place.post(body(i));
        if (answer.status != 200 || !answer.rejected.empty())
          throw Error(ErrorCode::internal, "a delivery was not taken");
        mine.add(wall_us() - before);
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex);
    wall.add(mine);
  };
  if (callers == 1) {
    caller();
  } else {
    std::vector<std::thread> all;
    for (std::int64_t n = 0; n < callers; ++n) all.emplace_back(caller);
    for (std::thread& one : all) one.join();
  }
  if (failure) std::rethrow_exception(failure);
  const double all = wall_us() - start;
  report.line(what, {{"per_s", static_cast<double>(calls) * 1e6 / all, 0},
                     {"cpu_us", (cpu_us() - cpu) / static_cast<double>(calls), 1},
                     {"p50_us", wall.at(0.5), 1},
                     {"p99_us", wall.at(0.99), 1},
                     {"joined", (place.joined() - joined) / static_cast<double>(calls), 2}});
}

struct Extent {
  std::int64_t size, calls, threads;
  bool known_only;
};

void measure_place(Report& report, Options options, const std::string& name, const Extent& extent) {
  Place place(std::move(options), extent.size);
  const std::int64_t now = system_clock().now().micros / micros_per_second;
  const std::string label = name + ", " + std::to_string(extent.size) + " people: ";
  std::int64_t taken = 0;
  std::vector<std::int64_t> callers{1, 4, 16};
  if (extent.threads > 0) callers = {extent.threads};
  for (const std::int64_t n : callers) {
    const std::string by = n == 1 ? "" : ", " + std::to_string(n) + " callers";
    measure(report, place, label + "message of somebody known" + by, extent.calls, n,
            [&](std::int64_t i) { return delivery(taken + i + 1, i % extent.size, now); });
    taken += extent.calls;
  }
  if (extent.known_only) return;
  measure(report, place, label + "the same delivery again", extent.calls, 1,
          [&](std::int64_t i) { return delivery(i + 1, i % extent.size, now); });
  measure(report, place, label + "report about nothing of ours", extent.calls, 1, [&](std::int64_t i) {
    return envelope(R"("statuses":[{"id":"wamid.x)" + std::to_string(i) +
                    R"(","status":"delivered","timestamp":")" + std::to_string(now) +
                    R"(","recipient_id":"212600000000"}])");
  });
  measure(report, place, label + "message of somebody unknown", extent.calls / 10 + 1, 1,
          [&](std::int64_t i) { return delivery(taken + i + 1, extent.size + 1'000'000 + i, now); });
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  Report report("inbound", arguments.has("--json"));
  report.title("Webhooks from the raw body to the commit");
  const bool any = arguments.has("--memory") || arguments.has("--file") || arguments.has("--durable");
  const Extent extent{std::max<std::int64_t>(arguments.number("--size", 1'000), 1),
                      arguments.number("--calls", 5'000), arguments.number("--threads", 0),
                      arguments.has("--known")};
  try {
    if (!any || arguments.has("--memory")) measure_place(report, {.store = ":memory:"}, "memory", extent);
    const Folder folder;
    if (!any || arguments.has("--file"))
      measure_place(report, {.store = folder.file("fast.db"), .durability = Durability::fast}, "SQLite, fast",
                    extent);
    if (!any || arguments.has("--durable"))
      measure_place(report, {.store = folder.file("durable.db")}, "SQLite, durable", extent);
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
