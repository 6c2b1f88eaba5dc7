// How long dossiers of a case type stay in each state.

#include <algorithm>
#include <map>

#include "atlas/context.hpp"
#include "atlas/state_stays.hpp"
#include "dossier_modules.hpp"

namespace atlas::dossiers {
namespace {

constexpr std::size_t most_dossiers = 20'000;
constexpr std::size_t most_changes = 400'000;
constexpr std::size_t at_once = 200;

/// What is kept of a dossier while its history is read.
struct Subject {
  Uuid id;
  Timestamp created_at;
  std::string status_code;
  std::vector<StatusChange> history;
};

/// Those with something to tell since `from`, the liveliest first.
std::vector<Subject> subjects_of(Context& cx, const TimeByStateInput& in, bool& more) {
  const auto dossiers = cx.all<Dossier>();
  const EntityInfo& info = cx.registry_entity(schema_of<Dossier>());
  // Figures are of what the caller may read: an agent's own are the assigned dossiers, an owner's those on
  // the own listings.
  std::vector<Predicate> all{
      Predicate::equals(dossiers.column("case_type_code"), Value::text(in.case_type_code)),
      cx.predicate_of(info, cx.scope_of("DOSSIER_READ_ASSIGNED") | cx.scope_of("DOSSIER_READ_ORG"))};
  if (in.from) {
    all.push_back(Predicate::compare(Predicate::Kind::greater_equal, dossiers.column("last_activity_at"),
                                     Value::integer(in.from->micros)));
  }
  std::vector<Subject> out;
  Dossier d;
  cx.scan(
      info,
      {.where = Predicate::all_of(std::move(all)),
       .key = "by_activity",
       .order = {{dossiers.column("last_activity_at"), true}},
       .limit = most_dossiers + 1},
      false,
      [&]() -> void* {
        d = {};
        return &d;
      },
      [&] {
        more = out.size() == most_dossiers;
        if (more) return false;
        out.push_back({d.id, d.created_at, d.status_code, {}});
        return true;
      });
  return out;
}

/// The histories of some dossiers, in order of time. False when they are too long altogether.
bool read_histories(Context& cx, std::span<Subject> some, std::size_t& left) {
  auto changes = cx.all<StatusChange>();
  std::map<Uuid, Subject*> by_id;
  Predicate owners{.kind = Predicate::Kind::in, .column = changes.column("owner_id")};
  for (Subject& s : some) {
    by_id.emplace(s.id, &s);
    owners.values.emplace_back(Value::id(s.id));
  }
  const auto lines =
      changes.where({.where = std::move(owners),
                     .key = "by_owner",
                     .order = {{changes.column("owner_id"), false}, {changes.column("at"), false}},
                     .limit = left + 1});
  if (lines.size() > left) return false;
  left -= lines.size();
  for (const StatusChange& line : lines) by_id.at(line.owner_id)->history.push_back(line);
  return true;
}

struct Tally {
  std::vector<std::int64_t> seconds;
  std::int64_t current = 0;
};

}  // namespace

TimeByState measure_states(Context& cx, const TimeByStateInput& in) {
  if (in.from && in.to && *in.to <= *in.from) {
    throw Error(ErrorCode::invalid_argument, "the period ends before it begins")
        .field("/to", field_code::out_of_range, "after from");
  }
  TimeByState out;
  out.case_type_code = in.case_type_code;
  auto subjects = subjects_of(cx, in, out.more);
  std::map<std::string, Tally> tallies;
  std::size_t left = most_changes;
  for (std::size_t first = 0; first < subjects.size(); first += at_once) {
    const auto some = std::span(subjects).subspan(first, std::min(at_once, subjects.size() - first));
    if (!read_histories(cx, some, left)) {
      out.more = true;
      break;
    }
    out.dossiers += static_cast<std::int64_t>(some.size());
    for (Subject& s : some) {
      for (const workflow::Stay& stay : workflow::stays_of(s.created_at, s.status_code, s.history)) {
        Tally& tally = tallies[stay.status_code];
        if (!stay.until)
          ++tally.current;
        else if ((!in.from || *stay.until >= *in.from) && (!in.to || *stay.until < *in.to))
          tally.seconds.push_back((stay.until->micros - stay.from.micros) / micros_per_second);
      }
      s.history = {};
    }
  }
  for (auto& [code, tally] : tallies) {
    StateDuration d;
    d.status_code = code;
    d.visits = static_cast<std::int64_t>(tally.seconds.size());
    d.current = tally.current;
    if (!tally.seconds.empty()) {
      d.median_seconds = workflow::quantile(tally.seconds, 0.5);
      d.p90_seconds = workflow::quantile(tally.seconds, 0.9);
    }
    out.items.push_back(std::move(d));
  }
  return out;
}

}  // namespace atlas::dossiers
