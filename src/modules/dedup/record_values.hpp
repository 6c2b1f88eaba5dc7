#pragma once
// Values of records whose type is known by their schema alone, as JSON texts.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/context.hpp"
#include "atlas/schema_io.hpp"

namespace atlas::duplicates {

/// A record of any entity.
using Record = std::shared_ptr<void>;

inline Entity& head_of(void* record) { return *static_cast<Entity*>(record); }

/// Null when there is none. Within no scope.
Record load_record(Context& cx, const EntityInfo& info, const Uuid& id, RowLock lock = RowLock::update);

/// Nothing when absent.
std::optional<std::string> value_of(const Field& field, const void* record);
/// Throws internal for a value that the field cannot hold.
void set_value(const Field& field, void* record, const std::optional<std::string>& value);

/// The same at a path: a field's name, or "attendees/2/party_id" into a list of objects. A path that leads
/// nowhere has no value, and setting it changes nothing.
std::optional<std::string> value_at(const Schema& schema, const void* record, std::string_view path);
void set_value_at(const Schema& schema, void* record, std::string_view path,
                  const std::optional<std::string>& value);

/// An id as a JSON value.
std::string json_id(const Uuid& id);

/// Absent, "", {} or [].
bool is_empty(const std::optional<std::string>& value);

}  // namespace atlas::duplicates
