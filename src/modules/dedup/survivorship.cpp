#include "survivorship.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <span>

#include "atlas/schema_io.hpp"
#include "record_values.hpp"

namespace atlas::duplicates {
namespace {

constexpr FieldRule dossier_rules[] = {
    {"case_type_code", Rule::fixed},
    {"source_code", Rule::keep},
    {"contact_name", Rule::longest},
    {"phone", Rule::newest},
    {"phone_raw", Rule::newest, "phone"},
    {"phone_region_source", Rule::newest, "phone"},
    {"email", Rule::newest},
    {"budget_max", Rule::newest},
    {"budget_min", Rule::newest, "budget_max"},
    {"assigned_to_user_id", Rule::fill},
    {"last_activity_at", Rule::latest},
    {"contact_channel_preferred", Rule::newest},
    {"utm", Rule::members},
    {"qualification", Rule::members},
    {"external_refs", Rule::unite},
    {"meta", Rule::members},
};
constexpr FieldRule party_rules[] = {
    {"role_code", Rule::keep},
    {"given_name", Rule::longest},
    {"family_name", Rule::longest},
    {"phones", Rule::unite},
    {"emails", Rule::unite},
    {"address", Rule::longest},
    {"preferred_locale", Rule::newest},
    {"external_refs", Rule::unite},
    {"meta", Rule::members},
};
constexpr FieldRule listing_rules[] = {
    {"title", Rule::keep},
    {"description", Rule::longest},
    {"amenities", Rule::unite},
    {"lat", Rule::fill},
    {"lng", Rule::fill, "lat"},
    {"contact_phone", Rule::fill},
    {"contact_phone_raw", Rule::fill, "contact_phone"},
    {"contact_phone_region_source", Rule::fill, "contact_phone"},
    {"contact_name", Rule::fill},
    {"visibility", Rule::fixed},
    {"external_refs", Rule::unite},
    {"meta", Rule::members},
};

std::span<const FieldRule> rules_of(std::string_view kind) {
  if (kind == "dossier") return dossier_rules;
  if (kind == "party") return party_rules;
  return listing_rules;
}

bool is_common(std::string_view field) {
  static constexpr std::string_view common[] = {"id",          "org_id",     "version",
                                                "created_at",  "updated_at", "created_by",
                                                "archived_at", "subject_id", "merged_into"};
  return std::find(std::begin(common), std::end(common), field) != std::end(common);
}

void unite(Json& into, const Json& more) {
  for (const Json& element : more)
    if (std::find(into.begin(), into.end(), element) == into.end()) into.push_back(element);
}

/// Adds what the first lacks; says whether anything was added.
bool add_members(Json& into, const Json& more) {
  bool added = false;
  for (const auto& [name, value] : more.items()) {
    if (is_empty(value.dump())) continue;
    Json& mine = into[name];
    if (is_empty(mine.dump())) {
      mine = value;
      added = true;
    } else if (mine.is_array() && value.is_array()) {
      const std::size_t before = mine.size();
      unite(mine, value);
      added = added || mine.size() != before;
    }
  }
  return added;
}

std::size_t length(const std::optional<std::string>& text) { return text ? text->size() : 0; }

bool is_list(const Field& f) { return f.kind == Kind::text_list || f.kind == Kind::object_list; }

/// The rule that a choice stands for, as far as the field can have it.
std::optional<Rule> chosen_rule(std::string_view choice, const Field& field) {
  if (choice == "survivor") return Rule::keep;
  if (choice == "loser") return Rule::take;
  if (choice == "newest") return Rule::newest;
  if (choice == "longest" && field.kind == Kind::text) return Rule::longest;
  if (choice == "both" && is_list(field)) return Rule::unite;
  if (choice == "both" && (field.kind == Kind::object || field.kind == Kind::json)) return Rule::members;
  return std::nullopt;
}

void check_length(const Field& field, const std::optional<std::string>& value) {
  if (!value || !is_list(field)) return;
  const std::int64_t most = std::min(field.rules.max, default_max_elements);
  if (static_cast<std::int64_t>(Json::parse(*value).size()) <= most) return;
  throw Error(ErrorCode::invalid_argument, "together they are more than a record may have; choose one side")
      .field("/choices/" + std::string(field.name), field_code::too_long, "more than the field may hold");
}

}  // namespace

FieldRule rule_of(std::string_view kind, const Field& field) {
  if (is_common(field.name)) return {field.name, Rule::fixed};
  for (const FieldRule& r : rules_of(kind))
    if (r.field == field.name) return r;
  return {field.name, field.has(updatable) ? Rule::fill : Rule::fixed};
}

Pick pick(Rule rule, const std::optional<std::string>& survivor, const std::optional<std::string>& loser,
          bool loser_is_newer) {
  const Pick kept{survivor, "survivor"}, taken{loser, "loser"};
  if (rule == Rule::take) return taken;
  if (rule == Rule::fixed || rule == Rule::keep || is_empty(loser)) return kept;
  if (is_empty(survivor)) return taken;
  switch (rule) {
    case Rule::newest:
      return loser_is_newer ? taken : kept;
    case Rule::longest:
      return length(loser) > length(survivor) ? taken : kept;
    case Rule::latest:  // times of one form: the later one is the greater text
      return *loser > *survivor ? taken : kept;
    case Rule::unite: {
      Json all = Json::parse(*survivor);
      const std::size_t mine = all.size();
      unite(all, Json::parse(*loser));
      return all.size() == mine ? kept : Pick{all.dump(), "both"};
    }
    case Rule::members: {
      Json all = Json::parse(*survivor);
      return add_members(all, Json::parse(*loser)) ? Pick{all.dump(), "both"} : kept;
    }
    default:
      return kept;
  }
}

std::map<std::string, Rule, std::less<>> read_choices(std::string_view kind, const Schema& schema,
                                                      const std::string& choices) {
  std::map<std::string, Rule, std::less<>> rules;
  std::vector<FieldError> errors;
  const Json given = Json::parse(choices);
  for (const auto& [name, choice] : given.items()) {
    const std::string path = "/choices/" + name;
    const Field* field = schema.find(name);
    const FieldRule rule = field ? rule_of(kind, *field) : FieldRule{};
    if (!field || rule.rule == Rule::fixed) {
      errors.push_back({path, std::string(field_code::unknown_member), "not a field that can be chosen"});
      continue;
    }
    if (!rule.follows.empty()) {
      errors.push_back({path, std::string(field_code::unknown_member),
                        "decided together with " + std::string(rule.follows)});
      continue;
    }
    const auto chosen =
        choice.is_string() ? chosen_rule(choice.get_ref<const std::string&>(), *field) : std::nullopt;
    if (!chosen)
      errors.push_back({path, std::string(field_code::not_a_code),
                        "survivor, loser, newest, longest (texts) or both (lists, objects)"});
    else
      rules.emplace(name, *chosen);
  }
  throw_if_any(std::move(errors));
  return rules;
}

std::vector<FieldChange> surviving_values(const TwoRecords& two,
                                          const std::map<std::string, Rule, std::less<>>& choices,
                                          const std::set<std::string, std::less<>>& kept) {
  const auto chosen = [&](std::string_view name, Rule otherwise) {
    if (kept.contains(name)) return Rule::keep;
    const auto it = choices.find(name);
    return it == choices.end() ? otherwise : it->second;
  };
  const auto values_of = [&](const Field& f) {
    return std::pair(value_of(f, two.survivor), value_of(f, two.loser));
  };
  std::vector<FieldChange> changes;
  for (const Field& field : two.schema->fields) {
    const FieldRule said = rule_of(two.kind, field);
    if (said.rule == Rule::fixed || kept.contains(field.name)) continue;
    auto [mine, theirs] = values_of(field);
    Pick result;
    if (said.follows.empty()) {
      result = pick(chosen(field.name, said.rule), mine, theirs, two.loser_is_newer);
    } else {
      const Field& leader = *two.schema->find(said.follows);
      auto [lead_mine, lead_theirs] = values_of(leader);
      // Where neither has the leading value, the rest is decided for itself.
      const bool led = !is_empty(lead_mine) || !is_empty(lead_theirs);
      const Rule rule = chosen(leader.name, said.rule);
      result = led && pick(rule, lead_mine, lead_theirs, two.loser_is_newer).source == "loser"
                   ? Pick{theirs, "loser"}
               : led ? Pick{mine, "survivor"}
                     : pick(rule, mine, theirs, two.loser_is_newer);
    }
    if (result.value == mine) continue;
    // Free JSON that a record cannot lack.
    if (!result.value && field.holder == Holder::plain && !is_list(field)) continue;
    check_length(field, result.value);
    changes.push_back({&field, std::move(mine), std::move(result.value), result.source});
  }
  return changes;
}

}  // namespace atlas::duplicates
