// Years of holidays: the seed, or the row that an organisation put in its place.

#include <algorithm>

#include "atlas/consent_ledger.hpp"
#include "atlas/context.hpp"
#include "atlas/sending.hpp"
#include "sending_parts.hpp"

namespace atlas::sending {
namespace {

std::optional<Calendar> row_of(Context& cx, std::string_view country, std::string_view region, int year,
                               RowLock lock = RowLock::none) {
  auto all = cx.all<Calendar>();
  auto found = all.where(
      {.where = Predicate::all_of({Predicate::equals(all.column("country_code"), Value::text(country)),
                                   Predicate::equals(all.column("region"), Value::text(region)),
                                   Predicate::equals(all.column("year"), Value::integer(year))}),
       .key = "by_year",
       .limit = 1,
       .lock = lock});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

int year_asked(Context& cx, const std::optional<std::int64_t>& year) {
  return year ? static_cast<int>(*year) : year_of(local_time("UTC", cx.now()).date);
}

calendars::Year read_year(Context& cx, std::string_view country, std::string_view region, int year) {
  calendars::Year out;
  out.country_code = country;
  out.region = region;
  out.year = year;
  const auto rules = OwnRules::of(cx);
  const auto book = rules->book(country, region, year);
  if (!book) throw Error(ErrorCode::not_found, "no calendar of that country and year");
  out.seeded = !rules->is_replaced(country, region, year);
  for (const Date& date : book->holidays) out.holidays.push_back(format_date(date));
  if (!book->ramadans.empty()) {
    out.ramadan_from = book->ramadans.front().from;
    out.ramadan_to = book->ramadans.front().to;
  }
  if (!out.seeded || country != "MA") return out;
  for (const MoonFeast& f : feasts_of(year, rules->settings().moon)) {
    out.feasts.push_back({std::string(f.feast), f.date, f.confirmed});
    out.estimated = out.estimated || !f.confirmed;
  }
  return out;
}

void check_dates(const calendars::Set& in, std::vector<Date>& dates, std::vector<FieldError>& errors) {
  for (std::size_t i = 0; i < in.holidays.size(); ++i) {
    const auto date = parse_date(in.holidays[i]);
    const std::string path = "/holidays/" + std::to_string(i);
    if (!date)
      errors.push_back({path, std::string(field_code::not_a_date), "a date as YYYY-MM-DD"});
    else if (year_of(*date) != in.year)
      errors.push_back({path, std::string(field_code::out_of_range), "a day of that year"});
    else
      dates.push_back(*date);
  }
  std::sort(dates.begin(), dates.end());
  if (in.ramadan_from.has_value() != in.ramadan_to.has_value()) {
    errors.push_back({in.ramadan_from ? "/ramadan_to" : "/ramadan_from", std::string(field_code::required),
                      "its first and its last day"});
  } else if (in.ramadan_from && *in.ramadan_to < *in.ramadan_from) {
    errors.push_back({"/ramadan_to", std::string(field_code::out_of_range), "not before its first day"});
  }
  if (in.ramadan_from && !in.region.empty())
    errors.push_back({"/ramadan_from", std::string(field_code::out_of_range), "of whole countries only"});
}

calendars::Year set_year(Context& cx, const calendars::Set& in) {
  std::vector<FieldError> errors;
  std::vector<Date> dates;
  check_dates(in, dates, errors);
  throw_if_any(std::move(errors));
  const int year = static_cast<int>(in.year);
  cx.lock({"calendar:" + in.country_code + ":" + in.region + ":" + std::to_string(year)});
  auto before = row_of(cx, in.country_code, in.region, year, RowLock::update);
  Calendar after = before.value_or(Calendar{});
  after.country_code = in.country_code;
  after.region = in.region;
  after.year = in.year;
  after.holidays.clear();
  for (const Date& date : dates) after.holidays.push_back(format_date(date));
  after.ramadan_from = in.ramadan_from;
  after.ramadan_to = in.ramadan_to;
  after.archived_at.reset();
  if (before)
    cx.all<Calendar>().save(*before, after, {.action = "calendar.updated"});
  else
    cx.all<Calendar>().insert(after);
  consents::contacts_changed(cx, "organisation.calendars_changed");
  return read_year(cx, in.country_code, in.region, year);
}

calendars::Year reset_year(Context& cx, const calendars::Get& in) {
  const int year = year_asked(cx, in.year);
  const auto row = row_of(cx, in.country_code, in.region, year, RowLock::update);
  if (!row || row->archived_at) throw Error(ErrorCode::not_found, "that year was not replaced");
  cx.all<Calendar>().archive(row->id, row->version);
  consents::contacts_changed(cx, "organisation.calendars_changed");
  calendars::Year out;
  out.country_code = in.country_code;
  out.region = in.region;
  out.year = year;
  if (!OwnRules::of(cx)->book(in.country_code, in.region, year)) return out;
  return read_year(cx, in.country_code, in.region, year);
}

}  // namespace

DayBook days_of(Context& cx, std::string_view country, std::string_view region, int year) {
  const auto rules = OwnRules::of(cx);
  DayBook book = rules->book(country, "", year).value_or(DayBook{});
  if (region.empty()) return book;
  if (const auto more = rules->book(country, region, year)) {
    book.holidays.insert(book.holidays.end(), more->holidays.begin(), more->holidays.end());
    std::sort(book.holidays.begin(), book.holidays.end());
  }
  return book;
}

void register_calendars(Registry& registry) {
  registry.entity<Calendar>();
  registry.operation(calendars::get, [](Context& cx, const calendars::Get& in) {
    return read_year(cx, in.country_code, in.region, year_asked(cx, in.year));
  });
  registry.operation(calendars::set, set_year);
  registry.operation(calendars::reset, reset_year);
  registry.operation(calendars::list,
                     [](Context& cx, const ListInput& in) { return cx.repo<Calendar>().list(in); });
}

}  // namespace atlas::sending
