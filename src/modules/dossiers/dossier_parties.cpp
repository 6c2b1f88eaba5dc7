// Parties of a dossier.

#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/registry.hpp"
#include "dossier_modules.hpp"

namespace atlas::dossiers {
namespace {

constexpr std::size_t max_parties = 500;

PartyLink link(Context& cx, const Dossier& d, const Uuid& party, const std::string& role) {
  PartyLink l;
  l.dossier_id = d.id;
  l.party_id = party;
  l.role_code = role;
  l.subject_id = d.subject_id;
  cx.all<PartyLink>().insert(l, {.action = "dossier.party_linked"});
  return l;
}

Predicate in_my_dossier(unsigned column, TableId dossiers, Predicate mine) {
  Predicate p{.kind = Predicate::Kind::exists, .table = dossiers, .on = {{column, 0}}};
  p.children.push_back(std::move(mine));
  return p;
}

}  // namespace

void register_parties_of(Registry& registry) {
  registry.operation(link_party, [](Context& cx, const LinkParty& in) {
    const Dossier d = cx.repo<Dossier>().get(in.id, RowLock::update);
    require_unarchived(d);
    if (!cx.readable<Party>("PARTY_READ", "", in.party_id)) {
      throw Error(ErrorCode::invalid_argument, "no such party")
          .field("/party_id", field_code::unknown_reference, "no such party");
    }
    return link(cx, d, in.party_id, in.role_code);
  });
  registry.operation(add_party, [](Context& cx, const AddParty& in) {
    const Dossier d = cx.repo<Dossier>().get(in.id, RowLock::update);
    require_unarchived(d);
    Party p = parties::make_party(cx, in.party);
    cx.all<Party>().insert(p);
    link(cx, d, p.id, p.role_code);
    return p;
  });
  registry.operation(parties_of, [](Context& cx, const GetInput& in) {
    cx.require("PARTY_READ");  // who sees a dossier for the sake of a listing does not see its people
    const Dossier d = cx.repo<Dossier>().get(in.id);
    auto links = cx.all<PartyLink>();
    PartiesResult out;
    for (const PartyLink& l : links.where(
             {.where = Predicate::all_of({Predicate::equals(links.column("dossier_id"), Value::id(d.id)),
                                          Predicate::absent(links.column("archived_at"))}),
 .key = "by_dossier",
 .limit = max_parties})) {
      if (auto party = cx.all<Party>().find(l.party_id))
        out.items.push_back({l.role_code, std::move(*party)});
    }
    return out;
  });
}

void register_party_scopes(Registry& registry, TableId dossiers, const ScopeRule& mine) {
  const EntityInfo& links = registry.entity("party_link");
  const unsigned link_dossier = links.column("dossier_id")->first;
  const unsigned linked_party = links.column("party_id")->first;
  const TableId link_table = links.table;
  registry.scope("party_link", scope_assigned, [=](const Principal& p, const Access& a) {
    return in_my_dossier(link_dossier, dossiers, mine(p, a));
  });
  registry.scope("party", scope_assigned, [=](const Principal& p, const Access& a) {
    Predicate linked{.kind = Predicate::Kind::exists, .table = link_table, .on = {{0, linked_party}}};
    linked.children.push_back(in_my_dossier(link_dossier, dossiers, mine(p, a)));
    return linked;
  });
  const unsigned owner = registry.entity("status_change").column("owner_id")->first;
  registry.scope("status_change", scope_assigned, [=](const Principal& p, const Access& a) {
    return in_my_dossier(owner, dossiers, mine(p, a));
  });
}

}  // namespace atlas::dossiers
