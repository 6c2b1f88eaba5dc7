// Learning models from an organisation's own records, and taking one into use.

#include <algorithm>
#include <queue>

#include "atlas/crypto.hpp"
#include "sight.hpp"

namespace atlas::duplicates {
namespace {

/// How many records are read at a time.
constexpr std::size_t page_records = 1000;

std::uint64_t place_in_sample(const Uuid& id) {
  const Hash h = sha256(id.view());
  std::uint64_t n = 0;
  for (std::size_t i = 0; i < 8; ++i) n = n << 8 | h[i];
  return n;
}

/// What a training stands on, read before its transaction, and what comes of it.
struct Training {
  std::size_t kind = 0;
  std::shared_ptr<const InForce> prior;
  std::string region;
  std::int64_t records = 0;
  std::vector<matching::Record> sample;
  std::string sample_hash;
  std::optional<InForce> learnt;
};

/// The records whose hashed ids are the smallest: the same ones in whatever order they came, and spread over
/// the whole store.
std::shared_ptr<Training> read_sample(Context& cx, const Train& in) {
  auto out = std::make_shared<Training>();
  out->kind = number_of(in.entity_kind);
  out->prior = search_of(cx).built_in[out->kind];
  out->region = cx.access().default_country.empty() ? "ZZ" : cx.access().default_country;
  struct Kept {
    std::uint64_t place;
    Uuid id;
    matching::Record values;
    bool operator<(const Kept& o) const { return std::pair(place, id) < std::pair(o.place, o.id); }
  };
  std::priority_queue<Kept> kept;
  const EntityInfo& info = cx.registry().entity(in.entity_kind);
  const Predicate alive = Predicate::absent(info.column("archived_at")->first);
  std::optional<Uuid> after;
  for (bool more = true; more;) {
    std::vector<Record> page;
    Predicate where = alive;
    if (after)
      where = Predicate::all_of(
          {Predicate::compare(Predicate::Kind::greater, 0, Value::id(*after)), std::move(where)});
    cx.scan(
        info, {.where = std::move(where), .key = "", .order = {{0, false}}, .limit = page_records}, false,
        [&]() -> void* { return page.emplace_back(info.make()).get(); }, [] { return true; });
    more = page.size() == page_records;
    for (const Record& record : page) {
      const Uuid& id = head_of(record.get()).id;
      after = id;
      ++out->records;
      const std::uint64_t place = place_in_sample(id);
      const bool full = kept.size() == static_cast<std::size_t>(in.sample);
      if (full && std::pair(place, id) > std::pair(kept.top().place, kept.top().id)) continue;
      if (full) kept.pop();
      kept.push({place, id, all_values_of(cx, out->kind, record.get())});
    }
  }
  std::string all = out->prior->version + "\n" + out->region + "\n";
  for (; !kept.empty(); kept.pop()) {
    // Values alone: records of equal values are interchangeable, and ids say nothing of them.
    matching::Record values = kept.top().values;
    out->sample.push_back(std::move(values));
  }
  std::sort(out->sample.begin(), out->sample.end(),
            [](const matching::Record& a, const matching::Record& b) { return a.values < b.values; });
  for (const matching::Record& record : out->sample) {
    for (const std::string& value : record.values) {
      all += std::to_string(value.size());
      all += ':';
      all += value;
    }
    all += '\n';
  }
  out->sample_hash = hex(as_view(sha256(all)));
  return out;
}

void learn(Training& training) {
  training.learnt.emplace(
      matching::train(training.prior->model, training.sample, {.phone_region = training.region}));
  training.sample.clear();
  training.sample.shrink_to_fit();
}

DuplicateModel keep_model(Context& cx, const Train& in) {
  const auto& training = cx.prepared<Training>();
  cx.lock({"duplicates.models:" + in.entity_kind});
  auto models = cx.all<DuplicateModel>();
  const auto last =
      models.where({.where = Predicate::equals(models.column("entity_kind"), Value::text(in.entity_kind)),
                    .key = "by_number",
                    .order = {{models.column("number"), true}},
                    .limit = 1});
  const InForce& learnt = *training.learnt;
  DuplicateModel out;
  out.entity_kind = in.entity_kind;
  out.number = last.empty() ? 1 : last.front().number + 1;
  out.model_version = learnt.version;
  out.prior_version = training.prior->version;
  out.records = training.records;
  out.sample = std::min(training.records, in.sample);
  out.sample_hash = training.sample_hash;
  out.phone_region = training.region;
  out.review_threshold = probability_units(learnt.model.review_threshold());
  out.same_threshold = probability_units(learnt.model.same_threshold());
  out.automatic_threshold = probability_units(learnt.model.automatic_threshold());
  models.insert(out);
  DuplicateModelText text;
  text.model_id = out.id;
  text.document = learnt.model.to_json();
  cx.all<DuplicateModelText>().insert(text);
  return out;
}

ModelDetails get_details(Context& cx, const GetModel& in) {
  ModelDetails out{cx.repo<DuplicateModel>().get(in.id), std::nullopt};
  if (!in.document) return out;
  // Hashes of telephones can be tried one by one: they are for those who see all records.
  if (!reaches(cx.scope_of("DUPLICATE_DECIDE"), scope_all))
    throw Error(ErrorCode::forbidden, "a model's parameters are for those who decide about duplicates")
        .with("permission", "DUPLICATE_DECIDE");
  auto texts = cx.all<DuplicateModelText>();
  const auto rows = texts.where({.where = Predicate::equals(texts.column("model_id"), Value::id(in.id)),
                                 .key = "by_model",
                                 .limit = 1});
  if (!rows.empty()) out.document = rows.front().document;
  return out;
}

DuplicateScan adopt_model(Context& cx, const Adopt& in) {
  const std::size_t kind = number_of(in.entity_kind);
  cx.lock({"duplicates.models:" + in.entity_kind});
  if (in.model_id) {
    auto models = cx.all<DuplicateModel>();
    const auto before = models.find(*in.model_id, RowLock::update);
    if (!before || before->entity_kind != in.entity_kind) {
      throw Error(ErrorCode::invalid_argument, "no such model of this kind")
          .field("/model_id", field_code::unknown_reference, "no such model of this kind");
    }
    DuplicateModel after = *before;
    after.adopted_at = cx.now();
    models.save(*before, after, {.action = "duplicate_model.adopted"});
  }
  const DuplicateSetup before = setup_of(cx, kind, RowLock::update);
  DuplicateSetup after = before;
  after.model_id = in.model_id;
  after.stamp = cx.new_stamp();
  save_setup(cx, before, after);
  return begin_scan(cx, kind, "ADOPTION", false, model_in_force(cx, kind, after)->version);
}

Setup configure_kind(Context& cx, const Configure& in) {
  const std::size_t kind = number_of(in.entity_kind);
  cx.lock({"duplicates.models:" + in.entity_kind});
  const DuplicateSetup before = setup_of(cx, kind, RowLock::update);
  DuplicateSetup after = before;
  if (in.detects) after.detects = *in.detects;
  if (const Decimal* from = in.review_threshold.get()) set_review_threshold(after, *from);
  if (in.review_threshold.is_clear()) set_review_threshold(after, std::nullopt);
  if (after.detects != before.detects || after.meta != before.meta) save_setup(cx, before, after);
  const auto in_force = model_in_force(cx, kind, after);
  if (review_threshold_of(after, in_force->model) != review_threshold_of(before, in_force->model))
    begin_scan(cx, kind, "ADOPTION", false, in_force->version);
  return told(after, *model_in_force(cx, kind, after));
}

}  // namespace

void register_models(Registry& registry) {
  registry.operation(train, keep_model);
  registry.prepare(
      "duplicates.train",
      {.look = [](Context& cx, const void* in) -> std::shared_ptr<void> {
         return read_sample(cx, *static_cast<const Train*>(in));
       },
       .ask = [](void* prepared, const KernelOptions&) { learn(*static_cast<Training*>(prepared)); }});
  registry.operation(models,
                     [](Context& cx, const ListInput& in) { return cx.repo<DuplicateModel>().list(in); });
  registry.operation(get_model, get_details);
  registry.operation(adopt, adopt_model);
  registry.operation(configure, configure_kind);
  registry.operation(setup, [](Context& cx, const OfKind& in) {
    const std::size_t kind = number_of(in.entity_kind);
    const DuplicateSetup row = setup_of(cx, kind);
    return told(row, *model_in_force(cx, kind, row));
  });
}

}  // namespace atlas::duplicates
