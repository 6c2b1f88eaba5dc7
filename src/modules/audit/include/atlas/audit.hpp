#pragma once
// The audit as operations: list, verify, prove, checkpoint, export. And the events, which are its public
// face.

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Registry;

namespace audit {

/// One entry as a reader sees it. `diff` and `personal` are RFC 6902 patches; `personal` is absent where the
/// person was erased or nothing personal changed.
struct Entry {
  std::int64_t seq = 0;
  Timestamp at;
  std::string actor_kind;
  std::optional<std::string> actor_id;
  std::optional<std::string> on_behalf_of;
  std::optional<std::string> actor_roles;
  std::string action;
  std::optional<std::string> entity_kind;
  std::optional<Uuid> entity_id;
  std::string correlation_id;
  std::string diff = "[]";
  std::string personal = "[]";
  std::string leaf_hash;  ///< base64
};

/// Which entries; filters add up, newest first unless `oldest_first`. `until` is exclusive.
struct ListEntries {
  std::optional<Uuid> entity_id;
  std::vector<std::string> actions;
  std::optional<Timestamp> from;
  std::optional<Timestamp> until;
  std::int64_t limit = 100;
  std::optional<std::string> after;
  bool oldest_first = false;
};

/// With `records` every record is compared with its last entry. `checkpoint`: a note made earlier; `key`: the
/// verifier key that must have signed it (C2SP form).
struct Verify {
  bool records = false;
  std::optional<std::string> checkpoint;
  std::optional<std::string> key;
};
/// Something that does not add up. `seq` 0: the whole chain; `record`: "dossier/<id>" or "".
struct Finding {
  std::int64_t seq = 0;
  std::string record;
  std::string what;
};
/// `ok` when there are no findings (at most 100 are told). `root` in base64, of the entries as they lie
/// there.
struct Verified {
  bool ok = false;
  std::int64_t entries = 0;
  std::int64_t records = 0;
  std::string root;
  std::optional<bool> checkpoint_signed;
  std::vector<Finding> findings;
};

/// The entry `seq` in the tree of the first `size` entries.
struct Prove {
  std::int64_t seq = 0;
  std::optional<std::int64_t> size;  ///< default: the head
};
/// RFC 9162 inclusion proof; hashes in base64. `index` = seq − 1.
struct Proof {
  std::int64_t seq = 0;
  std::int64_t index = 0;
  std::int64_t size = 0;
  std::string root;
  std::string leaf_hash;
  std::vector<std::string> proof;
  std::string entry;  ///< as `audit.export` writes it
};

/// That the tree of `to` entries (default: the head) continues that of `from`.
struct ProveConsistency {
  std::int64_t from = 0;
  std::optional<std::int64_t> to;
};
/// RFC 9162 consistency proof; hashes in base64.
struct Consistency {
  std::int64_t size1 = 0;
  std::int64_t size2 = 0;
  std::string root1;
  std::string root2;
  std::vector<std::string> proof;
};

/// The tree as it is now; `root` in base64. `origin` is what checkpoints are signed for.
struct Head {
  std::string origin;
  std::int64_t size = 0;
  std::string root;
};

/// A C2SP note of the head, and whether the engine had a key to sign it.
struct CheckpointMade {
  std::string note;
  std::int64_t size = 0;
  bool is_signed = false;
};

/// Entries with a sequence greater than `after`.
struct Export {
  std::int64_t after = 0;
  std::int64_t limit = 1000;
};
/// Lines for the stand-alone verifier, in sequence.
struct Exported {
  std::vector<std::string> lines;
  std::optional<std::int64_t> next;  ///< to pass as `after`
};

/// A committed change: the audit entry's public face. Kept 30 days.
struct EventItem {
  std::int64_t sequence = 0;
  std::string type;
  std::string entity_kind;
  std::optional<Uuid> entity_id;
  Timestamp at;
};
/// Events with a sequence greater than `after`. Types: "*", "dossier.*" or whole; none = all.
struct ListEvents {
  std::int64_t after = 0;
  std::vector<std::string> types;
  std::int64_t limit = 100;
};
/// Events in sequence. May be empty while `last` moves on: a filter looks at 10,000 entries a call.
struct EventPage {
  std::vector<EventItem> items;
  std::int64_t last = 0;  ///< to pass as `after`; at least once, from any host
};

}  // namespace audit

