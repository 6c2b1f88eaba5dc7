#pragma once
// The seeded reference dictionaries: codes with labels. Codes are stable identifiers, never reused with
// another meaning. A tenant's own codes and disabled codes are data; these are what every organisation starts
// with.

#include <span>
#include <string_view>

namespace atlas {

/// One code of one dictionary, with its labels.
struct ReferenceSeed {
  std::string_view dictionary;  ///< "LOSS_REASON"
  std::string_view code;        ///< "PRICE_TOO_HIGH"
  std::string_view label_fr, label_en, label_ar;
};

/// All seeds, grouped by dictionary, in their sort order.
std::span<const ReferenceSeed> reference_seeds() noexcept;
/// Names of the dictionaries, in order.
std::span<const std::string_view> reference_dictionaries() noexcept;
/// O(log n).
bool is_seeded_code(std::string_view dictionary, std::string_view code) noexcept;
/// The seed; null when there is none. O(log n).
const ReferenceSeed* find_seed(std::string_view dictionary, std::string_view code) noexcept;
bool is_reference_dictionary(std::string_view dictionary) noexcept;

/// A dictionary whose codes are compiled into what the library does: an organisation may word and order them
/// its own way, but can neither add one nor switch one off.
struct ClosedDictionary {
  std::string_view name;
  std::string_view reason;  ///< what in the library knows each code, one clause
};
/// All of them; each is one of reference_dictionaries().
inline constexpr ClosedDictionary closed_dictionaries[] = {
    {"ANN_STATUS", "the states of a compiled machine"},
    {"APPOINT_STATUS", "the states of a compiled machine"},
    {"MOD_STATUS", "the states of a compiled machine"},
    {"REPORT_STATUS", "the states of a compiled machine"},
    {"CONTRIBUTION_STATUS", "the states of a compiled machine"},
    {"APPT_CONFIRM_STATUS", "the library sets them as people answer"},
    {"TASK_STATUS", "what counts as open or done depends on them"},
    {"ACTIVITY_TYPE", "the library writes the timeline with them"},
    {"VISIBILITY", "who sees a line depends on them"},
    {"CHANNEL_TYPE", "each is a way to send that must be built"},
    {"CONSENT_TYPE", "the purposes that consent is asked for are fixed by rules of law"},
    {"CONSENT_SOURCE", "what counts as proof depends on them"},
    {"ORG_TYPE", "the host chooses one before the organisation has codes of its own"},
    {"ORG_STATUS", "only the host changes it, and a suspended organisation does not write"},
    {"USER_STATUS", "who may come in depends on them"},
    {"ROLE", "the matrix of permissions knows each"},
};
/// Null for a dictionary that an organisation may extend.
const ClosedDictionary* find_closed_dictionary(std::string_view dictionary) noexcept;

}  // namespace atlas
