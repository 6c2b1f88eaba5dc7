// Prices: amounts with multipliers, currencies, centimes, and the words around them.

#include <algorithm>
#include <array>
#include <optional>

#include "atlas/import_values.hpp"
#include "atlas/text.hpp"
#include "tokens.hpp"

namespace atlas::imports {
namespace {

constexpr std::size_t max_price_bytes = 500;

enum class Word : std::uint8_t {
  currency,
  centimes,
  multiplier,
  colloquial,
  one,
  joiner,
  until,
  noise,
  open_range,
  per_unit,
  asked
};

struct Entry {
  std::string_view text;
  Word word;
  int power = 0;                   // multiplier
  std::string_view currency = {};  // also of a multiplier that names it
};

// Folded. `colloquial`: a multiplier that, without a currency, may count centimes where those are spoken of.
constexpr Entry entries[] = {
    {"dh", Word::currency, 0, "MAD"},
    {"dhs", Word::currency, 0, "MAD"},
    {"mad", Word::currency, 0, "MAD"},
    {"dirham", Word::currency, 0, "MAD"},
    {"dirhams", Word::currency, 0, "MAD"},
    {"درهم", Word::currency, 0, "MAD"},
    {"درهما", Word::currency, 0, "MAD"},
    {"دراهم", Word::currency, 0, "MAD"},
    {"الدرهم", Word::currency, 0, "MAD"},
    {"eur", Word::currency, 0, "EUR"},
    {"euro", Word::currency, 0, "EUR"},
    {"euros", Word::currency, 0, "EUR"},
    {"اورو", Word::currency, 0, "EUR"},
    {"يورو", Word::currency, 0, "EUR"},
    {"usd", Word::currency, 0, "USD"},
    {"dollar", Word::currency, 0, "USD"},
    {"dollars", Word::currency, 0, "USD"},
    {"دولار", Word::currency, 0, "USD"},
    {"gbp", Word::currency, 0, "GBP"},
    {"chf", Word::currency, 0, "CHF"},
    {"aed", Word::currency, 0, "AED"},
    {"sar", Word::currency, 0, "SAR"},
    {"tnd", Word::currency, 0, "TND"},
    {"dzd", Word::currency, 0, "DZD"},
    {"cad", Word::currency, 0, "CAD"},
    {"xof", Word::currency, 0, "XOF"},
    {"fcfa", Word::currency, 0, "XOF"},
    {"centime", Word::centimes},
    {"centimes", Word::centimes},
    {"cts", Word::centimes},
    {"سنتيم", Word::centimes},
    {"سنتيما", Word::centimes},
    {"سنتيمات", Word::centimes},
    {"k", Word::multiplier, 3},
    {"mille", Word::multiplier, 3},
    {"thousand", Word::multiplier, 3},
    {"kdh", Word::multiplier, 3, "MAD"},
    {"kdhs", Word::multiplier, 3, "MAD"},
    {"kmad", Word::multiplier, 3, "MAD"},
    {"keur", Word::multiplier, 3, "EUR"},
    {"keuros", Word::multiplier, 3, "EUR"},
    {"mdh", Word::multiplier, 6, "MAD"},
    {"mdhs", Word::multiplier, 6, "MAD"},
    {"mmad", Word::multiplier, 6, "MAD"},
    {"meur", Word::multiplier, 6, "EUR"},
    {"mio", Word::multiplier, 6},
    {"million", Word::colloquial, 6},
    {"millions", Word::colloquial, 6},
    {"milliard", Word::colloquial, 9},
    {"milliards", Word::colloquial, 9},
    {"billion", Word::colloquial, 9},
    {"الف", Word::colloquial, 3},
    {"الاف", Word::colloquial, 3},
    {"مليون", Word::colloquial, 6},
    {"ملايين", Word::colloquial, 6},
    {"مليار", Word::colloquial, 9},
    {"un", Word::one},
    {"une", Word::one},
    {"one", Word::one},
    {"de", Word::joiner},
    {"d", Word::joiner},
    {"et", Word::joiner},
    {"and", Word::joiner},
    {"و", Word::joiner},
    {"a", Word::until},
    {"au", Word::until},
    {"to", Word::until},
    {"ou", Word::until},
    {"or", Word::until},
    {"الى", Word::until},
    {"الي", Word::until},
    {"او", Word::until},
    {"prix", Word::noise},
    {"price", Word::noise},
    {"loyer", Word::noise},
    {"rent", Word::noise},
    {"budget", Word::noise},
    {"ثمن", Word::noise},
    {"الثمن", Word::noise},
    {"بثمن", Word::noise},
    {"ب", Word::noise},
    {"السعر", Word::noise},
    {"environ", Word::noise},
    {"env", Word::noise},
    {"approx", Word::noise},
    {"about", Word::noise},
    {"negociable", Word::noise},
    {"negotiable", Word::noise},
    {"neg", Word::noise},
    {"nego", Word::noise},
    {"debattre", Word::noise},
    {"للتفاوض", Word::noise},
    {"قابل", Word::noise},
    {"ferme", Word::noise},
    {"fixe", Word::noise},
    {"net", Word::noise},
    {"vendeur", Word::noise},
    {"fai", Word::noise},
    {"hai", Word::noise},
    {"ttc", Word::noise},
    {"ht", Word::noise},
    {"cc", Word::noise},
    {"hc", Word::noise},
    {"charges", Word::noise},
    {"comprises", Word::noise},
    {"incluses", Word::noise},
    {"hors", Word::noise},
    {"mois", Word::noise},
    {"month", Word::noise},
    {"monthly", Word::noise},
    {"mensuel", Word::noise},
    {"mensuelle", Word::noise},
    {"mensuels", Word::noise},
    {"mensuelles", Word::noise},
    {"par", Word::noise},
    {"per", Word::noise},
    {"شهر", Word::noise},
    {"شهريا", Word::noise},
    {"للشهر", Word::noise},
    {"entre", Word::open_range},
    {"between", Word::open_range},
    {"partir", Word::open_range},
    {"des", Word::open_range},
    {"from", Word::open_range},
    {"jusqu", Word::open_range},
    {"up", Word::open_range},
    {"min", Word::open_range},
    {"max", Word::open_range},
    {"minimum", Word::open_range},
    {"maximum", Word::open_range},
    {"plus", Word::open_range},
    {"moins", Word::open_range},
    {"من", Word::open_range},
    {"بين", Word::open_range},
    {"حتى", Word::open_range},
    {"حتي", Word::open_range},
    {"ابتداء", Word::open_range},
    {"m2", Word::per_unit},
    {"m^2", Word::per_unit},
    {"metre", Word::per_unit},
    {"sqm", Word::per_unit},
    {"ha", Word::per_unit},
    {"hectare", Word::per_unit},
    {"للمتر", Word::per_unit},
    {"متر", Word::per_unit},
    {"nuit", Word::per_unit},
    {"nuitee", Word::per_unit},
    {"night", Word::per_unit},
    {"jour", Word::per_unit},
    {"day", Word::per_unit},
    {"semaine", Word::per_unit},
    {"week", Word::per_unit},
    {"an", Word::per_unit},
    {"annee", Word::per_unit},
    {"year", Word::per_unit},
    {"yearly", Word::per_unit},
    {"annually", Word::per_unit},
    {"annuel", Word::per_unit},
    {"annuelle", Word::per_unit},
    {"annuels", Word::per_unit},
    {"annuelles", Word::per_unit},
    {"annuellement", Word::per_unit},
    {"لليله", Word::per_unit},
    {"لليوم", Word::per_unit},
    {"demande", Word::asked},
    {"request", Word::asked},
    {"consulter", Word::asked},
    {"contacter", Word::asked},
    {"contactez", Word::asked},
    {"contact", Word::asked},
    {"appeler", Word::asked},
    {"appelez", Word::asked},
    {"appel", Word::asked},
    {"call", Word::asked},
    {"negocier", Word::asked},
    {"discuter", Word::asked},
    {"specifie", Word::asked},
    {"communique", Word::asked},
    {"الطلب", Word::asked},
    {"الاتصال", Word::asked},
    {"اتصل", Word::asked},
    {"محدد", Word::asked},
};

constexpr std::string_view year_words[] = {"an",       "annee",   "year",      "yearly",   "annuel",
                                           "annuelle", "annuels", "annuelles", "annually", "annuellement"};
constexpr std::string_view month_words[] = {"mois",     "month",      "monthly", "mensuel", "mensuelle",
                                            "mensuels", "mensuelles", "شهر",     "شهريا",   "للشهر"};

const Entry* find_word(std::string_view text) {
  for (const Entry& e : entries)
    if (e.text == text) return &e;
  return nullptr;
}

std::optional<Currency> currency_sign(const Token& t) {
  if (t.kind != TokenKind::sign) return std::nullopt;
  if (t.is("€")) return parse_currency("EUR");
  if (t.is("£")) return parse_currency("GBP");
  if (t.is("$")) return parse_currency("USD");
  return std::nullopt;
}

// A dirham is that of the place.
Currency named(std::string_view code, std::string_view word, Currency usual) {
  const bool dirham = code == "MAD" && word != "mad" && word != "kmad" && word != "mmad";
  if (dirham && usual.view() == "AED") return usual;
  return *parse_currency(code);
}

struct Term {
  Number number{1, 0};
  bool could_be_decimal = false, leading_zero = false;
  int power = 0;
  bool multiplied = false, colloquial = false;
};

// What is gathered while the tokens of one price go by.
class Price {
 public:
  explicit Price(Currency usual, bool yearly = false) : usual_(usual), yearly_(yearly) {}

