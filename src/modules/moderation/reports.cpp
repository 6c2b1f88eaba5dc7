// Reports: handed in, looked into, closed.

#include <algorithm>

#include "atlas/crypto.hpp"
#include "atlas/phone.hpp"
#include "atlas/registry.hpp"
#include "atlas/text.hpp"
#include "moderation_modules.hpp"

namespace atlas::reports {
namespace {

/// Registered numbers of match-key rules; never reused.
constexpr std::int64_t match_phone = 31;
constexpr std::int64_t match_email = 32;

constexpr std::size_t most_a_day = 10;
constexpr std::int64_t most_of_the_public = 100;

MatchKey key_of(std::int64_t kind, std::string_view text) {
  const Hash h = sha256(text);
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < 8; ++i) n = n << 8 | h[i];
  return {kind, static_cast<std::int64_t>(n)};
}

void match_keys(const ListingReport& r, const Normaliser& n, std::vector<MatchKey>& out) {
  if (!r.reporter) return;
  if (r.reporter->phone) out.push_back(key_of(match_phone, *r.reporter->phone));
  if (r.reporter->email) out.push_back(key_of(match_email, n.fold_email(*r.reporter->email)));
}

Reporter read_reporter(Context& cx, const Create& in) {
  Reporter r;
  if (in.email) r.email = fold_email(*in.email);
  if (!in.phone) return r;
  r.phone = phone_e164(*in.phone, in.phone_region.value_or(cx.access().default_country));
  if (!r.phone) {
    throw Error(ErrorCode::invalid_argument, "not a telephone number")
        .field("/phone", field_code::not_a_phone_number, "not a telephone number");
  }
  return r;
}

bool is_open(const ListingReport& r) { return r.status_code != "REPORT_CLOSED"; }

/// Reports that came with this phone or e-mail, at most what a day allows and some more.
std::vector<ListingReport> others_of(Context& cx, const ListingReport& wanted) {
  std::vector<MatchKey> keys;
  for (const Normaliser* n : cx.normalisers()) match_keys(wanted, *n, keys);
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::vector<ListingReport> out;
  for (const MatchKey& key : keys) {
    for (const Uuid& id : cx.matches(key, 256)) {
      const bool known = std::any_of(out.begin(), out.end(), [&](const auto& r) { return r.id == id; });
      if (known) continue;
      if (auto r = cx.all<ListingReport>().find(id)) out.push_back(std::move(*r));
    }
  }
  return out;
}

/// An open report of the same user about the same listing, written down for nobody else.
std::optional<ListingReport> own_open_report(Context& cx, const Uuid& listing) {
  const Uuid& me = cx.principal().id;
  if (me.is_nil()) return std::nullopt;
  auto reports = cx.all<ListingReport>();
  for (const char* status : {"REPORT_OPEN", "REPORT_IN_REVIEW"}) {
    auto found = reports.where(
        {.where = Predicate::all_of({Predicate::equals(reports.column("listing_id"), Value::id(listing)),
                                     Predicate::equals(reports.column("status_code"), Value::text(status)),
                                     Predicate::equals(reports.column("created_by"), Value::id(me)),
                                     Predicate::absent(reports.column("reporter"))}),
         .key = "by_listing",
         .limit = 1});
    if (!found.empty()) return std::move(found.front());
  }
  return std::nullopt;
}

std::int64_t open_of_the_public(Context& cx, const Uuid& listing) {
  return cx.all<ListingReport>()
      .count(
          {.where = R"({"listing_id":")" + format_uuid(listing) +
                    R"(","reporter_kind":"public","status_code":{"in":["REPORT_OPEN","REPORT_IN_REVIEW"]}})"})
      .count;
}

Created create_report(Context& cx, const Create& about) {
  Create in = about;
  in.listing_id = moderation::visible_listing(cx, cx.stands_for<Listing>(about.listing_id)).id;
  Filed filed = file(cx, in, "user");
  if (filed.outcome == Filed::Outcome::limited) {
    throw Error(ErrorCode::rate_limited, "this person has sent enough reports for today")
        .with("retry_after", filed.retry_after_seconds);
  }
  const bool created = filed.outcome == Filed::Outcome::filed;
  // What somebody else has written is for moderators, also when the same person has told it twice.
  const bool mine = filed.report->created_by && *filed.report->created_by == cx.principal().id;
  if (!mine && cx.scope_of("MODERATION_QUEUE_READ") == scope_none) filed.report.reset();
  return {.report = std::move(filed.report), .created = created};
}

ListingReport review_report(Context& cx, const Review& in) {
  auto all = cx.repo<ListingReport>();
  const ListingReport before = all.get_for_update(in.id, in.version);
  ListingReport after = before;
  after.status_code = moderation::step(machines::Machine::report, before.status_code, "review");
  all.save(before, after, {.action = "listing_report.reviewed"});
  return after;
}

