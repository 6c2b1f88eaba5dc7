// The definitions that every organisation starts with.

#include <map>

#include "atlas/workflow.hpp"

namespace atlas::workflow {
namespace {

const std::vector<std::string> crm_roles{"ADMIN_ORG", "MANAGER", "AGENT"};

/// Builds a definition the way the domain writes it: a nominal path, side branches, ways to lose.
class Builder {
 public:
  explicit Builder(std::string case_type) { d_.case_type_code = std::move(case_type); }

  Builder& path(std::initializer_list<const char*> codes) {
    const char* before = nullptr;
    for (const char* code : codes) {
      state(code);
      if (before) step(before, code);
      before = code;
    }
    return *this;
  }
  Builder& both_ways(const char* a, const char* b) {
    state(a), state(b);
    return step(a, b).step(b, a);
  }
  /// Pauses `a`; going on leads back to where it was.
  Builder& on_hold(const char* a) {
    state("CRM_ON_HOLD").category = "PAUSED";
    step(a, "CRM_ON_HOLD");
    d_.transitions.push_back({"CRM_ON_HOLD__TO__PREVIOUS", "CRM_ON_HOLD", "@previous", crm_roles, {}});
    return *this;
  }
  Builder& won(const char* code) { return end(code, "WON", "WON_REASON"); }
  /// Lost from every other state that is not terminal.
  Builder& lost_from_anywhere(const char* code) {
    end(code, "LOST", "LOSS_REASON");
    std::vector<std::string> open;
    for (const State& s : d_.states)
      if (!s.terminal) open.push_back(s.code);
    for (const std::string& from : open) step(from, code);
    return *this;
  }
  Definition done() { return std::move(d_); }

 private:
  State& state(std::string_view code) {
    for (State& s : d_.states)
      if (s.code == code) return s;
    State& s = d_.states.emplace_back();
    s.code = code;
    s.initial = d_.states.size() == 1;
    return s;
  }
  Builder& step(const std::string& from, const std::string& to) {
    d_.transitions.push_back({from + "__TO__" + to, from, to, crm_roles, {}});
    return *this;
  }
  Builder& end(const char* code, const char* category, const char* reasons) {
    State& s = state(code);
    s.terminal = true;
    s.category = category;
    s.reason_dictionary = reasons;
    return *this;
  }
  Definition d_;
};

Definition lead_buy() {
  return Builder("CRM_LEAD_BUY")
      .path({"CRM_NEW", "CRM_CONTACTED", "CRM_QUALIFIED", "CRM_VISIT_PLANNED", "CRM_VISIT_DONE",
             "CRM_OFFER_REQUESTED", "CRM_OFFER_RECEIVED", "CRM_NEGOTIATION", "CRM_SIGNING_SCHEDULED",
             "CRM_CLOSED_WON"})
      .path({"CRM_VISIT_PLANNED", "CRM_NO_SHOW", "CRM_FOLLOW_UP", "CRM_VISIT_PLANNED"})
      .both_ways("CRM_NEGOTIATION", "CRM_COUNTER_OFFER")
      .on_hold("CRM_QUALIFIED")
      .won("CRM_CLOSED_WON")
      .lost_from_anywhere("CRM_CLOSED_LOST")
      .done();
}

}  // namespace

const Definition* seeded(std::string_view case_type) {
  static const Definition buy = lead_buy();
  if (case_type == "CRM_LEAD_BUY" || case_type == "CRM_LEAD") return &buy;
  return nullptr;
}

}  // namespace atlas::workflow
