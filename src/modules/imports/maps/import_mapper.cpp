// A map applied to records.

#include <algorithm>
#include <array>
#include <unordered_map>

#include "atlas/id.hpp"
#include "atlas/import_map.hpp"
#include "atlas/json.hpp"
#include "atlas/text.hpp"

namespace atlas::imports {
namespace {

constexpr std::string_view left_out = "left_out", was_shortened = "shortened",
                           zero_left_out = "zero_left_out";

// What a rule made of a record.
struct Value {
  enum class State : std::uint8_t { absent, given, refused } state = State::absent;
  std::string json;
  std::string_view reason{}, warning{};
};

Value given(std::string json, std::string_view warning = {}) {
  return {.state = Value::State::given, .json = std::move(json), .warning = warning};
}
Value refused(std::string_view reason) {
  return {.state = Value::State::refused, .json = {}, .reason = reason};
}

// A reading as JSON by `write`.
template <class T, class Write>
Value value_of(const Reading<T>& r, Write&& write) {
  if (r.value) return given(write(*r.value), r.warning);
  if (!r.refused.empty()) return refused(r.refused);
  return {};
}

std::string money_json(const Money& m) {
  std::string out = "{\"amount\":" + std::to_string(m.amount) + ",\"currency\":\"";
  return out.append(m.currency.view()).append("\"}");
}

// What programs write in a cell of text that holds nothing.
bool is_marker(std::string_view text) {
  constexpr std::array<std::string_view, 7> markers{"-", "--", "—", "n/a", "#n/a", "null", "<na>"};
  if (text.size() > 4) return false;
  std::array<char, 4> lower{};
  for (std::size_t i = 0; i < text.size(); ++i)
    lower[i] = static_cast<char>(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
  return std::find(markers.begin(), markers.end(), std::string_view(lower.data(), text.size())) !=
         markers.end();
}

// The cell's own text: without white space around it, and without the formula that keeps a spreadsheet from
// reading a telephone number as a number (="0612345678").
std::string_view cleaned(std::string_view text) {
  text = trim(text);
  if (text.size() >= 3 && text.starts_with("=\"") && text.ends_with('"'))
    text = trim(text.substr(2, text.size() - 3));
  return text;
}

// Line breaks as \n, no other controls than tabs.
std::string several_lines(std::string_view text) {
  text = trim(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '\r') {
      if (i + 1 == text.size() || text[i + 1] != '\n') out.push_back('\n');
    } else if (c == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0) {
      ++i;  // a C1 control
    } else if ((c >= 0x20 && c != 0x7f) || c == '\n' || c == '\t') {
      out.push_back(text[i]);
    }
  }
  return out;
}

Value read_locale(std::string_view text) {
  struct Language {
    std::string_view name, tag;
  };
  constexpr Language languages[] = {
      {"francais", "fr"}, {"french", "fr"},  {"anglais", "en"}, {"english", "en"},  {"arabe", "ar"},
      {"arabic", "ar"},   {"العربيه", "ar"}, {"عربي", "ar"},    {"espagnol", "es"}, {"spanish", "es"}};
  if (says_nothing(text)) return {};
  if (text.size() > 64) return refused(value_reason::unknown_word);
  std::string tag(text);
  std::replace(tag.begin(), tag.end(), '_', '-');
  const auto letter = [&](std::size_t i) { return (tag[i] | 0x20) >= 'a' && (tag[i] | 0x20) <= 'z'; };
  if ((tag.size() == 2 || (tag.size() == 5 && tag[2] == '-' && letter(3) && letter(4))) && letter(0) &&
      letter(1)) {
    for (std::size_t i = 0; i < tag.size(); ++i)
      tag[i] = static_cast<char>(i < 2 ? tag[i] | 0x20 : i > 2 ? tag[i] & ~0x20 : '-');
    return given(json_string(tag));
  }
  const std::string folded = fold(text);
  for (const Language& l : languages)
    if (l.name == folded) return given(json_string(l.tag));
  return refused(value_reason::unknown_word);
}

// Telephone numbers as spreadsheets spoil them: 212612345678.0
std::string_view phone_text(std::string_view text) {
  if (text.size() > 2 && text.ends_with(".0") &&
      std::all_of(text.begin(), text.end() - 2, [](char c) { return c >= '0' && c <= '9'; }))
    text.remove_suffix(2);
  if (text.size() > 1 && text.front() == '\'') text.remove_prefix(1);
  return text;
}

std::string_view email_text(std::string_view text) {
  if (text.starts_with("mailto:")) text.remove_prefix(7);
  return text;
}

// The separators of a list in one cell: the rarer in values first.
std::string_view separator_of_list(std::string_view text, Parse parse) {
  if (parse == Parse::emails) return ";,|/ \t\n";
  if (parse == Parse::phones) return ";,|/\n";
  if (text.find_first_of(";|\n") != text.npos) return ";|\n";
  return ",";
}

struct Wanted {
  std::vector<const ImportCell*> cells;
};

// A rule with its columns as places among the wanted.
struct BoundRule {
  const ColumnRule* rule = nullptr;
  std::vector<std::size_t> columns;
};

struct Slot {
  TargetField target;
  std::string name;  // owns the target's
  std::vector<BoundRule> rules;
  const std::string* constant = nullptr;
};

std::string_view code_of_error(const TargetField& target, std::string_view reason) {
  if (reason == value_reason::out_of_range || reason == value_reason::negative)
    return field_code::out_of_range;
  if (reason == value_reason::too_long) return field_code::too_long;
  switch (shape_of(target.parse)) {
    case ValueShape::money:
      return field_code::not_money;
    case ValueShape::date:
      return field_code::not_a_date;
    case ValueShape::time:
      return field_code::not_a_time;
    default:
      break;
  }
  if (target.parse == Parse::code || target.parse == Parse::codes || target.parse == Parse::region ||
      target.parse == Parse::choice)
    return field_code::not_a_code;
  if (target.parse == Parse::id) return field_code::not_an_id;
  return field_code::wrong_type;
}

}  // namespace

class RecordMapper::State {
 public:
  State(const ImportMap& map, MapDefaults defaults) : map_(map), defaults_(std::move(defaults)) {
    for (const FieldRules& f : map.fields) add_slot(f.field, &f, nullptr);
    for (const auto& [name, json] : map.constants) add_slot(name, nullptr, &json);
    const auto all = target_fields(map.kind);
    const auto place = [&](const Slot& s) {
      return std::find_if(all.begin(), all.end(), [&](const TargetField& t) { return t.name == s.name; }) -
             all.begin();
    };
    std::stable_sort(slots_.begin(), slots_.end(), [&](const Slot& a, const Slot& b) {
      return std::pair(place(a), std::string_view(a.name)) < std::pair(place(b), std::string_view(b.name));
    });
    for (Slot& s : slots_) s.target.name = s.name;
    if (map.external_id) external_ = bind(*map.external_id);
    if (map.seen_at) seen_ = bind(*map.seen_at);
    source_ = bind(map.source);
    region_ = bind(map.phone_region);
  }

