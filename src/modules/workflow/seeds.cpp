// The definitions that every organisation starts with.

#include <map>

#include "atlas/workflow_operations.hpp"
#include "seed_labels.hpp"

namespace atlas::workflow {
namespace {

const std::vector<std::string> crm_roles{"ADMIN_ORG", "MANAGER", "AGENT"},
    coop_roles{"ADMIN_ORG", "COOP_MANAGER"};

/// Builds a definition the way the domain writes it: a nominal path, side branches, ways to lose.
class Builder {
 public:
  explicit Builder(std::string case_type, const std::vector<std::string>& roles = crm_roles) : roles_(roles) {
    d_.case_type_code = std::move(case_type);
  }

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
  Builder& pause(const char* open, const char* paused) {
    state(paused).category = "PAUSED";
    return both_ways(open, paused);
  }
  /// Sets `a` aside in `aside`; going on leads back to where it was.
  Builder& aside(const char* a, const char* aside, const char* category = "PAUSED") {
    if (!has_step(aside, previous_state)) {
      state(aside).category = category;
      add(std::string(aside) + "__TO__PREVIOUS", aside, std::string(previous_state));
    }
    return step(a, aside);
  }
  Builder& on_hold(const char* a) { return aside(a, "CRM_ON_HOLD"); }
  Builder& on_hold_from_anywhere() {
    for (const std::string& from : open_states()) on_hold(from.c_str());
    return *this;
  }
  Builder& won(const char* code = "CRM_CLOSED_WON") { return end(code, "WON", "WON_REASON"); }
  Builder& archived(const char* code = "CRM_ARCHIVED") { return end(code, "DONE", nullptr); }
  /// An end without a reason, from every state that is none.
  Builder& left_from_anywhere(const char* code, const char* category) {
    end(code, category, nullptr);
    for (const std::string& from : open_states()) step(from, code);
    return *this;
  }
  /// Lost from every other state that is not terminal.
  Builder& lost_from_anywhere(const char* code = "CRM_CLOSED_LOST") {
    end(code, "LOST", "LOSS_REASON");
    for (const std::string& from : open_states()) {
      if (!has_step(from, code)) step(from, code);
    }
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
    return add(from + "__TO__" + to, from, to);
  }
  Builder& add(std::string code, std::string from, std::string to) {
    Transition& t = d_.transitions.emplace_back();
    t.code = std::move(code);
    t.from = std::move(from);
    t.to = std::move(to);
    t.roles = roles_;
    return *this;
  }
  Builder& end(const char* code, const char* category, const char* reasons) {
    State& s = state(code);
    s.terminal = true;
    s.category = category;
    if (reasons) s.reason_dictionary = reasons;
    return *this;
  }
  std::vector<std::string> open_states() const {
    std::vector<std::string> open;
    for (const State& s : d_.states)
      if (!s.terminal && s.code != "CRM_ON_HOLD") open.push_back(s.code);
    if (d_.state("CRM_ON_HOLD")) open.emplace_back("CRM_ON_HOLD");
    return open;
  }
  bool has_step(std::string_view from, std::string_view to) const {
    for (const Transition& t : d_.transitions)
      if (t.from == from && t.to == to) return true;
    return false;
  }
  const std::vector<std::string>& roles_;
  Definition d_;
};

Builder lead_rent() {
  return Builder("CRM_LEAD_RENT")
      .path({"CRM_NEW", "CRM_TRIAGED", "CRM_CONTACTED", "CRM_QUALIFIED", "CRM_VISIT_PLANNED",
             "CRM_VISIT_DONE", "CRM_DOCS_REQUESTED", "CRM_DOCS_RECEIVED", "CRM_SCREENING", "CRM_APPROVED",
             "CRM_SIGNING_SCHEDULED", "CRM_CLOSED_WON"})
      .both_ways("CRM_CONTACTED", "CRM_UNREACHABLE")
      .path({"CRM_VISIT_PLANNED", "CRM_NO_SHOW", "CRM_FOLLOW_UP", "CRM_VISIT_PLANNED"})
      .path({"CRM_SCREENING", "CRM_REJECTED", "CRM_CLOSED_LOST"})
      .on_hold("CRM_QUALIFIED")
      .won()
      .lost_from_anywhere();
}

Builder lead_buy(const char* case_type) {
  return Builder(case_type)
      .path({"CRM_NEW", "CRM_CONTACTED", "CRM_QUALIFIED", "CRM_VISIT_PLANNED", "CRM_VISIT_DONE",
             "CRM_OFFER_REQUESTED", "CRM_OFFER_RECEIVED", "CRM_NEGOTIATION", "CRM_SIGNING_SCHEDULED",
             "CRM_CLOSED_WON"})
      .path({"CRM_VISIT_PLANNED", "CRM_NO_SHOW", "CRM_FOLLOW_UP", "CRM_VISIT_PLANNED"})
      .both_ways("CRM_NEGOTIATION", "CRM_COUNTER_OFFER")
      .on_hold("CRM_QUALIFIED")
      .won()
      .lost_from_anywhere();
}

Builder owner_lead() {
  return Builder("CRM_OWNER_LEAD")
      .path({"CRM_NEW", "CRM_CONTACTED", "CRM_QUALIFIED", "CRM_VALUATION_DONE", "CRM_MANDATE_PENDING",
             "CRM_MANDATE_SIGNED", "CRM_LISTED", "CRM_ARCHIVED"})
      .pause("CRM_LISTED", "CRM_PAUSED")
      .archived()
      .lost_from_anywhere();
}

Builder sale_transaction() {
  return Builder("CRM_SALE_TRANSACTION")
      .path({"CRM_NEW", "CRM_MANDATE_SIGNED", "CRM_LISTED", "CRM_VISIT_PLANNED", "CRM_VISIT_DONE",
             "CRM_OFFER_RECEIVED", "CRM_NEGOTIATION", "CRM_COMPROMISE_SIGNED", "CRM_FINANCING",
             "CRM_SIGNING_SCHEDULED", "CRM_CLOSED_WON"})
      .both_ways("CRM_NEGOTIATION", "CRM_COUNTER_OFFER")
      .on_hold("CRM_FINANCING")
      .won()
      .lost_from_anywhere();
}

Builder rental_transaction() {
  return Builder("CRM_RENTAL_TRANSACTION")
      .path({"CRM_NEW", "CRM_QUALIFIED", "CRM_VISIT_DONE", "CRM_DOCS_REQUESTED", "CRM_DOCS_RECEIVED",
             "CRM_SCREENING", "CRM_APPROVED", "CRM_SIGNING_SCHEDULED", "CRM_CLOSED_WON"})
      .path({"CRM_SCREENING", "CRM_REJECTED", "CRM_CLOSED_LOST"})
      .won()
      .lost_from_anywhere();
}

Builder mandate(const char* case_type) {
  return Builder(case_type)
      .path({"CRM_VALUATION_DONE", "CRM_MANDATE_PENDING", "CRM_MANDATE_SIGNED", "CRM_LISTED", "CRM_ARCHIVED"})
      .pause("CRM_LISTED", "CRM_PAUSED")
      .archived()
      .lost_from_anywhere();
}

Builder construction() {
  return Builder("CRM_PROJECT_CONSTRUCTION")
      .path({"CRM_IDEA", "CRM_FEASIBILITY", "CRM_DESIGN", "CRM_PERMITS", "CRM_CONTRACTING", "CRM_BUILDING",
             "CRM_DELIVERY", "CRM_CLOSED_WON"})
      .won()
      .on_hold_from_anywhere()
      .lost_from_anywhere();
}

Builder renovation() {
  return Builder("CRM_PROJECT_RENOVATION")
      .path({"CRM_IDEA", "CRM_FEASIBILITY", "CRM_DESIGN", "CRM_CONTRACTING", "CRM_BUILDING", "CRM_DELIVERY",
             "CRM_CLOSED_WON"})
      .won()
      .on_hold_from_anywhere()
      .lost_from_anywhere();
}

Builder investor_case() {
  return Builder("CRM_INVESTOR_CASE")
      .path({"CRM_NEW", "CRM_CONTACTED", "CRM_QUALIFIED", "CRM_OFFER_RECEIVED", "CRM_NEGOTIATION",
             "CRM_SIGNING_SCHEDULED", "CRM_CLOSED_WON"})
      .won()
      .lost_from_anywhere();
}

Builder support_dispute() {
  return Builder("CRM_SUPPORT_DISPUTE")
      .path({"CRM_NEW", "CRM_TRIAGED", "CRM_CONTACTED", "CRM_QUALIFIED", "CRM_FOLLOW_UP", "CRM_CLOSED_WON"})
      .won()
      .lost_from_anywhere();
}

// The co-operative's: a pause leads back; what becomes of whoever leaves is said by the end itself.

Builder coop_group() {
  return Builder("COOP_GROUP", coop_roles)
      .path({"COOP_GROUP_FORMATION", "COOP_GROUP_KYC_READY", "COOP_GROUP_FUNDING_OPEN",
             "COOP_GROUP_THRESHOLD_REACHED", "COOP_GROUP_FUNDING_CLOSED", "COOP_GROUP_ALLOCATION_RUNNING",
             "COOP_GROUP_COMPLETED"})
      .archived("COOP_GROUP_COMPLETED")
      .on_hold_from_anywhere()
      .left_from_anywhere("COOP_GROUP_CANCELLED", "LOST");
}

Builder coop_project() {
  return Builder("COOP_PROJECT", coop_roles)
      .path({"COOP_PROJECT_LAND_SECURED", "COOP_PROJECT_PERMITS", "COOP_PROJECT_CONTRACTING",
             "COOP_PROJECT_BUILDING", "COOP_PROJECT_DELIVERY", "COOP_PROJECT_HANDOVER",
             "COOP_PROJECT_CLOSED"})
      .archived("COOP_PROJECT_CLOSED")
      .on_hold_from_anywhere()
      .left_from_anywhere("COOP_PROJECT_CANCELLED", "LOST");
}

Builder coop_allocation() {
  return Builder("COOP_ALLOCATION", coop_roles)
      .path({"COOP_ALLOC_PROPOSED", "COOP_ALLOC_ELIGIBILITY_CHECK", "COOP_ALLOC_APPROVED",
             "COOP_ALLOC_ASSIGNED", "COOP_ALLOC_SIGNED"})
      .archived("COOP_ALLOC_SIGNED")
      .left_from_anywhere("COOP_ALLOC_CANCELLED", "LOST");
}

/// Suspended and in default are not left for each other: going on leads back to what the member was.
Builder coop_member() {
  return Builder("COOP_MEMBER", coop_roles)
      .path({"COOP_MEMBER_PENDING_KYC", "COOP_MEMBER_ACTIVE"})
      .aside("COOP_MEMBER_PENDING_KYC", "COOP_MEMBER_SUSPENDED")
      .aside("COOP_MEMBER_ACTIVE", "COOP_MEMBER_SUSPENDED")
      .aside("COOP_MEMBER_PENDING_KYC", "COOP_MEMBER_IN_DEFAULT", "OPEN")
      .aside("COOP_MEMBER_ACTIVE", "COOP_MEMBER_IN_DEFAULT", "OPEN")
      .left_from_anywhere("COOP_MEMBER_EXITED", "DONE")
      .left_from_anywhere("COOP_MEMBER_EXCLUDED", "LOST");
}

TransitionEffect event(const char* type) {
  TransitionEffect e;
  e.kind_code = "EMIT_EVENT";
  e.event_type = type;
  return e;
}
TransitionEffect of_appointment(const char* kind) {
  TransitionEffect e;
  e.kind_code = kind;
  if (e.kind_code == "CREATE_APPOINTMENT") e.appointment_type_code = "APPOINT_VIDEO";
  return e;
}

/// The agency's own customers: each step has its code, and says what it needs.
Definition b2b_demo() {
  Definition d;
  d.case_type_code = "CRM_LEAD_B2B_DEMO";
  d.states = {
      {.code = "B2B_NEW", .initial = true},
      {.code = "B2B_QUALIFIED"},
      {.code = "B2B_SCHEDULED"},
      {.code = "B2B_DONE"},
      {.code = "B2B_WON", .terminal = true, .category = "WON"},
      {.code = "B2B_LOST", .terminal = true, .category = "LOST", .reason_dictionary = "B2B_LOST_REASON"}};
  const std::vector<std::string> both{"AGENT", "MANAGER"}, manager{"MANAGER"};
  const auto step = [&](const char* code, const char* from, const char* to,
                        const std::vector<std::string>& roles, std::vector<std::string> needs,
                        std::vector<TransitionEffect> effects) {
    Transition& t = d.transitions.emplace_back();
    t.code = code;
    t.from = from;
    t.to = to;
    t.roles = roles;
    t.needs = std::move(needs);
    t.effects = std::move(effects);
  };
  step("B2B_T_QUALIFY", "B2B_NEW", "B2B_QUALIFIED", both, {"qualification.notes"},
       {event("dossier.demo_qualified")});
  step("B2B_T_SCHEDULE", "B2B_QUALIFIED", "B2B_SCHEDULED", both, {"appointment"},
       {of_appointment("CREATE_APPOINTMENT")});
  step("B2B_T_RESCHEDULE", "B2B_SCHEDULED", "B2B_SCHEDULED", both, {"fields.appointment.starts_at"},
       {of_appointment("MOVE_APPOINTMENT")});
  step("B2B_T_MARK_DONE", "B2B_SCHEDULED", "B2B_DONE", both, {"appointment.status_code=APPOINT_DONE"},
       {event("dossier.demo_done")});
  step("B2B_T_WIN", "B2B_DONE", "B2B_WON", both, {}, {event("dossier.demo_won")});
  step("B2B_T_LOSE_NEW", "B2B_NEW", "B2B_LOST", both, {}, {});
  step("B2B_T_LOSE_QUAL", "B2B_QUALIFIED", "B2B_LOST", both, {}, {});
  step("B2B_T_LOSE_SCHED", "B2B_SCHEDULED", "B2B_LOST", both, {}, {of_appointment("CANCEL_APPOINTMENT")});
  step("B2B_T_LOSE_DONE", "B2B_DONE", "B2B_LOST", both, {}, {});
  step("B2B_T_REOPEN", "B2B_QUALIFIED", "B2B_NEW", manager, {"comment"}, {event("dossier.demo_reopened")});
  step("B2B_T_REDO_DEMO", "B2B_DONE", "B2B_SCHEDULED", manager, {"comment", "fields.appointment"},
       {of_appointment("CREATE_APPOINTMENT")});
  return d;
}

std::map<std::string, Definition, std::less<>> all_seeds() {
  std::map<std::string, Definition, std::less<>> all;
  for (Builder builder :
       {lead_rent(), lead_buy("CRM_LEAD_BUY"), lead_buy("CRM_LEAD"), owner_lead(), sale_transaction(),
        rental_transaction(), mandate("CRM_MANDATE"), mandate("CRM_MANDATE_SALE"),
        mandate("CRM_MANDATE_RENT"), mandate("CRM_PROPERTY_LISTING"), construction(), renovation(),
        investor_case(), support_dispute(), coop_group(), coop_project(), coop_allocation(), coop_member()}) {
    Definition d = builder.done();
    std::string name = d.case_type_code;
    all.emplace(std::move(name), std::move(d));
  }
  all.emplace("CRM_LEAD_B2B_DEMO", b2b_demo());
  for (auto& [type, definition] : all) label(definition);
  return all;
}

const std::map<std::string, Definition, std::less<>>& seeds() {
  static const auto all = all_seeds();
  return all;
}

}  // namespace

const Definition* seeded(std::string_view case_type) {
  const auto it = seeds().find(case_type);
  return it == seeds().end() ? nullptr : &it->second;
}

std::vector<std::string> seeded_case_types() {
  std::vector<std::string> types;
  for (const auto& [type, definition] : seeds()) types.push_back(type);
  return types;
}

}  // namespace atlas::workflow
