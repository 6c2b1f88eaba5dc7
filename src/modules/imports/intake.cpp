#include "intake.hpp"

#include "atlas/consent.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/import_values.hpp"
#include "atlas/listings.hpp"
#include "atlas/parties.hpp"
#include "atlas/phone.hpp"
#include "atlas/text.hpp"
#include "record_intake.hpp"

namespace atlas::imports {
namespace {

/// A telephone number of a row, and the record that has one: equal when both mean the same number.
struct PhoneSlots {
  Change<std::string>& change;
  std::optional<std::string>&wanted, &wanted_raw;
  const std::optional<std::string>&before, &before_raw;
};

/// `region` reads the row's number, `own_region` is where the update will read it. A number that cannot be
/// read takes no place of one that can.
void settle_phone(PhoneSlots p, const std::string& region, const std::string& own_region,
                  std::vector<std::string>& warnings) {
  const std::string* const written = p.change.get();
  if (!written) return;
  const std::string raw(trim(*written));
  const auto number = phone_e164(raw, region);
  if (!number) warnings.emplace_back("phone_unreadable");
  const bool same = number ? number == p.before : p.before || p.before_raw == raw;
  if (same) {
    p.wanted = p.before;
    return;
  }
  p.wanted = number ? number : raw;
  p.wanted_raw = raw;
  if (number && phone_e164(raw, own_region) != number) p.change = *number;
}

/// What to write so that a number is again the one it was: as people wrote it where that reads the same.
void restore_phone(const std::optional<std::string>& number, const std::optional<std::string>& raw,
                   const std::string& region, std::string& json) {
  if (raw && phone_e164(*raw, region) == number)
    json = json_string(*raw);
  else if (number)
    json = json_string(*number);
}

/// What is there stays; what is new comes after it. An import takes no number and no address away.
template <class Normal>
void settle_list(Change<std::vector<std::string>>& change, std::vector<std::string>& wanted,
                 const std::vector<std::string>& before, Normal normal) {
  const auto* const given = change.get();
  if (!given) return;
  wanted = before;
  for (const std::string& one : *given) {
    std::string kept = normal(one);
    if (std::find(wanted.begin(), wanted.end(), kept) == wanted.end()) wanted.push_back(std::move(kept));
  }
  change = wanted;
}

struct DossierTraits {
  using Entity = Dossier;
  using Create = dossiers::Create;
  using Update = dossiers::Update;
  static constexpr auto& create = dossiers::create;
  static constexpr auto& update = dossiers::update;
  static constexpr auto& archive = dossiers::archive;

  static void outcome(dossiers::Created& created, Taken& out) {
    out.outcome = created.created ? "created" : "duplicate";
    if (created.warnings) out.warnings = std::move(*created.warnings);
    if (!created.dossier) return;
    out.id = created.dossier->id;
    out.version = created.dossier->version;
    out.subject = created.dossier->subject_id;
  }
  static void settle(Context& cx, const ImportJob&, const Create& in, const Dossier& before, Update& change,
                     Dossier& wanted, Taken& out) {
    const std::string& own = cx.access().default_country;
    settle_phone({change.phone, wanted.phone, wanted.phone_raw, before.phone, before.phone_raw},
                 in.phone_region.value_or(own), own, out.warnings);
    if (const std::string* email = change.email.get()) wanted.email = fold_email(*email);
    if (const Qualification* given = change.qualification.get()) {
      Qualification both = before.qualification;
      const std::vector<std::string> needs = both.needs;
      copy_fields(*given, both);
      if (both.needs.empty()) both.needs = needs;
      wanted.qualification = both;
      change.qualification = std::move(both);
    }
  }
  static std::string_view raw_field(std::string_view name) { return name == "phone" ? "phone_raw" : ""; }
  static void restored_as(Context& cx, std::string_view name, const Dossier& before, std::string& json) {
    if (name == "phone") restore_phone(before.phone, before.phone_raw, cx.access().default_country, json);
  }
};

struct PartyTraits {
  using Entity = Party;
  using Create = parties::Create;
  using Update = parties::Update;
  static constexpr auto& create = parties::create;
  static constexpr auto& update = parties::update;
  static constexpr auto& archive = parties::archive;