  void map(const ImportRecord& record, MappedRecord& out);

 private:
  struct BoundSource {
    const ConstantOrColumn* value = nullptr;
    std::vector<std::size_t> columns;
  };

  void add_slot(const std::string& name, const FieldRules* rules, const std::string* constant) {
    Slot slot{.target = *find_target(map_.kind, name), .name = name, .rules = {}, .constant = constant};
    if (rules)
      for (const ColumnRule& r : rules->rules) slot.rules.push_back(bind(r));
    slots_.push_back(std::move(slot));
  }
  std::size_t want(const std::string& column) {
    const auto [at, is_new] = places_.emplace(column, wanted_.size());
    if (is_new) wanted_.emplace_back();
    return at->second;
  }
  BoundRule bind(const ColumnRule& rule) {
    BoundRule out{.rule = &rule, .columns = {}};
    for (const std::string& c : rule.columns) out.columns.push_back(want(c));
    return out;
  }
  BoundSource bind(const ConstantOrColumn& value) {
    BoundSource out{.value = &value, .columns = {}};
    for (const std::string& c : value.columns) out.columns.push_back(want(c));
    return out;
  }

  void gather(const ImportRecord& record);
  std::string_view text_of(std::size_t column, bool& is_number);
  std::string_view text_of(const BoundRule& rule, bool& is_number);
  std::string constant_or_column(const BoundSource& source);
  Value apply(const BoundRule& rule, const TargetField& target);
  Value parse(std::string_view text, const ColumnRule& rule, const TargetField& target);
  Value parse_list(const BoundRule& rule, const TargetField& target);
  Value text(std::string line, const ColumnRule& rule, const TargetField& target);
  void fill(const Slot& slot, MappedRecord& out);
  void put(std::string_view name, std::string_view json, std::string& out);
  void close(std::string& out);

