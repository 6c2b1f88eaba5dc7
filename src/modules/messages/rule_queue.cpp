// Messages that rules ask for: a step of a workflow names a template, and the dossier fills it.

#include <nlohmann/json.hpp>

#include "atlas/accepting.hpp"
#include "atlas/dossiers.hpp"
#include "atlas/message_queue.hpp"
#include "atlas/templates.hpp"
#include "message_parts.hpp"

namespace atlas::messages {
namespace {

std::vector<MessageTemplate> templates_of(Context& cx, const MessageOrder& order) {
  auto all = cx.all<MessageTemplate>();
  return all.where({.where = Predicate::all_of(
                        {Predicate::equals(all.column("code"), Value::text(order.template_code)),
                         Predicate::equals(all.column("channel_code"), Value::text(order.channel_code)),
                         Predicate::absent(all.column("archived_at"))}),
                    .key = "by_code",
                    .limit = 20});
}

/// What the template asks for by name, from the dossier's own fields.
std::string variables_for(Context& cx, const MessageTemplate& t, const Dossier& d) {
  const auto schema = nlohmann::json::parse(t.variables, nullptr, false);
  const auto facts = nlohmann::json::parse(cx.facts_of(d), nullptr, false);
  nlohmann::json variables = nlohmann::json::object();
  if (!schema.is_object() || !schema.contains("properties") || !facts.is_object()) return "{}";
  for (const auto& [name, unused] : schema["properties"].items()) {
    const auto it = facts.find(name);
    if (it != facts.end() && !it->is_null()) variables[name] = *it;
  }
  return variables.dump();
}

/// What forbids a message, and is an answer to a rule; anything else is a fault, and thrown.
std::optional<std::string> refusal_of(const Error& e) {
  switch (e.code()) {
    case ErrorCode::consent_missing:
    case ErrorCode::consent_withdrawn:
    case ErrorCode::consent_expired:
    case ErrorCode::objected:
    case ErrorCode::outside_session_window:
    case ErrorCode::frequency_cap:
    case ErrorCode::template_invalid:
      return std::string(error_info(e.code()).text);
    case ErrorCode::invalid_argument:
    case ErrorCode::conflict:
    case ErrorCode::not_found: {
      // {"reason": "no_address"} and its kin.
      const auto reason = e.detail("reason");
      if (!reason || reason->size() < 2) return std::string(error_info(e.code()).text);
      return std::string(reason->substr(1, reason->size() - 2));
    }
    default:
      return std::nullopt;
  }
}

class RuleQueue final : public MessageQueue {
 public:
  MessageTaken queue(Context& cx, const MessageOrder& order) const override {
    const auto dossier = cx.all<Dossier>().find(order.dossier_id);
    if (!dossier) return {std::nullopt, "not_found"};
    const auto known = templates_of(cx, order);
    if (known.empty()) return {std::nullopt, "unknown_template"};
    Send in;
    in.dossier_id = order.dossier_id;
    in.channel_code = order.channel_code;
    in.purpose_code = order.purpose_code;
    in.template_code = std::string(order.template_code);
    in.variables = variables_for(cx, known.front(), *dossier);
    in.not_before = order.not_before;
    try {
      const Sent sent = accept(cx, in, {.cause = std::string(order.cause)});
      return {sent.message->id, {}};
    } catch (const Error& e) {
      if (auto refusal = refusal_of(e)) return {std::nullopt, std::move(*refusal)};
      throw;
    }
  }

  void object(Context& cx, const MessageOrder& order, std::vector<std::string>& out) const override {
    if (!cx.knows_code("CHANNEL_TYPE", order.channel_code) || order.channel_code == "CHAN_PHONE")
      out.push_back("no messages are sent on the channel " + std::string(order.channel_code));
    if (!cx.knows_code("CONSENT_TYPE", order.purpose_code))
      out.push_back("there is no purpose " + std::string(order.purpose_code));
    if (templates_of(cx, order).empty())
      out.push_back("there is no template " + std::string(order.template_code) + " on this channel");
  }
};

}  // namespace

void register_rule_queue(Registry& registry) { registry.message_queue(std::make_unique<RuleQueue>()); }

}  // namespace atlas::messages
