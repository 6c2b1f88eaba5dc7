#include "seed_labels.hpp"

#include <algorithm>
#include <array>

#include "atlas/reference_codes.hpp"

namespace atlas::workflow {
namespace {

struct Words {
  std::string_view code, fr, en, ar;
};

/// Steps with a code of their own.
constexpr std::array<Words, 11> steps{
    {{"B2B_T_QUALIFY", "Qualifier la demande", "Qualify the request", "تأهيل الطلب"},
     {"B2B_T_SCHEDULE", "Planifier la démonstration", "Schedule the demo", "برمجة العرض"},
     {"B2B_T_RESCHEDULE", "Déplacer la démonstration", "Reschedule the demo", "تغيير موعد العرض"},
     {"B2B_T_MARK_DONE", "Marquer la démonstration effectuée", "Mark the demo done", "تسجيل إتمام العرض"},
     {"B2B_T_WIN", "Gagner le contrat", "Win the deal", "كسب العقد"},
     {"B2B_T_LOSE_NEW", "Perdre la demande", "Lose the request", "خسارة الطلب"},
     {"B2B_T_LOSE_QUAL", "Perdre la demande qualifiée", "Lose the qualified request", "خسارة الطلب المؤهل"},
     {"B2B_T_LOSE_SCHED", "Perdre avant la démonstration", "Lose before the demo", "خسارة قبل العرض"},
     {"B2B_T_LOSE_DONE", "Perdre après la démonstration", "Lose after the demo", "خسارة بعد العرض"},
     {"B2B_T_REOPEN", "Rouvrir la demande", "Reopen the request", "إعادة فتح الطلب"},
     {"B2B_T_REDO_DEMO", "Refaire une démonstration", "Demo again", "إعادة العرض"}}};
constexpr Words back{"", "Reprendre", "Resume", "استئناف"};
/// Before the label of the state that an unnamed step leads to.
constexpr Words onward{"", "Passer à : ", "Move to: ", "الانتقال إلى: "};
constexpr Words closing{"", "Terminer : ", "Close: ", "إنهاء: "};

Labels labels(const Words& words) {
  return {std::string(words.fr), std::string(words.en), std::string(words.ar)};
}

Labels label_of(const Definition& d, const Transition& t) {
  const auto own = std::find_if(steps.begin(), steps.end(), [&](const Words& w) { return w.code == t.code; });
  if (own != steps.end()) return labels(*own);
  const State* to = d.state(t.to);
  if (!to) return labels(back);
  Labels out = labels(to->terminal ? closing : onward);
  *out.fr += *to->labels.fr;
  *out.en += *to->labels.en;
  *out.ar += *to->labels.ar;
  return out;
}

}  // namespace

void label(Definition& d) {
  for (State& s : d.states) {
    const ReferenceSeed* seed = find_seed("CASE_STATUS", s.code);
    s.labels = {std::string(seed->label_fr), std::string(seed->label_en), std::string(seed->label_ar)};
  }
  for (Transition& t : d.transitions) t.labels = label_of(d, t);
}

}  // namespace atlas::workflow
