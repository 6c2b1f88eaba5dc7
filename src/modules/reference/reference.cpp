#include "atlas/reference.hpp"

#include <algorithm>

#include "atlas/context.hpp"
#include "atlas/json.hpp"
#include "atlas/registry.hpp"
#include "atlas/tenant_codes.hpp"
#include "code_table.hpp"
#include "reference_rules.hpp"

namespace atlas::reference_data {
namespace {

Error no_such_code() { return Error(ErrorCode::not_found, "no such code"); }

/// What the checks of codes ask of the organisation's rows.
class Source final : public CodeSource {
 public:
  explicit Source(const Registry& registry)
      : info_(registry.entity(schema_of<ReferenceCode>())),
        key_(static_cast<int>(registry.catalog()[info_.table].key("by_code"))) {}

  TenantCodes load(ReadTransaction& tx) override {
    const unsigned dict_type = info_.column("dict_type")->first, code = info_.column("code")->first,
                   is_active = info_.column("is_active")->first,
                   archived_at = info_.column("archived_at")->first;
    TenantCodes out;
    Query q;
    q.table = info_.table;
    q.order = {{dict_type}, {code}};
    q.key = key_;
    tx.scan(q, [&](RowView row) {
      if (row[archived_at].is_null())
        out.add(row[dict_type].bytes(), row[code].bytes(), row[is_active].as_integer() != 0);
      return true;
    });
    return out;
  }

