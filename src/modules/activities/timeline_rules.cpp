#include "timeline_rules.hpp"

#include "atlas/activities.hpp"
#include "atlas/appointments.hpp"
#include "atlas/consent.hpp"
#include "atlas/documents.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"

namespace atlas::activities {
namespace {

Activity line_of(const ChangeView& change, const Uuid& dossier, std::string_view type) {
  Activity a;
  a.dossier_id = dossier;
  a.type_code = type;
  a.actor_kind = change.actor_kind;
  if (!change.actor_id.is_nil()) a.actor_id = change.actor_id;
  a.occurred_at = change.at;
  return a;
}

std::string event_payload(std::string_view action, std::string_view more = "") {
  std::string payload = R"({"event":)" + json_string(action);
  if (more.size() > 2)
    payload.append(",").append(more.substr(1));
  else
    payload += "}";
  return payload;
}

void dossier_line(const ChangeView& change, AttachedRows& out) {
  const auto* before = change.before_as<Dossier>();
  const auto* after = change.after_as<Dossier>();
  const bool stepped = change.action == "dossier.status_changed";
  if (before && after && (stepped || before->status_code != after->status_code)) {
    Activity a = line_of(change, change.entity_id, "ACT_STATUS_CHANGE");
    JsonWriter(a.payload = "")
        .begin_object()
        .key("from")
        .string(before->status_code)
        .key("to")
        .string(after->status_code)
        .end_object();
    out.add(std::move(a));
    return;
  }
  // An edit of fields is in the audit; the timeline tells what people act upon.
  if (change.action == "dossier.updated") return;
  Activity a = line_of(change, change.entity_id, "ACT_SYSTEM");
  a.payload = event_payload(change.action, change.payload);
  if (change.action == "dossier.assigned" && after) {
    std::string payload = R"({"event":"dossier.assigned","user_id":)";
    payload += after->assigned_to_user_id ? json_string(format_uuid(*after->assigned_to_user_id)) : "null";
    a.payload = payload + "}";
  }
  out.add(std::move(a));
}

void task_line(const ChangeView& change, AttachedRows& out) {
  const auto* before = change.before_as<Task>();
  const auto* after = change.after_as<Task>();
  if (!after || (before && before->status_code == after->status_code)) return;
  Activity a = line_of(change, after->dossier_id, "ACT_TASK");
  a.subject_id = after->subject_id;
  JsonWriter(a.payload = "")
      .begin_object()
      .key("task_id")
      .string(format_uuid(after->id))
      .key("category_code")
      .string(after->category_code)
      .key("status_code")
      .string(after->status_code)
      .end_object();
  out.add(std::move(a));
}

/// A new appointment, or a step; who comes and where stays out.
void appointment_line(const ChangeView& change, AttachedRows& out) {
  const auto* before = change.before_as<Appointment>();
  const auto* after = change.after_as<Appointment>();
  // An edit of fields is in the audit.
  if (!after || change.action == "appointment.updated") return;
  Activity a = line_of(change, after->dossier_id, "ACT_APPOINTMENT_LOG");
  a.subject_id = after->subject_id;
  JsonWriter w(a.payload = "");
  w.begin_object()
      .key("event")
      .string(change.action)
      .key("appointment_id")
      .string(format_uuid(after->id))
      .key("type_code")
      .string(after->type_code)
      .key("status_code")
      .string(after->status_code)
      .key("confirm_status_code")
      .string(after->confirm_status_code)
      .key("starts_at")
      .string(format_timestamp(after->starts_at));
  if (before && before->starts_at != after->starts_at)
    w.key("moved_from").string(format_timestamp(before->starts_at));
  if (after->outcome_code) w.key("outcome_code").string(*after->outcome_code);
  w.end_object();
  out.add(std::move(a));
}

/// A new version, or one that leaves the lists. What a document is called stays out: it may be personal.
void document_line(const ChangeView& change, AttachedRows& out) {
  const auto* before = change.before_as<Document>();
  const auto* after = change.after_as<Document>();
  if (!after || after->owner_kind != "dossier") return;
  if (before && (before->archived_at || !after->archived_at)) return;
  Activity a = line_of(change, after->owner_id, "ACT_DOCUMENT_LOG");
  a.subject_id = after->subject_id;
  JsonWriter(a.payload = "")
      .begin_object()
      .key("event")
      .string(change.action)
      .key("document_id")
      .string(format_uuid(after->id))
      .key("type_code")
      .string(after->type_code)
      .key("document_version")
      .number(after->document_version)
      .end_object();
  out.add(std::move(a));
}

/// What a consent became; the address and the proof stay in the ledger.
void consent_line(const ChangeView& change, AttachedRows& out) {
  const auto* after = change.after_as<Consent>();
  if (!after || !after->dossier_id) return;
  Activity a = line_of(change, *after->dossier_id, "ACT_SYSTEM");
  a.subject_id = after->subject_id;
  JsonWriter(a.payload = "")
      .begin_object()
      .key("event")
      .string(change.action)
      .key("consent_id")
      .string(format_uuid(after->id))
      .key("channel_code")
      .string(after->channel_code)
      .key("purpose_code")
      .string(after->purpose_code)
      .key("state")
      .string(after->state)
      .end_object();
  out.add(std::move(a));
}

}  // namespace

void timeline_line(const ChangeView& change, AttachedRows& out) {
  // A merge is told once, on the record that remains.
  if (change.action.ends_with(".repointed")) return;
  if (change.schema == &schema_of<Dossier>())
    dossier_line(change, out);
  else if (change.schema == &schema_of<Task>())
    task_line(change, out);
  else if (change.schema == &schema_of<Appointment>())
    appointment_line(change, out);
  else if (change.schema == &schema_of<Document>())
    document_line(change, out);
  else if (change.schema == &schema_of<Consent>())
    consent_line(change, out);
  else if (change.schema == &schema_of<PartyLink>() && change.after) {
    const auto* link = change.after_as<PartyLink>();
    Activity a = line_of(change, link->dossier_id, "ACT_SYSTEM");
    a.payload = R"({"event":"dossier.party_linked","party_id":)" + json_string(format_uuid(link->party_id)) +
                R"(,"role_code":)" + json_string(link->role_code) + "}";
    out.add(std::move(a));
  }
}

}  // namespace atlas::activities
