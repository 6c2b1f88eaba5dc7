#include <array>

#include "atlas/provider_codes.hpp"

namespace atlas {
namespace {

using enum CodeClass;

constexpr std::int32_t hour = 3'600, day = 24 * hour;

constexpr auto codes = std::to_array<ProviderCode>({
    {0, 0, account, "authentication_failed"},
    {1, 1, retry, "provider_error"},
    {2, 2, retry, "service_unavailable"},
    {3, 3, account, "permission_missing"},
    {4, 4, later, "call_limit", hour, false, 0, permanent, false, true},
    {10, 10, account, "permission_missing"},
    {33, 33, account, "number_deleted"},
    {100, 100, permanent, "invalid_parameter"},
    {190, 190, account, "token_expired"},
    {200, 299, account, "permission_missing"},
    {368, 368, account, "policy_violation"},
    {80007, 80007, later, "call_limit", hour, false, 0, permanent, false, true},
    {130429, 130429, retry, "throughput_limit", 0, false, 0, permanent, false, true},
    {130472, 130472, permanent, "recipient_in_experiment"},
    {130497, 130497, unreachable, "country_not_allowed"},
    {131000, 131000, retry, "provider_error", 0, false, 3},
    {131005, 131005, account, "access_denied"},
    {131008, 131008, permanent, "parameter_missing"},
    {131009, 131009, permanent, "parameter_invalid"},
    {131016, 131016, retry, "service_unavailable"},
    {131021, 131021, permanent, "recipient_is_sender"},
    {131026, 131026, unreachable, "undeliverable"},
    {131030, 131030, permanent, "recipient_not_in_test_list"},
    {131031, 131031, account, "account_locked"},
    {131037, 131037, account, "display_name_not_approved"},
    {131042, 131042, account, "payment_problem"},
    {131045, 131045, account, "number_not_registered"},
    {131047, 131047, permanent, "outside_session_window"},
    {131048, 131048, later, "spam_limit", hour, true, 0, permanent, true, true},
    {131049, 131049, later, "marketing_withheld", day, true},
    {131050, 131050, opted_out, "opted_out"},
    {131051, 131051, permanent, "unsupported_message_type"},
    {131052, 131052, retry, "media_download", 0, false, 1},
    {131053, 131053, retry, "media_upload", 0, false, 1},
    {131056, 131056, retry, "pair_limit", 6, true},
    {131057, 131057, later, "account_in_maintenance", hour, false, 0, permanent, false, true},
    {132000, 132000, content, "template_parameters"},
    {132001, 132001, content, "template_missing"},
    {132005, 132005, content, "template_text_too_long"},
    {132007, 132007, content, "template_policy_violated"},
    {132012, 132012, content, "template_parameters"},
    // The pauses are of 3 and 6 hours; then it is disabled.
    {132015, 132015, later, "template_paused", 3 * hour, true, 2, content, true},
    {132016, 132016, content, "template_disabled"},
    {132018, 132018, content, "template_parameters"},
    {132068, 132068, content, "flow_blocked"},
    {132069, 132069, later, "flow_throttled", hour},
    {133000, 133003, account, "number_not_registered"},
    {133004, 133004, retry, "service_unavailable"},
    {133005, 133016, account, "number_not_registered"},
    {135000, 135000, permanent, "generic_error"},
});

}  // namespace

std::span<const ProviderCode> meta_codes() noexcept { return codes; }

}  // namespace atlas
