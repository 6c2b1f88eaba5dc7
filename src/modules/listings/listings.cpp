#include "atlas/listings.hpp"

#include <algorithm>

#include "atlas/parties.hpp"
#include "atlas/phone.hpp"
#include "atlas/registry.hpp"
#include "atlas/text.hpp"
#include "listing_modules.hpp"

namespace atlas::listings {
namespace {

/// Reads a telephone number as written; an unreadable one is kept raw.
void read_phone(Context& cx, Listing& l, const std::string& raw, const std::optional<std::string>& region) {
  l.contact_phone_raw = std::string(trim(raw));
  const bool carries_country =
      l.contact_phone_raw->starts_with('+') || l.contact_phone_raw->starts_with("00");
  const std::string& own = l.country_code.empty() ? cx.access().default_country : l.country_code;
  l.contact_phone = phone_e164(*l.contact_phone_raw, region.value_or(own));
  l.contact_phone_region_source =
      std::string(to_string(carries_country                      ? PhoneRegionSource::number
                            : region                             ? PhoneRegionSource::payload
                            : own != cx.access().default_country ? PhoneRegionSource::record
                                                                 : PhoneRegionSource::organisation));
}

/// The owner is a party of the organisation; who has only their own listings names no other owner.
void check_owner(Context& cx, const Uuid& party, std::vector<FieldError>& errors) {
  const bool own_only = !reaches(cx.operation_scope(), scope_all);
  if (own_only && cx.access().party_id != party) {
    throw Error(ErrorCode::forbidden, "your listings are yours or your party's").with("reason", "scope");
  }
  if (!cx.all<Party>().find(party))
    want(errors, "/owner_party_id", field_code::unknown_reference, "no such party");
}

/// The end of the id is random: no walk over "-2", "-3", … of a title that hundreds have.
std::string longer_slug(const std::string& base, const Listing& l) {
  return base + "-" + format_uuid(l.id).substr(24);
}

/// Inserts under a slug that nobody has. No lock but the unique key: a creation that lost a race takes the
/// longer slug.
void insert_with_slug(Context& cx, Listing& l) {
  auto all = cx.all<Listing>();
  const std::string base = slug_of(l.title, l.city.value_or(""));
  const bool taken = !all.where({.where = Predicate::equals(all.column("slug"), Value::text(base)),
                                 .key = "by_slug",
                                 .limit = 1})
                          .empty();
  l.slug = taken ? longer_slug(base, l) : base;
  try {
    cx.repo<Listing>().insert(l);
  } catch (const Error& e) {
    if (taken || e.code() != ErrorCode::conflict || e.detail("field") != R"("slug")") throw;
    l.slug = longer_slug(base, l);
    cx.repo<Listing>().insert(l);
  }
}

void assess(Listing& l, std::int64_t images) {
  Quality q = quality_of(l, images);
  l.quality_score = q.score;
  l.quality_gaps = std::move(q.gaps);
}

Listing create_listing(Context& cx, const Create& in) {
  Listing l;
  copy_fields(in, l);
  l.id = cx.new_id();
  if (l.country_code.empty()) l.country_code = cx.access().default_country;
  if (!in.visibility) l.visibility = {"PUB_PUBLIC_WEB"};
  l.contact_phone.reset();
  if (in.contact_phone) read_phone(cx, l, *in.contact_phone, in.phone_region);
  std::vector<FieldError> errors;
  check_whole(l, errors);
  if (l.owner_party_id) check_owner(cx, *l.owner_party_id, errors);
  throw_if_any(std::move(errors));
  assess(l, 0);
  insert_with_slug(cx, l);
  return l;
}

/// The change of a price, to attach to the change of the listing.
PriceChange price_change(Context& cx, const Listing& before, const Listing& after,
                         const std::optional<std::string>& source) {
  PriceChange change;
  change.listing_id = before.id;
  change.at = cx.now();
  change.from = before.price;
  change.to = after.price;
  change.source = source ? *source : std::string(to_string(cx.principal().kind));
  return change;
}

Listing update_listing(Context& cx, const Update& in) {
  auto listings = cx.repo<Listing>();
  const Listing before = listings.get_for_update(in.id, in.version);
  if (before.archived_at) throw Error(ErrorCode::conflict, "the listing is archived").with("reason", "state");
  std::vector<FieldError> errors;
  check_clearable(schema_of<Update>(), &in, schema_of<Listing>(), errors);
  Listing after = before;
  copy_fields(schema_of<Update>(), &in, schema_of<Listing>(), &after, true);
  if (const std::string* phone = in.contact_phone.get()) {
    read_phone(cx, after, *phone, in.phone_region);
  } else if (in.contact_phone.is_clear()) {
    after.contact_phone_raw.reset();
    after.contact_phone_region_source.reset();
  }
  check_whole(after, errors);
  if (after.owner_party_id && after.owner_party_id != before.owner_party_id)
    check_owner(cx, *after.owner_party_id, errors);
  throw_if_any(std::move(errors));
  const std::int64_t images = images_of(cx, before.id);
  if (after.status_code == "ANN_PUBLISHED") require_publishable_fields(after, view_of(cx, images));
  assess(after, images);
  if (after.price == before.price) {
    listings.save(before, after);
    return after;
  }
  AttachedRows rows;
  rows.add(price_change(cx, before, after, in.price_source));
  listings.save(before, after, {.action = "listing.price_changed", .attach = &rows});
  return after;
}

Listing change_visibility(Context& cx, const SetVisibility& in) {
  auto listings = cx.repo<Listing>();
  const Listing before = listings.get_for_update(in.id, in.version);
  Listing after = before;
  after.visibility = in.visibility;
  std::vector<FieldError> errors;
  check_whole(after, errors);
  throw_if_any(std::move(errors));
  listings.save(before, after, {.action = "listing.visibility_changed"});
  return after;
}

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
  registry.entity<PriceChange>().stays_on_merge = true;
  register_scopes(registry, info);

  registry.operation(create, create_listing);
  registry.operation(get, [](Context& cx, const GetInput& in) { return cx.repo<Listing>().get(in.id); });
  registry.operation(update, update_listing);
  registry.operation(list, [](Context& cx, const ListInput& in) { return cx.repo<Listing>().list(in); });
  registry.operation(count, [](Context& cx, const CountInput& in) { return cx.repo<Listing>().count(in); });
  registry.operation(search,
                     [](Context& cx, const SearchInput& in) { return atlas::search<Listing>(cx, in); });
  registry.operation(set_visibility, change_visibility);
  registry.operation(price_history, [](Context& cx, const HistoryInput& in) {
    const Listing l = cx.repo<Listing>().get(in.id);
    return cx.all<PriceChange>().list({.where = R"({"listing_id":")" + format_uuid(l.id) + "\"}",
                                       .order = {"at"},
                                       .limit = in.limit,
                                       .after = in.after});
  });
  registry.operation(quality, [](Context& cx, const GetInput& in) {
    const Listing l = cx.repo<Listing>().get(in.id);
    return quality_of(l, images_of(cx, l.id));
  });
  registry.operation(mentions, [](Context& cx, const GetInput& in) {
    return Mentions{mentions_of(cx.repo<Listing>().get(in.id))};
  });
  register_status(registry);
  register_media(registry);
}

}  // namespace atlas::listings
