// The outbox: messages accepted and drained a second on SQLite with durable starts, and the same beside the
// pending messages of other organisations and a million that are done.

#include "atlas/channels.hpp"
#include "atlas/consent.hpp"
#include "atlas/context.hpp"
#include "atlas/message_moves.hpp"
#include "atlas/messages.hpp"
#include "atlas/outbox.hpp"
#include "atlas/outbox_records.hpp"
#include "atlas/transport.hpp"
#include "bench_common.hpp"
#include "binding.hpp"
#include "kernel_impl.hpp"
#include "unit_of_work.hpp"
#include "worker_bench.hpp"

namespace atlas::bench {
namespace {

/// Takes everything at once, as a provider without a network would.
class Instant final : public Transport {
 public:
  Outcome send(const Envelope&, Sending& sending) override {
    if (!sending.begin()) return Outcome::not_taken("deadline");
    return Outcome::accepted("m" + std::to_string(++sent));
  }
  bool marks_begin() const noexcept override { return true; }
  std::atomic<std::int64_t> sent{0};
};

struct Office {
  Uuid org, admin, account, dossier;
};

std::string phone(std::int64_t n) {
  char text[32];
  std::snprintf(text, sizeof text, "+2126%08lld", static_cast<long long>(n));
  return text;
}

Office open_office(Engine& engine, const std::string& name) {
  const auto created = engine.host_session().call(
      organisations::create, {.name = name, .default_country = "MA", .admin_email = name + "@example.ma"});
  Office o{created.organisation->id, created.admin_user_id, {}, {}};
  Session s = engine.session({.org = o.org, .user = o.admin});
  channels::Create in;
  in.channel_code = "CHAN_SMS";
  in.provider = "MEMORY";
  in.sender = "+212500000000";
  o.account = s.call(channels::create, in).id;
  o.dossier = s.call(dossiers::create, {.contact_name = "Contact", .phone = phone(0)}).dossier->id;
  return o;
}

void give_consents(Engine& engine, const Office& o, std::int64_t count) {
  Session s = engine.session({.org = o.org, .user = o.admin});
  for (std::int64_t n = 0; n < count;) {
    s.batch([&](Session& b) {
      for (const std::int64_t end = std::min(count, n + 500); n < end; ++n) {
        b.call(consents::grant,
               {.channel_code = "CHAN_SMS",
                .address = phone(n),
                .purpose_code = "CONSENT_CONTACT",
                .source_code = "CONSENT_SRC_FORM",
                .wording = "J'accepte d'être contacté",
                .wording_version = "1",
                .language = "fr",
                .evidence = ConsentEvidence{"web_form", "https://agence.example/1", std::string(64, 'e')}});
      }
    });
  }
}

messages::Send to(const Office& o, std::int64_t n) {
  messages::Send in;
  in.dossier_id = o.dossier;
  in.channel_code = "CHAN_SMS";
  in.address = phone(n);
  in.purpose_code = "CONSENT_CONTACT";
  in.body = "Votre visite est confirmée pour demain à 10 h.";
  return in;
}

struct Rates {
  double accepted = 0, accepted_in_batches = 0, drained = 0, drained_cpu = 0;
};

Rates measure(Engine& engine, const Office& o, std::int64_t count, Instant& provider) {
  Session s = engine.session({.org = o.org, .user = o.admin});
  Rates r;
  const std::int64_t alone = count / 5;
  double begin = wall_us();
  for (std::int64_t n = 0; n < alone; ++n) s.call(messages::send, to(o, n));
  r.accepted = static_cast<double>(alone) * 1e6 / (wall_us() - begin);
  begin = wall_us();
  for (std::int64_t n = alone; n < count;) {
    s.batch([&](Session& b) {
      for (const std::int64_t end = std::min(count, n + 500); n < end; ++n) b.call(messages::send, to(o, n));
    });
  }
  r.accepted_in_batches = static_cast<double>(count - alone) * 1e6 / (wall_us() - begin);
  const std::int64_t before = provider.sent;
  begin = wall_us();
  const double cpu = cpu_us();
  // One organisation's work alone: others have nothing that is due.
  while (engine.pump(100).done > 0 && provider.sent - before < count) {
  }
  r.drained = static_cast<double>(provider.sent - before) * 1e6 / (wall_us() - begin);
  r.drained_cpu = static_cast<double>(provider.sent - before) * 1e6 / (cpu_us() - cpu);
  if (provider.sent - before != count)
    std::printf("only %lld left\n", static_cast<long long>(provider.sent - before));
  return r;
}

/// Rows as the outbox leaves them, without the audit: the size of the tables is what is asked about.
void fill_rows(Engine& engine, const Office& o, std::int64_t count, bool done) {
  Kernel::Impl& kernel = engine.kernel().impl();
  for (std::int64_t n = 0; n < count;) {
    Bench(kernel, o.org).transact(Durability::fast, [&](Context& cx) {
      const EntityInfo& info = cx.registry_entity(schema_of<Message>());
      for (const std::int64_t end = std::min(count, n + 10'000); n < end; ++n) {
        Message m;
        m.id = cx.new_id();
        m.org_id = o.org;
        m.version = 1;
        m.created_at = m.updated_at = m.occurred_at = cx.now();
        m.dossier_id = o.dossier;
        m.entry = "SENT";
        m.direction = "OUTBOUND";
        m.channel_code = "CHAN_SMS";
        m.address = phone(n);
        m.body = "Votre visite est confirmée pour demain à 10 h.";
        m.status_code = done ? "DELIVERED" : "QUEUED";
        m.account_id = o.account;
        if (done) m.provider_message_id = "old" + format_uuid(m.id);
        BoundRow row;
        to_row(info, &m, *kernel.normalisers.front(), row);
        cx.unit().write().insert(info.table, row.values);
        OutboundMessage place;
        place.id = m.id;
        place.status_code = *m.status_code;
        place.next_at = cx.now() + (done ? messages::place_retention : micros_per_day);
        place.ready = done ? done_place : 2;
        place.lane = "lane" + std::to_string(n);
        cx.all<OutboundMessage>().insert(place);
      }
    });
  }
}

int run(std::int64_t count, std::int64_t done, std::int64_t pending) {
  const Folder folder;
  const auto provider = std::make_shared<Instant>();
  auto transports = std::make_shared<Transports>();
  transports->add("MEMORY", "", provider);
  const auto open = [&](const std::string& name) {
    Options o = options_of({}, folder.file(name), Durability::durable);
    o.transports = transports;
    return Engine(std::move(o));
  };
  const auto say = [](const char* what, const Rates& r) {
    std::printf("%-10s accepted/s %8.0f   in batches %8.0f   drained/s %8.0f   (by processor time %8.0f)\n",
                what, r.accepted, r.accepted_in_batches, r.drained, r.drained_cpu);
  };
  Rates fresh;
  {
    Engine engine = open("fresh.db");
    const Office office = open_office(engine, "fresh");
    give_consents(engine, office, count);
    fresh = measure(engine, office, count, *provider);
    say("fresh", fresh);
  }
  Engine engine = open("full.db");
  const Office office = open_office(engine, "full");
  give_consents(engine, office, count);
  fill_rows(engine, office, done, true);
  for (int i = 0; i < 10; ++i)
    fill_rows(engine, open_office(engine, "other" + std::to_string(i)), pending / 10, false);
  std::printf("beside %lld done and %lld pending of others: %lld MB\n", static_cast<long long>(done),
              static_cast<long long>(pending),
              static_cast<long long>(std::filesystem::file_size(folder.file("full.db")) >> 20));
  const Rates full = measure(engine, office, count, *provider);
  say("full", full);
  std::printf("full/fresh drained: %.2f (by processor time %.2f)\n", full.drained / fresh.drained,
              full.drained_cpu / fresh.drained_cpu);
  return 0;
}

}  // namespace
}  // namespace atlas::bench

int main(int argc, char** argv) {
  const auto argument = [&](int i, std::int64_t otherwise) {
    return argc > i ? std::strtoll(argv[i], nullptr, 10) : otherwise;
  };
  return atlas::bench::run(argument(1, 10'000), argument(2, 1'000'000), argument(3, 100'000));
}
