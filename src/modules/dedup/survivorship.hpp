#pragma once
// Whose value a merged record has, field by field: tables of rules per kind, and what the caller chose. Pure.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "atlas/schema.hpp"
#include "atlas/time.hpp"

namespace atlas::duplicates {

/// How one value is made of two.
enum class Rule : std::uint8_t {
  fixed,    ///< the survivor's, and no choice: state, ids, what is derived
  keep,     ///< the survivor's
  fill,     ///< the survivor's, or the loser's where the survivor has none
  newest,   ///< that of the record changed last, or the one that there is
  longest,  ///< the longer text
  unite,    ///< a list: the survivor's elements, then the loser's
  members,  ///< an object: the loser's members where the survivor has none; lists in it are united
  latest,   ///< the later time
  take,     ///< the loser's
};

/// What is said of one field; `follows` names the field whose source decides for this one too, so that values
/// which belong together stay together.
struct FieldRule {
  std::string_view field;
  Rule rule = Rule::fill;
  std::string_view follows = {};
};

/// The rule of a field: what the kind's table says, else `fill` where the field can be updated and `fixed`
/// where it cannot, so that new fields need no line.
FieldRule rule_of(std::string_view kind, const Field& field);

/// One value of two JSON texts (absent: none) and whose it is ("survivor", "loser", "both").
struct Pick {
  std::optional<std::string> value;
  std::string_view source;
};
Pick pick(Rule rule, const std::optional<std::string>& survivor, const std::optional<std::string>& loser,
          bool loser_is_newer);

/// Reads the caller's choices ({"phone": "loser"}) into rules; throws invalid_argument that names every wrong
/// one.
std::map<std::string, Rule, std::less<>> read_choices(std::string_view kind, const Schema& schema,
                                                      const std::string& choices);

/// What both records are as far as survivorship goes.
struct TwoRecords {
  std::string_view kind;
  const Schema* schema;
  const void* survivor;
  const void* loser;
  bool loser_is_newer;
};

/// A field that gets another value.
struct FieldChange {
  const Field* field;
  std::optional<std::string> before, after;
  std::string_view source;
};

/// Every field that the merge changes on the survivor, in the schema's order. Fields in `kept` stay as they
/// are. Throws invalid_argument when a united list would be too long.
std::vector<FieldChange> surviving_values(const TwoRecords& two,
                                          const std::map<std::string, Rule, std::less<>>& choices,
                                          const std::set<std::string, std::less<>>& kept);

}  // namespace atlas::duplicates
