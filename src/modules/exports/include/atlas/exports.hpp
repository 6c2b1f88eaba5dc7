#pragma once
// Exports: records leave the library as CSV or JSON Lines, page by page; who took what is in the audit.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"

namespace atlas {

class Registry;

namespace exports {
inline constexpr std::array<std::string_view, 4> kinds{"listings", "dossiers", "parties", "consents"};
inline constexpr std::array<std::string_view, 2> formats{"csv", "jsonl"};
inline constexpr std::array<std::string_view, 2> statuses{"EXPORT_RUNNING", "EXPORT_DONE"};
}  // namespace exports

/// One export: what was asked for, by whom (created_by), and how many records left. Its pages can be read by
/// whoever began it, for a day.
struct ExportJob : Entity {
  std::string kind;
  std::string format;
  std::string where = "{}";
  bool archived = false;
  std::string status_code;
  std::int64_t rows = 0;
  std::optional<Timestamp> finished_at;
};
template <>
struct Describe<ExportJob> {
  using T = ExportJob;
  static constexpr std::string_view name = "export_job";
  static constexpr std::array fields{
      field<&T::kind>("kind", one_of(exports::kinds), filterable),
      field<&T::format>("format", one_of(exports::formats)),
      // A filter may hold a person's number.
      field<&T::where>("where", json_object(64 * 1024), personal), field<&T::archived>("archived"),
      field<&T::status_code>("status_code", one_of(exports::statuses), filterable),
      field<&T::rows>("rows", range(0, INT64_MAX)), field<&T::finished_at>("finished_at")};
  static constexpr std::array keys{KeyDeclaration{"by_created", {"created_at"}}};
};

namespace exports {

/// `where` as in the list operation of the kind.
struct Start {
  std::string kind;
  std::string format = "csv";
  std::string where = "{}";
  bool archived = false;
};
/// The records after `after`, at most `limit`.
struct PageInput {
  Uuid id;
  std::int64_t limit = 500;
  std::optional<std::string> after;
};
/// `text`: whole lines; the first page of a CSV begins with the header. `next` is absent on the last page.
struct PageOutput {
  std::string text;
  std::int64_t rows = 0;
  std::optional<std::string> next;
};
/// A page of the organisation's content, from `after` on.
struct ContentInput {
  std::int64_t limit = 500;
  std::optional<std::string> after;
};
/// How many records left, as the reader of the pages counted them.
struct Finish {
  Uuid id;
  std::int64_t rows = 0;
};

}  // namespace exports

template <>
struct Describe<exports::Start> {
  using In = exports::Start;
  static constexpr std::string_view name = "exports.start";
  static constexpr std::array fields{
      like<&In::kind, ExportJob>("kind", required), like<&In::format, ExportJob>("format"),
      like<&In::where, ExportJob>("where"), like<&In::archived, ExportJob>("archived")};
};
template <>
struct Describe<exports::PageInput> {
  using In = exports::PageInput;
  static constexpr std::string_view name = "exports.page";
  static constexpr std::array fields{field<&In::id>("id", reference("export_job"), required),
                                     field<&In::limit>("limit", range(1, 1000)),
                                     field<&In::after>("after", text(1, 4096))};
};
template <>
struct Describe<exports::ContentInput> {
  using In = exports::ContentInput;
  static constexpr std::string_view name = "exports.content";
  static constexpr std::array fields{field<&In::limit>("limit", range(1, 1000)),
                                     field<&In::after>("after", text(1, 256))};
};
template <>
struct Describe<exports::PageOutput> {
  using Out = exports::PageOutput;
  static constexpr std::string_view name = "exports.page_result";
  static constexpr std::array fields{field<&Out::text>("text"), field<&Out::rows>("rows"),
                                     field<&Out::next>("next")};
};
template <>
struct Describe<exports::Finish> {
  using In = exports::Finish;
  static constexpr std::string_view name = "exports.finish";
  static constexpr std::array fields{field<&In::id>("id", reference("export_job"), required),
                                     field<&In::rows>("rows", range(0, INT64_MAX), required)};
};

namespace exports {

inline constexpr Operation<Start, ExportJob> start{
    {.name = "exports.start",
     .permission = "DOSSIER_EXPORT",
     .effect = Effect::writes,
     .summary = "Begins an export of listings, dossiers, parties or consents; its pages follow.",
     .feature = "addon.export",
     .while_suspended = true}};
inline constexpr Operation<PageInput, PageOutput> page{
    {.name = "exports.page",
     .permission = "DOSSIER_EXPORT",
     .summary = "Some records of an export as CSV or JSON Lines, oldest first.",
     .feature = "addon.export"}};
inline constexpr Operation<Finish, ExportJob> finish{{.name = "exports.finish",
                                                      .permission = "DOSSIER_EXPORT",
                                                      .effect = Effect::writes,
                                                      .summary = "Ends an export and says how much left.",
                                                      .feature = "addon.export",
                                                      .while_suspended = true}};
/// JSON Lines by kind and id, archived records too: every record without its version, the time of its last
/// change, timelines, merges and what is derived, so that two histories that end alike give the same bytes.
/// That it was taken stands in the audit.
inline constexpr Operation<ContentInput, PageOutput> content{
    {.name = "exports.content",
     .permission = "DOSSIER_EXPORT",
     .effect = Effect::writes,
     .summary = "What all records say, without how they came to say it, page by page.",
     .feature = "addon.export",
     .while_suspended = true}};
inline constexpr Operation<ListInput, Page<ExportJob>> list{
    {.name = "exports.list", .permission = "DOSSIER_EXPORT", .summary = "Exports made, page by page."}};

/// Registers the export of content.
void register_content(Registry& registry);
/// Registers exports.
void register_exports(Registry& registry);

}  // namespace exports
}  // namespace atlas
