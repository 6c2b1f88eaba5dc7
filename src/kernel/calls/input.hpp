#pragma once
// An operation's input as it comes: read, and held against the rules of its schema.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/registry.hpp"
#include "atlas/schema_io.hpp"
#include "atlas/tenant_codes.hpp"
#include "noted_codes.hpp"

namespace atlas {

/// What the organisation made of the codes, as of now; null where it has none of its own.
using TenantCodesNow = FunctionRef<std::shared_ptr<const TenantCodes>()>;

/// Reads JSON parameters into `in`, a fresh input of `op`. Throws invalid_argument with every wrong field.
/// `key`, when not null, takes the idempotency key of a writing operation. `noted` gets the codes, which are
/// decided inside the transaction (Kernel::Impl::check_codes); `tenant` is asked when something else is
/// wrong.
void read_input(const OperationInfo& op, std::string_view params, void* in, std::size_t max_bytes,
                std::optional<std::string>* key, NotedCodes& noted, TenantCodesNow tenant);

/// The rules of the input's schema; appends what is wrong of fields that `errors` does not name yet.
void check_rules(const OperationInfo& op, const void* in, std::vector<FieldError>& errors, NotedCodes& noted,
                 TenantCodesNow tenant);

/// The error that names them all.
Error invalid_input(std::vector<FieldError> errors);

}  // namespace atlas
