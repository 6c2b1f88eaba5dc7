// What an organisation's definitions may name: its codes, the facts of the entities that run on them.

#include <algorithm>

#include "atlas/context.hpp"
#include "atlas/workflow_effects.hpp"
#include "definitions.hpp"

namespace atlas::workflow {
namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 10 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Cuts the first name of a path off.
std::string_view first_of(std::string_view& path) {
  const auto dot = path.find('.');
  const std::string_view first = path.substr(0, dot);
  path = dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1);
  return first;
}

/// Is there something at `path` in what a field holds?
bool is_inside(const Field& f, std::string_view path) {
  if (path.empty() || f.kind == Kind::json) return true;
  if (f.kind == Kind::money) return path == "amount" || path == "currency";
  if (f.kind == Kind::text_list) return is_number(path);
  if (f.kind == Kind::object_list && !is_number(first_of(path))) return false;
  if (f.kind != Kind::object && f.kind != Kind::object_list) return false;
  if (path.empty()) return true;
  const Field* inner = f.nested()->find(first_of(path));
  return inner && !inner->has(internal) && is_inside(*inner, path);
}

bool is_fact(const EntityInfo& info, std::string_view path) {
  const std::string_view name = first_of(path);
  if (std::find(step_facts.begin(), step_facts.end(), name) != step_facts.end()) return true;
  if (info.facts.find(name) != info.facts.end()) return true;
  const Field* f = info.schema->find(name);
  return f && !f->has(internal) && is_inside(*f, path);
}

}  // namespace

std::vector<Finding> findings_of(Context& cx, const Definition& definition) {
  const auto is_code = [&](std::string_view dictionary, std::string_view code) {
    return cx.is_code(dictionary, code);
  };
  const auto& entities = cx.registry().entities();
  const auto it = entities.find(owner_kind_of(definition.case_type_code));
  const auto fact = [&](std::string_view path) { return is_fact(it->second, path); };
  const FunctionRef<bool(std::string_view)> known_fact(fact);
  Knowledge known{is_code};
  if (it != entities.end()) known.is_fact = &known_fact;
  // Templates belong to a room above; what is told of them here is a warning.
  const auto templates = entities.find("message_template");
  const auto written = [&](std::string_view code, std::string_view channel) {
    const EntityInfo& info = templates->second;
    bool found = false;
    std::shared_ptr<void> row;
    cx.scan(
        info,
        {.where =
             Predicate::all_of({Predicate::equals(info.column("code")->first, Value::text(code)),
                                Predicate::equals(info.column("channel_code")->first, Value::text(channel)),
                                Predicate::absent(info.column("archived_at")->first)}),
         .key = "by_code",
         .order = {{info.column("code")->first}},
         .limit = 1},
        false, [&]() -> void* { return (row = info.make()).get(); }, [&] { return !(found = true); });
    return found;
  };
  const FunctionRef<bool(std::string_view, std::string_view)> known_template(written);
  if (templates != entities.end()) known.is_template = &known_template;
  const auto* handlers = cx.registry().find_part<EffectHandlers>();
  const auto done = [&](std::string_view kind) { return handlers->find(kind) != nullptr; };
  const FunctionRef<bool(std::string_view)> known_done(done);
  if (handlers) known.is_done = &known_done;
  const auto entity = [&](std::string_view name) { return entities.find(name) != entities.end(); };
  const FunctionRef<bool(std::string_view)> known_entity(entity);
  known.is_entity = &known_entity;
  return findings_of(definition, known);
}

bool has_errors(const std::vector<Finding>& findings) noexcept {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& f) { return f.severity == "error"; });
}

}  // namespace atlas::workflow
