#include "atlas/import_guess.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "atlas/text.hpp"
#include "guess_words.hpp"

namespace atlas::imports {
namespace {

constexpr std::size_t max_columns = 1'000, max_value_bytes = 400;

// What stands in a column, in how many of its filled cells.
struct Content {
  int filled = 0, emails = 0, phones = 0, prices = 0, currencies = 0, surfaces = 0, dates = 0, properties = 0,
      transactions = 0, letters = 0, booleans = 0, day_over_12_first = 0, day_over_12_second = 0, texts = 0;
};

bool is_phone_like(std::string_view text) {
  std::size_t digits = 0;
  for (const char c : text) {
    if (c >= '0' && c <= '9')
      ++digits;
    else if (std::string_view(" +-./()\xc2\xa0").find(c) == std::string_view::npos)
      return false;
  }
  // Numbers of that length without a sign of being dialled are ids or prices.
  return digits >= 9 && digits <= 15 &&
         (text.front() == '0' || text.front() == '+' || text.front() == '(' || text.starts_with("212") ||
          text.starts_with("33"));
}

// "D", "Classe D", "D (210)": a class of an energy certificate.
bool is_class(std::string_view text) {
  const auto target = find_target(ImportKind::listings, "energy.energy_class");
  return target && read_choice(text, target->choices).value;
}

void look_at(std::string_view text, Content& c) {
  text = trim(text);
  if (text.empty() || says_nothing(text)) return;
  ++c.filled;
  if (text.size() > max_value_bytes) {
    ++c.texts;
    return;
  }
  c.letters += is_class(text);
  c.booleans += read_boolean(text).value.has_value();
  const bool digit = text.find_first_of("0123456789") != text.npos;
  c.emails += is_email(text);
  c.phones += is_phone_like(text);
  if (digit || text.find("\xd9") != text.npos) {
    const Currency none{};
    const auto price = read_price(text, none);
    c.prices += price.value.has_value();
    c.currencies += price.value && price.value->currency != none;
    const bool letters = std::any_of(text.begin(), text.end(),
                                     [](char ch) { return (ch | 0x20) >= 'a' && (ch | 0x20) <= 'z'; }) ||
                         text.find("\xd9") != text.npos;
    c.surfaces += letters && read_surface(text).value.has_value();
    // "31/12/2024": one of both numbers cannot be a month.
    const bool day_first = read_date(text).value.has_value(),
               month_first = read_date(text, DateOrder::month_first).value.has_value();
    c.dates += day_first || month_first;
    c.day_over_12_first += day_first && !month_first;
    c.day_over_12_second += month_first && !day_first;
  } else {
    c.properties += find_property_type(text).value.has_value();
    c.transactions += find_transaction_type(text).value.has_value();
  }
}

struct Column {
  std::string name;
  Content content;
};

// What a column is taken for, and why.
struct Meaning {
  Concept about = Concept::none;
  int confidence = 0;
  std::string reason;
  bool is_by_content = false;
};

bool mostly(int part, int whole, int percent) { return whole > 0 && part * 100 >= whole * percent; }

std::string so_many(int part, int whole, const char* what) {
  return std::to_string(part) + " of " + std::to_string(whole) + " values " + what;
}

Meaning by_content(const Content& c) {
  if (c.filled < 3) return {};
  if (mostly(c.emails, c.filled, 80))
    return {Concept::email, 80, so_many(c.emails, c.filled, "are e-mail addresses")};
  if (mostly(c.phones, c.filled, 80))
    return {Concept::phone, 75, so_many(c.phones, c.filled, "look like telephone numbers")};
  if (mostly(c.currencies, c.filled, 60))
    return {Concept::price, 75, so_many(c.currencies, c.filled, "are amounts with a currency"), true};
  if (mostly(c.surfaces, c.filled, 80))
    return {Concept::surface, 70, so_many(c.surfaces, c.filled, "are surfaces")};
  if (mostly(c.properties, c.filled, 90))
    return {Concept::property_type, 60, so_many(c.properties, c.filled, "name a type of property")};
  if (mostly(c.transactions, c.filled, 90))
    return {Concept::transaction, 60, so_many(c.transactions, c.filled, "tell a sale or a rent")};
  return {};
}

// Does what stands there speak against what the header says? Then how many values fit.
int fitting(Concept about, const Content& c) {
  switch (about) {
    case Concept::email:
      return c.emails;
    case Concept::phone:
    case Concept::mobile:
      return c.phones;
    case Concept::price:
    case Concept::rent:
    case Concept::fees_amount:
    case Concept::charges:
    case Concept::deposit:
    case Concept::budget:
    case Concept::budget_min:
    case Concept::budget_max:
      return c.prices;
    case Concept::birth_date:
    case Concept::consent_date:
    case Concept::seen:
    case Concept::energy_date:
    case Concept::available:
      return c.dates;
    case Concept::energy_class:
    case Concept::climate_class:
      return c.letters;
    case Concept::coownership:
    case Concept::coownership_procedure:
    case Concept::charges_included:
    case Concept::furnished:
      return c.booleans;
    case Concept::property_type:
      return c.properties;
    default:
      return c.filled;
  }
}

Meaning meaning(const Column& column) {
  const HeaderMeaning header = meaning_of(column.name);
  const Content& c = column.content;
  const Meaning content = by_content(c);
  if (header.about == Concept::none) return content;
  // Amounts may be of anything; a header that is known at all says of what.
  if (header.confidence < content.confidence - 15 && content.about != Concept::price) return content;
  Meaning out{header.about, header.confidence, "its name says so"};
  // "Contact" and "Coordonnées" may be anything: there the content decides.
  if ((out.about == Concept::full_name || out.about == Concept::phone) && content.about == Concept::email)
    return content;
  if (out.about == Concept::full_name && content.about == Concept::phone) return content;
  // "Type" is that of the transaction when its words are.
  if (out.about == Concept::property_type && mostly(c.transactions, c.filled, 80) &&
      !mostly(c.properties, c.filled, 50))
    return {Concept::transaction, 80, so_many(c.transactions, c.filled, "tell a sale or a rent")};
  const int fits = fitting(out.about, c);
  if (c.filled >= 3 && !mostly(fits, c.filled, 20)) {
    out.confidence /= 2;
    out.reason += ", but only " + so_many(fits, c.filled, "can be read so");
  } else if (c.filled > 0 && fits < c.filled) {
    out.reason += ", and " + so_many(fits, c.filled, "can be read so");
  } else if (c.filled == 0) {
    out.confidence = std::min(out.confidence, 70);
    out.reason += "; it is empty so far";
  }
  return out;
}

}  // namespace

class Guesser::State {
 public:
  void column(std::string_view name) {
    if (name.empty() || name.size() > 1'024 || columns_.size() >= max_columns) return;
    if (places_.emplace(std::string(name), columns_.size()).second)
      columns_.push_back({std::string(name), {}});
  }
  void add(const ImportRecord& record) {
    if (records_ >= enough || !record.refused.empty()) return;
    ++records_;
    for (const ImportCell& cell : record.cells) {
      column(cell.name);
      const auto at = places_.find(std::string(cell.name));
      if (at != places_.end()) look_at(cell.text, columns_[at->second].content);
    }
  }

  std::vector<Column> columns_;

 private:
  std::unordered_map<std::string, std::size_t> places_;
  std::size_t records_ = 0;
};

Guesser::Guesser() : state_(std::make_unique<State>()) {}
Guesser::~Guesser() = default;
Guesser::Guesser(Guesser&&) noexcept = default;
Guesser& Guesser::operator=(Guesser&&) noexcept = default;

void Guesser::header(const std::vector<std::string>& names) {
  for (const std::string& name : names) state_->column(name);
}
void Guesser::add(const ImportRecord& record) { state_->add(record); }

std::vector<std::pair<ImportKind, int>> Guesser::kinds() const {
  std::vector<std::pair<ImportKind, int>> out;
  for (const ImportKind kind :
       {ImportKind::listings, ImportKind::dossiers, ImportKind::parties, ImportKind::consents}) {
    int score = 0;
    std::vector<Concept> seen;
    for (const Column& c : state_->columns_) {
      const Meaning m = meaning(c);
      if (std::find(seen.begin(), seen.end(), m.about) != seen.end()) continue;
      seen.push_back(m.about);
      score += weight_for(kind, m.about) * m.confidence / 100;
    }
    out.emplace_back(kind, std::min(score, 100));
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return out;
}

ImportKind Guesser::guess_kind() const { return kinds().front().first; }

namespace {

// Gathers the rules of a map from what the columns mean.
class MapMaker {
 public:
  explicit MapMaker(ImportKind kind) { guess_.map.kind = kind; }

  Guess make(const std::vector<Column>& columns);

 private:
  struct Taken {
    const Column* column;
    Meaning meaning;
    std::string field;
  };
  std::vector<const Taken*> of(std::string_view field) const {
    std::vector<const Taken*> out;
    for (const Taken& t : taken_)
      if (t.field == field) out.push_back(&t);
    std::stable_sort(out.begin(), out.end(),
                     [](const Taken* a, const Taken* b) { return rank(*a) > rank(*b); });
    return out;
  }
  // Of several columns for one field, the surest; a mobile before another telephone, what is lived in before
  // all that there is.
  static int rank(const Taken& t) {
    const bool first = t.meaning.about == Concept::mobile || t.meaning.about == Concept::living_surface;
    return t.meaning.confidence + (first ? 10 : 0);
  }
  void rules(const std::string& field);
  void names();
  std::string judge_amounts(const std::vector<Column>& columns, const Column& column, Meaning& m) const;
  void only_for_rent(const std::string& field);
  void from_text(std::string_view field, const std::string& column);
  FieldRules& field_rules(std::string_view field);

  Guess guess_;
  std::vector<Taken> taken_;
};

FieldRules& MapMaker::field_rules(std::string_view field) {
  auto& fields = guess_.map.fields;
  const auto at =
      std::find_if(fields.begin(), fields.end(), [&](const FieldRules& f) { return f.field == field; });
  if (at != fields.end()) return *at;
  return fields.emplace_back(FieldRules{.field = std::string(field), .rules = {}});
}

void MapMaker::rules(const std::string& field) {
  const auto columns = of(field);
  ColumnRule rule;
  for (const Taken* t : columns) rule.columns.push_back(t->column->name);
  if (rule.columns.size() > 32) rule.columns.resize(32);
  if (field == "external_id" || field == "seen_at") {
    rule.columns.resize(1);
    rule.parse = field == "seen_at" ? Parse::time : Parse::text;
    (field == "seen_at" ? guess_.map.seen_at : guess_.map.external_id) = rule;
    return;
  }
  if (field == "phone_region" || field == "source") {
    (field == "source" ? guess_.map.source : guess_.map.phone_region).columns = rule.columns;
    return;
  }
  const auto target = find_target(guess_.map.kind, field);
  if (!target) return;
  rule.parse = target->parse;
  rule.all = shape_of(rule.parse) == ValueShape::texts && rule.columns.size() > 1;
  // A text beside numbers does not make a lead or a listing worthless.
  const bool is_text = shape_of(rule.parse) == ValueShape::text && rule.parse != Parse::code &&
                       rule.parse != Parse::choice && rule.parse != Parse::region &&
                       rule.parse != Parse::locale;
  const bool is_price = field == "price" || field == "budget_min" || field == "budget_max";
  if (!is_text && !target->is_required && !is_price) rule.if_unreadable = IfUnreadable::skip;
  rule.shorten = field == "title";
  field_rules(field).rules.push_back(std::move(rule));
}

// Columns that only their contents make amounts: why such a column is not taken for the price, or nothing.
std::string MapMaker::judge_amounts(const std::vector<Column>& columns, const Column& column,
                                    Meaning& m) const {
  const ImportKind kind = guess_.map.kind;
  const std::string_view field = field_for(kind, Concept::price);
  const PriceWords said = price_words_of(column.name);
  if (said == PriceWords::rent) m.about = Concept::rent;
  if (field.empty() || said == PriceWords::price || said == PriceWords::rent) return {};
  if (said == PriceWords::another) return "; its name says that they are not the price: not used";
  for (const Column& other : columns) {
    const Meaning its = meaning(other);
    if (&other == &column || field_for(kind, its.about) != field || its.confidence < 50) continue;
    if (its.is_by_content && price_words_of(other.name) == PriceWords::another) continue;
    return its.is_by_content && price_words_of(other.name) == PriceWords::nothing
               ? "; another column holds amounts too, and which is the price is not known: not used"
               : "; another column is the price: not used";
  }
  return {};
}

// Rents, charges and deposits are those of rentals: the price of a sale is none of them.
void MapMaker::only_for_rent(const std::string& field) {
  const auto columns = of(field);
  const auto is_of_rent = [](const Taken* t) {
    return t->meaning.about != Concept::price && t->meaning.about != Concept::budget;
  };
  if (std::none_of(columns.begin(), columns.end(), is_of_rent)) return;
  FieldRules& rules = field_rules(field);
  ColumnRule rent = rules.rules.front(), other = rent;
  rent.columns.clear();
  other.columns.clear();
  for (const Taken* t : columns) (is_of_rent(t) ? rent : other).columns.push_back(t->column->name);
  for (ColumnRule* r : {&rent, &other})
    if (r->columns.size() > 32) r->columns.resize(32);
  rent.only_for = {"TX_RENT"};
  rules.rules = {std::move(rent)};
  if (!other.columns.empty()) rules.rules.push_back(std::move(other));
  for (const Taken* t : columns)
    for (GuessReason& r : guess_.reasons)
      if (r.column == t->column->name && is_of_rent(t)) r.reason += "; only for rentals";
}

// A contact's name from its parts.
void MapMaker::names() {
  const auto all = of("contact_name");
  ColumnRule joined, whole;
  for (const Concept about : {Concept::given_name, Concept::family_name}) {
    for (const Taken* t : all)
      if (t->meaning.about == about && joined.columns.size() < 2) {
        joined.columns.push_back(t->column->name);
        break;
      }
  }
  for (const Taken* t : all)
    if (t->meaning.about == Concept::full_name) whole.columns.push_back(t->column->name);
  joined.shorten = whole.shorten = true;
  // "Nom" beside "Prénom" is the family name.
  if (joined.columns.size() == 1 && !whole.columns.empty() && of("contact_name").size() >= 2) {
    joined.columns.push_back(whole.columns.front());
    whole.columns.erase(whole.columns.begin());
  }
  FieldRules& rules = field_rules("contact_name");
  if (joined.columns.size() > 1) joined.join = " ";
  if (!joined.columns.empty()) rules.rules.push_back(joined);
  if (!whole.columns.empty()) rules.rules.push_back(whole);
}

// What no column of its own tells, another's text may.
void MapMaker::from_text(std::string_view field, const std::string& column) {
  const auto target = find_target(guess_.map.kind, field);
  FieldRules& rules = field_rules(field);
  for (ColumnRule& r : rules.rules) r.if_unreadable = IfUnreadable::skip;
  rules.rules.push_back({.columns = {column}, .parse = target->parse, .from_text = true});
}

Guess MapMaker::make(const std::vector<Column>& columns) {
  const ImportKind kind = guess_.map.kind;
  std::vector<std::string> order;
  const bool has_id = std::any_of(columns.begin(), columns.end(),
                                  [](const Column& c) { return meaning(c).about == Concept::id; });
  for (const Column& c : columns) {
    Meaning m = meaning(c);
    const std::string unused = m.is_by_content ? judge_amounts(columns, c, m) : std::string();
    GuessReason reason{.column = c.name, .field = {}, .confidence = m.confidence, .reason = m.reason};
    std::string field(field_for(kind, m.about));
    // Beside ids, where an ad comes from is whose ids they are.
    if (kind == ImportKind::listings && m.about == Concept::lead_source && has_id) field = "source";
    if (!unused.empty()) {
      reason.reason += unused;
      field.clear();
    } else if (m.about == Concept::none)
      reason.reason = "nothing is known of it";
    else if (m.about == Concept::price_of_unit)
      reason.reason = "a price by the square metre is not the price";
    else if (m.about == Concept::other_money)
      reason.reason = "it holds amounts that are not the price";
    else if (field.empty())
      reason.reason += "; such a record has no place for it";
    else if (m.confidence < 50)
      reason.reason += "; too unsure to use";
    if (m.about != Concept::none && !field.empty() && m.confidence >= 50) {
      reason.field = field;
      taken_.push_back({&c, m, field});
      if (std::find(order.begin(), order.end(), field) == order.end()) order.push_back(field);
    }
    guess_.reasons.push_back(std::move(reason));
  }
  for (const std::string& field : order) {
    if (field == "contact_name")
      names();
    else
      rules(field);
  }
  if (kind == ImportKind::listings)
    for (const char* field : {"price", "terms.charges", "terms.deposit"}) only_for_rent(field);
  // Only the surest column names the record; others are told as left alone.
  for (const std::string_view single : {std::string_view("external_id"), std::string_view("seen_at")}) {
    const auto all = of(single);
    for (std::size_t i = 1; i < all.size(); ++i)
      for (GuessReason& r : guess_.reasons)
        if (r.column == all[i]->column->name) {
          r.field.clear();
          r.reason += "; another column does it better";
        }
  }
  if (guess_.map.external_id && !guess_.map.source.is_given()) guess_.map.source.constant = "import";
  if (kind == ImportKind::listings) {
    // "Appartements, à vendre" tells both.
    for (const Taken* t : of("property_type_code"))
      if (mostly(t->column->content.transactions, t->column->content.filled, 80))
        from_text("transaction_type_code", t->column->name);
    const auto titles = of("title");
    for (const std::string_view field : {"transaction_type_code", "property_type_code", "surface_m2"})
      if (!titles.empty()) from_text(field, titles.front()->column->name);
  }
  if (kind == ImportKind::consents) {
    // Wording and evidence may not be guessed; a channel may, from what the address is.
    const auto addresses = of("address");
    const bool emails = !addresses.empty() && addresses.front()->meaning.about == Concept::email;
    if (emails && of("channel_code").empty())
      guess_.map.constants.emplace_back("channel_code", "\"CHAN_EMAIL\"");
  }
  int first = 0, second = 0;
  for (const Column& c : columns) {
    first += c.content.day_over_12_first;
    second += c.content.day_over_12_second;
  }
  if (first > 0 && second == 0) guess_.map.date_order = DateOrder::day_first;
  if (second > 0 && first == 0) guess_.map.date_order = DateOrder::month_first;
  for (const TargetField& target : target_fields(kind)) {
    const bool filled = std::any_of(guess_.map.fields.begin(), guess_.map.fields.end(),
                                    [&](const auto& f) { return f.field == target.name; }) ||
                        std::any_of(guess_.map.constants.begin(), guess_.map.constants.end(),
                                    [&](const auto& c) { return c.first == target.name; });
    if (target.is_required && !filled) guess_.missing.emplace_back(target.name);
  }
  const auto all = target_fields(kind);
  const auto place = [&](const FieldRules& f) {
    return std::find_if(all.begin(), all.end(), [&](const TargetField& t) { return t.name == f.field; }) -
           all.begin();
  };
  std::sort(guess_.map.fields.begin(), guess_.map.fields.end(),
            [&](const FieldRules& a, const FieldRules& b) {
              return std::pair(place(a), std::string_view(a.field)) <
                     std::pair(place(b), std::string_view(b.field));
            });
  return std::move(guess_);
}

}  // namespace

Guess Guesser::guess(ImportKind kind) const { return MapMaker(kind).make(state_->columns_); }

std::string to_json(const Guess& guess) {
  nlohmann::ordered_json out = nlohmann::ordered_json::object();
  out["map"] = nlohmann::ordered_json::parse(to_json(guess.map, false));
  out["reasons"] = nlohmann::ordered_json::array();
  for (const GuessReason& r : guess.reasons) {
    out["reasons"].push_back(
        {{"column", r.column},
         {"field", r.field.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(r.field)},
         {"confidence", r.confidence},
         {"reason", r.reason}});
  }
  out["missing"] = guess.missing;
  return out.dump(2);
}

}  // namespace atlas::imports
