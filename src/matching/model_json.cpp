// A model as text and back. Values appear as hashes only.

#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

#include "atlas/crypto.hpp"
#include "atlas/error.hpp"
#include "atlas/json.hpp"
#include "model_data.hpp"
#include "similarity.hpp"

namespace atlas::matching {
namespace {

constexpr std::string_view format = "atlas.matching.1";
constexpr std::size_t most_bytes = 512u << 20;

// The shortest text that reads back as the same number.
std::string number_text(double value) {
  char buffer[40];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  return {buffer, end};
}

std::string hash_text(std::uint64_t hash) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i) out[i] = digits[hash >> (60 - 4 * i) & 15];
  return out;
}

void write_shares(JsonWriter& json, std::string_view name, const Shares& shares, std::size_t levels) {
  json.key(name).begin_array();
  for (std::size_t k = 0; k < levels; ++k) json.raw(number_text(shares[k]));
  json.end_array();
}

Error broken(const std::string& path) {
  return Error(ErrorCode::invalid_argument, "this is no model of duplicates")
      .field(path, field_code::wrong_type, "is missing or of the wrong kind");
}

const Json& at(const Json& json, const char* name, const std::string& path) {
  const auto it = json.find(name);
  if (it == json.end()) throw broken(path + "/" + name);
  return *it;
}

double number_at(const Json& json, const char* name, const std::string& path, double least, double most) {
  const Json& value = at(json, name, path);
  if (!value.is_number()) throw broken(path + "/" + name);
  const double n = value.get<double>();
  if (!(n >= least && n <= most)) throw broken(path + "/" + name);
  return n;
}

std::string text_at(const Json& json, const char* name, const std::string& path) {
  const Json& value = at(json, name, path);
  if (!value.is_string()) throw broken(path + "/" + name);
  return value.get<std::string>();
}

void read_shares(const Json& json, const char* name, const std::string& path, Shares& shares,
                 std::size_t levels) {
  const Json& value = at(json, name, path);
  if (!value.is_array() || value.size() != levels) throw broken(path + "/" + name);
  for (std::size_t k = 0; k < levels; ++k) {
    if (!value[k].is_number()) throw broken(path + "/" + name);
    shares[k] = value[k].get<double>();
    if (!(shares[k] > 0 && shares[k] <= 1)) throw broken(path + "/" + name);
  }
}

}  // namespace

std::string Model::to_json() const {
  const ModelData& data = *data_;
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("format").string(format);
  json.key("prior_same").raw(number_text(data.prior_same));
  json.key("prior_related").begin_array();
  for (const double p : data.prior_related) json.raw(number_text(p));
  json.end_array();
  json.key("same").raw(number_text(data.same)).key("automatic").raw(number_text(data.automatic));
  json.key("review").raw(number_text(data.review)).key("phone_region").string(data.phone_region);
  json.key("records").number(static_cast<std::int64_t>(data.records));
  json.key("fields").begin_array();
  for (const Field& field : data.fields)
    json.begin_object().key("name").string(field.name).key("kind").string(to_string(field.kind)).end_object();
  json.end_array().key("comparisons").begin_array();
  for (const Comparison& comparison : data.comparisons) {
    json.begin_object().key("kind").string(info_of(comparison.comparator).code).key("fields").begin_array();
    for (const std::uint8_t f : comparison.fields) json.number(f);
    json.end_array();
    const std::size_t levels = comparison.levels();
    write_shares(json, "m", comparison.m, levels);
    write_shares(json, "u", comparison.u, levels);
    write_shares(json, "household", comparison.r[household], levels);
    write_shares(json, "namesake", comparison.r[namesake], levels);
    write_shares(json, "neighbour", comparison.r[neighbour], levels);
    if (comparison.floor > 0) json.key("floor").raw(number_text(comparison.floor));
    if (comparison.own_related) json.key("own_related").boolean(true);
    json.key("total").raw(number_text(comparison.total)).key("counts").begin_array();
    // What was seen once counts like what was never seen.
    for (const auto& [hash, n] : comparison.counts.sorted())
      if (n > 1) json.begin_array().string(hash_text(hash)).raw(number_text(n)).end_array();
    json.end_array().end_object();
  }
  json.end_array().end_object();
  return out;
}

