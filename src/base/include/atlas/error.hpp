#pragma once
// The one exception type of the library and the closed table of its codes.

#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace atlas {

/// Every way an operation can fail. The numbers are the C ABI's `atlas_status`; a value is never reused.
enum class ErrorCode : int {
  ok = 0,
  invalid_argument = 1,
  unauthenticated = 2,
  forbidden = 3,
  not_found = 4,
  conflict = 5,
  feature_disabled = 6,
  quota_exceeded = 7,
  rate_limited = 8,
  consent_missing = 20,
  consent_withdrawn = 21,
  consent_expired = 22,
  objected = 23,
  outside_session_window = 24,
  frequency_cap = 25,
  template_invalid = 26,
  transition_not_allowed = 30,
  guard_failed = 31,
  fields_missing = 32,
  definition_invalid = 33,
  storage_busy = 40,
  storage_conflict = 41,
  storage_unavailable = 42,
  storage_full = 43,
  storage_read_only = 44,
  storage_io = 45,
  storage_corrupt = 46,
  storage_wrong_key = 47,
  storage_not_a_store = 48,
  storage_newer_version = 49,
  storage_needs_migration = 50,
  batch_aborted = 60,
  not_supported = 61,
  cancelled = 62,
  misuse = 63,
  internal = 99,
};

/// One row of the error table.
struct ErrorInfo {
  ErrorCode code;
  std::string_view text;    ///< Stable code, as in the error object: "invalid_argument".
  int http;                 ///< Status a host's HTTP server answers with.
  std::string_view advice;  ///< What the caller can do, one sentence.
};

/// The whole table, in the order of the numbers. Thread-safe.
std::span<const ErrorInfo> error_table() noexcept;

/// The row of `code`; an unknown value gives the row of `internal`. Thread-safe.
const ErrorInfo& error_info(ErrorCode code) noexcept;

/// Codes of one wrong field. Closed list; see docs/reference/errors.md.
namespace field_code {
inline constexpr std::string_view required = "required", unknown_member = "unknown_member",
                                  wrong_type = "wrong_type", too_short = "too_short", too_long = "too_long",
                                  out_of_range = "out_of_range", not_a_code = "not_a_code",
                                  not_a_phone_number = "not_a_phone_number", not_an_email = "not_an_email",
                                  not_a_time = "not_a_time", not_a_date = "not_a_date",
                                  not_money = "not_money", not_an_id = "not_an_id",
                                  unknown_reference = "unknown_reference",
                                  duplicate_member = "duplicate_member", not_filterable = "not_filterable",
                                  not_updatable = "unknown_member";
}  // namespace field_code

/// One wrong field: where (JSON Pointer, "" = the whole), which rule, and a sentence for people.
/// The message never repeats the value: it may be personal.
struct FieldError {
  std::string path;
  std::string code;
  std::string message;
};

/// What went wrong: a code of the table, one line for people, and details for programs.
/// Messages never contain SQL, keys, tokens, message bodies or personal data.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message);

  ErrorCode code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const char* what() const noexcept override { return message_.c_str(); }

  /// The wrong fields (for `invalid_argument` and `fields_missing`).
  const std::vector<FieldError>& fields() const noexcept { return fields_; }

  /// Further members of `details`; the value is JSON text. In the order they were added.
  struct Detail {
    std::string key;
    std::string json;
  };
  const std::vector<Detail>& details() const noexcept { return details_; }
  /// The JSON text of one detail, if present.
  std::optional<std::string_view> detail(std::string_view key) const noexcept;

  // Builders, for `throw Error(…).with("reason", "stale_version")`.
  Error&& field(std::string path, std::string_view code, std::string message) &&;
  Error&& fields(std::vector<FieldError> fields) &&;
  Error&& with(std::string key, std::string_view text) &&;
  Error&& with(std::string key, const char* text) && {
    return std::move(*this).with(std::move(key), std::string_view(text));
  }
  Error&& with(std::string key, std::int64_t number) &&;
  Error&& with_json(std::string key, std::string json) &&;

  /// Set by the engine: ties the error to the audit's refusal entry.
  void set_correlation_id(std::string id) { correlation_id_ = std::move(id); }
  const std::string& correlation_id() const noexcept { return correlation_id_; }

  /// The error object of the contracts: {"code","message","details":{…},"correlation_id"}.
  std::string to_json() const;

 private:
  ErrorCode code_;
  std::string message_;
  std::vector<FieldError> fields_;
  std::vector<Detail> details_;
  std::string correlation_id_;
};

}  // namespace atlas