  const ImportMap& map_;
  MapDefaults defaults_;
  std::unordered_map<std::string_view, std::size_t> places_;
  std::vector<Wanted> wanted_;
  std::vector<Slot> slots_;
  std::optional<BoundRule> external_, seen_;
  BoundSource source_, region_;
  std::string scratch_, number_, open_, transaction_;
  bool first_ = true;
};

void RecordMapper::State::gather(const ImportRecord& record) {
  for (Wanted& w : wanted_) w.cells.clear();
  for (const ImportCell& c : record.cells) {
    const auto at = places_.find(c.name);
    if (at != places_.end()) wanted_[at->second].cells.push_back(&c);
  }
}

// The text of a column; elements of an array are joined by a comma.
std::string_view RecordMapper::State::text_of(std::size_t column, bool& is_number) {
  const auto& cells = wanted_[column].cells;
  is_number = false;
  if (cells.empty()) return {};
  if (cells.size() == 1) {
    is_number = cells[0]->is_number;
    return cleaned(cells[0]->text);
  }
  scratch_.clear();
  for (const ImportCell* c : cells) {
    if (!scratch_.empty()) scratch_ += ", ";
    scratch_ += cleaned(c->text);
  }
  return scratch_;
}

std::string_view RecordMapper::State::text_of(const BoundRule& rule, bool& is_number) {
  if (rule.rule->join) {
    std::string joined;
    for (const std::size_t column : rule.columns) {
      const std::string_view part = text_of(column, is_number);
      if (part.empty() || is_marker(part)) continue;
      if (!joined.empty()) joined += *rule.rule->join;
      joined += part;
    }
    is_number = false;
    scratch_ = std::move(joined);
    return scratch_;
  }
  for (const std::size_t column : rule.columns) {
    const std::string_view text = text_of(column, is_number);
    if (!text.empty() && !is_marker(text)) return text;
  }
  return {};
}

std::string RecordMapper::State::constant_or_column(const BoundSource& source) {
  if (!source.value->constant.empty()) return source.value->constant;
  for (const std::size_t column : source.columns) {
    bool is_number = false;
    const std::string_view text = text_of(column, is_number);
    if (text.empty() || is_marker(text)) continue;
    if (!source.value->codes.empty()) {
      const std::string folded = fold(text);
      for (const auto& [from, to] : source.value->codes)
        if (from == folded) return to;
    }
    return one_line(text);
  }
  return {};
}

Value RecordMapper::State::text(std::string line, const ColumnRule& rule, const TargetField& target) {
  if (line.empty()) return {};
  if (rule.shorten && target.max_length > 0 && line.size() > target.max_length &&
      code_points(line) > target.max_length)
    return given(json_string(shortened(line, target.max_length)), was_shortened);
  return given(json_string(line));
}

Value RecordMapper::State::parse(std::string_view text, const ColumnRule& rule, const TargetField& target) {
  const auto integer = [](std::int64_t n) { return std::to_string(n); };
  const auto counted = [&](Counted what) {
    return value_of(rule.from_text ? find_count(text, what) : read_count(text, what), integer);
  };
  const auto date_order = map_.date_order.value_or(DateOrder::day_first);
  switch (rule.parse) {
    case Parse::text:
    case Parse::city:
      return this->text(one_line(text), rule, target);
    case Parse::body:
      return this->text(several_lines(text), rule, target);
    case Parse::phone:
      return given(json_string(one_line(phone_text(text))));
    case Parse::email:
      return given(json_string(one_line(email_text(text))));
    case Parse::code: {
      if (rule.from_text) {
        const auto found =
            target.dictionary == "TX_TYPE" ? find_transaction_type(text) : find_property_type(text);
        return value_of(found, [](std::string_view code) { return json_string(code); });
      }
      return value_of(read_code(text, target.dictionary),
                      [](const std::string& code) { return json_string(code); });
    }
    case Parse::price: {
      const Currency currency = map_.currency.value_or(defaults_.currency);
      return value_of(rule.from_text ? find_price(text, currency) : read_price(text, currency), money_json);
    }
    case Parse::yearly_price:
      return value_of(read_yearly_price(text, map_.currency.value_or(defaults_.currency)), money_json);
    case Parse::percent:
      return value_of(read_percent(text), [](Decimal d) { return format_decimal(d, 2); });
    case Parse::choice:
      return value_of(read_choice(text, target.choices), [](std::string_view v) { return json_string(v); });
    case Parse::surface:
      return value_of(rule.from_text ? find_surface(text) : read_surface(text),
                      [](Decimal d) { return format_decimal(d, 2); });
    case Parse::decimal:
      return value_of(read_decimal(text, target.scale),
                      [&](Decimal d) { return format_decimal(d, target.scale); });
    case Parse::integer:
      return value_of(read_integer(text), integer);
    case Parse::count:
      return counted(Counted::things);
    case Parse::rooms:
      return counted(Counted::rooms);
    case Parse::bedrooms:
      return counted(Counted::bedrooms);
    case Parse::bathrooms:
      return counted(Counted::bathrooms);
    case Parse::floor:
      return value_of(rule.from_text ? find_floor(text) : read_floor(text), integer);
    case Parse::boolean:
      return value_of(read_boolean(text), [](bool b) { return std::string(b ? "true" : "false"); });
    case Parse::date:
      return value_of(read_date(text, date_order), [](Date d) { return json_string(format_date(d)); });
    case Parse::time:
      return value_of(read_time(text, date_order, map_.time_zone ? *map_.time_zone : defaults_.time_zone),
                      [](Timestamp t) { return json_string(format_timestamp(t)); });
    case Parse::region:
      return value_of(read_region(text), [](const std::string& r) { return json_string(r); });
    case Parse::locale:
      return read_locale(text);
    case Parse::id: {
      const auto id = parse_uuid(text);
      return id ? given(json_string(format_uuid(*id))) : refused(value_reason::unreadable);
    }
    case Parse::list:
    case Parse::codes:
    case Parse::phones:
    case Parse::emails:
      break;
  }
  return {};
}

Value RecordMapper::State::parse_list(const BoundRule& rule, const TargetField& target) {
  std::vector<std::string> items;
  std::string_view wrong, warning;
  const auto add = [&](std::string_view text) {
    text = cleaned(text);
    if (text.empty() || is_marker(text)) return;
    std::string item = one_line(rule.rule->parse == Parse::phones   ? phone_text(text)
                                : rule.rule->parse == Parse::emails ? email_text(text)
                                                                    : text);
    if (!rule.rule->codes.empty()) {
      const std::string folded = fold(item);
      for (const auto& [from, to] : rule.rule->codes) {
        if (from != folded) continue;
        item = to;
        break;
      }
    }
    if (rule.rule->parse == Parse::codes) {
      const auto code = read_code(item, target.dictionary);
      if (!code.refused.empty()) wrong = code.refused;
      if (!code.value) return;
      item = *code.value;
    }
    if (target.max_length > 0 && item.size() > target.max_length && code_points(item) > target.max_length) {
      warning = left_out;
      return;
    }
    if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(std::move(item));
  };
  for (const std::size_t column : rule.columns) {
    for (const ImportCell* cell : wanted_[column].cells) {
      std::string_view text = cell->text;
      if (cell->is_element) {
        add(text);
        continue;
      }
      const std::string_view separators = separator_of_list(text, rule.rule->parse);
      while (!text.empty()) {
        const std::size_t end = std::min(text.find_first_of(separators), text.size());
        add(text.substr(0, end));
        text.remove_prefix(std::min(text.size(), end + 1));
      }
    }
    if (!rule.rule->all && !items.empty()) break;
  }
  if (!wrong.empty()) return refused(wrong);
  if (items.empty()) return {.state = Value::State::absent, .json = {}, .warning = warning};
  std::string json;
  JsonWriter writer(json);
  writer.begin_array();
  for (const std::string& item : items) writer.string(item);
  writer.end_array();
  return given(std::move(json), warning);
}

Value RecordMapper::State::apply(const BoundRule& bound, const TargetField& target) {
  const ColumnRule& rule = *bound.rule;
  Value value;
  if (shape_of(rule.parse) == ValueShape::texts) {
    value = parse_list(bound, target);
  } else {
    bool is_number = false;
    std::string_view text = text_of(bound, is_number);
    if (text.empty()) return {};
    if (is_number) {
      // The point of a JSON number is no separator of thousands, however many digits follow.
      const std::size_t point = text.find('.');
      if (point != text.npos && text.size() - point == 4) text = number_.assign(text).append("0");
    }
    if (!rule.codes.empty()) {
      const std::string folded = fold(text);
      for (const auto& [from, to] : rule.codes) {
        if (from != folded) continue;
        number_ = to;
        text = number_;
        // A code of the map is taken as it is.
        if (rule.parse == Parse::code) return given(json_string(text));
        break;
      }
    }
    value = parse(text, rule, target);
  }
  if (target.zero_is_absent && value.state == Value::State::given &&
      (value.json == "0" || value.json.starts_with("{\"amount\":0,")))
    return {.state = Value::State::absent, .json = {}, .warning = zero_left_out};
  return value;
}

// Opens and closes the objects that the dots of names mean, and writes one member.
void RecordMapper::State::put(std::string_view name, std::string_view json, std::string& out) {
  const std::size_t dot = name.find('.');
  const std::string_view object = dot == name.npos ? std::string_view() : name.substr(0, dot);
  if (object != open_) {
    close(out);
    if (!object.empty()) {
      if (!first_) out.push_back(',');
      append_json_string(out, object);
      out += ":{";
      open_ = object;
      first_ = true;
    }
  }
  if (!first_) out.push_back(',');
  first_ = false;
  append_json_string(out, dot == name.npos ? name : name.substr(dot + 1));
  out.push_back(':');
  out += json;
  if (name == "transaction_type_code" && json.size() >= 2)
    transaction_.assign(json.substr(1, json.size() - 2));
}

void RecordMapper::State::close(std::string& out) {
  if (open_.empty()) return;
  out.push_back('}');
  open_.clear();
  first_ = false;
}

void RecordMapper::State::fill(const Slot& slot, MappedRecord& out) {
  if (slot.constant) return put(slot.name, *slot.constant, out.input);
  std::string_view reason;
  const std::string* default_json = nullptr;
  for (const BoundRule& rule : slot.rules) {
    const auto& only = rule.rule->only_for;
    if (!only.empty() && std::find(only.begin(), only.end(), transaction_) == only.end()) continue;
    Value value = apply(rule, slot.target);
    if (!value.warning.empty()) out.warnings.push_back({slot.name, value.warning});
    if (!default_json && rule.rule->default_json) default_json = &*rule.rule->default_json;
    if (value.state == Value::State::given) {
      if (!reason.empty()) out.warnings.push_back({slot.name, left_out, reason});
      return put(slot.name, value.json, out.input);
    }
    if (value.state != Value::State::refused) continue;
    // A text that was only searched states nothing; where several fit, none is taken.
    if (rule.rule->if_unreadable == IfUnreadable::skip || rule.rule->from_text)
      out.warnings.push_back({slot.name, left_out, value.reason});
    else if (reason.empty())
      reason = value.reason;
  }
  if (reason.empty() && default_json) return put(slot.name, *default_json, out.input);
  if (reason.empty() && !slot.target.is_required) return;
  std::string path = "/" + slot.name;
  std::replace(path.begin(), path.end(), '.', '/');
  if (reason.empty()) {
    out.errors.push_back({std::move(path), std::string(field_code::required), "the record does not have it"});
    out.reasons.push_back(field_code::required);
  } else {
    out.errors.push_back({std::move(path), std::string(code_of_error(slot.target, reason)),
                          std::string(value_advice(reason))});
    out.reasons.push_back(reason);
  }
}

void RecordMapper::State::map(const ImportRecord& record, MappedRecord& out) {
  out.input.clear();
  out.external.reset();
  out.seen_at.reset();
  out.errors.clear();
  out.reasons.clear();
  out.warnings.clear();
  gather(record);
  first_ = true;
  open_.clear();
  transaction_.clear();
  out.input.push_back('{');
  for (const Slot& slot : slots_) fill(slot, out);
  close(out.input);
  if (map_.phone_region.is_given()) {
    const std::string text = constant_or_column(region_);
    const auto region = read_region(text);
    if (region.value)
      put("phone_region", json_string(*region.value), out.input);
    else if (!region.refused.empty())
      out.warnings.push_back({"phone_region", left_out, region.refused});
  }
  if (external_) {
    bool is_number = false;
    std::string id = one_line(text_of(*external_, is_number)), source = constant_or_column(source_);
    if (!id.empty() && source.empty()) {
      out.errors.push_back(
          {"/external_refs", std::string(field_code::required), "whose id it is is not given"});
      out.reasons.push_back(field_code::required);
    } else if (!id.empty()) {
      std::string json;
      JsonWriter(json)
          .begin_array()
          .begin_object()
          .key("source")
          .string(source)
          .key("id")
          .string(id)
          .end_object()
          .end_array();
      put("external_refs", json, out.input);
      out.external.emplace(std::move(source), std::move(id));
    }
  }
  if (seen_) {
    bool is_number = false;
    const std::string& zone = map_.time_zone ? *map_.time_zone : defaults_.time_zone;
    const auto seen = read_time(text_of(*seen_, is_number), map_.date_order.value_or(DateOrder::day_first),
                                zone.empty() ? std::string_view("Etc/UTC") : std::string_view(zone));
    out.seen_at = seen.value;
    if (!seen.refused.empty()) out.warnings.push_back({"seen_at", left_out, seen.refused});
  }
  out.input.push_back('}');
  if (out.is_refused()) out.input.clear();
}

RecordMapper::RecordMapper(const ImportMap& map, MapDefaults defaults)
    : state_(std::make_unique<State>(map, std::move(defaults))) {}
RecordMapper::~RecordMapper() = default;
RecordMapper::RecordMapper(RecordMapper&&) noexcept = default;
RecordMapper& RecordMapper::operator=(RecordMapper&&) noexcept = default;
void RecordMapper::map(const ImportRecord& record, MappedRecord& out) { state_->map(record, out); }

}  // namespace atlas::imports
