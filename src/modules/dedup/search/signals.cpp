// Pairs as callers see them, and what they decide.

#include <algorithm>

#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "sight.hpp"

namespace atlas::duplicates {
namespace {

struct ReadPermission {
  std::string_view one, other;
};
// In the order of `kinds`.
constexpr std::array<ReadPermission, 3> read_permissions{
    {{"DOSSIER_READ_ASSIGNED", "DOSSIER_READ_ORG"}, {"PARTY_READ", ""}, {"LISTING_READ_ORG", ""}}};

Error bad_after() {
  return Error(ErrorCode::invalid_argument, "the page token does not belong to this list")
      .field("/after", field_code::out_of_range, "not a token of this list");
}

bool comes_before(const DuplicateSignal& a, const DuplicateSignal& b) {
  if (a.probability != b.probability) return a.probability > b.probability;
  return a.id > b.id;
}

/// A record has no more pairs than its keys lead to, so they are put in order here.
Page<Signal> list_of_record(Context& cx, const ListSignals& in) {
  // Nor does whoever knows an id learn whom its record is like.
  if (!may_read(cx, number_of(in.entity_kind), *in.record_id)) return {};
  auto repo = cx.repo<DuplicateSignal>();
  std::vector<DuplicateSignal> found;
  for (const auto& [column, key] : {std::pair("first_id", "by_first"), std::pair("second_id", "by_second")}) {
    auto side = repo.where({.where = Predicate::equals(repo.column(column), Value::id(*in.record_id)),
                            .key = key,
                            .limit = 2000});
    std::move(side.begin(), side.end(), std::back_inserter(found));
  }
  std::erase_if(found, [&](const DuplicateSignal& s) {
    return s.entity_kind != in.entity_kind || s.status_code != in.status_code ||
           s.probability < in.min_probability;
  });
  std::sort(found.begin(), found.end(), comes_before);
  auto from = found.begin();
  if (in.after) {
    const auto id = parse_uuid(*in.after);
    const auto last = id ? repo.find(*id) : std::nullopt;
    if (!last) throw bad_after();
    from = std::find_if(found.begin(), found.end(),
                        [&](const DuplicateSignal& s) { return comes_before(*last, s); });
  }
  Page<Signal> page;
  for (; from != found.end(); ++from) {
    if (page.items.size() == static_cast<std::size_t>(in.limit)) {
      page.next = format_uuid(page.items.back().id);
      break;
    }
    page.items.push_back(told(cx, *from));
  }
  return page;
}

Page<Signal> list_signals(Context& cx, const ListSignals& in) {
  if (in.record_id) return list_of_record(cx, in);
  ListInput query;
  JsonWriter w(query.where = "");
  w.begin_object().key("entity_kind").string(in.entity_kind).key("status_code").string(in.status_code);
  if (in.min_probability.units > 0)
    w.key("probability").begin_object().key("gte").raw(format_decimal(in.min_probability, 6)).end_object();
  w.end_object();
  query.order = {"-probability"};
  query.limit = in.limit;
  query.after = in.after;
  const auto found = cx.repo<DuplicateSignal>().list(query);
  Page<Signal> page;
  for (const DuplicateSignal& s : found.items) page.items.push_back(told(cx, s));
  page.next = found.next;
  return page;
}

Signal decide(Context& cx, const Decide& in, const char* status, const char* action) {
  auto repo = cx.repo<DuplicateSignal>();
  const DuplicateSignal before = repo.get(in.id, RowLock::update);
  if (before.status_code == status) return told(cx, before);
  if (before.status_code == "MERGED" || before.status_code == "LAPSED") {
    throw Error(ErrorCode::conflict, "the pair is not one to decide about")
        .with("reason", "state")
        .with("status_code", before.status_code);
  }
  DuplicateSignal after = before;
  after.status_code = status;
  after.decided_at = cx.now();
  after.decided_by.reset();
  if (!cx.principal().user().is_nil()) after.decided_by = cx.principal().user();
  repo.save(before, after);
  const std::size_t kind = number_of(before.entity_kind);
  for (const Extension& e : search_of(cx).extensions[kind])
    if (e.changed) e.changed(cx, &before, after);
  std::string payload;
  JsonWriter w(payload);
  w.begin_object().key("entity_kind").string(before.entity_kind);
  w.key("probability").raw(format_decimal(before.probability, 6));
  w.key("model_version").string(before.model_version);
  w.end_object();
  cx.note(schema_of<DuplicateSignal>(), before.id, before.subject_id, action, payload);
  return told(cx, after);
}

}  // namespace

bool may_read(Context& cx, std::size_t kind, const Uuid& id) {
  const ReadPermission& p = read_permissions[kind];
  return cx.is_readable(cx.registry().entity(kinds[kind]), p.one, p.other, id);
}

bool is_hidden(Context& cx, std::size_t kind, std::string_view fields) {
  const ReadPermission& p = read_permissions[kind];
  Scope scope = cx.scope_of(p.one);
  if (!p.other.empty()) scope = scope | cx.scope_of(p.other);
  if (reaches(scope, scope_all | scope_assigned | scope_group)) return false;
  const Schema& schema = *cx.registry().entity(kinds[kind]).schema;
  while (!fields.empty()) {
    const std::size_t plus = std::min(fields.find('+'), fields.size());
    const Field* field = schema.find(fields.substr(0, plus));
    if (field && field->has(contact | withheld)) return true;
    fields.remove_prefix(std::min(plus + 1, fields.size()));
  }
  return false;
}

Signal told(Context& cx, const DuplicateSignal& s) {
  Signal out{.id = s.id,
             .entity_kind = s.entity_kind,
             .first_id = s.first_id,
             .second_id = s.second_id,
             .status_code = s.status_code,
             .score = s.score,
             .probability = s.probability,
             .weight = s.weight,
             .model_version = s.model_version,
             .found_at = s.created_at,
             .decided_by = s.decided_by,
             .decided_at = s.decided_at};
  const std::size_t kind = number_of(s.entity_kind);
  if (!may_read(cx, kind, s.first_id)) out.first_id.reset();
  if (!may_read(cx, kind, s.second_id)) out.second_id.reset();
  return out;
}

void register_pair_scope(Registry& registry, const Schema& entity, std::string_view first,
                         std::string_view second) {
  struct Side {
    std::string_view kind;
    TableId table;
    ScopeRule rule;
  };
  std::vector<Side> sides;
  for (const std::string_view kind : kinds) {
    const EntityInfo& of_kind = registry.entity(kind);
    const auto rule = of_kind.scopes.find(scope_assigned);
    if (rule != of_kind.scopes.end()) sides.push_back({kind, of_kind.table, rule->second});
  }
  const EntityInfo& info = registry.entity(entity.name);
  const unsigned kind_column = info.column("entity_kind")->first;
  const std::array<unsigned, 2> columns{info.column(first)->first, info.column(second)->first};
  registry.scope(
      entity.name, scope_assigned,
      [sides = std::move(sides), kind_column, columns](const Principal& who, const Access& access) {
        std::vector<Predicate> any;
        for (const Side& side : sides) {
          std::vector<Predicate> either;
          for (const unsigned column : columns) {
            Predicate mine{.kind = Predicate::Kind::exists, .table = side.table, .on = {{column, 0}}};
            mine.children.push_back(side.rule(who, access));
            either.push_back(std::move(mine));
          }
          any.push_back(Predicate::all_of({Predicate::equals(kind_column, Value::text(side.kind)),
                                           Predicate::any_of(std::move(either))}));
        }
        return Predicate::any_of(std::move(any));
      });
}

void register_signals(Registry& registry) {
  register_pair_scope(registry, schema_of<DuplicateSignal>(), "first_id", "second_id");
  registry.part<dossiers::Resemblance>().of = [](Context& cx, const Uuid& dossier) {
    std::vector<dossiers::PossibleDuplicate> out;
    for (const DuplicateSignal& s : signals_of(cx, dossier))
      out.push_back({s.first_id == dossier ? s.second_id : s.first_id, s.score, s.probability});
    return out;
  };
  registry.operation(list, list_signals);
  registry.operation(confirm, [](Context& cx, const Decide& in) {
    return decide(cx, in, "CONFIRMED", "duplicate_signal.confirmed");
  });
  registry.operation(dismiss, [](Context& cx, const Decide& in) {
    return decide(cx, in, "DISMISSED", "duplicate_signal.dismissed");
  });
}

}  // namespace atlas::duplicates
