// The map as a document: read with every mistake named, and written.

#include "atlas/import_map.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "atlas/json.hpp"
#include "atlas/phone.hpp"
#include "atlas/text.hpp"

namespace atlas::imports {
namespace {

constexpr std::size_t max_map_bytes = 256u << 10;
constexpr std::size_t max_columns = 32, max_rules = 8, max_codes = 500, max_name_bytes = 1'024;
constexpr std::size_t max_meta_fields = 100;

std::string pointer(const std::string& path, std::string_view name) {
  std::string out = path + "/";
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out.push_back(c);
  }
  return out;
}

// Reads a map from its document, gathering what is wrong.
class MapReader {
 public:
  ImportMap read(const Json& doc) {
    if (!doc.is_object()) {
      add("", field_code::wrong_type, "a map is an object");
      return {};
    }
    known(doc, "",
          {"kind", "note", "format", "encoding", "separator", "source", "phone_region", "currency",
           "date_order", "time_zone", "columns", "constants"});
    kind(doc);
    if (const Json* v = member(doc, "note")) map_.note = text(*v, "/note", 10'000);
    options(doc);
    constant_or_column(doc, "source", map_.source);
    constant_or_column(doc, "phone_region", map_.phone_region);
    if (!map_.phone_region.constant.empty() && !is_phone_region(map_.phone_region.constant))
      add("/phone_region", field_code::not_a_code, "an ISO 3166-1 region of two letters is expected");
    columns(doc);
    constants(doc);
    check_whole();
    return std::move(map_);
  }

  std::vector<FieldError> errors;

 private:
  void add(std::string path, std::string_view code, std::string message) {
    if (errors.size() < 100) errors.push_back({std::move(path), std::string(code), std::move(message)});
  }
  const Json* member(const Json& object, std::string_view name) const {
    const auto it = object.find(name);
    return it == object.end() || it->is_null() ? nullptr : &*it;
  }
  void known(const Json& object, const std::string& path, std::initializer_list<std::string_view> names) {
    for (const auto& [name, value] : object.items())
      if (std::find(names.begin(), names.end(), name) == names.end())
        add(pointer(path, name), field_code::unknown_member, "a map has no such member here");
  }
  std::string text(const Json& value, const std::string& path, std::size_t most = max_name_bytes) {
    if (!value.is_string()) {
      add(path, field_code::wrong_type, "a text is expected");
      return {};
    }
    const auto& s = value.get_ref<const std::string&>();
    if (s.size() > most) {
      add(path, field_code::too_long, "the text is too long");
      return {};
    }
    return s;
  }

  void kind(const Json& doc) {
    const Json* v = member(doc, "kind");
    if (!v) return add("/kind", field_code::required, "what the records are must be given");
    const auto kind = parse_import_kind(text(*v, "/kind"));
    if (!kind)
      add("/kind", field_code::not_a_code, "listings, dossiers, parties or consents is expected");
    else
      map_.kind = *kind;
    has_kind_ = kind.has_value();
  }

  void options(const Json& doc) {
    if (const Json* v = member(doc, "format")) {
      map_.format = parse_file_format(text(*v, "/format"));
      if (!map_.format) add("/format", field_code::not_a_code, "csv or jsonl is expected");
    }
    if (const Json* v = member(doc, "encoding")) {
      map_.encoding = parse_text_encoding(text(*v, "/encoding"));
      if (!map_.encoding)
        add("/encoding", field_code::not_a_code, "utf-8, windows-1252, utf-16le or utf-16be is expected");
    }
    if (const Json* v = member(doc, "separator")) {
      const std::string s = text(*v, "/separator");
      if (s == "tab" || s == "\t")
        map_.separator = '\t';
      else if (s.size() == 1 && s[0] > ' ' && s[0] < 0x7f && s[0] != '"')
        map_.separator = s[0];
      else
        add("/separator", field_code::wrong_type, "one character, as ; or , or tab, is expected");
    }
    if (const Json* v = member(doc, "currency")) {
      map_.currency = parse_currency(text(*v, "/currency"));
      if (!map_.currency) add("/currency", field_code::not_a_code, "an ISO 4217 currency is expected");
    }
    if (const Json* v = member(doc, "date_order")) {
      const std::string s = text(*v, "/date_order");
      if (s == "day_first")
        map_.date_order = DateOrder::day_first;
      else if (s == "month_first")
        map_.date_order = DateOrder::month_first;
      else
        add("/date_order", field_code::not_a_code, "day_first or month_first is expected");
    }
    if (const Json* v = member(doc, "time_zone")) {
      const std::string s = text(*v, "/time_zone");
      if (is_time_zone(s))
        map_.time_zone = s;
      else
        add("/time_zone", field_code::not_a_code, "a time zone such as Africa/Casablanca is expected");
    }
  }

  void constant_or_column(const Json& doc, std::string_view name, ConstantOrColumn& out) {
    const Json* v = member(doc, name);
    if (!v) return;
    const std::string path = pointer("", name);
    if (v->is_string()) {
      out.constant = text(*v, path, 64);
      if (trim(out.constant).empty()) add(path, field_code::too_short, "the text is empty");
      return;
    }
    if (!v->is_object())
      return add(path, field_code::wrong_type, "a text, or an object with a column, is expected");
    known(*v, path, {"column", "codes"});
    const Json* column = member(*v, "column");
    if (!column) return add(path + "/column", field_code::required, "the column must be given");
    out.columns = names(*column, path + "/column");
    if (const Json* c = member(*v, "codes")) out.codes = codes(*c, path + "/codes");
  }

  std::vector<std::string> names(const Json& value, const std::string& path) {
    std::vector<std::string> out;
    const auto one = [&](const Json& v, const std::string& at) {
      std::string name = text(v, at);
      if (v.is_string() && trim(name).empty())
        add(at, field_code::too_short, "the name of a column is empty");
      else if (v.is_string())
        out.emplace_back(trim(name));
    };
    if (!value.is_array()) {
      one(value, path);
      return out;
    }
    if (value.empty() || value.size() > max_columns) {
      add(path, value.empty() ? field_code::too_short : field_code::too_long, "1 to 32 columns are expected");
      return out;
    }
    for (std::size_t i = 0; i < value.size(); ++i) one(value[i], path + "/" + std::to_string(i));
    return out;
  }

  std::vector<std::pair<std::string, std::string>> codes(const Json& value, const std::string& path) {
    std::vector<std::pair<std::string, std::string>> out;
    if (!value.is_object() || value.size() > max_codes) {
      add(path, value.is_object() ? field_code::too_long : field_code::wrong_type,
          "an object of at most 500 texts is expected");
      return out;
    }
    for (const auto& [from, to] : value.items()) {
      const std::string at = pointer(path, from);
      const std::string code = text(to, at);
      const std::string key = fold(from);
      for (const auto& [other, unused] : out)
        if (other == key) add(at, field_code::duplicate_member, "it reads the same as another one");
      out.emplace_back(key, code);
    }
    return out;
  }

  void columns(const Json& doc) {
    const Json* v = member(doc, "columns");
    if (!v) return;
    if (!v->is_object()) return add("/columns", field_code::wrong_type, "an object is expected");
    std::size_t free_fields = 0;
    for (const auto& [name, value] : v->items()) {
      const std::string path = pointer("/columns", name);
      if (name == "external_id") {
        map_.external_id = rule(value, path, TargetField{.name = "external_id"});
        if (has_kind_ && map_.kind == ImportKind::consents)
          add(path, field_code::unknown_member, "consents have no ids elsewhere; name the evidence instead");
        continue;
      }
      if (name == "seen_at") {
        map_.seen_at = rule(value, path, TargetField{.name = "seen_at", .parse = Parse::time});
        continue;
      }
      const auto target = has_kind_ ? find_target(map_.kind, name) : std::nullopt;
      if (!target) {
        if (has_kind_) add(path, field_code::unknown_member, "there is no such field");
        continue;
      }
      if (target->name.starts_with("meta.") && ++free_fields > max_meta_fields)
        add(path, field_code::too_long, "too many fields of meta");
      FieldRules field{.field = name, .rules = {}};
      if (value.is_array()) {
        if (value.empty() || value.size() > max_rules)
          add(path, value.empty() ? field_code::too_short : field_code::too_long,
              "1 to 8 rules are expected");
        else
          for (std::size_t i = 0; i < value.size(); ++i)
            field.rules.push_back(rule(value[i], path + "/" + std::to_string(i), *target));
      } else {
        field.rules.push_back(rule(value, path, *target));
      }
      map_.fields.push_back(std::move(field));
    }
  }

  ColumnRule rule(const Json& value, const std::string& path, const TargetField& target) {
    ColumnRule out{.parse = target.parse};
    if (value.is_string()) {
      out.columns = names(value, path);
      return out;
    }
    if (!value.is_object()) {
      add(path, field_code::wrong_type, "the name of a column, or an object, is expected");
      return out;
    }
    known(value, path,
          {"column", "columns", "join", "parse", "codes", "default", "from_text", "shorten", "if_unreadable",
           "only_for"});
    const Json* column = member(value, "column");
    const Json* several = member(value, "columns");
    if ((column != nullptr) == (several != nullptr))
      add(path, field_code::required,
          "one of column (or several, of which the first that is not empty counts) and columns is expected");
    if (column) out.columns = names(*column, path + "/column");
    if (several) out.columns = names(*several, path + "/columns");
    if (const Json* v = member(value, "parse")) {
      const auto parse = parse_parse(text(*v, path + "/parse"));
      if (!parse)
        add(path + "/parse", field_code::not_a_code, "there is no such parser");
      else if (shape_of(*parse) != shape_of(target.parse))
        add(path + "/parse", field_code::wrong_type, "it does not give what the field holds");
      else if (*parse == Parse::choice && target.choices.empty())
        add(path + "/parse", field_code::wrong_type, "the field has no list of values");
      else
        out.parse = *parse;
    }
    const bool is_list = shape_of(out.parse) == ValueShape::texts;
    if (const Json* v = member(value, "join")) {
      out.join = text(*v, path + "/join", 16);
      if (!several || is_list)
        add(path + "/join", field_code::unknown_member, "only columns of a text are joined");
    } else if (several && !is_list) {
      add(path + "/join", field_code::required, "the text to join the columns with must be given");
    }
    out.all = several != nullptr && is_list;
    if (const Json* v = member(value, "codes")) out.codes = codes(*v, path + "/codes");
    flag(value, "from_text", path, out.from_text);
    flag(value, "shorten", path, out.shorten);
    if (out.from_text && !can_be_found(out.parse, target))
      add(path + "/from_text", field_code::unknown_member, "such a value is not looked for inside a text");
    if (out.shorten && (shape_of(out.parse) != ValueShape::text || target.max_length == 0))
      add(path + "/shorten", field_code::unknown_member, "the field is no text with a greatest length");
    if (const Json* v = member(value, "if_unreadable")) {
      const std::string s = text(*v, path + "/if_unreadable");
      if (s == "skip")
        out.if_unreadable = IfUnreadable::skip;
      else if (s != "refuse")
        add(path + "/if_unreadable", field_code::not_a_code, "refuse or skip is expected");
    }
    if (const Json* v = member(value, "only_for")) only_for(*v, path + "/only_for", target, out.only_for);
    if (const Json* v = member(value, "default")) out.default_json = literal(*v, path + "/default", target);
    return out;
  }

  void only_for(const Json& value, const std::string& path, const TargetField& target,
                std::vector<std::string>& out) {
    if (map_.kind != ImportKind::listings || target.name == "transaction_type_code" ||
        target.name == "external_id" || target.name == "seen_at")
      return add(path, field_code::unknown_member, "only fields of listings depend on the transaction");
    const Json all = value.is_array() ? value : Json::array({value});
    if (all.empty() || all.size() > 8) return add(path, field_code::too_long, "1 to 8 codes are expected");
    for (const Json& one : all) out.push_back(text(one, path, 64));
  }

  static bool can_be_found(Parse parse, const TargetField& target) {
    switch (parse) {
      case Parse::price:
      case Parse::surface:
      case Parse::rooms:
      case Parse::bedrooms:
      case Parse::bathrooms:
      case Parse::floor:
        return true;
      case Parse::code:
        return target.dictionary == "TX_TYPE" || target.dictionary == "PROPERTY_TYPE";
      default:
        return false;
    }
  }

  void flag(const Json& object, std::string_view name, const std::string& path, bool& out) {
    const Json* v = member(object, name);
    if (!v) return;
    if (!v->is_boolean())
      add(pointer(path, name), field_code::wrong_type, "true or false is expected");
    else
      out = v->get<bool>();
  }

  // A value as the operation takes it.
  std::string literal(const Json& v, const std::string& path, const TargetField& target) {
    bool fits = false;
    switch (shape_of(target.parse)) {
      case ValueShape::text:
        fits = v.is_string();
        break;
      case ValueShape::date:
        fits = v.is_string() && parse_date(v.get_ref<const std::string&>());
        break;
      case ValueShape::time:
        fits = v.is_string() && parse_timestamp(v.get_ref<const std::string&>());
        break;
      case ValueShape::integer:
        fits = v.is_number_integer();
        break;
      case ValueShape::decimal:
        fits =
            v.is_number() || (v.is_string() && parse_decimal(v.get_ref<const std::string&>(), target.scale));
        break;
      case ValueShape::boolean:
        fits = v.is_boolean();
        break;
      case ValueShape::money:
        fits = v.is_object() && v.size() == 2 && v.contains("amount") && v["amount"].is_number_integer() &&
               v.contains("currency") && v["currency"].is_string() &&
               parse_currency(v["currency"].get_ref<const std::string&>());
        break;
      case ValueShape::texts:
        fits = v.is_array() && std::all_of(v.begin(), v.end(), [](const Json& e) { return e.is_string(); });
        break;
    }
    if (!fits) add(path, field_code::wrong_type, "it is not what the field holds, as the operation takes it");
    return v.dump();
  }

  void constants(const Json& doc) {
    const Json* v = member(doc, "constants");
    if (!v) return;
    if (!v->is_object()) return add("/constants", field_code::wrong_type, "an object is expected");
    for (const auto& [name, value] : v->items()) {
      const std::string path = pointer("/constants", name);
      const auto target = has_kind_ ? find_target(map_.kind, name) : std::nullopt;
      if (!target) {
        if (has_kind_) add(path, field_code::unknown_member, "there is no such field");
        continue;
      }
      for (const FieldRules& f : map_.fields)
        if (f.field == name)
          add(path, field_code::duplicate_member,
              "a column fills the field already; give the rule a default instead");
      map_.constants.emplace_back(name, literal(value, path, *target));
    }
  }

  void check_whole() {
    if (!has_kind_) return;
    for (const TargetField& target : target_fields(map_.kind)) {
      if (!target.is_required) continue;
      const bool filled = std::any_of(map_.fields.begin(), map_.fields.end(),
                                      [&](const auto& f) { return f.field == target.name; }) ||
                          std::any_of(map_.constants.begin(), map_.constants.end(),
                                      [&](const auto& c) { return c.first == target.name; });
      if (!filled) add(pointer("/columns", target.name), field_code::required, "nothing fills this field");
    }
    if (map_.external_id && !map_.source.is_given())
      add("/source", field_code::required, "whose ids they are must be given");
    const auto place = [&](std::string_view name) {
      const auto all = target_fields(map_.kind);
      return std::find_if(all.begin(), all.end(), [&](const TargetField& t) { return t.name == name; }) -
             all.begin();
    };
    std::sort(map_.fields.begin(), map_.fields.end(), [&](const FieldRules& a, const FieldRules& b) {
      return std::pair(place(a.field), std::string_view(a.field)) <
             std::pair(place(b.field), std::string_view(b.field));
    });
  }

  ImportMap map_;
  bool has_kind_ = false;
};

using Ordered = nlohmann::ordered_json;

Ordered names_of(const std::vector<std::string>& names) {
  if (names.size() == 1) return names.front();
  return Ordered(names);
}

Ordered codes_of(const std::vector<std::pair<std::string, std::string>>& codes) {
  Ordered out = Ordered::object();
  for (const auto& [from, to] : codes) out[from] = to;
  return out;
}

Ordered rule_of(const ColumnRule& rule, Parse usual) {
  Ordered out = Ordered::object();
  if (rule.all || rule.join)
    out["columns"] = rule.columns;
  else
    out["column"] = names_of(rule.columns);
  if (rule.join) out["join"] = *rule.join;
  if (rule.parse != usual) out["parse"] = to_string(rule.parse);
  if (!rule.codes.empty()) out["codes"] = codes_of(rule.codes);
  if (rule.from_text) out["from_text"] = true;
  if (rule.shorten) out["shorten"] = true;
  if (rule.if_unreadable == IfUnreadable::skip) out["if_unreadable"] = "skip";
  if (!rule.only_for.empty()) out["only_for"] = names_of(rule.only_for);
  if (rule.default_json) out["default"] = Ordered::parse(*rule.default_json);
  if (out.size() == 1 && out.contains("column") && out["column"].is_string()) return out["column"];
  return out;
}

void put(Ordered& out, const char* name, const ConstantOrColumn& value) {
  if (!value.constant.empty()) {
    out[name] = value.constant;
  } else if (!value.columns.empty()) {
    out[name] = {{"column", names_of(value.columns)}};
    if (!value.codes.empty()) out[name]["codes"] = codes_of(value.codes);
  }
}

}  // namespace

ImportMap read_import_map(std::string_view json) {
  const Json doc = parse_json(json, {.depth = 16, .size = max_map_bytes});
  MapReader reader;
  ImportMap map = reader.read(doc);
  if (!reader.errors.empty())
    throw Error(ErrorCode::invalid_argument, "the map is refused").fields(std::move(reader.errors));
  return map;
}

std::string to_json(const ImportMap& map, bool indented) {
  Ordered out = Ordered::object();
  out["kind"] = to_string(map.kind);
  if (!map.note.empty()) out["note"] = map.note;
  if (map.format) out["format"] = to_string(*map.format);
  if (map.encoding) out["encoding"] = to_string(*map.encoding);
  if (map.separator)
    out["separator"] = *map.separator == '\t' ? std::string("tab") : std::string(1, *map.separator);
  put(out, "source", map.source);
  put(out, "phone_region", map.phone_region);
  if (map.currency) out["currency"] = map.currency->view();
  if (map.date_order)
    out["date_order"] = *map.date_order == DateOrder::day_first ? "day_first" : "month_first";
  if (map.time_zone) out["time_zone"] = *map.time_zone;
  Ordered columns = Ordered::object();
  if (map.external_id) columns["external_id"] = rule_of(*map.external_id, Parse::text);
  if (map.seen_at) columns["seen_at"] = rule_of(*map.seen_at, Parse::time);
  for (const FieldRules& f : map.fields) {
    const auto target = find_target(map.kind, f.field);
    const Parse usual = target ? target->parse : Parse::text;
    if (f.rules.size() == 1) {
      columns[f.field] = rule_of(f.rules.front(), usual);
    } else {
      columns[f.field] = Ordered::array();
      for (const ColumnRule& r : f.rules) columns[f.field].push_back(rule_of(r, usual));
    }
  }
  out["columns"] = std::move(columns);
  if (!map.constants.empty()) {
    out["constants"] = Ordered::object();
    for (const auto& [field, value] : map.constants) out["constants"][field] = Ordered::parse(value);
  }
  return out.dump(indented ? 2 : -1);
}

ReaderOptions ImportMap::reader_options() const {
  return {.format = format, .encoding = encoding, .separator = separator, .limits = {}};
}

std::vector<std::pair<std::string, std::string>> ImportMap::missing_columns(
    const std::vector<std::string>& header) const {
  const std::unordered_set<std::string_view> present(header.begin(), header.end());
  std::vector<std::pair<std::string, std::string>> out;
  // Wrong only where none of the alternatives is there.
  const auto check = [&](const std::vector<std::string>& columns, bool each, const std::string& path) {
    std::string_view missing;
    bool any = false;
    for (const std::string& c : columns) {
      if (present.contains(c))
        any = true;
      else if (each)
        out.emplace_back(path, c);
      else if (missing.empty())
        missing = c;
    }
    if (!each && !any && !missing.empty()) out.emplace_back(path, std::string(missing));
    return any;
  };
  const auto check_rule = [&](const ColumnRule& r, const std::string& path) {
    return check(r.columns, r.join.has_value() || r.all, path);
  };
  if (external_id) check_rule(*external_id, "/columns/external_id");
  if (seen_at) check_rule(*seen_at, "/columns/seen_at");
  if (!source.columns.empty()) check(source.columns, false, "/source/column");
  if (!phone_region.columns.empty()) check(phone_region.columns, false, "/phone_region/column");
  for (const FieldRules& f : fields) {
    const std::string path = pointer("/columns", f.field);
    if (f.rules.size() == 1) {
      check_rule(f.rules.front(), path);
      continue;
    }
    // Of several rules, one that can be tried is enough.
    const std::size_t before = out.size();
    bool any = false;
    for (std::size_t i = 0; i < f.rules.size(); ++i)
      any = check_rule(f.rules[i], path + "/" + std::to_string(i)) || any;
    if (any) out.resize(before);
  }
  return out;
}

}  // namespace atlas::imports
