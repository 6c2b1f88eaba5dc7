#include "comparators.hpp"

namespace atlas::matching {
namespace {

constexpr auto name_levels = std::to_array<Level>({{"exact", .74, 3e-3, .02},
                                                   {"same_form", .08, 1e-3, .01},
                                                   {"similar", .09, 2e-3, .01},
                                                   {"part", .03, 5e-3, .02},
                                                   {"near", .02, 2e-2, .04},
                                                   {"different", .04, .97, .90}});
constexpr auto family_levels = std::to_array<Level>({{"exact", .76, 2e-3, .70},
                                                     {"same_form", .07, 5e-4, .05},
                                                     {"similar", .09, 1e-3, .05},
                                                     {"part", .02, 2e-3, .03},
                                                     {"near", .02, 2e-2, .02},
                                                     {"different", .04, .97, .15}});
constexpr auto full_levels = std::to_array<Level>({{"exact", .55, 1e-5, .01},
                                                   {"same_form", .2, 1e-5, .01},
                                                   {"contained", .06, 1e-5, .01},
                                                   {"close_part", .05, 1e-4, .02},
                                                   {"one_word", .07, 3e-3, .05},
                                                   {"shared_word", .04, 1e-2, .6},
                                                   {"different", .03, .98, .3}});
constexpr auto order_levels =
    std::to_array<Level>({{"straight", .97, .985, .985}, {"swapped", .03, .015, .015}});
constexpr auto title_levels = std::to_array<Level>({{"exact", .40, 2e-5, .01},
                                                    {"same_form", .15, 3e-5, .01},
                                                    {"similar", .12, 1e-4, .02},
                                                    {"close_part", .12, 3e-4, .04},
                                                    {"part", .08, 1e-3, .06},
                                                    {"shared_word", .06, 5e-3, .10},
                                                    {"near", .03, 3e-2, .15},
                                                    {"different", .04, .96, .62}});
constexpr auto email_levels = std::to_array<Level>({{"exact", .68, 1e-6, .12},
                                                    {"similar", .11, 1e-6, .01},
                                                    {"other_domain", .05, 1e-4, .01},
                                                    {"near", .05, 3e-3, .06},
                                                    {"different", .11, .995, .90}});
constexpr auto phone_levels = std::to_array<Level>({{"exact", .70, 1e-6, .30},
                                                    {"same_digits", .04, 1e-6, .02},
                                                    {"similar", .05, 1e-5, .01},
                                                    {"other_country", .01, 1e-5, .02},
                                                    {"different", .20, .999, .65}});
constexpr auto date_levels = std::to_array<Level>({{"exact", .78, 1e-4, .01},
                                                   {"similar", .10, 4e-4, .01},
                                                   {"part", .05, 5e-3, .02},
                                                   {"near", .03, 4e-2, .15},
                                                   {"different", .04, .95, .81}});
constexpr auto street_levels = std::to_array<Level>({{"exact", .60, 1e-5, .55},
                                                     {"same_form", .16, 1e-5, .12},
                                                     {"part", .06, 3e-5, .06},
                                                     {"close_part", .03, 1e-4, .03},
                                                     {"other_number", .04, 3e-3, .06},
                                                     {"near", .02, 1e-2, .03},
                                                     {"different", .09, .985, .15}});
constexpr auto place_levels = std::to_array<Level>({{"exact", .80, .03, .80},
                                                    {"similar", .09, 5e-3, .07},
                                                    {"part", .02, 1e-2, .03},
                                                    {"different", .09, .95, .10}});
constexpr auto postcode_levels = std::to_array<Level>({{"exact", .77, 5e-3, .75},
                                                       {"similar", .10, 5e-3, .08},
                                                       {"near", .03, 5e-2, .05},
                                                       {"different", .10, .94, .12}});
constexpr auto identifier_levels = std::to_array<Level>({{"exact", .84, 1e-6, .002},
                                                         {"similar", .08, 1e-5, .002},
                                                         {"near", .03, 1e-4, .006},
                                                         {"different", .05, .999, .99}});
constexpr auto number_levels = std::to_array<Level>({{"exact", .55, .02, .15},
                                                     {"within_1", .08, .01, .06},
                                                     {"within_5", .12, .04, .12},
                                                     {"within_15", .11, .1, .17},
                                                     {"within_40", .08, .2, .2},
                                                     {"different", .06, .63, .3}});
constexpr auto category_levels =
    std::to_array<Level>({{"exact", .75, .2, .6}, {"part", .05, .02, .05}, {"different", .20, .78, .35}});
constexpr auto text_levels = std::to_array<Level>({{"exact", .20, 1e-5, .01},
                                                   {"same_form", .15, 3e-5, .02},
                                                   {"similar", .15, 2e-4, .05},
                                                   {"part", .2, 2e-3, .12},
                                                   {"shared_word", .17, 3e-2, .3},
                                                   {"different", .13, .967, .5}});
constexpr auto geo_levels = std::to_array<Level>({{"exact", .6, 1e-4, .5},
                                                  {"within_150_m", .2, 1e-3, .2},
                                                  {"within_1_km", .1, 2e-2, .15},
                                                  {"within_10_km", .05, .2, .1},
                                                  {"different", .05, .78, .05}});
constexpr auto code_levels = std::to_array<Level>(
    {{"exact", .75, 1e-4, .03}, {"similar", .07, 1e-3, .05}, {"different", .18, .999, .92}});

constexpr auto photo_levels = std::to_array<Level>({{"most_photos", .60, 3e-4, .15},
                                                    {"several_photos", .12, 5e-4, .10},
                                                    {"one_photo", .08, 4e-3, .15},
                                                    {"different", .20, .9952, .60}});

constexpr std::array<ComparatorInfo, comparator_count> infos{{
    {"given_name", Group::name, true, 0.9, 2e-4, name_levels},
    {"family_name", Group::name, false, 0.9, 5e-5, family_levels},
    {"full_name", Group::name, false, 0.9, 2e-7, full_levels},
    {"order", Group::none, true, 0.5, 1, order_levels},
    {"title", Group::words, true, 0.6, 2e-6, title_levels},
    {"email", Group::name, false, 0, 5e-7, email_levels},
    {"phone", Group::none, false, 0, 5e-7, phone_levels},
    {"date", Group::none, true, 0, 4e-5, date_levels},
    {"street", Group::where, false, 0, 2e-6, street_levels},
    {"city", Group::where, false, 0.5, 1e-3, place_levels},
    {"postcode", Group::where, false, 0.15, 3e-4, postcode_levels},
    {"region", Group::where, false, 0.6, 1e-2, place_levels},
    {"identifier", Group::none, true, 0, 5e-7, identifier_levels},
    {"money", Group::none, false, 0.1, 2e-3, number_levels},
    {"number", Group::none, false, 0.15, 1e-2, number_levels},
    {"category", Group::none, false, 0.4, 2e-3, category_levels},
    {"text", Group::words, true, 0.3, 1e-5, text_levels},
    {"place", Group::where, false, 0.1, 1e-4, geo_levels},
    {"codes", Group::words, true, 0, 1e-5, code_levels},
    {"photos", Group::none, true, 0, 1e-5, photo_levels},
}};

}  // namespace

const ComparatorInfo& info_of(Comparator comparator) noexcept {
  return infos[static_cast<std::size_t>(comparator)];
}

std::optional<Comparator> parse_comparator(std::string_view code) noexcept {
  for (std::size_t i = 0; i < infos.size(); ++i)
    if (infos[i].code == code) return static_cast<Comparator>(i);
  return std::nullopt;
}

}  // namespace atlas::matching
