#include "atlas/status_changes.hpp"

#include <algorithm>

#include "atlas/context.hpp"
#include "atlas/registry.hpp"

namespace atlas::workflow {
namespace {

constexpr std::size_t lines_at_once = 100;

}  // namespace

std::optional<StatusChange> last_change(Context& cx, const Uuid& owner) {
  auto changes = cx.all<StatusChange>();
  auto last = changes.where({.where = Predicate::equals(changes.column("owner_id"), Value::id(owner)),
                             .key = "by_owner",
                             .order = {{changes.column("at"), true}},
                             .limit = 1});
  return last.empty() ? std::nullopt : std::optional(std::move(last.front()));
}

std::optional<std::string> state_before(Context& cx, std::string_view status,
                                        const std::optional<StatusChange>& last) {
  if (!last || last->from_code != status) return last ? last->from_code : std::nullopt;
  auto changes = cx.all<StatusChange>();
  Timestamp before = last->at;
  for (;;) {
    const auto lines = changes.where(
        {.where = Predicate::all_of({Predicate::equals(changes.column("owner_id"), Value::id(last->owner_id)),
                                     Predicate::compare(Predicate::Kind::less, changes.column("at"),
                                                        Value::integer(before.micros))}),
         .key = "by_owner",
         .order = {{changes.column("at"), true}},
         .limit = lines_at_once});
    for (const StatusChange& line : lines)
      if (line.from_code != status) return line.from_code;
    if (lines.size() < lines_at_once) return std::nullopt;
    before = lines.back().at;
  }
}

StatusChange complete(Context& cx, StatusChange why, std::string_view owner_kind, const Uuid& owner,
                      std::string_view from, std::string_view to, const std::optional<StatusChange>& last) {
  why.owner_kind = owner_kind;
  why.owner_id = owner;
  why.from_code = from;
  why.to_code = to;
  why.actor_kind = to_string(cx.principal().kind);
  if (!cx.principal().id.is_nil()) why.actor_id = cx.principal().id;
  why.at = last ? std::max(cx.now(), last->at + 1) : cx.now();
  return why;
}

Page<StatusChange> history_of(Context& cx, const Uuid& owner, std::int64_t limit,
                              const std::optional<std::string>& after) {
  return cx.all<StatusChange>().list({.where = R"({"owner_id":")" + format_uuid(owner) + "\"}",
                                      .order = {"at"},
                                      .limit = limit,
                                      .after = after});
}

void register_status_changes(Registry& registry) {
  registry.entity<StatusChange>().stays_on_merge = true;
  registry.holds_codes("status_change", "reason_code",
                       {"LOSS_REASON", "WON_REASON", "B2B_LOST_REASON", "MOD_REASON"});
}

}  // namespace atlas::workflow
