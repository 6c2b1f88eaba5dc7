#include "atlas/audit_trail.hpp"

#include <nlohmann/json.hpp>

#include "audit_log.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

Predicate seq_between(std::int64_t above, std::int64_t below) {
  std::vector<Predicate> all;
  if (above > 0)
    all.push_back(Predicate::compare(Predicate::Kind::greater, audit_column::seq, Value::integer(above)));
  if (below > 0)
    all.push_back(Predicate::compare(Predicate::Kind::less, audit_column::seq, Value::integer(below)));
  return Predicate::all_of(std::move(all));
}

}  // namespace

AuditTrail::AuditTrail(Context& cx) : cx_(cx) {}

TreeHead AuditTrail::head() {
  const auto h = read_head(cx_.unit().read(), cx_.unit().kernel().tables);
  if (!h) throw Error(ErrorCode::not_found, "the organisation has no audit chain");
  return {static_cast<std::int64_t>(h->size), h->frontier.root()};
}

Hash AuditTrail::root(std::int64_t size) {
  if (size < 0 || size > head().size)
    throw Error(ErrorCode::invalid_argument, "beyond the head")
        .field("/size", field_code::out_of_range, "beyond the head");
  return merkle::root(static_cast<std::uint64_t>(size), [&](unsigned level, std::uint64_t index) {
    return subtree(cx_.unit().read(), cx_.unit().kernel().tables, level, index);
  });
}

Predicate AuditTrail::scope() const {
  const Scope mine = cx_.operation_scope();
  if (reaches(mine, scope_all)) return {};
  // An entry is mine when the record it is about is.
  std::vector<Predicate> any;
  for (const auto& [name, info] : cx_.unit().kernel().registry->entities()) {
    for (const auto& [bit, rule] : info.scopes) {
      if (!reaches(mine, bit)) continue;
      Predicate exists{
          .kind = Predicate::Kind::exists, .table = info.table, .on = {{audit_column::entity_id, 0}}};
      exists.children.push_back(rule(cx_.principal(), cx_.access()));
      any.push_back(Predicate::all_of(
          {Predicate::equals(audit_column::entity_kind, Value::text(name)), std::move(exists)}));
    }
  }
  if (any.empty()) return {.kind = Predicate::Kind::never};
  return Predicate::any_of(std::move(any));
}

StoredEntry AuditTrail::entry(std::int64_t seq) {
  std::optional<StoredEntry> found;
  Query q;
  q.table = cx_.unit().kernel().tables.audit;
  q.where = Predicate::all_of({Predicate::equals(audit_column::seq, Value::integer(seq)), scope()});
  q.key = Query::primary_key;
  q.limit = 1;
  cx_.unit().read().scan(q, [&](RowView row) {
    found = entry_of(row, cx_.organisation());
    return false;
  });
  if (!found) throw Error(ErrorCode::not_found, "no such audit entry");
  return std::move(*found);
}

Hash AuditTrail::leaf(std::int64_t seq) {
  Hash leaf{};
  const Value primary[] = {Value::integer(seq)};
  const bool found = cx_.unit().read().get(cx_.unit().kernel().tables.audit, primary, [&](RowView row) {
    leaf = hash_from_bytes(row[audit_column::leaf_hash].bytes());
  });
  if (!found) throw Error(ErrorCode::not_found, "no such audit entry");
  return leaf;
}

void AuditTrail::entries(const AuditFilter& f, FunctionRef<bool(StoredEntry&&)> sink) {
  const SystemTables& t = cx_.unit().kernel().tables;
  Query q;
  q.table = t.audit;
  std::vector<Predicate> all;
  all.push_back(f.descending ? seq_between(0, f.after) : seq_between(f.after, 0));
  if (f.entity_id) all.push_back(Predicate::equals(audit_column::entity_id, Value::id(*f.entity_id)));
  if (!f.actions.empty()) {
    Predicate in{.kind = Predicate::Kind::in, .column = audit_column::action};
    for (const std::string& a : f.actions) in.values.emplace_back(Value::text(a));
    all.push_back(std::move(in));
  }
  if (f.from)
    all.push_back(
        Predicate::compare(Predicate::Kind::greater_equal, audit_column::at, Value::integer(f.from->micros)));
  if (f.until)
    all.push_back(
        Predicate::compare(Predicate::Kind::less, audit_column::at, Value::integer(f.until->micros)));
  all.push_back(scope());
  q.where = Predicate::all_of(std::move(all));
  q.order = {{audit_column::seq, f.descending}};
  q.key = f.entity_id ? t.audit_by_entity : Query::primary_key;
  q.limit = static_cast<std::size_t>(f.limit);
  cx_.unit().read().scan(q, [&](RowView row) { return sink(entry_of(row, cx_.organisation())); });
}

std::string AuditTrail::personal_patch(const StoredEntry& entry) {
  Json all = Json::array();
  for (const SealedPart& part : entry.entry.sealed) {
    const auto key = cx_.unit().kernel().vault->find(cx_.unit().read(), part.subject);
    if (!key) continue;
    if (const auto patch = unseal(key->seal, part.sealed, part.subject.view())) {
      for (const Json& op : parse_json(*patch)) all.push_back(op);
    }
  }
  return all.empty() ? "" : all.dump();
}

std::vector<Hash> AuditTrail::inclusion(std::int64_t seq, std::int64_t size) {
  if (size <= 0 || size > head().size)
    throw Error(ErrorCode::invalid_argument, "beyond the head")
        .field("/size", field_code::out_of_range, "1 to the head's size");
  if (seq <= 0 || seq > size)
    throw Error(ErrorCode::invalid_argument, "not in the tree")
        .field("/seq", field_code::out_of_range, "1 to size");
  return merkle::inclusion_proof(static_cast<std::uint64_t>(seq - 1), static_cast<std::uint64_t>(size),
                                 [&](unsigned level, std::uint64_t index) {
                                   return subtree(cx_.unit().read(), cx_.unit().kernel().tables, level,
                                                  index);
                                 });
}

std::vector<Hash> AuditTrail::consistency(std::int64_t size1, std::int64_t size2) {
  if (size2 <= 0 || size2 > head().size)
    throw Error(ErrorCode::invalid_argument, "beyond the head")
        .field("/to", field_code::out_of_range, "1 to the head's size");
  if (size1 <= 0 || size1 > size2)
    throw Error(ErrorCode::invalid_argument, "not before")
        .field("/from", field_code::out_of_range, "1 to `to`");
  return merkle::consistency_proof(static_cast<std::uint64_t>(size1), static_cast<std::uint64_t>(size2),
                                   [&](unsigned level, std::uint64_t index) {
                                     return subtree(cx_.unit().read(), cx_.unit().kernel().tables, level,
                                                    index);
                                   });
}

std::string AuditTrail::origin() const { return "libatlas/audit/" + format_uuid(cx_.organisation()); }

std::optional<std::string> AuditTrail::sign(std::string_view text) const {
  const auto& signer = cx_.unit().kernel().options.checkpoint_signer;
  return signer ? std::optional(sign_note(text, *signer)) : std::nullopt;
}

std::string AuditTrail::checkpoint() {
  if (cx_.unit().writes()) touch_head(cx_.unit().write(), cx_.unit().kernel().tables);
  const TreeHead h = head();
  return write_checkpoint({origin(), static_cast<std::uint64_t>(h.size), h.root, cx_.now()},
                          cx_.unit().kernel().options.checkpoint_signer);
}

}  // namespace atlas