template <>
struct Describe<audit::Entry> {
  using T = audit::Entry;
  static constexpr std::string_view name = "audit_entry";
  static constexpr std::array fields{field<&T::seq>("seq"),
                                     field<&T::at>("at"),
                                     field<&T::actor_kind>("actor_kind"),
                                     field<&T::actor_id>("actor_id"),
                                     field<&T::on_behalf_of>("on_behalf_of"),
                                     field<&T::actor_roles>("actor_roles"),
                                     field<&T::action>("action"),
                                     field<&T::entity_kind>("entity_kind"),
                                     field<&T::entity_id>("entity_id"),
                                     field<&T::correlation_id>("correlation_id"),
                                     field<&T::diff>("diff", json_value()),
                                     field<&T::personal>("personal", json_value()),
                                     field<&T::leaf_hash>("leaf_hash")};
};
template <>
struct Describe<audit::ListEntries> {
  using T = audit::ListEntries;
  static constexpr std::string_view name = "audit.list";
  static constexpr std::array fields{field<&T::entity_id>("entity_id"),
                                     field<&T::actions>("actions", range(0, 50)),
                                     field<&T::from>("from"),
                                     field<&T::until>("until"),
                                     field<&T::limit>("limit", range(1, 1000)),
                                     field<&T::after>("after", text(1, 32)),
                                     field<&T::oldest_first>("oldest_first")};
};
template <>
struct Describe<audit::Verify> {
  using T = audit::Verify;
  static constexpr std::string_view name = "audit.verify";
  static constexpr std::array fields{field<&T::records>("records"),
                                     field<&T::checkpoint>("checkpoint", text(1, 8192)),
                                     field<&T::key>("key", line(1, 500))};
};
template <>
struct Describe<audit::Finding> {
  using T = audit::Finding;
  static constexpr std::string_view name = "audit_finding";
  static constexpr std::array fields{field<&T::seq>("seq"), field<&T::record>("record"),
                                     field<&T::what>("what")};
};
template <>
struct Describe<audit::Verified> {
  using T = audit::Verified;
  static constexpr std::string_view name = "audit.verified";
  static constexpr std::array fields{field<&T::ok>("ok"),
                                     field<&T::entries>("entries"),
                                     field<&T::records>("records"),
                                     field<&T::root>("root"),
                                     field<&T::checkpoint_signed>("checkpoint_signed"),
                                     field<&T::findings>("findings")};
};
template <>
struct Describe<audit::Prove> {
  using T = audit::Prove;
  static constexpr std::string_view name = "audit.prove";
  static constexpr std::array fields{field<&T::seq>("seq", range(1, INT64_MAX), required),
                                     field<&T::size>("size", range(1, INT64_MAX))};
};
template <>
struct Describe<audit::Proof> {
  using T = audit::Proof;
  static constexpr std::string_view name = "audit.proof";
  static constexpr std::array fields{field<&T::seq>("seq"),
                                     field<&T::index>("index"),
                                     field<&T::size>("size"),
                                     field<&T::root>("root"),
                                     field<&T::leaf_hash>("leaf_hash"),
                                     field<&T::proof>("proof"),
                                     field<&T::entry>("entry", json_value())};
};
template <>
struct Describe<audit::ProveConsistency> {
  using T = audit::ProveConsistency;
  static constexpr std::string_view name = "audit.consistency";
  static constexpr std::array fields{field<&T::from>("from", range(1, INT64_MAX), required),
                                     field<&T::to>("to", range(1, INT64_MAX))};
};
template <>
struct Describe<audit::Consistency> {
  using T = audit::Consistency;
  static constexpr std::string_view name = "audit.consistency_proof";
  static constexpr std::array fields{field<&T::size1>("size1"), field<&T::size2>("size2"),
                                     field<&T::root1>("root1"), field<&T::root2>("root2"),
                                     field<&T::proof>("proof")};
};
template <>
struct Describe<audit::Head> {
  using T = audit::Head;
  static constexpr std::string_view name = "audit.head";
  static constexpr std::array fields{field<&T::origin>("origin"), field<&T::size>("size"),
                                     field<&T::root>("root")};
};
template <>
struct Describe<audit::CheckpointMade> {
  using T = audit::CheckpointMade;
  static constexpr std::string_view name = "audit.checkpoint";
  static constexpr std::array fields{field<&T::note>("note"), field<&T::size>("size"),
                                     field<&T::is_signed>("signed")};
};
template <>
struct Describe<audit::Export> {
  using T = audit::Export;
  static constexpr std::string_view name = "audit.export";
  static constexpr std::array fields{field<&T::after>("after", range(0, INT64_MAX)),
                                     field<&T::limit>("limit", range(1, 1000))};
};
template <>
struct Describe<audit::Exported> {
  using T = audit::Exported;
  static constexpr std::string_view name = "audit.exported";
  static constexpr std::array fields{field<&T::lines>("lines"), field<&T::next>("next")};
};
template <>
struct Describe<audit::EventItem> {
  using T = audit::EventItem;
  static constexpr std::string_view name = "event";
  static constexpr std::array fields{field<&T::sequence>("sequence"), field<&T::type>("type"),
                                     field<&T::entity_kind>("entity_kind"), field<&T::entity_id>("entity_id"),
                                     field<&T::at>("at")};
};
template <>
struct Describe<audit::ListEvents> {
  using T = audit::ListEvents;
  static constexpr std::string_view name = "events.list";
  static constexpr std::array fields{field<&T::after>("after", range(0, INT64_MAX)),
                                     field<&T::types>("types", range(0, 50)),
                                     field<&T::limit>("limit", range(1, 1000))};
};
template <>
struct Describe<audit::EventPage> {
  using T = audit::EventPage;
  static constexpr std::string_view name = "events.page";
  static constexpr std::array fields{field<&T::items>("items"), field<&T::last>("last")};
};

