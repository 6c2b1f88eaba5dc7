#include "reference_rules.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>

#include "atlas/json.hpp"
#include "atlas/schema_io.hpp"

namespace atlas::reference_data {
namespace {

constexpr std::size_t max_code = 64;
constexpr std::int64_t seed_distance = 10;

bool is_empty(const Labels& l) { return !l.fr && !l.en && !l.ar; }

bool same_json(const std::string& a, const std::string& b) {
  return a == b || Json::parse(a, nullptr, false) == Json::parse(b, nullptr, false);
}

std::ptrdiff_t place_of(std::string_view dictionary) {
  const auto names = reference_dictionaries();
  return std::find(names.begin(), names.end(), dictionary) - names.begin();
}

void overlay(const Labels& from, Labels& to) {
  if (from.fr) to.fr = from.fr;
  if (from.en) to.en = from.en;
  if (from.ar) to.ar = from.ar;
}

}  // namespace

bool is_code_text(std::string_view code) noexcept {
  return !code.empty() && code.size() <= max_code && std::all_of(code.begin(), code.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::int64_t seed_order(const ReferenceSeed& seed) noexcept {
  const ReferenceSeed* const first = reference_seeds().data();
  std::int64_t place = 1;
  for (const ReferenceSeed* s = &seed; s != first && s[-1].dictionary == seed.dictionary; --s) ++place;
  return place * seed_distance;
}

std::string label_in(const Labels& labels, std::string_view locale, std::string_view code) {
  const std::string_view language = locale.substr(0, locale.find('-'));
  const std::pair<std::string_view, const std::optional<std::string>*> all[] = {
      {"fr", &labels.fr}, {"en", &labels.en}, {"ar", &labels.ar}};
  for (const auto& [name, label] : all)
    if (name == language && *label) return **label;
  for (const auto& [name, label] : all)
    if (*label) return **label;
  return std::string(code);
}

Item merged(const ReferenceSeed* seed, const ReferenceCode* row, std::string_view locale) {
  if (row && row->archived_at) row = nullptr;
  Item item;
  if (seed) {
    item.dict_type = seed->dictionary;
    item.code = seed->code;
    item.labels = {std::string(seed->label_fr), std::string(seed->label_en), std::string(seed->label_ar)};
    item.sort_order = seed_order(*seed);
  }
  if (row) {
    item.dict_type = row->dict_type;
    item.code = row->code;
    overlay(row->labels, item.labels);
    item.sort_order = row->sort_order.value_or(item.sort_order);
    item.is_active = row->is_active;
    item.metadata = row->metadata;
    item.origin = seed ? "override" : "tenant";
    item.version = row->version;
  }
  item.label = label_in(item.labels, locale, item.code);
  return item;
}

bool keep_differences(const ReferenceSeed& seed, ReferenceCode& row) {
  if (row.labels.fr == seed.label_fr) row.labels.fr.reset();
  if (row.labels.en == seed.label_en) row.labels.en.reset();
  if (row.labels.ar == seed.label_ar) row.labels.ar.reset();
  if (row.sort_order == seed_order(seed)) row.sort_order.reset();
  return !is_empty(row.labels) || row.sort_order || !row.is_active || row.metadata != "{}";
}

void sort_items(std::vector<Item>& items) {
  std::sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    if (a.dict_type != b.dict_type) return place_of(a.dict_type) < place_of(b.dict_type);
    return std::tie(a.sort_order, a.code) < std::tie(b.sort_order, b.code);
  });
}

void check_row(const Row& row, const Item* now, const std::string& path, std::vector<FieldError>& errors) {
  const auto wrong = [&](const char* name, std::string_view code, std::string message) {
    if (errors.size() < max_field_errors)
      errors.push_back({path + "/" + name, std::string(code), std::move(message)});
  };
  if (!is_reference_dictionary(row.dict_type))
    return wrong("dict_type", field_code::not_a_code, "no such dictionary");
  const ClosedDictionary* closed = find_closed_dictionary(row.dict_type);
  if (!now) {
    if (closed)
      wrong("code", field_code::not_a_code,
            "codes of " + row.dict_type + " are fixed: " + std::string(closed->reason));
    else if (!is_code_text(row.code))
      wrong("code", field_code::not_a_code, "A to Z, 0 to 9 and _ are expected, at most 64 of them");
    if (!row.labels || is_empty(*row.labels))
      wrong("labels", field_code::required, "a label in at least one language");
  }
  if (closed && row.is_active == false)
    wrong("is_active", field_code::out_of_range,
          "codes of " + row.dict_type + " are not switched off: " + std::string(closed->reason));
}

void apply_row(const Row& row, ReferenceCode& code) {
  if (row.labels) overlay(*row.labels, code.labels);
  if (row.sort_order) code.sort_order = row.sort_order;
  if (row.is_active) code.is_active = *row.is_active;
  if (row.metadata && !same_json(*row.metadata, code.metadata)) code.metadata = *row.metadata;
}

}  // namespace atlas::reference_data
