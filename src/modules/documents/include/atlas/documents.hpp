#pragma once
// Documents: what is kept about a dossier, a listing, a party. The bytes lie where the host puts them; here
// is what they are, where they lie, and their hash.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Context;
class Registry;

/// What a document may belong to, as far as the rooms at hand know it.
inline constexpr std::array<std::string_view, 3> document_owners{"dossier", "listing", "party"};

/// One version of a document. `document_version` counts the replacements of a document from 1; each version
/// is a record of its own, `supersedes_id` names the one before it and `superseded_by_id` the one after.
/// `content_hash` is the SHA-256 of the bytes, 64 lower-case hexadecimal digits; `size` is in bytes.
struct Document : Entity {
  std::string owner_kind;
  Uuid owner_id;
  std::string type_code;
  std::optional<std::string> title;
  std::string storage_ref;  ///< where the host finds the bytes; never read by the library
  std::string content_hash;
  std::optional<std::string> media_type;
  std::optional<std::int64_t> size;
  std::optional<std::string> extracted;    ///< what was read from it
  std::optional<std::string> explanation;  ///< how that was read
  std::optional<Date> issued_on;
  std::int64_t document_version = 1;
  std::optional<Uuid> supersedes_id;
  std::optional<Uuid> superseded_by_id;
};
template <>
struct Describe<Document> {
  using T = Document;
  static constexpr std::string_view name = "document";
  static constexpr std::array fields{
      field<&T::owner_kind>("owner_kind", one_of(document_owners), filterable),
      field<&T::owner_id>("owner_id", {}, filterable),
      field<&T::type_code>("type_code", code("DOC_TYPE"), updatable | filterable),
      field<&T::title>("title", line(1, 200), updatable | personal | free_text),
      field<&T::storage_ref>("storage_ref", line(1, 1000), personal),
      field<&T::content_hash>("content_hash", text(64, 64), filterable),
      field<&T::media_type>("media_type", line(3, 127), updatable | filterable),
      field<&T::size>("size", range(0, INT64_MAX)),
      field<&T::extracted>("extracted", json_object(64 * 1024), updatable | personal),
      field<&T::explanation>("explanation", json_value(), updatable | personal | free_text),
      field<&T::issued_on>("issued_on", {}, updatable | filterable),
      field<&T::document_version>("document_version", range(1, INT64_MAX), filterable),
      field<&T::supersedes_id>("supersedes_id", reference("document"), filterable),
      field<&T::superseded_by_id>("superseded_by_id", reference("document"), filterable)};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}},
                                   KeyDeclaration{"by_owner", {"owner_id", "created_at"}},
                                   KeyDeclaration{"by_type", {"type_code", "created_at"}},
                                   KeyDeclaration{"by_hash", {"content_hash", "created_at"}}};
};

namespace documents {

/// Required: owner, type_code, storage_ref, content_hash. An owner that is not there, or that the caller may
/// not attach documents to, is invalid_argument (unknown_reference).
struct Create {
  std::string owner_kind;
  Uuid owner_id;
  std::string type_code;
  std::optional<std::string> title;
  std::string storage_ref;
  std::string content_hash;
  std::optional<std::string> media_type;
  std::optional<std::int64_t> size;
  std::optional<std::string> extracted;
  std::optional<std::string> explanation;
  std::optional<Date> issued_on;
  std::string meta = "{}";
};

/// What is known about the bytes; the bytes themselves change only by supersede. An absent member is
/// unchanged, null clears.
struct Update {
  Uuid id;
  std::int64_t version = 0;
  Change<std::string> type_code;
  Change<std::string> title;
  Change<std::string> media_type;
  Change<std::string> extracted;
  Change<std::string> explanation;
  Change<Date> issued_on;
  Change<std::string> meta;
};

/// New bytes for the document `id`: the next document_version, a record of its own. Title and media type are
/// taken over when absent; what was read from the old bytes is not. The last version alone can be
/// superseded, else conflict (state).
struct Supersede {
  Uuid id;
  std::int64_t version = 0;
  std::string storage_ref;
  std::string content_hash;
  std::optional<std::string> title;
  std::optional<std::string> media_type;
  std::optional<std::int64_t> size;
  std::optional<std::string> extracted;
  std::optional<std::string> explanation;
  std::optional<Date> issued_on;
};

}  // namespace documents

template <>
struct Describe<documents::Create> {
  using In = documents::Create;
  static constexpr std::string_view name = "documents.create";
  static constexpr std::array fields{like<&In::owner_kind, Document>("owner_kind", required),
                                     field<&In::owner_id>("owner_id", {}, required),
                                     like<&In::type_code, Document>("type_code", required),
                                     like<&In::title, Document>("title"),
                                     like<&In::storage_ref, Document>("storage_ref", required),
                                     like<&In::content_hash, Document>("content_hash", required),
                                     like<&In::media_type, Document>("media_type"),
                                     like<&In::size, Document>("size"),
                                     like<&In::extracted, Document>("extracted"),
                                     like<&In::explanation, Document>("explanation"),
                                     like<&In::issued_on, Document>("issued_on"),
                                     field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<documents::Update> {
  using In = documents::Update;
  static constexpr std::string_view name = "documents.update";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::type_code, Document>("type_code"),
                                     like<&In::title, Document>("title"),
                                     like<&In::media_type, Document>("media_type"),
                                     like<&In::extracted, Document>("extracted"),
                                     like<&In::explanation, Document>("explanation"),
                                     like<&In::issued_on, Document>("issued_on"),
                                     field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<documents::Supersede> {
  using In = documents::Supersede;
  static constexpr std::string_view name = "documents.supersede";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::storage_ref, Document>("storage_ref", required),
                                     like<&In::content_hash, Document>("content_hash", required),
                                     like<&In::title, Document>("title"),
                                     like<&In::media_type, Document>("media_type"),
                                     like<&In::size, Document>("size"),
                                     like<&In::extracted, Document>("extracted"),
                                     like<&In::explanation, Document>("explanation"),
                                     like<&In::issued_on, Document>("issued_on")};
};

namespace documents {

inline constexpr Operation<Create, Document> create{
    {.name = "documents.create",
     .permission = "DOCUMENT_WRITE",
     .effect = Effect::writes,
     .summary = "Keeps a document of a dossier, listing or party by its reference and hash."}};
inline constexpr Operation<GetInput, Document> get{
    {.name = "documents.get", .permission = "DOCUMENT_READ", .summary = "One version of a document."}};
inline constexpr Operation<Update, Document> update{{.name = "documents.update",
                                                     .permission = "DOCUMENT_WRITE",
                                                     .effect = Effect::writes,
                                                     .summary = "Changes what is known about a document."}};
inline constexpr Operation<Supersede, Document> supersede{
    {.name = "documents.supersede",
     .permission = "DOCUMENT_WRITE",
     .effect = Effect::writes,
     .summary = "Puts a new version in a document's place; the old one stays readable."}};
inline constexpr Operation<ArchiveInput, Document> archive{
    {.name = "documents.archive",
     .permission = "DOCUMENT_WRITE",
     .effect = Effect::writes,
     .summary = "Takes a version of a document out of the lists."}};
inline constexpr Operation<ListInput, Page<Document>> list{
    {.name = "documents.list", .permission = "DOCUMENT_READ", .summary = "Documents, page by page."}};
inline constexpr Operation<CountInput, Count> count{
    {.name = "documents.count", .permission = "DOCUMENT_READ", .summary = "How many documents."}};

/// Registers documents. After the rooms that own them: a document lies within a scope when its owner does.
void register_documents(Registry& registry);

}  // namespace documents
}  // namespace atlas
