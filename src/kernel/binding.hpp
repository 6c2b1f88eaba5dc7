#pragma once
// Entity structs as rows: which column holds which field.

#include <deque>
#include <string>
#include <vector>

#include "atlas/registry.hpp"
#include "atlas/store.hpp"
#include "atlas/subject_keys.hpp"

namespace atlas {

/// The table that a schema asks for. The catalog's own must be equal (a test compares all).
Table table_of(const Schema& schema);

/// Finds each field's columns in the catalog's table. Throws internal when they do not fit.
void bind_columns(EntityInfo& info, const Table& table);

/// A row ready to be written: values borrow from the entity and from `owned`.
struct BoundRow {
  std::vector<Value> values;
  std::deque<std::string> owned;
};
/// Beside `before` the folded forms of what has not changed are left out: nobody writes them.
void to_row(const EntityInfo& info, const void* entity, const Normaliser& normaliser, BoundRow& out,
            const void* before = nullptr);
void from_row(const EntityInfo& info, RowView row, void* entity);

/// Elements of a text_list between U+001F, which no text contains; "" when there are none.
std::string join_list(const std::vector<std::string>& list);
inline constexpr char list_separator = '\x1f';

/// SHA-256 over the entity's cells (docs/format.md, "Entity hash"): impersonal ones in clear, the others as
/// one HMAC under the subject's key. Without a key the personal cells must all be blank, else nothing is
/// returned.
std::optional<Hash> entity_hash(const EntityInfo& info, RowView row, const SubjectKey* key);

/// Words of the searchable fields, separated by spaces.
std::string search_tokens(const EntityInfo& info, const void* entity, const Normaliser& normaliser);

/// Empties every field with this flag, in nested objects too.
void blank_fields(const Schema& schema, void* object, FieldFlags flag);

}  // namespace atlas
