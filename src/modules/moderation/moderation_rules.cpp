// What cases and reports mean for others: what moderators see, what is not published.

#include "atlas/json.hpp"
#include "atlas/registry.hpp"
#include "moderation_modules.hpp"

namespace atlas::moderation {
namespace {

Predicate has_row(const EntityInfo& info, unsigned mine, std::string_view theirs, Predicate condition) {
  Predicate p{
      .kind = Predicate::Kind::exists, .table = info.table, .on = {{mine, info.column(theirs)->first}}};
  p.children.push_back(std::move(condition));
  return p;
}

Predicate one_of_texts(unsigned column, std::initializer_list<std::string_view> texts) {
  Predicate p{.kind = Predicate::Kind::in, .column = column};
  for (const std::string_view t : texts) p.values.emplace_back(Value::text(t));
  return p;
}

/// No publishing while a case is open, or decided against.
class Policy final : public PublishPolicy {
 public:
  void object(Context& cx, const PublishFacts& facts, std::vector<PublishRefusal>& out) const override {
    if (!cases_of(cx, facts.id, "MOD_PENDING").empty())
      out.push_back({"moderation_open", "a moderator has not decided about it yet"});
    for (const std::string_view decided : {"MOD_REJECTED", "MOD_SUSPENDED"}) {
      for (const ModerationCase& c : cases_of(cx, facts.id, decided)) {
        if (!c.blocks) continue;
        out.push_back({"moderation_blocked", "a moderator has decided against it"});
        return;
      }
    }
  }
};

}  // namespace

Predicate not_blocked(const Registry& registry, unsigned column) {
  const EntityInfo& cases = registry.entity("moderation_case");
  return Predicate::no(has_row(cases, column, "entity_id",
                               Predicate::equals(cases.column("blocks")->first, Value::integer(1))));
}

Listing visible_listing(Context& cx, const Uuid& id) {
  auto listing = cx.all<Listing>().find(id);
  if (!listing || listing->archived_at) throw Error(ErrorCode::not_found, "listing not found");
  const bool seen = listings::is_public(*listing) || cx.readable<Listing>("LISTING_READ_ORG", "", id);
  if (!seen) throw Error(ErrorCode::not_found, "listing not found");
  return std::move(*listing);
}

std::string step(machines::Machine machine, std::string_view state, std::string_view event) {
  if (const auto to = machines::advance(machine, state, event)) return std::string(*to);
  std::string possible;
  JsonWriter w(possible);
  w.begin_array();
  for (const std::string_view e : machines::possible_events(machine, state)) w.string(e);
  w.end_array();
  throw Error(ErrorCode::transition_not_allowed, "the present state does not allow this")
      .with("from", state)
      .with_json("possible", possible);
}

void register_rules(Registry& registry) {
  const EntityInfo& reports = registry.entity("listing_report");
  const EntityInfo& cases = registry.entity("moderation_case");
  const unsigned report_status = reports.column("status_code")->first;
  const unsigned case_status = cases.column("status_code")->first;
  registry.scope(
      "listing", scope_moderation,
      [&reports, &cases, report_status, case_status](const Principal&, const Access&) {
        return Predicate::any_of(
            {has_row(reports, 0, "listing_id",
                     one_of_texts(report_status, {"REPORT_OPEN", "REPORT_IN_REVIEW"})),
             has_row(cases, 0, "entity_id", Predicate::equals(case_status, Value::text("MOD_PENDING")))});
      });
  registry.publish_policy(std::make_unique<Policy>());
}

}  // namespace atlas::moderation
