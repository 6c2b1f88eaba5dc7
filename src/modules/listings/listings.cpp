#include "atlas/listings.hpp"

#include <algorithm>

#include "atlas/context.hpp"
#include "atlas/registry.hpp"

namespace atlas::listings {
namespace {

/// Mine: I made it, or my party owns it.
void register_scopes(Registry& registry, const EntityInfo& info) {
  const unsigned maker = info.column("created_by")->first;
  const unsigned owner = info.column("owner_party_id")->first;
  registry.scope("listing", scope_own, [=](const Principal& p, const Access& a) {
    Predicate made = Predicate::equals(maker, Value::id(p.user()));
    if (!a.party_id) return made;
    return Predicate::any_of({std::move(made), Predicate::equals(owner, Value::id(*a.party_id))});
  });
  // What hangs on a listing is seen as far as the listing is, whoever tells how far that is.
  for (const char* part : {"listing_media", "price_change"}) {
    const unsigned listing = registry.entity(part).column("listing_id")->first;
    for (const Scope bit : {scope_own, scope_moderation}) {
      registry.scope(part, bit, [&registry, listing, bit](const Principal& p, const Access& a) {
        const EntityInfo& whole = registry.entity("listing");
        const auto rule = whole.scopes.find(bit);
        if (rule == whole.scopes.end()) return Predicate{.kind = Predicate::Kind::never};
        Predicate part_of{.kind = Predicate::Kind::exists, .table = whole.table, .on = {{listing, 0}}};
        part_of.children.push_back(rule->second(p, a));
        return part_of;
      });
    }
  }
}

}  // namespace

bool is_public(const Listing& l) {
  return l.status_code == "ANN_PUBLISHED" && !l.archived_at &&
         std::find(l.visibility.begin(), l.visibility.end(), "PUB_PUBLIC_WEB") != l.visibility.end();
}

void register_listings(Registry& registry) {
  const EntityInfo& info = registry.entity<Listing>();
  registry.entity<ListingMedia>();
  registry.entity<PriceChange>();
  register_scopes(registry, info);
}

}  // namespace atlas::listings
