// Status: the compiled machine, the conditions of publishing, the history.

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "atlas/json.hpp"
#include "atlas/machines.hpp"
#include "atlas/organisations.hpp"
#include "atlas/registry.hpp"
#include "listing_modules.hpp"

namespace atlas::listings {
namespace {

constexpr std::string_view published_limit = "limits.listings.published_max";
constexpr std::string_view quota_reason = "quota_exceeded";

/// A transition's code, the machine's event, and who may take it.
struct Step {
  std::string_view code, event, permission;
  bool publishes = false;                   ///< the conditions of publishing must hold
  std::string_view reason_dictionary = {};  ///< a reason must be given
};
constexpr std::array<Step, 4> steps{{{"ANN_T_PUBLISH", "publish", "LISTING_PUBLISH", true, {}},
                                     {"ANN_T_SUSPEND", "suspend", "LISTING_PUBLISH", false, "MOD_REASON"},
                                     {"ANN_T_RESUME", "resume", "LISTING_PUBLISH", true, {}},
                                     {"ANN_T_ARCHIVE", "archive", "LISTING_ARCHIVE", false, {}}}};

const Step& step_of(std::string_view code) {
  for (const Step& s : steps)
    if (s.code == code) return s;
  throw Error(ErrorCode::invalid_argument, "no such transition")
      .field("/transition_code", field_code::not_a_code, "a transition of listings");
}

std::optional<std::string_view> target(const Listing& l, const Step& step) {
  return machines::advance(machines::Machine::listing, l.status_code, step.event);
}

Error not_allowed(const Listing& l) {
  std::string possible;
  JsonWriter w(possible);
  w.begin_array();
  for (const Step& s : steps)
    if (target(l, s)) w.string(s.code);
  w.end_array();
  return Error(ErrorCode::transition_not_allowed, "the listing's present state does not allow this")
      .with("from", l.status_code)
      .with_json("possible", possible);
}

void require_reason(Context& cx, const Step& step, const std::optional<std::string>& reason) {
  if (step.reason_dictionary.empty()) {
    if (!reason) return;
    throw Error(ErrorCode::invalid_argument, "this transition takes no reason")
        .field("/reason_code", field_code::unknown_member, "this transition takes no reason");
  }
  const std::string dictionary(step.reason_dictionary);
  if (!reason) {
    throw Error(ErrorCode::fields_missing, "suspending needs a reason")
        .field("/reason_code", field_code::required, "a code of " + dictionary);
  }
  if (!cx.is_code(dictionary, *reason)) {
    throw Error(ErrorCode::invalid_argument, "not a reason of this kind")
        .field("/reason_code", field_code::not_a_code, "a code of " + dictionary);
  }
}

Json settings_of(Context& cx) {
  const Json all = Json::parse(cx.all<Organisation>().get(cx.organisation()).settings, nullptr, false);
  return all.is_object() ? all : Json::object();
}

/// `settings.<group>.<name>`, kept between the bounds; nothing when it is no integer.
std::optional<std::int64_t> setting(const Json& settings, const char* group, const char* name,
                                    std::int64_t min, std::int64_t max) {
  const auto g = settings.find(group);
  if (g == settings.end() || !g->is_object()) return std::nullopt;
  const auto v = g->find(name);
  if (v == g->end() || !v->is_number_integer()) return std::nullopt;
  return std::clamp(v->get<std::int64_t>(), min, max);
}

std::int64_t published_now(Context& cx) {
  return cx.all<Listing>().count({.where = R"({"status_code":"ANN_PUBLISHED"})"}).count;
}

/// All that stands between a listing and the public.
struct Obstacles {
  std::vector<FieldError> missing;
  std::vector<PublishRefusal> refusals;
  std::optional<std::int64_t> quota_used;  ///< when the plan's limit is reached
  bool none() const { return missing.empty() && refusals.empty(); }
};

Obstacles obstacles_of(Context& cx, const Listing& l) {
  Obstacles out;
  out.missing = missing_to_publish(l, view_of(cx, images_of(cx, l.id)));
  if (const auto most = plan_limit(cx.access().plan_key, published_limit)) {
    const std::int64_t used = published_now(cx);
    if (used >= *most) {
      out.quota_used = used;
      out.refusals.push_back(
          {std::string(quota_reason), "the plan's number of published listings is reached"});
    }
  }
  for (PublishRefusal& r :
       publish_refusals(cx, {.entity = "listing", .id = l.id, .resumes = l.status_code == "ANN_SUSPENDED"}))
    out.refusals.push_back(std::move(r));
  return out;
}

std::string json_of(const std::vector<PublishRefusal>& refusals) {
  std::string out;
  JsonWriter w(out);
  w.begin_array();
  for (const PublishRefusal& r : refusals) {
    w.begin_object().key("code").string(r.code).key("message").string(r.message).end_object();
  }
  w.end_array();
  return out;
}

void require_publishable(Context& cx, const Listing& l) {
  // Of two that publish the last listing of the plan one must see the other.
  if (plan_limit(cx.access().plan_key, published_limit)) cx.lock({"listings.published"});
  Obstacles o = obstacles_of(cx, l);
  if (o.none()) return;
  if (!o.missing.empty()) {
    throw Error(ErrorCode::fields_missing, "the listing lacks what publishing needs")
        .fields(std::move(o.missing))
        .with_json("refusals", json_of(o.refusals));
  }
  if (o.quota_used && o.refusals.size() == 1) cx.require_quota(published_limit, *o.quota_used);
  throw Error(ErrorCode::guard_failed, "the listing may not be published now")
      .with("reason", o.refusals.front().code)
      .with_json("refusals", json_of(o.refusals));
}

/// May the caller do this to this listing?
bool permits(Context& cx, const Step& step, const Uuid& listing) {
  return cx.scope_of(step.permission) != scope_none && cx.readable<Listing>(step.permission, "", listing);
}

Listing transition_listing(Context& cx, const TransitionInput& in) {
  const Step& step = step_of(in.transition_code);
  const Listing before = cx.repo<Listing>().get_for_update(in.id, in.version);
  if (!permits(cx, step, before.id)) {
    throw Error(ErrorCode::forbidden, "this needs a permission that you do not have")
        .with("permission", step.permission);
  }
  if (!target(before, step)) throw not_allowed(before);
  require_reason(cx, step, in.reason_code);
  if (step.publishes) require_publishable(cx, before);
  return take_step(cx, before, in.transition_code, in.reason_code, in.comment);
}

auto as_transition(std::string_view code) {
  return [code](Context& cx, const StepInput& in) {
    return transition_listing(cx, {.id = in.id,
                                   .version = in.version,
                                   .transition_code = std::string(code),
                                   .reason_code = {},
                                   .comment = in.comment});
  };
}

Listing suspend_listing(Context& cx, const SuspendInput& in) {
  return transition_listing(cx, {.id = in.id,
                                 .version = in.version,
                                 .transition_code = "ANN_T_SUSPEND",
                                 .reason_code = in.reason_code,
                                 .comment = in.comment});
}

Ways list_transitions(Context& cx, const GetInput& in) {
  const Listing l = cx.repo<Listing>().get(in.id);
  Ways out;
  out.status_code = l.status_code;
  out.version = l.version;
  for (const Step& step : steps) {
    Way way;
    way.code = step.code;
    for (const machines::Transition& t : machines::transitions(machines::Machine::listing))
      if (t.event == step.event) way.to = t.to;
    if (!step.reason_dictionary.empty()) way.reason_dictionary = step.reason_dictionary;
    if (!target(l, step)) {
      way.closed_by = "state";
    } else if (!permits(cx, step, l.id)) {
      way.closed_by = "permission";
    } else if (step.publishes) {
      Obstacles o = obstacles_of(cx, l);
      if (!o.none()) way.closed_by = "conditions";
      for (FieldError& f : o.missing) way.missing.push_back({f.path, f.code, f.message});
      way.refusals = std::move(o.refusals);
    }
    way.open = !way.closed_by;
    out.items.push_back(std::move(way));
  }
  return out;
}

}  // namespace

PublishView view_of(Context& cx, std::int64_t images) {
  PublishView view;
  view.images = images;
  view.min_photos = setting(settings_of(cx), "listings", "min_photos", 0, 100).value_or(view.min_photos);
  const std::int64_t local =
      cx.now().micros + std::int64_t{utc_offset_seconds(cx.access().time_zone, cx.now())} * micros_per_second;
  view.today.days = static_cast<std::int32_t>(local >= 0 ? local / micros_per_day
                                                         : (local - micros_per_day + 1) / micros_per_day);
  return view;
}

void require_publishable_fields(const Listing& listing, const PublishView& view) {
  std::vector<FieldError> missing = missing_to_publish(listing, view);
  if (missing.empty()) return;
  throw Error(ErrorCode::fields_missing, "a published listing must keep what publishing needs")
      .fields(std::move(missing));
}

Listing take_step(Context& cx, const Listing& before, std::string_view transition_code,
                  const std::optional<std::string>& reason_code, const std::optional<std::string>& comment) {
  const Step& step = step_of(transition_code);
  const auto to = target(before, step);
  if (!to) throw not_allowed(before);
  Listing after = before;
  after.status_code = *to;
  after.suspension_reason_code.reset();
  if (step.event == "suspend") after.suspension_reason_code = reason_code;
  if (step.publishes && !after.published_at) after.published_at = cx.now();
  if (step.event == "archive") after.archived_at = cx.now();
  Quality q = quality_of(after, images_of(cx, after.id));
  after.quality_score = q.score;
  after.quality_gaps = std::move(q.gaps);
  StatusChange why;
  why.transition_code = step.code;
  why.reason_code = reason_code;
  why.comment = comment;
  AttachedRows rows;
  rows.add(workflow::complete(cx, std::move(why), "listing", before.id, before.status_code, *to,
                              workflow::last_change(cx, before.id)));
  cx.all<Listing>().save(before, after, {.action = "listing.status_changed", .attach = &rows});
  return after;
}

void register_status(Registry& registry) {
  registry.operation(transition, transition_listing);
  registry.operation(publish, as_transition("ANN_T_PUBLISH"));
  registry.operation(suspend, suspend_listing);
  registry.operation(resume, as_transition("ANN_T_RESUME"));
  registry.operation(archive, as_transition("ANN_T_ARCHIVE"));
  registry.operation(transitions, list_transitions);
  registry.operation(history, [](Context& cx, const HistoryInput& in) {
    const Listing l = cx.repo<Listing>().get(in.id);
    return workflow::history_of(cx, l.id, in.limit, in.after);
  });
}

}  // namespace atlas::listings
