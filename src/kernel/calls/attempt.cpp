// Operations within an operation: bulk work runs each of its rows as the call that it stands for.

#include "atlas/context.hpp"
#include "input.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

const OperationInfo& find(const Registry& registry, std::string_view name) {
  const OperationInfo* op = registry.find_operation(name);
  if (!op) throw Error(ErrorCode::internal, "no such operation").with("operation", name);
  return *op;
}

}  // namespace

bool is_storage_failure(const Error& e) { return error_info(e.code()).text.starts_with("storage_"); }

std::optional<Error> UnitOfWork::attempt(const OperationInfo& op, const void* in, void* out,
                                         std::string* json, const NotedCodes& codes) {
  savepoint();
  try {
    kernel_.run(*this, op, in, out, std::nullopt, {}, json, codes);
    release();
    return std::nullopt;
  } catch (const Error& e) {
    if (is_storage_failure(e)) throw;
    rollback_to();
    load_access();
    return e;
  }
}

std::optional<Error> Context::attempt_typed(std::string_view operation, const void* in, void* out) {
  const OperationInfo& op = find(*unit_.kernel().registry, operation);
  std::vector<FieldError> errors;
  NotedCodes noted;
  check_rules(op, in, errors, noted, [&] { return unit_.shared_codes(); });
  if (!errors.empty()) return invalid_input(std::move(errors));
  return unit_.attempt(op, in, out, nullptr, noted);
}

std::optional<Error> Context::attempt_json(std::string_view operation, std::string_view params,
                                           std::string& result) {
  const OperationInfo& op = find(*unit_.kernel().registry, operation);
  AnyObject in = op.make_input();
  NotedCodes noted;
  try {
    read_input(op, params, in.get(), unit_.kernel().options.max_request_bytes, nullptr, noted,
               [&] { return unit_.shared_codes(); });
  } catch (const Error& e) {
    return e;
  }
  const AnyObject out = op.make_output();
  return unit_.attempt(op, in.get(), out.get(), &result, noted);
}

std::optional<Error> Context::tried(FunctionRef<void()> work) {
  unit_.savepoint();
  try {
    work();
    unit_.release();
    return std::nullopt;
  } catch (const Error& e) {
    if (is_storage_failure(e)) throw;
    unit_.rollback_to();
    unit_.load_access();
    return e;
  }
}

void Context::rehearse(FunctionRef<void()> work) {
  unit_.savepoint();
  try {
    work();
  } catch (const Error& e) {
    // After these two nothing of the transaction stands, and there is nothing to go back to.
    if (e.code() != ErrorCode::storage_conflict && e.code() != ErrorCode::storage_unavailable)
      unit_.rollback_to();
    throw;
  }
  unit_.rollback_to();
  unit_.load_access();
}

}  // namespace atlas
