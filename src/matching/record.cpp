// One record, one pair: keys, score and its explanation.

#include <algorithm>
#include <cmath>

#include "atlas/error.hpp"
#include "forms.hpp"
#include "model_data.hpp"
#include "pipeline.hpp"
#include "similarity.hpp"
#include "well_formed.hpp"

namespace atlas::matching {

class PreparedValues {
 public:
  Record record;
  std::vector<Value> values;
  std::vector<const Value*> row;
};

PreparedRecord::PreparedRecord(const Record& record, const Model& model, std::string_view phone_region) {
  const ModelData& data = model.data();
  if (record.values.size() > data.fields.size())
    throw Error(ErrorCode::invalid_argument, "the record has more values than the model has fields");
  auto out = std::make_shared<PreparedValues>();
  out->record = record;
  out->record.values.resize(data.fields.size());
  const std::string_view region = phone_region == "ZZ" ? std::string_view(data.phone_region) : phone_region;
  std::vector<std::string_view> cells;
  for (const Comparison& comparison : data.comparisons) {
    cells.clear();
    for (const std::uint8_t f : comparison.fields) cells.push_back(out->record.values[f]);
    Value value = comparison.comparator == Comparator::order
                      ? Value{}
                      : make_value(comparison.comparator, cells, region);
    assign_bits(value, comparison);
    out->values.push_back(std::move(value));
  }
  for (const Value& value : out->values) out->row.push_back(value.present ? &value : nullptr);
  name_by_mailbox(data, out->row.data(), [&](std::size_t c, Value value) {
    out->values[c] = std::move(value);
    assign_bits(out->values[c], data.comparisons[c]);
    return &out->values[c];
  });
  values_ = std::move(out);
}

namespace {

/// Of something on offer, a flat: by where it is and how large, and by rare words; titles are a habit of
/// whoever writes them.
template <class Put>
void put_offer_keys(const ModelData& data, const std::vector<const Value*>& row, Put&& put) {
  const auto of = [&](std::string_view field) -> const Value* {
    for (std::size_t c = 0; c < data.comparisons.size(); ++c)
      if (data.fields[data.comparisons[c].fields[0]].name == field) return row[c];
    return nullptr;
  };
  const Value *city = of("city"), *zone = of("zone"), *surface = of("surface_m2"), *floor = of("floor");
  const Value *place = of("lat"), *text = of("description"), *title = of("title");
  const Value* rooms = of("bedrooms") != nullptr ? of("bedrooms") : of("rooms");
  constexpr std::int64_t cell = 20'000, square_metre = 1000;
  if (city != nullptr && surface != nullptr)
    put(111, city->text + "/" + std::to_string((surface->number + square_metre / 2) / square_metre));
  if (place != nullptr)
    put(112, std::to_string(place->number / cell) + "/" + std::to_string(place->number2 / cell));
  if (zone != nullptr && rooms != nullptr && floor != nullptr)
    put(113, zone->text + "/" + rooms->text + "/" + floor->text);
  const Value* words = text != nullptr ? text : title;
  if (words == nullptr || words->tokens.size() < 3) return;
  std::vector<const Token*> longest;
  for (const Token& t : words->tokens) longest.push_back(&t);
  std::sort(longest.begin(), longest.end(), [](const Token* a, const Token* b) {
    return a->text.size() != b->text.size() ? a->text.size() > b->text.size() : a->text < b->text;
  });
  put(114, longest[0]->text + "/" + longest[1]->text + "/" + longest[2]->text);
}

}  // namespace

std::vector<std::uint64_t> keys_of(const PreparedRecord& record, const Model& model) {
  const ModelData& data = model.data();
  const PreparedValues& values = record.values();
  std::vector<std::uint64_t> keys;
  const auto put = [&](std::uint64_t seed, std::string_view text) {
    if (text.empty() || keys.size() == max_stored_keys) return;
    const std::uint64_t key = hash_of(text, seed);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
  };
  const auto first = [&](Comparator kind) -> const Value* {
    for (std::size_t c = 0; c < data.comparisons.size(); ++c)
      if (data.comparisons[c].comparator == kind && values.row[c] != nullptr) return values.row[c];
    return nullptr;
  };
  const auto put_phone = [&](const Value& v) {
    put(101, std::string_view(v.key).substr(v.key.size() > 8 ? v.key.size() - 8 : 0));
  };
  const Value* phone = first(Comparator::phone);
  const Value* title = first(Comparator::title);
  const Value* given = first(Comparator::given_name);
  const Value* family = first(Comparator::family_name);
  const Value* full = first(Comparator::full_name);
  const bool person = given != nullptr || family != nullptr || full != nullptr;
  const bool offer = std::any_of(data.comparisons.begin(), data.comparisons.end(),
                                 [](const Comparison& c) { return c.comparator == Comparator::photos; });
  if (offer) {
    put_offer_keys(data, values.row, put);
    return keys;
  }
  if (!person && title != nullptr) {
    // A thing or a place: by where it is and how large, by its name.
    const Value* city = first(Comparator::city);
    const Value* number = first(Comparator::number);
    if (const Value* id = first(Comparator::identifier)) put(104, id->text);
    if (const Value* place = first(Comparator::place))
      put(105, std::to_string(place->number / 20'000) + "/" + std::to_string(place->number2 / 20'000));
    if (city != nullptr && number != nullptr) put(106, city->text + "/" + number->text);
    put(107, title->text);
    if (phone != nullptr && number == nullptr) put_phone(*phone);
    std::vector<const Token*> longest;
    for (const Token& t : title->tokens) longest.push_back(&t);
    std::sort(longest.begin(), longest.end(), [](const Token* a, const Token* b) {
      if (a->bits != b->bits) return a->bits > b->bits;
      return a->text.size() != b->text.size() ? a->text.size() > b->text.size() : a->text < b->text;
    });
    if (longest.size() >= 2)
      put(108,
          std::min(longest[0]->text, longest[1]->text) + "/" + std::max(longest[0]->text, longest[1]->text));
    if (const Value* street = first(Comparator::street); street != nullptr && !street->extra.empty())
      put(109, street->text);
    return keys;
  }
  if (phone != nullptr) put_phone(*phone);
  if (const Value* email = first(Comparator::email)) put(102, email->text);
  std::vector<std::string> words;
  if (full != nullptr)
    for (const Token& t : full->tokens) words.push_back(skeleton_of(t.text));
  if (given != nullptr) words.push_back(given->extra);
  if (family != nullptr) words.push_back(family->extra);
  std::sort(words.begin(), words.end());
  if (words.size() >= 2) {
    std::string all;
    for (const std::string& w : words) all += w + " ";
    put(103, all);
  }
  if (const Value* id = first(Comparator::identifier)) put(104, id->text);
  if (title != nullptr) put(107, title->text);
  // Born on one day, day and month either way round; and under one roof.
  if (const Value* date = first(Comparator::date); date != nullptr && date->number % 10000 != 0) {
    const std::int64_t month = date->number / 100 % 100, day = date->number % 100;
    put(110, std::to_string(date->number / 10000) + "/" + std::to_string(std::min(month, day)) + "/" +
                 std::to_string(std::max(month, day)));
  }
  if (const Value* street = first(Comparator::street); street != nullptr && !street->tokens.empty()) {
    const auto longest =
        std::max_element(street->tokens.begin(), street->tokens.end(), [](const Token& a, const Token& b) {
          return a.text.size() != b.text.size() ? a.text.size() < b.text.size() : a.text < b.text;
        });
    put(115, street->extra + "/" + longest->text.substr(0, 4));
  }
  if (phone != nullptr)
    for (const Value& other : phone->more) put_phone(other);
  return keys;
}

std::vector<std::uint64_t> keys_of(const Record& record, const Model& model, std::string_view phone_region) {
  return keys_of(PreparedRecord(record, model, phone_region), model);
}

double weight_of(const PreparedRecord& a, const PreparedRecord& b, const Model& model) {
  Outcomes outcomes;
  Evidence evidence;
  compare_rows(model.data(), a.values().row.data(), b.values().row.data(), outcomes);
  weigh(model.data(), outcomes, evidence);
  return total_weight(model.data(), evidence).total;
}

Score score(const PreparedRecord& a, const PreparedRecord& b, const Model& model) {
  const ModelData& data = model.data();
  Outcomes outcomes;
  Evidence evidence;
  compare_rows(data, a.values().row.data(), b.values().row.data(), outcomes);
  weigh(data, outcomes, evidence);
  const Weight weight = total_weight(data, evidence);
  Score out;
  out.prior = weight.prior;
  double sum = weight.prior;
  for (std::size_t c = 0; c < data.comparisons.size(); ++c) {
    const Comparison& comparison = data.comparisons[c];
    const ComparatorInfo& info = info_of(comparison.comparator);
    Contribution part;
    part.kind = info.code;
    part.level =
        outcomes[c].level < 0 ? "missing" : info.levels[static_cast<std::size_t>(outcomes[c].level)].code;
    part.bits = evidence.bits[c];
    for (const std::uint8_t f : comparison.fields) {
      if (!part.field.empty()) part.field += '+';
      part.field += data.fields[f].name;
      if (comparison.comparator == Comparator::order) continue;
      const auto show = [f](std::string& to, const Record& record) {
        const std::string& value = record.values[f];
        if (value.empty()) return;
        if (!to.empty()) to += ' ';
        to += well_formed(beginning_of(value, value_bytes));
      };
      show(part.value_a, a.values().record);
      show(part.value_b, b.values().record);
    }
    sum += part.bits;
    out.contributions.push_back(std::move(part));
  }
  Contribution related;
  related.field = related.kind = "related";
  related.level = weight.related < -1 ? "likely" : "unlikely";
  related.bits = weight.related;
  sum += related.bits;
  out.contributions.push_back(std::move(related));
  out.weight = sum;
  out.probability = probability_of_weight(sum);
  return out;
}

Score score(const Record& a, const Record& b, const Model& model, std::string_view phone_region) {
  return score(PreparedRecord(a, model, phone_region), PreparedRecord(b, model, phone_region), model);
}

std::vector<Change> what_would_change(const Score& score, const Model& model, double threshold) {
  const ModelData& data = model.data();
  const bool is_same = score.probability >= threshold;
  struct Option {
    Change change;
    double likely;
  };
  std::vector<Option> options;
  for (std::size_t c = 0; c < data.comparisons.size() && c < score.contributions.size(); ++c) {
    const Comparison& comparison = data.comparisons[c];
    if (comparison.comparator == Comparator::order) continue;
    const Contribution& now = score.contributions[c];
    const ComparatorInfo& info = info_of(comparison.comparator);
    // The least change that suffices: the mildest level that carries the pair to the other side.
    for (std::size_t i = 0; i < info.levels.size(); ++i) {
      const std::size_t k = is_same ? i : info.levels.size() - 1 - i;
      if (info.levels[k].code == now.level) continue;
      const double bits = std::clamp(comparison.m_bits[k] - comparison.u_bits[k], -7.0, 22.0);
      const double p = probability_of_weight(score.weight - now.bits + bits);
      if ((p >= threshold) == is_same) continue;
      options.push_back({{now.field, std::string(info.levels[k].code), p}, comparison.m[k]});
      break;
    }
  }
  std::stable_sort(options.begin(), options.end(),
                   [](const Option& a, const Option& b) { return a.likely > b.likely; });
  std::vector<Change> out;
  for (Option& option : options) {
    if (out.size() == 5) break;
    out.push_back(std::move(option.change));
  }
  return out;
}

}  // namespace atlas::matching