std::string Model::version() const { return hash_text(hash_of(to_json())); }

Model Model::from_json(std::string_view text) {
  const Json json = parse_json(text, {.depth = 8, .size = most_bytes});
  if (!json.is_object() || text_at(json, "format", "") != format) throw broken("/format");
  auto data = std::make_shared<ModelData>();
  data->prior_same = number_at(json, "prior_same", "", 1e-15, 1);
  const Json& related = at(json, "prior_related", "");
  if (!related.is_array() || related.size() != related_kinds) throw broken("/prior_related");
  for (std::size_t kind = 0; kind < related_kinds; ++kind) {
    if (!related[kind].is_number()) throw broken("/prior_related");
    data->prior_related[kind] = related[kind].get<double>();
    if (!(data->prior_related[kind] >= 0 && data->prior_related[kind] <= 0.5)) throw broken("/prior_related");
  }
  data->same = number_at(json, "same", "", 0, 1);
  data->automatic = number_at(json, "automatic", "", 0, 1);
  data->review = number_at(json, "review", "", 0, 1);
  data->phone_region = text_at(json, "phone_region", "");
  data->records = static_cast<std::uint64_t>(number_at(json, "records", "", 0, 9e15));
  const Json& fields = at(json, "fields", "");
  if (!fields.is_array() || fields.size() > 250) throw broken("/fields");
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string path = "/fields/" + std::to_string(i);
    if (!fields[i].is_object()) throw broken(path);
    const auto kind = parse_field_kind(text_at(fields[i], "kind", path));
    if (!kind) throw broken(path + "/kind");
    data->fields.push_back({text_at(fields[i], "name", path), *kind});
  }
  const Json& comparisons = at(json, "comparisons", "");
  if (!comparisons.is_array() || comparisons.size() > max_comparisons) throw broken("/comparisons");
  for (std::size_t i = 0; i < comparisons.size(); ++i) {
    const std::string path = "/comparisons/" + std::to_string(i);
    const Json& from = comparisons[i];
    if (!from.is_object()) throw broken(path);
    Comparison comparison;
    const auto kind = parse_comparator(text_at(from, "kind", path));
    if (!kind) throw broken(path + "/kind");
    comparison.comparator = *kind;
    const Json& of = at(from, "fields", path);
    if (!of.is_array() || of.empty() || of.size() > 16) throw broken(path + "/fields");
    for (const Json& f : of) {
      if (!f.is_number_unsigned() || f.get<std::uint64_t>() >= data->fields.size())
        throw broken(path + "/fields");
      comparison.fields.push_back(static_cast<std::uint8_t>(f.get<std::uint64_t>()));
    }
    const std::size_t levels = comparison.levels();
    read_shares(from, "m", path, comparison.m, levels);
    read_shares(from, "u", path, comparison.u, levels);
    read_shares(from, "household", path, comparison.r[household], levels);
    read_shares(from, "namesake", path, comparison.r[namesake], levels);
    read_shares(from, "neighbour", path, comparison.r[neighbour], levels);
    comparison.total = number_at(from, "total", path, 0, 1e15);
    if (from.contains("floor")) comparison.floor = number_at(from, "floor", path, 0, 1);
    comparison.own_related = from.value("own_related", Json()) == Json(true);
    const Json& counts = at(from, "counts", path);
    if (!counts.is_array()) throw broken(path + "/counts");
    for (const Json& entry : counts) {
      if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number())
        throw broken(path + "/counts");
      const auto& digits = entry[0].get_ref<const std::string&>();
      std::uint64_t hash = 0;
      const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), hash, 16);
      if (digits.size() != 16 || read.ptr != digits.data() + digits.size()) throw broken(path + "/counts");
      comparison.counts.add(hash, entry[1].get<float>());
    }
    comparison.refresh();
    data->comparisons.push_back(std::move(comparison));
  }
  data->index();
  return Model(std::move(data));
}

}  // namespace atlas::matching