 private:
  const EntityInfo& info_;
  int key_;
};

Items list_codes(Context& cx, const List& in) {
  Items out{CodeTable(cx, in.dict_type).items(in.locale.value_or(cx.access().locale))};
  if (!in.include_inactive) std::erase_if(out.items, [](const Item& i) { return !i.is_active; });
  return out;
}

Item get_code(Context& cx, const Get& in) {
  auto item = CodeTable(cx, in.dict_type).item(in.dict_type, in.code, in.locale.value_or(cx.access().locale));
  if (!item) throw no_such_code();
  return std::move(*item);
}

Dictionaries list_dictionaries(Context& cx, const Nothing&) {
  Dictionaries out;
  for (const Item& item : CodeTable(cx, std::nullopt).items("fr")) {
    if (out.items.empty() || out.items.back().dict_type != item.dict_type) {
      Dictionary& d = out.items.emplace_back();
      d.dict_type = item.dict_type;
      if (const ClosedDictionary* closed = find_closed_dictionary(item.dict_type)) {
        d.closed = true;
        d.reason = std::string(closed->reason);
      }
    }
    Dictionary& d = out.items.back();
    ++d.codes;
    if (!item.is_active) ++d.inactive;
    if (item.origin == "override") ++d.overridden;
    if (item.origin == "tenant") ++d.own;
  }
  return out;
}

/// The code as it is after a change.
Item present(Context& cx, const std::string& dictionary, const std::string& code) {
  return *CodeTable(cx, dictionary).item(dictionary, code, cx.access().locale);
}

Item create_code(Context& cx, const Create& in) {
  Edit edit(cx);
  require_dictionary(in.dict_type);
  const CodeTable table(cx, std::nullopt);
  if (table.item(in.dict_type, in.code, "fr")) {
    const bool seeded = find_seed(in.dict_type, in.code) != nullptr;
    throw Error(ErrorCode::conflict,
                seeded ? "the code is seeded: update it" : "the dictionary has this code")
        .with("reason", "unique")
        .with("field", "code");
  }
  const Row row{in.dict_type, in.code, in.labels, in.sort_order, in.is_active, in.metadata, {}};
  std::vector<FieldError> errors;
  check_row(row, nullptr, "", errors);
  throw_if_any(std::move(errors));
  const ReferenceCode* old = table.row(in.dict_type, in.code);
  if (!old && table.size() >= max_rows) {
    throw Error(ErrorCode::quota_exceeded, "the organisation has as many codes as it may have")
        .with("limit", "limits.reference.codes_max")
        .with("used", static_cast<std::int64_t>(table.size()));
  }
  ReferenceCode code = edit.begin(old, in.dict_type, in.code);
  apply_row(row, code);
  if (!code.sort_order) code.sort_order = table.next_order(in.dict_type);
  edit.write(old, std::move(code));
  edit.finish();
  return present(cx, in.dict_type, in.code);
}

/// What may not be cleared, because no seed stands behind it; what a closed dictionary does not allow.
void check_update(const Update& in, bool seeded) {
  std::vector<FieldError> errors;
  Row asked{in.dict_type, in.code, {}, {}, {}, {}, {}};
  if (const bool* active = in.is_active.get()) asked.is_active = *active;
  const Item there{};
  check_row(asked, &there, "", errors);
  const auto required_field = [&](const char* path, const char* message) {
    errors.push_back({path, std::string(field_code::required), message});
  };
  if (!seeded && in.sort_order.is_clear()) required_field("/sort_order", "a code of one's own has a place");
  const Labels* labels = in.labels.get();
  const bool none = in.labels.is_clear() || (labels && !labels->fr && !labels->en && !labels->ar);
  if (!seeded && none) required_field("/labels", "a label in at least one language");
  throw_if_any(std::move(errors));
}

Item update_code(Context& cx, const Update& in) {
  Edit edit(cx);
  const CodeTable table(cx, in.dict_type);
  const auto now = table.item(in.dict_type, in.code, "fr");
  if (!now) throw no_such_code();
  if (in.version && *in.version != now->version) {
    throw Error(ErrorCode::conflict, "the code has changed since it was read")
        .with("reason", "stale_version")
        .with("current", now->version);
  }
  check_update(in, find_seed(in.dict_type, in.code) != nullptr);
  const ReferenceCode* old = table.row(in.dict_type, in.code);
  ReferenceCode code = edit.begin(old, in.dict_type, in.code);
  const auto set = [](const auto& change, auto& field, auto empty) {
    if (change.is_clear()) field = empty;
    if (const auto* value = change.get()) field = *value;
  };
  set(in.labels, code.labels, Labels{});
  set(in.sort_order, code.sort_order, std::nullopt);
  set(in.is_active, code.is_active, true);
  set(in.metadata, code.metadata, "{}");
  edit.write(old, std::move(code));
  edit.finish();
  return present(cx, in.dict_type, in.code);
}

/// Throws conflict (in_use) with where, when any record carries the code.
void require_unused(Context& cx, const Remove& in) {
  const auto uses = code_uses(cx, in.dict_type, in.code);
  if (uses.empty()) return;
  std::string where;
  JsonWriter w(where);
  w.begin_array();
  for (const CodeUse& use : uses) {
    w.begin_object().key("entity").string(use.entity).key("field").string(use.field);
    w.key("count").number(use.count).key("more").boolean(use.more).end_object();
  }
  w.end_array();
  throw Error(ErrorCode::conflict, "records carry this code: switch it off instead")
      .with("reason", "in_use")
      .with_json("where", std::move(where));
}

Removed remove_code(Context& cx, const Remove& in) {
  Edit edit(cx);
  const CodeTable table(cx, in.dict_type);
  const ReferenceCode* old = table.row(in.dict_type, in.code);
  const bool there = old && !old->archived_at;
  const bool seeded = find_seed(in.dict_type, in.code) != nullptr;
  if (!there && seeded) {
    throw Error(ErrorCode::conflict, "seeded codes are disabled, not removed").with("reason", "seeded");
  }
  if (!there) throw no_such_code();
  if (!seeded) require_unused(cx, in);
  edit.remove(*old);
  edit.finish();
  Removed out{.removed = true, .code = {}};
  if (seeded) out.code = present(cx, in.dict_type, in.code);
  return out;
}

}  // namespace

void register_reference(Registry& registry) {
  registry.entity<ReferenceCode>();
  registry.codes(std::make_unique<Source>(registry));
  registry.operation(list, list_codes);
  registry.operation(get, get_code);
  registry.operation(dictionaries, list_dictionaries);
  registry.operation(create, create_code);
  registry.operation(update, update_code);
  registry.operation(remove, remove_code);
  register_exchange(registry);
}

}  // namespace atlas::reference_data
