#include "input.hpp"

#include <algorithm>

namespace atlas {

void check_rules(const OperationInfo& op, const void* in, std::vector<FieldError>& errors, NotedCodes& noted,
                 TenantCodesNow tenant_now) {
  std::vector<FieldError> found;
  validate(*op.input, in, found, noted);
  if (noted.has_unknown() && (!found.empty() || !errors.empty())) {
    // The call will not get as far as its transaction: say now which codes are none.
    const auto tenant = tenant_now();
    found.clear();
    validate(*op.input, in, found, [&](std::string_view dictionary, std::string_view code) {
      return is_known_code(tenant.get(), dictionary, code);
    });
  }
  for (FieldError& e : found) {
    const bool known =
        std::any_of(errors.begin(), errors.end(), [&](const FieldError& x) { return x.path == e.path; });
    if (!known) errors.push_back(std::move(e));
  }
}

Error invalid_input(std::vector<FieldError> errors) {
  try {
    throw_if_any(std::move(errors));
  } catch (const Error& e) {
    return e;
  }
  return Error(ErrorCode::internal, "no field is wrong");
}

void read_input(const OperationInfo& op, std::string_view params, void* in, std::size_t max_bytes,
                std::optional<std::string>* key, NotedCodes& noted, TenantCodesNow tenant) {
  std::vector<FieldError> errors;
  read_object(*op.input, params.empty() ? "{}" : params, in, errors,
              op.traits.effect == Effect::writes ? key : nullptr, max_bytes);
  if (key && *key && ((*key)->empty() || (*key)->size() > 128))
    errors.push_back({"/idempotency_key", std::string(field_code::too_long), "1 to 128 bytes"});
  // What could not be read is told already; the rules of the rest are told with it.
  check_rules(op, in, errors, noted, tenant);
  throw_if_any(std::move(errors));
}

}  // namespace atlas
