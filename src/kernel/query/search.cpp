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
constexpr std::size_t at_once = 200;  ///< hits that are looked at together
constexpr int max_rounds = 20;        ///< then the page ends, full or not

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
  std::size_t given = 0;
  std::optional<Uuid> last;
  for (int round = 0; round < max_rounds; ++round) {
    const std::vector<Uuid> ids = hits.next(at_once);
    Predicate these;
    these.kind = Predicate::Kind::in;
    for (const Uuid& id : ids) these.values.push_back(Value::id(id));
    std::map<Uuid, OwnedRow, std::greater<>> rows;
    if (!ids.empty()) {
      Query q;
      q.table = info.table;
      q.key = Query::primary_key;
      q.where = Predicate::all_of({std::move(these), wanted});
      q.limit = ids.size();
      tx.scan(q, [&](RowView row) {
        rows.emplace(row[0].as_id(), own(row));
        return true;
      });
    }
    for (const auto& [id, row] : rows) {
      // One too many says that there is a next page, which begins behind the last one given.
      if (given == limit) return binding + "." + format_uuid(*last);
      void* item = append();
      from_row(info, views(row), item);
      static_cast<Entity*>(item)->org_id = cx.organisation();
      last = id;
      ++given;
    }
    if (ids.size() < at_once) return std::nullopt;
    if (rows.empty() || given < limit) last = ids.back();
  }
  return binding + "." + format_uuid(*last);
}

}  // namespace atlas
