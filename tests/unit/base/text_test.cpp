// Folding, words, e-mail addresses, telephone numbers.

#include <catch2/catch.hpp>
#include <random>
#include <string>
#include <vector>

#include "atlas/error.hpp"
#include "atlas/phone.hpp"
#include "atlas/text.hpp"

namespace {

using namespace atlas;
using Words = std::vector<std::string>;

std::string utf8_of(char32_t c) {
  std::string out;
  const auto put = [&](char32_t b) { out.push_back(static_cast<char>(b)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | c >> 6);
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
    put(0x80 | (c & 0x3f));
  }
  return out;
}

bool is_scalar(char32_t c) { return c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff); }

// ---- UTF-8
// --------------------------------------------------------------------------------------------------

TEST_CASE("UTF-8 is exactly what the standard's table 3-7 says") {
  for (char32_t c = 0; c <= 0x10ffff; ++c)
    if (is_scalar(c) && !is_utf8(utf8_of(c))) FAIL(static_cast<unsigned>(c));
  for (const char* bad : {"\x80",
                          "\xbf",
                          "\xc0\x80",
                          "\xc1\xbf",
                          "\xc2",
                          "\xc2\x20",
                          "\xe0\x9f\xbf",
                          "\xe2\x82",
                          "\xe2\x28\xa1",
                          "\xed\xa0\x80",
                          "\xed\xbf\xbf",
                          "\xf0\x8f\xbf\xbf",
                          "\xf0\x9f\x98",
                          "\xf4\x90\x80\x80",
                          "\xf5\x80\x80\x80",
                          "\xff",
                          "\xfe",
                          "abcdefgh\x80",
                          "abcdefghijk\xc3",
                          "\xc3\xa9\xc3"}) {
    INFO(bad);
    CHECK_FALSE(is_utf8(bad));
    CHECK_FALSE(is_utf8(std::string("12345678") + bad));
    CHECK_FALSE(is_utf8(bad + std::string("12345678")));
  }
  CHECK(is_utf8(""));
  CHECK(is_utf8(std::string_view("a\0b", 3)));
  CHECK(code_points("") == 0);
  CHECK(code_points("aé€😀") == 4);
}

TEST_CASE("white space is trimmed at both ends") {
  CHECK(trim("") == "");
  CHECK(trim(" \t\r\n\v\f ") == "");
  CHECK(trim("  a b ") == "a b");
  CHECK(trim("\xc2\xa0\xe3\x80\x80 é \xe2\x80\xaf\xc2\x85") == "é");
  CHECK(trim("\xe2\x80\x8b"
             "a") ==
        "\xe2\x80\x8b"
        "a");  // U+200B is no White_Space
  // Bytes that are no text stay, whatever they look like.
  for (const char* odd : {"\xa0", "\xe2\x80", "\x80\xaf", "\xff", "\xc2"}) CHECK(trim(odd) == odd);
  CHECK(trim(" \xa0 ") == "\xa0");
}

// ---- folding
// ------------------------------------------------------------------------------------------------

