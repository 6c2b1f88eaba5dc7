// The rules of the table, applied to a whole object at once.

#include <algorithm>
#include <limits>
#include <set>

#include "atlas/phone.hpp"
#include "atlas/schema_io.hpp"
#include "atlas/text.hpp"
#include "json_capture.hpp"

namespace atlas {
namespace {

constexpr std::int64_t no_max = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t default_max_text = 20'000;  // bodies
constexpr std::int64_t max_element_text = 500;     // one line
constexpr std::int64_t max_code_text = 64;
constexpr std::int64_t max_decimal_units = 999'999'999'999'999'999;

// Where we are; made into text only when something is wrong.
struct Place {
  const Place* parent = nullptr;
  const std::string* root = nullptr;
  std::string_view name = {};
  std::size_t index = 0;

  std::string path() const {
    if (!parent) return *root;
    std::string out = parent->path();
    detail::append_pointer_token(out, name.empty() ? std::to_string(index) : std::string(name));
    return out;
  }
};

// ISO 3166-1 alpha-2, officially assigned codes (249, as of 2026-01).
constexpr std::string_view countries =
    "ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCV"
    "CWCXCYCZ"
    "DEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIR"
    "ISIT"
    "JEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZ"
    "NANCNENFNGNINLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSX"
    "SYSZ"
    "TCTDTFTGTHTJTKTLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSYEYTZAZMZW";
static_assert(countries.size() == 2 * 249);

bool is_country(std::string_view code) {
  if (code.size() != 2) return false;
  for (std::size_t i = 0; i < countries.size(); i += 2)
    if (countries.substr(i, 2) == code) return true;
  return false;
}

// BCP 47, language with an optional region: `fr`, `fr-MA`.
bool is_locale(std::string_view tag) {
  const auto language = tag.substr(0, tag.find('-'));
  const bool lower =
      std::all_of(language.begin(), language.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (!lower || language.size() < 2 || language.size() > 3) return false;
  return language.size() == tag.size() || is_country(tag.substr(language.size() + 1));
}

// C0, DEL, C1, and the separators of lines and paragraphs.
bool has_control(std::string_view utf8) {
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto c = static_cast<unsigned char>(utf8[i]);
    if (c < 0x20 || c == 0x7f) return true;
    if (c == 0xc2 && i + 1 < utf8.size() && static_cast<unsigned char>(utf8[i + 1]) < 0xa0) return true;
    if (c == 0xe2 && (utf8.substr(i, 3) == "\u2028" || utf8.substr(i, 3) == "\u2029")) return true;
  }
  return false;
}

bool has_forbidden(std::string_view utf8) {
  return utf8.find_first_of(std::string_view("\0\x1f", 2)) != std::string_view::npos;
}

bool contains(std::span<const std::string_view> choices, std::string_view code) {
  return std::find(choices.begin(), choices.end(), code) != choices.end();
}

std::string choices_text(std::span<const std::string_view> choices) {
  std::string out = "one of";
  for (const std::string_view c : choices) out.append(out.size() == 6 ? " " : ", ").append(c);
  return out;
}

class Validator {
 public:
  Validator(std::vector<FieldError>& errors, CodeCheck code_check)
      : errors_(errors), code_check_(code_check) {}

  void object(const Schema& schema, const void* at, const Place& place) {
    for (const Field& f : schema.fields) field(f, at, {.parent = &place, .root = nullptr, .name = f.name});
  }

 private:
  void add(const Place& place, std::string_view code, std::string message) {
    if (errors_.size() >= max_field_errors) return;
    std::string path = place.path();
    // The reader has said it already, or the first rule that is broken has.
    for (const FieldError& e : errors_)
      if (e.path == path) return;
    errors_.push_back({std::move(path), std::string(code), std::move(message)});
  }

  void field(const Field& f, const void* at, const Place& place) {
    if (f.held) return nested(f, f.held->get(f.address(const_cast<void*>(at))), place);
    visit_scalar(f, at, [&](auto slot) {
      if (const auto* v = slot.get())
        value(f, *v, place);
      else if (f.has(required) && f.holder == Holder::optional)
        missing(place);
    });
  }

  void missing(const Place& place) { add(place, field_code::required, "it must be given"); }

