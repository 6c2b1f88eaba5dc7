#include <array>

#include "atlas/provider_codes.hpp"

namespace atlas {
namespace {

using enum CodeClass;

constexpr std::int32_t hour = 3'600, day = 24 * hour;

constexpr auto codes = std::to_array<ProviderCode>({
    {20003, 20003, account, "authentication_failed"},
    {20429, 20429, retry, "too_many_requests", 0, false, 0, permanent, false, true},
    {21211, 21211, unreachable, "invalid_recipient"},
    {21212, 21212, account, "invalid_sender"},
    {21408, 21408, account, "region_not_permitted"},
    {21606, 21606, account, "invalid_sender"},
    {21610, 21610, opted_out, "opted_out"},
    {21612, 21612, permanent, "no_route"},
    {21614, 21614, unreachable, "not_a_mobile_number"},
    {30001, 30001, retry, "queue_overflow"},
    {30002, 30002, account, "account_suspended"},
    {30003, 30003, later, "handset_unreachable", 8 * hour, false, 4},
    // Blocked once can be the content; blocked twice is the recipient.
    {30004, 30004, retry, "message_blocked", 0, false, 1, unreachable},
    {30005, 30005, unreachable, "unknown_number"},
    {30006, 30006, unreachable, "landline_or_unreachable_carrier"},
    {30007, 30007, permanent, "filtered_as_spam", 0, false, 0, permanent, true},
    {30008, 30008, retry, "unknown_error", 0, false, 1},
    {30036, 30036, later, "validity_expired", hour},
    {63001, 63001, account, "channel_authentication"},
    {63003, 63003, unreachable, "channel_cannot_reach"},
    {63005, 63005, permanent, "content_refused"},
    {63007, 63007, account, "channel_sender_missing"},
    {63010, 63010, retry, "channel_set_up", 0, false, 1, account},
    {63012, 63012, retry, "provider_error"},
    {63013, 63013, permanent, "policy_violation"},
    {63014, 63014, opted_out, "opted_out"},
    {63016, 63016, permanent, "outside_session_window"},
    {63017, 63017, retry, "too_many_messages", 0, false, 0, permanent, false, true},
    {63018, 63018, later, "channel_limit", hour, true, 0, permanent, false, true},
    {63019, 63019, retry, "media_download", 0, false, 1, account},
    {63020, 63020, account, "channel_set_up"},
    {63021, 63021, content, "content_invalid"},
    {63023, 63023, retry, "provider_error"},
    {63024, 63024, unreachable, "invalid_recipient"},
    {63025, 63025, account, "channel_set_up"},
    {63027, 63027, content, "template_missing"},
    {63028, 63028, content, "template_parameters"},
    {63029, 63029, content, "template_media"},
    {63030, 63030, content, "template_parameters"},
    {63032, 63032, permanent, "recipient_in_experiment"},
    {63033, 63033, unreachable, "recipient_blocked"},
    {63038, 63038, later, "account_daily_limit", day, false, 0, permanent, false, true},
    {63049, 63049, later, "marketing_withheld", day, true},
    {63051, 63051, account, "channel_account_restricted"},
});

}  // namespace

std::span<const ProviderCode> twilio_codes() noexcept { return codes; }

}  // namespace atlas
