#pragma once
// Rules about the times and people of an appointment: pure.

#include <string>
#include <vector>

#include "atlas/appointments.hpp"

namespace atlas::appointments {

inline constexpr std::int64_t default_length = 30 * micros_per_minute;
inline constexpr std::int64_t longest = micros_per_day;

/// Appends what is wrong with the times. `ends_given`: the caller said when it ends.
void check_times(const Appointment& a, bool ends_given, std::vector<FieldError>& errors);

/// Telephone numbers in E.164 where `region` lets them be read, e-mail addresses folded.
void normalise(std::vector<Attendee>& attendees, const std::string& region);

/// Does the outcome fit an appointment that took place?
bool is_outcome_of_done(std::string_view outcome_code);

}  // namespace atlas::appointments
