// What workflows may ask of the consents behind a dossier.

#include <map>

#include "atlas/consent.hpp"
#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/registry.hpp"
#include "recording.hpp"

namespace atlas::consents {
namespace {

constexpr std::size_t consents_at_most = 50;

/// By channel and purpose the state of the consent of the dossier's own telephone and e-mail; one whose time
/// is over is expired, though nobody has noted it yet.
std::string states_of(Context& cx, const Uuid&, const void* record) {
  const auto& dossier = *static_cast<const Dossier*>(record);
  auto all = cx.all<Consent>();
  std::map<std::string, std::map<std::string, std::string>> states;
  for (const auto* address : {&dossier.phone, &dossier.email}) {
    if (!*address) continue;
    for (const Consent& c :
         all.where({.where = Predicate::equals(all.column("address"), Value::text(**address)),
         .key = "by_address",
         .order = {{all.column("channel_code"), false}, {all.column("purpose_code"), false}},
         .limit = consents_at_most})) {
      const bool over = c.state == "granted" && c.expires_at && *c.expires_at <= cx.now();
      states[c.channel_code][c.purpose_code] = over ? "expired" : c.state;
    }
  }
  std::string out;
  JsonWriter w(out);
  w.begin_object();
  for (const auto& [channel, purposes] : states) {
    w.key(channel).begin_object();
    for (const auto& [purpose, state] : purposes) w.key(purpose).string(state);
    w.end_object();
  }
  w.end_object();
  return out;
}

}  // namespace

void register_facts(Registry& registry) { registry.fact("dossier", "consents", states_of); }

}  // namespace atlas::consents
