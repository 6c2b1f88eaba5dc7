#pragma once
// Seeds: the work on a case, money and people.

#include "code_labels.hpp"

namespace atlas::detail {

inline constexpr CodeLabels activity_type[] = {
    {"ACT_NOTE", "Note", "Note", "ملاحظة"},
    {"ACT_TASK", "Tâche", "Task", "مهمة"},
    {"ACT_STATUS_CHANGE", "Changement de statut", "Status change", "تغيير الحالة"},
    {"ACT_MESSAGE_LOG", "Message", "Message", "رسالة"},
    {"ACT_APPOINTMENT_LOG", "Rendez-vous", "Appointment", "موعد"},
    {"ACT_DOCUMENT_LOG", "Document", "Document", "وثيقة"},
    {"ACT_SYSTEM", "Système", "System", "النظام"},
};

inline constexpr CodeLabels visibility[] = {
    {"INTERNAL", "Interne", "Internal", "داخلي"},
    {"CLIENT_VISIBLE", "Visible par le client", "Visible to the client", "ظاهر للعميل"},
};

inline constexpr CodeLabels task_category[] = {
    {"CALL_BACK", "Rappeler", "Call back", "معاودة الاتصال"},
    {"SEND_MESSAGE", "Envoyer un message", "Send a message", "إرسال رسالة"},
    {"REQUEST_DOCS", "Demander des pièces", "Request documents", "طلب وثائق"},
    {"REVIEW_DOCS", "Vérifier des pièces", "Review documents", "مراجعة الوثائق"},
    {"PREPARE_VISIT", "Préparer une visite", "Prepare a visit", "تحضير زيارة"},
    {"FOLLOW_UP_VISIT", "Relancer après une visite", "Follow up on a visit", "متابعة بعد الزيارة"},
    {"NEGOTIATE", "Négocier", "Negotiate", "تفاوض"},
    {"SCHEDULE_SIGNING", "Planifier la signature", "Schedule the signing", "تحديد موعد التوقيع"},
    {"OTHER", "Autre tâche", "Other task", "مهمة أخرى"},
};

inline constexpr CodeLabels task_status[] = {
    {"TASK_TODO", "À faire", "To do", "للإنجاز"},
    {"TASK_IN_PROGRESS", "En cours", "In progress", "قيد الإنجاز"},
    {"TASK_DONE", "Terminée", "Done", "منجزة"},
    {"TASK_CANCELLED", "Annulée", "Cancelled", "ملغاة"},
};

inline constexpr CodeLabels channel_type[] = {
    {"CHAN_WHATSAPP", "WhatsApp", "WhatsApp", "واتساب"},
    {"CHAN_SMS", "SMS", "SMS", "رسالة نصية"},
    {"CHAN_EMAIL", "Courriel", "E-mail", "بريد إلكتروني"},
    {"CHAN_PHONE", "Téléphone", "Telephone", "هاتف"},
};

inline constexpr CodeLabels lead_source[] = {
    {"LEAD_SOURCE_WHATSAPP", "WhatsApp", "WhatsApp", "واتساب"},
    {"LEAD_SOURCE_PHONE", "Téléphone", "Telephone", "هاتف"},
    {"LEAD_SOURCE_SMS", "SMS", "SMS", "رسالة نصية"},
    {"LEAD_SOURCE_EMAIL", "Courriel", "E-mail", "بريد إلكتروني"},
    {"LEAD_SOURCE_FORM", "Formulaire du site", "Web form", "استمارة الموقع"},
    {"LEAD_SOURCE_FACEBOOK", "Facebook", "Facebook", "فيسبوك"},
    {"LEAD_SOURCE_INSTAGRAM", "Instagram", "Instagram", "إنستغرام"},
    {"LEAD_SOURCE_AVITO", "Avito", "Avito", "أفيتو"},
    {"LEAD_SOURCE_MUBAWAB", "Mubawab", "Mubawab", "مبوب"},
    {"LEAD_SOURCE_WALK_IN", "Passage à l’agence", "Walk-in", "زيارة الوكالة"},
    {"LEAD_SOURCE_REFERRAL", "Recommandation", "Referral", "توصية"},
    {"LEAD_SOURCE_PARTNER", "Partenaire", "Partner", "شريك"},
    {"LEAD_SOURCE_BIZ_DEMO_FORM", "Formulaire de démonstration", "Demo form", "استمارة طلب عرض توضيحي"},
    {"LEAD_SOURCE_BIZ_CONTACT_FORM", "Formulaire de contact professionnel", "Business contact form",
     "استمارة اتصال مهنية"},
    {"LEAD_SOURCE_OTHER", "Autre origine", "Other source", "مصدر آخر"},
};

inline constexpr CodeLabels need_type[] = {
    {"NEED_PORTAL", "Portail d’annonces", "Listings portal", "بوابة إعلانات"},
    {"NEED_CRM", "Gestion de la relation client", "Customer relations", "إدارة علاقات العملاء"},
    {"NEED_APPOINTMENTS", "Rendez-vous", "Appointments", "المواعيد"},
    {"NEED_TRUST", "Confiance et modération", "Trust and moderation", "الثقة والإشراف"},
    {"NEED_DEVELOPERS", "Promotion immobilière", "Property development", "التطوير العقاري"},
    {"NEED_RENTALS", "Location", "Rentals", "الكراء"},
    {"NEED_FINANCING", "Financement", "Financing", "التمويل"},
    {"NEED_PROPERTY_MGMT", "Gestion locative", "Property management", "إدارة العقارات"},
    {"NEED_CONCIERGE", "Conciergerie", "Concierge services", "خدمات الكونسيرج"},
    {"NEED_REPORTING", "Rapports", "Reporting", "التقارير"},
    {"NEED_WHATSAPP", "Messagerie WhatsApp", "WhatsApp messaging", "مراسلة واتساب"},
};

inline constexpr CodeLabels plan_type[] = {
    {"PLAN_PRO_STARTER", "Pro Découverte", "Pro Starter", "احترافي للمبتدئين"},
    {"PLAN_PRO_GROWTH", "Pro Croissance", "Pro Growth", "احترافي للنمو"},
    {"PLAN_PROMOTER", "Promoteur", "Developer", "منعش عقاري"},
};

inline constexpr CodeLabels publication_channel[] = {
    {"PUB_PUBLIC_WEB", "Site public", "Public web site", "الموقع العمومي"},
    {"PUB_AGENCY_PAGE", "Page de l’agence", "Agency page", "صفحة الوكالة"},
    {"PUB_PROMOTER_PAGE", "Page du promoteur", "Developer page", "صفحة المنعش العقاري"},
};

inline constexpr CodeLabels loss_reason[] = {
    {"PRICE_TOO_HIGH", "Prix trop élevé", "Price too high", "السعر مرتفع جدا"},
    {"NOT_INTERESTED", "Pas intéressé", "Not interested", "غير مهتم"},
    {"COMPETITOR", "Parti chez un concurrent", "Went to a competitor", "اختار منافسا"},
    {"NO_RESPONSE", "Sans réponse", "No response", "لم يجب"},
    {"FINANCING_ISSUE", "Problème de financement", "Financing issue", "مشكلة في التمويل"},
    {"DOCS_INCOMPLETE", "Dossier incomplet", "Incomplete documents", "وثائق غير مكتملة"},
    {"OWNER_CHANGED_MIND", "Le propriétaire a changé d’avis", "Owner changed their mind", "غيّر المالك رأيه"},
    {"PROPERTY_UNAVAILABLE", "Bien indisponible", "Property unavailable", "العقار غير متاح"},
    {"REQUIREMENTS_MISMATCH", "Ne correspond pas aux besoins", "Does not match the needs",
     "لا يناسب المتطلبات"},
    {"TIMELINE_TOO_LONG", "Délai trop long", "Timeline too long", "الأجل طويل جدا"},
    {"FRAUD_RISK", "Risque de fraude", "Fraud risk", "خطر الاحتيال"},
    {"OTHER", "Autre motif", "Other reason", "سبب آخر"},
};

inline constexpr CodeLabels won_reason[] = {
    {"SIGNED", "Signé", "Signed", "تم التوقيع"},
    {"RESERVED", "Réservé", "Reserved", "محجوز"},
    {"DEPOSIT_PAID", "Acompte versé", "Deposit paid", "دُفع العربون"},
    {"SOLD", "Vendu", "Sold", "تم البيع"},
    {"RENTED", "Loué", "Rented", "تم الكراء"},
    {"PROJECT_DELIVERED", "Projet livré", "Project delivered", "سُلّم المشروع"},
    {"OTHER", "Autre motif", "Other reason", "سبب آخر"},
};

inline constexpr CodeLabels b2b_lost_reason[] = {
    {"B2B_LOST_NO_RESPONSE", "Sans réponse", "No response", "لم يجب"},
    {"B2B_LOST_NO_BUDGET", "Pas de budget", "No budget", "لا توجد ميزانية"},
    {"B2B_LOST_NOT_FIT", "Offre inadaptée", "Not a fit", "العرض غير ملائم"},
    {"B2B_LOST_NOT_READY", "Pas prêt", "Not ready", "غير مستعد"},
    {"B2B_LOST_COMPETITOR", "Concurrent choisi", "Chose a competitor", "اختار منافسا"},
    {"B2B_LOST_TIMING", "Mauvais moment", "Bad timing", "توقيت غير مناسب"},
    {"B2B_LOST_OTHER", "Autre motif", "Other reason", "سبب آخر"},
};

inline constexpr CodeLabels contribution_status[] = {
    {"PENDING", "En attente", "Pending", "في الانتظار"}, {"CONFIRMED", "Confirmée", "Confirmed", "مؤكدة"},
    {"REJECTED", "Rejetée", "Rejected", "مرفوضة"},       {"LATE", "En retard", "Late", "متأخرة"},
    {"WAIVED", "Dispensée", "Waived", "معفاة"},
};

inline constexpr CodeLabels org_type[] = {
    {"ORG_AGENCY", "Agence immobilière", "Real-estate agency", "وكالة عقارية"},
    {"ORG_DEVELOPER", "Promoteur immobilier", "Property developer", "منعش عقاري"},
    {"ORG_COOP", "Coopérative d’habitat", "Housing co-operative", "تعاونية سكنية"},
};

inline constexpr CodeLabels org_status[] = {
    {"ORG_ACTIVE", "Active", "Active", "نشطة"},
    {"ORG_SUSPENDED", "Suspendue", "Suspended", "موقوفة"},
};

inline constexpr CodeLabels user_status[] = {
    {"USER_ACTIVE", "Actif", "Active", "نشط"},
    {"USER_DISABLED", "Désactivé", "Disabled", "معطّل"},
};

inline constexpr CodeLabels role[] = {
    {"ADMIN_ORG", "Administrateur", "Administrator", "مدير النظام"},
    {"MANAGER", "Responsable", "Manager", "مسؤول"},
    {"AGENT", "Agent", "Agent", "وكيل"},
    {"OWNER", "Propriétaire", "Owner", "مالك"},
    {"MODERATOR", "Modérateur", "Moderator", "مشرف"},
    {"COOP_MANAGER", "Gestionnaire de coopérative", "Co-op manager", "مسيّر التعاونية"},
    {"COOP_MEMBER", "Membre de coopérative", "Co-op member", "عضو التعاونية"},
    {"AUDITOR", "Auditeur", "Auditor", "مدقق"},
};

inline constexpr CodeLabels party_role[] = {
    {"BUYER", "Acquéreur", "Buyer", "مشترٍ"},    {"SELLER", "Vendeur", "Seller", "بائع"},
    {"TENANT", "Locataire", "Tenant", "مكترٍ"},  {"LANDLORD", "Bailleur", "Landlord", "مكرٍ"},
    {"OWNER", "Propriétaire", "Owner", "مالك"}, {"AGENT", "Agent", "Agent", "وكيل"},
    {"NOTARY", "Notaire", "Notary", "موثق"},    {"ATTORNEY", "Avocat", "Attorney", "محام"},
    {"LENDER", "Prêteur", "Lender", "مقرض"},    {"OTHER", "Autre partie", "Other party", "طرف آخر"},
};

}  // namespace atlas::detail
