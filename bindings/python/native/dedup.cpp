// Duplicates in tables that Python holds.

#include "dedup.hpp"

#include <pybind11/stl.h>
#include <unistd.h>

#include <cerrno>
#include <variant>

#include "atlas/dedup.hpp"
#include "atlas/error.hpp"
#include "atlas/import_text.hpp"

namespace py = pybind11;

namespace atlas::python {
namespace {

using Rows = std::vector<std::vector<std::string>>;
// A header with its rows, or the descriptor of a CSV file.
using Source = std::variant<int, std::pair<std::vector<std::string>, Rows>>;

matching::Table table_of(const Source& source, std::optional<bool> named) {
  if (const auto* rows = std::get_if<1>(&source)) {
    matching::Table table(rows->first);
    for (const auto& row : rows->second) table.add(row);
    return table;
  }
  const int file = std::get<int>(source);
  matching::TableReader reader(named);
  imports::read_text(
      [&](std::span<char> to) {
        for (;;) {
          const ssize_t n = ::read(file, to.data(), to.size());
          if (n >= 0) return static_cast<std::size_t>(n);
          if (errno != EINTR) throw Error(ErrorCode::storage_io, "the file cannot be read");
        }
      },
      [&](std::string_view text) { reader.feed(text); });
  return reader.finish();
}

// (pairs, columns): pairs are (id_a, id_b, score, probability, cluster_id, band).
py::tuple dedup(const Source& data, const std::optional<Source>& link, const std::string& id,
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
    const matching::Table first = table_of(data, named);
    std::optional<matching::Table> second;
    if (link) second = table_of(*link, named);
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
