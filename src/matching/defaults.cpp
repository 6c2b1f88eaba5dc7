// Models for those who have nothing to learn from yet, and learning from an organisation's own records.

#include <algorithm>

#include "forms.hpp"
#include "pipeline.hpp"
#include "similarity.hpp"

namespace atlas::matching {
namespace {

struct CommonName {
  std::string_view name;
  double share;
};
// Rough shares among the people of an agency in France or Morocco.
constexpr auto common_names = std::to_array<CommonName>(
    {{"mohamed", .045}, {"fatima", .03},     {"ahmed", .015},    {"hassan", .012},    {"youssef", .012},
     {"khadija", .012}, {"rachid", .01},     {"said", .01},      {"karim", .008},     {"mariam", .01},
     {"aicha", .008},   {"omar", .007},      {"mehdi", .007},    {"mahdi", .007},     {"samira", .006},
     {"nadia", .006},   {"zineb", .005},     {"hicham", .006},   {"marie", .015},     {"jean", .012},
     {"pierre", .009},  {"michel", .008},    {"philip", .007},   {"nicholas", .007},  {"thomas", .007},
     {"julien", .006},  {"isabelle", .006},  {"nathalie", .006}, {"catherine", .006}, {"sophie", .005},
     {"laurent", .005}, {"stephanie", .005}, {"alaoui", .012},   {"idrissi", .008},   {"bennani", .006},
     {"tazi", .004},    {"fassi", .005},     {"benali", .005},   {"amrani", .006},    {"martin", .004},
     {"bernard", .003}, {"dubois", .002},    {"durand", .002},   {"petit", .002},     {"robert", .002},
     {"richard", .002}, {"moreau", .002}});

Model default_model(std::vector<Field> fields, double prior_same) {
  auto data = std::make_shared<ModelData>();
  data->fields = std::move(fields);
  data->comparisons = comparisons_of(data->fields);
  data->prior_same = prior_same;
  data->prior_related = {prior_same / 2, prior_same / 4, prior_same / 20};
  constexpr double people = 20'000;
  for (Comparison& comparison : data->comparisons) {
    comparison.total = people;
    const Comparator kind = comparison.comparator;
    if (kind != Comparator::given_name && kind != Comparator::family_name && kind != Comparator::full_name)
      continue;
    for (const CommonName& common : common_names) {
      const auto cells = std::to_array<std::string_view>({common.name});
      const Value value = make_value(kind, cells, "ZZ");
      std::vector<std::uint64_t> hashes;
      for_each_counted(value, [&](std::uint64_t h) { hashes.push_back(h); });
      std::sort(hashes.begin(), hashes.end());
      hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
      for (const std::uint64_t h : hashes)
        if (comparison.counts.of(h) == 0) comparison.counts.add(h, static_cast<float>(common.share * people));
    }
  }
  data->index();
  return Model(std::move(data));
}

}  // namespace

Model Model::for_dossiers() {
  return default_model({{"contact_name", FieldKind::full_name},
                        {"phone", FieldKind::phone},
                        {"email", FieldKind::email},
                        {"city", FieldKind::city}},
                       2e-5);
}

Model Model::for_parties() {
  return default_model({{"given_name", FieldKind::given_name},
                        {"family_name", FieldKind::family_name},
                        {"organisation_name", FieldKind::title},
                        {"phones", FieldKind::phone},
                        {"emails", FieldKind::email},
                        {"address", FieldKind::street},
                        {"birth_date", FieldKind::date},
                        {"national_id", FieldKind::identifier}},
                       2e-5);
}

std::span<const Field> Model::fields() const noexcept { return data_->fields; }
double Model::same_threshold() const noexcept { return data_->same; }
double Model::automatic_threshold() const noexcept { return data_->automatic; }
double Model::review_threshold() const noexcept { return data_->review; }

Model train(const Model& prior, std::span<const Record> records, const TrainOptions& options) {
  // Fewer say less than what is believed already.
  constexpr std::size_t least = 30, most_counts = 50'000;
  if (records.size() < least) return prior;
  Batch batch;
  batch.model = prior.data();
  if (options.phone_region != "ZZ") batch.model.phone_region = options.phone_region;
  std::vector<std::string> header;
  for (const Field& field : batch.model.fields) header.push_back(field.name);
  Table table(header);
  for (const Record& record : records) table.add(record.values);
  Source source{&table, {}};
  for (std::size_t c = 0; c < header.size(); ++c) source.columns.push_back(c);
  std::vector<std::uint32_t> order = rows_by_content(table, SIZE_MAX);
  std::vector<std::uint64_t> hashes;
  for (std::uint32_t r = 0; r < order.size(); ++r) hashes.push_back(content_hash(table, r));
  set_crowds_aside(order, hashes);
  read_rows(batch, std::span(&source, 1), order, {});
  count_frequencies(batch, {});
  const std::size_t n = batch.records;
  const Candidates candidates = find_candidates(batch, n <= 6'000 ? 200 : n <= 60'000 ? 80 : 24);
  if (candidates.pairs.empty()) return prior;
  train_batch(batch, candidates.pairs, {});
  for (Comparison& comparison : batch.model.comparisons) comparison.counts.keep_frequent(most_counts);
  return Model(std::make_shared<const ModelData>(std::move(batch.model)));
}

}  // namespace atlas::matching
