// What is believed of advertisements of property before any are seen. The hard case is no stranger but the
// flat next door: same building, same agency, same text, another floor. So pairs of neighbours are a kind of
// their own here, with shares of their own, and what they agree in speaks little for a pair being one.

#include <algorithm>
#include <array>

#include "listing_table.hpp"
#include "model_data.hpp"

namespace atlas::matching {
namespace {

/// How one comparison of a listing comes out, level by level, in per mille: among two advertisements of one
/// property, of any two properties, and of two in one building or development.
struct Belief {
  Comparator comparator;
  std::string_view fields;  ///< of the model, joined by "+"
  std::array<double, max_levels> same, strangers, neighbours;
};

// An organisation's own listings are few agents', often of one town: those say little. Wording is a habit.
constexpr auto beliefs = std::to_array<Belief>({
    // exact, same form, similar, part, shared word, different
    {Comparator::text,
     "title",
     {220, 90, 130, 150, 160, 250},
     {10, 15, 60, 150, 250, 515},
     {200, 130, 160, 170, 160, 180}},
    {Comparator::text,
     "description",
     {240, 120, 140, 160, 180, 160},
     {1, 2, 10, 80, 350, 557},
     {110, 200, 200, 190, 170, 130}},
    // exact, same digits, similar, other country, different
    {Comparator::phone, "contact_phone", {580, 20, 20, 10, 370}, {150, 5, 5, 5, 835}, {600, 20, 20, 10, 350}},
    // exact, same form, number missing, close part, other number, near, different
    {Comparator::street,
     "address_text",
     {350, 150, 150, 100, 50, 80, 120},
     {2, 2, 10, 10, 30, 50, 896},
     {450, 150, 150, 80, 60, 50, 60}},
    // exact, similar, part, different
    {Comparator::city, "city", {955, 25, 15, 5}, {250, 20, 30, 700}, {950, 20, 20, 10}},
    {Comparator::city, "zone", {650, 100, 120, 130}, {60, 20, 30, 890}, {700, 100, 110, 90}},
    // exact, within 1 %, 5 %, 15 %, 40 %, different
    {Comparator::money,
     "price",
     {500, 70, 220, 130, 50, 30},
     {12, 8, 40, 100, 240, 600},
     {90, 50, 160, 300, 300, 100}},
    {Comparator::number,
     "surface_m2",
     {660, 120, 100, 70, 30, 20},
     {20, 15, 70, 170, 300, 425},
     {140, 80, 170, 250, 260, 100}},
    {Comparator::number,
     "rooms",
     {850, 5, 5, 10, 80, 50},
     {280, 5, 5, 10, 320, 380},
     {480, 5, 5, 10, 300, 200}},
    {Comparator::number,
     "floor",
     {900, 5, 5, 20, 25, 45},
     {200, 5, 5, 30, 150, 610},
     {190, 5, 5, 40, 210, 550}},
    {Comparator::number,
     "bedrooms",
     {850, 5, 5, 10, 80, 50},
     {300, 5, 5, 10, 320, 360},
     {500, 5, 5, 10, 290, 190}},
    {Comparator::number,
     "bathrooms",
     {780, 5, 5, 10, 60, 140},
     {420, 5, 5, 10, 100, 460},
     {650, 5, 5, 10, 70, 260}},
    // exact, part, different
    {Comparator::category, "property_type_code", {900, 20, 80}, {600, 20, 380}, {930, 20, 50}},
    // One property is seldom for sale and for rent at once, but it happens.
    {Comparator::category, "transaction_type_code", {985, 1, 14}, {650, 1, 349}, {950, 1, 49}},
    // most, several, one, none. The flats of a development share pictures of it.
    {Comparator::photos, "photos", {600, 120, 80, 200}, {.3, .5, 4, 995.2}, {150, 100, 150, 600}},
    // exact, within 150 m, 1 km, 10 km, different
    {Comparator::place, "lat+lng", {500, 250, 150, 70, 30}, {2, 10, 80, 400, 508}, {600, 250, 100, 40, 10}},
});

/// Neighbours in advertisements of many that are written by one hand.
constexpr double written_alike = 0.4;

/// Pairs in one building or development, among all pairs.
constexpr double neighbours = 4e-4;

// The fields of these roles; empty when one is lacking.
std::vector<std::uint8_t> numbers_of(std::span<const std::string_view> roles, std::string_view names) {
  std::vector<std::uint8_t> out;
  while (!names.empty()) {
    const std::size_t end = std::min(names.find('+'), names.size());
    const auto found = std::find(roles.begin(), roles.end(), names.substr(0, end));
    if (found == roles.end()) return {};
    out.push_back(static_cast<std::uint8_t>(found - roles.begin()));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  return out;
}

void set(Shares& shares, const std::array<double, max_levels>& per_mille, std::size_t levels) {
  double sum = 0;
  for (std::size_t k = 0; k < levels; ++k) sum += per_mille[k];
  for (std::size_t k = 0; k < levels; ++k) shares[k] = per_mille[k] / sum;
}

std::vector<Comparison> believed(std::span<const std::string_view> roles) {
  std::vector<Comparison> out;
  for (const Belief& belief : beliefs) {
    Comparison comparison;
    comparison.comparator = belief.comparator;
    comparison.fields = numbers_of(roles, belief.fields);
    if (comparison.fields.empty()) continue;
    set(comparison.m, belief.same, comparison.levels());
    set(comparison.u, belief.strangers, comparison.levels());
    for (Shares& r : comparison.r) set(r, belief.neighbours, comparison.levels());
    comparison.own_related = true;
    // Until values have been counted, an equal one says what equality says on the average.
    comparison.floor = comparison.u[0];
    comparison.refresh();
    out.push_back(std::move(comparison));
  }
  return out;
}

}  // namespace

std::vector<Comparison> listing_comparisons(std::span<const Field> fields,
                                            std::span<const std::string_view> roles) {
  std::vector<Comparison> out = believed(roles);
  for (Comparison& comparison : out) {
    // Their values are counted: what is rare says more.
    comparison.floor = 0;
    // On a portal half the neighbours are somebody else's, who writes other words.
    if (comparison.comparator != Comparator::text) continue;
    for (Shares& r : comparison.r)
      for (std::size_t k = 0; k < comparison.levels(); ++k)
        r[k] = written_alike * r[k] + (1 - written_alike) * comparison.u[k];
    comparison.refresh();
  }
  std::vector<Field> others;
  std::vector<std::uint8_t> words;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    if (roles[f] == "title" || roles[f] == "description") words.push_back(static_cast<std::uint8_t>(f));
    // A title beside the title is a habit, too.
    const FieldKind kind = fields[f].kind == FieldKind::title ? FieldKind::text : fields[f].kind;
    others.push_back({fields[f].name, roles[f].empty() ? kind : FieldKind::ignored});
  }
  for (Comparison& comparison : comparisons_of(others))
    if (comparison.comparator != Comparator::codes && out.size() + 1 < max_comparisons)
      out.push_back(std::move(comparison));
  if (!words.empty()) {
    Comparison codes;
    codes.comparator = Comparator::codes;
    codes.fields = std::move(words);
    codes.set_default_shares();
    out.push_back(std::move(codes));
  }
  return out;
}

Model Model::for_listings() {
  auto data = std::make_shared<ModelData>();
  data->fields = {{"title", FieldKind::title},
                  {"description", FieldKind::text},
                  {"price", FieldKind::money},
                  {"surface_m2", FieldKind::number},
                  {"rooms", FieldKind::number},
                  {"floor", FieldKind::number},
                  {"city", FieldKind::city},
                  {"zone", FieldKind::city},
                  {"address_text", FieldKind::street},
                  {"lat", FieldKind::latitude},
                  {"lng", FieldKind::longitude},
                  {"contact_phone", FieldKind::phone},
                  {"property_type_code", FieldKind::category},
                  {"transaction_type_code", FieldKind::category},
                  {"bedrooms", FieldKind::number},
                  {"bathrooms", FieldKind::number},
                  {"photos", FieldKind::photos}};
  std::vector<std::string_view> roles;
  for (const Field& field : data->fields) roles.push_back(field.name);
  data->comparisons = believed(roles);
  data->prior_same = 5e-5;
  data->prior_related = {neighbours / 3, neighbours / 3, neighbours / 3};
  data->index();
  return Model(std::move(data));
}

}  // namespace atlas::matching
