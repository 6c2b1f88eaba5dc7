// dedup: duplicates in a file, without a store.

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <map>

#include "atlas/csv.hpp"
#include "atlas/dedup.hpp"
#include "atlas/import_text.hpp"
#include "atlas/json.hpp"
#include "commands.hpp"
#include "lines.hpp"

namespace atlas::cli {
namespace {

using matching::Contribution;
using matching::DedupResult;
using matching::FoundPair;
using matching::Judgement;
using matching::Quality;
using Rows = matching::Table;

// Reads in pieces: only the table itself is held.
Rows read_table(const std::string& path, std::optional<bool> header = true) {
  const int fd = open_to_read(path);
  struct Closer {
    int fd;
    ~Closer() {
      if (fd > 0) ::close(fd);
    }
  } closer{fd};
  matching::TableReader reader(header);
  imports::read_text(
      [&](std::span<char> to) {
        for (;;) {
          const ssize_t n = ::read(fd, to.data(), to.size());
          if (n >= 0) return static_cast<std::size_t>(n);
          if (errno != EINTR) throw Error(ErrorCode::storage_io, "the file cannot be read");
        }
      },
      [&](std::string_view text) { reader.feed(text); });
  return reader.finish();
}

std::string fixed(double value, int digits) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", digits, value);
  return buffer;
}

void write_pairs(Terminal& terminal, const DedupResult& result, const DedupOptions& options) {
  std::string text = csv_record(
      options.review ? std::vector<std::string>{"id_a", "id_b", "score", "probability", "cluster_id", "band"}
                     : std::vector<std::string>{"id_a", "id_b", "score", "probability", "cluster_id"});
  std::ofstream file;
  const bool to_file = !options.out.empty() && options.out != "-";
  if (to_file) {
    file.open(options.out, std::ios::binary | std::ios::trunc);
    if (!file) throw Error(ErrorCode::storage_io, "the file of the pairs cannot be written");
  }
  const auto flush = [&] {
    if (to_file)
      file << text;
    else
      terminal.out.write(text);
    text.clear();
  };
  for (const FoundPair& pair : result.pairs) {
    std::vector<std::string> cells{result.ids[pair.a], result.ids[pair.b], fixed(pair.weight, 12),
                                   fixed(pair.probability, 12), pair.same ? result.ids[pair.cluster] : ""};
    if (options.review) cells.push_back(pair.same ? "same" : "review");
    text += csv_record(cells);
    if (text.size() > 1u << 16) flush();
  }
  flush();
  if (to_file) {
    file.flush();
    if (!file) throw Error(ErrorCode::storage_io, "the file of the pairs cannot be written");
  }
}

void put_quality(JsonWriter& json, std::string_view name, const Quality& q) {
  json.key(name).begin_object();
  json.key("threshold").raw(fixed(q.threshold, 6)).key("pairs").number(static_cast<std::int64_t>(q.pairs));
  json.key("right").number(static_cast<std::int64_t>(q.right));
  json.key("precision").raw(fixed(q.precision, 4)).key("recall").raw(fixed(q.recall, 4));
  json.key("f1").raw(fixed(q.f1, 4)).end_object();
}

std::string summary(const DedupResult& result, const std::optional<Judgement>& judgement) {
  std::string out;
  JsonWriter json(out);
  std::int64_t same = 0;
  for (const FoundPair& pair : result.pairs) same += pair.same ? 1 : 0;
  json.begin_object().key("records").number(static_cast<std::int64_t>(result.ids.size()));
  json.key("pairs").number(same).key("clusters").number(static_cast<std::int64_t>(result.clusters));
  json.key("candidates").number(static_cast<std::int64_t>(result.candidate_count));
  json.key("threshold").raw(fixed(result.threshold, 6));
  json.key("model").string(result.model ? result.model->version() : "");
  if (result.listings) json.key("listings").boolean(true);
  if (result.two_lists)
    json.key("one_to_one").boolean(result.one_to_one).key("lists").string(result.lists_reason);
  json.key("columns").begin_object();
  for (const matching::Column& column : result.columns) {
    json.key(column.name).begin_object().key("kind").string(to_string(column.kind));
    json.key("by").string(column.why);
    if (!column.role.empty()) json.key("as").string(column.role);
    json.end_object();
  }
  json.end_object().key("rules").begin_array();
  for (const matching::RuleUse& rule : result.rules)
    json.begin_object()
        .key("keys")
        .string(rule.name)
        .key("pairs")
        .number(static_cast<std::int64_t>(rule.pairs))
        .end_object();
  json.end_array();
  if (judgement) {
    json.key("truth").number(static_cast<std::int64_t>(judgement->at_default.truth));
    put_quality(json, "default", judgement->at_default);
    put_quality(json, "best", judgement->best);
    json.key("blocking_recall").raw(fixed(judgement->blocking_recall, 4));
  }
  json.end_object();
  return out;
}

void tell(Terminal& terminal, const DedupResult& result, const std::optional<Judgement>& judgement) {
  std::size_t same = 0;
  for (const FoundPair& pair : result.pairs) same += pair.same ? 1 : 0;
  terminal.out.line(terminal.ink(Ink::bold, grouped(static_cast<std::int64_t>(same)) + " pairs in " +
                                                grouped(static_cast<std::int64_t>(result.clusters)) +
                                                " groups") +
                    " among " + grouped(static_cast<std::int64_t>(result.ids.size())) + " records");
  Table columns({"column", "taken for", "by"});
  for (const matching::Column& column : result.columns)
    columns.row(
        {column.name, column.role.empty() ? std::string(to_string(column.kind)) : column.role, column.why});
  columns.print(terminal);
  if (result.listings) terminal.out.line("Compared as advertisements of property");
  if (result.two_lists)
    terminal.out.line((result.one_to_one ? "Two lists, matched one to one: " : "Two lists: ") +
                      result.lists_reason);
  if (!judgement) return;
  Table table({"threshold", "pairs", "precision", "recall", "F1"});
  for (const Quality* q : {&judgement->at_default, &judgement->best})
    table.row({fixed(q->threshold, 3), grouped(static_cast<std::int64_t>(q->pairs)), fixed(q->precision, 4),
               fixed(q->recall, 4), fixed(q->f1, 4)});
  table.print(terminal);
  terminal.out.line("Pairs of the truth that were compared at all: " + fixed(judgement->blocking_recall, 4));
}

std::string explained(const DedupResult& result, const Rows& first, const Rows* second, std::uint32_t a,
                      std::uint32_t b) {
  const matching::Score score = matching::explain(result, first, second, a, b);
  std::string out;
  JsonWriter json(out);
  json.begin_object().key("id_a").string(result.ids[a]).key("id_b").string(result.ids[b]);
  json.key("weight").raw(fixed(score.weight, 12)).key("probability").raw(fixed(score.probability, 12));
  json.key("prior").raw(fixed(score.prior, 12)).key("contributions").begin_array();
  for (const Contribution& part : score.contributions) {
    json.begin_object().key("field").string(part.field).key("kind").string(part.kind);
    json.key("level").string(part.level).key("bits").raw(fixed(part.bits, 12));
    json.key("a").string(part.value_a).key("b").string(part.value_b);
    for (const std::string_view language : {"en", "fr", "ar"})
      json.key(language).string(sentence(part, language));
    json.end_object();
  }
  json.end_array().key("would_change").begin_array();
  for (const matching::Change& change : what_would_change(score, *result.model, result.threshold))
    json.begin_object()
        .key("field")
        .string(change.field)
        .key("level")
        .string(change.level)
        .key("probability")
        .raw(fixed(change.probability, 6))
        .end_object();
  json.end_array();
  // Why are these two one, when not by themselves: the way over others of the group.
  std::vector<std::uint32_t> of(result.ids.size());
  for (std::uint32_t r = 0; r < of.size(); ++r) of[r] = r;
  std::vector<matching::WeightedPair> graph;
  for (const FoundPair& pair : result.pairs) {
    if (!pair.same) continue;
    of[pair.a] = of[pair.b] = pair.cluster;
    graph.push_back({pair.a, pair.b, static_cast<float>(pair.weight)});
  }
  json.key("path").begin_array();
  for (const std::uint32_t r : matching::path(a, b, graph, of)) json.string(result.ids[r]);
  json.end_array().end_object();
  return out;
}

std::uint32_t row_of(const DedupResult& result, const std::string& id, bool second) {
  const std::size_t from = second ? result.first_rows : 0;
  const std::size_t to = second || result.first_rows == 0 ? result.ids.size() : result.first_rows;
  for (std::size_t r = from; r < to; ++r)
    if (result.ids[r] == id) return static_cast<std::uint32_t>(r);
  throw Error(ErrorCode::not_found, "no record has the id " + id);
}

std::optional<bool> yes_or_no(const std::string& text) {
  return text == "yes" ? std::optional(true) : text == "no" ? std::optional(false) : std::nullopt;
}

matching::DedupOptions engine_options(const DedupOptions& options) {
  matching::DedupOptions out;
  out.id = options.id;
  out.source = options.source;
  out.review = options.review;
  out.phone_region = options.phone_region;
  out.keep_candidates = !options.truth.empty();
  out.within = yes_or_no(options.within);
  out.listings = yes_or_no(options.listings);
  if (options.threshold) {
    if (!(*options.threshold > 0 && *options.threshold < 1))
      throw UsageError("--threshold is between 0 and 1");
    out.threshold = options.threshold;
  }
  for (const std::string& item : options.kinds) {
    const std::size_t at = item.rfind('=');
    const auto kind = at == std::string::npos
                          ? std::nullopt
                          : matching::parse_field_kind(std::string_view(item).substr(at + 1));
    if (!kind) throw UsageError("--kind is COLUMN=KIND, such as tel_2=phone");
    out.kinds[item.substr(0, at)] = *kind;
  }
  return out;
}

}  // namespace