TEST_CASE("folding: French, German, Arabic and others") {
  const std::pair<const char*, const char*> table[] = {
      {"", ""},
      {"  Jean-Pierre   DUPONT\t", "jean-pierre dupont"},
      {"Éléonore ÇA Où Noël", "eleonore ca ou noel"},
      {"L’Haÿ-les-Roses", "l’hay-les-roses"},
      {"ŒUVRE cœur Æquo", "oeuvre coeur aequo"},
      {"Straße STRASSE GROẞ", "strasse strasse gross"},
      {"Müller Ångström Ærø Ørsted", "muller angstrom aero orsted"},
      {"Łódź Đorđe Þór Ħal Ŧ", "lodz dorde thor hal t"},
      {"İstanbul ISPARTA ıI", "istanbul isparta ii"},
      {"Nguyễn Văn Đức ƠƯ", "nguyen van duc ou"},
      {"ﬁn ﬂeuve ①② Ⅳ ½", "fin fleuve 12 iv 1⁄2"},
      {"ＡＢＣ１２３", "abc123"},
      {"85 m² № 5", "85 m2 no 5"},
      {"Caf\x65\xcc\x81", "cafe"},   // a combining acute
      {"x\xcc\xb2\xcc\x81y", "xy"},  // two of them
      {"soft\xc2\xadhyphen zero\xe2\x80\x8bwidth", "softhyphen zerowidth"},
      {"a\xc2\xa0\xe2\x80\xaf b", "a b"},
      // Arabic: alef forms, yeh, teh marbuta, tatweel, harakat, digits
      {"أحمد إبراهيم آمنة ٱلله", "احمد ابراهيم امنه الله"},
      {"مصطفى ليلى", "مصطفي ليلي"},
      {"فاطمة الزهراء", "فاطمه الزهراء"},
      {"مُحَمَّدٌ كـــتاب", "محمد كتاب"},
      {"٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹", "0123456789 0123456789"},
      {"ﻣﺤﻤﺪ ﻻ", "محمد لا"},                          // presentation forms
      {"کتاب علی", "كتاب علي"},                       // Persian keyboards
      {"ا\xd9\x94\xd8\xad\xd9\x85\xd8\xaf", "احمد"},  // alef and a combining hamza
      {"مؤمن رئيس", "مؤمن رئيس"},
      // Other scripts keep their marks and lose their case
      {"ΆΘΗΝΑ Σίσυφος", "άθηνα σίσυφοσ"},
      {"Йод ЁЛКА", "йод ёлка"},
      {"हिन्दी", "हिन्दी"},
      {"東京", "東京"},
      {"😀 OK", "😀 ok"}};
  for (const auto& [text, folded] : table) {
    INFO(text);
    CHECK(fold(text) == folded);
    CHECK(fold(folded) == folded);
  }
  for (const char* bad : {"\xff", "abc\xc3", "\xed\xa0\x80", "é\x80", "\xd8", "\xe2\x80"})
    CHECK_THROWS_AS(fold(bad), Error);
}

// A character that only the long way knows, put behind a text, folds the same text by the other way.
TEST_CASE("the fast way and the whole rule agree") {
  const std::string slow = "Ж", slow_folded = "ж";
  std::vector<std::string> alphabet;
  for (char32_t c = 0; c < 0x800; ++c) alphabet.push_back(utf8_of(c));
  for (const char32_t c : {0x2013, 0x2014, 0x2018, 0x2019, 0x201c, 0x201d, 0x2010, 0x2026})
    alphabet.push_back(utf8_of(c));
  for (const std::string& c : alphabet) {
    INFO(c);
    CHECK(fold("x" + c + "y" + slow) == fold("x" + c + "y") + slow_folded);
  }
  // Runs of the common letters, where neighbours could matter.
  std::vector<std::string> common;
  for (char32_t c = 0x20; c < 0x7f; ++c) common.push_back(utf8_of(c));
  for (char32_t c = 0xa0; c < 0x180; ++c) common.push_back(utf8_of(c));
  for (char32_t c = 0x621; c < 0x672; ++c) common.push_back(utf8_of(c));
  for (const char32_t c : {0x20, 0x20, 0x20, 0x6cc, 0x6a9, 0x6f3, 0x2019}) common.push_back(utf8_of(c));
  std::mt19937 random(41);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 12; n > 0; --n) text += common[random() % common.size()];
    INFO(text);
    REQUIRE(fold(text + "z" + slow) == fold(text + "z") + slow_folded);
  }
}

TEST_CASE("folding twice is folding once, for every character and for random texts") {
  for (char32_t c = 0; c <= 0x10ffff; ++c) {
    if (!is_scalar(c)) continue;
    const std::string once = fold(utf8_of(c));
    if (fold(once) != once) FAIL("U+" << std::hex << static_cast<unsigned>(c));
  }
  const char32_t pool[] = {U'a',   U'E',   U'é',   U'œ',   U'Ω',   U'й',   U' ',   0x300,  0x301,  0x308,
                           0x327,  0x345,  0x323,  0x640,  0x627,  0x654,  0x655,  0x653,  0x64e,  0x651,
                           0x670,  0x6d5,  0x648,  0xfdfa, 0xfb1d, 0x5b4,  0x1100, 0x1161, 0x11a8, 0xac00,
                           0x200d, 0x200b, 0xad,   0x3099, 0x304b, 0x1e9b, 0x212b, 0xb7,   0x13f,  0x149,
                           0x130,  0xdf,   0x1f80, 0x3b1,  0x313,  0x342,  0xfe0f, 0x2e0,  0x1dc4, 0x20d7};
  std::mt19937 random(43);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t n = 1 + random() % 8; n > 0; --n) text += utf8_of(pool[random() % std::size(pool)]);
    const std::string once = fold(text);
    INFO(text);
    REQUIRE(is_utf8(once));
    REQUIRE(fold(once) == once);
  }
}

