#pragma once
// The operations of reference data. Included by reference.hpp.

#include "atlas/reference.hpp"

namespace atlas {
namespace reference_data {

/// Where a code comes from: a seed as it is, a seed that the organisation changed, or its own.
inline constexpr std::array<std::string_view, 3> origins{"default", "override", "tenant"};
inline constexpr std::array<std::string_view, 2> formats{"json", "csv"};

/// One code as the organisation has it. `label` is in the language asked for, else French, English, Arabic,
/// else the code itself.
struct Item {
  std::string dict_type;
  std::string code;
  std::string label;
  Labels labels;
  std::int64_t sort_order = 0;
  bool is_active = true;
  std::string metadata = "{}";
  std::string origin = "default";
  std::int64_t version = 0;  ///< 0: as seeded
};
struct Items {
  std::vector<Item> items;
};

/// `locale` (fr, en-GB, …) is the organisation's when absent.
struct List {
  std::optional<std::string> dict_type;
  std::optional<std::string> locale;
  bool include_inactive = false;
};
struct Get {
  std::string dict_type;
  std::string code;
  std::optional<std::string> locale;
};

/// A code of the organisation's own: A–Z, 0–9 and _, at most 64. It comes last unless `sort_order` says
/// where.
struct Create {
  std::string dict_type;
  std::string code;
  Labels labels;
  std::optional<std::int64_t> sort_order;
  bool is_active = true;
  std::string metadata = "{}";
};

/// An absent member is unchanged, null goes back to the seed's value; `labels` and `metadata` are replaced
/// whole. With `version` a code that has changed since it was read is conflict.
struct Update {
  std::string dict_type;
  std::string code;
  std::optional<std::int64_t> version;
  Change<Labels> labels;
  Change<std::int64_t> sort_order;
  Change<bool> is_active;
  Change<std::string> metadata;
};

/// An own code that no record carries, or a changed seed.
struct Remove {
  std::string dict_type;
  std::string code;
};
/// `code` is the seed as it is again; absent when the organisation's own code was removed.
struct Removed {
  bool removed = false;
  std::optional<Item> code;
};

/// One dictionary. Of a closed one codes may be worded and ordered, not added or switched off.
struct Dictionary {
  std::string dict_type;
  bool closed = false;
  std::optional<std::string> reason;  ///< why it is closed
  std::int64_t codes = 0;             ///< all, inactive ones too
  std::int64_t inactive = 0;
  std::int64_t overridden = 0;
  std::int64_t own = 0;
};
struct Dictionaries {
  std::vector<Dictionary> items;
};

/// One line of an export or import. Absent: unchanged (of a new code: as for `create`). `origin` is told in
/// an export and not looked at in an import.
struct Row {
  std::string dict_type;
  std::string code;
  std::optional<Labels> labels;
  std::optional<std::int64_t> sort_order;
  std::optional<bool> is_active;
  std::optional<std::string> metadata;
  std::optional<std::string> origin;
};

/// One dictionary or all, in one of `formats`.
struct Export {
  std::optional<std::string> dict_type;
  std::string format = "json";
};
/// `rows` or `csv`, as asked; inactive codes too. What was exported imports without a change.
struct Exported {
  std::int64_t count = 0;
  std::optional<std::vector<Row>> rows;
  std::optional<std::string> csv;
};

/// Either rows or csv: a header with at least dict_type and code, then label_fr, label_en, label_ar,
/// sort_order, is_active, metadata in any order; an empty cell is absent. All or nothing.
struct Import {
  std::optional<std::vector<Row>> rows;
  std::optional<std::string> csv;
  bool dry_run = false;  ///< only say what would be done
};
struct Imported {
  std::int64_t rows = 0;
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  bool applied = false;
};

}  // namespace reference_data

template <>
struct Describe<reference_data::Item> {
  using T = reference_data::Item;
  static constexpr std::string_view name = "reference.item";
  static constexpr std::array fields{like<&T::dict_type, ReferenceCode>("dict_type"),
                                     like<&T::code, ReferenceCode>("code"),
                                     field<&T::label>("label", line(1, 200)),
                                     like<&T::labels, ReferenceCode>("labels"),
                                     like<&T::sort_order, ReferenceCode>("sort_order"),
                                     like<&T::is_active, ReferenceCode>("is_active"),
                                     like<&T::metadata, ReferenceCode>("metadata"),
                                     field<&T::origin>("origin", one_of(reference_data::origins)),
                                     field<&T::version>("version", range(0, INT64_MAX))};
};
template <>
struct Describe<reference_data::Items> {
  using T = reference_data::Items;
  static constexpr std::string_view name = "reference.items";
  static constexpr std::array fields{field<&T::items>("items")};
};
template <>
struct Describe<reference_data::List> {
  using T = reference_data::List;
  static constexpr std::string_view name = "reference.list";
  static constexpr std::array fields{like<&T::dict_type, ReferenceCode>("dict_type"),
                                     field<&T::locale>("locale", formatted(Format::locale)),
                                     field<&T::include_inactive>("include_inactive")};
};
template <>
struct Describe<reference_data::Get> {
  using T = reference_data::Get;
  static constexpr std::string_view name = "reference.get";
  static constexpr std::array fields{like<&T::dict_type, ReferenceCode>("dict_type", required),
                                     like<&T::code, ReferenceCode>("code", required),
                                     field<&T::locale>("locale", formatted(Format::locale))};
};
template <>
struct Describe<reference_data::Create> {
  using T = reference_data::Create;
  static constexpr std::string_view name = "reference.create";
  static constexpr std::array fields{like<&T::dict_type, ReferenceCode>("dict_type", required),
                                     like<&T::code, ReferenceCode>("code", required),
                                     like<&T::labels, ReferenceCode>("labels", required),
                                     like<&T::sort_order, ReferenceCode>("sort_order"),
                                     like<&T::is_active, ReferenceCode>("is_active"),
                                     like<&T::metadata, ReferenceCode>("metadata")};
};
template <>
struct Describe<reference_data::Update> {
  using T = reference_data::Update;
  static constexpr std::string_view name = "reference.update";
  static constexpr std::array fields{like<&T::dict_type, ReferenceCode>("dict_type", required),
                                     like<&T::code, ReferenceCode>("code", required),
                                     field<&T::version>("version", range(0, INT64_MAX)),
                                     like<&T::labels, ReferenceCode>("labels"),
                                     like<&T::sort_order, ReferenceCode>("sort_order"),
                                     like<&T::is_active, ReferenceCode>("is_active"),
                                     like<&T::metadata, ReferenceCode>("metadata")};
};
template <>
struct Describe<reference_data::Remove> {
  using T = reference_data::Remove;
  static constexpr std::string_view name = "reference.remove";
  static constexpr std::array fields{like<&T::dict_type, ReferenceCode>("dict_type", required),
                                     like<&T::code, ReferenceCode>("code", required)};
};
template <>
struct Describe<reference_data::Removed> {
  using T = reference_data::Removed;
  static constexpr std::string_view name = "reference.removed";
  static constexpr std::array fields{field<&T::removed>("removed"), field<&T::code>("code")};
};
template <>
struct Describe<reference_data::Dictionary> {
  using T = reference_data::Dictionary;
  static constexpr std::string_view name = "reference.dictionary";
  static constexpr std::array fields{field<&T::dict_type>("dict_type"),
                                     field<&T::closed>("closed"),
                                     field<&T::reason>("reason"),
                                     field<&T::codes>("codes"),
                                     field<&T::inactive>("inactive"),
                                     field<&T::overridden>("overridden"),
                                     field<&T::own>("own")};
};
template <>
struct Describe<reference_data::Dictionaries> {
  using T = reference_data::Dictionaries;
  static constexpr std::string_view name = "reference.dictionaries";
  static constexpr std::array fields{field<&T::items>("items")};
};
template <>
struct Describe<reference_data::Row> {
  using T = reference_data::Row;
  static constexpr std::string_view name = "reference.row";
  static constexpr std::array fields{like<&T::dict_type, ReferenceCode>("dict_type", required),
                                     like<&T::code, ReferenceCode>("code", required),
                                     like<&T::labels, ReferenceCode>("labels"),
                                     like<&T::sort_order, ReferenceCode>("sort_order"),
                                     like<&T::is_active, ReferenceCode>("is_active"),
                                     like<&T::metadata, ReferenceCode>("metadata"),
                                     field<&T::origin>("origin", one_of(reference_data::origins))};
};
template <>
struct Describe<reference_data::Export> {
  using T = reference_data::Export;
  static constexpr std::string_view name = "reference.export";
  static constexpr std::array fields{like<&T::dict_type, ReferenceCode>("dict_type"),
                                     field<&T::format>("format", one_of(reference_data::formats))};
};
template <>
struct Describe<reference_data::Exported> {
  using T = reference_data::Exported;
  static constexpr std::string_view name = "reference.exported";
  static constexpr std::array fields{field<&T::count>("count"), field<&T::rows>("rows", {}, omit_absent),
                                     field<&T::csv>("csv", text(0, 4'000'000), omit_absent)};
};
template <>
struct Describe<reference_data::Import> {
  using T = reference_data::Import;
  static constexpr std::string_view name = "reference.import";
  static constexpr std::array fields{field<&T::rows>("rows", range(0, 5'000)),
                                     field<&T::csv>("csv", text(1, 4'000'000)),
                                     field<&T::dry_run>("dry_run")};
};
template <>
struct Describe<reference_data::Imported> {
  using T = reference_data::Imported;
  static constexpr std::string_view name = "reference.imported";
  static constexpr std::array fields{field<&T::rows>("rows"), field<&T::created>("created"),
                                     field<&T::updated>("updated"), field<&T::unchanged>("unchanged"),
                                     field<&T::applied>("applied")};
};

namespace reference_data {

inline constexpr Operation<List, Items> list{
    {.name = "reference.list",
     .permission = "",
     .summary = "The codes of one dictionary, or of all, in their order: seeds and the organisation's own."}};
inline constexpr Operation<Get, Item> get{
    {.name = "reference.get", .permission = "", .summary = "One code with its labels."}};
inline constexpr Operation<Nothing, Dictionaries> dictionaries{
    {.name = "reference.dictionaries",
     .permission = "",
     .summary = "The dictionaries: which may be extended, and how much the organisation made its own."}};
inline constexpr Operation<Create, Item> create{{.name = "reference.create",
                                                 .permission = "REFERENCE_MANAGE",
                                                 .effect = Effect::writes,
                                                 .summary = "Adds a code of the organisation's own."}};
inline constexpr Operation<Update, Item> update{
    {.name = "reference.update",
     .permission = "REFERENCE_MANAGE",
     .effect = Effect::writes,
     .summary = "Changes how a code is worded and ordered, or switches it on or off for new records."}};
inline constexpr Operation<Remove, Removed> remove{
    {.name = "reference.remove",
     .permission = "REFERENCE_MANAGE",
     .effect = Effect::writes,
     .summary = "Removes an own code that no record carries, or makes a changed seed as it was."}};
inline constexpr Operation<Export, Exported> export_codes{
    {.name = "reference.export",
     .permission = "",
     .summary =
         "The codes with all their labels, as rows or CSV, for a spreadsheet or another organisation."}};
inline constexpr Operation<Import, Imported> import_codes{
    {.name = "reference.import",
     .permission = "REFERENCE_MANAGE",
     .effect = Effect::writes,
     .summary =
         "Adds and changes codes from rows or CSV, all or nothing; with dry_run only says what it would."}};

/// Registers reference data and what the checks of codes ask. After register_users.
void register_reference(Registry& registry);

}  // namespace reference_data
}  // namespace atlas
