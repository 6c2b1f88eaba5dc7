#pragma once
// The operations of listings. Included by listings.hpp.

#include "atlas/listings.hpp"
#include "atlas/publish_policy.hpp"
#include "atlas/search.hpp"
#include "atlas/status_changes.hpp"

namespace atlas {

class Context;
class Registry;

namespace listings {

/// Required: transaction_type_code, property_type_code, title; the rest when publishing. National telephone
/// numbers are read in `phone_region` (ISO 3166), else in the listing's country. `country_code` defaults to
/// the organisation's country. Without `visibility` a listing is for the public web.
struct Create {
  std::string transaction_type_code;
  std::string property_type_code;
  std::string title;
  std::optional<std::string> description;
  std::optional<Money> price;
  std::optional<Decimal> surface_m2;
  std::optional<Decimal> surface_carrez;
  std::optional<Decimal> surface_habitable;
  std::optional<Decimal> surface_reference;
  std::optional<Decimal> surface_terrain;
  std::optional<std::int64_t> rooms;
  std::optional<std::int64_t> bedrooms;
  std::optional<std::int64_t> bathrooms;
  std::optional<std::int64_t> floor;
  std::optional<std::int64_t> built_year;
  std::vector<std::string> amenities;
  std::optional<std::string> country_code;
  std::optional<std::string> city;
  std::optional<std::string> zone;
  std::optional<std::string> postal_code;
  std::optional<std::string> address_text;
  std::optional<Decimal> lat;
  std::optional<Decimal> lng;
  std::optional<std::string> contact_name;
  std::optional<std::string> contact_phone;  ///< as people write it
  std::optional<std::string> phone_region;
  std::optional<Uuid> owner_party_id;
  std::optional<std::string> mandate_number;
  std::optional<ListingEnergy> energy;
  std::optional<ListingFees> fees;
  std::optional<ListingCoownership> coownership;
  std::optional<ListingTerms> terms;
  std::optional<std::string> land_title_code;
  std::optional<std::vector<std::string>> visibility;
  std::vector<ExternalRef> external_refs;
  std::string meta = "{}";
};

/// An absent member is unchanged, null clears; lists and objects are replaced whole. `price_source` names
/// what changed the price, for its history.
struct Update {
  Uuid id;
  std::int64_t version = 0;
  Change<std::string> transaction_type_code;
  Change<std::string> property_type_code;
  Change<std::string> title;
  Change<std::string> description;
  Change<Money> price;
  Change<Decimal> surface_m2;
  Change<Decimal> surface_carrez;
  Change<Decimal> surface_habitable;
  Change<Decimal> surface_reference;
  Change<Decimal> surface_terrain;
  Change<std::int64_t> rooms;
  Change<std::int64_t> bedrooms;
  Change<std::int64_t> bathrooms;
  Change<std::int64_t> floor;
  Change<std::int64_t> built_year;
  Change<std::vector<std::string>> amenities;
  Change<std::string> country_code;
  Change<std::string> city;
  Change<std::string> zone;
  Change<std::string> postal_code;
  Change<std::string> address_text;
  Change<Decimal> lat;
  Change<Decimal> lng;
  Change<std::string> contact_name;
  Change<std::string> contact_phone;
  std::optional<std::string> phone_region;
  Change<Uuid> owner_party_id;
  Change<std::string> mandate_number;
  Change<ListingEnergy> energy;
  Change<ListingFees> fees;
  Change<ListingCoownership> coownership;
  Change<ListingTerms> terms;
  Change<std::string> land_title_code;
  Change<std::vector<ExternalRef>> external_refs;
  std::optional<std::string> price_source;
  Change<std::string> meta;
};

/// ANN_T_PUBLISH, ANN_T_SUSPEND (with a MOD_REASON), ANN_T_RESUME or ANN_T_ARCHIVE. Refusals:
/// transition_not_allowed (`possible`), fields_missing (every publishing condition on fields and photos at
/// once; `refusals` names the others), quota_exceeded, guard_failed (`refusals`).
struct TransitionInput {
  Uuid id;
  std::int64_t version = 0;
  std::string transition_code;
  std::optional<std::string> reason_code;
  std::optional<std::string> comment;
};

/// Publish, resume, archive.
struct StepInput {
  Uuid id;
  std::int64_t version = 0;
  std::optional<std::string> comment;
};

/// Suspending needs a reason.
struct SuspendInput {
  Uuid id;
  std::int64_t version = 0;
  std::string reason_code;
  std::optional<std::string> comment;
};

/// A field that publishing still wants, as an error would name it.
struct MissingField {
  std::string path;
  std::string code;
  std::string message;
};

/// A transition, open to the caller or closed and why: "state" (the machine has none from here),
/// "permission", "conditions" (then `missing` and `refusals` say which).
struct Way {
  std::string code;
  std::string to;
  bool open = false;
  std::optional<std::string> closed_by;
  std::optional<std::string> reason_dictionary;  ///< taking it needs a reason of this dictionary
  std::vector<MissingField> missing;
  std::vector<PublishRefusal> refusals;
};
struct Ways {
  std::string status_code;
  std::int64_t version = 0;
  std::vector<Way> items;
};

/// Where a published listing is shown; replaces the list.
struct SetVisibility {
  Uuid id;
  std::int64_t version = 0;
  std::vector<std::string> visibility;
};

/// Lets a listing be published although it looks like another one; good for its present score.
struct OverrideDuplicate {
  Uuid id;
  std::int64_t version = 0;
  std::string justification;
};

/// Lines about the listing `id`, page by page, oldest first.
struct HistoryInput {
  Uuid id;
  std::int64_t limit = 100;
  std::optional<std::string> after;
};

/// How good a listing is now, 0..100, and what would make it better, most points first.
struct Quality {
  std::int64_t score = 0;
  std::vector<QualityGap> gaps;
};

/// A sentence that the law of the listing's country wants shown with it, in that law's language.
struct Mention {
  std::string code;
  std::string text;
};
struct Mentions {
  std::vector<Mention> items;
};

}  // namespace listings

namespace media {

/// At most 100 media a listing; the same content only once. Without `position` it comes last. The first
/// image is the primary one; `is_primary` makes this one it.
struct Add {
  Uuid listing_id;
  std::string media_type_code = "MEDIA_IMAGE";
  std::string storage_key;
  std::optional<std::string> content_hash;
  std::optional<std::string> perceptual_hash;
  std::optional<std::int64_t> position;
  bool is_primary = false;
  std::optional<std::int64_t> width;
  std::optional<std::int64_t> height;
};

/// Names the listing whose media are meant.
struct ListInput {
  Uuid listing_id;
};

/// All media of the listing in their new order, each once.
struct Reorder {
  Uuid listing_id;
  std::vector<std::string> ids;
};

/// The media of a listing by position.
struct Items {
  std::vector<ListingMedia> items;
};

}  // namespace media

template <>
struct Describe<listings::Create> {
  using In = listings::Create;
  static constexpr std::string_view name = "listings.create";
  static constexpr std::array fields{
      like<&In::transaction_type_code, Listing>("transaction_type_code", required),
      like<&In::property_type_code, Listing>("property_type_code", required),
      like<&In::title, Listing>("title", required),
      like<&In::description, Listing>("description"),
      like<&In::price, Listing>("price"),
      like<&In::surface_m2, Listing>("surface_m2"),
      like<&In::surface_carrez, Listing>("surface_carrez"),
      like<&In::surface_habitable, Listing>("surface_habitable"),
      like<&In::surface_reference, Listing>("surface_reference"),
      like<&In::surface_terrain, Listing>("surface_terrain"),
      like<&In::rooms, Listing>("rooms"),
      like<&In::bedrooms, Listing>("bedrooms"),
      like<&In::bathrooms, Listing>("bathrooms"),
      like<&In::floor, Listing>("floor"),
      like<&In::built_year, Listing>("built_year"),
      like<&In::amenities, Listing>("amenities"),
      like<&In::country_code, Listing>("country_code"),
      like<&In::city, Listing>("city"),
      like<&In::zone, Listing>("zone"),
      like<&In::postal_code, Listing>("postal_code"),
      like<&In::address_text, Listing>("address_text"),
      like<&In::lat, Listing>("lat"),
      like<&In::lng, Listing>("lng"),
      like<&In::contact_name, Listing>("contact_name"),
      like<&In::contact_phone, Listing>("contact_phone"),
      field<&In::phone_region>("phone_region", formatted(Format::region)),
      like<&In::owner_party_id, Listing>("owner_party_id"),
      like<&In::mandate_number, Listing>("mandate_number"),
      like<&In::energy, Listing>("energy"),
      like<&In::fees, Listing>("fees"),
      like<&In::coownership, Listing>("coownership"),
      like<&In::terms, Listing>("terms"),
      like<&In::land_title_code, Listing>("land_title_code"),
      like<&In::visibility, Listing>("visibility"),
      like<&In::external_refs, Listing>("external_refs"),
      field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<listings::Update> {
  using In = listings::Update;
  static constexpr std::string_view name = "listings.update";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::transaction_type_code, Listing>("transaction_type_code"),
                                     like<&In::property_type_code, Listing>("property_type_code"),
                                     like<&In::title, Listing>("title"),
                                     like<&In::description, Listing>("description"),
                                     like<&In::price, Listing>("price"),
                                     like<&In::surface_m2, Listing>("surface_m2"),
                                     like<&In::surface_carrez, Listing>("surface_carrez"),
                                     like<&In::surface_habitable, Listing>("surface_habitable"),
                                     like<&In::surface_reference, Listing>("surface_reference"),
                                     like<&In::surface_terrain, Listing>("surface_terrain"),
                                     like<&In::rooms, Listing>("rooms"),
                                     like<&In::bedrooms, Listing>("bedrooms"),
                                     like<&In::bathrooms, Listing>("bathrooms"),
                                     like<&In::floor, Listing>("floor"),
                                     like<&In::built_year, Listing>("built_year"),
                                     like<&In::amenities, Listing>("amenities"),
                                     like<&In::country_code, Listing>("country_code"),
                                     like<&In::city, Listing>("city"),
                                     like<&In::zone, Listing>("zone"),
                                     like<&In::postal_code, Listing>("postal_code"),
                                     like<&In::address_text, Listing>("address_text"),
                                     like<&In::lat, Listing>("lat"),
                                     like<&In::lng, Listing>("lng"),
                                     like<&In::contact_name, Listing>("contact_name"),
                                     like<&In::contact_phone, Listing>("contact_phone"),
                                     field<&In::phone_region>("phone_region", formatted(Format::region)),
                                     like<&In::owner_party_id, Listing>("owner_party_id"),
                                     like<&In::mandate_number, Listing>("mandate_number"),
                                     like<&In::energy, Listing>("energy"),
                                     like<&In::fees, Listing>("fees"),
                                     like<&In::coownership, Listing>("coownership"),
                                     like<&In::terms, Listing>("terms"),
                                     like<&In::land_title_code, Listing>("land_title_code"),
                                     like<&In::external_refs, Listing>("external_refs"),
                                     like<&In::price_source, PriceChange>("source"),
                                     field<&In::meta>("meta", json_object())};
};
template <>
struct Describe<listings::TransitionInput> {
  using In = listings::TransitionInput;
  static constexpr std::string_view name = "listings.transition";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required), field<&In::version>("version", range(1, INT64_MAX), required),
      field<&In::transition_code>("transition_code", line(1, 64), required),
      field<&In::reason_code>("reason_code", line(1, 64)), field<&In::comment>("comment", body(), free_text)};
};
template <>
struct Describe<listings::StepInput> {
  using In = listings::StepInput;
  static constexpr std::string_view name = "listings.step";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     field<&In::comment>("comment", body(), free_text)};
};
template <>
struct Describe<listings::SuspendInput> {
  using In = listings::SuspendInput;
  static constexpr std::string_view name = "listings.suspend";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     field<&In::reason_code>("reason_code", code("MOD_REASON"), required),
                                     field<&In::comment>("comment", body(), free_text)};
};
template <>
struct Describe<listings::MissingField> {
  using Out = listings::MissingField;
  static constexpr std::string_view name = "missing_field";
  static constexpr std::array fields{field<&Out::path>("path"), field<&Out::code>("code"),
                                     field<&Out::message>("message")};
};
template <>
struct Describe<listings::Way> {
  using Out = listings::Way;
  static constexpr std::string_view name = "listing_way";
  static constexpr std::array fields{field<&Out::code>("code"),
                                     field<&Out::to>("to"),
                                     field<&Out::open>("open"),
                                     field<&Out::closed_by>("closed_by"),
                                     field<&Out::reason_dictionary>("reason_dictionary"),
                                     field<&Out::missing>("missing"),
                                     field<&Out::refusals>("refusals")};
};
template <>
struct Describe<listings::Ways> {
  using Out = listings::Ways;
  static constexpr std::string_view name = "listings.transitions_result";
  static constexpr std::array fields{field<&Out::status_code>("status_code"), field<&Out::version>("version"),
                                     field<&Out::items>("items")};
};
template <>
struct Describe<listings::SetVisibility> {
  using In = listings::SetVisibility;
  static constexpr std::string_view name = "listings.set_visibility";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::version>("version", range(1, INT64_MAX), required),
                                     like<&In::visibility, Listing>("visibility", required)};
};
template <>
struct Describe<listings::OverrideDuplicate> {
  using In = listings::OverrideDuplicate;
  static constexpr std::string_view name = "listings.override_duplicate";
  static constexpr std::array fields{
      field<&In::id>("id", {}, required), field<&In::version>("version", range(1, INT64_MAX), required),
      field<&In::justification>("justification", body(1, 2000), required | free_text)};
};
template <>
struct Describe<listings::HistoryInput> {
  using In = listings::HistoryInput;
  static constexpr std::string_view name = "listings.history";
  static constexpr std::array fields{field<&In::id>("id", {}, required),
                                     field<&In::limit>("limit", range(1, 1000)),
                                     field<&In::after>("after", text(1, 4096))};
};
template <>
struct Describe<listings::Quality> {
  using Out = listings::Quality;
  static constexpr std::string_view name = "listings.quality_result";
  static constexpr std::array fields{field<&Out::score>("score"), field<&Out::gaps>("gaps")};
};
template <>
struct Describe<listings::Mention> {
  using Out = listings::Mention;
  static constexpr std::string_view name = "listing_mention";
  static constexpr std::array fields{field<&Out::code>("code"), field<&Out::text>("text")};
};
template <>
struct Describe<listings::Mentions> {
  using Out = listings::Mentions;
  static constexpr std::string_view name = "listings.mentions_result";
  static constexpr std::array fields{field<&Out::items>("items")};
};
template <>
struct Describe<media::Add> {
  using In = media::Add;
  static constexpr std::string_view name = "media.add";
  static constexpr std::array fields{field<&In::listing_id>("listing_id", reference("listing"), required),
                                     like<&In::media_type_code, ListingMedia>("media_type_code"),
                                     like<&In::storage_key, ListingMedia>("storage_key", required),
                                     like<&In::content_hash, ListingMedia>("content_hash"),
                                     like<&In::perceptual_hash, ListingMedia>("perceptual_hash"),
                                     like<&In::position, ListingMedia>("position"),
                                     like<&In::is_primary, ListingMedia>("is_primary"),
                                     like<&In::width, ListingMedia>("width"),
                                     like<&In::height, ListingMedia>("height")};
};
template <>
struct Describe<media::ListInput> {
  using In = media::ListInput;
  static constexpr std::string_view name = "media.list";
  static constexpr std::array fields{field<&In::listing_id>("listing_id", reference("listing"), required)};
};
template <>
struct Describe<media::Reorder> {
  using In = media::Reorder;
  static constexpr std::string_view name = "media.reorder";
  static constexpr std::array fields{field<&In::listing_id>("listing_id", reference("listing"), required),
                                     field<&In::ids>("ids", range(1, 100), required)};
};
template <>
struct Describe<media::Items> {
  using Out = media::Items;
  static constexpr std::string_view name = "media.items";
  static constexpr std::array fields{field<&Out::items>("items")};
};

