// What of an organisation is public.

#include "atlas/portal.hpp"

#include "atlas/moderation.hpp"
#include "atlas/registry.hpp"
#include "portal_modules.hpp"

namespace atlas::portal {

Listing public_listing(Context& cx, const Uuid& id) {
  // Who asks through the advertisement of before a merge means the one that stands for it.
  return cx.repo<Listing>().get(cx.stands_for<Listing>(id));
}

void register_portal(Registry& registry) {
  registry.entity<PortalCount>();
  const EntityInfo& info = registry.entity("listing");
  // The same as listings::is_public, and not decided against.
  const Predicate is_public = Predicate::all_of(
      {Predicate::equals(info.column("status_code")->first, Value::text("ANN_PUBLISHED")),
       Predicate::absent(info.column("archived_at")->first),
       holds_element(info, "visibility", "PUB_PUBLIC_WEB"), moderation::not_blocked(registry, 0)});
  registry.scope("listing", scope_public, [is_public](const Principal&, const Access&) { return is_public; });
  register_listings(registry);
  register_leads(registry);
  register_counting(registry);
}

}  // namespace atlas::portal
