// The content of an organisation: what its records say, without what tells how they came to say it. Two
// histories that end alike give the same bytes.

#include <algorithm>
#include <iterator>

#include "atlas/context.hpp"
#include "atlas/exports.hpp"
#include "atlas/schema_io.hpp"

namespace atlas::exports {
namespace {

/// Histories, and what is derived from the other records.
constexpr std::string_view left_out[] = {"activity",    "duplicate_scan",     "duplicate_signal",
                                         "export_job",  "listing_assessment", "merge_line",
                                         "merge_record"};
constexpr std::string_view fields_left_out[] = {"version", "updated_at"};

template <class List>
bool is_in(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

struct Position {
  std::string kind;
  std::optional<Uuid> id;
};

Position position_of(const std::optional<std::string>& after) {
  if (!after) return {};
  const std::size_t slash = after->find('/');
  const auto id = slash == std::string::npos ? std::nullopt : parse_uuid(after->substr(slash + 1));
  if (!id) {
    throw Error(ErrorCode::invalid_argument, "not a token of this export")
        .field("/after", field_code::out_of_range, "not a token of this export");
  }
  return {after->substr(0, slash), id};
}

void append_line(std::string& text, const EntityInfo& info, const void* record) {
  static const std::function<bool(const Field&)> said = [](const Field& f) {
    return !is_in(fields_left_out, f.name);
  };
  std::string line;
  write_object(line, *info.schema, record, {.only = &said});
  text += R"({"kind":)" + json_string(info.schema->name) + ",";
  text.append(line, 1);
  text += '\n';
}

PageOutput read_content(Context& cx, const ContentInput& in) {
  for (const char* permission : {"DOSSIER_EXPORT", "CONSENT_EXPORT", "PARTY_READ", "LISTING_READ_ORG"}) {
    if (reaches(cx.scope_of(permission), scope_all)) continue;
    throw Error(ErrorCode::forbidden, "this needs a permission that you do not have")
        .with("permission", permission);
  }
  const Position from = position_of(in.after);
  if (!in.after) cx.note_organisation("content.exported");
  PageOutput out;
  for (const auto& [kind, info] : cx.registry().entities()) {
    if (is_in(left_out, kind) || kind < from.kind) continue;
    Lookup lookup;
    lookup.order = {{0, false}};
    lookup.limit = static_cast<std::size_t>(in.limit - out.rows);
    if (kind == from.kind)
      lookup.where = Predicate::compare(Predicate::Kind::greater, 0, Value::id(*from.id));
    std::shared_ptr<void> record;
    Uuid last;
    cx.scan(
        info, lookup, false,
        [&]() -> void* {
          record = info.make();
          return record.get();
        },
        [&] {
          append_line(out.text, info, record.get());
          last = static_cast<const Entity*>(record.get())->id;
          return ++out.rows < in.limit;
        });
    if (out.rows == in.limit) {
      out.next = kind + "/" + format_uuid(last);
      return out;
    }
  }
  return out;
}

}  // namespace

void register_content(Registry& registry) { registry.operation(content, read_content); }

}  // namespace atlas::exports
