#include "input.hpp"

#include <algorithm>

#include "kernel_impl.hpp"

namespace atlas {

void check_rules(const OperationInfo& op, const void* in, std::vector<FieldError>& errors) {
  validate(*op.input, in, errors, [](std::string_view dictionary, std::string_view code) {
    return Kernel::Impl::is_code(dictionary, code);
  });
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
                std::optional<std::string>* key) {
  std::vector<FieldError> errors;
  read_object(*op.input, params.empty() ? "{}" : params, in, errors,
              op.traits.effect == Effect::writes ? key : nullptr, max_bytes);
  if (key && *key && ((*key)->empty() || (*key)->size() > 128))
    errors.push_back({"/idempotency_key", std::string(field_code::too_long), "1 to 128 bytes"});
  // What could not be read is told already; the rules of the rest are told with it.
  std::vector<FieldError> rule_errors;
  check_rules(op, in, rule_errors);
  for (FieldError& e : rule_errors) {
    const bool known =
        std::any_of(errors.begin(), errors.end(), [&](const FieldError& x) { return x.path == e.path; });
    if (!known) errors.push_back(std::move(e));
  }
  throw_if_any(std::move(errors));
}

}  // namespace atlas
