// The end of a world: every message has come to one of its ends, and it is the right one.

#include <algorithm>

#include "judge.hpp"

namespace atlas::simulation::post {
namespace {

int rank(std::string_view state) {
  if (state == "SENT" || state == "sent" || state == "queued") return 3;
  if (state == "FAILED" || state == "failed") return 4;
  if (state == "DELIVERED" || state == "delivered") return 5;
  if (state == "READ" || state == "read") return 6;
  return 0;
}

/// Where an entry of the audit leaves a message; "" = where it was.
std::string_view state_after(std::string_view action) {
  static constexpr std::pair<std::string_view, std::string_view> states[] = {
      {"message.queued", "QUEUED"},       {"message.held", "QUEUED"},
      {"message.retried", "QUEUED"},      {"message.resent", "QUEUED"},
      {"message.sending", "SENDING"},     {"message.sent", "SENT"},
      {"message.delivered", "DELIVERED"}, {"message.read", "READ"},
      {"message.failed", "FAILED"},       {"message.cancelled", "CANCELLED"},
      {"BLOCKED_BY_POLICY", "CANCELLED"}, {"message.uncertain", "UNCERTAIN"}};
  for (const auto& [what, state] : states)
    if (what == action) return state;
  return {};
}

}  // namespace

void Judge::judge_end(const Letter& l) const {
  const auto wrong = [&](const std::string& what) {
    std::string told;
    for (const std::string& action : l.told) told += " " + action;
    fail("ends", "message " + format_uuid(l.id) + " (" + l.ask.channel + ") ended " + l.status + ": " + what +
                     "\ntold:" + told);
  };
  // What the providers know of it, as far as they could tell the library.
  int told = 0, asked = 0;
  bool taken = false, reports = false;
  for (const Handed& h : provider_.log) {
    if (h.token != format_uuid(l.id) || !(h.taken || h.again)) continue;
    taken = true;
    // What it told when it was asked the library may have had reasons not to believe.
    asked = std::max(asked, rank(h.told));
    const bool named = std::any_of(l.attempts.begin(), l.attempts.end(),
                                   [&](const Attempt& a) { return a.named == h.named; });
    if (h.answer == "accepted" && named) told = std::max(told, 3);
    if (!named && !h.tells_token) continue;
    for (const std::string& state : h.reports) told = std::max(told, rank(state)), reports = true;
  }
  if (l.status == "QUEUED" || l.status == "SENDING" || l.status == "LEASED") wrong("it never ends");
  if (l.status == "CANCELLED") {
    // Stopped before it was tried again: what became of the first attempt nobody knew.
    const bool unsure = std::find(l.told.begin(), l.told.end(), "message.uncertain") != l.told.end();
    if (taken && !unsure) wrong("but the provider has it");
  } else if (l.status == "UNCERTAIN") {
    if (told > 0) wrong("but the provider has told what became of it");
  } else if (l.status == "FAILED") {
    if (told > 4) wrong("but the provider has delivered it");
  } else {
    if (!taken) wrong("but the provider never had it");
    // That an earlier attempt failed says nothing of the one that an operator asked for.
    const bool anew = l.resends > 0 && l.status == "SENT";
    const bool by_answer = rank(l.status) > told && rank(l.status) <= asked;
    if (rank(l.status) != told && !by_answer && !(told == 4 && (anew || rank(l.status) > 4)))
      wrong("but what the provider told is of rank " + std::to_string(told));
  }
  if (l.status == "SENT" && reports && l.resends == 0 && told > 3) wrong("but the provider tells more");

  std::string state;
  std::size_t sendings = 0;
  for (const std::string& action : l.told) {
    if (const auto next = state_after(action); !next.empty()) state = next;
    if (action == "message.sending") ++sendings;
  }
  const auto say = [&](const std::string& what) {
    fail("audit", "message " + format_uuid(l.id) + " is " + l.status + ", and the audit " + what);
  };
  if (state != l.status) say("leaves it " + state);
  if (sendings != l.attempts.size()) say("has another number of starts");
}

void Judge::judge_ends() const {
  for (const auto& [id, l] : letters) judge_end(l);
}

}  // namespace atlas::simulation::post
