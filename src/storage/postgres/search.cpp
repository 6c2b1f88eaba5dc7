// Full text over postings: which words a row has (primary key) and which rows have a word (order index). The
// rarest word leads; the others are looked up row by row. How rare a word is, is counted and not estimated:
// the server's statistics know nothing of one organisation's words.

#include <algorithm>
#include <set>

#include "transaction.hpp"

namespace atlas::postgres {

namespace {

using sql::quoted;

// A word with more rows than this is not collected but walked, newest row first.
constexpr std::int64_t common = 1'000;
constexpr std::size_t most_words = 16;

struct Term {
  std::string_view low;
  std::string high;  // Of a prefix: the least text above it; "" with `prefix` = no end.
  bool prefix = false;
  std::int64_t rows = 0;
};

// Text and parameters of one search.
class Search {
 public:
  Search(const Table& table, const std::optional<Uuid>& organisation)
      : table_(table), words_(quoted(words_table(table))) {
    if (table.tenant) parameters_.id(*organisation);
  }

  Parameters& parameters() { return parameters_; }

  // How many rows have each term, at most `common` + 1.
  std::string count(std::span<const Term> terms) {
    std::string text = "SELECT ";
    for (const Term& term : terms) {
      if (&term != terms.data()) text += ", ";
      text += "(SELECT count(*) FROM (SELECT 1 FROM " + words_ + " AS w WHERE " + condition("w", term) +
              " LIMIT " + std::to_string(common + 1) + ") AS counted)";
    }
    return text;
  }

  // The terms in any order, the first leading.
  std::string find(std::span<const Term> terms, const std::optional<OwnedRow>& after, std::size_t limit) {
    const Term& lead = terms[0];
    const bool collected = terms.size() > 1 || lead.prefix ? lead.rows <= common : false;
    std::string text;
    if (collected) {
      text = "WITH found AS MATERIALIZED (SELECT DISTINCT " + primary("w") + " FROM " + words_ +
             " AS w WHERE " + condition("w", lead) + ") SELECT " + primary("f") + " FROM found AS f";
    } else {
      text = std::string("SELECT ") + (lead.prefix ? "DISTINCT " : "") + primary("f") + " FROM " + words_ +
             " AS f";
    }
    // A sub-select with a limit cannot become a join over all rows of a common word.
    for (std::size_t i = 1; i < terms.size(); ++i) {
      text += " CROSS JOIN LATERAL (SELECT 1 FROM " + words_ + " AS w WHERE " + same_row() + " AND " +
              condition("w", terms[i]) + " LIMIT 1) AS has" + std::to_string(i);
    }
    text += collected ? " WHERE TRUE" : " WHERE " + condition("f", lead);
    if (after) text += " AND " + before(*after);
    text += " ORDER BY " + primary("f", " DESC") + " LIMIT " + next();
    parameters_.integer(static_cast<std::int64_t>(std::min<std::size_t>(limit, INT64_MAX)));
    return text;
  }

 private:
  // The number of the parameter that is added next.
  std::string next() const { return "$" + std::to_string(parameters_.size() + 1); }

  std::string primary(const std::string& alias, const char* suffix = "") const {
    std::string out;
    for (unsigned i = 0; i < table_.primary; ++i) {
      out += (i > 0 ? ", " : "") + alias + "." + quoted(table_.columns[i].name) + suffix;
    }
    return out;
  }

  std::string same_row() const {
    std::string out;
    for (unsigned i = 0; i < table_.primary; ++i) {
      const std::string name = quoted(table_.columns[i].name);
      out += (i > 0 ? " AND w." : "w.") + name + " = f." + name;
    }
    return out;
  }

  std::string condition(const std::string& alias, const Term& term) {
    std::string out = table_.tenant ? alias + ".org_id = $1 AND " : "";
    const std::string word = alias + ".\"~word\"";
    out += word + (term.prefix ? " >= " : " = ") + next();
    parameters_.text(term.low);
    if (term.prefix && !term.high.empty()) {
      out += " AND " + word + " < " + next();
      parameters_.text(term.high);
    }
    return out;
  }

  std::string before(const OwnedRow& after) {
    if (after.size() != table_.primary)
      throw Error(ErrorCode::internal, "A primary key is of another shape.");
    std::string values;
    for (unsigned i = 0; i < table_.primary; ++i) {
      values += (i > 0 ? ", " : "") + next();
      parameters_.cell(table_.columns[i].type, after[i].view());
    }
    return "(" + primary("f") + ") < (" + values + ")";
  }

  const Table& table_;
  const std::string words_;
  Parameters parameters_;
};

}  // namespace

std::string_view stored_word(std::string_view word) noexcept {
  if (word.size() <= longest_word) return word;
  std::size_t end = longest_word;
  while (end > 0 && (static_cast<unsigned char>(word[end]) & 0xc0) == 0x80) --end;
  return word.substr(0, end);
}

void Transaction::index_text(TableId id, RowView primary, std::string_view tokens) {
  const Table& table = reach(id);
  if (!table.full_text) throw Error(ErrorCode::internal, "The table has no full text.");
  Parameters key;
  add_tenant(table, key);
  add_primary(table, primary, key);
  std::set<std::string_view> words;
  while (!tokens.empty()) {
    const std::size_t end = std::min(tokens.find(' '), tokens.size());
    if (end > 0) words.insert(stored_word(tokens.substr(0, end)));
    tokens.remove_prefix(std::min(end + 1, tokens.size()));
  }
  // Nobody waits for these: they travel with the next statement, the commit at the latest.
  send(shared_.rows[id].forget_text, key);
  if (words.empty()) return;
  const std::vector<std::string_view> sorted(words.begin(), words.end());
  key.texts(sorted);
  send(shared_.rows[id].index_text, key);
}

void Transaction::search_text(TableId id, std::span<const std::string> words, bool prefix_last,
                              const std::optional<OwnedRow>& after, std::size_t limit, ScanSink sink) {
  const Table& table = reach(id);
  if (!table.full_text) throw Error(ErrorCode::internal, "The table has no full text.");
  if (words.size() > most_words) throw Error(ErrorCode::internal, "More than 16 words are searched.");
  if (words.empty() || limit == 0) return;

  std::vector<Term> terms;
  for (std::size_t i = 0; i < words.size(); ++i) {
    Term term{stored_word(words[i]), {}, false, 0};
    // Beyond what is stored of a word, a prefix cannot be told from the word.
    if (prefix_last && i + 1 == words.size() && term.low.size() == words[i].size()) {
      term.prefix = true;
      term.high = sql::after_prefix(term.low);
    }
    terms.push_back(std::move(term));
  }
  if (terms.size() > 1 || terms[0].prefix) {
    Search counting(table, organisation_);
    const std::string text = counting.count(terms);
    const Result counts = run(text, counting.parameters());
    for (std::size_t i = 0; i < terms.size(); ++i) terms[i].rows = counts.integer(0, static_cast<int>(i));
    std::stable_sort(terms.begin(), terms.end(),
                     [](const Term& a, const Term& b) { return a.rows < b.rows; });
    if (terms[0].rows == 0) return;
  }
  Search search(table, organisation_);
  const std::string text = search.find(terms, after, limit);
  const Result rows = run(text, search.parameters());
  std::size_t given = 0;
  give(rows, std::span(table.columns).first(table.primary), given, sink);
}

}  // namespace atlas::postgres
