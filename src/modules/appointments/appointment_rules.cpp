#include "appointment_rules.hpp"

#include "atlas/phone.hpp"
#include "atlas/text.hpp"

namespace atlas::appointments {

void check_times(const Appointment& a, bool ends_given, std::vector<FieldError>& errors) {
  static const Timestamp end_of_years{make_date(9999, 12, 31).days * micros_per_day + micros_per_day};
  const auto out_of_range = [&](const char* path, const char* message) {
    errors.push_back({path, std::string(field_code::out_of_range), message});
  };
  if (a.ends_at <= a.starts_at)
    out_of_range("/ends_at", "after starts_at");
  else if (a.ends_at.micros - a.starts_at.micros > longest)
    out_of_range("/ends_at", "at most 24 hours after starts_at");
  else if (!ends_given && a.ends_at >= end_of_years)
    out_of_range("/starts_at", "so early that it ends before the year 10000");
}

void normalise(std::vector<Attendee>& attendees, const std::string& region) {
  for (Attendee& one : attendees) {
    if (one.phone) one.phone = phone_e164(*one.phone, region).value_or(std::string(trim(*one.phone)));
    if (one.email) one.email = fold_email(*one.email);
  }
}

bool is_outcome_of_done(std::string_view outcome_code) {
  return outcome_code != "OUTCOME_CANCELLED" && outcome_code != "OUTCOME_NO_SHOW";
}

}  // namespace atlas::appointments
