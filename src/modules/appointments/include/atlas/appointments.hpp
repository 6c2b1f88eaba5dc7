#pragma once
// Appointments: who meets when and where about a dossier, and what came of it.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"
#include "atlas/status_changes.hpp"

namespace atlas {

class Context;
class Registry;

/// Somebody who comes, besides the one whom the appointment is assigned to.
struct Attendee {
  std::optional<Uuid> party_id;
  std::string name;
  std::optional<std::string> email;  ///< folded
  std::optional<std::string> phone;  ///< E.164 where it can be read, else as it was written
};
template <>
struct Describe<Attendee> {
  static constexpr std::string_view name = "attendee";
  static constexpr std::array fields{field<&Attendee::party_id>("party_id", reference("party")),
                                     field<&Attendee::name>("name", line(1, 200), required),
                                     field<&Attendee::email>("email", formatted(Format::email, 254)),
                                     field<&Attendee::phone>("phone", formatted(Format::phone, 64))};
};

/// One meeting about one dossier. It lasts from `starts_at` to `ends_at`, which are instants; `time_zone`
/// (IANA) says on which clock people read them and moves nothing. `status_code` moves by the compiled machine
/// (APPOINT_SCHEDULED, then APPOINT_DONE, APPOINT_NO_SHOW or APPOINT_CANCELLED), `confirm_status_code` says
/// whether it is agreed upon. Two appointments may overlap.
struct Appointment : Entity {
  Uuid dossier_id;
  std::optional<Uuid> listing_id;
  std::string type_code;
  std::string status_code = "APPOINT_SCHEDULED";
  Timestamp starts_at;
  Timestamp ends_at;  ///< after starts_at, by at most 24 hours
  std::string time_zone;
  std::optional<std::string> location_text;
  std::optional<Uuid> assigned_to_user_id;
  std::vector<Attendee> attendees;
  std::string confirm_status_code = "APPT_PENDING";
  std::optional<std::string> outcome_code;
  std::optional<std::string> comment;  ///< the newest word; those of each step are in its history
};
template <>
struct Describe<Appointment> {
  using T = Appointment;
  static constexpr std::string_view name = "appointment";
  static constexpr std::array fields{
      field<&T::dossier_id>("dossier_id", reference("dossier"), filterable),
      field<&T::listing_id>("listing_id", reference("listing"), filterable),
      field<&T::type_code>("type_code", code("APPOINT_TYPE"), filterable),
      field<&T::status_code>("status_code", code("APPOINT_STATUS"), filterable),
      field<&T::starts_at>("starts_at", {}, filterable | sortable),
      field<&T::ends_at>("ends_at", {}, filterable),
      field<&T::time_zone>("time_zone", formatted(Format::time_zone)),
      field<&T::location_text>("location_text", line(1, 500), updatable | personal),
      field<&T::assigned_to_user_id>("assigned_to_user_id", reference("user"), updatable | filterable),
      field<&T::attendees>("attendees", range(0, 50), updatable | personal),
      field<&T::confirm_status_code>("confirm_status_code", code("APPT_CONFIRM_STATUS"),
                                     updatable | filterable),
      field<&T::outcome_code>("outcome_code", code("APPOINT_OUTCOME"), filterable),
      field<&T::comment>("comment", body(), updatable | free_text)};
  static constexpr std::array keys{
      KeyDeclaration{"by_created", {"created_at"}}, KeyDeclaration{"by_dossier", {"dossier_id", "starts_at"}},
      KeyDeclaration{"by_assignee", {"assigned_to_user_id", "starts_at"}},
      KeyDeclaration{"by_start", {"starts_at"}}, KeyDeclaration{"by_listing", {"listing_id", "starts_at"}}};
};

namespace appointments {

/// Required: dossier_id, type_code, starts_at. It lasts 30 minutes unless `ends_at` says otherwise, is read
/// on the organisation's clock and assigned to the dossier's assignee. A dossier outside the caller's scope,
/// a listing or party that is not there, a user who is not active: invalid_argument (unknown_reference).
struct Create {
  Uuid dossier_id;
  std::optional<Uuid> listing_id;
  std::string type_code;
  Timestamp starts_at;
  std::optional<Timestamp> ends_at;
  std::optional<std::string> time_zone;
  std::optional<std::string> location_text;
  std::optional<Uuid> assigned_to_user_id;
  std::vector<Attendee> attendees;
  std::optional<std::string> comment;
  std::string meta = "{}";
};

/// An absent member is unchanged, null clears; attendees are replaced whole. When the appointment is over,
/// confirm_status_code no longer changes: conflict (state).
struct Update {
  Uuid id;
  std::int64_t version = 0;
  Change<std::string> location_text;
  Change<Uuid> assigned_to_user_id;
  Change<std::vector<Attendee>> attendees;
  Change<std::string> confirm_status_code;
  Change<std::string> comment;
  Change<std::string> meta;
};

/// Confirm, no-show, cancel. The comment becomes the appointment's, and stays in its history.
struct StepInput {
  Uuid id;
  std::int64_t version = 0;
  std::optional<std::string> comment;
};

/// Other times. Without `ends_at` it lasts as long as before. Moved, it is to be confirmed anew.
struct Reschedule {
  Uuid id;
  std::int64_t version = 0;
  Timestamp starts_at;
  std::optional<Timestamp> ends_at;
  std::optional<std::string> time_zone;
  std::optional<std::string> comment;
};

/// It took place. OUTCOME_CANCELLED and OUTCOME_NO_SHOW belong to the other two ends and are refused.
struct Done {
  Uuid id;
  std::int64_t version = 0;
  std::string outcome_code = "OUTCOME_DONE";
  std::optional<std::string> comment;
};

/// The steps taken with the appointment `id`, oldest first.
struct HistoryInput {
  Uuid id;
  std::int64_t limit = 100;
  std::optional<std::string> after;
};

}  // namespace appointments

template <>
struct Describe<appointments::Create> {
  using In = appointments::Create;
  static constexpr std::string_view name = "appointments.create";
  static constexpr std::array fields{like<&In::dossier_id, Appointment>("dossier_id", required),
                                     like<&In::listing_id, Appointment>("listing_id"),
                                     like<&In::type_code, Appointment>("type_code", required),
                                     like<&In::starts_at, Appointment>("starts_at", required),
                                     like<&In::ends_at, Appointment>("ends_at"),
                                     like<&In::time_zone, Appointment>("time_zone"),
                                     like<&In::location_text, Appointment>("location_text"),
                                     like<&In::assigned_to_user_id, Appointment>("assigned_to_user_id"),
                                     like<&In::attendees, Appointment>("attendees"),
                                     like<&In::comment, Appointment>("comment"),
                                     field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<appointments::Update> {
  using In = appointments::Update;
  static constexpr std::string_view name = "appointments.update";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::location_text, Appointment>("location_text"),
                                     like<&In::assigned_to_user_id, Appointment>("assigned_to_user_id"),
                                     like<&In::attendees, Appointment>("attendees"),
                                     like<&In::confirm_status_code, Appointment>("confirm_status_code"),
                                     like<&In::comment, Appointment>("comment"),
                                     field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<appointments::StepInput> {
  using In = appointments::StepInput;
  static constexpr std::string_view name = "appointments.step";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::comment, Appointment>("comment")};
};
template <>
struct Describe<appointments::Reschedule> {
  using In = appointments::Reschedule;
  static constexpr std::string_view name = "appointments.reschedule";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::starts_at, Appointment>("starts_at", required),
                                     like<&In::ends_at, Appointment>("ends_at"),
                                     like<&In::time_zone, Appointment>("time_zone"),
                                     like<&In::comment, Appointment>("comment")};
};
template <>
struct Describe<appointments::Done> {
  using In = appointments::Done;
  static constexpr std::string_view name = "appointments.done";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required), field<&In::version>("version", range(1, INT64_MAX), required),
      like<&In::outcome_code, Appointment>("outcome_code"), like<&In::comment, Appointment>("comment")};
};
template <>
struct Describe<appointments::HistoryInput> {
  using In = appointments::HistoryInput;
  static constexpr std::string_view name = "appointments.history";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::limit>("limit", range(1, 1000)),
                                     field<&In::after>("after", text(1, 4096))};
};

