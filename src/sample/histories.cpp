// What an agency did with its leads: the workflow CRM_LEAD_BUY as it goes in life, with notes and tasks.

#include "people.hpp"
#include "twins.hpp"

namespace atlas::sample {
namespace {

/// From a state: where to, how often in a thousand. What is left stays there.
struct Way {
  std::string_view from, to;
  std::uint32_t weight;
};
constexpr Way ways[] = {
    {"CRM_NEW", "CRM_CONTACTED", 900},
    {"CRM_NEW", "CRM_CLOSED_LOST", 50},
    {"CRM_CONTACTED", "CRM_QUALIFIED", 660},
    {"CRM_CONTACTED", "CRM_CLOSED_LOST", 190},
    {"CRM_QUALIFIED", "CRM_VISIT_PLANNED", 680},
    {"CRM_QUALIFIED", "CRM_ON_HOLD", 80},
    {"CRM_QUALIFIED", "CRM_CLOSED_LOST", 120},
    {"CRM_VISIT_PLANNED", "CRM_VISIT_DONE", 720},
    {"CRM_VISIT_PLANNED", "CRM_NO_SHOW", 150},
    {"CRM_NO_SHOW", "CRM_FOLLOW_UP", 700},
    {"CRM_NO_SHOW", "CRM_CLOSED_LOST", 250},
    {"CRM_FOLLOW_UP", "CRM_VISIT_PLANNED", 500},
    {"CRM_FOLLOW_UP", "CRM_CLOSED_LOST", 350},
    {"CRM_VISIT_DONE", "CRM_OFFER_REQUESTED", 420},
    {"CRM_VISIT_DONE", "CRM_CLOSED_LOST", 430},
    {"CRM_OFFER_REQUESTED", "CRM_OFFER_RECEIVED", 650},
    {"CRM_OFFER_REQUESTED", "CRM_CLOSED_LOST", 150},
    {"CRM_OFFER_RECEIVED", "CRM_NEGOTIATION", 800},
    {"CRM_NEGOTIATION", "CRM_COUNTER_OFFER", 250},
    {"CRM_NEGOTIATION", "CRM_SIGNING_SCHEDULED", 450},
    {"CRM_NEGOTIATION", "CRM_CLOSED_LOST", 200},
    {"CRM_COUNTER_OFFER", "CRM_NEGOTIATION", 850},
    {"CRM_SIGNING_SCHEDULED", "CRM_CLOSED_WON", 850},
    {"CRM_SIGNING_SCHEDULED", "CRM_CLOSED_LOST", 50},
};

constexpr std::string_view loss_reasons[] = {
    "PRICE_TOO_HIGH", "NO_RESPONSE",          "NOT_INTERESTED",        "COMPETITOR",        "FINANCING_ISSUE",
    "NO_RESPONSE",    "PROPERTY_UNAVAILABLE", "REQUIREMENTS_MISMATCH", "TIMELINE_TOO_LONG", "OTHER"};
constexpr std::string_view won_reasons[] = {"SIGNED", "SOLD", "RESERVED", "DEPOSIT_PAID"};

/// The state after `from`; empty: it stays.
std::string_view next_state(std::string_view from, Dice& dice) {
  std::uint32_t roll = dice.below(1000);
  for (const Way& way : ways) {
    if (way.from != from) continue;
    if (roll < way.weight) return way.to;
    roll -= way.weight;
  }
  return {};
}

Step step_at(Timestamp at, std::string_view operation) {
  Step step;
  step.at = at;
  step.operation = operation;
  return step;
}

}  // namespace

std::vector<Step> Agency::history(const Lead& lead) const {
  std::vector<Step> steps;
  Dice dice(plan_.seed, Stream::history, lead.number);
  if (is_same(lead.twin) || !lead.reachable || !dice.chance(400)) return steps;

  constexpr std::size_t most = 24;
  Timestamp now = lead.received_at;
  const auto later = [&](std::int64_t hours) {
    now = now + dice.between(3600, hours * 3600) * micros_per_second;
  };
  for (std::string_view state = "CRM_NEW"; steps.size() < most;) {
    const std::string_view next = next_state(state, dice);
    if (next.empty()) break;
    later(state == "CRM_NEW" ? 30 : 120);
    Step move = step_at(now, "dossiers.transition");
    move.to = next;
    if (next == "CRM_CLOSED_LOST")
      move.reason_code = dice.pick(std::span<const std::string_view>(loss_reasons));
    if (next == "CRM_CLOSED_WON")
      move.reason_code = dice.pick(std::span<const std::string_view>(won_reasons));
    steps.push_back(std::move(move));
    // What is noted on closing would only repeat the reason.
    if (next.starts_with("CRM_CLOSED")) break;
    if (dice.chance(350)) {
      later(3);
      Step note = step_at(now, "dossiers.add_note");
      note.text = dice.pick(agent_notes(next));
      steps.push_back(std::move(note));
    }
    if (dice.chance(200)) {
      Step task = step_at(now, "dossiers.add_task");
      const std::string_view form = dice.pick(agent_tasks(next));
      task.category_code = spelling(form, 0);
      task.text = spelling(form, 1);
      task.due_at = now + dice.between(1, 10) * micros_per_day;
      steps.push_back(std::move(task));
    }
    state = next;
  }
  return steps;
}

}  // namespace atlas::sample
