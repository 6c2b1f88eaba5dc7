// What it costs to look for duplicates as dossiers arrive: dossiers.create with the search and without, one
// by one, on a store that holds many already. People have names as common as names are, every twentieth comes
// a second time from elsewhere.
//
//   bench_dedup_store [--size N | --million] [--calls N] [--one-phone N] [--json]
//
// --one-phone: so many more dossiers with one telephone number, and what the next one with it costs.

#include <cmath>

#include "atlas/duplicates.hpp"
#include "atlas/listings.hpp"
#include "bench_common.hpp"

namespace {

using namespace atlas;
using namespace atlas::bench;

/// The rank of a name among `names`, the n-th as frequent as 1/n: by a number that looks random.
std::size_t rank_of(std::uint64_t random, std::size_t names) {
  const double u = static_cast<double>(random % 1'000'003) / 1'000'003;
  return std::min(names - 1, static_cast<std::size_t>(std::exp(u * std::log(static_cast<double>(names)))));
}

std::uint64_t mixed(std::uint64_t n) {
  n = (n ^ n >> 31) * 0x9e3779b97f4a7c15u;
  n = (n ^ n >> 27) * 0xd6e8feb86659fd93u;
  return n ^ n >> 32;
}

/// A word of syllables, the same for the same number.
std::string word(std::uint64_t n) {
  static constexpr const char* syllables[] = {"ba", "dri", "han", "ka", "lou", "mar", "ni",  "ous",
                                              "ra", "sal", "ti",  "va", "yem", "zo",  "gue", "fer"};
  std::string out;
  for (int i = 0; i < 3; ++i, n /= 16) out += syllables[n % 16];
  out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

dossiers::Create person(std::int64_t n, const std::vector<Uuid>& flats) {
  const bool again = n % 20 == 19;
  const auto who = static_cast<std::uint64_t>(again ? n - 10 : n);
  dossiers::Create in;
  in.contact_name = word(rank_of(mixed(who), 2'000) * 7 + 3) + " " +
                    word(rank_of(mixed(who + 77'777'777), 30'000) * 11 + 5);
  static constexpr const char* prefixes[] = {"0661", "0662", "0670", "0612", "0650"};
  char phone[16];
  std::snprintf(phone, sizeof phone, "%s%06u", prefixes[who % 5],
                static_cast<unsigned>(who / 5 * 387'420'489 % 1'000'000));
  in.phone = phone;
  if (who % 3 != 0) in.email = "p" + std::to_string(mixed(who) % 1'000'000'000) + "@example.ma";
  in.listing_id = flats[again ? 1 : 0];
  in.city = who % 2 == 0 ? "Rabat" : "Casablanca";
  return in;
}

struct Run {
  double cpu = 0;
  Latencies wall, processor;
};

/// One call, its times kept.
void create(Session& s, const dossiers::Create& in, Run& run) {
  const double wall = wall_us(), processor = cpu_us();
  s.call(dossiers::create, in);
  run.processor.add(cpu_us() - processor);
  run.wall.add(wall_us() - wall);
}

void tell(Report& report, const std::string& what, Run& run) {
  report.line(what, {{"cpu_us", run.cpu, 1},
                     {"p50_us", run.wall.at(0.5), 1},
                     {"p99_us", run.wall.at(0.99), 1},
                     {"p50_cpu_us", run.processor.at(0.5), 1},
                     {"p99_cpu_us", run.processor.at(0.99), 1},
                     {"p999_cpu_us", run.processor.at(0.999), 1}});
}

void measure(Report& report, std::int64_t size, std::int64_t calls, std::int64_t one_phone) {
  const Folder folder;
  const std::string path = folder.file("store.db");
  const Agency agency = fill({0, false}, path);
  Engine engine(options_of({0, false}, path, Durability::fast));
  Session s = engine.session({.org = agency.org, .user = agency.admin});
  std::vector<Uuid> flats;
  for (const char* title : {"Appartement rue Atlas", "Villa avec jardin"})
    flats.push_back(
        s.call(listings::create,
               {.transaction_type_code = "TX_SALE", .property_type_code = "PROP_APARTMENT", .title = title})
            .id);
  // A large store is filled without the search, which changes nothing of what is measured then.
  const bool filled_with = size <= 200'000;
  s.call(duplicates::configure, {.entity_kind = "dossier", .detects = filled_with});
  const double start = cpu_us();
  for (std::int64_t n = 0; n < size;) {
    s.batch([&](Session& b) {
      for (const std::int64_t end = std::min(size, n + 1'000); n < end; ++n)
        b.call(dossiers::create, person(n, flats));
    });
  }
  const double filling = (cpu_us() - start) / static_cast<double>(size);
  const std::string place = "SQLite, " + std::to_string(size) + ": ";
  report.line(place + "filled in batches of 1,000" + (filled_with ? "" : ", without the search"),
              {{"cpu_us", filling, 1}});
  std::int64_t at = size;
  const auto switched = [&](bool on) {
    s.call(duplicates::configure, {.entity_kind = "dossier", .detects = on});
    for (int i = 0; i < 200; ++i) s.call(dossiers::create, person(at++, flats));
  };
  // Each of the two twice, so that what warms up or cools down is shared.
  Run without, with;
  for (const bool on : {false, true, true, false}) {
    switched(on);
    Run& run = on ? with : without;
    const double before = run.cpu;
    const double s0 = cpu_us();
    for (std::int64_t i = 0; i < calls / 2; ++i) {
      create(s, person(at++, flats), run);
    }
    run.cpu = before + (cpu_us() - s0) / static_cast<double>(calls / 2) / 2;
  }
  tell(report, place + "dossiers.create without the search", without);
  tell(report, place + "dossiers.create with the search", with);
  report.line(place + "ratio", {{"cpu", with.cpu / without.cpu, 2},
                                {"p50", with.wall.at(0.5) / without.wall.at(0.5), 2},
                                {"p50_cpu", with.processor.at(0.5) / without.processor.at(0.5), 2},
                                {"p99_cpu", with.processor.at(0.99) / without.processor.at(0.99), 2}});
  report.line(place + "what the search adds",
              {{"cpu_us", with.cpu - without.cpu, 1},
               {"p50_us", with.wall.at(0.5) - without.wall.at(0.5), 1},
               {"p50_cpu_us", with.processor.at(0.5) - without.processor.at(0.5), 1},
               {"p99_cpu_us", with.processor.at(0.99) - without.processor.at(0.99), 1}});
  if (one_phone <= 0) return;
  s.call(duplicates::configure, {.entity_kind = "dossier", .detects = true});
  const auto same_phone = [&](std::int64_t n) {
    dossiers::Create in = person(at + n, flats);
    in.phone = "+212522000000";
    in.email = "accueil" + std::to_string(n) + "@example.ma";
    return in;
  };
  for (std::int64_t n = 0; n < one_phone;) {
    s.batch([&](Session& b) {
      for (const std::int64_t end = std::min(one_phone, n + 1'000); n < end; ++n)
        b.call(dossiers::create, same_phone(n));
    });
  }
  Run late;
  const double s0 = cpu_us();
  for (std::int64_t i = 0; i < 200; ++i) {
    create(s, same_phone(one_phone + i), late);
  }
  late.cpu = (cpu_us() - s0) / 200;
  tell(report, place + "one more of " + std::to_string(one_phone) + " with one number", late);
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  Report report("dedup_store", arguments.has("--json"));
  report.title("Looking for duplicates as dossiers arrive: processor time per call, and wall times");
  try {
    const std::int64_t size = arguments.has("--million")
                                  ? 1'000'000
                                  : std::max<std::int64_t>(arguments.number("--size", 100'000), 1'000);
    measure(report, size, std::max<std::int64_t>(arguments.number("--calls", 2'000), 100),
            arguments.number("--one-phone", 0));
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
