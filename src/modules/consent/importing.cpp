// Consents from elsewhere, row by row.

#include <algorithm>
#include <map>

#include "recording.hpp"

namespace atlas::consents {
namespace {

/// A row in the form of an event, with its key.
struct Row {
  std::string channel, address, purpose;
  ConsentEvent event;
};

std::optional<std::string> unless_empty(const std::optional<std::string>& text) {
  return text && !text->empty() ? text : std::nullopt;
}

void add(std::vector<FieldError>& errors, const char* path, std::string_view code, const char* why) {
  errors.push_back({path, std::string(code), why});
}

std::optional<Timestamp> read_time(const std::optional<std::string>& text, const char* path,
                                   std::vector<FieldError>& errors) {
  if (!text || text->empty()) return std::nullopt;
  const auto time = parse_timestamp(*text);
  if (!time) add(errors, path, field_code::not_a_time, "RFC 3339 with an offset");
  return time;
}

/// Names of columns for paths of events: a row is flat.
std::string column_of(const std::string& path) {
  if (path.starts_with("/evidence/")) return "/evidence_" + path.substr(10);
  return path;
}

/// The row under the rules of consents.grant; throws invalid_argument with everything that is wrong.
Row read_row(Context& cx, const ImportRow& in) {
  std::vector<FieldError> errors;
  const auto needed = [&](const std::optional<std::string>& text, const char* path) {
    if (!unless_empty(text)) add(errors, path, field_code::required, "it must be given");
    return text.value_or("");
  };
  Grant g;
  g.channel_code = needed(in.channel_code, "/channel_code");
  g.address = needed(in.address, "/address");
  g.purpose_code = needed(in.purpose_code, "/purpose_code");
  g.source_code = "CONSENT_SRC_IMPORT";
  g.wording = unless_empty(in.wording);
  g.wording_version = unless_empty(in.wording_version);
  g.language = unless_empty(in.language);
  g.phone_region = unless_empty(in.phone_region);
  ConsentEvidence evidence{unless_empty(in.evidence_kind), unless_empty(in.evidence_reference),
                           unless_empty(in.evidence_sha256)};
  if (evidence.kind || evidence.reference || evidence.sha256) g.evidence = std::move(evidence);
  g.at = read_time(in.at, "/at", errors);
  g.expires_at = read_time(in.expires_at, "/expires_at", errors);
  validate(schema_of<Grant>(), &g, errors,
           [&](std::string_view dictionary, std::string_view code) { return cx.is_code(dictionary, code); });
  Row row{g.channel_code, "", g.purpose_code, {}};
  ConsentEvent& e = row.event;
  copy_fields(g, e);
  e.kind = unless_empty(in.kind).value_or("GRANTED");
  const bool is_grant = e.kind == "GRANTED";
  if (!is_grant && e.kind != "REFUSED" && e.kind != "WITHDRAWN")
    add(errors, "/kind", field_code::not_a_code, "GRANTED, REFUSED or WITHDRAWN");
  // When consent was given is part of its proof; a no without a time counts from now.
  if (is_grant && !unless_empty(in.at))
    add(errors, "/at", field_code::required, "when the consent was given");
  if (g.at && *g.at > cx.now()) add(errors, "/at", field_code::out_of_range, "not in the future");
  e.at = g.at.value_or(cx.now());
  if (g.expires_at && *g.expires_at <= e.at)
    add(errors, "/expires_at", field_code::out_of_range, "after the consent was given");
  if (is_grant)
    check_proof(e, errors);
  else
    check_evidence(e.evidence, errors);
  if (errors.empty()) row.address = read_address(cx, row.channel, g.address, g.phone_region);
  std::vector<FieldError> once;
  for (FieldError& f : errors) {
    f.path = column_of(f.path);
    const bool told =
        std::any_of(once.begin(), once.end(), [&](const FieldError& o) { return o.path == f.path; });
    if (!told) once.push_back(std::move(f));
  }
  throw_if_any(std::move(once));
  return row;
}

void tell(RowAnswer& answer, const Error& e) {
  answer.code = std::string(error_info(e.code()).text);
  answer.message = e.message();
  for (const FieldError& f : e.fields()) answer.fields.push_back({f.path.substr(1), f.code, f.message});
}

Imported import_all(Context& cx, const Import& in) {
  cx.require("CONSENT_RECORD");
  Imported out;
  std::vector<std::pair<std::size_t, Row>> rows;
  std::vector<std::string> addresses;
  std::map<std::string, std::int64_t> reasons;
  const auto refuse = [&](RowAnswer& answer, const Error& e) {
    tell(answer, e);
    ++out.refused;
    ++reasons[*answer.code];
  };
  for (std::size_t i = 0; i < in.rows.size(); ++i) {
    RowAnswer& answer = out.items.emplace_back();
    answer.row = static_cast<std::int64_t>(i);
    try {
      rows.emplace_back(i, read_row(cx, in.rows[i]));
      addresses.push_back(rows.back().second.address);
    } catch (const Error& e) {
      if (e.code() != ErrorCode::invalid_argument) throw;
      refuse(answer, e);
    }
  }
  lock_addresses(cx, addresses);
  for (auto& [i, row] : rows) {
    RowAnswer& answer = out.items[i];
    Account account(cx, row.channel, row.address, row.purpose);
    try {
      const bool is_grant = row.event.kind == "GRANTED";
      const ConsentEvent added = is_grant ? add_grant(cx, account, std::move(row.event))
                                          : add_no(cx, account, std::move(row.event), row.purpose);
      account.write();
      answer.recorded = true;
      answer.consent_id = account.consent().id;
      answer.event_id = added.id;
      ++out.recorded;
    } catch (const Error& e) {
      // Refused before anything of the row was written.
      if (e.code() != ErrorCode::consent_withdrawn) throw;
      refuse(answer, e);
    }
  }
  for (const auto& [reason, count] : reasons) cx.refused_in_bulk(reason, count);
  return out;
}

}  // namespace

void register_importing(Registry& registry) { registry.operation(import_rows, import_all); }

}  // namespace atlas::consents
