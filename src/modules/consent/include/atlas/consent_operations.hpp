#pragma once
// The operations of the consent room: what goes in and what comes out. Included by consent.hpp.

#include "atlas/consent.hpp"

namespace atlas::consents {

/// One page of the ledger, what surrounds a recorded event: where it comes from, its proof, whom it concerns.
/// `at` is when it happened (not in the future; default now), `phone_region` reads a national number.
/// `hours`: at which the person expressly agreed to be contacted besides those that the law allows, such as
/// "Mo-Fr 18:00-21:00; Sa 10:00-12:00" (see week_hours.hpp); the wording shows it. A
/// caller who sees only assigned records names the dossier or party that the event belongs to.
struct Grant {
  std::string channel_code;
  std::string address;
  std::string purpose_code;
  std::string source_code;
  std::optional<std::string> wording;
  std::optional<std::string> wording_version;
  std::optional<std::string> language;
  std::optional<ConsentEvidence> evidence;
  std::optional<std::string> ip;
  std::optional<std::string> device;
  std::optional<std::string> message_id;
  std::optional<std::string> token;
  std::optional<Timestamp> at;
  std::optional<Timestamp> expires_at;
  std::optional<std::string> hours;
  std::optional<Uuid> party_id;
  std::optional<Uuid> dossier_id;
  std::optional<std::string> phone_region;
};

/// A person was asked, or asks to be asked: the first half of a double opt-in.
struct Request {
  std::string channel_code;
  std::string address;
  std::string purpose_code;
  std::string source_code = "CONSENT_SRC_FORM";
  std::optional<std::string> wording;
  std::optional<std::string> wording_version;
  std::optional<std::string> language;
  std::optional<ConsentEvidence> evidence;
  std::optional<std::string> ip;
  std::optional<std::string> device;
  std::optional<std::string> message_id;
  std::optional<Timestamp> at;
  std::optional<std::string> hours;
  std::optional<Uuid> party_id;
  std::optional<Uuid> dossier_id;
  std::optional<std::string> phone_region;
};

/// The second half: the token came back from the address itself. The wording is that of the request.
struct Confirm {
  std::string token;
  std::optional<std::string> ip;
  std::optional<std::string> device;
  std::optional<std::string> message_id;
  std::optional<Timestamp> at;
  std::optional<Timestamp> expires_at;
};

/// A no, at once and without proof. Without a purpose it is for every one; `every_channel` for every channel
/// that such an address has.
struct Withdraw {
  std::string channel_code;
  std::string address;
  std::optional<std::string> purpose_code;
  bool every_channel = false;
  std::optional<std::string> source_code;
  std::optional<std::string> wording;
  std::optional<ConsentEvidence> evidence;
  std::optional<std::string> ip;
  std::optional<std::string> device;
  std::optional<std::string> message_id;
  std::optional<Timestamp> at;
  std::optional<Uuid> party_id;
  std::optional<Uuid> dossier_id;
  std::optional<std::string> phone_region;
};

/// A no to a request, or during a call; where consent was given it is a withdrawal.
struct Refuse {
  std::string channel_code;
  std::string address;
  std::string purpose_code;
  std::optional<std::string> source_code;
  std::optional<std::string> wording;
  std::optional<ConsentEvidence> evidence;
  std::optional<std::string> ip;
  std::optional<std::string> device;
  std::optional<std::string> message_id;
  std::optional<Timestamp> at;
  std::optional<Uuid> party_id;
  std::optional<Uuid> dossier_id;
  std::optional<std::string> phone_region;
};

/// The consent after the event, and the event.
struct Recorded {
  std::optional<Consent> consent;
  Uuid event_id;
  std::string event_hash;
};

/// `token` is told this once; it is good until `token_expires_at`, 30 days later.
struct Requested {
  std::optional<Consent> consent;
  Uuid event_id;
  std::string event_hash;
  std::string token;
  Timestamp token_expires_at;
};

/// Every consent that the no reached.
struct Withdrawn {
  std::vector<Recorded> items;
};

/// A question to the ledger; `at` defaults to now. In the past it is answered as it would have been then.
struct Check {
  std::string channel_code;
  std::string address;
  std::string purpose_code;
  std::optional<Timestamp> at;
  std::optional<Uuid> party_id;
  std::optional<Uuid> dossier_id;
  std::optional<std::string> phone_region;
};

/// The answer and its evidence: the event that decides, by id and hash. `reason`: consent_missing,
/// consent_withdrawn, consent_expired or objected, and of calls quiet_hours or frequency_cap; `detail` says
/// more, see consent_rules.hpp and the guide's page on sending. `suppressed`: a suppression had a part in it.
struct Checked {
  bool allowed = false;
  std::optional<std::string> reason;
  std::optional<std::string> detail;
  std::string channel_code;
  std::string address;
  std::string purpose_code;
  Timestamp at;
  std::string state = "none";
  std::optional<Uuid> consent_id;
  std::optional<Uuid> event_id;
  std::optional<std::string> event_hash;
  std::optional<std::string> event_kind;
  std::optional<Timestamp> event_at;
  std::optional<Timestamp> expires_at;
  std::optional<Uuid> objection_id;
  bool suppressed = false;
  std::optional<Timestamp> not_before;  ///< of a call that must wait: the next allowed moment
  std::optional<std::string> rule;      ///< and the rule that holds it
};

/// The events of a consent, oldest first; `after` is the number of the last one seen.
struct HistoryInput {
  Uuid id;
  std::int64_t after = 0;
  std::int64_t limit = 1000;
};

/// `next`: give it as `after`; absent on the last page.
struct History {
  std::vector<ConsentEvent> items;
  std::optional<std::int64_t> next;
};

/// One row of an import: plain texts, looked at row by row. `kind`: GRANTED (default), REFUSED or WITHDRAWN.
/// Times are RFC 3339.
struct ImportRow {
  std::optional<std::string> kind;
  std::optional<std::string> channel_code;
  std::optional<std::string> address;
  std::optional<std::string> purpose_code;
  std::optional<std::string> wording;
  std::optional<std::string> wording_version;
  std::optional<std::string> language;
  std::optional<std::string> evidence_kind;
  std::optional<std::string> evidence_reference;
  std::optional<std::string> evidence_sha256;
  std::optional<std::string> at;
  std::optional<std::string> expires_at;
  std::optional<std::string> phone_region;
};

/// At most 1,000 rows a call. Every event gets the source CONSENT_SRC_IMPORT.
struct Import {
  std::vector<ImportRow> rows;
};

/// What is wrong with one column of a row: `path` is its name.
struct RowFault {
  std::string path;
  std::string code;
  std::string message;
};

/// What became of one row: `recorded`, or the error's code with what is wrong.
struct RowAnswer {
  std::int64_t row = 0;  ///< from 0, as given
  bool recorded = false;
  std::optional<Uuid> consent_id;
  std::optional<Uuid> event_id;
  std::optional<std::string> code;
  std::optional<std::string> message;
  std::vector<RowFault> fields;
};

/// A row each, in order.
struct Imported {
  std::vector<RowAnswer> items;
  std::int64_t recorded = 0;
  std::int64_t refused = 0;
};

/// An objection by the person who is this party. A second one while one is in force changes nothing.
struct Object {
  Uuid party_id;
  std::optional<std::string> source_code;
  std::optional<std::string> wording;
  std::optional<std::string> message_id;
  std::optional<ConsentEvidence> evidence;
  std::optional<Timestamp> at;
};

/// Takes an objection back, which only the person can: a positive act with its proof. Consents that were
/// given before stay suppressed.
struct LiftObjection {
  Uuid party_id;
  std::string source_code;
  std::optional<std::string> wording;
  std::optional<ConsentEvidence> evidence;
};

/// How many consents ended because their time was over.
struct Expired {
  std::int64_t expired = 0;
};

/// A self-contained record of a consent. `record` is RFC 8785 JSON, `sha256` its hash; `audit` shows that the
/// last event is in the audit (docs/format.md). `signature` is a signed note over the hash, where the engine
/// has a checkpoint key.
struct Receipt {
  std::string record;
  std::string sha256;
  std::string audit;
  std::optional<std::string> signature;
};

}  // namespace atlas::consents

