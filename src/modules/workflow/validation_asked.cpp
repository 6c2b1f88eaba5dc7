// What is wrong with what a transition asks for and brings about.

#include <algorithm>

#include "atlas/time.hpp"
#include "own_events.hpp"
#include "validation.hpp"

namespace atlas::workflow {
namespace {

/// Where a member of an effect comes from.
enum class Takes : std::uint8_t { no, may, must };
struct Parameter {
  const char* name;
  std::optional<std::string> TransitionEffect::*member;
  /// In the order of effect_kinds.
  std::array<Takes, effect_kinds.size()> by_kind;
};
constexpr Takes N = Takes::no, O = Takes::may, R = Takes::must;
// clang-format off
constexpr std::array<Parameter, 10> parameters{{
    // task, nudge, document, event, message; new, moved, cancelled appointment
    {"title",                 &TransitionEffect::title,                 {O, O, O, N, N, N, N, N}},
    {"category_code",         &TransitionEffect::category_code,         {O, O, N, N, N, N, N, N}},
    {"delay",                 &TransitionEffect::delay,                 {O, R, O, N, O, N, N, N}},
    {"assign_to",             &TransitionEffect::assign_to,             {O, O, O, N, N, N, N, N}},
    {"document_type_code",    &TransitionEffect::document_type_code,    {N, N, R, N, N, N, N, N}},
    {"event_type",            &TransitionEffect::event_type,            {N, N, N, R, N, N, N, N}},
    {"template_code",         &TransitionEffect::template_code,         {N, N, N, N, R, N, N, N}},
    {"channel_code",          &TransitionEffect::channel_code,          {N, N, N, N, R, N, N, N}},
    {"purpose_code",          &TransitionEffect::purpose_code,          {N, N, N, N, O, N, N, N}},
    {"appointment_type_code", &TransitionEffect::appointment_type_code, {N, N, N, N, N, R, N, N}},
}};
// clang-format on

/// "qualification.notes": names between dots.
bool is_path(std::string_view path) {
  return !path.empty() && path.size() <= 128 && path.front() != '.' && path.back() != '.' &&
         path.find("..") == std::string_view::npos && std::all_of(path.begin(), path.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                  c == '.';
         });
}

bool is_event_type(std::string_view type) {
  return is_path(type) && type.find('.') != std::string_view::npos && type.size() <= 64 &&
         std::all_of(type.begin(), type.end(), [](char c) { return c < 'A' || c > 'Z'; });
}

class Asked {
 public:
  Asked(const Transition& t, const std::string& path, const Knowledge& known, Findings& out)
      : t_(t), path_(path), known_(known), out_(out) {}

  void needs() {
    for (std::size_t i = 0; i < t_.needs.size(); ++i) {
      const std::string path = path_ + "/needs/" + std::to_string(i);
      const std::string_view fact = std::string_view(t_.needs[i]).substr(0, t_.needs[i].find('='));
      if (!is_path(fact) || t_.needs[i].size() > 200)
        out_.error("bad_need", path, "a path of names, perhaps with = and a value");
      else if (known_.is_fact && !(*known_.is_fact)(fact))
        out_.error("unknown_fact", path, "no fact is called so: " + std::string(fact));
    }
  }

  void effects() {
    for (std::size_t i = 0; i < t_.effects.size(); ++i)
      effect(t_.effects[i], path_ + "/effects/" + std::to_string(i));
  }

 private:
  void effect(const TransitionEffect& e, const std::string& path) {
    const auto kind = std::find(effect_kinds.begin(), effect_kinds.end(), e.kind_code);
    if (kind == effect_kinds.end()) {
      out_.error("unknown_effect", path + "/kind_code", e.kind_code + " is no effect");
      return;
    }
    if (known_.is_done && !(*known_.is_done)(e.kind_code))
      out_.error("effect_unavailable", path + "/kind_code", "nothing here does " + e.kind_code);
    const auto at = static_cast<std::size_t>(kind - effect_kinds.begin());
    for (const Parameter& p : parameters) {
      const auto& value = e.*p.member;
      if (value && p.by_kind[at] == Takes::no)
        wrong(path, p.name, "no parameter of " + e.kind_code);
      else if (!value && p.by_kind[at] == Takes::must)
        wrong(path, p.name, e.kind_code + " needs it");
    }
    code(path, "category_code", "TASK_CATEGORY", e.category_code);
    code(path, "document_type_code", "DOC_TYPE", e.document_type_code);
    code(path, "channel_code", "CHANNEL_TYPE", e.channel_code);
    if (e.channel_code == "CHAN_PHONE") wrong(path, "channel_code", "nothing is written on the telephone");
    code(path, "purpose_code", "CONSENT_TYPE", e.purpose_code);
    code(path, "appointment_type_code", "APPOINT_TYPE", e.appointment_type_code);
    if (e.assign_to && std::find(assignees.begin(), assignees.end(), *e.assign_to) == assignees.end())
      wrong(path, "assign_to", "ASSIGNEE, ACTOR or NOBODY");
    if (e.title && (trimmed(*e.title).empty() || e.title->size() > 800))
      wrong(path, "title", "1 to 200 characters");
    if (e.event_type && !is_event_type(*e.event_type))
      wrong(path, "event_type", "small letters with a dot between, such as dossier.demo_won");
    else if (e.event_type && is_own_event(*e.event_type, known_.is_entity))
      out_.error("reserved_event", path + "/event_type", *e.event_type + " is an event of the library's own");
    if (e.delay) {
      const auto delay = parse_duration(*e.delay);
      if (!delay || *delay < 0 || *delay > 366 * micros_per_day)
        wrong(path, "delay", "an ISO 8601 duration of at most a year");
    }
    if (e.template_code && (trimmed(*e.template_code).empty() || e.template_code->size() > 256))
      wrong(path, "template_code", "1 to 64 characters");
    else if (e.template_code && e.channel_code && known_.is_template &&
             !(*known_.is_template)(*e.template_code, *e.channel_code))
      out_.warning("unknown_template", path + "/template_code",
                   "there is no such template on the channel yet");
  }

  void code(const std::string& path, const char* name, std::string_view dictionary,
            const std::optional<std::string>& value) {
    if (value && !known_.is_code(dictionary, *value))
      out_.error("unknown_code", path + "/" + name, *value + " is no code of " + std::string(dictionary));
  }
  void wrong(const std::string& path, const char* name, std::string message) {
    out_.error("effect_parameter", path + "/" + name, std::move(message));
  }
  static std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
  }

  const Transition& t_;
  const std::string& path_;
  const Knowledge& known_;
  Findings& out_;
};

}  // namespace

void check_asked(const Transition& transition, const State* to, const std::string& path,
                 const Knowledge& known, Findings& out) {
  Asked asked(transition, path, known, out);
  asked.needs();
  check_guard(transition, to, path, known, out);
  asked.effects();
}

}  // namespace atlas::workflow
