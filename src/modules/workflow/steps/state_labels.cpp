#include "state_labels.hpp"

#include "atlas/reference_codes.hpp"

namespace atlas::workflow {
namespace {

constexpr std::string_view dictionary = "CASE_STATUS";

std::string_view language_of(std::string_view locale) { return locale.substr(0, locale.find_first_of("-_")); }

std::string_view seeded_label(std::string_view code, std::string_view locale) {
  const ReferenceSeed* seed = find_seed(dictionary, code);
  if (!seed) return code;
  const std::string_view language = language_of(locale);
  const std::string_view wanted = language == "en"   ? seed->label_en
                                  : language == "ar" ? seed->label_ar
                                                     : seed->label_fr;
  return wanted.empty() ? code : wanted;
}

}  // namespace

const std::string* label_in(const Labels& labels, std::string_view locale) noexcept {
  const std::string_view language = language_of(locale);
  const std::optional<std::string>& wanted = language == "en"   ? labels.en
                                             : language == "ar" ? labels.ar
                                                                : labels.fr;
  for (const auto* one : {&wanted, &labels.fr, &labels.en, &labels.ar})
    if (*one) return &**one;
  return nullptr;
}

StateLabels::StateLabels(Context& cx, std::string locale) : locale_(std::move(locale)) {
  const std::int64_t stamp = cx.access().reference_stamp;
  if (stamp == 0) return;
  words_ = std::static_pointer_cast<const Words>(cx.kept("workflow.status_labels", stamp, [&] {
    auto words = std::make_shared<Words>();
    auto rows = cx.all<ReferenceCode>();
    for (const ReferenceCode& row :
         rows.where({.where = Predicate::equals(rows.column("dict_type"), Value::text(dictionary)),
         .key = "by_code",
         .order = {{rows.column("code"), false}}}))
      if (!row.archived_at) words->emplace(row.code, row.labels);
    return std::shared_ptr<void>(std::move(words));
  }));
}

std::string StateLabels::of(const State& state) const {
  if (const std::string* own = label_in(state.labels, locale_)) return *own;
  if (words_) {
    const auto it = words_->find(state.code);
    const std::string* worded = it == words_->end() ? nullptr : label_in(it->second, locale_);
    if (worded) return *worded;
  }
  return std::string(seeded_label(state.code, locale_));
}

std::string StateLabels::of(const Transition& transition, std::string_view to_label) const {
  if (const std::string* own = label_in(transition.labels, locale_)) return *own;
  return std::string(to_label);
}

}  // namespace atlas::workflow