  static void outcome(const Party& created, Taken& out) {
    out.outcome = "created";
    out.id = created.id;
    out.version = created.version;
    out.subject = created.subject_id;
  }
  static void settle(Context& cx, const ImportJob&, const Create& in, const Party& before, Update& change,
                     Party& wanted, Taken&) {
    const std::string region = in.phone_region.value_or(cx.access().default_country);
    settle_list(change.phones, wanted.phones, before.phones, [&](const std::string& raw) {
      return phone_e164(raw, region).value_or(std::string(trim(raw)));
    });
    settle_list(change.emails, wanted.emails, before.emails,
                [](const std::string& raw) { return fold_email(raw); });
  }
  static std::string_view raw_field(std::string_view) { return ""; }
  static void restored_as(Context&, std::string_view, const Party&, std::string&) {}
};

struct ListingTraits {
  using Entity = Listing;
  using Create = listings::Create;
  using Update = listings::Update;
  static constexpr auto& create = listings::create;
  static constexpr auto& update = listings::update;
  static constexpr auto& archive = listings::archive;

  static void outcome(const Listing& created, Taken& out) {
    out.outcome = "created";
    out.id = created.id;
    out.version = created.version;
    out.subject = created.subject_id;
    if (created.contact_phone_raw && !created.contact_phone) out.warnings.emplace_back("phone_unreadable");
  }
  static void settle(Context&, const ImportJob& job, const Create& in, const Listing& before, Update& change,
                     Listing& wanted, Taken& out) {
    settle_phone({change.contact_phone, wanted.contact_phone, wanted.contact_phone_raw, before.contact_phone,
                  before.contact_phone_raw},
                 in.phone_region.value_or(wanted.country_code), wanted.country_code, out.warnings);
    if (change.price.get()) change.price_source = job.source.value_or("import");
  }
  static std::string_view raw_field(std::string_view name) {
    return name == "contact_phone" ? "contact_phone_raw" : "";
  }
  static void restored_as(Context&, std::string_view name, const Listing& before, std::string& json) {
    if (name == "contact_phone")
      restore_phone(before.contact_phone, before.contact_phone_raw, before.country_code, json);
  }
};

/// Consents are a ledger: a grant is recorded once, and nothing is ever taken back.
class ConsentIntake final : public Intake {
 public:
  std::string_view entity() const override { return schema_of<Consent>().name; }
  std::string_view permission() const override { return consents::grant.traits.permission; }
  bool can_revert() const override { return false; }

  std::optional<Error> take(Context& cx, const ImportJob&, const Record& record, Taken& out) const override {
    consents::Grant in{};
    if (auto error = read_input(record.params.value_or("{}"), in)) return error;
    if (const auto known = recorded(cx, in)) {
      out.outcome = "duplicate";
      fill(*known, out);
      return std::nullopt;
    }
    consents::Recorded made{};
    if (auto error = cx.attempt(consents::grant, in, made)) return error;
    out.outcome = "created";
    if (made.consent) fill(*made.consent, out);
    return std::nullopt;
  }

  std::optional<Present> find(Context&, const Uuid&) const override { return std::nullopt; }
  std::optional<Error> archive(Context&, const Uuid&, std::int64_t) const override { return no_undo(); }
  std::optional<Error> undo(Context&, const Uuid&, const std::string&, bool, Undone&) const override {
    return no_undo();
  }

 private:
  static Error no_undo() { return Error(ErrorCode::not_supported, "a consent is withdrawn, never undone"); }

  static void fill(const Consent& c, Taken& out) {
    out.id = c.id;
    out.version = c.version;
    out.subject = c.subject_id;
  }

