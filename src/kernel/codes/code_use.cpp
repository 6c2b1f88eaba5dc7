// Which records carry a code?

#include <algorithm>

#include "binding.hpp"
#include "unit_of_work.hpp"

namespace atlas {
namespace {

constexpr std::int64_t max_counted = 1'000;

bool mentions(const Schema& schema, std::string_view dictionary) {
  return std::any_of(schema.fields.begin(), schema.fields.end(), [&](const Field& f) {
    return f.rules.dictionary == dictionary || (f.nested && mentions(*f.nested(), dictionary));
  });
}

class Search {
 public:
  Search(Context& cx, std::string_view dictionary, std::string_view code)
      : tx_(cx.unit().read()), dictionary_(dictionary), code_(code) {}

  void entity(const EntityInfo& info) {
    for (const auto& ref : info.columns) {
      const Field& f = *ref.field;
      if (f.kind == Kind::text_list && f.rules.dictionary == dictionary_)
        cells(info, ref, Predicate::Kind::contains, join_list({code_}));
      else if (f.rules.dictionary == dictionary_ || holds(info, f))
        cells(info, ref, Predicate::Kind::equal, code_);
      else if (f.nested && mentions(*f.nested(), dictionary_))
        objects(info, ref);
    }
  }

  std::vector<CodeUse> uses;

 private:
  bool holds(const EntityInfo& info, const Field& f) const {
    return std::any_of(info.mixed_codes.begin(), info.mixed_codes.end(), [&](const auto& mixed) {
      return mixed.first == &f &&
             std::find(mixed.second.begin(), mixed.second.end(), dictionary_) != mixed.second.end();
    });
  }

  void found(const EntityInfo& info, const Field& f, std::int64_t n) {
    if (n == 0) return;
    uses.push_back(
        {std::string(info.schema->name), std::string(f.name), std::min(n, max_counted), n > max_counted});
  }

  void cells(const EntityInfo& info, const EntityInfo::ColumnRef& ref, Predicate::Kind kind,
             const std::string& value) {
    const Predicate p = Predicate::compare(kind, ref.first, Value::text(value));
    found(info, *ref.field, tx_.count(info.table, p, max_counted + 1, Query::any_key));
  }

  /// Objects are stored as JSON: the text finds candidates, the schema tells which of them it is.
  void objects(const EntityInfo& info, const EntityInfo::ColumnRef& ref) {
    Query q;
    q.table = info.table;
    q.where = Predicate::compare(Predicate::Kind::contains, ref.first, Value::text("\"" + code_ + "\""));
    std::int64_t n = 0;
    tx_.scan(q, [&](RowView row) {
      if (carries(info, *ref.field, row)) ++n;
      return n <= max_counted;
    });
    found(info, *ref.field, n);
  }

  bool carries(const EntityInfo& info, const Field& f, RowView row) const {
    const auto entity = info.make();
    from_row(info, row, entity.get());
    bool carried = false;
    const Schema only{.name = f.name,
                      .fields = std::span<const Field>(&f, 1),
                      .keys = {},
                      .workflow = false,
                      .bookkeeping = false};
    std::vector<FieldError> ignored;
    validate(only, entity.get(), ignored, [&](std::string_view dictionary, std::string_view code) {
      carried = carried || (dictionary == dictionary_ && code == code_);
      return true;
    });
    return carried;
  }

  ReadTransaction& tx_;
  std::string_view dictionary_;
  std::string code_;
};

}  // namespace

std::vector<CodeUse> code_uses(Context& cx, std::string_view dictionary, std::string_view code) {
  Search search(cx, dictionary, code);
  for (const auto& [name, info] : cx.unit().kernel().registry->entities()) search.entity(info);
  return std::move(search.uses);
}

}  // namespace atlas
