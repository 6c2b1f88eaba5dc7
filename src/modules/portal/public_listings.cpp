// Search, page and neighbours of what is published.

#include <algorithm>
#include <cstdlib>

#include "atlas/json.hpp"
#include "atlas/registry.hpp"
#include "atlas/search.hpp"
#include "portal_modules.hpp"

namespace atlas::portal {
namespace {

constexpr int surface_scale = 2;
constexpr std::int64_t price_within = 20, surface_within = 25;  ///< percent
constexpr std::int64_t neighbours_looked_at = 50;

Card card_of(Context& cx, const Listing& l) {
  Card c;
  copy_fields(l, c);
  if (l.energy) {
    c.energy_class = l.energy->energy_class;
    c.climate_class = l.energy->climate_class;
  }
  for (const ListingMedia& m : listings::media_of(cx, l.id))
    if (m.is_primary && m.media_type_code == "MEDIA_IMAGE") c.photo = m.storage_key;
  return c;
}

std::vector<Card> cards_of(Context& cx, const std::vector<Listing>& all) {
  std::vector<Card> out;
  for (const Listing& l : all) out.push_back(card_of(cx, l));
  return out;
}

/// Conditions in the words of `where`.
class Where {
 public:
  Where() { w_.begin_object(); }
  void equals(std::string_view field, const std::optional<std::string>& value) {
    if (value) w_.key(field).string(*value);
  }
  void between(std::string_view field, const std::optional<Money>& min, const std::optional<Money>& max) {
    if (!min && !max) return;
    w_.key(field).begin_object();
    if (min) money("gte", *min);
    if (max) money("lte", *max);
    w_.end_object();
  }
  void between(std::string_view field, std::optional<Decimal> min, std::optional<Decimal> max) {
    if (!min && !max) return;
    w_.key(field).begin_object();
    if (min) w_.key("gte").string(format_decimal(*min, surface_scale));
    if (max) w_.key("lte").string(format_decimal(*max, surface_scale));
    w_.end_object();
  }
  void at_least(std::string_view field, std::optional<std::int64_t> min) {
    if (min) w_.key(field).begin_object().key("gte").number(*min).end_object();
  }
  std::string done() {
    w_.end_object();
    return std::move(text_);
  }

 private:
  void money(std::string_view op, const Money& m) {
    w_.key(op).begin_object().key("amount").number(m.amount).key("currency").string(m.currency.view());
    w_.end_object();
  }
  std::string text_;
  JsonWriter w_{text_};
};

void check_search(const Search& in) {
  std::vector<FieldError> errors;
  const auto wrong = [&](const char* path, std::string_view code, const char* why) {
    errors.push_back({path, std::string(code), why});
  };
  if (in.price_min && in.price_max) {
    if (in.price_min->currency != in.price_max->currency)
      wrong("/price_max", field_code::not_money, "in the currency of price_min");
    else if (in.price_max->amount < in.price_min->amount)
      wrong("/price_max", field_code::out_of_range, "at least price_min");
  }
  if (in.order != "newest" && in.query)
    wrong("/order", field_code::out_of_range, "a search by words is newest first");
  else if (in.order != "newest" && !in.transaction_type_code)
    wrong("/transaction_type_code", field_code::required, "a price has an order among sales or lettings");
  throw_if_any(std::move(errors));
}

Page<Card> search_listings(Context& cx, const Search& in) {
  check_search(in);
  Where where;
  where.equals("city", in.city);
  where.equals("zone", in.zone);
  where.equals("transaction_type_code", in.transaction_type_code);
  where.equals("property_type_code", in.property_type_code);
  where.between("price", in.price_min, in.price_max);
  where.between("surface_m2", in.surface_min, std::nullopt);
  where.at_least("bedrooms", in.bedrooms_min);
  Page<Listing> found;
  if (in.query) {
    found = atlas::search<Listing>(
        cx, {.query = *in.query, .where = where.done(), .limit = in.limit, .after = in.after});
  } else {
    const char* order = in.order == "newest" ? "-published_at" : in.order == "price_asc" ? "price" : "-price";
    found = cx.repo<Listing>().list(
        {.where = where.done(), .order = {order}, .limit = in.limit, .after = in.after});
  }
  return {.items = cards_of(cx, found.items), .next = std::move(found.next)};
}

Listing find_listing(Context& cx, const Which& in) {
  if (in.id.has_value() == in.slug.has_value()) {
    throw Error(ErrorCode::invalid_argument, "an id or a slug names the listing")
        .field("/id", field_code::required, "this or slug, not both");
  }
  if (in.id) return public_listing(cx, *in.id);
  const auto by_slug = [&](Context::Repository<Listing> listings) {
    return listings.where({.where = Predicate::equals(listings.column("slug"), Value::text(*in.slug)),
                           .key = "by_slug",
                           .limit = 1});
  };
  auto found = by_slug(cx.repo<Listing>());
  if (!found.empty()) return std::move(found.front());
  // The address of an advertisement that was merged into another leads there.
  const auto merged = by_slug(cx.all<Listing>());
  if (merged.empty() || !merged.front().merged_into) throw Error(ErrorCode::not_found, "listing not found");
  return public_listing(cx, merged.front().id);
}

Detail show_listing(Context& cx, const Which& in) {
  const Listing l = find_listing(cx, in);
  Detail out;
  copy_fields(l, out);
  out.card = card_of(cx, l);
  // The number of the certificate leads to the address in a public register.
  if (out.energy) out.energy->number.reset();
  for (const ListingMedia& m : listings::media_of(cx, l.id)) {
    if (m.media_type_code == "MEDIA_DOC") continue;
    Medium shown;
    copy_fields(m, shown);
    shown.position = static_cast<std::int64_t>(out.media.size());
    out.media.push_back(std::move(shown));
  }
  out.mentions = listings::mentions_of(l);
  return out;
}

std::int64_t part(std::int64_t whole, std::int64_t percent) {
  return whole / 100 * percent + whole % 100 * percent / 100;
}

Cards similar_listings(Context& cx, const Similar& in) {
  const Listing l = public_listing(cx, in.id);
  Where where;
  where.equals("city", l.city);
  where.equals("transaction_type_code", l.transaction_type_code);
  where.equals("property_type_code", l.property_type_code);
  if (l.price) {
    const std::int64_t room = part(l.price->amount, price_within);
    where.between("price", Money{l.price->amount - room, l.price->currency},
                  Money{l.price->amount + room, l.price->currency});
  }
  if (l.surface_m2) {
    const std::int64_t room = part(l.surface_m2->units, surface_within);
    where.between("surface_m2", Decimal{l.surface_m2->units - room}, Decimal{l.surface_m2->units + room});
  }
  auto all = cx.repo<Listing>();
  auto found = all.list({.where = where.done(), .order = {"-published_at"}, .limit = neighbours_looked_at},
                        Predicate::no(Predicate::equals(0, Value::id(l.id))));
  const auto distance = [&](const Listing& other) {
    return l.price && other.price ? std::abs(other.price->amount - l.price->amount) : 0;
  };
  std::stable_sort(found.items.begin(), found.items.end(),
                   [&](const Listing& a, const Listing& b) { return distance(a) < distance(b); });
  if (found.items.size() > static_cast<std::size_t>(in.limit))
    found.items.resize(static_cast<std::size_t>(in.limit));
  return {.items = cards_of(cx, found.items)};
}

}  // namespace

void register_listings(Registry& registry) {
  registry.operation(search, search_listings);
  registry.operation(listing, show_listing);
  registry.operation(similar, similar_listings);
}

}  // namespace atlas::portal