  /// The consent that has this very grant already: the same words and proof, at the same time where the row
  /// has one.
  static std::optional<Consent> recorded(Context& cx, const consents::Grant& in) {
    consents::Check question{};
    question.channel_code = in.channel_code;
    question.address = in.address;
    question.purpose_code = in.purpose_code;
    question.phone_region = in.phone_region;
    consents::Checked answer{};
    if (cx.attempt(consents::check, question, answer) || !answer.consent_id) return std::nullopt;
    auto events = cx.all<ConsentEvent>();
    const auto all =
        events.where({.where = Predicate::equals(events.column("consent_id"), Value::id(*answer.consent_id)),
                      .key = "by_consent"});
    const bool known = std::any_of(all.begin(), all.end(), [&](const ConsentEvent& e) {
      return e.kind == "GRANTED" && e.wording == in.wording && e.wording_version == in.wording_version &&
             e.source_code == in.source_code && (!in.at || e.at == *in.at) &&
             same(e.evidence.value_or(ConsentEvidence{}), in.evidence.value_or(ConsentEvidence{}));
    });
    if (!known) return std::nullopt;
    return cx.all<Consent>().find(*answer.consent_id);
  }

  static bool same(const ConsentEvidence& a, const ConsentEvidence& b) {
    return a.kind == b.kind && a.reference == b.reference && a.sha256 == b.sha256;
  }
};

}  // namespace

const Intake& intake_of(std::string_view name) {
  static const RecordIntake<ListingTraits> listings;
  static const RecordIntake<DossierTraits> dossiers;
  static const RecordIntake<PartyTraits> parties;
  static const ConsentIntake consents;
  if (name == "listings") return listings;
  if (name == "dossiers") return dossiers;
  if (name == "parties") return parties;
  if (name == "consents") return consents;
  throw Error(ErrorCode::not_supported, "this kind cannot be imported").with("kind", name);
}

bool is_overtaken(Context& cx, const Uuid& entity, Timestamp seen_at) {
  auto notes = cx.all<ImportRow>();
  const auto later = notes.where(
      {.where = Predicate::all_of({Predicate::equals(notes.column("entity_id"), Value::id(entity)),
                                   Predicate::compare(Predicate::Kind::greater, notes.column("seen_at"),
                                                      Value::integer(seen_at.micros))}),
       .key = "by_entity",
       .limit = 1});
  return !later.empty();
}

void rethrow_unless_refusal(const Error& error) {
  switch (error.code()) {
    case ErrorCode::storage_busy:
    case ErrorCode::storage_conflict:
    case ErrorCode::storage_unavailable:
    case ErrorCode::storage_full:
    case ErrorCode::storage_read_only:
    case ErrorCode::storage_io:
    case ErrorCode::storage_corrupt:
    case ErrorCode::batch_aborted:
    case ErrorCode::cancelled:
    case ErrorCode::misuse:
    case ErrorCode::internal:
      throw Error(error);
    default:
      return;
  }
}

RowFault fault_of(const Error& error) {
  constexpr std::size_t longest = 500;
  RowFault fault;
  fault.message = error.message();
  if (!error.fields().empty()) {
    const FieldError& first = error.fields().front();
    fault.reason = first.code;
    fault.field = first.path;
    fault.message.clear();
    for (const FieldError& f : error.fields()) {
      if (!fault.message.empty()) fault.message += "; ";
      fault.message += f.path + ": " + f.message;
    }
  } else {
    fault.reason = error_info(error.code()).text;
    // The detail "reason" is JSON text: a string of a closed list.
    const std::string_view detail = error.detail("reason").value_or("");
    if (detail.size() > 2 && detail.front() == '"' && detail.find('\\') == std::string_view::npos)
      fault.reason = detail.substr(1, detail.size() - 2);
  }
  // Paths may hold names that a row brought along.
  fault.field = shortened(one_line(fault.field), 200);
  fault.message = shortened(one_line(fault.message), longest);
  fault.reason = shortened(one_line(fault.reason), 64);
  return fault;
}

}  // namespace atlas::imports