  /// Takes the token at `i`; false when it is nothing of a price.
  bool take(std::span<const Token> tokens, std::size_t& i);
  Reading<Money> result() const;
  bool has_currency() const { return currency_ || centimes_; }
  bool has_number() const { return !terms_.empty(); }
  bool refused() const { return !refused_.empty(); }
  bool is_asked() const { return asked_; }

 private:
  void refuse(std::string_view reason) {
    if (refused_.empty()) refused_ = reason;
  }
  void set_currency(Currency c) {
    if (currency_ && *currency_ != c) refuse(value_reason::ambiguous);
    currency_ = c;
  }
  void begin_term(Term term) {
    if (!terms_.empty()) {
      if (until_) return refuse(value_reason::range);
      const Term& last = terms_.back();
      // "2 millions 500 mille": the parts of one number. Anything else is a second price.
      if (!last.multiplied || currency_ || centimes_) return refuse(value_reason::several);
    }
    terms_.push_back(term);
    until_ = false;
    open_ = true;
  }
  void multiply(const Entry& e, const Token& t);
  bool centimes_fit() const { return !centimes_ || currency_exponent(currency().view()) == 2; }
  Currency currency() const { return currency_.value_or(usual_); }

  Currency usual_;
  std::vector<Term> terms_;
  std::optional<Currency> currency_;
  std::string_view refused_;
  bool yearly_ = false, centimes_ = false, until_ = false, open_ = false, asked_ = false;
};

void Price::multiply(const Entry& e, const Token& t) {
  if (!open_ || terms_.back().multiplied) begin_term({});
  if (refused()) return;
  Term& term = terms_.back();
  term.multiplied = true;
  term.power = e.power;
  term.colloquial = e.word == Word::colloquial;
  open_ = false;
  if (!e.currency.empty()) set_currency(named(e.currency, t.text, usual_));
}

bool Price::take(std::span<const Token> tokens, std::size_t& i) {
  const Token& t = tokens[i];
  if (t.kind == TokenKind::number) {
    if (!t.refused.empty()) {
      refuse(t.refused);
      return true;
    }
    begin_term({.number = t.number, .could_be_decimal = t.could_be_decimal, .leading_zero = t.leading_zero});
    return true;
  }
  if (t.kind == TokenKind::sign) {
    if (const auto c = currency_sign(t)) {
      set_currency(*c);
      return true;
    }
    if (is_dash(t)) {
      const bool before_number = i + 1 < tokens.size() && tokens[i + 1].kind == TokenKind::number;
      if (terms_.empty() && before_number && (i == 0 || !t.glued)) refuse(value_reason::negative);
      until_ = !terms_.empty();
      return true;
    }
    if (t.is("<") || t.is(">") || t.is("≤") || t.is("≥") || t.is("+")) {
      refuse(value_reason::range);
      return true;
    }
    constexpr std::string_view passed = ":.,;()[]*/~='\"!|";
    return (t.text.size() == 1 && passed.find(t.text[0]) != passed.npos) || t.is("≈") || t.is("’") ||
           t.is("،") || t.is("•");
  }
  // An abbreviation with points: د.م.
  if (t.is("د") && i + 2 < tokens.size() && tokens[i + 1].is_sign('.') && tokens[i + 2].is_word("م")) {
    set_currency(named("MAD", "dh", usual_));
    i += 2;
    return true;
  }
  if (t.is("m") && open_) {
    // A million only where it cannot be a metre or a month.
    const bool before_currency =
        i + 1 < tokens.size() &&
        (currency_sign(tokens[i + 1]) ||
         (find_word(tokens[i + 1].text) && find_word(tokens[i + 1].text)->word == Word::currency));
    if (!t.glued && !before_currency) {
      refuse(value_reason::ambiguous);
      return true;
    }
    multiply({"m", Word::multiplier, 6}, t);
    return true;
  }
  const Entry* e = find_word(t.text);
  if (!e) return false;
  switch (e->word) {
    case Word::currency:
      set_currency(named(e->currency, t.text, usual_));
      break;
    case Word::centimes:
      centimes_ = true;
      break;
    case Word::multiplier:
    case Word::colloquial:
      multiply(*e, t);
      break;
    case Word::one:
      if (i + 1 < tokens.size() && find_word(tokens[i + 1].text) &&
          find_word(tokens[i + 1].text)->word == Word::colloquial)
        break;  // the multiplier stands for itself
      return false;
    case Word::until:
      until_ = !terms_.empty();
      break;
    case Word::open_range:
      refuse(value_reason::range);
      break;
    case Word::per_unit:
      if (!yearly_ || !among(year_words, t.text)) refuse(value_reason::per_unit);
      break;
    case Word::asked:
      asked_ = true;
      break;
    case Word::noise:
      if (yearly_ && among(month_words, t.text)) refuse(value_reason::per_unit);
      break;
    case Word::joiner:
      break;
  }
  return true;
}

Reading<Money> Price::result() const {
  const auto no = [](std::string_view reason) {
    return Reading<Money>{.value = {}, .refused = reason, .warning = {}};
  };
  if (refused()) return no(refused_);
  if (terms_.empty()) return no(value_reason::unreadable);
  if (!centimes_fit()) return no(value_reason::unknown_unit);
  const int exponent = centimes_ ? 0 : currency_exponent(currency().view()).value_or(2);
  std::int64_t total = 0;
  for (std::size_t k = 0; k < terms_.size(); ++k) {
    const Term& term = terms_[k];
    if (term.leading_zero) return no(value_reason::unreadable);
    Number number = term.number;
    if (term.colloquial && !currency_ && !centimes_ && usual_.view() == "MAD")
      return no(value_reason::ambiguous);
    if (term.could_be_decimal) {
      // Thousands of thousands, or thousandths of them? Of millions only the latter make sense.
      if (term.multiplied && term.power < 6) return no(value_reason::ambiguous);
      if (!term.multiplied && exponent >= 3) return no(value_reason::ambiguous);
      if (term.multiplied) number = as_decimal(number);
    }
    std::int64_t units = 0;
    if (!scaled(number, term.power + exponent, units))
      return no(number.scale > term.power + exponent ? value_reason::too_many_decimals
                                                     : value_reason::out_of_range);
    if (k > 0) {
      // A part behind a million is less than a million, and at least a thousand: "1 million 200" is anything.
      std::int64_t unit = 0;
      if (!scaled({1, 0}, terms_[k - 1].power + exponent, unit) || units >= unit)
        return no(value_reason::several);
      std::int64_t thousand = 0;
      if (!scaled({1000, 0}, exponent, thousand) || units < thousand) return no(value_reason::ambiguous);
    }
    if (units > max_money - total) return no(value_reason::out_of_range);
    total += units;
  }
  return {.value = Money{total, currency()}, .refused = {}, .warning = {}};
}

}  // namespace

namespace {

Reading<Money> read_amount(std::string_view text, Currency currency, bool yearly) {
  if (says_nothing(text)) return {};
  if (text.size() > max_price_bytes) return {.value = {}, .refused = value_reason::too_long, .warning = {}};
  const Tokens tokens(text);
  if (tokens.unreadable()) return {.value = {}, .refused = value_reason::unreadable, .warning = {}};
  Price price(currency, yearly);
  bool understood = true;
  const auto all = tokens.all();
  for (std::size_t i = 0; i < all.size(); ++i) understood = price.take(all, i) && understood;
  const bool digits =
      std::any_of(all.begin(), all.end(), [](const Token& t) { return t.kind == TokenKind::number; });
  if (!digits && price.is_asked()) return {};
  if (!understood && !price.refused())
    return {.value = {}, .refused = value_reason::unreadable, .warning = {}};
  return price.result();
}

}  // namespace

Reading<Money> read_price(std::string_view text, Currency currency) {
  return read_amount(text, currency, false);
}
Reading<Money> read_yearly_price(std::string_view text, Currency currency) {
  return read_amount(text, currency, true);
}

Reading<Money> find_price(std::string_view text, Currency currency) {
  const Tokens tokens(text);
  const auto all = tokens.all();
  Reading<Money> found;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].kind != TokenKind::number || !all[i].refused.empty()) continue;
    Price price(currency);
    // The currency in front: "€ 250 000".
    std::size_t before = i;
    if (i > 0 && (currency_sign(all[i - 1]) ||
                  (find_word(all[i - 1].text) && find_word(all[i - 1].text)->word == Word::currency &&
                   (i < 2 || all[i - 2].kind != TokenKind::number)))) {
      before = i - 1;
      price.take(all, before);
    }
    std::size_t k = i;
    price.take(all, k);
    for (k = i + 1; k < all.size() && k < i + 6; ++k) {
      const Entry* e = all[k].kind == TokenKind::word ? find_word(all[k].text) : nullptr;
      const bool more =
          (e && (e->word == Word::multiplier || e->word == Word::colloquial || e->word == Word::currency ||
                 e->word == Word::centimes ||
                 (e->word == Word::joiner && k + 1 < all.size() && find_word(all[k + 1].text)))) ||
          currency_sign(all[k]) || (all[k].is_word("m") && all[k].glued) || all[k].is("د");
      if (!more) break;
      if (!price.take(all, k)) break;
    }
    if (!price.has_currency()) continue;
    // By the square metre or the night: no price of the whole.
    if (k + 1 < all.size() && (all[k].is("/") || all[k].is("par") || all[k].is("le") || all[k].is("per"))) {
      const Entry* unit = find_word(all[k + 1].text);
      if (unit && unit->word == Word::per_unit) continue;
    }
    const Reading<Money> one = price.result();
    if (!one.value) {
      if (found.is_absent()) found = one;
      continue;
    }
    if (found.value && *found.value != *one.value)
      return {.value = {}, .refused = value_reason::several, .warning = {}};
    found = one;
    i = k > i ? k - 1 : i;
  }
  return found;
}

}  // namespace atlas::imports
