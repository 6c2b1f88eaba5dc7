#include "models_in_force.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "atlas/in_transaction.hpp"
#include "atlas/json.hpp"

namespace atlas::duplicates {
namespace {

constexpr std::string_view review_member = "review_threshold";

std::optional<Decimal> chosen_threshold(const DuplicateSetup& row) {
  if (row.meta == "{}") return std::nullopt;
  const Json meta = Json::parse(row.meta);
  const auto it = meta.find(review_member);
  return it == meta.end() ? std::nullopt : std::optional(Decimal{it->get<std::int64_t>()});
}

struct KnownSetups {
  std::array<std::optional<DuplicateSetup>, 3> of;
};

}  // namespace

Search::Search() {
  for (std::size_t kind = 0; kind < kinds.size(); ++kind)
    built_in[kind] = std::make_shared<const InForce>(built_in_model(kind));
}

const Search& search_of(const Context& cx) {
  const Search* search = cx.registry().find_part<Search>();
  if (!search) throw Error(ErrorCode::internal, "the search for duplicates was not registered");
  return *search;
}

matching::Record all_values_of(Context& cx, std::size_t kind, const void* record) {
  matching::Record out = values_of(kind, record);
  if (const auto phone = guessed_phone_of(kind, record)) out.values[*phone] += matching::guessed_mark;
  for (const Extension& e : search_of(cx).extensions[kind])
    if (e.values) e.values(cx, record, out.values);
  return out;
}

void extend_search(Registry& registry, std::string_view kind, Extension extension) {
  registry.part<Search>().extensions[number_of(kind)].push_back(std::move(extension));
}

DuplicateSetup setup_of(Context& cx, std::size_t kind, RowLock lock) {
  auto all = cx.all<DuplicateSetup>();
  auto rows = all.where({.where = Predicate::equals(all.column("entity_kind"), Value::text(kinds[kind])),
                         .key = "by_kind",
                         .limit = 1,
                         .lock = lock});
  if (!rows.empty()) return std::move(rows.front());
  DuplicateSetup none;
  none.entity_kind = kinds[kind];
  return none;
}

DuplicateSetup setup_in_transaction(Context& cx, std::size_t kind) {
  if (!cx.has_one_writer()) return setup_of(cx, kind);
  std::optional<DuplicateSetup>& known = in_transaction<KnownSetups>(cx).of[kind];
  if (!known) known = setup_of(cx, kind);
  return *known;
}

std::shared_ptr<const InForce> model_in_force(Context& cx, std::size_t kind, const DuplicateSetup& row) {
  if (!row.model_id) return search_of(cx).built_in[kind];
  const std::string what = "duplicates.model." + std::string(kinds[kind]);
  return std::static_pointer_cast<const InForce>(cx.kept(what, row.stamp, [&]() -> std::shared_ptr<void> {
    auto texts = cx.all<DuplicateModelText>();
    const auto rows =
        texts.where({.where = Predicate::equals(texts.column("model_id"), Value::id(*row.model_id)),
                     .key = "by_model",
                     .limit = 1});
    if (rows.empty()) throw Error(ErrorCode::storage_corrupt, "the parameters of a model are gone");
    return std::make_shared<InForce>(matching::Model::from_json(rows.front().document));
  }));
}

double review_threshold_of(const DuplicateSetup& row, const matching::Model& model) {
  const auto chosen = chosen_threshold(row);
  const double asked = chosen ? static_cast<double>(chosen->units) / 1e6
                              : std::max(model.review_threshold(), least_shown[number_of(row.entity_kind)]);
  return std::min(asked, model.same_threshold());
}

void set_review_threshold(DuplicateSetup& row, std::optional<Decimal> probability) {
  Json meta = Json::parse(row.meta);
  if (probability)
    meta[review_member] = probability->units;
  else
    meta.erase(std::string(review_member));
  row.meta = meta.dump();
}

void save_setup(Context& cx, const DuplicateSetup& before, DuplicateSetup& after) {
  in_transaction<KnownSetups>(cx) = {};
  auto all = cx.all<DuplicateSetup>();
  if (before.version == 0)
    all.insert(after);
  else
    all.save(before, after);
}

Decimal probability_units(double probability) {
  return {std::llround(std::clamp(probability, 0.0, 1.0) * 1e6)};
}

Decimal weight_units(double bits) { return {std::llround(std::clamp(bits, -1e5, 1e5) * 1e3)}; }

Setup told(const DuplicateSetup& row, const InForce& in_force) {
  return {.entity_kind = row.entity_kind,
          .detects = row.detects,
          .model_id = row.model_id,
          .model_version = in_force.version,
          .review_threshold = probability_units(review_threshold_of(row, in_force.model)),
          .same_threshold = probability_units(in_force.model.same_threshold()),
          .automatic_threshold = probability_units(in_force.model.automatic_threshold())};
}

}  // namespace atlas::duplicates
