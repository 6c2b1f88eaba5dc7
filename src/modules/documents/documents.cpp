#include "atlas/documents.hpp"

#include <algorithm>
#include <map>

#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/registry.hpp"

namespace atlas::documents {
namespace {

/// Entities that own documents, of those that this build has.
using Owners = std::map<std::string_view, const EntityInfo*>;

bool is_sha256_hex(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// type "/" subtype, tokens of RFC 6838 §4.2, lower case.
bool is_media_type(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) return false;
  return std::all_of(text.begin(), text.end(), [&](const char& c) {
    if (&c == &text[slash]) return true;
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
  });
}

void check_content(const Document& d) {
  std::vector<FieldError> errors;
  if (!is_sha256_hex(d.content_hash)) {
    errors.push_back({"/content_hash", std::string(field_code::wrong_type),
                      "a SHA-256 as 64 lower-case hexadecimal digits"});
  }
  if (d.media_type && !is_media_type(*d.media_type)) {
    errors.push_back({"/media_type", std::string(field_code::wrong_type),
                      "a media type in lower case without parameters, such as application/pdf"});
  }
  throw_if_any(std::move(errors));
}

/// Whose keys seal the document: its owner's, whom an erasure concerns.
Uuid subject_of_owner(Context& cx, const Owners& owners, const Document& d) {
  const auto found = owners.find(d.owner_kind);
  if (found != owners.end() && cx.is_readable(*found->second, "DOCUMENT_WRITE", "", d.owner_id)) {
    const auto owner = found->second->make();
    if (cx.load(*found->second, d.owner_id, owner.get(), RowLock::none, false))
      return static_cast<const Entity*>(owner.get())->subject_id;
  }
  throw Error(ErrorCode::invalid_argument, "no such owner")
      .field("/owner_id", field_code::unknown_reference, "no such " + d.owner_kind);
}

Document create_document(Context& cx, const Owners& owners, const Create& in) {
  Document d;
  copy_fields(in, d);
  check_content(d);
  d.subject_id = subject_of_owner(cx, owners, d);
  cx.repo<Document>().insert(d);
  return d;
}

Document update_document(Context& cx, const Update& in) {
  auto documents = cx.repo<Document>();
  const Document before = documents.get_for_update(in.id, in.version);
  Document after = before;
  std::vector<FieldError> errors;
  check_clearable(schema_of<Update>(), &in, schema_of<Document>(), errors);
  throw_if_any(std::move(errors));
  copy_fields(schema_of<Update>(), &in, schema_of<Document>(), &after, true);
  check_content(after);
  documents.save(before, after);
  return after;
}

Document supersede_document(Context& cx, const Supersede& in) {
  auto documents = cx.repo<Document>();
  const Document before = documents.get_for_update(in.id, in.version);
  if (before.superseded_by_id || before.archived_at) {
    throw Error(ErrorCode::conflict, "only a document's last version can be superseded")
        .with("reason", "state");
  }
  Document next;
  next.owner_kind = before.owner_kind;
  next.owner_id = before.owner_id;
  next.subject_id = before.subject_id;
  next.type_code = before.type_code;
  next.title = before.title;
  next.media_type = before.media_type;
  next.storage_ref = in.storage_ref;
  next.content_hash = in.content_hash;
  next.size = in.size;
  next.extracted = in.extracted;
  next.explanation = in.explanation;
  next.issued_on = in.issued_on;
  if (in.title) next.title = in.title;
  if (in.media_type) next.media_type = in.media_type;
  next.document_version = before.document_version + 1;
  next.supersedes_id = before.id;
  check_content(next);
  documents.insert(next);
  Document after = before;
  after.superseded_by_id = next.id;
  documents.save(before, after, {.action = "document.superseded"});
  return next;
}

/// A document lies within a scope when its owner does.
void register_scopes(Registry& registry, const EntityInfo& document, const Owners& owners) {
  struct Rule {
    std::string_view kind;
    TableId table;
    ScopeRule owner;
  };
  std::map<Scope, std::vector<Rule>> rules;
  for (const auto& [kind, info] : owners)
    for (const auto& [scope, rule] : info->scopes) rules[scope].push_back({kind, info->table, rule});
  const unsigned kind_column = document.column("owner_kind")->first;
  const unsigned id_column = document.column("owner_id")->first;
  for (auto& [scope, some] : rules) {
    registry.scope("document", scope, [=, some = some](const Principal& p, const Access& a) {
      std::vector<Predicate> any;
      for (const Rule& rule : some) {
        Predicate owner{.kind = Predicate::Kind::exists, .table = rule.table, .on = {{id_column, 0}}};
        owner.children.push_back(rule.owner(p, a));
        any.push_back(
            Predicate::all_of({Predicate::equals(kind_column, Value::text(rule.kind)), std::move(owner)}));
      }
      return Predicate::any_of(std::move(any));
    });
  }
}

/// How many documents of each type belong to a dossier: of each the last version, archived ones aside.
std::string count_types_of(Context& cx, const Uuid& dossier) {
  constexpr std::size_t looked_at = 500;
  auto all = cx.all<Document>();
  std::map<std::string, std::int64_t> counts;
  for (const Document& d : all.where({.where = Predicate::equals(all.column("owner_id"), Value::id(dossier)),
                           .key = "by_owner",
                           .order = {{all.column("created_at"), true}},
                           .limit = looked_at})) {
    if (!d.archived_at && !d.superseded_by_id && d.owner_kind == schema_of<Dossier>().name)
      ++counts[d.type_code];
  }
  std::string out;
  JsonWriter w(out);
  w.begin_object();
  for (const auto& [type, count] : counts) w.key(type).number(count);
  w.end_object();
  return out;
}

}  // namespace

void register_documents(Registry& registry) {
  const EntityInfo& document = registry.entity<Document>();
  Owners owners;
  for (const std::string_view kind : document_owners) {
    const auto found = registry.entities().find(kind);
    if (found != registry.entities().end()) owners.emplace(kind, &found->second);
  }
  register_scopes(registry, document, owners);
  registry.fact("dossier", "documents", count_types_of);
  registry.operation(create,
                     [owners](Context& cx, const Create& in) { return create_document(cx, owners, in); });
  registry.operation(get, [](Context& cx, const GetInput& in) { return cx.repo<Document>().get(in.id); });
  registry.operation(update, update_document);
  registry.operation(supersede, supersede_document);
  registry.operation(archive, [](Context& cx, const ArchiveInput& in) {
    return cx.repo<Document>().archive(in.id, in.version);
  });
  registry.operation(list, [](Context& cx, const ListInput& in) { return cx.repo<Document>().list(in); });
  registry.operation(count, [](Context& cx, const CountInput& in) { return cx.repo<Document>().count(in); });
}

}  // namespace atlas::documents