namespace listings {

inline constexpr Operation<Create, Listing> create{{.name = "listings.create",
                                                    .permission = "LISTING_CREATE",
                                                    .effect = Effect::writes,
                                                    .summary = "Drafts a listing.",
                                                    .feature = "core.listings"}};
inline constexpr Operation<GetInput, Listing> get{
    {.name = "listings.get", .permission = "LISTING_READ_ORG", .summary = "One listing."}};
inline constexpr Operation<Update, Listing> update{
    {.name = "listings.update",
     .permission = "LISTING_UPDATE",
     .effect = Effect::writes,
     .summary = "Changes a listing's fields; absent members stay, null clears."}};
inline constexpr Operation<ListInput, Page<Listing>> list{
    {.name = "listings.list", .permission = "LISTING_READ_ORG", .summary = "Listings, page by page."}};
inline constexpr Operation<CountInput, Count> count{
    {.name = "listings.count", .permission = "LISTING_READ_ORG", .summary = "How many listings."}};
inline constexpr Operation<SearchInput, Page<Listing>> search{
    {.name = "listings.search",
     .permission = "LISTING_READ_ORG",
     .summary = "Listings whose title, description, city or zone hold every word, newest first."}};
inline constexpr Operation<TransitionInput, Listing> transition{
    {.name = "listings.transition",
     .permission = "LISTING_PUBLISH",
     .effect = Effect::writes,
     .summary = "Moves a listing along its machine by a transition's code.",
     .or_permission = "LISTING_ARCHIVE"}};
inline constexpr Operation<StepInput, Listing> publish{
    {.name = "listings.publish",
     .permission = "LISTING_PUBLISH",
     .effect = Effect::writes,
     .summary = "Publishes a draft that fulfils every publishing condition."}};
inline constexpr Operation<SuspendInput, Listing> suspend{
    {.name = "listings.suspend",
     .permission = "LISTING_PUBLISH",
     .effect = Effect::writes,
     .summary = "Takes a published listing off the public side, with a reason."}};
inline constexpr Operation<StepInput, Listing> resume{
    {.name = "listings.resume",
     .permission = "LISTING_PUBLISH",
     .effect = Effect::writes,
     .summary = "Publishes a suspended listing again, under the conditions of publishing."}};
inline constexpr Operation<StepInput, Listing> archive{
    {.name = "listings.archive",
     .permission = "LISTING_ARCHIVE",
     .effect = Effect::writes,
     .summary = "Archives a listing for good; it leaves the lists."}};
inline constexpr Operation<GetInput, Ways> transitions{
    {.name = "listings.transitions",
     .permission = "LISTING_READ_ORG",
     .summary = "What the caller may do with a listing now, and why the rest is closed."}};
inline constexpr Operation<SetVisibility, Listing> set_visibility{
    {.name = "listings.set_visibility",
     .permission = "LISTING_UPDATE",
     .effect = Effect::writes,
     .summary = "Says where a published listing is shown."}};
inline constexpr Operation<OverrideDuplicate, Listing> override_duplicate{
    {.name = "listings.override_duplicate",
     .permission = "DUPLICATE_OVERRIDE",
     .effect = Effect::writes,
     .summary = "Lets a listing be published in spite of its duplicate score, with a justification."}};
inline constexpr Operation<HistoryInput, Page<StatusChange>> history{
    {.name = "listings.history",
     .permission = "LISTING_READ_ORG",
     .summary = "The status history, oldest first."}};
inline constexpr Operation<HistoryInput, Page<PriceChange>> price_history{
    {.name = "listings.price_history",
     .permission = "LISTING_READ_ORG",
     .summary = "The changes of the price, oldest first."}};
inline constexpr Operation<GetInput, Quality> quality{
    {.name = "listings.quality",
     .permission = "LISTING_READ_ORG",
     .summary = "How good the listing is now, and what would make it better."}};
inline constexpr Operation<GetInput, Mentions> mentions{
    {.name = "listings.mentions",
     .permission = "LISTING_READ_ORG",
     .summary = "The sentences that the law wants shown with the listing."}};

/// Shown on the public side: published, not archived, for the public web.
bool is_public(const Listing& listing);

/// What a page of a listing must show besides its fields; see Mention. Pure.
std::vector<Mention> mentions_of(const Listing& listing);

/// Moves a listing for a rule of a room above (a moderator's decision): machine, row, history, event. The
/// caller has authorised it and holds `before` for update. No publishing condition is looked at. Throws
/// transition_not_allowed.
Listing take_step(Context& cx, const Listing& before, std::string_view transition_code,
                  const std::optional<std::string>& reason_code = {},
                  const std::optional<std::string>& comment = {});

/// The live media of a listing by position, at most 100; for answers of rooms above, without a scope.
std::vector<ListingMedia> media_of(Context& cx, const Uuid& listing);

/// Registers listings and media with their scopes. After register_parties and the status history.
void register_listings(Registry& registry);

}  // namespace listings

namespace media {

inline constexpr Operation<Add, ListingMedia> add{{.name = "media.add",
                                                   .permission = "MEDIA_UPLOAD",
                                                   .effect = Effect::writes,
                                                   .summary = "Adds a photo, plan, film or paper.",
                                                   .feature = "core.listings"}};
inline constexpr Operation<ListInput, Items> list{{.name = "media.list",
                                                   .permission = "LISTING_READ_ORG",
                                                   .summary = "The media of a listing by position."}};
inline constexpr Operation<Reorder, Items> reorder{
    {.name = "media.reorder",
     .permission = "MEDIA_UPLOAD",
     .effect = Effect::writes,
     .summary = "Puts the media of a listing in another order."}};
inline constexpr Operation<GetInput, ListingMedia> set_primary{
    {.name = "media.set_primary",
     .permission = "MEDIA_UPLOAD",
     .effect = Effect::writes,
     .summary = "Makes an image the one that stands for the listing."}};
inline constexpr Operation<GetInput, ListingMedia> remove{{.name = "media.remove",
                                                           .permission = "MEDIA_DELETE",
                                                           .effect = Effect::writes,
                                                           .summary = "Takes a medium off its listing."}};

}  // namespace media
}  // namespace atlas
