// What a question to the ledger costs, and one to the policy of sending: alone in its own transaction, and as
// one of many in a batch, which is how a worker asks.
//
//   bench_consent [--size N] [--calls N] [--plain | --encrypted] [--json]

#include "atlas/consent.hpp"
#include "atlas/parties.hpp"
#include "atlas/sending.hpp"
#include "bench_common.hpp"

namespace {

using namespace atlas;
using namespace atlas::bench;

constexpr std::int64_t objections = 50, at_once = 200;

/// Every lead agrees to be written to; some later withdrew; some people object.
void fill_ledger(Session& s, std::int64_t size) {
  for (std::int64_t n = 0; n < size;) {
    s.batch([&](Session& b) {
      for (const std::int64_t end = std::min(size, n + 1'000); n < end; ++n) {
        const std::string address = *lead(n).phone;
        b.call(consents::grant, {.channel_code = "CHAN_SMS",
                                 .address = address,
                                 .purpose_code = "CONSENT_CONTACT",
                                 .source_code = "CONSENT_SRC_FORM",
                                 .wording = "J'accepte d'être contacté",
                                 .wording_version = "2026-10",
                                 .language = "fr",
                                 .evidence = ConsentEvidence{"web_form", "https://agence.example/contact",
                                                             std::string(64, 'e')}});
        if (n % 10 == 9) b.call(consents::withdraw, {.channel_code = "CHAN_SMS", .address = address});
      }
    });
  }
  for (std::int64_t n = 0; n < objections; ++n) {
    const auto party = s.call(
        parties::create,
        {.role_code = "OTHER", .family_name = "A", .phones = {"+2126999000" + std::to_string(10 + n)}});
    s.call(consents::object, {.party_id = party.id});
  }
}

/// `ask(session, address)`: alone, then in batches.
template <class Ask>
void measure(Report& report, Session& s, const std::string& what, std::int64_t size, std::int64_t calls,
             Ask&& ask) {
  std::vector<std::string> addresses;
  for (std::int64_t i = 0; i < 1'000; ++i) addresses.push_back(*lead(i * 7'919 % size).phone);
  const auto some = [&](std::int64_t i) -> const std::string& {
    return addresses[static_cast<std::size_t>(i) % addresses.size()];
  };
  for (std::int64_t i = 0; i < calls / 10 + 1; ++i) ask(s, some(i));
  Latencies wall;
  double start = cpu_us();
  for (std::int64_t i = 0; i < calls; ++i) {
    const double before = wall_us();
    ask(s, some(i));
    wall.add(wall_us() - before);
  }
  const double alone = (cpu_us() - start) / static_cast<double>(calls);
  start = cpu_us();
  for (std::int64_t i = 0; i < calls; i += at_once) {
    s.batch([&](Session& b) {
      for (std::int64_t k = 0; k < at_once; ++k) ask(b, some(i + k));
    });
  }
  const double in_batch = (cpu_us() - start) / static_cast<double>((calls + at_once - 1) / at_once * at_once);
  report.line(what, {{"cpu_us", alone, 1},
                     {"in_batch_us", in_batch, 1},
                     {"p50_us", wall.at(0.5), 1},
                     {"p99_us", wall.at(0.99), 1}});
}

void measure_store(Report& report, const StoreSpec& spec, std::int64_t calls) {
  const Folder folder;
  const std::string path = folder.file("store.db");
  const Agency agency = fill(spec, path);
  Engine engine(options_of(spec, path, Durability::fast));
  Session s = engine.session({.org = agency.org, .user = agency.admin});
  fill_ledger(s, spec.size);
  const std::string place =
      std::string(spec.encrypted ? "SQLCipher, " : "SQLite, ") + std::to_string(spec.size) + ": ";
  measure(report, s, place + "consents.check", spec.size, calls,
          [](Session& session, const std::string& address) {
            session.call(consents::check,
                         {.channel_code = "CHAN_SMS", .address = address, .purpose_code = "CONSENT_CONTACT"});
          });
  measure(report, s, place + "sending.check", spec.size, calls,
          [](Session& session, const std::string& address) {
            session.call(sending::check,
                         {.channel_code = "CHAN_SMS", .address = address, .purpose_code = "CONSENT_CONTACT"});
          });
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  Report report("consent", arguments.has("--json"));
  report.title("Questions to the ledger and to the policy: processor time per question, and wall times");
  try {
    for (const bool encrypted : {false, true}) {
      if (arguments.has(encrypted ? "--plain" : "--encrypted")) continue;
      measure_store(report, {std::max<std::int64_t>(arguments.number("--size", 10'000), 1'000), encrypted},
                    arguments.number("--calls", 10'000));
    }
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
