// What visitors do on a listing's page: counted by day, without anything about the visitor.

#include "atlas/registry.hpp"
#include "portal_modules.hpp"

namespace atlas::portal {
namespace {

constexpr std::int32_t most_days = 366, default_days = 30;
constexpr std::size_t kinds_a_day = std::size(event_kinds);

Date day_of(Timestamp t) {
  // Floors, also before 1970.
  const std::int64_t days = t.micros / micros_per_day - (t.micros % micros_per_day < 0 ? 1 : 0);
  return {static_cast<std::int32_t>(days)};
}

Nothing count_event(Context& cx, const Happened& in) {
  const Listing l = public_listing(cx, in.listing_id);
  const Date today = day_of(cx.now());
  cx.lock({"portal.count:" + format_uuid(l.id) + in.kind});
  auto all = cx.all<PortalCount>();
  auto found =
      all.where({.where = Predicate::all_of({Predicate::equals(all.column("listing_id"), Value::id(l.id)),
                                             Predicate::equals(all.column("day"), Value::integer(today.days)),
                                             Predicate::equals(all.column("kind"), Value::text(in.kind))}),
                 .key = "by_day",
                 .limit = 1,
                 .lock = RowLock::update});
  if (found.empty()) {
    PortalCount first;
    first.listing_id = l.id;
    first.day = today;
    first.kind = in.kind;
    first.count = 1;
    all.insert(first);
    return {};
  }
  PortalCount after = found.front();
  ++after.count;
  all.save(found.front(), after);
  return {};
}

Counts read_counts(Context& cx, const CountsInput& in) {
  const Listing l = cx.repo<Listing>().get(in.listing_id);
  const Date until = in.until.value_or(day_of(cx.now()));
  const Date from = in.from.value_or(Date{until.days - default_days + 1});
  if (from > until || until.days - from.days >= most_days) {
    throw Error(ErrorCode::invalid_argument, "at most 366 days, the first one first")
        .field("/from", field_code::out_of_range, "not after until, and at most 366 days");
  }
  auto all = cx.all<PortalCount>();
  using Op = Predicate::Kind;
  const auto rows =
      all.where({.where = Predicate::all_of(
                     {Predicate::equals(all.column("listing_id"), Value::id(l.id)),
                      Predicate::compare(Op::greater_equal, all.column("day"), Value::integer(from.days)),
                      Predicate::compare(Op::less_equal, all.column("day"), Value::integer(until.days))}),
                 .key = "by_day",
                 .order = {{all.column("day"), false}, {all.column("kind"), false}},
                 .limit = kinds_a_day * static_cast<std::size_t>(most_days)});
  Counts out;
  for (const PortalCount& row : rows) out.items.push_back({row.day, row.kind, row.count});
  return out;
}

}  // namespace

void register_counting(Registry& registry) {
  registry.operation(event, count_event);
  registry.operation(counts, read_counts);
}

}  // namespace atlas::portal
