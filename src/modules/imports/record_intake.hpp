#pragma once
// A kind whose records are an entity with create, update and archive. Traits say what is particular to it:
//
//   Entity, Create, Update     the structs
//   create, update, archive    the operations
//   outcome(created, Taken&)   reads the result of create
//   settle(cx, job, in, before, change, wanted, out)
//                              `change` was filled from the row; brings it and `wanted` into the form in
//                              which the operation will keep it, so that what is the same compares as the
//                              same
//   raw_field(name)            the field that keeps a member as it was written, or ""
//   restored_as(cx, name, before, json)
//                              replaces the JSON of a member's value by what gives that value when written

#include <algorithm>
#include <nlohmann/json.hpp>

#include "atlas/schema_io.hpp"
#include "intake.hpp"
#include "undo_patch.hpp"

namespace atlas::imports {

/// Reads parameters; the error names every member that cannot be one.
template <class In>
std::optional<Error> read_input(std::string_view params, In& in) {
  std::vector<FieldError> errors;
  try {
    read_object(schema_of<In>(), params, &in, errors);
    throw_if_any(std::move(errors));
  } catch (const Error& e) {
    return e;
  }
  return std::nullopt;
}

template <class Traits>
class RecordIntake final : public Intake {
  using T = typename Traits::Entity;
  using Create = typename Traits::Create;
  using Update = typename Traits::Update;

 public:
  std::string_view entity() const override { return schema_of<T>().name; }
  std::string_view permission() const override { return Traits::create.traits.permission; }

  std::optional<Error> take(Context& cx, const ImportJob& job, const Record& record,
                            Taken& out) const override {
    const std::string params = record.params.value_or("{}");
    const std::optional<ExternalRef>& ref = record.external_ref;
    Create in{};
    if (auto error = read_input(params, in)) return error;
    if (ref) {
      if (const auto known = cx.find_external<T>(ref->source, ref->id))
        return meet(cx, job, record, in, *known, out);
      if (std::find(in.external_refs.begin(), in.external_refs.end(), *ref) == in.external_refs.end())
        in.external_refs.push_back(*ref);
    }
    typename std::remove_cvref_t<decltype(Traits::create)>::Output created{};
    if (auto error = cx.attempt(Traits::create, in, created)) return error;
    Traits::outcome(created, out);
    return std::nullopt;
  }

  std::optional<Present> find(Context& cx, const Uuid& id) const override {
    const auto found = cx.all<T>().find(id, RowLock::update);
    if (!found) return std::nullopt;
    return Present{found->version, found->archived_at.has_value()};
  }

  std::optional<Error> archive(Context& cx, const Uuid& id, std::int64_t version) const override {
    T archived{};
    typename std::remove_cvref_t<decltype(Traits::archive)>::Input in{};
    in.id = id;
    in.version = version;
    return cx.attempt(Traits::archive, in, archived);
  }

  std::optional<Error> undo(Context& cx, const Uuid& id, const std::string& undo, bool apply,
                            Undone& out) const override {
    const T now = cx.all<T>().get(id, RowLock::update);
    std::string params = R"({"id":")" + format_uuid(id) + R"(","version":)" + std::to_string(now.version);
    for (const UndoField& f : read_undo(undo)) {
      if (value_of(now, f.name) != f.after) {
        out.kept.push_back(f.name);
        continue;
      }
      out.restored.push_back(f.name);
      const Field* const field = schema_of<Update>().find(f.name);
      const bool merged = field && field->kind == Kind::json && field->rules.format == Format::json_object;
      params += "," + json_string(f.name) + ":" + (merged ? patch_back(f.after, f.before) : f.before);
    }
    if (out.restored.empty() || !apply) return std::nullopt;
    Update change{};
    if (auto error = read_input(params + "}", change)) return error;
    T after{};
    if (auto error = cx.attempt(Traits::update, change, after)) return error;
    out.version = after.version;
    return std::nullopt;
  }

 private:
  /// Where a member was kept as it was written, that is what tells whether it is still the same.
  static std::string value_of(const T& record, std::string_view member) {
    const std::string_view raw = Traits::raw_field(member);
    std::string text;
    write_field(text, *schema_of<T>().find(raw.empty() ? member : raw), &record);
    return text;
  }

  /// The row as the update of the record.
  static std::string as_update(const std::string& params, const T& record) {
    Json all = parse_json(params);
    for (auto it = all.begin(); it != all.end();) {
      const std::string& name = it.key();
      const bool takes =
          name != "external_refs" && schema_of<Update>().find(name) && schema_of<T>().find(name);
      it = takes && !it->is_null() ? std::next(it) : all.erase(it);
    }
    all["id"] = format_uuid(record.id);
    all["version"] = record.version;
    return all.dump();
  }

  /// A row whose id is known. Only the first id that a record has from a system is its own: the others are
  /// those of rows that met it.
  static bool is_own_ref(const T& record, const ExternalRef& ref) {
    for (const ExternalRef& r : record.external_refs)
      if (r.source == ref.source) return r.id == ref.id;
    return false;
  }

  std::optional<Error> meet(Context& cx, const ImportJob& job, const Record& record, const Create& in,
                            const Uuid& id, Taken& out) const {
    const T before = cx.all<T>().get(id, RowLock::update);
    out.outcome = "duplicate";
    out.id = id;
    out.version = before.version;
    out.subject = before.subject_id;
    if (!is_own_ref(before, *record.external_ref)) return std::nullopt;
    if (record.seen_at && is_overtaken(cx, id, *record.seen_at)) return std::nullopt;
    Update change{};
    if (auto error = read_input(as_update(*record.params, before), change)) return error;
    T wanted = before;
    copy_fields(schema_of<Update>(), &change, schema_of<T>(), &wanted, true);
    Traits::settle(cx, job, in, before, change, wanted, out);
    bool differs = false;
    const std::function<bool(const Field&)> wants = [&](const Field& f) {
      const Field* const stored = schema_of<T>().find(f.name);
      if (f.name == "id" || f.name == "version" || !stored) return true;
      if (!is_present(f, &change) || equal_field(*stored, &before, &wanted)) return false;
      return differs = true;
    };
    std::string text;
    write_object(text, schema_of<Update>(), &change, {.skip_absent = true, .only = &wants});
    if (!differs) return std::nullopt;
    Update only{};
    if (auto error = read_input(text, only)) return error;
    T after{};
    if (auto error = cx.attempt(Traits::update, only, after)) return error;
    if (after.version == before.version) return std::nullopt;
    out.outcome = "updated";
    out.version = after.version;
    out.undo = difference(cx, before, after);
    return std::nullopt;
  }

  static std::string difference(Context& cx, const T& before, const T& after) {
    UndoWriter undo;
    for (const Field& f : schema_of<Update>().fields) {
      const Field* const stored = schema_of<T>().find(f.name);
      if (!stored || f.holder != Holder::change || equal_field(*stored, &before, &after)) continue;
      std::string restores;
      write_field(restores, *stored, &before);
      Traits::restored_as(cx, f.name, before, restores);
      undo.add(f.name, restores, value_of(after, f.name));
    }
    return undo.text();
  }
};

}  // namespace atlas::imports
