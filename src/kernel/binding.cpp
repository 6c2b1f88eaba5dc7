#include "binding.hpp"

#include <algorithm>

#include "atlas/entity_reader.hpp"
#include "atlas/schema_io.hpp"

namespace atlas {
namespace {

bool has_shadow(const Field& f) { return f.kind == Kind::text && (f.has(sortable) || f.has(folded)); }
bool is_column(const Field& f) { return f.name != "org_id"; }

ColumnType column_type(const Field& f) {
  switch (f.kind) {
    case Kind::boolean:
    case Kind::integer:
    case Kind::time:
    case Kind::date:
    case Kind::decimal:
    case Kind::money:
      return ColumnType::integer;
    case Kind::id:
      return ColumnType::blob;
    default:
      return ColumnType::text;
  }
}

std::string amount_name(const Field& f) { return std::string(f.name) + "_amount"; }
std::string currency_name(const Field& f) { return std::string(f.name) + "_currency"; }
std::string folded_name(const Field& f) { return std::string(f.name) + "_folded"; }

/// The column that orders and bounds a field.
std::string key_column(const Field& f) {
  if (f.kind == Kind::money) return amount_name(f);
  return has_shadow(f) ? folded_name(f) : std::string(f.name);
}

int position(const Table& table, const std::string& name) {
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (table.columns[i].name == name) return static_cast<int>(i);
  return -1;
}

bool takes_no_cell(const Field& f, const void* entity) {
  if (!f.has(sparse) || !f.list) return false;
  const void* list = f.held->get(f.address(const_cast<void*>(entity)));
  return !list || f.list->size(list) == 0;
}

/// One scalar cell (money: the amount).
Value cell(const Field& f, const void* entity, std::deque<std::string>& owned) {
  Value v;
  const bool scalar = visit_scalar(f, entity, [&](auto slot) {
    const auto* p = slot.get();
    if (!p) return;
    using T = std::remove_cvref_t<decltype(*p)>;
    if constexpr (std::is_same_v<T, bool>)
      v = Value::integer(*p ? 1 : 0);
    else if constexpr (std::is_same_v<T, std::int64_t>)
      v = Value::integer(*p);
    else if constexpr (std::is_same_v<T, std::string>)
      v = Value::text(*p);
    else if constexpr (std::is_same_v<T, Uuid>)
      v = Value::id(*p);
    else if constexpr (std::is_same_v<T, Timestamp>)
      v = Value::integer(p->micros);
    else if constexpr (std::is_same_v<T, Date>)
      v = Value::integer(p->days);
    else if constexpr (std::is_same_v<T, Decimal>)
      v = Value::integer(p->units);
    else if constexpr (std::is_same_v<T, Money>)
      v = Value::integer(p->amount);
    else
      v = Value::text(owned.emplace_back(join_list(*p)));
  });
  if (!scalar && is_present(f, entity) && !takes_no_cell(f, entity)) {
    std::string& json = owned.emplace_back();
    write_field(json, f, entity, {.skip_absent = true});
    v = Value::text(json);
  }
  return v;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 1; at < text.size();) {
    const std::size_t end = text.find(list_separator, at);
    if (end == std::string_view::npos) break;
    out.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

}  // namespace

std::string join_list(const std::vector<std::string>& list) {
  std::string out;
  for (const std::string& element : list) {
    if (out.empty()) out += list_separator;
    out += element;
    out += list_separator;
  }
  return out;
}

Predicate holds_element(const EntityInfo& info, std::string_view field, const std::string& element) {
  return Predicate::compare(Predicate::Kind::contains, info.column(field)->first,
                            Value::text(join_list({element})));
}

Table table_of(const Schema& schema) {
  Table t;
  t.name = schema.name;
  t.tenant = true;
  for (const Field& f : schema.fields) {
    if (!is_column(f)) continue;
    const bool nullable = f.holder == Holder::optional || f.has(sparse);
    if (f.kind == Kind::money) {
      t.columns.push_back({amount_name(f), ColumnType::integer, nullable});
      t.columns.push_back({currency_name(f), ColumnType::text, nullable});
    } else {
      t.columns.push_back({std::string(f.name), column_type(f), nullable});
    }
    if (has_shadow(f)) t.columns.push_back({folded_name(f), ColumnType::text, nullable});
    t.secure = t.secure || f.has(personal);
    t.full_text = t.full_text || f.has(searchable);
  }
  for (const KeyDeclaration& k : schema.keys) {
    TableKey key;
    key.name = k.name;
    key.unique = k.unique;
    for (std::string_view name : k.fields) {
      if (name.empty()) continue;
      const Field* f = schema.find(name);
      if (!f) throw Error(ErrorCode::internal, "a key names an unknown field").with("key", k.name);
      key.columns.push_back(t.column(key_column(*f)));
    }
    t.keys.push_back(std::move(key));
  }
  return t;
}

void bind_columns(EntityInfo& info, const Table& table) {
  info.columns.clear();
  info.searchable = table.full_text;
  info.width = static_cast<unsigned>(table.columns.size());
  for (const Field& f : info.schema->fields) {
    if (!is_column(f)) continue;
    EntityInfo::ColumnRef ref{&f, 0};
    const int first = position(table, f.kind == Kind::money ? amount_name(f) : std::string(f.name));
    if (f.kind == Kind::money) ref.second = position(table, currency_name(f));
    if (has_shadow(f)) ref.folded = position(table, folded_name(f));
    if (first < 0 || (f.kind == Kind::money && ref.second < 0) || (has_shadow(f) && ref.folded < 0)) {
      throw Error(ErrorCode::internal, "the store's table does not have this field")
          .with("table", table.name)
          .with("field", f.name);
    }
    ref.first = static_cast<unsigned>(first);
    info.columns.push_back(ref);
  }
}

void to_row(const EntityInfo& info, const void* entity, const Normaliser& normaliser, BoundRow& out,
            const void* before) {
  out.values.assign(info.width, Value());
  for (const auto& ref : info.columns) {
    const Value v = cell(*ref.field, entity, out.owned);
    out.values[ref.first] = v;
    if (ref.second >= 0) {
      visit_scalar(*ref.field, entity, [&](auto slot) {
        if constexpr (std::is_same_v<decltype(slot), Slot<Money>>) {
          if (const Money* m = slot.get())
            out.values[static_cast<unsigned>(ref.second)] = Value::text(m->currency.view());
        }
      });
    }
    if (ref.folded >= 0 && !v.is_null() && !(before && equal_field(*ref.field, before, entity))) {
      out.values[static_cast<unsigned>(ref.folded)] =
          Value::text(out.owned.emplace_back(normaliser.fold(v.bytes())));
    }
  }
}

void from_row(const EntityInfo& info, RowView row, void* entity) {
  for (const auto& ref : info.columns) {
    const Value& v = row[ref.first];
    const Field& f = *ref.field;
    if (v.is_null()) continue;  // the entity is freshly constructed
    const bool scalar = visit_scalar(f, entity, [&](auto slot) {
      auto& p = slot.emplace();
      using T = std::remove_cvref_t<decltype(p)>;
      if constexpr (std::is_same_v<T, bool>)
        p = v.as_integer() != 0;
      else if constexpr (std::is_same_v<T, std::int64_t>)
        p = v.as_integer();
      else if constexpr (std::is_same_v<T, std::string>)
        p = v.bytes();
      else if constexpr (std::is_same_v<T, Uuid>)
        p = v.as_id();
      else if constexpr (std::is_same_v<T, Timestamp>)
        p.micros = v.as_integer();
      else if constexpr (std::is_same_v<T, Date>)
        p.days = static_cast<std::int32_t>(v.as_integer());
      else if constexpr (std::is_same_v<T, Decimal>)
        p.units = v.as_integer();
      else if constexpr (std::is_same_v<T, Money>) {
        p.amount = v.as_integer();
        const std::string_view c = row[static_cast<unsigned>(ref.second)].bytes();
        std::copy_n(c.begin(), std::min<std::size_t>(3, c.size()), p.currency.code.begin());
      } else {
        p = split_list(v.bytes());
      }
    });
    if (!scalar) {
      // A stored object is read by the same reader as input, under its own schema.
      std::vector<FieldError> errors;
      std::string wrapped = "{";
      wrapped += json_string(f.name);
      wrapped += ':';
      wrapped += v.bytes();
      wrapped += '}';
      // Also what is never shown, and so no input.
      Field stored = f;
      stored.flags = static_cast<FieldFlags>(f.flags & ~static_cast<std::uint32_t>(internal));
      const Schema only{.name = f.name,
                        .fields = std::span<const Field>(&stored, 1),
                        .keys = {},
                        .workflow = false,
                        .bookkeeping = false};
      read_object(only, wrapped, entity, errors);
      if (!errors.empty())
        throw Error(ErrorCode::storage_corrupt, "a stored object does not fit its schema")
            .fields(std::move(errors));
    }
  }
}

bool read_entity(ReadTransaction& tx, const EntityInfo& info, const Uuid& id, void* out) {
  const Value primary[] = {Value::id(id)};
  return tx.get(info.table, primary, [&](RowView row) { from_row(info, row, out); });
}

std::string search_tokens(const EntityInfo& info, const void* entity, const Normaliser& normaliser) {
  std::string out;
  for (const auto& ref : info.columns) {
    if (!ref.field->has(searchable)) continue;
    visit_scalar(*ref.field, entity, [&](auto slot) {
      if constexpr (std::is_same_v<decltype(slot), Slot<std::string>>) {
        if (const std::string* s = slot.get()) {
          for (const std::string& word : normaliser.words(*s)) {
            if (!out.empty()) out += ' ';
            out += word;
          }
        }
      }
    });
  }
  return out;
}

void blank_fields(const Schema& schema, void* object, FieldFlags flag) {
  for (const Field& f : schema.fields) {
    if (f.has(flag)) {
      if (!visit_scalar(f, object, [](auto slot) { slot.clear(); }) && f.list)
        f.list->clear(f.address(object));
      continue;
    }
    if (f.kind == Kind::object && f.holder == Holder::plain)
      blank_fields(*f.nested(), f.address(object), flag);
    if (f.kind == Kind::object_list && f.holder == Holder::plain) {
      void* list = f.address(object);
      for (std::size_t i = 0; i < f.list->size(list); ++i) {
        blank_fields(*f.nested(), const_cast<void*>(f.list->at(list, i)), flag);
      }
    }
  }
}

}  // namespace atlas