namespace audit {

inline constexpr Operation<Nothing, Head> head{
    {.name = "audit.head", .permission = "AUDIT_READ", .summary = "Size and root of the audit's tree."}};
inline constexpr Operation<ListEntries, Page<Entry>> list{
    {.name = "audit.list",
     .permission = "AUDIT_READ",
     .summary = "Audit entries, newest first, with filters."}};
inline constexpr Operation<Verify, Verified> verify{
    {.name = "audit.verify",
     .permission = "AUDIT_EXPORT",
     .summary = "Recomputes the chain, compares it with a checkpoint and records with their last entries."}};
inline constexpr Operation<Prove, Proof> prove{
    {.name = "audit.prove", .permission = "AUDIT_READ", .summary = "Inclusion proof of one entry."}};
inline constexpr Operation<ProveConsistency, Consistency> consistency{
    {.name = "audit.consistency",
     .permission = "AUDIT_EXPORT",
     .summary = "Proof that a later tree continues an earlier one."}};
inline constexpr Operation<Nothing, CheckpointMade> checkpoint{
    {.name = "audit.checkpoint",
     .permission = "AUDIT_EXPORT",
     .effect = Effect::writes,
     .summary = "A signed note of the present head, to be kept elsewhere.",
     .always_durable = true,
     .while_suspended = true}};
inline constexpr Operation<Export, Exported> export_entries{
    {.name = "audit.export",
     .permission = "AUDIT_EXPORT",
     .effect = Effect::writes,
     .summary = "Entries in the form that a stand-alone verifier reads.",
     .while_suspended = true}};
inline constexpr Operation<ListEvents, EventPage> events{
    {.name = "events.list", .permission = "AUDIT_READ", .summary = "Committed changes since a sequence."}};

/// Registers the audit's operations and events.list.
void register_audit(Registry& registry);

}  // namespace audit
}  // namespace atlas