TEST_CASE("equivalent spellings fold alike") {
  // Composed and decomposed forms, upper and lower case.
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{{"É", "e\xcc\x81"},
                                                                             {"Ç", "C\xcc\xa7"},
                                                                             {"آ", "ا\xd9\x93"},
                                                                             {"أ", "ا\xd9\x94"},
                                                                             {"Ǿ", "ø\xcc\x81"},
                                                                             {"Ệ", "e\xcc\xa3\xcc\x82"},
                                                                             {"Ệ", "e\xcc\x82\xcc\xa3"},
                                                                             {"й", "и\xcc\x86"},
                                                                             {"ÑO", "n\xcc\x83o"}})
    CHECK(fold(a) == fold(b));
}

// ---- words
// --------------------------------------------------------------------------------------------------

TEST_CASE("words of texts") {
  CHECK(words("") == Words{});
  CHECK(words(" ,;.!? ") == Words{});
  CHECK(words("Appartement à vendre, Casablanca") == Words{"appartement", "a", "vendre", "casablanca"});
  CHECK(words("l'Aïd d’Agadir aujourd'hui") == Words{"l", "aid", "d", "agadir", "aujourd", "hui"});
  CHECK(words("CRM_NEW a-b 3.5 85 m²") == Words{"crm", "new", "a", "b", "3", "5", "85", "m2"});
  CHECK(words("شقة للبيع في الدار البيضاء") == Words{"شقه", "للبيع", "في", "دار", "بيضاء"});
  CHECK(words("الحي الى الله ال") == Words{"الحي", "الي", "الله", "ال"});  // too short to lose an article
  CHECK(words("البيت") == words("بيت"));
  CHECK(words("Château-d'Œx") == Words{"chateau", "d", "oex"});
  CHECK(words("हिन्दी भाषा") == Words{"हिन्दी", "भाषा"});
  const Words japanese = words("東京に住む");
  CHECK(japanese.size() >= 3);  // no spaces, yet words
  CHECK(words("สวัสดีครับ").size() == 2);
  CHECK_THROWS_AS(words("\xff"), Error);
}

TEST_CASE("in scripts with spaces the short way cuts where ICU does") {
  std::vector<std::string> alphabet;
  for (const char32_t c : U"aZé9_' -.,:;’·٠٢اليتعةـَﻻжДяαςאבªß²&@/+€")
    if (c) alphabet.push_back(utf8_of(c));
  std::mt19937 random(47);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 14; n > 0; --n) text += alphabet[random() % alphabet.size()];
    Words expected = words(text);
    expected.push_back("中");
    INFO(text);
    REQUIRE(words(text + " 中") == expected);
  }
}

TEST_CASE("keys of names") {
  CHECK(fold_key("Jean-Pierre D'Été 2") == "jeanpierredete2");
  CHECK(fold_key("  ") == "");
  CHECK(fold_key("عبد الله") == "عبدالله");
  CHECK(fold_key("A.B_C") == "abc");
}

// ---- e-mail
// -------------------------------------------------------------------------------------------------

