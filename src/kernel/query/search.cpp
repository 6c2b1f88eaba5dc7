// Full text: words from the index, newest first, then everything else a list would ask.

#include "atlas/search.hpp"

#include <algorithm>
#include <map>

#include "atlas/crypto.hpp"
#include "binding.hpp"
#include "unit_of_work.hpp"
#include "visibility.hpp"
#include "where.hpp"

namespace atlas {
namespace {

constexpr std::size_t max_words = 16;
constexpr std::size_t read_at_once = 500;       ///< rows that are read by one statement
constexpr std::size_t looked_at_most = 20'000;  ///< hits; then the page ends, full or not
constexpr std::size_t growth = 8;  ///< of what is asked of the index: each asking costs it all of its hits

Error bad_after() {
  return Error(ErrorCode::invalid_argument, "the page token does not belong to this search")
      .field("/after", field_code::out_of_range, "not a token of this search");
}

/// What a page token is bound to.
std::string binding_of(const Context& cx, const SearchInput& in) {
  std::string text(cx.operation() ? cx.operation()->traits.name : "");
  text.append("\n").append(in.query).append("\n").append(in.where).append(in.archived ? "\n1\n" : "\n0\n");
  text += cx.principal().id.view();
  return hex(as_view(sha256(text)).substr(0, 12));
}

/// The words of the query as the index has them.
std::vector<std::string> words_of(const Normaliser& normaliser, const std::string& query) {
  std::vector<std::string> words = normaliser.words(query);
  if (words.empty()) {
    throw Error(ErrorCode::invalid_argument, "a search needs a word")
        .field("/query", field_code::too_short, "at least one word");
  }
  if (words.size() > max_words) {
    throw Error(ErrorCode::invalid_argument, "too many words")
        .field("/query", field_code::too_long, "at most 16 words");
  }
  return words;
}

/// Walks the hits of one query, newest first.
class Hits {
 public:
  Hits(ReadTransaction& tx, TableId table, std::vector<std::vector<std::string>> forms, bool prefix_last,
       std::optional<Uuid> after)
      : tx_(tx), table_(table), forms_(std::move(forms)), prefix_last_(prefix_last), after_(after) {}

  /// The next ids in descending order, at most `limit`; fewer only at the end.
  std::vector<Uuid> next(std::size_t limit) {
    std::vector<Uuid> ids;
    for (const auto& words : forms_) {
      std::optional<OwnedRow> after;
      if (after_) after = OwnedRow{Value::id(*after_)};
      tx_.search_text(table_, words, prefix_last_, after, limit, [&](RowView primary) {
        ids.push_back(primary[0].as_id());
        return true;
      });
    }
    std::sort(ids.begin(), ids.end(), std::greater<>());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    if (ids.size() > limit) ids.resize(limit);
    if (!ids.empty()) after_ = ids.back();
    return ids;
  }

 private:
  ReadTransaction& tx_;
  TableId table_;
  std::vector<std::vector<std::string>> forms_;  ///< one, or two while a store is re-derived
  bool prefix_last_;
  std::optional<Uuid> after_;
};

/// Those of the records that fulfil `wanted`, newest first.
std::map<Uuid, OwnedRow, std::greater<>> rows_of(ReadTransaction& tx, const EntityInfo& info,
                                                 std::span<const Uuid> ids, const Predicate& wanted) {
  Predicate these;
  these.kind = Predicate::Kind::in;
  for (const Uuid& id : ids) these.values.push_back(Value::id(id));
  Query q;
  q.table = info.table;
  q.key = Query::primary_key;
  q.where = Predicate::all_of({std::move(these), wanted});
  q.limit = ids.size();
  std::map<Uuid, OwnedRow, std::greater<>> rows;
  tx.scan(q, [&](RowView row) {
    rows.emplace(row[0].as_id(), own(row));
    return true;
  });
  return rows;
}

}  // namespace

std::optional<std::string> search_text(Context& cx, const EntityInfo& info, const SearchInput& in,
                                       Predicate extra, bool scoped, FunctionRef<void*()> append) {
  if (!info.searchable) throw Error(ErrorCode::internal, "nothing of this entity is searchable");
  const FieldFlags hidden = hidden_from(cx.operation_scope());
  std::vector<Predicate> all;
  all.push_back(parse_where(info, in.where.empty() ? "{}" : in.where, cx, hidden));
  all.push_back(std::move(extra));
  if (scoped) all.push_back(cx.scope_predicate(info));
  if (!in.archived) all.push_back(Predicate::absent(info.column("archived_at")->first));
  const Predicate wanted = Predicate::all_of(std::move(all));

  const std::string binding = binding_of(cx, in);
  std::optional<Uuid> after;
  if (in.after) {
    const std::size_t dot = in.after->find('.');
    if (dot == std::string::npos || in.after->substr(0, dot) != binding) throw bad_after();
    after = parse_uuid(std::string_view(*in.after).substr(dot + 1));
    if (!after) throw bad_after();
  }
  std::vector<std::vector<std::string>> forms;
  for (const Normaliser* n : cx.normalisers()) {
    auto words = words_of(*n, in.query);
    if (std::find(forms.begin(), forms.end(), words) == forms.end()) forms.push_back(std::move(words));
  }
  ReadTransaction& tx = cx.unit().read();
  Hits hits(tx, info.table, std::move(forms), !in.query.ends_with(' '), after);

  const auto limit = static_cast<std::size_t>(in.limit);
  std::size_t given = 0, looked_at = 0, ask = 2 * limit + 1;
  std::optional<Uuid> last;
  const auto next = [&] { return binding + "." + format_uuid(*last); };
  while (looked_at < looked_at_most) {
    const std::vector<Uuid> ids = hits.next(ask);
    for (std::size_t at = 0; at < ids.size(); at += read_at_once) {
      const std::span these(ids.data() + at, std::min(read_at_once, ids.size() - at));
      for (const auto& [id, row] : rows_of(tx, info, these, wanted)) {
        // One too many says that there is a next page, which begins behind the last one given.
        if (given == limit) return next();
        void* item = append();
        from_row(info, views(row), item);
        static_cast<Entity*>(item)->org_id = cx.organisation();
        last = id;
        ++given;
      }
      if (given < limit) last = these.back();
    }
    if (ids.size() < ask) return std::nullopt;
    looked_at += ids.size();
    ask = std::min(ask * growth, looked_at_most - looked_at + 1);
  }
  return next();
}

}  // namespace atlas
