#include "atlas/consent.hpp"

#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"
#include "objectors.hpp"
#include "recording.hpp"

namespace atlas::consents {
namespace {

constexpr std::size_t lapses_at_once = 200;

/// An event or an objection is mine when its dossier or its party is; a consent, when one of its events is.
void register_scopes(Registry& registry) {
  struct Link {
    unsigned column;
    TableId table;
    ScopeRule rule;
  };
  const EntityInfo& event = registry.entity(schema_of<ConsentEvent>());
  const EntityInfo& objection = registry.entity(schema_of<Objection>());
  const auto links_of = [&](const EntityInfo& info) {
    std::map<Scope, std::vector<Link>> links;
    for (const auto& [column, owner] : {std::pair{"party_id", "party"}, std::pair{"dossier_id", "dossier"}}) {
      const auto* ref = info.column(column);
      if (!ref) continue;
      const EntityInfo& owned_by = registry.entity(owner);
      for (const auto& [scope, rule] : owned_by.scopes)
        links[scope].push_back({ref->first, owned_by.table, rule});
    }
    return links;
  };
  const auto any_of = [](const std::vector<Link>& links, const Principal& p, const Access& a) {
    std::vector<Predicate> any;
    for (const Link& link : links) {
      Predicate owner{.kind = Predicate::Kind::exists, .table = link.table, .on = {{link.column, 0}}};
      owner.children.push_back(link.rule(p, a));
      any.push_back(std::move(owner));
    }
    return Predicate::any_of(std::move(any));
  };
  for (auto& [scope, links] : links_of(objection)) {
    registry.scope("objection", scope, [any_of, links = links](const Principal& p, const Access& a) {
      return any_of(links, p, a);
    });
  }
  const unsigned of_consent = event.column("consent_id")->first;
  for (auto& [scope, links] : links_of(event)) {
    registry.scope("consent_event", scope, [any_of, links = links](const Principal& p, const Access& a) {
      return any_of(links, p, a);
    });
    registry.scope(
        "consent", scope,
        [any_of, links = links, table = event.table, of_consent](const Principal& p, const Access& a) {
          Predicate mine{.kind = Predicate::Kind::exists, .table = table, .on = {{0, of_consent}}};
          mine.children.push_back(any_of(links, p, a));
          return mine;
        });
  }
}

}  // namespace

void register_consents(Registry& registry) {
  registry.entity<Consent>();
  registry.entity<ConsentEvent>().stays_on_merge = true;  // hashed as it was written
  registry.entity<Objection>();
  registry.entity<Suppression>();
  register_scopes(registry);
  register_recording(registry);
  register_objecting(registry);
  register_checking(registry);
  register_importing(registry);
  register_receipt(registry);
  register_facts(registry);
  register_objectors(registry);
  registry.operation(expire, [](Context& cx, const Nothing&) {
    Expired out;
    for (Lapsed some; (some = lapse_due(cx, lapses_at_once)).count > 0;) out.expired += some.count;
    return out;
  });
  registry.due("consent.expiry", [](Context& cx) { return lapse_due(cx, lapses_at_once).next; });
}

}  // namespace atlas::consents
