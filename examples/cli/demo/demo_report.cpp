// What the agency has at the end.

#include <algorithm>
#include <filesystem>

#include "atlas/audit.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/listings.hpp"
#include "atlas/reference_codes.hpp"
#include "demo.hpp"

namespace atlas::cli::demo {
namespace {

using Counts = std::vector<std::pair<std::string, std::int64_t>>;

constexpr std::size_t towns_shown = 6;

/// Counts by state, whatever the workflow.
Counts dossiers_by_status(Session& session) {
  Counts counts;
  for (const ReferenceSeed& status : reference_seeds()) {
    if (status.dictionary != "CASE_STATUS") continue;
    CountInput in;
    in.where = R"({"status_code":)" + json_string(status.code) + "}";
    in.exact = true;
    const std::int64_t n = session.call(dossiers::count, in).count;
    if (n > 0) counts.emplace_back(std::string(status.label_en), n);
  }
  return counts;
}

Counts most_of(const std::map<std::string, std::int64_t>& all, std::size_t shown) {
  Counts counts(all.begin(), all.end());
  std::stable_sort(counts.begin(), counts.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (counts.size() > shown) counts.resize(shown);
  return counts;
}

}  // namespace

void show_report(Guide& guide, Session& session, const Place& place) {
  Counts by_status = dossiers_by_status(session);
  std::int64_t dossiers = 0, listings = 0, untouched = 0;
  for (const auto& [status, n] : by_status) dossiers += n;
  // Those that nobody has begun with would leave the others no room.
  if (by_status.size() > 1 && by_status.front().first == find_seed("CASE_STATUS", "CRM_NEW")->label_en) {
    untouched = by_status.front().second;
    by_status.erase(by_status.begin());
  }
  std::map<std::string, std::int64_t> towns;
  ListInput all;
  all.limit = 1000;
  session.each(listings::list, all, [&](const Listing& listing) {
    ++listings;
    ++towns[listing.city.value_or("no town given")];
  });
  guide.bars("Dossiers in work or closed", by_status);
  guide.line();
  guide.bars("Listings by town", most_of(towns, towns_shown));
  guide.line();
  const audit::Head head = session.call(audit::head, {});
  guide.line(grouped(dossiers) + " dossiers, " + grouped(untouched) + " of them new, and " +
             grouped(listings) + " listings; " + grouped(head.size) + " audit entries under one root; " +
             megabytes(std::filesystem::file_size(place.store())) + ", encrypted.");
  guide.fact("dossiers", dossiers);
  guide.fact("listings", listings);
  guide.fact("audit_entries", head.size);
}

}  // namespace atlas::cli::demo
