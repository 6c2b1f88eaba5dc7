// Does the chain add up, and is every record as its last entry says?

#include <nlohmann/json.hpp>
#include <unordered_map>

#include "atlas/audit_trail.hpp"
#include "audit_log.hpp"
#include "binding.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

constexpr std::size_t max_findings = 100;

class Verifier {
 public:
  Verifier(Context& cx, AuditVerification& result)
      : cx_(cx), tx_(cx.unit().read()), tables_(cx.unit().kernel().tables), result_(result) {}

  void chain(bool collect) {
    Query q;
    q.table = tables_.audit;
    q.order = {{audit_column::seq, false}};
    q.key = Query::primary_key;
    merkle::Frontier frontier;
    Hash previous{};
    std::int64_t expected = 1;
    tx_.scan(q, [&](RowView row) {
      const std::int64_t seq = row[audit_column::seq].as_integer();
      ++result_.entries;
      if (seq != expected)
        find(expected, "",
             expected < seq ? "entries are missing before " + std::to_string(seq)
                            : "an entry stands out of order");
      expected = seq + 1;
      Hash leaf{};
      try {
        StoredEntry s = entry_of(row, cx_.organisation());
        s.entry.previous = previous;
        leaf = leaf_hash(s.entry);
        if (leaf != s.leaf) find(seq, "", "the entry was changed, or the one before it");
        // Go on from what is stored, so that one changed entry is named once.
        leaf = s.leaf;
        if (collect) remember(s.entry);
      } catch (const Error&) {
        find(seq, "", "the entry cannot be read");
      }
      previous = leaf;
      frontier.append(
          leaf, [&](unsigned level, std::uint64_t index, const Hash& root) { node(level, index, root); });
      return true;
    });
    result_.root = frontier.root();
    const auto head = read_head(tx_, tables_);
    if (!head) {
      find(0, "", "the chain's head is missing");
      return;
    }
    if (static_cast<std::int64_t>(head->size) != result_.entries) {
      find(0, "",
           "the head counts " + std::to_string(head->size) + " entries, the store holds " +
               std::to_string(result_.entries));
    } else if (head->hash != previous || head->frontier.root() != result_.root) {
      find(0, "", "the head is not that of the entries");
    }
  }

  void entities() {
    for (const auto& [name, info] : cx_.unit().kernel().registry->entities()) {
      if (info.bookkeeping) continue;
      Query q;
      q.table = info.table;
      q.key = Query::primary_key;
      std::vector<std::pair<OwnedRow, Uuid>> rows;
      std::optional<OwnedRow> after;
      do {
        rows.clear();
        q.after = after;
        q.limit = 512;
        tx_.scan(q, [&](RowView row) {
          rows.emplace_back(own(row), row[0].as_id());
          return true;
        });
        for (const auto& [row, id] : rows) record(info, views(row), id);
        if (!rows.empty()) after = OwnedRow{rows.back().first.front()};
      } while (rows.size() == q.limit);
    }
    for (const auto& [id, known] : known_) {
      if (!known.seen) find(known.seq, known.kind + "/" + format_uuid(id), "the record is gone");
    }
  }

  void find(std::int64_t seq, std::string entity, std::string what) {
    if (result_.findings.size() < max_findings)
      result_.findings.push_back({seq, std::move(entity), std::move(what)});
  }

 private:
  struct Known {
    Hash hash;
    std::int64_t seq;
    std::string kind;
    bool seen = false;
  };

  void remember(const AuditEntry& e) {
    if (e.entity_id && e.entity_hash)
      known_.insert_or_assign(*e.entity_id, Known{*e.entity_hash, e.seq, e.entity_kind});
    if (e.diff.find("/attached/") == std::string::npos) return;
    for (const Json& op : Json::parse(e.diff, nullptr, false)) {
      const std::string path = op.value("path", "");
      if (!path.starts_with("/attached/") || !op["value"].is_string()) continue;
      const auto slash = path.rfind('/');
      const auto id = parse_uuid(std::string_view(path).substr(slash + 1));
      const auto bytes = unhex(op["value"].get_ref<const std::string&>());
      if (id && bytes && bytes->size() == 32)
        known_.insert_or_assign(*id, Known{hash_from_bytes(*bytes), e.seq, path.substr(10, slash - 10)});
    }
  }

  void node(unsigned level, std::uint64_t index, const Hash& root) {
    if (level % merkle_stride != 0) return;
    const Value primary[] = {Value::integer(level), Value::integer(static_cast<std::int64_t>(index))};
    bool same = false;
    tx_.get(tables_.merkle, primary,
            [&](RowView row) { same = row[merkle_column::hash].bytes() == as_view(root); });
    if (!same) find(0, "", "a kept node of the tree was changed");
  }

  void record(const EntityInfo& info, const std::vector<Value>& row, const Uuid& id) {
    ++result_.entities;
    const std::string name = std::string(info.schema->name) + "/" + format_uuid(id);
    const auto known = known_.find(id);
    if (known == known_.end()) {
      find(0, name, "no entry tells of this record");
      return;
    }
    known->second.seen = true;
    const auto subject = info.column("subject_id");
    std::optional<SubjectKey> key;
    const Value& cell = row[subject->first];
    if (cell.bytes().size() == 16) key = cx_.unit().kernel().vault->find(tx_, cell.as_id());
    const auto hash = entity_hash(info, row, key ? &*key : nullptr);
    if (!hash)
      find(known->second.seq, name, "the key of the person is gone but the data are not");
    else if (*hash != known->second.hash)
      find(known->second.seq, name, "the record is not as its last entry says");
  }

  Context& cx_;
  ReadTransaction& tx_;
  const SystemTables& tables_;
  AuditVerification& result_;
  std::unordered_map<Uuid, Known> known_;
};

}  // namespace

AuditVerification AuditTrail::verify(bool entities) {
  AuditVerification result;
  Verifier verifier(cx_, result);
  verifier.chain(entities);
  if (entities) verifier.entities();
  return result;
}

void AuditTrail::verify_note(const std::string& note, const std::optional<VerifierKey>& key,
                             AuditVerification& result) {
  const auto find = [&](std::string what) { result.findings.push_back({0, "", std::move(what)}); };
  const ReadCheckpoint read = read_checkpoint(note);
  if (key && !verify_checkpoint(note, key->name, key->public_key)) find("the note is not signed by this key");
  const Checkpoint& c = read.checkpoint;
  if (c.origin != origin()) {
    find("the note is of another organisation");
    return;
  }
  if (c.size > static_cast<std::uint64_t>(result.entries)) {
    find("the note counts " + std::to_string(c.size) + " entries, the store holds " +
         std::to_string(result.entries) + ": the newest were removed");
    return;
  }
  // From the leaves themselves: kept nodes could have been changed along with an entry.
  merkle::Frontier frontier;
  Query q;
  q.table = cx_.unit().kernel().tables.audit;
  q.order = {{audit_column::seq, false}};
  q.key = Query::primary_key;
  q.limit = c.size;
  if (c.size > 0) {
    cx_.unit().read().scan(q, [&](RowView row) {
      frontier.append(hash_from_bytes(row[audit_column::leaf_hash].bytes()));
      return true;
    });
  }
  if (frontier.root() != c.root)
    find("the first " + std::to_string(c.size) + " entries are not those of the note");
}

}  // namespace atlas
