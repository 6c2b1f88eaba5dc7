#pragma once
// An operation's input as it comes: read, and held against the rules of its schema.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/registry.hpp"
#include "atlas/schema_io.hpp"

namespace atlas {

/// Reads JSON parameters into `in`, a fresh input of `op`. Throws invalid_argument with every wrong field.
/// `key`, when not null, takes the idempotency key of a writing operation.
void read_input(const OperationInfo& op, std::string_view params, void* in, std::size_t max_bytes,
                std::optional<std::string>* key);

/// The rules of the input's schema; appends what is wrong.
void check_rules(const OperationInfo& op, const void* in, std::vector<FieldError>& errors);

/// The error that names them all.
Error invalid_input(std::vector<FieldError> errors);

}  // namespace atlas