  void nested(const Field& f, const void* value, const Place& place) {
    if (!value) {
      if (f.has(required) && f.holder == Holder::optional) missing(place);
      return;
    }
    const Schema& schema = *f.nested();
    if (f.kind == Kind::object) return object(schema, value, place);
    const std::size_t size = f.list->size(value);
    if (!elements(f.rules, size, place)) return;
    for (std::size_t i = 0; i < size; ++i)
      object(schema, f.list->at(value, i), {.parent = &place, .root = nullptr, .name = {}, .index = i});
  }

  // Is the number of elements right (or at least small enough to go on)?
  bool elements(const Rules& r, std::size_t size, const Place& place) {
    const auto [min, max] = detail::element_limits(r);
    const auto n = static_cast<std::int64_t>(size);
    if (n < min) add(place, field_code::too_short, "at least " + std::to_string(min) + " elements");
    if (n > max) add(place, field_code::too_long, "at most " + std::to_string(max) + " elements");
    return n <= max;
  }

  bool in_range(const Rules& r, std::int64_t v) { return v >= r.min && v <= r.max; }

  void value(const Field&, bool, const Place&) {}

  void value(const Field& f, std::int64_t v, const Place& place) {
    if (in_range(f.rules, v)) return;
    add(place, field_code::out_of_range,
        bounds(std::to_string(f.rules.min), std::to_string(f.rules.max), f.rules));
  }

  void value(const Field& f, Decimal v, const Place& place) {
    const bool whole_range = v.units <= max_decimal_units && v.units >= -max_decimal_units;
    if (whole_range && in_range(f.rules, v.units)) return;
    const int scale = f.rules.scale;
    add(place, field_code::out_of_range,
        bounds(format_decimal({f.rules.min}, scale), format_decimal({f.rules.max}, scale), f.rules));
  }

  static std::string bounds(const std::string& min, const std::string& max, const Rules& r) {
    const bool has_min = r.min != std::numeric_limits<std::int64_t>::min(), has_max = r.max != no_max;
    if (has_min && has_max) return "from " + min + " to " + max;
    if (has_min) return "at least " + min;
    if (has_max) return "at most " + max;
    return "at most 18 digits";
  }

  void value(const Field& f, const Money& v, const Place& place) {
    if (!currency_exponent(v.currency.view())) {
      // A plain member that nobody set: the currency of an unset amount is none.
      if (v == Money{} && f.holder == Holder::plain) {
        if (f.has(required)) missing(place);
        return;
      }
      return add(place, field_code::not_money, "an ISO 4217 currency is expected");
    }
    if (v.amount > max_money || v.amount < -max_money)
      return add(place, field_code::not_money, "at most 15 digits of minor units");
    if (!in_range(f.rules, v.amount))
      add(place, field_code::out_of_range,
          bounds(std::to_string(f.rules.min), std::to_string(f.rules.max), f.rules) + " minor units");
  }

  void value(const Field& f, const Uuid& v, const Place& place) {
    if (f.has(required) && v.is_nil()) missing(place);
  }

  void value(const Field&, Timestamp v, const Place& place) {
    static const std::int64_t first = make_date(1, 1, 1).days * micros_per_day;
    static const std::int64_t last = make_date(10000, 1, 1).days * micros_per_day - 1;
    if (v.micros < first || v.micros > last) add(place, field_code::not_a_time, "the years 0001 to 9999");
  }

  void value(const Field&, Date v, const Place& place) {
    static const std::int32_t first = make_date(1, 1, 1).days, last = make_date(9999, 12, 31).days;
    if (v.days < first || v.days > last) add(place, field_code::not_a_date, "the years 0001 to 9999");
  }

  void value(const Field& f, const std::string& v, const Place& place) {
    const Rules& r = f.rules;
    if (f.kind == Kind::json) return json(f, v, place);
    if (f.kind == Kind::code) {
      if (v.empty() && f.holder == Holder::plain && !f.has(required) && r.dictionary.empty() &&
          r.choices.empty())
        return;
      if (v.empty()) return missing(place);
      return code(r, v, place);
    }
    const std::int64_t max = r.max == no_max ? default_max_text : r.max;
    if (text(r.format, v, std::max<std::int64_t>(r.min, 0), max, place)) format(r.format, v, place);
  }