void finish(Context& cx, ListingReport& report, std::string_view resolution) {
  report.resolution = std::string(resolution);
  report.closed_at = cx.now();
  if (!cx.principal().user().is_nil()) report.decided_by = cx.principal().user();
}

ListingReport close_report(Context& cx, const Close& in) {
  auto all = cx.repo<ListingReport>();
  const ListingReport before = all.get_for_update(in.id, in.version);
  ListingReport after = before;
  after.status_code = moderation::step(machines::Machine::report, before.status_code, "close");
  after.resolution_comment = in.comment;
  finish(cx, after, in.resolution);
  all.save(before, after, {.action = "listing_report.closed"});
  return after;
}

}  // namespace

Filed file(Context& cx, const Create& in, std::string_view reporter_kind) {
  ListingReport r;
  copy_fields(in, r);
  r.reporter_kind = reporter_kind;
  if (in.phone || in.email) r.reporter = read_reporter(cx, in);
  // One after the other: of two that come at once the second meets the first.
  std::vector<std::string> locks{"reports:" + format_uuid(in.listing_id)};
  if (r.reporter && r.reporter->phone) locks.push_back("reports.phone:" + *r.reporter->phone);
  if (r.reporter && r.reporter->email) locks.push_back("reports.email:" + *r.reporter->email);
  cx.lock(std::move(locks));

  Filed out;
  const std::int64_t since = cx.now().micros - micros_per_day;
  std::size_t today = 0;
  std::int64_t oldest = cx.now().micros;
  for (ListingReport& other : others_of(cx, r)) {
    if (other.created_at.micros > since) {
      ++today;
      oldest = std::min(oldest, other.created_at.micros);
    }
    if (other.listing_id == r.listing_id && is_open(other) && !out.report) {
      out.outcome = Filed::Outcome::met;
      out.report = std::move(other);
    }
  }
  if (out.report) return out;
  if (!r.reporter && reporter_kind == "user") {
    if (auto mine = own_open_report(cx, in.listing_id))
      return {.outcome = Filed::Outcome::met, .report = std::move(mine)};
  }
  if (today >= most_a_day) {
    return {.outcome = Filed::Outcome::limited,
            .report = {},
            .retry_after_seconds = (oldest - since) / micros_per_second + 1};
  }
  if (reporter_kind == "public" && open_of_the_public(cx, in.listing_id) >= most_of_the_public)
    return {.outcome = Filed::Outcome::limited, .report = {}, .retry_after_seconds = 86'400};
  cx.all<ListingReport>().insert(r, {.action = "listing_report.filed"});
  out.report = std::move(r);
  return out;
}

}  // namespace atlas::reports

namespace atlas::moderation {

void close_reports(Context& cx, const Uuid& listing, const Uuid& case_id, std::string_view resolution) {
  auto all = cx.all<ListingReport>();
  for (const char* status : {"REPORT_OPEN", "REPORT_IN_REVIEW"}) {
    for (;;) {
      const auto some = all.where(
          {.where = Predicate::all_of({Predicate::equals(all.column("listing_id"), Value::id(listing)),
                                       Predicate::equals(all.column("status_code"), Value::text(status))}),
           .key = "by_listing",
           .limit = 200,
           .lock = RowLock::update});
      for (const ListingReport& before : some) {
        ListingReport after = before;
        if (after.status_code == "REPORT_OPEN")
          after.status_code = step(machines::Machine::report, after.status_code, "review");
        after.status_code = step(machines::Machine::report, after.status_code, "close");
        after.case_id = case_id;
        reports::finish(cx, after, resolution);
        all.save(before, after, {.action = "listing_report.closed"});
      }
      if (some.size() < 200) break;
    }
  }
}

void register_reports(Registry& registry) {
  registry.entity<ListingReport>();
  registry.match_keys("listing_report",
                      [](const void* entity, const Normaliser& n, std::vector<MatchKey>& out) {
                        reports::match_keys(*static_cast<const ListingReport*>(entity), n, out);
                      });
  registry.operation(reports::create, reports::create_report);
  registry.operation(reports::get,
                     [](Context& cx, const GetInput& in) { return cx.repo<ListingReport>().get(in.id); });
  registry.operation(reports::list,
                     [](Context& cx, const ListInput& in) { return cx.repo<ListingReport>().list(in); });
  registry.operation(reports::count,
                     [](Context& cx, const CountInput& in) { return cx.repo<ListingReport>().count(in); });
  registry.operation(reports::review, reports::review_report);
  registry.operation(reports::close, reports::close_report);
}

}  // namespace atlas::moderation
