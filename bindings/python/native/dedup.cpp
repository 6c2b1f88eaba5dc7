// Duplicates in tables that Python holds.

#include "dedup.hpp"

#include <pybind11/stl.h>

#include "atlas/dedup.hpp"

namespace py = pybind11;

namespace atlas::python {
namespace {

using Rows = std::vector<std::vector<std::string>>;

matching::Table table_of(const std::vector<std::string>& header, const Rows& rows,
                         std::optional<bool> named) {
  matching::Table table(header);
  for (const auto& row : rows) table.add(row);
  return matching::with_header(std::move(table), named);
}

// (pairs, columns): pairs are (id_a, id_b, score, probability, cluster_id, band).
py::tuple dedup(const std::vector<std::string>& header, const Rows& rows,
                const std::optional<std::pair<std::vector<std::string>, Rows>>& link, const std::string& id,
                const std::string& source, std::optional<bool> within, bool review,
                std::optional<double> threshold, const std::map<std::string, std::string>& kinds,
                std::optional<bool> listings, std::optional<bool> named) {
  matching::DedupOptions options;
  options.id = id;
  options.source = source;
  options.within = within;
  options.review = review;
  options.threshold = threshold;
  options.listings = listings;
  for (const auto& [column, code] : kinds) {
    const auto kind = matching::parse_field_kind(code);
    if (!kind) throw py::value_error("there is no kind of column called " + code);
    options.kinds[column] = *kind;
  }
  matching::DedupResult result;
  {
    py::gil_scoped_release released;
    const matching::Table first = table_of(header, rows, named);
    std::optional<matching::Table> second;
    if (link) second = table_of(link->first, link->second, named);
    result = matching::dedup(first, second ? &*second : nullptr, options);
  }
  py::list pairs;
  for (const matching::FoundPair& pair : result.pairs)
    pairs.append(py::make_tuple(result.ids[pair.a], result.ids[pair.b], pair.weight, pair.probability,
                                result.ids[pair.cluster], pair.same ? "same" : "review"));
  py::dict columns;
  for (const matching::Column& column : result.columns)
    columns[py::str(column.name)] = std::string(to_string(column.kind));
  return py::make_tuple(pairs, columns);
}

}  // namespace

void bind_dedup(py::module_& m) { m.def("dedup", &dedup); }

}  // namespace atlas::python
