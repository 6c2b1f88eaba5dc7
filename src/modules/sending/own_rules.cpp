#include <algorithm>

#include "atlas/context.hpp"
#include "sending_parts.hpp"

namespace atlas::sending {
namespace {

constexpr std::size_t most_rows = 2'000, most_seeds = 500;

DayBook book_of(const Calendar& row) {
  DayBook book;
  for (const std::string& day : row.holidays)
    if (const auto date = parse_date(day)) book.holidays.push_back(*date);
  std::sort(book.holidays.begin(), book.holidays.end());
  if (row.ramadan_from && row.ramadan_to) book.ramadans.push_back({*row.ramadan_from, *row.ramadan_to});
  return book;
}

/// Of what it is made of: the rows, by their stamp, and the settings.
std::int64_t stamp_of(const Access& access) {
  const std::size_t text = std::hash<std::string>{}(access.settings);
  return static_cast<std::int64_t>((text ^ (static_cast<std::size_t>(access.contact_stamp) * 31)) | 1);
}

}  // namespace

std::shared_ptr<const OwnRules> OwnRules::of(Context& cx) {
  return std::static_pointer_cast<const OwnRules>(
      cx.kept("sending.rules", stamp_of(cx.access()),
              [&]() -> std::shared_ptr<void> { return std::make_shared<OwnRules>(cx); }));
}

OwnRules::OwnRules(Context& cx) : settings_(settings_of(cx.access().settings)) {
  auto all = cx.all<Calendar>();
  for (const Calendar& row :
       all.where({.where = Predicate::absent(all.column("archived_at")), .limit = most_rows}))
    rows_[{row.country_code, row.region, static_cast<int>(row.year)}] = book_of(row);
}

bool OwnRules::is_replaced(std::string_view country, std::string_view region, int year) const {
  return rows_.contains({std::string(country), std::string(region), year});
}

std::optional<DayBook> OwnRules::book(std::string_view country, std::string_view region, int year) const {
  const Place place{country, region, year};
  if (const auto row = rows_.find(place); row != rows_.end()) return row->second;
  const std::lock_guard lock(mutex_);
  const auto known = seeds_.find(place);
  if (known != seeds_.end()) return known->second;
  if (seeds_.size() >= most_seeds) seeds_.clear();
  return seeds_.emplace(place, seeded_days(country, region, year, settings_.moon)).first->second;
}

}  // namespace atlas::sending
