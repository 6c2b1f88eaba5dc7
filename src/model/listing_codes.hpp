#pragma once
// Seeds: listings, appointments, moderation, consent, documents.

#include "code_labels.hpp"

namespace atlas::detail {

inline constexpr CodeLabels ann_status[] = {
    {"ANN_DRAFT", "Brouillon", "Draft", "مسودة"},
    {"ANN_PUBLISHED", "Publiée", "Published", "منشور"},
    {"ANN_SUSPENDED", "Suspendue", "Suspended", "معلّق"},
    {"ANN_ARCHIVED", "Archivée", "Archived", "مؤرشف"},
};

inline constexpr CodeLabels tx_type[] = {
    {"TX_SALE", "Vente", "Sale", "بيع"},
    {"TX_RENT", "Location", "Rent", "كراء"},
};

inline constexpr CodeLabels property_type[] = {
    {"PROP_APARTMENT", "Appartement", "Apartment", "شقة"},
    {"PROP_STUDIO", "Studio", "Studio", "استوديو"},
    {"PROP_HOUSE", "Maison", "House", "منزل"},
    {"PROP_VILLA", "Villa", "Villa", "فيلا"},
    {"PROP_RIAD", "Riad", "Riad", "رياض"},
    {"PROP_BUILDING", "Immeuble", "Building", "عمارة"},
    {"PROP_LAND", "Terrain", "Land", "أرض"},
    {"PROP_FARM", "Ferme", "Farm", "ضيعة"},
    {"PROP_OFFICE", "Bureau", "Office", "مكتب"},
    {"PROP_SHOP", "Local commercial", "Shop", "محل تجاري"},
    {"PROP_WAREHOUSE", "Entrepôt", "Warehouse", "مستودع"},
    {"PROP_PARKING", "Parking", "Parking space", "موقف سيارات"},
    {"PROP_OTHER", "Autre bien", "Other property", "عقار آخر"},
};

inline constexpr CodeLabels appoint_type[] = {
    {"APPOINT_VISIT", "Visite du bien", "Property visit", "زيارة العقار"},
    {"APPOINT_CALL", "Appel téléphonique", "Phone call", "مكالمة هاتفية"},
    {"APPOINT_OFFICE", "Rendez-vous à l’agence", "Meeting at the office", "موعد بالوكالة"},
    {"APPOINT_OWNER_VISIT", "Visite chez le propriétaire", "Visit to the owner", "زيارة المالك"},
    {"APPOINT_NOTARY", "Rendez-vous chez le notaire", "Meeting at the notary", "موعد عند الموثق"},
    {"APPOINT_SIGNING", "Signature", "Signing", "توقيع"},
    {"APPOINT_SITE", "Visite de chantier", "Site visit", "زيارة الورش"},
    {"APPOINT_VIDEO", "Visioconférence", "Video call", "مكالمة مرئية"},
};

inline constexpr CodeLabels appoint_status[] = {
    {"APPOINT_SCHEDULED", "Planifié", "Scheduled", "مبرمج"},
    {"APPOINT_DONE", "Effectué", "Done", "تم"},
    {"APPOINT_NO_SHOW", "Absence", "No-show", "غياب"},
    {"APPOINT_CANCELLED", "Annulé", "Cancelled", "ملغى"},
};

inline constexpr CodeLabels appoint_outcome[] = {
    {"OUTCOME_DONE", "Réalisé", "Done", "تم"},
    {"OUTCOME_CANCELLED", "Annulé", "Cancelled", "ملغى"},
    {"OUTCOME_RESCHEDULED", "Reporté", "Rescheduled", "مؤجل"},
    {"OUTCOME_NO_SHOW", "Absence", "No-show", "غياب"},
    {"OUTCOME_PARTIAL", "Partiellement réalisé", "Partly done", "تم جزئيا"},
    {"OUTCOME_OTHER", "Autre issue", "Other outcome", "نتيجة أخرى"},
};

inline constexpr CodeLabels appt_confirm_status[] = {
    {"APPT_PENDING", "En attente de confirmation", "Awaiting confirmation", "في انتظار التأكيد"},
    {"APPT_CONFIRMED", "Confirmé", "Confirmed", "مؤكد"},
    {"APPT_REJECTED", "Refusé", "Rejected", "مرفوض"},
    {"APPT_LATE", "Confirmation tardive", "Late", "تأكيد متأخر"},
    {"APPT_WAIVED", "Sans confirmation", "Waived", "دون تأكيد"},
};

inline constexpr CodeLabels mod_status[] = {
    {"MOD_PENDING", "En attente de modération", "Pending review", "في انتظار المراجعة"},
    {"MOD_APPROVED", "Approuvé", "Approved", "موافق عليه"},
    {"MOD_REJECTED", "Rejeté", "Rejected", "مرفوض"},
    {"MOD_SUSPENDED", "Suspendu", "Suspended", "معلّق"},
};

inline constexpr CodeLabels mod_reason[] = {
    {"MOD_SUSPECT_FRAUD", "Suspicion de fraude", "Suspected fraud", "اشتباه في احتيال"},
    {"MOD_ILLEGAL_CONTENT", "Contenu illicite", "Illegal content", "محتوى غير قانوني"},
    {"MOD_DUPLICATE_LISTING", "Annonce en double", "Duplicate listing", "إعلان مكرر"},
    {"MOD_OTHER", "Autre motif", "Other reason", "سبب آخر"},
};

inline constexpr CodeLabels report_reason[] = {
    {"REPORT_DUPLICATE", "Doublon", "Duplicate", "مكرر"},
    {"REPORT_FRAUD", "Fraude", "Fraud", "احتيال"},
    {"REPORT_WRONG_INFO", "Informations erronées", "Wrong information", "معلومات خاطئة"},
    {"REPORT_SPAM", "Contenu indésirable", "Spam", "محتوى مزعج"},
    {"REPORT_OTHER", "Autre motif", "Other reason", "سبب آخر"},
};

inline constexpr CodeLabels report_status[] = {
    {"REPORT_OPEN", "Ouvert", "Open", "مفتوح"},
    {"REPORT_IN_REVIEW", "En cours d’examen", "In review", "قيد المراجعة"},
    {"REPORT_CLOSED", "Clos", "Closed", "مغلق"},
};

inline constexpr CodeLabels consent_type[] = {
    {"CONSENT_CONTACT", "Être contacté au sujet de sa demande", "Contact about a request",
     "الاتصال بشأن الطلب"},
    {"CONSENT_MARKETING", "Recevoir des offres commerciales", "Marketing", "تلقي عروض تجارية"},
};

inline constexpr CodeLabels consent_source[] = {
    {"CONSENT_SRC_FORM", "Formulaire", "Form", "استمارة"},
    {"CONSENT_SRC_API", "Interface de programmation", "Programming interface", "واجهة برمجية"},
    {"CONSENT_SRC_IMPORT", "Importation", "Import", "استيراد"},
    {"CONSENT_SRC_WHATSAPP_INBOUND", "Message WhatsApp reçu", "Inbound WhatsApp message",
     "رسالة واتساب واردة"},
    {"CONSENT_SRC_SMS_INBOUND", "SMS reçu", "Inbound SMS", "رسالة نصية واردة"},
    {"CONSENT_SRC_PAPER", "Document papier", "Paper", "وثيقة ورقية"},
    {"CONSENT_SRC_DOUBLE_OPT_IN", "Double confirmation", "Double opt-in", "تأكيد مزدوج"},
};

inline constexpr CodeLabels media_type[] = {
    {"MEDIA_IMAGE", "Photo", "Photo", "صورة"},
    {"MEDIA_FLOORPLAN", "Plan", "Floor plan", "مخطط"},
    {"MEDIA_VIDEO", "Vidéo", "Video", "فيديو"},
    {"MEDIA_DOC", "Document", "Document", "وثيقة"},
};

inline constexpr CodeLabels doc_type[] = {
    {"DOC_PV", "Procès-verbal", "Minutes", "محضر"},
    {"DOC_CONTRACT", "Contrat", "Contract", "عقد"},
    {"DOC_PAYMENT_PROOF", "Justificatif de paiement", "Proof of payment", "إثبات الأداء"},
    {"DOC_IDENTITY", "Pièce d’identité", "Identity document", "وثيقة هوية"},
    {"DOC_DPE", "Diagnostic de performance énergétique", "Energy performance certificate",
     "تشخيص الأداء الطاقي"},
    {"DOC_ASBESTOS", "Diagnostic amiante", "Asbestos survey", "تشخيص الأميانت"},
    {"DOC_OTHER", "Autre document", "Other document", "وثيقة أخرى"},
};

inline constexpr CodeLabels pay_method[] = {
    {"PAY_METHOD_BANK_TRANSFER", "Virement bancaire", "Bank transfer", "تحويل بنكي"},
    {"PAY_METHOD_CASH", "Espèces", "Cash", "نقدا"},
    {"PAY_METHOD_CARD", "Carte bancaire", "Card", "بطاقة بنكية"},
    {"PAY_METHOD_CHECK", "Chèque", "Cheque", "شيك"},
    {"PAY_METHOD_OTHER", "Autre moyen", "Other means", "وسيلة أخرى"},
};

}  // namespace atlas::detail