int run_dedup(Shell& shell, const DedupOptions& options) {
  matching::DedupOptions asked = engine_options(options);
  const std::optional<bool> header = yes_or_no(options.header);
  const Rows first = read_table(options.file, header);
  std::optional<Rows> second;
  if (!options.link.empty()) second = read_table(options.link, header);
  std::optional<Rows> truth;
  if (!options.truth.empty()) truth = read_table(options.truth);
  std::optional<Progress> bar;
  if (shell.terminal.human()) {
    bar.emplace(shell.terminal, "Looking for duplicates", 100);
    asked.progress = [&](std::string_view, double share) { bar->at(static_cast<std::int64_t>(share * 100)); };
  }
  const DedupResult result = matching::dedup(first, second ? &*second : nullptr, asked);
  if (bar) bar->finish();
  if (!options.explain.empty()) {
    const std::uint32_t a = row_of(result, options.explain[0], false);
    const std::uint32_t b = row_of(result, options.explain[1], second.has_value());
    shell.show(explained(result, first, second ? &*second : nullptr, a, b));
    return done;
  }
  std::optional<Judgement> judgement;
  if (truth) judgement = matching::judge(result, *truth);
  const bool pairs_here = options.out.empty() || options.out == "-";
  write_pairs(shell.terminal, result, options);
  // Where the pairs go to standard output the summary would spoil them.
  if (pairs_here) {
    shell.terminal.say(summary(result, judgement));
  } else if (shell.terminal.human()) {
    tell(shell.terminal, result, judgement);
  } else {
    shell.terminal.out.line(summary(result, judgement));
  }
  return done;
}

}  // namespace atlas::cli
