// Definitions and machines as boxes and arrows.

#include <algorithm>

#include "atlas/machines.hpp"
#include "atlas/workflow_operations.hpp"

namespace atlas::workflow {
namespace {

/// Inside double quotes, for both languages: codes are plain, tenants' texts need not be.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out + "\"";
}

/// A code of its own is told; `A__TO__B` says no more than the arrow.
std::string label_of(const Transition& t) {
  return t.code == t.from + "__TO__" + t.to || t.to == "@previous" ? "" : t.code;
}

}  // namespace

Picture picture_of(const Definition& d) {
  Picture p;
  p.name = d.case_type_code;
  for (const State& s : d.states) {
    if (s.initial) p.initial = s.code;
    p.boxes.push_back({s.code, s.terminal, s.category == "PAUSED"});
  }
  for (const Transition& t : d.transitions) {
    if (t.to != "@previous") {
      p.arrows.push_back({t.from, t.to, label_of(t), false});
      continue;
    }
    for (const Transition& in : d.transitions)
      if (in.to == t.from) p.arrows.push_back({t.from, in.from, label_of(t), true});
  }
  return p;
}

std::vector<MachineShown> compiled_machines() {
  std::vector<MachineShown> all;
  for (const machines::MachineInfo& info : machines::all()) {
    MachineShown m;
    m.name = info.name;
    m.initial = info.initial;
    for (const std::string_view end : machines::terminal_states(info.machine)) m.terminal.emplace_back(end);
    for (const machines::Transition& t : machines::transitions(info.machine))
      m.transitions.push_back({std::string(t.from), std::string(t.event), std::string(t.to)});
    all.push_back(std::move(m));
  }
  return all;
}

Picture picture_of(const MachineShown& m) {
  Picture p;
  p.name = m.name;
  p.initial = m.initial;
  const auto box = [&](const std::string& code) {
    const bool known =
        std::any_of(p.boxes.begin(), p.boxes.end(), [&](const Picture::Box& b) { return b.code == code; });
    const bool end = std::find(m.terminal.begin(), m.terminal.end(), code) != m.terminal.end();
    if (!known) p.boxes.push_back({code, end, false});
  };
  box(m.initial);
  for (const MachineStep& t : m.transitions) {
    box(t.from);
    box(t.to);
    p.arrows.push_back({t.from, t.to, t.event, false});
  }
  return p;
}

std::string to_dot(const Picture& p) {
  std::string out = "digraph " + quoted(p.name) + " {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n";
  for (const Picture::Box& b : p.boxes) {
    out += "  " + quoted(b.code);
    if (b.code == p.initial)
      out += " [penwidth=2]";
    else if (b.terminal)
      out += " [peripheries=2]";
    else if (b.paused)
      out += " [style=\"rounded,dashed\"]";
    out += ";\n";
  }
  for (const Picture::Arrow& a : p.arrows) {
    out += "  " + quoted(a.from) + " -> " + quoted(a.to);
    if (a.back)
      out += " [style=dashed]";
    else if (!a.label.empty())
      out += " [label=" + quoted(a.label) + "]";
    out += ";\n";
  }
  return out + "}\n";
}

std::string to_mermaid(const Picture& p) {
  std::string out = "stateDiagram-v2\n  direction LR\n  [*] --> " + p.initial + "\n";
  for (const Picture::Arrow& a : p.arrows) {
    out += "  " + a.from + " --> " + a.to;
    if (a.back)
      out += ": back";
    else if (!a.label.empty())
      out += ": " + a.label;
    out += "\n";
  }
  for (const Picture::Box& b : p.boxes)
    if (b.terminal) out += "  " + b.code + " --> [*]\n";
  return out;
}

}  // namespace atlas::workflow
