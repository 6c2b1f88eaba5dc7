#pragma once
// The variables of a template: a small, closed part of JSON Schema 2020-12. Pure; thread-safe.

#include <string>
#include <string_view>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/json.hpp"

namespace atlas::templates {

/// Is it a schema that we understand? An object of `type: object` with `properties` (at most 100, names
/// `[a-z][a-z0-9_]*`) and `required`; of each property `type` (string, integer, number, boolean, or object
/// with `format: money`), `enum`, `minLength`, `maxLength`, `minimum`, `maximum`, `format` (date, date-time,
/// uri, money), and the annotations `title`, `description`, `default`, `examples`. Every other keyword is
/// named in `errors` (paths under `path`): what would not be checked is not let in.
void check_schema(const Json& schema, const std::string& path, std::vector<FieldError>& errors);

/// The names of its properties.
std::vector<std::string> names_of_schema(const Json& schema);

/// Every variable that is missing, unknown, or not as the schema wants it, under /variables. Texts without
/// maxLength have at most 1,000 code points.
std::vector<FieldError> check_variables(const Json& schema, const Json& variables);

/// The variables with the defaults of the schema for those that are absent.
Json with_defaults(const Json& schema, const Json& variables);

}  // namespace atlas::templates