TEST_CASE("e-mail addresses as people have them") {
  for (const char* good :
       {"a@b.fr", "Jean.Dupont+tag@example.co.ma", "x_y-z@sub.domain.example", "a@xn--bcher-kva.example",
        "o'neil@example.ie", "élodie@exämple.fr", "1@2.fr", "a@b-c.info", "محمد@مثال.المغرب"}) {
    INFO(good);
    CHECK(is_email(good));
  }
  for (const char* bad : {"",
                          "@",
                          "a@",
                          "@b.fr",
                          "a.b.fr",
                          "a@b",
                          "a@b@c.fr",
                          "a b@c.fr",
                          ".a@b.fr",
                          "a.@b.fr",
                          "a..b@c.fr",
                          "a@.fr",
                          "a@b..fr",
                          "a@b.fr.",
                          "a@-b.fr",
                          "a@b-.fr",
                          "a@b_c.fr",
                          "a@127.0.0.1",
                          "a@[127.0.0.1]",
                          "\"a\"@b.fr",
                          "<a@b.fr>",
                          "a@b.fr ",
                          " a@b.fr",
                          "a,b@c.fr",
                          "a@b.f",
                          "a\n@b.fr",
                          "a@b.fr\r\nBcc: x@y.fr",
                          "a@b\xff.fr",
                          "a\xc2\xa0@b.fr",
                          "mailto:a@b.fr",
                          "a;b@c.fr",
                          "a@b.12"}) {
    INFO(bad);
    CHECK_FALSE(is_email(bad));
    CHECK(fold_email(std::string(bad) + "\xff") == "");
  }
  CHECK_FALSE(is_email(std::string(65, 'a') + "@b.fr"));
  CHECK(is_email(std::string(64, 'a') + "@b.fr"));
  CHECK_FALSE(is_email("a@" + std::string(64, 'b') + ".fr"));
  CHECK(is_email("a@" + std::string(63, 'b') + ".fr"));
  std::string long_domain;
  for (int i = 0; i < 64; ++i) long_domain += "abc.";
  CHECK_FALSE(is_email("a@" + long_domain + "fr"));
  CHECK(fold_email("  Jean.DUPONT@Example.COM\n") == "jean.dupont@example.com");
  CHECK(fold_email("Élodie@EXÄMPLE.fr") == "élodie@exämple.fr");
  CHECK(fold_email("e\xcc\x81lodie@example.fr") == "élodie@example.fr");
  CHECK(fold_email("a b@c.fr") == "");
  CHECK(fold_email("\xef\xb7\xba@c.fr") == "");  // U+FDFA folds into four words
}

TEST_CASE("the stamp names what derived values depend on") {
  const TextVersions v = text_versions();
  CHECK(v.folding == 1);
  CHECK(v.unicode.size() >= 2);
  CHECK(phone_metadata_version().size() == 16);
  CHECK(phone_metadata_version() == phone_metadata_version());
}

// ---- telephone
// ----------------------------------------------------------------------------------------------

std::string said(std::string_view raw, std::string_view region) {
  const auto p = parse_phone(raw, region);
  if (phone_e164(raw, region) != (p ? std::optional(p->e164) : std::nullopt)) return "the two ways differ";
  return p ? p->e164 + " " + p->type + " " + p->region + (p->international ? " i" : " n") : "none";
}

