#include "atlas/error.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "atlas/json.hpp"
#include "atlas/text.hpp"

namespace atlas {
namespace {

using enum ErrorCode;

// The one place: the C enum, the Python classes and the reference page are made from it and compared with it.
constexpr std::array<ErrorInfo, 36> table{{
    {ok, "ok", 200, "Nothing to do."},
    {invalid_argument, "invalid_argument", 400, "Correct the fields named in details.fields and call again."},
    {unauthenticated, "unauthenticated", 401, "Open the session with a valid, active principal."},
    {forbidden, "forbidden", 403, "Ask an administrator for the permission named in details."},
    {not_found, "not_found", 404, "Check the id; the record may be absent or outside your scope."},
    {conflict, "conflict", 409, "Read the current state named in details, then decide and call again."},
    {feature_disabled, "feature_disabled", 403, "Enable the feature named in details for the organisation."},
    {quota_exceeded, "quota_exceeded", 403, "Raise the limit named in details or wait until it resets."},
    {rate_limited, "rate_limited", 429, "Call again after details.retry_after."},
    {consent_missing, "consent_missing", 422, "Ask the person for consent on this channel and purpose."},
    {consent_withdrawn, "consent_withdrawn", 422, "Do not send; only a new grant by the person reopens it."},
    {consent_expired, "consent_expired", 422, "Ask the person to renew the consent."},
    {objected, "objected", 422, "Do not send; the person objected to messages of this kind."},
    {outside_session_window, "outside_session_window", 422,
     "Use an approved template, or wait for the person to write."},
    {frequency_cap, "frequency_cap", 422, "Wait until the cap named in details allows another message."},
    {template_invalid, "template_invalid", 422, "Correct the template or its parameters."},
    {transition_not_allowed, "transition_not_allowed", 409, "Choose one of details.possible."},
    {guard_failed, "guard_failed", 422, "Fulfil the condition explained in details."},
    {fields_missing, "fields_missing", 422, "Fill the fields named in details.fields first."},
    {definition_invalid, "definition_invalid", 422, "Correct the definition; details.findings says where."},
    {storage_busy, "storage_busy", 503, "Another writer holds the store; call again."},
    {storage_conflict, "storage_conflict", 503, "Concurrent writers met; call again."},
    {storage_unavailable, "storage_unavailable", 503,
     "Check that the store can be reached, then call again."},
    {storage_full, "storage_full", 507, "Free space on the store's disk; nothing was changed."},
    {storage_read_only, "storage_read_only", 503, "Make the store writable; reading goes on."},
    {storage_io, "storage_io", 500, "Check the disk and its file system, then open the store again."},
    {storage_corrupt, "storage_corrupt", 500, "Stop writing; run a check and restore the last good backup."},
    {storage_wrong_key, "storage_wrong_key", 500, "Open the store with its own key; nothing was changed."},
    {storage_not_a_store, "storage_not_a_store", 500,
     "Check the path: this file is no store of the library."},
    {storage_newer_version, "storage_newer_version", 500, "Open the store with a newer library."},
    {storage_needs_migration, "storage_needs_migration", 500,
     "Migrate the store; a backup copy is made first."},
    {batch_aborted, "batch_aborted", 409, "Roll the batch back and run all of it again."},
    {not_supported, "not_supported", 501, "This build or backend lacks the capability named in details."},
    {cancelled, "cancelled", 499, "The host cancelled the call; nothing was changed."},
    {misuse, "misuse", 500, "A programming error in the host: see the rules of the function called."},
    {internal, "internal", 500, "Report it with the correlation id; nothing was changed."},
}};
static_assert(std::is_sorted(table.begin(), table.end(),
                             [](const ErrorInfo& a, const ErrorInfo& b) { return a.code < b.code; }));

std::string as_json(std::string_view text) {
  return json_string(is_utf8(text) ? text : std::string_view("(not UTF-8)"));
}

}  // namespace

std::span<const ErrorInfo> error_table() noexcept { return table; }

const ErrorInfo& error_info(ErrorCode code) noexcept {
  const auto row = std::lower_bound(table.begin(), table.end(), code,
                                    [](const ErrorInfo& r, ErrorCode c) { return r.code < c; });
  return row != table.end() && row->code == code ? *row : table.back();
}

Error::Error(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

std::optional<std::string_view> Error::detail(std::string_view key) const noexcept {
  for (const Detail& d : details_)
    if (d.key == key) return d.json;
  return std::nullopt;
}

Error&& Error::field(std::string path, std::string_view code, std::string message) && {
  fields_.push_back({std::move(path), std::string(code), std::move(message)});
  return std::move(*this);
}

Error&& Error::fields(std::vector<FieldError> fields) && {
  fields_ = std::move(fields);
  return std::move(*this);
}

Error&& Error::with(std::string key, std::string_view text) && {
  return std::move(*this).with_json(std::move(key), as_json(text));
}

Error&& Error::with(std::string key, std::int64_t number) && {
  return std::move(*this).with_json(std::move(key), std::to_string(number));
}

Error&& Error::with_json(std::string key, std::string json) && {
  for (Detail& d : details_) {
    if (d.key == key) {
      d.json = std::move(json);
      return std::move(*this);
    }
  }
  details_.push_back({std::move(key), std::move(json)});
  return std::move(*this);
}

std::string Error::to_json() const {
  std::string out;
  JsonWriter w(out);
  w.begin_object().key("code").string(error_info(code_).text).key("message").raw(as_json(message_));
  w.key("details").begin_object();
  if (!fields_.empty()) {
    w.key("fields").begin_array();
    for (const FieldError& f : fields_) {
      w.begin_object().key("path").raw(as_json(f.path)).key("code").raw(as_json(f.code));
      w.key("message").raw(as_json(f.message)).end_object();
    }
    w.end_array();
  }
  for (const Detail& d : details_) w.key(d.key).raw(d.json);
  w.end_object();
  if (!correlation_id_.empty()) w.key("correlation_id").raw(as_json(correlation_id_));
  w.end_object();
  return out;
}

}  // namespace atlas
