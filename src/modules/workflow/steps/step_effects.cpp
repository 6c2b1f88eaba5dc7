#include "step_effects.hpp"

#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "atlas/message_queue.hpp"
#include "guards.hpp"
#include "nudges.hpp"

namespace atlas::workflow {
namespace {

const EffectHandler& handler_of(const TransitionEffect& effect, const EffectHandlers& handlers) {
  const EffectHandler* handler = handlers.find(effect.kind_code);
  if (handler) return *handler;
  throw Error(ErrorCode::not_supported, "this build cannot do an effect of the transition")
      .with("kind_code", effect.kind_code);
}

bool is_kept_for_later(const TransitionEffect& effect) { return effect.kind_code == "SCHEDULE_NUDGE"; }

void emit_event(Context& cx, const StepTaken& step, const TransitionEffect& effect, std::string_view) {
  if (effect.event_type) cx.note(*step.owner, step.owner_id, step.subject_id, *effect.event_type);
}

/// A message that cannot leave does not hold up the step; the timeline says so.
void queue_message(Context& cx, const StepTaken& step, const TransitionEffect& effect, std::string_view) {
  const std::string purpose = effect.purpose_code.value_or("CONSENT_CONTACT");
  const std::string cause = "step:" + format_uuid(step.change_id) + ":" + effect.template_code.value_or("");
  MessageOrder order{.dossier_id = step.owner_id,
                     .template_code = effect.template_code ? std::string_view(*effect.template_code) : "",
                     .channel_code = effect.channel_code ? std::string_view(*effect.channel_code) : "",
                     .purpose_code = purpose,
                     .not_before = {},
                     .cause = cause};
  if (const auto delay = parse_duration(effect.delay.value_or(""))) order.not_before = step.at + *delay;
  MessageTaken taken{.message_id = {}, .refusal = "unavailable"};
  if (const MessageQueue* queue = cx.registry().message_queue()) {
    if (const auto error = cx.tried([&] { taken = queue->queue(cx, order); }))
      taken = {.message_id = {}, .refusal = std::string(error_info(error->code()).text)};
  }
  if (taken.message_id) return;
  std::string payload;
  JsonWriter(payload)
      .begin_object()
      .key("template_code")
      .string(order.template_code)
      .key("channel_code")
      .string(order.channel_code)
      .key("reason")
      .string(taken.refusal)
      .end_object();
  cx.note(*step.owner, step.owner_id, step.subject_id, std::string(step.owner->name) + ".message_not_queued",
          std::move(payload));
}

/// The next step waits for the document by itself; see required_documents. With a title somebody is asked to
/// get it.
void require_document(Context& cx, const StepTaken& step, const TransitionEffect& effect,
                      const EffectHandlers& handlers) {
  if (!effect.title || !effect.document_type_code) return;
  const EntityInfo& info = cx.registry_entity(*step.owner);
  const auto documents = cx.fact_of(info, "documents", step.record);
  if (documents && Json::parse(*documents).contains(*effect.document_type_code)) return;
  TransitionEffect task;
  task.kind_code = "CREATE_TASK";
  task.title = effect.title;
  task.category_code = "REQUEST_DOCS";
  task.delay = effect.delay;
  handler_of(task, handlers).run(cx, step, task, "");
}

}  // namespace

void EffectHandlers::add(std::string kind, EffectHandler handler) {
  const auto [it, fresh] = all_.emplace(std::move(kind), std::move(handler));
  if (!fresh) throw Error(ErrorCode::internal, "two rooms do the same effect").with("kind_code", it->first);
}

const EffectHandler* EffectHandlers::find(std::string_view kind) const noexcept {
  const auto it = all_.find(kind);
  return it == all_.end() ? nullptr : &it->second;
}

Given part_fields(const std::string& fields, const Transition& transition, const EffectHandlers& handlers) {
  Given given;
  if (fields.empty() || fields == "{}") return given;
  Json own = Json::parse(fields);
  for (const TransitionEffect& effect : transition.effects) {
    const EffectHandler* handler = handlers.find(effect.kind_code);
    if (!handler || handler->takes.empty()) continue;
    const auto it = own.find(handler->takes);
    if (it == own.end()) continue;
    given.taken.emplace(handler->takes, it->dump());
    own.erase(it);
  }
  if (!own.empty()) given.own = own.dump();
  return given;
}

bool run_first(Context& cx, const StepTaken& step, const Transition& transition, const Given& given,
               const EffectHandlers& handlers) {
  bool ran = false;
  for (const TransitionEffect& effect : transition.effects) {
    const EffectHandler* handler = handlers.find(effect.kind_code);
    if (!handler || handler->takes.empty()) continue;
    const auto it = given.taken.find(handler->takes);
    if (it == given.taken.end()) continue;
    try {
      handler->run(cx, step, effect, it->second);
    } catch (const Error& e) {
      throw moved_under(e, "/fields/" + handler->takes);
    }
    ran = true;
  }
  return ran;
}

void attach_later(Context& cx, const StepTaken& step, const Transition& transition, AttachedRows& rows) {
  for (const TransitionEffect& effect : transition.effects)
    if (is_kept_for_later(effect)) schedule_nudge(cx, step, effect, rows);
}

void run_after(Context& cx, const StepTaken& step, const Transition& transition,
               const EffectHandlers& handlers) {
  for (const TransitionEffect& effect : transition.effects) {
    if (is_kept_for_later(effect)) continue;
    const EffectHandler& handler = handler_of(effect, handlers);
    if (handler.takes.empty()) handler.run(cx, step, effect, "");
  }
}

Error moved_under(const Error& error, std::string_view prefix) {
  std::vector<FieldError> fields = error.fields();
  for (FieldError& f : fields) f.path.insert(0, prefix);
  Error moved(error.code(), error.message());
  static_cast<void>(std::move(moved).fields(std::move(fields)));
  for (const Error::Detail& d : error.details()) static_cast<void>(std::move(moved).with_json(d.key, d.json));
  return moved;
}

void register_effects(Registry& registry) {
  registry.part<GuardBook>();
  auto& handlers = registry.part<EffectHandlers>();
  handlers.add("EMIT_EVENT", {.run = emit_event});
  handlers.add("QUEUE_MESSAGE", {.run = queue_message});
  handlers.add("REQUIRE_DOCUMENT",
               {.run = [&handlers](Context& cx, const StepTaken& step, const TransitionEffect& effect,
                                   std::string_view) { require_document(cx, step, effect, handlers); }});
  // What it brings about comes later: see attach_later.
  handlers.add("SCHEDULE_NUDGE",
               {.run = [](Context&, const StepTaken&, const TransitionEffect&, std::string_view) {}});
  register_nudges(registry);
}

}  // namespace atlas::workflow