namespace appointments {

inline constexpr Operation<Create, Appointment> create{{.name = "appointments.create",
                                                        .permission = "APPOINTMENT_CREATE",
                                                        .effect = Effect::writes,
                                                        .summary = "Makes an appointment about a dossier.",
                                                        .feature = "core.appointments"}};
inline constexpr Operation<GetInput, Appointment> get{
    {.name = "appointments.get", .permission = "APPOINTMENT_READ", .summary = "One appointment."}};
inline constexpr Operation<Update, Appointment> update{
    {.name = "appointments.update",
     .permission = "APPOINTMENT_UPDATE",
     .effect = Effect::writes,
     .summary = "Changes what is known about an appointment, save its times and its status."}};
inline constexpr Operation<ListInput, Page<Appointment>> list{{.name = "appointments.list",
                                                               .permission = "APPOINTMENT_READ",
                                                               .summary = "Appointments, page by page."}};
inline constexpr Operation<CountInput, Count> count{
    {.name = "appointments.count", .permission = "APPOINTMENT_READ", .summary = "How many appointments."}};
inline constexpr Operation<StepInput, Appointment> confirm{{.name = "appointments.confirm",
                                                            .permission = "APPOINTMENT_UPDATE",
                                                            .effect = Effect::writes,
                                                            .summary = "Notes that it is agreed upon."}};
inline constexpr Operation<Reschedule, Appointment> reschedule{
    {.name = "appointments.reschedule",
     .permission = "APPOINTMENT_UPDATE",
     .effect = Effect::writes,
     .summary = "Moves an appointment to another time."}};
inline constexpr Operation<Done, Appointment> done{
    {.name = "appointments.done",
     .permission = "APPOINTMENT_UPDATE",
     .effect = Effect::writes,
     .summary = "Notes that an appointment took place, and its outcome."}};
inline constexpr Operation<StepInput, Appointment> no_show{{.name = "appointments.no_show",
                                                            .permission = "APPOINTMENT_UPDATE",
                                                            .effect = Effect::writes,
                                                            .summary = "Notes that nobody came."}};
inline constexpr Operation<StepInput, Appointment> cancel{{.name = "appointments.cancel",
                                                           .permission = "APPOINTMENT_UPDATE",
                                                           .effect = Effect::writes,
                                                           .summary = "Calls an appointment off."}};
inline constexpr Operation<HistoryInput, Page<StatusChange>> history{
    {.name = "appointments.history",
     .permission = "APPOINTMENT_READ",
     .summary = "The steps taken with an appointment, oldest first."}};

/// Registers appointments. After dossiers: an appointment lies within a scope when its dossier does.
void register_appointments(Registry& registry);

}  // namespace appointments
}  // namespace atlas
