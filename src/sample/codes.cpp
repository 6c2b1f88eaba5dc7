// Names of the enumerations, ids, and the book of pairs.

#include "atlas/sample.hpp"

namespace atlas::sample {
namespace {

struct TwinName {
  Twin twin;
  std::string_view name;
  bool same;
};
constexpr TwinName twins[] = {{Twin::none, "none", false},
                              {Twin::phone_other_form, "phone_other_form", true},
                              {Twin::email_other_case, "email_other_case", true},
                              {Twin::name_reordered, "name_reordered", true},
                              {Twin::name_mistyped, "name_mistyped", true},
                              {Twin::name_other_script, "name_other_script", true},
                              {Twin::new_phone, "new_phone", true},
                              {Twin::email_mistyped, "email_mistyped", true},
                              {Twin::household, "household", false},
                              {Twin::homonym, "homonym", false},
                              {Twin::repost, "repost", true},
                              {Twin::same_building, "same_building", false}};

const TwinName& known(Twin twin) { return twins[static_cast<std::size_t>(twin)]; }

}  // namespace

std::string_view to_string(Country country) noexcept { return country == Country::morocco ? "MA" : "FR"; }

std::optional<Country> parse_country(std::string_view code) noexcept {
  if (code == "MA") return Country::morocco;
  if (code == "FR") return Country::france;
  return std::nullopt;
}

std::string_view to_string(Twin twin) noexcept { return known(twin).name; }
bool is_same(Twin twin) noexcept { return known(twin).same; }

std::string record_id(char letter, std::int64_t number) {
  constexpr std::size_t digits = 7;
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return letter + text;
}

std::vector<Truth::Pair> Truth::add(std::int64_t number, std::int64_t like) {
  while (!groups_.empty() && groups_.begin()->first < number - reach) groups_.erase(groups_.begin());
  std::vector<Pair> pairs;
  if (like <= 0) return pairs;
  std::vector<std::int64_t>& group = groups_[like];
  if (group.empty()) group.push_back(like);
  for (const std::int64_t earlier : group) pairs.emplace_back(earlier, number);
  group.push_back(number);
  return pairs;
}

}  // namespace atlas::sample
