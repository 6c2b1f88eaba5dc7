#include "atlas/reference_codes.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>

#include "case_codes.hpp"
#include "crm_codes.hpp"
#include "listing_codes.hpp"

namespace atlas {
namespace {

struct Dictionary {
  std::string_view name;
  std::span<const detail::CodeLabels> codes;
};

constexpr Dictionary dictionaries[] = {
    {"CASE_TYPE", detail::case_type},
    {"CASE_STATUS", detail::case_status},
    {"ANN_STATUS", detail::ann_status},
    {"TX_TYPE", detail::tx_type},
    {"PROPERTY_TYPE", detail::property_type},
    {"APPOINT_TYPE", detail::appoint_type},
    {"APPOINT_STATUS", detail::appoint_status},
    {"APPOINT_OUTCOME", detail::appoint_outcome},
    {"APPT_CONFIRM_STATUS", detail::appt_confirm_status},
    {"MOD_STATUS", detail::mod_status},
    {"MOD_REASON", detail::mod_reason},
    {"REPORT_REASON", detail::report_reason},
    {"REPORT_STATUS", detail::report_status},
    {"CONSENT_TYPE", detail::consent_type},
    {"CONSENT_SOURCE", detail::consent_source},
    {"MEDIA_TYPE", detail::media_type},
    {"DOC_TYPE", detail::doc_type},
    {"PAY_METHOD", detail::pay_method},
    {"ACTIVITY_TYPE", detail::activity_type},
    {"VISIBILITY", detail::visibility},
    {"TASK_CATEGORY", detail::task_category},
    {"TASK_STATUS", detail::task_status},
    {"CHANNEL_TYPE", detail::channel_type},
    {"LEAD_SOURCE", detail::lead_source},
    {"NEED_TYPE", detail::need_type},
    {"PLAN_TYPE", detail::plan_type},
    {"PUBLICATION_CHANNEL", detail::publication_channel},
    {"LOSS_REASON", detail::loss_reason},
    {"WON_REASON", detail::won_reason},
    {"B2B_LOST_REASON", detail::b2b_lost_reason},
    {"CONTRIBUTION_STATUS", detail::contribution_status},
    {"ORG_TYPE", detail::org_type},
    {"ORG_STATUS", detail::org_status},
    {"USER_STATUS", detail::user_status},
    {"ROLE", detail::role},
    {"PARTY_ROLE", detail::party_role},
};

constexpr std::size_t count_seeds() {
  std::size_t n = 0;
  for (const Dictionary& d : dictionaries) n += d.codes.size();
  return n;
}

constexpr auto seeds = [] {
  std::array<ReferenceSeed, count_seeds()> all{};
  std::size_t n = 0;
  for (const Dictionary& d : dictionaries)
    for (const detail::CodeLabels& c : d.codes) all[n++] = {d.name, c.code, c.fr, c.en, c.ar};
  return all;
}();

constexpr auto names = [] {
  std::array<std::string_view, std::size(dictionaries)> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = dictionaries[i].name;
  return all;
}();

constexpr bool before(const ReferenceSeed& a, const ReferenceSeed& b) {
  return std::tie(a.dictionary, a.code) < std::tie(b.dictionary, b.code);
}

// Positions of the seeds in the order of (dictionary, code).
constexpr auto sorted = [] {
  std::array<std::uint16_t, seeds.size()> order{};
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint16_t>(i);
  std::sort(order.begin(), order.end(), [](auto a, auto b) { return before(seeds[a], seeds[b]); });
  return order;
}();
static_assert(std::adjacent_find(sorted.begin(), sorted.end(),
                                 [](auto a, auto b) { return !before(seeds[a], seeds[b]); }) == sorted.end(),
              "a code is seeded twice");

}  // namespace

std::span<const ReferenceSeed> reference_seeds() noexcept { return seeds; }

std::span<const std::string_view> reference_dictionaries() noexcept { return names; }

const ReferenceSeed* find_seed(std::string_view dictionary, std::string_view code) noexcept {
  const ReferenceSeed wanted{dictionary, code, {}, {}, {}};
  const auto it = std::lower_bound(sorted.begin(), sorted.end(), wanted,
                                   [](auto i, const ReferenceSeed& w) { return before(seeds[i], w); });
  return it != sorted.end() && !before(wanted, seeds[*it]) ? &seeds[*it] : nullptr;
}

bool is_seeded_code(std::string_view dictionary, std::string_view code) noexcept {
  return find_seed(dictionary, code) != nullptr;
}

bool is_reference_dictionary(std::string_view dictionary) noexcept {
  return std::find(names.begin(), names.end(), dictionary) != names.end();
}

const ClosedDictionary* find_closed_dictionary(std::string_view dictionary) noexcept {
  for (const ClosedDictionary& d : closed_dictionaries)
    if (d.name == dictionary) return &d;
  return nullptr;
}

}  // namespace atlas
