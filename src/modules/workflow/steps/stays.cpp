#include "atlas/state_stays.hpp"

#include <algorithm>
#include <cmath>

#include "atlas/context.hpp"
#include "atlas/workflow_steps.hpp"

namespace atlas::workflow {
namespace {

constexpr std::size_t most_changes = 10'000;

}  // namespace

std::vector<Stay> stays_of(Timestamp created_at, const std::string& status_code,
                           std::span<const StatusChange> history) {
  std::vector<Stay> stays;
  const auto enter = [&](const std::string& code, Timestamp at) {
    if (!stays.empty() && stays.back().status_code == code) return;
    if (!stays.empty()) stays.back().until = std::max(at, stays.back().from);
    stays.push_back({code, at, std::nullopt});
  };
  const bool knows_start = !history.empty() && history.front().from_code;
  enter(knows_start       ? *history.front().from_code
        : history.empty() ? status_code
                          : history.front().to_code,
        created_at);
  for (const StatusChange& change : history) enter(change.to_code, change.at);
  return stays;
}

std::int64_t quantile(std::vector<std::int64_t>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double place = std::ceil(share * static_cast<double>(values.size()));
  const auto rank = static_cast<std::size_t>(std::max(1.0, place));
  return values[std::min(rank, values.size()) - 1];
}

TimesInStates times_of(Context& cx, const AnyStepRules& rules, const GetInput& in) {
  const EntityInfo& info = *rules.info;
  const auto record = info.make();
  if (!cx.load(info, in.id, record.get(), RowLock::none, true))
    throw Error(ErrorCode::not_found, std::string(info.schema->name) + " not found");
  auto changes = cx.all<StatusChange>();
  // Of a merged record the one that stands for it was read.
  const Uuid& owner = static_cast<const Entity*>(record.get())->id;
  const auto history =
      changes.where({.where = Predicate::equals(changes.column("owner_id"), Value::id(owner)),
                     .key = "by_owner",
                     .order = {{changes.column("at"), false}},
                     .limit = most_changes});
  const Field* status = info.schema->find("status_code");
  TimesInStates out;
  out.status_code = *static_cast<const std::string*>(status->address(record.get()));
  for (const Stay& stay :
       stays_of(static_cast<const Entity*>(record.get())->created_at, out.status_code, history)) {
    auto item = std::find_if(out.items.begin(), out.items.end(),
                             [&](const StateTime& t) { return t.status_code == stay.status_code; });
    if (item == out.items.end()) item = out.items.insert(out.items.end(), {stay.status_code, 0, 0});
    const Timestamp until = stay.until.value_or(std::max(cx.now(), stay.from));
    ++item->visits;
    item->seconds += (until.micros - stay.from.micros) / micros_per_second;
    out.since = stay.from;
  }
  return out;
}

}  // namespace atlas::workflow
