#include "objectors.hpp"

#include "atlas/consent_ledger.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/organisations.hpp"
#include "atlas/registry.hpp"

namespace atlas::consents {
namespace {

/// Beyond them the store is asked each time.
constexpr std::size_t most_objections = 20'000, most_dossiers = 1'000;

bool objects(Context& cx, const Uuid& party) {
  if (const auto kept = Objectors::of(cx)) return kept->has_party(party);
  auto all = cx.all<Objection>();
  return !all.where(
                 {.where = Predicate::all_of({Predicate::equals(all.column("in_force"), Value::integer(1)),
                                              Predicate::equals(all.column("party_id"), Value::id(party))}),
                  .key = "by_force",
                  .limit = 1})
              .empty();
}

void look_again(Context& cx) { contacts_changed(cx, "organisation.objections_changed"); }

void party_saved(Context& cx, const Party* before, const Party& after) {
  if (!before) return;  // nobody has objected before being known
  if (before->phones == after.phones && before->emails == after.emails) return;
  if (objects(cx, after.id)) look_again(cx);
}

void dossier_saved(Context& cx, const Dossier* before, const Dossier& after) {
  if (!after.party_id) return;
  const bool same = before && before->party_id == after.party_id && before->phone == after.phone &&
                    before->email == after.email;
  if (!same && objects(cx, *after.party_id)) look_again(cx);
}

}  // namespace

std::shared_ptr<const Objectors> Objectors::of(Context& cx) {
  if (!cx.has_one_writer()) return nullptr;
  return std::static_pointer_cast<const Objectors>(
      cx.kept("consent.objectors", cx.access().contact_stamp,
              [&]() -> std::shared_ptr<void> { return std::make_shared<Objectors>(cx); }));
}

Objectors::Objectors(Context& cx) {
  auto all = cx.all<Objection>();
  const auto in_force = all.where({.where = Predicate::equals(all.column("in_force"), Value::integer(1)),
                                   .key = "by_force",
                                   .limit = most_objections + 1});
  too_many_ = in_force.size() > most_objections;
  if (too_many_) return;
  auto parties = cx.all<Party>();
  auto dossiers = cx.all<Dossier>();
  const auto add = [&](const std::optional<std::string>& address) {
    if (address) addresses_.insert(*address);
  };
  for (const Objection& o : in_force) {
    if (!parties_.insert(o.party_id).second) continue;
    if (const auto party = parties.find(o.party_id)) {
      addresses_.insert(party->phones.begin(), party->phones.end());
      addresses_.insert(party->emails.begin(), party->emails.end());
    }
    const auto theirs =
        dossiers.where({.where = Predicate::equals(dossiers.column("party_id"), Value::id(o.party_id)),
                        .key = "by_party",
                        .limit = most_dossiers + 1});
    too_many_ = too_many_ || theirs.size() > most_dossiers;
    for (const Dossier& d : theirs) {
      add(d.phone);
      add(d.email);
    }
  }
}

void contacts_changed(Context& cx, std::string_view action) {
  const Organisation before = cx.all<Organisation>().get(cx.organisation(), RowLock::update);
  Organisation after = before;
  after.contact_stamp = cx.new_stamp();
  cx.all<Organisation>().save(before, after, {.action = action});
}

void register_objectors(Registry& registry) {
  registry.saved("objection", [](Context& cx, const void*, const void*) { look_again(cx); });
  registry.saved("party", [](Context& cx, const void* before, const void* after) {
    party_saved(cx, static_cast<const Party*>(before), *static_cast<const Party*>(after));
  });
  registry.saved("dossier", [](Context& cx, const void* before, const void* after) {
    dossier_saved(cx, static_cast<const Dossier*>(before), *static_cast<const Dossier*>(after));
  });
}

}  // namespace atlas::consents
