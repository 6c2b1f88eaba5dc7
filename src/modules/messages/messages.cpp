#include "atlas/messages.hpp"

#include <algorithm>
#include <map>

#include "atlas/activities.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/json.hpp"
#include "atlas/outbox_records.hpp"
#include "message_parts.hpp"

namespace atlas::messages {
namespace {

/// Steps that the timeline leaves out: the outbox's own going to and fro, all of it in the audit.
constexpr std::string_view quiet[] = {"message.sending", "message.held",     "message.retried",
                                      "message.updated", "message.reported", "message.settled",
                                      "outbox.alert"};

/// Mine when its dossier is, or its party.
void register_scopes(Registry& registry) {
  const EntityInfo& message = registry.entity(schema_of<Message>());
  struct Owner {
    unsigned column;
    TableId table;
    ScopeRule rule;
  };
  std::map<Scope, std::vector<Owner>> owners;
  for (const auto& [field, name] : {std::pair{"dossier_id", "dossier"}, std::pair{"party_id", "party"}}) {
    const EntityInfo& owner = registry.entity(name);
    for (const auto& [scope, rule] : owner.scopes)
      owners[scope].push_back({message.column(field)->first, owner.table, rule});
  }
  for (auto& [scope, all] : owners) {
    registry.scope("message", scope, [all = all](const Principal& p, const Access& a) {
      std::vector<Predicate> any;
      for (const Owner& owner : all) {
        Predicate theirs{.kind = Predicate::Kind::exists, .table = owner.table, .on = {{owner.column, 0}}};
        theirs.children.push_back(owner.rule(p, a));
        any.push_back(std::move(theirs));
      }
      return Predicate::any_of(std::move(any));
    });
  }
}

}  // namespace

void message_line(const ChangeView& change, AttachedRows& out) {
  if (change.schema != &schema_of<Message>()) return;
  const auto* after = change.after_as<Message>();
  if (!after || !after->dossier_id) return;
  if (std::find(std::begin(quiet), std::end(quiet), change.action) != std::end(quiet)) return;
  Activity a;
  a.dossier_id = *after->dossier_id;
  a.subject_id = after->subject_id;
  a.type_code = "ACT_MESSAGE_LOG";
  a.actor_kind = change.actor_kind;
  if (!change.actor_id.is_nil()) a.actor_id = change.actor_id;
  a.occurred_at = change.at;
  JsonWriter w(a.payload = "");
  w.begin_object()
      .key("event")
      .string(change.action)
      .key("message_id")
      .string(format_uuid(after->id))
      .key("direction")
      .string(after->direction)
      .key("channel_code")
      .string(after->channel_code);
  if (after->status_code) w.key("status_code").string(*after->status_code);
  if (after->template_code) w.key("template_code").string(*after->template_code);
  if (after->error_code) w.key("error_code").string(*after->error_code);
  if (after->call_outcome) w.key("call_outcome").string(*after->call_outcome);
  w.end_object();
  out.add(std::move(a));
}

void register_messages(Registry& registry) {
  registry.entity<Message>();
  registry.entity<OutboundMessage>();
  registry.entity<OutboundAttempt>();
  registry.entity<StrayReport>();
  registry.entity<SendingPace>();
  registry.entity<OutboxHour>();
  register_scopes(registry);
  registry.attach(message_line);
  register_sending(registry);
  register_conversation(registry);
  register_rule_queue(registry);
}

}  // namespace atlas::messages
