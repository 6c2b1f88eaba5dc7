#include "atlas/exports.hpp"

#include "atlas/consent.hpp"
#include "atlas/context.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/listings.hpp"
#include "atlas/parties.hpp"
#include "atlas/registry.hpp"
#include "export_text.hpp"

namespace atlas::exports {
namespace {

using ReadPage = PageOutput (*)(Context& cx, const ExportJob& job, const PageInput& in);

template <class T>
PageOutput read_page(Context& cx, const ExportJob& job, const PageInput& in) {
  const Page<T> page = cx.all<T>().list({.where = job.where,
                                         .order = {"created_at"},
                                         .limit = in.limit,
                                         .after = in.after,
                                         .archived = job.archived,
                                         .scan = true});
  const bool csv = job.format == "csv";
  PageOutput out;
  if (csv && !in.after) out.text = csv_header(schema_of<T>());
  for (const T& record : page.items)
    out.text += csv ? csv_line(schema_of<T>(), &record) : json_line(schema_of<T>(), &record);
  out.rows = static_cast<std::int64_t>(page.items.size());
  out.next = page.next;
  return out;
}

struct Kind {
  std::string_view name;
  std::string_view permission;  ///< besides that of the operation
  ReadPage read;
};
constexpr Kind readers[] = {{"listings", "LISTING_READ_ORG", &read_page<Listing>},
                            {"dossiers", "DOSSIER_EXPORT", &read_page<Dossier>},
                            {"parties", "PARTY_READ", &read_page<Party>},
                            {"consents", "CONSENT_EXPORT", &read_page<Consent>}};
static_assert(std::size(readers) == kinds.size());

const Kind& reader_of(Context& cx, std::string_view kind) {
  for (const Kind& k : readers) {
    if (k.name != kind) continue;
    // An export takes everything of its kind: a narrower scope is no permission for it.
    if (!reaches(cx.scope_of(k.permission), scope_all)) {
      throw Error(ErrorCode::forbidden, "this needs a permission that you do not have")
          .with("permission", k.permission);
    }
    return k;
  }
  throw Error(ErrorCode::internal, "an export of an unknown kind");
}

std::int64_t begun_this_month(Context& cx) {
  const std::string month = format_timestamp(cx.now()).substr(0, 8) + "01T00:00:00Z";
  return cx.all<ExportJob>().count({.where = R"({"created_at":{"gte":")" + month + "\"}}"}).count;
}

ExportJob start_export(Context& cx, const Start& in) {
  const Kind& kind = reader_of(cx, in.kind);
  if (plan_limit(cx.access().plan_key, "limits.exports.monthly_max"))
    cx.require_quota("limits.exports.monthly_max", begun_this_month(cx));
  ExportJob job;
  copy_fields(in, job);
  job.status_code = "EXPORT_RUNNING";
  kind.read(cx, job,
            {.limit = 1});  // a filter that cannot be answered is refused before anything is promised
  cx.repo<ExportJob>().insert(job, {.action = "export.started"});
  return job;
}

/// The caller's own export, begun within a day.
ExportJob own_job(Context& cx, const Uuid& id, RowLock lock) {
  ExportJob job = cx.repo<ExportJob>().get(id, lock);
  const bool mine = cx.principal().user().is_nil() || job.created_by == cx.principal().user();
  if (!mine || cx.now().micros - job.created_at.micros > micros_per_day)
    throw Error(ErrorCode::not_found, "export_job not found");
  return job;
}

PageOutput read_export(Context& cx, const PageInput& in) {
  const ExportJob job = own_job(cx, in.id, RowLock::none);
  return reader_of(cx, job.kind).read(cx, job, in);
}

ExportJob finish_export(Context& cx, const Finish& in) {
  const ExportJob before = own_job(cx, in.id, RowLock::update);
  if (before.finished_at) return before;
  ExportJob after = before;
  after.status_code = "EXPORT_DONE";
  after.rows = in.rows;
  after.finished_at = cx.now();
  cx.repo<ExportJob>().save(before, after, {.action = "export.finished"});
  return after;
}

}  // namespace

void register_exports(Registry& registry) {
  registry.entity<ExportJob>();
  registry.operation(start, start_export);
  registry.operation(page, read_export);
  registry.operation(finish, finish_export);
  register_content(registry);
  registry.operation(list, [](Context& cx, const ListInput& in) { return cx.repo<ExportJob>().list(in); });
}

}  // namespace atlas::exports
