// Quality and duplicate score of a listing, kept on the listing. They depend on more than its row (other
// listings, what a merge brought), so they are worked out in the background, by a change of their own.
// Publishing does not wait for it and looks for itself.

#include <algorithm>
#include <cmath>

#include "atlas/json.hpp"
#include "parts.hpp"

namespace atlas::listing_duplicates {
namespace {

constexpr std::string_view assessing = "listings.assess";
constexpr std::size_t batch = 100;
constexpr std::size_t told_reasons = 4;

std::optional<ListingAssessment> note_of(Context& cx, const Uuid& listing) {
  auto notes = cx.all<ListingAssessment>();
  auto found = notes.where({.where = Predicate::equals(notes.column("listing_id"), Value::id(listing)),
                            .key = "by_listing",
                            .limit = 1});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

void set_due(Context& cx, const ListingAssessment& before, bool is_due) {
  ListingAssessment after = before;
  after.is_due = is_due;
  cx.all<ListingAssessment>().save(before, after);
}

std::string explained(const DuplicateSignal& signal, const matching::Score& score) {
  std::string out;
  JsonWriter w(out);
  const auto bits = [&](double value) { w.raw(format_decimal({std::llround(value * 1e3)}, 3)); };
  w.begin_object().key("signal_id").string(format_uuid(signal.id));
  w.key("model_version").string(signal.model_version);
  w.key("prior");
  bits(score.prior);
  w.key("weight");
  bits(score.weight);
  w.key("contributions").begin_array();
  for (const matching::Contribution& c : score.contributions) {
    if (c.level == "missing") continue;
    w.begin_object().key("field").string(c.field).key("kind").string(c.kind).key("level").string(c.level);
    w.key("bits");
    bits(c.bits);
    w.end_object();
  }
  w.end_array().end_object();
  return out;
}

std::string said(std::vector<matching::Contribution> parts) {
  std::stable_sort(parts.begin(), parts.end(),
                   [](const auto& a, const auto& b) { return std::abs(a.bits) > std::abs(b.bits); });
  std::string out;
  for (std::size_t i = 0; i < parts.size() && i < told_reasons; ++i) {
    if (!out.empty()) out += "; ";
    out += parts[i].field + ": " + std::string(matching::label(parts[i].level, "en"));
  }
  return out;
}

void assess(Context& cx, const Uuid& id) {
  auto listings = cx.all<Listing>();
  const auto before = listings.find(id, RowLock::update);
  if (!before || before->archived_at) return;
  Listing after = *before;
  listings::Quality quality;
  if (const auto error = cx.attempt(listings::quality, {before->id}, quality)) throw Error(*error);
  after.quality_score = quality.score;
  after.quality_gaps = std::move(quality.gaps);
  after.duplicate_score.reset();
  after.duplicate_explanation.reset();
  if (const auto doubt = doubt_of(cx, before->id)) {
    after.duplicate_score = doubt->signal.score;
    after.duplicate_explanation = doubt->explanation;
  }
  listings.save(*before, after, {.action = "listing.assessed"});
}

std::optional<Timestamp> assess_some(Context& cx) {
  auto notes = cx.all<ListingAssessment>();
  const auto due = notes.where({.where = Predicate::equals(notes.column("is_due"), Value::integer(1)),
                                .key = "by_due",
                                .order = {{notes.column("created_at"), false}},
                                .limit = batch,
                                .lock = RowLock::update});
  for (const ListingAssessment& note : due) {
    assess(cx, note.listing_id);
    set_due(cx, note, false);
  }
  return due.size() == batch ? std::optional(cx.now()) : std::nullopt;
}

}  // namespace

std::optional<Doubt> doubt_of(Context& cx, const Uuid& listing) {
  for (DuplicateSignal& signal : duplicates::signals_of(cx, listing)) {
    if (signal.status_code != "OPEN" && signal.status_code != "CONFIRMED") continue;
    const auto score = duplicates::score_of(cx, signal);
    if (!score) continue;
    Doubt out;
    out.explanation = explained(signal, *score);
    out.in_words = said(score->contributions);
    out.signal = std::move(signal);
    return out;
  }
  return std::nullopt;
}

void assess_later(Context& cx, const Uuid& listing) {
  // One note a listing, whoever comes first.
  cx.lock({"listings.assess:" + format_uuid(listing)});
  if (const auto note = note_of(cx, listing)) {
    if (!note->is_due) set_due(cx, *note, true);
  } else {
    ListingAssessment fresh;
    fresh.listing_id = listing;
    cx.all<ListingAssessment>().insert(fresh);
  }
  cx.schedule(assessing, cx.now());
}

void register_assessing(Registry& registry) {
  registry.due(std::string(assessing), assess_some);
  // A merge takes fields of the other one over and brings its photos.
  registry.saved("listing", [](Context& cx, const void* before, const void* after) {
    const auto* was = static_cast<const Listing*>(before);
    const auto& now = *static_cast<const Listing*>(after);
    if (!was || was->merged_into == now.merged_into) return;
    assess_later(cx, now.id);
    for (const auto& other : {was->merged_into, now.merged_into})
      if (other) assess_later(cx, *other);
  });
}

}  // namespace atlas::listing_duplicates
