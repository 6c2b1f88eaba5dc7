// A listing is published, another is not: the conditions are named, all at once.

#include <algorithm>

#include "atlas/crypto.hpp"
#include "atlas/json.hpp"
#include "atlas/listings.hpp"
#include "demo.hpp"

namespace atlas::cli::demo {
namespace {

constexpr int looked_at = 60;
constexpr int photos = 3;

struct Candidate {
  Listing listing;
  std::vector<listings::MissingField> missing;
};

std::vector<listings::MissingField> conditions(Session& session, const Uuid& id) {
  for (listings::Way& way : session.call(listings::transitions, {.id = id}).items)
    if (way.code == "ANN_T_PUBLISH") return std::move(way.missing);
  return {};
}

std::size_t besides_photos(const Candidate& candidate) {
  return static_cast<std::size_t>(std::count_if(candidate.missing.begin(), candidate.missing.end(),
                                                [](const auto& field) { return field.path != "/media"; }));
}

std::string shown_price(const Listing& listing) {
  return listing.price
             ? grouped(listing.price->amount / 100) + " " + std::string(listing.price->currency.view())
             : "no price";
}

void add_photos(Session& session, const Listing& listing) {
  for (int i = 1; i <= photos; ++i) {
    media::Add photo;
    photo.listing_id = listing.id;
    photo.storage_key = "photos/" + listing.slug + "-" + std::to_string(i) + ".jpg";
    photo.content_hash = hex(as_view(sha256(photo.storage_key)));
    session.call(media::add, photo);
  }
}

void publish(Guide& guide, Session& session, const Candidate& chosen) {
  guide.line("“" + harmless(chosen.listing.title) + "”, " + shown_price(chosen.listing));
  for (const listings::MissingField& field : chosen.missing)
    guide.note("  " + field.path + ": " + field.message);
  add_photos(session, chosen.listing);
  const Listing now = session.call(listings::get, {.id = chosen.listing.id});
  const Listing published = session.call(listings::publish, {.id = now.id, .version = now.version});
  guide.verdict(published.status_code == "ANN_PUBLISHED",
                "with " + std::to_string(photos) + " photos it is published: " + published.slug);
  guide.fact("published", json_string(published.status_code));
}

void be_refused(Guide& guide, Session& session, const Candidate& chosen) {
  guide.line();
  guide.line("“" + harmless(chosen.listing.title) + "”, " + chosen.listing.country_code + ", " +
             shown_price(chosen.listing));
  try {
    session.call(listings::publish, {.id = chosen.listing.id, .version = chosen.listing.version});
    guide.verdict(false, "it could be published");
  } catch (const Error& error) {
    guide.verdict(
        error.code() == ErrorCode::fields_missing,
        "is refused, " + std::string(error_info(error.code()).text) + ", with every condition at once:");
    Table table({"", "what is wanted"});
    for (const FieldError& field : error.fields()) table.row({field.path, field.message});
    guide.table(table);
    guide.fact("publishing_conditions", static_cast<std::int64_t>(error.fields().size()));
  }
}

}  // namespace

std::optional<Uuid> show_publishing(Guide& guide, Session& session) {
  ListInput first;
  first.order = {"created_at"};
  first.limit = looked_at;
  std::vector<Candidate> candidates;
  for (Listing& listing : session.call(listings::list, first).items) {
    std::vector<listings::MissingField> missing = conditions(session, listing.id);
    candidates.push_back({std::move(listing), std::move(missing)});
  }
  if (candidates.empty()) {
    guide.note("The files held no listings.");
    return std::nullopt;
  }
  const auto [fewest, most] = std::minmax_element(
      candidates.begin(), candidates.end(),
      [](const Candidate& a, const Candidate& b) { return besides_photos(a) < besides_photos(b); });
  std::optional<Uuid> published;
  if (besides_photos(*fewest) == 0) {
    publish(guide, session, *fewest);
    published = fewest->listing.id;
  }
  if (besides_photos(*most) > 0) be_refused(guide, session, *most);
  return published;
}

}  // namespace atlas::cli::demo
