// What people are told, in their language. Rows, in the order in which they are looked for.

#include "atlas/sending_rules.hpp"

namespace atlas::sending {
namespace {

struct Row {
  std::string_view code, detail, fr, en, ar;
};

// clang-format off
constexpr Row rows[] = {
    {"consent_missing", "never_asked",
     "Cette personne n’a pas donné son accord pour ce canal et ce motif.",
     "This person has not agreed to be contacted on this channel for this purpose.",
     "لم يوافق هذا الشخص على التواصل معه عبر هذه القناة ولهذا الغرض."},
    {"consent_missing", "not_answered",
     "L’accord a été demandé, mais la personne n’a pas encore répondu.",
     "Consent was asked for, but the person has not answered yet.",
     "طُلبت الموافقة، لكن الشخص لم يجب بعد."},
    {"consent_missing", "other_request",
     "L’accord donné vaut pour une autre demande.",
     "The consent that was given is for another request.",
     "الموافقة الممنوحة تخص طلبا آخر."},
    {"consent_missing", "no_request",
     "Une demande d’accord suppose un formulaire ou un message de la personne elle-même.",
     "Asking for consent needs a form or a message of the person's own.",
     "طلب الموافقة يستلزم استمارة أو رسالة من الشخص نفسه."},
    {"consent_missing", "granted_already",
     "L’accord est déjà donné : il n’y a plus rien à demander.",
     "Consent is given already: there is nothing to ask.",
     "الموافقة ممنوحة من قبل، فلا داعي لطلبها."},
    {"consent_missing", "nothing_withdrawn",
     "Rien n’a été retiré : il n’y a rien à confirmer.",
     "Nothing was withdrawn: there is nothing to confirm.",
     "لم يُسحب أي شيء، فلا شيء لتأكيده."},
    {"consent_missing", "calls_are_not_sent",
     "Un appel ne s’envoie pas ; il se note.",
     "A call is not sent; it is logged.",
     "المكالمة لا تُرسل بل تُسجل."},
    {"consent_missing", "",
     "Aucun accord n’est en vigueur pour cette adresse, ce canal et ce motif.",
     "No consent is in force for this address, channel and purpose.",
     "لا توجد موافقة سارية لهذا العنوان وهذه القناة وهذا الغرض."},
    {"consent_withdrawn", "suppressed",
     "Cette adresse est sur la liste d’opposition ; seul un nouvel accord de la personne l’en retire.",
     "This address is on the suppression list; only a new consent of the person's own takes it off.",
     "هذا العنوان مدرج في قائمة الرفض ولا يُرفع منها إلا بموافقة جديدة من الشخص نفسه."},
    {"consent_withdrawn", "",
     "La personne a retiré son accord.",
     "The person has withdrawn consent.",
     "سحب الشخص موافقته."},
    {"consent_expired", "",
     "L’accord est arrivé à son terme.",
     "The consent's time is over.",
     "انتهت مدة الموافقة."},
    {"objected", "",
     "La personne s’est opposée à tout contact (RGPD, art. 21).",
     "The person has objected to any contact (GDPR art. 21).",
     "اعترض الشخص على أي تواصل."},
    {"outside_session_window", "",
     "Plus de 24 heures depuis son dernier message : WhatsApp n’accepte qu’un modèle approuvé.",
     "More than 24 hours since the person's last message: WhatsApp takes an approved template only.",
     "مرت أكثر من 24 ساعة على آخر رسالة منه: لا يقبل واتساب إلا قالبا معتمدا."},
    {"frequency_cap", "asked_within_30_days",
     "L’accord a déjà été demandé il y a moins de 30 jours.",
     "Consent was already asked for less than 30 days ago.",
     "طُلبت الموافقة قبل أقل من 30 يوما."},
    {"frequency_cap", "refused_within_30_days",
     "La personne a refusé il y a moins de 30 jours.",
     "The person refused less than 30 days ago.",
     "رفض الشخص قبل أقل من 30 يوما."},
    {"frequency_cap", "confirmed_already",
     "Ce retrait a déjà été confirmé.",
     "This withdrawal was confirmed already.",
     "سبق تأكيد هذا السحب."},
    {"frequency_cap", "four_calls_in_30_days",
     "Déjà quatre appels en 30 jours.",
     "Four calls in 30 days already.",
     "أربع مكالمات في 30 يوما."},
    {"frequency_cap", "refused_within_60_days",
     "La personne a refusé au téléphone il y a moins de 60 jours.",
     "The person refused on the telephone less than 60 days ago.",
     "رفض الشخص عبر الهاتف قبل أقل من 60 يوما."},
    {"frequency_cap", "",
     "Cette personne a déjà reçu assez de messages pour l’instant.",
     "This person has had enough messages for now.",
     "تلقى هذا الشخص ما يكفي من الرسائل حاليا."},
    {"template_invalid", "marketing_for_other_purpose",
     "Un modèle publicitaire exige l’accord pour la prospection.",
     "A marketing template needs the consent to marketing.",
     "القالب الإشهاري يستلزم الموافقة على التسويق."},
    {"template_invalid", "",
     "Ce modèle n’est pas approuvé par le fournisseur.",
     "The provider has not approved this template.",
     "لم يعتمد المزود هذا القالب."},
    {"quiet_hours", "day",
     "Pas ce jour de la semaine ; l’envoi attend le prochain créneau.",
     "Not on this day of the week; it waits for the next allowed hour.",
     "ليس في هذا اليوم من الأسبوع؛ ينتظر الإرسال أقرب وقت مسموح."},
    {"quiet_hours", "holiday",
     "Pas un jour férié ; l’envoi attend le prochain créneau.",
     "Not on a holiday; it waits for the next allowed hour.",
     "ليس في يوم عطلة؛ ينتظر الإرسال أقرب وقت مسموح."},
    {"quiet_hours", "ramadan",
     "Pas à cette heure pendant le ramadan ; l’envoi attend le prochain créneau.",
     "Not at this hour in Ramadan; it waits for the next allowed hour.",
     "ليس في هذه الساعة خلال رمضان؛ ينتظر الإرسال أقرب وقت مسموح."},
    {"quiet_hours", "",
     "Pas à cette heure ; l’envoi attend le prochain créneau.",
     "Not at this hour; it waits for the next allowed one.",
     "ليس في هذه الساعة؛ ينتظر الإرسال أقرب وقت مسموح."},
};
// clang-format on

}  // namespace

std::string explanation(std::string_view code, std::string_view detail, std::string_view locale) {
  const std::string_view language = locale.substr(0, 2);
  for (const Row& row : rows) {
    if (row.code != code || (!row.detail.empty() && row.detail != detail)) continue;
    return std::string(language == "fr" ? row.fr : language == "ar" ? row.ar : row.en);
  }
  return {};
}

}  // namespace atlas::sending
