#include "atlas/audit.hpp"

#include <charconv>

#include "atlas/audit_trail.hpp"
#include "atlas/context.hpp"
#include "atlas/registry.hpp"
#include "events.hpp"

namespace atlas::audit {
namespace {

std::optional<std::string> unless_empty(const std::string& s) {
  return s.empty() ? std::nullopt : std::optional(s);
}
std::string b64(const Hash& h) { return base64(as_view(h)); }

std::vector<std::string> b64(const std::vector<Hash>& hashes) {
  std::vector<std::string> out;
  for (const Hash& h : hashes) out.push_back(b64(h));
  return out;
}

Entry entry_of(AuditTrail& trail, const StoredEntry& s) {
  const AuditEntry& e = s.entry;
  Entry out;
  out.seq = e.seq;
  out.at = e.at;
  out.actor_kind = e.actor.kind;
  out.actor_id = unless_empty(e.actor.id);
  out.on_behalf_of = unless_empty(e.actor.on_behalf_of);
  out.actor_roles = unless_empty(e.actor.roles);
  out.action = e.action;
  out.entity_kind = unless_empty(e.entity_kind);
  out.entity_id = e.entity_id;
  out.correlation_id = e.correlation_id;
  if (!e.diff.empty()) out.diff = e.diff;
  if (std::string personal = trail.personal_patch(s); !personal.empty()) out.personal = std::move(personal);
  out.leaf_hash = b64(s.leaf);
  return out;
}

Page<Entry> list_entries(Context& cx, const ListEntries& in) {
  AuditTrail trail(cx);
  AuditFilter f;
  if (in.after) {
    const char* end = in.after->data() + in.after->size();
    if (std::from_chars(in.after->data(), end, f.after).ptr != end || f.after < 1) {
      throw Error(ErrorCode::invalid_argument, "not a token of this list")
          .field("/after", field_code::out_of_range, "not a token of this list");
    }
  }
  f.limit = in.limit + 1;
  f.descending = !in.oldest_first;
  f.entity_id = in.entity_id;
  f.actions = in.actions;
  f.from = in.from;
  f.until = in.until;
  // Read first, open afterwards: the sink of a scan may not read.
  std::vector<StoredEntry> found;
  trail.entries(f, [&](StoredEntry&& s) {
    found.push_back(std::move(s));
    return true;
  });
  Page<Entry> page;
  for (const StoredEntry& s : found) {
    if (static_cast<std::int64_t>(page.items.size()) == in.limit) {
      page.next = std::to_string(page.items.back().seq);
      break;
    }
    page.items.push_back(entry_of(trail, s));
  }
  return page;
}

Verified verify_chain(Context& cx, const Verify& in) {
  std::optional<VerifierKey> key;
  if (in.key && !(key = parse_verifier_key(*in.key))) {
    throw Error(ErrorCode::invalid_argument, "not a verifier key")
        .field("/key", field_code::wrong_type, "name+hash+key, as C2SP writes it");
  }
  AuditTrail trail(cx);
  AuditVerification v = trail.verify(in.records);
  Verified out;
  if (in.checkpoint) {
    out.checkpoint_signed = read_checkpoint(*in.checkpoint).is_signed;
    trail.verify_note(*in.checkpoint, key, v);
  }
  out.entries = v.entries;
  out.records = v.entities;
  out.root = b64(v.root);
  for (AuditFinding& f : v.findings) out.findings.push_back({f.seq, std::move(f.entity), std::move(f.what)});
  out.ok = out.findings.empty();
  return out;
}

Proof prove_entry(Context& cx, const Prove& in) {
  AuditTrail trail(cx);
  const StoredEntry s = trail.entry(in.seq);
  const std::int64_t size = in.size ? *in.size : trail.head().size;
  Proof p;
  p.seq = in.seq;
  p.index = in.seq - 1;
  p.size = size;
  p.proof = b64(trail.inclusion(in.seq, size));
  p.root = b64(trail.root(size));
  p.leaf_hash = b64(s.leaf);
  StoredEntry linked = s;
  if (in.seq > 1) linked.entry.previous = trail.leaf(in.seq - 1);
  p.entry = export_line(linked.entry);
  return p;
}

Consistency prove_consistency(Context& cx, const ProveConsistency& in) {
  AuditTrail trail(cx);
  Consistency c;
  c.size1 = in.from;
  c.size2 = in.to ? *in.to : trail.head().size;
  c.proof = b64(trail.consistency(c.size1, c.size2));
  c.root1 = b64(trail.root(c.size1));
  c.root2 = b64(trail.root(c.size2));
  return c;
}

Exported export_lines(Context& cx, const Export& in) {
  AuditTrail trail(cx);
  AuditFilter f;
  f.after = in.after;
  f.limit = in.limit;
  Exported out;
  Hash previous = in.after > 0 ? trail.leaf(in.after) : Hash{};
  std::int64_t last = in.after;
  trail.entries(f, [&](StoredEntry&& s) {
    s.entry.previous = previous;
    out.lines.push_back(export_line(s.entry));
    previous = s.leaf;
    last = s.entry.seq;
    return true;
  });
  if (static_cast<std::int64_t>(out.lines.size()) == in.limit) out.next = last;
  // Only the first page of an export is an event of its own; the rest belongs to it.
  if (in.after == 0) cx.note_organisation("audit.exported");
  return out;
}

}  // namespace

void register_audit(Registry& registry) {
  registry.operation(head, [](Context& cx, const Nothing&) {
    AuditTrail trail(cx);
    const TreeHead h = trail.head();
    return Head{trail.origin(), h.size, b64(h.root)};
  });
  registry.operation(list, list_entries);
  registry.operation(verify, verify_chain);
  registry.operation(prove, prove_entry);
  registry.operation(consistency, prove_consistency);
  registry.operation(checkpoint, [](Context& cx, const Nothing&) {
    AuditTrail trail(cx);
    CheckpointMade out;
    out.size = trail.head().size;
    out.note = trail.checkpoint();
    out.is_signed = read_checkpoint(out.note).is_signed;
    return out;
  });
  registry.operation(export_entries, export_lines);
  registry.operation(events, list_events);
}

}  // namespace atlas::audit