TEST_CASE("telephone numbers as people write them") {
  CHECK(said("06 12 34 56 78", "MA") == "+212612345678 MOBILE MA n");
  CHECK(said("0612345678", "FR") == "+33612345678 MOBILE FR n");
  CHECK(said("612345678", "FR") == "+33612345678 MOBILE FR n");
  CHECK(said("+33 6 12 34 56 78", "MA") == "+33612345678 MOBILE FR i");
  CHECK(said("00 33 6 12 34 56 78", "MA") == "+33612345678 MOBILE FR i");
  CHECK(said("00212-612-345-678", "FR") == "+212612345678 MOBILE MA i");
  CHECK(said("+212 (0)6 12.34.56.78", "FR") == "+212612345678 MOBILE MA i");
  CHECK(said("+212612345678", "ZZ") == "+212612345678 MOBILE MA i");
  CHECK(said("+212612345678", "") == "+212612345678 MOBILE MA i");
  CHECK(said("٠٦١٢٣٤٥٦٧٨", "MA") == "+212612345678 MOBILE MA n");
  CHECK(said("۰۶ ۱۲ ۳۴ ۵۶ ۷۸", "MA") == "+212612345678 MOBILE MA n");
  CHECK(said("+٢١٢٦١٢٣٤٥٦٧٨", "FR") == "+212612345678 MOBILE MA i");
  CHECK(said("Tél : 01 42 68 53 00", "FR") == "+33142685300 FIXED_LINE FR n");
  CHECK(said("05 22 43 04 00", "MA") == "+212522430400 FIXED_LINE MA n");
  CHECK(said("0800 123 456", "FR").starts_with("+33800123456 TOLL_FREE"));
  CHECK(said("+1 202-555-0156", "FR").starts_with("+12025550156 FIXED_LINE_OR_MOBILE US"));
  CHECK(said("+800 1234 5678", "FR") == "+80012345678 TOLL_FREE 001 i");
  CHECK(said("+262 692 12 34 56", "FR") == "+262692123456 MOBILE RE i");
  CHECK(said("09 72 12 34 56", "FR") == "+33972123456 VOIP FR n");
  CHECK(said("+44 7640 123456", "FR") == "+447640123456 PAGER GB i");
  CHECK(said("+44 70 1234 5678", "FR") == "+447012345678 PERSONAL_NUMBER GB i");
  CHECK(said("tel:+33-6-12-34-56-78", "ZZ") == "+33612345678 MOBILE FR i");
  for (const char* bad : {"", " ", "+", "0", "06", "06 12 34 56 7", "06 12 34 56 78 9", "abc", "+33",
                          "+999 123 456 789", "00000000000", "0000000000000000000000", "+-+-",
                          "06\xff"
                          "12345678",
                          "++33612345678x"}) {
    INFO(bad);
    CHECK(said(bad, "FR") ==
          (std::string_view(bad) == "++33612345678x" ? said("+33612345678", "FR") : "none"));
  }
  CHECK(said("0612345678", "ZZ") == "none");
  CHECK(said("0612345678", "fr") == "none");
  CHECK(said("0612345678", "FRA") == "none");
  CHECK(said(std::string(10'000, '6'), "FR") == "none");
  CHECK(said(std::string(300, ' ') + "0612345678", "FR") == "none");
  CHECK(said(std::string("0612\0"
                         "345678",
                         11),
             "FR") != "the two ways differ");
}

TEST_CASE("regions and where they come from") {
  for (const char* good : {"FR", "MA", "RE", "US", "GP"}) CHECK(is_phone_region(good));
  for (const char* bad : {"", "ZZ", "fr", "F", "FRA", "001", "QQ", "\xff\xff"})
    CHECK_FALSE(is_phone_region(bad));
  CHECK(to_string(PhoneRegionSource::number) == "number");
  CHECK(to_string(PhoneRegionSource::payload) == "payload");
  CHECK(to_string(PhoneRegionSource::record) == "record");
  CHECK(to_string(PhoneRegionSource::organisation) == "organisation");
}

TEST_CASE("every four-digit prefix of the fast countries: both ways agree") {
  for (const std::string region : {"FR", "MA"})
    for (int prefix = 5000; prefix < 9000; ++prefix) {
      const std::string raw = "0" + std::to_string(prefix) + "43210";
      if (said(raw, region) == "the two ways differ") FAIL(raw << " " << region);
    }
}

TEST_CASE("100,000 random numbers in many written forms: both ways agree") {
  std::mt19937 random(53);
  const auto pick = [&](auto&... choices) {
    const std::string all[] = {choices...};
    return all[random() % sizeof...(choices)];
  };
  std::size_t valid = 0, disagreements = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string digits = pick("6", "6", "7", "7", "5", "1", "8", "9");
    for (std::size_t n = random() % 20 == 0 ? random() % 12 : 8; n > 0; --n)
      digits += std::to_string(random() % 10);
    const std::string region = pick("FR", "FR", "MA", "MA", "MA", "ZZ", "US", "BE");
    const std::string head =
        pick("0", "0", "0", "", "+33", "+212", "0033", "00212", "+33 ", "+212-", "+33 0", "+212 (0)", "33",
             "212", "00 33 ", "+", "00", "011 33 ", "+32", "+ 33", " 0", "0 ");
    // Separators: none, single, or now and then something odd.
    const std::string separator = pick("", " ", ".", "-", "", " ", "  ", "/", " - ", "\xc2\xa0");
    const std::size_t group = 1 + random() % 3;
    std::string raw = head;
    for (std::size_t k = 0; k < digits.size(); ++k) {
      if (k % group == 1 && k > 0) raw += separator;
      raw += digits[k];
    }
    if (random() % 30 == 0) raw += pick(" ", ".", "x12", " ext. 5", "-", "+", "#", "a");
    const auto full = parse_phone(raw, region);
    const auto fast = phone_e164(raw, region);
    valid += full ? 1 : 0;
    if (fast != (full ? std::optional(full->e164) : std::nullopt)) {
      ++disagreements;
      UNSCOPED_INFO("[" << raw << "] " << region << ": " << fast.value_or("none"));
    }
  }
  CHECK(disagreements == 0);
  CHECK(valid > 30'000);
}

}  // namespace
