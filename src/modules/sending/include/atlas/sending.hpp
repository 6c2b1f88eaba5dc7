#pragma once
// The policy of sending: what may leave, when, and what counts towards its limits. Registers the SendPolicy
// that the outbox asks. Also the calendars of holidays and Ramadan.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/operation.hpp"
#include "atlas/page.hpp"
#include "atlas/schema.hpp"
#include "atlas/send_policy.hpp"
#include "atlas/time_rules.hpp"

namespace atlas {

class Registry;

namespace sending {
inline constexpr std::array<std::string_view, 6> counted_kinds{
    "ordinary", "session", "opt_in_request", "opt_out_confirmation", "call", "refusal"};
inline constexpr std::array<std::string_view, 5> call_outcomes{"answered", "no_answer", "busy", "failed",
                                                               "refused"};
}  // namespace sending

/// The holidays of a year in a country, or those that a part of it has besides, and its Ramadan. Takes the
/// place of the seed of the same country, region and year. One per country, region and year.
struct Calendar : Entity {
  std::string country_code;
  std::string region = "";  ///< "" = the whole country; see sending::Place
  std::int64_t year = 0;
  std::vector<std::string> holidays;  ///< dates, in order
  std::optional<Date> ramadan_from;
  std::optional<Date> ramadan_to;
};
template <>
struct Describe<Calendar> {
  using T = Calendar;
  static constexpr std::string_view name = "calendar";
  static constexpr std::array fields{
      field<&T::country_code>("country_code", formatted(Format::country), filterable),
      field<&T::region>("region", line(0, 8), filterable),
      field<&T::year>("year", range(1970, 2200), filterable),
      field<&T::holidays>("holidays", range(0, 366)),
      field<&T::ramadan_from>("ramadan_from"),
      field<&T::ramadan_to>("ramadan_to")};
  static constexpr std::array keys{KeyDeclaration{"by_year", {"country_code", "region", "year"}, true},
                                   KeyDeclaration{"by_created", {"created_at"}}};
};

/// One message that left, or one call: what the caps count. Append-only; the address as a hash under a key of
/// the organisation, so nothing of a person is kept. `evidence_at`: of a confirmation, when what it confirms
/// happened.
struct ContactCount : Entity {
  std::string address_hash;
  std::string channel_code;
  std::string purpose_code;
  std::string kind;
  std::optional<std::string> outcome;
  std::optional<Uuid> message_id;
  std::optional<Uuid> party_id;
  std::optional<Timestamp> evidence_at;
  Timestamp at;
};
template <>
struct Describe<ContactCount> {
  using T = ContactCount;
  static constexpr std::string_view name = "contact_count";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{field<&T::address_hash>("address_hash", text(64, 64)),
                                     field<&T::channel_code>("channel_code", line(1, 64)),
                                     field<&T::purpose_code>("purpose_code", line(1, 64)),
                                     field<&T::kind>("kind", one_of(sending::counted_kinds)),
                                     field<&T::outcome>("outcome", one_of(sending::call_outcomes)),
                                     field<&T::message_id>("message_id"),
                                     field<&T::party_id>("party_id"),
                                     field<&T::evidence_at>("evidence_at"),
                                     field<&T::at>("at")};
  static constexpr std::array keys{KeyDeclaration{"by_address", {"address_hash", "kind", "at"}},
                                   KeyDeclaration{"by_party", {"party_id", "kind", "at"}},
                                   KeyDeclaration{"by_message", {"message_id"}}};
};

/// The last message of somebody's own on a channel, to one of our numbers; opens 24 hours for replies.
/// `closed_at`: the last opt-out, as far as it came this way.
struct SessionWindow : Entity {
  std::string address_hash;  ///< of channel and address
  std::string channel_code;
  std::string sender;
  std::optional<Timestamp> last_at;  ///< by the provider's clock
  std::optional<std::string> reference;
  std::optional<Timestamp> closed_at;
};
template <>
struct Describe<SessionWindow> {
  using T = SessionWindow;
  static constexpr std::string_view name = "session_window";
  static constexpr bool bookkeeping = true;
  static constexpr std::array fields{field<&T::address_hash>("address_hash", text(64, 64)),
                                     field<&T::channel_code>("channel_code", line(1, 64)),
                                     field<&T::sender>("sender", line(0, 254)),
                                     field<&T::last_at>("last_at"),
                                     field<&T::reference>("reference", line(0, 256)),
                                     field<&T::closed_at>("closed_at")};
  static constexpr std::array keys{KeyDeclaration{"by_address", {"address_hash", "sender"}, true}};
};

namespace calendars {

/// A feast that follows the moon. Not `confirmed`: computed, a day more or less.
struct Feast {
  std::string feast;
  Date date;
  bool confirmed = false;
};

/// One year as it holds; `seeded`: the library's own, no row replaces it. `feasts` are those that begin in a
/// seeded year; `estimated`: at least one of them was only computed. A second Ramadan of the year is in
/// `feasts`.
struct Year {
  std::string country_code;
  std::string region = "";
  std::int64_t year = 0;
  std::vector<std::string> holidays;
  std::optional<Date> ramadan_from;
  std::optional<Date> ramadan_to;
  bool seeded = false;
  bool estimated = false;
  std::vector<Feast> feasts;
};

/// Which years: default the current one by UTC.
struct Get {
  std::string country_code;
  std::string region = "";
  std::optional<std::int64_t> year;
};

/// Puts a row in the place of the seed, or of the row there is. Dates `YYYY-MM-DD` of that year, each once;
/// `ramadan_to` not before `ramadan_from`. Ramadan is of whole countries: a region has none.
struct Set {
  std::string country_code;
  std::string region = "";
  std::int64_t year = 0;
  std::vector<std::string> holidays;
  std::optional<Date> ramadan_from;
  std::optional<Date> ramadan_to;
};

}  // namespace calendars

template <>
struct Describe<calendars::Feast> {
  using T = calendars::Feast;
  static constexpr std::string_view name = "calendar_feast";
  static constexpr std::array fields{field<&T::feast>("feast"), field<&T::date>("date"),
                                     field<&T::confirmed>("confirmed")};
};
template <>
struct Describe<calendars::Year> {
  using T = calendars::Year;
  static constexpr std::string_view name = "calendar_year";
  static constexpr std::array fields{field<&T::country_code>("country_code"),
                                     field<&T::region>("region"),
                                     field<&T::year>("year"),
                                     field<&T::holidays>("holidays"),
                                     field<&T::ramadan_from>("ramadan_from"),
                                     field<&T::ramadan_to>("ramadan_to"),
                                     field<&T::seeded>("seeded"),
                                     field<&T::estimated>("estimated"),
                                     field<&T::feasts>("feasts")};
};
template <>
struct Describe<calendars::Get> {
  using In = calendars::Get;
  static constexpr std::string_view name = "calendars.get";
  static constexpr std::array fields{like<&In::country_code, Calendar>("country_code", required),
                                     like<&In::region, Calendar>("region"),
                                     like<&In::year, Calendar>("year")};
};
template <>
struct Describe<calendars::Set> {
  using In = calendars::Set;
  static constexpr std::string_view name = "calendars.set";
  static constexpr std::array fields{like<&In::country_code, Calendar>("country_code", required),
                                     like<&In::region, Calendar>("region"),
                                     like<&In::year, Calendar>("year", required),
                                     like<&In::holidays, Calendar>("holidays", required),
                                     like<&In::ramadan_from, Calendar>("ramadan_from"),
                                     like<&In::ramadan_to, Calendar>("ramadan_to")};
};

namespace calendars {

inline constexpr Operation<Get, Year> get{
    {.name = "calendars.get",
     .permission = "ORG_READ",
     .summary = "The holidays and the Ramadan of a country's year, as the rules of sending use them."}};
inline constexpr Operation<Set, Year> set{
    {.name = "calendars.set",
     .permission = "ORG_UPDATE_SETTINGS",
     .effect = Effect::writes,
     .summary = "Replaces the holidays and the Ramadan of a country's year."}};
inline constexpr Operation<Get, Year> reset{
    {.name = "calendars.reset",
     .permission = "ORG_UPDATE_SETTINGS",
     .effect = Effect::writes,
     .summary = "Takes a replaced year back: the library's own days hold again."}};
inline constexpr Operation<ListInput, Page<Calendar>> list{
    {.name = "calendars.list", .permission = "ORG_READ", .summary = "Years that were replaced."}};

}  // namespace calendars

namespace sending {

/// Would a message be let go now? Asks the policy as the outbox does at acceptance; writes nothing.
struct Ask {
  std::string channel_code;
  std::string address;
  std::string purpose_code;
  std::string kind = "ordinary";
  std::optional<std::string> template_category;  ///< MARKETING, UTILITY, AUTHENTICATION: as if approved
  bool urgent = false;
  std::optional<Uuid> party_id;
  std::optional<Uuid> dossier_id;
  std::optional<std::string> phone_region;
};

/// The answer with its reasons in words. `verdict`: allow, defer or refuse; `code` an error's text, or
/// quiet_hours of a deferral.
struct Answer {
  std::string verdict;
  std::optional<std::string> code;
  std::optional<std::string> reason;
  std::optional<std::string> explanation;  ///< in the organisation's language, or English
  std::optional<Timestamp> not_before;
  std::optional<std::string> rule;
  std::optional<std::string> evidence_kind;
  std::optional<Uuid> consent_id;
  std::optional<Uuid> event_id;
  std::optional<std::string> hash;
  std::string looked_at = "{}";
};

inline constexpr std::array<std::string_view, 3> message_kinds{"ordinary", "opt_in_request",
                                                               "opt_out_confirmation"};
inline constexpr std::array<std::string_view, 3> template_categories{"MARKETING", "UTILITY",
                                                                     "AUTHENTICATION"};

}  // namespace sending

template <>
struct Describe<sending::Ask> {
  using In = sending::Ask;
  static constexpr std::string_view name = "sending.check";
  static constexpr std::array fields{
      field<&In::channel_code>("channel_code", code("CHANNEL_TYPE"), required),
      field<&In::address>("address", line(1, 254), required | personal),
      field<&In::purpose_code>("purpose_code", code("CONSENT_TYPE"), required),
      field<&In::kind>("kind", one_of(sending::message_kinds)),
      field<&In::template_category>("template_category", one_of(sending::template_categories)),
      field<&In::urgent>("urgent"),
      field<&In::party_id>("party_id", reference("party")),
      field<&In::dossier_id>("dossier_id", reference("dossier")),
      field<&In::phone_region>("phone_region", formatted(Format::region))};
};
template <>
struct Describe<sending::Answer> {
  using T = sending::Answer;
  static constexpr std::string_view name = "sending_answer";
  static constexpr std::array fields{field<&T::verdict>("verdict"),
                                     field<&T::code>("code"),
                                     field<&T::reason>("reason"),
                                     field<&T::explanation>("explanation"),
                                     field<&T::not_before>("not_before"),
                                     field<&T::rule>("rule"),
                                     field<&T::evidence_kind>("evidence_kind"),
                                     field<&T::consent_id>("consent_id"),
                                     field<&T::event_id>("event_id"),
                                     field<&T::hash>("hash"),
                                     field<&T::looked_at>("looked_at", json_object())};
};

namespace sending {

inline constexpr Operation<Ask, Answer> check{
    {.name = "sending.check",
     .permission = "CONSENT_READ",
     .summary = "Would a message be let go now, and if not, why and when?"}};

/// The seed or the row of a year, and what its region has besides.
DayBook days_of(Context& cx, std::string_view country, std::string_view region, int year);

/// Registers calendars, what is counted, and the SendPolicy. After consents.
void register_sending(Registry& registry);

}  // namespace sending
}  // namespace atlas
