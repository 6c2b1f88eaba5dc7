#include "code_table.hpp"

#include <algorithm>

#include "atlas/registry.hpp"
#include "reference_rules.hpp"

namespace atlas::reference_data {
void require_dictionary(std::string_view dictionary) {
  if (is_reference_dictionary(dictionary)) return;
  throw Error(ErrorCode::invalid_argument, "no such dictionary")
      .field("/dict_type", field_code::not_a_code, "no such dictionary");
}

CodeTable::CodeTable(Context& cx, const std::optional<std::string>& dictionary) : dictionary_(dictionary) {
  if (dictionary) require_dictionary(*dictionary);
  auto all = cx.all<ReferenceCode>();
  Lookup lookup{.where = {}, .key = "by_code", .order = {}, .limit = max_rows + 1};
  lookup.order = {{all.column("dict_type")}, {all.column("code")}};
  if (dictionary) lookup.where = Predicate::equals(all.column("dict_type"), Value::text(*dictionary));
  for (ReferenceCode& r : all.where(lookup)) {
    std::pair key{r.dict_type, r.code};
    rows_.emplace(std::move(key), std::move(r));
  }
}

const ReferenceCode* CodeTable::row(const std::string& dictionary, const std::string& code) const {
  const auto it = rows_.find({dictionary, code});
  return it == rows_.end() ? nullptr : &it->second;
}

std::optional<Item> CodeTable::item(const std::string& dictionary, const std::string& code,
                                    std::string_view locale) const {
  const ReferenceSeed* seed = find_seed(dictionary, code);
  const ReferenceCode* own = row(dictionary, code);
  if (!seed && (!own || own->archived_at)) return std::nullopt;
  return merged(seed, own, locale);
}

std::vector<Item> CodeTable::items(std::string_view locale) const {
  std::vector<Item> out;
  for (const ReferenceSeed& seed : reference_seeds()) {
    if (dictionary_ && seed.dictionary != *dictionary_) continue;
    out.push_back(merged(&seed, row(std::string(seed.dictionary), std::string(seed.code)), locale));
  }
  for (const auto& [key, r] : rows_)
    if (!r.archived_at && !find_seed(r.dict_type, r.code)) out.push_back(merged(nullptr, &r, locale));
  sort_items(out);
  return out;
}

std::int64_t CodeTable::next_order(std::string_view dictionary) const {
  std::int64_t last = 0;
  for (const Item& item : items("fr"))
    if (item.dict_type == dictionary) last = std::max(last, item.sort_order);
  return std::min(last + 10, max_sort_order);
}

Edit::Edit(Context& cx)
    : cx_(cx), organisation_(cx.all<Organisation>().get(cx.organisation(), RowLock::update)) {}

ReferenceCode Edit::begin(const ReferenceCode* old, const std::string& dictionary,
                          const std::string& code) const {
  if (old && !old->archived_at) return *old;
  ReferenceCode row;
  if (old) static_cast<Entity&>(row) = *old;
  row.archived_at.reset();
  row.subject_id = organisation_.subject_id;
  row.dict_type = dictionary;
  row.code = code;
  return row;
}

void Edit::write(const ReferenceCode* old, ReferenceCode row) {
  const ReferenceSeed* seed = find_seed(row.dict_type, row.code);
  if (seed && !keep_differences(*seed, row)) {
    if (old && !old->archived_at) remove(*old);
    return;
  }
  auto all = cx_.all<ReferenceCode>();
  if (!old) {
    all.insert(row);
    changed_ = true;
  } else if (to_json(*old) != to_json(row)) {
    all.save(*old, row, {.action = old->archived_at ? "reference_code.created" : ""});
    changed_ = true;
  }
}

void Edit::remove(const ReferenceCode& old) {
  ReferenceCode after = old;
  after.archived_at = cx_.now();
  cx_.all<ReferenceCode>().save(old, after, {.action = "reference_code.removed"});
  changed_ = true;
}

void Edit::finish() {
  if (!changed_) return;
  Organisation after = organisation_;
  after.reference_stamp = cx_.new_stamp();
  cx_.all<Organisation>().save(organisation_, after, {.action = "organisation.reference_changed"});
}

}  // namespace atlas::reference_data