  // Well-formed, without forbidden characters, of the right length.
  bool text(Format kind, const std::string& v, std::int64_t min, std::int64_t max, const Place& place) {
    if (!is_utf8(v)) return add(place, field_code::wrong_type, "a text in UTF-8 is expected"), false;
    if (has_forbidden(v))
      return add(place, field_code::out_of_range, "a character that no text may have"), false;
    if (kind != Format::none && has_control(v))
      return add(place, field_code::out_of_range, "one line without control characters is expected"), false;
    // Bytes bound code points from both sides, so most texts need not be counted.
    const auto bytes = static_cast<std::int64_t>(v.size());
    if (bytes > max && static_cast<std::int64_t>(code_points(v)) > max)
      return add(place, field_code::too_long, "at most " + std::to_string(max) + " characters"), false;
    const bool short_of = bytes < min || (bytes < 4 * min && static_cast<std::int64_t>(code_points(v)) < min);
    if (min > 0 && (short_of || trim(v).empty()))
      return add(place, field_code::too_short,
                 min == 1 ? "it must not be empty" : "at least " + std::to_string(min) + " characters"),
             false;
    return true;
  }

  void format(Format kind, const std::string& v, const Place& place) {
    if (v.empty()) return;  // a text that may be empty
    switch (kind) {
      case Format::none:
      case Format::one_line:
      case Format::phone:
      case Format::json_object:
      case Format::json_value:
        return;  // what number a phone is, its module says
      case Format::email:
        if (!is_email(v)) add(place, field_code::not_an_email, "an e-mail address is expected");
        return;
      case Format::time_zone:
        if (!is_time_zone(v)) add(place, field_code::not_a_code, "an IANA time zone is expected");
        return;
      case Format::locale:
        if (!is_locale(v))
          add(place, field_code::not_a_code, "a language and region such as fr-MA is expected");
        return;
      case Format::country:
        if (!is_country(v))
          add(place, field_code::not_a_code, "an ISO 3166-1 country of two letters is expected");
        return;
      case Format::region:
        if (v != "ZZ" && !is_country(v) && !is_phone_region(v))
          add(place, field_code::not_a_code, "an ISO 3166-1 region, or ZZ, is expected");
        return;
      case Format::currency:
        if (!currency_exponent(v)) add(place, field_code::not_a_code, "an ISO 4217 currency is expected");
        return;
    }
  }

  void code(const Rules& r, const std::string& v, const Place& place) {
    const bool syntax = v.size() <= max_code_text && is_utf8(v) && !has_control(v);
    if (!syntax) return add(place, field_code::not_a_code, "a code is expected");
    if (!r.choices.empty()) {
      if (!contains(r.choices, v)) add(place, field_code::not_a_code, choices_text(r.choices));
    } else if (!r.dictionary.empty() && !code_check_(r.dictionary, v)) {
      add(place, field_code::not_a_code, "a code of " + std::string(r.dictionary) + " is expected");
    }
  }

  void json(const Field& f, const std::string& v, const Place& place) {
    const Rules& r = f.rules;
    if (v.empty() || v == "{}") return;  // empty: nobody set it
    const std::int64_t max = r.max == no_max ? 64 * 1024 : r.max;
    if (static_cast<std::int64_t>(v.size()) > max)
      return add(place, field_code::too_long, "at most " + std::to_string(max) + " bytes");
    std::string compact;
    try {
      compact = detail::normalise_json(v);
    } catch (const Error& e) {
      const auto& wrong = e.fields();
      return add(place, wrong.empty() ? field_code::wrong_type : std::string_view(wrong.front().code),
                 "strict JSON is expected");
    }
    if (r.format == Format::json_object && !compact.starts_with('{'))
      add(place, field_code::wrong_type, "an object is expected");
  }

  void value(const Field& f, const std::vector<std::string>& v, const Place& place) {
    const Rules& r = f.rules;
    if (!elements(r, v.size(), place)) return;
    const bool codes = r.is_code || !r.dictionary.empty() || !r.choices.empty();
    std::set<std::string_view> met;
    for (std::size_t i = 0; i < v.size(); ++i) {
      const Place element{.parent = &place, .root = nullptr, .name = {}, .index = i};
      if (codes) {
        code(r, v[i], element);
      } else {
        const Format kind = r.format == Format::none ? Format::one_line : r.format;
        if (text(kind, v[i], 1, max_element_text, element)) format(kind, v[i], element);
      }
      if (!met.insert(v[i]).second) add(element, field_code::duplicate_member, "it is in the list already");
    }
  }

  std::vector<FieldError>& errors_;
  CodeCheck code_check_;
};

}  // namespace

void validate(const Schema& schema, const void* object, std::vector<FieldError>& errors, CodeCheck code_check,
              const std::string& path) {
  Validator(errors, code_check).object(schema, object, {.parent = nullptr, .root = &path});
}

}  // namespace atlas
