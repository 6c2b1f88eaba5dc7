// What is believed of advertisements of property before any are seen. The hard case is no stranger but the
// flat next door: same building, same agency, same text, another floor. So pairs of neighbours are a kind of
// their own here, with shares of their own, and what they agree in speaks little for a pair being one.

#include <algorithm>
#include <array>

#include "atlas/error.hpp"
#include "pipeline.hpp"

namespace atlas::matching {
namespace {

/// How one comparison of a listing comes out, level by level, in per mille: among two advertisements of one
/// property, of any two properties, and of two in one building or development.
struct Belief {
  std::string_view field;
  std::array<double, max_levels> same, strangers, neighbours;
};

// An organisation's own listings are few agents', often of one town: those say little. Wording is a habit.
constexpr auto beliefs = std::to_array<Belief>({
    // exact, same form, similar, close part, part, shared word, near, different
    {"title",
     {250, 60, 80, 100, 110, 120, 120, 160},
     {4, 4, 10, 30, 60, 120, 200, 572},
     {200, 120, 120, 120, 120, 100, 100, 120}},
    // exact, same form, similar, part, shared word, different
    {"description", {240, 120, 140, 160, 180, 160}, {1, 2, 10, 80, 350, 557}, {110, 200, 200, 190, 170, 130}},
    // exact, within 1 %, 5 %, 15 %, 40 %, different
    {"price", {500, 70, 220, 130, 50, 30}, {12, 8, 40, 100, 240, 600}, {90, 50, 160, 300, 300, 100}},
    {"surface_m2", {660, 120, 100, 70, 30, 20}, {20, 15, 70, 170, 300, 425}, {140, 80, 170, 250, 260, 100}},
    {"rooms", {850, 5, 5, 10, 80, 50}, {280, 5, 5, 10, 320, 380}, {480, 5, 5, 10, 300, 200}},
    {"bedrooms", {850, 5, 5, 10, 80, 50}, {300, 5, 5, 10, 320, 360}, {500, 5, 5, 10, 290, 190}},
    {"bathrooms", {780, 5, 5, 10, 60, 140}, {420, 5, 5, 10, 100, 460}, {650, 5, 5, 10, 70, 260}},
    {"floor", {830, 5, 5, 20, 40, 100}, {200, 5, 5, 30, 150, 610}, {190, 5, 5, 40, 210, 550}},
    // exact, similar, part, different
    {"city", {930, 30, 20, 20}, {250, 20, 30, 700}, {950, 20, 20, 10}},
    {"zone", {650, 100, 120, 130}, {60, 20, 30, 890}, {700, 100, 110, 90}},
    // exact, same form, number missing, close part, other number, near, different
    {"address_text",
     {350, 150, 150, 100, 50, 80, 120},
     {2, 2, 10, 10, 30, 50, 896},
     {450, 150, 150, 80, 60, 50, 60}},
    // exact, within 150 m, 1 km, 10 km, different
    {"lat+lng", {500, 250, 150, 70, 30}, {2, 10, 80, 400, 508}, {600, 250, 100, 40, 10}},
    // exact, same digits, similar, other country, different
    {"contact_phone", {580, 20, 20, 10, 370}, {150, 5, 5, 5, 835}, {600, 20, 20, 10, 350}},
    // exact, part, different
    {"property_type_code", {900, 20, 80}, {600, 20, 380}, {930, 20, 50}},
    // One property is seldom for sale and for rent at once, but it happens.
    {"transaction_type_code", {985, 1, 14}, {650, 1, 349}, {950, 1, 49}},
});

/// Pairs in one building or development, among all pairs.
constexpr double neighbours = 3e-4;

std::string fields_of(const ModelData& model, const Comparison& comparison) {
  std::string out;
  for (const std::uint8_t f : comparison.fields) out += (out.empty() ? "" : "+") + model.fields[f].name;
  return out;
}

void set(Shares& shares, const std::array<double, max_levels>& per_mille, std::size_t levels) {
  double sum = 0;
  for (std::size_t k = 0; k < levels; ++k) sum += per_mille[k];
  for (std::size_t k = 0; k < levels; ++k) shares[k] = per_mille[k] / sum;
}

}  // namespace

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
                  {"bathrooms", FieldKind::number}};
  data->comparisons = comparisons_of(data->fields);
  // Sizes and years look like references in a text.
  std::erase_if(data->comparisons, [](const Comparison& c) { return c.comparator == Comparator::codes; });
  for (Comparison& comparison : data->comparisons) {
    const std::string fields = fields_of(*data, comparison);
    const auto* belief =
        std::find_if(beliefs.begin(), beliefs.end(), [&](const Belief& b) { return b.field == fields; });
    if (belief == beliefs.end())
      throw Error(ErrorCode::internal, "nothing is believed of a field of listings");
    set(comparison.m, belief->same, comparison.levels());
    set(comparison.u, belief->strangers, comparison.levels());
    for (Shares& r : comparison.r) set(r, belief->neighbours, comparison.levels());
    comparison.own_related = true;
    // Until values have been counted, an equal one says what equality says on the average.
    comparison.floor = comparison.u[0];
    comparison.refresh();
  }
  data->prior_same = 5e-5;
  data->prior_related = {neighbours / 3, neighbours / 3, neighbours / 3};
  data->index();
  return Model(std::move(data));
}

}  // namespace atlas::matching