namespace atlas {

template <>
struct Describe<consents::Grant> {
  using In = consents::Grant;
  static constexpr std::string_view name = "consents.grant";
  static constexpr std::array fields{like<&In::channel_code, Consent>("channel_code", required),
                                     like<&In::address, Consent>("address", required),
                                     like<&In::purpose_code, Consent>("purpose_code", required),
                                     like<&In::source_code, ConsentEvent>("source_code", required),
                                     like<&In::wording, ConsentEvent>("wording"),
                                     like<&In::wording_version, ConsentEvent>("wording_version"),
                                     like<&In::language, ConsentEvent>("language"),
                                     like<&In::evidence, ConsentEvent>("evidence"),
                                     like<&In::ip, ConsentEvent>("ip"),
                                     like<&In::device, ConsentEvent>("device"),
                                     like<&In::message_id, ConsentEvent>("message_id"),
                                     field<&In::token>("token", line(1, 128), personal),
                                     field<&In::at>("at"),
                                     field<&In::expires_at>("expires_at"),
                                     like<&In::hours, ConsentEvent>("hours"),
                                     like<&In::party_id, ConsentEvent>("party_id"),
                                     like<&In::dossier_id, ConsentEvent>("dossier_id"),
                                     field<&In::phone_region>("phone_region", formatted(Format::region))};
};
template <>
struct Describe<consents::Request> {
  using In = consents::Request;
  static constexpr std::string_view name = "consents.request";
  static constexpr std::array fields{like<&In::channel_code, Consent>("channel_code", required),
                                     like<&In::address, Consent>("address", required),
                                     like<&In::purpose_code, Consent>("purpose_code", required),
                                     like<&In::source_code, ConsentEvent>("source_code"),
                                     like<&In::wording, ConsentEvent>("wording"),
                                     like<&In::wording_version, ConsentEvent>("wording_version"),
                                     like<&In::language, ConsentEvent>("language"),
                                     like<&In::evidence, ConsentEvent>("evidence"),
                                     like<&In::ip, ConsentEvent>("ip"),
                                     like<&In::device, ConsentEvent>("device"),
                                     like<&In::message_id, ConsentEvent>("message_id"),
                                     field<&In::at>("at"),
                                     like<&In::hours, ConsentEvent>("hours"),
                                     like<&In::party_id, ConsentEvent>("party_id"),
                                     like<&In::dossier_id, ConsentEvent>("dossier_id"),
                                     field<&In::phone_region>("phone_region", formatted(Format::region))};
};
template <>
struct Describe<consents::Confirm> {
  using In = consents::Confirm;
  static constexpr std::string_view name = "consents.confirm";
  static constexpr std::array fields{field<&In::token>("token", line(1, 128), personal | required),
                                     like<&In::ip, ConsentEvent>("ip"),
                                     like<&In::device, ConsentEvent>("device"),
                                     like<&In::message_id, ConsentEvent>("message_id"),
                                     field<&In::at>("at"),
                                     field<&In::expires_at>("expires_at")};
};
template <>
struct Describe<consents::Withdraw> {
  using In = consents::Withdraw;
  static constexpr std::string_view name = "consents.withdraw";
  static constexpr std::array fields{like<&In::channel_code, Consent>("channel_code", required),
                                     like<&In::address, Consent>("address", required),
                                     like<&In::purpose_code, Consent>("purpose_code"),
                                     field<&In::every_channel>("every_channel"),
                                     like<&In::source_code, ConsentEvent>("source_code"),
                                     like<&In::wording, ConsentEvent>("wording"),
                                     like<&In::evidence, ConsentEvent>("evidence"),
                                     like<&In::ip, ConsentEvent>("ip"),
                                     like<&In::device, ConsentEvent>("device"),
                                     like<&In::message_id, ConsentEvent>("message_id"),
                                     field<&In::at>("at"),
                                     like<&In::party_id, ConsentEvent>("party_id"),
                                     like<&In::dossier_id, ConsentEvent>("dossier_id"),
                                     field<&In::phone_region>("phone_region", formatted(Format::region))};
};
template <>
struct Describe<consents::Refuse> {
  using In = consents::Refuse;
  static constexpr std::string_view name = "consents.refuse";
  static constexpr std::array fields{like<&In::channel_code, Consent>("channel_code", required),
                                     like<&In::address, Consent>("address", required),
                                     like<&In::purpose_code, Consent>("purpose_code", required),
                                     like<&In::source_code, ConsentEvent>("source_code"),
                                     like<&In::wording, ConsentEvent>("wording"),
                                     like<&In::evidence, ConsentEvent>("evidence"),
                                     like<&In::ip, ConsentEvent>("ip"),
                                     like<&In::device, ConsentEvent>("device"),
                                     like<&In::message_id, ConsentEvent>("message_id"),
                                     field<&In::at>("at"),
                                     like<&In::party_id, ConsentEvent>("party_id"),
                                     like<&In::dossier_id, ConsentEvent>("dossier_id"),
                                     field<&In::phone_region>("phone_region", formatted(Format::region))};
};
template <>
struct Describe<consents::Recorded> {
  using Out = consents::Recorded;
  static constexpr std::string_view name = "consents.recorded";
  static constexpr std::array fields{field<&Out::consent>("consent", {}, flatten),
                                     field<&Out::event_id>("event_id"),
                                     field<&Out::event_hash>("event_hash")};
};
template <>
struct Describe<consents::Requested> {
  using Out = consents::Requested;
  static constexpr std::string_view name = "consents.requested";
  static constexpr std::array fields{field<&Out::consent>("consent", {}, flatten),
                                     field<&Out::event_id>("event_id"), field<&Out::event_hash>("event_hash"),
                                     field<&Out::token>("token", {}, personal),
                                     field<&Out::token_expires_at>("token_expires_at")};
};
template <>
struct Describe<consents::Withdrawn> {
  static constexpr std::string_view name = "consents.withdrawn";
  static constexpr std::array fields{field<&consents::Withdrawn::items>("items")};
};
template <>
struct Describe<consents::Check> {
  using In = consents::Check;
  static constexpr std::string_view name = "consents.check";
  static constexpr std::array fields{like<&In::channel_code, Consent>("channel_code", required),
                                     like<&In::address, Consent>("address", required),
                                     like<&In::purpose_code, Consent>("purpose_code", required),
                                     field<&In::at>("at"),
                                     like<&In::party_id, ConsentEvent>("party_id"),
                                     like<&In::dossier_id, ConsentEvent>("dossier_id"),
                                     field<&In::phone_region>("phone_region", formatted(Format::region))};
};
template <>
struct Describe<consents::Checked> {
  using Out = consents::Checked;
  static constexpr std::string_view name = "consents.checked";
  static constexpr std::array fields{field<&Out::allowed>("allowed"),
                                     field<&Out::reason>("reason"),
                                     field<&Out::detail>("detail"),
                                     field<&Out::channel_code>("channel_code"),
                                     field<&Out::address>("address", {}, personal | contact),
                                     field<&Out::purpose_code>("purpose_code"),
                                     field<&Out::at>("at"),
                                     field<&Out::state>("state"),
                                     field<&Out::consent_id>("consent_id"),
                                     field<&Out::event_id>("event_id"),
                                     field<&Out::event_hash>("event_hash"),
                                     field<&Out::event_kind>("event_kind"),
                                     field<&Out::event_at>("event_at"),
                                     field<&Out::expires_at>("expires_at"),
                                     field<&Out::objection_id>("objection_id"),
                                     field<&Out::suppressed>("suppressed"),
                                     field<&Out::not_before>("not_before"),
                                     field<&Out::rule>("rule")};
};
template <>
struct Describe<consents::HistoryInput> {
  using In = consents::HistoryInput;
  static constexpr std::string_view name = "consents.history";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::after>("after", range(0, INT64_MAX)),
                                     field<&In::limit>("limit", range(1, 1000))};
};
template <>
struct Describe<consents::History> {
  using Out = consents::History;
  static constexpr std::string_view name = "consents.events";
  static constexpr std::array fields{field<&Out::items>("items"), field<&Out::next>("next")};
};
template <>
struct Describe<consents::ImportRow> {
  using In = consents::ImportRow;
  static constexpr std::string_view name = "consents.import_row";
  static constexpr std::array fields{
      field<&In::kind>("kind", text(0, 64)),
      field<&In::channel_code>("channel_code", text(0, 64)),
      field<&In::address>("address", text(0, 500), personal),
      field<&In::purpose_code>("purpose_code", text(0, 64)),
      field<&In::wording>("wording", text(0, 20'000), free_text),
      field<&In::wording_version>("wording_version", text(0, 500)),
      field<&In::language>("language", text(0, 64)),
      field<&In::evidence_kind>("evidence_kind", text(0, 500)),
      field<&In::evidence_reference>("evidence_reference", text(0, 2000), personal),
      field<&In::evidence_sha256>("evidence_sha256", text(0, 500)),
      field<&In::at>("at", text(0, 64)),
      field<&In::expires_at>("expires_at", text(0, 64)),
      field<&In::phone_region>("phone_region", text(0, 64))};
};
template <>
struct Describe<consents::Import> {
  static constexpr std::string_view name = "consents.import";
  static constexpr std::array fields{field<&consents::Import::rows>("rows", range(1, 1000), required)};
};
template <>
struct Describe<consents::RowFault> {
  using Out = consents::RowFault;
  static constexpr std::string_view name = "consents.row_fault";
  static constexpr std::array fields{field<&Out::path>("path"), field<&Out::code>("code"),
                                     field<&Out::message>("message")};
};
template <>
struct Describe<consents::RowAnswer> {
  using Out = consents::RowAnswer;
  static constexpr std::string_view name = "consents.row_answer";
  static constexpr std::array fields{field<&Out::row>("row"),
                                     field<&Out::recorded>("recorded"),
                                     field<&Out::consent_id>("consent_id"),
                                     field<&Out::event_id>("event_id"),
                                     field<&Out::code>("code"),
                                     field<&Out::message>("message"),
                                     field<&Out::fields>("fields")};
};
template <>
struct Describe<consents::Imported> {
  using Out = consents::Imported;
  static constexpr std::string_view name = "consents.imported";
  static constexpr std::array fields{field<&Out::items>("items"), field<&Out::recorded>("recorded"),
                                     field<&Out::refused>("refused")};
};
template <>
struct Describe<consents::Object> {
  using In = consents::Object;
  static constexpr std::string_view name = "consents.object";
  static constexpr std::array fields{like<&In::party_id, Objection>("party_id", required),
                                     like<&In::source_code, Objection>("source_code"),
                                     like<&In::wording, Objection>("wording"),
                                     like<&In::message_id, Objection>("message_id"),
                                     like<&In::evidence, Objection>("evidence"),
                                     field<&In::at>("at")};
};
template <>
struct Describe<consents::LiftObjection> {
  using In = consents::LiftObjection;
  static constexpr std::string_view name = "consents.lift_objection";
  static constexpr std::array fields{like<&In::party_id, Objection>("party_id", required),
                                     like<&In::source_code, Objection>("source_code", required),
                                     like<&In::wording, Objection>("wording"),
                                     like<&In::evidence, Objection>("evidence")};
};
template <>
struct Describe<consents::Expired> {
  static constexpr std::string_view name = "consents.expired";
  static constexpr std::array fields{field<&consents::Expired::expired>("expired")};
};
template <>
struct Describe<consents::Receipt> {
  using Out = consents::Receipt;
  static constexpr std::string_view name = "consents.receipt";
  static constexpr std::array fields{
      field<&Out::record>("record", {}, personal), field<&Out::sha256>("sha256"),
      field<&Out::audit>("audit", json_object(16 << 20)), field<&Out::signature>("signature")};
};

namespace consents {

inline constexpr Operation<Request, Requested> request{
    {.name = "consents.request",
     .permission = "CONSENT_RECORD",
     .effect = Effect::writes,
     .summary = "Notes that consent was asked for; its token confirms a double opt-in.",
     .feature = "core.consent",
     .always_durable = true}};
inline constexpr Operation<Grant, Recorded> grant{
    {.name = "consents.grant",
     .permission = "CONSENT_RECORD",
     .effect = Effect::writes,
     .summary = "Records a consent with its proof; without proof it is none.",
     .feature = "core.consent",
     .always_durable = true}};
inline constexpr Operation<Confirm, Recorded> confirm{
    {.name = "consents.confirm",
     .permission = "CONSENT_RECORD",
     .effect = Effect::writes,
     .summary = "Grants what a token was sent for: the second half of a double opt-in.",
     .feature = "core.consent",
     .always_durable = true}};
inline constexpr Operation<Withdraw, Withdrawn> withdraw{
    {.name = "consents.withdraw",
     .permission = "CONSENT_RECORD",
     .effect = Effect::writes,
     .summary = "Withdraws at once, for a purpose or every one.",
     .always_durable = true,
     .while_suspended = true}};
inline constexpr Operation<Refuse, Recorded> refuse{{.name = "consents.refuse",
                                                     .permission = "CONSENT_RECORD",
                                                     .effect = Effect::writes,
                                                     .summary = "Records a no to a request or during a call.",
                                                     .always_durable = true,
                                                     .while_suspended = true}};
inline constexpr Operation<Object, Objection> object{
    {.name = "consents.object",
     .permission = "CONSENT_RECORD",
     .effect = Effect::writes,
     .summary = "Records a person's objection to being contacted at all.",
     .always_durable = true,
     .while_suspended = true}};
inline constexpr Operation<LiftObjection, Objection> lift_objection{
    {.name = "consents.lift_objection",
     .permission = "CONSENT_RECORD",
     .effect = Effect::writes,
     .summary = "Takes an objection back, by the person's own act.",
     .feature = "core.consent",
     .always_durable = true}};
inline constexpr Operation<Check, Checked> check{
    {.name = "consents.check",
     .permission = "CONSENT_READ",
     .summary = "May this address be contacted on this channel for this purpose, and by what evidence?"}};
inline constexpr Operation<GetInput, Consent> get{
    {.name = "consents.get", .permission = "CONSENT_READ", .summary = "One consent."}};
inline constexpr Operation<ListInput, Page<Consent>> list{
    {.name = "consents.list", .permission = "CONSENT_READ", .summary = "Consents, page by page."}};
inline constexpr Operation<CountInput, Count> count{
    {.name = "consents.count", .permission = "CONSENT_READ", .summary = "How many consents."}};
inline constexpr Operation<HistoryInput, History> history{
    {.name = "consents.history",
     .permission = "CONSENT_READ",
     .summary = "Everything that happened to a consent, oldest first."}};
inline constexpr Operation<ListInput, Page<Objection>> objections{
    {.name = "consents.objections", .permission = "CONSENT_READ", .summary = "Objections, page by page."}};
inline constexpr Operation<Import, Imported> import_rows{
    {.name = "consents.import",
     .permission = "IMPORT_RUN",
     .effect = Effect::writes,
     .summary = "Records consents and refusals from elsewhere, row by row; a grant without proof is refused.",
     .feature = "core.consent",
     .always_durable = true}};
inline constexpr Operation<Nothing, Expired> expire{
    {.name = "consents.expire",
     .permission = "CONSENT_EXPORT",
     .effect = Effect::writes,
     .summary = "Ends the consents whose time is over, without waiting for the due work.",
     .always_durable = true,
     .while_suspended = true}};
inline constexpr Operation<GetInput, Receipt> receipt{
    {.name = "consents.receipt",
     .permission = "CONSENT_EXPORT",
     .effect = Effect::writes,
     .summary = "A self-contained, provable record of a consent.",
     .while_suspended = true}};

/// consents.grant for a rule of a room above (a visitor's form), which has authorised it: the party and
/// dossier that it names are taken as they are. Under the same conditions of proof; throws as the operation.
Recorded record_grant(Context& cx, const Grant& in);

/// Registers consents. After the rooms of dossiers and parties: a consent is assigned to whom one of its
/// events' dossiers or parties is.
void register_consents(Registry& registry);

}  // namespace consents
}  // namespace atlas
