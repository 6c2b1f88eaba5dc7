#include "audit_log.hpp"

namespace atlas {
namespace {

[[noreturn]] void corrupt(const char* what) { throw Error(ErrorCode::storage_corrupt, what); }

std::string_view bytes_of(const Hash& h) { return as_view(h); }

/// Root of `count` = 2^k hashes.
Hash fold_up(std::vector<Hash>& hashes) {
  while (hashes.size() > 1) {
    for (std::size_t i = 0; i < hashes.size() / 2; ++i)
      hashes[i] = merkle::node_hash(hashes[2 * i], hashes[2 * i + 1]);
    hashes.resize(hashes.size() / 2);
  }
  return hashes.front();
}

}  // namespace

std::optional<ChainHead> read_head(ReadTransaction& tx, const SystemTables& t, RowLock lock) {
  std::optional<ChainHead> head;
  const Value id[] = {Value::integer(0)};
  tx.get(
      t.chain_head, id,
      [&](RowView row) {
        ChainHead h;
        h.size = static_cast<std::uint64_t>(row[head_column::seq].as_integer());
        h.hash = hash_from_bytes(row[head_column::hash].bytes());
        h.frontier = merkle::Frontier(h.size, row[head_column::frontier].bytes());
        head = std::move(h);
      },
      lock);
  return head;
}

void create_head(WriteTransaction& tx, const SystemTables& t) {
  const Hash zero{};
  const Value row[] = {Value::integer(0), Value::integer(0), Value::blob(bytes_of(zero)), Value::blob("")};
  tx.insert(t.chain_head, row);
}

void touch_head(WriteTransaction& tx, const SystemTables& t) {
  const auto head = read_head(tx, t, RowLock::update);
  if (!head) corrupt("the organisation has no audit chain");
  const Value id[] = {Value::integer(0)};
  const unsigned columns[] = {head_column::seq};
  const Value values[] = {Value::integer(static_cast<std::int64_t>(head->size))};
  tx.update(t.chain_head, id, columns, values);
}

std::uint64_t append_entries(WriteTransaction& tx, const SystemTables& t, std::vector<AuditEntry>& entries) {
  if (entries.empty()) return 0;
  auto head = read_head(tx, t, RowLock::update);
  if (!head) corrupt("the organisation has no audit chain");
  for (AuditEntry& e : entries) {
    e.seq = static_cast<std::int64_t>(++head->size);
    e.previous = head->hash;
    const Hash leaf = leaf_hash(e);
    const std::string sealed = encode_sealed(e.sealed);
    std::vector<Value> row(audit_column::count);
    row[audit_column::seq] = Value::integer(e.seq);
    row[audit_column::format] = Value::integer(e.format);
    row[audit_column::at] = Value::integer(e.at.micros);
    row[audit_column::actor_kind] = Value::text(e.actor.kind);
    row[audit_column::actor_id] = Value::text(e.actor.id);
    row[audit_column::on_behalf_of] = Value::text(e.actor.on_behalf_of);
    row[audit_column::actor_roles] = Value::text(e.actor.roles);
    row[audit_column::action] = Value::text(e.action);
    row[audit_column::entity_kind] = Value::text(e.entity_kind);
    if (e.entity_id) row[audit_column::entity_id] = Value::id(*e.entity_id);
    row[audit_column::schema_version] = Value::integer(e.schema_version);
    row[audit_column::correlation_id] = Value::text(e.correlation_id);
    if (e.entity_hash) row[audit_column::entity_hash] = Value::blob(bytes_of(*e.entity_hash));
    row[audit_column::diff] = Value::text(e.diff);
    row[audit_column::sealed] = Value::blob(sealed);
    row[audit_column::leaf_hash] = Value::blob(bytes_of(leaf));
    tx.insert(t.audit, row);
    head->frontier.append(leaf, [&](unsigned level, std::uint64_t index, const Hash& root) {
      if (level % merkle_stride != 0) return;
      const Value node[] = {Value::integer(level), Value::integer(static_cast<std::int64_t>(index)),
                            Value::blob(bytes_of(root))};
      tx.insert(t.merkle, node);
    });
    head->hash = leaf;
  }
  const std::string frontier = head->frontier.serialise();
  const Value id[] = {Value::integer(0)};
  const unsigned columns[] = {head_column::seq, head_column::hash, head_column::frontier};
  const Value values[] = {Value::integer(static_cast<std::int64_t>(head->size)),
                          Value::blob(bytes_of(head->hash)), Value::blob(frontier)};
  if (!tx.update(t.chain_head, id, columns, values)) corrupt("the audit chain's head is gone");
  return head->size;
}

StoredEntry entry_of(RowView row, const Uuid& org) {
  StoredEntry s;
  AuditEntry& e = s.entry;
  e.org = org;
  e.seq = row[audit_column::seq].as_integer();
  e.format = static_cast<int>(row[audit_column::format].as_integer());
  e.at.micros = row[audit_column::at].as_integer();
  e.actor = {std::string(row[audit_column::actor_kind].bytes()),
             std::string(row[audit_column::actor_id].bytes()),
             std::string(row[audit_column::on_behalf_of].bytes()),
             std::string(row[audit_column::actor_roles].bytes())};
  e.action = row[audit_column::action].bytes();
  e.entity_kind = row[audit_column::entity_kind].bytes();
  if (!row[audit_column::entity_id].is_null()) e.entity_id = row[audit_column::entity_id].as_id();
  e.schema_version = static_cast<int>(row[audit_column::schema_version].as_integer());
  e.correlation_id = row[audit_column::correlation_id].bytes();
  if (!row[audit_column::entity_hash].is_null())
    e.entity_hash = hash_from_bytes(row[audit_column::entity_hash].bytes());
  e.diff = row[audit_column::diff].bytes();
  e.sealed = decode_sealed(row[audit_column::sealed].bytes());
  s.leaf = hash_from_bytes(row[audit_column::leaf_hash].bytes());
  return s;
}

Hash subtree(ReadTransaction& tx, const SystemTables& t, unsigned level, std::uint64_t index) {
  // Kept nodes stand at levels 8, 16, …; the leaf hashes are level 0.
  const unsigned base = level / merkle_stride * merkle_stride;
  const std::uint64_t count = std::uint64_t{1} << (level - base);
  const std::uint64_t first = index * count;
  std::vector<Hash> hashes;
  hashes.reserve(count);
  Query q;
  q.limit = count;
  q.key = Query::primary_key;
  if (base == 0) {
    q.table = t.audit;
    q.where =
        Predicate::all_of({Predicate::compare(Predicate::Kind::greater_equal, audit_column::seq,
                                              Value::integer(static_cast<std::int64_t>(first) + 1)),
                           Predicate::compare(Predicate::Kind::less_equal, audit_column::seq,
                                              Value::integer(static_cast<std::int64_t>(first + count)))});
    q.order = {{audit_column::seq, false}};
    tx.scan(q, [&](RowView row) {
      hashes.push_back(hash_from_bytes(row[audit_column::leaf_hash].bytes()));
      return true;
    });
  } else {
    q.table = t.merkle;
    q.where =
        Predicate::all_of({Predicate::equals(merkle_column::level, Value::integer(base)),
                           Predicate::compare(Predicate::Kind::greater_equal, merkle_column::position,
                                              Value::integer(static_cast<std::int64_t>(first))),
                           Predicate::compare(Predicate::Kind::less, merkle_column::position,
                                              Value::integer(static_cast<std::int64_t>(first + count)))});
    q.order = {{merkle_column::position, false}};
    tx.scan(q, [&](RowView row) {
      hashes.push_back(hash_from_bytes(row[merkle_column::hash].bytes()));
      return true;
    });
  }
  if (hashes.size() != count) corrupt("entries of the audit are missing");
  return fold_up(hashes);
}

}  // namespace atlas
